//! Tables that nothing joins: every row of one would come with every row of the other.
//!
//! The tables of FROM are the vertices of a graph, and each condition that names several of them joins them; what is
//! left in more than one piece is a cartesian product that nobody asked for (as in SQLAlchemy's linting of FROM).

use smallvec::SmallVec;

use super::super::writer::{ScopeTable, Written, invalid};
use super::{aggregates, visit_leaves};
use crate::error::CompileError;
use crate::expr::Node;
use crate::statement::{CommonQuery, CommonTable, FromItem, Join, JoinKind, SelectStatement, TableSource};
use crate::value::Value;

/// Tables as bits: the first 63 of this query, and all those of queries around it.
type Tables = u64;

const AROUND: Tables = 1 << 63;
const ALL: Tables = Tables::MAX;

/// Tables that conditions join, in pieces that have none in common.
struct Pieces(SmallVec<[Tables; 8]>);

impl Pieces {
    /// Each table alone.
    fn of(count: usize) -> Self {
        Self((0..count).map(|table| 1 << table).collect())
    }

    fn join(&mut self, tables: Tables) {
        if tables.count_ones() < 2 {
            return;
        }
        let mut joined = tables;
        self.0.retain(|piece| {
            let apart = *piece & tables == 0;
            joined |= if apart { 0 } else { *piece };
            apart
        });
        self.0.push(joined);
    }
}

/// The tables that conditions name.
struct Scope<'s, 'a> {
    /// Those of the query.
    own: &'s [ScopeTable<'a>],
    /// Those of the queries around it.
    around: &'s [ScopeTable<'a>],
}

