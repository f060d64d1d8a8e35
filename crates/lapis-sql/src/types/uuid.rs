//! UUIDs.

use ::uuid::Uuid;

use super::{Decode, Encode, operands, sql_types};
use crate::error::DecodeError;
use crate::value::{Cell, Value};

sql_types! {
    Uuid: UuidKind = Uuid;
}

operands!(Uuid);

impl Encode for Uuid {
    fn encode(&self) -> Value<'_> {
        Value::Uuid(*self)
    }
}

/// Reads the 16 bytes that databases without a UUID type store, and text in any of the usual spellings.
impl Decode for Uuid {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        let invalid =
            |error: ::uuid::Error| DecodeError::Invalid { expected: "Uuid", reason: error.to_string() };
        match cell {
            Cell::Uuid(value) => Ok(value),
            Cell::Bytes(bytes) => Uuid::from_slice(bytes).map_err(invalid),
            Cell::Text(text) => Uuid::try_parse(text).map_err(invalid),
            other => Err(DecodeError::mismatch("Uuid", &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);

    #[test]
    fn uuids_are_read_from_bytes_and_from_text() {
        assert_eq!(Uuid::decode(Cell::Bytes(ID.as_bytes())), Ok(ID));
        assert_eq!(Uuid::decode(Cell::Text("67e55044-10b1-426f-9247-bb680e5fe0c8")), Ok(ID));
        assert_eq!(Uuid::decode(Cell::Text("67E5504410B1426F9247BB680E5FE0C8")), Ok(ID));
        assert_eq!(Uuid::decode(Cell::Uuid(ID)), Ok(ID));
    }

    #[test]
    fn what_is_no_uuid_is_refused() {
        assert!(matches!(Uuid::decode(Cell::Bytes(&[1, 2])), Err(DecodeError::Invalid { .. })));
        assert!(matches!(Uuid::decode(Cell::Text("67e55044")), Err(DecodeError::Invalid { .. })));
        assert_eq!(Uuid::decode(Cell::Null), Err(DecodeError::UnexpectedNull { expected: "Uuid" }));
        assert!(matches!(Uuid::decode(Cell::Int(1)), Err(DecodeError::Mismatch { .. })));
    }
}
