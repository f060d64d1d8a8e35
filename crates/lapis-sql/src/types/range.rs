//! Ranges, which PostgreSQL has.

use std::ops::{
    Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{ColumnType, Decode, Encode, RangeType, SqlType, kind};
use crate::error::DecodeError;
use crate::expr::{IntoExpr, Node};
use crate::value::{Cell, Value};

/// A range between two values, as a column can hold it: PostgreSQL's `INT4RANGE`, `DATERANGE`, … Databases without
/// ranges refuse the column when it is created.
///
/// ```
/// use std::ops::Bound;
///
/// use lapis_sql::types::SqlRange;
///
/// let days = SqlRange::from(3..=5);
/// assert_eq!(days, SqlRange::new(Bound::Included(3), Bound::Included(5)));
/// assert!(days.contains(&5));
/// assert_eq!(SqlRange::from(5..5), SqlRange::Empty);
/// ```
///
/// PostgreSQL stores a range of integers or dates with the lower bound included and the upper one excluded,
/// whichever way it was written: `3..=5` is read back as `3..6`, which holds the same values and is not equal to it
/// here. A range of other values is read back as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SqlRange<T> {
    /// It holds nothing.
    Empty,
    /// It holds what is between two bounds.
    Between {
        /// Where it begins.
        lower: Bound<T>,
        /// Where it ends.
        upper: Bound<T>,
    },
}

impl<T> SqlRange<T> {
    /// The range between two bounds.
    pub const fn new(lower: Bound<T>, upper: Bound<T>) -> Self {
        Self::Between { lower, upper }
    }

    /// Whether it says that it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Both bounds; none of an empty range.
    #[must_use]
    pub fn bounds(&self) -> Option<(Bound<&T>, Bound<&T>)> {
        match self {
            Self::Empty => None,
            Self::Between { lower, upper } => Some((lower.as_ref(), upper.as_ref())),
        }
    }

    /// Whether it holds the value.
    #[must_use]
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialOrd,
    {
        self.bounds().is_some_and(|bounds| bounds.contains(value))
    }

    /// The same range, borrowing its bounds.
    #[must_use]
    pub fn as_ref(&self) -> SqlRange<&T> {
        match self.bounds() {
            None => SqlRange::Empty,
            Some((lower, upper)) => SqlRange::Between { lower, upper },
        }
    }

    /// The range with other bounds of the same sort.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> SqlRange<U> {
        match self {
            Self::Empty => SqlRange::Empty,
            Self::Between { lower, upper } => {
                SqlRange::Between { lower: lower.map(&mut change), upper: upper.map(change) }
            }
        }
    }
}

/// A Rust type of which PostgreSQL has ranges.
#[diagnostic::on_unimplemented(
    message = "there are no SQL ranges of `{Self}`",
    note = "there are those of `i32`, `i64`, `Decimal`, `NaiveDate`, `NaiveDateTime` and `DateTime<Utc>`"
)]
pub trait RangeElement: SqlType + Encode + Decode + PartialOrd {
    /// The range's type.
    const RANGE: RangeType;
}

macro_rules! elements {
    ($($ty:ty = $range:ident),+ $(,)?) => {$(
        impl RangeElement for $ty {
            const RANGE: RangeType = RangeType::$range;
        }
    )+};
}

elements!(
    i32 = Int,
    i64 = BigInt,
    Decimal = Decimal,
    NaiveDate = Date,
    NaiveDateTime = Timestamp,
    DateTime<Utc> = TimestampTz,
);

impl<T: RangeElement> SqlType for SqlRange<T> {
    type Kind = kind::RangeKind<T::Kind>;
    type NotNull = Self;
    type Propagate<U: SqlType> = U;

    fn column_type() -> ColumnType {
        ColumnType::Range(T::RANGE)
    }
}

impl<T: RangeElement> Encode for SqlRange<T> {
    fn encode(&self) -> Value<'_> {
        Value::Range(Box::new(self.as_ref().map(Encode::encode)))
    }
}

impl<T: RangeElement> Decode for SqlRange<T> {
    fn decode(cell: Cell<'_>) -> Result<Self, DecodeError> {
        let Cell::Range(range) = cell else {
            return Err(DecodeError::mismatch("SqlRange", &cell));
        };
        Ok(match range.bounds()? {
            SqlRange::Empty => Self::Empty,
            SqlRange::Between { lower, upper } => {
                Self::Between { lower: decode_bound(lower)?, upper: decode_bound(upper)? }
            }
        })
    }
}

