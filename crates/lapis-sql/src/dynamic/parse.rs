//! Text from outside as values of a column.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::types::{ColumnType, Inet, parse_date, parse_time, parse_timestamp};
use crate::value::Value;

/// Reads text as a value of a column type. An error says what the text should have been.
pub(super) fn parse(text: &str, ty: &ColumnType) -> Result<Value<'static>, Cow<'static, str>> {
    let value = match ty {
        ColumnType::UnsignedTinyInt
        | ColumnType::UnsignedSmallInt
        | ColumnType::UnsignedInt
        | ColumnType::UnsignedBigInt => unsigned(text),
        ty if ty.is_integer() => text.parse().ok().map(Value::Int),
        ColumnType::Float | ColumnType::Double => number(text).map(Value::Float),
        ColumnType::Decimal { .. } => text.parse::<Decimal>().ok().map(Value::Decimal),
        ColumnType::String(_) | ColumnType::Text | ColumnType::Custom(_) => Some(owned(text)),
        ColumnType::Enum(of) => of.values.iter().any(|known| known == text).then(|| owned(text)),
        ColumnType::Bytes => bytes(text).map(|bytes| Value::Bytes(Cow::Owned(bytes))),
        ColumnType::Bool => match text {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        ColumnType::Date => parse_date(text).map(Value::Date),
        ColumnType::Time => parse_time(text).map(Value::Time),
        ColumnType::Timestamp => parse_timestamp(text).map(Value::Timestamp),
        ColumnType::TimestampTz => parse_timestamp(text).map(|at| Value::TimestampTz(at.and_utc())),
        ColumnType::Uuid => text.parse().ok().map(Value::Uuid),
        ColumnType::Json => serde_json::from_str::<serde::de::IgnoredAny>(text)
            .ok()
            .map(|_| Value::Json(Cow::Owned(text.to_owned()))),
        ColumnType::Inet | ColumnType::Cidr => text.parse::<Inet>().ok().map(Value::Inet),
        _ => None,
    };
    value.ok_or_else(|| expected(ty))
}

fn owned(text: &str) -> Value<'static> {
    Value::Text(Cow::Owned(text.to_owned()))
}

fn unsigned(text: &str) -> Option<Value<'static>> {
    let number: u64 = text.parse().ok()?;
    Some(i64::try_from(number).map_or(Value::UInt(number), Value::Int))
}

/// A finite number: `inf` and `NaN` are words that Rust reads, and no database compares them alike.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Bytes from hexadecimal digits.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
    digits.len().is_multiple_of(2).then(|| digits.chunks_exact(2).map(byte).collect())?
}

/// What the text of a value is, in the words of an error message.
fn expected(ty: &ColumnType) -> Cow<'static, str> {
    Cow::Borrowed(match ty {
        ty if ty.is_integer() => "whole numbers",
        ColumnType::Float | ColumnType::Double | ColumnType::Decimal { .. } => "numbers",
        ColumnType::Bytes => "bytes, given as hexadecimal digits",
        ColumnType::Bool => "true or false",
        ColumnType::Date => "dates (2024-12-31)",
        ColumnType::Time => "times of day (23:59:00)",
        ColumnType::Timestamp => "dates and times (2024-12-31T23:59:00)",
        ColumnType::TimestampTz => "instants (2024-12-31T23:59:00Z)",
        ColumnType::Uuid => "UUIDs",
        ColumnType::Json => "JSON",
        ColumnType::Inet | ColumnType::Cidr => "Internet addresses",
        ColumnType::Enum(_) => return super::kind::describe(ty),
        _ => return format!("{}, which cannot be given as text", super::kind::describe(ty)).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::EnumType;

    #[test]
    fn text_is_read_as_the_columns_type() {
        assert_eq!(parse("-7", &ColumnType::Int), Ok(Value::Int(-7)));
        assert_eq!(parse("18446744073709551615", &ColumnType::UnsignedBigInt), Ok(Value::UInt(u64::MAX)));
        assert_eq!(
            parse("2.50", &ColumnType::Decimal { precision: None }),
            Ok(Value::Decimal(Decimal::new(250, 2)))
        );
        assert_eq!(parse("7", &ColumnType::Text), Ok(Value::Text("7".into())));
        assert_eq!(parse("00fF", &ColumnType::Bytes), Ok(Value::Bytes(vec![0, 255].into())));
        assert!(
            matches!(parse("2024-02-29T12:00:00+02:00", &ColumnType::TimestampTz), Ok(Value::TimestampTz(at))
            if at.to_rfc3339() == "2024-02-29T10:00:00+00:00")
        );
        let status =
            EnumType { name: "status".into(), values: vec!["draft".into(), "live".into()], native: false };
        assert_eq!(parse("live", &ColumnType::Enum(status.clone())), Ok(Value::Text("live".into())));
        assert_eq!(parse("dead", &ColumnType::Enum(status)), Err("one of draft, live".into()));
    }

    #[test]
    fn what_is_no_value_says_what_would_be() {
        for (text, ty) in [
            ("7; DROP TABLE users", ColumnType::Int),
            ("", ColumnType::BigInt),
            ("-1", ColumnType::UnsignedInt),
            ("NaN", ColumnType::Double),
            ("yes", ColumnType::Bool),
            ("2024-02-30", ColumnType::Date),
            ("{", ColumnType::Json),
            ("0f0", ColumnType::Bytes),
            ("ä0", ColumnType::Bytes),
            ("1", ColumnType::Interval),
            ("{1}", ColumnType::Array(Box::new(ColumnType::Int))),
        ] {
            assert!(parse(text, &ty).is_err(), "{text} as {ty:?}");
        }
        assert_eq!(parse("x", &ColumnType::Int), Err("whole numbers".into()));
    }
}
