//! `CASE WHEN … THEN … ELSE … END`.

use std::marker::PhantomData;

use super::arithmetic::RightOperand;
use super::node::Node;
use super::operand::{Condition, Expr, IntoExpr, KindOf, of_own_type};
use crate::types::SqlType;
use crate::types::kind::ComparableWith;

/// Begins a CASE.
///
/// ```
/// # use lapis_sql::expr::{case, Column, Expr, ExprOps, StaticTable};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # const AGE: Column<User, i32> = Column::new("age");
/// let group: Expr<String> =
///     case().when(AGE.lt(13), "child").when(AGE.lt(20), "teenager").otherwise("adult");
/// // CASE WHEN "users"."age" < ? THEN ? WHEN "users"."age" < ? THEN ? ELSE ? END
/// ```
#[must_use]
pub fn case() -> CaseStart {
    CaseStart(())
}

/// A CASE without branches.
#[derive(Debug)]
pub struct CaseStart(());

impl CaseStart {
    /// The first branch; its value decides how the whole is read, unless another may make it NULL.
    pub fn when<C: Condition, V: IntoExpr>(self, condition: C, value: V) -> Case<V::Type> {
        Case { branches: vec![(condition.into_condition(), of_own_type(value))], marker: PhantomData }
    }
}

/// A CASE that is read as `T`.
#[derive(Debug)]
#[must_use = "a CASE is an expression after `.otherwise(..)` or `.end()`"]
pub struct Case<T> {
    branches: Vec<(Node, Node)>,
    marker: PhantomData<fn() -> T>,
}

impl<T: SqlType> Case<T> {
    /// Another branch, tried after those before it. Where its column or expression may be NULL, the whole is read as an
    /// `Option`.
    pub fn when<C, V>(mut self, condition: C, value: V) -> Case<V::Result>
    where
        C: Condition,
        V: RightOperand<T>,
        T::Kind: ComparableWith<KindOf<V>>,
    {
        self.branches.push((condition.into_condition(), of_own_type(value)));
        Case { branches: self.branches, marker: PhantomData }
    }

    /// The value where no condition holds. Where it is a column or an expression that may be NULL, the whole is read as an
    /// `Option`; for NULL itself there is [`end`](Self::end).
    pub fn otherwise<V>(self, value: V) -> Expr<V::Result>
    where
        V: RightOperand<T>,
        T::Kind: ComparableWith<KindOf<V>>,
    {
        let otherwise = Some(Box::new(of_own_type(value)));
        Expr::new(Node::Case { operand: None, branches: self.branches, otherwise })
    }

    /// NULL where no condition holds.
    pub fn end(self) -> Expr<Option<T::NotNull>> {
        Expr::new(Node::Case { operand: None, branches: self.branches, otherwise: None })
    }
}
