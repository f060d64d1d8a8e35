//! PostgreSQL, by its own protocol (version 3), whose messages `postgres-protocol` writes and reads.
//!
//! | room | holds |
//! | --- | --- |
//! | `options` | URLs |
//! | `startup` | opening a connection, cancelling a statement |
//! | `link` | the flow of messages, and what is owed after a future was dropped |
//! | `connection` | statements, scripts, transactions |
//! | `batch` | one statement executed many times |
//! | `cursor` | rows one after the other |
//! | `prepare` | asking the server what a statement takes and gives |
//! | `statements` | the cache of prepared statements |
//! | `renewal` | statements that are out of date, for the schema has changed |
//! | `types`, `encode`, `decode` | values in binary |
//! | `error` | SQLSTATEs as kinds of errors |

mod batch;
mod connection;
mod cursor;
mod decode;
mod encode;
mod error;
mod link;
mod options;
mod prepare;
mod renewal;
mod startup;
mod statements;
mod types;

pub(crate) use decode::PostgresRow;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use lapis_sql::dialect::{self, Dialect};

use crate::driver::{Driver, DriverConnection};
use crate::engine::DriverOptions;
use crate::error::Result;
use crate::reply::Reply;
use connection::PostgresConnection;
use options::Options;

/// A PostgreSQL database.
#[derive(Debug)]
pub(crate) struct Postgres(Arc<Shared>);

/// What the connections of an engine share.
#[derive(Debug)]
struct Shared {
    options: Options,
    /// Counts the statements that may have changed tables, after which what was prepared is out of date.
    schema: AtomicU64,
}

impl Postgres {
    /// The database that a URL names.
    pub(crate) fn new(url: &str, options: &DriverOptions) -> Result<Self> {
        let options = Options::parse(url, options)?;
        Ok(Self(Arc::new(Shared { options, schema: AtomicU64::new(0) })))
    }
}

impl Driver for Postgres {
    fn dialect(&self) -> &'static dyn Dialect {
        &dialect::Postgres
    }

    fn connect(&self) -> Reply<'_, Box<dyn DriverConnection>> {
        Reply::pending(async {
            let connection = PostgresConnection::open(Arc::clone(&self.0)).await?;
            Ok(Box::new(connection) as Box<dyn DriverConnection>)
        })
    }
}
