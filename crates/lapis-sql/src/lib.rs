//! The Core of Lapis: SQL as typed Rust values, and nothing that does I/O.
//!
//! | room | holds |
//! | --- | --- |
//! | [`value`] | [`Value`], what is bound to a statement, and [`Cell`], what a driver's row lends |
//! | [`key`] | primary keys of one column or several |
//! | [`types`] | [`ColumnType`](types::ColumnType), the kinds of SQL values, and the Rust types stored in columns |
//! | [`schema`] | [`MetaData`](schema::MetaData), tables, columns, constraints, sequences |
//! | [`expr`] | typed expressions over a plain syntax tree |
//! | [`statement`] | `select`, `insert`, `update`, `delete`, raw `text`, and what stands in FROM |
//! | [`dynamic`] | columns by their names at run time |
//! | [`paging`] | pages of a query, by number and by cursor |
//! | [`compiler`] | statements and schema into SQL text with bound values |
//! | [`dialect`] | what differs between the databases, as answers to questions |
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod compiler;
pub mod dialect;
pub mod dynamic;
pub mod expr;
pub mod key;
pub mod paging;
pub mod schema;
pub mod statement;
pub mod types;
pub mod value;

mod error;
mod pretty;

pub use error::{CompileError, DecodeError, EncodeError};
pub use key::Key;
pub use value::{Cell, Value};

/// A name in SQL: of a table, a column, a constraint. Names known when the program is compiled cost no
/// allocation.
pub type Name = std::borrow::Cow<'static, str>;
