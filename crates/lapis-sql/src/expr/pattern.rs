//! LIKE, and the search for literal text with it.

use std::borrow::Cow;

use super::node::{BinaryOp, Node};
use crate::Name;
use crate::value::Value;

/// Not `\`: MySQL reads that as an escape within string literals, and databases differ on whether it escapes
/// in LIKE by itself.
const ESCAPE: char = '!';

/// Where in the text the literal is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    End,
    Anywhere,
}

impl Anchor {
    fn open_before(self) -> bool {
        self != Anchor::Start
    }

    fn open_behind(self) -> bool {
        self != Anchor::End
    }
}

pub(super) fn like(operand: Node, pattern: Node, ignore_case: bool, negated: bool) -> Node {
    Node::Like { operands: Box::new((operand, pattern)), ignore_case, escape: None, negated }
}

/// `operand LIKE` a pattern that finds `text` and nothing else.
pub(super) fn find(operand: Node, text: Node, anchor: Anchor) -> Node {
    let (pattern, escape) = match text {
        Node::Value(Value::Text(text)) => {
            let (pattern, escaped) = literal_pattern(&text, anchor);
            (Node::Value(Value::Text(Cow::Owned(pattern))), escaped.then_some(ESCAPE))
        }
        null @ Node::Value(Value::Null) => (null, None),
        expression => (computed_pattern(expression, anchor), Some(ESCAPE)),
    };
    Node::Like { operands: Box::new((operand, pattern)), ignore_case: false, escape, negated: false }
}

/// The condition that text holds other text.
pub(crate) fn find_text(operand: Node, text: Node) -> Node {
    find(operand, text, Anchor::Anywhere)
}

/// The pattern, and whether it holds escapes. A backslash is escaped like a wildcard, since without an
/// ESCAPE clause it would itself escape in PostgreSQL and MySQL.
fn literal_pattern(text: &str, anchor: Anchor) -> (String, bool) {
    let special = |character: char| matches!(character, '%' | '_' | ESCAPE | '\\');
    let escaped = text.contains(special);
    let mut pattern = String::with_capacity(text.len() + 2);
    if anchor.open_before() {
        pattern.push('%');
    }
    if escaped {
        for character in text.chars() {
            if special(character) && character != '\\' {
                pattern.push(ESCAPE);
            }
            pattern.push(character);
        }
    } else {
        pattern.push_str(text);
    }
    if anchor.open_behind() {
        pattern.push('%');
    }
    (pattern, escaped)
}

/// The same done by the database: `'%' || replace(replace(replace(x, '!', '!!'), '%', '!%'), '_', '!_') || '%'`.
fn computed_pattern(expression: Node, anchor: Anchor) -> Node {
    let text = |text: &'static str| Node::Value(Value::Text(Cow::Borrowed(text)));
    let mut pattern = expression;
    for (from, to) in [("!", "!!"), ("%", "!%"), ("_", "!_")] {
        pattern = Node::function(Name::Borrowed("replace"), vec![pattern, text(from), text(to)]);
    }
    if anchor.open_before() {
        pattern = Node::binary(BinaryOp::Concat, text("%"), pattern);
    }
    if anchor.open_behind() {
        pattern = Node::binary(BinaryOp::Concat, pattern, text("%"));
    }
    pattern
}
