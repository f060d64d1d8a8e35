//! The kinds of errors, in the field's taxonomy.

use std::fmt;
use std::time::Duration;

use lapis_sql::{CompileError, DecodeError};

/// What went wrong.
///
/// ```
/// use lapis_engine::{Engine, ErrorKind, OperationalCause, Result};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let error = Engine::connect("sqlite://no/such/folder/blog.db").await.unwrap_err();
/// let advice = match error.kind() {
///     ErrorKind::Operational { cause: OperationalCause::CannotOpen, .. } => "look at the path",
///     ErrorKind::Operational { .. } | ErrorKind::PoolTimeout { .. } => "try again later",
///     ErrorKind::Integrity(violation) if violation.name.is_some() => "look at the constraint of that name",
///     _ => "look at the program",
/// };
/// assert_eq!(advice, "look at the path");
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A constraint of the schema was violated.
    #[error("{0}")]
    Integrity(Violation),
    /// The database, its file or its connection failed, through no fault of the statement.
    #[error("{message}")]
    Operational {
        /// What failed.
        cause: OperationalCause,
        /// What was being done, and what to do next.
        message: String,
    },
    /// A value cannot be stored: too long, out of range, not valid text.
    #[error("{0}")]
    Data(String),
    /// The SQL is wrong: its syntax, a name in it, the number of its parameters.
    #[error("{0}")]
    Programming(String),
    /// The pool had no connection to give in time.
    #[error(
        "no connection became free within {waited:?}: {checked_out} are checked out of a pool of {size} and an \
         overflow of {overflow}; give connections back sooner (close sessions, end transactions), or raise \
         `pool_size`, `max_overflow` or `pool_timeout`"
    )]
    PoolTimeout {
        /// How long it was waited.
        waited: Duration,
        /// The pool's size.
        size: usize,
        /// How many connections may be open beyond it.
        overflow: usize,
        /// How many connections were in use.
        checked_out: usize,
    },
    /// Rows were changed or deleted by another transaction since they were read.
    #[error("{0}")]
    StaleData(String),
    /// One row was asked for, and there is none.
    #[error("{0}")]
    NoRow(String),
    /// One row was asked for, and there are several.
    #[error("{0}")]
    SeveralRows(String),
    /// The statement or schema cannot be turned into SQL.
    #[error("{0}")]
    Compile(#[source] CompileError),
    /// A column does not hold what the Rust type wants.
    #[error("column `{column}` cannot be read: {source}")]
    Decode {
        /// The column's name, or its position.
        column: String,
        /// Why not.
        source: DecodeError,
    },
    /// A URL or an option is wrong.
    #[error("{0}")]
    Configuration(String),
    /// A session, connection or transaction was used in a way it cannot be.
    #[error("{0}")]
    InvalidRequest(String),
    /// The database has no such feature.
    #[error("{0}")]
    Unsupported(String),
}

/// What failed in an operational error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperationalCause {
    /// The database could not be opened or reached.
    CannotOpen,
    /// Another connection held a lock, or changed what this transaction had read.
    Locked,
    /// The disk is full, or reading or writing failed.
    Disk,
    /// The connection is gone.
    ConnectionLost,
    /// The statement was interrupted.
    Interrupted,
    /// The database may only be read.
    ReadOnly,
    /// The file is damaged, or no database.
    Corrupt,
    /// Something else.
    Other,
}

/// The kinds of constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Constraint {
    /// A unique constraint or index, or a primary key.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// `NOT NULL`
    NotNull,
    /// `CHECK`
    Check,
    /// A trigger's or another rule.
    Other,
}

/// A constraint that was violated, as far as the database tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The kind of constraint.
    pub constraint: Constraint,
    /// Its name. SQLite tells it for checks and for indexes on expressions alone.
    pub name: Option<String>,
    /// The table.
    pub table: Option<String>,
    /// The columns.
    pub columns: Vec<String>,
    /// The database's own message.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        f.write_str(match self.constraint {
            Constraint::Unique => {
                "; a row with the same value is there already: update that one, or choose another value"
            }
            Constraint::ForeignKey => {
                "; insert the row referred to first, and delete the rows that refer to a row before it"
            }
            Constraint::NotNull => "; give the column a value, or make it nullable",
            Constraint::Check => {
                "; the value breaks the table's rule: choose another one, or change the rule"
            }
            Constraint::Other => "",
        })
    }
}
