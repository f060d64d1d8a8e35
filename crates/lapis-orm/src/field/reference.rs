//! References: the foreign keys of entities.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use lapis_engine::Row;
use lapis_sql::{Cell, DecodeError, Key, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::entity::{Entity, Link};
use crate::handle::Handle;

/// A reference to one entity of type `T`: a foreign key.
///
/// A field `author: Ref<User>` is the column `author_id REFERENCES users(id)`, and `Option<Ref<User>>`
/// the same column with NULL allowed. It is given as a handle of the same session, as a key
/// (`Ref::to(7)`), or, in a graph that is about to be added, as the entity itself; a flush fills in the
/// key of an entity that had none.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let mut session = engine.session();
/// let bob = session.add(User::new().name("Bob").build());
/// let first = session.add(Post::new().title("First").author(bob).build());
/// let second = session.add(Post::new().title("Second").author(Ref::to(1)).build());
/// session.commit().await?;
/// assert_eq!(session[first].author.key(), Some(&2));
///
/// session[second].author = bob.into();
/// session.commit().await?; // UPDATE posts SET author_id = 2
/// # Ok(()) }
/// ```
pub struct Ref<T: Entity> {
    key: Option<T::Key>,
    target: Target<T>,
}

enum Target<T> {
    Unknown,
    Handle(Handle<T>),
    Loaded(Arc<T>),
}

impl<T: Entity> Ref<T> {
    /// No reference yet. One that is still unset when its row is flushed is an error.
    #[must_use]
    pub const fn unset() -> Self {
        Self { key: None, target: Target::Unknown }
    }

    /// A reference to the entity with that primary key.
    pub fn to(key: impl Into<T::Key>) -> Self {
        Self { key: Some(key.into()), target: Target::Unknown }
    }

    /// The key referred to, if it is known: from the start for [`Ref::to`] and for rows read, after the
    /// flush for a reference to an entity that was new.
    #[must_use]
    pub fn key(&self) -> Option<&T::Key> {
        self.key.as_ref()
    }

    /// The entity referred to, where it was loaded along (`.eager(Post::author)`).
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        match &self.target {
            Target::Loaded(target) => Some(target),
            _ => None,
        }
    }

    /// The handle it was made from.
    #[must_use]
    pub fn handle(&self) -> Option<Handle<T>> {
        match self.target {
            Target::Handle(handle) => Some(handle),
            _ => None,
        }
    }

    /// Whether it refers to nothing yet.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        self.key.is_none() && matches!(self.target, Target::Unknown)
    }

    /// A reference to an entity of a session, with its key where it has one.
    pub(crate) fn known(handle: Handle<T>, key: Option<T::Key>) -> Self {
        Self { key, target: Target::Handle(handle) }
    }

    /// Takes the owned entity out, leaving its key.
    pub(crate) fn take_loaded(&mut self) -> Option<T> {
        match std::mem::replace(&mut self.target, Target::Unknown) {
            Target::Loaded(target) => Some(Arc::unwrap_or_clone(target)),
            other => {
                self.target = other;
                None
            }
        }
    }

    pub(crate) fn set_loaded(&mut self, target: Arc<T>) {
        self.key = target.key();
        self.target = Target::Loaded(target);
    }
}

impl<T: Entity> From<Handle<T>> for Ref<T> {
    fn from(handle: Handle<T>) -> Self {
        Self { key: None, target: Target::Handle(handle) }
    }
}

impl<T: Entity> From<T> for Ref<T> {
    /// A reference to an entity that is added along with this one.
    fn from(target: T) -> Self {
        Self { key: target.key(), target: Target::Loaded(Arc::new(target)) }
    }
}

impl<T: Entity> Default for Ref<T> {
    fn default() -> Self {
        Self::unset()
    }
}

impl<T: Entity> Clone for Ref<T> {
    fn clone(&self) -> Self {
        let target = match &self.target {
            Target::Unknown => Target::Unknown,
            Target::Handle(handle) => Target::Handle(*handle),
            Target::Loaded(target) => Target::Loaded(Arc::clone(target)),
        };
        Self { key: self.key.clone(), target }
    }
}

impl<T: Entity> PartialEq for Ref<T> {
    /// Equal keys, or, where neither has one, the same handle.
    fn eq(&self, other: &Self) -> bool {
        match (&self.key, &other.key) {
            (None, None) => self.handle() == other.handle(),
            (own, others) => own == others,
        }
    }
}

impl<T: Entity> Eq for Ref<T> {}

impl<T: Entity> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.key, &self.target) {
            (Some(key), _) => write!(f, "Ref({key:?})"),
            (None, Target::Handle(handle)) => write!(f, "Ref({handle:?})"),
            (None, Target::Loaded(_)) => f.write_str("Ref(<new>)"),
            (None, Target::Unknown) => f.write_str("Ref(<unset>)"),
        }
    }
}

impl<T: Entity + Serialize> Serialize for Ref<T>
where
    T::Key: Serialize,
{
    /// The entity where it was loaded, else its key, else `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.get() {
            Some(target) => target.serialize(serializer),
            None => self.key.serialize(serializer),
        }
    }
}

