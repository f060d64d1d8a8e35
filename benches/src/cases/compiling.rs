//! Statements built and compiled, without a database.

use lapis::prelude::*;
use lapis::sql::compiler::compile;
use lapis::sql::dialect::Sqlite;
use lapis::sql::statement::Statement;

use crate::model::User;

/// A lookup by primary key: the length of its SQL.
///
/// # Panics
/// If it does not compile.
#[must_use]
pub fn compile_lookup() -> usize {
    let query = User::select().filter(User::id.eq(7));
    compile(query.as_statement(), &Sqlite).expect("it is right").sql.len()
}

/// Three conditions and an order: the length of its SQL.
///
/// # Panics
/// If it does not compile.
#[must_use]
pub fn compile_filter() -> usize {
    let query = User::select()
        .filter(User::name.starts_with("User").and(User::hair_color.eq("black")).and(User::id.gt(7)))
        .order_by(User::name.asc());
    compile(query.as_statement(), &Sqlite).expect("it is right").sql.len()
}
