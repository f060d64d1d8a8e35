//! What SQLite stores for each value.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::error::EncodeError;
use crate::types::{write_date, write_time, write_timestamp};
use crate::value::Value;

/// A value in one of SQLite's five storage classes: what its driver binds.
///
/// | [`Value`] | stored as | what is lost |
/// | --- | --- | --- |
/// | `Bool` | `INTEGER` 0 or 1 | |
/// | `Int`, `UInt` | `INTEGER` | above `i64::MAX`: refused |
/// | `Float` | `REAL` | `NaN`, which SQLite would make NULL: refused |
/// | `Decimal` | `INTEGER` where whole, else `REAL` | more than 15 significant digits: refused; trailing zeros go |
/// | `Text`, `Json` | `TEXT` | |
/// | `Bytes` | `BLOB` | |
/// | `Uuid` | `BLOB` of its 16 bytes | |
/// | `Inet` | `TEXT` `address/prefix` | |
/// | `Date` | `TEXT` `YYYY-MM-DD` | years outside 0000 to 9999: refused |
/// | `Time` | `TEXT` `HH:MM:SS.ffffff` | what is finer than a microsecond |
/// | `Timestamp`, `TimestampTz` | `TEXT` `YYYY-MM-DD HH:MM:SS.ffffff` in UTC | as for dates and times |
/// | `Interval` | `INTEGER` microseconds | what is finer than a microsecond |
///
/// The texts of dates and times have a fixed length, so that SQLite's order of texts is the order of times.
///
/// A decimal is stored as a number and not as text, so that SQLite compares, orders and adds it as one. Every
/// decimal of up to 15 significant digits (money to 9,999,999,999,999.99) has a `REAL` of its own and is read
/// back exactly; a longer one is an error, never rounded in silence. `SUM` and `AVG` are computed in floating
/// point, and read back to 15 digits. Where more digits are needed, store text.
#[derive(Debug, Clone, PartialEq)]
pub enum SqliteValue<'a> {
    /// `NULL`
    Null,
    /// A 64-bit signed integer.
    Integer(i64),
    /// A 64-bit floating-point number, never `NaN`.
    Real(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

/// Every decimal of so many digits survives the way to a double and back (C's `DBL_DIG`).
const MOST_DIGITS: u32 = f64::DIGITS;

impl<'a> SqliteValue<'a> {
    /// What SQLite stores for a value, borrowing its text and bytes.
    ///
    /// # Errors
    /// If SQLite cannot hold the value unchanged, as the table of [`SqliteValue`] says.
    pub fn of(value: &'a Value<'_>) -> Result<Self, EncodeError> {
        Ok(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Integer(i64::from(*value)),
            Value::Int(value) => Self::Integer(*value),
            Value::UInt(value) => {
                Self::Integer(i64::try_from(*value).map_err(|_| refuse(value, "it is above 2^63 - 1"))?)
            }
            Value::Float(value) if value.is_nan() => {
                return Err(refuse(value, "it would become NULL; store NULL where that is meant"));
            }
            Value::Float(value) => Self::Real(*value),
            Value::Decimal(value) => decimal(*value)?,
            Value::Text(text) | Value::Json(text) => Self::Text(Cow::Borrowed(text)),
            Value::Bytes(bytes) => Self::Blob(Cow::Borrowed(bytes)),
            Value::Date(date) => {
                check_year(*date)?;
                Self::text(10, |text| write_date(text, *date))
            }
            Value::Time(time) => Self::text(15, |text| write_time(text, *time)),
            Value::Timestamp(at) => {
                check_year(at.date())?;
                Self::text(26, |text| write_timestamp(text, *at))
            }
            Value::TimestampTz(at) => {
                check_year(at.date_naive())?;
                Self::text(26, |text| write_timestamp(text, at.naive_utc()))
            }
            Value::Interval(span) => Self::Integer(
                span.num_microseconds().ok_or_else(|| refuse(span, "its microseconds exceed 64 bits"))?,
            ),
            Value::Uuid(uuid) => Self::Blob(Cow::Borrowed(uuid.as_bytes())),
            Value::Inet(inet) => Self::Text(Cow::Owned(inet.to_string())),
            Value::Range(_) => return Err(refuse(&"[…)", "it has no ranges")),
            Value::Array(_) => return Err(refuse(&"[…]", "it has no arrays")),
            Value::Invalid(reason) => return Err(EncodeError::Invalid(reason.to_string())),
        })
    }

    fn text(length: usize, write: impl FnOnce(&mut String)) -> Self {
        let mut text = String::with_capacity(length);
        write(&mut text);
        Self::Text(Cow::Owned(text))
    }
}

fn decimal(value: Decimal) -> Result<SqliteValue<'static>, EncodeError> {
    let value = value.normalize();
    if let Some(whole) = value.is_integer().then(|| value.to_i64()).flatten() {
        return Ok(SqliteValue::Integer(whole));
    }
    let digits = value.mantissa().unsigned_abs().checked_ilog10().map_or(1, |log| log + 1);
    if digits > MOST_DIGITS {
        let reason = "a decimal is stored to 15 significant digits; round it, or store it as text";
        return Err(refuse(&value, reason));
    }
    // The standard library reads decimal text to the nearest double, which no multiplication promises.
    value
        .to_string()
        .parse()
        .map(SqliteValue::Real)
        .map_err(|_| refuse(&value, "it is no number"))
}

