//! Owned graphs on their way into a session and out of it.

use lapis_engine::Result;
use lapis_sql::expr::TableName;

use super::Session;
use super::arena::RelationKey;
use super::association::Forward;
use crate::entity::{Entity, Via};
use crate::field::{Many, One, Ref, ReferenceField};
use crate::handle::Handle;
use crate::relation::{Path, Relation, RelationVisitor, ToMany, ToOne};

impl Session {
    /// Adds an entity and everything that hangs on it.
    pub(crate) fn add_graph<T: Entity>(&mut self, mut entity: T) -> Handle<T> {
        self.state.settle();
        // What it refers to comes first, so that it can be pointed to.
        entity.visit_relations(&mut AddReferred { session: self });
        let mut hanging = Hanging::default();
        entity.visit_relations(&mut hanging);
        let index = self.state.arena_mut::<T>().add(entity);
        self.state.enlist_new(T::model(), index);
        let handle = Handle::new(self.state.id, index);
        for add in hanging.0 {
            add(self, handle);
        }
        handle
    }

    /// Takes an entity out of the session as an owned graph: with what its loaded relations hold.
    ///
    /// The entity, and what hangs on it in [`Many`] and [`One`] fields by the other side's reference, is
    /// no longer the session's: a flush does not write it. Entities linked through an association table,
    /// and those it refers to, are copied and stay.
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
        Ok(self.take_graph(handle, &mut Trail::default(), true))
    }

    /// A copy of an entity as an owned graph: with what its loaded relations hold. The session keeps it.
    ///
    /// # Errors
    /// If the handle is of another session.
    pub fn to_graph<T: Entity>(&mut self, handle: Handle<T>) -> Result<T> {
        self.state.check(handle)?;
        self.state.settle();
        Ok(self.take_graph(handle, &mut Trail::default(), false))
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

    /// Copies an entity with its loaded relations, except those that lead back to where it came from.
    fn take_graph<T: Entity>(&mut self, handle: Handle<T>, trail: &mut Trail, take: bool) -> T {
        let slot = T::model().slot;
        trail.entities.push((slot, handle.index));
        let mut entity = self[handle].clone();
        entity.visit_relations(&mut FillGraph { session: self, owner: handle, trail, take });
        trail.entities.pop();
        if take {
            self.state.let_go(T::model(), handle.index);
        }
        entity
    }
}

/// Adds the entities that an entity's references own.
struct AddReferred<'s> {
    session: &'s mut Session,
}

impl<S: Entity> RelationVisitor<S> for AddReferred<'_> {
    fn reference<F: ReferenceField>(&mut self, _number: usize, field: &mut F) {
        if let Some(target) = field.reference_mut().and_then(Ref::take_loaded) {
            let known = target.key().and_then(|key| self.session.known::<F::Target>(&key));
            let target = known.unwrap_or_else(|| self.session.add_graph(target));
            *field = F::from_reference(Some(Ref::from(target)));
        }
    }

    fn many<T: Entity>(&mut self, _relation: ToMany<S, T>, _field: &mut Many<T>) {}

    fn one<T: Entity>(&mut self, _relation: ToOne<S, T>, _field: &mut One<T>) {}
}

type AddHanging<S> = Box<dyn FnOnce(&mut Session, Handle<S>)>;

/// Takes the entities out of an entity's relations, to be added once it has a handle.
struct Hanging<S>(Vec<AddHanging<S>>);

impl<S> Default for Hanging<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S: Entity> Hanging<S> {
    fn push<T: Entity>(&mut self, path: Path<S, T>, related: Vec<T>) {
        self.0.push(Box::new(move |session, owner| {
            for entity in related {
                session.add_related(&path, owner, entity);
            }
        }));
    }
}

impl<S: Entity> RelationVisitor<S> for Hanging<S> {
    fn reference<F: ReferenceField>(&mut self, _number: usize, _field: &mut F) {}

    fn many<T: Entity>(&mut self, relation: ToMany<S, T>, field: &mut Many<T>) {
        if let Some(related) = field.take() {
            self.push(relation.path(), related);
        }
    }

