//! Casts, and what is written for those that a database does not do as they are meant.

use super::builtin::Builtin;
use super::node::{BinaryOp, Node};
use crate::types::ColumnType;
use crate::types::kind::Moment;
use crate::value::Value;

pub(super) fn cast(operand: Node, from: &ColumnType, to: ColumnType) -> Node {
    if let Some(builtin) = builtin(from, &to) {
        return Node::builtin(builtin, vec![operand]);
    }
    match to {
        // PostgreSQL knows it of `INTEGER` alone, and elsewhere a truth value is any number.
        ColumnType::Bool if from.is_integer() => {
            Node::binary(BinaryOp::Ne, operand, Node::Value(Value::Int(0)))
        }
        to => Node::Cast { operand: Box::new(operand), to },
    }
}

fn builtin(from: &ColumnType, to: &ColumnType) -> Option<Builtin> {
    let moment = match from {
        ColumnType::Timestamp => Some(Moment::Timestamp),
        ColumnType::TimestampTz => Some(Moment::Instant),
        _ => None,
    };
    match (from, to) {
        (ColumnType::Uuid, ColumnType::Text | ColumnType::String(_)) => Some(Builtin::TextOfUuid),
        (ColumnType::Text | ColumnType::String(_), ColumnType::Uuid) => Some(Builtin::UuidOfText),
        (_, ColumnType::Date) => moment.map(Builtin::DateOf),
        (_, ColumnType::Time) => moment.map(Builtin::TimeOf),
        _ => None,
    }
}
