//! Literals of MySQL and MariaDB.

use std::fmt::Display;

use chrono::{Datelike, NaiveDate};

use super::Answers;
use crate::Name;
use crate::dialect::literal::{display, hex_string, quoted};
use crate::error::EncodeError;
use crate::types::{write_date, write_time, write_timestamp};
use crate::value::Value;

pub(super) fn write(sql: &mut String, value: &Value<'_>, answers: &Answers) -> Result<(), EncodeError> {
    let refuse = |value: &dyn Display, reason| EncodeError::Unrepresentable {
        database: answers.name,
        value: value.to_string(),
        reason,
    };
    let check_year = |date: NaiveDate| match date.year() {
        0..=9999 => Ok(()),
        _ => Err(refuse(&date, "a year has four digits")),
    };
    match value {
        Value::Null => sql.push_str("NULL"),
        Value::Bool(value) => sql.push_str(if *value { "TRUE" } else { "FALSE" }),
        Value::Int(value) => display(sql, value),
        Value::UInt(value) => display(sql, value),
        Value::Float(value) if value.is_finite() => display(sql, format_args!("{value:?}")),
        Value::Float(value) => return Err(refuse(value, "it has neither NaN nor infinity")),
        Value::Decimal(value) => display(sql, value),
        Value::Text(text) | Value::Json(text) => write_text(sql, text, answers.text_of_digits),
        Value::Bytes(bytes) => hex_string(sql, bytes),
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
            sql.push_str("TIMESTAMP '");
            write_timestamp(sql, at.naive_utc());
            sql.push('\'');
        }
        Value::Interval(span) => display(
            sql,
            span.num_microseconds().ok_or_else(|| refuse(span, "its microseconds exceed 64 bits"))?,
        ),
        Value::Uuid(uuid) if answers.uuid.1 => display(sql, format_args!("'{uuid}'")),
        Value::Uuid(uuid) => hex_string(sql, uuid.as_bytes()),
        Value::Inet(inet) => display(sql, format_args!("'{inet}'")),
        Value::Range(_) => return Err(refuse(&"[…)", "it has no ranges")),
        Value::Array(_) => return Err(refuse(&"[…]", "it has no arrays")),
        Value::Invalid(reason) => return Err(EncodeError::Invalid(reason.to_string())),
    }
    Ok(())
}

/// Whether a backslash escapes depends on the session's `sql_mode`; as hexadecimal digits, text with one is the
/// same in each.
fn write_text(sql: &mut String, text: &str, (before, behind): (&str, &str)) {
    if text.contains(['\\', '\0']) {
        sql.push_str(before);
        hex_string(sql, text.as_bytes());
        sql.push_str(behind);
    } else {
        quoted(sql, text);
    }
}

/// No character set can be named here, so that text with a backslash is digits alone.
pub(super) fn write_enum(sql: &mut String, values: &[Name]) {
    sql.push_str("ENUM(");
    for (position, name) in values.iter().enumerate() {
        sql.push_str(if position > 0 { ", " } else { "" });
        if name.contains(['\\', '\0']) {
            hex_string(sql, name.as_bytes());
        } else {
            quoted(sql, name);
        }
    }
    sql.push(')');
}
