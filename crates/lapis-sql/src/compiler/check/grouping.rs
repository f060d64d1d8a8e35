//! Columns beside aggregates and groups: of the rows of a group SQLite, and MySQL if it is told to, pick any.

use super::super::writer::{Fault, ScopeTable, Written, invalid};
use super::{Checker, aggregates, from_items};
use crate::error::CompileError;
use crate::expr::{ColumnRef, Node};
use crate::statement::{SelectStatement, TableSource};

/// What a query is grouped by.
struct Groups<'a> {
    terms: Vec<&'a Node>,
}

impl<'a> Checker<'a> {
    /// Whether each group has one value of all that is selected, compared and ordered by.
    pub(super) fn grouping(&self, select: &'a SelectStatement) -> Written {
        if select.group_by.is_empty() && self.aggregate.is_none() {
            return match &select.having {
                Some(having) if !may_aggregate(having) => Err(invalid(
                    "HAVING is about groups, and the statement has none; use `.filter(..)` for rows, or add \
                     `.group_by(..)`",
                )),
                _ => Ok(()),
            };
        }
        let Some(groups) = Groups::of(select) else { return Ok(()) };
        let items = select.items.iter().map(|item| &item.node);
        let order = select.order_by.iter().map(|term| &term.node);
        for node in items.chain(&select.having).chain(order) {
            if let Some(column) = self.ungrouped(node, &groups, select) {
                return Err(ungrouped(column, self.aggregate));
            }
        }
        Ok(())
    }

    /// A column of which a group may have several values.
    fn ungrouped(
        &self,
        node: &'a Node,
        groups: &Groups<'a>,
        select: &'a SelectStatement,
    ) -> Option<&'a ColumnRef> {
        if groups.terms.contains(&node) || aggregates::aggregate(node).is_some() {
            return None;
        }
        match node {
            Node::Column(column) if self.is_own(column) && !groups.determine(column, select) => {
                Some(column)
            }
            // An aggregate that is not known to be one may be within.
            Node::Raw { .. } => None,
            Node::Function { name, .. } if !is_scalar(name) => None,
            Node::Over { function, window } => {
                let mut found = None;
                function.for_each_operand(&mut |operand| {
                    found = found.or_else(|| self.ungrouped(operand, groups, select));
                });
                found.or_else(|| window.nodes().find_map(|node| self.ungrouped(node, groups, select)))
            }
            node => {
                let mut found = None;
                node.for_each_operand(&mut |operand| {
                    found = found.or_else(|| self.ungrouped(operand, groups, select));
                });
                found
            }
        }
    }
}

impl<'a> Groups<'a> {
    /// The terms of GROUP BY; `None` where one is written by hand or a name that the statement does not know.
    fn of(select: &'a SelectStatement) -> Option<Self> {
        let mut terms = Vec::with_capacity(select.group_by.len());
        for node in &select.group_by {
            match node {
                Node::Raw { .. } => return None,
                Node::Column(ColumnRef { table: None, name }) => {
                    let labelled = |label: &str| label == name;
                    let item =
                        select.items.iter().find(|item| item.label.as_deref().is_some_and(labelled))?;
                    terms.push(node);
                    terms.push(&item.node);
                }
                Node::Row(parts) => terms.extend(parts),
                node => terms.push(node),
            }
        }
        Some(Self { terms })
    }

    /// Whether the groups have one value of a column because they may have one row of its table: something of that
    /// table is grouped by, which may be its key. A query in FROM has no key.
    fn determine(&self, column: &ColumnRef, select: &SelectStatement) -> bool {
        let Some(table) = &column.table else { return true };
        let of_table =
            |term: &&Node| matches!(term, Node::Column(other) if other.table.as_ref() == Some(table));
        if !self.terms.iter().any(|term| of_table(term)) {
            return false;
        }
        let wanted = ScopeTable::of(table);
        let item = from_items(select).find(|item| ScopeTable::of_item(item) == Some(wanted));
        match item.map(|item| &item.source) {
            Some(TableSource::Table(name)) => {
                name.schema.is_some() || !select.with.iter().any(|with| with.name == name.name)
            }
            Some(_) => false,
            None => true,
        }
    }
}

/// Functions that are known to give one value for one row.
fn is_scalar(name: &str) -> bool {
    matches!(
        name,
        "coalesce"
            | "nullif"
            | "lower"
            | "upper"
            | "trim"
            | "substr"
            | "replace"
            | "abs"
            | "round"
            | "length"
    )
}

/// Whether there may be an aggregate in it, be it by hand or of a name that is not known.
fn may_aggregate(node: &Node) -> bool {
    match node {
        Node::Raw { .. } => true,
        Node::Function { name, .. } if !is_scalar(name) => true,
        node => {
            let mut found = false;
            node.for_each_operand(&mut |operand| found |= may_aggregate(operand));
            found
        }
    }
}

#[cold]
fn ungrouped(column: &ColumnRef, aggregate: Option<&str>) -> Fault {
    let table = column.table.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
    Box::new(CompileError::Ungrouped {
        column: format!("{table}{}", column.name),
        beside: match aggregate {
            Some(name) => format!("beside {name}(..)"),
            None => "of groups".to_owned(),
        },
    })
}
