//! A connection leased from the pool.

use std::fmt;

use lapis_sql::Value;
use lapis_sql::compiler::compile_into;
use lapis_sql::dialect::Dialect;
use lapis_sql::statement::StatementRef;

use crate::counting::{Counting, CountingBatch};
use crate::driver::{DriverConnection, TransactionState};
use crate::engine::Engine;
use crate::error::{Error, OperationalCause, Result};
use crate::event::{Parameters, Watch};
use crate::pool::Pooled;
use crate::reply::Reply;
use crate::sink::{Batch, BatchSink, Outcome, RowSink};
use crate::stream::only_reads;
use crate::transaction::{Transaction, TransactionOptions};

const ROLLBACK_TO: &str = "ROLLBACK TO SAVEPOINT ";
const RELEASE: &str = "RELEASE SAVEPOINT ";

/// The longest text of a statement whose memory is kept for the next one.
const LARGEST_BUFFER: usize = 1 << 16;

/// A connection leased from the engine's pool, to which it returns when it is dropped; a transaction that is
/// still open then is rolled back.
///
/// Statements run with [`all`](Self::all), [`one`](Self::one), [`execute`](Self::execute) and their like, or
/// as SQL text with [`run`](Self::run).
///
/// ```
/// # use lapis_engine::{Engine, Result};
/// use lapis_sql::statement::text;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let engine = Engine::connect("sqlite::memory:").await?;
/// let mut connection = engine.acquire().await?;
/// connection.script("CREATE TABLE cities (name TEXT, people INTEGER)").await?;
/// let insert = text("INSERT INTO cities VALUES (:name, :people)").bind("name", "Ulm").bind("people", 126_405);
/// assert_eq!(connection.execute(insert).await?.rows_affected, 1);
/// let cities = text("SELECT name, people FROM cities").rows::<(String, i64)>();
/// assert_eq!(connection.all(cities).await?, [("Ulm".to_owned(), 126_405)]);
/// # Ok(()) }
/// ```
pub struct Connection {
    engine: Engine,
    leased: Option<Pooled>,
    progress: Progress,
    /// What a guard that was dropped has left to be done before the next statement.
    due: Option<Due>,
    /// The transaction that begins behind the rollback that is due.
    next: Option<TransactionOptions>,
    /// It is to be closed rather than given back.
    invalidated: bool,
    savepoints: u32,
    /// How many advisory locks it may have.
    pub(crate) advisory_locks_held: u32,
}

impl Connection {
    pub(crate) fn new(engine: Engine, pooled: Pooled) -> Self {
        Self {
            engine,
            leased: Some(pooled),
            progress: Progress::Outside,
            due: None,
            next: None,
            invalidated: false,
            savepoints: 0,
            advisory_locks_held: 0,
        }
    }

