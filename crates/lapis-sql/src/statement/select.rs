//! `SELECT`.

use std::fmt;

use super::terms::and_also;
use super::{
    ByRow, CommonTable, FromItem, Grouping, IntoFromItem, Join, JoinKind, JoinTarget, Ordering, Query,
    RowLock, SelectItems, Selection, SetOperation, Shape, Statement, StatementRef, Val,
};
use crate::Name;
use crate::expr::{Condition, Expr, Node, OrderBy, TableKey, Window};
use crate::types::SqlType;

/// One column of a projection.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectItem {
    /// The expression.
    pub node: Node,
    /// Its name in the result, `AS label`.
    pub label: Option<Name>,
    /// Whether it is read as something that cannot hold NULL. Where an outer join may make it NULL nonetheless, the
    /// statement is an error when compiled.
    pub not_null: bool,
}

impl SelectItem {
    /// An expression without a label.
    #[must_use]
    pub fn new(node: Node) -> Self {
        Self { node, label: None, not_null: false }
    }

    /// The same under a label.
    #[must_use]
    pub fn labeled(node: Node, label: Name) -> Self {
        Self { label: Some(label), ..Self::new(node) }
    }
}

/// A `SELECT` as plain data, or a set operation of several.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SelectStatement {
    /// `WITH`: queries that it selects from by their names.
    pub with: Vec<CommonTable>,
    /// The queries whose rows it puts together, in place of a projection, a FROM and conditions of its own.
    pub set_operation: Option<Box<SetOperation>>,
    /// The projection.
    pub items: SelectItems,
    /// `DISTINCT`
    pub distinct: bool,
    /// `DISTINCT ON`: of the rows that are equal in these, the first.
    pub distinct_on: Vec<Node>,
    /// `FROM`; where empty, the one table that the projection names and no join brings.
    pub from: Vec<FromItem>,
    /// `JOIN`s, in order.
    pub joins: Vec<Join>,
    /// `WHERE`
    pub filter: Option<Node>,
    /// `GROUP BY`
    pub group_by: Vec<Node>,
    /// What is known of the primary keys of the tables that it groups by columns of.
    pub group_keys: Vec<TableKey>,
    /// `HAVING`
    pub having: Option<Node>,
    /// `WINDOW`: windows that functions name.
    pub windows: Vec<(Name, Window)>,
    /// `ORDER BY`
    pub order_by: Vec<OrderBy>,
    /// `LIMIT`
    pub limit: Option<u64>,
    /// `OFFSET`
    pub offset: Option<u64>,
    /// `FOR UPDATE` and its kin.
    pub lock: Option<RowLock>,
}

/// A typed `SELECT` with rows of shape `S`.
///
/// It is built by [`select`] or by an entity's `select()`, one clause a method, and run by an engine, a connection,
/// a transaction or a session. Clauses may be added in any order; a filter on top of another means both.
///
/// ```
/// use lapis_sql::dialect::Sqlite;
/// use lapis_sql::expr::{Column, ExprOps, StaticTable, func};
/// use lapis_sql::statement::{Statement, select};
///
/// struct User;
/// impl StaticTable for User {
///     const TABLE: &'static str = "users";
/// }
/// const NAME: Column<User, String> = Column::new("name");
/// const AGE: Column<User, i32> = Column::new("age");
///
/// let names = select((NAME, func::count(AGE))).filter(AGE.ge(18)).group_by(NAME).order_by(NAME.asc()).limit(10);
/// assert_eq!(
///     names.sql(&Sqlite)?,
///     "SELECT \"users\".\"name\", count(\"users\".\"age\") FROM \"users\" WHERE \"users\".\"age\" >= ? \
///      GROUP BY \"users\".\"name\" ORDER BY \"users\".\"name\" LIMIT ?"
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub struct Select<S: Shape> {
    /// The statement as plain data.
    pub statement: SelectStatement,
    /// How the rows are to be completed.
    pub options: S::Options,
}

/// `SELECT` of columns, expressions and entities: `select((User::name, func::count(Post::id)))`.
pub fn select<S: Selection>(selection: S) -> Select<S::Shape> {
    let mut statement = SelectStatement::default();
    selection.add_to(statement.items.to_mut());
    Select::new(statement)
}

impl<S: Shape> Select<S> {
    /// Says that a statement's rows have shape `S`. Nothing checks it before the rows are decoded.
    #[must_use]
    pub fn new(statement: SelectStatement) -> Self {
        Self { statement, options: S::Options::default() }
    }

