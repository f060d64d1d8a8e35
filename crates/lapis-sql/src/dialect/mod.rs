//! What differs between the databases, as answers to questions.

mod mysql;
mod postgres;
mod sqlite;

pub use mysql::MySql;
pub use postgres::Postgres;
pub use sqlite::Sqlite;

use std::fmt;

use crate::types::ColumnType;

/// A database's dialect of SQL.
///
/// The compiler walks statements and asks; a dialect answers. Defaults are standard SQL.
pub trait Dialect: fmt::Debug + Send + Sync + 'static {
    /// The database's name in messages.
    fn name(&self) -> &'static str;

    /// The quotation mark around identifiers; inside one it is doubled.
    fn identifier_quote(&self) -> char {
        '"'
    }

    /// Writes the placeholder of parameter `number`, counted from 1: `?`, or `$1`.
    fn placeholder(&self, sql: &mut String, number: usize);

    /// Writes the name of a column type.
    fn type_name(&self, sql: &mut String, ty: &ColumnType);

    /// Whether INSERT can return columns of the rows it made.
    fn supports_insert_returning(&self) -> bool {
        true
    }

    /// Whether UPDATE can return columns of the rows it changed.
    fn supports_update_returning(&self) -> bool {
        true
    }

    /// How many parameters one statement may have.
    fn max_parameters(&self) -> usize {
        u16::MAX as usize
    }
}
