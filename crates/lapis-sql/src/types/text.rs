//! Text.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Decode, Encode, operands, sql_types};
use crate::error::DecodeError;
use crate::expr::{IntoExpr, Node};
use crate::value::{Cell, Value};

sql_types! {
    String: TextKind = Text;
    Box<str>: TextKind = Text;
    Arc<str>: TextKind = Text;
    Cow<'static, str>: TextKind = Text;
}

macro_rules! text {
    ($($ty:ty),+) => {$(
        impl Encode for $ty {
            fn encode(&self) -> Value<'_> {
                Value::Text(Cow::Borrowed(self))
            }
        }

        /// Reads text, and a JSON document as its text.
        impl Decode for $ty {
            #[inline]
            fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
                match cell {
                    Cell::Text(text) | Cell::Json(text) => Ok(text.to_owned().into()),
                    other => Err(DecodeError::mismatch("String", &other)),
                }
            }
        }
    )+};
}

/// Bound, and never read: `&str` in the parameters of SQL written by hand.
impl Encode for str {
    fn encode(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

text!(String, Box<str>, Arc<str>, Cow<'static, str>);
operands!(Box<str>, Arc<str>);

#[diagnostic::do_not_recommend]
impl IntoExpr for String {
    type Type = String;

    fn into_node(self) -> Node {
        Node::Value(Value::Text(Cow::Owned(self)))
    }
}

#[diagnostic::do_not_recommend]
impl IntoExpr for &str {
    type Type = String;

    fn into_node(self) -> Node {
        Node::Value(Value::Text(Cow::Owned(self.to_owned())))
    }
}

/// A `Cow::Borrowed` literal is bound without an allocation.
#[diagnostic::do_not_recommend]
impl IntoExpr for Cow<'static, str> {
    type Type = String;

    fn into_node(self) -> Node {
        Node::Value(Value::Text(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bound_without_a_copy() {
        let name = String::from("Ann");
        assert!(matches!(name.encode(), Value::Text(Cow::Borrowed("Ann"))));
    }

    #[test]
    fn text_is_read_into_every_owner_of_text() {
        assert_eq!(String::decode(Cell::Text("Ann")).as_deref(), Ok("Ann"));
        assert_eq!(Box::<str>::decode(Cell::Text("Ann")).as_deref(), Ok("Ann"));
        assert_eq!(Arc::<str>::decode(Cell::Text("Ann")).as_deref(), Ok("Ann"));
        assert_eq!(Cow::<'static, str>::decode(Cell::Text("Ann")).as_deref(), Ok("Ann"));
        assert_eq!(String::decode(Cell::Json("[1]")).as_deref(), Ok("[1]"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(String::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "String" }));
        assert_eq!(
            String::decode(Cell::Bytes(&[0xff])),
            Err(DecodeError::Mismatch { expected: "String", found: "bytes" })
        );
        assert_eq!(
            String::decode(Cell::Int(1)),
            Err(DecodeError::Mismatch { expected: "String", found: "an integer" })
        );
    }
}
