//! What can go wrong before a statement reaches a database, and while a cell becomes a value.

use crate::value::Cell;

/// A statement or a schema that cannot be turned into SQL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// An expression names a table that the statement's FROM does not hold.
    #[error(
        "{column} is used, but {table} is not in the statement's FROM ({present}); join it, or select from it"
    )]
    TableNotInFrom {
        /// The column as written.
        column: String,
        /// The table that is missing.
        table: String,
        /// The tables that are there.
        present: String,
    },
    /// The statement names tables that nothing joins.
    #[error(
        "the statement selects from {tables}, and nothing joins them; join them, or ask for every pair with \
         `.cross_join(..)`"
    )]
    CartesianProduct {
        /// The tables.
        tables: String,
    },
    /// A column is selected, compared or ordered by where a group of rows may have several values of it.
    #[error(
        "{column} is used {beside}, but not grouped by: each group may have several values of it; add it to \
         `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`"
    )]
    Ungrouped {
        /// The column.
        column: String,
        /// Beside which aggregate.
        beside: String,
    },
    /// An outer join may leave a table without a row, and a column of it is read as what cannot hold NULL.
    #[error(
        "{column} is NULL where {join} finds no row of its table, and is read as what cannot hold NULL; select it as \
         `.nullable()`, the whole entity as `.optional()`, or say `.assume_not_null()` where a filter makes sure of it"
    )]
    MayBeNull {
        /// The column.
        column: String,
        /// The join.
        join: &'static str,
    },
    /// An aggregate, or a function over a window, stands where there is nothing yet for it to look at.
    #[error("{function} is {problem}; {hint}")]
    Misplaced {
        /// The function.
        function: String,
        /// Where it stands.
        problem: String,
        /// What to do instead.
        hint: &'static str,
    },
    /// The database has no such feature.
    #[error("{dialect} does not support {feature}; {hint}")]
    Unsupported {
        /// The database.
        dialect: &'static str,
        /// What was asked of it.
        feature: String,
        /// What to do instead.
        hint: String,
    },
    /// The statement is incomplete or contradicts itself.
    #[error("{0}")]
    Invalid(String),
}

impl From<EncodeError> for CompileError {
    fn from(error: EncodeError) -> Self {
        Self::Invalid(error.to_string())
    }
}

/// A value that a database cannot hold as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The value does not fit, or would be changed by being stored.
    #[error("{database} cannot hold this value as it is: {reason}")]
    Unrepresentable {
        /// The database.
        database: &'static str,
        /// The value, as text; no part of the message, which may end up in a log.
        value: String,
        /// Why not, and what to do instead.
        reason: &'static str,
    },
    /// The Rust value could not be encoded.
    #[error("the value cannot be bound: {0}")]
    Invalid(String),
}

/// A cell that does not hold what the Rust type wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The cell is NULL and the type has no room for it.
    #[error("it is NULL, and `{expected}` cannot hold NULL; read it as `Option<{expected}>`")]
    UnexpectedNull {
        /// The Rust type that was asked for.
        expected: &'static str,
    },
    /// The cell holds another kind of value.
    #[error("it holds {found}, and `{expected}` was asked for")]
    Mismatch {
        /// The Rust type that was asked for.
        expected: &'static str,
        /// What the cell holds.
        found: &'static str,
    },
    /// The value does not fit.
    #[error("{value} is out of range for `{expected}`")]
    OutOfRange {
        /// The Rust type that was asked for.
        expected: &'static str,
        /// The value, as text.
        value: String,
    },
    /// The text or bytes cannot be read as the type.
    #[error("it cannot be read as `{expected}`: {reason}")]
    Invalid {
        /// The Rust type that was asked for.
        expected: &'static str,
        /// Why not.
        reason: String,
    },
}

impl DecodeError {
    /// The error for a cell that is not of the wanted kind: NULL, or another kind of value.
    #[must_use]
    pub fn mismatch(expected: &'static str, cell: &Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::UnexpectedNull { expected },
            Cell::Unreadable(reason) => Self::Invalid { expected, reason: (*reason).to_owned() },
            other => Self::Mismatch { expected, found: other.describe() },
        }
    }
}
