//! Owned graphs on their way into a session and out of it.
//!
//! A graph may be deeper than any stack: both ways keep a list of what is left to do, and none recurses.

mod add;
mod copy;

use lapis_engine::Result;

use super::Session;
use super::arena::RelationKey;
use super::association::Forward;
use crate::entity::Entity;
use crate::handle::Handle;

impl Session {
    /// Takes an entity out of the session as an owned graph: with what its loaded relations hold.
    ///
    /// The entity, and what hangs on it in [`Many`](crate::Many) and [`One`](crate::One) fields by the other side's
    /// reference, is no longer the session's: a flush does not write it. Entities linked through an association
    /// table, and those it refers to, are copied and stay.
    ///
    /// A graph may be of any depth, but what Rust does with an owned value it does by recursion: dropping, cloning
    /// and serializing one of some thousand levels asks for a larger stack than a thread has by default (2 MiB).
    /// Adding and merging it do not.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let alice = session.one(User::select().eager(User::posts)).await?;
    /// let alice: User = session.detach(alice)?;
    /// assert_eq!(alice.posts.len(), 2);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the handle is of another session.
    pub fn detach<T: Entity>(&mut self, handle: Handle<T>) -> Result<T> {
        self.state.check(handle)?;
        self.state.settle();
        Ok(copy::graph(self, handle, true))
    }

    /// A copy of an entity as an owned graph: with what its loaded relations hold. The session keeps it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let alice = session.one(User::select().eager(User::posts)).await?;
    /// let copy: User = session.to_graph(alice)?;
    /// assert_eq!(copy.posts.len(), 2);
    /// assert_eq!(session.state(alice), EntityState::Persistent);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the handle is of another session.
    pub fn to_graph<T: Entity>(&mut self, handle: Handle<T>) -> Result<T> {
        self.state.check(handle)?;
        self.state.settle();
        Ok(copy::graph(self, handle, false))
    }

    /// Lets go of an entity: a flush does not write it, and a query that finds its row makes a new one.
    /// The handle still reads what it was.
    ///
    /// Relations that held it are no longer loaded, and references to it lead to its row, whatever handle
    /// that goes by. No rollback brings it back.
    ///
    /// # Errors
    /// If the handle is of another session.
    pub fn expunge<T: Entity>(&mut self, handle: Handle<T>) -> Result<()> {
        let index = self.state.check(handle)?;
        self.state.settle();
        self.state.let_go(T::model(), index);
        Ok(())
    }

    /// The entity with that key, if the session knows its row.
    pub(crate) fn known<T: Entity>(&self, key: &T::Key) -> Option<Handle<T>> {
        let arena = self.state.arena::<T>()?;
        arena.identity.get(key).map(|index| arena.handle(*index))
    }

    /// Notes a link through an association table, on both sides.
    pub(crate) fn link_through<S: Entity, T: Entity>(
        &mut self,
        relation: usize,
        owner: Handle<S>,
        target: Handle<T>,
    ) {
        let (source_model, target_model) = (S::model(), T::model());
        let key = RelationKey { slot: source_model.slot, relation };
        if self.state.is_linked(relation, owner, target) == Some(true) {
            return;
        }
        self.state
            .associations
            .add(Forward { source: source_model, relation }, owner.index, target.index);
        self.state.enlist(target_model, source_model, key, owner.index, target.index);
        if let Some(other_side) = source_model.other_side(relation) {
            let key = RelationKey { slot: target_model.slot, relation: other_side };
            self.state.enlist(source_model, target_model, key, target.index, owner.index);
        }
    }
}
