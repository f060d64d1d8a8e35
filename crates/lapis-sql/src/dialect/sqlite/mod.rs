//! SQLite.

mod builtin;
mod storage;

pub use storage::SqliteValue;

use super::literal::{INET, decimal_type, display, hex_string, quoted, type_of, varchar_of};
use super::{
    AutoIncrementSyntax, BulkInsert, Dialect, Explain, FullTextSyntax, InList, JoinedWrites, JsonTables,
    NullSafeEquality, Spelling, StringAggregate, TableFunctions, UpsertSyntax, ddl,
};
use crate::error::{CompileError, EncodeError};
use crate::expr::{Builtin, TableName};
use crate::statement::SetOperator;
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

    fn explain(&self) -> Option<Explain> {
        Some(Explain::SQLITE)
    }

    fn returns_last_insert_id(&self) -> bool {
        true
    }

    fn placeholder(&self, sql: &mut String, _number: usize) {
        sql.push('?');
    }

    /// The name decides the column's affinity: what its values are turned into where that loses nothing. Where
    /// the telling name alone would give the wrong one, the storage class stands behind it: `JSON` by itself
    /// would turn the document `1.0` into the integer 1.
    fn type_name(&self, sql: &mut String, ty: &ColumnType) {
        sql.push_str(match ty {
            ColumnType::TinyInt | ColumnType::UnsignedTinyInt | ColumnType::SmallInt => "SMALLINT",
            ColumnType::UnsignedSmallInt | ColumnType::Int => "INTEGER",
            ColumnType::UnsignedInt | ColumnType::BigInt | ColumnType::UnsignedBigInt => "BIGINT",
            ColumnType::Float => "REAL",
            ColumnType::Double => "DOUBLE",
            ColumnType::Decimal { precision } => return decimal_type(sql, "DECIMAL", *precision),
            ColumnType::String(length) => return display(sql, format_args!("VARCHAR({length})")),
            ColumnType::Text => "TEXT",
            ColumnType::Bytes => "BLOB",
            ColumnType::Bool => "BOOLEAN",
            ColumnType::Date => "DATE",
            ColumnType::Time => "TIME",
            ColumnType::Timestamp => "DATETIME",
            ColumnType::TimestampTz => "TIMESTAMP",
            ColumnType::Interval => "INTERVAL",
            ColumnType::Uuid => "UUID BLOB",
            ColumnType::Json => "JSON TEXT",
            ColumnType::Inet | ColumnType::Cidr => INET,
            // No statement is let through with these.
            ColumnType::Range(range) => return type_of(self, sql, &range.element(), " RANGE"),
            ColumnType::Array(element) => return type_of(self, sql, element, " ARRAY"),
            ColumnType::Enum(names) => return varchar_of(sql, &names.values),
            ColumnType::Custom(name) => name,
        });
    }

    /// The parser's ambiguity is described in "UPSERT", section 2.2, of SQLite's documentation.
    fn upsert(&self) -> UpsertSyntax {
        UpsertSyntax::OnConflict {
            by_constraint: false,
            update_needs_target: false,
            select_needs_where: true,
        }
    }

    fn bulk_insert(&self) -> BulkInsert {
        BulkInsert::RowByRow
    }

    fn supports_quantified_subqueries(&self) -> bool {
        false
    }

    fn table_functions(&self) -> TableFunctions {
        TableFunctions::Plain
    }

    fn json_tables(&self) -> JsonTables {
        JsonTables::Each
    }

    fn joined_writes(&self) -> JoinedWrites {
        JoinedWrites::FromAndExists
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

    /// A whole decimal is stored as an integer, which `/` alone would divide as one.
    fn division(&self) -> &'static str {
        "* 1.0 /"
    }

    /// `string_agg` is another name of it, since SQLite 3.44.
    fn string_aggregate(&self) -> StringAggregate {
        StringAggregate::GroupConcat
    }

    fn null_safe_equality(&self) -> NullSafeEquality {
        NullSafeEquality::Is
    }

    fn full_text(&self) -> FullTextSyntax {
        FullTextSyntax::Fts5
    }

    fn spelling(&self, builtin: Builtin) -> Spelling {
        builtin::spelling(builtin)
    }

    /// The same text that instants are stored as. SQLite's clock has milliseconds.
    fn now(&self, sql: &mut String) {
        sql.push_str("strftime('%Y-%m-%d %H:%M:%f000', 'now')");
    }

    /// Dates and instants are text, which CAST leaves as it is: an instant is cut to its date, and a date or an instant
    /// without a fraction is completed.
    fn cast(&self, to: &ColumnType) -> Option<&'static str> {
        match to {
            ColumnType::Date => Some("substr({:0}, 1, 10)"),
            ColumnType::Timestamp | ColumnType::TimestampTz => {
                Some("({0} || substr(' 00:00:00.000000', length({:0}) - 9))")
            }
            _ => None,
        }
    }

    /// The name decides the affinity, and nothing else; a date is stored as text, which `NUMERIC` would cut to
    /// its year.
    fn cast_type_name(&self, sql: &mut String, ty: &ColumnType) {
        sql.push_str(match ty {
            integer if integer.is_integer() => "INTEGER",
            ColumnType::Bool => "INTEGER",
            ColumnType::Float | ColumnType::Double => "REAL",
            ColumnType::Interval => "INTEGER",
            ColumnType::Decimal { .. } => "NUMERIC",
            ColumnType::Bytes | ColumnType::Uuid => "BLOB",
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

    // Literals and schema.

    fn write_literal(&self, sql: &mut String, value: &Value<'_>) -> Result<(), EncodeError> {
        match SqliteValue::of(value)? {
            SqliteValue::Null => sql.push_str("NULL"),
            SqliteValue::Integer(value) => display(sql, value),
            // Beyond the largest double, which SQLite reads as infinity.
            SqliteValue::Real(value) if value.is_infinite() => {
                sql.push_str(if value > 0.0 { "9e999" } else { "-9e999" });
            }
            SqliteValue::Real(value) => display(sql, format_args!("{value:?}")),
            // A NUL would end the statement.
            SqliteValue::Text(text) if text.contains('\0') => {
                sql.push_str("CAST(");
                hex_string(sql, text.as_bytes());
                sql.push_str(" AS TEXT)");
            }
            SqliteValue::Text(text) => quoted(sql, &text),
            SqliteValue::Blob(bytes) => hex_string(sql, &bytes),
        }
        Ok(())
    }

    fn autoincrement(&self) -> AutoIncrementSyntax {
        AutoIncrementSyntax::RowId
    }

    /// The next number is one more than the larger of the greatest in the table and the one kept in
    /// `sqlite_sequence`, which forgets it when the table is dropped.
    fn start_numbering(&self, table: &TableName, start: i64) -> Result<Option<String>, CompileError> {
        let mut kept = String::new();
        if let Some(schema) = &table.schema {
            ddl::quote(self, &mut kept, schema)?;
            kept.push('.');
        }
        kept.push_str("sqlite_sequence");
        let mut name = String::new();
        self.write_literal(&mut name, &Value::Text(table.name.as_ref().into()))?;
        let last = start - 1;
        Ok(Some(format!(
            "INSERT INTO {kept} (name, seq) SELECT {name}, {last} \
             WHERE NOT EXISTS (SELECT 1 FROM {kept} WHERE name = {name})"
        )))
    }

    /// To SQLite, a type's length is a remark.
    fn enforces_length(&self) -> bool {
        false
    }

    fn supports_set_operator(&self, operator: SetOperator) -> bool {
        !matches!(operator, SetOperator::IntersectAll | SetOperator::ExceptAll)
    }

    fn parenthesizes_set_operands(&self) -> bool {
        false
    }

    fn supports_uuid(&self) -> bool {
        false
    }

    fn references_across_schemas(&self) -> bool {
        false
    }

    fn references_before_creation(&self) -> bool {
        true
    }

    /// DROP TABLE deletes the rows first, which rows of the other tables may refer to; within a transaction
    /// this puts the check off to its end.
    fn suspend_foreign_keys(&self) -> Option<(&'static str, &'static str)> {
        Some(("PRAGMA defer_foreign_keys = ON", "PRAGMA defer_foreign_keys = OFF"))
    }

    fn qualifies_index_name(&self) -> bool {
        true
    }
}
