//! Arrays, which PostgreSQL has.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ::uuid::Uuid;
use chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ColumnType, Decode, Encode, Inet, Json, RangeElement, SqlRange, SqlType, kind};
use crate::error::DecodeError;
use crate::expr::{IntoExpr, Node};
use crate::value::{Cell, Value};

/// A Rust type of which a column can hold several: `Vec<T>` is stored as an array of the type of `T`, on databases that
/// have arrays. PostgreSQL does; elsewhere `create_all` refuses the column, and `Json<Vec<T>>` is stored instead.
///
/// Of `u8` there is none, since `Vec<u8>` is bytes. A NULL among the elements needs `Vec<Option<T>>`.
/// `#[derive(SqlEnum)]` implements it; for another type of one's own it is one line:
///
/// ```
/// use lapis_sql::types::{ArrayElement, ColumnType, SqlType};
/// # use lapis_sql::types::{Decode, Encode};
/// # struct Tag(String);
/// # impl SqlType for Tag {
/// #     type Kind = <String as SqlType>::Kind;
/// #     type NotNull = Self;
/// #     type Propagate<U: SqlType> = U;
/// #     fn column_type() -> ColumnType { ColumnType::Text }
/// # }
/// # impl Encode for Tag {
/// #     fn encode(&self) -> lapis_sql::Value<'_> { self.0.encode() }
/// # }
/// # impl Decode for Tag {
/// #     fn decode(cell: lapis_sql::Cell<'_>) -> Result<Self, lapis_sql::DecodeError> {
/// #         String::decode(cell).map(Tag)
/// #     }
/// # }
///
/// impl ArrayElement for Tag {}
///
/// assert_eq!(Vec::<Tag>::column_type(), ColumnType::Array(Box::new(ColumnType::Text)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the element of an SQL array",
    label = "no array of `{Self}` is known",
    note = "store `Json<Vec<{Self}>>`, or implement `ArrayElement` for a column type of one's own"
)]
pub trait ArrayElement: SqlType + Encode + Decode {}

macro_rules! elements {
    ($($ty:ty),+ $(,)?) => {$(
        impl ArrayElement for $ty {}
    )+};
}

elements!(i8, i16, i32, i64, u16, u32, u64, f32, f64, bool, Decimal, Uuid);
elements!(String, Box<str>, Arc<str>, Cow<'static, str>, Vec<u8>, serde_json::Value);
elements!(
    NaiveDate,
    NaiveTime,
    NaiveDateTime,
    DateTime<Utc>,
    DateTime<Local>,
    DateTime<FixedOffset>,
    TimeDelta
);
elements!(Inet, IpAddr, Ipv4Addr, Ipv6Addr);

impl<T: Serialize + DeserializeOwned> ArrayElement for Json<T> {}
impl<T: RangeElement> ArrayElement for SqlRange<T> {}

/// NULL may be among the elements.
impl<T: ArrayElement> ArrayElement for Option<T> {}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> SqlType for Vec<T> {
    type Kind = kind::ArrayKind<T::Kind>;
    type NotNull = Self;
    type Propagate<U: SqlType> = U;

    fn column_type() -> ColumnType {
        ColumnType::Array(Box::new(T::column_type()))
    }
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> Encode for Vec<T> {
    fn encode(&self) -> Value<'_> {
        Value::Array(self.iter().map(Encode::encode).collect())
    }
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> Decode for Vec<T> {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Array(elements) => elements.map(|element| element.and_then(T::decode)).collect(),
            other => Err(DecodeError::mismatch("Vec", &other)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> IntoExpr for Vec<T> {
    type Type = Self;

    fn into_node(self) -> Node {
        Node::Value(self.encode().into_owned())
    }
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> IntoExpr for &[T] {
    type Type = Vec<T>;

    fn into_node(self) -> Node {
        Node::Value(Value::Array(self.iter().map(Encode::encode).collect()).into_owned())
    }
}

/// An array of values is bound as one parameter; with an expression in it, it is `ARRAY[…]`.
#[diagnostic::do_not_recommend]
impl<T, const N: usize> IntoExpr for [T; N]
where
    T: IntoExpr,
    T::Type: ArrayElement,
{
    type Type = Vec<T::Type>;

    fn into_node(self) -> Node {
        let nodes = self.map(IntoExpr::into_node);
        if nodes.iter().all(Node::is_value) {
            let values = nodes.into_iter().filter_map(|node| match node {
                Node::Value(value) => Some(value),
                _ => None,
            });
            return Node::Value(Value::Array(values.collect()));
        }
        Node::Array(nodes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back<T: ArrayElement + Clone + PartialEq + std::fmt::Debug>(elements: &[T]) {
        let vec = elements.to_vec();
        assert_eq!(vec.encode().as_cell().map(Vec::<T>::decode), Some(Ok(vec.clone())));
        assert_eq!(vec.clone().into_node(), elements.into_node());
    }

    #[test]
    fn arrays_round_trip() {
        there_and_back(&[i64::MIN, 0, i64::MAX]);
        there_and_back(&[String::new(), "a".into()]);
        there_and_back(&[Some(1.5), None]);
        there_and_back(&[vec![0_u8, 255], vec![]]);
        there_and_back(&[Json(serde_json::json!({ "a": [1] }))]);
        there_and_back::<Uuid>(&[]);
        there_and_back(&[SqlRange::from(1..5), SqlRange::Empty]);
    }

    #[test]
    fn an_array_knows_the_type_of_its_elements() {
        assert_eq!(Vec::<i16>::column_type(), ColumnType::Array(Box::new(ColumnType::SmallInt)));
        assert_eq!(Vec::<Option<bool>>::column_type(), ColumnType::Array(Box::new(ColumnType::Bool)));
        assert_eq!(Vec::<u8>::column_type(), ColumnType::Bytes);
    }

    #[test]
    fn null_among_the_elements_needs_room_for_it() {
        let elements = vec![Some(1), None];
        let array = elements.encode();
        let error = Err(DecodeError::UnexpectedNull { expected: "i32" });
        assert_eq!(array.as_cell().map(Vec::<i32>::decode), Some(error));
    }

    #[test]
    fn what_is_no_array_is_refused() {
        assert_eq!(
            Vec::<i32>::decode(Cell::Text("{1,2}")),
            Err(DecodeError::Mismatch { expected: "Vec", found: "text" })
        );
        assert_eq!(Vec::<i32>::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "Vec" }));
    }
}
