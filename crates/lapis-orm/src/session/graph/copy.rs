//! The way out: a copy of an entity with its loaded relations.

use std::any::Any;
use std::collections::HashSet;
use std::sync::Arc;
use std::vec;

use lapis_sql::expr::TableName;

use super::super::Session;
use super::super::arena::RelationKey;
use crate::entity::{Entity, Via};
use crate::field::{Many, One, Ref, ReferenceField};
use crate::handle::Handle;
use crate::relation::{Path, Relation, RelationVisitor, Slot, ToMany, ToOne};

/// Copies an entity with its loaded relations, except those that lead back to where it came from; with `take`, the
/// session lets go of what hangs on it.
pub(super) fn graph<T: Entity>(session: &mut Session, handle: Handle<T>, take: bool) -> T {
    let mut copying = Copying { session, left: Vec::new(), trail: Trail::default(), copied: None };
    copying.begin(handle, take);
    while let Some(step) = copying.left.pop() {
        step(&mut copying);
    }
    copying.copied()
}

/// A graph on its way out.
struct Copying<'s> {
    session: &'s mut Session,
    /// What is left to do, the next step last.
    left: Vec<Step>,
    trail: Trail,
    /// The entity that was copied last.
    copied: Option<Box<dyn Any>>,
}

type Step = Box<dyn FnOnce(&mut Copying<'_>)>;

/// The way from the root of a copied graph to where the copying is.
///
/// An entity is not copied beneath itself, nor are the links of one association table beneath each other:
/// every way through a web of links would be a copy of its own.
#[derive(Default)]
struct Trail {
    entities: HashSet<(usize, u32)>,
    associations: Vec<&'static TableName>,
}

/// A copied entity whose relations are being filled.
struct Copy<S: Entity> {
    entity: S,
    owner: Handle<S>,
    /// The number of the relation to fill next.
    next: usize,
    take: bool,
}

/// A relation of a copied entity, and the copies that belong into it.
struct Members<S: Entity, T: Entity> {
    copy: Copy<S>,
    slot: Slot<S, T>,
    left: vec::IntoIter<Handle<T>>,
    copies: Vec<T>,
    take: bool,
    is_association: bool,
}

impl Copying<'_> {
    fn push(&mut self, step: impl FnOnce(&mut Copying<'_>) + 'static) {
        self.left.push(Box::new(step));
    }

    /// The entity that was copied last.
    fn copied<T: Entity>(&mut self) -> T {
        let copied = self.copied.take().and_then(|copied| copied.downcast().ok());
        *copied.expect("a step that copies an entity goes before the one that asks for it")
    }

    fn begin<T: Entity>(&mut self, owner: Handle<T>, take: bool) {
        self.trail.entities.insert((T::model().slot, owner.index));
        let mut entity = self.session[owner].clone();
        entity.visit_relations(&mut FillReferences { copying: self, owner });
        self.go_on(Copy { entity, owner, next: 0, take });
    }

    /// Fills the next relation that has members, or is done with the entity.
    fn go_on<S: Entity>(&mut self, mut copy: Copy<S>) {
        let (owner, next, take) = (copy.owner, copy.next, copy.take);
        let mut relations = NextRelation { copying: self, owner, next, take, found: None };
        copy.entity.visit_relations(&mut relations);
        copy.next = relations.next;
        if let Some(fill) = relations.found {
            self.left.push(fill(copy));
            return;
        }
        self.trail.entities.remove(&(S::model().slot, copy.owner.index));
        if copy.take {
            self.session.state.let_go(S::model(), copy.owner.index);
        }
        self.copied = Some(Box::new(copy.entity));
    }

    /// Copies the members of a relation one after the other, and puts the copies into it.
    fn members<S: Entity, T: Entity>(&mut self, mut members: Members<S, T>) {
        if let Some(member) = members.left.next() {
            let take = members.take;
            self.push(move |copying| {
                members.copies.push(copying.copied());
                copying.members(members);
            });
            self.push(move |copying| copying.begin(member, take));
            return;
        }
        if members.is_association {
            self.trail.associations.pop();
        }
        let Members { mut copy, slot, copies, .. } = members;
        slot.fill(&mut copy.entity, copies);
        self.go_on(copy);
    }
}

/// Fills the references of a copied entity with copies of what they lead to, as far as the session knows it.
struct FillReferences<'a, 's, S> {
    copying: &'a mut Copying<'s>,
    owner: Handle<S>,
}

impl<S: Entity> RelationVisitor<S> for FillReferences<'_, '_, S> {
    fn reference<F: ReferenceField>(&mut self, number: usize, field: &mut F) {
        let Copying { session, trail, .. } = self.copying;
        let target = session.state.owner(S::model().slot, self.owner.index, number);
        let outside = |target: &u32| !trail.entities.contains(&(F::Target::model().slot, *target));
        match (target.filter(outside), field.reference_mut()) {
            (Some(target), Some(reference)) => {
                let target = Handle::<F::Target>::new(session.state.id, target);
                let mut copy = session[target].clone();
                copy.visit_relations(&mut ReferByKey { session, owner: target });
                reference.set_loaded(Arc::new(copy));
            }
            _ => ReferByKey { session, owner: self.owner }.reference(number, field),
        }
    }

    fn many<T: Entity>(&mut self, _relation: ToMany<S, T>, _field: &mut Many<T>) {}

    fn one<T: Entity>(&mut self, _relation: ToOne<S, T>, _field: &mut One<T>) {}
}

/// Has the references of a copied entity hold keys where there are some: a handle is of no use to another session.
struct ReferByKey<'a, S> {
    session: &'a Session,
    owner: Handle<S>,
}

