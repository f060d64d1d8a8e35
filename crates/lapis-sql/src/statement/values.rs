//! `VALUES` as a table.

use super::derived::derived_columns;
use super::{FromItem, IntoFromItem, TableSource};
use crate::Name;
use crate::expr::{Expr, IntoExpr, Labeled, Node, StaticTable, TableColumn, TableName, lit, of_own_type};

/// Rows of expressions as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct ValuesTable {
    /// The names of the columns.
    pub columns: Vec<Name>,
    /// The rows, each as long as the columns.
    pub rows: Vec<Vec<Node>>,
}

/// Rows of values as something to select from, under a name: what [`values`] makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    name: Name,
    table: ValuesTable,
}

/// A table of rows that the statement brings along: single values or expressions for one column, or tuples of up to
/// twelve.
///
/// Where the database gives no names to the columns of `VALUES` (SQLite, MariaDB), the first row is selected under
/// them. No row at all is an error when compiled.
///
/// ```
/// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, table, values, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # const ID: Column<User, i64> = Column::new("id");
/// let bonus = values("bonus", ["id", "amount"], [(1, 500), (2, 300)]);
/// let rows = select((ID, bonus.column::<i64>("amount")))
///     .from(table::<User>())
///     .join_on(&bonus, bonus.c(ID).eq(ID));
/// let behind = "JOIN (VALUES ($1::BIGINT, $2::BIGINT), ($3::BIGINT, $4::BIGINT)) AS \"bonus\" (\"id\", \"amount\")";
/// assert!(rows.sql(&Postgres)?.contains(behind));
/// let behind = "JOIN (VALUES ROW(?, ?), ROW(?, ?)) AS `bonus` (`id`, `amount`)";
/// assert!(rows.sql(&MySql)?.contains(behind));
/// let behind = "JOIN (SELECT ? AS \"id\", ? AS \"amount\" UNION ALL VALUES (?, ?)) AS \"bonus\"";
/// assert!(rows.sql(&Sqlite)?.contains(behind));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn values<R: ValuesRow>(
    name: impl Into<Name>,
    columns: impl IntoIterator<Item = impl Into<Name>>,
    rows: impl IntoIterator<Item = R>,
) -> Values {
    let columns = columns.into_iter().map(Into::into).collect();
    let rows = rows.into_iter().map(ValuesRow::into_nodes).collect();
    Values { name: name.into(), table: ValuesTable { columns, rows } }
}

impl Values {
    /// The name as expressions use it.
    #[must_use]
    pub fn table_name(&self) -> TableName {
        TableName::new(self.name.clone())
    }
}

derived_columns!(Values);

/// One row of [`values`]: a value or an expression for a single column, or a tuple of up to twelve.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of values",
    label = "neither a value, an expression, nor a tuple of up to twelve"
)]
pub trait ValuesRow {
    /// The values of the columns; of NULL, with its type, which nothing else may tell.
    fn into_nodes(self) -> Vec<Node>;
}

#[diagnostic::do_not_recommend]
impl<O: IntoExpr> ValuesRow for O {
    fn into_nodes(self) -> Vec<Node> {
        vec![of_own_type(lit(self))]
    }
}

macro_rules! rows {
    ($($name:ident),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: IntoExpr),+> ValuesRow for ($($name,)+) {
            #[allow(non_snake_case)]
            fn into_nodes(self) -> Vec<Node> {
                let ($($name,)+) = self;
                vec![$(of_own_type(lit($name))),+]
            }
        }
    };
}

rows!(A);
rows!(A, B);
rows!(A, B, C);
rows!(A, B, C, D);
rows!(A, B, C, D, E);
rows!(A, B, C, D, E, F);
rows!(A, B, C, D, E, F, G);
rows!(A, B, C, D, E, F, G, H);
rows!(A, B, C, D, E, F, G, H, I);
rows!(A, B, C, D, E, F, G, H, I, J);
rows!(A, B, C, D, E, F, G, H, I, J, K);
rows!(A, B, C, D, E, F, G, H, I, J, K, L);

#[diagnostic::do_not_recommend]
impl IntoFromItem for Values {
    fn into_from_item(self) -> FromItem {
        FromItem { source: TableSource::Values(self.table), alias: Some(self.name) }
    }
}
