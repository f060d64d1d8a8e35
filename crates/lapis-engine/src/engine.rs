//! The engine: where a program meets its database.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use lapis_sql::dialect::Dialect;

use crate::connection::Connection;
use crate::driver::Driver;
use crate::error::{Error, Result};
use crate::event::{Events, StatementEvent};
use crate::pool::{Pool, PoolOptions, PoolStatus};
use crate::retry::RetryPolicy;
use crate::transaction::{IsolationLevel, Transaction, TransactionOptions};

/// A database and the pool of connections to it. Cloning it is cheap, and gives the same engine.
///
/// | URL | database |
/// | --- | --- |
/// | `sqlite::memory:`, `sqlite://` | in memory: one database for all connections of the engine |
/// | `sqlite://blog.db`, `sqlite:data/blog.db` | a file, from the current directory |
/// | `sqlite:///srv/blog.db`, `sqlite:////srv/blog.db` | a file by its full path |
/// | `postgres://user:password@host:5432/blog`, `postgresql://…` | a server of PostgreSQL's |
/// | `postgres://user@first,second:5433/blog` | the first of several servers that will do |
/// | `postgres://user@%2Frun%2Fpostgresql/blog`, `postgres:///blog?host=/run/postgresql` | the same by its Unix socket |
/// | `mysql://user:password@host:3306/blog`, `mariadb://…` | a server of MySQL's or MariaDB's |
/// | `mysql://user@localhost/blog?socket=/run/mysqld/mysqld.sock` | the same by its Unix socket |
///
/// What follows `sqlite://` is the path as it stands, so three slashes are a full path, as in sqlx; in
/// SQLAlchemy they are a relative one, and its four slashes mean the same here as there. A SQLite file is
/// created where there is none (`mode=rw` does not), its foreign keys are enforced (`foreign_keys=off`), and
/// it is put in WAL mode so that readers do not wait for the writer (`journal_mode=delete`). Further options
/// are `mode=ro|rw|rwc|memory`, `busy_timeout` in milliseconds, `synchronous`, `cache`, `immutable` and
/// `transaction_mode=automatic|deferred|immediate`.
///
/// SQLite's schemas are databases that a connection attaches: see [`EngineBuilder::on_connect`].
///
/// In the URL of a server, special characters of a password are percent-encoded (`@` is `%40`). Options of MySQL and
/// MariaDB are `ssl_mode=disabled|preferred|required|verify_ca|verify_identity` (preferred), `ssl_ca`, `ssl_cert` and
/// `ssl_key` (files), `socket`, `connect_timeout` in seconds (10), `statement_cache`, `program_name`, and
/// `charset=utf8mb4`. Sessions there are in UTC and refuse values that do not fit (`STRICT_TRANS_TABLES`).
///
/// # PostgreSQL
/// Options have the names that libpq gives them, where it has them:
///
/// | option | says |
/// | --- | --- |
/// | `user`, `password`, `dbname` | the same as in the URL's place for them, before which they go |
/// | `host`, `port` | one or several, by commas, before those in the URL's place; a path is a Unix socket or its folder, in which the socket has the port in its name |
/// | `sslmode` | `disable`; `allow`: TLS where the server insists on it; `prefer` (the default): where it offers it; `require`; `verify-ca`: and an authority that is trusted has signed its certificate; `verify-full`: and it is the host's. Unix sockets go without |
/// | `sslrootcert` | a file with the authorities to trust, which `require` verifies then, too; `system`: those of the system, with `verify-full` alone. Without it `verify-ca` and `verify-full` trust the system's |
/// | `sslcert`, `sslkey` | files with the client's certificate and its key, not encrypted |
/// | `connect_timeout` | how many seconds each host has to let a connection in: 10; 0 is no limit |
/// | `target_session_attrs` | which of the hosts will do: `any`, `read-write`, `read-only`, `primary`, `standby`, `prefer-standby` |
/// | `application_name` | what `pg_stat_activity` shows |
/// | `search_path` | the schemas that names without one are looked for in |
/// | `timezone` | that of the session: UTC |
/// | `options` | settings of the session as arguments of the server: `-c%20statement_timeout=5s` |
/// | `statement_cache` | how many statements each connection keeps prepared (128); 0 is `prepared_statements=false` |
/// | `prepared_statements` | `false`: none has a name on the server |
/// | `channel_binding` | `disable` or `prefer`; there is none |
///
/// Behind a pooler that gives each transaction another connection to the server, as pgbouncer does in transaction
/// mode, use `prepared_statements=false`: each execution prepares its statement anew then, in the same round trip.
/// Without it a statement is missing on the connection where another transaction did not prepare it, which is an error
/// (26000) that names the option; pgbouncer 1.21 and later keeps statements by itself where its
/// `max_prepared_statements` is set. It takes `search_path`, `options` and the `lock_timeout` that `busy_timeout` sets
/// only where its `ignore_startup_parameters` names them, and then they have no effect: set them for the role
/// (`ALTER ROLE … SET`).
///
/// A statement whose future is dropped is cancelled on the server if it does not end within 20 ms. In a transaction
/// this fails the transaction, as any error does on PostgreSQL: what comes next says so until it is rolled back, or
/// rolled back to a savepoint.
///
/// # Databases in memory
/// A database in memory has one lock for the whole of it: a transaction that has written keeps others waiting,
/// readers too, and one that has only read keeps a writer from committing. End transactions soon there
/// (`commit`, `rollback`, a session's `close`), or use a file, where readers and the writer go side by side.
///
/// ```
/// use lapis_engine::{Engine, Result};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let engine = Engine::connect("sqlite::memory:").await?;
/// engine.script("CREATE TABLE t (x INTEGER)").await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

