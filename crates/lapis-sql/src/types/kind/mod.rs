//! The kinds of SQL values: by them, and not by the exact Rust type, operands are matched.

mod collection;
mod json;
mod moment;

pub use collection::{Array, ArrayKind, Collection, Contains, RangeKind};
pub use json::{JsonScalar, WithinJson};
pub use moment::{Dated, Moment};

use crate::Name;
use crate::expr::{BinaryOp, Builtin, Node};

/// A kind of SQL value.
pub trait Kind: 'static {
    /// The kind's name in messages.
    const NAME: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl Kind for $name {
            const NAME: &'static str = $text;
        }

        #[diagnostic::do_not_recommend]
        impl ComparableWith<$name> for $name {}

        #[diagnostic::do_not_recommend]
        impl ComparableWith<Nothing> for $name {}
    )+};
}

kinds! {
    /// Whole numbers of any width.
    IntegerKind = "integer";
    /// Floating-point numbers.
    FloatKind = "float";
    /// Exact decimal numbers.
    DecimalKind = "decimal";
    /// Text of any length.
    TextKind = "text";
    /// Bytes.
    BytesKind = "bytes";
    /// Truth values.
    BooleanKind = "boolean";
    /// Calendar dates.
    DateKind = "date";
    /// Times of day.
    TimeKind = "time";
    /// Dates with a time of day, without a zone.
    TimestampKind = "timestamp";
    /// Instants.
    TimestampTzKind = "timestamp with time zone";
    /// Spans of time.
    IntervalKind = "interval";
    /// UUIDs.
    UuidKind = "uuid";
    /// JSON documents.
    JsonKind = "json";
    /// Internet addresses and networks.
    InetKind = "inet";
}

/// The kind of no value at all, which every kind may be compared with.
///
/// It is what makes a wrong operand one sentence: with a single kind to compare with, the compiler would take
/// that one for granted and report that two types differ.
#[derive(Debug, Clone, Copy)]
pub enum Nothing {}

impl Kind for Nothing {
    const NAME: &'static str = "nothing";
}

/// The kind of one enum type: its values compare with each other alone.
#[derive(Debug)]
pub struct EnumKind<T>(std::marker::PhantomData<T>);

impl<T: 'static> Kind for EnumKind<T> {
    const NAME: &'static str = "enum";
}

#[diagnostic::do_not_recommend]
impl<T: 'static> ComparableWith<EnumKind<T>> for EnumKind<T> {}

#[diagnostic::do_not_recommend]
impl<T: 'static> ComparableWith<Nothing> for EnumKind<T> {}

// The implementations are marked `do_not_recommend`: a list of every pair of kinds that does fit would bury
// the one sentence that matters.
/// Says that values of two kinds may be compared, or combined by an operator.
#[diagnostic::on_unimplemented(
    message = "SQL cannot compare or combine {Self} with {K}",
    label = "the left side is `{Self}`, the right side is `{K}`",
    note = "cast one side with `.cast::<T>()`, or give a value of the column's own kind"
)]
pub trait ComparableWith<K: Kind>: Kind {}

/// Kinds that are numbers.
#[diagnostic::on_unimplemented(
    message = "arithmetic needs a number, and this is {Self}",
    label = "`{Self}` is not a number"
)]
pub trait Numeric: Kind {
    /// The nearest whole number.
    fn rounded(operand: Node) -> Node {
        Node::function(Name::Borrowed("round"), vec![operand])
    }
}

#[diagnostic::do_not_recommend]
impl Numeric for IntegerKind {
    /// It is one already, which the databases' functions would make a float of.
    fn rounded(operand: Node) -> Node {
        operand
    }
}
#[diagnostic::do_not_recommend]
impl Numeric for FloatKind {}
#[diagnostic::do_not_recommend]
impl Numeric for DecimalKind {}

/// Says that `+` and `-` of this kind with one of kind `K` give this kind.
///
/// An expression is read as its left operand's type, or an `Option` of it, so `integer + float` is refused: cast the left
/// side.
#[diagnostic::on_unimplemented(
    message = "arithmetic on {Self} with {K} does not give {Self}",
    label = "the left side is `{Self}`, the right side is `{K}`",
    note = "cast the left side to the type of the result with `.cast::<T>()`"
)]
pub trait Additive<K: Kind>: Kind {
    /// `left + right`
    fn plus(left: Node, right: Node) -> Node {
        Node::binary(BinaryOp::Add, left, right)
    }

    /// `left - right`
    fn minus(left: Node, right: Node) -> Node {
        Node::binary(BinaryOp::Sub, left, right)
    }
}

