//! Pieces of literals that dialects share.

use std::fmt::Write;

use super::Dialect;
use crate::expr::PathStep;
use crate::types::ColumnType;
use crate::value::Value;

/// Writes text between single quotes, each one inside doubled.
pub(super) fn quoted(sql: &mut String, text: &str) {
    sql.push('\'');
    for character in text.chars() {
        if character == '\'' {
            sql.push('\'');
        }
        sql.push(character);
    }
    sql.push('\'');
}

/// Writes bytes as `X'0aff'`.
pub(super) fn hex_string(sql: &mut String, bytes: &[u8]) {
    sql.push_str("X'");
    hex(sql, bytes);
    sql.push('\'');
}

/// Writes bytes as hexadecimal digits.
pub(super) fn hex(sql: &mut String, bytes: &[u8]) {
    for byte in bytes {
        display(sql, format_args!("{byte:02x}"));
    }
}

/// Writes anything that can be displayed.
pub(super) fn display(sql: &mut String, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(sql, "{value}");
}

/// Writes `NAME` or `NAME(digits, scale)`.
pub(super) fn decimal_type(sql: &mut String, name: &str, precision: Option<(u32, u32)>) {
    sql.push_str(name);
    if let Some((digits, scale)) = precision {
        display(sql, format_args!("({digits}, {scale})"));
    }
}

/// The text of an Internet address and prefix: at most 39 characters, a slash and three digits.
pub(super) const INET: &str = "VARCHAR(43)";

/// Writes the name of a type that is made of another one.
pub(super) fn type_of(dialect: &dyn Dialect, sql: &mut String, element: &ColumnType, suffix: &str) {
    dialect.type_name(sql, element);
    sql.push_str(suffix);
}

/// Writes `VARCHAR(n)`, as wide as the longest of the names.
pub(super) fn varchar_of(sql: &mut String, values: &[crate::Name]) {
    let longest = values.iter().map(|value| value.chars().count()).max().unwrap_or(1);
    display(sql, format_args!("VARCHAR({})", longest.max(1)));
}

/// A path within a JSON document as SQLite and MySQL read it, each key a JSON string.
pub(super) fn json_path(steps: &[PathStep]) -> Value<'static> {
    let mut path = String::from("$");
    for step in steps {
        match step {
            PathStep::Key(key) => {
                display(&mut path, format_args!(".{}", serde_json::Value::from(key.as_ref())))
            }
            PathStep::Index(index) => display(&mut path, format_args!("[{index}]")),
        }
    }
    Value::Text(path.into())
}

#[cfg(test)]
mod tests {
    use std::ops::Bound;

    use chrono::{NaiveDate, TimeDelta};
    use insta::assert_snapshot;
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use crate::dialect::{Dialect, MariaDb, MySql, Postgres, Sqlite};
    use crate::error::EncodeError;
    use crate::types::SqlRange;
    use crate::value::Value;

    fn literal(dialect: &dyn Dialect, value: &Value<'_>) -> Result<String, EncodeError> {
        let mut sql = String::new();
        dialect.write_literal(&mut sql, value).map(|()| sql)
    }

