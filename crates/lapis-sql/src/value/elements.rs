//! Arrays on their way back.

use std::fmt;

use super::{Cell, Value};
use crate::error::DecodeError;

/// A driver's way to read a value off the bytes of its protocol: takes the next one off `source`, and gives `None`
/// where there is none left. What `context` means is the driver's own affair, such as the type of the values.
pub type ReadElement =
    for<'b> fn(context: u32, source: &mut &'b [u8]) -> Option<Result<Cell<'b>, DecodeError>>;

/// The elements of an array, borrowed from the driver and read one by one: an iterator over cells.
///
/// ```
/// use lapis_sql::value::Elements;
/// use lapis_sql::{Cell, DecodeError};
///
/// /// Elements of one byte each.
/// fn read<'b>(_context: u32, source: &mut &'b [u8]) -> Option<Result<Cell<'b>, DecodeError>> {
///     let (first, rest) = source.split_first()?;
///     *source = rest;
///     Some(Ok(Cell::Int(i64::from(*first))))
/// }
///
/// let elements = Elements::new(&[1, 2], 0, read);
/// assert_eq!(elements.collect::<Vec<_>>(), [Ok(Cell::Int(1)), Ok(Cell::Int(2))]);
/// ```
#[derive(Clone, Copy)]
pub struct Elements<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Wire { source: &'a [u8], context: u32, read: ReadElement },
    Values(&'a [Value<'a>]),
}

impl<'a> Elements<'a> {
    /// The elements that `read` takes off the bytes until it gives `None`, or a fault.
    #[must_use]
    pub const fn new(source: &'a [u8], context: u32, read: ReadElement) -> Self {
        Self(Source::Wire { source, context, read })
    }

    /// The elements of an array that was made here.
    #[must_use]
    pub const fn of_values(values: &'a [Value<'a>]) -> Self {
        Self(Source::Values(values))
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Cell<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = match &mut self.0 {
            Source::Wire { source, context, read } => read(*context, source)?,
            Source::Values(values) => {
                let (first, rest) = values.split_first()?;
                *values = rest;
                first.to_cell()
            }
        };
        if next.is_err() {
            // Behind a fault, no byte can be trusted.
            self.0 = Source::Values(&[]);
        }
        Some(next)
    }
}

/// The same elements in the same order.
impl PartialEq for Elements<'_> {
    fn eq(&self, other: &Self) -> bool {
        Iterator::eq(*self, *other)
    }
}

impl fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements of one byte each, of which 0 is a fault.
    fn read<'b>(context: u32, source: &mut &'b [u8]) -> Option<Result<Cell<'b>, DecodeError>> {
        let (first, rest) = source.split_first()?;
        *source = rest;
        Some(match first {
            0 => Err(DecodeError::Invalid { expected: "byte", reason: "it is zero".into() }),
            byte => Ok(Cell::Int(i64::from(*byte) + i64::from(context))),
        })
    }

    #[test]
    fn elements_are_read_one_by_one_until_there_is_none_left() {
        let elements = Elements::new(&[1, 2], 10, read);
        assert_eq!(elements.collect::<Vec<_>>(), [Ok(Cell::Int(11)), Ok(Cell::Int(12))]);
        assert_eq!(Elements::new(&[], 10, read).next(), None);
    }

    #[test]
    fn nothing_is_read_behind_a_fault() {
        let mut elements = Elements::new(&[0, 1], 0, read);
        assert!(elements.next().is_some_and(|first| first.is_err()));
        assert_eq!(elements.next(), None);
    }

    #[test]
    fn elements_are_equal_wherever_they_come_from() {
        let values = [Value::Int(1), Value::Int(2)];
        assert_eq!(Elements::of_values(&values), Elements::new(&[1, 2], 0, read));
        assert_ne!(Elements::of_values(&values), Elements::new(&[1], 0, read));
        assert_eq!(format!("{:?}", Elements::of_values(&values)), "[Ok(Int(1)), Ok(Int(2))]");
    }
}
