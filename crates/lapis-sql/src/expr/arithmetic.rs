//! `+ - * / %`, unary minus, and `& | !` on columns and expressions.

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Rem, Sub};

use super::column::{Column, StaticTable};
use super::node::{BinaryOp, Node, UnaryOp};
use super::operand::{Condition, Expr, IntoExpr, KindOf};
use crate::types::SqlType;
use crate::types::kind::{Arithmetic, Logical, Numeric};

/// The result is read as the left operand's type; where only the right operand may be NULL, say so with
/// [`nullable`](super::ExprOps::nullable).
macro_rules! binary {
    ($($operator:ident $method:ident $op:expr;)+) => {$(
        impl<E: StaticTable, T: SqlType, R: IntoExpr> $operator<R> for Column<E, T>
        where
            T::Kind: Arithmetic<KindOf<R>>,
        {
            type Output = Expr<T>;

            fn $method(self, right: R) -> Expr<T> {
                Expr::new(Node::binary($op, self.into_node(), right.into_node()))
            }
        }

        impl<T: SqlType, R: IntoExpr> $operator<R> for Expr<T>
        where
            T::Kind: Arithmetic<KindOf<R>>,
        {
            type Output = Expr<T>;

            fn $method(self, right: R) -> Expr<T> {
                Expr::new(Node::binary($op, self.into_node(), right.into_node()))
            }
        }
    )+};
}

binary! {
    Add add BinaryOp::Add;
    Sub sub BinaryOp::Sub;
    Mul mul BinaryOp::Mul;
    Div div <T::Kind as Arithmetic<KindOf<R>>>::DIVISION;
    Rem rem BinaryOp::Rem;
}

macro_rules! unary_and_logical {
    ([$($generics:tt)*] $operand:ty) => {
        impl<$($generics)*> Neg for $operand
        where
            T::Kind: Numeric,
        {
            type Output = Expr<T>;

            fn neg(self) -> Expr<T> {
                Expr::new(Node::unary(UnaryOp::Negate, self.into_node()))
            }
        }

        impl<$($generics)*> Not for $operand
        where
            T::Kind: Logical,
        {
            type Output = Expr<bool>;

            fn not(self) -> Expr<bool> {
                Expr::new(self.into_node().negate())
            }
        }

        impl<$($generics)*, C: Condition> BitAnd<C> for $operand
        where
            T::Kind: Logical,
        {
            type Output = Expr<bool>;

            fn bitand(self, other: C) -> Expr<bool> {
                Expr::new(self.into_node().and(other.into_condition()))
            }
        }

        impl<$($generics)*, C: Condition> BitOr<C> for $operand
        where
            T::Kind: Logical,
        {
            type Output = Expr<bool>;

            fn bitor(self, other: C) -> Expr<bool> {
                Expr::new(self.into_node().or(other.into_condition()))
            }
        }
    };
}

unary_and_logical!([E: StaticTable, T: SqlType] Column<E, T>);
unary_and_logical!([T: SqlType] Expr<T>);