    /// The engine it belongs to.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The database's SQL.
    #[must_use]
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.engine.dialect()
    }

    /// Runs one statement, given as SQL, and hands its rows to `sink`.
    ///
    /// This is the layer below [`all`](Self::all) and its like, without compiling and decoding. The statement
    /// is prepared once for each connection.
    ///
    /// ```
    /// # use lapis_engine::{Engine, Flow, Result, Row};
    /// use lapis_sql::Value;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// let engine = Engine::connect("sqlite::memory:").await?;
    /// let mut connection = engine.acquire().await?;
    /// let mut sum = 0;
    /// let mut add = |row: &Row<'_>| {
    ///     if let lapis_sql::Cell::Int(value) = row.cell(0) {
    ///         sum += value;
    ///     }
    ///     Ok(Flow::Continue)
    /// };
    /// connection.run("SELECT ?1 UNION ALL SELECT ?2", &[Value::Int(1), Value::Int(2)], &mut add).await?;
    /// assert_eq!(sum, 3);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What the database finds wrong with the statement, and what the sink returns.
    #[inline]
    pub async fn run(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        sink: &mut (dyn RowSink + Send),
    ) -> Result<Outcome> {
        let alone = self.stands_alone();
        self.try_run(sql, params, sink).await.map_err(|error| doubt(error, alone))
    }

    /// [`run`](Self::run) without an `async` block around it: where the answer is there at once, as it is on
    /// SQLite, it is [`Reply::Ready`].
    pub fn try_run<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Value<'a>],
        sink: &'a mut (dyn RowSink + Send),
    ) -> Reply<'a, Outcome> {
        if self.due.is_some() || self.engine.events().watched() {
            return Reply::pending(self.run_watched(sql, params, sink));
        }
        let Self { engine, leased, progress, .. } = self;
        let driver = match usable(leased, *progress) {
            Ok(driver) => driver,
            Err(error) => return Reply::ready(Err(error)),
        };
        let explain = move |error| engine.events().explain(error, sql, Parameters::One(params));
        match driver.run(sql, params, sink) {
            Reply::Ready(ready) => Reply::ready(ready.into_inner().map_err(explain)),
            Reply::Pending(future) => Reply::pending(async move { future.await.map_err(explain) }),
        }
    }

    /// Compiles a statement and runs it as [`run`](Self::run) does, in a buffer that the connection keeps for the
    /// next one.
    ///
    /// # Errors
    /// If it does not compile, what the database finds wrong with it, and what the sink returns.
    pub async fn run_statement(
        &mut self,
        statement: StatementRef<'_>,
        sink: &mut (dyn RowSink + Send),
    ) -> Result<Outcome> {
        let dialect = self.dialect();
        let buffer = std::mem::take(&mut lease(&mut self.leased)?.buffer);
        let compiled = compile_into(buffer, statement, dialect)?;
        let alone = self.stands_alone() && !only_reads(statement);
        let result = self.try_run(&compiled.sql, &compiled.parameters, sink).await;
        let result = result.map_err(|error| doubt(error, alone));
        if let Some(pooled) = &mut self.leased
            && compiled.sql.capacity() <= LARGEST_BUFFER
        {
            pooled.buffer = compiled.sql;
        }
        result
    }

    /// Whether what is run now takes effect by itself: in no transaction, and over a connection that is there.
    fn stands_alone(&self) -> bool {
        self.progress == Progress::Outside
            && self.leased.as_ref().is_some_and(|pooled| !pooled.driver.is_broken())
    }

    async fn run_watched(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        sink: &mut (dyn RowSink + Send),
    ) -> Result<Outcome> {
        self.refresh().await?;
        let driver = usable(&mut self.leased, self.progress)?;
        let mut watch = Watch::start(driver.transaction() == TransactionState::Pending);
        let mut counting = Counting { sink, rows: 0 };
        let result = driver.run(sql, params, &mut counting).await;
        watch.rows = counting.rows;
        watch.rows_affected = result.as_ref().map_or(0, |outcome| outcome.rows_affected);
        self.conclude(watch, sql, Parameters::One(params), result)
    }

    /// Runs one statement once for each row of parameters, as a whole or not at all: where no transaction is
    /// open, the batch is one.
    ///
    /// # Errors
    /// What the database finds wrong with an execution, and what the sink returns. Inside a transaction, the
    /// executions before stay until it is rolled back; MySQL and MariaDB, to which executions are sent ahead of the
    /// answers, undo the batch at once.
    pub async fn run_batch(
        &mut self,
        sql: &str,
        batch: &(dyn Batch + Sync),
        sink: &mut (dyn BatchSink + Send),
    ) -> Result<()> {
        self.refresh().await?;
        let alone = self.stands_alone();
        let driver = usable(&mut self.leased, self.progress)?;
        let parameters = Parameters::Batch(batch);
        if !self.engine.events().watched() {
            let result = driver.run_batch(sql, batch, sink).await.map_err(|error| doubt(error, alone));
            return result.map_err(|error| self.engine.events().explain(error, sql, parameters));
        }
        let mut watch = Watch::start(driver.transaction() == TransactionState::Pending);
        let mut counting = CountingBatch { sink, rows: 0, rows_affected: 0 };
        let result = driver.run_batch(sql, batch, &mut counting).await.map_err(|error| doubt(error, alone));
        (watch.rows, watch.rows_affected) = (counting.rows, counting.rows_affected);
        self.conclude(watch, sql, parameters, result)
    }

    /// Runs any number of statements without parameters, separated by semicolons; their rows are dropped.
    ///
    /// # Errors
    /// What the database finds wrong with a statement. Those before it have run, but for PostgreSQL, where a script out
    /// of a transaction is one.
    pub async fn script(&mut self, sql: &str) -> Result<()> {
        self.refresh().await?;
        let alone = self.stands_alone();
        let driver = usable(&mut self.leased, self.progress)?;
        if !self.engine.events().watched() {
            let result = driver.run_script(sql).await.map_err(|error| doubt(error, alone));
            return result.map_err(|error| self.engine.events().explain(error, sql, Parameters::One(&[])));
        }
        let watch = Watch::start(driver.transaction() == TransactionState::Pending);
        let result = driver.run_script(sql).await.map_err(|error| doubt(error, alone));
        self.conclude(watch, sql, Parameters::One(&[]), result)
    }

    /// How far apart the numbers are that an INSERT of several rows gets, where
    /// [`last_insert_id`](Outcome::last_insert_id) tells the first one's: MySQL's `auto_increment_increment`.
    #[must_use]
    pub fn insert_id_step(&self) -> i64 {
        self.leased.as_ref().map_or(1, |pooled| pooled.driver.insert_id_step())
    }

    /// Begins a transaction without reaching the database: BEGIN travels with the next statement.
    ///
    /// On SQLite it is `BEGIN IMMEDIATE` if that statement writes, else `BEGIN`; see
    /// [`Access`](crate::Access).
    ///
    /// # Errors
    /// If a transaction is open already, or the database has no such transactions.
    pub fn start(&mut self, options: TransactionOptions) -> Result<()> {
        if self.in_transaction() {
            return Err(Error::invalid_request(
                "a transaction is open on this connection already; commit it, roll it back, or nest one with \
                 `begin_nested`",
            ));
        }
        if options.deferrable && !self.dialect().supports_deferrable_transactions() {
            return Err(Error::unsupported(format!(
                "{} has no deferrable transactions; begin it without `deferrable`, and run it again if it is given up",
                self.dialect().name()
            )));
        }
        let mut options = options;
        options.isolation_level = options.isolation_level.or(self.engine.isolation_level());
        if let Some(Due::Rollback) = self.due {
            self.next = Some(options);
        } else {
            lease(&mut self.leased)?.driver.start(options)?;
        }
        self.progress = Progress::Started;
        Ok(())
    }

    /// Whether a transaction is open, or begins with the next statement.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.progress != Progress::Outside
            || (!matches!(self.due, Some(Due::Rollback))
                && self.leased.as_ref().is_some_and(|it| it.driver.transaction() != TransactionState::None))
    }

    /// Begins a transaction as a guard that rolls back when it is dropped.
    ///
    /// # Errors
    /// If a transaction is open already.
    pub async fn begin(&mut self) -> Result<Transaction<'_>> {
        self.begin_with(TransactionOptions::new()).await
    }

    /// [`begin`](Self::begin) with options.
    ///
    /// # Errors
    /// If a transaction is open already, or the database has no such transactions.
    pub async fn begin_with(&mut self, options: TransactionOptions) -> Result<Transaction<'_>> {
        self.refresh().await?;
        Transaction::borrowing(self, options)
    }

    /// Begins a transaction inside the one that is open: a savepoint, as a guard that rolls back to it when it
    /// is dropped.
    ///
    /// # Errors
    /// If there is no transaction, or the database cannot set the savepoint.
    pub async fn begin_nested(&mut self) -> Result<Transaction<'_>> {
        let name = self.nest().await?;
        Ok(Transaction::nested(self, name))
    }

    /// Sets a savepoint of its own, for a nested transaction.
    pub(crate) async fn nest(&mut self) -> Result<String> {
        let name = self.next_savepoint();
        self.savepoint(&name).await?;
        Ok(name)
    }

    /// Ends the transaction and keeps what it did. One in which nothing ran costs nothing.
    ///
    /// # Errors
    /// If there is no transaction, or the database cannot keep it; it is still open then, and may be committed
    /// again or rolled back. Where the connection was lost before the answer came, nobody knows whether it was kept:
    /// [`Error::is_outcome_unknown`].
    pub async fn commit(&mut self) -> Result<()> {
        if !self.in_transaction() {
            return Err(Error::invalid_request("there is no transaction to commit; begin one first"));
        }
        self.refresh().await?;
        let driver = usable(&mut self.leased, self.progress)?;
        let sent = driver.transaction() == TransactionState::Open;
        let watch = (sent && self.engine.events().watched()).then(|| Watch::start(false));
        // Over a connection that was lost before, COMMIT does not go out.
        let takes_effect = sent && !driver.is_broken();
        let before = self.progress;
        if sent {
            self.progress = Progress::Committing;
        }
        let result = driver.commit().await.map_err(|error| doubt(error, takes_effect));
        self.progress = if result.is_ok() { Progress::Outside } else { before };
        self.conclude_if(watch, "COMMIT", result)
    }

    /// Ends the transaction and undoes what it did. One in which nothing ran costs nothing, and where there is
    /// none, there is nothing to do.
    ///
    /// # Errors
    /// If the connection is lost; the database rolls it back then.
    pub async fn rollback(&mut self) -> Result<()> {
        self.refresh().await?;
        self.progress = Progress::Outside;
        let driver = &mut lease(&mut self.leased)?.driver;
        let sent = driver.transaction() == TransactionState::Open;
        let watch = (sent && self.engine.events().watched()).then(|| Watch::start(false));
        let result = driver.rollback().await;
        self.conclude_if(watch, "ROLLBACK", result)
    }

    /// Marks a point in the transaction that [`rollback_to`](Self::rollback_to) comes back to.
    ///
    /// # Errors
    /// If there is no transaction.
    pub async fn savepoint(&mut self, name: &str) -> Result<()> {
        self.at_savepoint("SAVEPOINT ", name).await
    }

    /// Undoes what was done since the savepoint, which stays.
    ///
    /// # Errors
    /// If there is no such savepoint.
    pub async fn rollback_to(&mut self, name: &str) -> Result<()> {
        self.at_savepoint(ROLLBACK_TO, name).await
    }

    /// Forgets the savepoint and keeps what was done since.
    ///
    /// # Errors
    /// If there is no such savepoint.
    pub async fn release(&mut self, name: &str) -> Result<()> {
        self.at_savepoint(RELEASE, name).await
    }

    async fn at_savepoint(&mut self, command: &str, name: &str) -> Result<()> {
        if !self.in_transaction() {
            return Err(Error::invalid_request("a savepoint needs a transaction; begin one first"));
        }
        let mut sql = String::with_capacity(command.len() + name.len() + 2);
        self.write_savepoint(&mut sql, command, name);
        self.script(&sql).await
    }

    fn write_savepoint(&self, sql: &mut String, command: &str, name: &str) {
        let quote = self.dialect().identifier_quote();
        sql.push_str(command);
        sql.push(quote);
        for character in name.chars() {
            sql.push(character);
            if character == quote {
                sql.push(quote);
            }
        }
        sql.push(quote);
    }

    /// A name for a savepoint that no other of this connection has.
    fn next_savepoint(&mut self) -> String {
        self.savepoints = self.savepoints.wrapping_add(1);
        format!("lapis_{}", self.savepoints)
    }

    /// Rolls back a transaction whose guard was dropped: at once where nothing has to be waited for, else
    /// before the next statement.
    pub(crate) fn abandon_transaction(&mut self) {
        self.progress = Progress::Outside;
        let Some(pooled) = &mut self.leased else { return };
        match pooled.driver.rollback() {
            Reply::Ready(result) => self.invalidated |= result.into_inner().is_err(),
            Reply::Pending(_) => self.due = Some(Due::Rollback),
        }
    }

    /// Rolls back to a savepoint whose guard was dropped: at once where nothing has to be waited for, else before
    /// the next statement. The savepoint itself stays until the transaction ends, so that nothing goes wrong if it is
    /// rolled back to twice.
    pub(crate) fn abandon_savepoint(&mut self, name: &str) {
        let mut sql = String::new();
        self.write_savepoint(&mut sql, ROLLBACK_TO, name);
        let Some(pooled) = &mut self.leased else { return };
        if pooled.driver.transaction() != TransactionState::Open || matches!(self.due, Some(Due::Rollback))
        {
            return;
        }
        let done = match pooled.driver.run_script(&sql) {
            Reply::Ready(result) => Some(result.into_inner()),
            Reply::Pending(_) => None,
        };
        match done {
            Some(result) => self.invalidated |= result.is_err(),
            // It undoes what is within it, too.
            None => self.due = Some(Due::RollbackTo(sql)),
        }
    }

    /// Notes that the transaction has ended otherwise than by COMMIT or ROLLBACK.
    pub(crate) fn leave_transaction(&mut self) {
        self.progress = Progress::Outside;
    }

    /// Closes the connection when it is dropped, instead of giving it back: its state is not to be trusted.
    pub fn invalidate(&mut self) {
        self.invalidated = true;
    }

    /// Does the rollback that is due. It stays due until it is done.
    pub(crate) async fn refresh(&mut self) -> Result<()> {
        let Some(due) = &self.due else { return Ok(()) };
        let driver = &mut lease(&mut self.leased)?.driver;
        match due {
            Due::Rollback => driver.reset().await?,
            Due::RollbackTo(sql) => driver.run_script(sql).await?,
        }
        if let (Some(Due::Rollback), Some(options)) = (self.due.take(), self.next.take()) {
            driver.start(options)?;
        }
        Ok(())
    }

    fn conclude<T>(
        &self,
        watch: Watch,
        sql: &str,
        parameters: Parameters<'_>,
        result: Result<T>,
    ) -> Result<T> {
        let events = self.engine.events();
        let result = result.map_err(|error| events.explain(error, sql, parameters));
        watch.end(events, sql, parameters, &result);
        result
    }

    fn conclude_if<T>(&self, watch: Option<Watch>, sql: &str, result: Result<T>) -> Result<T> {
        match watch {
            Some(watch) => self.conclude(watch, sql, Parameters::One(&[]), result),
            None => result.map_err(|error| self.engine.events().explain(error, sql, Parameters::One(&[]))),
        }
    }

    /// Does what is due before a statement can run.
    pub(crate) async fn ready(&mut self) -> Result<()> {
        self.refresh().await?;
        usable(&mut self.leased, self.progress).map(drop)
    }

    /// The driver's connection.
    pub(crate) fn driver(&mut self) -> Result<&mut Box<dyn DriverConnection>> {
        lease(&mut self.leased).map(|pooled| &mut pooled.driver)
    }

    /// Says that no more rows of the cursor are wanted.
    pub(crate) fn close_cursor(&mut self) {
        if let Some(pooled) = &mut self.leased {
            pooled.driver.close_cursor();
        }
    }

    /// Gives the driver's connection away, until [`put_back`](Self::put_back) brings it back.
    pub(crate) async fn lend(&mut self) -> Result<Pooled> {
        self.refresh().await?;
        usable(&mut self.leased, self.progress)?;
        self.leased.take().ok_or_else(lost)
    }

    pub(crate) fn put_back(&mut self, pooled: Pooled) {
        self.leased = Some(pooled);
    }
}

