//! Whether an order tells every row from every other, as far as the metadata says.

use crate::Name;
use crate::error::CompileError;
use crate::expr::{BinaryOp, ColumnRef, Node, Order, OrderBy, TableName};
use crate::schema::{ColumnDef, Table};
use crate::statement::{FromItem, JoinKind, SelectStatement, TableSource};
use crate::types::ColumnType;

/// What is known of a table of that name.
pub type Lookup<'l> = &'l dyn Fn(&TableName) -> Option<&'static Table>;

/// A table as the statement names it.
struct Source {
    name: TableName,
    table: Option<&'static Table>,
    /// Whether an outer join may leave it without a row.
    optional: bool,
}

/// What a statement selects from, and what is known of it.
pub(super) struct Sources {
    sources: Vec<Source>,
    /// Columns that are equal to a column or a value in every row.
    equal: Vec<(ColumnRef, Option<ColumnRef>)>,
}

impl Sources {
    /// Those of a statement whose FROM is told.
    pub(super) fn of(select: &SelectStatement, lookup: Lookup<'_>) -> Self {
        let mut sources: Vec<Source> = Vec::new();
        let mut equal = Vec::new();
        let reversed = |kind| matches!(kind, JoinKind::Right | JoinKind::Full);
        let all_optional = select.joins.iter().any(|join| reversed(join.kind));
        let add = |item: &FromItem, optional: bool, sources: &mut Vec<Source>| {
            let (name, table) = match (&item.alias, &item.source) {
                (None, TableSource::Table(name)) => (name.clone(), lookup(name)),
                (Some(alias), TableSource::Table(name)) => (TableName::new(alias.clone()), lookup(name)),
                (alias, _) => (TableName::new(alias.clone().unwrap_or_default()), None),
            };
            sources.push(Source { name, table, optional: optional || all_optional });
        };
        select.from.iter().for_each(|item| add(item, false, &mut sources));
        for join in &select.joins {
            add(&join.item, join.kind == JoinKind::Left, &mut sources);
        }
        // Rows that a RIGHT or FULL JOIN fills up with NULL meet no condition of the join.
        if !all_optional {
            let conditions = select.joins.iter().filter_map(|join| join.on.as_ref());
            conditions.chain(&select.filter).for_each(|node| equalities(node, &mut equal));
        }
        Self { sources, equal }
    }

    /// Whether a term may be NULL; where nothing is known, it may.
    pub(super) fn may_be_null(&self, node: &Node) -> bool {
        // Whether a generated column's expression is ever NULL is not known.
        self.column(node)
            .is_none_or(|(source, column)| source.optional || column.nullable || column.computed.is_some())
    }

    /// Whether a term is a column of a native enum type.
    pub(super) fn is_native_enum(&self, node: &Node) -> bool {
        self.column(node)
            .is_some_and(|(_, column)| matches!(&column.ty, ColumnType::Enum(of) if of.native))
    }

    fn column(&self, node: &Node) -> Option<(&Source, &'static ColumnDef)> {
        let Node::Column(ColumnRef { table: Some(table), name }) = node else { return None };
        let source = self.sources.iter().find(|source| source.name == *table)?;
        source.table?.column(name).map(|column| (source, column))
    }

    /// The sources whose row is not determined by the order.
    fn undetermined(&self, order: &[OrderBy]) -> Vec<&Source> {
        let mut determined = vec![false; self.sources.len()];
        loop {
            let before = determined.iter().filter(|determined| **determined).count();
            for (position, source) in self.sources.iter().enumerate() {
                let fixed = |name: &Name| self.is_fixed(&source.name, name, order, &determined);
                if keys(source.table).any(|key| !key.is_empty() && key.iter().all(fixed)) {
                    determined[position] = true;
                }
            }
            if determined.iter().filter(|determined| **determined).count() == before {
                break;
            }
        }
        self.sources
            .iter()
            .zip(determined)
            .filter(|(_, determined)| !determined)
            .map(|(source, _)| source)
            .collect()
    }

    /// Whether the order says what a column holds: itself, or by what the column equals.
    fn is_fixed(&self, table: &TableName, name: &Name, order: &[OrderBy], determined: &[bool]) -> bool {
        let is_it = |column: &ColumnRef| column.table.as_ref() == Some(table) && column.name == *name;
        let ordered = |column: &ColumnRef| {
            order.iter().any(|term| matches!(&term.node, Node::Column(other) if other == column))
        };
        let is_determined = |column: &ColumnRef| {
            let position =
                self.sources.iter().position(|source| column.table.as_ref() == Some(&source.name));
            position.is_some_and(|position| determined[position])
        };
        order.iter().any(|term| matches!(&term.node, Node::Column(column) if is_it(column)))
            || self.equal.iter().any(|(column, other)| {
                is_it(column) && other.as_ref().is_none_or(|other| ordered(other) || is_determined(other))
            })
    }

