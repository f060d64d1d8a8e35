//! Binding a statement's parameters.

use lapis_sql::Value;
use lapis_sql::dialect::SqliteValue;
use rusqlite::Statement;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::locks::Refusal;
use crate::error::Error;

/// Binds a statement's parameters as what SQLite stores for them.
pub(super) fn bind(statement: &mut Statement<'_>, params: &[Value<'_>]) -> Result<(), Refusal> {
    let expected = statement.parameter_count();
    if expected != params.len() {
        return Err(Refusal::Failed(Error::programming(format!(
            "the statement has {expected} parameters, and {} values were given",
            params.len()
        ))));
    }
    for (index, value) in params.iter().enumerate() {
        let stored = SqliteValue::of(value).map_err(|error| {
            Refusal::Failed(Error::data(format!("parameter {}: {error}", index + 1)).with_source(error))
        })?;
        let borrowed = match &stored {
            SqliteValue::Null => ValueRef::Null,
            SqliteValue::Integer(value) => ValueRef::Integer(*value),
            SqliteValue::Real(value) => ValueRef::Real(*value),
            SqliteValue::Text(text) => ValueRef::Text(text.as_bytes()),
            SqliteValue::Blob(bytes) => ValueRef::Blob(bytes),
        };
        statement.raw_bind_parameter(index + 1, ToSqlOutput::Borrowed(borrowed))?;
    }
    Ok(())
}
