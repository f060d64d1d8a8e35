//! Links between entities: reading, making and ending them.

use lapis_engine::{Error, Result};

use super::Session;
use super::arena::{EntityState, RelationKey};
use super::association::Forward;
use super::erased::AnyArena;
use super::stray;
use crate::entity::{Entity, Link};
use crate::field::Ref;
use crate::handle::Handle;
use crate::relation::{Path, Reference, Relation, ToMany, ToOne};

/// What [`Session::related`] gives for a relation: a slice of handles for one to many, an optional handle
/// for one to one.
pub trait RelatedEntities: Relation {
    /// The handles.
    type Handles<'s>;

    /// Reads them.
    ///
    /// # Errors
    /// If they are not loaded.
    fn related(self, session: &Session, owner: Handle<Self::Source>) -> Result<Self::Handles<'_>>;
}

impl<S: Entity, T: Entity> RelatedEntities for ToMany<S, T> {
    type Handles<'s> = &'s [Handle<T>];

    fn related(self, session: &Session, owner: Handle<S>) -> Result<&[Handle<T>]> {
        members(self, session, owner)
    }
}

impl<S: Entity, T: Entity> RelatedEntities for ToOne<S, T> {
    type Handles<'s> = Option<Handle<T>>;

    fn related(self, session: &Session, owner: Handle<S>) -> Result<Option<Handle<T>>> {
        Ok(members(self, session, owner)?.first().copied())
    }
}

impl<S: Entity, T: Entity, V: 'static> RelatedEntities for Reference<S, T, V> {
    type Handles<'s> = Option<Handle<T>>;

    fn related(self, session: &Session, owner: Handle<S>) -> Result<Option<Handle<T>>> {
        let index = session.state.check(owner)?;
        let slot = S::model().slot;
        if let Some(target) = session.state.owner(slot, index, self.number()) {
            return Ok(Some(Handle::new(session.state.id, target)));
        }
        match session.state.any(slot).map(|arena| arena.link(index, self.number())) {
            Some(Link::Key) => Err(not_loaded(self)),
            Some(Link::Handle { session: own, .. }) if own == session.state.id => Err(not_loaded(self)),
            Some(Link::Owned) => Err(stray::owned(S::model(), self.name(), T::model().name)),
            Some(Link::Handle { .. }) => Err(Error::invalid_request(format!(
                "{self:?} holds a handle of another session; assign it one of this session, or `Ref::to(key)`"
            ))),
            _ => Ok(None),
        }
    }
}

fn members<R: Relation>(
    relation: R,
    session: &Session,
    owner: Handle<R::Source>,
) -> Result<&[Handle<R::Target>]> {
    let index = session.state.check(owner)?;
    let model = R::Source::model();
    let number = relation.path().relation().ok_or_else(|| not_loaded(relation))?;
    let key = RelationKey { slot: model.slot, relation: number };
    session
        .state
        .related::<R::Target>(key, index, &model.relations[number])
        .ok_or_else(|| not_loaded(relation))
}

fn not_loaded<R: Relation>(relation: R) -> Error {
    let (entity, name) = (R::Source::model().name, relation.name());
    Error::invalid_request(format!(
        "{entity}.{name} is not loaded for this entity; load it with `session.load(handle, {entity}::{name}).await?`, or \
         along with the query by `.eager({entity}::{name})`"
    ))
}

