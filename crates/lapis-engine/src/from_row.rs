//! Rust types that are read from a whole row.

use lapis_sql::Value;
use lapis_sql::statement::ByRow;
use lapis_sql::types::Decode;

use crate::error::Result;
use crate::projection::Projection;
use crate::row::Row;

/// A Rust type that is read from a whole row, whose columns the type picks by position or name: what
/// `rows::<T>()` of a statement asks for.
///
/// Tuples of up to sixteen decodable types are read by position.
///
/// ```
/// use lapis_engine::{FromRow, Result, Row};
///
/// struct City {
///     name: String,
///     people: Option<i64>,
/// }
///
/// impl FromRow for City {
///     fn from_row(row: &Row<'_>) -> Result<Self> {
///         Ok(City { name: row.get_named("name")?, people: row.get_named("people")? })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    note = "derive or implement `FromRow` for it, or read a tuple of columns"
)]
pub trait FromRow: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// If a column is missing, or does not hold what its type wants.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

/// All columns, whatever they hold: of a select whose columns are known when the program runs.
impl FromRow for Vec<Value<'static>> {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        (0..row.len()).map(|index| row.get(index)).collect()
    }
}

/// It takes the whole row, so it cannot share one with another shape in a tuple.
impl<T: FromRow + Send + 'static> Projection for ByRow<T> {
    type Row = T;
    const WIDTH: usize = 0;

    #[inline]
    fn decode(row: &Row<'_>, _first: usize) -> Result<T> {
        T::from_row(row)
    }

    fn decode_optional(row: &Row<'_>, _first: usize) -> Result<Option<T>> {
        if row.is_null(0, row.len()) { Ok(None) } else { T::from_row(row).map(Some) }
    }
}

macro_rules! tuples {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Decode),+> FromRow for ($($name,)+) {
            #[inline]
            fn from_row(row: &Row<'_>) -> Result<Self> {
                Ok(($(row.get::<$name>($index)?,)+))
            }
        }
    };
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15);
