//! Enumerations of names.

use super::{ColumnType, EnumType};
use crate::Name;
use crate::error::DecodeError;
use crate::value::{Cell, Value};

/// An enum whose variants are stored as names: what `#[derive(SqlEnum)]` implements.
///
/// From it, [`SqlType`](super::SqlType), [`Encode`](super::Encode), [`Decode`](super::Decode) and
/// [`IntoExpr`](crate::expr::IntoExpr) are one line each:
///
/// ```
/// use lapis_sql::expr::{IntoExpr, Node};
/// use lapis_sql::types::{ColumnType, Decode, Encode, SqlEnum, SqlType, kind};
/// use lapis_sql::{Cell, DecodeError, Value};
///
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// enum Status {
///     Draft,
///     Published,
/// }
///
/// impl SqlEnum for Status {
///     const NAME: &'static str = "status";
///     const VALUES: &'static [&'static str] = &["draft", "published"];
///
///     fn name(&self) -> &'static str {
///         match self {
///             Status::Draft => "draft",
///             Status::Published => "published",
///         }
///     }
///
///     fn from_name(name: &str) -> Option<Self> {
///         match name {
///             "draft" => Some(Status::Draft),
///             "published" => Some(Status::Published),
///             _ => None,
///         }
///     }
/// }
///
/// impl SqlType for Status {
///     type Kind = kind::EnumKind<Self>;
///     type NotNull = Self;
///     type Propagate<U: SqlType> = U;
///     fn column_type() -> ColumnType {
///         Self::enum_column()
///     }
/// }
/// impl Encode for Status {
///     fn encode(&self) -> Value<'_> {
///         self.encode_name()
///     }
/// }
/// impl Decode for Status {
///     fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
///         Self::decode_name(cell)
///     }
/// }
/// impl IntoExpr for Status {
///     type Type = Self;
///     fn into_node(self) -> Node {
///         Node::Value(self.encode_name())
///     }
/// }
///
/// assert_eq!(Status::Published.encode(), Value::Text("published".into()));
/// assert_eq!(Status::decode(Cell::Text("draft")), Ok(Status::Draft));
/// ```
pub trait SqlEnum: Sized + 'static {
    /// The type's name in the schema.
    const NAME: &'static str;
    /// The names of the variants, in order.
    const VALUES: &'static [&'static str];
    /// Whether to make a native enum type where the database has one. Without it the column is a `VARCHAR`
    /// with a CHECK, which every database has and whose names are changed by an ordinary migration.
    const NATIVE: bool = false;

    /// The variant's name.
    fn name(&self) -> &'static str;

    /// The variant of that name.
    fn from_name(name: &str) -> Option<Self>;

    /// The column type of this enum.
    #[must_use]
    fn enum_column() -> ColumnType {
        ColumnType::Enum(EnumType {
            name: Name::Borrowed(Self::NAME),
            values: Self::VALUES.iter().copied().map(Name::Borrowed).collect(),
            native: Self::NATIVE,
        })
    }

    /// The variant's name as a value to bind.
    fn encode_name(&self) -> Value<'static> {
        Value::Text(Name::Borrowed(self.name()))
    }

    /// Reads a variant from the text of its name.
    ///
    /// # Errors
    /// If the cell holds NULL, no text, or a name that no variant has.
    fn decode_name(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Text(text) => Self::from_name(text).ok_or_else(|| DecodeError::Invalid {
                expected: Self::NAME,
                reason: format!("{text:?} is none of {:?}", Self::VALUES),
            }),
            other => Err(DecodeError::mismatch(Self::NAME, &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Unit;

    impl SqlEnum for Unit {
        const NAME: &'static str = "unit";
        const VALUES: &'static [&'static str] = &["only"];

        fn name(&self) -> &'static str {
            "only"
        }

        fn from_name(name: &str) -> Option<Self> {
            (name == "only").then_some(Unit)
        }
    }

    #[test]
    fn a_name_that_no_variant_has_is_refused_with_those_there_are() {
        assert_eq!(Unit::decode_name(Cell::Text("only")), Ok(Unit));
        let error = Unit::decode_name(Cell::Text("other")).unwrap_err();
        assert_eq!(error.to_string(), r#"it cannot be read as `unit`: "other" is none of ["only"]"#);
        assert_eq!(Unit::decode_name(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "unit" }));
    }
}
