//! Statements and schema into SQL text with bound values.
//!
//! One pass over the syntax tree writes into one buffer and lends the values out, so that compiling copies no
//! text but the SQL's own.

pub mod ddl;

mod aggregate;
mod builtin;
mod bulk;
mod check;
mod collection;
mod common_table;
mod expr;
mod from;
mod full_text;
mod grouping;
mod having;
mod insert;
mod lock;
mod membership;
mod operand;
mod operator;
mod precedence;
mod quantified;
mod repeat;
mod select;
mod set_operation;
mod table_function;
mod text;
mod upsert;
mod values;
mod window;
mod write;
mod writer;

pub use bulk::compile_unnest_insert;
pub(crate) use from::inferred_table;

use std::fmt;

use crate::dialect::Dialect;
use crate::error::CompileError;
use crate::expr::Node;
use crate::statement::StatementRef;
use crate::value::Value;
use writer::{SqlWriter, Written};

/// A statement ready to run: its text, and the values of its placeholders in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled<'a> {
    /// The SQL text.
    pub sql: String,
    /// The bound values, borrowed from the statement.
    pub parameters: Vec<Value<'a>>,
    /// Whether it is certain that the statement changes nothing.
    pub read_only: bool,
}

/// The SQL, and behind it the values: for logs, where values may be seen.
impl fmt::Display for Compiled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)?;
        match self.parameters.as_slice() {
            [] => Ok(()),
            parameters => write!(f, " {parameters:?}"),
        }
    }
}

/// Turns a statement into a dialect's SQL.
///
/// # Errors
/// If the statement names tables it does not have, is incomplete, or asks for what the database lacks.
pub fn compile<'a>(
    statement: StatementRef<'a>,
    dialect: &dyn Dialect,
) -> Result<Compiled<'a>, CompileError> {
    compile_into(String::with_capacity(256), statement, dialect)
}

/// The same, writing over a string that is no longer needed, so that its memory serves again.
///
/// # Errors
/// As [`compile`].
pub fn compile_into<'a>(
    mut buffer: String,
    statement: StatementRef<'a>,
    dialect: &dyn Dialect,
) -> Result<Compiled<'a>, CompileError> {
    buffer.clear();
    let mut writer = SqlWriter::new(buffer, dialect);
    write(&mut writer, statement).map_err(|fault| *fault)?;
    let (sql, parameters) = writer.finish().map_err(|fault| *fault)?;
    Ok(Compiled { sql, parameters, read_only: statement.is_read_only() })
}

/// Writes a statement, and checks what can be told once it is written.
fn write<'a>(writer: &mut SqlWriter<'a, '_>, statement: StatementRef<'a>) -> Written {
    writer.statement(statement)?;
    if writer.suspect {
        check::check(statement)?;
    }
    match statement {
        StatementRef::Select(select) if writer.outer_joins => check::nullness(select),
        _ => Ok(()),
    }
}

/// Turns a statement into SQL with its values written into it, for people to read. To run a statement, let its
/// values be bound.
///
/// # Errors
/// As [`compile`], and if a value has no literal.
pub fn compile_inline(statement: StatementRef<'_>, dialect: &dyn Dialect) -> Result<String, CompileError> {
    let mut writer = SqlWriter::inline(String::with_capacity(256), dialect);
    write(&mut writer, statement).map_err(|fault| *fault)?;
    writer.finish().map(|(sql, _)| sql).map_err(|fault| *fault)
}

/// Writes an expression of a schema, such as a server default: values are literals, since a schema binds none,
/// and columns stand by their bare names.
///
/// # Errors
/// If the dialect lacks what the expression asks for, or a value has no literal.
pub fn write_schema_expr(sql: &mut String, node: &Node, dialect: &dyn Dialect) -> Result<(), CompileError> {
    let mut writer = SqlWriter::of_schema(std::mem::take(sql), dialect);
    let written = writer.node(node);
    (*sql, _) = writer.finish().map_err(|fault| *fault)?;
    written.map_err(|fault| *fault)
}
