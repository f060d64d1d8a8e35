//! Set operations: `UNION`, `INTERSECT` and `EXCEPT` of queries whose rows have one shape.

use super::{CommonQuery, Select, SelectItem, SelectStatement, Shape};

/// How the rows of two queries are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SetOperator {
    /// `UNION`: the rows of either, each once.
    Union,
    /// `UNION ALL`: the rows of both, as often as they come.
    UnionAll,
    /// `INTERSECT`: the rows of both, each once.
    Intersect,
    /// `INTERSECT ALL`: a row as often as it comes in the one that has it less often.
    IntersectAll,
    /// `EXCEPT`: the rows of the first that are not in the second, each once.
    Except,
    /// `EXCEPT ALL`: a row as many times as it comes more often in the first than in the second.
    ExceptAll,
}

impl SetOperator {
    /// The operator in SQL.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Union => "UNION",
            Self::UnionAll => "UNION ALL",
            Self::Intersect => "INTERSECT",
            Self::IntersectAll => "INTERSECT ALL",
            Self::Except => "EXCEPT",
            Self::ExceptAll => "EXCEPT ALL",
        }
    }
}

/// A set operation as plain data: one operator between its parts, from left to right.
///
/// What mixes operators has another set operation as a part, so that nothing depends on which operator binds more
/// tightly, of which the databases have different ideas.
#[derive(Debug, Clone, PartialEq)]
pub struct SetOperation {
    /// The operator.
    pub operator: SetOperator,
    /// The queries, of which each gives the same number of columns; the first one names them.
    pub parts: Vec<SelectStatement>,
}

impl SelectStatement {
    /// This query's rows put together with those of another.
    #[must_use]
    pub fn combine(self, operator: SetOperator, other: SelectStatement) -> SelectStatement {
        let parts = match self.set_operation {
            // `(a UNION b) UNION c` is `a UNION b UNION c`.
            Some(set) if set.operator == operator && self.with.is_empty() && self.has_no_end() => {
                let mut parts = set.parts;
                parts.push(other);
                parts
            }
            set_operation => vec![SelectStatement { set_operation, ..self }, other],
        };
        let set_operation = Some(Box::new(SetOperation { operator, parts }));
        SelectStatement { set_operation, ..SelectStatement::default() }
    }

    /// The columns of its rows: its own projection, or that of a set operation's first part.
    #[must_use]
    pub fn output_items(&self) -> &[SelectItem] {
        let mut select = self;
        while let Some(first) = select.set_operation.as_ref().and_then(|set| set.parts.first()) {
            select = first;
        }
        &select.items
    }

    /// Whether it writes rows in its WITH.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.with.iter().any(|table| match &table.query {
            CommonQuery::Select(select) => select.changes(),
            CommonQuery::Insert(_) | CommonQuery::Update(_) | CommonQuery::Delete(_) => true,
        })
    }

    /// Whether it, a part of it or a subquery of its FROM, locks rows.
    pub(crate) fn takes_locks(&self) -> bool {
        let tables = self.with.iter().filter_map(|table| match &table.query {
            CommonQuery::Select(select) => Some(select),
            _ => None,
        });
        self.lock.is_some() || self.queries().chain(tables).any(Self::takes_locks)
    }

    /// Whether nothing comes behind the rows: no order, no limit, no lock.
    pub(crate) fn has_no_end(&self) -> bool {
        self.order_by.is_empty() && self.limit.is_none() && self.offset.is_none() && self.lock.is_none()
    }
}

/// # Set operations
///
/// They join queries whose rows have the same shape. The result is a query like any other: it has an order and a
/// limit of its own, can be a part of another set operation, and stands wherever a query does. What has an
/// `order_by` or a `limit` before it is combined keeps them for itself.
///
/// Behind a set operation, `order_by` takes what its first part selects, and is written by the names of its columns.
/// There is nothing to filter or to group there: filter the parts, or make a [`subquery`](Select::subquery) of it.
///
/// ```
/// # use lapis_sql::dialect::{Postgres, Sqlite};
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # struct Guest;
/// # impl StaticTable for Guest { const TABLE: &'static str = "guests"; }
/// # const NAME: Column<User, String> = Column::new("name");
/// # const AGE: Column<User, i32> = Column::new("age");
/// # const GUEST: Column<Guest, String> = Column::new("name");
/// let everyone = select(NAME).union(select(GUEST)).order_by(NAME).limit(10);
/// assert_eq!(
///     everyone.sql(&Sqlite)?,
///     "SELECT \"users\".\"name\" FROM \"users\" UNION SELECT \"guests\".\"name\" FROM \"guests\" \
///      ORDER BY \"name\" LIMIT ?",
/// );
///
/// // SQLite, which takes no parentheses around a part, gets `SELECT * FROM (…) AS "part"`.
/// let oldest = select(NAME).order_by(AGE.desc()).limit(3);
/// assert_eq!(
///     oldest.union_all(select(GUEST)).sql(&Postgres)?,
///     "(SELECT \"users\".\"name\" FROM \"users\" ORDER BY \"users\".\"age\" DESC LIMIT $1) \
///      UNION ALL SELECT \"guests\".\"name\" FROM \"guests\"",
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// MySQL has `INTERSECT` and `EXCEPT` since 8.0.31; MariaDB has their `ALL` since 10.5, SQLite has it not.
impl<S: Shape> Select<S> {
    /// `UNION`: the rows of either query, each once.
    #[must_use]
    pub fn union(self, other: Select<S>) -> Select<S> {
        self.combine(SetOperator::Union, other)
    }

    /// `UNION ALL`: the rows of both queries, as often as they come.
    #[must_use]
    pub fn union_all(self, other: Select<S>) -> Select<S> {
        self.combine(SetOperator::UnionAll, other)
    }

    /// `INTERSECT`: the rows that both queries have, each once.
    #[must_use]
    pub fn intersect(self, other: Select<S>) -> Select<S> {
        self.combine(SetOperator::Intersect, other)
    }

    /// `INTERSECT ALL`: each row as often as the query has it that has it less often. An error when compiled for
    /// SQLite.
    #[must_use]
    pub fn intersect_all(self, other: Select<S>) -> Select<S> {
        self.combine(SetOperator::IntersectAll, other)
    }

    /// `EXCEPT`: the rows of this query that the other has not, each once.
    #[must_use]
    pub fn except(self, other: Select<S>) -> Select<S> {
        self.combine(SetOperator::Except, other)
    }

    /// `EXCEPT ALL`: each row as many times as this query has it more often than the other. An error when compiled
    /// for SQLite.
    #[must_use]
    pub fn except_all(self, other: Select<S>) -> Select<S> {
        self.combine(SetOperator::ExceptAll, other)
    }

    /// How rows are to be completed is told by the first query.
    fn combine(self, operator: SetOperator, other: Select<S>) -> Select<S> {
        Select { statement: self.statement.combine(operator, other.statement), options: self.options }
    }
}
