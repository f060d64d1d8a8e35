//! What tells groups of several groupings apart.

use crate::expr::builtin::Builtin;
use crate::expr::node::Node;
use crate::expr::operand::Expr;
use crate::statement::Grouping;

/// `grouping(x)`: 0 in rows that are grouped by `x`, 1 in those that are not, where [`rollup`](crate::expr::rollup) and
/// its kin make groups of both kinds. Of several terms, a number of as many bits, the last of them for the last term.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{func, rollup, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Sale;
/// # impl StaticTable for Sale { const TABLE: &'static str = "sales"; }
/// # const SHOP: Column<Sale, Option<String>> = Column::new("shop");
/// # const PRICE: Column<Sale, i64> = Column::new("price");
/// // The total has no shop, and so may a sale.
/// let report = select((SHOP, func::grouping(SHOP), func::sum(PRICE))).group_by(rollup(SHOP));
/// assert_eq!(
///     report.sql(&Postgres)?,
///     "SELECT \"sales\".\"shop\", grouping(\"sales\".\"shop\"), sum(\"sales\".\"price\") FROM \"sales\" \
///      GROUP BY ROLLUP (\"sales\".\"shop\")",
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// The terms have to be terms of GROUP BY. MariaDB and SQLite have no such function, and there it is an error when the
/// statement is compiled.
pub fn grouping(terms: impl Grouping) -> Expr<i64> {
    let mut args = Vec::new();
    terms.add_to(&mut args);
    Expr::new(Node::builtin(Builtin::Grouping, args))
}