fn decode_bound<T: Decode>(bound: Bound<Cell<'_>>) -> Result<Bound<T>, DecodeError> {
    Ok(match bound {
        Bound::Included(cell) => Bound::Included(T::decode(cell)?),
        Bound::Excluded(cell) => Bound::Excluded(T::decode(cell)?),
        Bound::Unbounded => Bound::Unbounded,
    })
}

#[diagnostic::do_not_recommend]
impl<T: RangeElement> IntoExpr for SqlRange<T> {
    type Type = Self;

    fn into_node(self) -> Node {
        Node::Value(self.encode().into_owned())
    }
}

/// A range of the standard library is one of these, and stands in expressions; where it runs backwards, it holds
/// nothing.
macro_rules! standard_ranges {
    ($($range:ident),+) => {$(
        impl<T: PartialOrd + Clone> From<$range<T>> for SqlRange<T> {
            fn from(range: $range<T>) -> Self {
                Self::between(range.start_bound().cloned(), range.end_bound().cloned())
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: RangeElement + Clone> IntoExpr for $range<T> {
            type Type = SqlRange<T>;

            fn into_node(self) -> Node {
                SqlRange::from(self).into_node()
            }
        }
    )+};
}

standard_ranges!(Range, RangeInclusive, RangeFrom, RangeTo, RangeToInclusive);

/// All there is.
impl<T> From<RangeFull> for SqlRange<T> {
    fn from(_: RangeFull) -> Self {
        Self::new(Bound::Unbounded, Bound::Unbounded)
    }
}

impl<T: PartialOrd> SqlRange<T> {
    fn between(lower: Bound<T>, upper: Bound<T>) -> Self {
        use Bound::{Excluded, Included};
        let holds_something = match (&lower, &upper) {
            (Included(lower), Included(upper)) => lower <= upper,
            (Included(lower) | Excluded(lower), Included(upper) | Excluded(upper)) => lower < upper,
            _ => true,
        };
        if holds_something { Self::new(lower, upper) } else { Self::Empty }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_standard_library() {
        use Bound::{Excluded, Included, Unbounded};
        assert_eq!(SqlRange::from(1..5), SqlRange::new(Included(1), Excluded(5)));
        assert_eq!(SqlRange::from(1..=5), SqlRange::new(Included(1), Included(5)));
        assert_eq!(SqlRange::from(1..), SqlRange::new(Included(1), Unbounded));
        assert_eq!(SqlRange::from(..5), SqlRange::new(Unbounded, Excluded(5)));
        assert_eq!(SqlRange::from(..=5), SqlRange::new(Unbounded, Included(5)));
        assert_eq!(SqlRange::<i32>::from(..), SqlRange::new(Unbounded, Unbounded));
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "it is what is asked")]
    fn a_range_that_runs_backwards_holds_nothing() {
        assert_eq!(SqlRange::from(5..1), SqlRange::Empty);
        assert_eq!(SqlRange::from(5..=4), SqlRange::Empty);
        assert_eq!(SqlRange::from(5..5), SqlRange::Empty);
        assert!(!SqlRange::from(5..=5).is_empty());
    }

    #[test]
    fn it_tells_what_it_holds() {
        assert!(SqlRange::from(1..5).contains(&1) && !SqlRange::from(1..5).contains(&5));
        assert!(SqlRange::new(Bound::Excluded(1), Bound::Unbounded).contains(&2));
        assert!(!SqlRange::Empty.contains(&1));
    }

    #[test]
    fn ranges_round_trip() {
        for range in [SqlRange::from(1..5), SqlRange::from(1..), SqlRange::from(..), SqlRange::Empty] {
            assert_eq!(range.encode().as_cell().map(SqlRange::<i32>::decode), Some(Ok(range)));
        }
        let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let days = SqlRange::new(Bound::Excluded(day), Bound::Included(day));
        assert_eq!(days.encode().as_cell().map(SqlRange::<NaiveDate>::decode), Some(Ok(days)));
    }

    #[test]
    fn what_is_no_range_of_that_type_is_refused() {
        let null = Err(DecodeError::UnexpectedNull { expected: "SqlRange" });
        assert_eq!(SqlRange::<i32>::decode(Cell::Null), null);
        let wide = SqlRange::from(0..i64::MAX);
        assert!(wide.encode().as_cell().is_some_and(|cell| SqlRange::<i32>::decode(cell).is_err()));
    }
}
