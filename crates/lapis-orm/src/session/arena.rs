//! The arena of one entity type: its entities, its identity map, and the collections it is a member of.

use std::collections::HashMap;
use std::collections::hash_map;
use std::num::NonZeroU32;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use lapis_engine::{Error, Result, first_capacity};
use lapis_sql::Value;

use super::column_set::ColumnSet;
use crate::entity::{Entity, Link};
use crate::handle::Handle;

/// Where an entity stands between the program and the database.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let mut session = engine.session();
/// let bob = session.add(User::new().name("Bob").build());
/// assert_eq!(session.state(bob), EntityState::Pending);
/// session.commit().await?;
/// assert_eq!(session.state(bob), EntityState::Persistent);
/// session.delete(bob);
/// session.flush().await?;
/// assert_eq!(session.state(bob), EntityState::Deleted);
/// session.commit().await?;
/// assert_eq!(session.state(bob), EntityState::Detached);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntityState {
    /// Known to the session by its handle alone: neither in the database nor to be written.
    Transient,
    /// Added, to be inserted by the next flush.
    Pending,
    /// A row of the database.
    Persistent,
    /// Deleted by a flush of the running transaction.
    Deleted,
    /// No longer the session's: expunged, detached, or deleted and committed.
    Detached,
}

/// One entity of the arena.
pub(crate) struct Entry<T> {
    pub(crate) entity: T,
    pub(crate) state: EntityState,
    /// The columns' values as the database has them, from the first change on.
    pub(crate) original: Option<Box<T>>,
    /// The transaction in which it was last read or written; rows of a later one replace it.
    pub(crate) epoch: u32,
    /// It was made in this session, so that what it was not given, it does not have.
    pub(crate) born: bool,
    /// It is to be deleted by the next flush.
    pub(crate) doomed: bool,
    /// It is to be deleted because it was taken out of a relation that deletes orphans.
    pub(crate) orphan: bool,
    /// Its row was deleted.
    pub(crate) gone: bool,
}

/// A relation, by its owner's arena and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RelationKey {
    pub(crate) slot: usize,
    pub(crate) relation: usize,
}

/// The members of one owner's relation, and what they will be once a lent entity is looked at again.
pub(crate) struct Collection<T> {
    pub(crate) members: Vec<Handle<T>>,
    pub(crate) view: OnceLock<Vec<Handle<T>>>,
}

impl<T> From<Vec<Handle<T>>> for Collection<T> {
    fn from(members: Vec<Handle<T>>) -> Self {
        Self { members, view: OnceLock::new() }
    }
}

/// Room for the first keys of an arena, so that small results do not move as they grow.
const FIRST_KEYS: usize = 28;

/// By owner; `None` where the members were forgotten, which is not the same as never having had any.
type Collections<T> = HashMap<u32, Option<Collection<T>>, RandomState>;

/// What was known of an owner's relation before a change.
pub(crate) enum Before<T> {
    /// Nothing: it was not loaded, or its owner was made in this session and has had no members.
    Nothing,
    /// That it has to be loaded again.
    Forgotten,
    /// Its members.
    Members(Vec<Handle<T>>),
}

/// How to take back one change, should its transaction or savepoint be rolled back.
pub(crate) enum Undo<T> {
    /// It was added: it becomes transient.
    Added(u32),
    /// It was inserted: it is pending again, without what the database gave it.
    Inserted { index: u32, generated: ColumnSet },
    /// It was updated: its columns are again what they were.
    Updated { index: u32, before: Box<T> },
    /// It was marked to be deleted.
    Doomed(u32),
    /// It was deleted: it is a row again, and marked.
    Deleted(u32),
    /// A collection was replaced or forgotten.
    Collection { key: RelationKey, owner: u32, before: Before<T> },
    /// A collection got a member.
    Enlisted { key: RelationKey, owner: u32, member: u32 },
    /// A collection lost the member that stood at that place.
    Delisted { key: RelationKey, owner: u32, member: u32, at: usize },
}

