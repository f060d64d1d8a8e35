//! Column types, the kinds of SQL values, and the Rust types that are stored in columns.
//!
//! A Rust type is stored in a column if it is [`SqlType`] (what column, what kind), [`Encode`] (how it is
//! bound) and [`Decode`] (how it is read). Implement the three for a type of your own, or derive them for
//! a newtype with `#[derive(SqlType)]` and for an enum of names with `#[derive(SqlEnum)]`.
//!
//! | Rust | column | notes |
//! | --- | --- | --- |
//! | `i16`, `i32`, `i64` | `SMALLINT`, `INTEGER`, `BIGINT` | |
//! | `i8`, `u8`, `u16`, `u32` | MySQL, MariaDB: `TINYINT`, `TINYINT UNSIGNED`, `SMALLINT UNSIGNED`, `INTEGER UNSIGNED`; else `SMALLINT`, `SMALLINT`, `INTEGER`, `BIGINT` | an unsigned difference below zero is an error on MySQL and MariaDB |
//! | `u64` | MySQL, MariaDB: `BIGINT UNSIGNED`; else `BIGINT` | above `i64::MAX` it is refused by databases that cannot hold it |
//! | `f32`, `f64` | `REAL`, `DOUBLE` | `NaN` is bound as it is; SQLite and MySQL, which have none, refuse it |
//! | `bool` | `BOOLEAN` | |
//! | [`Decimal`](rust_decimal::Decimal) | `NUMERIC` | on SQLite up to 15 significant digits |
//! | `String`, `Box<str>`, `Arc<str>`, `Cow<'static, str>` | `TEXT` | |
//! | `Vec<u8>` | bytes | |
//! | `NaiveDate`, `NaiveTime`, `NaiveDateTime` | `DATE`, `TIME`, `TIMESTAMP` | microseconds |
//! | `DateTime<Utc>`, `DateTime<Local>`, `DateTime<FixedOffset>` | `TIMESTAMP WITH TIME ZONE` | the instant is kept, the offset is not |
//! | [`TimeDelta`](chrono::TimeDelta) | `INTERVAL` | microseconds |
//! | [`Uuid`](::uuid::Uuid) | `UUID` | |
//! | [`Json<T>`](Json), `serde_json::Value` | `JSON` | |
//! | [`Inet`], `IpAddr`, `Ipv4Addr`, `Ipv6Addr` | PostgreSQL: `INET`; else `VARCHAR(43)` | as text, order is that of texts |
//! | `Vec<T>` of an [`ArrayElement`] | PostgreSQL: `T[]` | elsewhere it is refused: store `Json<Vec<T>>` |
//! | [`SqlRange<T>`](SqlRange) of a [`RangeElement`] | PostgreSQL: `INT4RANGE`, `INT8RANGE`, `NUMRANGE`, `DATERANGE`, `TSRANGE`, `TSTZRANGE` | elsewhere it is refused; integers and dates come back as `a..b` |
//! | `Option<T>` | that of `T` | the column may hold NULL |
//!
//! # A type of one's own
//! ```
//! use lapis_sql::expr::{IntoExpr, Node};
//! use lapis_sql::types::{ColumnType, Decode, Encode, SqlType};
//! use lapis_sql::{Cell, DecodeError, Value};
//!
//! /// An e-mail address, in lower case.
//! #[derive(Debug, PartialEq)]
//! struct Email(String);
//!
//! impl SqlType for Email {
//!     type Kind = <String as SqlType>::Kind;
//!     type NotNull = Self;
//!     type Propagate<U: SqlType> = U;
//!
//!     fn column_type() -> ColumnType {
//!         ColumnType::String(320)
//!     }
//! }
//!
//! impl Encode for Email {
//!     fn encode(&self) -> Value<'_> {
//!         self.0.encode()
//!     }
//! }
//!
//! impl Decode for Email {
//!     fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
//!         String::decode(cell).map(Email)
//!     }
//! }
//!
//! impl IntoExpr for Email {
//!     type Type = Self;
//!
//!     fn into_node(self) -> Node {
//!         Node::Value(self.encode().into_owned())
//!     }
//! }
//!
//! assert_eq!(Email::decode(Cell::Text("ann@example.org")), Ok(Email("ann@example.org".into())));
//! ```
//! References to it need no implementation: `&T` stands in an expression wherever `T` is stored in a column.

mod array;
mod bytes;
mod column_type;
mod datetime;
mod datetime_text;
mod decimal;
mod enumeration;
mod inet;
mod json;
mod number;
mod range;
mod sized;
mod text;
mod uuid;
mod wrapper;

pub mod kind;

pub use array::ArrayElement;
pub use column_type::{ColumnType, EnumType, RangeType};
pub use enumeration::SqlEnum;
pub use inet::{Inet, ParseInetError};
pub use json::Json;
pub use range::{RangeElement, SqlRange};
pub use sized::{HasLength, HasPrecision};

pub(crate) use datetime_text::{
    parse_date, parse_time, parse_timestamp, write_date, write_time, write_timestamp,
};

use crate::error::DecodeError;
use crate::expr::{IntoExpr, Node};
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
    /// What a `U` becomes that is computed from a value of this type: itself, or where this type has room for NULL, which
    /// makes the result NULL, an `Option` of it. `U` for every type but `Option<T>`.
    type Propagate<U: SqlType>: SqlType<Kind = U::Kind>;
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

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self) -> Value<'_> {
        T::encode(self)
    }
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

/// A reference to any value that is stored in a column stands in an expression as the value itself.
#[diagnostic::do_not_recommend]
impl<T: SqlType + Encode> IntoExpr for &T {
    type Type = T;

    fn into_node(self) -> Node {
        Node::Value(self.encode().into_owned())
    }
}

/// `IntoExpr` for types that are bound by their own `Encode`.
macro_rules! operands {
    ($($ty:ty),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl $crate::expr::IntoExpr for $ty {
            type Type = $ty;

            fn into_node(self) -> $crate::expr::Node {
                $crate::expr::Node::Value($crate::types::Encode::encode(&self).into_owned())
            }
        }
    )+};
}
pub(crate) use operands;

/// `SqlType` for types whose column type is one word.
macro_rules! sql_types {
    ($($ty:ty: $kind:ident = $column:expr;)+) => {$(
        impl $crate::types::SqlType for $ty {
            type Kind = $crate::types::kind::$kind;
            type NotNull = Self;
            type Propagate<U: $crate::types::SqlType> = U;

            fn column_type() -> $crate::types::ColumnType {
                use $crate::types::ColumnType::*;
                $column
            }
        }
    )+};
}
pub(crate) use sql_types;
