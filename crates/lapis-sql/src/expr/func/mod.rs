//! SQL functions, typed.
//!
//! Functions whose name differs between databases are written in each one's own; any other function is
//! reached with [`call`].

mod aggregate;
mod datetime;
mod grouping;
mod json;
mod number;
mod text;
mod window;

pub use aggregate::{
    Summable, any_value, array_agg, avg, bool_and, bool_or, count, count_all, count_distinct,
    hypothetical_cume_dist, hypothetical_dense_rank, hypothetical_percent_rank, hypothetical_rank, max,
    min, mode, percentile_cont, percentile_disc, stddev_pop, stddev_samp, string_agg, sum, var_pop,
    var_samp,
};
pub use datetime::{
    add_days, add_months, current_date, date_of, date_trunc, days_between, elapsed, extract, now, time_of,
};
pub use grouping::grouping;
pub use json::{JsonFields, JsonItems, json_agg, json_array, json_object, json_object_agg};
pub use number::{
    abs, ceil, exp, floor, greatest, least, ln, log10, power, random, round, round_to, sign, sqrt,
};
pub use text::{
    byte_length, concat_ws, left, length, lower, lpad, ltrim, position, regexp_replace, regexp_substr,
    repeat, replace, reverse, right, rpad, rtrim, substr, substr_from, trim, upper,
};
pub use window::{
    cume_dist, dense_rank, first_value, lag, lag_or, last_value, lead, lead_or, nth_value, ntile,
    percent_rank, rank, row_number,
};

use super::builtin::Builtin;
use super::node::Node;
use super::operand::{Expr, IntoExpr, KindOf};
use crate::Name;
use crate::types::SqlType;
use crate::types::kind;

/// What a value is read as that may be NULL although its column never is: `Option<T>`, never nested.
type Nullable<O> = Option<<<O as IntoExpr>::Type as SqlType>::NotNull>;

/// What a `U` is read as that is computed from an operand: an `Option` of it where the operand may be NULL.
type Propagated<O, U> = <<O as IntoExpr>::Type as SqlType>::Propagate<U>;

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

/// A call of what each database spells in its own way.
pub(super) fn builtin<T, const N: usize>(builtin: Builtin, args: [Node; N]) -> Expr<T> {
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
