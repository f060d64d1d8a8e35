//! A blocking session.

use std::borrow::{Borrow, BorrowMut};
use std::ops::{Deref, DerefMut};

use lapis_engine::blocking::{Connection, Engine};
use lapis_engine::{Outcome, Plan, Result, TransactionOptions};
use lapis_sql::paging::{Keyset, KeysetPage, Page, PageRequest};
use lapis_sql::statement::{Query, Statement};

use super::rows::TrackedRows;
use crate::entity::Entity;
use crate::handle::Handle;
use crate::loading::IntoLoad;
use crate::session::{Nested, OpenSession, Savepoint, Track};

type Tracked<Q> = <<Q as Query>::Shape as Track>::Tracked;

/// A unit of work on a blocking engine; see [`Session`](crate::Session).
#[derive(Debug)]
pub struct Session {
    inner: crate::Session,
    engine: Engine,
}

impl Session {
    /// A session on an engine, which flushes by itself before it queries.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self::wrap(crate::Session::new(engine), engine.clone())
    }

    pub(super) fn wrap(inner: crate::Session, engine: Engine) -> Self {
        Self { inner, engine }
    }

    /// Whether queries flush first; see [`Session::autoflush`](crate::Session::autoflush).
    #[must_use]
    pub fn autoflush(self, autoflush: bool) -> Self {
        Self::wrap(self.inner.autoflush(autoflush), self.engine)
    }

    /// How the session's transactions run; see
    /// [`Session::transaction_options`](crate::Session::transaction_options).
    #[must_use]
    pub fn transaction_options(self, options: TransactionOptions) -> Self {
        Self::wrap(self.inner.transaction_options(options), self.engine)
    }

    /// The engine that the session works on.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// All rows of a query; see [`Session::all`](crate::Session::all).
    ///
    /// # Errors
    /// As there.
    pub fn all<Q: Query<Shape: Track>>(&mut self, query: Q) -> Result<Vec<Tracked<Q>>> {
        self.engine.block_on(self.inner.all(query))
    }

    /// One page of a query by its number; see [`Session::page`](crate::Session::page).
    ///
    /// # Errors
    /// As there.
    pub fn page<S: Track>(&mut self, request: PageRequest<S>) -> Result<Page<S::Tracked>> {
        self.engine.block_on(self.inner.page(request))
    }

    /// One page of a query from a cursor on; see [`Session::keyset_page`](crate::Session::keyset_page).
    ///
    /// # Errors
    /// As there.
    pub fn keyset_page<S: Track>(&mut self, keyset: Keyset<S>) -> Result<KeysetPage<S::Tracked>> {
        self.engine.block_on(self.inner.keyset_page(keyset))
    }

    /// The only row of a query; see [`Session::one`](crate::Session::one).
    ///
    /// # Errors
    /// As there.
    pub fn one<Q: Query<Shape: Track>>(&mut self, query: Q) -> Result<Tracked<Q>> {
        self.engine.block_on(self.inner.one(query))
    }

    /// The only row of a query, if there is one; see [`Session::one_or_none`](crate::Session::one_or_none).
    ///
    /// # Errors
    /// As there.
    pub fn one_or_none<Q: Query<Shape: Track>>(&mut self, query: Q) -> Result<Option<Tracked<Q>>> {
        self.engine.block_on(self.inner.one_or_none(query))
    }

    /// The first row of a query, if there is one; see [`Session::first`](crate::Session::first).
    ///
    /// # Errors
    /// As there.
    pub fn first<Q: Query<Shape: Track>>(&mut self, query: Q) -> Result<Option<Tracked<Q>>> {
        self.engine.block_on(self.inner.first(query))
    }

    /// The rows of a query one after the other, the first before the last is read; see
    /// [`Session::stream`](crate::Session::stream).
    ///
    /// # Errors
    /// As there.
    pub fn stream<Q: Query<Shape: Track>>(&mut self, query: Q) -> Result<TrackedRows<'_, Q::Shape>> {
        let Self { inner, engine } = self;
        let rows = engine.block_on(inner.stream(query))?;
        Ok(TrackedRows::new(rows, engine.executor().clone()))
    }

    /// The entity with that primary key, if there is one; see [`Session::get`](crate::Session::get).
    ///
    /// # Errors
    /// As there.
    pub fn get<E: Entity>(&mut self, key: impl Into<E::Key>) -> Result<Option<Handle<E>>> {
        self.engine.block_on(self.inner.get(key))
    }

    /// Runs a statement past the unit of work; see [`Session::execute`](crate::Session::execute).
    ///
    /// # Errors
    /// As there.
    pub fn execute<S: Statement>(&mut self, statement: S) -> Result<Outcome> {
        self.engine.block_on(self.inner.execute(statement))
    }

    /// How the database would run a statement; see [`Session::explain`](crate::Session::explain).
    ///
    /// # Errors
    /// As there.
    pub fn explain<S: Statement>(&mut self, statement: S) -> Result<Plan> {
        self.engine.block_on(self.inner.explain(statement))
    }

    /// Runs a statement, undoes what it wrote, and tells how the database ran it; see
    /// [`Session::explain_analyze`](crate::Session::explain_analyze).
    ///
    /// # Errors
    /// As there.
    pub fn explain_analyze<S: Statement>(&mut self, statement: S) -> Result<Plan> {
        self.engine.block_on(self.inner.explain_analyze(statement))
    }

    /// The session's connection, in its transaction; see [`Session::connection`](crate::Session::connection).
    ///
    /// # Errors
    /// If no connection can be had.
    pub fn connection(&mut self) -> Result<Connection<&mut lapis_engine::Connection>> {
        let connection = self.engine.block_on(self.inner.connection())?;
        Ok(Connection::new(connection, self.engine.clone()))
    }

    /// Loads a relation of an entity; see [`Session::load`](crate::Session::load).
    ///
    /// # Errors
    /// As there.
    pub fn load<L: IntoLoad>(&mut self, owner: Handle<L::Source>, load: L) -> Result<()> {
        self.engine.block_on(self.inner.load(owner, load))
    }

    /// Loads a relation of many entities; see [`Session::load_all`](crate::Session::load_all).
    ///
    /// # Errors
    /// As there.
    pub fn load_all<L: IntoLoad>(&mut self, owners: &[Handle<L::Source>], load: L) -> Result<()> {
        self.engine.block_on(self.inner.load_all(owners, load))
    }

    /// Reads an entity's row again; see [`Session::refresh`](crate::Session::refresh).
    ///
    /// # Errors
    /// As there.
    pub fn refresh<T: Entity>(&mut self, handle: Handle<T>) -> Result<()> {
        self.engine.block_on(self.inner.refresh(handle))
    }

    /// Lays an owned graph over the rows with its keys; see [`Session::merge`](crate::Session::merge).
    ///
    /// # Errors
    /// As there.
    pub fn merge<T: Entity>(&mut self, entity: T) -> Result<Handle<T>> {
        self.engine.block_on(self.inner.merge(entity))
    }

    /// Writes everything that waits; see [`Session::flush`](crate::Session::flush).
    ///
    /// # Errors
    /// As there.
    pub fn flush(&mut self) -> Result<()> {
        self.engine.block_on(self.inner.flush())
    }

    /// Flushes, and makes everything since the last commit final; see [`Session::commit`](crate::Session::commit).
    ///
    /// # Errors
    /// As there.
    pub fn commit(&mut self) -> Result<()> {
        self.engine.block_on(self.inner.commit())
    }

    /// Takes back everything since the last commit; see [`Session::rollback`](crate::Session::rollback).
    ///
    /// # Errors
    /// As there.
    pub fn rollback(&mut self) -> Result<()> {
        self.engine.block_on(self.inner.rollback())
    }

    /// Ends the session's transaction by a rollback and gives its connection back; see
    /// [`Session::close`](crate::Session::close).
    ///
    /// # Errors
    /// As there.
    pub fn close(&mut self) -> Result<()> {
        self.engine.block_on(self.inner.close())
    }

    /// Runs a closure within a savepoint: `Ok` keeps what it did, `Err` and a panic take it back; see
    /// [`Session::begin_nested`](crate::Session::begin_nested).
    ///
    /// # Errors
    /// What the closure gives, or what the flush or the database says.
    pub fn begin_nested<T>(&mut self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        let engine = self.engine.clone();
        let savepoint = self.savepoint()?;
        let mut nested = Nested::new(self, savepoint);
        let result = work(nested.session());
        engine.block_on(nested.end(result))
    }

    /// Flushes, and sets a savepoint; see [`Session::savepoint`](crate::Session::savepoint).
    ///
    /// # Errors
    /// As there.
    pub fn savepoint(&mut self) -> Result<Savepoint> {
        self.engine.block_on(self.inner.savepoint())
    }

    /// Takes back everything since the savepoint; see [`Session::rollback_to`](crate::Session::rollback_to).
    ///
    /// # Errors
    /// As there.
    pub fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        self.engine.block_on(self.inner.rollback_to(savepoint))
    }

    /// Flushes, and forgets a savepoint; see [`Session::release`](crate::Session::release).
    ///
    /// # Errors
    /// As there.
    pub fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        self.engine.block_on(self.inner.release(savepoint))
    }

    /// Commits if the work went well, else rolls back.
    pub(super) async fn end<T>(&mut self, result: Result<T>) -> Result<T> {
        self.inner.end(result).await
    }
}

impl OpenSession for Engine {
    type Session = Session;

    fn session(&self) -> Session {
        Session::new(self)
    }
}

impl Deref for Session {
    type Target = crate::Session;

    fn deref(&self) -> &crate::Session {
        &self.inner
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut crate::Session {
        &mut self.inner
    }
}

impl Borrow<crate::Session> for Session {
    fn borrow(&self) -> &crate::Session {
        &self.inner
    }
}

impl BorrowMut<crate::Session> for Session {
    fn borrow_mut(&mut self) -> &mut crate::Session {
        &mut self.inner
    }
}
