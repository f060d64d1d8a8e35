//! `INSERT`, `UPDATE` and `DELETE`.

use super::writer::{ScopeTable, SqlWriter, Written, invalid};
use crate::Name;
use crate::expr::{Node, TableName};
use crate::statement::{DeleteStatement, InsertSource, InsertStatement, SelectItem, UpdateStatement};

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn insert(&mut self, insert: &'a InsertStatement) -> Written {
        self.push("INSERT INTO ");
        self.table_name(&insert.table)?;
        self.push(" ");
        match &insert.source {
            InsertSource::Values(rows) if insert.columns.is_empty() => {
                if rows.len() > 1 {
                    return Err(invalid(format!(
                        "{} rows without a value cannot be inserted into {} at once; insert them one by one",
                        rows.len(),
                        insert.table,
                    )));
                }
                self.push(self.dialect.default_values());
            }
            InsertSource::Values(rows) => {
                self.column_names(&insert.columns)?;
                self.push(" VALUES ");
                self.rows(insert, rows)?;
            }
            InsertSource::NoRows => {
                return Err(invalid(format!(
                    "the insert into {} is given an empty list of rows; leave it out where there are none",
                    insert.table,
                )));
            }
            InsertSource::Select(select) => {
                if !insert.columns.is_empty() {
                    let selected = select.output_items().len();
                    if insert.columns.len() != selected {
                        return Err(invalid(format!(
                            "the insert into {} has {} columns, and its query selects {}",
                            insert.table,
                            insert.columns.len(),
                            selected,
                        )));
                    }
                    self.column_names(&insert.columns)?;
                    self.push(" ");
                }
                match &insert.on_conflict {
                    Some(_) => self.select_before_on_conflict(select)?,
                    None => self.select(select)?,
                }
            }
        }
        if let Some(conflict) = &insert.on_conflict {
            self.on_conflict(insert, conflict)?;
        }
        let supported = self.dialect.supports_insert_returning();
        self.returning("INSERT", supported, &insert.table, &insert.returning)
    }

    /// Writes `("a", "b")`.
    pub(super) fn column_names(&mut self, columns: &'a [Name]) -> Written {
        for (position, column) in columns.iter().enumerate() {
            self.push(if position > 0 { ", " } else { "(" });
            self.identifier(column)?;
        }
        self.push(")");
        Ok(())
    }

    fn rows(&mut self, insert: &'a InsertStatement, rows: &'a [Vec<Node>]) -> Written {
        for (position, row) in rows.iter().enumerate() {
            if row.len() != insert.columns.len() {
                return Err(invalid(format!(
                    "row {} of the insert into {} has {} values for {} columns",
                    position + 1,
                    insert.table,
                    row.len(),
                    insert.columns.len(),
                )));
            }
            self.push(if position > 0 { ", (" } else { "(" });
            self.comma_separated(row)?;
            self.push(")");
        }
        Ok(())
    }

    pub(super) fn update(&mut self, update: &'a UpdateStatement) -> Written {
        if update.assignments.is_empty() {
            return Err(invalid(format!("the update of {} sets no column", update.table)));
        }
        self.scope.push(ScopeTable::of(&update.table));
        self.push("UPDATE ");
        self.table_name(&update.table)?;
        for (position, (column, value)) in update.assignments.iter().enumerate() {
            self.push(if position > 0 { ", " } else { " SET " });
            self.identifier(column)?;
            self.push(" = ");
            self.node(value)?;
        }
        self.filter("update", &update.table, update.filter.as_ref(), update.all_rows)?;
        self.leave_scope(0);
        let supported = self.dialect.supports_update_returning();
        self.returning("UPDATE", supported, &update.table, &update.returning)
    }

    pub(super) fn delete(&mut self, delete: &'a DeleteStatement) -> Written {
        self.scope.push(ScopeTable::of(&delete.table));
        self.push("DELETE FROM ");
        self.table_name(&delete.table)?;
        self.filter("delete", &delete.table, delete.filter.as_ref(), delete.all_rows)?;
        self.leave_scope(0);
        let supported = self.dialect.supports_delete_returning();
        self.returning("DELETE", supported, &delete.table, &delete.returning)
    }

    fn filter(
        &mut self,
        verb: &str,
        table: &TableName,
        filter: Option<&'a Node>,
        all_rows: bool,
    ) -> Written {
        match filter {
            Some(filter) => {
                self.push(" WHERE ");
                self.node(filter)
            }
            None if all_rows => Ok(()),
            None => Err(invalid(format!(
                "the {verb} of {table} has no filter and would touch every row; filter it, or say `.all_rows()`",
            ))),
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
