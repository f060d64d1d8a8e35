//! Column types, the kinds of SQL values, and the Rust types that are stored in columns.
//!
//! A Rust type is stored in a column if it is [`SqlType`] (what column, what kind), [`Encode`] (how it is
//! bound) and [`Decode`] (how it is read). Implement the three for a type of your own, or derive them for
//! a newtype with `#[derive(SqlType)]` and for an enum of names with `#[derive(SqlEnum)]`.

mod column_type;
pub mod kind;

pub use column_type::{ColumnType, EnumType};

use crate::error::DecodeError;
use crate::value::{Cell, Value};
use kind::Kind;

/// A Rust type that a column can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a column",
    label = "no column type is known for `{Self}`",
    note = "derive `SqlType` for a newtype, `SqlEnum` for an enum, or wrap a serde type as `Json<{Self}>`"
)]
pub trait SqlType {
    /// The kind of SQL value: what it can be compared and combined with.
    type Kind: Kind;
    /// The same type without room for NULL: `T` for `Option<T>`, `Self` for every other type. What may
    /// become NULL, such as `max(column)`, is read as `Option<Self::NotNull>`, never as an option of an option.
    type NotNull: SqlType<Kind = Self::Kind>;
    /// Whether the type has room for NULL.
    const NULLABLE: bool = false;

    /// The type of a column that holds it, where the schema names none.
    fn column_type() -> ColumnType;
}

/// A Rust value that can be bound to a parameter.
pub trait Encode {
    /// The value to bind, borrowing text and bytes.
    fn encode(&self) -> Value<'_>;
}

/// A Rust value that can be read from a row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a column",
    label = "no way is known to decode a cell into `{Self}`"
)]
pub trait Decode: Sized {
    /// Reads the cell.
    ///
    /// # Errors
    /// If the cell holds NULL, another kind of value, or one that does not fit.
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError>;
}
