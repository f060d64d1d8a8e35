//! Exact decimal numbers.

use std::fmt::Write;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::{ColumnType, Decode, Encode, SqlType, kind, operands};
use crate::error::DecodeError;
use crate::value::{Cell, Value};

impl SqlType for Decimal {
    type Kind = kind::DecimalKind;
    type NotNull = Self;
    type Propagate<U: SqlType> = U;

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
            Cell::Float(value) => of_float(value)
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

/// The decimal of 15 significant digits that is nearest to a float: the one that was stored as it, since no
/// two of so few digits share a double. `Decimal::from_f64` may give a sixteenth digit.
fn of_float(value: f64) -> Option<Decimal> {
    const BEHIND_POINT: usize = f64::DIGITS as usize - 1;
    if !value.is_finite() {
        return None;
    }
    let mut text = Text::default();
    write!(text, "{value:.BEHIND_POINT$e}").ok()?;
    let (digits, exponent) = text.as_str()?.split_once('e')?;
    let (whole, fraction) = digits.split_once('.')?;
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = fraction.parse().ok()?;
    // Of -0.0, whose sign the whole part has lost, the digits are all zero.
    let sign = if value.is_sign_negative() { -1 } else { 1 };
    let mantissa = whole * 10_i64.pow(BEHIND_POINT as u32) + sign * fraction;
    let scale = BEHIND_POINT as i32 - exponent.parse::<i32>().ok()?;
    let decimal = match scale {
        ..0 => {
            let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
            Decimal::try_from_i128_with_scale(i128::from(mantissa).checked_mul(factor)?, 0).ok()?
        }
        0..=28 => Decimal::new(mantissa, scale.unsigned_abs()),
        // Finer than a decimal is: what is behind its last place is rounded away.
        29..=46 => {
            let unit = 10_i64.pow((scale - 28).unsigned_abs());
            Decimal::new((mantissa + sign * (unit / 2)) / unit, 28)
        }
        _ => Decimal::ZERO,
    };
    Some(decimal.normalize())
}

/// A float's digits, without an allocation.
#[derive(Default)]
struct Text {
    bytes: [u8; 32],
    length: usize,
}

impl Text {
    fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes[..self.length]).ok()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.length + text.len();
        self.bytes
            .get_mut(self.length..end)
            .ok_or(std::fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
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
    fn a_decimal_of_fifteen_digits_is_that_of_its_float() {
        for digits in [433_164_156_298_313, 999_999_999_999_999, 100_000_000_000_001, 7, 120, 0] {
            for scale in 0..=28 {
                for decimal in [Decimal::new(digits, scale), Decimal::new(-digits, scale)] {
                    let float: f64 = decimal.to_string().parse().unwrap();
                    assert_eq!(Decimal::decode(Cell::Float(float)), Ok(decimal), "{float}");
                }
            }
        }
        assert_eq!(
            Decimal::decode(Cell::Float(7.9e28)),
            Ok(Decimal::new(79, 0) * Decimal::from(10_i128.pow(27)))
        );
        assert_eq!(Decimal::decode(Cell::Float(-1.5e-28)), Ok(Decimal::new(-2, 28)));
        assert_eq!(Decimal::decode(Cell::Float(1e-300)), Ok(Decimal::ZERO));
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
