//! A blocking connection.

use std::borrow::{Borrow, BorrowMut};
use std::ops::{Deref, DerefMut};

use lapis_sql::Value;
use lapis_sql::paging::{Keyset, KeysetPage, Page, PageRequest};
use lapis_sql::schema::MetaData;
use lapis_sql::statement::{Query, Statement, StatementRef};

use super::engine::Engine;
use super::rows::Rows;
use crate::advisory::AdvisoryKey;
use crate::error::Result;
use crate::plan::Plan;
use crate::projection::Projection;
use crate::query::RowOf;
use crate::sink::{Batch, BatchSink, Outcome, RowSink};
use crate::transaction::{Held, Transaction, TransactionOptions};
use crate::two_phase::TwoPhaseTransaction;

/// A connection leased from the engine's pool, to which it returns when it is dropped; see
/// [`Connection`](crate::Connection).
///
/// ```
/// use lapis_engine::{Result, blocking::Engine};
/// use lapis_sql::statement::text;
///
/// # fn main() -> Result<()> {
/// let engine = Engine::connect("sqlite::memory:")?;
/// let mut connection = engine.acquire()?;
/// connection.script("CREATE TABLE t (x INTEGER)")?;
/// assert_eq!(connection.one(text("SELECT count(*) FROM t").scalar::<i64>())?, 0);
/// # Ok(()) }
/// ```
///
/// It owns its asynchronous twin, unless that is lent to it: a session's connection is a
/// `Connection<&mut lapis_engine::Connection>`.
#[derive(Debug)]
pub struct Connection<C: BorrowMut<crate::Connection> = crate::Connection> {
    inner: C,
    engine: Engine,
}

impl<C: BorrowMut<crate::Connection>> Connection<C> {
    /// A connection of an engine that is waited for.
    #[doc(hidden)]
    pub fn new(inner: C, engine: Engine) -> Self {
        Self { inner, engine }
    }

    /// The engine it belongs to.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Runs one statement, given as SQL; see [`Connection::run`](crate::Connection::run).
    ///
    /// # Errors
    /// What the database finds wrong with the statement, and what the sink returns.
    pub fn run(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        sink: &mut (dyn RowSink + Send),
    ) -> Result<Outcome> {
        self.engine.block_on(self.inner.borrow_mut().run(sql, params, sink))
    }

    /// Compiles a statement and runs it; see [`Connection::run_statement`](crate::Connection::run_statement).
    ///
    /// # Errors
    /// If it does not compile, what the database finds wrong with it, and what the sink returns.
    pub fn run_statement(
        &mut self,
        statement: StatementRef<'_>,
        sink: &mut (dyn RowSink + Send),
    ) -> Result<Outcome> {
        self.engine.block_on(self.inner.borrow_mut().run_statement(statement, sink))
    }

