//! All arenas of a session, and both sides of relations kept in step.

use std::any::Any;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use foldhash::fast::RandomState;
use lapis_engine::{Error, Result};
use lapis_sql::Value;
use lapis_sql::expr::OrderBy;

use super::arena::{Arena, EntityState, Intake, RelationKey, linked_index};
use super::association::{AssociationLog, Change, Forward};
use super::erased::{AnyArena, typed, typed_mut};
use super::flush::referring_to;
use crate::entity::{Entity, Link, Model, RelationModel, Via};
use crate::handle::Handle;

/// What a session knows, without its connection.
pub(crate) struct State {
    pub(crate) id: NonZeroU32,
    /// By the entities' slots.
    arenas: Vec<Option<Box<dyn AnyArena>>>,
    /// The entity that was lent for changing last, and whose it was before.
    lent: Option<Lent>,
    /// The running transaction: rows read in an earlier one may be out of date.
    pub(crate) epoch: u32,
    /// Links through association tables that wait for the flush.
    pub(crate) associations: AssociationLog,
}

/// An entity that was lent for changing: its references may have changed behind the session's back.
struct Lent {
    slot: usize,
    index: u32,
    /// For each reference, the entity it pointed to.
    owners: Vec<Option<u32>>,
    /// Its handle, once it was seen as the only member of a collection that is not there yet.
    handle: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// How far the journals had come when a savepoint was set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mark {
    arenas: Vec<usize>,
    associations: usize,
}

static NEXT_SESSION: AtomicU32 = AtomicU32::new(1);

