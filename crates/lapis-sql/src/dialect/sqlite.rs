//! SQLite.

use super::{Dialect, InList, NullSafeEquality};
use crate::types::ColumnType;
use crate::value::Value;

/// SQLite's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sqlite;

/// Up to here a list is as fast as one placeholder a value, and no JSON has to be made and read.
const SHORT_LIST: usize = 8;

impl Dialect for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn placeholder(&self, sql: &mut String, _number: usize) {
        sql.push('?');
    }

    fn type_name(&self, sql: &mut String, ty: &ColumnType) {
        self.cast_type_name(sql, ty);
    }

    fn supports_default_value(&self) -> bool {
        false
    }

    fn limit_of_all_rows(&self) -> Option<&'static str> {
        Some("-1")
    }

    /// `SQLITE_MAX_VARIABLE_NUMBER` since SQLite 3.32.
    fn max_parameters(&self) -> usize {
        32_766
    }

    fn null_safe_equality(&self) -> NullSafeEquality {
        NullSafeEquality::Is
    }

    /// The name decides the affinity, and nothing else; a date is stored as text, which `NUMERIC` would cut to
    /// its year.
    fn cast_type_name(&self, sql: &mut String, ty: &ColumnType) {
        sql.push_str(match ty {
            ColumnType::SmallInt | ColumnType::Int | ColumnType::BigInt | ColumnType::Bool => "INTEGER",
            ColumnType::Float | ColumnType::Double => "REAL",
            ColumnType::Decimal { .. } => "NUMERIC",
            ColumnType::Bytes => "BLOB",
            ColumnType::Custom(name) => name,
            _ => "TEXT",
        });
    }

    fn in_list(&self, values: &[Value<'_>]) -> InList {
        let fits_json = |value: &Value<'_>| match value {
            Value::Int(_) => true,
            // A NUL ends the text that SQLite reads from JSON.
            Value::Text(text) => !text.contains('\0'),
            _ => false,
        };
        if values.len() > SHORT_LIST && values.iter().all(fits_json) {
            InList::JsonEach
        } else {
            InList::Placeholders
        }
    }

    fn row_list_needs_values(&self) -> bool {
        true
    }
}
