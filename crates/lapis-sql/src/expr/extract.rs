//! The fields of dates and instants.

use crate::types::kind::{DateKind, Kind, TimestampKind, TimestampTzKind};

/// A field of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Says that values of kind `K` have such a field.
#[diagnostic::on_unimplemented(
    message = "{K} has no such field as `{Self}`",
    note = "dates have each `DateField`, and timestamps each `TimeField` too"
)]
pub trait FieldOf<K: Kind> {
    /// The field as data.
    fn field(self) -> Field;
}

macro_rules! fields {
    ($($field:ident $variant:ident of $($kind:ident)+;)+) => {$($(
        #[diagnostic::do_not_recommend]
        impl FieldOf<$kind> for $field {
            fn field(self) -> Field {
                Field::$variant(self)
            }
        }
    )+)+};
}

fields! {
    DateField Date of DateKind TimestampKind TimestampTzKind;
    TimeField Time of TimestampKind TimestampTzKind;
}
