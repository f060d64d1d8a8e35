//! Comparison with all or any of several values.

use super::node::Node;
use super::operand::{Expr, IntoExpr};
use crate::statement::{Select, Val};
use crate::types::{ArrayElement, SqlType};

fn quantified<T>(all: bool, of: Node) -> Expr<T> {
    Expr::new(Node::Quantified { all, of: Box::new(of) })
}

/// `ALL (SELECT …)`, on the right of a comparison: it holds if it does for every row. Of no rows it holds; of one that
/// is NULL it is NULL, unless it fails for another.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{all_in, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Bid;
/// # impl StaticTable for Bid { const TABLE: &'static str = "bids"; }
/// # const PRICE: Column<Bid, i64> = Column::new("price");
/// # struct Limit;
/// # impl StaticTable for Limit { const TABLE: &'static str = "limits"; }
/// # const LEAST: Column<Limit, i64> = Column::new("least");
/// let fair = select(PRICE).filter(PRICE.ge(all_in(select(LEAST))));
/// let condition = r#" WHERE "bids"."price" >= ALL (SELECT "limits"."least" FROM "limits")"#;
/// assert!(fair.sql(&Postgres)?.ends_with(condition));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// SQLite has no such clause: there a CASE asks whether there is a row for which the comparison fails, and else one for
/// which it is NULL, and there an aggregate cannot be compared in this way. Anywhere but on the right of `eq`, `ne`,
/// `lt`, `le`, `gt` or `ge` it is an error when compiled.
#[must_use]
pub fn all_in<T: SqlType + 'static>(select: Select<Val<T>>) -> Expr<T> {
    quantified(true, Node::Scalar(Box::new(select.statement)))
}

/// `ANY (SELECT …)`, on the right of a comparison: it holds if it does for one of the rows. Of no rows it fails; where
/// it fails for all but some that are NULL, it is NULL. See [`all_in`].
#[must_use]
pub fn any_in<T: SqlType + 'static>(select: Select<Val<T>>) -> Expr<T> {
    quantified(false, Node::Scalar(Box::new(select.statement)))
}

/// `ALL (array)`, on the right of a comparison: it holds if it does for every element. PostgreSQL has arrays; elsewhere
/// it is an error when compiled.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{all_elements, Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Class;
/// # impl StaticTable for Class { const TABLE: &'static str = "classes"; }
/// # const AGE: Column<Class, i32> = Column::new("age");
/// # const SCORES: Column<Class, Vec<i32>> = Column::new("scores");
/// let ahead = select(AGE).filter(AGE.lt(all_elements(SCORES)));
/// let sql = r#"SELECT "classes"."age" FROM "classes" WHERE "classes"."age" < ALL ("classes"."scores")"#;
/// assert_eq!(ahead.sql(&Postgres)?, sql);
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn all_elements<T, A>(array: A) -> Expr<T>
where
    T: ArrayElement,
    A: IntoExpr<Type: SqlType<NotNull = Vec<T>>>,
{
    quantified(true, array.into_node())
}

/// `ANY (array)`, on the right of a comparison: it holds if it does for one of the elements. See [`all_elements`].
pub fn any_element<T, A>(array: A) -> Expr<T>
where
    T: ArrayElement,
    A: IntoExpr<Type: SqlType<NotNull = Vec<T>>>,
{
    quantified(false, array.into_node())
}
