//! The parts of a SELECT: what every walk through one needs to know, in one place.

use super::{FromItem, SelectItem, SelectStatement, TableSource};
use crate::Name;
use crate::expr::Node;

impl SelectItem {
    /// The name of its column in the result; none where the database makes one.
    pub(crate) fn name(&self) -> Option<&Name> {
        match (&self.label, &self.node) {
            (Some(label), _) => Some(label),
            (None, Node::Column(column)) => Some(&column.name),
            (None, _) => None,
        }
    }
}

impl FromItem {
    /// The name by which the statement knows it; none for what needs an alias and has none.
    pub(crate) fn name(&self) -> Option<&Name> {
        match (&self.alias, &self.source) {
            (Some(alias), _) => Some(alias),
            (None, TableSource::Table(table)) => Some(&table.name),
            (None, _) => None,
        }
    }
}

impl TableSource {
    /// The query that it is, perhaps.
    pub(crate) fn subquery(&self) -> Option<&SelectStatement> {
        match self {
            Self::Select(select) | Self::Lateral(select) => Some(select),
            _ => None,
        }
    }

    /// The expressions within, apart from those of a subquery.
    pub(crate) fn expressions(&self) -> Vec<&Node> {
        match self {
            Self::Values(table) => table.rows.iter().flatten().collect(),
            Self::Function(table) => table.args.iter().collect(),
            Self::Series(table) => vec![&table.start, &table.stop],
            Self::Json(table) => vec![&table.json],
            Self::Table(_) | Self::Select(_) | Self::Lateral(_) => Vec::new(),
        }
    }

    fn expressions_mut(&mut self) -> Vec<&mut Node> {
        match self {
            Self::Values(table) => table.rows.iter_mut().flatten().collect(),
            Self::Function(table) => table.args.iter_mut().collect(),
            Self::Series(table) => vec![&mut table.start, &mut table.stop],
            Self::Json(table) => vec![&mut table.json],
            Self::Table(_) | Self::Select(_) | Self::Lateral(_) => Vec::new(),
        }
    }
}

impl SelectStatement {
    /// What stands in FROM and in the joins.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &FromItem> {
        self.from.iter().chain(self.joins.iter().map(|join| &join.item))
    }

    /// The same, to change it.
    pub(crate) fn sources_mut(&mut self) -> impl Iterator<Item = &mut FromItem> {
        self.from.iter_mut().chain(self.joins.iter_mut().map(|join| &mut join.item))
    }

    /// The queries that it is made of: the parts of a set operation, and the subqueries of FROM.
    pub(crate) fn queries(&self) -> impl Iterator<Item = &SelectStatement> {
        let parts = self.set_operation.iter().flat_map(|set| &set.parts);
        parts.chain(self.sources().filter_map(|item| item.source.subquery()))
    }

    /// The expressions of its clauses: all but what it selects, and what stands in FROM.
    pub(crate) fn clauses(&self) -> impl Iterator<Item = &Node> {
        let conditions = self.joins.iter().filter_map(|join| join.on.as_ref());
        conditions
            .chain(&self.filter)
            .chain(&self.distinct_on)
            .chain(&self.group_by)
            .chain(&self.having)
            .chain(self.windows.iter().flat_map(|(_, window)| window.nodes()))
            .chain(self.order_by.iter().map(|term| &term.node))
    }

    /// All its expressions, apart from those of the [`queries`](Self::queries) that it is made of.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Node> {
        let items = self.items.iter().map(|item| &item.node);
        items
            .chain(self.sources().flat_map(|item| item.source.expressions()))
            .chain(self.clauses())
    }

    /// The same, to change them.
    pub(crate) fn for_each_expression_mut(&mut self, f: &mut dyn FnMut(&mut Node)) {
        self.items.iter_mut().for_each(|item| f(&mut item.node));
        self.sources_mut().flat_map(|item| item.source.expressions_mut()).for_each(&mut *f);
        self.joins.iter_mut().filter_map(|join| join.on.as_mut()).for_each(&mut *f);
        self.filter.iter_mut().for_each(&mut *f);
        self.distinct_on.iter_mut().for_each(&mut *f);
        self.group_by.iter_mut().for_each(&mut *f);
        self.having.iter_mut().for_each(&mut *f);
        self.windows.iter_mut().flat_map(|(_, window)| window.nodes_mut()).for_each(&mut *f);
        self.order_by.iter_mut().for_each(|term| f(&mut term.node));
    }
}
