//! Handles: how a program names an entity that lives in a session.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU32;

/// An entity of a session: a `Copy` name of eight bytes, good for indexing the session it came from.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let mut session = engine.session();
/// let user: Handle<User> = session.add(User::new().name("Bob").build());
/// session[user].name = "Robert".into();
/// assert_eq!(session[user].name, "Robert");
/// # Ok(()) }
/// ```
pub struct Handle<T> {
    pub(crate) session: NonZeroU32,
    pub(crate) index: u32,
    marker: PhantomData<fn() -> T>,
}

impl<T> Handle<T> {
    pub(crate) const fn new(session: NonZeroU32, index: u32) -> Self {
        Self { session, index, marker: PhantomData }
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.session == other.session && self.index == other.index
    }
}

impl<T> Eq for Handle<T> {}

impl<T> PartialOrd for Handle<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Handle<T> {
    /// By session, then in the order in which the session came to know the entities.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.session, self.index).cmp(&(other.session, other.index))
    }
}

impl<T> Hash for Handle<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.session.hash(state);
        self.index.hash(state);
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = std::any::type_name::<T>();
        let name = name.rsplit("::").next().unwrap_or(name);
        write!(f, "Handle<{name}>({}:{})", self.session, self.index)
    }
}
