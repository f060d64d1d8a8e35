//! Bytes.

use std::borrow::Cow;

use super::{Decode, Encode, sql_types};
use crate::error::DecodeError;
use crate::expr::{IntoExpr, Node};
use crate::value::{Cell, Value};

sql_types! {
    Vec<u8>: BytesKind = Bytes;
}

impl Encode for Vec<u8> {
    fn encode(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}

impl Decode for Vec<u8> {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        match cell {
            Cell::Bytes(bytes) => Ok(bytes.to_vec()),
            other => Err(DecodeError::mismatch("Vec<u8>", &other)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl IntoExpr for Vec<u8> {
    type Type = Vec<u8>;

    fn into_node(self) -> Node {
        Node::Value(Value::Bytes(Cow::Owned(self)))
    }
}

#[diagnostic::do_not_recommend]
impl IntoExpr for &[u8] {
    type Type = Vec<u8>;

    fn into_node(self) -> Node {
        self.to_vec().into_node()
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize> IntoExpr for &[u8; N] {
    type Type = Vec<u8>;

    fn into_node(self) -> Node {
        self.to_vec().into_node()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_bound_without_a_copy_and_read_back() {
        let bytes = vec![0, 0xff];
        assert!(matches!(bytes.encode(), Value::Bytes(Cow::Borrowed([0, 0xff]))));
        assert_eq!(Vec::<u8>::decode(Cell::Bytes(&[0, 0xff])), Ok(bytes));
    }

    #[test]
    fn text_and_null_are_no_bytes() {
        let expected = "Vec<u8>";
        assert_eq!(
            Vec::<u8>::decode(Cell::Text("a")),
            Err(DecodeError::Mismatch { expected, found: "text" })
        );
        assert_eq!(Vec::<u8>::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected }));
    }

    #[test]
    fn byte_string_literals_stand_in_expressions() {
        assert_eq!(b"ab".into_node(), Node::Value(Value::Bytes(Cow::Borrowed(b"ab"))));
    }
}