    /// Runs one statement once for each row of parameters; see
    /// [`Connection::run_batch`](crate::Connection::run_batch).
    ///
    /// # Errors
    /// What the database finds wrong with an execution, and what the sink returns.
    pub fn run_batch(
        &mut self,
        sql: &str,
        batch: &(dyn Batch + Sync),
        sink: &mut (dyn BatchSink + Send),
    ) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().run_batch(sql, batch, sink))
    }

    /// Runs any number of statements without parameters; see [`Connection::script`](crate::Connection::script).
    ///
    /// # Errors
    /// What the database finds wrong with a statement; those before it have run.
    pub fn script(&mut self, sql: &str) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().script(sql))
    }

    /// All rows; see [`Connection::all`](crate::Connection::all).
    ///
    /// # Errors
    /// As there.
    pub fn all<Q: Query<Shape: Projection>>(&mut self, query: Q) -> Result<Vec<RowOf<Q>>> {
        self.engine.block_on(self.inner.borrow_mut().all(query))
    }

    /// The one row there is; see [`Connection::one`](crate::Connection::one).
    ///
    /// # Errors
    /// As there.
    pub fn one<Q: Query<Shape: Projection>>(&mut self, query: Q) -> Result<RowOf<Q>> {
        self.engine.block_on(self.inner.borrow_mut().one(query))
    }

    /// The one row there is, or `None`; see [`Connection::one_or_none`](crate::Connection::one_or_none).
    ///
    /// # Errors
    /// As there.
    pub fn one_or_none<Q: Query<Shape: Projection>>(&mut self, query: Q) -> Result<Option<RowOf<Q>>> {
        self.engine.block_on(self.inner.borrow_mut().one_or_none(query))
    }

    /// The first row, or `None`; see [`Connection::first`](crate::Connection::first).
    ///
    /// # Errors
    /// As there.
    pub fn first<Q: Query<Shape: Projection>>(&mut self, query: Q) -> Result<Option<RowOf<Q>>> {
        self.engine.block_on(self.inner.borrow_mut().first(query))
    }

    /// One page of a query by its number; see [`Connection::page`](crate::Connection::page).
    ///
    /// # Errors
    /// As there.
    pub fn page<S: Projection>(&mut self, request: PageRequest<S>) -> Result<Page<S::Row>> {
        self.engine.block_on(self.inner.borrow_mut().page(request))
    }

    /// One page of a query from a cursor on; see [`Connection::keyset_page`](crate::Connection::keyset_page).
    ///
    /// # Errors
    /// As there.
    pub fn keyset_page<S: Projection>(&mut self, keyset: Keyset<S>) -> Result<KeysetPage<S::Row>> {
        self.engine.block_on(self.inner.borrow_mut().keyset_page(keyset))
    }

    /// The rows one after the other; see [`Connection::stream`](crate::Connection::stream).
    ///
    /// # Errors
    /// If the statement does not compile; what the database finds wrong comes with the rows.
    pub fn stream<Q: Query<Shape: Projection>>(&mut self, query: Q) -> Result<Rows<'_, RowOf<Q>>> {
        let Self { inner, engine } = self;
        let rows = engine.block_on(inner.borrow_mut().stream(query))?;
        Ok(Rows::new(rows, engine.executor().clone()))
    }

    /// Runs a statement whose rows are not wanted; see [`Connection::execute`](crate::Connection::execute).
    ///
    /// # Errors
    /// As there.
    pub fn execute<S: Statement>(&mut self, statement: S) -> Result<Outcome> {
        self.engine.block_on(self.inner.borrow_mut().execute(statement))
    }

    /// How the database would run a statement; see
    /// [`Connection::explain`](crate::Connection::explain).
    ///
    /// # Errors
    /// As there.
    pub fn explain<S: Statement>(&mut self, statement: S) -> Result<Plan> {
        self.engine.block_on(self.inner.borrow_mut().explain(statement))
    }

    /// Runs a statement, undoes what it wrote, and tells how the database ran it; see
    /// [`Connection::explain_analyze`](crate::Connection::explain_analyze).
    ///
    /// # Errors
    /// As there.
    pub fn explain_analyze<S: Statement>(&mut self, statement: S) -> Result<Plan> {
        self.engine.block_on(self.inner.borrow_mut().explain_analyze(statement))
    }

    /// Creates the tables of a schema; see [`Connection::create_all`](crate::Connection::create_all).
    ///
    /// # Errors
    /// As there.
    pub fn create_all(&mut self, metadata: &MetaData) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().create_all(metadata))
    }

    /// Drops the tables of a schema; see [`Connection::drop_all`](crate::Connection::drop_all).
    ///
    /// # Errors
    /// As there.
    pub fn drop_all(&mut self, metadata: &MetaData) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().drop_all(metadata))
    }

    /// Begins a transaction as a guard that rolls back when it is dropped.
    ///
    /// # Errors
    /// If a transaction is open already.
    pub fn begin(&mut self) -> Result<Transaction<'_, Connection<C>>> {
        self.begin_with(TransactionOptions::new())
    }

    /// [`begin`](Self::begin) with options.
    ///
    /// # Errors
    /// If a transaction is open already, or the database has no such transactions.
    pub fn begin_with(&mut self, options: TransactionOptions) -> Result<Transaction<'_, Connection<C>>> {
        self.engine.block_on(self.inner.borrow_mut().refresh())?;
        Transaction::borrowing(self, options)
    }

    /// Begins a transaction inside the one that is open; see
    /// [`Connection::begin_nested`](crate::Connection::begin_nested).
    ///
    /// # Errors
    /// If there is no transaction, or the database cannot set the savepoint.
    pub fn begin_nested(&mut self) -> Result<Transaction<'_, Connection<C>>> {
        let name = self.engine.block_on(self.inner.borrow_mut().nest())?;
        Ok(Transaction::nested(self, name))
    }

    /// Begins a transaction that can be prepared; see
    /// [`Connection::begin_two_phase`](crate::Connection::begin_two_phase).
    ///
    /// # Errors
    /// As there.
    pub fn begin_two_phase(&mut self, id: &str) -> Result<TwoPhaseTransaction<'_, Connection<C>>> {
        let engine = self.engine.clone();
        engine.block_on(TwoPhaseTransaction::begin(Held::Borrowed(self), id))
    }

    /// Waits for an advisory lock; see [`Connection::advisory_lock`](crate::Connection::advisory_lock).
    ///
    /// # Errors
    /// As there.
    pub fn advisory_lock(&mut self, key: impl Into<AdvisoryKey>) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().advisory_lock(key))
    }

    /// Takes an advisory lock if it is free; see
    /// [`Connection::try_advisory_lock`](crate::Connection::try_advisory_lock).
    ///
    /// # Errors
    /// As there.
    pub fn try_advisory_lock(&mut self, key: impl Into<AdvisoryKey>) -> Result<bool> {
        self.engine.block_on(self.inner.borrow_mut().try_advisory_lock(key))
    }

    /// Gives an advisory lock back; see [`Connection::advisory_unlock`](crate::Connection::advisory_unlock).
    ///
    /// # Errors
    /// As there.
    pub fn advisory_unlock(&mut self, key: impl Into<AdvisoryKey>) -> Result<bool> {
        self.engine.block_on(self.inner.borrow_mut().advisory_unlock(key))
    }

    /// Waits for an advisory lock and keeps it until the transaction ends; see
    /// [`Connection::advisory_xact_lock`](crate::Connection::advisory_xact_lock).
    ///
    /// # Errors
    /// As there.
    pub fn advisory_xact_lock(&mut self, key: impl Into<AdvisoryKey>) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().advisory_xact_lock(key))
    }

    /// Takes an advisory lock until the transaction ends, if it is free; see
    /// [`Connection::try_advisory_xact_lock`](crate::Connection::try_advisory_xact_lock).
    ///
    /// # Errors
    /// As there.
    pub fn try_advisory_xact_lock(&mut self, key: impl Into<AdvisoryKey>) -> Result<bool> {
        self.engine.block_on(self.inner.borrow_mut().try_advisory_xact_lock(key))
    }

    /// Ends the transaction and keeps what it did; see [`Connection::commit`](crate::Connection::commit).
    ///
    /// # Errors
    /// As there.
    pub fn commit(&mut self) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().commit())
    }

    /// Ends the transaction and undoes what it did; see [`Connection::rollback`](crate::Connection::rollback).
    ///
    /// # Errors
    /// As there.
    pub fn rollback(&mut self) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().rollback())
    }

    /// Marks a point in the transaction; see [`Connection::savepoint`](crate::Connection::savepoint).
    ///
    /// # Errors
    /// If there is no transaction.
    pub fn savepoint(&mut self, name: &str) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().savepoint(name))
    }

    /// Undoes what was done since the savepoint, which stays.
    ///
    /// # Errors
    /// If there is no such savepoint.
    pub fn rollback_to(&mut self, name: &str) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().rollback_to(name))
    }

    /// Forgets the savepoint and keeps what was done since.
    ///
    /// # Errors
    /// If there is no such savepoint.
    pub fn release(&mut self, name: &str) -> Result<()> {
        self.engine.block_on(self.inner.borrow_mut().release(name))
    }
}

impl<C: BorrowMut<crate::Connection>> Deref for Connection<C> {
    type Target = crate::Connection;

    fn deref(&self) -> &crate::Connection {
        self.inner.borrow()
    }
}

impl<C: BorrowMut<crate::Connection>> DerefMut for Connection<C> {
    fn deref_mut(&mut self) -> &mut crate::Connection {
        self.inner.borrow_mut()
    }
}

impl<C: BorrowMut<crate::Connection>> Borrow<crate::Connection> for Connection<C> {
    fn borrow(&self) -> &crate::Connection {
        self.inner.borrow()
    }
}

impl<C: BorrowMut<crate::Connection>> BorrowMut<crate::Connection> for Connection<C> {
    fn borrow_mut(&mut self) -> &mut crate::Connection {
        self.inner.borrow_mut()
    }
}
