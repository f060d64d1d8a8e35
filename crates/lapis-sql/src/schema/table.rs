//! Tables.

use super::{Check, ColumnDef, ForeignKey, Index, Unique};
use crate::Name;
use crate::expr::TableName;

/// A table of the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The table's name, with its schema.
    pub name: TableName,
    /// The columns, in order.
    pub columns: Vec<ColumnDef>,
    /// The columns of the primary key, in order.
    pub primary_key: Vec<Name>,
    /// The foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// The unique constraints.
    pub uniques: Vec<Unique>,
    /// The check constraints.
    pub checks: Vec<Check>,
    /// The indexes.
    pub indexes: Vec<Index>,
    /// A comment kept in the database.
    pub comment: Option<Name>,
}

impl Table {
    /// A table without columns.
    #[must_use]
    pub fn new(name: TableName) -> Self {
        Self {
            name,
            columns: Vec::new(),
            primary_key: Vec::new(),
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            comment: None,
        }
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnDef> {
        self.columns.iter().find(|column| column.name == name)
    }
}
