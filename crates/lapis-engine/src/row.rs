//! A row as the driver holds it.

use lapis_sql::Cell;
use lapis_sql::types::Decode;

#[cfg(feature = "mysql")]
use crate::drivers::mysql::MySqlRow;
#[cfg(feature = "postgres")]
use crate::drivers::postgres::PostgresRow;
use crate::error::{Error, Result};

/// A view of the driver's current row: nothing is copied before a cell is decoded.
///
/// It is an enum over the drivers inside, so that reading a cell is no virtual call.
#[derive(Debug)]
pub struct Row<'a>(Repr<'a>);

enum Repr<'a> {
    #[cfg(feature = "sqlite")]
    Sqlite(&'a rusqlite::Row<'a>),
    #[cfg(feature = "postgres")]
    Postgres(PostgresRow<'a>),
    #[cfg(feature = "mysql")]
    MySql(MySqlRow<'a>),
    Cells(&'a [&'a str], &'a [Cell<'a>]),
}

impl<'a> Row<'a> {
    #[cfg(feature = "sqlite")]
    #[inline]
    pub(crate) fn sqlite(row: &'a rusqlite::Row<'a>) -> Self {
        Self(Repr::Sqlite(row))
    }

    #[cfg(feature = "postgres")]
    #[inline]
    pub(crate) fn postgres(row: PostgresRow<'a>) -> Self {
        Self(Repr::Postgres(row))
    }

    #[cfg(feature = "mysql")]
    #[inline]
    pub(crate) fn mysql(row: MySqlRow<'a>) -> Self {
        Self(Repr::MySql(row))
    }

    /// A row of cells with their names, as a test or a cache has it.
    ///
    /// # Panics
    /// If there are not as many names as cells.
    #[must_use]
    pub fn of(names: &'a [&'a str], cells: &'a [Cell<'a>]) -> Self {
        assert_eq!(names.len(), cells.len(), "a row needs one name for each cell");
        Self(Repr::Cells(names, cells))
    }
}

impl Row<'_> {
    /// How many columns the row has.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Repr::Sqlite(row) => row.as_ref().column_count(),
            #[cfg(feature = "postgres")]
            Repr::Postgres(row) => row.len(),
            #[cfg(feature = "mysql")]
            Repr::MySql(row) => row.len(),
            Repr::Cells(_, cells) => cells.len(),
        }
    }

    /// Whether the row has no columns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell in a column, counted from zero, as the driver has it.
    ///
    /// # Panics
    /// If the row has no such column, as indexing a slice does; [`get`](Self::get) returns an error.
    #[inline]
    #[must_use]
    pub fn cell(&self, index: usize) -> Cell<'_> {
        match self.try_cell(index) {
            Some(cell) => cell,
            None => out_of_range(self, index),
        }
    }

    #[inline]
    fn try_cell(&self, index: usize) -> Option<Cell<'_>> {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Repr::Sqlite(row) => crate::drivers::sqlite::cell(row, index),
            other => other.cell(index),
        }
    }

    /// The name of a column, counted from zero; empty where the row has no such column.
    #[must_use]
    pub fn name(&self, index: usize) -> &str {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Repr::Sqlite(row) => row.as_ref().column_name(index).unwrap_or_default(),
            #[cfg(feature = "postgres")]
            Repr::Postgres(row) => row.name(index).unwrap_or_default(),
            #[cfg(feature = "mysql")]
            Repr::MySql(row) => row.name(index),
            Repr::Cells(names, _) => names.get(index).copied().unwrap_or_default(),
        }
    }

    /// Reads a column, counted from zero.
    ///
    /// # Errors
    /// If the row has no such column, or the column does not hold a `T`; the error names the column.
    #[inline]
    pub fn get<T: Decode>(&self, index: usize) -> Result<T> {
        match self.try_cell(index) {
            Some(cell) => T::decode(cell).map_err(|source| Error::decode(self.label(index), source)),
            None => Err(self.missing(index)),
        }
    }

    /// The position of a column by its name: an exact match first, then one that ignores upper and lower case.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        let position =
            |matches: fn(&str, &str) -> bool| (0..self.len()).find(|i| matches(self.name(*i), name));
        position(|a, b| a == b).or_else(|| position(str::eq_ignore_ascii_case))
    }

    /// Reads a column by its name, as [`find`](Self::find) finds it.
    ///
    /// # Errors
    /// If the row has no such column, or the column does not hold a `T`.
    pub fn get_named<T: Decode>(&self, name: &str) -> Result<T> {
        match self.find(name) {
            Some(index) => self.get(index),
            None => Err(Error::programming(format!(
                "the row has no column `{name}`; it has {}",
                (0..self.len()).map(|i| self.label(i)).collect::<Vec<_>>().join(", ")
            ))),
        }
    }

    /// Checks that the row has at least so many columns.
    ///
    /// # Errors
    /// If it has fewer.
    pub fn expect_width(&self, width: usize) -> Result<()> {
        if self.len() < width { Err(self.missing(width - 1)) } else { Ok(()) }
    }

    /// Whether `width` columns from `first` on are all NULL: what an outer join gives for no match.
    #[must_use]
    pub fn is_null(&self, first: usize, width: usize) -> bool {
        (first..first + width).all(|index| self.cell(index).is_null())
    }

    /// The column in messages: its name, or its position where it has none.
    pub(crate) fn label(&self, index: usize) -> String {
        match self.name(index) {
            "" => format!("{}", index + 1),
            name => name.to_owned(),
        }
    }

    #[cold]
    fn missing(&self, index: usize) -> Error {
        Error::programming(format!(
            "column {} was asked for, and the row has {}; select more columns, or read fewer",
            index + 1,
            self.len()
        ))
    }
}

