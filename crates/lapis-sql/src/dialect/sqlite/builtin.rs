//! Builtins in SQLite's spelling.
//!
//! Dates and times are text here, of one form, and are taken apart as text: SQLite's own functions round what is finer
//! than a millisecond.

use crate::dialect::Spelling::{self, Call, Missing, Template};
use crate::dialect::syntax::NO_ARRAYS;
use crate::expr::{Builtin, DateField, Field, TimeField, Unit};
use crate::types::kind::{JsonScalar, Moment};

/// The microseconds of an instant since 1970.
macro_rules! micros {
    ($argument:literal) => {
        concat!(
            "(CAST(strftime('%s', substr({:",
            $argument,
            "}, 1, 19)) AS INTEGER) * 1000000 + CAST(substr({",
            $argument,
            "} || '000000', 21, 6) AS INTEGER))"
        )
    };
}

/// An instant so many microseconds later or before. They are counted from long before all years that there are, so that
/// the rest of a division is above zero; in a subquery the number could have a name, but an aggregate or a window of the
/// operand would be the subquery's.
macro_rules! moved {
    ($operator:literal) => {
        concat!(
            "(strftime('%Y-%m-%d %H:%M:%S', (",
            micros!("0"),
            " ",
            $operator,
            " {1} + 100000000000000000) / 1000000 - 100000000000, 'unixepoch') || printf('.%06d', (",
            micros!("0"),
            " ",
            $operator,
            " {1} + 100000000000000000) % 1000000))"
        )
    };
}

