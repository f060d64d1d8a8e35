//! The engine of Lapis: connections, pool, transactions, rows and drivers.
//!
//! An [`Engine`] is a database and a pool of connections to it. Statements of [`lapis_sql`] run on it, on a
//! [`Connection`] or in a [`Transaction`] with the same methods: `all`, `one`, `one_or_none`, `first`,
//! `stream`, `execute`. Whatever is `.await`ed may reach the database, and what is not never does.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `sqlite` (default) | SQLite, as the system has it |
//! | `bundled-sqlite` (default) | SQLite built from source |
//! | `mysql` | MySQL and MariaDB |
//!
//! Waiting for a connection or for a lock needs the timers of Tokio (`enable_all`, which `#[tokio::main]`
//! has); without a runtime the thread waits.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod advisory;
pub mod blocking;
mod connection;
mod counting;
pub mod driver;
mod drivers;
mod engine;
mod error;
mod event;
mod explain;
mod from_row;
#[cfg(feature = "net")]
mod net;
mod paging;
mod plan;
mod pool;
mod projection;
mod query;
mod reply;
mod retry;
mod row;
mod schema;
mod sink;
mod stream;
mod time;
mod transaction;
mod two_phase;

pub use advisory::AdvisoryKey;
pub use connection::Connection;
pub use engine::{Engine, EngineBuilder};
pub use error::{Constraint, Error, ErrorKind, OperationalCause, Result, Violation};
pub use event::{Parameters, StatementEvent};
pub use from_row::FromRow;
#[doc(hidden)]
pub use paging::{read_keyset, read_page};
pub use plan::{Plan, PlanNode};
pub use pool::PoolStatus;
pub use projection::{Projection, fetch_rows, first_capacity};
pub use query::RowOf;
pub use reply::{BoxFuture, Reply};
pub use retry::{Attempts, RetryPolicy};
pub use row::Row;
pub use sink::{Batch, BatchSink, Discard, Flow, Outcome, RowSink};
pub use stream::RowStream;
pub use transaction::{Access, IsolationLevel, Transaction, TransactionOptions};
pub use two_phase::TwoPhaseTransaction;
