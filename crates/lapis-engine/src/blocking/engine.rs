//! The blocking engine.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use lapis_sql::paging::{Keyset, KeysetPage, Page, PageRequest};
use lapis_sql::schema::MetaData;
use lapis_sql::statement::{Query, Statement};

use super::connection::Connection;
use super::executor::Executor;
use super::rows::Rows;
use super::transaction::{Transaction, TwoPhaseTransaction};
use crate::driver::Driver;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::projection::Projection;
use crate::query::RowOf;
use crate::retry::RetryPolicy;
use crate::sink::Outcome;
use crate::transaction::{Held, TransactionOptions};

/// Options to connect a blocking engine with.
pub type EngineBuilder = crate::EngineBuilder<Engine>;

/// A database and the pool of connections to it; see [`Engine`](crate::Engine). Cloning it is cheap, gives the
/// same engine, and a clone may be used from any thread.
///
/// ```
/// use lapis_engine::{Result, blocking::Engine};
///
/// # fn main() -> Result<()> {
/// let engine = Engine::builder("sqlite::memory:").pool_size(2).connect()?;
/// engine.script("CREATE TABLE t (x INTEGER)")?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    inner: crate::Engine,
    executor: Executor,
}

impl EngineBuilder {
    /// Connects. One connection is opened at once, so that what is wrong shows here.
    ///
    /// # Errors
    /// If the URL or an option is wrong, or the database cannot be opened.
    ///
    /// # Panics
    /// As [the module](crate::blocking) says.
    pub fn connect(self) -> Result<Engine> {
        let driver = self.driver()?;
        self.open_blocking(driver)
    }

    /// Connects through a driver of one's own; see
    /// [`EngineBuilder::connect_through`](crate::EngineBuilder::connect_through).
    ///
    /// # Errors
    /// If the driver cannot open a connection.
    ///
    /// # Panics
    /// As [the module](crate::blocking) says.
    pub fn connect_through(self, driver: Arc<dyn Driver>) -> Result<Engine> {
        self.check()?;
        self.open_blocking(driver)
    }

    fn open_blocking(self, driver: Arc<dyn Driver>) -> Result<Engine> {
        let executor = Executor::new(&*driver)?;
        let inner = executor.block_on(self.open(driver))?;
        Ok(Engine { inner, executor })
    }
}

impl Engine {
    /// Connects to the database that a URL names, with the defaults of [`EngineBuilder`].
    ///
    /// # Errors
    /// If the URL is wrong, or the database cannot be opened.
    ///
    /// # Panics
    /// As [the module](crate::blocking) says.
    pub fn connect(url: &str) -> Result<Self> {
        Self::builder(url).connect()
    }

    /// Options to connect with.
    pub fn builder(url: impl Into<String>) -> EngineBuilder {
        EngineBuilder::new(url.into())
    }

