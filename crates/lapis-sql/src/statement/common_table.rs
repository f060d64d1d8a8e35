//! Common table expressions: the queries that a `WITH` names.

use super::derived::derived_columns;
use super::{
    DeleteStatement, FromItem, InsertStatement, IntoFromItem, Select, SelectStatement, SetOperator, Shape,
    UpdateStatement,
};
use crate::Name;
use crate::expr::{Expr, Labeled, StaticTable, TableColumn, TableName};

/// One query of a `WITH` as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonTable {
    /// Its name, by which FROM takes rows from it.
    pub name: Name,
    /// The query, whose columns are the table's.
    pub query: CommonQuery,
    /// Whether the query selects from its own name.
    pub recursive: bool,
    /// `MATERIALIZED` or `NOT MATERIALIZED`, where the database is not to decide by itself.
    pub materialized: Option<bool>,
}

/// What a `WITH` names.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum CommonQuery {
    /// A query.
    Select(SelectStatement),
    /// An INSERT, with what it returns.
    Insert(InsertStatement),
    /// An UPDATE, with what it returns.
    Update(UpdateStatement),
    /// A DELETE, with what it returns.
    Delete(DeleteStatement),
}

/// A common table expression: a query with a name, from which the statement that has it in its `WITH` takes rows as
/// from a table, as often as it likes.
///
/// [`Select::cte`] makes one of a query, [`Select::recursive`] one that refers to itself, and, on PostgreSQL,
/// [`Insert::cte`](super::Insert::cte) and its kin one of what a statement returns. A statement gets it by
/// [`with`](Select::with), and selects from it like from a [`Subquery`](super::Subquery).
///
/// ```
/// # use lapis_sql::dialect::Sqlite;
/// # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Order;
/// # impl StaticTable for Order { const TABLE: &'static str = "orders"; }
/// # const CUSTOMER: Column<Order, String> = Column::new("customer");
/// # const PRICE: Column<Order, i64> = Column::new("price");
/// let totals = select((CUSTOMER, func::sum(PRICE).label("total"))).group_by(CUSTOMER).cte("totals");
/// let total = totals.column::<i64>("total");
/// let best = select((totals.c(CUSTOMER), total.clone())).with(&totals).from(&totals).filter(total.gt(1000));
/// assert_eq!(
///     best.sql(&Sqlite)?,
///     "WITH \"totals\" AS (SELECT \"orders\".\"customer\", sum(\"orders\".\"price\") AS \"total\" FROM \"orders\" \
///      GROUP BY \"orders\".\"customer\") \
///      SELECT \"totals\".\"customer\", \"totals\".\"total\" FROM \"totals\" WHERE \"totals\".\"total\" > ?",
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// What `WITH` says of it.
    pub definition: CommonTable,
}

impl Cte {
    pub(super) fn of(name: Name, query: CommonQuery) -> Self {
        Self { definition: CommonTable { name, query, recursive: false, materialized: None } }
    }

    /// The name as expressions use it.
    #[must_use]
    pub fn table_name(&self) -> TableName {
        TableName::new(self.definition.name.clone())
    }

    /// The same under another name, so that a statement can take rows from it twice.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct Team;
    /// # impl StaticTable for Team { const TABLE: &'static str = "teams"; }
    /// # const NAME: Column<Team, String> = Column::new("name");
    /// let teams = select(NAME).cte("home");
    /// let away = teams.alias("away");
    /// let games = select((teams.c(NAME), away.c(NAME)))
    ///     .with(&teams)
    ///     .from(&teams)
    ///     .join_on(&away, teams.c(NAME).lt(away.c(NAME)));
    /// assert!(games.sql(&Sqlite)?.ends_with("JOIN \"home\" AS \"away\" ON \"home\".\"name\" < \"away\".\"name\""));
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    pub fn alias(&self, name: impl Into<Name>) -> CteAlias {
        CteAlias { cte: self.definition.name.clone(), name: name.into() }
    }

    /// `MATERIALIZED`: the database runs the query once and keeps its rows. An error when compiled for MySQL and
    /// MariaDB, which decide by themselves; PostgreSQL has it since 12, SQLite since 3.35.
    #[must_use]
    pub fn materialized(mut self) -> Self {
        self.definition.materialized = Some(true);
        self
    }

    /// `NOT MATERIALIZED`: the database takes the query into the one around it, where the conditions of that narrow it.
    /// An error where [`materialized`](Self::materialized) is.
    #[must_use]
    pub fn not_materialized(mut self) -> Self {
        self.definition.materialized = Some(false);
        self
    }
}

derived_columns!(Cte, CteAlias);

/// A common table expression under another name, so that a statement can take rows from it twice: what [`Cte::alias`]
/// makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CteAlias {
    cte: Name,
    name: Name,
}

impl CteAlias {
    /// The name as expressions use it.
    #[must_use]
    pub fn table_name(&self) -> TableName {
        TableName::new(self.name.clone())
    }
}

#[diagnostic::do_not_recommend]
impl IntoFromItem for &CteAlias {
    fn into_from_item(self) -> FromItem {
        FromItem::table(TableName::new(self.cte.clone())).aliased(self.name.clone())
    }
}

#[diagnostic::do_not_recommend]
impl IntoFromItem for CteAlias {
    fn into_from_item(self) -> FromItem {
        (&self).into_from_item()
    }
}

#[diagnostic::do_not_recommend]
impl IntoFromItem for &Cte {
    fn into_from_item(self) -> FromItem {
        FromItem::table(self.table_name())
    }
}

#[diagnostic::do_not_recommend]
impl IntoFromItem for Cte {
    fn into_from_item(self) -> FromItem {
        (&self).into_from_item()
    }
}

