//! Dates, times of day, instants and spans of time.

use chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::datetime_text::{parse_date, parse_time, parse_timestamp};
use super::{Decode, Encode, operands, sql_types};
use crate::error::DecodeError;
use crate::value::{Cell, Value};

sql_types! {
    NaiveDate: DateKind = Date;
    NaiveTime: TimeKind = Time;
    NaiveDateTime: TimestampKind = Timestamp;
    DateTime<Utc>: TimestampTzKind = TimestampTz;
    DateTime<Local>: TimestampTzKind = TimestampTz;
    DateTime<FixedOffset>: TimestampTzKind = TimestampTz;
    TimeDelta: IntervalKind = Interval;
}

operands!(NaiveDate, NaiveTime, NaiveDateTime, TimeDelta);
operands!(DateTime<Utc>, DateTime<Local>, DateTime<FixedOffset>);

fn unreadable(expected: &'static str, text: &str) -> DecodeError {
    DecodeError::Invalid { expected, reason: format!("{text:?} is not of a form it is written in") }
}

impl Encode for NaiveDate {
    fn encode(&self) -> Value<'_> {
        Value::Date(*self)
    }
}

impl Decode for NaiveDate {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Date(date) => Ok(date),
            Cell::Text(text) => parse_date(text).ok_or_else(|| unreadable("NaiveDate", text)),
            other => Err(DecodeError::mismatch("NaiveDate", &other)),
        }
    }
}

impl Encode for NaiveTime {
    fn encode(&self) -> Value<'_> {
        Value::Time(*self)
    }
}

impl Decode for NaiveTime {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Time(time) => Ok(time),
            Cell::Text(text) => parse_time(text).ok_or_else(|| unreadable("NaiveTime", text)),
            other => Err(DecodeError::mismatch("NaiveTime", &other)),
        }
    }
}

impl Encode for NaiveDateTime {
    fn encode(&self) -> Value<'_> {
        Value::Timestamp(*self)
    }
}

/// An instant is read as its date and time in UTC.
impl Decode for NaiveDateTime {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Timestamp(at) => Ok(at),
            Cell::TimestampTz(at) => Ok(at.naive_utc()),
            Cell::Text(text) => parse_timestamp(text).ok_or_else(|| unreadable("NaiveDateTime", text)),
            other => Err(DecodeError::mismatch("NaiveDateTime", &other)),
        }
    }
}

impl Encode for DateTime<Utc> {
    fn encode(&self) -> Value<'_> {
        Value::TimestampTz(*self)
    }
}

/// A date and time without a zone is read as UTC.
impl Decode for DateTime<Utc> {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::TimestampTz(at) => Ok(at),
            Cell::Timestamp(at) => Ok(at.and_utc()),
            Cell::Text(text) => {
                parse_timestamp(text).map(|at| at.and_utc()).ok_or_else(|| unreadable("DateTime", text))
            }
            other => Err(DecodeError::mismatch("DateTime", &other)),
        }
    }
}

/// Stores the instant; it is read back in the zone of the machine that reads it.
impl Encode for DateTime<Local> {
    fn encode(&self) -> Value<'_> {
        Value::TimestampTz(self.to_utc())
    }
}

impl Decode for DateTime<Local> {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        DateTime::<Utc>::decode(cell).map(Into::into)
    }
}

/// Stores the instant, not the offset: it is read back with offset zero, and still compares equal.
impl Encode for DateTime<FixedOffset> {
    fn encode(&self) -> Value<'_> {
        Value::TimestampTz(self.to_utc())
    }
}

impl Decode for DateTime<FixedOffset> {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        DateTime::<Utc>::decode(cell).map(Into::into)
    }
}

impl Encode for TimeDelta {
    fn encode(&self) -> Value<'_> {
        Value::Interval(*self)
    }
}

