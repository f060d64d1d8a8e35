//! `+ - * / %`, unary minus, and `& | !` on columns and expressions.
//!
//! A number may stand on the left, `1 - Item::discount`, where it is an `i64`, an `f64` or a `Decimal`: with one type
//! for whole numbers and one for floats, the compiler knows which one a bare `1` or `0.5` is. Of any other number there
//! is [`lit`](super::lit).
//!
//! What may be NULL is read as an `Option`, on whichever side it stands. A division by zero is an error of PostgreSQL, and
//! NULL on the others: divide by [`nullif(x, 0)`](super::func::nullif) where the divisor may be zero.

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Rem, Sub};

use rust_decimal::Decimal;

use super::column::{Column, StaticTable};
use super::node::{Node, UnaryOp};
use super::operand::{Condition, Expr, IntoExpr, KindOf};
use crate::types::kind::{Additive, Arithmetic, Logical, Numeric};
use crate::types::{Encode, SqlType};

/// What may stand on the right of an arithmetic operator, or as a further argument of a function, whose result is read as `T`
/// where nothing is NULL.
///
/// A value is taken never to be, so that of `x + 1` the type is known before that of `1` is. For an `Option` that may be
/// `None`, read the result by [`nullable`](super::ExprOps::nullable), or give it as an expression: `x + lit(option)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an SQL expression nor a value that can be bound",
    label = "not usable in an SQL expression"
)]
pub trait RightOperand<T: SqlType>: IntoExpr {
    /// What the result is read as: `T`, or an `Option` of it where this operand may be NULL.
    type Result: SqlType;
}

#[diagnostic::do_not_recommend]
impl<T: SqlType, V: IntoExpr + Encode> RightOperand<T> for V {
    type Result = T;
}

#[diagnostic::do_not_recommend]
impl<T: SqlType, E: StaticTable, U: SqlType> RightOperand<T> for Column<E, U> {
    type Result = U::Propagate<T>;
}

#[diagnostic::do_not_recommend]
impl<T: SqlType, U: SqlType> RightOperand<T> for Expr<U> {
    type Result = U::Propagate<T>;
}

#[diagnostic::do_not_recommend]
impl<T: SqlType, U: SqlType> RightOperand<T> for &Expr<U> {
    type Result = U::Propagate<T>;
}

macro_rules! operand_on_the_left {
    ([$($generics:tt)*] $left:ty, $operator:ident $method:ident by $kinds:ident $node:ident) => {
        impl<$($generics)*, R: RightOperand<T>> $operator<R> for $left
        where
            T::Kind: $kinds<KindOf<R>>,
        {
            type Output = Expr<R::Result>;

            fn $method(self, right: R) -> Self::Output {
                Expr::new(<T::Kind as $kinds<KindOf<R>>>::$node(self.into_node(), right.into_node()))
            }
        }
    };
}

/// The result is read as the right operand's type, since a number is never NULL and the operand may be.
macro_rules! number_on_the_left {
    ([$($generics:tt)*] $right:ty, $operator:ident $method:ident by $kinds:ident $node:ident, $number:ty) => {
        impl<$($generics)*> $operator<$right> for $number
        where
            T::Kind: $kinds<KindOf<$number>>,
        {
            type Output = Expr<T>;

            fn $method(self, right: $right) -> Expr<T> {
                Expr::new(<T::Kind as $kinds<KindOf<$number>>>::$node(self.into_node(), right.into_node()))
            }
        }
    };
}

macro_rules! operators {
    ($($operator:ident $method:ident by $kinds:ident $node:ident;)+) => {$(
        operators!(@for [E: StaticTable, T: SqlType] Column<E, T>, $operator $method by $kinds $node);
        operators!(@for [T: SqlType] Expr<T>, $operator $method by $kinds $node);
        operators!(@for [T: SqlType] &Expr<T>, $operator $method by $kinds $node);
    )+};
    (@for [$($generics:tt)*] $operand:ty, $operator:ident $method:ident by $kinds:ident $node:ident) => {
        operand_on_the_left!([$($generics)*] $operand, $operator $method by $kinds $node);
        number_on_the_left!([$($generics)*] $operand, $operator $method by $kinds $node, i64);
        number_on_the_left!([$($generics)*] $operand, $operator $method by $kinds $node, f64);
        number_on_the_left!([$($generics)*] $operand, $operator $method by $kinds $node, Decimal);
    };
}

operators! {
    Add add by Additive plus;
    Sub sub by Additive minus;
    Mul mul by Arithmetic times;
    Div div by Arithmetic divided_by;
    Rem rem by Arithmetic modulo;
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
unary_and_logical!([T: SqlType] &Expr<T>);
