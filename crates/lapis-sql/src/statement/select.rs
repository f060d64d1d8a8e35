//! `SELECT`.

use std::fmt;

use super::{Query, Selection, Shape, Statement, StatementRef};
use crate::Name;
use crate::expr::{Condition, Node, OrderBy, TableName};

/// One column of a projection.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectItem {
    /// The expression.
    pub node: Node,
    /// Its name in the result, `AS label`.
    pub label: Option<Name>,
}

impl SelectItem {
    /// An expression without a label.
    #[must_use]
    pub fn new(node: Node) -> Self {
        Self { node, label: None }
    }
}

/// What rows are taken from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TableSource {
    /// A table.
    Table(TableName),
    /// A subquery; it needs an alias.
    Select(Box<SelectStatement>),
}

/// A table or subquery in FROM, perhaps under another name.
#[derive(Debug, Clone, PartialEq)]
pub struct FromItem {
    /// What rows are taken from.
    pub source: TableSource,
    /// Its name in this statement, where it has another.
    pub alias: Option<Name>,
}

impl FromItem {
    /// A table under its own name.
    #[must_use]
    pub fn table(name: TableName) -> Self {
        Self { source: TableSource::Table(name), alias: None }
    }

    /// The same under another name.
    #[must_use]
    pub fn aliased(mut self, alias: impl Into<Name>) -> Self {
        self.alias = Some(alias.into());
        self
    }
}

/// How rows of a joined table are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinKind {
    /// Only rows that match.
    Inner,
    /// All rows of the left side.
    Left,
    /// All rows of the right side.
    Right,
    /// All rows of both sides.
    Full,
    /// Every pair.
    Cross,
}

/// One JOIN.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// How.
    pub kind: JoinKind,
    /// What.
    pub item: FromItem,
    /// `ON`; none for a cross join.
    pub on: Option<Node>,
}

/// Something a statement can join by itself: a relation of an entity.
pub trait JoinTarget {
    /// The table the join starts from.
    fn left(&self) -> TableName;

    /// The joins that lead to the target, each of that kind (two for many-to-many).
    fn joins(&self, kind: JoinKind) -> Vec<Join>;
}

/// A `SELECT` as plain data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SelectStatement {
    /// The projection.
    pub items: Vec<SelectItem>,
    /// `DISTINCT`
    pub distinct: bool,
    /// `FROM`; where empty, the first table of the projection, or the left side of the first join.
    pub from: Vec<FromItem>,
    /// `JOIN`s, in order.
    pub joins: Vec<Join>,
    /// `WHERE`
    pub filter: Option<Node>,
    /// `GROUP BY`
    pub group_by: Vec<Node>,
    /// `HAVING`
    pub having: Option<Node>,
    /// `ORDER BY`
    pub order_by: Vec<OrderBy>,
    /// `LIMIT`
    pub limit: Option<u64>,
    /// `OFFSET`
    pub offset: Option<u64>,
}

/// A typed `SELECT` with rows of shape `S`.
pub struct Select<S: Shape> {
    /// The statement as plain data.
    pub statement: SelectStatement,
    /// How the rows are to be completed.
    pub options: S::Options,
}

/// `SELECT` of columns, expressions and entities: `select((User::name, func::count(Post::id)))`.
pub fn select<S: Selection>(selection: S) -> Select<S::Shape> {
    let mut statement = SelectStatement::default();
    selection.add_to(&mut statement.items);
    Select::new(statement)
}

impl<S: Shape> Select<S> {
    /// Says that a statement's rows have shape `S`. Nothing checks it before the rows are decoded.
    #[must_use]
    pub fn new(statement: SelectStatement) -> Self {
        Self { statement, options: S::Options::default() }
    }

    /// Keeps rows for which the condition, and every earlier one, holds.
    #[must_use]
    pub fn filter(mut self, condition: impl Condition) -> Self {
        let condition = condition.into_condition();
        self.statement.filter = Some(match self.statement.filter.take() {
            Some(earlier) => earlier.and(condition),
            None => condition,
        });
        self
    }

    /// Adds terms to the order: one, a tuple, or a `Vec`.
    #[must_use]
    pub fn order_by(mut self, term: OrderBy) -> Self {
        self.statement.order_by.push(term);
        self
    }
}

impl<S: Shape> Clone for Select<S> {
    fn clone(&self) -> Self {
        Self { statement: self.statement.clone(), options: self.options.clone() }
    }
}

impl<S: Shape> fmt::Debug for Select<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").field("statement", &self.statement).field("options", &self.options).finish()
    }
}

impl<S: Shape> Statement for Select<S> {
    fn as_statement(&self) -> StatementRef<'_> {
        StatementRef::Select(&self.statement)
    }
}

impl<S: Shape> Query for Select<S> {
    type Shape = S;

    fn options(&self) -> &S::Options {
        &self.options
    }
}
