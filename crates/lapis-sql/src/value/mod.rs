//! Values on their way to the database, and cells on their way back.

mod elements;
mod range;

pub use elements::{Elements, ReadElement};
pub use range::RangeCell;

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::error::DecodeError;
use crate::types::{Decode, Inet, SqlRange};

/// A value bound to a statement's parameter.
///
/// Text and bytes may be borrowed from the program's own data for as long as the statement runs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// SQL `NULL`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A signed integer of any width.
    Int(i64),
    /// An integer that may be larger than `i64::MAX`.
    UInt(u64),
    /// A floating-point number.
    Float(f64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// A calendar date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A date and time of day without a zone.
    Timestamp(NaiveDateTime),
    /// An instant.
    TimestampTz(DateTime<Utc>),
    /// A span of time.
    Interval(TimeDelta),
    /// A UUID.
    Uuid(Uuid),
    /// A JSON document as text.
    Json(Cow<'a, str>),
    /// An Internet address, or a network of them.
    Inet(Inet),
    /// A range between two values of one kind.
    Range(Box<SqlRange<Value<'a>>>),
    /// Several values of one kind, bound as one parameter where the database can.
    Array(Vec<Value<'a>>),
    /// A Rust value that could not be encoded, and why: binding it is an error. It lets
    /// [`Encode`](crate::types::Encode) and the operators stay infallible without losing the fault.
    Invalid(Cow<'a, str>),
}

impl Value<'_> {
    /// The same value, owning what it borrowed.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(value),
            Value::Int(value) => Value::Int(value),
            Value::UInt(value) => Value::UInt(value),
            Value::Float(value) => Value::Float(value),
            Value::Decimal(value) => Value::Decimal(value),
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Value::Date(value) => Value::Date(value),
            Value::Time(value) => Value::Time(value),
            Value::Timestamp(value) => Value::Timestamp(value),
            Value::TimestampTz(value) => Value::TimestampTz(value),
            Value::Interval(value) => Value::Interval(value),
            Value::Uuid(value) => Value::Uuid(value),
            Value::Json(text) => Value::Json(Cow::Owned(text.into_owned())),
            Value::Inet(value) => Value::Inet(value),
            Value::Range(range) => Value::Range(Box::new(range.map(Value::into_owned))),
            Value::Array(values) => Value::Array(values.into_iter().map(Value::into_owned).collect()),
            Value::Invalid(reason) => Value::Invalid(Cow::Owned(reason.into_owned())),
        }
    }

    /// The same value, borrowing this one's text and bytes.
    #[must_use]
    pub fn borrowed(&self) -> Value<'_> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(*value),
            Value::Int(value) => Value::Int(*value),
            Value::UInt(value) => Value::UInt(*value),
            Value::Float(value) => Value::Float(*value),
            Value::Decimal(value) => Value::Decimal(*value),
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            Value::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes)),
            Value::Date(value) => Value::Date(*value),
            Value::Time(value) => Value::Time(*value),
            Value::Timestamp(value) => Value::Timestamp(*value),
            Value::TimestampTz(value) => Value::TimestampTz(*value),
            Value::Interval(value) => Value::Interval(*value),
            Value::Uuid(value) => Value::Uuid(*value),
            Value::Json(text) => Value::Json(Cow::Borrowed(text)),
            Value::Inet(value) => Value::Inet(*value),
            Value::Range(range) => Value::Range(Box::new((**range).as_ref().map(Value::borrowed))),
            Value::Array(values) => Value::Array(values.iter().map(Value::borrowed).collect()),
            Value::Invalid(reason) => Value::Invalid(Cow::Borrowed(reason)),
        }
    }

    /// The value as a cell, as if a database had stored it natively and read it back.
    ///
    /// `None` for an invalid value, which no cell holds.
    #[must_use]
    pub fn as_cell(&self) -> Option<Cell<'_>> {
        Some(match self {
            Value::Null => Cell::Null,
            Value::Bool(value) => Cell::Bool(*value),
            Value::Int(value) => Cell::Int(*value),
            Value::UInt(value) => Cell::UInt(*value),
            Value::Float(value) => Cell::Float(*value),
            Value::Decimal(value) => Cell::Decimal(*value),
            Value::Text(text) => Cell::Text(text),
            Value::Bytes(bytes) => Cell::Bytes(bytes),
            Value::Date(value) => Cell::Date(*value),
            Value::Time(value) => Cell::Time(*value),
            Value::Timestamp(value) => Cell::Timestamp(*value),
            Value::TimestampTz(value) => Cell::TimestampTz(*value),
            Value::Interval(value) => Cell::Interval(*value),
            Value::Uuid(value) => Cell::Uuid(*value),
            Value::Json(text) => Cell::Json(text),
            Value::Inet(value) => Cell::Inet(*value),
            Value::Range(range) => Cell::Range(RangeCell::of_value(range)),
            Value::Array(values) => Cell::Array(Elements::of_values(values)),
            Value::Invalid(_) => return None,
        })
    }

    /// The same for a value within another one, where an invalid value is an error.
    fn to_cell(&self) -> Result<Cell<'_>, DecodeError> {
        self.as_cell().ok_or_else(|| DecodeError::Invalid {
            expected: "value",
            reason: "it could not be encoded".into(),
        })
    }

    /// Whether this is SQL `NULL`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

