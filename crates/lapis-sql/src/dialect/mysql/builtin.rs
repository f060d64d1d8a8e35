//! Builtins in the spelling of MySQL and MariaDB.

use crate::dialect::Spelling::{self, Call, Template};
use crate::expr::{Builtin, DateField, Field, TimeField};

pub(super) fn spelling(builtin: Builtin) -> Spelling {
    match builtin {
        // `length` counts bytes here.
        Builtin::Length => Call("char_length"),
        Builtin::Random => Call("rand"),
        Builtin::Extract(field) => Template(extract(field)),
    }
}

fn extract(field: Field) -> &'static str {
    match field {
        Field::Date(DateField::Year) => "extract(YEAR FROM {:0})",
        Field::Date(DateField::Quarter) => "extract(QUARTER FROM {:0})",
        Field::Date(DateField::Month) => "extract(MONTH FROM {:0})",
        Field::Date(DateField::Day) => "extract(DAY FROM {:0})",
        Field::Date(DateField::DayOfYear) => "dayofyear({:0})",
        // From 0 for Monday.
        Field::Date(DateField::Weekday) => "(weekday({:0}) + 1)",
        Field::Time(TimeField::Hour) => "extract(HOUR FROM {:0})",
        Field::Time(TimeField::Minute) => "extract(MINUTE FROM {:0})",
        Field::Time(TimeField::Second) => "extract(SECOND FROM {:0})",
    }
}