    /// `SELECT DISTINCT`: no two rows alike.
    #[must_use]
    pub fn distinct(mut self) -> Self {
        self.statement.distinct = true;
        self
    }

    /// `SELECT DISTINCT ON (…)`: of the rows that are equal in these terms, the first one in the query's order, which
    /// has to begin with the same terms.
    ///
    /// ```
    /// # use lapis_sql::dialect::Postgres;
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct Reading;
    /// # impl StaticTable for Reading { const TABLE: &'static str = "readings"; }
    /// # const PLACE: Column<Reading, String> = Column::new("place");
    /// # const DAY: Column<Reading, i32> = Column::new("day");
    /// # const DEGREES: Column<Reading, i32> = Column::new("degrees");
    /// let latest = select((PLACE, DEGREES)).distinct_on(PLACE).order_by((PLACE, DAY.desc()));
    /// assert_eq!(
    ///     latest.sql(&Postgres)?,
    ///     "SELECT DISTINCT ON (\"readings\".\"place\") \"readings\".\"place\", \"readings\".\"degrees\" \
    ///      FROM \"readings\" ORDER BY \"readings\".\"place\", \"readings\".\"day\" DESC",
    /// );
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// PostgreSQL has it alone. Elsewhere, and there it is an error when compiled, number the rows with
    /// [`row_number`](crate::expr::func::row_number) in a subquery, and keep those with the number 1.
    #[must_use]
    pub fn distinct_on(mut self, terms: impl Grouping) -> Self {
        terms.add_to(&mut self.statement.distinct_on);
        self
    }

    /// Takes rows from a table, an alias or a subquery.
    ///
    /// It is needed only where the statement does not tell by itself: without it, FROM is the left side of the
    /// first join along a relation, else the one table that the projection names.
    #[must_use]
    pub fn from(mut self, item: impl IntoFromItem) -> Self {
        let item = item.into_from_item();
        // A join along a relation may have brought it already.
        if !self.statement.from.contains(&item) {
            self.statement.from.push(item);
        }
        self
    }

    /// Joins along a relation: `.join(User::posts)`. Keeps only rows that match.
    #[must_use]
    pub fn join(self, target: impl JoinTarget) -> Self {
        self.join_target(JoinKind::Inner, &target)
    }

    /// Joins along a relation, keeping rows without a match: `.outer_join(User::posts)`. Columns of the joined
    /// table are then NULL, so select them with [`nullable`](crate::expr::ExprOps::nullable).
    #[must_use]
    pub fn outer_join(self, target: impl JoinTarget) -> Self {
        self.join_target(JoinKind::Left, &target)
    }

    /// `JOIN item ON condition`
    #[must_use]
    pub fn join_on(self, item: impl IntoFromItem, condition: impl Condition) -> Self {
        self.join_with(JoinKind::Inner, item, Some(condition.into_condition()))
    }

    /// `LEFT JOIN item ON condition`: rows without a match are kept, with NULL in the item's columns.
    #[must_use]
    pub fn left_join_on(self, item: impl IntoFromItem, condition: impl Condition) -> Self {
        self.join_with(JoinKind::Left, item, Some(condition.into_condition()))
    }

    /// `RIGHT JOIN item ON condition`: all rows of the item.
    #[must_use]
    pub fn right_join_on(self, item: impl IntoFromItem, condition: impl Condition) -> Self {
        self.join_with(JoinKind::Right, item, Some(condition.into_condition()))
    }

    /// `FULL JOIN item ON condition`: all rows of both sides.
    #[must_use]
    pub fn full_join_on(self, item: impl IntoFromItem, condition: impl Condition) -> Self {
        self.join_with(JoinKind::Full, item, Some(condition.into_condition()))
    }

    /// `CROSS JOIN item`: every row of one side with every row of the other.
    #[must_use]
    pub fn cross_join(self, item: impl IntoFromItem) -> Self {
        self.join_with(JoinKind::Cross, item, None)
    }

    /// Keeps rows for which the condition, and every earlier one, holds.
    #[must_use]
    pub fn filter(mut self, condition: impl Condition) -> Self {
        and_also(&mut self.statement.filter, condition.into_condition());
        self
    }

