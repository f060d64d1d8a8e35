//! Kinds of values that hold others: arrays and ranges, and text in which text is found.

use std::fmt;
use std::marker::PhantomData;

use super::{ComparableWith, JsonKind, Kind, Nothing, TextKind, Textual};
use crate::expr::{BinaryOp, Builtin, Node, find_text};
use crate::types::ColumnType;

/// The kind of arrays of a kind.
pub struct ArrayKind<K>(PhantomData<K>);

/// The kind of ranges of a kind.
pub struct RangeKind<K>(PhantomData<K>);

macro_rules! collections {
    ($($kind:ident = $text:literal),+) => {$(
        impl<K: Kind> Kind for $kind<K> {
            const NAME: &'static str = $text;
        }

        impl<K> fmt::Debug for $kind<K> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($kind))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<K: Kind> ComparableWith<$kind<K>> for $kind<K> {}

        #[diagnostic::do_not_recommend]
        impl<K: Kind> ComparableWith<Nothing> for $kind<K> {}

        #[diagnostic::do_not_recommend]
        impl<K: Kind> Collection for $kind<K> {
            type Element = K;
        }

        #[diagnostic::do_not_recommend]
        impl<K: Kind> Contains<$kind<K>> for $kind<K> {
            fn contains(left: Node, right: Node, _left_type: fn() -> ColumnType) -> Node {
                Node::binary(BinaryOp::Contains, left, right)
            }
        }
    )+};
}

collections!(ArrayKind = "array", RangeKind = "range");

/// Kinds of values that hold others: arrays and ranges.
#[diagnostic::on_unimplemented(
    message = "this needs an array or a range, and it is given {Self}",
    label = "`{Self}` is neither an array nor a range"
)]
pub trait Collection: Kind {
    /// The kind of what it holds.
    type Element: Kind;
}

/// Kinds that are arrays.
#[diagnostic::on_unimplemented(
    message = "this needs an array, and it is given {Self}",
    label = "`{Self}` is not an array",
    note = "of a list of values, ask `.in_(..)`"
)]
pub trait Array: Collection {}

#[diagnostic::do_not_recommend]
impl<K: Kind> Array for ArrayKind<K> {}

/// Says that values of this kind may be asked whether they contain one of kind `K`.
#[diagnostic::on_unimplemented(
    message = "{Self} cannot contain values of this kind",
    label = "nothing that is within `{Self}`",
    note = "text contains text, an array another array, a range its values and other ranges, a document another"
)]
pub trait Contains<K: Kind>: Kind {
    /// The condition that `left` contains `right`.
    fn contains(left: Node, right: Node, left_type: fn() -> ColumnType) -> Node;
}

#[diagnostic::do_not_recommend]
impl<K: Textual> Contains<K> for TextKind {
    fn contains(left: Node, right: Node, _left_type: fn() -> ColumnType) -> Node {
        find_text(left, right)
    }
}

/// One document holds all of another: its keys with their values, its elements in any order.
#[diagnostic::do_not_recommend]
impl Contains<JsonKind> for JsonKind {
    fn contains(left: Node, right: Node, _left_type: fn() -> ColumnType) -> Node {
        Node::builtin(Builtin::JsonContains, vec![left, right])
    }
}

#[diagnostic::do_not_recommend]
impl Contains<Nothing> for JsonKind {
    fn contains(left: Node, right: Node, _left_type: fn() -> ColumnType) -> Node {
        Node::builtin(Builtin::JsonContains, vec![left, right])
    }
}

/// As for [`ComparableWith`], a second kind makes a wrong operand one sentence.
#[diagnostic::do_not_recommend]
impl<K: Kind> Contains<Nothing> for ArrayKind<K> {
    fn contains(left: Node, right: Node, _left_type: fn() -> ColumnType) -> Node {
        Node::binary(BinaryOp::Contains, left, right)
    }
}

/// Both sides are cast: beside a parameter without a type, PostgreSQL takes a range for the value too, and does not
/// know whether a value is looked for in a range or in a multirange.
#[diagnostic::do_not_recommend]
impl<K: Kind> Contains<K> for RangeKind<K> {
    fn contains(left: Node, right: Node, left_type: fn() -> ColumnType) -> Node {
        let range = left_type();
        let right = match &range {
            ColumnType::Range(of) => cast(right, of.element()),
            _ => right,
        };
        let left = if left.is_value() { cast(left, range) } else { left };
        Node::binary(BinaryOp::Contains, left, right)
    }
}

fn cast(operand: Node, to: ColumnType) -> Node {
    Node::Cast { operand: Box::new(operand), to }
}
