//! The dialect that statements are shown in: standard SQL with what any of the databases has besides. No database
//! is ever sent it.

use std::fmt::Display;
use std::ops::Bound;

use crate::dialect::{
    AutoIncrementSyntax, Dialect, FullTextSyntax, Postgres, RowLocks, Spelling, UpsertSyntax,
};
use crate::error::EncodeError;
use crate::expr::{Builtin, PathStep};
use crate::types::{ColumnType, write_date, write_time, write_timestamp};
use crate::value::Value;

/// How much of a long value is shown: characters of text, bytes, elements of an array.
const TEXT: usize = 60;
const BYTES: usize = 16;
const ELEMENTS: usize = 20;

#[derive(Debug)]
pub(super) struct Neutral;

impl Dialect for Neutral {
    fn name(&self) -> &'static str {
        "SQL"
    }

    fn placeholder(&self, sql: &mut String, _number: usize) {
        sql.push('?');
    }

    fn type_name(&self, sql: &mut String, ty: &ColumnType) {
        Postgres.type_name(sql, ty);
    }

    fn full_text(&self) -> FullTextSyntax {
        FullTextSyntax::TsVector
    }

    fn spelling(&self, builtin: Builtin) -> Spelling {
        Postgres.spelling(builtin)
    }

    fn json_path(&self, steps: &[PathStep]) -> Value<'static> {
        Postgres.json_path(steps)
    }

    fn upsert(&self) -> UpsertSyntax {
        UpsertSyntax::OnConflict {
            by_constraint: true,
            update_needs_target: false,
            select_needs_where: false,
        }
    }

    fn row_locks(&self) -> Option<RowLocks> {
        Postgres.row_locks()
    }

    fn supports_within_group(&self) -> bool {
        true
    }

    fn supports_lateral(&self) -> bool {
        true
    }

    fn supports_ilike(&self) -> bool {
        true
    }

    fn supports_arrays(&self) -> bool {
        true
    }

    fn supports_sequences(&self) -> bool {
        true
    }

    fn max_parameters(&self) -> usize {
        usize::MAX
    }

    fn autoincrement(&self) -> AutoIncrementSyntax {
        AutoIncrementSyntax::Identity
    }

    fn write_literal(&self, sql: &mut String, value: &Value<'_>) -> Result<(), EncodeError> {
        match value {
            Value::Null => sql.push_str("NULL"),
            Value::Bool(value) => sql.push_str(self.boolean(*value)),
            Value::Int(value) => show(sql, value),
            Value::UInt(value) => show(sql, value),
            Value::Float(value) => show(sql, format_args!("{value:?}")),
            Value::Decimal(value) => show(sql, value),
            Value::Text(text) | Value::Json(text) => write_text(sql, text),
            Value::Bytes(bytes) => {
                sql.push_str("X'");
                for byte in bytes.iter().take(BYTES) {
                    show(sql, format_args!("{byte:02x}"));
                }
                sql.push_str(if bytes.len() > BYTES { "…'" } else { "'" });
            }
            Value::Date(date) => within(sql, "DATE '", |sql| write_date(sql, *date)),
            Value::Time(time) => within(sql, "TIME '", |sql| write_time(sql, *time)),
            Value::Timestamp(at) => within(sql, "TIMESTAMP '", |sql| write_timestamp(sql, *at)),
            Value::TimestampTz(at) => within(sql, "TIMESTAMP '", |sql| {
                write_timestamp(sql, at.naive_utc());
                sql.push_str("+00");
            }),
            Value::Interval(span) => within(sql, "INTERVAL '", |sql| show(sql, span)),
            Value::Uuid(uuid) => within(sql, "'", |sql| show(sql, uuid)),
            Value::Inet(inet) => within(sql, "'", |sql| show(sql, inet)),
            Value::Range(range) => match range.bounds() {
                None => sql.push_str("'empty'"),
                Some((lower, upper)) => {
                    let (lower, upper) = (bound(self, lower, ['[', '('])?, bound(self, upper, [']', ')'])?);
                    within(sql, "'", |sql| {
                        show(sql, format_args!("{}{},{}{}", lower.1, lower.0, upper.0, upper.1))
                    });
                }
            },
            Value::Array(values) => {
                sql.push_str("ARRAY[");
                for (position, value) in values.iter().take(ELEMENTS).enumerate() {
                    sql.push_str(if position > 0 { ", " } else { "" });
                    self.write_literal(sql, value)?;
                }
                sql.push_str(if values.len() > ELEMENTS { ", …]" } else { "]" });
            }
            Value::Invalid(reason) => return Err(EncodeError::Invalid(reason.to_string())),
        }
        Ok(())
    }
}

fn show(sql: &mut String, value: impl Display) {
    sql.push_str(&value.to_string());
}

fn within(sql: &mut String, before: &str, write: impl FnOnce(&mut String)) {
    sql.push_str(before);
    write(sql);
    sql.push('\'');
}

/// Text between quotes, its end cut off if it is long.
fn write_text(sql: &mut String, text: &str) {
    let end = text.char_indices().nth(TEXT).map_or(text.len(), |(end, _)| end);
    within(sql, "'", |sql| sql.push_str(&text[..end].replace('\'', "''")));
    if end < text.len() {
        sql.pop();
        sql.push_str("…'");
    }
}

/// A bound's value and the bracket beside it.
fn bound(
    dialect: &Neutral,
    bound: Bound<&Value<'_>>,
    [closed, open]: [char; 2],
) -> Result<(String, char), EncodeError> {
    let (value, bracket) = match bound {
        Bound::Included(value) => (value, closed),
        Bound::Excluded(value) => (value, open),
        Bound::Unbounded => return Ok((String::new(), open)),
    };
    let mut text = String::new();
    dialect.write_literal(&mut text, value)?;
    Ok((text.replace('\'', "\""), bracket))
}
