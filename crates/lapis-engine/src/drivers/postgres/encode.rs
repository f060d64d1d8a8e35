//! Values on their way to PostgreSQL: in binary where their type has a form that we know, else as text, which the
//! server reads.

use std::ops::Bound;

use bytes::{BufMut, BytesMut};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use lapis_sql::Value;
use lapis_sql::types::SqlRange;
use postgres_protocol::IsNull;
use postgres_protocol::types::{self, ArrayDimension, RangeBound};
use rust_decimal::Decimal;

use super::types::{Item, Kind, Oid, Scalar, Type};
use crate::error::{Error, Result};

/// The days from chrono's first day to 2000-01-01, where PostgreSQL counts from.
const EPOCH_DAYS: i32 = 730_120;

/// Whether a value travels in binary as a parameter of that type (1), or as text (0).
pub(super) fn format(value: &Value<'_>, ty: Type) -> i16 {
    i16::from(match (value, ty.kind) {
        (Value::Null, _) => true,
        (value, Kind::Item(item)) => is_binary_item(value, item),
        (Value::Array(values), Kind::Array(_, item)) => {
            values.iter().all(|value| value.is_null() || is_binary_item(value, item))
        }
        _ => false,
    })
}

fn is_binary_item(value: &Value<'_>, item: Item) -> bool {
    match (value, item) {
        (value, Item::One(scalar)) => is_binary(value, scalar),
        (Value::Range(range), Item::Range(scalar)) => match &**range {
            SqlRange::Empty => true,
            SqlRange::Between { lower, upper } => [lower, upper].into_iter().all(|bound| match bound {
                Bound::Included(value) | Bound::Excluded(value) => is_binary(value, scalar),
                Bound::Unbounded => true,
            }),
        },
        _ => false,
    }
}

fn is_binary(value: &Value<'_>, scalar: Scalar) -> bool {
    use Scalar::*;
    match value {
        Value::Bool(_) => scalar == Bool,
        Value::Int(_) => matches!(scalar, Int2 | Int4 | Int8 | Oid | Float4 | Float8 | Numeric),
        Value::UInt(_) => matches!(scalar, Int2 | Int4 | Int8 | Oid | Numeric),
        Value::Float(_) => matches!(scalar, Float4 | Float8),
        Value::Decimal(_) => scalar == Numeric,
        Value::Text(_) => matches!(scalar, Text | Json | Jsonb),
        Value::Json(_) => matches!(scalar, Text | Json | Jsonb),
        Value::Bytes(_) => matches!(scalar, Bytes | Opaque),
        Value::Date(_) => scalar == Date,
        Value::Time(_) => scalar == Time,
        Value::Timestamp(_) | Value::TimestampTz(_) => matches!(scalar, Timestamp | TimestampTz),
        Value::Interval(_) => scalar == Interval,
        Value::Uuid(_) => scalar == Uuid,
        Value::Inet(_) => scalar == Inet,
        _ => false,
    }
}

/// Writes a parameter in the format that [`format`] says.
pub(super) fn write(value: &Value<'_>, ty: Type, out: &mut BytesMut) -> Result<IsNull> {
    match (value, ty.kind) {
        (Value::Null, _) => return Ok(IsNull::Yes),
        (Value::Array(values), Kind::Array(oid, item)) if format(value, ty) == 1 => {
            write_array(values, oid, item, out)?;
        }
        (value, Kind::Item(item)) if is_binary_item(value, item) => write_item(value, item, out)?,
        _ => {
            let mut text = String::new();
            write_text(value, &mut text)?;
            out.put_slice(text.as_bytes());
        }
    }
    Ok(IsNull::No)
}

fn write_item(value: &Value<'_>, item: Item, out: &mut BytesMut) -> Result<()> {
    match (value, item) {
        (Value::Range(range), Item::Range(scalar)) => write_range(range, scalar, out),
        (value, Item::One(scalar) | Item::Range(scalar)) => write_scalar(value, scalar, out),
    }
}

fn write_range(range: &SqlRange<Value<'_>>, scalar: Scalar, out: &mut BytesMut) -> Result<()> {
    let SqlRange::Between { lower, upper } = range else {
        types::empty_range_to_sql(out);
        return Ok(());
    };
    let write = |bound: &Bound<Value<'_>>, out: &mut BytesMut| {
        Ok(match bound {
            Bound::Unbounded => RangeBound::Unbounded,
            Bound::Included(value) => {
                write_scalar(value, scalar, out)?;
                RangeBound::Inclusive(IsNull::No)
            }
            Bound::Excluded(value) => {
                write_scalar(value, scalar, out)?;
                RangeBound::Exclusive(IsNull::No)
            }
        })
    };
    types::range_to_sql(|out| write(lower, out), |out| write(upper, out), out).map_err(refused)
}