/// All entities of one type in a session.
pub(crate) struct Arena<T: Entity> {
    pub(crate) session: NonZeroU32,
    pub(crate) entries: Vec<Entry<T>>,
    pub(crate) identity: HashMap<T::Key, u32, RandomState>,
    /// Entities to insert, in the order they were added.
    pub(crate) new: Vec<u32>,
    /// Rows that have an `original`.
    pub(crate) dirty: Vec<u32>,
    /// Rows to delete.
    pub(crate) doomed: Vec<u32>,
    /// Rows that the program has let go of since the last commit.
    pub(crate) let_go: Vec<u32>,
    /// The relations whose members are entities of this arena.
    pub(crate) collections: HashMap<RelationKey, Collections<T>, RandomState>,
    pub(crate) journal: Vec<Undo<T>>,
}

/// What became of a row that was read.
pub(crate) enum Intake {
    /// The session did not know the entity.
    New(u32),
    /// It did, and kept what it has.
    Known(u32),
    /// It did, and the row replaced what it had; whether a reference changed.
    Refreshed(u32, bool),
}

impl Intake {
    pub(crate) fn index(&self) -> u32 {
        match *self {
            Intake::New(index) | Intake::Known(index) | Intake::Refreshed(index, _) => index,
        }
    }
}

impl<T: Entity> Arena<T> {
    pub(crate) fn new(session: NonZeroU32) -> Self {
        Self {
            session,
            entries: Vec::new(),
            identity: HashMap::default(),
            new: Vec::new(),
            dirty: Vec::new(),
            doomed: Vec::new(),
            let_go: Vec::new(),
            collections: HashMap::default(),
            journal: Vec::new(),
        }
    }

    pub(crate) fn handle(&self, index: u32) -> Handle<T> {
        Handle::new(self.session, index)
    }

    pub(crate) fn entry(&self, index: u32) -> &Entry<T> {
        &self.entries[index as usize]
    }

    pub(crate) fn entry_mut(&mut self, index: u32) -> &mut Entry<T> {
        &mut self.entries[index as usize]
    }

    /// Takes in an entity that is to be inserted.
    pub(crate) fn add(&mut self, entity: T) -> u32 {
        let index = self.push(entity, EntityState::Pending, 0, true);
        self.new.push(index);
        self.journal.push(Undo::Added(index));
        index
    }

    /// Makes a transient entity pending once more; whether it was transient.
    pub(crate) fn add_again(&mut self, index: u32) -> bool {
        let entry = self.entry_mut(index);
        if entry.state != EntityState::Transient {
            return false;
        }
        entry.state = EntityState::Pending;
        entry.born = true;
        self.new.push(index);
        self.journal.push(Undo::Added(index));
        true
    }

    fn push(&mut self, entity: T, state: EntityState, epoch: u32, born: bool) -> u32 {
        let index =
            u32::try_from(self.entries.len()).expect("a session holds at most 2^32 entities of one type");
        self.entries.push(Entry {
            entity,
            state,
            original: None,
            epoch,
            born,
            doomed: false,
            orphan: false,
            gone: false,
        });
        index
    }

    /// Takes in a row: one entity for one primary key, whatever query it came from.
    ///
    /// A row read in a later transaction than the entity replaces it, unless the program has changed it.
    pub(crate) fn admit(&mut self, entity: T, epoch: u32) -> Result<Intake> {
        let Some(key) = entity.key() else {
            return Err(Error::invalid_request(format!(
                "a row of {} was read without its primary key; select the whole entity",
                T::TABLE
            )));
        };
        let next = self.entries.len();
        if next == 0 {
            self.entries.reserve(first_capacity::<Entry<T>>(None));
            self.identity.reserve(FIRST_KEYS);
        }
        match self.identity.entry(key) {
            hash_map::Entry::Vacant(vacant) => {
                vacant.insert(
                    u32::try_from(next).expect("a session holds at most 2^32 entities of one type"),
                );
                Ok(Intake::New(self.push(entity, EntityState::Persistent, epoch, false)))
            }
            hash_map::Entry::Occupied(known) => {
                let index = *known.get();
                let entry = &mut self.entries[index as usize];
                if entry.epoch == epoch || entry.original.is_some() || entry.doomed {
                    copy_properties(&entity, &mut entry.entity)?;
                    return Ok(Intake::Known(index));
                }
                let moved = references_differ(&entry.entity, &entity);
                entry.entity = entity;
                entry.epoch = epoch;
                Ok(Intake::Refreshed(index, moved))
            }
        }
    }

