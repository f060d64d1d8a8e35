//! Aggregates: what puts the values of many rows into one.

use rust_decimal::Decimal;

use super::{Nullable, builtin, unary};
use crate::Name;
use crate::expr::aggregate::Aggregate;
use crate::expr::builtin::Builtin;
use crate::expr::node::Node;
use crate::expr::operand::{Expr, IntoExpr, KindOf, of_own_type};
use crate::expr::ops::ExprOps;
use crate::types::kind::{self, ComparableWith, Logical, Numeric, Textual};
use crate::types::{ColumnType, SqlType};
use crate::value::Value;

/// Kinds that can be summed, and what their sum and their average are read as.
#[diagnostic::on_unimplemented(
    message = "`sum` and `avg` need numbers, and this is {Self}",
    label = "`{Self}` is not a number"
)]
pub trait Summable: Numeric {
    /// `i64` for integers of any width, `f64` for floats, `Decimal` for decimals.
    type Sum;
    /// `f64` for integers and floats, `Decimal` for decimals.
    type Average;
}

#[diagnostic::do_not_recommend]
impl Summable for kind::IntegerKind {
    type Sum = i64;
    type Average = f64;
}

#[diagnostic::do_not_recommend]
impl Summable for kind::FloatKind {
    type Sum = f64;
    type Average = f64;
}

#[diagnostic::do_not_recommend]
impl Summable for kind::DecimalKind {
    type Sum = Decimal;
    type Average = Decimal;
}

/// `count(x)`: how many rows have a value there that is not NULL.
pub fn count<O: IntoExpr>(operand: O) -> Expr<i64> {
    unary("count", operand)
}

/// `count(*)`: how many rows.
#[must_use]
pub fn count_all() -> Expr<i64> {
    Expr::new(Node::function(Name::Borrowed("count"), vec![Node::Star]))
}

/// `count(DISTINCT x)`: how many different values that are not NULL.
pub fn count_distinct<O: IntoExpr>(operand: O) -> Expr<i64> {
    count(operand).distinct()
}

/// `sum(x)`: NULL where there is no row. Integers of any width are read as `i64`, floats as `f64`, decimals as
/// `Decimal`.
pub fn sum<O: IntoExpr<Type: SqlType<Kind: Summable>>>(
    operand: O,
) -> Expr<Option<<KindOf<O> as Summable>::Sum>> {
    unary("sum", operand)
}

/// `avg(x)`: NULL where there is no row. Integers and floats are read as `f64`, decimals as `Decimal`.
///
/// How many digits the average of decimals has is the database's choice: PostgreSQL gives at least 16 that count, MySQL
/// and MariaDB four more behind the point than the column has, which is four for integers too, and SQLite, which computes it in
/// floating point, 15.
///
/// ```
/// # use lapis_sql::dialect::Sqlite;
/// # use lapis_sql::expr::{func, Column, Expr, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # use rust_decimal::Decimal;
/// # struct Item;
/// # impl StaticTable for Item { const TABLE: &'static str = "items"; }
/// # impl Item { const PRICE: Column<Item, Decimal> = Column::new("price"); }
/// let average: Expr<Option<Decimal>> = func::avg(Item::PRICE);
/// assert_eq!(select(average).sql(&Sqlite)?, r#"SELECT avg("items"."price") FROM "items""#);
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn avg<O: IntoExpr<Type: SqlType<Kind: Summable>>>(
    operand: O,
) -> Expr<Option<<KindOf<O> as Summable>::Average>> {
    unary("avg", operand)
}

/// `min(x)`: NULL where there is no row.
///
/// PostgreSQL has no `min` of truth values, UUIDs, bytes, ranges and documents: there it is `bool_and(x)` or the first
/// element of an ordered array, which is taken over no window.
///
/// ```
/// # use lapis_sql::dialect::{Postgres, Sqlite};
/// # use lapis_sql::expr::{func, Column, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # use uuid::Uuid;
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User { const KEY: Column<User, Uuid> = Column::new("key"); }
/// let first = select(func::min(User::KEY)); // rows are `Option<Uuid>`
/// assert_eq!(first.sql(&Sqlite)?, r#"SELECT min("users"."key") FROM "users""#);
/// let array = r#"SELECT (array_agg("users"."key" ORDER BY "users"."key"))[1] FROM "users""#;
/// assert_eq!(first.sql(&Postgres)?, array);
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn min<O: IntoExpr>(operand: O) -> Expr<Nullable<O>> {
    extreme("min", Builtin::BoolAnd, Builtin::Minimum, operand)
}

/// `max(x)`: NULL where there is no row. For types of which PostgreSQL has no `max` see [`min`].
pub fn max<O: IntoExpr>(operand: O) -> Expr<Nullable<O>> {
    extreme("max", Builtin::BoolOr, Builtin::Maximum, operand)
}

