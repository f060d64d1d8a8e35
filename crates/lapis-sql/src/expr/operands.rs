//! The operands of a node: what every walk through an expression needs to know, in one place.

use super::node::Node;
use crate::statement::SelectStatement;

macro_rules! walk {
    ($(#[$doc:meta])* $name:ident, [$($mutable:tt)?], $iter:ident, $nodes:ident) => {
        $(#[$doc])*
        pub(crate) fn $name<'a>(&'a $($mutable)? self, f: &mut dyn FnMut(&'a $($mutable)? Node)) {
            match self {
                Node::Column(_)
                | Node::Value(_)
                | Node::Star
                | Node::Default
                | Node::Excluded(_)
                | Node::Now
                | Node::JsonPath(_)
                | Node::Exists { .. }
                | Node::Scalar(_) => {}
                Node::Unary { operand, .. }
                | Node::Cast { operand, .. }
                | Node::Collate { operand, .. }
                | Node::Quantified { of: operand, .. }
                | Node::InValues { operand, .. }
                | Node::InSelect { operand, .. } => f(operand),
                Node::Binary { operands, .. }
                | Node::Operator { operands, .. }
                | Node::Like { operands, .. } => {
                    let (left, right) = &$($mutable)? **operands;
                    f(left);
                    f(right);
                }
                Node::Between { operands, .. } => {
                    let (operand, low, high) = &$($mutable)? **operands;
                    f(operand);
                    f(low);
                    f(high);
                }
                Node::In { operand, list, .. } => {
                    f(operand);
                    list.$iter().for_each(f);
                }
                Node::All(nodes)
                | Node::Any(nodes)
                | Node::Row(nodes)
                | Node::Array(nodes)
                | Node::GroupingSets { terms: nodes, .. } => {
                    nodes.$iter().for_each(f);
                }
                Node::Function { args, .. } | Node::Builtin { args, .. } | Node::Raw { args, .. } => {
                    args.$iter().for_each(f);
                }
                Node::FullText(search) => search.columns.$iter().for_each(f),
                Node::Aggregate(aggregate) => aggregate.$nodes().for_each(f),
                Node::Over { function, window } => {
                    f(function);
                    window.$nodes().for_each(f);
                }
                Node::Case { operand, branches, otherwise } => {
                    operand.$iter().for_each(|operand| f(operand));
                    for (condition, result) in branches {
                        f(condition);
                        f(result);
                    }
                    otherwise.$iter().for_each(|otherwise| f(otherwise));
                }
            }
        }
    };
}

impl Node {
    /// The query within the node, where it has one.
    pub(crate) fn subquery(&self) -> Option<&SelectStatement> {
        match self {
            Node::InSelect { select, .. } | Node::Exists { select, .. } | Node::Scalar(select) => {
                Some(select)
            }
            _ => None,
        }
    }

    /// The same, to change it.
    pub(crate) fn subquery_mut(&mut self) -> Option<&mut SelectStatement> {
        match self {
            Node::InSelect { select, .. } | Node::Exists { select, .. } | Node::Scalar(select) => {
                Some(select)
            }
            _ => None,
        }
    }

    walk! {
        /// Calls `f` with every direct operand, but with nothing within subqueries.
        for_each_operand, [], iter, nodes
    }

    walk! {
        /// The same, to change them.
        for_each_operand_mut, [mut], iter_mut, nodes_mut
    }
}
