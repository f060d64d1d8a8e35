//! The model: what the database holds, what the session makes of it, and what a flush does, with nothing but
//! maps and sets.

use std::collections::{BTreeMap, BTreeSet};

use lapis::EntityState;

use crate::schema::{Any, Key, Kind, OnDelete, Rel};

/// A row, or what may become one, whatever handle it goes by.
pub type Id = u32;

/// What the columns of an entity hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    pub kind: Kind,
    pub label: String,
    /// What it refers to, by the references' numbers.
    pub refs: [Option<Id>; 2],
}

/// A row of the database.
#[derive(Debug, Clone)]
pub struct Row {
    pub columns: Columns,
    pub key: Key,
}

/// A relation of an entity that is not a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Sources(Rel),
    Tags,
    Books,
}

impl Side {
    pub fn of(kind: Kind) -> impl Iterator<Item = Side> {
        let linked = match kind {
            Kind::Book => Some(Side::Tags),
            Kind::Tag => Some(Side::Books),
            _ => None,
        };
        Rel::to(kind).map(Side::Sources).chain(linked)
    }
}

/// An entity of the session that is a row, or is about to be one.
#[derive(Debug, Clone)]
pub struct Known {
    pub any: Any,
    pub columns: Columns,
    /// The key of a country, which the program gives.
    pub code: Option<Key>,
    pub pending: bool,
    pub doomed: bool,
    /// Doomed because it was taken out of a relation that deletes orphans.
    pub orphaned: bool,
    /// The relations that have to be loaded; others may be.
    pub loaded: BTreeSet<Side>,
}

/// What is known after some operations.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub rows: BTreeMap<Id, Row>,
    pub row_links: BTreeSet<(Id, Id)>,
    pub known: BTreeMap<Id, Known>,
    /// Books and tags as the session links them.
    pub links: BTreeSet<(Id, Id)>,
    /// Entities that the session no longer, or not yet again, takes for rows.
    pub others: BTreeMap<Id, (Any, EntityState)>,
    /// How often entities were expired.
    pub expired: BTreeMap<Id, u32>,
}

/// What a flush has to do.
pub enum Flush {
    /// There is nothing to write.
    Nothing,
    /// The session's changes contradict themselves: everything stays as it is.
    Invalid,
    /// Whether it has to succeed, if that can be told, and the model after it.
    Sent { succeeds: Option<bool>, after: Box<Model>, inserted: Vec<Id> },
}

impl Model {
    /// What refers to an entity, as the session sees it.
    pub fn sources(&self, owner: Id, rel: Rel) -> Vec<Id> {
        let refers =
            |columns: &Columns| columns.kind == rel.source() && columns.refs[rel.number()] == Some(owner);
        let known = self.known.iter().filter(|(_, known)| refers(&known.columns)).map(|(id, _)| *id);
        let unknown = self
            .rows
            .iter()
            .filter(|(id, row)| !self.known.contains_key(id) && refers(&row.columns))
            .map(|(id, _)| *id);
        known.chain(unknown).collect()
    }

    /// The members of any relation, as the session sees them.
    pub fn members(&self, owner: Id, side: Side) -> Vec<Id> {
        match side {
            Side::Sources(rel) => self.sources(owner, rel),
            Side::Tags => self.links.iter().filter(|link| link.0 == owner).map(|link| link.1).collect(),
            Side::Books => self.links.iter().filter(|link| link.1 == owner).map(|link| link.0).collect(),
        }
    }

    /// Whether the session's columns of a row differ from the database's.
    pub fn is_dirty(&self, id: Id) -> bool {
        let (Some(known), Some(row)) = (self.known.get(&id), self.rows.get(&id)) else { return false };
        // Countries that were given one code are one to the column.
        let code = |id: Option<Id>| {
            let known = self.known.get(&id?).and_then(|known| known.code.as_ref());
            known.or_else(|| self.rows.get(&id?).map(|row| &row.key))
        };
        let same = |number: usize| {
            let (one, other) = (known.columns.refs[number], row.columns.refs[number]);
            one == other || known.columns.kind == Kind::Author && code(one) == code(other)
        };
        known.columns.label != row.columns.label || !same(0) || !same(1)
    }

