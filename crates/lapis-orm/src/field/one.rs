//! The one side of a one-to-one relation, in an owned graph.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The one related entity of an owned graph: the side of a one-to-one relation that holds no column.
///
/// Rows read without `.eager(..)` have it *not loaded*, which is not the same as having none. Inside a
/// session the link lives in the session: ask `session.related(..)`.
///
/// It serializes as the entity, or as `null` where there is none or it was not loaded.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let alice = engine.one(User::select().eager(User::profile)).await?;
/// assert_eq!(alice.profile.get().map(|profile| profile.bio.as_str()), Some("Writes"));
///
/// let mut session = engine.session();
/// session.add(User::new().name("Bob").profile(Profile::new().bio("Reads").build()).build());
/// session.commit().await?; // the user, then the profile
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct One<T>(State<T>);

#[derive(Clone)]
enum State<T> {
    NotLoaded,
    Loaded(Option<Box<T>>),
}

impl<T> One<T> {
    /// A related entity that has not been asked for.
    #[must_use]
    pub const fn not_loaded() -> Self {
        Self(State::NotLoaded)
    }

    /// No related entity.
    #[must_use]
    pub const fn none() -> Self {
        Self(State::Loaded(None))
    }

    /// Whether it is known if there is a related entity.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        matches!(self.0, State::Loaded(_))
    }

    /// The related entity, if it was loaded and there is one.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        match &self.0 {
            State::Loaded(related) => related.as_deref(),
            State::NotLoaded => None,
        }
    }

    /// The related entity for changing, if it was loaded and there is one.
    #[must_use]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        match &mut self.0 {
            State::Loaded(related) => related.as_deref_mut(),
            State::NotLoaded => None,
        }
    }

    /// Takes the related entity out, leaving the relation not loaded.
    pub fn take(&mut self) -> Option<T> {
        match std::mem::replace(&mut self.0, State::NotLoaded) {
            State::Loaded(related) => related.map(|related| *related),
            State::NotLoaded => None,
        }
    }
}

impl<T> Default for One<T> {
    fn default() -> Self {
        Self::not_loaded()
    }
}

impl<T> From<T> for One<T> {
    fn from(related: T) -> Self {
        Self(State::Loaded(Some(Box::new(related))))
    }
}

impl<T> From<Option<T>> for One<T> {
    fn from(related: Option<T>) -> Self {
        Self(State::Loaded(related.map(Box::new)))
    }
}

impl<T: PartialEq> PartialEq for One<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is_loaded() == other.is_loaded() && self.get() == other.get()
    }
}

impl<T: Eq> Eq for One<T> {}

impl<T: fmt::Debug> fmt::Debug for One<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            State::Loaded(related) => related.fmt(f),
            State::NotLoaded => f.write_str("<not loaded>"),
        }
    }
}

impl<T: Serialize> Serialize for One<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for One<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<T>::deserialize(deserializer)? {
            Some(related) => Self::from(related),
            None => Self::not_loaded(),
        })
    }
}