/// Whether all tables of a query are joined, which begin at `start` in the scope.
pub(in crate::compiler) fn links(
    select: &SelectStatement,
    inferred: bool,
    scope: &[ScopeTable<'_>],
    start: usize,
) -> Written {
    let (around, own) = scope.split_at(start);
    Scope { own, around }.links(select, inferred)
}

/// The same of what an UPDATE or DELETE looks at, of which its own table is the first of the scope.
pub(super) fn links_of_write(
    with: &[CommonTable],
    joins: &[Join],
    filter: Option<&Node>,
    scope: &[ScopeTable<'_>],
) -> Written {
    Scope { own: scope, around: &[] }.links_of_write(with, joins, filter)
}

impl Scope<'_, '_> {
    fn links(&self, select: &SelectStatement, inferred: bool) -> Written {
        let count = self.own.len();
        if !(2..=63).contains(&count) {
            return Ok(());
        }
        let mut pieces = Pieces::of(count);
        join_themselves(select.sources(), usize::from(inferred), &select.with, &mut pieces);
        let first = count - select.joins.len();
        for (position, join) in select.joins.iter().enumerate() {
            match &join.on {
                // Who says CROSS JOIN means it; who says ON TRUE means it, where there is no CROSS JOIN to say it.
                None if join.kind == JoinKind::Cross => pieces.join(1 | 1 << (first + position)),
                Some(Node::Value(Value::Bool(true))) if join.kind != JoinKind::Inner => {
                    pieces.join(1 | 1 << (first + position));
                }
                Some(condition) => self.condition(condition, &mut pieces),
                None => {}
            }
        }
        match self.apart(pieces, select.filter.as_ref()) {
            None => Ok(()),
            Some(names) => Err(Box::new(CompileError::CartesianProduct { tables: names.join(" and ") })),
        }
    }

    /// The tables of an UPDATE or DELETE, whose own one is the first.
    fn links_of_write(&self, with: &[CommonTable], joins: &[Join], filter: Option<&Node>) -> Written {
        if !(2..=63).contains(&self.own.len()) {
            return Ok(());
        }
        let mut pieces = Pieces::of(self.own.len());
        join_themselves(joins.iter().map(|join| &join.item), 1, with, &mut pieces);
        for (position, join) in joins.iter().enumerate() {
            match &join.on {
                Some(Node::Value(Value::Bool(true))) => pieces.join(1 | 1 << (1 + position)),
                on => on.iter().for_each(|condition| self.condition(condition, &mut pieces)),
            }
        }
        match self.apart(pieces, filter) {
            None => Ok(()),
            Some(names) => Err(invalid(format!(
                "what is written to {} looks at {}, and nothing says which rows belong together; say it in the filter, or \
                 `.all_rows()` where every one is meant for each",
                names[0],
                names[1..].join(" and "),
            ))),
        }
    }

    /// The names of what is in several pieces when the filter has been looked at, too.
    fn apart(&self, mut pieces: Pieces, filter: Option<&Node>) -> Option<Vec<String>> {
        if let Some(filter) = filter {
            self.condition(filter, &mut pieces);
        }
        pieces.0.retain(|piece| *piece & !AROUND != 0);
        if pieces.0.len() < 2 {
            return None;
        }
        pieces.0.sort_unstable_by_key(|piece| piece.trailing_zeros());
        Some(pieces.0.iter().map(|piece| self.names(*piece)).collect())
    }

    /// Joins what each part of a condition names together.
    fn condition(&self, node: &Node, pieces: &mut Pieces) {
        if let Node::All(parts) = node {
            return parts.iter().for_each(|part| self.condition(part, pieces));
        }
        let mut tables = 0;
        match node {
            // What most joins are on needs no walk.
            Node::Binary { operands, .. } => match &**operands {
                (left @ Node::Column(_), right @ Node::Column(_)) => {
                    tables = self.leaf(left) | self.leaf(right);
                }
                (Node::Column(_), Node::Value(_)) | (Node::Value(_), Node::Column(_)) => {}
                _ => visit_leaves(node, &mut |leaf| tables |= self.leaf(leaf)),
            },
            node => visit_leaves(node, &mut |leaf| tables |= self.leaf(leaf)),
        }
        pieces.join(tables);
    }

    fn leaf(&self, leaf: &Node) -> Tables {
        match leaf {
            Node::Column(column) => match &column.table {
                Some(table) => self.bit(ScopeTable::of(table)),
                None => ALL,
            },
            // What is written by hand may name anything.
            _ => ALL,
        }
    }

    fn bit(&self, wanted: ScopeTable<'_>) -> Tables {
        match self.own.iter().position(|table| *table == wanted) {
            Some(position) => 1 << position,
            // It may be of a subquery within the condition, and then says nothing.
            None if self.around.contains(&wanted) => AROUND,
            None => 0,
        }
    }

    fn names(&self, piece: Tables) -> String {
        let own = self.own.iter().enumerate();
        let names = own.filter(|(position, _)| piece & (1 << position) != 0).map(|(_, table)| table.name);
        names.collect::<Vec<_>>().join(" + ")
    }
}

/// Joins what needs no condition with the first table; the items are those from number `first` on.
fn join_themselves<'i>(
    items: impl Iterator<Item = &'i FromItem>,
    first: usize,
    with: &[CommonTable],
    pieces: &mut Pieces,
) {
    for (table, item) in (first..).zip(items) {
        if table > 0 && joins_itself(&item.source, with) {
            pieces.join(1 | 1 << table);
        }
    }
}

/// Whether a table in FROM needs no condition: it looks at those before it, or has but one row.
fn joins_itself(source: &TableSource, with: &[CommonTable]) -> bool {
    match source {
        TableSource::Table(name) => {
            let named = with.iter().find(|table| table.name == name.name && name.schema.is_none());
            named.is_some_and(
                |table| matches!(&table.query, CommonQuery::Select(select) if has_one_row(select)),
            )
        }
        TableSource::Select(select) => has_one_row(select),
        TableSource::Values(table) => table.rows.len() < 2,
        _ => true,
    }
}

/// Whether a query has at most one row, whatever the data.
fn has_one_row(select: &SelectStatement) -> bool {
    if select.limit.is_some_and(|limit| limit < 2) {
        return true;
    }
    let no_tables = select.from.is_empty()
        && select.joins.is_empty()
        && !select.items.iter().any(|item| has_columns(&item.node));
    select.set_operation.is_none()
        && select.group_by.is_empty()
        && (no_tables || select.items.iter().any(|item| aggregates::has_aggregate(&item.node)))
}

fn has_columns(node: &Node) -> bool {
    let mut found = false;
    visit_leaves(node, &mut |_| found = true);
    found
}
