//! Select-in loading into a session.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use lapis_engine::{Error, Flow, Result, Row, RowSink};
use lapis_sql::Key;
use lapis_sql::statement::SelectStatement;

use super::owned::key_values;
use super::statements::lists;
use super::{Loads, run, statements, track_joined};
use crate::entity::{Entity, Link, Via};
use crate::handle::Handle;
use crate::relation::{Access, Path};
use crate::session::{Intake, RelationKey, Session, State};

type Map<K, V> = HashMap<K, V, RandomState>;

/// Loads one relation of all owners, and what is to be loaded beneath it.
pub(super) async fn load<S: Entity, T: Entity>(
    path: Path<S, T>,
    beneath: &Loads<T>,
    owners: &[Handle<S>],
    session: &mut Session,
) -> Result<()> {
    let joined = match path {
        Path::Reference(access) => load_referred(access, beneath, owners, session).await?,
        Path::Inverse { reference, relation, .. } => {
            load_referring(reference, relation, beneath, owners, session).await?
        }
        Path::Association { relation, .. } => {
            load_associated::<S, T>(relation, owners, session).await?;
            false
        }
    };
    if beneath.0.is_empty() {
        return Ok(());
    }
    let related = related(path, owners, session);
    beneath.load_tracked(session, &related, joined).await
}

/// The entities that a relation of these owners leads to, each once, where it is loaded.
pub(super) fn related<S: Entity, T: Entity>(
    path: Path<S, T>,
    owners: &[Handle<S>],
    session: &Session,
) -> Vec<Handle<T>> {
    let (state, model) = (&session.state, S::model());
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for owner in owners {
        match path {
            Path::Reference(access) => {
                let target = state.owner(model.slot, owner.index, access.number);
                found.extend(target.map(|target| Handle::new(state.id, target)));
            }
            Path::Inverse { relation, .. } | Path::Association { relation, .. } => {
                let key = RelationKey { slot: model.slot, relation };
                let members = state.related::<T>(key, owner.index, &model.relations[relation]);
                found.extend_from_slice(members.unwrap_or_default());
            }
        }
    }
    found.retain(|entity| seen.insert(*entity));
    found
}

/// Runs a level's statement into the session, with the relations beneath that are joined to it; gives the
/// entities.
async fn track_level<T: Entity>(
    statement: &SelectStatement,
    beneath: &Loads<T>,
    session: &mut Session,
) -> Result<Vec<Handle<T>>> {
    let (state, connection) = session.parts().await?;
    if beneath.has_joined() {
        return track_joined(statement, beneath, connection, state, None).await;
    }
    let mut sink = Tracked::<T> { into: Intake(state), found: Vec::new() };
    run(statement, connection, &mut sink).await?;
    Ok(sink.found)
}

/// The entities that references lead to; whether what is to be joined beneath was.
async fn load_referred<S: Entity, T: Entity>(
    access: Access<S, T>,
    beneath: &Loads<T>,
    owners: &[Handle<S>],
    session: &mut Session,
) -> Result<bool> {
    let mut wanted: HashSet<T::Key, RandomState> = HashSet::default();
    let mut keys = Vec::new();
    let joined = beneath.has_joined();
    for owner in owners {
        let Some(key) = (access.get)(&session[*owner]).and_then(|reference| reference.key()) else {
            continue;
        };
        let fresh = !joined && session.known::<T>(key).is_some_and(|known| session.state.is_fresh(known));
        if !fresh && wanted.insert(key.clone()) {
            keys.push(key.clone());
        }
    }
    let dialect = session.engine().dialect();
    for keys in lists(dialect, key_values(keys.iter()), T::Key::COLUMNS) {
        if !keys.is_empty() {
            track_level(&statements::by_key::<T>(keys), beneath, session).await?;
        }
    }
    Ok(joined)
}