/// An integer is read as microseconds, which is how databases without intervals store one; a time of day, as which
/// MySQL gives a span of less than a day, as what has passed since midnight.
impl Decode for TimeDelta {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Interval(span) => Ok(span),
            Cell::Int(micros) => Ok(TimeDelta::microseconds(micros)),
            Cell::Time(time) => Ok(time - NaiveTime::MIN),
            other => Err(DecodeError::mismatch("TimeDelta", &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2024, 2, 29).unwrap().and_hms_opt(12, 0, 0).unwrap()
    }

    #[test]
    fn instants_are_read_from_text_naive_and_native_cells() {
        let expected = Ok(noon().and_utc());
        assert_eq!(DateTime::<Utc>::decode(Cell::Text("2024-02-29 12:00:00.000000")), expected);
        assert_eq!(DateTime::<Utc>::decode(Cell::Text("2024-02-29T13:00:00+01:00")), expected);
        assert_eq!(DateTime::<Utc>::decode(Cell::Timestamp(noon())), expected);
        assert_eq!(DateTime::<Utc>::decode(Cell::TimestampTz(noon().and_utc())), expected);
        assert_eq!(NaiveDateTime::decode(Cell::TimestampTz(noon().and_utc())), Ok(noon()));
    }

    #[test]
    fn an_instant_keeps_its_time_and_loses_its_offset() {
        let there = DateTime::parse_from_rfc3339("2024-02-29T14:00:00+02:00").unwrap();
        assert_eq!(there.encode(), Value::TimestampTz(noon().and_utc()));
        let back = DateTime::<FixedOffset>::decode(there.encode().as_cell().unwrap()).unwrap();
        assert_eq!(back, there);
        assert_eq!(back.offset().local_minus_utc(), 0);
        assert_eq!(DateTime::<Local>::decode(Cell::Timestamp(noon())).unwrap(), there);
    }

    #[test]
    fn dates_and_times_are_read_from_text() {
        assert_eq!(NaiveDate::decode(Cell::Text("2024-02-29")), Ok(noon().date()));
        assert_eq!(NaiveTime::decode(Cell::Text("12:00:00.000000")), Ok(noon().time()));
        assert_eq!(NaiveDate::decode(Cell::Date(noon().date())), Ok(noon().date()));
        assert_eq!(NaiveTime::decode(Cell::Time(noon().time())), Ok(noon().time()));
    }

    #[test]
    fn spans_are_read_from_microseconds() {
        assert_eq!(TimeDelta::decode(Cell::Int(-1_500_000)), Ok(TimeDelta::milliseconds(-1_500)));
        assert_eq!(TimeDelta::decode(Cell::Interval(TimeDelta::days(1))), Ok(TimeDelta::days(1)));
        assert_eq!(TimeDelta::decode(Cell::Time(noon().time())), Ok(TimeDelta::hours(12)));
        assert_eq!(TimeDelta::decode(Cell::Int(i64::MAX)), Ok(TimeDelta::microseconds(i64::MAX)));
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_text() {
        let error = DateTime::<Utc>::decode(Cell::Text("yesterday")).unwrap_err();
        assert!(error.to_string().contains("yesterday"), "{error}");
        assert!(matches!(NaiveDate::decode(Cell::Text("2024-02-30")), Err(DecodeError::Invalid { .. })));
        assert!(matches!(NaiveTime::decode(Cell::Text("12h")), Err(DecodeError::Invalid { .. })));
        assert!(matches!(NaiveDateTime::decode(Cell::Int(0)), Err(DecodeError::Mismatch { .. })));
        assert_eq!(
            TimeDelta::decode(Cell::Null),
            Err(DecodeError::UnexpectedNull { expected: "TimeDelta" })
        );
        assert_eq!(
            NaiveDate::decode(Cell::Null),
            Err(DecodeError::UnexpectedNull { expected: "NaiveDate" })
        );
        assert_eq!(
            DateTime::<Utc>::decode(Cell::Null),
            Err(DecodeError::UnexpectedNull { expected: "DateTime" })
        );
    }
}
