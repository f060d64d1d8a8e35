//! Typed columns of tables known when the program is compiled.

use std::marker::PhantomData;

use super::node::Node;
use super::operand::{ComparableTo, IntoExpr};
use super::table_name::TableName;
use crate::Name;
use crate::types::SqlType;

/// A table whose name is known when the program is compiled: what `#[derive(Entity)]` says of a struct.
pub trait StaticTable: 'static {
    /// The schema, where one is named.
    const SCHEMA: Option<&'static str> = None;
    /// The table's name.
    const TABLE: &'static str;

    /// Both as a name in a statement.
    fn table_name() -> TableName {
        TableName { schema: Self::SCHEMA.map(Name::Borrowed), name: Name::Borrowed(Self::TABLE) }
    }

    /// The columns of the primary key; none where it is not known.
    ///
    /// With it, a query that groups by a part of the key and selects what only the whole of it determines is an error
    /// when it is compiled.
    fn primary_key() -> Vec<Name> {
        Vec::new()
    }
}

/// A table and the columns of its primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableKey {
    /// The table.
    pub table: TableName,
    /// The columns of its primary key.
    pub columns: Vec<Name>,
}

impl TableKey {
    /// The key of a table, where it is known.
    #[must_use]
    pub fn of<E: StaticTable>() -> Option<Self> {
        let columns = E::primary_key();
        (!columns.is_empty()).then(|| Self { table: E::table_name(), columns })
    }
}

/// A column of table `E`, read as `T`: `User::email` is a `Column<User, String>`.
pub struct Column<E, T> {
    name: &'static str,
    marker: PhantomData<fn() -> (E, T)>,
}

impl<E, T> Column<E, T> {
    /// The column of that name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, marker: PhantomData }
    }

    /// The column's name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<E: StaticTable, T: SqlType> Column<E, T> {
    /// `column = value`, for an insert or an update.
    pub fn set<V: ComparableTo<T::Kind>>(self, value: V) -> Assignment<E> {
        Assignment::new(self.name, value.into_node())
    }
}

impl<E, T> Clone for Column<E, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, T> Copy for Column<E, T> {}

impl<E: StaticTable, T> std::fmt::Debug for Column<E, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", E::TABLE, self.name)
    }
}

#[diagnostic::do_not_recommend]
impl<E: StaticTable, T: SqlType> IntoExpr for Column<E, T> {
    type Type = T;

    fn into_node(self) -> Node {
        Node::column(E::table_name(), self.name)
    }

    fn table_key(&self) -> Option<TableKey> {
        TableKey::of::<E>()
    }
}

/// One column of table `E`, as a field of its struct names it: a [`Column`], or an entity's reference.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a column of `{E}`",
    note = "columns are the constants of the entity: `User::email`"
)]
pub trait TableColumn<E> {
    /// The type that the column is read as.
    type Type: SqlType;

    /// The column's name in the database.
    fn column_name(&self) -> Name;
}

#[diagnostic::do_not_recommend]
impl<E: StaticTable, T: SqlType> TableColumn<E> for Column<E, T> {
    type Type = T;

    fn column_name(&self) -> Name {
        Name::Borrowed(self.name)
    }
}

/// A [`TableColumn`] where it is plain of which table: what a message says of another table's column is short there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a column of `{E}`",
    label = "not a column of `{E}`",
    note = "columns are the constants of the entity: `User::email`"
)]
pub trait ColumnOf<E>: TableColumn<E> {}

#[diagnostic::do_not_recommend]
impl<E, C: TableColumn<E>> ColumnOf<E> for C {}

/// The kind of a column of table `E`.
pub type ColumnKind<E, C> = <<C as TableColumn<E>>::Type as SqlType>::Kind;

/// `column = value` in an insert or update of table `E`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment<E> {
    /// The column.
    pub column: Name,
    /// What it is set to.
    pub value: Node,
    marker: PhantomData<fn() -> E>,
}

impl<E> Assignment<E> {
    /// An assignment to a column by its name.
    pub fn new(column: impl Into<Name>, value: Node) -> Self {
        Self { column: column.into(), value, marker: PhantomData }
    }
}