/// What a serialized reference may be.
#[derive(Deserialize)]
#[serde(untagged)]
enum Serialized<K, T> {
    Unset(()),
    Key(K),
    Entity(T),
}

impl<'de, T: Entity + Deserialize<'de>> Deserialize<'de> for Ref<T>
where
    T::Key: Deserialize<'de>,
{
    /// A key, an entity, or `null` for an unset reference.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Serialized::<T::Key, T>::deserialize(deserializer)? {
            Serialized::Unset(()) => Self::unset(),
            Serialized::Key(key) => Self { key: Some(key), target: Target::Unknown },
            Serialized::Entity(entity) => Self::from(entity),
        })
    }
}

/// A field that refers to an entity: `Ref<T>`, or `Option<Ref<T>>` where NULL is allowed.
pub trait ReferenceField: Clone {
    /// The entity referred to.
    type Target: Entity;
    /// Whether NULL is allowed.
    const NULLABLE: bool;
    /// How many columns the foreign key spans.
    const COLUMNS: usize = <<Self::Target as Entity>::Key as Key>::COLUMNS;

    /// The reference, unless it is NULL.
    fn reference(&self) -> Option<&Ref<Self::Target>>;

    /// The reference for changing, unless it is NULL.
    fn reference_mut(&mut self) -> Option<&mut Ref<Self::Target>>;

    /// A field with that reference; `None` for NULL, or for unset where NULL is not allowed.
    fn from_reference(reference: Option<Ref<Self::Target>>) -> Self;

    /// What it refers to, without the types.
    fn link(&self) -> Link {
        match self.reference() {
            None => Link::Null,
            Some(reference) => match (&reference.target, &reference.key) {
                (Target::Handle(handle), _) => {
                    Link::Handle { session: handle.session, index: handle.index }
                }
                (_, Some(_)) => Link::Key,
                (Target::Loaded(_), None) => Link::Owned,
                (Target::Unknown, None) => Link::Unset,
            },
        }
    }

    /// The value of column `part` of the foreign key; `None` while it is unknown.
    fn value(&self, part: usize) -> Option<Value<'_>> {
        match self.reference() {
            None => Some(Value::Null),
            Some(reference) => reference.key.as_ref().map(|key| key.part(part)),
        }
    }

    /// Fills in the key, keeping the handle.
    ///
    /// # Errors
    /// If a cell does not hold the key's type.
    fn resolve<'a>(&mut self, cell: &mut dyn FnMut(usize) -> Cell<'a>) -> Result<(), DecodeError> {
        if let Some(reference) = self.reference_mut() {
            reference.key = Some(Key::from_cells(cell)?);
        }
        Ok(())
    }

    /// Forgets a key that came from a handle.
    fn unresolve(&mut self) {
        if let Some(reference) = self.reference_mut()
            && matches!(reference.target, Target::Handle(_))
        {
            reference.key = None;
        }
    }

    /// Makes the field refer to an entity by its place in a session, or to nothing.
    fn point_to(&mut self, target: Option<(NonZeroU32, u32)>) {
        *self = Self::from_reference(target.map(|(session, index)| Ref {
            key: None,
            target: Target::Handle(Handle::new(session, index)),
        }));
    }

    /// Sets the foreign key from cells: NULL in any of them is no reference.
    ///
    /// # Errors
    /// If a cell does not hold the key's type, or holds NULL where that is not allowed.
    fn decode_cells<'a>(cell: &mut dyn FnMut(usize) -> Cell<'a>) -> Result<Self, DecodeError> {
        if Self::NULLABLE && (0..Self::COLUMNS).any(|part| cell(part).is_null()) {
            return Ok(Self::from_reference(None));
        }
        Ok(Self::from_reference(Some(Ref { key: Some(Key::from_cells(cell)?), target: Target::Unknown })))
    }

    /// Reads the foreign key from a row, whose column `first` is its first.
    ///
    /// # Errors
    /// As [`ReferenceField::decode_cells`].
    fn decode(row: &Row<'_>, first: usize) -> Result<Self, DecodeError> {
        Self::decode_cells(&mut |part| row.cell(first + part))
    }
}

impl<T: Entity> ReferenceField for Ref<T> {
    type Target = T;
    const NULLABLE: bool = false;

    fn reference(&self) -> Option<&Ref<T>> {
        Some(self)
    }

    fn reference_mut(&mut self) -> Option<&mut Ref<T>> {
        Some(self)
    }

    fn from_reference(reference: Option<Ref<T>>) -> Self {
        reference.unwrap_or_default()
    }
}

impl<T: Entity> ReferenceField for Option<Ref<T>> {
    type Target = T;
    const NULLABLE: bool = true;

    fn reference(&self) -> Option<&Ref<T>> {
        self.as_ref()
    }

    fn reference_mut(&mut self) -> Option<&mut Ref<T>> {
        self.as_mut()
    }

    fn from_reference(reference: Option<Ref<T>>) -> Self {
        reference
    }
}
