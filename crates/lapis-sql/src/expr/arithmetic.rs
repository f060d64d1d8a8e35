//! `+ - * / %`, unary minus, and `& | !` on columns and expressions.
//!
//! A number may stand on the left, `1 - Item::discount`, where it is an `i64`, an `f64` or a `Decimal`: with one type
//! for whole numbers and one for floats, the compiler knows which one a bare `1` or `0.5` is. Of any other number there
//! is [`lit`](super::lit).

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Rem, Sub};

use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;

use super::column::{Column, StaticTable};
use super::func::{add_days, add_months};
use super::node::{BinaryOp, Node, UnaryOp};
use super::operand::{Condition, Expr, IntoExpr, KindOf};
use crate::types::SqlType;
use crate::types::kind::{Additive, Arithmetic, Dated, Logical, Numeric};

/// The result is read as the left operand's type; where only the right operand may be NULL, say so with
/// [`nullable`](super::ExprOps::nullable).
macro_rules! binary {
    ($($operator:ident $method:ident by $needs:ident: $node:expr;)+) => {$(
        impl<E: StaticTable, T: SqlType, R: IntoExpr> $operator<R> for Column<E, T>
        where
            T::Kind: $needs<KindOf<R>>,
        {
            type Output = Expr<T>;

            fn $method(self, right: R) -> Expr<T> {
                Expr::new($node(self.into_node(), right.into_node()))
            }
        }

        impl<T: SqlType, R: IntoExpr> $operator<R> for Expr<T>
        where
            T::Kind: $needs<KindOf<R>>,
        {
            type Output = Expr<T>;

            fn $method(self, right: R) -> Expr<T> {
                Expr::new($node(self.into_node(), right.into_node()))
            }
        }
    )+};
}

binary! {
    Add add by Additive: <T::Kind as Additive<KindOf<R>>>::add;
    Sub sub by Additive: <T::Kind as Additive<KindOf<R>>>::subtract;
    Mul mul by Arithmetic: |left, right| Node::binary(BinaryOp::Mul, left, right);
    Div div by Arithmetic: |left, right| Node::binary(<T::Kind as Arithmetic<KindOf<R>>>::DIVISION, left, right);
    Rem rem by Arithmetic: |left, right| Node::binary(BinaryOp::Rem, left, right);
}

/// Calendar arithmetic with chrono's [`Months`] and [`Days`]: `Order::placed + Months::new(3)`.
macro_rules! calendar {
    ([$($generics:tt)*] $operand:ty, $operator:ident $method:ident $span:ident: $later:ident by $sign:literal) => {
        impl<$($generics)*> $operator<$span> for $operand
        where
            T::Kind: Dated,
        {
            type Output = Expr<T>;

            fn $method(self, span: $span) -> Expr<T> {
                $later(self, $sign * span.count())
            }
        }
    };
}

calendar!([E: StaticTable, T: SqlType] Column<E, T>, Add add Months: add_months by 1);
calendar!([E: StaticTable, T: SqlType] Column<E, T>, Sub sub Months: add_months by -1);
calendar!([E: StaticTable, T: SqlType] Column<E, T>, Add add Days: add_days by 1);
calendar!([E: StaticTable, T: SqlType] Column<E, T>, Sub sub Days: add_days by -1);
calendar!([T: SqlType] Expr<T>, Add add Months: add_months by 1);
calendar!([T: SqlType] Expr<T>, Sub sub Months: add_months by -1);
calendar!([T: SqlType] Expr<T>, Add add Days: add_days by 1);
calendar!([T: SqlType] Expr<T>, Sub sub Days: add_days by -1);

/// How many units a span of chrono's has.
trait Count {
    fn count(self) -> i64;
}

impl Count for Months {
    fn count(self) -> i64 {
        self.as_u32().into()
    }
}

/// chrono does not tell the number of [`Days`]. No date that a database knows is further from another than the dates
/// that chrono knows are from its first one.
impl Count for Days {
    fn count(self) -> i64 {
        let later = NaiveDate::MIN.checked_add_days(self).unwrap_or(NaiveDate::MAX);
        later.signed_duration_since(NaiveDate::MIN).num_days()
    }
}

/// The result is read as the right operand's type, since a number is never NULL and the operand may be.
macro_rules! number_on_the_left {
    ($number:ty: $($operator:ident $method:ident $op:expr;)+) => {$(
        impl<E: StaticTable, T: SqlType> $operator<Column<E, T>> for $number
        where
            T::Kind: Arithmetic<KindOf<$number>>,
        {
            type Output = Expr<T>;

            fn $method(self, right: Column<E, T>) -> Expr<T> {
                Expr::new(Node::binary($op, self.into_node(), right.into_node()))
            }
        }

        impl<T: SqlType> $operator<Expr<T>> for $number
        where
            T::Kind: Arithmetic<KindOf<$number>>,
        {
            type Output = Expr<T>;

            fn $method(self, right: Expr<T>) -> Expr<T> {
                Expr::new(Node::binary($op, self.into_node(), right.into_node()))
            }
        }
    )+};
    ($($number:ty)+) => {$(
        number_on_the_left! { $number:
            Add add BinaryOp::Add;
            Sub sub BinaryOp::Sub;
            Mul mul BinaryOp::Mul;
            Div div <T::Kind as Arithmetic<KindOf<$number>>>::DIVISION;
            Rem rem BinaryOp::Rem;
        }
    )+};
}

number_on_the_left!(i64 f64 Decimal);

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
