//! The order of `SELECT DISTINCT`.

use super::super::writer::{Written, invalid};
use super::{Checker, visit_leaves};
use crate::expr::{ColumnRef, Node};
use crate::statement::SelectStatement;

impl Checker<'_> {
    /// Rows that are alike in what is selected may differ in a column that is not, so that no order by it is that of
    /// the rows that are left. PostgreSQL and MySQL refuse it, SQLite and MariaDB take any of the rows.
    pub(super) fn distinct(&self, select: &SelectStatement) -> Written {
        if !select.distinct {
            return Ok(());
        }
        for term in &select.order_by {
            if select.items.iter().any(|item| item.node == term.node) {
                continue;
            }
            if let Some(column) = self.unselected(&term.node, select) {
                return Err(invalid(format!(
                    "SELECT DISTINCT is ordered by {}.{}, which it does not select, so that equal rows may differ in \
                     it; select it, too, or group by what is selected and order by an aggregate",
                    column.table.as_ref().map_or("", |table| &table.name),
                    column.name,
                )));
            }
        }
        Ok(())
    }

    fn unselected<'n>(&self, node: &'n Node, select: &SelectStatement) -> Option<&'n ColumnRef> {
        let (mut found, mut by_hand) = (None, false);
        visit_leaves(node, &mut |leaf| match leaf {
            Node::Column(column) if self.is_own(column) => {
                if !select.items.iter().any(|item| item.node == *leaf) {
                    found = Some(column);
                }
            }
            Node::Column(_) => {}
            _ => by_hand = true,
        });
        found.filter(|_| !by_hand)
    }
}