struct Shared {
    pool: Arc<Pool>,
    dialect: &'static dyn Dialect,
    events: Events,
    isolation_level: Option<IsolationLevel>,
}

/// What the drivers are told of the engine's options.
#[derive(Debug, Clone)]
pub(crate) struct DriverOptions {
    pub(crate) busy_timeout: Option<Duration>,
    pub(crate) offload: bool,
    pub(crate) statement_cache: usize,
}

impl Default for DriverOptions {
    fn default() -> Self {
        Self { busy_timeout: None, offload: false, statement_cache: 128 }
    }
}

impl Engine {
    /// Connects to the database that a URL names, with the defaults of [`EngineBuilder`].
    ///
    /// # Errors
    /// If the URL is wrong, or the database cannot be opened.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::builder(url).connect().await
    }

    /// Options to connect with.
    pub fn builder(url: impl Into<String>) -> EngineBuilder {
        EngineBuilder::new(url.into())
    }

    /// Takes a connection from the pool; it goes back when it is dropped.
    ///
    /// # Errors
    /// If none becomes free within `pool_timeout`, or none can be opened.
    pub async fn acquire(&self) -> Result<Connection> {
        let pooled = self.0.pool.take().await?;
        Ok(Connection::new(self.clone(), pooled))
    }

    /// Begins a transaction on a connection of its own, which goes back to the pool with it.
    ///
    /// # Errors
    /// If there is no connection; see [`acquire`](Self::acquire).
    pub async fn begin(&self) -> Result<Transaction<'static>> {
        self.begin_with(TransactionOptions::new()).await
    }

    /// [`begin`](Self::begin) with options.
    ///
    /// # Errors
    /// If there is no connection, or the database has no such transactions.
    pub async fn begin_with(&self, options: TransactionOptions) -> Result<Transaction<'static>> {
        Transaction::owning(self.acquire().await?, options)
    }

    /// Runs a closure in a transaction: committed when it returns `Ok`, rolled back when it returns `Err`, and
    /// when the future is dropped. The closure is given the connection, and leaves its transaction open.
    ///
    /// ```
    /// # use lapis_engine::{Engine, Result};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let engine = Engine::connect("sqlite::memory:").await?;
    /// # engine.script("CREATE TABLE t (x)").await?;
    /// engine.transaction(async |transaction| transaction.script("INSERT INTO t VALUES (1)").await).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What the closure returns, and what beginning and committing return.
    pub async fn transaction<T>(&self, work: impl AsyncFnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        self.try_transaction(work).await
    }

    /// Runs a closure in a transaction with these options, and again in a new one, on a connection that is taken
    /// anew, where the database gives it up for the sake of another: [`RetryPolicy`] says how often.
    ///
    /// The closure is cloned for each attempt: what it captures is borrowed, or can be cloned. What it does outside of
    /// the transaction it does once an attempt.
    ///
    /// ```
    /// use lapis_engine::{Engine, IsolationLevel, Result, RetryPolicy, TransactionOptions};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let engine = Engine::connect("sqlite::memory:").await?;
    /// # engine.script("CREATE TABLE t (x)").await?;
    /// let options = TransactionOptions::new().isolation_level(IsolationLevel::Serializable);
    /// engine
    ///     .transaction_with(options, RetryPolicy::new(), async |transaction| {
    ///         transaction.script("INSERT INTO t VALUES (1)").await
    ///     })
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What the last attempt returns, with [the number of attempts](Error::attempts). Where the connection was lost
    /// during COMMIT, [nobody knows whether it took effect](Error::is_outcome_unknown), and it is not run again.
    pub async fn transaction_with<T>(
        &self,
        options: TransactionOptions,
        retry: RetryPolicy,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T> + Clone,
    ) -> Result<T> {
        retry
            .run(async || {
                let mut transaction = self.begin_with(options).await?;
                let result = work.clone()(&mut transaction).await;
                transaction.end(result).await
            })
            .await
    }

    /// [`transaction`](Self::transaction) for closures with an error type of their own.
    ///
    /// # Errors
    /// What the closure returns, and what beginning and committing return.
    pub async fn try_transaction<T, E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut transaction = self.begin().await?;
        let result = work(&mut transaction).await;
        transaction.end(result).await
    }

    /// Runs any number of statements without parameters, separated by semicolons; their rows are dropped.
    ///
    /// # Errors
    /// What the database finds wrong with a statement; those before it have run.
    pub async fn script(&self, sql: &str) -> Result<()> {
        self.acquire().await?.script(sql).await
    }

    /// The database's SQL.
    #[must_use]
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.0.dialect
    }

    /// How many connections there are and where.
    #[must_use]
    pub fn pool_status(&self) -> PoolStatus {
        self.0.pool.status()
    }

    /// Closes the engine: idle connections at once, those at work when they are dropped. Whatever asks for a
    /// connection from now on gets an error, and so does what waits for one.
    ///
    /// # Errors
    /// None today: a connection that does not close cleanly is dropped, which has the same effect.
    pub async fn close(&self) -> Result<()> {
        self.0.pool.close().await;
        Ok(())
    }

    /// [`close`](Self::close), and waits until the connections at work have come back: for a program that ends
    /// gracefully.
    ///
    /// ```
    /// # use lapis_engine::{Engine, Result};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let engine = Engine::connect("sqlite::memory:").await?;
    /// engine.close_within(Duration::from_secs(10)).await?;
    /// assert_eq!(engine.pool_status().checked_out, 0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If some are still at work when the time is up. The engine is closed nevertheless.
    pub async fn close_within(&self, patience: Duration) -> Result<()> {
        self.0.pool.close_within(patience).await
    }

    pub(crate) fn events(&self) -> &Events {
        &self.0.events
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.0.pool
    }

    pub(crate) fn isolation_level(&self) -> Option<IsolationLevel> {
        self.0.isolation_level
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("dialect", &self.dialect().name())
            .field("pool", &self.pool_status())
            .finish_non_exhaustive()
    }
}

