//! Functions and operators that each database spells in its own way.

use super::extract::{Field, Unit};
use crate::types::kind::{JsonScalar, Moment};

/// A function or an operator whose spelling differs between the databases; each dialect has its
/// [`Spelling`](crate::dialect::Spelling).
///
/// What is spelled alike everywhere is a [`Node::Function`](super::Node::Function).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Builtin {
    // Text.
    /// How many characters a text has.
    Length,
    /// The first so many characters of a text.
    Left,
    /// The last so many characters of a text.
    Right,
    /// A text with another before it, up to a length.
    PadLeft,
    /// A text with another behind it, up to a length.
    PadRight,
    /// A text so many times.
    Repeat,
    /// The characters of a text from the last to the first.
    Reverse,
    /// Where in a text another one begins.
    Position,
    /// A regular expression is found in a text.
    Matches {
        /// Upper and lower case alike.
        ignore_case: bool,
    },
    /// Every place where a regular expression is found, replaced.
    RegexpReplace,
    /// The first place where a regular expression is found.
    RegexpSubstr,

    /// The text of a UUID: digits in groups, of lower case.
    TextOfUuid,
    /// The UUID that a text is of.
    UuidOfText,

    // JSON.
    /// What lies at a path, as text.
    JsonText,
    /// What lies at a path, as an integer.
    JsonInt,
    /// What lies at a path, as a float.
    JsonFloat,
    /// What lies at a path, as a truth value.
    JsonBool,
    /// What lies at a path, as a document.
    JsonDocument,
    /// Whether anything lies at a path.
    JsonExists,
    /// How many elements an array has.
    JsonLength,
    /// A document with a value at a path.
    JsonSet,
    /// A document without what lies at a path.
    JsonRemove,
    /// One document holds all of another.
    JsonContains,
    /// An object of keys and values.
    JsonObject,
    /// An array of values.
    JsonArray,
    /// The values of all rows as a JSON array.
    JsonAggregate,
    /// The keys and values of all rows as a JSON object.
    JsonObjectAggregate,
    /// A document, as an argument of the functions that make JSON.
    JsonOfDocument,
    /// A truth value, as an argument of the functions that make JSON.
    JsonOfBool,

    // Aggregates.
    /// The value of one row of a group, it does not matter which.
    AnyValue,
    /// The values of all rows as an array.
    ArrayAggregate,
    /// A condition holds in all rows.
    BoolAnd,
    /// A condition holds in one of the rows.
    BoolOr,
    /// The least value of all rows, of a type that has an order and not everywhere a `min`.
    Minimum,
    /// The greatest value of all rows, of such a type.
    Maximum,

    // Numbers.
    /// The smallest whole number that is not less.
    Ceil,
    /// The largest whole number that is not greater.
    Floor,
    /// A float rounded to so many digits.
    RoundFloat,
    /// A decimal rounded to so many digits.
    RoundDecimal,
    /// The remainder of a division of floats.
    RemainderOfFloat,
    /// The remainder of a division of decimals.
    RemainderOfDecimal,
    /// One number to the power of another.
    Power,
    /// The square root.
    Sqrt,
    /// *e* to the power of a number.
    Exp,
    /// The natural logarithm.
    Ln,
    /// The logarithm to base 10.
    Log10,
    /// -1, 0 or 1.
    Sign,
    /// The greater of two values.
    Greatest,
    /// The lesser of two values.
    Least,
    /// Whether the row is of a group that is not made by an expression, as 1 or 0; of several, as bits.
    Grouping,
    /// An element of a JSON array, from its row's `value`, and its `type` where SQLite has it.
    JsonElement(JsonScalar),
    /// The place of that element from 1, from its row's `ordinality`, or `key` on SQLite.
    JsonOrdinality,
    /// The value of a JSON object's member, from its row's `value`, `type` and `key`, and the object.
    JsonMember(JsonScalar),
    /// A random number.
    Random,
    /// The bits that both integers have.
    BitAnd,
    /// The bits that either integer has.
    BitOr,
    /// The bits that one of both integers has.
    BitXor,
    /// The bits that an integer has not.
    BitNot,
    /// The bits of an integer moved to the left.
    ShiftLeft,
    /// The bits of an integer moved to the right, its sign kept.
    ShiftRight,

    // Dates and times.
    /// A field as an integer.
    Extract(Field, Moment),
    /// The beginning of the unit that it is in.
    Truncate(Unit, Moment),
    /// So many months later.
    AddMonths(Moment),
    /// So many days later.
    AddDays(Moment),
    /// A span of time later.
    AddInterval,
    /// A span of time before.
    SubtractInterval,
    /// How many days from one date to another.
    DaysBetween,
    /// The span of time from one instant to another.
    Elapsed,
    /// The date of an instant.
    DateOf(Moment),
    /// The time of day of an instant.
    TimeOf(Moment),
}

impl Builtin {
    /// Its name, if it is an aggregate.
    pub(crate) fn aggregate(self) -> Option<&'static str> {
        match self {
            Builtin::AnyValue => Some("any_value"),
            Builtin::ArrayAggregate => Some("array_agg"),
            Builtin::BoolAnd => Some("bool_and"),
            Builtin::BoolOr => Some("bool_or"),
            Builtin::Minimum => Some("min"),
            Builtin::Maximum => Some("max"),
            Builtin::JsonAggregate => Some("json_agg"),
            Builtin::JsonObjectAggregate => Some("json_object_agg"),
            _ => None,
        }
    }
}
