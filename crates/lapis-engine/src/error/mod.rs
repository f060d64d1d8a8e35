//! What can go wrong with a database, as one small type.

mod kind;
mod outcome;

pub use kind::{Constraint, ErrorKind, OperationalCause, Violation};

use std::error::Error as StdError;
use std::fmt;

use lapis_sql::dynamic::ColumnError;
use lapis_sql::{CompileError, DecodeError};

/// The result of everything that may reach a database.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the engine: what kind it is, the SQL it happened in, and what to do next.
///
/// It is one pointer wide, so that a `Result` stays small. The values of parameters are part of the message
/// only where `show_parameters` or `echo` is set on the engine.
///
/// ```
/// use lapis_engine::{Engine, Result};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let engine = Engine::connect("sqlite::memory:").await?;
/// engine.script("CREATE TABLE users (email TEXT UNIQUE); INSERT INTO users VALUES ('a@example.org')").await?;
/// let error = engine.script("INSERT INTO users VALUES ('a@example.org')").await.unwrap_err();
/// assert!(error.is_unique_violation());
/// assert_eq!(error.violation().unwrap().columns, ["email"]);
/// # Ok(()) }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    sql: Option<Box<str>>,
    parameters: Option<Box<str>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    sqlstate: Option<Box<str>>,
    native_code: Option<i64>,
    outcome_unknown: bool,
    attempts: u32,
}

impl Error {
    /// An error of that kind.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            sql: None,
            parameters: None,
            source: None,
            sqlstate: None,
            native_code: None,
            outcome_unknown: false,
            attempts: 1,
        }))
    }

    /// The database, its file or its connection failed.
    pub fn operational(cause: OperationalCause, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Operational { cause, message: message.into() })
    }

    /// A value cannot be stored.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Data(message.into()))
    }

    /// The SQL is wrong.
    pub fn programming(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Programming(message.into()))
    }

    /// A URL or an option is wrong.
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration(message.into()))
    }

    /// A session, connection or transaction was used in a way it cannot be.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest(message.into()))
    }

    /// Rows were changed or deleted by another transaction since they were read.
    pub fn stale_data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::StaleData(message.into()))
    }

    /// One row was asked for, and there is none.
    pub fn no_row(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NoRow(message.into()))
    }

    /// One row was asked for, and there are several.
    pub fn several_rows(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::SeveralRows(message.into()))
    }

    /// A column does not hold what the Rust type wants.
    pub fn decode(column: impl Into<String>, source: DecodeError) -> Self {
        Self::new(ErrorKind::Decode { column: column.into(), source })
    }

    /// The database has no such feature.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported(message.into()))
    }

    /// The same error with the error it came from.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same error with the SQL it happened in, unless it has one already.
    #[must_use]
    pub fn with_sql(mut self, sql: &str) -> Self {
        self.0.sql.get_or_insert_with(|| sql.into());
        self
    }

    /// The same error with the parameters' values as text, unless it has some already.
    #[must_use]
    pub fn with_parameters(mut self, parameters: String) -> Self {
        self.0.parameters.get_or_insert(parameters.into());
        self
    }

    /// The same error with the SQLSTATE that the server gave it.
    #[must_use]
    pub fn with_sqlstate(mut self, sqlstate: &str) -> Self {
        self.0.sqlstate = Some(sqlstate.into());
        self
    }

    /// The same error with the number that the database gave it.
    #[must_use]
    pub fn with_native_code(mut self, code: i64) -> Self {
        self.0.native_code = Some(code);
        self
    }

    /// The SQLSTATE, five characters, as PostgreSQL, MySQL and MariaDB tell it.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.0.sqlstate.as_deref()
    }

    /// The database's own number of the error: MySQL's, such as 1062, or SQLite's extended result code, such as
    /// 2067. PostgreSQL has none but the [SQLSTATE](Self::sqlstate).
    #[must_use]
    pub fn native_code(&self) -> Option<i64> {
        self.0.native_code
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The SQL that was being run; the message shows the beginning of one that is very long.
    #[must_use]
    pub fn sql(&self) -> Option<&str> {
        self.0.sql.as_deref()
    }

    /// The values of the statement's parameters as text, where the engine was told to show them.
    #[must_use]
    pub fn parameters(&self) -> Option<&str> {
        self.0.parameters.as_deref()
    }

    /// What is known of the constraint that was violated.
    #[must_use]
    pub fn violation(&self) -> Option<&Violation> {
        match &self.0.kind {
            ErrorKind::Integrity(violation) => Some(violation),
            _ => None,
        }
    }

    /// The name of the constraint that was violated, where the database says it.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.violation()?.name.as_deref()
    }

    /// Whether a constraint was violated.
    #[must_use]
    pub fn is_integrity(&self) -> bool {
        self.violation().is_some()
    }

    /// Whether a row with the same key, or the same value of a unique column, was there already.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.violates(Constraint::Unique)
    }

    /// Whether a row refers to one that is not there, or would be left referring to none.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        self.violates(Constraint::ForeignKey)
    }

    /// Whether a column that may not be NULL was given none.
    #[must_use]
    pub fn is_not_null_violation(&self) -> bool {
        self.violates(Constraint::NotNull)
    }

    /// Whether a CHECK constraint does not hold.
    #[must_use]
    pub fn is_check_violation(&self) -> bool {
        self.violates(Constraint::Check)
    }

    fn violates(&self, constraint: Constraint) -> bool {
        self.violation().is_some_and(|violation| violation.constraint == constraint)
    }

    /// Whether the pool had no connection to give in time.
    #[must_use]
    pub fn is_pool_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::PoolTimeout { .. })
    }

    /// Whether rows were changed or deleted by another transaction since they were read.
    #[must_use]
    pub fn is_stale_data(&self) -> bool {
        matches!(self.0.kind, ErrorKind::StaleData(_))
    }

    /// Whether one row was asked for and there is none.
    #[must_use]
    pub fn is_no_row(&self) -> bool {
        matches!(self.0.kind, ErrorKind::NoRow(_))
    }

    /// Whether one row was asked for and there are several.
    #[must_use]
    pub fn is_several_rows(&self) -> bool {
        matches!(self.0.kind, ErrorKind::SeveralRows(_))
    }

    /// Whether the connection is gone.
    #[must_use]
    pub fn is_connection_lost(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Operational { cause: OperationalCause::ConnectionLost, .. })
    }

    /// Whether another connection held a lock: the same transaction may succeed if it is run again.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Operational { cause: OperationalCause::Locked, .. })
    }
}

