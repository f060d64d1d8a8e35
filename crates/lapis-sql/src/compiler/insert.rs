//! `INSERT`.

use super::writer::{Fault, SqlWriter, Written, invalid};
use crate::expr::Node;
use crate::statement::{CommonTable, InsertSource, InsertStatement};

impl<'a> SqlWriter<'a, '_> {
    pub(super) fn insert(&mut self, insert: &'a InsertStatement) -> Written {
        let with = self.with_before_insert(insert)?;
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
                    Some(_) => self.select_before_on_conflict(with, select)?,
                    None => self.select_with(with, select)?,
                }
            }
        }
        if let Some(conflict) = &insert.on_conflict {
            self.on_conflict(insert, conflict)?;
        }
        let supported = self.dialect.supports_insert_returning();
        self.returning("INSERT", supported, &insert.table, &insert.returning)
    }

    /// Writes the statement's WITH, or gives it back where it has to stand before its query.
    fn with_before_insert(&mut self, insert: &'a InsertStatement) -> Result<&'a [CommonTable], Fault> {
        if insert.with.is_empty() || self.dialect.with_syntax().before_insert {
            self.common_tables(&[], &insert.with)?;
            return Ok(&[]);
        }
        match &insert.source {
            InsertSource::Select(_) => Ok(&insert.with),
            InsertSource::Values(_) | InsertSource::NoRows => {
                let hint = "insert the rows of a query, or write the values' subqueries out";
                Err(self.unsupported("WITH beside inserted VALUES", hint))
            }
        }
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
}
