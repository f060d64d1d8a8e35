//! What differs between the databases, as answers to questions.

mod mysql;
mod postgres;
mod sqlite;

pub use mysql::MySql;
pub use postgres::Postgres;
pub use sqlite::Sqlite;

use std::fmt;

use crate::types::ColumnType;
use crate::value::Value;

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

    // Statements.

    /// Whether INSERT can return columns of the rows it made.
    fn supports_insert_returning(&self) -> bool {
        true
    }

    /// Whether UPDATE can return columns of the rows it changed.
    fn supports_update_returning(&self) -> bool {
        true
    }

    /// Whether DELETE can return columns of the rows it took away.
    fn supports_delete_returning(&self) -> bool {
        true
    }

    /// Whether `DEFAULT` may stand in place of an inserted value.
    fn supports_default_value(&self) -> bool {
        true
    }

    /// What follows the table's name in an INSERT of one row of defaults.
    fn default_values(&self) -> &'static str {
        "DEFAULT VALUES"
    }

    /// The LIMIT that an OFFSET needs beside it where the statement asks for none.
    fn limit_of_all_rows(&self) -> Option<&'static str> {
        None
    }

    /// Whether there is a `FULL JOIN`.
    fn supports_full_join(&self) -> bool {
        true
    }

    /// Whether ORDER BY has `NULLS FIRST` and `NULLS LAST`.
    fn supports_nulls_order(&self) -> bool {
        true
    }

    /// How many parameters one statement may have.
    fn max_parameters(&self) -> usize {
        u16::MAX as usize
    }

    // Expressions.

    /// The function that joins text to text, where `||` does not.
    fn concat_function(&self) -> Option<&'static str> {
        None
    }

    /// Whether there is an `ILIKE`; else both sides are put in lower case.
    fn supports_ilike(&self) -> bool {
        false
    }

    /// How two values are compared with NULL equal to NULL.
    fn null_safe_equality(&self) -> NullSafeEquality {
        NullSafeEquality::IsDistinctFrom
    }

    /// The operator that divides integers, rounding towards zero.
    fn integer_division(&self) -> &'static str {
        "/"
    }

    /// The truth value as it is written where no parameter may stand.
    fn boolean(&self, value: bool) -> &'static str {
        if value { "TRUE" } else { "FALSE" }
    }

    /// The database's own name of a function.
    fn function_name<'n>(&self, name: &'n str) -> &'n str {
        name
    }

    /// Writes the instant at which the statement or transaction runs.
    fn now(&self, sql: &mut String) {
        sql.push_str("CURRENT_TIMESTAMP");
    }

    /// Writes the name of a type in a CAST, where it differs from a column's.
    fn cast_type_name(&self, sql: &mut String, ty: &ColumnType) {
        self.type_name(sql, ty);
    }

    /// How a value is looked for in a list of bound values.
    fn in_list(&self, values: &[Value<'_>]) -> InList {
        let _ = values;
        InList::Placeholders
    }

    /// Whether rows are looked for in `IN (VALUES (…), (…))`, and not in `IN ((…), (…))`.
    fn row_list_needs_values(&self) -> bool {
        false
    }
}

/// How two values are compared with NULL equal to NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullSafeEquality {
    /// `IS NOT DISTINCT FROM` and `IS DISTINCT FROM`: standard SQL.
    IsDistinctFrom,
    /// `IS` and `IS NOT`.
    Is,
    /// `<=>`
    Spaceship,
}

/// How a value is looked for in a list of bound values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InList {
    /// `IN (?, ?, …)`: one parameter a value.
    Placeholders,
    /// `= ANY(?)`: one array.
    Array,
    /// `IN (SELECT value FROM json_each(?))`: one JSON array.
    JsonEach,
}
