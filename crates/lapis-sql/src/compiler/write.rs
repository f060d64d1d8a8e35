//! `UPDATE` and `DELETE`, and what all writing statements return.

use super::precedence::Level;
use super::writer::{Fault, ScopeTable, SqlWriter, Written, invalid};
use crate::dialect::JoinedWrites;
use crate::error::CompileError;
use crate::expr::{Node, OrderBy, TableName};
use crate::statement::{CommonTable, DeleteStatement, Join, JoinKind, SelectItem, UpdateStatement};

/// What UPDATE and DELETE have in common.
struct Narrowed<'a> {
    verb: &'static str,
    table: &'a TableName,
    joins: &'a [Join],
    filter: Option<&'a Node>,
    all_rows: bool,
    order_by: &'a [OrderBy],
    limit: Option<u64>,
}

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn update(&mut self, update: &'a UpdateStatement) -> Written {
        let UpdateStatement { table, joins, order_by, limit, all_rows, .. } = update;
        if update.assignments.is_empty() && update.joined_assignments.is_empty() {
            return Err(invalid(format!("the update of {table} sets no column")));
        }
        let (filter, all_rows, limit) = (update.filter.as_ref(), *all_rows, *limit);
        let narrowed = Narrowed { verb: "update", table, joins, filter, all_rows, order_by, limit };
        self.with_before_write("UPDATE", &update.with)?;
        let start = self.scope.len();
        self.enter_joined(table, joins)?;
        self.push("UPDATE ");
        self.table_name(table)?;
        let joined = self.dialect.joined_writes() == JoinedWrites::Join && !joins.is_empty();
        if joined {
            self.joins_of_write(joins, start)?;
        }
        for (position, (column, value)) in update.assignments.iter().enumerate() {
            self.push(if position > 0 { ", " } else { " SET " });
            self.assignment(joined.then_some(table), column, value)?;
        }
        for (position, (other, column, value)) in update.joined_assignments.iter().enumerate() {
            self.writes_joined("UPDATE", other)?;
            self.push(if position + update.assignments.len() > 0 { ", " } else { " SET " });
            self.assignment(Some(other), column, value)?;
        }
        if !joined {
            self.tables_of_write(" FROM ", joins, start)?;
        }
        self.conditions(&narrowed, !joined)?;
        self.end_of_write(&narrowed)?;
        self.leave_scope(start);
        let supported = self.dialect.supports_update_returning();
        self.returning_joined("UPDATE", supported, &narrowed, &update.returning)
    }

    pub(super) fn delete(&mut self, delete: &'a DeleteStatement) -> Written {
        let DeleteStatement { table, joins, order_by, limit, all_rows, .. } = delete;
        let (filter, all_rows, limit) = (delete.filter.as_ref(), *all_rows, *limit);
        let narrowed = Narrowed { verb: "delete", table, joins, filter, all_rows, order_by, limit };
        self.with_before_write("DELETE", &delete.with)?;
        let start = self.scope.len();
        self.enter_joined(table, joins)?;
        let mut supported = self.dialect.supports_delete_returning();
        delete.joined_tables.iter().try_for_each(|other| self.writes_joined("DELETE", other))?;
        match self.dialect.joined_writes() {
            JoinedWrites::Join if !joins.is_empty() => {
                self.push("DELETE ");
                self.table_name(table)?;
                for other in &delete.joined_tables {
                    self.push(", ");
                    self.table_name(other)?;
                }
                self.push(" FROM ");
                self.table_name(table)?;
                self.joins_of_write(joins, start)?;
                self.conditions(&narrowed, false)?;
                // Neither MySQL nor MariaDB has it where tables are joined.
                supported = false;
            }
            JoinedWrites::FromAndExists if !joins.is_empty() => {
                self.push("DELETE FROM ");
                self.table_name(table)?;
                self.tables_of_write(" WHERE EXISTS (SELECT 1 FROM ", joins, start)?;
                self.conditions(&narrowed, true)?;
                self.push(")");
            }
            _ => {
                self.push("DELETE FROM ");
                self.table_name(table)?;
                self.tables_of_write(" USING ", joins, start)?;
                self.conditions(&narrowed, true)?;
            }
        }
        self.end_of_write(&narrowed)?;
        self.leave_scope(start);
        self.returning_joined("DELETE", supported, &narrowed, &delete.returning)
    }

    fn assignment(&mut self, table: Option<&'a TableName>, column: &'a str, value: &'a Node) -> Written {
        if let Some(table) = table {
            self.table_name(table)?;
            self.push(".");
        }
        self.identifier(column)?;
        self.push(" = ");
        self.node(value)
    }

    /// Whether rows of a joined table may be written along with those of the statement's own.
    fn writes_joined(&self, verb: &str, other: &TableName) -> Written {
        if self.dialect.joined_writes() != JoinedWrites::Join {
            let hint = "write to each table by a statement of its own, in one transaction";
            return Err(self.unsupported(&format!("{verb} of several tables"), hint));
        }
        if !self.scope.contains(&ScopeTable::of(other)) {
            return Err(invalid(format!(
                "{other} is written to along with another table, and not joined with it; join it",
            )));
        }
        Ok(())
    }

    fn with_before_write(&mut self, verb: &str, with: &'a [CommonTable]) -> Written {
        if !with.is_empty() && !self.dialect.with_syntax().before_update {
            let hint = "take the rows from a `.subquery(..)`";
            return Err(self.unsupported(&format!("WITH before {verb}"), hint));
        }
        self.common_tables(&[], with)
    }

    /// Brings the tables into scope, the one that is written to behind the others: those cannot refer to it.
    fn enter_joined(&mut self, table: &'a TableName, joins: &'a [Join]) -> Written {
        self.suspect = self.suspect || !joins.is_empty();
        let start = self.scope.len();
        for join in joins {
            if !matches!(join.kind, JoinKind::Inner | JoinKind::Cross) {
                return Err(invalid(format!(
                    "what is written to {table} is joined by an outer join; take that as a `.subquery(..)`",
                )));
            }
            self.enter_item(&join.item, start)?;
        }
        let written = ScopeTable::of(table);
        if self.scope[start..].contains(&written) {
            return Err(invalid(format!(
                "{table} is joined with itself; give one of both another name with `alias`",
            )));
        }
        self.scope.push(written);
        Ok(())
    }

    /// `JOIN … ON …` for each.
    fn joins_of_write(&mut self, joins: &'a [Join], start: usize) -> Written {
        joins.iter().try_for_each(|join| self.join(join, start))
    }

    /// The joined tables, whose conditions are part of WHERE.
    fn tables_of_write(&mut self, before: &str, joins: &'a [Join], start: usize) -> Written {
        for (position, join) in joins.iter().enumerate() {
            self.push(if position > 0 { ", " } else { before });
            self.source(&join.item, start)?;
        }
        Ok(())
    }

    fn conditions(&mut self, narrowed: &Narrowed<'a>, of_joins: bool) -> Written {
        let Narrowed { verb, table, joins, filter, all_rows, .. } = *narrowed;
        // A limit says that not all are meant.
        if filter.is_none()
            && !all_rows
            && narrowed.limit.is_none()
            && joins.iter().all(|join| join.on.is_none())
        {
            return Err(invalid(format!(
                "the {verb} of {table} has no filter and would touch every row; filter it, or say `.all_rows()`",
            )));
        }
        let on = joins.iter().filter(|_| of_joins).filter_map(|join| join.on.as_ref());
        let conditions = on.chain(filter);
        let single = conditions.clone().count() == 1;
        for (position, condition) in conditions.enumerate() {
            self.push(if position > 0 { " AND " } else { " WHERE " });
            self.operand(condition, if single { Level::Unknown } else { Level::And })?;
        }
        Ok(())
    }

    fn end_of_write(&mut self, narrowed: &Narrowed<'a>) -> Written {
        let Narrowed { verb, table, joins, order_by, limit, .. } = *narrowed;
        if order_by.is_empty() && limit.is_none() {
            return Ok(());
        }
        if !self.dialect.supports_limited_writes() {
            let hint =
                "say in the filter which rows: `.filter(id.in_select(select(id).order_by(..).limit(..)))`";
            return Err(self.unsupported(&format!("ORDER BY and LIMIT in {}", verb.to_uppercase()), hint));
        }
        if !joins.is_empty() {
            return Err(invalid(format!(
                "the {verb} of {table} joins other tables, and takes neither an order nor a limit; say in the \
                 filter which rows are meant",
            )));
        }
        self.order_by(order_by)?;
        self.limit(limit, None)
    }

    fn returning_joined(
        &mut self,
        verb: &str,
        supported: bool,
        narrowed: &Narrowed<'a>,
        items: &'a [SelectItem],
    ) -> Written {
        let Narrowed { table, joins, .. } = *narrowed;
        let visible = self.dialect.joined_writes() == JoinedWrites::FromAndUsing;
        if visible && !items.is_empty() {
            let start = self.scope.len();
            for join in joins {
                self.enter_item(&join.item, start)?;
            }
        }
        match self.returning(verb, supported, table, items) {
            Err(fault) if !joins.is_empty() && matches!(*fault, CompileError::TableNotInFrom { .. }) => {
                Err(self.not_returned(verb, joins, fault))
            }
            written => written,
        }
    }

    /// What a column in RETURNING is refused for, where its table is one of those joined.
    #[cold]
    fn not_returned(&self, verb: &str, joins: &[Join], fault: Fault) -> Fault {
        let names = joins.iter().filter_map(|join| ScopeTable::of_item(&join.item));
        match &*fault {
            CompileError::TableNotInFrom { table, .. }
                if names.into_iter().any(|known| known.name == table) =>
            {
                let hint = "read them with a SELECT in the same transaction";
                self.unsupported(&format!("columns of joined tables in {verb} … RETURNING"), hint)
            }
            _ => fault,
        }
    }

    pub(super) fn returning(
        &mut self,
        verb: &str,
        supported: bool,
        table: &'a TableName,
        items: &'a [SelectItem],
    ) -> Written {
        if items.is_empty() {
            return Ok(());
        }
        if !supported {
            let hint = "read the rows with a SELECT in the same transaction";
            return Err(self.unsupported(&format!("{verb} … RETURNING"), hint));
        }
        self.scope.push(ScopeTable::of(table));
        self.push(" RETURNING ");
        self.in_returning = true;
        self.items(items)?;
        self.in_returning = false;
        self.leave_scope(0);
        Ok(())
    }
}
