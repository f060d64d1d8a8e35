//! What may stand in an expression: columns, other expressions, and plain Rust values.

use std::marker::PhantomData;

use super::column::TableKey;
use super::node::Node;
use crate::types::kind::{ComparableWith, Logical};
use crate::types::{ColumnType, SqlType};
use crate::value::Value;

/// Anything that may stand as an operand: a column, an expression, or a value to bind.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an SQL expression nor a value that can be bound",
    label = "not usable in an SQL expression"
)]
pub trait IntoExpr {
    /// The Rust type the operand is read as; its kind decides what it can be combined with.
    type Type: SqlType;

    /// The operand as a node.
    fn into_node(self) -> Node;

    /// The primary key of the table that the operand is a column of, where that is known.
    fn table_key(&self) -> Option<TableKey> {
        None
    }
}

/// The kind of an operand.
pub type KindOf<O> = <<O as IntoExpr>::Type as SqlType>::Kind;

/// What an expression of kind `K` can be compared with and set to: operands of a kind that is
/// [`ComparableWith`] it.
///
/// It says in one bound, on one line, what two would say, and so does the compiler where it does not hold.
#[diagnostic::on_unimplemented(
    message = "{K} cannot be compared or combined with `{Self}`",
    label = "not to be combined with `{K}`",
    note = "cast one side with `.cast::<T>()`, or give a value of the column's own kind"
)]
pub trait ComparableTo<K>: IntoExpr {}

#[diagnostic::do_not_recommend]
impl<K: ComparableWith<KindOf<R>>, R: IntoExpr> ComparableTo<K> for R {}

/// A typed expression that is read as `T`.
///
/// Operators and clauses take it by value or by reference. One that is needed more than once is best kept as a reference,
/// which is `Copy` as columns are:
///
/// ```
/// # use lapis_sql::dialect::Sqlite;
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{select, Statement};
/// # struct Item;
/// # impl StaticTable for Item { const TABLE: &'static str = "items"; }
/// # impl Item {
/// #     const PRICE: Column<Item, i64> = Column::new("price");
/// #     const COUNT: Column<Item, i64> = Column::new("count");
/// # }
/// let total = &(Item::PRICE * Item::COUNT);
/// let dear = select(total).filter(total.gt(100));
/// assert_eq!(
///     dear.sql(&Sqlite)?,
///     r#"SELECT "items"."price" * "items"."count" FROM "items" WHERE "items"."price" * "items"."count" > ?"#
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[derive(Debug)]
pub struct Expr<T> {
    node: Node,
    marker: PhantomData<fn() -> T>,
}

impl<T> Expr<T> {
    /// Says that a node is read as `T`. Nothing checks it before the rows are decoded.
    #[must_use]
    pub const fn new(node: Node) -> Self {
        Self { node, marker: PhantomData }
    }

    /// The node within.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.node
    }

    pub(super) fn into_inner(self) -> Node {
        self.node
    }
}

impl<T> Clone for Expr<T> {
    fn clone(&self) -> Self {
        Self::new(self.node.clone())
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> IntoExpr for Expr<T> {
    type Type = T;

    fn into_node(self) -> Node {
        self.node
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> IntoExpr for &Expr<T> {
    type Type = T;

    fn into_node(self) -> Node {
        self.node.clone()
    }
}

/// An operand where nothing else may tell the database its type: a value of an enum type of the database's own, or an array of
/// such, which is bound as text, is cast.
pub(crate) fn of_own_type<O: IntoExpr>(operand: O) -> Node {
    fn is_native(ty: &ColumnType) -> bool {
        match ty {
            ColumnType::Enum(names) => names.native,
            ColumnType::Array(element) => is_native(element),
            _ => false,
        }
    }
    match (operand.into_node(), O::Type::column_type()) {
        (value @ Node::Value(_), to) if is_native(&to) => Node::Cast { operand: Box::new(value), to },
        (node, _) => node,
    }
}

/// Anything that is true or false in SQL: what `filter`, `having` and join conditions take.
#[diagnostic::on_unimplemented(
    message = "a condition is needed here, and `{Self}` is no boolean SQL expression",
    label = "not a condition",
    note = "compare it: `.eq(..)`, `.gt(..)`, `.is_not_null()`, …"
)]
pub trait Condition {
    /// The condition as a node.
    fn into_condition(self) -> Node;
}

#[diagnostic::do_not_recommend]
impl<C> Condition for C
where
    C: IntoExpr,
    KindOf<C>: Logical,
{
    fn into_condition(self) -> Node {
        self.into_node()
    }
}

/// A Rust value as an expression, for where one must stand on the left: `lit(18).le(User::age)`.
///
/// `None` is NULL of its type, `CAST(NULL AS …)`: alone in a projection, say, nothing else would tell the database what
/// kind of column it is.
pub fn lit<V: IntoExpr>(value: V) -> Expr<V::Type> {
    Expr::new(match (value.into_node(), V::Type::column_type()) {
        // What a type of the user's own is called, a CAST may not know.
        (null @ Node::Value(Value::Null), ColumnType::Custom(_)) => null,
        (null @ Node::Value(Value::Null), to) => Node::Cast { operand: Box::new(null), to },
        (node, _) => node,
    })
}