fn write_scalar(value: &Value<'_>, scalar: Scalar, out: &mut BytesMut) -> Result<()> {
    match value {
        Value::Bool(value) => types::bool_to_sql(*value, out),
        Value::Int(value) => write_integer(i128::from(*value), scalar, out)?,
        Value::UInt(value) => write_integer(i128::from(*value), scalar, out)?,
        Value::Float(value) if scalar == Scalar::Float4 => write_float4(*value, out)?,
        Value::Float(value) => out.put_f64(*value),
        Value::Decimal(value) => write_numeric(*value, out),
        Value::Text(text) | Value::Json(text) => {
            if scalar == Scalar::Jsonb {
                // The version of the format.
                out.put_u8(1);
            }
            out.put_slice(text.as_bytes());
        }
        Value::Bytes(bytes) => out.put_slice(bytes),
        Value::Date(date) => out.put_i32(days(*date)),
        Value::Time(time) => out.put_i64(micros_of_day(*time)),
        Value::Timestamp(at) => out.put_i64(micros(*at)),
        Value::TimestampTz(at) => out.put_i64(micros(at.naive_utc())),
        Value::Interval(span) => {
            let micros = span.num_microseconds().ok_or_else(|| {
                Error::data("PostgreSQL cannot hold this interval: its microseconds exceed 64 bits")
            })?;
            out.put_i64(micros);
            out.put_i64(0);
        }
        Value::Uuid(uuid) => out.put_slice(uuid.as_bytes()),
        Value::Inet(inet) => types::inet_to_sql(inet.address(), inet.prefix(), out),
        other => return Err(unencodable(other)),
    }
    Ok(())
}

fn write_integer(value: i128, scalar: Scalar, out: &mut BytesMut) -> Result<()> {
    let too_large = |name| {
        move |_| {
            Error::data(format!(
                "an integer does not fit: PostgreSQL takes this parameter for {name}, and the value is outside of its range"
            ))
        }
    };
    match scalar {
        Scalar::Int2 => out.put_i16(i16::try_from(value).map_err(too_large("a SMALLINT"))?),
        Scalar::Int4 => out.put_i32(i32::try_from(value).map_err(too_large("an INTEGER"))?),
        Scalar::Oid => out.put_u32(u32::try_from(value).map_err(too_large("an OID"))?),
        #[allow(clippy::cast_precision_loss)]
        Scalar::Float4 => out.put_f32(value as f32),
        #[allow(clippy::cast_precision_loss)]
        Scalar::Float8 => out.put_f64(value as f64),
        Scalar::Numeric => write_numeric(Decimal::from_i128_with_scale(value, 0), out),
        _ => out.put_i64(i64::try_from(value).map_err(too_large("a BIGINT"))?),
    }
    Ok(())
}

#[allow(clippy::cast_possible_truncation)]
fn write_float4(value: f64, out: &mut BytesMut) -> Result<()> {
    let narrow = value as f32;
    if narrow.is_infinite() && value.is_finite() {
        return Err(Error::data(
            "a number does not fit: PostgreSQL takes this parameter for a REAL, and the value is outside of its range",
        ));
    }
    out.put_f32(narrow);
    Ok(())
}

fn write_array(values: &[Value<'_>], element: Oid, item: Item, out: &mut BytesMut) -> Result<()> {
    let len = i32::try_from(values.len())
        .map_err(|_| Error::data("an array of more than 2147483647 elements cannot be sent"))?;
    let dimension = (len > 0).then_some(ArrayDimension { len, lower_bound: 1 });
    types::array_to_sql(
        dimension,
        element,
        values,
        |value, out| match value {
            Value::Null => Ok(IsNull::Yes),
            value => write_item(value, item, out).map(|()| IsNull::No).map_err(Into::into),
        },
        out,
    )
    .map_err(refused)
}

/// The engine's own error that has passed through the protocol's.
pub(super) fn refused(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(error) => Error::data(format!("a parameter cannot be sent: {error}")),
    }
}

/// Base-10000 digits, of which the first stands for 10000 to the power of the weight.
fn write_numeric(value: Decimal, out: &mut BytesMut) {
    let scale = value.scale();
    let padding = (4 - scale % 4) % 4;
    // 96 bits and at most three decimal digits more.
    let mut rest = value.mantissa().unsigned_abs() * 10_u128.pow(padding);
    let behind_point = i16::try_from((scale + padding) / 4).unwrap_or_default();
    let mut digits = [0_i16; 12];
    let mut count = 0;
    let mut dropped = 0;
    while rest > 0 {
        let digit = i16::try_from(rest % 10_000).unwrap_or_default();
        rest /= 10_000;
        if digit == 0 && count == 0 {
            dropped += 1;
            continue;
        }
        digits[count] = digit;
        count += 1;
    }
    let count = i16::try_from(count).unwrap_or_default();
    out.put_i16(count);
    out.put_i16(if count == 0 { 0 } else { count + dropped - behind_point - 1 });
    out.put_u16(if value.is_sign_negative() && count > 0 { 0x4000 } else { 0 });
    out.put_u16(u16::try_from(scale).unwrap_or_default());
    for digit in digits[..usize::from(count.unsigned_abs())].iter().rev() {
        out.put_i16(*digit);
    }
}

fn days(date: NaiveDate) -> i32 {
    chrono::Datelike::num_days_from_ce(&date) - EPOCH_DAYS
}