/// The entities whose references lead to the owners; whether what is to be joined beneath was.
async fn load_referring<S: Entity, T: Entity>(
    reference: Access<T, S>,
    relation: usize,
    beneath: &Loads<T>,
    owners: &[Handle<S>],
    session: &mut Session,
) -> Result<bool> {
    let model = &S::model().relations[relation];
    let keys: Vec<S::Key> = owners.iter().filter_map(|owner| session[*owner].key()).collect();
    let mut found = Vec::new();
    for keys in lists(session.engine().dialect(), key_values(keys.iter()), S::Key::COLUMNS) {
        if !keys.is_empty() {
            let statement = statements::by_reference::<T>(reference.number, keys, model);
            found.append(&mut track_level(&statement, beneath, session).await?);
        }
    }
    let state = &mut session.state;
    let mut positions: Map<u32, usize> =
        Map::with_capacity_and_hasher(owners.len(), RandomState::default());
    for (at, owner) in owners.iter().enumerate() {
        positions.entry(owner.index).or_insert(at);
    }
    let place =
        |entity| owner_of(state, reference, entity).and_then(|owner| positions.get(&owner).copied());
    let places: Vec<Option<usize>> = found.iter().map(|entity| place(*entity)).collect();
    let mut counts = vec![0; owners.len()];
    places.iter().flatten().for_each(|at| counts[*at] += 1);
    let mut groups: Vec<Vec<Handle<T>>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (entity, place) in found.into_iter().zip(places) {
        if let Some(list) = place.map(|at| &mut groups[at]) {
            list.push(entity);
        }
    }
    // An owner that is given twice has its members at its first place.
    let mut members = Map::with_capacity_and_hasher(owners.len(), RandomState::default());
    for (owner, list) in owners.iter().zip(groups) {
        members.entry(owner.index).or_insert(list);
    }
    state.apply_unflushed_references(reference.number, &mut members);
    note(state, S::model().slot, relation, owners, members);
    Ok(beneath.has_joined())
}

/// The index of the entity that another one refers to, if the session holds it.
fn owner_of<S: Entity, T: Entity>(
    state: &State,
    reference: Access<T, S>,
    referring: Handle<T>,
) -> Option<u32> {
    let entity = &state.arena::<T>()?.entry(referring.index).entity;
    match entity.link(reference.number) {
        Link::Key => {
            let key = (reference.get)(entity)?.key()?;
            state.arena::<S>()?.identity.get(key).copied()
        }
        _ => state.owner(T::model().slot, referring.index, reference.number),
    }
}

/// The entities that an association table links to the owners.
async fn load_associated<S: Entity, T: Entity>(
    relation: usize,
    owners: &[Handle<S>],
    session: &mut Session,
) -> Result<()> {
    let model = &S::model().relations[relation];
    let Via::Association(association) = &model.via else { return Ok(()) };
    let mut by_key: Map<S::Key, u32> = Map::default();
    for owner in owners {
        if let Some(key) = session[*owner].key() {
            by_key.insert(key, owner.index);
        }
    }
    let mut members = empty(owners);
    for keys in lists(session.engine().dialect(), key_values(by_key.keys()), S::Key::COLUMNS) {
        if keys.is_empty() {
            continue;
        }
        let statement = statements::by_association::<T>(association, keys, model);
        let (state, connection) = session.parts().await?;
        let mut sink = Linked::<S, T> { into: Intake(state), by_key: &by_key, members: &mut members };
        run(&statement, connection, &mut sink).await?;
    }
    let state = &mut session.state;
    state.apply_unflushed_links(S::model(), relation, &mut members);
    note(state, S::model().slot, relation, owners, members);
    Ok(())
}

fn empty<S, T>(owners: &[Handle<S>]) -> Map<u32, Vec<Handle<T>>> {
    owners.iter().map(|owner| (owner.index, Vec::new())).collect()
}

