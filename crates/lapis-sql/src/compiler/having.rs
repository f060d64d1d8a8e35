//! `HAVING`.

use super::check::aggregate;
use super::writer::{SqlWriter, Written};
use crate::expr::Node;
use crate::statement::SelectStatement;

impl<'a> SqlWriter<'a, '_> {
    /// ` HAVING …`, where there is a condition.
    pub(super) fn having(&mut self, select: &'a SelectStatement) -> Written {
        let Some(having) = &select.having else { return Ok(()) };
        self.push(" HAVING ");
        if self.dialect.having_takes_grouped_expressions() {
            return self.node(having);
        }
        let expression = |term: &&Node| !matches!(term, Node::Column(_) | Node::GroupingSets { .. });
        self.grouped = select.group_by.iter().filter(expression).collect();
        self.node(having)?;
        self.grouped = Vec::new();
        Ok(())
    }

    /// A node in HAVING, which may be one that the rows are grouped by. Such a one is the same in all rows of a group, and as
    /// the least of them it is an aggregate, which HAVING takes.
    pub(super) fn in_having(&mut self, node: &'a Node) -> Written {
        let grouped = self.grouped.contains(&node);
        if !grouped && aggregate(node).is_none() {
            return self.node_anew(node);
        }
        let around = std::mem::take(&mut self.grouped);
        self.push(if grouped { "min(" } else { "" });
        self.node(node)?;
        self.push(if grouped { ")" } else { "" });
        self.grouped = around;
        Ok(())
    }
}
