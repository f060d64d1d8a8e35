//! PostgreSQL.

mod builtin;
mod literal;

use std::fmt::Write;
use std::ops::Bound;

use super::literal::{decimal_type, display, type_of, varchar_of};
use super::{
    AdvisoryLocks, AutoIncrementSyntax, BulkInsert, CommentSyntax, Dialect, Explain, FullTextSyntax,
    GroupingSyntax, InList, JsonTables, ParameterPlace, RowLocks, Spelling, TableFunctions, TwoPhase,
    UpsertSyntax, ValuesSyntax, WithSyntax, ddl,
};
use crate::error::{CompileError, EncodeError};
use crate::expr::{Builtin, PathStep};
use crate::types::{ColumnType, EnumType, RangeType, SqlRange};
use crate::value::Value;

/// PostgreSQL's dialect.
#[derive(Debug, Clone, Copy, Default)]
pub struct Postgres;

impl Dialect for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn nulls_are_largest(&self) -> bool {
        true
    }

    fn placeholder(&self, sql: &mut String, number: usize) {
        // Writing to a string cannot fail.
        let _ = write!(sql, "${number}");
    }

    fn numbers_parameters(&self) -> bool {
        true
    }

    fn type_name(&self, sql: &mut String, ty: &ColumnType) {
        sql.push_str(match ty {
            ColumnType::TinyInt | ColumnType::UnsignedTinyInt | ColumnType::SmallInt => "SMALLINT",
            ColumnType::UnsignedSmallInt | ColumnType::Int => "INTEGER",
            ColumnType::UnsignedInt | ColumnType::BigInt | ColumnType::UnsignedBigInt => "BIGINT",
            ColumnType::Float => "REAL",
            ColumnType::Double => "DOUBLE PRECISION",
            ColumnType::Decimal { precision } => return decimal_type(sql, "NUMERIC", *precision),
            ColumnType::String(length) => return display(sql, format_args!("VARCHAR({length})")),
            ColumnType::Text => "TEXT",
            ColumnType::Bytes => "BYTEA",
            ColumnType::Bool => "BOOLEAN",
            ColumnType::Date => "DATE",
            ColumnType::Time => "TIME",
            ColumnType::Timestamp => "TIMESTAMP",
            ColumnType::TimestampTz => "TIMESTAMP WITH TIME ZONE",
            ColumnType::Interval => "INTERVAL",
            ColumnType::Uuid => "UUID",
            // `JSON` has no equality.
            ColumnType::Json => "JSONB",
            ColumnType::Inet => "INET",
            ColumnType::Cidr => "CIDR",
            ColumnType::Range(RangeType::Int) => "INT4RANGE",
            ColumnType::Range(RangeType::BigInt) => "INT8RANGE",
            ColumnType::Range(RangeType::Decimal) => "NUMRANGE",
            ColumnType::Range(RangeType::Date) => "DATERANGE",
            ColumnType::Range(RangeType::Timestamp) => "TSRANGE",
            ColumnType::Range(RangeType::TimestampTz) => "TSTZRANGE",
            ColumnType::Array(element) => return type_of(self, sql, element, "[]"),
            ColumnType::Enum(names) if names.native => return ddl::quote_lossy(self, sql, &names.name),
            ColumnType::Enum(names) => return varchar_of(sql, &names.values),
            ColumnType::Custom(name) => name,
        });
    }

    fn upsert(&self) -> UpsertSyntax {
        UpsertSyntax::OnConflict {
            by_constraint: true,
            update_needs_target: true,
            select_needs_where: false,
        }
    }

    fn explain(&self) -> Option<Explain> {
        Some(Explain::POSTGRES)
    }

    fn row_locks(&self) -> Option<RowLocks> {
        Some(RowLocks { share: " FOR SHARE", of: true, key_locks: true })
    }

    fn bulk_insert(&self) -> BulkInsert {
        BulkInsert::Unnest
    }

    /// Without lengths and precisions: a cast would cut off, in silence, what the column refuses.
    fn array_of(&self, sql: &mut String, ty: &ColumnType) -> bool {
        match ty {
            ColumnType::String(_) => sql.push_str("TEXT"),
            ColumnType::Decimal { .. } => sql.push_str("NUMERIC"),
            ColumnType::Enum(names) if !names.native => sql.push_str("TEXT"),
            // UNNEST would take arrays apart, and what is written as it stands may have a length, or be one.
            ColumnType::Array(_) | ColumnType::Custom(_) => return false,
            ty => self.type_name(sql, ty),
        }
        sql.push_str("[]");
        true
    }

    fn supports_deferrable_transactions(&self) -> bool {
        true
    }

    fn advisory_locks(&self) -> Option<AdvisoryLocks> {
        Some(AdvisoryLocks::POSTGRES)
    }

    fn two_phase(&self) -> Option<TwoPhase> {
        Some(TwoPhase::POSTGRES)
    }

    fn values_syntax(&self) -> ValuesSyntax {
        ValuesSyntax::NamedBehind { row: "" }
    }

    fn grouping_syntax(&self) -> GroupingSyntax {
        GroupingSyntax::GroupingSets
    }

    fn table_functions(&self) -> TableFunctions {
        TableFunctions::Named
    }

    fn supports_generate_series(&self) -> bool {
        true
    }

    fn json_tables(&self) -> JsonTables {
        JsonTables::Functions
    }

    fn with_syntax(&self) -> WithSyntax {
        WithSyntax { before_insert: true, before_update: true, of_writes: true }
    }

    fn supports_distinct_on(&self) -> bool {
        true
    }

    fn supports_lateral(&self) -> bool {
        true
    }

    /// An array of texts, in which an index is text too.
    fn json_path(&self, steps: &[PathStep]) -> Value<'static> {
        let step = |step: &PathStep| match step {
            PathStep::Key(key) => Value::Text(key.clone()),
            PathStep::Index(index) => Value::Text(index.to_string().into()),
        };
        Value::Array(steps.iter().map(step).collect())
    }

    fn supports_within_group(&self) -> bool {
        true
    }

    fn full_text(&self) -> FullTextSyntax {
        FullTextSyntax::TsVector
    }

    /// That of `BIGINT` (PostgreSQL 15, 9.21).
    fn sums_are_decimals(&self) -> bool {
        true
    }

    fn spelling(&self, builtin: Builtin) -> Spelling {
        builtin::spelling(builtin)
    }

    fn supports_ilike(&self) -> bool {
        true
    }

    /// Without a type, `$1 + $2` is ambiguous, and `sum(CASE … THEN $1 ELSE $2 END)` a sum of texts. Functions take
    /// `INTEGER` more often than `BIGINT`, and the one becomes the other where it has to.
    fn type_parameter(&self, sql: &mut String, value: &Value<'_>, place: ParameterPlace) {
        let ty = match value {
            Value::Bool(_) => "::BOOLEAN",
            Value::Int(value)
                if matches!(place, ParameterPlace::Argument | ParameterPlace::AnyType)
                    && i32::try_from(*value).is_ok() =>
            {
                "::INTEGER"
            }
            Value::Int(_) => "::BIGINT",
            Value::UInt(value) if i64::try_from(*value).is_ok() => "::BIGINT",
            Value::UInt(_) | Value::Decimal(_) => "::NUMERIC",
            Value::Float(_) => "::DOUBLE PRECISION",
            // In a select list it is text in any case, or what the INSERT around wants.
            Value::Text(_) if place == ParameterPlace::Item => "",
            Value::Text(_) => "::TEXT",
            Value::Bytes(_) => "::BYTEA",
            Value::Date(_) => "::DATE",
            Value::Time(_) => "::TIME",
            Value::Timestamp(_) => "::TIMESTAMP",
            Value::TimestampTz(_) => "::TIMESTAMPTZ",
            Value::Interval(_) => "::INTERVAL",
            Value::Uuid(_) => "::UUID",
            Value::Json(_) => "::JSONB",
            Value::Inet(_) => "::INET",
            Value::Range(range) => range_type(range),
            Value::Array(values) => {
                let Some(element) = values.iter().find(|value| !value.is_null()) else { return };
                let start = sql.len();
                self.type_parameter(sql, element, ParameterPlace::Operand);
                if sql.len() > start { "[]" } else { "" }
            }
            Value::Null if place == ParameterPlace::AnyType => "::TEXT",
            Value::Null | Value::Invalid(_) => "",
        };
        sql.push_str(ty);
    }

    /// Those declared with `"any"` (PostgreSQL 18, tables 9.9, 9.10 and 9.49), and those over windows that give what they
    /// take (table 9.67).
    fn takes_any_type(&self, function: &str) -> bool {
        [
            "concat",
            "concat_ws",
            "format",
            "lag",
            "lead",
            "first_value",
            "last_value",
            "nth_value",
            "json_build_object",
            "jsonb_build_object",
            "json_build_array",
            "jsonb_build_array",
        ]
        .iter()
        .any(|name| function.eq_ignore_ascii_case(name))
    }

    /// An array of arrays would be one of several dimensions.
    fn in_list(&self, values: &[Value<'_>]) -> InList {
        let nested = |value: &Value<'_>| matches!(value, Value::Array(_) | Value::Range(_));
        if values.iter().any(nested) { InList::Placeholders } else { InList::Array }
    }

    // Literals and schema.

    fn write_literal(&self, sql: &mut String, value: &Value<'_>) -> Result<(), EncodeError> {
        literal::write(sql, value)
    }

    fn autoincrement(&self) -> AutoIncrementSyntax {
        AutoIncrementSyntax::Identity
    }

    fn supports_sequences(&self) -> bool {
        true
    }

    fn next_number(&self, sql: &mut String, sequence: &str) -> Result<(), CompileError> {
        sql.push_str("nextval(");
        literal::write_text(sql, sequence)?;
        sql.push(')');
        Ok(())
    }

    /// PostgreSQL has them since version 18 alone.
    fn supports_virtual_columns(&self) -> bool {
        false
    }

    fn supports_arrays(&self) -> bool {
        true
    }

    fn enum_needs_check(&self, ty: &EnumType) -> bool {
        !ty.native
    }

    fn create_enum(&self, ty: &EnumType, if_not_exists: bool) -> Result<Option<String>, CompileError> {
        let mut sql = String::from("CREATE TYPE ");
        ddl::quote(self, &mut sql, &ty.name)?;
        sql.push_str(" AS ENUM (");
        for (position, name) in ty.values.iter().enumerate() {
            sql.push_str(if position > 0 { ", " } else { "" });
            literal::write_text(&mut sql, name)?;
        }
        sql.push(')');
        Ok(Some(if if_not_exists { self.unless_exists(sql) } else { sql }))
    }

    fn drop_enum(&self, ty: &EnumType, if_exists: bool) -> Result<Option<String>, CompileError> {
        let mut sql = String::from(if if_exists { "DROP TYPE IF EXISTS " } else { "DROP TYPE " });
        ddl::quote(self, &mut sql, &ty.name)?;
        Ok(Some(sql))
    }

    fn comments(&self) -> CommentSyntax {
        CommentSyntax::Statement
    }

    fn unless_exists(&self, statement: String) -> String {
        let mut tag = String::from("$lapis$");
        while statement.contains(&tag) {
            tag.insert(tag.len() - 1, '_');
        }
        format!("DO {tag} BEGIN {statement}; EXCEPTION WHEN duplicate_object THEN NULL; END {tag}")
    }
}

/// The type of a range that has a bound.
fn range_type(range: &SqlRange<Value<'_>>) -> &'static str {
    let bound = range.bounds().and_then(|bounds| match bounds {
        (Bound::Included(value) | Bound::Excluded(value), _) => Some(value),
        (_, Bound::Included(value) | Bound::Excluded(value)) => Some(value),
        _ => None,
    });
    match bound {
        Some(Value::Int(_)) => "::INT8RANGE",
        Some(Value::Decimal(_)) => "::NUMRANGE",
        Some(Value::Date(_)) => "::DATERANGE",
        Some(Value::Timestamp(_)) => "::TSRANGE",
        Some(Value::TimestampTz(_)) => "::TSTZRANGE",
        _ => "",
    }
}
