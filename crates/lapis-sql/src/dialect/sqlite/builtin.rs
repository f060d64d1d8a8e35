//! Builtins in SQLite's spelling.

use crate::dialect::Spelling::{self, Call, Template};
use crate::expr::{Builtin, DateField, Field, TimeField};

pub(super) fn spelling(builtin: Builtin) -> Spelling {
    match builtin {
        Builtin::Length => Call("length"),
        Builtin::Random => Call("random"),
        Builtin::Extract(field) => Template(extract(field)),
    }
}

/// Without the fraction of a second, which `strftime` rounds to milliseconds, perhaps into the next year.
fn extract(field: Field) -> &'static str {
    match field {
        Field::Date(DateField::Year) => "CAST(strftime('%Y', substr({:0}, 1, 19)) AS INTEGER)",
        Field::Date(DateField::Quarter) => {
            "((CAST(strftime('%m', substr({:0}, 1, 19)) AS INTEGER) + 2) / 3)"
        }
        Field::Date(DateField::Month) => "CAST(strftime('%m', substr({:0}, 1, 19)) AS INTEGER)",
        Field::Date(DateField::Day) => "CAST(strftime('%d', substr({:0}, 1, 19)) AS INTEGER)",
        Field::Date(DateField::DayOfYear) => "CAST(strftime('%j', substr({:0}, 1, 19)) AS INTEGER)",
        // From 0 for Sunday.
        Field::Date(DateField::Weekday) => {
            "((CAST(strftime('%w', substr({:0}, 1, 19)) AS INTEGER) + 6) % 7 + 1)"
        }
        Field::Time(TimeField::Hour) => "CAST(strftime('%H', substr({:0}, 1, 19)) AS INTEGER)",
        Field::Time(TimeField::Minute) => "CAST(strftime('%M', substr({:0}, 1, 19)) AS INTEGER)",
        Field::Time(TimeField::Second) => "CAST(strftime('%S', substr({:0}, 1, 19)) AS INTEGER)",
    }
}
