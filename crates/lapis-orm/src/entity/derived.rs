//! What the derive's output calls where the types have to agree, so that a mistake is one short sentence.

use lapis_engine::{Error, Result, Row};
use lapis_sql::expr::{IntoExpr, KindOf, Node};
use lapis_sql::types::kind::{self, ComparableWith, Kind};
use lapis_sql::types::{ColumnType, Decode, Encode, SqlType};
use lapis_sql::{Cell, DecodeError, Value};

use super::Entity;
use crate::field::{Auto, ReferenceField};

/// A type that a plain column's field can have: one that is stored, bound and read.
///
/// The derive's output goes through this trait alone, so that a type which lacks all three is one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a column",
    label = "no column type is known for `{Self}`",
    note = "derive `SqlType` for a newtype, `SqlEnum` for an enum, or wrap a serde type as `Json<{Self}>`"
)]
pub trait FieldType: Sized {
    /// Whether the column may hold NULL.
    const NULLABLE: bool;

    /// The column's type, where the schema names none.
    fn column_type() -> ColumnType;

    /// The value to bind.
    fn to_value(&self) -> Value<'_>;

    /// Reads a cell.
    ///
    /// # Errors
    /// If the cell does not hold the type.
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError>;

    /// Reads a column of a row.
    ///
    /// # Errors
    /// If the row has no such column, or the column does not hold the type.
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: SqlType + Encode + Decode> FieldType for T {
    const NULLABLE: bool = T::NULLABLE;

    fn column_type() -> ColumnType {
        T::column_type()
    }

    #[inline]
    fn to_value(&self) -> Value<'_> {
        self.encode()
    }

    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, DecodeError> {
        T::decode(cell)
    }

    #[inline]
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self> {
        row.get(index)
    }
}

/// Kinds that a database counts up by itself.
#[diagnostic::on_unimplemented(
    message = "the database numbers keys that are integers, and this one is {Self}",
    label = "not an integer",
    note = "give it a `server_default`, or drop the `Auto` and set the key yourself"
)]
pub trait Countable: Kind {}

#[diagnostic::do_not_recommend]
impl Countable for kind::IntegerKind {}

/// Says that the database can number a column read as `T`.
pub fn numbered<T>()
where
    T: SqlType<Kind: Countable>,
{
}

/// An attribute's expression as a node, for a column read as `T`.
pub fn node_for<T, V>(value: V) -> Node
where
    T: SqlType<Kind: ComparableWith<KindOf<V>>>,
    V: IntoExpr,
{
    value.into_node()
}

/// Reads a reference from a row, whose column `first` is its first.
///
/// # Errors
/// If a column does not hold the key's type, or holds NULL where that is not allowed.
#[inline]
pub fn read_reference<F: ReferenceField>(row: &Row<'_>, first: usize) -> Result<F> {
    F::decode(row, first).map_err(|error| Error::decode(row.name(first), error))
}

/// Reads a property from a row, whose column `at` it is; one that ends before it has none.
///
/// # Errors
/// If the column does not hold the property's type.
#[inline]
pub fn read_property<T: FieldType>(row: &Row<'_>, at: usize) -> Result<Auto<T>> {
    if at < row.len() { T::from_column(row, at).map(Auto::from) } else { Ok(Auto::unset()) }
}

/// Reads an entity from a row of any statement, by the names of its columns.
///
/// Properties may be missing all together, as they are where SQL written by hand selects the table's columns.
///
/// # Errors
/// If a column is missing, or does not hold what its field wants.
pub fn from_row<E: Entity>(row: &Row<'_>) -> Result<E> {
    let model = E::model();
    let has_properties = model.properties.iter().any(|property| row.find(property.name).is_some());
    let width = if has_properties { model.width() } else { model.columns.len() };
    let in_order = (0..width).all(|index| row.name(index) == model.item_name(index));
    if in_order && (row.len() == width || width == model.width()) {
        return E::decode(row, 0);
    }
    let mut names = Vec::with_capacity(width);
    let mut cells = Vec::with_capacity(width);
    for name in (0..width).map(|index| model.item_name(index)) {
        let index = row.find(name).ok_or_else(|| {
            let (table, column) = (E::TABLE, name);
            Error::programming(format!(
                "the row has no column `{column}`, which every row of `{table}` has"
            ))
        })?;
        names.push(name);
        cells.push(row.cell(index));
    }
    E::decode(&Row::of(&names, &cells), 0)
}
