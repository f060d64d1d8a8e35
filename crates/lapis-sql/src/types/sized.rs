//! Column types with a size, for Rust types whose kind has one.

use super::kind::{self, Kind};
use super::{ColumnType, SqlType};

/// Kinds whose columns may have a greatest length.
#[diagnostic::on_unimplemented(
    message = "`length` is for text, and this column is {Self}",
    label = "this column has no length",
    note = "take `length` away, or make the field a `String`"
)]
pub trait HasLength: Kind {}

/// Kinds whose columns may have a precision.
#[diagnostic::on_unimplemented(
    message = "`precision` is for exact decimals, and this column is {Self}",
    label = "this column has no precision",
    note = "take `precision` away, or make the field a `Decimal`"
)]
pub trait HasPrecision: Kind {}

#[diagnostic::do_not_recommend]
impl HasLength for kind::TextKind {}

#[diagnostic::do_not_recommend]
impl HasPrecision for kind::DecimalKind {}

impl ColumnType {
    /// `VARCHAR(length)`, for a `T` that is text.
    ///
    /// ```
    /// # use lapis_sql::types::ColumnType;
    /// assert_eq!(ColumnType::text_of_length::<String>(320), ColumnType::String(320));
    /// ```
    #[must_use]
    pub fn text_of_length<T>(length: u32) -> Self
    where
        T: SqlType<Kind: HasLength>,
    {
        ColumnType::String(length)
    }

    /// `NUMERIC(precision, scale)`, for a `T` that is an exact decimal; what each database makes of it,
    /// [`ColumnType::Decimal`] says.
    ///
    /// ```
    /// # use lapis_sql::types::ColumnType;
    /// # use rust_decimal::Decimal;
    /// let price = ColumnType::decimal_of_precision::<Decimal>(10, 2);
    /// assert_eq!(price, ColumnType::Decimal { precision: Some((10, 2)) });
    /// ```
    #[must_use]
    pub fn decimal_of_precision<T>(precision: u32, scale: u32) -> Self
    where
        T: SqlType<Kind: HasPrecision>,
    {
        ColumnType::Decimal { precision: Some((precision, scale)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_makes_the_column_type_narrower() {
        assert_eq!(ColumnType::text_of_length::<Option<String>>(20), ColumnType::String(20));
        let price = ColumnType::decimal_of_precision::<rust_decimal::Decimal>(10, 2);
        assert_eq!(price, ColumnType::Decimal { precision: Some((10, 2)) });
    }
}