fn check_year(date: NaiveDate) -> Result<(), EncodeError> {
    if (0..=9999).contains(&date.year()) {
        Ok(())
    } else {
        Err(refuse(&date, "its year is outside 0000 to 9999, where the order of texts is that of dates"))
    }
}

fn refuse(value: &impl std::fmt::Display, reason: &'static str) -> EncodeError {
    EncodeError::Unrepresentable { database: "SQLite", value: value.to_string(), reason }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveTime, TimeDelta};
    use uuid::Uuid;

    use super::*;
    use crate::types::Decode;
    use crate::value::Cell;

    fn refused(value: &Value<'_>) -> String {
        SqliteValue::of(value).unwrap_err().to_string()
    }

    #[test]
    fn decimals_of_fifteen_digits_come_back_exactly_and_longer_ones_are_refused() {
        for value in ["10.10", "-0.01", "9999999999999.99", "0.000000000000001", "123456789012345e-20"] {
            let value = Decimal::from_scientific(value).or_else(|_| value.parse()).unwrap();
            let stored = Value::Decimal(value);
            let Ok(SqliteValue::Real(real)) = SqliteValue::of(&stored) else {
                panic!("{value} is no real")
            };
            assert_eq!(Decimal::decode(Cell::Float(real)), Ok(value));
        }
        assert_eq!(SqliteValue::of(&Value::Decimal(Decimal::new(500, 2))), Ok(SqliteValue::Integer(5)));
        let whole = Value::Decimal(Decimal::from(i64::MAX));
        assert_eq!(SqliteValue::of(&whole), Ok(SqliteValue::Integer(i64::MAX)));
        let long = Value::Decimal(Decimal::new(1_234_567_890_123_456, 3));
        assert_eq!(
            refused(&long),
            "SQLite cannot hold this value as it is: a decimal is stored to 15 significant digits; round \
             it, or store it as text"
        );
    }

    #[test]
    fn nan_is_refused_and_infinity_is_stored() {
        assert!(refused(&Value::Float(f64::NAN)).contains("it would become NULL"));
        assert_eq!(SqliteValue::of(&Value::Float(f64::INFINITY)), Ok(SqliteValue::Real(f64::INFINITY)));
    }

    #[test]
    fn an_integer_above_64_signed_bits_is_refused() {
        assert!(refused(&Value::UInt(1 << 63)).contains("above 2^63 - 1"));
        let fits = Value::UInt(7);
        assert_eq!(SqliteValue::of(&fits), Ok(SqliteValue::Integer(7)));
    }

    #[test]
    fn times_are_texts_of_fixed_length() {
        let date = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let at = date.and_time(NaiveTime::MIN);
        let text = |value: Value<'_>| match SqliteValue::of(&value) {
            Ok(SqliteValue::Text(text)) => text.into_owned(),
            other => panic!("{other:?} is no text"),
        };
        assert_eq!(text(Value::Date(date)), "2024-02-29");
        assert_eq!(text(Value::Time(NaiveTime::MIN)), "00:00:00.000000");
        assert_eq!(text(Value::Timestamp(at)), "2024-02-29 00:00:00.000000");
        assert_eq!(text(Value::TimestampTz(at.and_utc())), "2024-02-29 00:00:00.000000");
    }

    #[test]
    fn a_year_of_five_digits_is_refused() {
        let date = NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap();
        assert!(refused(&Value::Date(date)).contains("year is outside 0000 to 9999"));
        assert!(refused(&Value::Timestamp(date.and_time(NaiveTime::MIN))).contains("outside 0000 to 9999"));
    }

    #[test]
    fn spans_are_microseconds() {
        let span = Value::Interval(TimeDelta::milliseconds(-2));
        assert_eq!(SqliteValue::of(&span), Ok(SqliteValue::Integer(-2_000)));
        assert!(refused(&Value::Interval(TimeDelta::MAX)).contains("64 bits"));
    }

    #[test]
    fn what_has_no_storage_is_refused() {
        assert!(refused(&Value::Array(vec![Value::Int(1)])).contains("no arrays"));
        assert_eq!(refused(&Value::Invalid("no JSON".into())), "the value cannot be bound: no JSON");
    }

    #[test]
    fn text_bytes_and_uuids_are_borrowed() {
        let uuid = Value::Uuid(Uuid::from_u128(1));
        assert!(
            matches!(SqliteValue::of(&uuid), Ok(SqliteValue::Blob(Cow::Borrowed(bytes))) if bytes.len() == 16)
        );
        let text = Value::Text("a".into());
        assert_eq!(SqliteValue::of(&text), Ok(SqliteValue::Text(Cow::Borrowed("a"))));
        assert_eq!(SqliteValue::of(&Value::Null), Ok(SqliteValue::Null));
        assert_eq!(SqliteValue::of(&Value::Bool(true)), Ok(SqliteValue::Integer(1)));
    }
}
