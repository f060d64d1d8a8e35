//! Functions that make JSON.
//!
//! Numbers, text and NULL become what they are in JSON, and so do documents and truth values, which some databases know only
//! as text and numbers, and a UUID becomes its text. Dates and instants become text in the database's own manner, and spans of
//! time too, or a number of microseconds on SQLite and MySQL. Bytes become JSON on PostgreSQL alone.

use super::builtin;
use crate::expr::builtin::Builtin;
use crate::expr::json::json_value;
use crate::expr::node::Node;
use crate::expr::operand::{Expr, IntoExpr, KindOf};
use crate::types::Json;
use crate::types::kind::Textual;
use crate::value::Value;

/// The keys and values of a JSON object: a tuple of pairs, each a key and an operand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple of keys and SQL expressions",
    note = "write `json_object(((\"name\", User::name), (\"age\", User::age)))`"
)]
pub trait JsonFields {
    /// Adds each key and its value.
    fn add_to(self, nodes: &mut Vec<Node>);
}

/// The elements of a JSON array: a tuple of operands.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a tuple of SQL expressions or values")]
pub trait JsonItems {
    /// Adds the elements.
    fn add_to(self, nodes: &mut Vec<Node>);
}

macro_rules! tuples {
    ($($name:ident),+) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: IntoExpr),+> JsonFields for ($((&'static str, $name),)+) {
            #[allow(non_snake_case)]
            fn add_to(self, nodes: &mut Vec<Node>) {
                let ($($name,)+) = self;
                $(nodes.extend([Node::Value(Value::Text($name.0.into())), json_value($name.1)]);)+
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($name: IntoExpr),+> JsonItems for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, nodes: &mut Vec<Node>) {
                let ($($name,)+) = self;
                nodes.extend([$(json_value($name)),+]);
            }
        }
    };
}

tuples!(A);
tuples!(A, B);
tuples!(A, B, C);
tuples!(A, B, C, D);
tuples!(A, B, C, D, E);
tuples!(A, B, C, D, E, F);
tuples!(A, B, C, D, E, F, G);
tuples!(A, B, C, D, E, F, G, H);

/// A JSON object: PostgreSQL's `jsonb_build_object(key, value, …)`, elsewhere `json_object(key, value, …)`.
///
/// ```
/// # use lapis_sql::dialect::{Postgres, Sqlite};
/// # use lapis_sql::expr::{func, Column, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User {
/// #     const NAME: Column<User, String> = Column::new("name");
/// #     const ACTIVE: Column<User, bool> = Column::new("active");
/// # }
/// let users = select(func::json_object((("name", User::NAME), ("active", User::ACTIVE))));
/// assert_eq!(
///     users.sql(&Postgres)?,
///     r#"SELECT jsonb_build_object($1::TEXT, "users"."name", $2::TEXT, "users"."active") FROM "users""#
/// );
/// // SQLite's truth values are numbers.
/// assert_eq!(
///     users.sql(&Sqlite)?,
///     r#"SELECT json_object(?, "users"."name", ?, "#.to_owned()
///         + r#"json(CASE "users"."active" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) FROM "users""#
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub fn json_object(fields: impl JsonFields) -> Expr<Json> {
    let mut nodes = Vec::new();
    fields.add_to(&mut nodes);
    Expr::new(Node::builtin(Builtin::JsonObject, nodes))
}

/// A JSON array: PostgreSQL's `jsonb_build_array(a, b, …)`, elsewhere `json_array(a, b, …)`.
pub fn json_array(items: impl JsonItems) -> Expr<Json> {
    let mut nodes = Vec::new();
    items.add_to(&mut nodes);
    Expr::new(Node::builtin(Builtin::JsonArray, nodes))
}

/// The values of all rows as a JSON array, NULLs among them: PostgreSQL's `jsonb_agg(x)`, SQLite's `json_group_array(x)`,
/// MySQL's `json_arrayagg(x)`. Of no row it is NULL, and on SQLite an empty array. MySQL and MariaDB have no
/// [`ordered_by`](Expr::ordered_by) and no [`filter_where`](Expr::filter_where) for it, and MariaDB has it over no window.
pub fn json_agg<O: IntoExpr>(operand: O) -> Expr<Option<Json>> {
    builtin(Builtin::JsonAggregate, [json_value(operand)])
}

/// A JSON object with a key and a value of each row: PostgreSQL's `jsonb_object_agg(key, value)`, SQLite's
/// `json_group_object(key, value)`, MySQL's `json_objectagg(key, value)`. Of no row it is NULL, and on SQLite an empty object.
/// A key that is NULL is an error of the database; of equal keys, the last one counts, but SQLite and MariaDB keep them all.
pub fn json_object_agg<K, O>(key: K, operand: O) -> Expr<Option<Json>>
where
    K: IntoExpr,
    O: IntoExpr,
    KindOf<K>: Textual,
{
    builtin(Builtin::JsonObjectAggregate, [key.into_node(), json_value(operand)])
}
