//! The many side of a relation, in an owned graph.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The related entities of an owned graph: one-to-many, or many-to-many.
///
/// Rows read without `.eager(..)` have it *not loaded*; a graph built to be added holds what was put in.
/// Inside a session the links live in the session, not here: ask `session.related(..)`.
///
/// It derefs to a slice, and serializes as a list, or as `null` where it was not loaded.
///
/// A graph that is thousands of levels deep can be added, merged and taken out of a session; to drop, clone or
/// serialize it recurses, as for every owned value within its like, and needs a stack for it.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let alice = engine.one(User::select().eager(User::posts)).await?;
/// assert_eq!(alice.posts.len(), 2);
/// let plain = engine.one(User::select()).await?;
/// assert!(!plain.posts.is_loaded()); // `plain.posts.len()` would panic, and say what to do
///
/// let mut bob = User::new().name("Bob").build();
/// bob.posts.push(Post::new().title("First").build());
/// let mut session = engine.session();
/// session.add(bob);
/// session.commit().await?;           // the user, then the post
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Many<T>(Option<Vec<T>>);

impl<T> Many<T> {
    /// Related entities that have not been asked for.
    #[must_use]
    pub const fn not_loaded() -> Self {
        Self(None)
    }

    /// Whether the related entities are here.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        self.0.is_some()
    }

    /// The related entities, if they are here.
    #[must_use]
    pub fn get(&self) -> Option<&[T]> {
        self.0.as_deref()
    }

    /// The related entities for changing, if they are here.
    #[must_use]
    pub fn get_mut(&mut self) -> Option<&mut Vec<T>> {
        self.0.as_mut()
    }

    /// Adds one; the relation counts as loaded from then on.
    pub fn push(&mut self, related: T) {
        self.0.get_or_insert_default().push(related);
    }

    /// Takes the related entities out, leaving the relation not loaded.
    pub fn take(&mut self) -> Option<Vec<T>> {
        self.0.take()
    }
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self::not_loaded()
    }
}

impl<T> Deref for Many<T> {
    type Target = [T];

    /// The related entities.
    ///
    /// # Panics
    /// If they were not loaded: [`Many::get`] does not panic.
    #[track_caller]
    fn deref(&self) -> &[T] {
        self.0.as_deref().expect(
            "this relation is not loaded: add `.eager(..)` to the query; inside a session ask `session.related(..)`",
        )
    }
}

impl<T> From<Vec<T>> for Many<T> {
    fn from(related: Vec<T>) -> Self {
        Self(Some(related))
    }
}

impl<T> FromIterator<T> for Many<T> {
    fn from_iter<I: IntoIterator<Item = T>>(related: I) -> Self {
        Self(Some(related.into_iter().collect()))
    }
}

impl<T> IntoIterator for Many<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    /// The related entities by value; none where they were not loaded.
    fn into_iter(self) -> Self::IntoIter {
        self.0.unwrap_or_default().into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Many<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    /// # Panics
    /// If the related entities were not loaded.
    #[track_caller]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Many<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Eq> Eq for Many<T> {}

impl<T: fmt::Debug> fmt::Debug for Many<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(related) => related.fmt(f),
            None => f.write_str("<not loaded>"),
        }
    }
}

impl<T: Serialize> Serialize for Many<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self)
    }
}
