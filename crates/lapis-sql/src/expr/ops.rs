//! The operators of columns and expressions.

use super::column::{Column, StaticTable};
use super::node::{BinaryOp, Node};
use super::operand::{Expr, IntoExpr};
use crate::types::SqlType;
use crate::types::kind::ComparableWith;

/// The operators of columns and typed expressions.
pub trait ExprOps: IntoExpr + Sized {
    /// `self = other`
    fn eq<R>(self, other: R) -> Expr<bool>
    where
        R: IntoExpr,
        <Self::Type as SqlType>::Kind: ComparableWith<<R::Type as SqlType>::Kind>,
    {
        Expr::new(Node::binary(BinaryOp::Eq, self.into_node(), other.into_node()))
    }
}

impl<E: StaticTable, T: SqlType> ExprOps for Column<E, T> {}
impl<T: SqlType> ExprOps for Expr<T> {}