fn extreme<O: IntoExpr>(
    name: &'static str,
    of_conditions: Builtin,
    of_others: Builtin,
    operand: O,
) -> Expr<Nullable<O>> {
    match O::Type::column_type() {
        ColumnType::Bool => builtin(of_conditions, [operand.into_node()]),
        ColumnType::Uuid | ColumnType::Bytes | ColumnType::Json | ColumnType::Range(_) => {
            builtin(of_others, [operand.into_node()])
        }
        _ => unary(name, operand),
    }
}

/// `string_agg(x, separator)`: the texts that are not NULL as one, a separator between them; NULL where there is none.
/// SQLite's `group_concat(x, separator)`, MySQL's `group_concat(x SEPARATOR …)`.
///
/// ```
/// # use lapis_sql::dialect::{MySql, Postgres};
/// # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User { const NAME: Column<User, String> = Column::new("name"); }
/// let names = select(func::string_agg(User::NAME, ", ").ordered_by(User::NAME.desc()));
/// assert_eq!(
///     names.sql(&Postgres)?,
///     r#"SELECT string_agg("users"."name", $1 ORDER BY "users"."name" DESC) FROM "users""#
/// );
/// assert_eq!(
///     names.sql(&MySql)?,
///     "SELECT group_concat(`users`.`name` ORDER BY `users`.`name` DESC SEPARATOR ', ') FROM `users`"
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// MySQL cuts the text off at its variable `group_concat_max_len`, 1,024 bytes unless it is set; MariaDB at 1 MB. Both
/// take no such aggregate over a window, and MySQL's separator has neither a backslash nor a control character: both are
/// errors when the statement is compiled.
pub fn string_agg<O>(operand: O, separator: impl Into<Name>) -> Expr<Nullable<O>>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    let args = vec![operand.into_node(), Node::Value(Value::Text(separator.into()))];
    let function = Node::function(Name::Borrowed("string_agg"), args);
    Expr::new(Node::Aggregate(Box::new(Aggregate::new(function))))
}

/// `array_agg(x)`: the values of all rows as an array, which may be put in order by
/// [`ordered_by`](Expr::ordered_by); NULL where there is no row. PostgreSQL has it; elsewhere it is an error when the
/// statement is compiled.
///
/// ```
/// # use lapis_sql::dialect::{Postgres, Sqlite};
/// # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User { const NAME: Column<User, String> = Column::new("name"); }
/// let names = select(func::array_agg(User::NAME).ordered_by(User::NAME)); // rows are `Option<Vec<String>>`
/// assert_eq!(names.sql(&Postgres)?, r#"SELECT array_agg("users"."name" ORDER BY "users"."name") FROM "users""#);
/// assert!(names.sql(&Sqlite).is_err());
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn array_agg<O>(operand: O) -> Expr<Option<Vec<O::Type>>>
where
    O: IntoExpr,
    Vec<O::Type>: SqlType,
{
    builtin(Builtin::ArrayAggregate, [operand.into_node()])
}

/// Whether a condition holds in all rows where it is not NULL; NULL where there is none: PostgreSQL's `bool_and(x)`,
/// elsewhere `min(x)`.
pub fn bool_and<O>(condition: O) -> Expr<Option<bool>>
where
    O: IntoExpr,
    KindOf<O>: Logical,
{
    builtin(Builtin::BoolAnd, [condition.into_node()])
}

/// Whether a condition holds in one of the rows; NULL where it is NULL in all: PostgreSQL's `bool_or(x)`, elsewhere
/// `max(x)`.
pub fn bool_or<O>(condition: O) -> Expr<Option<bool>>
where
    O: IntoExpr,
    KindOf<O>: Logical,
{
    builtin(Builtin::BoolOr, [condition.into_node()])
}

macro_rules! spread {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// On SQLite it is a function that Lapis's connections bring, which takes no window.
        pub fn $name<O>(operand: O) -> Expr<Option<f64>>
        where
            O: IntoExpr,
            KindOf<O>: Numeric,
        {
            unary(stringify!($name), operand)
        }
    )+};
}

spread! {
    /// `var_pop(x)`: the variance of the numbers, which are all there are; NULL where there is none.
    var_pop;
    /// `var_samp(x)`: the variance that a sample lets one expect; NULL where it has fewer than two numbers.
    var_samp;
    /// `stddev_pop(x)`: the standard deviation of the numbers, which are all there are; NULL where there is none.
    stddev_pop;
    /// `stddev_samp(x)`: the standard deviation that a sample lets one expect; NULL where it has fewer than two numbers.
    stddev_samp;
}