/// How far a transaction has come that [`Connection::start`] began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// There is none, or it was ended.
    Outside,
    Started,
    /// COMMIT was sent. If it still is so at the next call, its future was dropped.
    Committing,
}

/// What is to be undone before the next statement.
enum Due {
    /// The transaction.
    Rollback,
    /// What came after a savepoint, by the statement that says so.
    RollbackTo(String),
}

/// The driver's connection, if a statement can run on it.
fn usable(leased: &mut Option<Pooled>, progress: Progress) -> Result<&mut Box<dyn DriverConnection>> {
    let driver = &mut lease(leased)?.driver;
    if progress == Progress::Committing {
        return Err(Error::invalid_request(
            "an earlier `commit` of this transaction was cancelled before its answer came; call `rollback` before beginning \
             another",
        )
        .with_outcome_unknown());
    }
    if progress == Progress::Started && driver.transaction() == TransactionState::None {
        return Err(Error::invalid_request(
            "the transaction is over: the database has rolled it back after an error, or COMMIT or ROLLBACK was \
             run as a statement; call `rollback` and begin again",
        ));
    }
    Ok(driver)
}

/// The error of something that may have taken effect if its answer was lost, where it was to take effect by itself.
fn doubt(error: Error, takes_effect: bool) -> Error {
    if takes_effect && error.is_connection_lost() { error.with_outcome_unknown() } else { error }
}

fn lease(leased: &mut Option<Pooled>) -> Result<&mut Pooled> {
    leased.as_mut().ok_or_else(lost)
}

#[cold]
fn lost() -> Error {
    Error::operational(OperationalCause::ConnectionLost, "the connection is lost; acquire another one")
}

impl Drop for Connection {
    fn drop(&mut self) {
        let pool = self.engine.pool();
        match self.leased.take() {
            Some(pooled) if !self.invalidated && self.advisory_locks_held == 0 => pool.give_back(pooled),
            Some(pooled) => pool.discard(pooled),
            None => pool.forget(),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("dialect", &self.dialect().name())
            .field("in_transaction", &self.in_transaction())
            .finish_non_exhaustive()
    }
}
