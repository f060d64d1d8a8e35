//! Cells of a SQLite row.

use lapis_sql::Cell;
use rusqlite::types::ValueRef;

/// The cell in a column; text that is not valid UTF-8 is given as bytes.
///
/// # Panics
/// If the row has no such column.
#[inline]
pub(crate) fn cell<'r>(row: &'r rusqlite::Row<'_>, index: usize) -> Cell<'r> {
    match row.get_ref(index) {
        Ok(ValueRef::Null) => Cell::Null,
        Ok(ValueRef::Integer(value)) => Cell::Int(value),
        Ok(ValueRef::Real(value)) => Cell::Float(value),
        Ok(ValueRef::Text(text)) => match std::str::from_utf8(text) {
            Ok(text) => Cell::Text(text),
            Err(_) => Cell::Bytes(text),
        },
        Ok(ValueRef::Blob(bytes)) => Cell::Bytes(bytes),
        Err(_) => out_of_range(row, index),
    }
}

#[cold]
fn out_of_range(row: &rusqlite::Row<'_>, index: usize) -> ! {
    panic!("column {index} of a row of {} columns", row.as_ref().column_count())
}
