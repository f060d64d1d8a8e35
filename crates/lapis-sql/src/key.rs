//! Primary keys as values.

use std::fmt::Debug;
use std::hash::Hash;

use crate::error::DecodeError;
use crate::types::{Decode, Encode, SqlType};
use crate::value::{Cell, Value};

/// The value of a primary key: one column's value, or a tuple of keys.
///
/// Every column type that can be compared and hashed is a key, and so are tuples of two to six keys.
pub trait Key: Clone + Eq + Hash + Debug + Send + Sync + 'static {
    /// How many columns the key spans.
    const COLUMNS: usize;

    /// The value of column `part`, counted from zero.
    fn part(&self, part: usize) -> Value<'_>;

    /// Reads a key from as many cells as it has columns: `cell(0)`, `cell(1)`, …
    ///
    /// # Errors
    /// If a cell does not hold the key's type.
    fn from_cells<'a>(cell: &mut dyn FnMut(usize) -> Cell<'a>) -> Result<Self, DecodeError>;
}

impl<T> Key for T
where
    T: SqlType + Encode + Decode + Clone + Eq + Hash + Debug + Send + Sync + 'static,
{
    const COLUMNS: usize = 1;

    fn part(&self, _part: usize) -> Value<'_> {
        self.encode()
    }

    fn from_cells<'a>(cell: &mut dyn FnMut(usize) -> Cell<'a>) -> Result<Self, DecodeError> {
        T::decode(cell(0))
    }
}

macro_rules! tuple_keys {
    ($($name:ident),+) => {
        impl<$($name: Key),+> Key for ($($name,)+) {
            const COLUMNS: usize = 0 $(+ $name::COLUMNS)+;

            #[allow(non_snake_case, unused_assignments)]
            fn part(&self, part: usize) -> Value<'_> {
                let ($($name,)+) = self;
                let mut first = 0;
                $(
                    if part < first + $name::COLUMNS {
                        return $name.part(part - first);
                    }
                    first += $name::COLUMNS;
                )+
                Value::Null
            }

            #[allow(unused_assignments)]
            fn from_cells<'a>(cell: &mut dyn FnMut(usize) -> Cell<'a>) -> Result<Self, DecodeError> {
                let mut first = 0;
                Ok(($({
                    let start = first;
                    first += $name::COLUMNS;
                    $name::from_cells(&mut |part| cell(start + part))?
                },)+))
            }
        }
    };
}

tuple_keys!(A, B);
tuple_keys!(A, B, C);
tuple_keys!(A, B, C, D);
tuple_keys!(A, B, C, D, E);
tuple_keys!(A, B, C, D, E, F);