    /// The row with a key.
    pub fn by_key(&self, kind: Kind, key: &Key) -> Option<Id> {
        let mut rows = self.rows.iter();
        rows.find(|(_, row)| row.columns.kind == kind && row.key == *key).map(|(id, _)| *id)
    }

    // What the program does.

    pub fn add(&mut self, id: Id, any: Any, columns: Columns, code: Option<Key>) {
        self.others.remove(&id);
        let loaded = Side::of(columns.kind).collect();
        let known = Known { any, columns, code, pending: true, doomed: false, orphaned: false, loaded };
        self.known.insert(id, known);
    }

    /// Has a reference lead elsewhere.
    pub fn refer(&mut self, id: Id, rel: Rel, to: Option<Id>) {
        let before = self.known[&id].columns.refs[rel.number()];
        if before == to {
            return;
        }
        if let Some(to) = to
            && rel.is_one_to_one()
            && (self.known.get(&to)).is_some_and(|owner| owner.loaded.contains(&Side::Sources(rel)))
        {
            for other in self.sources(to, rel) {
                self.refer(other, rel, None);
            }
        }
        let Some(known) = self.known.get_mut(&id) else { return };
        known.columns.refs[rel.number()] = to;
        if rel.deletes_orphans() {
            if to.is_none() && !known.doomed {
                self.delete(id);
                if let Some(known) = self.known.get_mut(&id) {
                    known.orphaned = true;
                }
            } else if to.is_some() && known.orphaned {
                known.doomed = false;
                known.orphaned = false;
            }
        }
    }

    pub fn delete(&mut self, id: Id) {
        let Some(known) = self.known.get_mut(&id) else { return };
        if !known.pending {
            known.doomed = true;
            known.orphaned = false;
            return;
        }
        // What would go with its row does not stay either.
        self.let_go(id, EntityState::Transient);
        for rel in Rel::to(self.others[&id].0.kind()) {
            for source in self.sources(id, rel) {
                match rel.on_delete() {
                    OnDelete::Delete | OnDelete::DatabaseDeletes => self.delete(source),
                    OnDelete::SetNull | OnDelete::DatabaseSetsNull => self.refer(source, rel, None),
                }
            }
        }
    }

    /// The session no longer takes an entity for a row.
    pub fn let_go(&mut self, id: Id, state: EntityState) {
        if let Some(known) = self.known.remove(&id) {
            self.others.insert(id, (known.any, state));
            let written = &self.row_links;
            let unwritten = |link: &(Id, Id)| link.0 != id && link.1 != id || written.contains(link);
            self.links.retain(unwritten);
            for link in written.iter().filter(|link| link.0 == id || link.1 == id) {
                self.links.insert(*link);
            }
        }
    }

    /// Relations that held an entity which the session lets go of are no longer loaded.
    pub fn unload_holders(&mut self, id: Id) {
        let owners: Vec<(Id, Kind)> =
            self.known.iter().map(|(owner, known)| (*owner, known.columns.kind)).collect();
        for (owner, kind) in owners {
            for side in Side::of(kind) {
                if self.members(owner, side).contains(&id)
                    && let Some(known) = self.known.get_mut(&owner)
                {
                    known.loaded.remove(&side);
                }
            }
        }
    }

    /// Forgets what was changed and not flushed.
    pub fn expire(&mut self, id: Id) {
        let Some(row) = self.rows.get(&id).filter(|_| self.known.contains_key(&id)) else { return };
        let columns = row.columns.clone();
        for rel in Rel::of(columns.kind) {
            self.refer(id, rel, columns.refs[rel.number()]);
        }
        if let Some(known) = self.known.get_mut(&id) {
            known.columns = columns;
            known.loaded.clear();
            *self.expired.entry(id).or_default() += 1;
        }
    }

    // What flushes and rollbacks do.

    /// Whether a flush has anything to write.
    pub fn has_changes(&self) -> bool {
        let changed = |(id, known): (&Id, &Known)| known.pending || known.doomed || self.is_dirty(*id);
        self.known.iter().any(changed) || self.links != self.row_links
    }

    fn is_valid(&self) -> bool {
        let exists = |id: &Id| self.known.contains_key(id) || self.rows.contains_key(id);
        self.known.iter().all(|(id, known)| {
            let unchanged = !known.pending && (known.doomed || !self.is_dirty(*id));
            unchanged
                || Rel::of(known.columns.kind).all(|rel| match &known.columns.refs[rel.number()] {
                    Some(target) => exists(target),
                    None => rel.nullable(),
                })
        })
    }

