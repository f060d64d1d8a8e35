//! `UPDATE`.

use std::marker::PhantomData;

use super::{SelectItem, Shape};
use crate::Name;
use crate::expr::{Node, TableName};

/// `UPDATE` as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateStatement {
    /// The table.
    pub table: TableName,
    /// The columns and what they are set to.
    pub assignments: Vec<(Name, Node)>,
    /// `WHERE`
    pub filter: Option<Node>,
    /// `RETURNING`
    pub returning: Vec<SelectItem>,
}

/// A typed `UPDATE` of table `E`, returning rows of shape `S` (`()` for none).
#[derive(Debug, Clone)]
pub struct Update<E, S: Shape = ()> {
    /// The statement as plain data.
    pub statement: UpdateStatement,
    marker: PhantomData<fn() -> (E, S)>,
}
