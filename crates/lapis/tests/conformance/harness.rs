//! Runs each behaviour on every database there is, each time on an empty one.

use std::future::Future;
use std::io::Write;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use lapis::engine::EngineBuilder;
use lapis::prelude::*;
use lapis::schema::TableSet;
use lapis::types::Decode;
use tempfile::TempDir;

use crate::omissions;
use crate::server::{self, Server};

pub use lapis::Result;

/// A database that behaviours are run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    SqliteMemory,
    SqliteFile,
    Postgres,
    MySql,
}

impl Target {
    const ALL: [Target; 4] = [Target::SqliteMemory, Target::SqliteFile, Target::Postgres, Target::MySql];

    fn name(self) -> &'static str {
        match self {
            Target::SqliteMemory => "SQLite in memory",
            Target::SqliteFile => "SQLite on a file",
            Target::Postgres => "PostgreSQL",
            Target::MySql => "MySQL",
        }
    }

    /// The server that it is on.
    fn server(self) -> Option<Server> {
        match self {
            Target::Postgres => Some(Server::Postgres),
            Target::MySql => Some(Server::MySql),
            Target::SqliteMemory | Target::SqliteFile => None,
        }
    }

    fn is_covered(self) -> bool {
        self.server().is_none_or(|server| server.url().is_some())
    }
}

/// Which databases are covered.
fn coverage() -> String {
    let mut report = String::from("databases covered:\n");
    for target in Target::ALL {
        let note = match target.server() {
            Some(server) if !target.is_covered() => format!("no: {} is not set", server.variable()),
            _ => "yes".to_owned(),
        };
        report.push_str(&format!("  {:<17} {note}\n", target.name()));
    }
    report
}

/// Says that once, past the test runner, which keeps what tests print.
fn report_coverage() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        omissions::begin(&coverage());
        let _ = std::io::stderr().write_all(coverage().as_bytes());
    });
}

/// An empty database, and a record of the statements that it was sent.
pub struct Database {
    engine: Engine,
    log: Arc<Mutex<Vec<String>>>,
    place: Place,
    target: Target,
    /// The path of the test that it is for.
    test: &'static str,
}

/// Where the database is, so that others can be connected to it and it can be removed.
enum Place {
    Memory,
    File(TempDir),
    Server(server::Place),
}

impl Deref for Database {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}

impl Database {
    async fn open(target: Target, test: &'static str) -> Result<Self> {
        let place = match target.server() {
            Some(server) => create_on_server(server).await?,
            None if target == Target::SqliteFile => {
                Place::File(tempfile::tempdir().expect("a temporary directory"))
            }
            None => Place::Memory,
        };
        let log = Arc::new(Mutex::new(Vec::new()));
        let engine = observed(Engine::builder(place.url()), &log).connect().await?;
        Ok(Self { engine, log, place, target, test })
    }

    async fn remove(self) -> Result<()> {
        self.engine.close().await?;
        match &self.place {
            Place::Server(place) => place.remove().await,
            Place::Memory | Place::File(_) => Ok(()),
        }
    }

    /// Creates the tables of entities.
    pub async fn create<S: TableSet>(&self) -> Result<()> {
        self.engine.create_all(&MetaData::of::<S>()).await?;
        self.forget();
        Ok(())
    }

    /// Options for another engine, whose statements are recorded here too. Of a database in memory it gets one
    /// of its own.
    pub fn builder(&self) -> EngineBuilder {
        observed(Engine::builder(self.place.url()), &self.log)
    }

    /// The statements since the last look, without BEGIN, COMMIT and what else steers transactions.
    pub fn statements(&self) -> Vec<String> {
        let mut log = self.log.lock().expect("no test panics while it writes the log");
        std::mem::take(&mut *log)
    }

    /// Forgets the statements so far.
    pub fn forget(&self) {
        self.statements();
    }

    /// How many statements there were since the last look.
    pub fn round_trips(&self) -> usize {
        self.statements().len()
    }

    /// Waits until every connection is back in the pool, where a server has to be told first.
    pub async fn settled(&self) {
        let left = || self.engine.pool_status().checked_out;
        for _ in 0..200 {
            if left() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} connections did not come back to the pool", left());
    }

