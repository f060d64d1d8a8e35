//! Values as SQLite stores them.

use std::fmt::{self, Write};

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use lapis_sql::Value;
use rusqlite::Statement;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::locks::Refusal;
use crate::error::{Error, Result};

/// Binds a statement's parameters.
pub(super) fn bind(statement: &mut Statement<'_>, params: &[Value<'_>]) -> Result<(), Refusal> {
    let expected = statement.parameter_count();
    if expected != params.len() {
        return Err(Refusal::Failed(Error::programming(format!(
            "the statement has {expected} parameters, and {} values were given",
            params.len()
        ))));
    }
    for (index, value) in params.iter().enumerate() {
        bind_one(statement, index + 1, value)?;
    }
    Ok(())
}

fn bind_one(statement: &mut Statement<'_>, index: usize, value: &Value<'_>) -> Result<(), Refusal> {
    let mut text = ShortText::default();
    let value = match value {
        Value::Null => ValueRef::Null,
        Value::Bool(value) => ValueRef::Integer(i64::from(*value)),
        Value::Int(value) => ValueRef::Integer(*value),
        Value::UInt(value) => ValueRef::Integer(i64::try_from(*value).map_err(|_| {
            Error::data(format!("{value} is larger than {}, the largest integer of SQLite", i64::MAX))
        })?),
        Value::Float(value) if value.is_nan() => {
            return Err(Error::data("SQLite cannot store NaN; store NULL instead").into());
        }
        Value::Float(value) => ValueRef::Real(*value),
        Value::Text(value) | Value::Json(value) => ValueRef::Text(value.as_bytes()),
        Value::Bytes(value) => ValueRef::Blob(value),
        Value::Uuid(value) => ValueRef::Blob(value.as_bytes()),
        Value::Interval(value) => ValueRef::Integer(microseconds(*value)?),
        Value::Array(values) => {
            let json = array(values)?;
            let json = ToSqlOutput::Borrowed(ValueRef::Text(json.as_bytes()));
            return statement.raw_bind_parameter(index, json).map_err(Refusal::of);
        }
        Value::Invalid(reason) => {
            return Err(Error::data(format!("the value cannot be bound: {reason}")).into());
        }
        other => {
            text.write(other)?;
            ValueRef::Text(text.as_bytes())
        }
    };
    statement.raw_bind_parameter(index, ToSqlOutput::Borrowed(value)).map_err(Refusal::of)
}

fn microseconds(value: chrono::TimeDelta) -> Result<i64> {
    value.num_microseconds().ok_or_else(|| {
        Error::data(format!("the interval {value} is too long to be stored as microseconds in 64 bits"))
    })
}

/// Several values as the JSON text that `json_each` reads.
fn array(values: &[Value<'_>]) -> Result<String> {
    let mut json = String::with_capacity(2 + values.len() * 8);
    json.push('[');
    for (position, value) in values.iter().enumerate() {
        if position > 0 {
            json.push(',');
        }
        // Writing to a `String` does not fail.
        let _ = match value {
            Value::Null => write!(json, "null"),
            Value::Bool(value) => write!(json, "{}", u8::from(*value)),
            Value::Int(value) => write!(json, "{value}"),
            Value::UInt(value) if i64::try_from(*value).is_ok() => write!(json, "{value}"),
            Value::Float(value) if value.is_finite() => write!(json, "{value:?}"),
            Value::Interval(value) => write!(json, "{}", microseconds(*value)?),
            Value::Text(text) | Value::Json(text) => write_json_string(&mut json, text),
            Value::Decimal(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Timestamp(_)
            | Value::TimestampTz(_) => {
                let mut text = ShortText::default();
                text.write(value)?;
                write!(json, "\"{}\"", text.as_str())
            }
            _ => {
                return Err(Error::data(format!(
                    "SQLite binds several values as one JSON parameter, which cannot hold {}; bind them one by one",
                    value.as_cell().map_or("an array", |cell| cell.describe())
                )));
            }
        };
    }
    json.push(']');
    Ok(json)
}

fn write_json_string(json: &mut String, text: &str) -> fmt::Result {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            control if control < ' ' => write!(json, "\\u{:04x}", u32::from(control))?,
            plain => json.push(plain),
        }
    }
    json.push('"');
    Ok(())
}

/// Text that is made for one binding, on the stack.
struct ShortText {
    bytes: [u8; 48],
    len: usize,
}

