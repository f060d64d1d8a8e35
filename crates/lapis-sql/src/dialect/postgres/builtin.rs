//! Builtins in PostgreSQL's spelling.

use crate::dialect::Spelling::{self, Call, Template};
use crate::expr::{Builtin, DateField, Field, TimeField, Unit};
use crate::types::kind::{JsonScalar, Moment};

pub(super) fn spelling(builtin: Builtin) -> Spelling {
    match builtin {
        Builtin::Length => Call("length"),
        Builtin::Left => Call("left"),
        Builtin::Right => Call("right"),
        Builtin::PadLeft => Call("lpad"),
        Builtin::PadRight => Call("rpad"),
        Builtin::Repeat => Call("repeat"),
        Builtin::Reverse => Call("reverse"),
        Builtin::Position => Call("strpos"),
        Builtin::Matches { ignore_case: false } => Template("({0} ~ {1})"),
        Builtin::Matches { ignore_case: true } => Template("({0} ~* {1})"),
        Builtin::RegexpReplace => Template("regexp_replace({:0}, {:1}, {:2}, 'g')"),
        Builtin::RegexpSubstr => Call("regexp_substr"),

        Builtin::TextOfUuid => Template("CAST({:0} AS TEXT)"),
        Builtin::UuidOfText => Template("CAST({:0} AS UUID)"),

        Builtin::JsonText => Template("({0} #>> {1})"),
        Builtin::JsonInt => Template("CAST({0} #>> {1} AS BIGINT)"),
        Builtin::JsonFloat => Template("CAST({0} #>> {1} AS DOUBLE PRECISION)"),
        Builtin::JsonBool => Template("CAST({0} #>> {1} AS BOOLEAN)"),
        Builtin::JsonDocument => Template("({0} #> {1})"),
        Builtin::JsonExists => Template("(({0} #> {1}) IS NOT NULL)"),
        Builtin::JsonLength => Call("jsonb_array_length"),
        // Of NULL it would make NULL, and of the whole document too.
        Builtin::JsonSet => Template("jsonb_set({:0}, {:1}, coalesce(to_jsonb({:2}), 'null'))"),
        Builtin::JsonRemove => Template("({0} #- {1})"),
        Builtin::JsonContains => Template("({0} @> {1})"),
        Builtin::JsonObject => Call("jsonb_build_object"),
        Builtin::JsonArray => Call("jsonb_build_array"),
        Builtin::JsonAggregate => Call("jsonb_agg"),
        Builtin::JsonObjectAggregate => Call("jsonb_object_agg"),
        Builtin::JsonOfDocument | Builtin::JsonOfBool => Template("{0}"),

        Builtin::ArrayAggregate => Call("array_agg"),
        Builtin::BoolAnd => Call("bool_and"),
        Builtin::BoolOr => Call("bool_or"),
        // Not every type that has an order has a `min` and a `max`. NULLs come last.
        Builtin::Minimum => Template("(array_agg({0} ORDER BY {0}))[1]"),
        Builtin::Maximum => Template("(array_agg({0} ORDER BY {0} DESC NULLS LAST))[1]"),

        Builtin::Ceil => Call("ceil"),
        Builtin::Floor => Call("floor"),
        // Only decimals are rounded to a number of digits.
        Builtin::RoundFloat => {
            Template("CAST(round(CAST({:0} AS NUMERIC), CAST({:1} AS INTEGER)) AS DOUBLE PRECISION)")
        }
        Builtin::RoundDecimal => Template("round({:0}, CAST({:1} AS INTEGER))"),
        // Floats have no `%`.
        Builtin::RemainderOfFloat => {
            Template("CAST(CAST({:0} AS NUMERIC) % CAST({:1} AS NUMERIC) AS DOUBLE PRECISION)")
        }
        Builtin::RemainderOfDecimal => Template("({0} % {1})"),
        Builtin::Power => Template("power(CAST({:0} AS DOUBLE PRECISION), CAST({:1} AS DOUBLE PRECISION))"),
        Builtin::Sqrt => Template("sqrt(CAST({:0} AS DOUBLE PRECISION))"),
        Builtin::Exp => Template("exp(CAST({:0} AS DOUBLE PRECISION))"),
        Builtin::Ln => Template("ln(CAST({:0} AS DOUBLE PRECISION))"),
        Builtin::Log10 => Template("log(CAST({:0} AS DOUBLE PRECISION))"),
        Builtin::Sign => Template("CAST(sign({:0}) AS BIGINT)"),
        Builtin::Greatest => Call("greatest"),
        Builtin::Least => Call("least"),
        Builtin::Grouping => Call("grouping"),
        Builtin::JsonElement(scalar) | Builtin::JsonMember(scalar) => Template(json_value(scalar)),
        Builtin::JsonOrdinality => Template("{0}"),
        Builtin::Random => Call("random"),
        // A sum of whole numbers is a `NUMERIC`, which has no bits; and of 64 bits, since those of a narrower integer would
        // be moved out of it.
        Builtin::BitAnd => Template("(CAST({:0} AS BIGINT) & CAST({:1} AS BIGINT))"),
        Builtin::BitOr => Template("(CAST({:0} AS BIGINT) | CAST({:1} AS BIGINT))"),
        Builtin::BitXor => Template("(CAST({:0} AS BIGINT) # CAST({:1} AS BIGINT))"),
        Builtin::BitNot => Template("(~CAST({:0} AS BIGINT))"),
        Builtin::ShiftLeft => Template("(CAST({:0} AS BIGINT) << CAST({:1} AS INTEGER))"),
        Builtin::ShiftRight => Template("(CAST({:0} AS BIGINT) >> CAST({:1} AS INTEGER))"),

        Builtin::Extract(field, Moment::Instant) => Template(extract_from_instant(field)),
        Builtin::Extract(field, _) => Template(extract(field)),
        Builtin::Truncate(unit, Moment::Date) => Template(truncate_date(unit)),
        Builtin::Truncate(unit, Moment::Instant) => Template(truncate_instant(unit)),
        Builtin::Truncate(unit, _) => Template(truncate(unit)),
        Builtin::AddMonths(Moment::Date) => {
            Template("CAST({0} + make_interval(months => CAST({:1} AS INTEGER)) AS DATE)")
        }
        Builtin::AddMonths(Moment::Instant) => Template(
            "(({0} AT TIME ZONE 'UTC' + make_interval(months => CAST({:1} AS INTEGER))) AT TIME ZONE 'UTC')",
        ),
        Builtin::AddMonths(_) => Template("({0} + make_interval(months => CAST({:1} AS INTEGER)))"),
        Builtin::AddDays(Moment::Date) => Template("({0} + CAST({:1} AS INTEGER))"),
        Builtin::AddDays(Moment::Instant) => Template(
            "(({0} AT TIME ZONE 'UTC' + make_interval(days => CAST({:1} AS INTEGER))) AT TIME ZONE 'UTC')",
        ),
        Builtin::AddDays(_) => Template("({0} + make_interval(days => CAST({:1} AS INTEGER)))"),
        Builtin::AddInterval => Template("({0} + {1})"),
        Builtin::SubtractInterval => Template("({0} - {1})"),
        Builtin::DaysBetween | Builtin::Elapsed => Template("({1} - {0})"),
        Builtin::DateOf(Moment::Instant) => Template("CAST({0} AT TIME ZONE 'UTC' AS DATE)"),
        Builtin::DateOf(_) => Template("CAST({:0} AS DATE)"),
        Builtin::TimeOf(Moment::Instant) => Template("CAST({0} AT TIME ZONE 'UTC' AS TIME)"),
        Builtin::TimeOf(_) => Template("CAST({:0} AS TIME)"),

        // `any_value` since PostgreSQL 16; and not every type has a `max`.
        Builtin::AnyValue => Template("(array_agg({0}) FILTER (WHERE {0} IS NOT NULL))[1]"),
    }
}

