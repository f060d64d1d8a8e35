//! How tightly nodes bind, so that parentheses stand only where they must.
//!
//! The databases do not agree on everything: `||` binds tightest in SQLite and loosely in PostgreSQL, and
//! comparisons chain in some. Where they differ, the levels here ask for parentheses.

use crate::dialect::Dialect;
use crate::expr::{BinaryOp, Node, UnaryOp};

/// How tightly a node binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// SQL written by hand, of which nothing is known.
    Unknown,
    Or,
    And,
    Not,
    Comparison,
    Concat,
    Add,
    Multiply,
    Negate,
    Primary,
}

pub(super) fn level(node: &Node, dialect: &dyn Dialect) -> Level {
    match node {
        Node::All(parts) | Node::Any(parts) if parts.is_empty() => Level::Primary,
        Node::All(parts) | Node::Any(parts) if parts.len() == 1 => level(&parts[0], dialect),
        Node::All(_) => Level::And,
        Node::Any(_) => Level::Or,
        Node::Unary { op, .. } => match op {
            UnaryOp::Not => Level::Not,
            UnaryOp::Negate => Level::Negate,
            UnaryOp::IsNull | UnaryOp::IsNotNull => Level::Comparison,
        },
        Node::Binary { op, .. } => binary_level(*op, dialect),
        // Of one that is negated, MariaDB 10.11 and PostgreSQL take the NOT for that of a condition.
        Node::Exists { negated: true, .. } => Level::Not,
        Node::Exists { negated: false, .. } => Level::Primary,
        Node::In { .. }
        | Node::InValues { .. }
        | Node::InSelect { .. }
        | Node::Between { .. }
        | Node::Like { .. } => Level::Comparison,
        Node::Operator { .. } | Node::FullText(_) => Level::Unknown,
        Node::Collate { .. } => Level::Negate,
        Node::Raw { pieces, .. } => match pieces.as_slice() {
            [word] if word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
                Level::Primary
            }
            _ => Level::Unknown,
        },
        Node::Column(_)
        | Node::Value(_)
        | Node::Star
        | Node::Excluded(_)
        | Node::Default
        | Node::Function { .. }
        | Node::Aggregate(_)
        | Node::Over { .. }
        | Node::Builtin { .. }
        | Node::JsonPath(_)
        | Node::Now
        | Node::Case { .. }
        | Node::Cast { .. }
        | Node::Row(_)
        | Node::Array(_)
        | Node::GroupingSets { .. }
        | Node::Quantified { .. }
        | Node::Scalar(_) => Level::Primary,
    }
}

pub(super) fn binary_level(op: BinaryOp, dialect: &dyn Dialect) -> Level {
    match op {
        BinaryOp::Concat if dialect.concat_function().is_some() => Level::Primary,
        BinaryOp::Concat => Level::Concat,
        BinaryOp::Contains | BinaryOp::ContainedBy | BinaryOp::Overlaps => Level::Concat,
        BinaryOp::Add | BinaryOp::Sub => Level::Add,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::IntDiv | BinaryOp::Rem => Level::Multiply,
        BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Lt
        | BinaryOp::Le
        | BinaryOp::Gt
        | BinaryOp::Ge
        | BinaryOp::IsDistinctFrom
        | BinaryOp::IsNotDistinctFrom
        | BinaryOp::EqAny => Level::Comparison,
    }
}
