//! Select-in loading into a session.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use lapis_engine::{Error, Flow, Result, Row, RowSink};
use lapis_sql::Key;

use super::owned::key_values;
use super::{Loads, run, statements};
use crate::entity::{Entity, Via};
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
    let related = match path {
        Path::Reference(access) => load_referred(access, owners, session).await?,
        Path::Inverse { reference, relation, .. } => {
            load_referring(reference, relation, owners, session).await?
        }
        Path::Association { relation, .. } => load_associated::<S, T>(relation, owners, session).await?,
    };
    beneath.load_tracked(session, &related).await
}

/// The entities that references lead to.
async fn load_referred<S: Entity, T: Entity>(
    access: Access<S, T>,
    owners: &[Handle<S>],
    session: &mut Session,
) -> Result<Vec<Handle<T>>> {
    let slot = S::model().slot;
    let mut wanted: HashSet<T::Key, RandomState> = HashSet::default();
    let mut keys = Vec::new();
    for owner in owners {
        let Some(key) = (access.get)(&session[*owner]).and_then(|reference| reference.key()) else {
            continue;
        };
        let fresh = session.known::<T>(key).is_some_and(|known| session.state.is_fresh(known));
        if !fresh && wanted.insert(key.clone()) {
            keys.push(key.clone());
        }
    }
    if !keys.is_empty() {
        let statement = statements::by_key::<T>(key_values(keys.iter()));
        let (state, connection) = session.parts().await?;
        let mut sink = Tracked::<T> { into: Intake(state), found: Vec::new() };
        run(&statement, connection, &mut sink).await?;
    }
    let mut seen = HashSet::new();
    let target = |owner: &Handle<S>| session.state.owner(slot, owner.index, access.number);
    let targets = owners.iter().filter_map(target).filter(|target| seen.insert(*target));
    Ok(targets.map(|target| Handle::new(session.state.id, target)).collect())
}

/// The entities whose references lead to the owners.
async fn load_referring<S: Entity, T: Entity>(
    reference: Access<T, S>,
    relation: usize,
    owners: &[Handle<S>],
    session: &mut Session,
) -> Result<Vec<Handle<T>>> {
    let model = &S::model().relations[relation];
    let keys: Vec<S::Key> = owners.iter().filter_map(|owner| session[*owner].key()).collect();
    let mut members = empty(owners);
    let mut found = Vec::new();
    if !keys.is_empty() {
        let statement = statements::by_reference::<T>(reference.number, key_values(keys.iter()), model);
        let (state, connection) = session.parts().await?;
        let mut sink = Tracked::<T> { into: Intake(state), found };
        run(&statement, connection, &mut sink).await?;
        found = sink.found;
    }
    let state = &mut session.state;
    let slot = T::model().slot;
    let mut all = Vec::with_capacity(found.len());
    // What the program has changed and not flushed counts as it stands in the session.
    let unflushed: Vec<Handle<T>> = state.unflushed::<T>();
    for entity in found.into_iter().chain(unflushed) {
        let owner = state.owner(slot, entity.index, reference.number);
        let Some(list) = owner.and_then(|owner| members.get_mut(&owner)) else { continue };
        if !state.is_unflushed(entity) || !list.contains(&entity) {
            list.push(entity);
            all.push(entity);
        }
    }
    note(state, S::model().slot, relation, owners, members);
    Ok(all)
}

/// The entities that an association table links to the owners.
async fn load_associated<S: Entity, T: Entity>(
    relation: usize,
    owners: &[Handle<S>],
    session: &mut Session,
) -> Result<Vec<Handle<T>>> {
    let model = &S::model().relations[relation];
    let Via::Association(association) = &model.via else { return Ok(Vec::new()) };
    let mut by_key: Map<S::Key, u32> = Map::default();
    for owner in owners {
        if let Some(key) = session[*owner].key() {
            by_key.insert(key, owner.index);
        }
    }
    let mut members = empty(owners);
    if !by_key.is_empty() {
        let statement = statements::by_association::<T>(association, key_values(by_key.keys()), model);
        let (state, connection) = session.parts().await?;
        let mut sink = Linked::<S, T> { into: Intake(state), by_key: &by_key, members: &mut members };
        run(&statement, connection, &mut sink).await?;
    }
    let state = &mut session.state;
    state.apply_unflushed_links(S::model(), relation, &mut members);
    let mut seen = HashSet::new();
    let all: Vec<Handle<T>> = owners
        .iter()
        .flat_map(|owner| members.get(&owner.index).into_iter().flatten().copied())
        .filter(|entity| seen.insert(*entity))
        .collect();
    note(state, S::model().slot, relation, owners, members);
    Ok(all)
}

fn empty<S, T>(owners: &[Handle<S>]) -> Map<u32, Vec<Handle<T>>> {
    owners.iter().map(|owner| (owner.index, Vec::new())).collect()
}

fn note<S: Entity, T: Entity>(
    state: &mut State,
    slot: usize,
    relation: usize,
    owners: &[Handle<S>],
    mut members: Map<u32, Vec<Handle<T>>>,
) {
    let arena = state.arena_mut::<T>();
    for owner in owners {
        if let Some(members) = members.remove(&owner.index) {
            arena.note_collection(RelationKey { slot, relation }, owner.index, members);
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
        let width = T::model().columns.len();
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

    /// New and changed entities, which the database does not know as they are.
    fn unflushed<T: Entity>(&self) -> Vec<Handle<T>> {
        let Some(arena) = self.arena::<T>() else { return Vec::new() };
        arena.new.iter().chain(&arena.dirty).map(|index| arena.handle(*index)).collect()
    }

    fn is_unflushed<T: Entity>(&self, handle: Handle<T>) -> bool {
        self.arena::<T>().is_some_and(|arena| {
            let entry = arena.entry(handle.index);
            entry.original.is_some() || entry.state == crate::EntityState::Pending
        })
    }
}
