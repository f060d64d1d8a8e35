//! Functions of numbers, and the greater or lesser of two values.
//!
//! Where an argument may be NULL, so may the result be, and is read as an `Option`.

use super::{Propagated, builtin, unary};
use crate::expr::arithmetic::RightOperand;
use crate::expr::builtin::Builtin;
use crate::expr::operand::{Expr, IntoExpr, KindOf};
use crate::types::kind::{ComparableWith, Fractional, Integral, Numeric};

/// `abs(x)`
pub fn abs<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Numeric,
{
    unary("abs", operand)
}

/// `round(x)`: to the nearest whole number, read as `x` is; of an integer, that itself. What lies in the middle goes away from
/// zero, but for floats on PostgreSQL, MySQL and MariaDB to the even one.
pub fn round<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Numeric,
{
    Expr::new(KindOf::<O>::rounded(operand.into_node()))
}

/// `round(x, digits)`: to so many digits behind the point, read as `x` is. What lies in the middle goes away from zero, but for
/// floats on MySQL and MariaDB to the even one.
pub fn round_to<O, N>(operand: O, digits: N) -> Expr<N::Result>
where
    O: IntoExpr,
    N: RightOperand<O::Type>,
    KindOf<O>: Fractional,
    KindOf<N>: Integral,
{
    builtin(KindOf::<O>::ROUND, [operand.into_node(), digits.into_node()])
}

/// `ceil(x)`: the smallest whole number that is not less, read as `x` is.
pub fn ceil<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Fractional,
{
    builtin(Builtin::Ceil, [operand.into_node()])
}

/// `floor(x)`: the largest whole number that is not greater, read as `x` is.
pub fn floor<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Fractional,
{
    builtin(Builtin::Floor, [operand.into_node()])
}

/// `power(x, exponent)`, computed with floats. On SQLite
/// a function that Lapis's connections bring, as are [`sqrt`], [`exp`], [`ln`] and [`log10`].
pub fn power<O, N>(operand: O, exponent: N) -> Expr<N::Result>
where
    O: IntoExpr,
    N: RightOperand<Propagated<O, f64>>,
    KindOf<O>: Numeric,
    KindOf<N>: Numeric,
{
    builtin(Builtin::Power, [operand.into_node(), exponent.into_node()])
}

/// `sqrt(x)`, computed with floats. Below zero it is NULL, and on PostgreSQL an error of the database.
pub fn sqrt<O>(operand: O) -> Expr<Option<f64>>
where
    O: IntoExpr,
    KindOf<O>: Numeric,
{
    builtin(Builtin::Sqrt, [operand.into_node()])
}

/// `exp(x)`: *e* to the power of `x`, computed with floats.
pub fn exp<O>(operand: O) -> Expr<Propagated<O, f64>>
where
    O: IntoExpr,
    KindOf<O>: Numeric,
{
    builtin(Builtin::Exp, [operand.into_node()])
}

/// `ln(x)`: the natural logarithm, computed with floats. Of zero and below it is NULL, and on PostgreSQL an error of the
/// database.
pub fn ln<O>(operand: O) -> Expr<Option<f64>>
where
    O: IntoExpr,
    KindOf<O>: Numeric,
{
    builtin(Builtin::Ln, [operand.into_node()])
}

/// `log10(x)`: the logarithm to base 10, computed with floats. Of zero and below it is NULL, and on PostgreSQL an error of
/// the database.
pub fn log10<O>(operand: O) -> Expr<Option<f64>>
where
    O: IntoExpr,
    KindOf<O>: Numeric,
{
    builtin(Builtin::Log10, [operand.into_node()])
}

/// `sign(x)`: -1, 0 or 1.
pub fn sign<O>(operand: O) -> Expr<Propagated<O, i64>>
where
    O: IntoExpr,
    KindOf<O>: Numeric,
{
    builtin(Builtin::Sign, [operand.into_node()])
}

/// The greater of two values, read as the first is: `greatest(x, other)`, SQLite's `max(x, other)`.
///
/// Where one of them is NULL, PostgreSQL gives the other, and SQLite and MySQL NULL; where one may be, it is read as an
/// `Option`.
pub fn greatest<O, R>(operand: O, other: R) -> Expr<R::Result>
where
    O: IntoExpr,
    R: RightOperand<O::Type>,
    KindOf<O>: ComparableWith<KindOf<R>>,
{
    builtin(Builtin::Greatest, [operand.into_node(), other.into_node()])
}

/// The lesser of two values, read as the first is: `least(x, other)`, SQLite's `min(x, other)`. For NULL see [`greatest`].
pub fn least<O, R>(operand: O, other: R) -> Expr<R::Result>
where
    O: IntoExpr,
    R: RightOperand<O::Type>,
    KindOf<O>: ComparableWith<KindOf<R>>,
{
    builtin(Builtin::Least, [operand.into_node(), other.into_node()])
}

/// A random number, `random()` or `rand()`, for a random order. Its range is the database's: from 0 to 1 on
/// PostgreSQL and MySQL, any 64-bit integer on SQLite.
#[must_use]
pub fn random() -> Expr<f64> {
    builtin(Builtin::Random, [])
}
