//! Labels: names that a projection gives to its expressions.

use super::node::Node;
use super::operand::Expr;
use super::table_name::ColumnRef;
use crate::Name;
use crate::statement::{SelectItem, Selection, Val};
use crate::types::SqlType;

/// An expression with a name in the result: `expression AS name`. It is selected by value, or by reference where it is
/// needed again.
#[derive(Debug)]
pub struct Labeled<T> {
    expr: Expr<T>,
    name: Name,
}

impl<T> Labeled<T> {
    pub(super) fn new(node: Node, name: Name) -> Self {
        Self { expr: Expr::new(node), name }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The label as an expression, for ORDER BY and, where the database allows it, GROUP BY and HAVING.
    #[must_use]
    pub fn reference(&self) -> Expr<T> {
        label(self.name.clone())
    }
}

impl<T> Clone for Labeled<T> {
    fn clone(&self) -> Self {
        Self { expr: self.expr.clone(), name: self.name.clone() }
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType + 'static> Selection for Labeled<T> {
    type Shape = Val<T>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        items.push(SelectItem::labeled(self.expr.node().clone(), self.name));
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType + 'static> Selection for &Labeled<T> {
    type Shape = Val<T>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        self.clone().add_to(items);
    }
}

/// A name that the statement's projection gives, read as `T`: `order_by(label::<i64>("posts").desc())`.
pub fn label<T>(name: impl Into<Name>) -> Expr<T> {
    Expr::new(Node::Column(ColumnRef { table: None, name: name.into() }))
}
