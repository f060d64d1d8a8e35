//! What a statement says that some database would guess at: rows that nothing joins, aggregates where there are no
//! groups yet, columns that no group has one value of.
//!
//! It is a walk of its own over statements that have been written: the writer notes whether there is anything to look
//! for ([`SqlWriter::suspect`](super::writer::SqlWriter)), so that a statement without an aggregate pays nothing. Whether the
//! tables of a query are joined is looked at while it is written, for its tables are at hand there.

mod aggregates;
mod distinct;
mod grouping;
mod labels;
mod links;
mod nullness;

pub(super) use aggregates::{aggregate, has_aggregate, is_aggregate};
pub(super) use links::links;
pub(super) use nullness::nullness;

use super::from::infer;
use super::writer::{ScopeTable, Written};
use crate::expr::{ColumnRef, Node, TableName};
use crate::statement::{
    CommonQuery, CommonTable, ConflictAction, ConflictValues, DeleteStatement, FromItem, InsertSource,
    InsertStatement, Join, SelectItem, SelectStatement, StatementRef, TableSource, UpdateStatement,
};
use aggregates::Place;
use labels::Columns;
use links::links_of_write;

/// Looks for what a database would guess at.
pub(super) fn check(statement: StatementRef<'_>) -> Written {
    let mut checker =
        Checker { scope: Vec::new(), start: 0, columns: Vec::new(), common: Vec::new(), aggregate: None };
    match statement {
        StatementRef::Select(select) => checker.select(select),
        StatementRef::Insert(insert) => checker.insert(insert),
        StatementRef::Update(update) => checker.update(update),
        StatementRef::Delete(delete) => checker.delete(delete),
        StatementRef::Text(_) => Ok(()),
    }
}

struct Checker<'a> {
    /// The tables of the query that is looked at, behind those of the queries around it.
    scope: Vec<ScopeTable<'a>>,
    /// Where its own begin.
    start: usize,
    /// The columns of those that are parts of the statement, by their place in the scope.
    columns: Vec<(usize, Columns<'a>)>,
    /// The queries of WITH that can be seen, with their columns.
    common: Vec<(&'a str, Option<Columns<'a>>)>,
    /// An aggregate that it has outside of its subqueries, by its name.
    aggregate: Option<&'a str>,
}

impl<'a> Checker<'a> {
    /// The queries of a WITH, which see nothing of the statement that has it.
    fn common_tables(&mut self, tables: &'a [CommonTable]) -> Written {
        if tables.is_empty() {
            return Ok(());
        }
        let scope = std::mem::take(&mut self.scope);
        let columns = std::mem::take(&mut self.columns);
        let start = std::mem::take(&mut self.start);
        for table in tables {
            let named = (table.name.as_ref(), Columns::of_common(&table.query));
            if table.recursive {
                self.common.push(named);
            }
            match &table.query {
                CommonQuery::Select(select) => self.select(select)?,
                CommonQuery::Insert(insert) => self.insert(insert)?,
                CommonQuery::Update(update) => self.update(update)?,
                CommonQuery::Delete(delete) => self.delete(delete)?,
            }
            self.scope.clear();
            self.columns.clear();
            if !table.recursive {
                self.common.push(named);
            }
        }
        (self.scope, self.columns, self.start) = (scope, columns, start);
        Ok(())
    }

    fn insert(&mut self, insert: &'a InsertStatement) -> Written {
        self.common_tables(&insert.with)?;
        match &insert.source {
            InsertSource::Values(rows) => self.nodes(rows.iter().flatten(), Place::Values)?,
            InsertSource::Select(select) => self.select(select)?,
            InsertSource::NoRows => {}
        }
        self.scope.push(ScopeTable::of(&insert.table));
        if let Some(ConflictAction::Update { values, filter }) =
            insert.on_conflict.as_ref().map(|conflict| &conflict.action)
        {
            if let ConflictValues::Assigned(assignments) = values {
                self.nodes(assignments.iter().map(|(_, value)| value), Place::Set)?;
            }
            self.nodes(filter, Place::Filter)?;
        }
        self.items(&insert.returning, Place::Returning)
    }

    fn update(&mut self, update: &'a UpdateStatement) -> Written {
        self.written_table(&update.with, &update.table, &update.joins)?;
        self.nodes(update.assignments.iter().map(|(_, value)| value), Place::Set)?;
        self.nodes(update.joined_assignments.iter().map(|(_, _, value)| value), Place::Set)?;
        self.nodes(&update.filter, Place::Filter)?;
        if !update.all_rows {
            links_of_write(&update.with, &update.joins, update.filter.as_ref(), &self.scope)?;
        }
        self.items(&update.returning, Place::Returning)
    }

