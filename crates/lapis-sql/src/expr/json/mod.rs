//! What is within JSON documents.

mod path;

pub use path::{IntoJsonPath, PathStep};

use super::builtin::Builtin;
use super::node::Node;
use super::operand::{Expr, IntoExpr};
use super::ops::ExprOps;
use crate::types::kind::JsonKind;
use crate::types::{ColumnType, Json, SqlType};
use crate::value::Value;

/// What is asked of JSON documents.
///
/// ```
/// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
/// # use lapis_sql::expr::{Column, ExprOps, JsonOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # use lapis_sql::types::Json;
/// # struct Order;
/// # impl StaticTable for Order { const TABLE: &'static str = "orders"; }
/// # impl Order {
/// #     const ID: Column<Order, i64> = Column::new("id");
/// #     const DETAILS: Column<Order, Json> = Column::new("details");
/// # }
/// // {"address": {"city": "Ulm"}, "items": [{"count": 2}]}
/// let city = Order::DETAILS.path("address.city").as_text(); // Expr<Option<String>>
/// let count = Order::DETAILS.path("items[0].count").as_int();
/// let orders = select((Order::ID, city)).filter(count.ge(2));
/// assert_eq!(
///     orders.sql(&Postgres)?,
///     r#"SELECT "orders"."id", ("orders"."details" #>> $1::TEXT[]) FROM "orders" "#.to_owned()
///         + r#"WHERE CAST("orders"."details" #>> $2::TEXT[] AS BIGINT) >= $3"#
/// );
/// assert!(orders.sql(&Sqlite)?.ends_with(r#"WHERE CAST("orders"."details" ->> ? AS INTEGER) >= ?"#));
/// assert!(orders.sql(&MySql)?.contains("json_unquote(json_extract(`orders`.`details`, ?))"));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
pub trait JsonOps: ExprOps
where
    Self: IntoExpr<Type: SqlType<Kind = JsonKind>>,
{
    /// What lies at a path within the document: keys with dots between them and indexes in brackets, from 0, as in
    /// `items[0].count`. A key that has a dot or a bracket in it, or is empty, stands in brackets and quotation marks,
    /// `["a.b"]`. Keys that are known only when the program runs are given as a `Vec` of [`PathStep`]s.
    ///
    /// How it is read says the [`JsonPath`]. A path that cannot be read is an error when the statement is run.
    fn path(self, path: impl IntoJsonPath) -> JsonPath {
        JsonPath { document: self.into_node(), path: path.into_json_path() }
    }

    /// How many elements a JSON array has; NULL where there is no document. Of what is no array, the databases say
    /// different things: SQLite 0, MySQL how many keys or 1, and PostgreSQL gives an error.
    fn json_length(self) -> Expr<Option<i64>> {
        Expr::new(Node::builtin(Builtin::JsonLength, vec![self.into_node()]))
    }

    /// The document with a value at a path, which is put there or takes the place of what is there: PostgreSQL's
    /// `jsonb_set`, elsewhere `json_set`. Where the path's last step has nothing to be in, the document stays as it is; a key
    /// that is looked for in an array is an error of PostgreSQL's. NULL becomes the JSON value `null`.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::{Column, JsonOps, StaticTable};
    /// # use lapis_sql::statement::{update, Statement};
    /// # use lapis_sql::types::Json;
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # impl User { const SETTINGS: Column<User, Json> = Column::new("settings"); }
    /// let dark = update::<User>().set(User::SETTINGS, User::SETTINGS.json_set("theme", "dark")).all_rows();
    /// assert_eq!(dark.sql(&Sqlite)?, r#"UPDATE "users" SET "settings" = json_set("users"."settings", ?, ?)"#);
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    fn json_set<V: IntoExpr>(self, path: impl IntoJsonPath, value: V) -> Expr<Self::Type> {
        let args = vec![self.into_node(), path_node(path.into_json_path()), json_value(value)];
        Expr::new(Node::builtin(Builtin::JsonSet, args))
    }

    /// The document without what lies at a path: PostgreSQL's `#-`, elsewhere `json_remove`.
    fn json_remove(self, path: impl IntoJsonPath) -> Expr<Self::Type> {
        let args = vec![self.into_node(), path_node(path.into_json_path())];
        Expr::new(Node::builtin(Builtin::JsonRemove, args))
    }
}