    /// Makes the order one that tells rows apart: as it is, or with primary keys behind it, which run the way of its
    /// last term. An error names what is missing.
    pub(super) fn complete(&self, select: &mut SelectStatement) -> Result<(), CompileError> {
        if let Some(groups) = groups(select) {
            return self.tells_groups_apart(&groups, &select.order_by);
        }
        let missing = self.undetermined(&select.order_by);
        let order = select.order_by.last().map_or(Order::Ascending, |term| term.order);
        let mut added = Vec::new();
        for source in &missing {
            let key = source.table.map_or(&[][..], |table| &table.primary_key);
            added.extend(key.iter().map(|name| OrderBy {
                node: Node::column(source.name.clone(), name.clone()),
                order,
                nulls_first: None,
            }));
        }
        added.retain(|term| select.order_by.iter().all(|own| own.node != term.node));
        select.order_by.extend(added);
        match self.undetermined(&select.order_by).as_slice() {
            [] => Ok(()),
            missing => {
                let names: Vec<String> = missing.iter().map(|source| source.name.to_string()).collect();
                Err(super::invalid(format!(
                    "a keyset page needs an order that tells every row from every other, and nothing says that this one \
                     does for the rows of {}; order by a unique key of it as well, or, if rows are told apart as it \
                     is, say `.unique()` behind `.keyset(..)`",
                    names.join(" and ")
                )))
            }
        }
    }

    /// Rows that are groups are told apart by what they are grouped by.
    fn tells_groups_apart(&self, groups: &[&Node], order: &[OrderBy]) -> Result<(), CompileError> {
        let missing = self.undetermined(order);
        let is_told = |node: &Node| {
            let of_determined = match node {
                Node::Column(ColumnRef { table: Some(table), .. }) => {
                    self.sources.iter().any(|source| source.name == *table)
                        && missing.iter().all(|source| source.name != *table)
                }
                _ => false,
            };
            of_determined || order.iter().any(|term| term.node == *node)
        };
        if groups.iter().all(|node| is_told(node)) {
            return Ok(());
        }
        Err(super::invalid(
            "a keyset page needs an order that tells every row from every other, and rows that are grouped, or distinct, \
             are told apart by all that they are grouped by, or select; order by all of that, or, if rows are told \
             apart as it is, say `.unique()` behind `.keyset(..)`",
        ))
    }
}

/// What no two rows of the result have in common, where it is not the rows of FROM.
fn groups(select: &SelectStatement) -> Option<Vec<&Node>> {
    if !select.group_by.is_empty() {
        return Some(select.group_by.iter().collect());
    }
    select.distinct.then(|| select.items.iter().map(|item| &item.node).collect())
}

/// The keys of which no two rows have the same: no column of them may be NULL.
fn keys(table: Option<&'static Table>) -> impl Iterator<Item = &'static [Name]> {
    let filled = move |columns: &&'static [Name]| {
        let not_null =
            |name: &Name| table.and_then(|table| table.column(name)).is_some_and(|column| !column.nullable);
        columns.iter().all(not_null)
    };
    table.into_iter().flat_map(move |table| {
        let uniques = table.uniques.iter().map(|unique| unique.columns.as_slice());
        let indexes = table.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
        let indexes = indexes.map(|index| index.columns.as_slice());
        std::iter::once(table.primary_key.as_slice()).chain(uniques.chain(indexes).filter(filled))
    })
}

/// The columns that a condition says are equal to a column, or to a value.
fn equalities(node: &Node, found: &mut Vec<(ColumnRef, Option<ColumnRef>)>) {
    match node {
        Node::All(parts) => parts.iter().for_each(|part| equalities(part, found)),
        Node::Binary { op: BinaryOp::Eq, operands } => match &**operands {
            (Node::Column(left), Node::Column(right)) => {
                found.push((left.clone(), Some(right.clone())));
                found.push((right.clone(), Some(left.clone())));
            }
            (Node::Column(column), Node::Value(_)) | (Node::Value(_), Node::Column(column)) => {
                found.push((column.clone(), None));
            }
            _ => {}
        },
        _ => {}
    }
}