/// A call of an ordered-set or hypothetical-set aggregate, which takes the operand's values from the smallest on.
fn within_group<T, O: IntoExpr>(name: &'static str, args: Vec<Node>, operand: O) -> Expr<T> {
    let function = Node::function(Name::Borrowed(name), args);
    let order = Expr::<O::Type>::new(operand.into_node()).asc();
    Expr::new(Node::Aggregate(Box::new(Aggregate {
        within_group: Some(order),
        ..Aggregate::new(function)
    })))
}

/// `percentile_cont(fraction) WITHIN GROUP (ORDER BY x)`: the number below which that fraction of the numbers lies, from 0 to
/// 1, between two of them if need be; 0.5 is the median. NULL where there is none.
///
/// ```
/// # use lapis_sql::dialect::{Postgres, Sqlite};
/// # use lapis_sql::expr::{func, Column, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Sale;
/// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
/// # impl Sale { const PRICE: Column<Sale, i64> = Column::new("price"); }
/// let median = select(func::percentile_cont(0.5, Sale::PRICE));
/// assert_eq!(
///     median.sql(&Postgres)?,
///     r#"SELECT percentile_cont($1::DOUBLE PRECISION) WITHIN GROUP (ORDER BY "sales"."price") FROM "sales""#
/// );
/// assert!(median.sql(&Sqlite).is_err());
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// PostgreSQL alone has ordered-set aggregates; elsewhere they are errors when the statement is compiled.
pub fn percentile_cont<O>(fraction: f64, operand: O) -> Expr<Option<f64>>
where
    O: IntoExpr,
    KindOf<O>: Numeric,
{
    within_group("percentile_cont", vec![fraction.into_node()], operand)
}

/// `percentile_disc(fraction) WITHIN GROUP (ORDER BY x)`: the first value, in their order, of which that fraction of them is
/// not greater. PostgreSQL alone has it.
pub fn percentile_disc<O: IntoExpr>(fraction: f64, operand: O) -> Expr<Nullable<O>> {
    within_group("percentile_disc", vec![fraction.into_node()], operand)
}

/// `mode() WITHIN GROUP (ORDER BY x)`: the value that comes most often, the first in their order of several. PostgreSQL alone
/// has it.
pub fn mode<O: IntoExpr>(operand: O) -> Expr<Nullable<O>> {
    within_group("mode", Vec::new(), operand)
}

macro_rules! hypothetical {
    ($($(#[$doc:meta])* $name:ident $function:literal $ty:ty;)+) => {$(
        $(#[$doc])*
        /// PostgreSQL alone has it.
        pub fn $name<V, O>(value: V, among: O) -> Expr<$ty>
        where
            V: IntoExpr,
            O: IntoExpr,
            KindOf<O>: ComparableWith<KindOf<V>>,
        {
            within_group($function, vec![of_own_type(value)], among)
        }
    )+};
}

hypothetical! {
    /// `rank(value) WITHIN GROUP (ORDER BY x)`: the rank that a value would have among those of the rows.
    hypothetical_rank "rank" i64;
    /// `dense_rank(value) WITHIN GROUP (ORDER BY x)`: the rank that a value would have, equal ones counted once.
    hypothetical_dense_rank "dense_rank" i64;
    /// `percent_rank(value) WITHIN GROUP (ORDER BY x)`: the same rank as a number from 0 to 1.
    hypothetical_percent_rank "percent_rank" f64;
    /// `cume_dist(value) WITHIN GROUP (ORDER BY x)`: which part of the rows would come before the value or be equal to it.
    hypothetical_cume_dist "cume_dist" f64;
}

/// The value of one row of a group, it does not matter which; NULL only where it is NULL in all of them. It is for what
/// is the same in all rows of a group, or nearly so, and beside an aggregate must not stand by itself:
/// PostgreSQL refuses that, SQLite would take any row's.
///
/// ```
/// # use lapis_sql::dialect::{Postgres, Sqlite};
/// # use lapis_sql::expr::{func, Column, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Sale;
/// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
/// # #[allow(non_upper_case_globals)]
/// # impl Sale {
/// #     const shop: Column<Sale, i64> = Column::new("shop");
/// #     const city: Column<Sale, String> = Column::new("city");
/// # }
/// let sales = select((Sale::shop, func::any_value(Sale::city), func::count_all())).group_by(Sale::shop);
/// assert_eq!(
///     sales.sql(&Sqlite)?,
///     r#"SELECT "sales"."shop", max("sales"."city"), count(*) FROM "sales" GROUP BY "sales"."shop""#
/// );
/// let first = r#"(array_agg("sales"."city") FILTER (WHERE "sales"."city" IS NOT NULL))[1]"#;
/// assert!(sales.sql(&Postgres)?.contains(first));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn any_value<O: IntoExpr>(operand: O) -> Expr<Nullable<O>> {
    Expr::new(Node::Builtin { builtin: Builtin::AnyValue, args: vec![operand.into_node()] })
}
