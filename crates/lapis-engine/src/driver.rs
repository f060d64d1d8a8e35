//! What a database's driver has to do: small, object-safe traits.

use std::fmt;
use std::task::{Context, Poll};

use lapis_sql::Value;
use lapis_sql::dialect::Dialect;

use crate::error::{Error, Result};
use crate::reply::Reply;
use crate::sink::{Batch, BatchSink, Outcome, RowSink};
use crate::transaction::TransactionOptions;

/// A database that connections can be opened to.
pub trait Driver: Send + Sync + fmt::Debug {
    /// The database's SQL. A server says what it is when the first connection is opened, so this is not asked
    /// before.
    fn dialect(&self) -> &'static dyn Dialect;

    /// Whether its connections wait for a network, and so need a Tokio runtime with its I/O and timers. An
    /// embedded database's do not.
    fn needs_runtime(&self) -> bool {
        true
    }

    /// Opens a connection.
    fn connect(&self) -> Reply<'_, Box<dyn DriverConnection>>;
}

/// Where a connection is with respect to a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionState {
    /// In none: each statement stands for itself.
    None,
    /// One is to begin with the next statement.
    Pending,
    /// In one.
    Open,
}

/// One connection to a database.
///
/// Dropping a reply before it is ready leaves the connection usable, or makes
/// [`is_broken`](Self::is_broken) true.
pub trait DriverConnection: Send {
    /// Says that the next statement begins a transaction. Sends nothing.
    ///
    /// # Errors
    /// If the database has no such transactions.
    fn start(&mut self, options: TransactionOptions) -> Result<()>;

    /// Where the connection is with respect to a transaction.
    fn transaction(&self) -> TransactionState;

    /// Runs one statement and gives its rows to `sink`.
    fn run<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Value<'a>],
        sink: &'a mut (dyn RowSink + Send),
    ) -> Reply<'a, Outcome>;

    /// Whether rows can be taken one after the other by [`poll_cursor`](Self::poll_cursor); where not, a stream
    /// reads them on a thread of its own.
    fn has_cursors(&self) -> bool {
        false
    }

    /// Begins a statement whose rows [`poll_cursor`](Self::poll_cursor) gives.
    fn open_cursor<'a>(&'a mut self, sql: &'a str, params: &'a [Value<'a>]) -> Reply<'a, ()> {
        let _ = (sql, params);
        Reply::ready(Err(no_cursor()))
    }

    /// Gives the rows that are there to `sink` until it says `Stop`, which is `None` here; behind the last row it is
    /// what the statement did.
    ///
    /// # Errors
    /// What the database finds wrong with the statement, and what the sink returns; the cursor is closed then.
    fn poll_cursor(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn RowSink,
    ) -> Poll<Result<Option<Outcome>>> {
        let _ = (context, sink);
        Poll::Ready(Err(no_cursor()))
    }

    /// Says that no more rows of the cursor are wanted. Sends nothing: what is called next ends the statement.
    fn close_cursor(&mut self) {}

    /// Runs one statement once for each row of parameters.
    fn run_batch<'a>(
        &'a mut self,
        sql: &'a str,
        batch: &'a (dyn Batch + Sync),
        sink: &'a mut dyn BatchSink,
    ) -> Reply<'a, ()>;

    /// Runs any number of statements without parameters, separated by semicolons.
    fn run_script<'a>(&'a mut self, sql: &'a str) -> Reply<'a, ()>;

    /// Ends the transaction and keeps what it did. One that is still pending is forgotten.
    fn commit(&mut self) -> Reply<'_, ()>;

    /// Ends the transaction and undoes what it did. One that is still pending is forgotten.
    fn rollback(&mut self) -> Reply<'_, ()>;

    /// Makes the connection as good as new for its next user: rolls back, forgets settings of the transaction.
    fn reset(&mut self) -> Reply<'_, ()>;

    /// Finds out whether the database still answers.
    fn ping(&mut self) -> Reply<'_, ()>;

    /// How far apart the numbers are that an INSERT of several rows gets, of which the driver tells the first:
    /// MySQL's `auto_increment_increment`.
    fn insert_id_step(&self) -> i64 {
        1
    }

    /// Whether the connection cannot be used any more.
    fn is_broken(&self) -> bool;

    /// What stops a statement of this connection from another thread, where there is such a thing.
    fn interrupt(&self) -> Option<Box<dyn Interrupt>>;

    /// Closes the connection.
    fn close(self: Box<Self>) -> Reply<'static, ()>;
}

fn no_cursor() -> Error {
    Error::invalid_request("this driver has no cursors; its rows are taken by `run`")
}

/// Stops a statement that another thread runs.
pub trait Interrupt: Send + Sync {
    /// Makes the statement that is running now, if any, end with an error.
    fn interrupt(&self);
}
