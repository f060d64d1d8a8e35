//! Literals of PostgreSQL.

use std::fmt;
use std::ops::Bound;

use chrono::{Datelike, NaiveDate};

use crate::dialect::literal::{display, hex, quoted};
use crate::error::EncodeError;
use crate::types::{SqlRange, write_date, write_time, write_timestamp};
use crate::value::Value;

/// Writes a value as a literal.
pub(super) fn write(sql: &mut String, value: &Value<'_>) -> Result<(), EncodeError> {
    match value {
        Value::Null => sql.push_str("NULL"),
        Value::Bool(value) => sql.push_str(if *value { "TRUE" } else { "FALSE" }),
        Value::Int(value) => display(sql, value),
        Value::UInt(value) => display(sql, value),
        Value::Float(value) if value.is_finite() => display(sql, format_args!("{value:?}")),
        Value::Float(value) => {
            let name = if value.is_nan() { "NaN" } else { "Infinity" };
            let sign = if *value < 0.0 { "-" } else { "" };
            display(sql, format_args!("'{sign}{name}'::DOUBLE PRECISION"));
        }
        Value::Decimal(value) => display(sql, value),
        Value::Text(text) => write_text(sql, text)?,
        Value::Bytes(bytes) => {
            sql.push_str("E'\\\\x");
            hex(sql, bytes);
            sql.push_str("'::BYTEA");
        }
        Value::Date(date) => {
            check_year(*date)?;
            sql.push_str("DATE '");
            write_date(sql, *date);
            sql.push('\'');
        }
        Value::Time(time) => {
            sql.push_str("TIME '");
            write_time(sql, *time);
            sql.push('\'');
        }
        Value::Timestamp(at) => {
            check_year(at.date())?;
            sql.push_str("TIMESTAMP '");
            write_timestamp(sql, *at);
            sql.push('\'');
        }
        Value::TimestampTz(at) => {
            check_year(at.date_naive())?;
            sql.push_str("TIMESTAMP WITH TIME ZONE '");
            write_timestamp(sql, at.naive_utc());
            sql.push_str("+00'");
        }
        Value::Interval(span) => {
            let micros =
                span.num_microseconds().ok_or_else(|| refuse(span, "its microseconds exceed 64 bits"))?;
            display(sql, format_args!("INTERVAL '{micros} microseconds'"));
        }
        Value::Uuid(uuid) => display(sql, format_args!("'{uuid}'::UUID")),
        Value::Json(text) => {
            write_text(sql, text)?;
            sql.push_str("::JSONB");
        }
        Value::Inet(inet) => display(sql, format_args!("'{inet}'::INET")),
        // Of which type it is, the column says.
        Value::Range(range) => quoted(sql, &range_text(range)?),
        Value::Array(values) if values.is_empty() => sql.push_str("'{}'"),
        Value::Array(values) => {
            for (position, value) in values.iter().enumerate() {
                sql.push_str(if position == 0 { "ARRAY[" } else { ", " });
                write(sql, value)?;
            }
            sql.push(']');
        }
        Value::Invalid(reason) => return Err(EncodeError::Invalid(reason.to_string())),
    }
    Ok(())
}

/// Text without a backslash is the same whatever `standard_conforming_strings` says; with one, it is written
/// as an escape string.
pub(super) fn write_text(sql: &mut String, text: &str) -> Result<(), EncodeError> {
    if text.contains('\0') {
        return Err(refuse(&format_args!("{text:?}"), "its text holds no NUL character"));
    }
    if text.contains('\\') {
        sql.push('E');
        quoted(sql, &text.replace('\\', "\\\\"));
    } else {
        quoted(sql, text);
    }
    Ok(())
}

/// The text of a range, such as `[1,5)`.
fn range_text(range: &SqlRange<Value<'_>>) -> Result<String, EncodeError> {
    let Some((lower, upper)) = range.bounds() else { return Ok("empty".to_owned()) };
    let mut text = String::new();
    text.push(if matches!(lower, Bound::Included(_)) { '[' } else { '(' });
    bound_text(&mut text, lower)?;
    text.push(',');
    bound_text(&mut text, upper)?;
    text.push(if matches!(upper, Bound::Included(_)) { ']' } else { ')' });
    Ok(text)
}

fn bound_text(text: &mut String, bound: Bound<&Value<'_>>) -> Result<(), EncodeError> {
    let (Bound::Included(value) | Bound::Excluded(value)) = bound else { return Ok(()) };
    match value {
        Value::Int(value) => display(text, value),
        Value::Decimal(value) => display(text, value),
        Value::Date(date) => {
            check_year(*date)?;
            write_date(text, *date);
        }
        Value::Timestamp(at) => {
            check_year(at.date())?;
            text.push('"');
            write_timestamp(text, *at);
            text.push('"');
        }
        Value::TimestampTz(at) => {
            check_year(at.date_naive())?;
            text.push('"');
            write_timestamp(text, at.naive_utc());
            text.push_str("+00\"");
        }
        other => return Err(refuse(&format_args!("{other:?}"), "it has no ranges of such values")),
    }
    Ok(())
}

fn check_year(date: NaiveDate) -> Result<(), EncodeError> {
    if (1..=9999).contains(&date.year()) {
        Ok(())
    } else {
        Err(refuse(&date, "as a literal, a year has four digits; bind it"))
    }
}

fn refuse(value: &impl fmt::Display, reason: &'static str) -> EncodeError {
    EncodeError::Unrepresentable { database: "PostgreSQL", value: value.to_string(), reason }
}
