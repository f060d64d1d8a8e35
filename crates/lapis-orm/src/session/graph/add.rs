//! The way in: an entity is added with everything that hangs on it.

use std::vec;

use super::super::Session;
use crate::entity::{Entity, Relink};
use crate::field::{Many, One, Ref, ReferenceField};
use crate::handle::Handle;
use crate::relation::{Path, Relation, RelationVisitor, ToMany, ToOne};

impl Session {
    /// Adds an entity and everything that hangs on it.
    pub(crate) fn add_graph<T: Entity>(&mut self, entity: T) -> Handle<T> {
        self.state.settle();
        let mut adding = Adding { session: self, left: Vec::new(), added: 0 };
        adding.begin(entity);
        while let Some(step) = adding.left.pop() {
            step(&mut adding);
        }
        let index = adding.added;
        Handle::new(self.state.id, index)
    }
}

/// A graph on its way in.
struct Adding<'s> {
    session: &'s mut Session,
    /// What is left to do, the next step last.
    left: Vec<Step>,
    /// The place of the entity that was added last, with what hangs on it, or was found to be there.
    added: u32,
}

type Step = Box<dyn FnOnce(&mut Adding<'_>)>;

/// What an entity brings along.
struct Parts<S> {
    /// The entities that its references own, by the references' numbers; the first one last.
    referred: Vec<(usize, Step)>,
    /// What its relations hold, to be added once it has a handle; the first one last.
    hanging: Vec<Box<dyn FnOnce(Handle<S>) -> Step>>,
}

impl Adding<'_> {
    fn push(&mut self, step: impl FnOnce(&mut Adding<'_>) + 'static) {
        self.left.push(Box::new(step));
    }

    /// Adds an entity with its parts.
    fn begin<T: Entity>(&mut self, mut entity: T) {
        let mut parts = Parts { referred: Vec::new(), hanging: Vec::new() };
        entity.visit_relations(&mut parts);
        parts.referred.reverse();
        parts.hanging.reverse();
        self.go_on(entity, parts);
    }

    /// The same, unless the session knows the entity by its key: two graphs may hold copies of one row.
    fn find_or_begin<T: Entity>(&mut self, entity: T) {
        match entity.key().and_then(|key| self.session.known::<T>(&key)) {
            Some(known) => self.added = known.index,
            None => self.begin(entity),
        }
    }

    /// Adds what the entity refers to, so that it can be pointed to; then the entity; then what hangs on it.
    fn go_on<T: Entity>(&mut self, mut entity: T, mut parts: Parts<T>) {
        if let Some((number, add)) = parts.referred.pop() {
            self.push(move |adding| {
                // Pointing somewhere decodes nothing, so it cannot fail.
                let _ = entity.relink(number, Relink::Point(Some((adding.session.state.id, adding.added))));
                adding.go_on(entity, parts);
            });
            self.left.push(add);
            return;
        }
        let state = &mut self.session.state;
        let index = state.arena_mut::<T>().add(entity);
        state.enlist_new(T::model(), index);
        self.added = index;
        if !parts.hanging.is_empty() {
            self.push(move |adding| adding.added = index);
            let handle = Handle::new(self.session.state.id, index);
            self.left.extend(parts.hanging.into_iter().map(|add| add(handle)));
        }
    }

    /// Adds the entities of a relation one after the other.
    fn members<S: Entity, T: Entity>(
        &mut self,
        path: Path<S, T>,
        owner: Handle<S>,
        mut related: vec::IntoIter<T>,
    ) {
        let Some(mut entity) = related.next() else { return };
        self.push(move |adding| adding.members(path, owner, related));
        match path {
            Path::Inverse { reference, .. } => {
                (reference.set)(&mut entity, Some(Ref::from(owner)));
                self.begin(entity);
            }
            Path::Association { relation, .. } => {
                self.push(move |adding| {
                    let target = Handle::<T>::new(adding.session.state.id, adding.added);
                    adding.session.link_through(relation, owner, target);
                });
                self.find_or_begin(entity);
            }
            Path::Reference(_) => {}
        }
    }
}

impl<S: Entity> Parts<S> {
    fn hang<T: Entity>(&mut self, path: Path<S, T>, related: Vec<T>) {
        self.hanging.push(Box::new(move |owner| {
            Box::new(move |adding| adding.members(path, owner, related.into_iter()))
        }));
    }
}

impl<S: Entity> RelationVisitor<S> for Parts<S> {
    fn reference<F: ReferenceField>(&mut self, number: usize, field: &mut F) {
        if let Some(target) = field.reference_mut().and_then(Ref::take_loaded) {
            self.referred.push((number, Box::new(move |adding| adding.find_or_begin(target))));
        }
    }

    fn many<T: Entity>(&mut self, relation: ToMany<S, T>, field: &mut Many<T>) {
        if let Some(related) = field.take().filter(|related| !related.is_empty()) {
            self.hang(relation.path(), related);
        }
    }

    fn one<T: Entity>(&mut self, relation: ToOne<S, T>, field: &mut One<T>) {
        if let Some(related) = field.take() {
            self.hang(relation.path(), vec![related]);
        }
    }
}
