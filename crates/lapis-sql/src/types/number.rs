//! Integers, floating-point numbers and truth values.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Decode, Encode, operands, sql_types};
use crate::error::DecodeError;
use crate::value::{Cell, Value};

sql_types! {
    i8: IntegerKind = TinyInt;
    i16: IntegerKind = SmallInt;
    i32: IntegerKind = Int;
    i64: IntegerKind = BigInt;
    u8: IntegerKind = UnsignedTinyInt;
    u16: IntegerKind = UnsignedSmallInt;
    u32: IntegerKind = UnsignedInt;
    u64: IntegerKind = UnsignedBigInt;
    f32: FloatKind = Float;
    f64: FloatKind = Double;
    bool: BooleanKind = Bool;
}

operands!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, bool);

macro_rules! integers {
    ($($ty:ident),+) => {$(
        impl Encode for $ty {
            fn encode(&self) -> Value<'_> {
                Value::Int(i64::from(*self))
            }
        }

        decode_integer!($ty);
    )+};
}

macro_rules! decode_integer {
    ($ty:ident) => {
        /// Sums of integers are decimals on PostgreSQL and MySQL, so a whole decimal is an integer here.
        impl Decode for $ty {
            #[inline]
            fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
                let out_of_range =
                    |value: String| DecodeError::OutOfRange { expected: stringify!($ty), value };
                match cell {
                    Cell::Int(value) => $ty::try_from(value).map_err(|_| out_of_range(value.to_string())),
                    Cell::UInt(value) => $ty::try_from(value).map_err(|_| out_of_range(value.to_string())),
                    Cell::Decimal(value) if !value.is_integer() => Err(DecodeError::Invalid {
                        expected: stringify!($ty),
                        reason: format!("{value} is not a whole number"),
                    }),
                    Cell::Decimal(value) => value
                        .to_i128()
                        .and_then(|whole| $ty::try_from(whole).ok())
                        .ok_or_else(|| out_of_range(value.to_string())),
                    other => Err(DecodeError::mismatch(stringify!($ty), &other)),
                }
            }
        }
    };
}

integers!(i8, i16, i32, i64, u8, u16, u32);
decode_integer!(u64);

impl Encode for u64 {
    fn encode(&self) -> Value<'_> {
        i64::try_from(*self).map_or(Value::UInt(*self), Value::Int)
    }
}

/// `NaN` is bound as it is: PostgreSQL stores it, and the databases that would make it NULL refuse it.
impl Encode for f64 {
    fn encode(&self) -> Value<'_> {
        Value::Float(*self)
    }
}

/// Bound as the `f64` of the same value.
impl Encode for f32 {
    fn encode(&self) -> Value<'_> {
        Value::Float(f64::from(*self))
    }
}

/// Whole numbers and decimals are read as the nearest `f64`, since an average of integers is a decimal on
/// PostgreSQL and MySQL. NULL is an error, never `NaN`.
impl Decode for f64 {
    #[inline]
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Float(value) => Ok(value),
            #[allow(clippy::cast_precision_loss)] // the nearest float is what a float column means
            Cell::Int(value) => Ok(value as f64),
            #[allow(clippy::cast_precision_loss)]
            Cell::UInt(value) => Ok(value as f64),
            Cell::Decimal(value) => decimal_to_float(value),
            other => Err(DecodeError::mismatch("f64", &other)),
        }
    }
}

fn decimal_to_float(value: Decimal) -> Result<f64, DecodeError> {
    value
        .to_f64()
        .ok_or_else(|| DecodeError::OutOfRange { expected: "f64", value: value.to_string() })
}

/// Rounds to the nearest `f32`; a finite number beyond its range is an error.
impl Decode for f32 {
    #[inline]
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        if cell.is_null() {
            return Err(DecodeError::UnexpectedNull { expected: "f32" });
        }
        let wide = f64::decode(cell)?;
        #[allow(clippy::cast_possible_truncation)] // checked below
        let narrow = wide as f32;
        if wide.is_finite() && narrow.is_infinite() {
            return Err(DecodeError::OutOfRange { expected: "f32", value: wide.to_string() });
        }
        Ok(narrow)
    }
}