    /// Ends a behaviour that the database cannot have for want of a capability, and puts it on the list of those.
    pub fn lacks(&self, capability: &'static str) -> Result<()> {
        omissions::note(self.target.name(), capability, &coverage(), self.test);
        Ok(())
    }

    /// Whether the database is SQLite, for what it alone does in a way of its own.
    pub fn is_sqlite(&self) -> bool {
        self.engine.dialect().name() == "SQLite"
    }

    /// Whether the database is MySQL or MariaDB, for what they alone do in a way of their own.
    pub fn is_mysql(&self) -> bool {
        matches!(self.engine.dialect().name(), "MySQL" | "MariaDB")
    }

    /// The value of a query in plain SQL.
    pub async fn scalar<T: Decode + Send + 'static>(&self, sql: &str) -> Result<T> {
        let value = self.engine.one(text(sql).scalar::<T>()).await?;
        // It is the test's own question, not the tested program's.
        self.log.lock().expect("no test panics while it writes the log").pop();
        Ok(value)
    }
}

impl Place {
    fn url(&self) -> String {
        match self {
            Place::Memory => "sqlite::memory:".into(),
            Place::File(directory) => format!("sqlite://{}", directory.path().join("test.db").display()),
            Place::Server(place) => place.url.clone(),
        }
    }
}

/// Makes an empty place of its own for one test.
async fn create_on_server(server: Server) -> Result<Place> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("lapis_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let place = server.make(&name).await?.expect("a test runs where its server is");
    Ok(Place::Server(place))
}

fn observed(builder: EngineBuilder, log: &Arc<Mutex<Vec<String>>>) -> EngineBuilder {
    let log = Arc::clone(log);
    // A lock is waited for no longer than it takes to tell that it is held.
    builder.busy_timeout(Duration::from_secs(2)).on_statement(move |event| {
        const STEERING: [&str; 5] = ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"];
        let sql = event.sql.trim();
        if !STEERING.iter().any(|word| sql.starts_with(word)) {
            log.lock().expect("no test panics while it writes the log").push(plain(sql));
        }
    })
}

/// SQL as all databases would write it: names without quotes, parameters as question marks.
fn plain(sql: &str) -> String {
    let mut plain = String::with_capacity(sql.len());
    let mut characters = sql.chars().filter(|character| !matches!(character, '"' | '`')).peekable();
    while let Some(character) = characters.next() {
        if character == '$' && characters.peek().is_some_and(char::is_ascii_digit) {
            while characters.next_if(char::is_ascii_digit).is_some() {}
            plain.push('?');
        } else {
            plain.push(character);
        }
    }
    plain
}

type Behaviour = for<'d> fn(&'d Database) -> Pin<Box<dyn Future<Output = Result<()>> + 'd>>;

/// Runs one behaviour on one database, if that is covered.
pub fn run(target: Target, test: &'static str, behaviour: Behaviour) {
    report_coverage();
    if !target.is_covered() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let work = async {
        let database = Database::open(target, test).await?;
        behaviour(&database).await?;
        database.settled().await;
        database.remove().await
    };
    // The same messages on every database.
    let result = insta::allow_duplicates! { runtime.block_on(work) };
    if let Err(error) = result {
        panic!("on {}: {error}", target.name());
    }
}

/// Registers behaviours: `async fn(&Database) -> Result<()>`, each a test on every database.
macro_rules! conformance {
    ($($behaviour:ident),+ $(,)?) => {
        conformance!(@on sqlite_memory SqliteMemory $($behaviour)+);
        conformance!(@on sqlite_file SqliteFile $($behaviour)+);
        conformance!(@on postgres Postgres $($behaviour)+);
        conformance!(@on mysql MySql $($behaviour)+);
    };
    (@on $module:ident $target:ident $($behaviour:ident)+) => {
        mod $module {
            $(
                #[test]
                fn $behaviour() {
                    use crate::harness::{Target, run};
                    let test = concat!(module_path!(), "::", stringify!($behaviour));
                    run(Target::$target, test, |database| Box::pin(super::$behaviour(database)));
                }
            )+
        }
    };
}
pub(crate) use conformance;
