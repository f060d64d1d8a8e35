//! Functions of dates, instants and times of day.
//!
//! An operand's own fields are asked for in UTC. Where an operand may be NULL, so may be what is computed from it, and is read
//! as an `Option`.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::{Propagated, builtin};
use crate::Name;
use crate::expr::arithmetic::RightOperand;
use crate::expr::builtin::Builtin;
use crate::expr::extract::{FieldOf, Unit};
use crate::expr::node::Node;
use crate::expr::operand::{Expr, IntoExpr, KindOf};
use crate::types::SqlType;
use crate::types::kind::{ComparableWith, DateKind, Dated, Integral, TimestampKind};

/// `extract(field FROM x)`, as a whole number everywhere; of an instant, in UTC.
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
pub fn extract<F, O>(field: F, operand: O) -> Expr<Propagated<O, i64>>
where
    O: IntoExpr,
    F: FieldOf<KindOf<O>>,
{
    builtin(Builtin::Extract(field.field(), F::MOMENT), [operand.into_node()])
}

/// The beginning of the year, the month, the hour, … that `x` is in: `date_trunc('month', x)`. It is of `x`'s own type; of
/// an instant, in UTC.
///
/// ```
/// # use chrono::{DateTime, Utc};
/// # use lapis_sql::dialect::{MySql, Postgres};
/// # use lapis_sql::expr::{func, Column, StaticTable, Unit};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Visit;
/// # impl StaticTable for Visit { const TABLE: &'static str = "visits"; }
/// # impl Visit { const AT: Column<Visit, DateTime<Utc>> = Column::new("at"); }
/// let month = func::date_trunc(Unit::Month, Visit::AT);
/// let by_month = select((month.clone(), func::count_all())).group_by(month);
/// assert_eq!(
///     by_month.sql(&Postgres)?,
///     "SELECT date_trunc('month', \"visits\".\"at\", 'UTC'), count(*) FROM \"visits\" \
///      GROUP BY date_trunc('month', \"visits\".\"at\", 'UTC')"
/// );
/// assert!(by_month.sql(&MySql)?.starts_with("SELECT CAST(date_format(`visits`.`at`, '%Y-%m-01') AS DATETIME(6))"));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn date_trunc<O>(unit: Unit, operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Dated,
{
    builtin(Builtin::Truncate(unit, KindOf::<O>::MOMENT), [operand.into_node()])
}

/// So many months later, or before, if the number is below zero; a number known in Rust may be added as
/// [`chrono::Months`]: `Order::day + Months::new(3)`. The day of the month that the result has not is its last: a month
/// after 31 January is the last day of February.
///
/// ```
/// # use chrono::{Months, NaiveDate};
/// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
/// # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Loan;
/// # impl StaticTable for Loan { const TABLE: &'static str = "loans"; }
/// # impl Loan {
/// #     const FROM: Column<Loan, NaiveDate> = Column::new("from");
/// #     const MONTHS: Column<Loan, i32> = Column::new("months");
/// # }
/// let ends = select(func::add_months(Loan::FROM, Loan::MONTHS));
/// assert_eq!(ends.sql(&MySql)?, "SELECT CAST((`loans`.`from` + INTERVAL `loans`.`months` MONTH) AS DATE) FROM `loans`");
/// assert_eq!(
///     ends.sql(&Sqlite)?,
///     r#"SELECT date("loans"."from", "loans"."months" || ' months', 'floor') FROM "loans""#
/// );
/// let quarter = select(Loan::FROM + Months::new(3));
/// assert_eq!(
///     quarter.sql(&Postgres)?,
///     r#"SELECT CAST("loans"."from" + make_interval(months => CAST($1::INTEGER AS INTEGER)) AS DATE) FROM "loans""#
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// On SQLite it needs version 3.46.
pub fn add_months<O, N>(operand: O, months: N) -> Expr<N::Result>
where
    O: IntoExpr,
    N: RightOperand<O::Type>,
    KindOf<O>: Dated,
    KindOf<N>: Integral,
{
    builtin(Builtin::AddMonths(KindOf::<O>::MOMENT), [operand.into_node(), months.into_node()])
}

/// So many days later, or before, if the number is below zero; a number known in Rust may be added as [`chrono::Days`]:
/// `Order::day - Days::new(90)`.
pub fn add_days<O, N>(operand: O, days: N) -> Expr<N::Result>
where
    O: IntoExpr,
    N: RightOperand<O::Type>,
    KindOf<O>: Dated,
    KindOf<N>: Integral,
{
    builtin(Builtin::AddDays(KindOf::<O>::MOMENT), [operand.into_node(), days.into_node()])
}

/// How many days from one date to another: PostgreSQL's `to - from`, MySQL's `datediff(to, from)`.
pub fn days_between<F, T>(from: F, to: T) -> Expr<T::Result>
where
    F: IntoExpr<Type: SqlType<Kind = DateKind>>,
    T: RightOperand<Propagated<F, i64>, Type: SqlType<Kind = DateKind>>,
{
    builtin(Builtin::DaysBetween, [from.into_node(), to.into_node()])
}

/// The time from one instant to another: PostgreSQL's `to - from`, MySQL's `timestampdiff(MICROSECOND, from, to)`. To move
/// an instant by such a span, add or subtract it: `Visit::at + TimeDelta::hours(2)`.
pub fn elapsed<F, T>(from: F, to: T) -> Expr<T::Result>
where
    F: IntoExpr,
    T: RightOperand<Propagated<F, TimeDelta>>,
    KindOf<F>: ComparableWith<TimestampKind>,
    KindOf<T>: ComparableWith<TimestampKind>,
{
    builtin(Builtin::Elapsed, [from.into_node(), to.into_node()])
}

/// The date of an instant, in UTC, or of a timestamp.
pub fn date_of<O>(operand: O) -> Expr<Propagated<O, NaiveDate>>
where
    O: IntoExpr,
    KindOf<O>: Dated + ComparableWith<TimestampKind>,
{
    builtin(Builtin::DateOf(KindOf::<O>::MOMENT), [operand.into_node()])
}

/// The time of day of an instant, in UTC, or of a timestamp.
pub fn time_of<O>(operand: O) -> Expr<Propagated<O, NaiveTime>>
where
    O: IntoExpr,
    KindOf<O>: Dated + ComparableWith<TimestampKind>,
{
    builtin(Builtin::TimeOf(KindOf::<O>::MOMENT), [operand.into_node()])
}

/// The instant at which the statement or transaction runs, in UTC: each database in its own spelling, as
/// precise as its columns are.
#[must_use]
pub fn now() -> Expr<DateTime<Utc>> {
    Expr::new(Node::Now)
}

/// The date on which the statement or transaction runs: `CURRENT_DATE`.
#[must_use]
pub fn current_date() -> Expr<NaiveDate> {
    Expr::new(Node::Raw { pieces: vec![Name::Borrowed("CURRENT_DATE")], args: Vec::new() })
}
