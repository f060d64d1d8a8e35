//! Functions of text.
//!
//! Where an argument may be NULL, so may the result be, and is read as an `Option`.
//!
//! Positions and lengths count characters, the first being 1. Numbers of characters are expected not to be below zero:
//! what the databases make of such differs.

use super::{Arguments, Propagated, builtin, unary};
use crate::Name;
use crate::expr::arithmetic::RightOperand;
use crate::expr::builtin::Builtin;
use crate::expr::node::Node;
use crate::expr::operand::{Expr, IntoExpr, KindOf};
use crate::types::ColumnType;
use crate::types::kind::{Integral, Textual};

/// `lower(x)`
pub fn lower<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    unary("lower", operand)
}

/// `upper(x)`
pub fn upper<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    unary("upper", operand)
}

/// `trim(x)`: without the spaces at both ends.
pub fn trim<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    unary("trim", operand)
}

/// `ltrim(x)`: without the spaces at its beginning.
pub fn ltrim<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    unary("ltrim", operand)
}

/// `rtrim(x)`: without the spaces at its end.
pub fn rtrim<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    unary("rtrim", operand)
}

/// How many characters a text has: `length(x)`, MySQL's `char_length(x)`.
pub fn length<O>(operand: O) -> Expr<Propagated<O, i64>>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    builtin(Builtin::Length, [operand.into_node()])
}

/// How many bytes a text has: `octet_length(x)`, in SQLite since version 3.43.
pub fn byte_length<O>(operand: O) -> Expr<Propagated<O, i64>>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    unary("octet_length", operand)
}

/// `substr(x, start, length)`, counted in characters from 1.
pub fn substr<O, S, L>(operand: O, start: S, length: L) -> Expr<L::Result>
where
    O: IntoExpr,
    S: RightOperand<O::Type>,
    L: RightOperand<S::Result>,
    KindOf<O>: Textual,
    KindOf<S>: Integral,
    KindOf<L>: Integral,
{
    let args = vec![operand.into_node(), narrow(start.into_node()), narrow(length.into_node())];
    Expr::new(Node::function(Name::Borrowed("substr"), args))
}

/// `substr(x, start)`: from a character, counted from 1, to the end.
pub fn substr_from<O, S>(operand: O, start: S) -> Expr<S::Result>
where
    O: IntoExpr,
    S: RightOperand<O::Type>,
    KindOf<O>: Textual,
    KindOf<S>: Integral,
{
    Expr::new(Node::function(
        Name::Borrowed("substr"),
        vec![operand.into_node(), narrow(start.into_node())],
    ))
}

/// The first so many characters: `left(x, count)`, SQLite's `substr(x, 1, count)`.
pub fn left<O, N>(operand: O, count: N) -> Expr<N::Result>
where
    O: IntoExpr,
    N: RightOperand<O::Type>,
    KindOf<O>: Textual,
    KindOf<N>: Integral,
{
    builtin(Builtin::Left, [operand.into_node(), narrow(count.into_node())])
}

/// The last so many characters: `right(x, count)`.
pub fn right<O, N>(operand: O, count: N) -> Expr<N::Result>
where
    O: IntoExpr,
    N: RightOperand<O::Type>,
    KindOf<O>: Textual,
    KindOf<N>: Integral,
{
    builtin(Builtin::Right, [operand.into_node(), narrow(count.into_node())])
}

/// `lpad(x, length, fill)`: with `fill` before it, as often as it takes, up to so many characters; a longer text is cut off
/// behind them.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Invoice;
/// # impl StaticTable for Invoice { const TABLE: &'static str = "invoices"; }
/// # impl Invoice { const NUMBER: Column<Invoice, i64> = Column::new("number"); }
/// let numbers = select(func::lpad(Invoice::NUMBER.cast::<String>(), 8, "0"));
/// assert_eq!(numbers.sql(&Postgres)?, r#"SELECT lpad(CAST("invoices"."number" AS TEXT), $1, $2) FROM "invoices""#);
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn lpad<O, N, F>(operand: O, length: N, fill: F) -> Expr<F::Result>
where
    O: IntoExpr,
    N: RightOperand<O::Type>,
    F: RightOperand<N::Result>,
    KindOf<O>: Textual,
    KindOf<N>: Integral,
    KindOf<F>: Textual,
{
    builtin(Builtin::PadLeft, [operand.into_node(), narrow(length.into_node()), fill.into_node()])
}

