//! SQLite, through rusqlite. Calls run where they are made, so their replies are ready at once; only a lock
//! that another connection holds is waited for.

mod bind;
mod cell;
mod connection;
mod error;
mod functions;
mod locks;
mod options;

pub(crate) use cell::cell;

use std::sync::{Arc, Mutex};

use lapis_sql::dialect::{self, Dialect};

use crate::driver::{Driver, DriverConnection};
use crate::engine::DriverOptions;
use crate::error::Result;
use crate::reply::Reply;
use connection::SqliteConnection;
use options::{Location, Options};

/// A SQLite database.
#[derive(Debug)]
pub(crate) struct Sqlite {
    options: Arc<Options>,
    /// Keeps a database in memory alive while no other connection is open.
    _anchor: Option<Mutex<rusqlite::Connection>>,
}

impl Sqlite {
    /// The database that a URL, without its scheme, names.
    pub(crate) fn new(url: &str, options: &DriverOptions) -> Result<Self> {
        let options = Options::parse(url, options)?;
        let anchor = match options.location {
            Location::Memory { .. } => Some(Mutex::new(options.open()?)),
            Location::File { .. } => None,
        };
        Ok(Self { options: Arc::new(options), _anchor: anchor })
    }
}

impl Driver for Sqlite {
    fn dialect(&self) -> &'static dyn Dialect {
        &dialect::Sqlite
    }

    fn needs_runtime(&self) -> bool {
        false
    }

    fn connect(&self) -> Reply<'_, Box<dyn DriverConnection>> {
        let connection = match self.options.open() {
            Ok(raw) => SqliteConnection::new(raw, Arc::clone(&self.options)),
            Err(error) => return Reply::ready(Err(error)),
        };
        connection.configure()
    }
}
