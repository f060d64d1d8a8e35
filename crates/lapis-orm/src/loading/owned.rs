//! Select-in loading into owned graphs.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use lapis_engine::{Connection, Error, Flow, Result, Row, RowSink};
use lapis_sql::statement::StatementRef;
use lapis_sql::{Key, Value};

use super::statements::lists;
use super::{Loads, fetch, run, statements};
use crate::entity::{Entity, Via};
use crate::relation::{Access, Path, Slot};

type Map<K, V> = HashMap<K, V, RandomState>;

/// Loads one relation of all owners, and what is to be loaded beneath it.
pub(super) async fn load<S: Entity, T: Entity>(
    path: Path<S, T>,
    beneath: &Loads<T>,
    owners: &mut [S],
    connection: &mut Connection,
) -> Result<()> {
    match path {
        Path::Reference(access) => load_referred(access, beneath, owners, connection).await,
        Path::Inverse { reference, slot, relation } => {
            load_referring(reference, slot, relation, beneath, owners, connection).await
        }
        Path::Association { slot, relation } => {
            load_associated(slot, relation, beneath, owners, connection).await
        }
    }
}

/// The entities that references lead to: each is read once, and shared.
async fn load_referred<S: Entity, T: Entity>(
    access: Access<S, T>,
    beneath: &Loads<T>,
    owners: &mut [S],
    connection: &mut Connection,
) -> Result<()> {
    let mut found: Map<T::Key, Option<Arc<T>>> = Map::default();
    for key in owners.iter().filter_map(|owner| (access.get)(owner)?.key()) {
        if !found.contains_key(key) {
            found.insert(key.clone(), None);
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    for keys in lists(connection.dialect(), key_values(found.keys()), T::Key::COLUMNS) {
        let statement = statements::by_key::<T>(keys);
        for target in fetch(StatementRef::Select(&statement), beneath, connection, None).await? {
            if let Some(key) = target.key() {
                found.insert(key, Some(Arc::new(target)));
            }
        }
    }
    for owner in owners {
        let target = (access.get)(owner).and_then(|reference| found.get(reference.key()?)?.clone());
        if let Some(target) = target {
            let mut reference = (access.get)(owner).cloned().unwrap_or_default();
            reference.set_loaded(target);
            (access.set)(owner, Some(reference));
        }
    }
    Ok(())
}

/// The entities whose references lead to the owners.
async fn load_referring<S: Entity, T: Entity>(
    reference: Access<T, S>,
    slot: Slot<S, T>,
    relation: usize,
    beneath: &Loads<T>,
    owners: &mut [S],
    connection: &mut Connection,
) -> Result<()> {
    let by_key = positions(owners);
    let model = &S::model().relations[relation];
    let mut related = Vec::new();
    for keys in lists(connection.dialect(), key_values(by_key.keys()), S::Key::COLUMNS) {
        let statement = statements::by_reference::<T>(reference.number, keys, model);
        related.append(&mut fetch(StatementRef::Select(&statement), beneath, connection, None).await?);
    }
    let mut links = Vec::with_capacity(related.len());
    for (at, entity) in related.iter().enumerate() {
        let owner = (reference.get)(entity).and_then(|reference| by_key.get(reference.key()?));
        links.extend(owner.map(|owner| (*owner, at)));
    }
    distribute(slot, owners, &by_key, links, related);
    Ok(())
}

/// The entities that an association table links to the owners.
async fn load_associated<S: Entity, T: Entity>(
    slot: Slot<S, T>,
    relation: usize,
    beneath: &Loads<T>,
    owners: &mut [S],
    connection: &mut Connection,
) -> Result<()> {
    let model = &S::model().relations[relation];
    let Via::Association(association) = &model.via else { return Ok(()) };
    let by_key = positions(owners);
    let mut sink =
        Linked::<S, T> { owners: &by_key, known: Map::default(), related: Vec::new(), links: Vec::new() };
    for keys in lists(connection.dialect(), key_values(by_key.keys()), S::Key::COLUMNS) {
        let statement = statements::by_association::<T>(association, keys, model);
        run(&statement, connection, &mut sink).await?;
    }
    let (mut related, links) = (sink.related, sink.links);
    beneath.load_owned(&mut related, connection).await?;
    distribute(slot, owners, &by_key, links, related);
    Ok(())
}

/// Where each owner stands, by its key.
pub(super) fn positions<S: Entity>(owners: &[S]) -> Map<S::Key, usize> {
    let mut positions = Map::with_capacity_and_hasher(owners.len(), RandomState::default());
    for (at, owner) in owners.iter().enumerate() {
        if let Some(key) = owner.key() {
            positions.entry(key).or_insert(at);
        }
    }
    positions
}

/// Keys as values, those of several columns one after the other.
pub(super) fn key_values<'k, K: Key>(keys: impl Iterator<Item = &'k K>) -> Vec<Value<'static>> {
    keys.flat_map(|key| (0..K::COLUMNS).map(|part| key.part(part).into_owned())).collect()
}

/// Gives each owner its related entities, in the order of the links. An entity that several owners share is
/// copied; owners that stand twice get copies as well.
pub(super) fn distribute<S: Entity, T: Entity>(
    slot: Slot<S, T>,
    owners: &mut [S],
    by_key: &Map<S::Key, usize>,
    links: Vec<(usize, usize)>,
    related: Vec<T>,
) {
    let mut uses = vec![0u32; related.len()];
    let mut counts = vec![0usize; owners.len()];
    for (owner, entity) in &links {
        uses[*entity] += 1;
        counts[*owner] += 1;
    }
    let mut related: Vec<Option<T>> = related.into_iter().map(Some).collect();
    let mut members: Vec<Vec<T>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (owner, entity) in links {
        uses[entity] -= 1;
        let entity = if uses[entity] == 0 { related[entity].take() } else { related[entity].clone() };
        members[owner].extend(entity);
    }
    if by_key.len() < owners.len() {
        for (at, owner) in owners.iter().enumerate() {
            let first = owner.key().and_then(|key| by_key.get(&key)).copied();
            if let Some(first) = first.filter(|first| *first != at) {
                members[at] = members[first].clone();
            }
        }
    }
    for (owner, members) in owners.iter_mut().zip(members) {
        slot.fill(owner, members);
    }
}

/// Collects entities once each, and which owners they are linked to.
struct Linked<'o, S: Entity, T: Entity> {
    owners: &'o Map<S::Key, usize>,
    known: Map<T::Key, usize>,
    related: Vec<T>,
    links: Vec<(usize, usize)>,
}

impl<S: Entity, T: Entity> RowSink for Linked<'_, S, T> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        let width = T::model().width();
        let owner = S::Key::from_cells(&mut |part| row.cell(width + part))
            .map_err(|error| Error::decode(format!("the key of {}", S::TABLE), error))?;
        let Some(owner) = self.owners.get(&owner) else { return Ok(Flow::Continue) };
        let key = super::key_in_row::<T>(row, 0)
            .map_err(|error| Error::decode(format!("the key of {}", T::TABLE), error))?;
        let entity = match self.known.get(&key) {
            Some(known) => *known,
            None => {
                self.related.push(T::decode(row, 0)?);
                self.known.insert(key, self.related.len() - 1);
                self.related.len() - 1
            }
        };
        self.links.push((*owner, entity));
        Ok(Flow::Continue)
    }
}