/// `rpad(x, length, fill)`: with `fill` behind it, as often as it takes, up to so many characters; a longer text is cut off
/// behind them.
pub fn rpad<O, N, F>(operand: O, length: N, fill: F) -> Expr<F::Result>
where
    O: IntoExpr,
    N: RightOperand<O::Type>,
    F: RightOperand<N::Result>,
    KindOf<O>: Textual,
    KindOf<N>: Integral,
    KindOf<F>: Textual,
{
    builtin(Builtin::PadRight, [operand.into_node(), narrow(length.into_node()), fill.into_node()])
}

/// `repeat(x, times)`: the text so many times.
pub fn repeat<O, N>(operand: O, times: N) -> Expr<N::Result>
where
    O: IntoExpr,
    N: RightOperand<O::Type>,
    KindOf<O>: Textual,
    KindOf<N>: Integral,
{
    builtin(Builtin::Repeat, [operand.into_node(), narrow(times.into_node())])
}

/// `reverse(x)`: the characters from the last to the first. On SQLite a function that Lapis's connections bring.
pub fn reverse<O>(operand: O) -> Expr<O::Type>
where
    O: IntoExpr,
    KindOf<O>: Textual,
{
    builtin(Builtin::Reverse, [operand.into_node()])
}

/// `replace(x, from, to)`: every `from` replaced by `to`.
pub fn replace<O, F, R>(operand: O, from: F, to: R) -> Expr<R::Result>
where
    O: IntoExpr,
    F: RightOperand<O::Type>,
    R: RightOperand<F::Result>,
    KindOf<O>: Textual,
    KindOf<F>: Textual,
    KindOf<R>: Textual,
{
    let args = vec![operand.into_node(), from.into_node(), to.into_node()];
    Expr::new(Node::function(Name::Borrowed("replace"), args))
}

/// At which character another text begins first, counted from 1; 0 where it does not: PostgreSQL's `strpos(x, text)`,
/// SQLite's `instr(x, text)`, MySQL's `locate(text, x)`.
pub fn position<O, S>(operand: O, text: S) -> Expr<S::Result>
where
    O: IntoExpr,
    S: RightOperand<Propagated<O, i64>>,
    KindOf<O>: Textual,
    KindOf<S>: Textual,
{
    builtin(Builtin::Position, [operand.into_node(), text.into_node()])
}

/// `concat_ws(separator, a, b, …)`: the arguments that are not NULL as one text, the separator between them. In SQLite since
/// version 3.44.
///
/// ```
/// # use lapis_sql::expr::{func, Column, Expr, StaticTable};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # const FIRST: Column<User, Option<String>> = Column::new("first");
/// # const LAST: Column<User, String> = Column::new("last");
/// let name: Expr<String> = func::concat_ws(" ", (FIRST, LAST));
/// ```
pub fn concat_ws<S>(separator: S, args: impl Arguments) -> Expr<Propagated<S, String>>
where
    S: IntoExpr,
    KindOf<S>: Textual,
{
    let mut nodes = vec![separator.into_node()];
    args.add_to(&mut nodes);
    Expr::new(Node::function(Name::Borrowed("concat_ws"), nodes))
}

/// Every place where a regular expression is found, replaced: `regexp_replace(x, pattern, replacement)`, PostgreSQL's with
/// the flag `g`. Upper and lower case are apart. How it differs between the databases says
/// [`matches`](crate::expr::ExprOps::matches); in the replacement, groups are `\1` on PostgreSQL and MariaDB, and `$1` on MySQL and
/// SQLite.
pub fn regexp_replace<O, P, R>(operand: O, pattern: P, replacement: R) -> Expr<R::Result>
where
    O: IntoExpr,
    P: RightOperand<O::Type>,
    R: RightOperand<P::Result>,
    KindOf<O>: Textual,
    KindOf<P>: Textual,
    KindOf<R>: Textual,
{
    builtin(Builtin::RegexpReplace, [operand.into_node(), pattern.into_node(), replacement.into_node()])
}

/// The first place where a regular expression is found, NULL where there is none; a place of no characters is on MariaDB
/// NULL, too. PostgreSQL has it since version 15. How it differs between the databases says
/// [`matches`](crate::expr::ExprOps::matches).
pub fn regexp_substr<O, P>(operand: O, pattern: P) -> Expr<super::Nullable<O>>
where
    O: IntoExpr,
    P: IntoExpr,
    KindOf<O>: Textual,
    KindOf<P>: Textual,
{
    builtin(Builtin::RegexpSubstr, [operand.into_node(), pattern.into_node()])
}

/// A number of characters as an `INTEGER`, which alone PostgreSQL's functions of text take. Values get it by themselves.
fn narrow(number: Node) -> Node {
    if number.is_value() {
        return number;
    }
    Node::Cast { operand: Box::new(number), to: ColumnType::Int }
}