pub(super) fn note<S: Entity, T: Entity>(
    state: &mut State,
    slot: usize,
    relation: usize,
    owners: &[Handle<S>],
    mut members: Map<u32, Vec<Handle<T>>>,
) {
    let tentative = !state.is_untouched();
    let arena = state.arena_mut::<T>();
    for owner in owners {
        if let Some(members) = members.remove(&owner.index) {
            arena.read_collection(RelationKey { slot, relation }, owner.index, members, tentative);
        }
    }
}

/// Takes in entities.
struct Tracked<'s, T> {
    into: Intake<'s>,
    found: Vec<Handle<T>>,
}

impl<T: Entity> RowSink for Tracked<'_, T> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        let entity = self.into.entity(row, 0)?;
        self.found.push(entity);
        Ok(Flow::Continue)
    }
}

/// Takes in entities, and which owners they are linked to.
struct Linked<'s, S: Entity, T> {
    into: Intake<'s>,
    by_key: &'s Map<S::Key, u32>,
    members: &'s mut Map<u32, Vec<Handle<T>>>,
}

impl<S: Entity, T: Entity> RowSink for Linked<'_, S, T> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        let width = T::model().width();
        let owner = S::Key::from_cells(&mut |part| row.cell(width + part))
            .map_err(|error| Error::decode(format!("the key of {}", S::TABLE), error))?;
        let entity = self.into.entity(row, 0)?;
        if let Some(list) = self.by_key.get(&owner).and_then(|owner| self.members.get_mut(owner)) {
            list.push(entity);
        }
        Ok(Flow::Continue)
    }
}

impl Session {
    /// Loads a relation of one entity, and what is asked for beneath it:
    /// `session.load(user, User::posts.eager(Post::comments))`.
    ///
    /// What is loaded already is read again; changes that were not flushed stay.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let alice = session.one(User::select()).await?;
    /// assert!(session.related(alice, User::posts).is_err()); // never a hidden query
    /// session.load(alice, User::posts).await?;
    /// assert_eq!(session.related(alice, User::posts)?.len(), 2);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the flush before it, or a query, fails, or the handle is of another session.
    pub async fn load<L: super::IntoLoad>(&mut self, owner: Handle<L::Source>, load: L) -> Result<()> {
        self.load_all(&[owner], load).await
    }

    /// Loads a relation of many entities, one statement a level.
    ///
    /// # Errors
    /// As [`Session::load`].
    pub async fn load_all<L: super::IntoLoad>(
        &mut self,
        owners: &[Handle<L::Source>],
        load: L,
    ) -> Result<()> {
        for owner in owners {
            self.state.check(*owner)?;
        }
        if owners.is_empty() {
            return Ok(());
        }
        let load = load.into_load();
        self.before_query().await?;
        load.0.load_tracked(owners, self).await
    }
}

impl State {
    /// Whether what the session holds of a row is of the running transaction.
    fn is_fresh<T: Entity>(&self, handle: Handle<T>) -> bool {
        let entry = self.arena::<T>().map(|arena| arena.entry(handle.index));
        entry.is_some_and(|entry| entry.epoch == self.epoch || entry.original.is_some())
    }

    /// Corrects members that were read by what the program has changed and not flushed: new and changed
    /// entities belong to whom they refer to now.
    pub(crate) fn apply_unflushed_references<T: Entity>(
        &self,
        reference: usize,
        members: &mut Map<u32, Vec<Handle<T>>>,
    ) {
        let Some(arena) = self.arena::<T>() else { return };
        let unflushed: Vec<Handle<T>> =
            arena.new.iter().chain(&arena.dirty).map(|index| arena.handle(*index)).collect();
        if unflushed.is_empty() {
            return;
        }
        let moved: HashSet<Handle<T>> = unflushed.iter().copied().collect();
        members.values_mut().for_each(|list| list.retain(|member| !moved.contains(member)));
        for entity in unflushed {
            let owner = self.owner(T::model().slot, entity.index, reference);
            if let Some(list) = owner.and_then(|owner| members.get_mut(&owner)) {
                list.push(entity);
            }
        }
    }
}