pub(super) fn spelling(builtin: Builtin) -> Spelling {
    match builtin {
        Builtin::Length => Call("length"),
        Builtin::Left => Template("substr({:0}, 1, {:1})"),
        Builtin::Right => Template("substr({:0}, max(length({:0}) - {1}, 0) + 1)"),
        Builtin::PadLeft => Template(
            "CASE WHEN length({:0}) >= {1} THEN substr({:0}, 1, {:1}) \
             ELSE substr(replace(hex(zeroblob({:1})), '00', {:2}), 1, {1} - length({:0})) || {0} END",
        ),
        Builtin::PadRight => Template("substr({0} || replace(hex(zeroblob({:1})), '00', {:2}), 1, {:1})"),
        // So many zero bytes, each of which becomes the text.
        Builtin::Repeat => Template("replace(hex(zeroblob({:1})), '00', {:0})"),
        Builtin::Reverse => Call("reverse"),
        Builtin::Position => Call("instr"),
        Builtin::Matches { ignore_case: false } => Template("({0} REGEXP {1})"),
        Builtin::Matches { ignore_case: true } => Template("({0} REGEXP ('(?i)' || {1}))"),
        Builtin::RegexpReplace => Call("regexp_replace"),
        Builtin::RegexpSubstr => Call("regexp_substr"),

        // Of the names that SQLite's own extension `uuid` has.
        Builtin::TextOfUuid => Call("uuid_str"),
        Builtin::UuidOfText => Call("uuid_blob"),

        // Truth values are numbers when they are taken out.
        Builtin::JsonText => Template(
            "CASE json_type({:0}, {:1}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' \
             ELSE CAST({0} ->> {1} AS TEXT) END",
        ),
        Builtin::JsonInt => Template("CAST({0} ->> {1} AS INTEGER)"),
        Builtin::JsonFloat => Template("CAST({0} ->> {1} AS REAL)"),
        Builtin::JsonBool => Template("({0} ->> {1})"),
        Builtin::JsonDocument => Template("({0} -> {1})"),
        Builtin::JsonExists => Template("(json_type({:0}, {:1}) IS NOT NULL)"),
        Builtin::JsonLength => Call("json_array_length"),
        Builtin::JsonSet => Call("json_set"),
        Builtin::JsonRemove => Call("json_remove"),
        Builtin::JsonContains => Missing {
            feature: "asking whether one JSON document contains another",
            hint: "compare what lies at a path: `document.path(\"a.b\").as_text().eq(..)`",
        },
        Builtin::JsonObject => Call("json_object"),
        Builtin::JsonArray => Call("json_array"),
        Builtin::JsonAggregate => Call("json_group_array"),
        Builtin::JsonObjectAggregate => Call("json_group_object"),
        Builtin::JsonOfDocument => Call("json"),
        Builtin::JsonOfBool => Template("json(CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"),

        Builtin::ArrayAggregate => NO_ARRAYS,
        Builtin::BoolAnd | Builtin::Minimum => Call("min"),
        Builtin::BoolOr | Builtin::Maximum => Call("max"),

        // SQLite's own are there only where it was built with them.
        Builtin::Ceil => Template("(CAST({:0} AS INTEGER) + ({0} > CAST({:0} AS INTEGER)))"),
        Builtin::Floor => Template("(CAST({:0} AS INTEGER) - ({0} < CAST({:0} AS INTEGER)))"),
        Builtin::RoundFloat | Builtin::RoundDecimal => Call("round"),
        // `%` makes integers of its operands.
        Builtin::RemainderOfFloat | Builtin::RemainderOfDecimal => Call("mod"),
        Builtin::Power => Call("power"),
        Builtin::Sqrt => Call("sqrt"),
        Builtin::Exp => Call("exp"),
        Builtin::Ln => Call("ln"),
        Builtin::Log10 => Call("log10"),
        Builtin::Sign => Call("sign"),
        Builtin::Greatest => Call("max"),
        Builtin::Least => Call("min"),
        Builtin::Grouping => Missing {
            feature: "GROUPING",
            hint: "put the groups of several queries together with `.union_all(..)`",
        },
        Builtin::JsonElement(scalar) | Builtin::JsonMember(scalar) => Template(json_value(scalar)),
        // It counts from 0.
        Builtin::JsonOrdinality => Template("({1} + 1)"),
        Builtin::Random => Call("random"),
        Builtin::BitAnd => Template("({0} & {1})"),
        Builtin::BitOr => Template("({0} | {1})"),
        Builtin::BitXor => Template("(({0} | {1}) - ({0} & {1}))"),
        Builtin::BitNot => Template("(~{0})"),
        Builtin::ShiftLeft => Template("({0} << {1})"),
        Builtin::ShiftRight => Template("({0} >> {1})"),

        Builtin::Extract(Field::Time(field), Moment::Time) => Template(extract_from_time(field)),
        Builtin::Extract(field, _) => Template(extract(field)),
        Builtin::Truncate(unit, Moment::Date) => Template(truncate_date(unit)),
        Builtin::Truncate(unit, _) => Template(truncate(unit)),
        Builtin::AddMonths(Moment::Date) => Template("date({:0}, {1} || ' months', 'floor')"),
        Builtin::AddMonths(_) => Template(
            "(strftime('%Y-%m-%d %H:%M:%S', substr({:0}, 1, 19), {1} || ' months', 'floor') || substr({:0}, 20))",
        ),
        Builtin::AddDays(Moment::Date) => Template("date({:0}, {1} || ' days')"),
        Builtin::AddDays(_) => Template(
            "(strftime('%Y-%m-%d %H:%M:%S', substr({:0}, 1, 19), {1} || ' days') || substr({:0}, 20))",
        ),
        Builtin::AddInterval => Template(moved!("+")),
        Builtin::SubtractInterval => Template(moved!("-")),
        Builtin::DaysBetween => Template("CAST(julianday({:1}) - julianday({:0}) AS INTEGER)"),
        Builtin::Elapsed => Template(concat!("(", micros!("1"), " - ", micros!("0"), ")")),
        Builtin::DateOf(_) => Template("substr({:0}, 1, 10)"),
        Builtin::TimeOf(_) => Template("substr({:0}, 12)"),

        Builtin::AnyValue => Call("max"),
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

fn extract_from_time(field: TimeField) -> &'static str {
    match field {
        TimeField::Hour => "CAST(substr({:0}, 1, 2) AS INTEGER)",
        TimeField::Minute => "CAST(substr({:0}, 4, 2) AS INTEGER)",
        TimeField::Second => "CAST(substr({:0}, 7, 2) AS INTEGER)",
    }
}

fn truncate(unit: Unit) -> &'static str {
    match unit {
        Unit::Year => "(substr({:0}, 1, 4) || '-01-01 00:00:00.000000')",
        Unit::Quarter => {
            "(substr({:0}, 1, 5) || substr('0' || ((substr({:0}, 6, 2) + 2) / 3 * 3 - 2), -2) \
             || '-01 00:00:00.000000')"
        }
        Unit::Month => "(substr({:0}, 1, 7) || '-01 00:00:00.000000')",
        Unit::Week => "(date(substr({:0}, 1, 10), '-6 days', 'weekday 1') || ' 00:00:00.000000')",
        Unit::Day => "(substr({:0}, 1, 10) || ' 00:00:00.000000')",
        Unit::Hour => "(substr({:0}, 1, 13) || ':00:00.000000')",
        Unit::Minute => "(substr({:0}, 1, 16) || ':00.000000')",
        Unit::Second => "(substr({:0}, 1, 19) || '.000000')",
    }
}

fn truncate_date(unit: Unit) -> &'static str {
    match unit {
        Unit::Year => "(substr({:0}, 1, 4) || '-01-01')",
        Unit::Quarter => {
            "(substr({:0}, 1, 5) || substr('0' || ((substr({:0}, 6, 2) + 2) / 3 * 3 - 2), -2) || '-01')"
        }
        Unit::Month => "(substr({:0}, 1, 7) || '-01')",
        Unit::Week => "date({:0}, '-6 days', 'weekday 1')",
        Unit::Day | Unit::Hour | Unit::Minute | Unit::Second => "date({:0})",
    }
}

/// `json_each` gives numbers and texts as such, truth values as 1 and 0, and arrays and objects as JSON.
fn json_value(scalar: JsonScalar) -> &'static str {
    match scalar {
        JsonScalar::Document => {
            "CASE {:1} WHEN 'array' THEN {:0} WHEN 'object' THEN {:0} WHEN 'true' THEN 'true' \
             WHEN 'false' THEN 'false' ELSE json_quote({:0}) END"
        }
        JsonScalar::Text => {
            "CASE {:1} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST({:0} AS TEXT) END"
        }
        JsonScalar::Integer | JsonScalar::Float | JsonScalar::Decimal | JsonScalar::Boolean => "{0}",
    }
}
