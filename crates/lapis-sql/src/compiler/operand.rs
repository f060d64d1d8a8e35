//! Operands: in parentheses where they must be, and with the type of a parameter where nothing else tells it.

use super::precedence::{Level, level};
use super::writer::{SqlWriter, Written};
use crate::dialect::ParameterPlace;
use crate::expr::Node;
use crate::value::Value;

impl<'a> SqlWriter<'a, '_> {
    /// A node where one is needed that binds at least as tightly as `least`.
    pub(super) fn operand(&mut self, node: &'a Node, least: Level) -> Written {
        let level = match node {
            // Two minus signs in a row would begin a comment.
            Node::Value(value) if self.inline && is_negative(value) => Level::Negate,
            node => level(node, self.dialect),
        };
        if level >= least {
            return self.node(node);
        }
        self.push("(");
        self.node(node)?;
        self.push(")");
        Ok(())
    }

    /// An operand where nothing else tells the database the type of a parameter: of an operator between two
    /// values, say.
    pub(super) fn typed_operand(&mut self, node: &'a Node, least: Level) -> Written {
        match node {
            Node::Value(value) if !self.inline => {
                self.typed_parameter(value.borrowed(), ParameterPlace::Operand)
            }
            node => self.operand(node, least),
        }
    }

    /// An operand of an operator: beside another value, or if it is a fraction, which would be taken for an integer beside
    /// one, with its type.
    pub(super) fn operand_beside(&mut self, other: &Node, node: &'a Node, least: Level) -> Written {
        if other.is_value() || is_fraction(node) {
            self.typed_operand(node, least)
        } else {
            self.operand(node, least)
        }
    }

    /// An item of a select list.
    pub(super) fn item_node(&mut self, node: &'a Node) -> Written {
        match node {
            Node::Value(value) => self.typed_parameter(value.borrowed(), ParameterPlace::Item),
            node => self.node(node),
        }
    }

    pub(super) fn comma_separated(&mut self, nodes: &'a [Node]) -> Written {
        for (position, node) in nodes.iter().enumerate() {
            if position > 0 {
                self.push(", ");
            }
            self.node(node)?;
        }
        Ok(())
    }

    pub(super) fn arguments(&mut self, name: &str, args: &'a [Node]) -> Written {
        let any_type = self.dialect.takes_any_type(name);
        let typed = any_type || are_values(args);
        for (position, arg) in args.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            match arg {
                Node::Value(value) if any_type => {
                    self.typed_parameter(value.borrowed(), ParameterPlace::AnyType)?
                }
                arg => self.argument(arg, typed || is_fraction(arg))?,
            }
        }
        Ok(())
    }

    pub(super) fn argument(&mut self, arg: &'a Node, typed: bool) -> Written {
        match arg {
            Node::Value(value) if typed => self.typed_parameter(value.borrowed(), ParameterPlace::Argument),
            arg => self.node(arg),
        }
    }
}

/// Whether a node is a bound number that an integer beside it must not make an integer of.
pub(super) fn is_fraction(node: &Node) -> bool {
    matches!(node, Node::Value(Value::Float(_) | Value::Decimal(_)))
}

fn are_values(nodes: &[Node]) -> bool {
    !nodes.is_empty() && nodes.iter().all(Node::is_value)
}

fn is_negative(value: &Value<'_>) -> bool {
    match value {
        Value::Int(value) => *value < 0,
        Value::Float(value) => value.is_sign_negative(),
        Value::Decimal(value) => value.is_sign_negative(),
        _ => false,
    }
}
