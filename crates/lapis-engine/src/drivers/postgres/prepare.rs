//! Asking the server what a statement takes and gives.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use fallible_iterator::FallibleIterator;
use lapis_sql::Value;
use postgres_protocol::message::backend::{Message, RowDescriptionBody};
use postgres_protocol::message::frontend;

use super::connection::PostgresConnection;
use super::decode::Column;
use super::link::unwritable;
use super::statements::{Statement, close};
use super::types::{Oid, TEXT, Types, array_of};
use crate::error::{Error, Result};

/// What a statement takes and gives, by the numbers of the types.
#[derive(Default)]
struct Description {
    parameters: Vec<Oid>,
    columns: Vec<(Box<str>, Oid)>,
}

impl PostgresConnection {
    /// The statement for an SQL text: prepared before, or now. A BEGIN that waits is written in either case.
    pub(super) async fn prepared(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Arc<Statement>> {
        // The protocol counts them in 16 bits.
        if params.len() > usize::from(u16::MAX) {
            return Err(Error::programming(format!(
                "the statement has {} parameters, and PostgreSQL takes at most 65535; split it, or give a list as one array",
                params.len()
            )));
        }
        self.begin()?;
        let schema = self.shared.schema.load(Ordering::Acquire);
        if std::mem::replace(&mut self.schema, schema) != schema {
            let statements = &mut self.statements;
            self.link.write(|output| statements.clear(output))?;
            self.link.expect_sync();
        }
        if let Some(statement) = self.statements.get(sql) {
            if !statement.parameters.iter().zip(params).any(|(ty, value)| is_guessed(ty.oid, value)) {
                return Ok(statement);
            }
            // It was prepared with NULLs, which told nothing of the types.
            let statements = &mut self.statements;
            self.link.write(|output| statements.forget(sql, output))?;
        }
        let statements = &mut self.statements;
        let name = self.link.write(|output| statements.name(output))?;
        let mut description = self.describe(&name, sql, &[]).await?;
        if let Some(types) = hints(&description.parameters, params) {
            self.link.write(|output| close(&name, output))?;
            description = self.describe(&name, sql, &types).await?;
        }
        self.learn_types(&description).await?;
        let types = &self.types;
        let statement = Statement {
            name,
            parameters: description.parameters.iter().map(|oid| types.get_or_opaque(*oid)).collect(),
            columns: description
                .columns
                .into_iter()
                .map(|(name, oid)| Column { name, ty: types.get_or_opaque(oid) })
                .collect(),
        };
        let statements = &mut self.statements;
        let kept = self.link.write(|output| statements.keep(sql, statement, output))?;
        // A statement that was closed to make room is answered before the next Sync.
        self.link.expect_sync();
        Ok(kept)
    }

    /// Prepares a statement and asks what it takes and gives, without ending what was begun.
    async fn describe(&mut self, name: &str, sql: &str, types: &[Oid]) -> Result<Description> {
        self.link.write(|output| {
            frontend::parse(name, sql, types.iter().copied(), output).map_err(unwritable)?;
            frontend::describe(b'S', name, output).map_err(unwritable)?;
            frontend::flush(output);
            Ok(())
        })?;
        self.link.expect_sync();
        let mut description = Description::default();
        loop {
            match self.link.message().await? {
                Message::ParameterDescription(body) => {
                    description.parameters = body.parameters().collect().map_err(unwritable)?;
                }
                Message::RowDescription(body) => {
                    let column = |field: postgres_protocol::message::backend::Field<'_>| {
                        Ok((field.name().into(), field.type_oid()))
                    };
                    description.columns = body.fields().map(column).collect().map_err(unwritable)?;
                    return Ok(description);
                }
                Message::NoData => return Ok(description),
                Message::ErrorResponse(body) => return Err(self.link.refused(&body)),
                // Those of a BEGIN or a Close before it.
                _ => {}
            }
        }
    }

    /// Asks for the types of a statement that are not known yet, and for those that they are made of.
    async fn learn_types(&mut self, description: &Description) -> Result<()> {
        let oids = description.parameters.iter().chain(description.columns.iter().map(|(_, oid)| oid));
        let mut unknown: Vec<Oid> = oids.copied().filter(|oid| self.types.get(*oid).is_none()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        // An array of a domain over an enum is three deep; what is deeper than this is not made sense of.
        for _ in 0..8 {
            if unknown.is_empty() {
                return Ok(());
            }
            self.link.settle().await?;
            let rows = self.link.ask(&Types::query(&unknown)).await?;
            let mut parts: Vec<Oid> = rows.iter().filter_map(|row| self.types.learn(row)).collect();
            parts.retain(|part| !unknown.contains(part));
            let asked = unknown.len();
            unknown.retain(|oid| self.types.get(*oid).is_none());
            // A type may have come before the part of it that is known now.
            if parts.is_empty() && unknown.len() == asked {
                break;
            }
            unknown.extend(parts);
        }
        self.types.give_up(&unknown);
        Ok(())
    }
}

/// The columns of a result.
pub(super) fn columns_of(body: &RowDescriptionBody, types: &Types) -> Result<Vec<Column>> {
    let column = |field: postgres_protocol::message::backend::Field<'_>| {
        Ok(Column { name: field.name().into(), ty: types.get_or_opaque(field.type_oid()) })
    };
    body.fields().map(column).collect().map_err(unwritable)
}

/// The types of parameters that the server took for text, for want of anything to tell it otherwise, and that are
/// given other values: `SELECT $1` with a number.
fn hints(inferred: &[Oid], params: &[Value<'_>]) -> Option<Vec<Oid>> {
    let guessed = |(oid, value): (&Oid, &Value<'_>)| is_guessed(*oid, value);
    if !inferred.iter().zip(params).any(guessed) {
        return None;
    }
    let hint = |(oid, value): (&Oid, &Value<'_>)| if *oid == TEXT { own_type(value) } else { 0 };
    Some(inferred.iter().zip(params).map(hint).collect())
}

fn is_guessed(oid: Oid, value: &Value<'_>) -> bool {
    oid == TEXT && own_type(value) != 0
}

/// The type that holds a value as it is; 0 for text, and where there is none.
fn own_type(value: &Value<'_>) -> Oid {
    match value {
        Value::Bool(_) => 16,
        Value::Bytes(_) => 17,
        Value::Int(_) => 20,
        Value::UInt(value) if i64::try_from(*value).is_ok() => 20,
        Value::Float(_) => 701,
        Value::Date(_) => 1082,
        Value::Time(_) => 1083,
        Value::Timestamp(_) => 1114,
        Value::TimestampTz(_) => 1184,
        Value::Interval(_) => 1186,
        Value::UInt(_) | Value::Decimal(_) => 1700,
        Value::Uuid(_) => 2950,
        Value::Json(_) => 3802,
        Value::Inet(_) => 869,
        Value::Array(values) => {
            let element = values.iter().find(|value| !value.is_null()).map_or(0, own_type);
            array_of(if element == 0 { TEXT } else { element }).unwrap_or(0)
        }
        _ => 0,
    }
}