    /// One line for each value, or the reason why there is no literal.
    fn literals(dialect: &dyn Dialect) -> String {
        let date = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let at = date.and_hms_micro_opt(12, 30, 0, 5).unwrap();
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::UInt(u64::MAX),
            Value::Float(0.1),
            Value::Float(1e300),
            Value::Float(f64::NAN),
            Value::Float(f64::NEG_INFINITY),
            Value::Decimal(Decimal::new(1010, 2)),
            Value::Text("it's; --".into()),
            Value::Text(r"\' OR 1=1".into()),
            Value::Text("a\0b".into()),
            Value::Bytes([0, 0xff].as_slice().into()),
            Value::Date(date),
            Value::Date(NaiveDate::from_ymd_opt(-1, 1, 1).unwrap()),
            Value::Time(at.time()),
            Value::Timestamp(at),
            Value::TimestampTz(at.and_utc()),
            Value::Interval(TimeDelta::milliseconds(-1)),
            Value::Uuid(Uuid::from_u128(1)),
            Value::Json(r#"{"a":"'"}"#.into()),
            Value::Inet("192.0.2.1/24".parse().unwrap()),
            Value::Range(Box::new(SqlRange::from(1..5).map(Value::Int))),
            Value::Range(Box::new(SqlRange::Between {
                lower: Bound::Unbounded,
                upper: Bound::Included(Value::TimestampTz(at.and_utc())),
            })),
            Value::Range(Box::new(SqlRange::Empty)),
            Value::Array(vec![Value::Int(1), Value::Int(2)]),
            Value::Array(vec![]),
            Value::Invalid("no JSON".into()),
        ];
        let lines = values.iter().map(|value| match literal(dialect, value) {
            Ok(sql) => sql,
            Err(error) => format!("error: {error}"),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn literals_of_sqlite() {
        assert_snapshot!(literals(&Sqlite), @r#"
        NULL
        1
        -9223372036854775808
        error: SQLite cannot hold this value as it is: it is above 2^63 - 1
        0.1
        1e300
        error: SQLite cannot hold this value as it is: it would become NULL; store NULL where that is meant
        -9e999
        10.1
        'it''s; --'
        '\'' OR 1=1'
        CAST(X'610062' AS TEXT)
        X'00ff'
        '2024-02-29'
        error: SQLite cannot hold this value as it is: its year is outside 0000 to 9999, where the order of texts is that of dates
        '12:30:00.000005'
        '2024-02-29 12:30:00.000005'
        '2024-02-29 12:30:00.000005'
        -1000
        X'00000000000000000000000000000001'
        '{"a":"''"}'
        '192.0.2.1/24'
        error: SQLite cannot hold this value as it is: it has no ranges
        error: SQLite cannot hold this value as it is: it has no ranges
        error: SQLite cannot hold this value as it is: it has no ranges
        error: SQLite cannot hold this value as it is: it has no arrays
        error: SQLite cannot hold this value as it is: it has no arrays
        error: the value cannot be bound: no JSON
        "#);
    }

    #[test]
    fn literals_of_postgresql() {
        assert_snapshot!(literals(&Postgres), @r#"
        NULL
        TRUE
        -9223372036854775808
        18446744073709551615
        0.1
        1e300
        'NaN'::DOUBLE PRECISION
        '-Infinity'::DOUBLE PRECISION
        10.10
        'it''s; --'
        E'\\'' OR 1=1'
        error: PostgreSQL cannot hold this value as it is: its text holds no NUL character
        E'\\x00ff'::BYTEA
        DATE '2024-02-29'
        error: PostgreSQL cannot hold this value as it is: as a literal, a year has four digits; bind it
        TIME '12:30:00.000005'
        TIMESTAMP '2024-02-29 12:30:00.000005'
        TIMESTAMP WITH TIME ZONE '2024-02-29 12:30:00.000005+00'
        INTERVAL '-1000 microseconds'
        '00000000-0000-0000-0000-000000000001'::UUID
        '{"a":"''"}'::JSONB
        '192.0.2.1/24'::INET
        '[1,5)'
        '(,"2024-02-29 12:30:00.000005+00"]'
        'empty'
        ARRAY[1, 2]
        '{}'
        error: the value cannot be bound: no JSON
        "#);
    }

    #[test]
    fn literals_of_mariadb_are_those_of_mysql_but_for_uuids_and_backslashes() {
        let (mysql, mariadb) = (literals(&MySql), literals(&MariaDb));
        let mysql = mysql.replace("MySQL", "MariaDB");
        let different = mysql.lines().zip(mariadb.lines()).filter(|(mysql, mariadb)| mysql != mariadb);
        let different: Vec<_> = different.map(|(_, mariadb)| mariadb).collect();
        assert_eq!(
            different,
            [
                "convert(X'5c27204f5220313d31' USING utf8mb4)",
                "convert(X'610062' USING utf8mb4)",
                "'00000000-0000-0000-0000-000000000001'",
            ]
        );
    }

    #[test]
    fn literals_of_mysql() {
        assert_snapshot!(literals(&MySql), @r#"
        NULL
        TRUE
        -9223372036854775808
        18446744073709551615
        0.1
        1e300
        error: MySQL cannot hold this value as it is: it has neither NaN nor infinity
        error: MySQL cannot hold this value as it is: it has neither NaN nor infinity
        10.10
        'it''s; --'
        _utf8mb4 X'5c27204f5220313d31'
        _utf8mb4 X'610062'
        X'00ff'
        DATE '2024-02-29'
        error: MySQL cannot hold this value as it is: a year has four digits
        TIME '12:30:00.000005'
        TIMESTAMP '2024-02-29 12:30:00.000005'
        TIMESTAMP '2024-02-29 12:30:00.000005'
        -1000
        X'00000000000000000000000000000001'
        '{"a":"''"}'
        '192.0.2.1/24'
        error: MySQL cannot hold this value as it is: it has no ranges
        error: MySQL cannot hold this value as it is: it has no ranges
        error: MySQL cannot hold this value as it is: it has no ranges
        error: MySQL cannot hold this value as it is: it has no arrays
        error: MySQL cannot hold this value as it is: it has no arrays
        error: the value cannot be bound: no JSON
        "#);
    }
}