    /// Remembers a row's columns before the program changes them.
    pub(crate) fn remember(&mut self, index: u32) {
        let entry = &mut self.entries[index as usize];
        if entry.state == EntityState::Persistent && entry.original.is_none() {
            entry.original = Some(Box::new(entry.entity.clone()));
            self.dirty.push(index);
        }
    }

    /// Replaces what is known of a row by what the database holds, and forgets changes.
    pub(crate) fn overwrite(&mut self, index: u32, entity: T, epoch: u32) {
        let entry = &mut self.entries[index as usize];
        entry.entity = entity;
        entry.epoch = epoch;
        if entry.original.take().is_some() {
            self.dirty.retain(|dirty| *dirty != index);
        }
    }

    /// The members of an owner's relation, unless they are not loaded.
    pub(crate) fn collection(&self, key: RelationKey, owner: u32) -> Option<&Collection<T>> {
        self.collections.get(&key)?.get(&owner)?.as_ref()
    }

    /// Whether the members of an owner's relation were known and are no longer.
    pub(crate) fn is_forgotten(&self, key: RelationKey, owner: u32) -> bool {
        self.collections
            .get(&key)
            .and_then(|collections| collections.get(&owner))
            .is_some_and(Option::is_none)
    }

    /// The members of an owner's relation for changing; what was seen of them before counts no longer.
    pub(crate) fn collection_mut(&mut self, key: RelationKey, owner: u32) -> &mut Collection<T> {
        let collections = self.collections.entry(key).or_default();
        let collection = collections.entry(owner).or_default().get_or_insert_with(|| Vec::new().into());
        collection.view = OnceLock::new();
        collection
    }

    /// Replaces the members of an owner's relation, or forgets them, so that a rollback finds the old ones.
    pub(crate) fn set_collection(&mut self, key: RelationKey, owner: u32, members: Option<Vec<Handle<T>>>) {
        let collections = self.collections.entry(key).or_default();
        let before = match collections.insert(owner, members.map(Collection::from)) {
            None => Before::Nothing,
            Some(None) => Before::Forgotten,
            Some(Some(collection)) => Before::Members(collection.members),
        };
        self.journal.push(Undo::Collection { key, owner, before });
    }

    /// Notes members that were read from the database and stay true whatever becomes of the transaction.
    fn note_collection(&mut self, key: RelationKey, owner: u32, members: Vec<Handle<T>>) {
        self.collections.entry(key).or_default().insert(owner, Some(members.into()));
    }

    /// Notes members that were read from the database. If the transaction has changed anything
    /// (`tentative`), they may not be those after a rollback, which brings back what was known before.
    pub(crate) fn read_collection(
        &mut self,
        key: RelationKey,
        owner: u32,
        members: Vec<Handle<T>>,
        tentative: bool,
    ) {
        if tentative {
            self.set_collection(key, owner, Some(members));
        } else {
            self.note_collection(key, owner, members);
        }
    }
}

/// Takes over what was read of properties: nobody but the database says what they are.
fn copy_properties<T: Entity>(from: &T, to: &mut T) -> Result<()> {
    for property in &T::model().properties {
        let value = from.value(property.field, 0);
        if let Some(cell) = value.as_ref().and_then(Value::as_cell) {
            to.set(property.field, cell).map_err(|error| Error::decode(property.name, error))?;
        }
    }
    Ok(())
}

/// Forgets properties, which may be others now that the row was written.
pub(super) fn unset_properties<T: Entity>(entity: &mut T) {
    T::model().properties.iter().for_each(|property| entity.unset(property.field));
}

fn references_differ<T: Entity>(one: &T, other: &T) -> bool {
    let model = T::model();
    model.references.iter().enumerate().any(|(number, reference)| {
        one.link(number) != other.link(number)
            || reference.columns.clone().any(|column| {
                let column = model.columns[column];
                one.value(column.field, column.part) != other.value(column.field, column.part)
            })
    })
}

/// Whether a link leads to an entity of the session itself.
pub(crate) fn linked_index(link: Link, session: NonZeroU32) -> Option<u32> {
    match link {
        Link::Handle { session: other, index } if other == session => Some(index),
        _ => None,
    }
}
