//! Conditions made of conditions, and of subqueries.

use super::node::Node;
use super::operand::{Condition, Expr};
use crate::statement::{Select, Shape};

/// All of the conditions hold; of none: true.
///
/// ```
/// # use lapis_sql::expr::{all_of, Column, ExprOps, StaticTable};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # const AGE: Column<User, i32> = Column::new("age");
/// let bounds = [Some(18), None].into_iter().flatten();
/// let condition = all_of(bounds.map(|age| AGE.ge(age)));
/// ```
pub fn all_of<I>(conditions: I) -> Expr<bool>
where
    I: IntoIterator,
    I::Item: Condition,
{
    Expr::new(Node::All(conditions.into_iter().map(Condition::into_condition).collect()))
}

/// At least one of the conditions holds; of none: false.
pub fn any_of<I>(conditions: I) -> Expr<bool>
where
    I: IntoIterator,
    I::Item: Condition,
{
    Expr::new(Node::Any(conditions.into_iter().map(Condition::into_condition).collect()))
}

/// `EXISTS (SELECT …)`: the subquery has a row. It may name tables of the statement around it.
pub fn exists<S: Shape>(select: Select<S>) -> Expr<bool> {
    Expr::new(Node::Exists { select: Box::new(select.statement.without_expressions()), negated: false })
}

/// `NOT EXISTS (SELECT …)`: the subquery has no row.
pub fn not_exists<S: Shape>(select: Select<S>) -> Expr<bool> {
    Expr::new(Node::Exists { select: Box::new(select.statement.without_expressions()), negated: true })
}
