//! `INSERT`.

use std::marker::PhantomData;

use super::{SelectItem, SelectStatement, Shape};
use crate::Name;
use crate::expr::{Node, TableName};

/// `INSERT` as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct InsertStatement {
    /// The table.
    pub table: TableName,
    /// The columns that get values; none for `DEFAULT VALUES`.
    pub columns: Vec<Name>,
    /// Where the rows come from.
    pub source: InsertSource,
    /// `RETURNING`
    pub returning: Vec<SelectItem>,
}

/// Where inserted rows come from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum InsertSource {
    /// Rows of expressions, each as long as the columns.
    Values(Vec<Vec<Node>>),
    /// A query.
    Select(Box<SelectStatement>),
}

/// A typed `INSERT` into table `E`, returning rows of shape `S` (`()` for none).
#[derive(Debug, Clone)]
pub struct Insert<E, S: Shape = ()> {
    /// The statement as plain data.
    pub statement: InsertStatement,
    marker: PhantomData<fn() -> (E, S)>,
}
