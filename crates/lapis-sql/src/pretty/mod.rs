//! Statements for people to read: SQL over several lines, with the values written in.
//!
//! What is printed is compiled first and laid out afterwards, from its text alone, so that compiling for a database
//! knows nothing of lines.

mod layout;
mod neutral;
mod tokens;

use std::fmt;

use crate::compiler::compile_inline;
use crate::dialect::{Dialect, MariaDb, Postgres, Sqlite};
use crate::error::CompileError;
use crate::statement::StatementRef;
use neutral::Neutral;

/// A statement's SQL in a dialect, with its values and over several lines.
pub(crate) fn pretty(statement: StatementRef<'_>, dialect: &dyn Dialect) -> Result<String, CompileError> {
    let sql = compile_inline(statement, dialect)?;
    Ok(match statement {
        // Who wrote it has laid it out.
        StatementRef::Text(_) => sql,
        _ => layout::lay_out(sql, false),
    })
}

/// Writes a statement in a neutral dialect, or why it cannot be compiled.
pub(crate) fn show(statement: StatementRef<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match neutral(statement) {
        Ok(sql) => f.write_str(&sql),
        Err(error) => write!(f, "-- cannot be compiled: {error}"),
    }
}

fn neutral(statement: StatementRef<'_>) -> Result<String, CompileError> {
    let error = match compile_inline(statement, &Neutral) {
        Ok(sql) if matches!(statement, StatementRef::Text(_)) => return Ok(sql),
        Ok(sql) => return Ok(layout::lay_out(sql, true)),
        Err(error) => error,
    };
    if !matches!(error, CompileError::Unsupported { .. }) {
        return Err(error);
    }
    // What only one database has is written as that one does.
    let databases: [&dyn Dialect; 3] = [&Postgres, &MariaDb, &Sqlite];
    databases.into_iter().find_map(|dialect| pretty(statement, dialect).ok()).ok_or(error)
}
