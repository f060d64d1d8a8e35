//! The session: an arena of entities, their identity map, and the unit of work that writes what changed.
//!
//! | room | holds |
//! | --- | --- |
//! | `arena`, `erased` | the entities of one type, with and without the type |
//! | `state` | all arenas, and what is seen of them |
//! | `both_sides` | both sides of relations kept in step, orphans |
//! | `graph` | owned graphs on their way in and out |
//! | `stray` | owned graphs where none belong |
//! | `query` | statements whose rows become handles |
//! | `transaction` | commit, rollback, savepoints |
//! | `flush` | the unit of work |

mod access;
mod arena;
mod association;
mod both_sides;
mod column_set;
mod erased;
mod flush;
mod graph;
mod link;
mod maker;
mod merge;
mod paging;
mod query;
mod refresh;
mod sorting;
mod sql;
mod state;
mod stray;
mod stream;
mod track;
mod transaction;

pub use access::SessionChanges;
pub use arena::EntityState;
pub use link::RelatedEntities;
pub use maker::SessionMaker;
pub use stream::TrackedStream;
pub use track::{Intake, Track};
pub use transaction::Savepoint;

pub(crate) use arena::RelationKey;
pub(crate) use erased::{AnyArena, new_arena};
pub(crate) use sql::SqlCache;
pub(crate) use state::State;
pub(crate) use transaction::Nested;

use lapis_engine::{Connection, Engine, TransactionOptions};

/// A unit of work: entities by handle, one for each row, and the changes that the next flush writes.
///
/// A session takes a connection from the pool when it first needs one, begins a transaction on it, and
/// gives it back when the transaction ends (`commit`, `rollback`, `close`). Entities are read and changed
/// by indexing:
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let mut session = engine.session();
/// let bob = session.add(User::new().name("Bob").build());
/// session.commit().await?;                   // INSERT
/// session[bob].name = "Robert".into();
/// session.commit().await?;                   // UPDATE of that one column
/// let found = session.one(User::select().filter(User::name.eq("Robert"))).await?;
/// assert_eq!(found, bob);                    // one row, one entity
/// # Ok(()) }
/// ```
///
/// Whatever is not awaited does not reach the database. A session that is dropped rolls its transaction
/// back. One whose flush is dropped midway rolls back at its next use, and says so.
///
/// Rows that a query finds become entities once: a row that the session knows keeps its handle. What the
/// session holds of it is replaced by what the row says if the row was read in a later transaction and the
/// program has not changed the entity.
pub struct Session {
    pub(crate) state: State,
    engine: Engine,
    connection: Option<Connection>,
    autoflush: bool,
    transaction_options: TransactionOptions,
    savepoints: Vec<transaction::Level>,
    next_savepoint: u32,
    /// The savepoints of the closures that run, the innermost last.
    closures: Vec<Savepoint>,
    /// A step that is under way; still there at the next one, it was dropped midway.
    under_way: Option<UnderWay>,
    /// A closure within this savepoint was dropped before its end: the next step takes back what it did.
    abandoned: Option<Savepoint>,
}

/// A step that leaves the session in doubt if it is dropped midway.
#[derive(Debug, Clone, Copy)]
enum UnderWay {
    /// What it wrote is not committed.
    Flush,
    /// It may have been committed.
    Commit,
}

impl Session {
    /// A session on an engine, which flushes by itself before it queries.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self {
            state: State::new(),
            engine: engine.clone(),
            connection: None,
            autoflush: true,
            transaction_options: TransactionOptions::default(),
            savepoints: Vec::new(),
            next_savepoint: 0,
            closures: Vec::new(),
            under_way: None,
            abandoned: None,
        }
    }

    /// Whether queries flush first, so that they see what the session has not written yet.
    #[must_use]
    pub fn autoflush(mut self, autoflush: bool) -> Self {
        self.autoflush = autoflush;
        self
    }

    /// How the session's transactions run: isolation level, read only, or writing from the start.
    ///
    /// On SQLite, sessions that read first and write later are refused when another connection has written
    /// in between; `TransactionOptions::new().write()` has them wait for their turn instead.
    #[must_use]
    pub fn transaction_options(mut self, options: TransactionOptions) -> Self {
        self.transaction_options = options;
        self
    }

    /// The engine that the session works on.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.state.id)
            .field("in_transaction", &self.connection.is_some())
            .field("autoflush", &self.autoflush)
            .finish_non_exhaustive()
    }
}

/// Sessions of an engine.
pub trait OpenSession {
    /// The engine's kind of session: one that is awaited, or [one that blocks](crate::blocking::Session).
    type Session;

    /// A new session, which flushes by itself before it queries.
    fn session(&self) -> Self::Session;
}

impl OpenSession for Engine {
    type Session = Session;

    fn session(&self) -> Session {
        Session::new(self)
    }
}
