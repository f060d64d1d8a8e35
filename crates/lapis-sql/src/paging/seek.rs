//! The rows behind a place in an order.

use super::plan::Term;
use crate::expr::{BinaryOp, Node, UnaryOp};
use crate::value::Value;

/// Which rows a place divides from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Those behind it.
    Behind,
    /// Those up to it, and those that are at it.
    UpTo,
}

/// The condition that a row stands on that side of the place, as the terms are read.
///
/// `(a, b) > (x, y)` where all terms run one way and the database finds such rows by an index; else
/// `a > x OR a = x AND b > y`, each comparison with what its term says about NULL.
pub(super) fn seek(terms: &[Term], place: &[Value<'static>], side: Side, by_row: bool) -> Node {
    let uniform = terms.windows(2).all(|pair| pair[0].descending == pair[1].descending);
    let null_free = terms.iter().all(|term| !term.nullable);
    let known = !place.iter().any(Value::is_null);
    if by_row && terms.len() > 1 && uniform && null_free && known {
        let op = operator(terms[0].descending, side, side == Side::UpTo);
        let row = |nodes| Node::Row(nodes);
        let left = terms.iter().map(|term| term.node.clone()).collect();
        let right = place.iter().cloned().map(Node::Value).collect();
        return Node::binary(op, row(left), row(right));
    }
    let mut ways = Vec::with_capacity(terms.len() + 1);
    let mut equal: Vec<Node> = Vec::new();
    for (position, (term, value)) in terms.iter().zip(place).enumerate() {
        // The last term says itself whether what is equal is meant.
        let last = position + 1 == terms.len();
        let mut way = equal.clone();
        if let Some(beyond) = beyond(term, value, side, last) {
            way.push(beyond);
            ways.push(all(way));
        }
        equal.push(equals(term, value));
    }
    let found = any(ways);
    match bound(terms, place, side) {
        Some(bound) if terms.len() > 1 => bound.and(found),
        _ => found,
    }
}

/// What every row on that side meets in its first term: it lets a database that does not look through an OR find the
/// rows by an index.
fn bound(terms: &[Term], place: &[Value<'static>], side: Side) -> Option<Node> {
    let (term, value) = (terms.first()?, place.first()?);
    (!term.nullable && !value.is_null()).then(|| {
        let op = operator(term.descending, side, true);
        Node::binary(op, term.node.clone(), Node::Value(value.clone()))
    })
}

/// The operator of rows on that side; `or_equal` is about what equals the place.
fn operator(descending: bool, side: Side, or_equal: bool) -> BinaryOp {
    match (descending == (side == Side::Behind), or_equal) {
        (false, false) => BinaryOp::Gt,
        (false, true) => BinaryOp::Ge,
        (true, false) => BinaryOp::Lt,
        (true, true) => BinaryOp::Le,
    }
}

/// The term stands beyond the place, if anything can.
fn beyond(term: &Term, value: &Value<'static>, side: Side, last: bool) -> Option<Node> {
    let or_equal = last && side == Side::UpTo;
    // Whether NULL is on that side of everything else.
    let nulls_beyond = term.nulls_last == (side == Side::Behind);
    let node = || term.node.clone();
    if value.is_null() {
        return match (nulls_beyond, or_equal) {
            // What is NULL is beyond all else, so that nothing is beyond it.
            (true, false) => None,
            (true, true) => Some(Node::unary(UnaryOp::IsNull, node())),
            (false, false) => Some(Node::unary(UnaryOp::IsNotNull, node())),
            (false, true) => Some(Node::All(Vec::new())),
        };
    }
    let op = operator(term.descending, side, or_equal);
    let compared = Node::binary(op, node(), Node::Value(value.clone()));
    Some(match term.nullable && nulls_beyond {
        true => compared.or(Node::unary(UnaryOp::IsNull, node())),
        false => compared,
    })
}

fn equals(term: &Term, value: &Value<'static>) -> Node {
    Node::compared(BinaryOp::Eq, term.node.clone(), Node::Value(value.clone()))
}

fn all(mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) }
}

fn any(mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) }
}
