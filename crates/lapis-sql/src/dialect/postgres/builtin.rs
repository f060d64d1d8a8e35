//! Builtins in PostgreSQL's spelling.

use crate::dialect::Spelling::{self, Call, Template};
use crate::expr::{Builtin, DateField, Field, TimeField};

pub(super) fn spelling(builtin: Builtin) -> Spelling {
    match builtin {
        Builtin::Length => Call("length"),
        Builtin::Random => Call("random"),
        Builtin::Extract(field) => Template(extract(field)),
    }
}

fn extract(field: Field) -> &'static str {
    match field {
        Field::Date(DateField::Year) => "CAST(extract(YEAR FROM {:0}) AS BIGINT)",
        Field::Date(DateField::Quarter) => "CAST(extract(QUARTER FROM {:0}) AS BIGINT)",
        Field::Date(DateField::Month) => "CAST(extract(MONTH FROM {:0}) AS BIGINT)",
        Field::Date(DateField::Day) => "CAST(extract(DAY FROM {:0}) AS BIGINT)",
        Field::Date(DateField::DayOfYear) => "CAST(extract(DOY FROM {:0}) AS BIGINT)",
        Field::Date(DateField::Weekday) => "CAST(extract(ISODOW FROM {:0}) AS BIGINT)",
        Field::Time(TimeField::Hour) => "CAST(extract(HOUR FROM {:0}) AS BIGINT)",
        Field::Time(TimeField::Minute) => "CAST(extract(MINUTE FROM {:0}) AS BIGINT)",
        // It has a fraction, which the cast would round.
        Field::Time(TimeField::Second) => "CAST(floor(extract(SECOND FROM {:0})) AS BIGINT)",
    }
}