/// The first rows of a recursive query: what [`Select::recursive`] makes, and [`union_all`](Self::union_all) or
/// [`union`](Self::union) completes.
#[derive(Debug, Clone)]
#[must_use = "it becomes a `Cte` by `.union_all(..)` or `.union(..)`"]
pub struct Recursion<S: Shape> {
    name: Name,
    first: Select<S>,
}

impl<S: Shape> Recursion<S> {
    /// Adds the rows that follow from the last ones, again and again until there are no more. Rows that lead back to
    /// themselves never end; [`union`](Self::union) leaves out those that were there.
    pub fn union_all(self, step: impl FnOnce(&Cte) -> Select<S>) -> Cte {
        self.complete(SetOperator::UnionAll, step)
    }

    /// The same, leaving out rows that were there before.
    pub fn union(self, step: impl FnOnce(&Cte) -> Select<S>) -> Cte {
        self.complete(SetOperator::Union, step)
    }

    fn complete(self, operator: SetOperator, step: impl FnOnce(&Cte) -> Select<S>) -> Cte {
        let mut cte = self.first.cte(self.name);
        let step = step(&cte).statement;
        if let CommonQuery::Select(first) = &mut cte.definition.query {
            *first = std::mem::take(first).combine(operator, step);
        }
        cte.definition.recursive = true;
        cte
    }
}

/// # Common table expressions
impl<S: Shape> Select<S> {
    /// The query as a common table expression, for the `WITH` of another: see [`Cte`].
    pub fn cte(self, name: impl Into<Name>) -> Cte {
        Cte::of(name.into(), CommonQuery::Select(self.statement))
    }

    /// The query as the first rows of a recursive one: trees, graphs, series.
    ///
    /// On MySQL and MariaDB its columns are as wide as in the first rows, and text that becomes longer is an error of
    /// the database, unless the first rows cast it by [`cast_of_length`](crate::expr::ExprOps::cast_of_length) (MySQL
    /// 8.0 Reference Manual, 15.2.20, "Recursive Common Table Expressions"). PostgreSQL wants the next rows cast alike.
    ///
    /// ```
    /// # use lapis_sql::dialect::Postgres;
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct Part;
    /// # impl StaticTable for Part { const TABLE: &'static str = "parts"; }
    /// # const ID: Column<Part, i64> = Column::new("id");
    /// # const WHOLE: Column<Part, Option<i64>> = Column::new("whole_id");
    /// let tree = select(ID)
    ///     .filter(ID.eq(7))
    ///     .recursive("tree")
    ///     .union_all(|tree| select(ID).join_on(tree, WHOLE.eq(tree.c(ID))));
    /// assert_eq!(
    ///     select(tree.c(ID)).with(&tree).from(&tree).sql(&Postgres)?,
    ///     "WITH RECURSIVE \"tree\" AS (SELECT \"parts\".\"id\" FROM \"parts\" WHERE \"parts\".\"id\" = $1 \
    ///      UNION ALL SELECT \"parts\".\"id\" FROM \"parts\" JOIN \"tree\" ON \"parts\".\"whole_id\" = \"tree\".\"id\") \
    ///      SELECT \"tree\".\"id\" FROM \"tree\"",
    /// );
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// # Order and cycles
    /// The rows come in no order of their own. What PostgreSQL calls `SEARCH` and `CYCLE` is a column for each row's
    /// path, which every database has: ordered by it the walk goes in depth, by the depth and then the path in breadth,
    /// and a place that is in the path already is not gone to once more. Where a row is nothing but a place,
    /// [`Recursion::union`] ends by itself.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::{func, lit, Column, Expr, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, table, Statement};
    /// # struct Road;
    /// # impl StaticTable for Road { const TABLE: &'static str = "roads"; }
    /// # const FROM: Column<Road, i64> = Column::new("from_id");
    /// # const TO: Column<Road, i64> = Column::new("to_id");
    /// // A place as text of one length, so that texts have the order of numbers: `0007/`.
    /// let step = |place: Expr<i64>| func::lpad(place.cast::<String>(), 4, "0").concat("/");
    /// let place = lit(1_i64).label("place");
    /// let path = lit("/").concat(step(lit(1_i64))).cast_of_length::<String>(200).label("path");
    /// let walk = select((place.clone(), path.clone())).recursive("walk").union_all(|walk| {
    ///     let been = func::position(walk.column_of(&path), lit("/").concat(step(lit(TO))));
    ///     select((TO, walk.column_of(&path).concat(step(lit(TO))).cast_of_length::<String>(200)))
    ///         .from(table::<Road>())
    ///         .join_on(walk, FROM.eq(walk.column_of(&place)))
    ///         .filter(been.eq(0))
    /// });
    /// let in_depth = select(walk.column_of(&place)).with(&walk).from(&walk).order_by(walk.column_of(&path));
    /// # in_depth.sql(&Sqlite)?;
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// A limit on how deep it goes is a number that grows by one with each step, and a filter on it. MySQL by itself
    /// ends a recursion after 1,000 rounds with an error (`cte_max_recursion_depth`), and MariaDB in silence
    /// (`max_recursive_iterations`).
    pub fn recursive(self, name: impl Into<Name>) -> Recursion<S> {
        Recursion { name: name.into(), first: self }
    }

    /// `WITH`: the query selects from the common table expression by its name, and so may those that are added behind
    /// it.
    ///
    /// Added to a set operation, it is there for all parts; added to a part before, for that part alone.
    #[must_use]
    pub fn with(mut self, cte: &Cte) -> Self {
        self.statement.with.push(cte.definition.clone());
        self
    }
}
