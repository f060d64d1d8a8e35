//! Ranges on their way back.

use std::fmt;
use std::ops::Bound;

use super::{Cell, ReadElement, Value};
use crate::error::DecodeError;
use crate::types::SqlRange;

/// A range, borrowed from the driver.
#[derive(Clone, Copy)]
pub struct RangeCell<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Empty,
    Wire { bounds: (Bound<()>, Bound<()>), source: &'a [u8], context: u32, read: ReadElement },
    Value(&'a SqlRange<Value<'a>>),
}

impl<'a> RangeCell<'a> {
    /// The range that holds nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Source::Empty)
    }

    /// The range with a lower and an upper bound of this sort, whose values `read` takes off the bytes: first the
    /// lower one, then the upper one, each only where the range has it.
    #[must_use]
    pub const fn new(
        bounds: (Bound<()>, Bound<()>),
        source: &'a [u8],
        context: u32,
        read: ReadElement,
    ) -> Self {
        Self(Source::Wire { bounds, source, context, read })
    }

    /// A range that was made here.
    #[must_use]
    pub const fn of_value(range: &'a SqlRange<Value<'a>>) -> Self {
        Self(Source::Value(range))
    }

    /// The range with its bounds as cells.
    ///
    /// # Errors
    /// If a bound is missing, or cannot be read.
    pub fn bounds(self) -> Result<SqlRange<Cell<'a>>, DecodeError> {
        match self.0 {
            Source::Empty => Ok(SqlRange::Empty),
            Source::Wire { bounds: (lower, upper), mut source, context, read } => {
                let mut next = || {
                    let missing = || DecodeError::Invalid {
                        expected: "SqlRange",
                        reason: "a bound is missing".into(),
                    };
                    read(context, &mut source).unwrap_or_else(|| Err(missing()))
                };
                let lower = try_map(lower, |()| next())?;
                let upper = try_map(upper, |()| next())?;
                Ok(SqlRange::Between { lower, upper })
            }
            Source::Value(SqlRange::Empty) => Ok(SqlRange::Empty),
            Source::Value(SqlRange::Between { lower, upper }) => Ok(SqlRange::Between {
                lower: try_map(lower.as_ref(), Value::to_cell)?,
                upper: try_map(upper.as_ref(), Value::to_cell)?,
            }),
        }
    }
}

fn try_map<T, U>(
    bound: Bound<T>,
    read: impl FnOnce(T) -> Result<U, DecodeError>,
) -> Result<Bound<U>, DecodeError> {
    Ok(match bound {
        Bound::Included(value) => Bound::Included(read(value)?),
        Bound::Excluded(value) => Bound::Excluded(read(value)?),
        Bound::Unbounded => Bound::Unbounded,
    })
}

/// The same bounds.
impl PartialEq for RangeCell<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bounds() == other.bounds()
    }
}

impl fmt::Debug for RangeCell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bounds().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bounds of one byte each.
    fn read<'b>(_context: u32, source: &mut &'b [u8]) -> Option<Result<Cell<'b>, DecodeError>> {
        let (first, rest) = source.split_first()?;
        *source = rest;
        Some(Ok(Cell::Int(i64::from(*first))))
    }

    #[test]
    fn the_bounds_that_there_are_are_read_the_lower_one_first() {
        let both = RangeCell::new((Bound::Included(()), Bound::Excluded(())), &[1, 5], 0, read);
        let bounds = SqlRange::new(Bound::Included(Cell::Int(1)), Bound::Excluded(Cell::Int(5)));
        assert_eq!(both.bounds(), Ok(bounds));
        let upper = RangeCell::new((Bound::Unbounded, Bound::Included(())), &[5], 0, read);
        assert_eq!(upper.bounds(), Ok(SqlRange::new(Bound::Unbounded, Bound::Included(Cell::Int(5)))));
        assert_eq!(RangeCell::empty().bounds(), Ok(SqlRange::Empty));
    }

    #[test]
    fn a_missing_bound_is_a_fault() {
        let cut = RangeCell::new((Bound::Included(()), Bound::Excluded(())), &[1], 0, read);
        let error = cut.bounds().unwrap_err();
        assert_eq!(error.to_string(), "it cannot be read as `SqlRange`: a bound is missing");
    }

    #[test]
    fn ranges_are_equal_wherever_they_come_from() {
        let value = SqlRange::new(Bound::Included(Value::Int(1)), Bound::Unbounded);
        let wire = RangeCell::new((Bound::Included(()), Bound::Unbounded), &[1], 0, read);
        assert_eq!(RangeCell::of_value(&value), wire);
        assert_ne!(RangeCell::empty(), wire);
    }
}