    pub fn flush(&self) -> Flush {
        if !self.has_changes() {
            return Flush::Nothing;
        }
        if !self.is_valid() {
            return Flush::Invalid;
        }
        let mut after = self.clone();
        let gone = after.cascade();
        // Rows to which no other table can refer go first: the unique values they hold are free again. Of others
        // it depends on what else is written.
        let is_early = |id: &Id| gone.contains(id) && is_leaf(self.rows[id].columns.kind);
        let before: Vec<(Id, Unique)> =
            self.rows.iter().filter(|(id, _)| !is_early(id)).flat_map(uniques_of_row).collect();
        let mut inserted = Vec::new();
        let mut unique: Vec<(Id, Unique)> = Vec::new();
        for (id, known) in &mut after.known {
            if gone.contains(id) {
                continue;
            }
            match after.rows.get_mut(id) {
                Some(row) => row.columns = known.columns.clone(),
                None => {
                    inserted.push(*id);
                    known.pending = false;
                    unique.extend(uniques(*id, &known.columns, known.code.as_ref()));
                }
            }
        }
        unique.extend(after.rows.iter().filter(|(id, _)| !gone.contains(id)).flat_map(uniques_of_row));
        let succeeds = match (collides(unique.iter()), collides(unique.iter().chain(&before))) {
            (true, _) => Some(false),
            (false, true) => None,
            (false, false) => Some(true),
        };
        after.row_links = after.links.clone();
        after.remove(&gone);
        inserted.retain(|id| after.known.contains_key(id));
        Flush::Sent { succeeds, after: Box::new(after), inserted }
    }

    /// Follows what deleting entities does to those that refer to them; gives the rows to delete.
    fn cascade(&mut self) -> BTreeSet<Id> {
        let mut gone = BTreeSet::new();
        let mut waiting: Vec<Id> =
            self.known.iter().filter(|(_, known)| known.doomed).map(|(id, _)| *id).collect();
        while let Some(owner) = waiting.pop() {
            if !gone.insert(owner) {
                continue;
            }
            let columns = self.rows[&owner].columns.clone();
            let kind = columns.kind;
            if let Some(known) = self.known.get_mut(&owner) {
                known.columns = columns;
            }
            for rel in Rel::to(kind) {
                match rel.on_delete() {
                    OnDelete::Delete => {
                        for source in self.sources(owner, rel) {
                            if self.known.contains_key(&source) {
                                self.delete(source);
                            } else {
                                waiting.push(source);
                            }
                        }
                        let doomed = self.known.iter().filter(|(_, known)| known.doomed);
                        waiting.extend(doomed.map(|(id, _)| *id));
                    }
                    OnDelete::SetNull => self.set_null(owner, rel),
                    // What the database does not know yet it cannot do by itself.
                    OnDelete::DatabaseDeletes | OnDelete::DatabaseSetsNull => {
                        for source in self.sources(owner, rel) {
                            let number = rel.number();
                            let row = self.rows.get(&source);
                            if row.is_some_and(|row| row.columns.refs[number] == Some(owner)) {
                                continue;
                            }
                            if rel.on_delete() == OnDelete::DatabaseDeletes {
                                self.delete(source);
                            } else if let Some(known) = self.known.get_mut(&source) {
                                known.columns.refs[number] = None;
                            }
                        }
                        let doomed = self.known.iter().filter(|(_, known)| known.doomed);
                        waiting.extend(doomed.map(|(id, _)| *id));
                    }
                }
            }
        }
        gone
    }

    fn set_null(&mut self, owner: Id, rel: Rel) {
        let known = self.known.values_mut().map(|known| &mut known.columns);
        let rows = self.rows.values_mut().map(|row| &mut row.columns);
        for columns in known.chain(rows).filter(|columns| columns.kind == rel.source()) {
            let reference = &mut columns.refs[rel.number()];
            if *reference == Some(owner) {
                *reference = None;
            }
        }
    }

