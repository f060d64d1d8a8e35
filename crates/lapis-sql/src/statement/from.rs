//! FROM: tables, subqueries, aliases and joins.

use std::fmt;
use std::marker::PhantomData;

use super::derived::derived_columns;
use super::{
    FunctionTable, JsonElements, JsonMembers, JsonTable, Select, SelectStatement, Series, SeriesTable,
    Shape, TableFunction, Unnest, Values, ValuesTable,
};
use crate::Name;
use crate::expr::{Expr, Labeled, Node, StaticTable, TableColumn, TableName};

/// What rows are taken from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TableSource {
    /// A table.
    Table(TableName),
    /// A subquery; it needs an alias.
    Select(Box<SelectStatement>),
    /// A subquery that refers to what stands before it in FROM; it needs an alias, too.
    Lateral(Box<SelectStatement>),
    /// Rows of expressions; they need an alias.
    Values(ValuesTable),
    /// Rows that a function gives.
    Function(Box<FunctionTable>),
    /// The numbers of a series; they need an alias.
    Series(Box<SeriesTable>),
    /// What is within a JSON document; it needs an alias.
    Json(Box<JsonTable>),
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
    fn left(&self) -> FromItem;

    /// The joins that lead to the target, each of that kind (two for many-to-many).
    fn joins(&self, kind: JoinKind) -> Vec<Join>;
}

/// Something that rows can be taken from: a [`table`], an [`alias`], a subquery, a [`FromItem`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something that rows can be selected from",
    note = "a table is `table::<User>()`, a table under another name `alias::<User>(\"u\")`"
)]
pub trait IntoFromItem {
    /// The item of FROM.
    fn into_from_item(self) -> FromItem;
}

#[diagnostic::do_not_recommend]
impl IntoFromItem for FromItem {
    fn into_from_item(self) -> FromItem {
        self
    }
}

#[diagnostic::do_not_recommend]
impl IntoFromItem for TableName {
    fn into_from_item(self) -> FromItem {
        FromItem::table(self)
    }
}

/// What has a name in the statement is kept for its columns, and given to FROM by reference.
macro_rules! by_reference {
    ($([$($generics:tt)*] $name:ty),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoFromItem for &$name {
            fn into_from_item(self) -> FromItem {
                self.clone().into_from_item()
            }
        }
    )+};
}

by_reference! {
    [E: StaticTable] Alias<E>,
    [] Subquery,
    [] Values,
    [] Series,
    [] TableFunction,
    [T] Unnest<T>,
    [T] JsonElements<T>,
    [T] JsonMembers<T>,
}

/// The table of `E`, for `from` and joins: `.join_on(table::<Post>(), Post::author.eq(User::id))`.
#[must_use]
pub fn table<E: StaticTable>() -> FromItem {
    FromItem::table(E::table_name())
}

/// A table under another name, so that a statement can hold it twice.
///
/// ```
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{alias, select, table};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # const ID: Column<User, i64> = Column::new("id");
/// # const NAME: Column<User, String> = Column::new("name");
/// # const MANAGER: Column<User, Option<i64>> = Column::new("manager_id");
/// let manager = alias::<User>("manager");
/// select((NAME, manager.c(NAME).nullable()))
///     .from(table::<User>())
///     .left_join_on(&manager, MANAGER.eq(manager.c(ID)));
/// // … FROM "users" LEFT JOIN "users" AS "manager" ON "users"."manager_id" = "manager"."id"
/// ```
pub struct Alias<E> {
    name: Name,
    marker: PhantomData<fn() -> E>,
}

/// The table of `E` under another name.
pub fn alias<E: StaticTable>(name: impl Into<Name>) -> Alias<E> {
    Alias { name: name.into(), marker: PhantomData }
}

impl<E: StaticTable> Alias<E> {
    /// A column of the table, under this name.
    pub fn c<C: TableColumn<E>>(&self, column: C) -> Expr<C::Type> {
        Expr::new(Node::column(self.table_name(), column.column_name()))
    }