impl<S: Entity> RelationVisitor<S> for ReferByKey<'_, S> {
    fn reference<F: ReferenceField>(&mut self, number: usize, field: &mut F) {
        let Some(reference) = field.reference() else { return };
        let state = &self.session.state;
        // What the session has let go of is no owner any more, and has a key all the same.
        let target = state
            .owner(S::model().slot, self.owner.index, number)
            .map(|target| Handle::<F::Target>::new(state.id, target))
            .or(reference.handle().filter(|handle| handle.session == state.id));
        let key = target.and_then(|target| self.session[target].key());
        if let Some(key) = key.or_else(|| reference.key().cloned()) {
            *field = F::from_reference(Some(Ref::to(key)));
        }
    }

    fn many<T: Entity>(&mut self, _relation: ToMany<S, T>, _field: &mut Many<T>) {}

    fn one<T: Entity>(&mut self, _relation: ToOne<S, T>, _field: &mut One<T>) {}
}

type Fill<S> = Box<dyn FnOnce(Copy<S>) -> Step>;

/// Finds the next relation of a copied entity that has members to copy; those before it that have none are filled.
struct NextRelation<'a, 's, S: Entity> {
    copying: &'a Copying<'s>,
    owner: Handle<S>,
    next: usize,
    take: bool,
    found: Option<Fill<S>>,
}

impl<S: Entity> NextRelation<'_, '_, S> {
    /// Whether a relation that has no members to copy is loaded; `None` if it is not its turn, or has some.
    fn see<T: Entity>(&mut self, path: Path<S, T>) -> Option<bool> {
        let (relation, slot, take) = match path {
            Path::Inverse { relation, slot, .. } => (relation, slot, self.take),
            // Who is linked through a table may belong to others as well.
            Path::Association { relation, slot } => (relation, slot, false),
            Path::Reference(_) => return None,
        };
        if self.found.is_some() || relation != self.next {
            return None;
        }
        self.next += 1;
        let Copying { session, trail, .. } = self.copying;
        let model = &S::model().relations[relation];
        let association = match &model.via {
            Via::Association(association) => Some(&association.table),
            Via::Inverse { .. } => None,
        };
        if association.is_some_and(|table| trail.associations.contains(&table)) {
            return Some(false);
        }
        let key = RelationKey { slot: S::model().slot, relation };
        let Some(members) = session.state.related::<T>(key, self.owner.index, model) else {
            return Some(false);
        };
        // Without those that lead back it would not be what the relation holds: a merge would take them out of it.
        let leads_back = |member: &Handle<T>| trail.entities.contains(&(T::model().slot, member.index));
        if members.iter().any(leads_back) {
            return Some(false);
        }
        if members.is_empty() {
            return Some(true);
        }
        let members = members.to_vec();
        self.found = Some(Box::new(move |copy| {
            Box::new(move |copying| {
                copying.trail.associations.extend(association);
                let (copies, left) = (Vec::with_capacity(members.len()), members.into_iter());
                let is_association = association.is_some();
                copying.members(Members { copy, slot, left, copies, take, is_association });
            })
        }));
        None
    }
}

impl<S: Entity> RelationVisitor<S> for NextRelation<'_, '_, S> {
    fn reference<F: ReferenceField>(&mut self, _number: usize, _field: &mut F) {}

    fn many<T: Entity>(&mut self, relation: ToMany<S, T>, field: &mut Many<T>) {
        if let Some(loaded) = self.see(relation.path()) {
            *field = if loaded { Many::from(Vec::new()) } else { Many::not_loaded() };
        }
    }

    fn one<T: Entity>(&mut self, relation: ToOne<S, T>, field: &mut One<T>) {
        if let Some(loaded) = self.see(relation.path()) {
            *field = if loaded { One::from(None) } else { One::not_loaded() };
        }
    }
}
