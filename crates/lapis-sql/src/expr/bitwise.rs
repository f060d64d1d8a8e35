//! Operators on the bits of integers.

use super::builtin::Builtin;
use super::func::builtin;
use super::operand::{Expr, IntoExpr, KindOf};
use super::ops::ExprOps;
use crate::types::SqlType;
use crate::types::kind::Integral;

/// What is computed from operand `O` alone, and would be read as `i64` if it cannot be NULL.
type Bits<O> = Expr<<<O as IntoExpr>::Type as SqlType>::Propagate<i64>>;

/// Operators on the bits of integers, which every database computes with 64 of them. (`&` and `|` join conditions.)
///
/// ```
/// # use lapis_sql::dialect::{MySql, Postgres};
/// # use lapis_sql::expr::{BitOps, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User {
/// #     const ID: Column<User, i64> = Column::new("id");
/// #     const RIGHTS: Column<User, i32> = Column::new("rights");
/// # }
/// let writers = select(User::ID).filter(User::RIGHTS.bit_and(0b10).ne(0));
/// assert_eq!(
///     writers.sql(&Postgres)?,
///     "SELECT \"users\".\"id\" FROM \"users\" \
///      WHERE (CAST(\"users\".\"rights\" AS BIGINT) & CAST($1::INTEGER AS BIGINT)) <> $2"
/// );
/// // MySQL's result is unsigned, and made what it is elsewhere.
/// assert_eq!(
///     writers.sql(&MySql)?,
///     "SELECT `users`.`id` FROM `users` WHERE CAST(`users`.`rights` & ? AS SIGNED) <> ?"
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub trait BitOps: ExprOps
where
    KindOf<Self>: Integral,
{
    /// The bits that both have: `self & other`.
    fn bit_and<R: IntoExpr>(self, other: R) -> Bits<Self>
    where
        KindOf<R>: Integral,
    {
        builtin(Builtin::BitAnd, [self.into_node(), other.into_node()])
    }

    /// The bits that either has: `self | other`.
    fn bit_or<R: IntoExpr>(self, other: R) -> Bits<Self>
    where
        KindOf<R>: Integral,
    {
        builtin(Builtin::BitOr, [self.into_node(), other.into_node()])
    }

    /// The bits that one of both has: PostgreSQL's `self # other`, MySQL's `self ^ other`; SQLite takes those of both
    /// from those of either.
    fn bit_xor<R: IntoExpr>(self, other: R) -> Bits<Self>
    where
        KindOf<R>: Integral,
    {
        builtin(Builtin::BitXor, [self.into_node(), other.into_node()])
    }

    /// The bits that it has not: `~self`.
    fn bit_not(self) -> Bits<Self> {
        builtin(Builtin::BitNot, [self.into_node()])
    }

    /// The bits moved to the left by so many places: `self << places`. By 64 and more, PostgreSQL moves by the rest
    /// of a division by 64, and the others move all bits out.
    fn shift_left<R: IntoExpr>(self, places: R) -> Bits<Self>
    where
        KindOf<R>: Integral,
    {
        builtin(Builtin::ShiftLeft, [self.into_node(), places.into_node()])
    }

    /// The bits moved to the right by so many places, the sign kept: `self >> places`. For 64 places and more see
    /// [`shift_left`](Self::shift_left).
    fn shift_right<R: IntoExpr>(self, places: R) -> Bits<Self>
    where
        KindOf<R>: Integral,
    {
        builtin(Builtin::ShiftRight, [self.into_node(), places.into_node()])
    }
}

impl<O: ExprOps> BitOps for O where KindOf<O>: Integral {}
