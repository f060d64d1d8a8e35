//! Functions of dates and instants.

use crate::expr::builtin::Builtin;
use crate::expr::extract::FieldOf;
use crate::expr::node::Node;
use crate::expr::operand::{Expr, IntoExpr, KindOf};

/// `extract(field FROM x)`, as a whole number everywhere; of an instant, in UTC. Where `x` may be NULL, read it as
/// `extract(..).nullable()`.
///
/// ```
/// # use chrono::NaiveDate;
/// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
/// # use lapis_sql::expr::{func, Column, DateField, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Order;
/// # impl StaticTable for Order { const TABLE: &'static str = "orders"; }
/// # impl Order { const DAY: Column<Order, NaiveDate> = Column::new("day"); }
/// let years = select(func::extract(DateField::Year, Order::DAY)).distinct();
/// assert_eq!(years.sql(&MySql)?, "SELECT DISTINCT extract(YEAR FROM `orders`.`day`) FROM `orders`");
/// assert_eq!(
///     years.sql(&Postgres)?,
///     r#"SELECT DISTINCT CAST(extract(YEAR FROM "orders"."day") AS BIGINT) FROM "orders""#
/// );
/// assert_eq!(
///     years.sql(&Sqlite)?,
///     r#"SELECT DISTINCT CAST(strftime('%Y', substr("orders"."day", 1, 19)) AS INTEGER) FROM "orders""#
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn extract<F, O>(field: F, operand: O) -> Expr<i64>
where
    O: IntoExpr,
    F: FieldOf<KindOf<O>>,
{
    Expr::new(Node::builtin(Builtin::Extract(field.field()), vec![operand.into_node()]))
}
