//! Transactions: what they are asked to be, and the guard that ends them.

use std::borrow::BorrowMut;
use std::ops::{Deref, DerefMut};

use crate::connection::Connection;
use crate::error::{Error, Result};

/// How much of other transactions' work a transaction sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IsolationLevel {
    /// What others have not committed yet may be seen.
    ReadUncommitted,
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// All statements see what was committed before the first.
    RepeatableRead,
    /// As if transactions ran one after the other. SQLite's always do.
    Serializable,
}

/// What a transaction does with the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Access {
    /// What its statements do; on SQLite, the first of them decides whether it takes the writer's lock.
    #[default]
    Automatic,
    /// It reads only: a statement that writes is an error.
    ReadOnly,
    /// It will write: on SQLite, it takes the writer's lock with its first statement, even one that reads, so
    /// that no other connection can write between that read and the write that follows from it.
    Write,
}

/// What a transaction is asked to be.
///
/// ```
/// use lapis_engine::{IsolationLevel, TransactionOptions};
///
/// let options = TransactionOptions::new().isolation_level(IsolationLevel::Serializable).write();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TransactionOptions {
    /// The isolation level, or the engine's, or the database's.
    pub isolation_level: Option<IsolationLevel>,
    /// What it does with the data.
    pub access: Access,
    /// Whether it waits, before its first statement, for a view of the data that no other transaction can spoil.
    pub deferrable: bool,
}

impl TransactionOptions {
    /// The database's own defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { isolation_level: None, access: Access::Automatic, deferrable: false }
    }

    /// With this isolation level.
    #[must_use]
    pub const fn isolation_level(mut self, level: IsolationLevel) -> Self {
        self.isolation_level = Some(level);
        self
    }

    /// Reads only; a statement that writes is an error.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.access = Access::ReadOnly;
        self
    }

    /// Waits, before its first statement, for a view of the data with which it cannot fail for the sake of another
    /// transaction, nor another for its sake: for long reports. It has an effect together with
    /// [`read_only`](Self::read_only) and [`IsolationLevel::Serializable`]; PostgreSQL's `DEFERRABLE` (SET
    /// TRANSACTION, PostgreSQL 9.1 and later), which no other database has.
    #[must_use]
    pub const fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    /// Will write; see [`Access::Write`].
    #[must_use]
    pub const fn write(mut self) -> Self {
        self.access = Access::Write;
        self
    }
}

/// A transaction that is rolled back when it is dropped without [`commit`](Self::commit).
///
/// It is its connection as well: all of [`Connection`]'s methods that run statements are there. BEGIN travels
/// with the first of them.
///
/// ```
/// # use lapis_engine::{Engine, Result};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let engine = Engine::connect("sqlite::memory:").await?;
/// # engine.script("CREATE TABLE t (x)").await?;
/// let mut transaction = engine.begin().await?;
/// transaction.script("INSERT INTO t VALUES (1)").await?;
/// transaction.commit().await?;
/// # Ok(()) }
/// ```
#[must_use = "a transaction that is dropped is rolled back"]
#[derive(Debug)]
pub struct Transaction<'c, C: BorrowMut<Connection> = Connection> {
    connection: Held<'c, C>,
    /// The savepoint that stands for a nested transaction.
    savepoint: Option<String>,
    finished: bool,
}

/// A connection that is lent, or kept.
#[derive(Debug)]
pub(crate) enum Held<'c, C> {
    Borrowed(&'c mut C),
    Owned(Box<C>),
}

impl<C> Deref for Held<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        match self {
            Held::Borrowed(connection) => connection,
            Held::Owned(connection) => connection,
        }
    }
}

impl<C> DerefMut for Held<'_, C> {
    fn deref_mut(&mut self) -> &mut C {
        match self {
            Held::Borrowed(connection) => connection,
            Held::Owned(connection) => connection,
        }
    }
}

impl<C: BorrowMut<Connection>> Transaction<'static, C> {
    /// Begins one that keeps its connection for itself.
    pub(crate) fn owning(mut connection: C, options: TransactionOptions) -> Result<Self> {
        connection.borrow_mut().start(options)?;
        Ok(Self { connection: Held::Owned(Box::new(connection)), savepoint: None, finished: false })
    }
}

impl<'c, C: BorrowMut<Connection>> Transaction<'c, C> {
    pub(crate) fn borrowing(connection: &'c mut C, options: TransactionOptions) -> Result<Self> {
        connection.borrow_mut().start(options)?;
        Ok(Self { connection: Held::Borrowed(connection), savepoint: None, finished: false })
    }

    /// A guard of the savepoint that was set on the connection.
    pub(crate) fn nested(connection: &'c mut C, savepoint: String) -> Self {
        Self { connection: Held::Borrowed(connection), savepoint: Some(savepoint), finished: false }
    }

    /// Keeps what the transaction did. The savepoint stays named until it is gone: should this fail or be dropped,
    /// dropping the transaction undoes it alone.
    pub(crate) async fn keep(&mut self) -> Result<()> {
        match self.savepoint.clone() {
            Some(name) => self.connection_mut().release(&name).await?,
            None => self.connection_mut().commit().await?,
        }
        self.finished = true;
        Ok(())
    }

    /// Undoes what the transaction did.
    pub(crate) async fn undo(&mut self) -> Result<()> {
        match self.savepoint.clone() {
            Some(name) => {
                self.connection_mut().rollback_to(&name).await?;
                self.connection_mut().release(&name).await?;
            }
            None => self.connection_mut().rollback().await?,
        }
        self.finished = true;
        Ok(())
    }

    /// Keeps what it did if its work went well, else undoes it.
    pub(crate) async fn end<T, E: From<Error>>(mut self, result: Result<T, E>) -> Result<T, E> {
        match &result {
            Ok(_) => self.keep().await?,
            // The work's error says more than one of the rollback, after which the connection is closed.
            Err(_) => drop(self.undo().await),
        }
        result
    }

    fn connection_mut(&mut self) -> &mut Connection {
        (*self.connection).borrow_mut()
    }
}

impl Transaction<'_> {
    /// Keeps what the transaction did.
    ///
    /// # Errors
    /// If the database cannot; the transaction is rolled back then.
    pub async fn commit(mut self) -> Result<()> {
        self.keep().await
    }

    /// Undoes what the transaction did.
    ///
    /// # Errors
    /// If the connection is lost; the database has rolled it back then.
    pub async fn rollback(mut self) -> Result<()> {
        self.undo().await
    }
}

impl<C: BorrowMut<Connection>> Deref for Transaction<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.connection
    }
}

impl<C: BorrowMut<Connection>> DerefMut for Transaction<'_, C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.connection
    }
}

impl<C: BorrowMut<Connection>> Drop for Transaction<'_, C> {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        match self.savepoint.take() {
            Some(name) => self.connection_mut().abandon_savepoint(&name),
            None => self.connection_mut().abandon_transaction(),
        }
    }
}
