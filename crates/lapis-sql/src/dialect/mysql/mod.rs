//! MySQL.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use super::literal::{decimal_type, display, hex_string, quoted, varchar_of};
use super::{AutoIncrementSyntax, CommentSyntax, Dialect, NullSafeEquality};
use crate::Name;
use crate::error::EncodeError;
use crate::schema::ReferentialAction;
use crate::types::{ColumnType, EnumType, write_date, write_time, write_timestamp};
use crate::value::Value;

/// MySQL's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct MySql;

impl Dialect for MySql {
    fn name(&self) -> &'static str {
        "MySQL"
    }

    fn returns_last_insert_id(&self) -> bool {
        true
    }

    fn identifier_quote(&self) -> char {
        '`'
    }

    fn placeholder(&self, sql: &mut String, _number: usize) {
        sql.push('?');
    }

    /// An instant is a `DATETIME` in UTC, since a `TIMESTAMP` ends in 2038.
    fn type_name(&self, sql: &mut String, ty: &ColumnType) {
        sql.push_str(match ty {
            ColumnType::SmallInt => "SMALLINT",
            ColumnType::Int => "INTEGER",
            ColumnType::BigInt | ColumnType::Interval => "BIGINT",
            ColumnType::Float => "FLOAT",
            ColumnType::Double => "DOUBLE",
            // The widest there is; without a precision it would be of whole numbers.
            ColumnType::Decimal { precision } => {
                return decimal_type(sql, "DECIMAL", Some(precision.unwrap_or((65, 30))));
            }
            ColumnType::String(length) => return display(sql, format_args!("VARCHAR({length})")),
            ColumnType::Text => "LONGTEXT",
            ColumnType::Bytes => "LONGBLOB",
            ColumnType::Bool => "BOOLEAN",
            ColumnType::Date => "DATE",
            ColumnType::Time => "TIME(6)",
            ColumnType::Timestamp | ColumnType::TimestampTz => "DATETIME(6)",
            ColumnType::Uuid => "BINARY(16)",
            ColumnType::Json => "JSON",
            ColumnType::Enum(names) if names.native => return write_enum(sql, &names.values),
            ColumnType::Enum(names) => return varchar_of(sql, &names.values),
            ColumnType::Custom(name) => name,
        });
    }

    fn supports_insert_returning(&self) -> bool {
        false
    }

    fn supports_update_returning(&self) -> bool {
        false
    }

    fn supports_delete_returning(&self) -> bool {
        false
    }

    fn default_values(&self) -> &'static str {
        "() VALUES ()"
    }

    /// The largest number of rows, as the manual has it.
    fn limit_of_all_rows(&self) -> Option<&'static str> {
        Some("18446744073709551615")
    }

    fn supports_full_join(&self) -> bool {
        false
    }

    fn supports_nulls_order(&self) -> bool {
        false
    }

    fn concat_function(&self) -> Option<&'static str> {
        Some("concat")
    }

    fn null_safe_equality(&self) -> NullSafeEquality {
        NullSafeEquality::Spaceship
    }

    fn integer_division(&self) -> &'static str {
        "DIV"
    }

    /// `length` counts bytes here.
    fn function_name<'n>(&self, name: &'n str) -> &'n str {
        match name {
            "length" => "char_length",
            "random" => "rand",
            other => other,
        }
    }

    /// In UTC whatever the session's time zone, and as precise as the columns.
    fn now(&self, sql: &mut String) {
        sql.push_str("utc_timestamp(6)");
    }

    /// CAST has type names of its own.
    fn cast_type_name(&self, sql: &mut String, ty: &ColumnType) {
        sql.push_str(match ty {
            ColumnType::SmallInt | ColumnType::Int | ColumnType::BigInt | ColumnType::Bool => "SIGNED",
            ColumnType::Float => "FLOAT",
            ColumnType::Double => "DOUBLE",
            // Without a precision it would cut the fraction off.
            ColumnType::Decimal { precision: None } => "DECIMAL(65, 30)",
            ColumnType::Decimal { precision: Some((digits, scale)) } => {
                // Writing to a string cannot fail.
                let _ = write!(sql, "DECIMAL({digits}, {scale})");
                return;
            }
            ColumnType::Bytes => "BINARY",
            ColumnType::Date => "DATE",
            ColumnType::Time | ColumnType::Interval => "TIME(6)",
            ColumnType::Timestamp | ColumnType::TimestampTz => "DATETIME(6)",
            ColumnType::Json => "JSON",
            ColumnType::Custom(name) => name,
            _ => "CHAR",
        });
    }

    // Literals and schema.

    fn write_literal(&self, sql: &mut String, value: &Value<'_>) -> Result<(), EncodeError> {
        match value {
            Value::Null => sql.push_str("NULL"),
            Value::Bool(value) => sql.push_str(self.boolean(*value)),
            Value::Int(value) => display(sql, value),
            Value::UInt(value) => display(sql, value),
            Value::Float(value) if value.is_finite() => display(sql, format_args!("{value:?}")),
            Value::Float(value) => return Err(refuse(value, "it has neither NaN nor infinity")),
            Value::Decimal(value) => display(sql, value),
            Value::Text(text) | Value::Json(text) => write_text(sql, text),
            Value::Bytes(bytes) => hex_string(sql, bytes),
            Value::Date(date) => {
                check_year(*date)?;
                sql.push_str("DATE '");
                write_date(sql, *date);
                sql.push('\'');
            }
            Value::Time(time) => {
                sql.push_str("TIME '");
                write_time(sql, *time);
                sql.push('\'');
            }
            Value::Timestamp(at) => {
                check_year(at.date())?;
                sql.push_str("TIMESTAMP '");
                write_timestamp(sql, *at);
                sql.push('\'');
            }
            Value::TimestampTz(at) => {
                check_year(at.date_naive())?;
                sql.push_str("TIMESTAMP '");
                write_timestamp(sql, at.naive_utc());
                sql.push('\'');
            }
            Value::Interval(span) => display(
                sql,
                span.num_microseconds().ok_or_else(|| refuse(span, "its microseconds exceed 64 bits"))?,
            ),
            Value::Uuid(uuid) => hex_string(sql, uuid.as_bytes()),
            Value::Array(_) => return Err(refuse(&"[…]", "it has no arrays")),
            Value::Invalid(reason) => return Err(EncodeError::Invalid(reason.to_string())),
        }
        Ok(())
    }

    fn max_identifier_length(&self) -> usize {
        64
    }

    fn autoincrement(&self) -> AutoIncrementSyntax {
        AutoIncrementSyntax::Keyword
    }

    fn default_needs_parentheses(&self, ty: &ColumnType) -> bool {
        matches!(ty, ColumnType::Text | ColumnType::Bytes | ColumnType::Json)
    }

    fn enum_needs_check(&self, ty: &EnumType) -> bool {
        !ty.native
    }

    fn comments(&self) -> CommentSyntax {
        CommentSyntax::Inline
    }

    /// InnoDB reads `SET DEFAULT` and refuses it.
    fn supports_referential_action(&self, action: ReferentialAction) -> bool {
        action != ReferentialAction::SetDefault
    }

    fn references_before_creation(&self) -> bool {
        true
    }

    fn suspend_foreign_keys(&self) -> Option<(&'static str, &'static str)> {
        Some(("SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1"))
    }

    fn indexes_in_table(&self) -> bool {
        true
    }

    fn supports_partial_indexes(&self) -> bool {
        false
    }

    fn table_options(&self) -> &'static str {
        " DEFAULT CHARACTER SET utf8mb4"
    }
}

/// Whether a backslash escapes depends on the session's `sql_mode`; as hexadecimal digits, text with one is the
/// same in each.
fn write_text(sql: &mut String, text: &str) {
    if text.contains(['\\', '\0']) {
        sql.push_str("_utf8mb4 ");
        hex_string(sql, text.as_bytes());
    } else {
        quoted(sql, text);
    }
}

/// No character set can be named here, so that text with a backslash is digits alone.
fn write_enum(sql: &mut String, values: &[Name]) {
    sql.push_str("ENUM(");
    for (position, name) in values.iter().enumerate() {
        sql.push_str(if position > 0 { ", " } else { "" });
        if name.contains(['\\', '\0']) {
            hex_string(sql, name.as_bytes());
        } else {
            quoted(sql, name);
        }
    }
    sql.push(')');
}

fn check_year(date: NaiveDate) -> Result<(), EncodeError> {
    if (0..=9999).contains(&date.year()) { Ok(()) } else { Err(refuse(&date, "a year has four digits")) }
}

fn refuse(value: &impl std::fmt::Display, reason: &'static str) -> EncodeError {
    EncodeError::Unrepresentable { database: "MySQL", value: value.to_string(), reason }
}
