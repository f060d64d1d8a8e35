//! Cells of a SQLite row.

use lapis_sql::Cell;
use rusqlite::types::ValueRef;

/// The cell in a column, if the row has it; text that is not valid UTF-8 is given as bytes.
#[inline]
pub(crate) fn cell<'r>(row: &'r rusqlite::Row<'_>, index: usize) -> Option<Cell<'r>> {
    Some(match row.get_ref(index).ok()? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Real(value) => Cell::Float(value),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Cell::Text(text),
            Err(_) => Cell::Bytes(text),
        },
        ValueRef::Blob(bytes) => Cell::Bytes(bytes),
    })
}