    fn delete(&mut self, delete: &'a DeleteStatement) -> Written {
        self.written_table(&delete.with, &delete.table, &delete.joins)?;
        self.nodes(&delete.filter, Place::Filter)?;
        if !delete.all_rows {
            links_of_write(&delete.with, &delete.joins, delete.filter.as_ref(), &self.scope)?;
        }
        self.items(&delete.returning, Place::Returning)
    }

    /// A table whose rows are changed, and what it is joined with.
    fn written_table(
        &mut self,
        with: &'a [CommonTable],
        table: &'a TableName,
        joins: &'a [Join],
    ) -> Written {
        self.common_tables(with)?;
        joins.iter().try_for_each(|join| self.source(&join.item))?;
        self.scope.push(ScopeTable::of(table));
        joins.iter().for_each(|join| self.enter_item(&join.item));
        self.nodes(joins.iter().filter_map(|join| join.on.as_ref()), Place::Join)
    }

    fn select(&mut self, select: &'a SelectStatement) -> Written {
        let common = self.common.len();
        self.common_tables(&select.with)?;
        match &select.set_operation {
            Some(set) => set.parts.iter().try_for_each(|part| self.select(part))?,
            None => self.simple_select(select)?,
        }
        self.common.truncate(common);
        Ok(())
    }

    fn simple_select(&mut self, select: &'a SelectStatement) -> Written {
        let inferred = if select.from.is_empty() { infer(select, &self.scope)? } else { None };
        let around = (self.start, self.aggregate.take());
        let start = self.scope.len();
        for item in select.sources() {
            self.source(item)?;
        }
        self.start = start;
        if let Some(table) = inferred {
            self.enter(ScopeTable::of(table), self.common_columns(table));
        }
        select.sources().for_each(|item| self.enter_item(item));
        self.clauses(select)?;
        self.grouping(select)?;
        self.distinct(select)?;
        self.scope.truncate(start);
        self.columns.retain(|(place, _)| *place < start);
        (self.start, self.aggregate) = around;
        Ok(())
    }

    fn clauses(&mut self, select: &'a SelectStatement) -> Written {
        self.items(&select.items, Place::Items)?;
        self.nodes(select.joins.iter().filter_map(|join| join.on.as_ref()), Place::Join)?;
        self.nodes(&select.filter, Place::Filter)?;
        self.nodes(&select.group_by, Place::GroupBy)?;
        self.nodes(&select.having, Place::Having)?;
        self.nodes(select.windows.iter().flat_map(|(_, window)| window.nodes()), Place::Window)?;
        self.nodes(&select.distinct_on, Place::OrderBy)?;
        self.nodes(select.order_by.iter().map(|term| &term.node), Place::OrderBy)
    }

    /// Looks into the subqueries of FROM, which see what is around the query.
    fn source(&mut self, item: &'a FromItem) -> Written {
        match &item.source {
            TableSource::Select(select) | TableSource::Lateral(select) => self.select(select),
            TableSource::Values(table) => self.nodes(table.rows.iter().flatten(), Place::Values),
            source => self.nodes(source.expressions(), Place::From),
        }
    }

    fn items(&mut self, items: &'a [SelectItem], place: Place<'a>) -> Written {
        self.nodes(items.iter().map(|item| &item.node), place)
    }

    fn nodes(&mut self, nodes: impl IntoIterator<Item = &'a Node>, place: Place<'a>) -> Written {
        nodes.into_iter().try_for_each(|node| self.node(node, place))
    }

    /// The tables of the query that is looked at.
    fn own(&self) -> &[ScopeTable<'a>] {
        &self.scope[self.start..]
    }

    /// Whether a column is of a table of this query, and not of one around it; a bare name may be anything.
    fn is_own(&self, column: &ColumnRef) -> bool {
        column.table.as_ref().is_some_and(|table| self.own().contains(&ScopeTable::of(table)))
    }
}

/// Calls `f` for every column and every hand-written piece of a node, also of those within subqueries.
fn visit_leaves<'a>(node: &'a Node, f: &mut dyn FnMut(&'a Node)) {
    match node {
        Node::Column(_) => f(node),
        Node::Raw { args, .. } => {
            f(node);
            args.iter().for_each(|arg| visit_leaves(arg, f));
        }
        _ => {
            node.for_each_operand(&mut |operand| visit_leaves(operand, f));
            if let Some(select) = node.subquery() {
                visit_query(select, f);
            }
        }
    }
}

fn visit_query<'a>(select: &'a SelectStatement, f: &mut dyn FnMut(&'a Node)) {
    select.queries().for_each(|query| visit_query(query, f));
    select.expressions().for_each(|node| visit_leaves(node, f));
}
