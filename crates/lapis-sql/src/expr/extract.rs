//! The fields of dates, instants and times of day, and the units of a calendar.

use crate::types::kind::{DateKind, Kind, Moment, TimeKind, TimestampKind, TimestampTzKind};

/// A field of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DateField {
    /// The year.
    Year,
    /// The quarter of the year, from 1 to 4.
    Quarter,
    /// The month, from 1 to 12.
    Month,
    /// The day of the month, from 1.
    Day,
    /// The day of the year, from 1.
    DayOfYear,
    /// The day of the week, from 1 for Monday to 7 for Sunday, as ISO 8601 numbers them.
    Weekday,
}

/// A field of a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeField {
    /// The hour, from 0 to 23.
    Hour,
    /// The minute.
    Minute,
    /// The second, without its fraction.
    Second,
}

/// A field of a date or of a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Of a date.
    Date(DateField),
    /// Of a time of day.
    Time(TimeField),
}

/// A unit of time that a calendar counts in, to which [`func::date_trunc`](super::func::date_trunc) cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Years, from 1 January.
    Year,
    /// Quarters of a year.
    Quarter,
    /// Months.
    Month,
    /// Weeks, from Monday, as ISO 8601 has them.
    Week,
    /// Days.
    Day,
    /// Hours.
    Hour,
    /// Minutes.
    Minute,
    /// Seconds.
    Second,
}

/// Says that values of kind `K` have such a field.
#[diagnostic::on_unimplemented(
    message = "{K} has no such field as `{Self}`",
    note = "dates have each `DateField`, times of day each `TimeField`, and timestamps both"
)]
pub trait FieldOf<K: Kind> {
    /// The field as data.
    fn field(self) -> Field;

    /// How a value of that kind says when.
    const MOMENT: Moment;
}

macro_rules! fields {
    ($($field:ident $variant:ident of $($kind:ident $moment:ident)+;)+) => {$($(
        #[diagnostic::do_not_recommend]
        impl FieldOf<$kind> for $field {
            const MOMENT: Moment = Moment::$moment;

            fn field(self) -> Field {
                Field::$variant(self)
            }
        }
    )+)+};
}

fields! {
    DateField Date of DateKind Date TimestampKind Timestamp TimestampTzKind Instant;
    TimeField Time of TimeKind Time TimestampKind Timestamp TimestampTzKind Instant;
}
