//! Where aggregates and windows may stand.

use super::super::writer::{Fault, Written};
use super::{Checker, visit_leaves};
use crate::error::CompileError;
use crate::expr::Node;

/// What part of a statement an expression stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    Items,
    From,
    Join,
    Filter,
    GroupBy,
    Having,
    OrderBy,
    Values,
    Set,
    Returning,
    /// The arguments of an aggregate.
    Aggregate(&'a str),
    /// A window, or the arguments of a function over one.
    Window,
}

impl Place<'_> {
    fn takes_aggregates(self) -> bool {
        matches!(self, Place::Items | Place::Having | Place::OrderBy | Place::Window)
    }

    fn takes_windows(self) -> bool {
        matches!(self, Place::Items | Place::OrderBy)
    }
}

/// Whether a function is known to be an aggregate; one of a name that is not known may be one.
pub(in crate::compiler) fn is_aggregate(name: &str, args: usize) -> bool {
    match name {
        // With several arguments, they are SQLite's `least` and `greatest`.
        "min" | "max" => args < 2,
        "count" | "sum" | "avg" | "total" | "any_value" | "string_agg" | "group_concat" | "array_agg"
        | "json_agg" | "jsonb_agg" | "json_object_agg" | "jsonb_object_agg" | "json_arrayagg"
        | "json_objectagg" | "json_group_array" | "json_group_object" | "bool_and" | "bool_or"
        | "every" | "bit_and" | "bit_or" | "bit_xor" | "std" | "stddev" | "stddev_pop" | "stddev_samp"
        | "variance" | "var_pop" | "var_samp" | "corr" | "covar_pop" | "covar_samp" => true,
        _ => {
            name.bytes().any(|byte| byte.is_ascii_uppercase())
                && is_aggregate(&name.to_ascii_lowercase(), args)
        }
    }
}

/// The aggregate that a node is a call of, by its name.
pub(in crate::compiler) fn aggregate(node: &Node) -> Option<&str> {
    match node {
        Node::Function { name, args, .. } if is_aggregate(name, args.len()) => Some(name),
        Node::Builtin { builtin, .. } => builtin.aggregate(),
        Node::Aggregate(aggregate) => match &aggregate.function {
            Node::Function { name, .. } => Some(name),
            Node::Builtin { builtin, .. } => builtin.aggregate(),
            _ => None,
        },
        _ => None,
    }
}

/// Whether there is an aggregate in it, subqueries apart.
pub(in crate::compiler) fn has_aggregate(node: &Node) -> bool {
    if aggregate(node).is_some() {
        return true;
    }
    let mut found = false;
    match node {
        // The function itself is none of a group.
        Node::Over { function, .. } => {
            function.for_each_operand(&mut |operand| found |= has_aggregate(operand));
        }
        node => node.for_each_operand(&mut |operand| found |= has_aggregate(operand)),
    }
    found
}

impl<'a> Checker<'a> {
    /// Checks a node and all below it, those of its subqueries too.
    pub(super) fn node(&mut self, node: &'a Node, place: Place<'a>) -> Written {
        if let Node::Column(column) = node {
            return self.label(column);
        }
        if let Some(name) = aggregate(node) {
            return self.aggregate(node, name, place);
        }
        if let Node::Over { function, window } = node {
            if !place.takes_windows() {
                return Err(misplaced_window(function, place));
            }
            // The function itself is none of a group.
            self.operands(function, Place::Window)?;
            return self.nodes(window.nodes(), Place::Window);
        }
        if let Some(select) = node.subquery() {
            self.select(select)?;
        }
        self.operands(node, place)
    }

    fn operands(&mut self, node: &'a Node, place: Place<'a>) -> Written {
        let mut checked = Ok(());
        node.for_each_operand(&mut |operand| {
            if checked.is_ok() {
                checked = match node {
                    // The call within an aggregate that says more than its arguments is that aggregate.
                    Node::Aggregate(aggregate) if std::ptr::eq(operand, &aggregate.function) => {
                        self.operands(operand, place)
                    }
                    _ => self.node(operand, place),
                };
            }
        });
        checked
    }

    fn aggregate(&mut self, node: &'a Node, name: &'a str, place: Place<'a>) -> Written {
        if self.is_of_a_query_around(node) {
            return Ok(());
        }
        if !place.takes_aggregates() {
            return Err(misplaced_aggregate(name, place));
        }
        self.aggregate.get_or_insert(name);
        self.operands(node, Place::Aggregate(name))
    }

    /// An aggregate of nothing but columns of a query around this one is that query's.
    fn is_of_a_query_around(&self, node: &Node) -> bool {
        let (mut columns, mut own) = (false, false);
        if self.start > 0 {
            visit_leaves(node, &mut |leaf| match leaf {
                Node::Column(column) => {
                    columns = true;
                    own |= self.is_own(column) || column.table.is_none();
                }
                _ => own = true,
            });
        }
        columns && !own
    }
}

#[cold]
fn misplaced_aggregate(name: &str, place: Place<'_>) -> Fault {
    Box::new(CompileError::Misplaced {
        function: format!("{name}(..)"),
        problem: match place {
            Place::Aggregate(outer) => {
                format!("an aggregate within {outer}(..), and aggregates do not nest")
            }
            place => format!("an aggregate in {}", described(place)),
        },
        hint: match place {
            Place::Filter => {
                "to keep some groups, use `.having(..)`; to compare with all rows, a `.scalar()` subquery"
            }
            Place::Aggregate(_) => {
                "compute the inner one in a subquery, or take the outer one `.over(..)` a window"
            }
            Place::Join => "compute it in a subquery, and join that",
            _ => "compute it in a `.scalar()` subquery",
        },
    })
}

#[cold]
fn misplaced_window(function: &Node, place: Place<'_>) -> Fault {
    let name = match function {
        Node::Function { name, .. } => name,
        function => aggregate(function).unwrap_or("the function"),
    };
    Box::new(CompileError::Misplaced {
        function: format!("{name}(..) over a window"),
        problem: match place {
            Place::Aggregate(outer) => format!("within {outer}(..), which is computed before windows are"),
            place => format!("in {}", described(place)),
        },
        hint: "select it under a label in a subquery, and go on from there",
    })
}

fn described(place: Place<'_>) -> &'static str {
    match place {
        Place::From => "what a function in FROM is given, which is asked row by row",
        Place::Join => "the condition of a join, which is decided row by row",
        Place::Filter => "a filter (WHERE), which is decided row by row",
        Place::GroupBy => "GROUP BY, which makes the groups",
        Place::Having => "HAVING, which is decided before windows are looked at",
        Place::Values => "the values of a row",
        Place::Set => "what is set in a row",
        Place::Returning => "RETURNING, which is of single rows",
        Place::Window => "a window, or in what is computed over one",
        Place::Items | Place::OrderBy | Place::Aggregate(_) => "another aggregate",
    }
}
