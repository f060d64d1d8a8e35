//! JSON documents.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{ColumnType, Decode, Encode, SqlType, kind, operands};
use crate::error::DecodeError;
use crate::expr::{IntoExpr, Node};
use crate::value::{Cell, Value};

/// A value stored as a JSON document: of any shape (`Json`), or a serde type of one's own (`Json<Address>`).
///
/// ```
/// use lapis_sql::types::{Decode, Encode, Json};
/// use lapis_sql::{Cell, Value};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Address {
///     city: String,
/// }
///
/// let stored = Json(Address { city: "Ulm".into() });
/// assert_eq!(stored.encode(), Value::Json(r#"{"city":"Ulm"}"#.into()));
///
/// let read = Json::<Address>::decode(Cell::Text(r#"{"city": "Ulm"}"#))?;
/// assert_eq!(read.city, "Ulm");
/// # Ok::<(), lapis_sql::DecodeError>(())
/// ```
///
/// The JSON value `null` is not SQL's NULL: `Some(Json(serde_json::Value::Null))` is stored as the document
/// `null`, and `None` as NULL.
///
/// A value that serde cannot write as JSON, such as a map whose keys are no strings, becomes
/// [`Value::Invalid`], and the statement that binds it fails with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T = serde_json::Value>(pub T);

impl<T> Json<T> {
    /// The value within.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Json(value)
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> SqlType for Json<T> {
    type Kind = kind::JsonKind;
    type NotNull = Self;
    type Propagate<U: SqlType> = U;

    fn column_type() -> ColumnType {
        ColumnType::Json
    }
}

impl<T: Serialize> Encode for Json<T> {
    fn encode(&self) -> Value<'_> {
        write(&self.0)
    }
}

impl<T: DeserializeOwned> Decode for Json<T> {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        read(cell).map(Json)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> IntoExpr for Json<T> {
    type Type = Self;

    fn into_node(self) -> Node {
        Node::Value(write(&self.0))
    }
}

impl SqlType for serde_json::Value {
    type Kind = kind::JsonKind;
    type NotNull = Self;
    type Propagate<U: SqlType> = U;

    fn column_type() -> ColumnType {
        ColumnType::Json
    }
}

impl Encode for serde_json::Value {
    fn encode(&self) -> Value<'_> {
        write(self)
    }
}

impl Decode for serde_json::Value {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        read(cell)
    }
}

operands!(serde_json::Value);

fn write<T: Serialize>(value: &T) -> Value<'static> {
    match serde_json::to_string(value) {
        Ok(text) => Value::Json(Cow::Owned(text)),
        Err(error) => Value::Invalid(Cow::Owned(format!("it cannot be written as JSON: {error}"))),
    }
}

/// SQLite turns a document that is a lone number into a number where the column's declared type has numeric
/// affinity, so numbers are read too.
fn read<T: DeserializeOwned>(cell: Cell<'_>) -> Result<T, DecodeError> {
    let parsed = match cell {
        Cell::Text(text) | Cell::Json(text) => serde_json::from_str(text),
        Cell::Int(value) => serde_json::from_str(&value.to_string()),
        Cell::UInt(value) => serde_json::from_str(&value.to_string()),
        Cell::Float(value) => serde_json::from_str(&value.to_string()),
        other => return Err(DecodeError::mismatch("Json", &other)),
    };
    parsed.map_err(|error| DecodeError::Invalid { expected: "Json", reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_read_from_text() {
        assert_eq!(Json::decode(Cell::Text(r#"{"a":[1]}"#)), Ok(Json(json!({ "a": [1] }))));
        assert_eq!(serde_json::Value::decode(Cell::Json("null")), Ok(json!(null)));
        assert_eq!(Json::<Vec<u8>>::decode(Cell::Text("[1,2]")), Ok(Json(vec![1, 2])));
        assert_eq!(Json::<f64>::decode(Cell::Float(1.5)), Ok(Json(1.5)));
        assert_eq!(Json::<u64>::decode(Cell::Int(5)), Ok(Json(5)));
    }

    #[test]
    fn json_null_is_a_document_and_sql_null_is_none() {
        assert_eq!(Some(Json(json!(null))).encode(), Value::Json("null".into()));
        assert_eq!(Option::<Json>::decode(Cell::Null), Ok(None));
        assert_eq!(Option::<Json>::decode(Cell::Text("null")), Ok(Some(Json(json!(null)))));
        assert_eq!(
            Json::<String>::decode(Cell::Null),
            Err(DecodeError::UnexpectedNull { expected: "Json" })
        );
    }

    #[test]
    fn a_document_of_another_shape_is_refused_with_the_reason() {
        let error = Json::<Vec<u8>>::decode(Cell::Text("[1, 256]")).unwrap_err();
        assert!(error.to_string().contains("256"), "{error}");
        assert!(matches!(Json::<bool>::decode(Cell::Text("tru")), Err(DecodeError::Invalid { .. })));
        assert!(matches!(Json::<bool>::decode(Cell::Bytes(b"true")), Err(DecodeError::Mismatch { .. })));
    }

    #[test]
    fn what_cannot_be_written_as_json_becomes_an_invalid_value() {
        let unwritable = Json(HashMap::from([((1, 2), 3)]));
        assert!(
            matches!(unwritable.encode(), Value::Invalid(reason) if reason.contains("key must be a string"))
        );
    }
}