macro_rules! fields {
    ($name:ident, $operand:literal) => {
        fn $name(field: Field) -> &'static str {
            match field {
                Field::Date(DateField::Year) => {
                    concat!("CAST(extract(YEAR FROM ", $operand, ") AS BIGINT)")
                }
                Field::Date(DateField::Quarter) => {
                    concat!("CAST(extract(QUARTER FROM ", $operand, ") AS BIGINT)")
                }
                Field::Date(DateField::Month) => {
                    concat!("CAST(extract(MONTH FROM ", $operand, ") AS BIGINT)")
                }
                Field::Date(DateField::Day) => concat!("CAST(extract(DAY FROM ", $operand, ") AS BIGINT)"),
                Field::Date(DateField::DayOfYear) => {
                    concat!("CAST(extract(DOY FROM ", $operand, ") AS BIGINT)")
                }
                Field::Date(DateField::Weekday) => {
                    concat!("CAST(extract(ISODOW FROM ", $operand, ") AS BIGINT)")
                }
                Field::Time(TimeField::Hour) => {
                    concat!("CAST(extract(HOUR FROM ", $operand, ") AS BIGINT)")
                }
                Field::Time(TimeField::Minute) => {
                    concat!("CAST(extract(MINUTE FROM ", $operand, ") AS BIGINT)")
                }
                // It has a fraction, which the cast would round.
                Field::Time(TimeField::Second) => {
                    concat!("CAST(floor(extract(SECOND FROM ", $operand, ")) AS BIGINT)")
                }
            }
        }
    };
}

fields!(extract, "{:0}");
fields!(extract_from_instant, "{0} AT TIME ZONE 'UTC'");

macro_rules! truncations {
    ($name:ident, $before:literal, $behind:literal) => {
        fn $name(unit: Unit) -> &'static str {
            match unit {
                Unit::Year => concat!($before, "'year'", $behind),
                Unit::Quarter => concat!($before, "'quarter'", $behind),
                Unit::Month => concat!($before, "'month'", $behind),
                Unit::Week => concat!($before, "'week'", $behind),
                Unit::Day => concat!($before, "'day'", $behind),
                Unit::Hour => concat!($before, "'hour'", $behind),
                Unit::Minute => concat!($before, "'minute'", $behind),
                Unit::Second => concat!($before, "'second'", $behind),
            }
        }
    };
}

truncations!(truncate, "date_trunc(", ", {:0})");
truncations!(truncate_date, "CAST(date_trunc(", ", {:0}) AS DATE)");
truncations!(truncate_instant, "date_trunc(", ", {:0}, 'UTC')");

/// From the text that the functions of JSON give, but for documents.
fn json_value(scalar: JsonScalar) -> &'static str {
    match scalar {
        JsonScalar::Document | JsonScalar::Text => "{0}",
        JsonScalar::Integer => "CAST({:0} AS BIGINT)",
        JsonScalar::Float => "CAST({:0} AS DOUBLE PRECISION)",
        JsonScalar::Decimal => "CAST({:0} AS NUMERIC)",
        JsonScalar::Boolean => "CAST({:0} AS BOOLEAN)",
    }
}