/// One column of a row, borrowed from the driver: what [`Decode`] reads.
///
/// A driver gives the variant nearest to what its database stores, so SQLite gives an integer, a float,
/// text or bytes, whatever the column was declared as; decoding bridges the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// SQL `NULL`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A signed integer of any width.
    Int(i64),
    /// An integer that may be larger than `i64::MAX`.
    UInt(u64),
    /// A floating-point number.
    Float(f64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text.
    Text(&'a str),
    /// Bytes, or text that is not valid UTF-8.
    Bytes(&'a [u8]),
    /// A calendar date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A date and time of day without a zone.
    Timestamp(NaiveDateTime),
    /// An instant.
    TimestampTz(DateTime<Utc>),
    /// A span of time.
    Interval(TimeDelta),
    /// A UUID.
    Uuid(Uuid),
    /// A JSON document as text.
    Json(&'a str),
    /// An Internet address, or a network of them.
    Inet(Inet),
    /// A range between two values of one kind.
    Range(RangeCell<'a>),
    /// Several values of one kind.
    Array(Elements<'a>),
    /// What no Rust type holds, such as an infinite date, and why: reading it is an error that says so.
    Unreadable(&'static str),
}

impl<'a> Cell<'a> {
    /// The cell as a value, borrowing its text and bytes: [`Value::Invalid`] where a part of it cannot be read.
    #[must_use]
    pub fn to_value(self) -> Value<'a> {
        match self {
            Cell::Null => Value::Null,
            Cell::Bool(value) => Value::Bool(value),
            Cell::Int(value) => Value::Int(value),
            Cell::UInt(value) => Value::UInt(value),
            Cell::Float(value) => Value::Float(value),
            Cell::Decimal(value) => Value::Decimal(value),
            Cell::Text(text) => Value::Text(Cow::Borrowed(text)),
            Cell::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes)),
            Cell::Date(value) => Value::Date(value),
            Cell::Time(value) => Value::Time(value),
            Cell::Timestamp(value) => Value::Timestamp(value),
            Cell::TimestampTz(value) => Value::TimestampTz(value),
            Cell::Interval(value) => Value::Interval(value),
            Cell::Uuid(value) => Value::Uuid(value),
            Cell::Json(text) => Value::Json(Cow::Borrowed(text)),
            Cell::Inet(value) => Value::Inet(value),
            Cell::Range(range) => match range.bounds() {
                Ok(bounds) => Value::Range(Box::new(bounds.map(Cell::to_value))),
                Err(error) => unreadable(&error),
            },
            Cell::Array(elements) => {
                match elements.map(|element| element.map(Cell::to_value)).collect::<Result<_, _>>() {
                    Ok(values) => Value::Array(values),
                    Err(error) => unreadable(&error),
                }
            }
            Cell::Unreadable(reason) => Value::Invalid(Cow::Borrowed(reason)),
        }
    }
}

/// Whatever the cell holds, as the driver gives it.
impl Decode for Value<'static> {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell.to_value().into_owned() {
            Value::Invalid(reason) => {
                Err(DecodeError::Invalid { expected: "Value", reason: reason.into_owned() })
            }
            value => Ok(value),
        }
    }
}

fn unreadable(error: &DecodeError) -> Value<'static> {
    Value::Invalid(Cow::Owned(error.to_string()))
}

impl Cell<'_> {
    /// Whether this is SQL `NULL`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Cell::Null)
    }

    /// What the cell holds, in the words of an error message.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Cell::Null => "NULL",
            Cell::Bool(_) => "a boolean",
            Cell::Int(_) | Cell::UInt(_) => "an integer",
            Cell::Float(_) => "a floating-point number",
            Cell::Decimal(_) => "a decimal number",
            Cell::Text(_) => "text",
            Cell::Bytes(_) => "bytes",
            Cell::Date(_) => "a date",
            Cell::Time(_) => "a time",
            Cell::Timestamp(_) => "a timestamp",
            Cell::TimestampTz(_) => "a timestamp with time zone",
            Cell::Interval(_) => "an interval",
            Cell::Uuid(_) => "a UUID",
            Cell::Json(_) => "JSON",
            Cell::Inet(_) => "an Internet address",
            Cell::Range(_) => "a range",
            Cell::Array(_) => "an array",
            Cell::Unreadable(_) => "a value that no Rust type holds",
        }
    }
}