    /// Waits for asynchronous code that works with the engine, such as a function that takes an asynchronous
    /// [`Connection`](crate::Connection).
    ///
    /// ```
    /// use lapis_engine::{Result, blocking::Engine};
    ///
    /// async fn prepare(connection: &mut lapis_engine::Connection) -> Result<()> {
    ///     connection.script("CREATE TABLE t (x INTEGER)").await
    /// }
    ///
    /// # fn main() -> Result<()> {
    /// let engine = Engine::connect("sqlite::memory:")?;
    /// let mut connection = engine.acquire()?;
    /// engine.block_on(prepare(&mut connection))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    /// As [the module](crate::blocking) says.
    #[inline]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.executor.block_on(future)
    }

    /// What waits for the engine's futures, for the layers above.
    #[doc(hidden)]
    #[must_use]
    pub fn executor(&self) -> &Executor {
        &self.executor
    }

    /// Takes a connection from the pool; see [`Engine::acquire`](crate::Engine::acquire).
    ///
    /// # Errors
    /// If none becomes free within `pool_timeout`, or none can be opened.
    pub fn acquire(&self) -> Result<Connection> {
        let connection = self.block_on(self.inner.acquire())?;
        Ok(Connection::new(connection, self.clone()))
    }

    /// Begins a transaction on a connection of its own; see [`Engine::begin`](crate::Engine::begin).
    ///
    /// # Errors
    /// If there is no connection.
    pub fn begin(&self) -> Result<Transaction<'static>> {
        self.begin_with(TransactionOptions::new())
    }

    /// [`begin`](Self::begin) with options.
    ///
    /// # Errors
    /// If there is no connection, or the database has no such transactions.
    pub fn begin_with(&self, options: TransactionOptions) -> Result<Transaction<'static>> {
        Transaction::owning(self.acquire()?, options)
    }

    /// Begins a transaction that can be prepared on a connection of its own; see
    /// [`Engine::begin_two_phase`](crate::Engine::begin_two_phase).
    ///
    /// # Errors
    /// As there.
    pub fn begin_two_phase(&self, id: &str) -> Result<TwoPhaseTransaction<'static>> {
        self.block_on(TwoPhaseTransaction::begin(Held::Owned(Box::new(self.acquire()?)), id))
    }

    /// Commits a prepared transaction; see [`Engine::commit_prepared`](crate::Engine::commit_prepared).
    ///
    /// # Errors
    /// As there.
    pub fn commit_prepared(&self, id: &str) -> Result<()> {
        self.block_on(self.inner.commit_prepared(id))
    }

    /// Rolls a prepared transaction back; see [`Engine::rollback_prepared`](crate::Engine::rollback_prepared).
    ///
    /// # Errors
    /// As there.
    pub fn rollback_prepared(&self, id: &str) -> Result<()> {
        self.block_on(self.inner.rollback_prepared(id))
    }

    /// The identifiers of the transactions that are prepared; see
    /// [`Engine::prepared_transactions`](crate::Engine::prepared_transactions).
    ///
    /// # Errors
    /// As there.
    pub fn prepared_transactions(&self) -> Result<Vec<String>> {
        self.block_on(self.inner.prepared_transactions())
    }

    /// Runs a closure in a transaction: committed when it returns `Ok`, rolled back when it returns `Err` or panics;
    /// see [`Engine::transaction`](crate::Engine::transaction).
    ///
    /// # Errors
    /// What the closure returns, and what beginning and committing return.
    pub fn transaction<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        self.try_transaction(work)
    }

    /// Runs a closure in a transaction with these options, and again where the database gives it up for the sake of
    /// another; see [`Engine::transaction_with`](crate::Engine::transaction_with).
    ///
    /// # Errors
    /// What the last attempt returns, with [the number of attempts](Error::attempts).
    pub fn transaction_with<T>(
        &self,
        options: TransactionOptions,
        retry: RetryPolicy,
        mut work: impl FnMut(&mut Connection) -> Result<T>,
    ) -> Result<T> {
        retry.run_blocking(|| self.attempt(options, &mut work))
    }

    fn attempt<T, E: From<Error>>(
        &self,
        options: TransactionOptions,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut transaction = self.begin_with(options)?;
        let result = work(&mut transaction);
        self.block_on(transaction.end(result))
    }

    /// [`transaction`](Self::transaction) for closures with an error type of their own.
    ///
    /// # Errors
    /// What the closure returns, and what beginning and committing return.
    pub fn try_transaction<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.attempt(TransactionOptions::new(), work)
    }

    /// Runs any number of statements without parameters; see [`Engine::script`](crate::Engine::script).
    ///
    /// # Errors
    /// What the database finds wrong with a statement; those before it have run.
    pub fn script(&self, sql: &str) -> Result<()> {
        self.block_on(self.inner.script(sql))
    }

    /// All rows; see [`Connection::all`](crate::Connection::all).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    pub fn all<Q: Query<Shape: Projection>>(&self, query: Q) -> Result<Vec<RowOf<Q>>> {
        self.block_on(self.inner.all(query))
    }

    /// The one row there is; see [`Connection::one`](crate::Connection::one).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    pub fn one<Q: Query<Shape: Projection>>(&self, query: Q) -> Result<RowOf<Q>> {
        self.block_on(self.inner.one(query))
    }

    /// The one row there is, or `None`; see [`Connection::one_or_none`](crate::Connection::one_or_none).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    pub fn one_or_none<Q: Query<Shape: Projection>>(&self, query: Q) -> Result<Option<RowOf<Q>>> {
        self.block_on(self.inner.one_or_none(query))
    }

    /// The first row, or `None`; see [`Connection::first`](crate::Connection::first).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    pub fn first<Q: Query<Shape: Projection>>(&self, query: Q) -> Result<Option<RowOf<Q>>> {
        self.block_on(self.inner.first(query))
    }

    /// One page of a query by its number; see [`Connection::page`](crate::Connection::page).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    pub fn page<S: Projection>(&self, request: PageRequest<S>) -> Result<Page<S::Row>> {
        self.block_on(self.inner.page(request))
    }

    /// One page of a query from a cursor on; see [`Connection::keyset_page`](crate::Connection::keyset_page).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    pub fn keyset_page<S: Projection>(&self, keyset: Keyset<S>) -> Result<KeysetPage<S::Row>> {
        self.block_on(self.inner.keyset_page(keyset))
    }

    /// The rows one after the other, on a connection that goes back to the pool with them; see
    /// [`Engine::stream`](crate::Engine::stream).
    ///
    /// # Errors
    /// If there is no connection, or the statement does not compile.
    pub fn stream<Q: Query<Shape: Projection>>(&self, query: Q) -> Result<Rows<'static, RowOf<Q>>> {
        let rows = self.block_on(self.inner.stream(query))?;
        Ok(Rows::new(rows, self.executor.clone()))
    }

    /// Runs a statement whose rows are not wanted; see [`Connection::execute`](crate::Connection::execute).
    ///
    /// # Errors
    /// As there, and if there is no connection.
    pub fn execute<S: Statement>(&self, statement: S) -> Result<Outcome> {
        self.block_on(self.inner.execute(statement))
    }

    /// How the database would run a statement; see
    /// [`Connection::explain`](crate::Connection::explain).
    ///
    /// # Errors
    /// As there.
    pub fn explain<S: Statement>(&self, statement: S) -> Result<Plan> {
        self.block_on(self.inner.explain(statement))
    }

    /// Runs a statement, undoes what it wrote, and tells how the database ran it; see
    /// [`Connection::explain_analyze`](crate::Connection::explain_analyze).
    ///
    /// # Errors
    /// As there.
    pub fn explain_analyze<S: Statement>(&self, statement: S) -> Result<Plan> {
        self.block_on(self.inner.explain_analyze(statement))
    }

    /// Creates the tables of a schema; see [`Engine::create_all`](crate::Engine::create_all).
    ///
    /// # Errors
    /// As there.
    pub fn create_all(&self, metadata: &MetaData) -> Result<()> {
        self.block_on(self.inner.create_all(metadata))
    }

    /// Drops the tables of a schema; see [`Engine::drop_all`](crate::Engine::drop_all).
    ///
    /// # Errors
    /// As there.
    pub fn drop_all(&self, metadata: &MetaData) -> Result<()> {
        self.block_on(self.inner.drop_all(metadata))
    }

    /// Closes the engine; see [`Engine::close`](crate::Engine::close).
    ///
    /// # Errors
    /// As there.
    pub fn close(&self) -> Result<()> {
        self.block_on(self.inner.close())
    }

    /// Closes the engine and waits until the connections at work have come back; see
    /// [`Engine::close_within`](crate::Engine::close_within).
    ///
    /// # Errors
    /// As there.
    pub fn close_within(&self, patience: Duration) -> Result<()> {
        self.block_on(self.inner.close_within(patience))
    }
}

impl Deref for Engine {
    type Target = crate::Engine;

    fn deref(&self) -> &crate::Engine {
        &self.inner
    }
}
