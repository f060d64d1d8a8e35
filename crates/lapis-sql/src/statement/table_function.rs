//! Functions that give rows.

use std::fmt;
use std::marker::PhantomData;

use super::derived::derived_columns;
use super::{FromItem, IntoFromItem, TableSource};
use crate::Name;
use crate::expr::{Expr, IntoExpr, Labeled, Node, StaticTable, TableColumn, TableName};
use crate::types::{ArrayElement, SqlType};

/// A call of a function that gives rows, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionTable {
    /// The function, which is quoted as any other name.
    pub function: TableName,
    /// Its arguments.
    pub args: Vec<Node>,
    /// The names of its columns; of none: those that the function gives them.
    pub columns: Vec<Name>,
    /// Whether a column `ordinality` behind them numbers the rows.
    pub ordinality: bool,
}

/// Rows that a function gives, under a name: what [`table_function`] makes.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a function's rows are nothing before they are selected from"]
pub struct TableFunction {
    name: Name,
    table: FunctionTable,
}

/// The rows of a function of the database's, under a name. Its arguments may name tables that stand before it in FROM.
///
/// ```
/// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, table, table_function, Statement};
/// # struct Page;
/// # impl StaticTable for Page { const TABLE: &'static str = "pages"; }
/// # const TEXT: Column<Page, String> = Column::new("text");
/// let words = table_function("regexp_split_to_table", "words").arg(TEXT).arg(r"\s+").columns(["word"]);
/// let word = words.column::<String>("word");
/// let found = select(word.clone()).from(table::<Page>()).cross_join(&words).filter(word.starts_with("x"));
/// let from = r#" CROSS JOIN "regexp_split_to_table"("pages"."text", $1) AS "words" ("word") "#;
/// assert!(found.sql(&Postgres)?.contains(from));
/// assert!(found.sql(&MySql).is_err());
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// PostgreSQL has such functions, SQLite those of its extensions and its pragmas; on MySQL and MariaDB it is an error
/// when compiled.
pub fn table_function(function: impl Into<Name>, name: impl Into<Name>) -> TableFunction {
    let function = TableName::new(function);
    let table = FunctionTable { function, args: Vec::new(), columns: Vec::new(), ordinality: false };
    TableFunction { name: name.into(), table }
}

impl TableFunction {
    /// The function is in this schema.
    pub fn in_schema(mut self, schema: impl Into<Name>) -> Self {
        self.table.function.schema = Some(schema.into());
        self
    }

    /// One argument more.
    pub fn arg(mut self, argument: impl IntoExpr) -> Self {
        self.table.args.push(argument.into_node());
        self
    }

    /// The names of its columns. SQLite has no way to name them: there they are called as the function has them.
    pub fn columns(mut self, names: impl IntoIterator<Item = impl Into<Name>>) -> Self {
        self.table.columns = names.into_iter().map(Into::into).collect();
        self
    }

    /// `WITH ORDINALITY`: numbers the rows from 1 in a column `ordinality`. PostgreSQL has it alone, and wants the
    /// [`columns`](Self::columns) named beside.
    pub fn with_ordinality(mut self) -> Self {
        self.table.ordinality = true;
        self
    }

    /// The row's number, where the call has [`with_ordinality`](Self::with_ordinality).
    #[must_use]
    pub fn ordinality(&self) -> Expr<i64> {
        self.column("ordinality")
    }

    /// The name as expressions use it.
    #[must_use]
    pub fn table_name(&self) -> TableName {
        TableName::new(self.name.clone())
    }
}

derived_columns!(TableFunction);

#[diagnostic::do_not_recommend]
impl IntoFromItem for TableFunction {
    fn into_from_item(self) -> FromItem {
        FromItem { source: TableSource::Function(Box::new(self.table)), alias: Some(self.name) }
    }
}

/// The elements of an array as rows, under a name: what [`unnest`] makes.
pub struct Unnest<T> {
    call: TableFunction,
    marker: PhantomData<fn() -> T>,
}

/// The elements of an array as rows, under a name, where there are arrays: on PostgreSQL. The array may be a column of
/// a table that stands before it in FROM; of NULL there are none.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, table, unnest, Statement};
/// # struct Page;
/// # impl StaticTable for Page { const TABLE: &'static str = "pages"; }
/// # const TITLE: Column<Page, String> = Column::new("title");
/// # const TAGS: Column<Page, Vec<String>> = Column::new("tags");
/// let tags = unnest("tags", TAGS);
/// let rows = select((TITLE, tags.value(), tags.ordinality())).from(table::<Page>()).cross_join(&tags);
/// assert_eq!(
///     rows.sql(&Postgres)?,
///     "SELECT \"pages\".\"title\", \"tags\".\"value\", \"tags\".\"ordinality\" FROM \"pages\" CROSS JOIN \
///      \"unnest\"(\"pages\".\"tags\") WITH ORDINALITY AS \"tags\" (\"value\", \"ordinality\")",
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[must_use = "the elements are nothing before they are selected from"]
pub fn unnest<T, A>(name: impl Into<Name>, array: A) -> Unnest<T>
where
    T: ArrayElement,
    A: IntoExpr<Type: SqlType<NotNull = Vec<T>>>,
{
    // Of no values, nothing else says which type they have.
    let array = match array.into_node() {
        value @ Node::Value(_) => Node::Cast { operand: Box::new(value), to: Vec::<T>::column_type() },
        array => array,
    };
    let call = table_function("unnest", name)
        .arg(Expr::<Vec<T>>::new(array))
        .columns(["value"])
        .with_ordinality();
    Unnest { call, marker: PhantomData }
}

impl<T> Unnest<T> {
    /// The element.
    #[must_use]
    pub fn value(&self) -> Expr<T> {
        self.call.column("value")
    }

    /// The element's place, from 1.
    #[must_use]
    pub fn ordinality(&self) -> Expr<i64> {
        self.call.ordinality()
    }

    /// The name as expressions use it.
    #[must_use]
    pub fn table_name(&self) -> TableName {
        self.call.table_name()
    }
}

impl<T> Clone for Unnest<T> {
    fn clone(&self) -> Self {
        Self { call: self.call.clone(), marker: PhantomData }
    }
}

impl<T> fmt::Debug for Unnest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Unnest").field(&self.call).finish()
    }
}

#[diagnostic::do_not_recommend]
impl<T> IntoFromItem for Unnest<T> {
    fn into_from_item(self) -> FromItem {
        self.call.into_from_item()
    }
}