    /// The same where there is a condition; `None` keeps all rows.
    ///
    /// ```
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::select;
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const NAME: Column<User, String> = Column::new("name");
    /// # const AGE: Column<User, i32> = Column::new("age");
    /// let minimum: Option<i32> = None;
    /// select(NAME).filter_if(minimum.map(|age| AGE.ge(age)));
    /// ```
    #[must_use]
    pub fn filter_if(self, condition: Option<impl Condition>) -> Self {
        match condition {
            Some(condition) => self.filter(condition),
            None => self,
        }
    }

    /// Adds terms to GROUP BY: one expression, a tuple or a `Vec`.
    #[must_use]
    pub fn group_by(mut self, terms: impl Grouping) -> Self {
        terms.add_keys(&mut self.statement.group_keys);
        terms.add_to(&mut self.statement.group_by);
        self
    }

    /// Keeps groups for which the condition, and every earlier one, holds.
    #[must_use]
    pub fn having(mut self, condition: impl Condition) -> Self {
        and_also(&mut self.statement.having, condition.into_condition());
        self
    }

    /// `WINDOW name AS (…)`: gives a window a name, by which functions are taken over it and other windows are made of
    /// it.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::{func, named_window, window, Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct Sale;
    /// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
    /// # const SHOP: Column<Sale, i64> = Column::new("shop");
    /// # const DAY: Column<Sale, i64> = Column::new("day");
    /// # const AMOUNT: Column<Sale, i64> = Column::new("amount");
    /// let by_shop = named_window("by_shop");
    /// let sales = select((
    ///     func::sum(AMOUNT).over(by_shop.clone()),
    ///     func::row_number().over(by_shop.order_by(DAY)),
    /// ))
    /// .window("by_shop", window().partition_by(SHOP));
    /// assert_eq!(
    ///     sales.sql(&Sqlite)?,
    ///     "SELECT sum(\"sales\".\"amount\") OVER \"by_shop\", \
    ///      row_number() OVER (\"by_shop\" ORDER BY \"sales\".\"day\") FROM \"sales\" \
    ///      WINDOW \"by_shop\" AS (PARTITION BY \"sales\".\"shop\")",
    /// );
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// A window may be made of those that were named before it.
    #[must_use]
    pub fn window(mut self, name: impl Into<Name>, window: Window) -> Self {
        self.statement.windows.push((name.into(), window));
        self
    }

    /// Adds terms to the order: one, a tuple or a `Vec`; an expression alone stands for its `.asc()`.
    #[must_use]
    pub fn order_by(mut self, terms: impl Ordering) -> Self {
        terms.add_to(&mut self.statement.order_by);
        self
    }

    /// At most so many rows.
    #[must_use]
    pub fn limit(mut self, rows: u64) -> Self {
        self.statement.limit = Some(rows);
        self
    }

    /// Leaves out the first rows.
    #[must_use]
    pub fn offset(mut self, rows: u64) -> Self {
        self.statement.offset = Some(rows);
        self
    }

    /// Reads the rows as `T`, by the names of their columns.
    #[must_use]
    pub fn rows<T: 'static>(self) -> Select<ByRow<T>> {
        Select::new(self.statement)
    }

    fn join_target(mut self, kind: JoinKind, target: &dyn JoinTarget) -> Self {
        if self.statement.from.is_empty() && self.statement.joins.is_empty() {
            self.statement.from.push(target.left());
        }
        self.statement.joins.extend(target.joins(kind));
        self
    }

    fn join_with(mut self, kind: JoinKind, item: impl IntoFromItem, on: Option<Node>) -> Self {
        self.statement.joins.push(Join { kind, item: item.into_from_item(), on });
        self
    }
}

impl<T: SqlType + 'static> Select<Val<T>> {
    /// The query as one value in an expression: that of its one row, NULL where it has none.
    #[must_use]
    pub fn scalar(self) -> Expr<Option<T::NotNull>> {
        Expr::new(Node::Scalar(Box::new(self.statement)))
    }
}

impl<S: Shape> Clone for Select<S> {
    fn clone(&self) -> Self {
        Self { statement: self.statement.clone(), options: self.options.clone() }
    }
}

impl<S: Shape> fmt::Debug for Select<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select")
            .field("statement", &self.statement)
            .field("options", &self.options)
            .finish()
    }
}

impl Statement for SelectStatement {
    fn as_statement(&self) -> StatementRef<'_> {
        StatementRef::Select(self)
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
