//! Entities by handle: reading, changing, adding, deleting, and what is known of their state.

use std::ops::{Index, IndexMut};

use lapis_engine::Result;

use super::Session;
use super::arena::EntityState;
use crate::entity::Entity;
use crate::handle::Handle;

/// What [`Session::add`] takes: an owned entity, with the graph that hangs on it, or the handle of an
/// entity that is transient again.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to a session",
    note = "add an entity, or the handle of one: `#[derive(Entity)]`"
)]
pub trait Addable {
    /// The entity's type.
    type Entity: Entity;

    /// Adds it.
    fn add_to(self, session: &mut Session) -> Handle<Self::Entity>;
}

impl<T: Entity> Addable for T {
    type Entity = T;

    fn add_to(self, session: &mut Session) -> Handle<T> {
        session.add_graph(self)
    }
}

impl<T: Entity> Addable for Handle<T> {
    type Entity = T;

    fn add_to(self, session: &mut Session) -> Handle<T> {
        let index = session.index_of(self);
        session.state.settle();
        if session.state.arena_mut::<T>().add_again(index) {
            session.state.enlist_again(T::model(), index);
        }
        self
    }
}

/// How much a flush would write: counts of entities.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let mut session = engine.session();
/// let alice = session.one(User::select()).await?;
/// session[alice].name = "Alice Liddell".into();
/// session.add(User::new().name("Bob").build());
/// let changes = session.changes();
/// assert_eq!((changes.new, changes.dirty, changes.deleted), (1, 1, 0));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionChanges {
    /// Entities to be inserted.
    pub new: usize,
    /// Rows whose columns were changed.
    pub dirty: usize,
    /// Rows to be deleted.
    pub deleted: usize,
}

impl SessionChanges {
    /// Whether a flush would write no entity.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Session {
    /// Has the next flush insert an entity, with everything that hangs on it: the entities in its
    /// [`Many`](crate::Many), [`One`](crate::One) and [`Ref`](crate::Ref) fields are added too.
    ///
    /// Nothing is sent. A handle of an entity that is transient again, after a rollback, adds it once more; one of
    /// an entity that the session has let go of does nothing: add a copy, or lay it over its row by
    /// [`Session::merge`].
    ///
    /// # Panics
    /// If given a handle of another session.
    pub fn add<A: Addable>(&mut self, entity: A) -> Handle<A::Entity> {
        entity.add_to(self)
    }

    /// Adds several entities, and gives their handles in the same order.
    pub fn add_all<A: Addable>(&mut self, entities: impl IntoIterator<Item = A>) -> Vec<Handle<A::Entity>> {
        entities.into_iter().map(|entity| self.add(entity)).collect()
    }

    /// Has the next flush delete an entity, and what its relations' cascades take along. One that was
    /// never inserted simply becomes transient.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let alice = session.one(User::select()).await?;
    /// session.delete(alice);
    /// session.commit().await?; // her posts and her profile go first, as the cascades say
    /// assert_eq!(engine.all(Post::select()).await?.len(), 0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    /// If the handle is of another session.
    pub fn delete<T: Entity>(&mut self, handle: Handle<T>) {
        let index = self.index_of(handle);
        self.state.settle();
        self.state.doom(T::model(), index);
    }

    /// The entity, unless the handle is of another session.
    ///
    /// # Errors
    /// If the handle is of another session.
    pub fn try_get<T: Entity>(&self, handle: Handle<T>) -> Result<&T> {
        let index = self.state.check(handle)?;
        Ok(&self.state.arena::<T>().expect("a handle's arena is there").entry(index).entity)
    }

    /// The entity for changing, as by `session[handle]`, unless the handle is of another session.
    ///
    /// # Errors
    /// If the handle is of another session.
    pub fn try_get_mut<T: Entity>(&mut self, handle: Handle<T>) -> Result<&mut T> {
        let index = self.state.check(handle)?;
        self.state.lend(T::model().slot, index);
        let arena = self.state.arena_mut::<T>();
        arena.remember(index);
        Ok(&mut arena.entry_mut(index).entity)
    }