    /// Deletes rows, with what the database does by itself.
    fn remove(&mut self, gone: &BTreeSet<Id>) {
        for id in gone {
            let Some(row) = self.rows.remove(id) else { continue };
            self.drop_deleted(*id);
            for rel in Rel::to(row.columns.kind) {
                match rel.on_delete() {
                    OnDelete::DatabaseDeletes => {
                        for source in self.sources(*id, rel) {
                            self.rows.remove(&source);
                            self.drop_deleted(source);
                        }
                    }
                    OnDelete::DatabaseSetsNull => self.set_null(*id, rel),
                    OnDelete::Delete | OnDelete::SetNull => {}
                }
            }
        }
    }

    fn drop_deleted(&mut self, id: Id) {
        self.row_links.retain(|link| link.0 != id && link.1 != id);
        self.links.retain(|link| link.0 != id && link.1 != id);
        if let Some(known) = self.known.remove(&id) {
            self.others.insert(id, (known.any, EntityState::Deleted));
        }
    }

    /// Makes everything final.
    pub fn commit(&mut self) {
        for (_, state) in self.others.values_mut() {
            if *state == EntityState::Deleted {
                *state = EntityState::Detached;
            }
        }
    }

    /// Takes back everything since `mark`.
    pub fn undo(&mut self, mark: &Model) {
        let now = std::mem::replace(self, mark.clone());
        for (id, known) in &mut self.known {
            if self.expired.get(id) != now.expired.get(id) {
                known.loaded.clear();
            }
        }
        self.expired = now.expired;
        for (id, (any, state)) in now.others {
            match state {
                // Letting go is the program's decision, and no part of the transaction.
                EntityState::Detached => {
                    if self.known.contains_key(&id) {
                        self.unload_holders(id);
                    }
                    self.known.remove(&id);
                    self.others.insert(id, (any, state));
                }
                EntityState::Deleted if self.known.contains_key(&id) => self.rename(id, any),
                EntityState::Deleted if self.others.contains_key(&id) => {}
                EntityState::Deleted if self.rows.contains_key(&id) => self.adopt(id, any),
                _ if self.known.contains_key(&id) => {}
                _ => drop(self.others.insert(id, (any, EntityState::Transient))),
            }
        }
        for (id, known) in now.known {
            if self.known.contains_key(&id) {
                self.rename(id, known.any);
            } else if self.rows.contains_key(&id) {
                self.adopt(id, known.any);
            } else {
                self.others.insert(id, (known.any, EntityState::Transient));
            }
        }
    }

    /// A row goes by another handle now, if the first was let go of.
    fn rename(&mut self, id: Id, any: Any) {
        let Some(known) = self.known.get_mut(&id).filter(|known| known.any != any) else { return };
        known.any = any;
        known.loaded.clear();
        self.unload_holders(id);
    }

    /// The session has come to know a row.
    pub fn adopt(&mut self, id: Id, any: Any) {
        self.others.remove(&id);
        let row = &self.rows[&id];
        let known = Known {
            any,
            columns: row.columns.clone(),
            code: (row.columns.kind == Kind::Country).then(|| row.key.clone()),
            pending: false,
            doomed: false,
            orphaned: false,
            loaded: BTreeSet::new(),
        };
        self.known.insert(id, known);
    }
}

/// Whether no other table refers to that of the kind.
fn is_leaf(kind: Kind) -> bool {
    Rel::to(kind).next().is_none()
}

/// A value that no two rows may share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Unique {
    Label(String),
    Code(Key),
    Author(Option<Id>),
    Rating([Option<Id>; 2]),
}

fn uniques(id: Id, columns: &Columns, code: Option<&Key>) -> Option<(Id, Unique)> {
    let unique = match columns.kind {
        Kind::Tag => Unique::Label(columns.label.clone()),
        Kind::Country => Unique::Code(code?.clone()),
        Kind::Profile => Unique::Author(columns.refs[0]),
        Kind::Rating => Unique::Rating(columns.refs),
        _ => return None,
    };
    Some((id, unique))
}

fn uniques_of_row((id, row): (&Id, &Row)) -> Option<(Id, Unique)> {
    uniques(*id, &row.columns, Some(&row.key))
}

/// Whether two rows share a value.
fn collides<'u>(values: impl Iterator<Item = &'u (Id, Unique)>) -> bool {
    let mut owners: BTreeMap<&Unique, Id> = BTreeMap::new();
    values.into_iter().any(|(id, value)| *owners.entry(value).or_insert(*id) != *id)
}
