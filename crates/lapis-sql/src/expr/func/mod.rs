//! SQL functions, typed.
//!
//! Functions whose name differs between databases are written in each one's own; any other function is
//! reached with [`call`].

mod aggregate;
mod datetime;
mod number;
mod text;
mod window;

pub use aggregate::string_agg;
pub use datetime::{
    add_days, add_months, current_date, date_of, date_trunc, days_between, elapsed, extract, now, time_of,
};
pub use number::{
    abs, ceil, exp, floor, greatest, least, ln, log10, power, random, round, round_to, sign, sqrt,
};
pub use text::{
    byte_length, concat_ws, left, length, lower, lpad, ltrim, position, regexp_replace, regexp_substr,
    repeat, replace, reverse, right, rpad, rtrim, substr, substr_from, trim, upper,
};
pub use window::{
    cume_dist, dense_rank, first_value, lag, last_value, lead, nth_value, ntile, percent_rank, rank,
    row_number,
};

use rust_decimal::Decimal;

use super::builtin::Builtin;
use super::node::Node;
use super::operand::{Expr, IntoExpr, KindOf};
use crate::Name;
use crate::types::SqlType;
use crate::types::kind::{self, Numeric};

/// What a value is read as that may be NULL although its column never is: `Option<T>`, never nested.
type Nullable<O> = Option<<<O as IntoExpr>::Type as SqlType>::NotNull>;

/// What a `U` is read as that is computed from an operand: an `Option` of it where the operand may be NULL.
type Propagated<O, U> = <<O as IntoExpr>::Type as SqlType>::Propagate<U>;

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

/// The arguments of a function: `()`, one operand or more in a tuple, or a `Vec` of nodes.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a tuple of SQL expressions or values")]
pub trait Arguments {
    /// Adds the arguments.
    fn add_to(self, nodes: &mut Vec<Node>);
}

impl Arguments for Vec<Node> {
    fn add_to(self, nodes: &mut Vec<Node>) {
        nodes.extend(self);
    }
}

impl Arguments for () {
    fn add_to(self, _nodes: &mut Vec<Node>) {}
}

macro_rules! arguments {
    ($($name:ident),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: IntoExpr),+> Arguments for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, nodes: &mut Vec<Node>) {
                let ($($name,)+) = self;
                nodes.extend([$($name.into_node()),+]);
            }
        }
    };
}

arguments!(A);
arguments!(A, B);
arguments!(A, B, C);
arguments!(A, B, C, D);
arguments!(A, B, C, D, E);
arguments!(A, B, C, D, E, F);
arguments!(A, B, C, D, E, F, G);
arguments!(A, B, C, D, E, F, G, H);

fn builtin<T, const N: usize>(builtin: Builtin, args: [Node; N]) -> Expr<T> {
    Expr::new(Node::builtin(builtin, args.into()))
}

fn unary<T>(name: &'static str, operand: impl IntoExpr) -> Expr<T> {
    Expr::new(Node::function(Name::Borrowed(name), vec![operand.into_node()]))
}

/// Any function by its name, read as `T`. The name goes to the database as it stands, so it must never be
/// made from input.
///
/// ```
/// # use lapis_sql::expr::{func, Column, Expr, StaticTable};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # const NAME: Column<User, String> = Column::new("name");
/// let position: Expr<i64> = func::call("instr", (NAME, "@"));
/// ```
pub fn call<T>(name: impl Into<Name>, args: impl Arguments) -> Expr<T> {
    let mut nodes = Vec::new();
    args.add_to(&mut nodes);
    Expr::new(Node::function(name, nodes))
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
    Expr::new(Node::Function {
        name: Name::Borrowed("count"),
        args: vec![operand.into_node()],
        distinct: true,
    })
}

/// `sum(x)`: NULL where there is no row. Integers of any width are read as `i64`, floats as `f64`, decimals as
/// `Decimal`.
pub fn sum<O>(operand: O) -> Expr<Option<<KindOf<O> as Summable>::Sum>>
where
    O: IntoExpr,
    KindOf<O>: Summable,
{
    unary("sum", operand)
}

/// `avg(x)`: NULL where there is no row. Integers and floats are read as `f64`, decimals as `Decimal`.
///
/// How many digits the average of decimals has is the database's choice: PostgreSQL gives at least 16 that count, MySQL
/// and MariaDB four more behind the point than the column has, and SQLite, which computes it in floating point, 15.
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
pub fn avg<O>(operand: O) -> Expr<Option<<KindOf<O> as Summable>::Average>>
where
    O: IntoExpr,
    KindOf<O>: Summable,
{
    unary("avg", operand)
}

/// `min(x)`: NULL where there is no row.
pub fn min<O: IntoExpr>(operand: O) -> Expr<Nullable<O>> {
    unary("min", operand)
}

/// `max(x)`: NULL where there is no row.
pub fn max<O: IntoExpr>(operand: O) -> Expr<Nullable<O>> {
    unary("max", operand)
}

/// `coalesce(x, fallback)`: `fallback` where `x` is NULL, and read as `fallback` is.
pub fn coalesce<O, F>(operand: O, fallback: F) -> Expr<F::Type>
where
    O: IntoExpr,
    F: IntoExpr,
    F::Type: SqlType<Kind = KindOf<O>>,
{
    Expr::new(Node::function(Name::Borrowed("coalesce"), vec![operand.into_node(), fallback.into_node()]))
}

/// `nullif(x, other)`: NULL where both are equal, else `x`.
pub fn nullif<O, R>(operand: O, other: R) -> Expr<Nullable<O>>
where
    O: IntoExpr,
    R: IntoExpr,
    KindOf<O>: kind::ComparableWith<KindOf<R>>,
{
    Expr::new(Node::function(Name::Borrowed("nullif"), vec![operand.into_node(), other.into_node()]))
}

/// How many elements an array has, none of an empty one: PostgreSQL's `cardinality(x)`.
pub fn array_length<O>(operand: O) -> Expr<Propagated<O, i64>>
where
    O: IntoExpr,
    KindOf<O>: kind::Array,
{
    unary("cardinality", operand)
}
