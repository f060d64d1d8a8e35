//! Arenas without their type: what flushes, rollbacks and links work on.

use std::any::Any;
use std::cmp::Ordering;
use std::num::NonZeroU32;

use lapis_engine::{Error, Result, Row};
use lapis_sql::expr::OrderBy;
use lapis_sql::{Cell, Key, Value};

use super::arena::{Arena, Before, Collection, EntityState, Intake, RelationKey, Undo, unset_properties};
use super::column_set::ColumnSet;
use super::sorting::compare;
use super::stray;
use crate::entity::{Entity, Link, Model, Relink};
use crate::handle::Handle;

/// The entities a flush has to look at.
pub(crate) struct Changes<'a> {
    pub(crate) new: &'a [u32],
    pub(crate) dirty: &'a [u32],
    pub(crate) doomed: &'a [u32],
}

/// An arena whose entity type is not known.
pub(crate) trait AnyArena: Any + Send + Sync {
    fn model(&self) -> &'static Model;
    fn len(&self) -> u32;
    fn changes(&self) -> Changes<'_>;
    fn state(&self, index: u32) -> EntityState;
    fn is_doomed(&self, index: u32) -> bool;
    /// Whether an entity may be referred to: it is a row, or will be one.
    fn is_referable(&self, index: u32) -> bool;
    fn is_born(&self, index: u32) -> bool;

