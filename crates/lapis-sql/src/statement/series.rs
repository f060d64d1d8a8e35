//! Numbers as rows.

use super::{FromItem, IntoFromItem, TableSource};
use crate::Name;
use crate::expr::{Expr, IntoExpr, Node, TableName};
use crate::types::SqlType;
use crate::types::kind::IntegerKind;

/// The numbers of a series as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesTable {
    /// The first number.
    pub start: Node,
    /// The last number, which the steps may pass over.
    pub stop: Node,
    /// From each number to the next; negative for a series that falls.
    pub step: i64,
}

/// Numbers at equal distances as something to select from, under a name: what [`generate_series`] makes.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a series does nothing before it is selected from"]
pub struct Series {
    name: Name,
    table: SeriesTable,
}

/// The whole numbers from one to another as rows, in no order of their own; none where the first is above the last, or
/// one of both is NULL.
///
/// ```
/// # use lapis_sql::dialect::{Postgres, Sqlite};
/// # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{generate_series, select, table, Statement};
/// # struct Sale;
/// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
/// # const MONTH: Column<Sale, i64> = Column::new("month");
/// # const PRICE: Column<Sale, i64> = Column::new("price");
/// let months = generate_series("m", 1, 12);
/// // Those without a sale, too.
/// let report = select((months.value(), func::sum(PRICE)))
///     .from(&months)
///     .left_join_on(table::<Sale>(), MONTH.eq(months.value()))
///     .group_by(months.value())
///     .order_by(months.value());
/// let from = r#"FROM generate_series($1::BIGINT, $2::BIGINT, $3::BIGINT) AS "m" ("value")"#;
/// assert!(report.sql(&Postgres)?.contains(from));
/// assert!(report.sql(&Sqlite)?.contains("FROM (WITH RECURSIVE "));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// PostgreSQL has it as a function, also between expressions of the tables before it in FROM. Elsewhere a recursive
/// query makes the same rows of numbers that the program knows, by doubling, so that no database's limit on recursion
/// is met; between expressions it is an error when compiled.
///
/// A calendar is made of it by [`add_days`](crate::expr::func::add_days) and
/// [`add_months`](crate::expr::func::add_months):
///
/// ```
/// # use chrono::NaiveDate;
/// # use lapis_sql::dialect::MySql;
/// # use lapis_sql::expr::{func, lit, ExprOps};
/// # use lapis_sql::statement::{generate_series, select, Statement};
/// # let first_of_may = NaiveDate::from_ymd_opt(2024, 5, 1).unwrap();
/// let number = generate_series("number", 0, 30);
/// let may = select(func::add_days(lit(first_of_may), number.value()).label("day")).from(&number).subquery("may");
/// # select(may.column::<NaiveDate>("day")).from(&may).sql(&MySql)?;
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn generate_series<A, B>(name: impl Into<Name>, start: A, stop: B) -> Series
where
    A: IntoExpr<Type: SqlType<Kind = IntegerKind>>,
    B: IntoExpr<Type: SqlType<Kind = IntegerKind>>,
{
    Series {
        name: name.into(),
        table: SeriesTable { start: start.into_node(), stop: stop.into_node(), step: 1 },
    }
}

impl Series {
    /// From each number to the next; negative for a series that falls. A step of 0 is an error when compiled.
    pub fn step(mut self, step: i64) -> Self {
        self.table.step = step;
        self
    }

    /// The number.
    #[must_use]
    pub fn value(&self) -> Expr<i64> {
        self.table_name().column("value")
    }

    /// The name as expressions use it.
    #[must_use]
    pub fn table_name(&self) -> TableName {
        TableName::new(self.name.clone())
    }
}

#[diagnostic::do_not_recommend]
impl IntoFromItem for Series {
    fn into_from_item(self) -> FromItem {
        FromItem { source: TableSource::Series(Box::new(self.table)), alias: Some(self.name) }
    }
}
