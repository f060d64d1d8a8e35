//! Values on their way to the server: the parameters of a prepared statement.

use bytes::{BufMut, BytesMut};
use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use lapis_sql::{EncodeError, Value};
use uuid::Uuid;

use super::protocol::{EXECUTE, write_length};
use crate::error::{Error, Result};

/// The numbers of the types that values are sent as.
mod ty {
    pub(super) const TINY: u16 = 1;
    pub(super) const DOUBLE: u16 = 5;
    pub(super) const NULL: u16 = 6;
    pub(super) const LONGLONG: u16 = 8;
    pub(super) const UNSIGNED_LONGLONG: u16 = LONGLONG | 0x8000;
    pub(super) const DATE: u16 = 10;
    pub(super) const TIME: u16 = 11;
    pub(super) const DATETIME: u16 = 12;
    pub(super) const NEWDECIMAL: u16 = 246;
    pub(super) const BLOB: u16 = 252;
    pub(super) const VAR_STRING: u16 = 253;
}

/// How a UUID is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UuidFormat {
    /// As 16 bytes, for MySQL's `BINARY(16)`.
    Bytes,
    /// As text, for MariaDB's `UUID`, which takes bytes for those that it stores, and these are in another order for
    /// some versions of UUIDs.
    Text,
}

/// Writes the command that executes a statement with these values.
pub(super) fn write_execute(
    output: &mut BytesMut,
    statement: u32,
    params: &[Value<'_>],
    uuids: UuidFormat,
) -> Result<()> {
    output.put_u8(EXECUTE);
    output.put_u32_le(statement);
    // No cursor of the server's, and one execution.
    output.put_u8(0);
    output.put_u32_le(1);
    if params.is_empty() {
        return Ok(());
    }
    let nulls = output.len();
    output.put_bytes(0, params.len().div_ceil(8));
    // The types follow.
    output.put_u8(1);
    for (index, value) in params.iter().enumerate() {
        if value.is_null() {
            output[nulls + index / 8] |= 1 << (index % 8);
        }
        output.put_u16_le(type_of(value, uuids));
    }
    for (index, value) in params.iter().enumerate() {
        write_value(output, value, uuids).map_err(|error| refuse(index, error))?;
    }
    Ok(())
}

fn type_of(value: &Value<'_>, uuids: UuidFormat) -> u16 {
    match value {
        Value::Bool(_) => ty::TINY,
        Value::Int(_) | Value::Interval(_) => ty::LONGLONG,
        Value::UInt(_) => ty::UNSIGNED_LONGLONG,
        Value::Float(_) => ty::DOUBLE,
        Value::Decimal(_) => ty::NEWDECIMAL,
        Value::Text(_) | Value::Json(_) | Value::Inet(_) => ty::VAR_STRING,
        Value::Uuid(_) if uuids == UuidFormat::Text => ty::VAR_STRING,
        Value::Bytes(_) | Value::Uuid(_) => ty::BLOB,
        Value::Date(_) => ty::DATE,
        Value::Time(_) => ty::TIME,
        Value::Timestamp(_) | Value::TimestampTz(_) => ty::DATETIME,
        // What cannot be bound is refused once it is written.
        _ => ty::NULL,
    }
}

fn write_value(output: &mut BytesMut, value: &Value<'_>, uuids: UuidFormat) -> Result<(), EncodeError> {
    match value {
        Value::Null => {}
        Value::Bool(value) => output.put_u8(u8::from(*value)),
        Value::Int(value) => output.put_i64_le(*value),
        Value::UInt(value) => output.put_u64_le(*value),
        Value::Float(value) if value.is_finite() => output.put_f64_le(*value),
        Value::Float(value) => return Err(unrepresentable(value, "it has neither NaN nor infinity")),
        Value::Decimal(value) => write_decimal(output, *value),
        Value::Text(text) | Value::Json(text) => write_bytes(output, text.as_bytes()),
        Value::Bytes(bytes) => write_bytes(output, bytes),
        Value::Date(date) => {
            output.put_u8(4);
            write_date(output, *date)?;
        }
        Value::Time(time) => write_time(output, *time),
        Value::Timestamp(at) => write_timestamp(output, at.date(), at.time())?,
        Value::TimestampTz(at) => write_timestamp(output, at.date_naive(), at.time())?,
        Value::Interval(span) => output.put_i64_le(
            span.num_microseconds()
                .ok_or_else(|| unrepresentable(span, "its microseconds exceed 64 bits"))?,
        ),
        Value::Uuid(uuid) => match uuids {
            UuidFormat::Bytes => write_bytes(output, uuid.as_bytes()),
            UuidFormat::Text => {
                write_bytes(output, uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes())
            }
        },
        Value::Inet(inet) => write_bytes(output, inet.to_string().as_bytes()),
        Value::Array(_) => return Err(unrepresentable(&"[…]", "it has no arrays")),
        Value::Invalid(reason) => return Err(EncodeError::Invalid(reason.to_string())),
        other => return Err(unrepresentable(&format_args!("{other:?}"), "it has no such type")),
    }
    Ok(())
}

fn write_bytes(output: &mut BytesMut, bytes: &[u8]) {
    output.reserve(bytes.len() + 9);
    write_length(output, bytes.len());
    output.put_slice(bytes);
}

/// Writes the digits behind their length, which is never longer than one byte says.
fn write_decimal(output: &mut BytesMut, value: rust_decimal::Decimal) {
    use std::fmt::Write;
    let length = output.len();
    output.put_u8(0);
    // Writing to a buffer that grows cannot fail.
    let _ = write!(output, "{value}");
    output[length] = (output.len() - length - 1) as u8;
}

fn write_date(output: &mut BytesMut, date: NaiveDate) -> Result<(), EncodeError> {
    let year = u16::try_from(date.year()).ok().filter(|year| *year <= 9999);
    output.put_u16_le(year.ok_or_else(|| unrepresentable(&date, "a year has four digits"))?);
    output.put_u8(date.month() as u8);
    output.put_u8(date.day() as u8);
    Ok(())
}

/// Writes hours, minutes, seconds and microseconds. What is finer is cut off, and a leap second becomes the last
/// microsecond before it.
fn write_clock(output: &mut BytesMut, time: NaiveTime) {
    output.put_u8(time.hour() as u8);
    output.put_u8(time.minute() as u8);
    output.put_u8(time.second() as u8);
    output.put_u32_le((time.nanosecond() / 1_000).min(999_999));
}

fn write_time(output: &mut BytesMut, time: NaiveTime) {
    output.put_u8(12);
    // Not negative, and of no days.
    output.put_bytes(0, 5);
    write_clock(output, time);
}

fn write_timestamp(output: &mut BytesMut, date: NaiveDate, time: NaiveTime) -> Result<(), EncodeError> {
    output.put_u8(11);
    write_date(output, date)?;
    write_clock(output, time);
    Ok(())
}

#[cold]
fn unrepresentable(value: &dyn std::fmt::Display, reason: &'static str) -> EncodeError {
    EncodeError::Unrepresentable { database: "MySQL", value: value.to_string(), reason }
}

#[cold]
fn refuse(index: usize, error: EncodeError) -> Error {
    Error::data(format!("parameter {}: {error}", index + 1)).with_source(error)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rust_decimal::Decimal;

    use super::*;

    fn written(value: &Value<'_>) -> Vec<u8> {
        let mut output = BytesMut::new();
        write_value(&mut output, value, UuidFormat::Bytes).unwrap();
        output.to_vec()
    }

    #[test]
    fn a_statement_is_executed_with_nulls_types_and_values() {
        let mut output = BytesMut::new();
        write_execute(
            &mut output,
            7,
            &[Value::Int(1), Value::Null, Value::Text("ab".into())],
            UuidFormat::Bytes,
        )
        .unwrap();
        let expected = [
            &[0x17, 7, 0, 0, 0, 0, 1, 0, 0, 0][..],
            &[0b010, 1, 8, 0, 6, 0, 253, 0],
            &[1, 0, 0, 0, 0, 0, 0, 0],
            b"\x02ab",
        ];
        assert_eq!(output[..], expected.concat());
    }

    #[test]
    fn a_statement_without_parameters_sends_none() {
        let mut output = BytesMut::new();
        write_execute(&mut output, 1, &[], UuidFormat::Bytes).unwrap();
        assert_eq!(output.len(), 10);
    }

    #[test]
    fn values_are_written_as_the_server_reads_them() {
        let at = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap().and_hms_micro_opt(12, 30, 1, 5).unwrap();
        assert_eq!(written(&Value::Timestamp(at)), [11, 0xe8, 7, 2, 29, 12, 30, 1, 5, 0, 0, 0]);
        assert_eq!(written(&Value::Time(at.time())), [12, 0, 0, 0, 0, 0, 12, 30, 1, 5, 0, 0, 0]);
        assert_eq!(written(&Value::Date(at.date())), [4, 0xe8, 7, 2, 29]);
        assert_eq!(written(&Value::Decimal(Decimal::new(-1010, 2))), b"\x06-10.10");
        assert_eq!(written(&Value::Interval(TimeDelta::milliseconds(1))), 1000_i64.to_le_bytes());
    }

    #[test]
    fn a_uuid_is_bytes_for_mysql_and_text_for_mariadb() {
        let uuid = Value::Uuid(Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef));
        assert_eq!(written(&uuid).len(), 17);
        let mut output = BytesMut::new();
        write_value(&mut output, &uuid, UuidFormat::Text).unwrap();
        assert_eq!(output[..], *b"\x2401234567-89ab-cdef-0123-456789abcdef");
    }

    #[test]
    fn what_the_server_cannot_hold_is_refused_with_its_place() {
        for value in [
            Value::Float(f64::NAN),
            Value::Float(f64::NEG_INFINITY),
            Value::Date(NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap()),
            Value::Date(NaiveDate::from_ymd_opt(-1, 1, 1).unwrap()),
            Value::Interval(TimeDelta::MAX),
            Value::Array(vec![]),
            Value::Invalid("no JSON".into()),
        ] {
            let params = [Value::Null, value];
            let error = write_execute(&mut BytesMut::new(), 1, &params, UuidFormat::Text).unwrap_err();
            assert!(error.to_string().starts_with("parameter 2: "), "{error}");
        }
    }
}