    /// The value of a column; `None` while it is unset.
    fn value(&self, index: u32, column: usize) -> Option<Value<'_>>;
    /// The value of a column as the database has it.
    fn original_value(&self, index: u32, column: usize) -> Option<Value<'_>>;
    /// The columns whose values differ from the database's.
    fn changed(&self, index: u32) -> ColumnSet;
    /// Sets a column that the database assigned.
    fn assign(&mut self, index: u32, column: usize, cell: Cell<'_>) -> Result<()>;
    /// The primary key, once it is known.
    fn key(&self, index: u32) -> Option<Vec<Value<'static>>>;
    /// The entity with that primary key, if the session knows it.
    fn find(&self, key: &[Value<'_>]) -> Option<u32>;

    /// The first relation that an entity holds as owned entities, which are not the session's.
    fn stray(&mut self, index: u32) -> Option<usize>;

    fn link(&self, index: u32, reference: usize) -> Link;
    /// The key that a reference holds.
    fn link_key(&self, index: u32, reference: usize) -> Vec<Value<'_>>;
    /// Makes a reference point to an entity of the session, or to nothing.
    fn point(&mut self, index: u32, reference: usize, target: Option<u32>);
    /// Notes that the database set a reference to NULL; other changes stay.
    fn set_null(&mut self, index: u32, reference: usize);
    /// Fills in the key of the entity that a reference points to.
    fn resolve(&mut self, index: u32, reference: usize, key: &[Value<'static>]) -> Result<()>;

    /// Takes in a row.
    fn intake(&mut self, row: &Row<'_>, first: usize, epoch: u32) -> Result<Intake>;

    /// Marks a row to be deleted, as an orphan or for good.
    fn doom(&mut self, index: u32, as_orphan: bool);
    /// An orphan that found an owner is not to be deleted.
    fn spare_orphan(&mut self, index: u32);
    /// Notes that a flush inserted an entity, with the columns the database gave it.
    fn inserted(&mut self, index: u32, generated: ColumnSet, epoch: u32);
    /// Notes that a flush wrote an entity's changes.
    fn updated(&mut self, index: u32, epoch: u32);
    /// Notes that changing an entity changed no column.
    fn unchanged(&mut self, index: u32);
    /// Exchanges a changed entity and what the database has of it.
    fn swap_original(&mut self, index: u32);
    /// Makes an entity again what the database has.
    fn discard_changes(&mut self, index: u32);
    /// Notes that a row is gone.
    fn deleted(&mut self, index: u32);
    /// Forgets the lists of changes, which a flush has written.
    fn clear_changes(&mut self);
    /// Lets go of an entity.
    fn expunge(&mut self, index: u32);
    /// Has the next row that is read replace an entity, and forgets changes.
    fn expire(&mut self, index: u32);

    fn is_loaded(&self, key: RelationKey, owner: u32) -> bool;
    fn is_forgotten(&self, key: RelationKey, owner: u32) -> bool;
    fn is_member(&self, key: RelationKey, owner: u32, member: u32) -> bool;
    /// The members of an owner's relation; none where they are not loaded.
    fn members(&self, key: RelationKey, owner: u32) -> Vec<u32>;
    /// Replaces the members of an owner's relation.
    fn replace_members(&mut self, key: RelationKey, owner: u32, members: &[u32]);
    /// Adds a member, which is not there yet, where the relation's order wants it.
    fn enlist(&mut self, key: RelationKey, owner: u32, member: u32, order: &[OrderBy]);
    fn delist(&mut self, key: RelationKey, owner: u32, member: u32);
    /// Takes a member out of a relation, whoever's it is.
    fn delist_from(&mut self, key: RelationKey, member: u32);
    /// Forgets the members of every relation that holds an entity.
    fn unload_holders(&mut self, member: u32);
    /// Forgets the members of an owner's relation.
    fn unload(&mut self, key: RelationKey, owner: u32);

    /// How long the journal is.
    fn mark(&self) -> usize;
    /// Takes back everything since a mark.
    fn undo(&mut self, mark: usize);
    /// Makes everything final: what was deleted is detached.
    fn commit(&mut self);
}

impl<T: Entity> AnyArena for Arena<T> {
    fn model(&self) -> &'static Model {
        T::model()
    }

    fn len(&self) -> u32 {
        self.entries.len() as u32
    }

    fn changes(&self) -> Changes<'_> {
        Changes { new: &self.new, dirty: &self.dirty, doomed: &self.doomed }
    }

    fn state(&self, index: u32) -> EntityState {
        self.entry(index).state
    }

    fn is_doomed(&self, index: u32) -> bool {
        self.entry(index).doomed
    }

    fn is_referable(&self, index: u32) -> bool {
        let entry = self.entry(index);
        match entry.state {
            EntityState::Pending | EntityState::Persistent => true,
            // Let go of: the row is still there.
            EntityState::Detached => !entry.gone,
            EntityState::Transient | EntityState::Deleted => false,
        }
    }

    fn is_born(&self, index: u32) -> bool {
        self.entry(index).born
    }

    fn value(&self, index: u32, column: usize) -> Option<Value<'_>> {
        let column = T::model().columns[column];
        self.entry(index).entity.value(column.field, column.part)
    }

    fn original_value(&self, index: u32, column: usize) -> Option<Value<'_>> {
        let column = T::model().columns[column];
        let entry = self.entry(index);
        entry.original.as_deref().unwrap_or(&entry.entity).value(column.field, column.part)
    }

    fn changed(&self, index: u32) -> ColumnSet {
        let entry = self.entry(index);
        let Some(original) = &entry.original else { return ColumnSet::default() };
        let columns = T::model().columns.iter().enumerate();
        let differs = columns.filter(|(_, column)| {
            !column.computed
                && entry.entity.value(column.field, column.part)
                    != original.value(column.field, column.part)
        });
        differs.map(|(index, _)| index).collect()
    }

    fn assign(&mut self, index: u32, column: usize, cell: Cell<'_>) -> Result<()> {
        let model = T::model();
        let name = model.column_name(column);
        self.entry_mut(index)
            .entity
            .set(model.columns[column].field, cell)
            .map_err(|error| Error::decode(format!("{}.{name}", T::TABLE), error))
    }

    fn key(&self, index: u32) -> Option<Vec<Value<'static>>> {
        let key = self.entry(index).entity.key()?;
        Some((0..T::Key::COLUMNS).map(|part| key.part(part).into_owned()).collect())
    }

    fn find(&self, key: &[Value<'_>]) -> Option<u32> {
        let key =
            T::Key::from_cells(&mut |part| key.get(part).and_then(Value::as_cell).unwrap_or(Cell::Null));
        self.identity.get(&key.ok()?).copied()
    }

    fn stray(&mut self, index: u32) -> Option<usize> {
        stray::find(&mut self.entry_mut(index).entity)
    }

    fn link(&self, index: u32, reference: usize) -> Link {
        self.entry(index).entity.link(reference)
    }

    fn link_key(&self, index: u32, reference: usize) -> Vec<Value<'_>> {
        let columns = T::model().references[reference].columns.clone();
        columns.map(|column| self.value(index, column).unwrap_or(Value::Null)).collect()
    }

    fn point(&mut self, index: u32, reference: usize, target: Option<u32>) {
        self.remember(index);
        let target = target.map(|target| (self.session, target));
        relink(&mut self.entry_mut(index).entity, reference, Relink::Point(target));
    }

    fn set_null(&mut self, index: u32, reference: usize) {
        let entry = self.entry_mut(index);
        let before = entry.original.clone().unwrap_or_else(|| Box::new(entry.entity.clone()));
        relink(&mut entry.entity, reference, Relink::Point(None));
        if let Some(original) = entry.original.as_deref_mut() {
            relink(original, reference, Relink::Point(None));
        }
        entry.epoch = 0;
        self.journal.push(Undo::Updated { index, before });
    }

    fn resolve(&mut self, index: u32, reference: usize, key: &[Value<'static>]) -> Result<()> {
        let mut cell = |part: usize| key.get(part).and_then(Value::as_cell).unwrap_or(Cell::Null);
        self.entry_mut(index)
            .entity
            .relink(reference, Relink::Resolve(&mut cell))
            .map_err(|error| {
                Error::decode(format!("{}.{}", T::TABLE, T::model().references[reference].name), error)
            })
    }

    fn intake(&mut self, row: &Row<'_>, first: usize, epoch: u32) -> Result<Intake> {
        self.admit(T::decode(row, first)?, epoch)
    }

    fn doom(&mut self, index: u32, as_orphan: bool) {
        let entry = self.entry_mut(index);
        if entry.state != EntityState::Persistent {
            return;
        }
        if entry.doomed {
            entry.orphan &= as_orphan;
            return;
        }
        entry.doomed = true;
        entry.orphan = as_orphan;
        self.doomed.push(index);
        self.journal.push(Undo::Doomed(index));
    }

    fn spare_orphan(&mut self, index: u32) {
        let entry = self.entry_mut(index);
        if entry.doomed && entry.orphan {
            entry.doomed = false;
            entry.orphan = false;
            self.doomed.retain(|doomed| *doomed != index);
        }
    }

    fn inserted(&mut self, index: u32, generated: ColumnSet, epoch: u32) {
        let entry = self.entry_mut(index);
        entry.state = EntityState::Persistent;
        entry.epoch = epoch;
        unset_properties(&mut entry.entity);
        if let Some(key) = self.entry(index).entity.key() {
            self.identity.insert(key, index);
        }
        self.journal.push(Undo::Inserted { index, generated });
    }

    fn updated(&mut self, index: u32, epoch: u32) {
        let entry = self.entry_mut(index);
        entry.epoch = epoch;
        unset_properties(&mut entry.entity);
        let Some(before) = entry.original.take() else { return };
        let (old, new) = (before.key(), entry.entity.key());
        if old != new {
            rekey(self, index, old, new);
        }
        self.journal.push(Undo::Updated { index, before });
    }

    fn unchanged(&mut self, index: u32) {
        let entry = self.entry_mut(index);
        let Some(original) = entry.original.take() else { return };
        // What the program made of a computed column is not written; it is again what the database computed.
        for column in T::model().columns.iter().filter(|column| column.computed) {
            let value = original.value(column.field, column.part);
            let cell = value.as_ref().and_then(Value::as_cell).unwrap_or(Cell::Null);
            // The value came out of the same field.
            let _ = entry.entity.set(column.field, cell);
        }
        for property in &T::model().properties {
            match original.value(property.field, 0).as_ref().and_then(Value::as_cell) {
                Some(cell) => drop(entry.entity.set(property.field, cell)),
                None => entry.entity.unset(property.field),
            }
        }
    }

    fn swap_original(&mut self, index: u32) {
        let entry = self.entry_mut(index);
        if let Some(original) = entry.original.as_deref_mut() {
            std::mem::swap(original, &mut entry.entity);
        }
    }

    fn discard_changes(&mut self, index: u32) {
        let entry = &mut self.entries[index as usize];
        if let Some(original) = entry.original.take() {
            entry.entity = *original;
            self.dirty.retain(|dirty| *dirty != index);
        }
    }

    fn deleted(&mut self, index: u32) {
        self.discard_changes(index);
        let entry = self.entry_mut(index);
        entry.state = EntityState::Deleted;
        entry.doomed = false;
        entry.gone = true;
        let key = entry.entity.key();
        if let Some(key) = key {
            self.identity.remove(&key);
        }
        self.journal.push(Undo::Deleted(index));
    }

    fn clear_changes(&mut self) {
        self.new.clear();
        self.dirty.clear();
        self.doomed.clear();
    }

    fn expunge(&mut self, index: u32) {
        let entry = &mut self.entries[index as usize];
        match entry.state {
            EntityState::Pending => {
                entry.state = EntityState::Transient;
                self.new.retain(|new| *new != index);
            }
            EntityState::Persistent => {
                entry.state = EntityState::Detached;
                entry.doomed = false;
                self.let_go.push(index);
                let key = entry.original.as_deref().unwrap_or(&entry.entity).key();
                if entry.original.take().is_some() {
                    self.dirty.retain(|dirty| *dirty != index);
                }
                self.doomed.retain(|doomed| *doomed != index);
                if let Some(key) = key {
                    self.identity.remove(&key);
                }
            }
            _ => {}
        }
    }

    fn expire(&mut self, index: u32) {
        let entry = self.entry_mut(index);
        if entry.state != EntityState::Persistent {
            return;
        }
        entry.epoch = 0;
        entry.born = false;
        self.discard_changes(index);
    }

    fn is_loaded(&self, key: RelationKey, owner: u32) -> bool {
        self.collection(key, owner).is_some()
    }

    fn is_forgotten(&self, key: RelationKey, owner: u32) -> bool {
        Arena::is_forgotten(self, key, owner)
    }

    fn is_member(&self, key: RelationKey, owner: u32, member: u32) -> bool {
        let handle = self.handle(member);
        self.collection(key, owner)
            .is_some_and(|collection| collection.members.contains(&handle))
    }

    fn members(&self, key: RelationKey, owner: u32) -> Vec<u32> {
        let members = self.collection(key, owner).map(|collection| &collection.members);
        members.into_iter().flatten().map(|member| member.index).collect()
    }

    fn replace_members(&mut self, key: RelationKey, owner: u32, members: &[u32]) {
        let members = self.handles(members);
        self.set_collection(key, owner, Some(members));
    }

    fn enlist(&mut self, key: RelationKey, owner: u32, member: u32, order: &[OrderBy]) {
        let handle = self.handle(member);
        let at = match self.collection(key, owner) {
            None => 0,
            Some(collection) if order.is_empty() => collection.members.len(),
            Some(collection) => collection
                .members
                .partition_point(|other| compare(self, order, other.index, member) != Ordering::Greater),
        };
        self.collection_mut(key, owner).members.insert(at, handle);
        self.journal.push(Undo::Enlisted { key, owner, member });
    }

    fn delist(&mut self, key: RelationKey, owner: u32, member: u32) {
        let handle = self.handle(member);
        let Some(collection) = self.collection(key, owner) else { return };
        if let Some(at) = collection.members.iter().rposition(|other| *other == handle) {
            self.collection_mut(key, owner).members.remove(at);
            self.journal.push(Undo::Delisted { key, owner, member, at });
        }
    }

    fn delist_from(&mut self, key: RelationKey, member: u32) {
        let handle = self.handle(member);
        let Some(collections) = self.collections.get(&key) else { return };
        let holds = |(owner, collection): (&u32, &Option<Collection<T>>)| {
            collection.as_ref()?.members.contains(&handle).then_some(*owner)
        };
        let owners: Vec<u32> = collections.iter().filter_map(holds).collect();
        for owner in owners {
            self.delist(key, owner, member);
        }
    }

    fn unload_holders(&mut self, member: u32) {
        let handle = self.handle(member);
        let mut holders: Vec<(RelationKey, u32)> = Vec::new();
        for (key, collections) in &self.collections {
            let holds = |held: &Option<Collection<T>>| {
                held.as_ref().is_some_and(|held| held.members.contains(&handle))
            };
            let holding = collections.iter().filter(|(_, held)| holds(held));
            holders.extend(holding.map(|(owner, _)| (*key, *owner)));
        }
        for (key, owner) in holders {
            self.set_collection(key, owner, None);
        }
    }

    fn unload(&mut self, key: RelationKey, owner: u32) {
        if self.is_loaded(key, owner) {
            self.set_collection(key, owner, None);
        }
    }

    fn mark(&self) -> usize {
        self.journal.len()
    }

    fn undo(&mut self, mark: usize) {
        // What was changed and not yet flushed goes first: the journal begins at the last flush.
        for index in std::mem::take(&mut self.dirty) {
            let entry = self.entry_mut(index);
            if let Some(original) = entry.original.take() {
                entry.entity = *original;
            }
        }
        while self.journal.len() > mark {
            let Some(undo) = self.journal.pop() else { break };
            undo_one(self, undo);
        }
        // What the program has let go of stays so: relations that held it have to be loaded again.
        let mark = self.journal.len();
        for index in self.let_go.clone() {
            self.unload_holders(index);
        }
        self.journal.truncate(mark);
        let (entries, doomed) = (&self.entries, &mut self.doomed);
        doomed.retain(|index| entries[*index as usize].doomed);
        let (entries, new) = (&self.entries, &mut self.new);
        new.retain(|index| entries[*index as usize].state == EntityState::Pending);
        new.sort_unstable();
        new.dedup();
    }

    fn commit(&mut self) {
        self.let_go.clear();
        for undo in self.journal.drain(..) {
            if let Undo::Deleted(index) = undo {
                let entry = &mut self.entries[index as usize];
                if entry.state == EntityState::Deleted {
                    entry.state = EntityState::Detached;
                }
            }
        }
    }
}

fn relink<T: Entity>(entity: &mut T, reference: usize, change: Relink<'_, '_>) {
    // Pointing somewhere decodes nothing, so it cannot fail.
    let _ = entity.relink(reference, change);
}

fn rekey<T: Entity>(arena: &mut Arena<T>, index: u32, old: Option<T::Key>, new: Option<T::Key>) {
    if let Some(old) = old {
        arena.identity.remove(&old);
    }
    if let Some(new) = new {
        arena.identity.insert(new, index);
    }
}

fn undo_one<T: Entity>(arena: &mut Arena<T>, undo: Undo<T>) {
    match undo {
        Undo::Added(index) => arena.entry_mut(index).state = EntityState::Transient,
        Undo::Inserted { index, generated } => {
            if let Some(key) = arena.entry(index).entity.key() {
                arena.identity.remove(&key);
            }
            let entry = arena.entry_mut(index);
            entry.state = EntityState::Pending;
            for column in generated.iter() {
                entry.entity.unset(T::model().columns[column].field);
            }
            for reference in 0..T::model().references.len() {
                relink(&mut entry.entity, reference, Relink::Unresolve);
            }
            arena.new.push(index);
        }
        Undo::Updated { index, before } => {
            let (new, old) = (arena.entry(index).entity.key(), before.key());
            arena.entry_mut(index).entity = *before;
            if new != old {
                rekey(arena, index, new, old);
            }
        }
        Undo::Doomed(index) => {
            let entry = arena.entry_mut(index);
            (entry.doomed, entry.orphan) = (false, false);
        }
        Undo::Deleted(index) => {
            let entry = arena.entry_mut(index);
            entry.state = EntityState::Persistent;
            entry.doomed = true;
            entry.gone = false;
            if let Some(key) = entry.entity.key() {
                arena.identity.insert(key, index);
            }
            arena.doomed.push(index);
        }
        Undo::Collection { key, owner, before } => {
            let collections = arena.collections.entry(key).or_default();
            match before {
                Before::Nothing => drop(collections.remove(&owner)),
                Before::Forgotten => drop(collections.insert(owner, None)),
                Before::Members(members) => drop(collections.insert(owner, Some(members.into()))),
            }
        }
        Undo::Enlisted { key, owner, member } => {
            let handle = arena.handle(member);
            if arena.collection(key, owner).is_some() {
                arena.collection_mut(key, owner).members.retain(|other| *other != handle);
            }
        }
        Undo::Delisted { key, owner, member, at } => {
            let handle = arena.handle(member);
            if arena.collection(key, owner).is_some() {
                let members = &mut arena.collection_mut(key, owner).members;
                members.insert(at.min(members.len()), handle);
            }
        }
    }
}

/// An arena by its type again.
pub(crate) fn typed<T: Entity>(arena: &dyn AnyArena) -> Option<&Arena<T>> {
    (arena as &dyn Any).downcast_ref()
}

/// An arena by its type again.
pub(crate) fn typed_mut<T: Entity>(arena: &mut dyn AnyArena) -> Option<&mut Arena<T>> {
    (arena as &mut dyn Any).downcast_mut()
}

/// A new arena for entities of type `T`.
pub(crate) fn new_arena<T: Entity>(session: NonZeroU32) -> Box<dyn AnyArena> {
    Box::new(Arena::<T>::new(session))
}

impl<T: Entity> Arena<T> {
    /// What an owner's relation holds, as handles.
    pub(crate) fn handles(&self, members: &[u32]) -> Vec<Handle<T>> {
        members.iter().map(|member| self.handle(*member)).collect()
    }
}