impl<O: ExprOps> JsonOps for O where O: IntoExpr<Type: SqlType<Kind = JsonKind>> {}

/// What lies at a path within a JSON document, and is still to be read as something: what
/// [`JsonOps::path`] makes. Where nothing lies there, or the JSON value `null`, it is NULL.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "it is an expression after `.as_text()`, `.as_int()`, …"]
pub struct JsonPath {
    document: Node,
    path: Result<Vec<PathStep>, String>,
}

impl JsonPath {
    /// What lies further within.
    pub fn path(mut self, path: impl IntoJsonPath) -> Self {
        self.path = match (self.path, path.into_json_path()) {
            (Ok(mut steps), Ok(further)) => {
                steps.extend(further);
                Ok(steps)
            }
            (Err(reason), _) | (_, Err(reason)) => Err(reason),
        };
        self
    }

    /// As text: a JSON string without its quotation marks, a number, `true` and `false` as they are written. Arrays and
    /// objects as JSON, in the database's own manner of writing it.
    #[must_use]
    pub fn as_text(self) -> Expr<Option<String>> {
        self.read(Builtin::JsonText)
    }

    /// As a whole number. What is none is an error of PostgreSQL's, and another number, mostly 0, elsewhere.
    #[must_use]
    pub fn as_int(self) -> Expr<Option<i64>> {
        self.read(Builtin::JsonInt)
    }

    /// As a floating-point number. For what is none see [`as_int`](Self::as_int).
    #[must_use]
    pub fn as_float(self) -> Expr<Option<f64>> {
        self.read(Builtin::JsonFloat)
    }

    /// As a truth value. What is neither true nor false is an error of PostgreSQL's, and one of both elsewhere.
    #[must_use]
    pub fn as_bool(self) -> Expr<Option<bool>> {
        self.read(Builtin::JsonBool)
    }

    /// As a JSON document, to go on with or to decode. The JSON value `null` is the document `null` here.
    #[must_use]
    pub fn as_json(self) -> Expr<Option<Json>> {
        self.read(Builtin::JsonDocument)
    }

    /// Whether anything lies there, be it the JSON value `null`.
    #[must_use]
    pub fn exists(self) -> Expr<bool> {
        self.read(Builtin::JsonExists)
    }

    fn read<T>(self, builtin: Builtin) -> Expr<T> {
        Expr::new(Node::builtin(builtin, vec![self.document, path_node(self.path)]))
    }
}

fn path_node(path: Result<Vec<PathStep>, String>) -> Node {
    match path {
        Ok(steps) => Node::JsonPath(steps),
        Err(reason) => Node::Value(Value::Invalid(reason.into())),
    }
}

/// A value as it has to stand for JSON functions to take it for what it is: documents and truth values are text and numbers
/// to some databases.
pub(super) fn json_value<O: IntoExpr>(operand: O) -> Node {
    let wrap = |builtin, node| Node::builtin(builtin, vec![node]);
    let node = operand.into_node();
    match (&node, O::Type::column_type()) {
        // Functions that take anything do not tell PostgreSQL what a parameter is that has no value.
        (Node::Value(Value::Null), _) => Node::Cast { operand: Box::new(node), to: ColumnType::Text },
        (_, ColumnType::Uuid) => wrap(Builtin::TextOfUuid, node),
        (_, ColumnType::Json) => wrap(Builtin::JsonOfDocument, node),
        (_, ColumnType::Bool) => wrap(Builtin::JsonOfBool, node),
        _ => node,
    }
}
