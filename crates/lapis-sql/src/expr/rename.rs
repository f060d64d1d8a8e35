//! Expressions made to speak of a table under another name.

use super::node::{Node, TableName};
use crate::statement::{FromItem, SelectStatement, TableSource};

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
        let mut found = false;
        // The walk changes nothing here; it is written once, for changing.
        self.clone().for_each_select(&mut |select| {
            let own = select.from.iter().chain(select.joins.iter().map(|join| &join.item));
            found |= own.map(known_as).any(|known| known == name);
        });
        found
    }

    fn for_each_table(&mut self, change: &mut dyn FnMut(&mut TableName), hidden_by: &TableName) {
        if let Node::Column(column) = self
            && let Some(table) = &mut column.table
        {
            change(table);
        }
        self.for_each_operand_mut(&mut |operand| operand.for_each_table(change, hidden_by));
        if let Some(select) = self.select_mut() {
            for_each_table_within(select, change, hidden_by);
        }
    }

    fn for_each_select(&mut self, see: &mut dyn FnMut(&SelectStatement)) {
        self.for_each_operand_mut(&mut |operand| operand.for_each_select(see));
        if let Some(select) = self.select_mut() {
            for_each_select_within(select, see);
        }
    }

    /// The subquery that this node holds.
    fn select_mut(&mut self) -> Option<&mut SelectStatement> {
        match self {
            Node::InSelect { select, .. } | Node::Exists { select, .. } | Node::Scalar(select) => {
                Some(select)
            }
            _ => None,
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
    if !selects_from(select, hidden_by) {
        for_each_expression(select, &mut |node| node.for_each_table(change, hidden_by));
    }
}

/// Whether a query, or the first part of a set operation, which names its columns, selects from a table.
fn selects_from(select: &SelectStatement, table: &TableName) -> bool {
    if let Some(first) = select.set_operation.as_ref().and_then(|set| set.parts.first()) {
        return selects_from(first, table);
    }
    let items = select.from.iter().chain(select.joins.iter().map(|join| &join.item));
    items.into_iter().any(|item| {
        item.alias.is_none() && matches!(&item.source, TableSource::Table(name) if name == table)
    })
}

fn for_each_select_within(select: &mut SelectStatement, see: &mut dyn FnMut(&SelectStatement)) {
    see(select);
    if let Some(set) = &mut select.set_operation {
        set.parts.iter_mut().for_each(|part| for_each_select_within(part, see));
    }
    for_each_expression(select, &mut |node| node.for_each_select(see));
}

/// Calls `f` with every expression of a SELECT, but not with those of subqueries in its FROM.
fn for_each_expression(select: &mut SelectStatement, f: &mut dyn FnMut(&mut Node)) {
    select.items.iter_mut().for_each(|item| f(&mut item.node));
    let items = select.from.iter_mut().chain(select.joins.iter_mut().map(|join| &mut join.item));
    items.flat_map(|item| item.source.arguments_mut()).for_each(&mut *f);
    select.joins.iter_mut().filter_map(|join| join.on.as_mut()).for_each(&mut *f);
    select.filter.iter_mut().for_each(&mut *f);
    select.group_by.iter_mut().for_each(&mut *f);
    select.having.iter_mut().for_each(&mut *f);
    select.distinct_on.iter_mut().for_each(&mut *f);
    select.windows.iter_mut().flat_map(|(_, window)| window.nodes_mut()).for_each(&mut *f);
    select.order_by.iter_mut().for_each(|term| f(&mut term.node));
}

/// The name by which a statement knows an item of its FROM.
fn known_as(item: &FromItem) -> &str {
    match (&item.alias, &item.source) {
        (Some(alias), _) => alias,
        (None, TableSource::Table(table)) => &table.name,
        (None, _) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::SelectItem;

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
    fn a_subquery_from_the_table_means_its_own() {
        let own = || FromItem::table(TableName::new("a"));
        let mut node = exists(own(), column("a"));
        node.rename_table(&TableName::new("a"), &TableName::new("x"));
        assert_eq!(node, exists(own(), column("a")));
    }
}
