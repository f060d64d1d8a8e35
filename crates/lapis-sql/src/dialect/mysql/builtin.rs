//! Builtins in the spelling of MySQL and MariaDB.

use crate::dialect::Spelling::{self, Call, Template};
use crate::dialect::syntax::NO_ARRAYS;
use crate::expr::{Builtin, DateField, Field, TimeField, Unit};
use crate::types::kind::{JsonScalar, Moment};

pub(super) fn spelling(builtin: Builtin, answers: &super::Answers) -> Spelling {
    match builtin {
        // `length` counts bytes here.
        Builtin::Length => Call("char_length"),
        Builtin::Left => Call("left"),
        Builtin::Right => Call("right"),
        Builtin::PadLeft => Call("lpad"),
        Builtin::PadRight => Call("rpad"),
        Builtin::Repeat => Call("repeat"),
        Builtin::Reverse => Call("reverse"),
        Builtin::Position => Template("locate({:1}, {:0})"),
        // Else the collation decides on upper and lower case.
        Builtin::Matches { ignore_case: false } => Template("({0} REGEXP concat('(?-i)', {:1}))"),
        Builtin::Matches { ignore_case: true } => Template("({0} REGEXP concat('(?i)', {:1}))"),
        Builtin::RegexpReplace => Template("regexp_replace({:0}, concat('(?-i)', {:1}), {:2})"),
        // MariaDB gives an empty text where there is none.
        Builtin::RegexpSubstr => Template("nullif(regexp_substr({:0}, concat('(?-i)', {:1})), '')"),

        Builtin::TextOfUuid if answers.uuid.1 => Template("CAST({:0} AS CHAR)"),
        Builtin::TextOfUuid => Call("bin_to_uuid"),
        Builtin::UuidOfText if answers.uuid.1 => Template("CAST({:0} AS UUID)"),
        Builtin::UuidOfText => Call("uuid_to_bin"),

        // The JSON value `null` is the text `null` when it is unquoted.
        Builtin::JsonText => Template(
            "CASE json_type(json_extract({:0}, {:1})) WHEN 'NULL' THEN NULL \
             ELSE json_unquote(json_extract({:0}, {:1})) END",
        ),
        // `nullif` of it would be shorter, but of what `json_arrayagg` made MariaDB 10.11 gives there the whole array.
        Builtin::JsonInt => Template(
            "CAST(CASE json_type(json_extract({:0}, {:1})) WHEN 'NULL' THEN NULL \
             ELSE json_unquote(json_extract({:0}, {:1})) END AS SIGNED)",
        ),
        Builtin::JsonFloat => Template(
            "CAST(CASE json_type(json_extract({:0}, {:1})) WHEN 'NULL' THEN NULL \
             ELSE json_unquote(json_extract({:0}, {:1})) END AS DOUBLE)",
        ),
        Builtin::JsonBool => Template(
            "(CASE json_type(json_extract({:0}, {:1})) WHEN 'NULL' THEN NULL \
             ELSE json_unquote(json_extract({:0}, {:1})) END = 'true')",
        ),
        Builtin::JsonDocument => Call("json_extract"),
        Builtin::JsonExists => Template("json_contains_path({:0}, 'one', {:1})"),
        Builtin::JsonLength => Call("json_length"),
        Builtin::JsonSet => Call("json_set"),
        Builtin::JsonRemove => Call("json_remove"),
        Builtin::JsonContains => Call("json_contains"),
        Builtin::JsonObject => Call("json_object"),
        Builtin::JsonArray => Call("json_array"),
        Builtin::JsonAggregate => Call("json_arrayagg"),
        Builtin::JsonObjectAggregate => Call("json_objectagg"),
        // MariaDB's documents are text, until they are asked for their root.
        Builtin::JsonOfDocument => Template("json_extract({:0}, '$')"),
        Builtin::JsonOfBool => {
            Template("json_extract(CASE {0} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END, '$')")
        }

        Builtin::ArrayAggregate => NO_ARRAYS,
        Builtin::BoolAnd | Builtin::Minimum => Call("min"),
        Builtin::BoolOr | Builtin::Maximum => Call("max"),

        Builtin::Ceil => Call("ceiling"),
        Builtin::Floor => Call("floor"),
        Builtin::RoundFloat | Builtin::RoundDecimal => Call("round"),
        Builtin::RemainderOfFloat | Builtin::RemainderOfDecimal => Template("({0} % {1})"),
        Builtin::Power => Call("power"),
        Builtin::Sqrt => Call("sqrt"),
        Builtin::Exp => Call("exp"),
        Builtin::Ln => Call("ln"),
        Builtin::Log10 => Call("log10"),
        Builtin::Sign => Call("sign"),
        Builtin::Greatest => Call("greatest"),
        Builtin::Least => Call("least"),
        Builtin::Grouping => answers.grouping,
        // The column has the type.
        Builtin::JsonElement(_) | Builtin::JsonOrdinality => Template("{0}"),
        Builtin::JsonMember(scalar) => Template(json_member(scalar)),
        Builtin::Random => Call("rand"),
        // They give unsigned integers.
        Builtin::BitAnd => Template("CAST({0} & {1} AS SIGNED)"),
        Builtin::BitOr => Template("CAST({0} | {1} AS SIGNED)"),
        Builtin::BitXor => Template("CAST({0} ^ {1} AS SIGNED)"),
        Builtin::BitNot => Template("CAST(~{0} AS SIGNED)"),
        Builtin::ShiftLeft => Template("CAST({0} << {1} AS SIGNED)"),
        // The sign does not stay by itself.
        Builtin::ShiftRight => Template(
            "CASE WHEN {0} < 0 THEN CAST(~(~{0} >> {1}) AS SIGNED) ELSE CAST({0} >> {1} AS SIGNED) END",
        ),

        Builtin::Extract(field, _) => Template(extract(field)),
        Builtin::Truncate(unit, Moment::Date) => Template(truncate_date(unit)),
        Builtin::Truncate(unit, _) => Template(truncate(unit)),
        Builtin::AddMonths(Moment::Date) => Template("CAST(({0} + INTERVAL {1} MONTH) AS DATE)"),
        Builtin::AddMonths(_) => Template("CAST(({0} + INTERVAL {1} MONTH) AS DATETIME(6))"),
        Builtin::AddDays(Moment::Date) => Template("CAST(({0} + INTERVAL {1} DAY) AS DATE)"),
        Builtin::AddDays(_) => Template("CAST(({0} + INTERVAL {1} DAY) AS DATETIME(6))"),
        Builtin::AddInterval => Template("CAST(({0} + INTERVAL {1} MICROSECOND) AS DATETIME(6))"),
        Builtin::SubtractInterval => Template("CAST(({0} - INTERVAL {1} MICROSECOND) AS DATETIME(6))"),
        Builtin::DaysBetween => Template("datediff({:1}, {:0})"),
        Builtin::Elapsed => Template("timestampdiff(MICROSECOND, {:0}, {:1})"),
        Builtin::DateOf(_) => Call("date"),
        Builtin::TimeOf(_) => Call("time"),

        // MariaDB 10.11 has no `any_value`, and MySQL's may be NULL where another row's is not.
        Builtin::AnyValue => Call("max"),
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

fn truncate(unit: Unit) -> &'static str {
    match unit {
        Unit::Year => "CAST(date_format({:0}, '%Y-01-01') AS DATETIME(6))",
        Unit::Quarter => {
            "CAST(concat(date_format({:0}, '%Y-'), quarter({:0}) * 3 - 2, '-01') AS DATETIME(6))"
        }
        Unit::Month => "CAST(date_format({:0}, '%Y-%m-01') AS DATETIME(6))",
        Unit::Week => "CAST(date({:0}) - INTERVAL weekday({:0}) DAY AS DATETIME(6))",
        Unit::Day => "CAST(date({:0}) AS DATETIME(6))",
        Unit::Hour => "CAST(date_format({:0}, '%Y-%m-%d %H:00:00') AS DATETIME(6))",
        Unit::Minute => "CAST(date_format({:0}, '%Y-%m-%d %H:%i:00') AS DATETIME(6))",
        Unit::Second => "CAST(date_format({:0}, '%Y-%m-%d %H:%i:%s') AS DATETIME(6))",
    }
}

fn truncate_date(unit: Unit) -> &'static str {
    match unit {
        Unit::Year => "CAST(date_format({:0}, '%Y-01-01') AS DATE)",
        Unit::Quarter => "CAST(concat(date_format({:0}, '%Y-'), quarter({:0}) * 3 - 2, '-01') AS DATE)",
        Unit::Month => "CAST(date_format({:0}, '%Y-%m-01') AS DATE)",
        Unit::Week => "CAST(date({:0}) - INTERVAL weekday({:0}) DAY AS DATE)",
        Unit::Day | Unit::Hour | Unit::Minute | Unit::Second => "CAST({:0} AS DATE)",
    }
}

/// By the key, since `JSON_TABLE` has no path to all members.
fn json_member(scalar: JsonScalar) -> &'static str {
    macro_rules! member {
        () => {
            "json_extract({:3}, concat('$.', json_quote({:2})))"
        };
    }
    // As text, `null` is four letters.
    macro_rules! unless_null {
        ($before:literal, $behind:literal) => {
            concat!(
                "CASE json_type(",
                member!(),
                ") WHEN 'NULL' THEN NULL ELSE ",
                $before,
                "json_unquote(",
                member!(),
                ")",
                $behind,
                " END"
            )
        };
    }
    match scalar {
        JsonScalar::Document => member!(),
        JsonScalar::Text => unless_null!("", ""),
        JsonScalar::Integer => unless_null!("CAST(", " AS SIGNED)"),
        JsonScalar::Float => unless_null!("CAST(", " AS DOUBLE)"),
        JsonScalar::Decimal => unless_null!("CAST(", " AS DECIMAL(65, 30))"),
        JsonScalar::Boolean => unless_null!("", " = 'true'"),
    }
}
