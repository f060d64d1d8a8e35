//! Types around other types: `Option<T>` and `Box<T>`.

use super::{ColumnType, Decode, Encode, SqlType};
use crate::error::DecodeError;
use crate::expr::{IntoExpr, Node};
use crate::value::{Cell, Value};

/// A column that may hold NULL.
impl<T: SqlType> SqlType for Option<T> {
    type Kind = T::Kind;
    type NotNull = T::NotNull;
    type Propagate<U: SqlType> = Option<U::NotNull>;
    const NULLABLE: bool = true;

    fn column_type() -> ColumnType {
        T::column_type()
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Encode::encode)
    }
}

impl<T: Decode> Decode for Option<T> {
    #[inline]
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        if cell.is_null() { Ok(None) } else { T::decode(cell).map(Some) }
    }
}

/// `None` is NULL. Note that `column = NULL` is true for no row; ask `.is_null()` or
/// `.is_not_distinct_from(..)` instead.
#[diagnostic::do_not_recommend]
impl<T: IntoExpr> IntoExpr for Option<T> {
    type Type = Option<T::Type>;

    fn into_node(self) -> Node {
        self.map_or(Node::Value(Value::Null), IntoExpr::into_node)
    }
}

impl<T: SqlType> SqlType for Box<T> {
    type Kind = T::Kind;
    type NotNull = T::NotNull;
    type Propagate<U: SqlType> = T::Propagate<U>;
    const NULLABLE: bool = T::NULLABLE;

    fn column_type() -> ColumnType {
        T::column_type()
    }
}

impl<T: Encode> Encode for Box<T> {
    fn encode(&self) -> Value<'_> {
        T::encode(self)
    }
}

impl<T: Decode> Decode for Box<T> {
    #[inline]
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        T::decode(cell).map(Box::new)
    }
}

#[diagnostic::do_not_recommend]
impl<T: IntoExpr> IntoExpr for Box<T> {
    type Type = T::Type;

    fn into_node(self) -> Node {
        (*self).into_node()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_none_and_the_rest_is_decoded() {
        assert_eq!(Option::<i64>::decode(Cell::Null), Ok(None));
        assert_eq!(Option::<i64>::decode(Cell::Int(1)), Ok(Some(1)));
        assert!(Option::<i64>::decode(Cell::Text("1")).is_err());
        assert_eq!(Box::<i64>::decode(Cell::Int(1)), Ok(Box::new(1)));
    }

    #[test]
    fn none_is_bound_as_null() {
        assert_eq!(None::<String>.encode(), Value::Null);
        assert_eq!(Some(String::from("a")).encode(), Value::Text("a".into()));
        assert_eq!(None::<&str>.into_node(), Node::Value(Value::Null));
    }

    #[test]
    fn an_option_makes_the_column_nullable_and_keeps_its_type() {
        const { assert!(Option::<i64>::NULLABLE && !i64::NULLABLE && Box::<Option<i64>>::NULLABLE) };
        assert_eq!(Option::<i64>::column_type(), ColumnType::BigInt);
    }
}
