//! MySQL and MariaDB, on a connection of our own: rows are read where they lie in the buffer, BEGIN travels with the
//! first statement, and what a dropped future was waiting for is read by whoever comes next.

mod authentication;
mod batch;
mod bind;
mod channel;
mod columns;
mod connection;
mod error;
mod exchange;
mod greeting;
mod handshake;
mod options;
mod protocol;
mod public_key;
mod row;
mod settings;
mod statements;
mod text;
mod transaction;

pub(crate) use row::MySqlRow;

use std::sync::{Arc, OnceLock};

use lapis_sql::dialect::{self, Dialect};

use crate::driver::{Driver, DriverConnection};
use crate::engine::DriverOptions;
use crate::error::Result;
use crate::reply::Reply;
use connection::MySqlConnection;
use options::Options;

/// A database of MySQL's or MariaDB's.
#[derive(Debug)]
pub(crate) struct MySql {
    options: Arc<Options>,
    /// What the server said it is.
    dialect: OnceLock<&'static dyn Dialect>,
}

impl MySql {
    /// The database that a URL names.
    pub(crate) fn new(url: &str, options: &DriverOptions) -> Result<Self> {
        Ok(Self { options: Arc::new(Options::parse(url, options)?), dialect: OnceLock::new() })
    }
}

impl Driver for MySql {
    fn dialect(&self) -> &'static dyn Dialect {
        *self.dialect.get_or_init(|| &dialect::MySql)
    }

    fn connect(&self) -> Reply<'_, Box<dyn DriverConnection>> {
        Reply::pending(async {
            let session = handshake::open(&self.options).await?;
            let dialect: &'static dyn Dialect =
                if session.is_mariadb { &dialect::MariaDb } else { &dialect::MySql };
            self.dialect.get_or_init(|| dialect);
            let connection = MySqlConnection::new(session, Arc::clone(&self.options));
            Ok(Box::new(connection) as Box<dyn DriverConnection>)
        })
    }
}
