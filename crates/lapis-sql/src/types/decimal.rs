//! Exact decimal numbers.

use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::{ColumnType, Decode, Encode, SqlType, kind, operands};
use crate::error::DecodeError;
use crate::value::{Cell, Value};

impl SqlType for Decimal {
    type Kind = kind::DecimalKind;
    type NotNull = Self;

    fn column_type() -> ColumnType {
        ColumnType::Decimal { precision: None }
    }
}

operands!(Decimal);

impl Encode for Decimal {
    fn encode(&self) -> Value<'_> {
        Value::Decimal(*self)
    }
}

/// Reads decimals, whole numbers and decimal text. A floating-point number is read to 15 significant
/// digits, which is as many as SQLite, the only database that gives one for a decimal column, was let store.
impl Decode for Decimal {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Decimal(value) => Ok(value),
            Cell::Int(value) => Ok(Decimal::from(value)),
            Cell::UInt(value) => Ok(Decimal::from(value)),
            Cell::Float(value) => Decimal::from_f64(value)
                .ok_or_else(|| DecodeError::OutOfRange { expected: "Decimal", value: value.to_string() }),
            Cell::Text(text) => {
                Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).map_err(|error| {
                    DecodeError::Invalid { expected: "Decimal", reason: format!("{text:?}: {error}") }
                })
            }
            other => Err(DecodeError::mismatch("Decimal", &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_from_everything_that_is_a_number() {
        assert_eq!(Decimal::decode(Cell::Int(-7)), Ok(Decimal::new(-7, 0)));
        assert_eq!(Decimal::decode(Cell::UInt(u64::MAX)), Ok(Decimal::from(u64::MAX)));
        assert_eq!(Decimal::decode(Cell::Text("10.10")), Ok(Decimal::new(1010, 2)));
        assert_eq!(Decimal::decode(Cell::Text("1.5e3")), Ok(Decimal::new(1500, 0)));
    }

    #[test]
    fn floats_are_read_to_fifteen_digits() {
        assert_eq!(Decimal::decode(Cell::Float(10.1)), Ok(Decimal::new(101, 1)));
        assert_eq!(Decimal::decode(Cell::Float(0.1 + 0.2)), Ok(Decimal::new(3, 1)));
        let cents = Decimal::new(999_999_999_999_999, 2);
        assert_eq!(Decimal::decode(Cell::Float(9_999_999_999_999.99)), Ok(cents));
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        for float in [f64::NAN, f64::INFINITY, 1e30] {
            assert!(matches!(Decimal::decode(Cell::Float(float)), Err(DecodeError::OutOfRange { .. })));
        }
        assert!(matches!(Decimal::decode(Cell::Text("ten")), Err(DecodeError::Invalid { .. })));
        assert_eq!(Decimal::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "Decimal" }));
        assert!(matches!(Decimal::decode(Cell::Bool(true)), Err(DecodeError::Mismatch { .. })));
    }
}