/// Options to connect an engine with: an [`Engine`], or a [blocking](crate::blocking) one.
///
/// ```
/// # use lapis_engine::{Engine, Result};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let engine = Engine::builder("sqlite::memory:")
///     .pool_size(2)
///     .max_overflow(0)
///     .pool_timeout(Duration::from_millis(10))
///     .connect()
///     .await?;
/// let held = [engine.acquire().await?, engine.acquire().await?];
/// assert!(engine.acquire().await.unwrap_err().is_pool_timeout());
/// # drop(held);
/// # Ok(()) }
/// ```
#[must_use = "options do nothing before `connect`"]
pub struct EngineBuilder<E = Engine> {
    url: String,
    pool: PoolOptions,
    driver: DriverOptions,
    events: Events,
    isolation_level: Option<IsolationLevel>,
    /// What `connect` gives.
    connects: PhantomData<fn() -> E>,
}

impl<E> EngineBuilder<E> {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            pool: PoolOptions::default(),
            driver: DriverOptions::default(),
            events: Events::default(),
            isolation_level: None,
            connects: PhantomData,
        }
    }

    /// How many connections the pool keeps: 5.
    pub fn pool_size(mut self, size: usize) -> Self {
        self.pool.size = size;
        self
    }

    /// How many connections may be open beyond `pool_size`; they are closed when they come back: 10.
    /// `usize::MAX` sets no limit.
    pub fn max_overflow(mut self, overflow: usize) -> Self {
        self.pool.max_overflow = overflow;
        self
    }

    /// How long a connection is waited for, be it a free one or one that has to be opened: 30 seconds.
    pub fn pool_timeout(mut self, timeout: Duration) -> Self {
        self.pool.timeout = timeout;
        self
    }

    /// The age at which a connection is replaced by a new one: none.
    pub fn pool_recycle(mut self, age: Duration) -> Self {
        self.pool.recycle = Some(age);
        self
    }

    /// Whether a connection is tried before it is given out, and replaced if it does not answer: no.
    ///
    /// Without it, the first to meet a connection that died in the pool gets an error; the others that were opened
    /// before are then tried before they are given out, for what killed one may have killed them all.
    pub fn pool_pre_ping(mut self, ping: bool) -> Self {
        self.pool.pre_ping = ping;
        self
    }

    /// SQL that every new connection runs before it is used: settings, and on SQLite the databases that stand for
    /// schemas. It may be given more than once.
    ///
    /// ```
    /// # use lapis_engine::{Engine, Result};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let engine = Engine::builder("sqlite::memory:")
    ///     .on_connect("ATTACH 'file:/archive?vfs=memdb' AS archive")
    ///     .connect()
    ///     .await?;
    /// engine.script("CREATE TABLE archive.letters (body TEXT)").await?;
    /// # Ok(()) }
    /// ```
    pub fn on_connect(mut self, sql: impl Into<String>) -> Self {
        self.pool.on_connect.push(sql.into());
        self
    }

    /// Whether statements are printed to the standard error, with their parameters, time and rows: no.
    pub fn echo(mut self, echo: bool) -> Self {
        self.events.echo = echo;
        self
    }

    /// Whether the messages of errors hold the parameters' values: no, for they may be secrets.
    pub fn show_parameters(mut self, show: bool) -> Self {
        self.events.show_parameters = show;
        self
    }

    /// Calls a function after each statement, on the task that ran it.
    pub fn on_statement(mut self, observer: impl Fn(&StatementEvent<'_>) + Send + Sync + 'static) -> Self {
        self.events.observers.push(Arc::new(observer));
        self
    }

    /// The isolation level of transactions that do not name their own: the database's.
    pub fn isolation_level(mut self, level: IsolationLevel) -> Self {
        self.isolation_level = Some(level);
        self
    }

    /// Whether calls on an embedded database tell the runtime that they block (`block_in_place`), so that
    /// other tasks of the worker move on during a slow query: no, for most calls take microseconds. It has an
    /// effect on multi-threaded runtimes alone.
    pub fn offload(mut self, offload: bool) -> Self {
        self.driver.offload = offload;
        self
    }

    /// How long a lock that another connection holds is waited for: on SQLite, where the thread is not blocked meanwhile, 5
    /// seconds; on a server as long as it says itself, unless it is given here. It is PostgreSQL's `lock_timeout`, and, in
    /// whole seconds, the `innodb_lock_wait_timeout` of MySQL and MariaDB.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.driver.busy_timeout = Some(timeout);
        self
    }

    /// How many prepared statements each connection keeps: 128.
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.driver.statement_cache = statements;
        self
    }

    /// The driver that the URL names.
    pub(crate) fn driver(&self) -> Result<Arc<dyn Driver>> {
        self.check()?;
        crate::drivers::open(&self.url, &self.driver)
    }

    /// Whether the options make sense.
    pub(crate) fn check(&self) -> Result<()> {
        if self.pool.capacity() == 0 {
            return Err(Error::configuration(
                "`pool_size` and `max_overflow` are both 0, so that no connection could be opened; raise one",
            ));
        }
        Ok(())
    }

    /// Connects through a driver.
    pub(crate) async fn open(self, driver: Arc<dyn Driver>) -> Result<Engine> {
        let pool = Arc::new(Pool::new(Arc::clone(&driver), self.pool));
        let first = pool.take().await?;
        let engine = Engine(Arc::new(Shared {
            dialect: driver.dialect(),
            pool,
            events: self.events,
            isolation_level: self.isolation_level,
        }));
        engine.pool().keep(first);
        Ok(engine)
    }
}

impl EngineBuilder {
    /// Connects. One connection is opened at once, so that what is wrong shows here.
    ///
    /// # Errors
    /// If the URL or an option is wrong, or the database cannot be opened.
    pub async fn connect(self) -> Result<Engine> {
        let driver = self.driver()?;
        self.open(driver).await
    }

    /// Connects through a driver of one's own, whatever the URL says. One connection is opened at once.
    ///
    /// # Errors
    /// If the driver cannot open it.
    pub async fn connect_through(self, driver: Arc<dyn Driver>) -> Result<Engine> {
        self.check()?;
        self.open(driver).await
    }
}

impl<E> Clone for EngineBuilder<E> {
    fn clone(&self) -> Self {
        Self {
            url: self.url.clone(),
            pool: self.pool.clone(),
            driver: self.driver.clone(),
            events: self.events.clone(),
            isolation_level: self.isolation_level,
            connects: PhantomData,
        }
    }
}

impl<E> fmt::Debug for EngineBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("pool", &self.pool)
            .field("driver", &self.driver)
            .field("events", &self.events)
            .field("isolation_level", &self.isolation_level)
            // The URL may hold a password.
            .finish_non_exhaustive()
    }
}
