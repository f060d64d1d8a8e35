//! FROM: what it is where the statement does not say, and how it is written.

use super::writer::{Fault, ScopeTable, SqlWriter, Written, invalid};
use crate::error::CompileError;
use crate::expr::{Node, TableName};
use crate::statement::{FromItem, Join, JoinKind, SelectStatement, TableSource};

/// The table that a statement without FROM is about: the one that its projection names and no join brings.
/// Where the projection names none, the rest of the statement is asked.
///
/// Tables of the statements around it are left out where that settles it: they are what a correlated
/// subquery refers to.
pub(super) fn infer<'a>(
    statement: &'a SelectStatement,
    around: &[ScopeTable<'a>],
) -> Result<Option<&'a TableName>, Fault> {
    let joined: Vec<_> =
        statement.joins.iter().filter_map(|join| ScopeTable::of_item(&join.item)).collect();
    let mut named: Vec<&'a TableName> = Vec::new();
    let add = |named: &mut Vec<&'a TableName>, table: &'a TableName| {
        if !named.contains(&table) && !joined.contains(&ScopeTable::of(table)) {
            named.push(table);
        }
    };
    match statement.items.as_shared() {
        Some(shared) if joined.is_empty() => return Ok(Some(shared.table())),
        Some(shared) => add(&mut named, shared.table()),
        None => {
            let items = statement.items.iter();
            items.for_each(|item| visit_tables(&item.node, &mut |table| add(&mut named, table)));
        }
    }
    let in_projection = named.len();
    if in_projection == 1 {
        return Ok(named.pop());
    }
    if in_projection == 0 {
        statement
            .clauses()
            .for_each(|node| visit_tables(node, &mut |table| add(&mut named, table)));
    }
    named.retain(|table| !around.contains(&ScopeTable::of(table)));
    match named.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => Err(Box::new(CompileError::CartesianProduct {
            tables: several.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and "),
        })),
    }
}

/// The table that a statement without FROM is about, for whoever changes the projection that tells it.
pub(crate) fn inferred_table(statement: &SelectStatement) -> Result<Option<TableName>, CompileError> {
    if !statement.from.is_empty() {
        return Ok(None);
    }
    infer(statement, &[]).map(|table| table.cloned()).map_err(|fault| *fault)
}

/// Calls `found` for the table of each column, but not of those within subqueries.
fn visit_tables<'a>(node: &'a Node, found: &mut dyn FnMut(&'a TableName)) {
    if let Node::Column(column) = node {
        column.table.iter().for_each(&mut *found);
    }
    node.for_each_operand(&mut |operand| visit_tables(operand, found));
}