impl Default for ShortText {
    fn default() -> Self {
        Self { bytes: [0; 48], len: 0 }
    }
}

impl ShortText {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Two digits and what follows them.
    fn two(&mut self, number: u32, then: &[u8]) {
        self.push(&[digit(number / 10), digit(number)]);
        self.push(then);
    }

    fn write(&mut self, value: &Value<'_>) -> Result<()> {
        match value {
            Value::Decimal(value) => write!(self, "{value}").map_err(|_| unwritable(value)),
            Value::Date(date) => self.date(*date),
            Value::Time(time) => {
                self.time(*time);
                Ok(())
            }
            Value::Timestamp(value) => self.timestamp(value.date(), value.time()),
            Value::TimestampTz(value) => self.timestamp(value.date_naive(), value.time()),
            other => Err(unwritable(&format!("{other:?}"))),
        }
    }

    fn timestamp(&mut self, date: NaiveDate, time: NaiveTime) -> Result<()> {
        self.date(date)?;
        self.push(b" ");
        self.time(time);
        Ok(())
    }

    fn date(&mut self, date: NaiveDate) -> Result<()> {
        let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9999).ok_or_else(|| {
            Error::data(format!("the year of {date} is beyond 0 to 9999, the years that SQLite knows"))
        })?;
        self.two(year / 100, b"");
        self.two(year % 100, b"-");
        self.two(date.month(), b"-");
        self.two(date.day(), b"");
        Ok(())
    }

    fn time(&mut self, time: NaiveTime) {
        self.two(time.hour(), b":");
        self.two(time.minute(), b":");
        self.two(time.second(), b".");
        // A leap second has more than a second's nanoseconds; SQLite has no leap seconds.
        let micros = (time.nanosecond() / 1000).min(999_999);
        self.two(micros / 10_000, b"");
        self.two(micros / 100 % 100, b"");
        self.two(micros % 100, b"");
    }
}

fn digit(number: u32) -> u8 {
    b'0' + (number % 10) as u8
}

fn unwritable(value: &dyn fmt::Display) -> Error {
    Error::data(format!("{value} cannot be stored in SQLite"))
}

impl Write for ShortText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.len + text.len() > self.bytes.len() {
            return Err(fmt::Error);
        }
        self.push(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn written(value: &Value<'_>) -> String {
        let mut text = ShortText::default();
        text.write(value).unwrap();
        text.as_str().to_owned()
    }

    #[test]
    fn dates_and_times_are_text_that_sorts_as_they_do() {
        let date = NaiveDate::from_ymd_opt(2024, 2, 9).unwrap();
        let time = NaiveTime::from_hms_micro_opt(3, 4, 5, 67).unwrap();
        assert_eq!(written(&Value::Date(date)), "2024-02-09");
        assert_eq!(written(&Value::Time(time)), "03:04:05.000067");
        assert_eq!(written(&Value::Timestamp(date.and_time(time))), "2024-02-09 03:04:05.000067");
        assert_eq!(
            written(&Value::TimestampTz(date.and_time(time).and_utc())),
            "2024-02-09 03:04:05.000067"
        );
    }

    #[test]
    fn a_year_that_sqlite_does_not_know_is_a_data_error() {
        let date = NaiveDate::from_ymd_opt(12_000, 1, 1).unwrap();
        let error = ShortText::default().write(&Value::Date(date)).unwrap_err();
        assert!(error.to_string().contains("0 to 9999"), "{error}");
    }

    #[test]
    fn the_longest_decimal_fits() {
        let value = -rust_decimal::Decimal::MAX;
        assert_eq!(written(&Value::Decimal(value)), value.to_string());
        let value = -rust_decimal::Decimal::new(1, 28);
        assert_eq!(written(&Value::Decimal(value)), value.to_string());
    }

    #[test]
    fn an_array_is_json_that_json_each_reads() {
        let values = [Value::Int(-1), Value::Bool(true), Value::Null, Value::Text("a\"\\\n".into())];
        assert_eq!(array(&values).unwrap(), r#"[-1,1,null,"a\"\\\u000a"]"#);
        assert!(array(&[Value::Bytes([0].as_slice().into())]).is_err());
    }

    #[test]
    fn an_interval_too_long_for_microseconds_is_a_data_error() {
        assert!(microseconds(TimeDelta::MAX).is_err());
        assert_eq!(microseconds(TimeDelta::milliseconds(-1)).unwrap(), -1000);
    }
}