/// Says that a number of this kind stays of this kind when it is multiplied with or divided by one of kind `K`.
#[diagnostic::on_unimplemented(
    message = "arithmetic on {Self} with {K} does not give {Self}",
    label = "the left side is `{Self}`, the right side is `{K}`",
    note = "cast the left side to the type of the result with `.cast::<T>()`"
)]
pub trait Arithmetic<K: Kind>: Numeric {
    /// `left * right`
    fn times(left: Node, right: Node) -> Node {
        Node::binary(BinaryOp::Mul, left, right)
    }

    /// `left / right`; of integers, rounded towards zero.
    fn divided_by(left: Node, right: Node) -> Node {
        Node::binary(BinaryOp::Div, left, right)
    }

    /// `left % right`
    fn modulo(left: Node, right: Node) -> Node {
        Node::binary(BinaryOp::Rem, left, right)
    }
}

#[diagnostic::do_not_recommend]
impl Arithmetic<IntegerKind> for IntegerKind {
    fn divided_by(left: Node, right: Node) -> Node {
        Node::binary(BinaryOp::IntDiv, left, right)
    }
}

#[diagnostic::do_not_recommend]
impl Additive<IntegerKind> for IntegerKind {}

macro_rules! arithmetic {
    ($($left:ident $right:ident $remainder:ident),+) => {$(
        #[diagnostic::do_not_recommend]
        impl Arithmetic<$right> for $left {
            fn modulo(left: Node, right: Node) -> Node {
                Node::builtin(Builtin::$remainder, vec![left, right])
            }
        }
        #[diagnostic::do_not_recommend]
        impl Additive<$right> for $left {}
    )+};
}

arithmetic! {
    FloatKind IntegerKind RemainderOfFloat,
    FloatKind FloatKind RemainderOfFloat,
    FloatKind DecimalKind RemainderOfFloat,
    DecimalKind IntegerKind RemainderOfDecimal,
    DecimalKind DecimalKind RemainderOfDecimal
}

// Not to be the only kind that an integer is combined with: see `Nothing`.
#[diagnostic::do_not_recommend]
impl Arithmetic<Nothing> for IntegerKind {}
#[diagnostic::do_not_recommend]
impl Additive<Nothing> for IntegerKind {}

/// Kinds of numbers that have a fraction.
#[diagnostic::on_unimplemented(
    message = "this needs a number with a fraction, and it is given {Self}",
    label = "`{Self}` is neither a float nor a decimal"
)]
pub trait Fractional: Numeric {
    /// The builtin that rounds it to a number of digits.
    const ROUND: Builtin;
}

#[diagnostic::do_not_recommend]
impl Fractional for FloatKind {
    const ROUND: Builtin = Builtin::RoundFloat;
}

#[diagnostic::do_not_recommend]
impl Fractional for DecimalKind {
    const ROUND: Builtin = Builtin::RoundDecimal;
}

/// The kind of whole numbers.
#[diagnostic::on_unimplemented(
    message = "this needs a whole number, and it is given {Self}",
    label = "`{Self}` is not an integer",
    note = "cast it with `.cast::<i64>()`"
)]
pub trait Integral: Numeric {}

#[diagnostic::do_not_recommend]
impl Integral for IntegerKind {}

/// The kind of conditions.
#[diagnostic::on_unimplemented(
    message = "a condition is needed here, and this is {Self}",
    label = "`{Self}` is neither true nor false",
    note = "compare it: `.eq(..)`, `.gt(..)`, `.is_not_null()`, …"
)]
pub trait Logical: Kind {}

#[diagnostic::do_not_recommend]
impl Logical for BooleanKind {}

/// Kinds that are text.
#[diagnostic::on_unimplemented(
    message = "this needs text, and it is given {Self}",
    label = "`{Self}` is not text; cast it with `.cast::<String>()`"
)]
pub trait Textual: Kind {}

#[diagnostic::do_not_recommend]
impl Textual for TextKind {}

macro_rules! comparable {
    ($($left:ident $right:ident),+) => {$(
        #[diagnostic::do_not_recommend]
        impl ComparableWith<$right> for $left {}
        #[diagnostic::do_not_recommend]
        impl ComparableWith<$left> for $right {}
    )+};
}

comparable!(IntegerKind FloatKind, IntegerKind DecimalKind, FloatKind DecimalKind, TimestampKind TimestampTzKind);

macro_rules! rows {
    ($($left:ident $right:ident),+) => {
        impl<$($left: Kind),+> Kind for ($($left,)+) {
            const NAME: &'static str = "row";
        }

        #[diagnostic::do_not_recommend]
        impl<$($left: ComparableWith<$right>, $right: Kind),+> ComparableWith<($($right,)+)> for ($($left,)+) {}
    };
}

rows!(A K, B L);
rows!(A K, B L, C M);
rows!(A K, B L, C M, D N);
rows!(A K, B L, C M, D N, E O);
rows!(A K, B L, C M, D N, E O, F P);
