//! Kinds of values that say when.

use super::{Additive, DateKind, IntervalKind, Kind, Nothing, TimestampKind, TimestampTzKind};
use crate::expr::{Builtin, Node};

/// How a value says when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Moment {
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A date and a time of day, without a zone.
    Timestamp,
    /// An instant.
    Instant,
}

/// Kinds with a calendar date: dates, timestamps and instants.
#[diagnostic::on_unimplemented(
    message = "this needs a date or a timestamp, and it is given {Self}",
    label = "`{Self}` has no calendar date"
)]
pub trait Dated: Kind {
    /// How it says when.
    const MOMENT: Moment;
}

macro_rules! dated {
    ($($kind:ident $moment:ident),+) => {$(
        #[diagnostic::do_not_recommend]
        impl Dated for $kind {
            const MOMENT: Moment = Moment::$moment;
        }
    )+};
}

dated!(DateKind Date, TimestampKind Timestamp, TimestampTzKind Instant);

macro_rules! in_time {
    ($($kind:ident),+) => {$(
        #[diagnostic::do_not_recommend]
        impl Additive<IntervalKind> for $kind {
            fn plus(left: Node, right: Node) -> Node {
                Node::builtin(Builtin::AddInterval, vec![left, right])
            }

            fn minus(left: Node, right: Node) -> Node {
                Node::builtin(Builtin::SubtractInterval, vec![left, right])
            }
        }

        /// As for `ComparableWith`, a second kind makes a wrong operand one sentence.
        #[diagnostic::do_not_recommend]
        impl Additive<Nothing> for $kind {}
    )+};
}

in_time!(TimestampKind, TimestampTzKind);

#[diagnostic::do_not_recommend]
impl Additive<IntervalKind> for IntervalKind {}

#[diagnostic::do_not_recommend]
impl Additive<Nothing> for IntervalKind {}
