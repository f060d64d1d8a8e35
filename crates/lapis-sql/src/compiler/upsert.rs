//! `ON CONFLICT` and `ON DUPLICATE KEY UPDATE`.

use super::set_operation::stands_alone;
use super::writer::{ScopeTable, SqlWriter, Written, invalid};
use crate::dialect::UpsertSyntax;
use crate::expr::Node;
use crate::statement::{
    CommonTable, ConflictAction, ConflictTarget, ConflictValues, InsertStatement, OnConflict,
    SelectStatement,
};

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn on_conflict(&mut self, insert: &'a InsertStatement, conflict: &'a OnConflict) -> Written {
        if insert.columns.is_empty() {
            return Err(invalid(format!(
                "the insert into {} names no columns that could conflict; name those that it gives values",
                insert.table,
            )));
        }
        if matches!(&conflict.target, ConflictTarget::Columns { columns, .. } if columns.is_empty()) {
            return Err(invalid(format!(
                "the upsert into {} names no column of a key; name them, or say `.on_any_conflict()`",
                insert.table,
            )));
        }
        self.scope.push(ScopeTable::of(&insert.table));
        match self.dialect.upsert() {
            UpsertSyntax::OnConflict { by_constraint, update_needs_target, .. } => {
                self.push(" ON CONFLICT");
                self.conflict_target(&conflict.target, by_constraint)?;
                match &conflict.action {
                    ConflictAction::Nothing => self.push(" DO NOTHING"),
                    ConflictAction::Update { .. }
                        if update_needs_target && conflict.target == ConflictTarget::Any =>
                    {
                        let hint = "name the key's columns with `.on_conflict(..)`";
                        return Err(self.unsupported("an update on any conflict", hint));
                    }
                    ConflictAction::Update { values, filter } => {
                        self.push(" DO UPDATE SET ");
                        self.conflict_values(insert, conflict, values)?;
                        if let Some(filter) = filter {
                            self.push(" WHERE ");
                            self.updating_conflict(filter)?;
                        }
                    }
                }
            }
            UpsertSyntax::OnDuplicateKey => {
                self.push(" ON DUPLICATE KEY UPDATE ");
                self.on_duplicate_key(insert, conflict)?;
            }
        }
        self.leave_scope(0);
        Ok(())
    }

    fn conflict_target(&mut self, target: &'a ConflictTarget, by_constraint: bool) -> Written {
        match target {
            ConflictTarget::Any => {}
            ConflictTarget::Columns { columns, predicate } => {
                self.push(" ");
                self.column_names(columns)?;
                if let Some(predicate) = predicate {
                    self.push(" WHERE ");
                    self.index_predicate(predicate)?;
                }
            }
            ConflictTarget::Constraint(name) if by_constraint => {
                self.push(" ON CONSTRAINT ");
                self.identifier(name)?;
            }
            ConflictTarget::Constraint(name) => return Err(self.constraint_by_name(name)),
        }
        Ok(())
    }

    /// It has to be that of the index as the database knows it, of which no parameter is.
    fn index_predicate(&mut self, predicate: &'a Node) -> Written {
        let (inline, bare_columns) = (self.inline, self.bare_columns);
        (self.inline, self.bare_columns) = (true, true);
        let written = self.node(predicate);
        (self.inline, self.bare_columns) = (inline, bare_columns);
        written
    }

    fn on_duplicate_key(&mut self, insert: &'a InsertStatement, conflict: &'a OnConflict) -> Written {
        match &conflict.target {
            ConflictTarget::Columns { predicate: Some(_), .. } => {
                let hint = "let the key be of all rows, of a computed column that is NULL elsewhere";
                return Err(self.unsupported("an upsert on a partial index", hint));
            }
            ConflictTarget::Constraint(name) => return Err(self.constraint_by_name(name)),
            ConflictTarget::Any | ConflictTarget::Columns { .. } => {}
        }
        match &conflict.action {
            ConflictAction::Nothing
                if insert.returning.is_empty() || !self.dialect.supports_insert_returning() =>
            {
                // A column that is given a value is none that the database computes.
                let column = &insert.columns[0];
                self.identifier(column)?;
                self.push(" = ");
                self.table_name(&insert.table)?;
                self.push(".");
                self.identifier(column)
            }
            ConflictAction::Nothing => {
                let hint = "it would return the rows that were there too; read the rows with a SELECT";
                Err(self.unsupported("RETURNING of an insert that does nothing on a conflict", hint))
            }
            ConflictAction::Update { filter: Some(_), .. } => {
                let hint = "let the values decide: `case().when(condition, new).otherwise(old)`";
                Err(self.unsupported("a condition on the update of an upsert", hint))
            }
            ConflictAction::Update { values, filter: None } => {
                self.conflict_values(insert, conflict, values)
            }
        }
    }

    fn conflict_values(
        &mut self,
        insert: &'a InsertStatement,
        conflict: &'a OnConflict,
        values: &'a ConflictValues,
    ) -> Written {
        let mut written = 0;
        match values {
            ConflictValues::Assigned(assignments) => {
                for (column, value) in assignments {
                    self.push(if written > 0 { ", " } else { "" });
                    self.identifier(column)?;
                    self.push(" = ");
                    self.updating_conflict(value)?;
                    written += 1;
                }
            }
            ConflictValues::Inserted => {
                let key = match &conflict.target {
                    ConflictTarget::Columns { columns, .. } => columns.as_slice(),
                    _ => &[],
                };
                for column in insert.columns.iter().filter(|column| !key.contains(column)) {
                    self.push(if written > 0 { ", " } else { "" });
                    self.identifier(column)?;
                    self.push(" = ");
                    self.excluded_column(column)?;
                    written += 1;
                }
            }
        }
        if written == 0 {
            return Err(invalid(format!(
                "the upsert into {} updates no column; say `.do_nothing()` where that is meant",
                insert.table,
            )));
        }
        Ok(())
    }

    /// Where `excluded` means something.
    fn updating_conflict(&mut self, node: &'a Node) -> Written {
        self.in_upsert = true;
        let written = self.node(node);
        self.in_upsert = false;
        written
    }

    pub(super) fn excluded(&mut self, column: &'a str) -> Written {
        if !self.in_upsert {
            return Err(invalid(format!(
                "excluded.{column} stands outside of an upsert's `.do_update(..)`, where nothing is to be inserted",
            )));
        }
        // MariaDB 10.11 does not take `VALUES(…)` there, and under the name `VALUE(…)`, which it takes, keeps the
        // result for the first row for all others.
        if self.subqueries > 0 && self.dialect.upsert() == UpsertSyntax::OnDuplicateKey {
            let hint = "ask in the query whose rows are inserted, and take what it gives from a column";
            return Err(self.unsupported(&format!("excluded.{column} within a subquery"), hint));
        }
        self.excluded_column(column)
    }

    fn excluded_column(&mut self, column: &'a str) -> Written {
        let (before, after) = match self.dialect.upsert() {
            UpsertSyntax::OnConflict { .. } => ("excluded.", ""),
            UpsertSyntax::OnDuplicateKey => ("VALUES(", ")"),
        };
        self.push(before);
        self.identifier(column)?;
        self.push(after);
        Ok(())
    }

    /// Behind a query that ends with its tables, SQLite takes `ON` for that of a join.
    pub(super) fn select_before_on_conflict(
        &mut self,
        with: &'a [CommonTable],
        select: &'a SelectStatement,
    ) -> Written {
        self.select_with(with, select)?;
        if let UpsertSyntax::OnConflict { select_needs_where: true, .. } = self.dialect.upsert()
            && ends_with_tables(select)
        {
            self.push(" WHERE ");
            self.push(self.dialect.boolean(true));
        }
        Ok(())
    }

    #[cold]
    fn constraint_by_name(&self, name: &str) -> super::writer::Fault {
        let feature = format!("the conflict of a constraint by its name ({name})");
        self.unsupported(&feature, "name the key's columns with `.on_conflict(..)`")
    }
}

/// Whether nothing is written behind the tables of a query, or of the last part of a set operation.
fn ends_with_tables(select: &SelectStatement) -> bool {
    let last = select.set_operation.as_ref().and_then(|set| set.parts.last());
    select.filter.is_none()
        && select.group_by.is_empty()
        && select.having.is_none()
        && select.windows.is_empty()
        && select.order_by.is_empty()
        && select.limit.or(select.offset).is_none()
        && last.is_none_or(|last| !stands_alone(last) || ends_with_tables(last))
}