impl Repr<'_> {
    /// The cell of any row, out of line: a server has many types, and their decoding, written out once more for each
    /// Rust type that is read, would keep SQLite's few out of the registers.
    #[inline(never)]
    fn cell(&self, index: usize) -> Option<Cell<'_>> {
        match self {
            #[cfg(feature = "sqlite")]
            Repr::Sqlite(row) => crate::drivers::sqlite::cell(row, index),
            #[cfg(feature = "postgres")]
            Repr::Postgres(row) => row.cell(index),
            #[cfg(feature = "mysql")]
            Repr::MySql(row) => row.cell(index),
            Repr::Cells(_, cells) => cells.get(index).copied(),
        }
    }
}

#[cold]
fn out_of_range(row: &Row<'_>, index: usize) -> ! {
    panic!("column {index} of a row of {} columns", row.len())
}

impl std::fmt::Debug for Repr<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let row = match self {
            #[cfg(feature = "sqlite")]
            Repr::Sqlite(row) => Row(Repr::Sqlite(row)),
            #[cfg(feature = "postgres")]
            Repr::Postgres(row) => Row(Repr::Postgres(*row)),
            #[cfg(feature = "mysql")]
            Repr::MySql(row) => Row(Repr::MySql(*row)),
            Repr::Cells(names, cells) => Row(Repr::Cells(names, cells)),
        };
        f.debug_map()
            .entries((0..row.len()).map(|index| (row.name(index), row.cell(index))))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_not_there_is_an_error_that_says_how_many_there_are() {
        let row = Row::of(&["a"], &[Cell::Int(1)]);
        let error = row.expect_width(3).unwrap_err();
        assert!(error.to_string().contains("column 3 was asked for, and the row has 1"), "{error}");
        assert!(row.expect_width(1).is_ok());
    }

    #[test]
    fn an_outer_join_without_a_match_is_all_null() {
        let row = Row::of(&["a", "b", "c"], &[Cell::Int(1), Cell::Null, Cell::Null]);
        assert!(row.is_null(1, 2));
        assert!(!row.is_null(0, 3));
    }
}
