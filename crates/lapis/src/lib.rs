//! Lapis is a SQL toolkit and object-relational mapper for Rust.
//!
//! ```
//! use lapis::prelude::*;
//!
//! #[derive(FromRow, Debug, PartialEq)]
//! struct City {
//!     name: String,
//!     people: i64,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
//! let engine = Engine::connect("sqlite::memory:").await?;
//! engine.script("CREATE TABLE cities (name TEXT, people INTEGER); INSERT INTO cities VALUES ('Ulm', 126405)").await?;
//! let large: Vec<City> = engine
//!     .all(text("SELECT name, people FROM cities WHERE people > :least").bind("least", 100_000).rows())
//!     .await?;
//! assert_eq!(large, [City { name: "Ulm".into(), people: 126_405 }]);
//! # Ok(()) }
//! ```
//!
//! # Cargo features
//! | feature | what it adds |
//! | --- | --- |
//! | `sqlite` (default) | SQLite, as the system has it |
//! | `bundled-sqlite` (default) | SQLite built from source, so that nothing has to be installed |
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod prelude;

#[doc(hidden)]
pub mod __private;

pub use lapis_engine as engine;
pub use lapis_orm as orm;
pub use lapis_sql as sql;

pub use lapis_engine::{
    Connection, Engine, EngineBuilder, Error, ErrorKind, FromRow, IsolationLevel, Result, Row, Transaction,
    TransactionOptions,
};
pub use lapis_macros::{Entity, FromRow, SqlEnum, SqlType};
pub use lapis_orm::{
    Auto, Entity, EntityState, Handle, Many, One, OpenSession, Ref, Session, SessionMaker,
};
pub use lapis_sql::expr::{self, func};
pub use lapis_sql::schema::{self, MetaData};
pub use lapis_sql::statement;
pub use lapis_sql::types::{self, Decode, Encode, Json, SqlEnum, SqlType, kind};
pub use lapis_sql::{Cell, Value};

/// The README's programs are compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