    /// Where the entity stands between the program and the database.
    ///
    /// # Panics
    /// If the handle is of another session.
    #[must_use]
    pub fn state<T: Entity>(&self, handle: Handle<T>) -> EntityState {
        let index = self.index_of(handle);
        self.state.arena::<T>().expect("a handle's arena is there").entry(index).state
    }

    /// Whether the entity has changes that the next flush would write.
    ///
    /// # Panics
    /// If the handle is of another session.
    #[must_use]
    pub fn is_modified<T: Entity>(&self, handle: Handle<T>) -> bool {
        let index = self.index_of(handle);
        !self.state.changed(T::model().slot, index).is_empty()
    }

    /// How much the next flush would write.
    #[must_use]
    pub fn changes(&self) -> SessionChanges {
        let mut counts = SessionChanges::default();
        for (slot, arena) in self.state.arenas() {
            let changes = arena.changes();
            counts.new += changes.new.len();
            counts.deleted += changes.doomed.len();
            let changed =
                |row: &&u32| !arena.is_doomed(**row) && !self.state.changed(slot, **row).is_empty();
            counts.dirty += changes.dirty.iter().filter(changed).count();
        }
        counts
    }

    /// The handles of all new entities of one type.
    #[must_use]
    pub fn new_entities<T: Entity>(&self) -> Vec<Handle<T>> {
        self.state.arena::<T>().map(|arena| arena.handles(&arena.new)).unwrap_or_default()
    }

    /// The handles of all changed entities of one type.
    #[must_use]
    pub fn dirty_entities<T: Entity>(&self) -> Vec<Handle<T>> {
        let Some(arena) = self.state.arena::<T>() else { return Vec::new() };
        let slot = T::model().slot;
        let changed =
            |row: &&u32| !arena.entry(**row).doomed && !self.state.changed(slot, **row).is_empty();
        arena.dirty.iter().filter(changed).map(|row| arena.handle(*row)).collect()
    }

    /// The handles of all entities of one type that are to be deleted.
    #[must_use]
    pub fn deleted_entities<T: Entity>(&self) -> Vec<Handle<T>> {
        self.state.arena::<T>().map(|arena| arena.handles(&arena.doomed)).unwrap_or_default()
    }

    /// Whether the session holds the entity: it is new, or a row.
    #[must_use]
    pub fn contains<T: Entity>(&self, handle: Handle<T>) -> bool {
        handle.session == self.state.id
            && matches!(self.state(handle), EntityState::Pending | EntityState::Persistent)
    }

    /// The entity's place in its arena.
    #[track_caller]
    pub(crate) fn index_of<T: Entity>(&self, handle: Handle<T>) -> u32 {
        match self.state.check(handle) {
            Ok(index) => index,
            Err(error) => panic!("{error}"),
        }
    }
}

impl<T: Entity> Index<Handle<T>> for Session {
    type Output = T;

    /// The entity.
    ///
    /// # Panics
    /// If the handle is of another session; [`Session::try_get`] does not panic.
    #[track_caller]
    fn index(&self, handle: Handle<T>) -> &T {
        let index = self.index_of(handle);
        &self.state.arena::<T>().expect("a handle's arena is there").entry(index).entity
    }
}

impl<T: Entity> IndexMut<Handle<T>> for Session {
    /// The entity for changing: the next flush writes the columns that differ.
    ///
    /// # Panics
    /// If the handle is of another session; [`Session::try_get_mut`] does not panic.
    #[track_caller]
    fn index_mut(&mut self, handle: Handle<T>) -> &mut T {
        let index = self.index_of(handle);
        self.state.lend(T::model().slot, index);
        let arena = self.state.arena_mut::<T>();
        arena.remember(index);
        &mut arena.entry_mut(index).entity
    }
}
