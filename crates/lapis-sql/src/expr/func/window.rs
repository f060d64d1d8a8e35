//! Functions over windows.
//!
//! What looks at another row is read as an `Option`, for there may be no such row.

use super::Nullable;
use crate::Name;
use crate::expr::arithmetic::RightOperand;
use crate::expr::node::Node;
use crate::expr::operand::{IntoExpr, KindOf};
use crate::expr::window::WindowFunction;
use crate::types::SqlType;

fn call<T>(name: &'static str, args: Vec<Node>) -> WindowFunction<T> {
    WindowFunction::new(Node::function(Name::Borrowed(name), args))
}

/// A number that is no parameter: it is part of what is asked, and has whatever type the function wants.
fn constant(number: u32) -> Node {
    Node::Raw { pieces: vec![Name::Owned(number.to_string())], args: Vec::new() }
}

/// `row_number()`: the row's number within its partition, from 1.
///
/// ```
/// # use lapis_sql::expr::{func, window, Column, Expr, ExprOps, StaticTable};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # const AGE: Column<User, i32> = Column::new("age");
/// let number: Expr<i64> = func::row_number().over(window().order_by(AGE.desc()));
/// // row_number() OVER (ORDER BY "users"."age" DESC)
/// ```
pub fn row_number() -> WindowFunction<i64> {
    call("row_number", Vec::new())
}

/// `rank()`: the number of the first row that is equal to this one in the window's order; 1, 1, 3.
pub fn rank() -> WindowFunction<i64> {
    call("rank", Vec::new())
}

/// `dense_rank()`: the number of the group of rows that are equal in the window's order; 1, 1, 2.
pub fn dense_rank() -> WindowFunction<i64> {
    call("dense_rank", Vec::new())
}

/// `percent_rank()`: the rank as a number from 0 to 1, `(rank - 1) / (rows - 1)`.
pub fn percent_rank() -> WindowFunction<f64> {
    call("percent_rank", Vec::new())
}

/// `cume_dist()`: which part of the rows comes before this one or is equal to it.
pub fn cume_dist() -> WindowFunction<f64> {
    call("cume_dist", Vec::new())
}

/// `ntile(buckets)`: the number of the row's bucket, from 1, where the rows are put in so many of nearly one size. No
/// database takes 0 of them.
pub fn ntile(buckets: u32) -> WindowFunction<i64> {
    call("ntile", vec![constant(buckets)])
}

/// `lag(x, rows)`: what `x` is so many rows before; NULL where there is no such row. For another value then, there is
/// [`lag_or`].
///
/// ```
/// # use lapis_sql::expr::{func, window, Column, Expr, StaticTable};
/// # struct Sale;
/// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
/// # const DAY: Column<Sale, i64> = Column::new("day");
/// # const AMOUNT: Column<Sale, i64> = Column::new("amount");
/// let growth: Expr<Option<i64>> = AMOUNT - func::lag(AMOUNT, 1).over(window().order_by(DAY));
/// // "sales"."amount" - lag("sales"."amount", 1) OVER (ORDER BY "sales"."day")
/// ```
pub fn lag<O: IntoExpr>(operand: O, rows: u32) -> WindowFunction<Nullable<O>> {
    call("lag", vec![operand.into_node(), constant(rows)])
}

/// `lead(x, rows)`: what `x` is so many rows behind; NULL where there is no such row.
pub fn lead<O: IntoExpr>(operand: O, rows: u32) -> WindowFunction<Nullable<O>> {
    call("lead", vec![operand.into_node(), constant(rows)])
}

/// `lag(x, rows, otherwise)`: what `x` is so many rows before, and `otherwise` where there is no such row. Where there
/// is one and `x` is NULL in it, it is NULL, other than with [`coalesce`](super::coalesce). Where either may be NULL, it is read
/// as an `Option`.
///
/// ```
/// # use lapis_sql::dialect::{MariaDb, Sqlite};
/// # use lapis_sql::expr::{func, window, Column, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Sale;
/// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
/// # const DAY: Column<Sale, i64> = Column::new("day");
/// # const AMOUNT: Column<Sale, i64> = Column::new("amount");
/// let before = select(func::lag_or(AMOUNT, 1, 0).over(window().order_by(DAY)));
/// assert_eq!(
///     before.sql(&Sqlite)?,
///     r#"SELECT lag("sales"."amount", 1, ?) OVER (ORDER BY "sales"."day") FROM "sales""#,
/// );
/// // MariaDB's `lag` has no third argument.
/// assert_eq!(
///     before.sql(&MariaDb)?,
///     "SELECT CASE WHEN lag(1, 1) OVER (ORDER BY `sales`.`day`) IS NULL THEN ? \
///      ELSE lag(`sales`.`amount`, 1) OVER (ORDER BY `sales`.`day`) END FROM `sales`",
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn lag_or<O, D>(operand: O, rows: u32, otherwise: D) -> WindowFunction<D::Result>
where
    O: IntoExpr,
    D: RightOperand<O::Type>,
    D::Type: SqlType<Kind = KindOf<O>>,
{
    call("lag", vec![operand.into_node(), constant(rows), otherwise.into_node()])
}

/// `lead(x, rows, otherwise)`: what `x` is so many rows behind, and `otherwise` where there is no such row; see
/// [`lag_or`].
pub fn lead_or<O, D>(operand: O, rows: u32, otherwise: D) -> WindowFunction<D::Result>
where
    O: IntoExpr,
    D: RightOperand<O::Type>,
    D::Type: SqlType<Kind = KindOf<O>>,
{
    call("lead", vec![operand.into_node(), constant(rows), otherwise.into_node()])
}

/// `first_value(x)`: what `x` is in the first row of the frame; NULL where the frame has no row.
pub fn first_value<O: IntoExpr>(operand: O) -> WindowFunction<Nullable<O>> {
    call("first_value", vec![operand.into_node()])
}

/// `last_value(x)`: what `x` is in the last row of the frame; NULL where the frame has no row.
///
/// The frame of an ordered window ends with the current row unless another is given: `.rows(..)` for all rows.
pub fn last_value<O: IntoExpr>(operand: O) -> WindowFunction<Nullable<O>> {
    call("last_value", vec![operand.into_node()])
}

/// `nth_value(x, n)`: what `x` is in the frame's row of that number, from 1; NULL where it has none.
pub fn nth_value<O: IntoExpr>(operand: O, number: u32) -> WindowFunction<Nullable<O>> {
    call("nth_value", vec![operand.into_node(), constant(number)])
}
