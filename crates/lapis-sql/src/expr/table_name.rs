//! How expressions name tables and their columns.

use std::fmt;

use super::node::Node;
use super::operand::Expr;
use crate::Name;

/// A table as the statement names it: with its schema, or by an alias.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableName {
    /// The schema, where one is named.
    pub schema: Option<Name>,
    /// The table's name, or its alias in this statement.
    pub name: Name,
}

impl TableName {
    /// A table named without a schema.
    pub fn new(name: impl Into<Name>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// A table named with its schema.
    pub fn in_schema(schema: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }

    /// A column of this table, read as `T`: the way to columns that are known only when the program runs.
    pub fn column<T>(&self, name: impl Into<Name>) -> Expr<T> {
        Expr::new(Node::column(self.clone(), name))
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A column of a table, or a bare name such as a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRef {
    /// The table, or `None` for a bare name.
    pub table: Option<TableName>,
    /// The column.
    pub name: Name,
}
