//! PostgreSQL.

use std::fmt::Write;

use super::{Dialect, InList};
use crate::types::ColumnType;
use crate::value::Value;

/// PostgreSQL's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Postgres;

impl Dialect for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn placeholder(&self, sql: &mut String, number: usize) {
        // Writing to a string cannot fail.
        let _ = write!(sql, "${number}");
    }

    fn type_name(&self, sql: &mut String, ty: &ColumnType) {
        sql.push_str(match ty {
            ColumnType::SmallInt => "SMALLINT",
            ColumnType::Int => "INTEGER",
            ColumnType::BigInt => "BIGINT",
            ColumnType::Double => "DOUBLE PRECISION",
            _ => "TEXT",
        });
    }

    fn supports_ilike(&self) -> bool {
        true
    }

    fn in_list(&self, _values: &[Value<'_>]) -> InList {
        InList::Array
    }
}