/// A leap second becomes the last microsecond before it, as on every database.
fn micros_of_day(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight()) * 1_000_000
        + i64::from((time.nanosecond() / 1_000).min(999_999))
}

fn micros(at: NaiveDateTime) -> i64 {
    i64::from(days(at.date())) * 86_400_000_000 + micros_of_day(at.time())
}

/// Writes a value as text that the server reads as whatever the parameter's type is.
fn write_text(value: &Value<'_>, out: &mut String) -> Result<()> {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = match value {
        Value::Bool(value) => write!(out, "{value}"),
        Value::Int(value) => write!(out, "{value}"),
        Value::UInt(value) => write!(out, "{value}"),
        Value::Float(value) if value.is_infinite() => {
            write!(out, "{}Infinity", if *value < 0.0 { "-" } else { "" })
        }
        Value::Float(value) => write!(out, "{value:?}"),
        Value::Decimal(value) => write!(out, "{value}"),
        Value::Text(text) | Value::Json(text) => write!(out, "{text}"),
        Value::Bytes(bytes) => {
            out.push_str("\\x");
            bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
        }
        Value::Date(date) => write!(out, "{date}"),
        Value::Time(time) => write!(out, "{time}"),
        Value::Timestamp(at) => write!(out, "{at}"),
        Value::TimestampTz(at) => write!(out, "{}+00", at.naive_utc()),
        Value::Interval(span) => match span.num_microseconds() {
            Some(micros) => write!(out, "{micros} microseconds"),
            None => return Err(unencodable(value)),
        },
        Value::Uuid(uuid) => write!(out, "{uuid}"),
        Value::Inet(inet) => write!(out, "{inet}"),
        Value::Range(range) => return write_range_text(range, out),
        Value::Array(values) => return write_array_text(values, out),
        other => return Err(unencodable(other)),
    };
    Ok(())
}

fn write_range_text(range: &SqlRange<Value<'_>>, out: &mut String) -> Result<()> {
    let SqlRange::Between { lower, upper } = range else {
        out.push_str("empty");
        return Ok(());
    };
    out.push(if matches!(lower, Bound::Included(_)) { '[' } else { '(' });
    for (bound, end) in [(lower, ','), (upper, if matches!(upper, Bound::Included(_)) { ']' } else { ')' })]
    {
        if let Bound::Included(value) | Bound::Excluded(value) = bound {
            write_quoted(value, out)?;
        }
        out.push(end);
    }
    Ok(())
}

/// Writes a value in quotation marks, as it stands in arrays and ranges.
fn write_quoted(value: &Value<'_>, out: &mut String) -> Result<()> {
    let mut text = String::new();
    write_text(value, &mut text)?;
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    Ok(())
}

fn write_array_text(values: &[Value<'_>], out: &mut String) -> Result<()> {
    out.push('{');
    for (position, value) in values.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        match value {
            Value::Null => out.push_str("NULL"),
            Value::Array(values) => write_array_text(values, out)?,
            value => write_quoted(value, out)?,
        }
    }
    out.push('}');
    Ok(())
}

fn unencodable(value: &Value<'_>) -> Error {
    match value {
        Value::Invalid(reason) => Error::data(format!("the value cannot be bound: {reason}")),
        _ => Error::data("PostgreSQL has no way to take this value as a parameter of this type"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drivers::postgres::decode::numeric;

    #[test]
    fn decimals_come_back_from_their_binary_form_as_they_were() {
        for text in [
            "0",
            "1",
            "-1",
            "0.1",
            "-0.0001",
            "10000",
            "100000000",
            "123456789.987654321",
            "79228162514264337593543950335",
            "-79228162514264337593543950335",
            "0.0000000000000000000000000001",
            "7.9228162514264337593543950335",
            "12340000.00",
            "0.00",
        ] {
            let value: Decimal = text.parse().unwrap();
            let mut out = BytesMut::new();
            write_numeric(value, &mut out);
            let back = numeric(&out).unwrap();
            assert_eq!(back, value, "{text}");
            assert_eq!(back.scale(), value.scale(), "{text}");
        }
    }

    #[test]
    fn the_first_days_are_those_of_postgresql() {
        assert_eq!(days(NaiveDate::from_ymd_opt(2000, 1, 1).unwrap()), 0);
        assert_eq!(days(NaiveDate::from_ymd_opt(1999, 12, 31).unwrap()), -1);
        assert_eq!(
            micros(NaiveDate::from_ymd_opt(2000, 1, 2).unwrap().and_hms_opt(0, 0, 1).unwrap()),
            86_401_000_000
        );
    }

    #[test]
    fn a_leap_second_is_the_last_microsecond_before_it() {
        let time = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
        assert_eq!(micros_of_day(time), 86_399_999_999);
    }

    #[test]
    fn arrays_of_values_without_a_binary_form_are_text() {
        let values = [Value::Text("a\"b\\c".into()), Value::Null, Value::Int(1)];
        let mut text = String::new();
        write_array_text(&values, &mut text).unwrap();
        assert_eq!(text, r#"{"a\"b\\c",NULL,"1"}"#);
    }
}
