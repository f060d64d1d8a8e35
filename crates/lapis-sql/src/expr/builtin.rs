//! Functions and operators that each database spells in its own way.

use super::extract::Field;

/// A function or an operator whose spelling differs between the databases; each dialect has its
/// [`Spelling`](crate::dialect::Spelling).
///
/// What is spelled alike everywhere is a [`Node::Function`](super::Node::Function).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Builtin {
    /// How many characters a text has.
    Length,
    /// A random number.
    Random,
    /// A field of a date, an instant or a time of day, as an integer.
    Extract(Field),
}
