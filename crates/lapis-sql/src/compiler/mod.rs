//! Statements and schema into SQL text with bound values.

use crate::dialect::Dialect;
use crate::error::CompileError;
use crate::statement::StatementRef;
use crate::value::Value;

/// A statement ready to run: its text, and the values of its placeholders in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled<'a> {
    /// The SQL text.
    pub sql: String,
    /// The bound values, borrowed from the statement.
    pub parameters: Vec<Value<'a>>,
}

/// Turns a statement into a dialect's SQL.
///
/// # Errors
/// If the statement names tables it does not have, is incomplete, or asks for what the database lacks.
pub fn compile<'a>(statement: StatementRef<'a>, dialect: &dyn Dialect) -> Result<Compiled<'a>, CompileError> {
    let _ = (statement, dialect);
    Err(CompileError::Invalid("not yet".into()))
}
