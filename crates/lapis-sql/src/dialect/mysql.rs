//! MySQL.

use std::fmt::Write;

use super::{Dialect, NullSafeEquality};
use crate::types::ColumnType;

/// MySQL's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct MySql;

impl Dialect for MySql {
    fn name(&self) -> &'static str {
        "MySQL"
    }

    fn identifier_quote(&self) -> char {
        '`'
    }

    fn placeholder(&self, sql: &mut String, _number: usize) {
        sql.push('?');
    }

    fn type_name(&self, sql: &mut String, ty: &ColumnType) {
        self.cast_type_name(sql, ty);
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

    /// Columns hold microseconds, and a default has to be as precise as its column.
    fn now(&self, sql: &mut String) {
        sql.push_str("CURRENT_TIMESTAMP(6)");
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
}