/// A number no other session of this process has, until four billion were made.
fn next_id() -> NonZeroU32 {
    loop {
        if let Some(id) = NonZeroU32::new(NEXT_SESSION.fetch_add(1, Ordering::Relaxed)) {
            return id;
        }
    }
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            id: next_id(),
            arenas: Vec::new(),
            lent: None,
            epoch: 1,
            associations: AssociationLog::default(),
        }
    }

    // Arenas, with and without their types.

    pub(crate) fn any(&self, slot: usize) -> Option<&dyn AnyArena> {
        self.arenas.get(slot)?.as_deref()
    }

    pub(crate) fn any_mut(&mut self, slot: usize) -> Option<&mut dyn AnyArena> {
        Some(&mut **self.arenas.get_mut(slot)?.as_mut()?)
    }

    /// The arena of a model, made where there is none.
    pub(crate) fn ensure(&mut self, model: &'static Model) -> &mut dyn AnyArena {
        if self.arenas.len() <= model.slot {
            self.arenas.resize_with(model.slot + 1, || None);
        }
        let id = self.id;
        &mut **self.arenas[model.slot].get_or_insert_with(|| (model.new_arena)(id))
    }

    pub(crate) fn arena<T: Entity>(&self) -> Option<&Arena<T>> {
        typed(self.any(T::model().slot)?)
    }

    pub(crate) fn arena_mut<T: Entity>(&mut self) -> &mut Arena<T> {
        typed_mut(self.ensure(T::model())).expect("every entity has a slot of its own")
    }

    /// The arenas there are, by slot.
    pub(crate) fn arenas(&self) -> impl Iterator<Item = (usize, &dyn AnyArena)> {
        self.arenas
            .iter()
            .enumerate()
            .filter_map(|(slot, arena)| Some((slot, arena.as_deref()?)))
    }

    /// Checks that a handle is of this session.
    pub(crate) fn check<T: Entity>(&self, handle: Handle<T>) -> Result<u32> {
        if handle.session == self.id {
            return Ok(handle.index);
        }
        Err(Error::invalid_request(format!(
            "{handle:?} is of another session (this one is {}); load the entity here, or use `merge`",
            self.id
        )))
    }

    // References.

    /// The entity of this session that a reference leads to, if the session knows it.
    pub(crate) fn owner(&self, slot: usize, index: u32, reference: usize) -> Option<u32> {
        let arena = self.any(slot)?;
        match arena.link(index, reference) {
            Link::Key => {
                let target = (arena.model().references[reference].target)().slot;
                self.any(target)?.find(&arena.link_key(index, reference))
            }
            link => linked_index(link, self.id),
        }
    }

    fn owners(&self, slot: usize, index: u32, into: &mut Vec<Option<u32>>) {
        let Some(arena) = self.any(slot) else { return };
        let references = 0..arena.model().references.len();
        into.extend(references.map(|reference| self.owner(slot, index, reference)));
    }

    /// Gets ready to lend an entity for changing.
    pub(crate) fn lend(&mut self, slot: usize, index: u32) {
        self.settle();
        let Some(arena) = self.any(slot) else { return };
        let model = arena.model();
        if (0..model.references.len()).all(|reference| model.inverses(reference).is_empty()) {
            return;
        }
        let mut owners = Vec::new();
        self.owners(slot, index, &mut owners);
        self.lent = Some(Lent { slot, index, owners, handle: OnceLock::new() });
    }

    /// Looks at the entity that was lent last, and moves it between collections as its references say.
    pub(crate) fn settle(&mut self) {
        let Some(lent) = self.lent.take() else { return };
        for (reference, before) in lent.owners.into_iter().enumerate() {
            let now = self.owner(lent.slot, lent.index, reference);
            if now != before {
                self.move_between(lent.slot, lent.index, reference, before, now);
            }
        }
    }

    /// Moves an entity from one owner's collections to another's.
    fn move_between(
        &mut self,
        slot: usize,
        index: u32,
        reference: usize,
        from: Option<u32>,
        to: Option<u32>,
    ) {
        let Some(arena) = self.any(slot) else { return };
        let model = arena.model();
        let target = (model.references[reference].target)();
        for relation in model.inverses(reference) {
            let key = RelationKey { slot: target.slot, relation: *relation };
            if let Some(from) = from {
                self.delist(model, key, from, index);
            }
            if let Some(to) = to {
                self.enlist(model, target, key, to, index);
            }
            let orphaned =
                from.is_some() && to.is_none() && target.relations[*relation].cascade.delete_orphan;
            if orphaned {
                self.doom(model, index);
            }
        }
    }

    fn delist(&mut self, model: &'static Model, key: RelationKey, owner: u32, member: u32) {
        if let Some(arena) = self.any_mut(model.slot) {
            arena.delist(key, owner, member);
        }
    }

    /// Adds a member to an owner's relation, where its members are known.
    pub(crate) fn enlist(
        &mut self,
        model: &'static Model,
        owner_model: &'static Model,
        key: RelationKey,
        owner: u32,
        member: u32,
    ) {
        let born = self.any(owner_model.slot).is_some_and(|owners| owners.is_born(owner));
        let order: &'static [OrderBy] = &owner_model.relations[key.relation].order_by;
        let arena = self.ensure(model);
        if born || arena.is_loaded(key, owner) {
            arena.enlist(key, owner, member, order);
        }
    }

    /// Puts a new entity into the collections of the entities it refers to.
    pub(crate) fn enlist_new(&mut self, model: &'static Model, index: u32) {
        for reference in 0..model.references.len() {
            if !model.inverses(reference).is_empty() {
                let owner = self.owner(model.slot, index, reference);
                self.move_between(model.slot, index, reference, None, owner);
            }
        }
    }

    /// Moves an entity whose references a row has changed.
    pub(crate) fn realign(&mut self, model: &'static Model, intake: &Intake) {
        let Intake::Refreshed(index, true) = *intake else { return };
        for reference in 0..model.references.len() {
            let target = (model.references[reference].target)();
            let owner = self.owner(model.slot, index, reference);
            for relation in model.inverses(reference) {
                let key = RelationKey { slot: target.slot, relation: *relation };
                let stays = owner.is_some_and(|owner| {
                    self.any(model.slot).is_some_and(|arena| arena.is_member(key, owner, index))
                });
                if !stays {
                    if let Some(arena) = self.any_mut(model.slot) {
                        arena.delist_from(key, index);
                    }
                    if let Some(owner) = owner {
                        self.enlist(model, target, key, owner, index);
                    }
                }
            }
        }
    }

    /// Has the next flush delete a row. What was never flushed is transient at once and no longer related to
    /// anything, and so is what its cascades take along.
    pub(crate) fn doom(&mut self, model: &'static Model, index: u32) {
        let mut waiting = vec![(model, index)];
        while let Some((model, index)) = waiting.pop() {
            let Some(arena) = self.any_mut(model.slot) else { continue };
            let pending = arena.state(index) == EntityState::Pending;
            arena.doom(index);
            if pending {
                self.leave_collections(model, index);
                self.associations.forget(model.slot, index);
                self.let_go(model, index, &mut waiting);
            }
        }
    }

    /// What hangs on an entity that was never flushed goes along, or no longer refers to it.
    fn let_go(&mut self, model: &'static Model, index: u32, going: &mut Vec<(&'static Model, u32)>) {
        for relation in &model.relations {
            let Via::Inverse { reference } = relation.via else { continue };
            let target = (relation.target)();
            for member in referring_to(self, target, reference, model.slot, &[index]) {
                if relation.cascade.delete || relation.cascade.delete_orphan {
                    going.push((target, member));
                } else if target.references[reference].nullable {
                    if let Some(arena) = self.any_mut(target.slot) {
                        arena.point(member, reference, None);
                    }
                    self.move_between(target.slot, member, reference, Some(index), None);
                }
            }
        }
    }

    /// Takes an entity that is gone out of the collections it was in.
    pub(crate) fn leave_collections(&mut self, model: &'static Model, row: u32) {
        for (number, reference) in model.references.iter().enumerate() {
            let Some(owner) = self.owner(model.slot, row, number) else { continue };
            for relation in model.inverses(number) {
                let key = RelationKey { slot: (reference.target)().slot, relation: *relation };
                self.delist(model, key, owner, row);
            }
        }
        for relation in 0..model.relations.len() {
            let Some(other_side) = model.other_side(relation) else { continue };
            let key = RelationKey { slot: (model.relations[relation].target)().slot, relation: other_side };
            if let Some(arena) = self.any_mut(model.slot) {
                arena.delist_from(key, row);
            }
        }
    }

    // Collections as they are seen.

    /// The members of an owner's relation; `None` where they are not loaded.
    pub(crate) fn related<T: Entity>(
        &self,
        key: RelationKey,
        owner: u32,
        relation: &'static RelationModel,
    ) -> Option<&[Handle<T>]> {
        let born = self.any(key.slot).is_some_and(|owners| owners.is_born(owner));
        let Some(arena) = self.arena::<T>() else { return born.then_some(&[]) };
        let moving = self.pending_move(T::model(), key);
        let Some(collection) = arena.collection(key, owner) else {
            return match (&self.lent, moving) {
                (Some(lent), Some((index, _, Some(to)))) if born && to == owner => {
                    let handle = lent.handle.get_or_init(|| Box::new(arena.handle(index)));
                    handle.downcast_ref().map(std::slice::from_ref)
                }
                _ => born.then_some(&[]),
            };
        };
        match moving {
            Some((index, before, now)) if before == Some(owner) || now == Some(owner) => {
                Some(collection.view.get_or_init(|| {
                    let handle = arena.handle(index);
                    let mut members: Vec<Handle<T>> =
                        collection.members.iter().copied().filter(|member| *member != handle).collect();
                    if now == Some(owner) {
                        let order = &relation.order_by;
                        let at = members.partition_point(|other| {
                            order.is_empty()
                                || super::sorting::compare(arena, order, other.index, index).is_le()
                        });
                        members.insert(at, handle);
                    }
                    members
                }))
            }
            _ => Some(&collection.members),
        }
    }

    /// The entity that was lent last, if it moves between owners of that relation: from where, to where.
    fn pending_move(
        &self,
        model: &'static Model,
        key: RelationKey,
    ) -> Option<(u32, Option<u32>, Option<u32>)> {
        let lent = self.lent.as_ref().filter(|lent| lent.slot == model.slot)?;
        let moves = |(reference, before): (usize, &Option<u32>)| {
            let target = (model.references[reference].target)().slot;
            let now = self.owner(lent.slot, lent.index, reference);
            let ours = target == key.slot && model.inverses(reference).contains(&key.relation);
            (ours && now != *before).then_some((lent.index, *before, now))
        };
        lent.owners.iter().enumerate().find_map(moves)
    }

    /// Whether two entities are linked through an association table, as far as either side is known.
    pub(crate) fn is_linked<S: Entity, T: Entity>(
        &self,
        relation: usize,
        owner: Handle<S>,
        target: Handle<T>,
    ) -> Option<bool> {
        let (source, targets) = (S::model(), T::model());
        let holds = |key: RelationKey, members: &dyn AnyArena, owner: u32, member: u32| {
            let known = members.is_loaded(key, owner)
                || self.any(key.slot).is_some_and(|owners| owners.is_born(owner));
            known.then(|| members.is_member(key, owner, member))
        };
        let own = holds(
            RelationKey { slot: source.slot, relation },
            self.any(targets.slot)?,
            owner.index,
            target.index,
        );
        own.or_else(|| {
            let key = RelationKey { slot: targets.slot, relation: source.other_side(relation)? };
            holds(key, self.any(source.slot)?, target.index, owner.index)
        })
    }

    /// Applies links through an association table that wait for the flush to members that were read.
    pub(crate) fn apply_unflushed_links<T: Entity>(
        &self,
        owner_model: &'static Model,
        relation: usize,
        members: &mut HashMap<u32, Vec<Handle<T>>, RandomState>,
    ) {
        let forward = Forward { source: owner_model, relation };
        for (change, owner, target) in self.associations.pending(forward) {
            let Some(members) = members.get_mut(&owner) else { continue };
            let target = Handle::new(self.id, target);
            members.retain(|member| *member != target);
            if change == Change::Insert {
                members.push(target);
            }
        }
    }

    // Transactions.

    pub(crate) fn mark(&mut self) -> Mark {
        self.settle();
        Mark {
            arenas: self
                .arenas
                .iter()
                .map(|arena| arena.as_ref().map_or(0, |arena| arena.mark()))
                .collect(),
            associations: self.associations.mark(),
        }
    }

    /// Takes back everything since a mark, the beginning by default.
    pub(crate) fn undo(&mut self, mark: &Mark) {
        // What was seen of the entity that is lent is taken back with the rest.
        self.settle();
        for (slot, arena) in self.arenas.iter_mut().enumerate() {
            if let Some(arena) = arena {
                arena.undo(mark.arenas.get(slot).copied().unwrap_or(0));
            }
        }
        self.associations.undo(mark.associations);
        self.epoch += 1;
    }

    /// Makes everything since the last commit final.
    pub(crate) fn commit(&mut self) {
        for arena in self.arenas.iter_mut().flatten() {
            arena.commit();
        }
        self.associations.commit();
        self.epoch += 1;
    }

    /// Whether a flush would write anything.
    pub(crate) fn has_changes(&mut self) -> bool {
        self.settle();
        let changed = self.arenas().any(|(_, arena)| {
            let changes = arena.changes();
            !(changes.new.is_empty() && changes.dirty.is_empty() && changes.doomed.is_empty())
        });
        changed || !self.associations.is_empty()
    }

    /// Forgets the lists of changes, which a flush has written.
    pub(crate) fn clear_changes(&mut self) {
        for arena in self.arenas.iter_mut().flatten() {
            arena.clear_changes();
        }
    }

    /// The key of an entity that is a row, or is about to be one.
    pub(crate) fn key_of(&self, slot: usize, index: u32) -> Option<Vec<Value<'static>>> {
        self.any(slot)?.key(index)
    }

    /// Whether an entity may be referred to: it is a row, or will be one.
    pub(crate) fn is_referable(&self, slot: usize, index: u32) -> bool {
        let state = self.any(slot).map(|arena| arena.state(index));
        matches!(state, Some(EntityState::Pending | EntityState::Persistent))
    }
}
