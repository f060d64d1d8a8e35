//! What an aggregate says behind its arguments: of which rows, and in what order.

use super::node::Node;
use super::operand::{Condition, Expr};
use super::order::OrderBy;
use crate::statement::Ordering;

/// A call of an aggregate, with what it says beyond its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The call: a [`Node::Function`] or a [`Node::Builtin`].
    pub function: Node,
    /// `DISTINCT` before the arguments: of values that are equal, it takes one.
    pub distinct: bool,
    /// The order in which it takes its values.
    pub order_by: Vec<OrderBy>,
    /// `WITHIN GROUP (ORDER BY …)`: what an ordered-set aggregate is about.
    pub within_group: Option<OrderBy>,
    /// The rows that it takes.
    pub filter: Option<Node>,
}

impl Aggregate {
    /// A call of which nothing more is said.
    #[must_use]
    pub fn new(function: Node) -> Self {
        Self { function, distinct: false, order_by: Vec::new(), within_group: None, filter: None }
    }

    /// A call as an aggregate, so that more can be said of it.
    fn of(node: Node) -> Box<Self> {
        match node {
            Node::Aggregate(aggregate) => aggregate,
            function => Box::new(Self::new(function)),
        }
    }

    /// Every expression in it.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        let terms = self.order_by.iter().chain(&self.within_group).map(|term| &term.node);
        std::iter::once(&self.function).chain(terms).chain(&self.filter)
    }

    pub(super) fn nodes_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        let terms = self.order_by.iter_mut().chain(&mut self.within_group).map(|term| &mut term.node);
        std::iter::once(&mut self.function).chain(terms).chain(&mut self.filter)
    }
}

impl<T> Expr<T> {
    /// `self FILTER (WHERE …)`: an aggregate of those rows alone for which a condition holds. Given twice, both have to
    /// hold.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MySql, Sqlite};
    /// # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # impl User {
    /// #     const ID: Column<User, i64> = Column::new("id");
    /// #     const AGE: Column<User, i32> = Column::new("age");
    /// # }
    /// let adults = select(func::count(User::ID).filter_where(User::AGE.ge(18)));
    /// assert_eq!(
    ///     adults.sql(&Sqlite)?,
    ///     r#"SELECT count("users"."id") FILTER (WHERE "users"."age" >= ?) FROM "users""#
    /// );
    /// assert_eq!(
    ///     adults.sql(&MySql)?,
    ///     "SELECT count(CASE WHEN `users`.`age` >= ? THEN `users`.`id` END) FROM `users`"
    /// );
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// MySQL and MariaDB have no FILTER: there a CASE gives NULL for the other rows, which the aggregates of [`func`]
    /// pass over. Another aggregate, and anything that is none, is an error when the statement is compiled.
    ///
    /// [`func`]: super::func
    #[must_use]
    pub fn filter_where(self, condition: impl Condition) -> Self {
        let mut aggregate = Aggregate::of(self.into_inner());
        let condition = condition.into_condition();
        aggregate.filter = Some(match aggregate.filter.take() {
            Some(earlier) => earlier.and(condition),
            None => condition,
        });
        Self::new(Node::Aggregate(aggregate))
    }

    /// `f(DISTINCT x)`: an aggregate of different values, each taken once.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::{func, Column, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct Sale;
    /// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
    /// # impl Sale { const PRICE: Column<Sale, i64> = Column::new("price"); }
    /// let prices = select(func::avg(Sale::PRICE).distinct());
    /// assert_eq!(prices.sql(&Sqlite)?, r#"SELECT avg(DISTINCT "sales"."price") FROM "sales""#);
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// SQLite has it for aggregates of one argument alone: of [`string_agg`](super::func::string_agg) with another separator
    /// than a comma it is an error when the statement is compiled. No database has it over a window.
    #[must_use]
    pub fn distinct(self) -> Self {
        let mut aggregate = Aggregate::of(self.into_inner());
        aggregate.distinct = true;
        Self::new(Node::Aggregate(aggregate))
    }

    /// `f(self ORDER BY …)`: the order in which an aggregate takes its values, where that matters:
    /// [`string_agg`](super::func::string_agg). Adds to earlier terms.
    ///
    /// SQLite has it since version 3.44; MySQL and MariaDB have it for `string_agg` alone, and for others it is an error
    /// when the statement is compiled.
    #[must_use]
    pub fn ordered_by(self, terms: impl Ordering) -> Self {
        let mut aggregate = Aggregate::of(self.into_inner());
        terms.add_to(&mut aggregate.order_by);
        Self::new(Node::Aggregate(aggregate))
    }
}
