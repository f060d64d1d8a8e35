//! Cursors: a row's place in an order, as text.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::codec::{Reader, from_text, to_text, write};
use crate::error::CompileError;
use crate::value::Value;

/// A row's place in an order, as text that a URL holds as it is.
///
/// It carries what the row holds of the order, and which order that is, so that a row may change or go without the
/// place being lost. Nothing in it is secret or signed: whoever has it can read the values within and make one for
/// another place. They are bound as any other value, so that no more can be done by it than to begin elsewhere; what a
/// user may not see is kept from them by the query's filter.
///
/// A cursor is for programs of one release of the schema: where the order's terms change, it is
/// [of another order](CursorError::OtherOrder). The query's filter may change.
///
/// ```
/// use lapis_sql::paging::{Cursor, CursorError};
///
/// let garbage = Cursor::from("x' OR '1' = '1");
/// assert_eq!(garbage.check(), Err(CursorError::Malformed));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

/// Text that cannot be used as a cursor.
///
/// Where it came with a request, the request is at fault. The message does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CursorError {
    /// It is no cursor, or was changed or cut off on its way.
    #[error("this is no cursor; take one from a page's `next_cursor()` or `previous_cursor()`, as it is")]
    Malformed,
    /// It is from another release of Lapis, whose cursors are read differently.
    #[error("this cursor is of another version, {0}; begin at the first page again")]
    Version(u8),
    /// It is of a query with another order, or of another kind of database.
    #[error("this cursor is of another order than that of the query; begin at the first page again")]
    OtherOrder,
}

const VERSION: u8 = 1;

impl Cursor {
    /// The cursor as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text is a cursor at all. Whether it is one of a query's order is found when a page is asked for.
    ///
    /// # Errors
    /// If it is none.
    pub fn check(&self) -> Result<(), CursorError> {
        self.open().map(drop)
    }

    /// A place in an order. An error says which values have none.
    pub(super) fn of(order: u64, values: &[Value<'_>]) -> Result<Self, CompileError> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&order.to_be_bytes());
        for (term, value) in values.iter().enumerate() {
            write(&mut bytes, value).map_err(|kind| {
                super::invalid(format!(
                    "term {} of the order is {kind}, which a cursor cannot carry; order by something else",
                    term + 1
                ))
            })?;
        }
        let sum = checksum(&bytes).to_be_bytes();
        bytes.extend_from_slice(&sum);
        Ok(Self(to_text(&bytes)))
    }

    /// The values of a place in that order.
    pub(super) fn values(&self, order: u64, terms: usize) -> Result<Vec<Value<'static>>, CursorError> {
        let (of, values) = self.open()?;
        if of != order || values.len() != terms {
            return Err(CursorError::OtherOrder);
        }
        Ok(values)
    }

    fn open(&self) -> Result<(u64, Vec<Value<'static>>), CursorError> {
        let bytes = from_text(&self.0).ok_or(CursorError::Malformed)?;
        let (bytes, sum) = bytes.split_last_chunk::<4>().ok_or(CursorError::Malformed)?;
        if checksum(bytes) != u32::from_be_bytes(*sum) {
            return Err(CursorError::Malformed);
        }
        let mut reader = Reader(bytes);
        match reader.byte().ok_or(CursorError::Malformed)? {
            VERSION => {}
            other => return Err(CursorError::Version(other)),
        }
        let order = reader.array().map(u64::from_be_bytes).ok_or(CursorError::Malformed)?;
        let mut values = Vec::new();
        while !reader.0.is_empty() {
            values.push(reader.value().ok_or(CursorError::Malformed)?);
        }
        Ok((order, values))
    }
}

impl From<String> for Cursor {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Cursor {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<&Cursor> for Cursor {
    fn from(cursor: &Cursor) -> Self {
        cursor.clone()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Finds what was changed on the way. It keeps nobody from making a cursor.
fn checksum(bytes: &[u8]) -> u32 {
    let mut hash = Fingerprint::default();
    hash.add(bytes);
    let wide = hash.finish();
    (wide >> 32) as u32 ^ wide as u32
}

/// FNV-1a with 64 bits: the same in every release, as cursors outlive them.
pub(super) struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(super) fn finish(self) -> u64 {
        self.0
    }
}

impl fmt::Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.add(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor::of(7, &[Value::Int(300), Value::Null, Value::Text("a".into())]).unwrap()
    }

    #[test]
    fn a_cursor_carries_its_values() {
        let values = vec![Value::Int(300), Value::Null, Value::Text("a".into())];
        assert_eq!(cursor().values(7, 3), Ok(values));
        assert_eq!(cursor().values(8, 3), Err(CursorError::OtherOrder));
        assert_eq!(cursor().values(7, 2), Err(CursorError::OtherOrder));
    }

    #[test]
    fn what_is_changed_anywhere_is_no_cursor() {
        let text = cursor().0;
        for at in 0..text.len() {
            for other in "A_z0-".chars().filter(|other| !text[at..].starts_with(*other)) {
                let mut changed = text.clone();
                changed.replace_range(at..=at, &other.to_string());
                assert_eq!(Cursor(changed).check(), Err(CursorError::Malformed));
            }
            assert_eq!(Cursor(text[..at].to_owned()).check(), Err(CursorError::Malformed));
        }
        assert_eq!(Cursor::from("").check(), Err(CursorError::Malformed));
    }

    #[test]
    fn another_version_is_told_from_garbage() {
        let mut bytes = from_text(&cursor().0).unwrap();
        bytes[0] = 9;
        let end = bytes.len() - 4;
        let sum = checksum(&bytes[..end]).to_be_bytes();
        bytes[end..].copy_from_slice(&sum);
        assert_eq!(Cursor(to_text(&bytes)).check(), Err(CursorError::Version(9)));
    }
}
