//! Pages of a query's rows: by number, with a total, or by a cursor that remembers a row.
//!
//! | | [`Select::page`](crate::statement::Select::page) | [`Select::keyset`](crate::statement::Select::keyset) |
//! | --- | --- | --- |
//! | asks for | page 7 of 20 rows each | the 20 rows behind a cursor, or before it |
//! | tells | how many rows and pages there are | whether there are more on either side |
//! | costs | reads and drops all rows before the page, and counts them all | reads the page by an index on the order |
//! | while rows come and go | rows move to other pages: some are seen twice, some never | each row that stays is seen once |
//! | the order | any | tells every row from every other |
//!
//! What is here makes the statements; an engine, a connection, a transaction or a session runs them with `page` and
//! `keyset_page`.

mod codec;
mod cursor;
mod keyset;
mod numbered;
mod plan;
mod seek;
mod unique;
mod wrap;

pub use cursor::{Cursor, CursorError};
pub use keyset::{Keyset, KeysetPage};
pub use numbered::{Page, PageRequest};
pub use plan::KeysetPlan;
pub use unique::Lookup;

use crate::error::CompileError;

/// Why a page cannot be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PagingError {
    /// The cursor is none, or one of another query.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The query cannot be read in pages as it is.
    #[error(transparent)]
    Query(#[from] CompileError),
}

fn invalid(message: impl Into<String>) -> CompileError {
    CompileError::Invalid(message.into())
}