/// How many characters of a statement a message shows: one with thousands of parameters would bury what is wrong.
const SQL_SHOWN: usize = 2000;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.kind, f)?;
        if self.0.outcome_unknown {
            f.write_str(
                "; what was sent may have taken effect, for its answer did not come: look at the data before \
                 doing it again",
            )?;
        }
        if self.0.attempts > 1 {
            write!(f, "; this was the last of {} attempts", self.0.attempts)?;
        }
        if let Some(sql) = &self.0.sql {
            f.write_str("\n  SQL: ")?;
            match sql.char_indices().nth(SQL_SHOWN) {
                None => f.write_str(sql)?,
                Some((end, _)) => write!(f, "{}… ({} bytes)", &sql[..end], sql.len())?,
            }
        }
        if let Some(parameters) = &self.0.parameters {
            write!(f, "\n  parameters: {parameters}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind);
        if let Some(sql) = &self.0.sql {
            debug.field("sql", sql);
        }
        if let Some(parameters) = &self.0.parameters {
            debug.field("parameters", parameters);
        }
        if let Some(sqlstate) = &self.0.sqlstate {
            debug.field("sqlstate", sqlstate);
        }
        if let Some(code) = &self.0.native_code {
            debug.field("native_code", code);
        }
        if self.0.outcome_unknown {
            debug.field("outcome_unknown", &true);
        }
        if self.0.attempts > 1 {
            debug.field("attempts", &self.0.attempts);
        }
        if let Some(source) = &self.0.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(&**source),
            None => self.0.kind.source(),
        }
    }
}

impl From<CompileError> for Error {
    fn from(error: CompileError) -> Self {
        Self::new(ErrorKind::Compile(error))
    }
}

impl From<ColumnError> for Error {
    fn from(error: ColumnError) -> Self {
        Self::invalid_request(error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn the_message_shows_the_beginning_of_a_very_long_statement() {
        let sql = format!("SELECT '{}'", "ä".repeat(30_000));
        let error = Error::data("the value is too long").with_sql(&sql);
        let message = error.to_string();
        assert!(message.ends_with("ää… (60009 bytes)") && message.len() < 5000, "{message}");
        assert_eq!(error.sql(), Some(&*sql));
    }

    #[test]
    fn the_message_ends_with_the_sql_and_the_parameters_that_are_known() {
        let error = Error::data("the value is too long").with_sql("INSERT INTO t VALUES (?)");
        assert_eq!(error.to_string(), "the value is too long\n  SQL: INSERT INTO t VALUES (?)");
        let error = error.with_parameters("['x']".into());
        assert!(error.to_string().ends_with("\n  parameters: ['x']"), "{error}");
    }

    #[test]
    fn the_sql_that_was_attached_first_stays() {
        let error = Error::data("x").with_sql("INNER").with_sql("OUTER");
        assert_eq!(error.sql(), Some("INNER"));
    }

    #[test]
    fn a_decode_error_names_its_column_and_keeps_its_source() {
        let error = Error::decode("name", DecodeError::UnexpectedNull { expected: "String" });
        assert!(error.to_string().contains("column `name`"), "{error}");
        assert!(error.source().is_some());
    }
}
