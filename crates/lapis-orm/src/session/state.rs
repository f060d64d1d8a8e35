//! All arenas of a session, and what is seen of them.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use foldhash::fast::RandomState;
use lapis_engine::{Error, Result};
use lapis_sql::Value;

use super::arena::{Arena, EntityState, RelationKey, linked_index};
use super::association::{AssociationLog, Change, Forward};
use super::both_sides::Lent;
use super::column_set::ColumnSet;
use super::erased::{AnyArena, typed, typed_mut};
use crate::entity::{Entity, Link, Model, RelationModel};
use crate::handle::Handle;

/// What a session knows, without its connection.
pub(crate) struct State {
    pub(crate) id: NonZeroU32,
    /// By the entities' slots.
    arenas: Vec<Option<Box<dyn AnyArena>>>,
    /// The entity that was lent for changing last, and whose it was before.
    pub(super) lent: Option<Lent>,
    /// The running transaction: rows read in an earlier one may be out of date.
    pub(crate) epoch: u32,
    /// Links through association tables that wait for the flush.
    pub(crate) associations: AssociationLog,
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

    /// The same, for changing.
    pub(crate) fn arenas_mut(&mut self) -> impl Iterator<Item = &mut (dyn AnyArena + 'static)> {
        self.arenas.iter_mut().flatten().map(|arena| &mut **arena)
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
            link => {
                let index = linked_index(link, self.id)?;
                let target = (arena.model().references[reference].target)().slot;
                let targets = self.any(target)?;
                match targets.state(index) {
                    // It was let go of: its row may go by another handle now.
                    EntityState::Detached => targets.find(&targets.key(index)?),
                    _ => Some(index),
                }
            }
        }
    }

    /// The columns of a row whose values differ from the database's.
    pub(crate) fn changed(&self, slot: usize, index: u32) -> ColumnSet {
        let Some(arena) = self.any(slot) else { return ColumnSet::default() };
        let mut changed = arena.changed(index);
        if changed.is_empty() {
            return changed;
        }
        for (number, reference) in arena.model().references.iter().enumerate() {
            // A reference by handle holds no key before the flush, though its target may have one.
            let Some(target) = linked_index(arena.link(index, number), self.id) else { continue };
            let Some(key) = self.key_of((reference.target)().slot, target) else { continue };
            for (column, part) in reference.columns.clone().zip(&key) {
                if arena.original_value(index, column).as_ref() == Some(part) {
                    changed.remove(column);
                }
            }
        }
        changed
    }

    pub(super) fn owners(&self, slot: usize, index: u32, into: &mut Vec<Option<u32>>) {
        let Some(arena) = self.any(slot) else { return };
        let references = 0..arena.model().references.len();
        into.extend(references.map(|reference| self.owner(slot, index, reference)));
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
        let born = born && !arena.is_forgotten(key, owner);
        let moves = self.pending_move(T::model(), key);
        let Some(collection) = arena.collection(key, owner) else {
            return match (moves, &self.lent) {
                (Some((index, _, now)), Some(lent)) if born && now == Some(owner) => {
                    let alone = lent.alone.get_or_init(|| Box::new([arena.handle(index)]));
                    alone.downcast_ref::<[Handle<T>; 1]>().map(|alone| &alone[..])
                }
                _ => born.then_some(&[]),
            };
        };
        match moves {
            Some((index, before, now)) if before == Some(owner) || now == Some(owner) => {
                Some(collection.view.get_or_init(|| {
                    let handle = arena.handle(index);
                    let mut members: Vec<Handle<T>> =
                        collection.members.iter().copied().filter(|member| *member != handle).collect();
                    if now == Some(owner) {
                        if !relation.many {
                            members.clear();
                        }
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
        let holds = |members: &'static Model, key: RelationKey, owner: u32, member: u32| {
            let is_member = self.any(members.slot).is_some_and(|arena| arena.is_member(key, owner, member));
            self.knows_members(members, key, owner).then_some(is_member)
        };
        let own = RelationKey { slot: source.slot, relation };
        holds(targets, own, owner.index, target.index).or_else(|| {
            let other = RelationKey { slot: targets.slot, relation: source.other_side(relation)? };
            holds(source, other, target.index, owner.index)
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

    /// Whether nothing was changed since the last commit: what is read now stays true if the transaction is
    /// rolled back.
    pub(crate) fn is_untouched(&self) -> bool {
        let untouched = |arena: &dyn AnyArena| {
            let changes = arena.changes();
            arena.mark() == 0
                && changes.new.is_empty()
                && changes.dirty.is_empty()
                && changes.doomed.is_empty()
        };
        self.associations.mark() == 0 && self.arenas().all(|(_, arena)| untouched(arena))
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
        self.any(slot).is_some_and(|arena| arena.is_referable(index))
    }

    /// Whether an entity is the session's: a row, or about to be one.
    pub(crate) fn is_alive(&self, slot: usize, index: u32) -> bool {
        let state = self.any(slot).map(|arena| arena.state(index));
        matches!(state, Some(EntityState::Pending | EntityState::Persistent))
    }
}