    fn one<T: Entity>(&mut self, relation: ToOne<S, T>, field: &mut One<T>) {
        if let Some(related) = field.take() {
            self.push(relation.path(), vec![related]);
        }
    }
}

impl Session {
    /// Adds an entity that hangs on an owner.
    fn add_related<S: Entity, T: Entity>(&mut self, path: &Path<S, T>, owner: Handle<S>, mut entity: T) {
        match path {
            Path::Inverse { reference, .. } => {
                (reference.set)(&mut entity, Some(Ref::from(owner)));
                self.add_graph(entity);
            }
            Path::Association { relation, .. } => {
                // Two graphs may hold copies of one row.
                let known = entity.key().and_then(|key| self.known::<T>(&key));
                let target = known.unwrap_or_else(|| self.add_graph(entity));
                self.link_through(*relation, owner, target);
            }
            Path::Reference(_) => {}
        }
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

/// Fills the relation fields of a copied entity with copies of what the session has loaded.
struct FillGraph<'s, S> {
    session: &'s mut Session,
    owner: Handle<S>,
    trail: &'s mut Trail,
    take: bool,
}

/// The way from the root of a copied graph to where the copying is.
///
/// An entity is not copied beneath itself, nor are the links of one association table beneath each other:
/// every way through a web of links would be a copy of its own.
#[derive(Default)]
struct Trail {
    entities: Vec<(usize, u32)>,
    associations: Vec<&'static TableName>,
}

impl<S: Entity> FillGraph<'_, S> {
    fn related<T: Entity>(&mut self, path: &Path<S, T>) -> Option<Vec<T>> {
        let relation = path.relation()?;
        let key = RelationKey { slot: S::model().slot, relation };
        let model = &S::model().relations[relation];
        let members = self.session.state.related::<T>(key, self.owner.index, model)?.to_vec();
        let slot = T::model().slot;
        let take = self.take && matches!(path, Path::Inverse { .. });
        let outside = |member: &Handle<T>| !self.trail.entities.contains(&(slot, member.index));
        let outside: Vec<Handle<T>> = members.into_iter().filter(outside).collect();
        let Via::Association(association) = &model.via else {
            return Some(self.copy(outside, take));
        };
        if self.trail.associations.contains(&&association.table) {
            return None;
        }
        self.trail.associations.push(&association.table);
        let copies = self.copy(outside, take);
        self.trail.associations.pop();
        Some(copies)
    }

    fn copy<T: Entity>(&mut self, members: Vec<Handle<T>>, take: bool) -> Vec<T> {
        members
            .into_iter()
            .map(|member| self.session.take_graph(member, self.trail, take))
            .collect()
    }
}

impl<S: Entity> RelationVisitor<S> for FillGraph<'_, S> {
    fn reference<F: ReferenceField>(&mut self, number: usize, field: &mut F) {
        let slot = F::Target::model().slot;
        let Some(target) = self.session.state.owner(S::model().slot, self.owner.index, number) else {
            return;
        };
        if self.trail.entities.contains(&(slot, target)) {
            let key = self.session[Handle::<F::Target>::new(self.session.state.id, target)].key();
            if let Some(key) = key {
                *field = F::from_reference(Some(Ref::to(key)));
            }
            return;
        }
        let target = self.session[Handle::<F::Target>::new(self.session.state.id, target)].clone();
        if let Some(reference) = field.reference_mut() {
            reference.set_loaded(std::sync::Arc::new(target));
        }
    }

    fn many<T: Entity>(&mut self, relation: ToMany<S, T>, field: &mut Many<T>) {
        *field = self.related(&relation.path()).map_or_else(Many::not_loaded, Many::from);
    }

    fn one<T: Entity>(&mut self, relation: ToOne<S, T>, field: &mut One<T>) {
        *field = match self.related(&relation.path()) {
            Some(related) => One::from(related.into_iter().next()),
            None => One::not_loaded(),
        };
    }
}
