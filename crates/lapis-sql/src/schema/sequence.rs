//! Sequences.

use crate::Name;

/// A generator of numbers.
///
/// ```
/// use lapis_sql::schema::Sequence;
///
/// let ids = Sequence::new("member_id_seq").start(100);
/// assert_eq!((ids.start, ids.increment), (100, 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// The schema, where one is named.
    pub schema: Option<Name>,
    /// Its name; without one it only gives the native numbering a start and a step.
    pub name: Option<Name>,
    /// The first number.
    pub start: i64,
    /// The step.
    pub increment: i64,
}

impl Sequence {
    /// A sequence that counts from 1.
    pub fn new(name: impl Into<Name>) -> Self {
        Self { schema: None, name: Some(name.into()), start: 1, increment: 1 }
    }

    /// The native numbering of a column, from a first number on.
    #[must_use]
    pub fn starting_at(start: i64) -> Self {
        Self { schema: None, name: None, start, increment: 1 }
    }

    /// The schema it is in.
    #[must_use]
    pub fn in_schema(mut self, schema: impl Into<Name>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// The first number.
    #[must_use]
    pub fn start(mut self, start: i64) -> Self {
        self.start = start;
        self
    }

    /// The step.
    #[must_use]
    pub fn increment(mut self, increment: i64) -> Self {
        self.increment = increment;
        self
    }

    /// Whether both have a name, and the same one.
    pub(crate) fn same_name(&self, other: &Sequence) -> bool {
        self.name.is_some() && self.name == other.name && self.schema == other.schema
    }
}
