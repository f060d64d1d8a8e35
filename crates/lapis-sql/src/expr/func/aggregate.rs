//! Aggregates that put the values of many rows into one.

use super::Nullable;
use crate::Name;
use crate::expr::aggregate::Aggregate;
use crate::expr::node::Node;
use crate::expr::operand::{Expr, IntoExpr, KindOf};
use crate::types::kind::Textual;
use crate::value::Value;

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
    Expr::new(Node::Aggregate(Box::new(Aggregate { function, order_by: Vec::new(), filter: None })))
}
