//! Columns beside aggregates and groups: of the rows of a group SQLite, and MySQL if it is told to, pick any.

use super::super::writer::{Fault, ScopeTable, Written, invalid};
use super::{Checker, aggregates};
use crate::error::CompileError;
use crate::expr::{ColumnRef, Node, TableName};
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
        let windows = select.windows.iter().flat_map(|(_, window)| window.nodes());
        for node in items.chain(&select.having).chain(&select.distinct_on).chain(windows).chain(order) {
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
        let mut groups = Self { terms: Vec::with_capacity(select.group_by.len()) };
        select.group_by.iter().try_for_each(|term| groups.add(term, select))?;
        Some(groups)
    }

    fn add(&mut self, term: &'a Node, select: &'a SelectStatement) -> Option<()> {
        match term {
            Node::Raw { .. } => return None,
            Node::Column(ColumnRef { table: None, name }) => {
                let labelled = |label: &str| label == name;
                let item = select.items.iter().find(|item| item.label.as_deref().is_some_and(labelled))?;
                self.terms.extend([term, &item.node]);
            }
            Node::Row(parts) | Node::GroupingSets { terms: parts, .. } => {
                parts.iter().try_for_each(|part| self.add(part, select))?;
            }
            term => self.terms.push(term),
        }
        Some(())
    }

    /// Whether the groups have one value of a column because they have one row of its table: the table's key is
    /// grouped by, or, where that is not known, some column of it. A query in FROM has no key.
    fn determine(&self, column: &ColumnRef, select: &SelectStatement) -> bool {
        let Some(table) = &column.table else { return true };
        if let Some(key) = select.group_keys.iter().find(|key| key.table == *table) {
            return key
                .columns
                .iter()
                .all(|column| self.terms.iter().any(|term| is_column(term, table, Some(column))));
        }
        if !self.terms.iter().any(|term| is_column(term, table, None)) {
            return false;
        }
        let wanted = ScopeTable::of(table);
        let item = select.sources().find(|item| ScopeTable::of_item(item) == Some(wanted));
        match item.map(|item| &item.source) {
            Some(TableSource::Table(name)) => {
                name.schema.is_some() || !select.with.iter().any(|with| with.name == name.name)
            }
            Some(_) => false,
            None => true,
        }
    }
}

/// Whether a node is a column of a table: that one, or any.
fn is_column(node: &Node, table: &TableName, wanted: Option<&str>) -> bool {
    match node {
        Node::Column(ColumnRef { table: Some(other), name }) => {
            other == table && wanted.is_none_or(|wanted| wanted == name)
        }
        _ => false,
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
