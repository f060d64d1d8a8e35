//! SQL written by hand, with named parameters.

use std::marker::PhantomData;

use super::placeholders::{only_reads, split};
use super::{ByRow, Query, Shape, Statement, StatementRef, Val};
use crate::Name;
use crate::types::Encode;
use crate::value::Value;

/// SQL written by hand as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct TextStatement {
    /// The text between its parameters: one piece more than there are places.
    pub pieces: Vec<Name>,
    /// The name of the parameter at each place.
    pub places: Vec<Name>,
    /// The bound values by name.
    pub values: Vec<(Name, Value<'static>)>,
}

impl TextStatement {
    /// Finds the named parameters of a text.
    #[must_use]
    pub fn parse(sql: &str) -> Self {
        let split = split(sql);
        Self { pieces: split.pieces, places: split.names, values: Vec::new() }
    }

    /// Gives a parameter its value, in place of one it had.
    pub fn bind(&mut self, name: impl Into<Name>, value: Value<'static>) {
        let name = name.into();
        match self.values.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.values.push((name, value)),
        }
    }

    /// Whether the text is certain to change nothing: a single SELECT or VALUES.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        only_reads(self.pieces.iter().map(AsRef::as_ref))
    }
}

/// SQL written by hand, with bound values for its named parameters.
#[derive(Debug, Clone)]
pub struct TextSql {
    /// The statement as plain data.
    pub statement: TextStatement,
}

/// SQL written by hand. `:name` is a parameter, and gets its value by [`bind`](TextSql::bind); the text itself
/// must never be made from input.
///
/// Colons in string literals, quoted identifiers, comments and casts (`::`) are left alone, and `\:` is a
/// colon. A parameter without a value, and a value without a parameter, is an error when compiled.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::statement::{text, Statement};
/// let adults = text("SELECT name FROM users WHERE age > :min AND note <> ':min'").bind("min", 18);
/// assert_eq!(adults.sql(&Postgres)?, "SELECT name FROM users WHERE age > $1 AND note <> ':min'");
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[must_use]
pub fn text(sql: impl AsRef<str>) -> TextSql {
    TextSql { statement: TextStatement::parse(sql.as_ref()) }
}

impl TextSql {
    /// Gives the parameter `:name` its value.
    #[must_use]
    pub fn bind(mut self, name: impl Into<Name>, value: impl Encode) -> Self {
        self.statement.bind(name, value.encode().into_owned());
        self
    }

    /// Reads each row as `T`, by the names of its columns.
    #[must_use]
    pub fn rows<T: 'static>(self) -> TextQuery<ByRow<T>> {
        TextQuery { statement: self.statement, marker: PhantomData }
    }

    /// Reads the first column of each row as `T`.
    #[must_use]
    pub fn scalar<T: 'static>(self) -> TextQuery<Val<T>> {
        TextQuery { statement: self.statement, marker: PhantomData }
    }
}

impl Statement for TextStatement {
    fn as_statement(&self) -> StatementRef<'_> {
        StatementRef::Text(self)
    }
}

impl Statement for TextSql {
    fn as_statement(&self) -> StatementRef<'_> {
        StatementRef::Text(&self.statement)
    }
}

/// SQL written by hand that returns rows of shape `S`: made by [`TextSql::rows`] and [`TextSql::scalar`], and run
/// like any other query.
///
/// ```
/// use lapis_sql::dialect::Sqlite;
/// use lapis_sql::statement::{ByRow, Statement, TextQuery, text};
///
/// // engine.all(ages).await? gives a Vec<(String, i32)>
/// let ages: TextQuery<ByRow<(String, i32)>> =
///     text("SELECT name, age FROM users WHERE age > :min").bind("min", 18).rows();
/// assert_eq!(ages.sql(&Sqlite)?, "SELECT name, age FROM users WHERE age > ?");
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TextQuery<S> {
    statement: TextStatement,
    marker: PhantomData<fn() -> S>,
}

impl<S> Statement for TextQuery<S> {
    fn as_statement(&self) -> StatementRef<'_> {
        StatementRef::Text(&self.statement)
    }
}

impl<S: Shape<Options = ()>> Query for TextQuery<S> {
    type Shape = S;

    fn options(&self) -> &() {
        &()
    }
}
