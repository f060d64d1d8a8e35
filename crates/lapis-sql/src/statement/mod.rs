//! Statements: plain data ([`SelectStatement`], …) and their typed builders ([`Select`], …).
//!
//! A typed builder carries a *shape*, the type of its rows, and nothing else: below it, a statement is
//! data without type parameters that any front end can make and any dialect can compile.

mod delete;
mod insert;
mod select;
mod shape;
mod text;
mod update;

pub use delete::{Delete, DeleteStatement};
pub use insert::{Insert, InsertSource, InsertStatement};
pub use select::{FromItem, Join, JoinKind, JoinTarget, Select, SelectItem, SelectStatement, TableSource, select};
pub use shape::{Selection, Shape, Val};
pub use text::TextStatement;
pub use update::{Update, UpdateStatement};

/// Any statement, borrowed: what a dialect compiles.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum StatementRef<'a> {
    /// `SELECT`
    Select(&'a SelectStatement),
    /// `INSERT`
    Insert(&'a InsertStatement),
    /// `UPDATE`
    Update(&'a UpdateStatement),
    /// `DELETE`
    Delete(&'a DeleteStatement),
    /// SQL written by hand.
    Text(&'a TextStatement),
}

/// A statement that can be executed.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a statement that can be executed")]
pub trait Statement: Send + Sync {
    /// The statement as plain data.
    fn as_statement(&self) -> StatementRef<'_>;
}

/// A statement that returns rows of a known shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a statement that returns rows",
    note = "a SELECT does, a statement with `.returning(..)`, and `text(..).rows::<T>()`"
)]
pub trait Query: Statement {
    /// What its rows are.
    type Shape: Shape;

    /// How the rows are to be completed, for shapes that have such options.
    fn options(&self) -> &<Self::Shape as Shape>::Options;
}

impl<S: Statement + ?Sized> Statement for &S {
    fn as_statement(&self) -> StatementRef<'_> {
        (**self).as_statement()
    }
}

impl<Q: Query + ?Sized> Query for &Q {
    type Shape = Q::Shape;

    fn options(&self) -> &<Self::Shape as Shape>::Options {
        (**self).options()
    }
}