    /// An expression over columns of the table, as one over the table under this name.
    ///
    /// ```
    /// # use lapis_sql::expr::{Column, Expr, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{alias, select};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const AGE: Column<User, i32> = Column::new("age");
    /// fn is_adult() -> Expr<bool> {
    ///     AGE.ge(18)
    /// }
    /// let manager = alias::<User>("manager");
    /// manager.expr(is_adult()); // "manager"."age" >= ?
    /// ```
    pub fn expr<T>(&self, expression: Expr<T>) -> Expr<T> {
        let mut node = expression.node().clone();
        node.rename_table(&E::table_name(), &self.table_name());
        Expr::new(node)
    }

    /// The name as expressions use it.
    #[must_use]
    pub fn table_name(&self) -> TableName {
        TableName::new(self.name.clone())
    }
}

impl<E> Clone for Alias<E> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), marker: PhantomData }
    }
}

impl<E> fmt::Debug for Alias<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Alias").field(&self.name).finish()
    }
}

#[diagnostic::do_not_recommend]
impl<E: StaticTable> IntoFromItem for Alias<E> {
    fn into_from_item(self) -> FromItem {
        FromItem::table(E::table_name()).aliased(self.name)
    }
}

/// A query as something to select from, under a name: what [`Select::subquery`] makes.
#[derive(Debug, Clone)]
pub struct Subquery {
    name: Name,
    statement: SelectStatement,
    lateral: bool,
}

impl Subquery {
    /// The name as expressions use it.
    #[must_use]
    pub fn table_name(&self) -> TableName {
        TableName::new(self.name.clone())
    }

    /// The same subquery once more, under another name.
    #[must_use]
    pub fn alias(&self, name: impl Into<Name>) -> Self {
        Self { name: name.into(), ..self.clone() }
    }

    /// `LATERAL`: the subquery may refer to the tables that stand before it in FROM, and is asked anew for each of their
    /// rows. PostgreSQL has it, and MySQL since 8.0.14; it is an error when compiled for SQLite and MariaDB.
    ///
    /// ```
    /// # use lapis_sql::dialect::Postgres;
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, table, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const USER: Column<User, i64> = Column::new("id");
    /// # struct Post;
    /// # impl StaticTable for Post { const TABLE: &'static str = "posts"; }
    /// # const ID: Column<Post, i64> = Column::new("id");
    /// # const AUTHOR: Column<Post, i64> = Column::new("author_id");
    /// let latest = select(ID).filter(AUTHOR.eq(USER)).order_by(ID.desc()).limit(3).subquery("latest").lateral();
    /// let rows = select((USER, latest.c(ID))).from(table::<User>()).cross_join(&latest);
    /// assert_eq!(
    ///     rows.sql(&Postgres)?,
    ///     "SELECT \"users\".\"id\", \"latest\".\"id\" FROM \"users\" CROSS JOIN LATERAL \
    ///      (SELECT \"posts\".\"id\" FROM \"posts\" WHERE \"posts\".\"author_id\" = \"users\".\"id\" \
    ///      ORDER BY \"posts\".\"id\" DESC LIMIT $1) AS \"latest\"",
    /// );
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    #[must_use]
    pub fn lateral(mut self) -> Self {
        self.lateral = true;
        self
    }
}

derived_columns!(Subquery);

#[diagnostic::do_not_recommend]
impl IntoFromItem for Subquery {
    fn into_from_item(self) -> FromItem {
        let select = Box::new(self.statement);
        let source = if self.lateral { TableSource::Lateral(select) } else { TableSource::Select(select) };
        FromItem { source, alias: Some(self.name) }
    }
}

impl<S: Shape> Select<S> {
    /// The query as something to select from, under a name.
    ///
    /// ```
    /// # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::select;
    /// # struct Post;
    /// # impl StaticTable for Post { const TABLE: &'static str = "posts"; }
    /// # const ID: Column<Post, i64> = Column::new("id");
    /// # const AUTHOR: Column<Post, i64> = Column::new("author_id");
    /// let counts = select((AUTHOR, func::count(ID).label("posts"))).group_by(AUTHOR).subquery("counts");
    /// select(counts.c(AUTHOR)).from(&counts).filter(counts.column::<i64>("posts").gt(3));
    /// // SELECT "counts"."author_id" FROM (SELECT …) AS "counts" WHERE "counts"."posts" > ?
    /// ```
    pub fn subquery(self, name: impl Into<Name>) -> Subquery {
        Subquery { name: name.into(), statement: self.statement, lateral: false }
    }
}
