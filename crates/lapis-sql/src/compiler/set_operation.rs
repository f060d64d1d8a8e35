//! `UNION`, `INTERSECT` and `EXCEPT`.

use super::select::OrderedBy;
use super::writer::{Fault, SqlWriter, Written, invalid};
use crate::expr::{ColumnRef, Node, OrderBy};
use crate::statement::{SelectItem, SelectStatement, SetOperation};

impl<'a> SqlWriter<'a, '_> {
    /// Writes the parts, and behind them the order and the limit of all their rows.
    pub(super) fn set_operation(&mut self, select: &'a SelectStatement, set: &'a SetOperation) -> Written {
        let operator = set.operator.sql();
        if !self.dialect.supports_set_operator(set.operator) {
            let hint = "leave out ALL, or count the rows of each query by GROUP BY";
            return Err(self.unsupported(operator, hint));
        }
        nothing_beside(select, operator)?;
        if select.lock.is_some() {
            return Err(locked(operator));
        }
        let items = select.output_items();
        for (position, part) in set.parts.iter().enumerate() {
            let count = part.output_items().len();
            if count != items.len() {
                return Err(invalid(format!(
                    "part {} of the {operator} selects {count} columns, and its first part {}",
                    position + 1,
                    items.len(),
                )));
            }
            if part.lock.is_some() {
                return Err(locked(operator));
            }
            if position > 0 {
                self.push(" ");
                self.push(operator);
                self.push(" ");
            }
            self.set_operand(part)?;
        }
        for (position, term) in select.order_by.iter().enumerate() {
            self.push(if position > 0 { ", " } else { " ORDER BY " });
            self.order_term(term, OrderedBy::Name(output_name(term, items, operator)?))?;
        }
        self.limit(select.limit, select.offset)
    }

    fn set_operand(&mut self, part: &'a SelectStatement) -> Written {
        if stands_alone(part) {
            return self.select(part);
        }
        // MariaDB 10.11 takes no WITH behind two parentheses.
        if part.with.is_empty() && self.dialect.parenthesizes_set_operands() {
            return self.subquery(part);
        }
        self.push("SELECT * FROM ");
        self.subquery(part)?;
        self.push(" AS ");
        self.identifier("part")
    }
}

/// Whether a part of a set operation can be told from what is around it without parentheses.
pub(super) fn stands_alone(part: &SelectStatement) -> bool {
    part.set_operation.is_none() && part.with.is_empty() && part.has_no_end()
}

/// The name under which all parts know what an order is about: that of a column which the first one selects.
fn output_name<'a>(term: &'a OrderBy, items: &'a [SelectItem], operator: &str) -> Result<&'a str, Fault> {
    if let Node::Column(ColumnRef { table: None, name }) = &term.node {
        if items.iter().filter_map(SelectItem::name).any(|known| known == name) {
            return Ok(name);
        }
        return Err(invalid(format!(
            "the {operator} is ordered by {name}, which its first part does not select; select it under that label",
        )));
    }
    let mut selected = items.iter().filter(|item| item.node == term.node);
    selected.find_map(SelectItem::name).map(AsRef::as_ref).ok_or_else(|| {
        invalid(format!(
            "the {operator} is ordered by what its first part does not select under a name; select it there, an \
             expression with a label",
        ))
    })
}

/// PostgreSQL refuses the lock of a part, and nothing says of the whole which rows of which table it is about.
fn locked(operator: &str) -> Fault {
    invalid(format!("a {operator} takes no row lock; lock the rows of each table by a SELECT of its own"))
}

/// A set operation has no projection, FROM or conditions of its own.
fn nothing_beside(select: &SelectStatement, operator: &str) -> Written {
    let beside = match select {
        SelectStatement { items, .. } if !items.is_empty() => "a projection",
        SelectStatement { distinct: true, .. } => "DISTINCT",
        SelectStatement { distinct_on, .. } if !distinct_on.is_empty() => "DISTINCT ON",
        SelectStatement { windows, .. } if !windows.is_empty() => "a window",
        SelectStatement { from, joins, .. } if !from.is_empty() || !joins.is_empty() => "tables",
        SelectStatement { filter: Some(_), .. } => "a filter",
        SelectStatement { group_by, having, .. } if !group_by.is_empty() || having.is_some() => "groups",
        _ => return Ok(()),
    };
    Err(invalid(format!(
        "{beside} cannot be added to a {operator}; say it in its parts, or select from it as a `.subquery(..)`",
    )))
}