impl Encode for bool {
    fn encode(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}

/// Reads `0` and `1` too, which is how SQLite and MySQL store truth values, and the one byte of a `BIT(1)`.
impl Decode for bool {
    #[inline]
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Bool(value) => Ok(value),
            Cell::Int(0) | Cell::UInt(0) | Cell::Bytes([0]) => Ok(false),
            Cell::Int(1) | Cell::UInt(1) | Cell::Bytes([1]) => Ok(true),
            Cell::Int(value) => Err(DecodeError::OutOfRange { expected: "bool", value: value.to_string() }),
            Cell::UInt(value) => {
                Err(DecodeError::OutOfRange { expected: "bool", value: value.to_string() })
            }
            other => Err(DecodeError::mismatch("bool", &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out_of_range<T>(expected: &'static str, value: &str) -> Result<T, DecodeError> {
        Err(DecodeError::OutOfRange { expected, value: value.into() })
    }

    #[test]
    fn integers_at_the_edge_of_their_range_round_trip() {
        macro_rules! edges {
            ($($ty:ident),+) => {$(
                for value in [$ty::MIN, 0, $ty::MAX] {
                    assert_eq!($ty::decode(value.encode().as_cell().unwrap()), Ok(value));
                }
            )+};
        }
        edges!(i8, i16, i32, i64, u8, u16, u32, u64);
    }

    #[test]
    fn integers_beyond_their_range_are_refused_with_the_value() {
        assert_eq!(i8::decode(Cell::Int(128)), out_of_range("i8", "128"));
        assert_eq!(i8::decode(Cell::Int(-129)), out_of_range("i8", "-129"));
        assert_eq!(i16::decode(Cell::Int(32_768)), out_of_range("i16", "32768"));
        assert_eq!(i32::decode(Cell::Int(i64::MAX)), out_of_range("i32", "9223372036854775807"));
        assert_eq!(i64::decode(Cell::UInt(u64::MAX)), out_of_range("i64", "18446744073709551615"));
        assert_eq!(u8::decode(Cell::Int(-1)), out_of_range("u8", "-1"));
        assert_eq!(u8::decode(Cell::Int(256)), out_of_range("u8", "256"));
        assert_eq!(u16::decode(Cell::Int(65_536)), out_of_range("u16", "65536"));
        assert_eq!(u32::decode(Cell::Int(1 << 32)), out_of_range("u32", "4294967296"));
        assert_eq!(u64::decode(Cell::Int(-1)), out_of_range("u64", "-1"));
        let beyond = Decimal::from(u64::MAX) + Decimal::ONE;
        assert_eq!(u64::decode(Cell::Decimal(beyond)), out_of_range("u64", "18446744073709551616"));
    }

    #[test]
    fn integers_are_read_from_whole_decimals_only() {
        assert_eq!(i64::decode(Cell::Decimal(Decimal::new(4200, 2))), Ok(42));
        assert!(matches!(
            i64::decode(Cell::Decimal(Decimal::new(425, 1))),
            Err(DecodeError::Invalid { .. })
        ));
        let float = Err(DecodeError::Mismatch { expected: "i64", found: "a floating-point number" });
        assert_eq!(i64::decode(Cell::Float(1.0)), float);
        assert_eq!(
            i64::decode(Cell::Text("1")),
            Err(DecodeError::Mismatch { expected: "i64", found: "text" })
        );
    }

    #[test]
    fn null_is_an_error_for_every_number() {
        assert_eq!(i32::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "i32" }));
        assert_eq!(u64::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "u64" }));
        assert_eq!(f32::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "f32" }));
        assert_eq!(f64::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "f64" }));
        assert_eq!(bool::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "bool" }));
    }

    #[test]
    fn floats_are_read_from_integers_and_decimals() {
        assert_eq!(f64::decode(Cell::Int(3)), Ok(3.0));
        assert_eq!(f64::decode(Cell::UInt(u64::MAX)), Ok(18_446_744_073_709_551_615.0));
        assert_eq!(f64::decode(Cell::Decimal(Decimal::new(25, 1))), Ok(2.5));
        assert_eq!(f32::decode(Cell::Float(0.5)), Ok(0.5));
    }

    #[test]
    fn a_float_too_large_for_f32_is_refused_but_infinity_is_not() {
        assert_eq!(f32::decode(Cell::Float(1e39)), out_of_range("f32", &1e39_f64.to_string()));
        assert_eq!(f32::decode(Cell::Float(f64::INFINITY)), Ok(f32::INFINITY));
    }

    #[test]
    fn nan_is_bound_as_nan() {
        assert!(matches!(f64::NAN.encode(), Value::Float(value) if value.is_nan()));
        assert!(matches!(f32::NAN.encode(), Value::Float(value) if value.is_nan()));
    }

    #[test]
    fn truth_values_are_read_from_zero_and_one_and_nothing_else() {
        assert_eq!(bool::decode(Cell::Int(0)), Ok(false));
        assert_eq!(bool::decode(Cell::UInt(1)), Ok(true));
        assert_eq!(bool::decode(Cell::Bytes(&[1])), Ok(true));
        assert_eq!(bool::decode(Cell::Int(2)), out_of_range("bool", "2"));
        assert_eq!(
            bool::decode(Cell::Text("true")),
            Err(DecodeError::Mismatch { expected: "bool", found: "text" })
        );
    }
}
