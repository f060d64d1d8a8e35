//! Expressions made to speak of a table under another name.

use super::node::Node;
use super::table_name::TableName;
use crate::statement::{SelectStatement, TableSource};

impl Node {
    /// Makes every column of table `from` a column of `to`: of an alias under which the statement knows
    /// it. Subqueries that select from `from` themselves mean their own, and keep it.
    pub fn rename_table(&mut self, from: &TableName, to: &TableName) {
        self.for_each_table(
            &mut |table| {
                if table == from {
                    *table = to.clone();
                }
            },
            from,
        );
    }

    /// Whether the expression has a subquery that knows a table by that name.
    #[must_use]
    pub fn introduces(&self, name: &str) -> bool {
        let mut found = self.subquery().is_some_and(|select| introduces(select, name));
        self.for_each_operand(&mut |operand| found = found || operand.introduces(name));
        found
    }

    fn for_each_table(&mut self, change: &mut dyn FnMut(&mut TableName), hidden_by: &TableName) {
        if let Node::Column(column) = self
            && let Some(table) = &mut column.table
        {
            change(table);
        }
        self.for_each_operand_mut(&mut |operand| operand.for_each_table(change, hidden_by));
        if let Some(select) = self.subquery_mut() {
            for_each_table_within(select, change, hidden_by);
        }
    }
}

/// Changes the tables of a subquery's columns, unless it selects from a table of that name itself.
fn for_each_table_within(
    select: &mut SelectStatement,
    change: &mut dyn FnMut(&mut TableName),
    hidden_by: &TableName,
) {
    if let Some(set) = &mut select.set_operation {
        set.parts.iter_mut().for_each(|part| for_each_table_within(part, change, hidden_by));
    }
    let hidden = selects_from(select, hidden_by);
    for item in select.sources_mut() {
        match &mut item.source {
            // It sees what stands before it, and so a table of that name.
            TableSource::Lateral(_) if hidden => {}
            TableSource::Select(query) | TableSource::Lateral(query) => {
                for_each_table_within(query, change, hidden_by);
            }
            _ => {}
        }
    }
    if !hidden {
        select.for_each_expression_mut(&mut |node| node.for_each_table(change, hidden_by));
    }
}

/// Whether a query, or the first part of a set operation, which names its columns, selects from a table.
fn selects_from(select: &SelectStatement, table: &TableName) -> bool {
    if let Some(first) = select.set_operation.as_ref().and_then(|set| set.parts.first()) {
        return selects_from(first, table);
    }
    select.sources().any(|item| {
        item.alias.is_none() && matches!(&item.source, TableSource::Table(name) if name == table)
    })
}

/// Whether a query, or one within it, knows a table by that name.
fn introduces(select: &SelectStatement, name: &str) -> bool {
    select.sources().any(|item| item.name().is_some_and(|known| known == name))
        || select.queries().any(|query| introduces(query, name))
        || select.expressions().any(|node| node.introduces(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::{FromItem, SelectItem};

    fn column(table: &str) -> Node {
        Node::column(TableName::new(table.to_owned()), "id")
    }

    fn exists(from: FromItem, filter: Node) -> Node {
        let select = SelectStatement {
            items: vec![SelectItem::new(Node::Star)].into(),
            from: vec![from],
            filter: Some(filter),
            ..SelectStatement::default()
        };
        Node::Exists { select: Box::new(select), negated: false }
    }

    #[test]
    fn columns_of_the_table_are_renamed_and_no_others() {
        let mut node = column("a").and(column("b"));
        node.rename_table(&TableName::new("a"), &TableName::new("x"));
        assert_eq!(node, column("x").and(column("b")));
    }

    #[test]
    fn a_subquery_that_refers_outwards_follows() {
        let aliased = || FromItem::table(TableName::new("a")).aliased("inner");
        let mut node = exists(aliased(), column("a"));
        node.rename_table(&TableName::new("a"), &TableName::new("x"));
        assert_eq!(node, exists(aliased(), column("x")));
        assert!(node.introduces("inner") && !node.introduces("a"));
    }

    #[test]
    fn a_query_in_the_from_of_a_subquery_follows_too() {
        let inner = |filter| match exists(FromItem::table(TableName::new("b")), filter) {
            Node::Exists { select, .. } => {
                FromItem { source: TableSource::Select(select), alias: Some("rows".into()) }
            }
            _ => unreachable!("made above"),
        };
        let outer = |filter| exists(inner(filter), column("rows"));
        let mut node = outer(column("a"));
        node.rename_table(&TableName::new("a"), &TableName::new("x"));
        assert_eq!(node, outer(column("x")));
        assert!(node.introduces("rows") && node.introduces("b") && !node.introduces("x"));
    }

    #[test]
    fn a_subquery_from_the_table_means_its_own() {
        let own = || FromItem::table(TableName::new("a"));
        let mut node = exists(own(), column("a"));
        node.rename_table(&TableName::new("a"), &TableName::new("x"));
        assert_eq!(node, exists(own(), column("a")));
    }
}