impl Session {
    /// The entities that an entity is related to, if they are loaded: `&[Handle<_>]` for a relation to
    /// many, `Option<Handle<_>>` for one to one and for references.
    ///
    /// It never asks the database. An entity made in this session has its relations loaded from the start.
    ///
    /// # Errors
    /// If the relation is not loaded for this entity, or the handle is of another session.
    pub fn related<R: RelatedEntities>(
        &self,
        owner: Handle<R::Source>,
        relation: R,
    ) -> Result<R::Handles<'_>> {
        relation.related(self, owner)
    }

    /// Links two entities along a relation; the other side follows. The next flush writes it.
    ///
    /// A reference, and the reference behind a relation to many or to one, is assigned; through an
    /// association table, a row is added. Linking what is linked changes nothing; through an association
    /// table whose links are loaded on neither side, the flush finds out.
    ///
    /// An entity that is transient again, as after a rollback, is added again if the other is not.
    ///
    /// A one-to-one relation that is loaded holds one: what it held before is taken out of it, as by
    /// [`Session::unlink`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let hello = session.one(Post::select().filter(Post::title.eq("Hello"))).await?;
    /// let rust = session.add(Tag::new().name("rust").build());
    /// session.link(hello, Post::tags, rust);
    /// assert_eq!(session.related(rust, Tag::posts)?, [hello]); // both sides agree before the flush
    /// session.commit().await?;                                 // INSERT INTO tags, INSERT INTO post_tags
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    /// If a handle is of another session.
    pub fn link<R: Relation>(&mut self, owner: Handle<R::Source>, relation: R, target: Handle<R::Target>) {
        let (from, to) = (self.index_of(owner), self.index_of(target));
        self.state.settle();
        match (self.state(owner), self.state(target)) {
            (EntityState::Transient, EntityState::Pending | EntityState::Persistent) => {
                self.add(owner);
            }
            (EntityState::Pending | EntityState::Persistent, EntityState::Transient) => {
                self.add(target);
            }
            _ => {}
        }
        match relation.path() {
            Path::Reference(access) => {
                if self.state.owner(R::Source::model().slot, from, access.number) != Some(to) {
                    (access.set)(&mut self[owner], Some(Ref::from(target)));
                }
            }
            Path::Inverse { reference, .. } => {
                if self.state.owner(R::Target::model().slot, to, reference.number) != Some(from) {
                    (reference.set)(&mut self[target], Some(Ref::from(owner)));
                }
            }
            Path::Association { relation: number, .. } => self.link_through(number, owner, target),
        }
        self.state.settle();
    }

    /// Ends the link between two entities along a relation; the other side follows. With
    /// `cascade(delete_orphan)` the entity taken out is deleted. Unlinking what is not linked changes
    /// nothing; through an association table whose links are loaded on neither side, the flush finds out.
    ///
    /// # Panics
    /// If a handle is of another session.
    pub fn unlink<R: Relation>(
        &mut self,
        owner: Handle<R::Source>,
        relation: R,
        target: Handle<R::Target>,
    ) {
        let (from, to) = (self.index_of(owner), self.index_of(target));
        self.state.settle();
        match relation.path() {
            Path::Reference(access) => {
                if self.state.owner(R::Source::model().slot, from, access.number) == Some(to) {
                    (access.set)(&mut self[owner], None);
                }
            }
            Path::Inverse { reference, .. } => {
                if self.state.owner(R::Target::model().slot, to, reference.number) == Some(from) {
                    (reference.set)(&mut self[target], None);
                }
            }
            Path::Association { relation: number, .. } => self.unlink_through(number, owner, target),
        }
        self.state.settle();
    }

    /// Notes the end of a link through an association table, on both sides.
    fn unlink_through<S: Entity, T: Entity>(
        &mut self,
        relation: usize,
        owner: Handle<S>,
        target: Handle<T>,
    ) {
        if self.state.is_linked(relation, owner, target) == Some(false) {
            return;
        }
        let (source_model, target_model) = (S::model(), T::model());
        let key = RelationKey { slot: source_model.slot, relation };
        self.state.arena_mut::<T>().delist(key, owner.index, target.index);
        self.state.associations.remove(
            Forward { source: source_model, relation },
            owner.index,
            target.index,
        );
        if let Some(other_side) = source_model.other_side(relation) {
            let key = RelationKey { slot: target_model.slot, relation: other_side };
            self.state.arena_mut::<S>().delist(key, target.index, owner.index);
        }
    }
}
