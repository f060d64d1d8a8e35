//! `DELETE`.

use std::marker::PhantomData;

use super::{SelectItem, Shape};
use crate::expr::{Node, TableName};

/// `DELETE` as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteStatement {
    /// The table.
    pub table: TableName,
    /// `WHERE`
    pub filter: Option<Node>,
    /// `RETURNING`
    pub returning: Vec<SelectItem>,
}

/// A typed `DELETE` from table `E`, returning rows of shape `S` (`()` for none).
#[derive(Debug, Clone)]
pub struct Delete<E, S: Shape = ()> {
    /// The statement as plain data.
    pub statement: DeleteStatement,
    marker: PhantomData<fn() -> (E, S)>,
}