impl<'a> SqlWriter<'a, '_> {
    /// Brings the tables of FROM into scope, and gives back the one that had to be inferred.
    pub(super) fn enter_from(
        &mut self,
        statement: &'a SelectStatement,
    ) -> Result<Option<&'a TableName>, Fault> {
        let start = self.scope.len();
        let inferred = if statement.from.is_empty() { infer(statement, &self.scope)? } else { None };
        self.scope.extend(inferred.map(ScopeTable::of));
        for item in statement.sources() {
            self.enter_item(item, start)?;
        }
        if inferred.is_none() && statement.from.is_empty() && !statement.joins.is_empty() {
            return Err(invalid(
                "the statement joins, but nothing says to which table; begin with `.from(..)`",
            ));
        }
        Ok(inferred)
    }

    /// Brings an item of FROM into scope, where those of the same FROM begin at `start`.
    pub(super) fn enter_item(&mut self, item: &'a FromItem, start: usize) -> Written {
        let Some(table) = ScopeTable::of_item(item) else {
            return Err(invalid("a subquery or VALUES in FROM needs an alias"));
        };
        if self.scope[start..].contains(&table) {
            return Err(invalid(format!(
                "{} is in FROM twice; give one of them another name with `alias`",
                table.name,
            )));
        }
        self.suspect |= !matches!(item.source, TableSource::Table(_));
        self.scope.push(table);
        Ok(())
    }

    /// Writes FROM and the joins; the statement's own tables begin at `start` in the scope.
    pub(super) fn from(
        &mut self,
        statement: &'a SelectStatement,
        inferred: Option<&'a TableName>,
        start: usize,
    ) -> Written {
        if let Some(table) = inferred {
            self.push(" FROM ");
            self.table_name(table)?;
        }
        for (position, item) in statement.from.iter().enumerate() {
            // A comma binds more loosely than JOIN: behind one, the joins would not see the earlier items.
            self.push(match position {
                0 => " FROM ",
                _ if statement.joins.is_empty() => ", ",
                _ => " CROSS JOIN ",
            });
            self.source(item, start)?;
        }
        statement.joins.iter().try_for_each(|join| self.join(join, start))
    }

    pub(super) fn join(&mut self, join: &'a Join, start: usize) -> Written {
        self.outer_joins |= !matches!(join.kind, JoinKind::Inner | JoinKind::Cross);
        self.push(match join.kind {
            JoinKind::Inner => " JOIN ",
            JoinKind::Left => " LEFT JOIN ",
            JoinKind::Right => " RIGHT JOIN ",
            JoinKind::Full if !self.dialect.supports_full_join() => {
                let hint = "join from both sides in two queries";
                return Err(self.unsupported("FULL JOIN", hint));
            }
            JoinKind::Full => " FULL JOIN ",
            JoinKind::Cross => " CROSS JOIN ",
        });
        self.source(&join.item, start)?;
        if let Some(condition) = &join.on {
            self.push(" ON ");
            self.node(condition)?;
        }
        Ok(())
    }

    /// Writes what sees no more than the first `seen` tables of the scope.
    fn seeing(&mut self, seen: usize, write: impl FnOnce(&mut Self) -> Written) -> Written {
        let beside = self.scope[seen..].to_vec();
        self.leave_scope(seen);
        write(self)?;
        self.leave_scope(seen);
        self.scope.extend(beside);
        Ok(())
    }

    /// How much of the scope stands before an item of the FROM whose tables begin at `start`.
    fn before(&self, item: &'a FromItem, start: usize) -> usize {
        let own = ScopeTable::of_item(item);
        start + self.scope[start..].iter().take_while(|table| Some(**table) != own).count()
    }

    pub(super) fn source(&mut self, item: &'a FromItem, start: usize) -> Written {
        match &item.source {
            TableSource::Table(table) => self.table_name(table)?,
            // A subquery in FROM sees the statements around this one, but not the tables beside it.
            TableSource::Select(select) => self.seeing(start, |writer| writer.subquery(select))?,
            TableSource::Lateral(select) => {
                if !self.dialect.supports_lateral() {
                    let hint = "say it by a scalar subquery, or read each part in a query of its own";
                    return Err(self.unsupported("LATERAL", hint));
                }
                self.push("LATERAL ");
                self.seeing(self.before(item, start), |writer| writer.subquery(select))?;
            }
            TableSource::Values(table) => self.values_table(table)?,
            TableSource::Function(table) => {
                self.seeing(self.before(item, start), |writer| writer.function_table(table))?;
            }
            TableSource::Series(table) => {
                self.seeing(self.before(item, start), |writer| writer.series(table))?;
            }
            TableSource::Json(table) => {
                self.seeing(self.before(item, start), |writer| writer.json_table(table))?;
            }
        }
        if let Some(alias) = &item.alias {
            self.push(" AS ");
            self.identifier(alias)?;
        }
        match &item.source {
            TableSource::Values(table) => self.values_columns(table),
            TableSource::Function(table) => self.function_columns(table),
            TableSource::Series(_) => self.series_column(),
            TableSource::Json(table) => self.json_columns(table),
            TableSource::Table(_) | TableSource::Select(_) | TableSource::Lateral(_) => Ok(()),
        }
    }
}
