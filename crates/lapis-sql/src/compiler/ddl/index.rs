//! `CREATE INDEX`.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Ddl, qualified, unsupported};
use crate::dialect::Dialect;
use crate::error::CompileError;
use crate::schema::{Index, NamingConvention, Table};

/// The statement that creates an index on a table that is there.
///
/// # Errors
/// If the database has no partial indexes, or no `IF NOT EXISTS` for indexes, and one is asked for.
pub fn create_index(
    table: &Table,
    index: &Index,
    naming: &NamingConvention,
    dialect: &dyn Dialect,
    if_not_exists: bool,
) -> Result<String, CompileError> {
    if if_not_exists && dialect.indexes_in_table() {
        let hint = "look the index up first, or create it with its table";
        return Err(unsupported(dialect, "CREATE INDEX IF NOT EXISTS", hint));
    }
    Ddl { dialect, naming, sequences: &[], lenient: if_not_exists }.create_index(table, index)
}

/// The statement that drops an index.
///
/// # Errors
/// If the database has no `IF EXISTS` for indexes, and it is asked for.
pub fn drop_index(
    table: &Table,
    index: &Index,
    naming: &NamingConvention,
    dialect: &dyn Dialect,
    if_exists: bool,
) -> Result<String, CompileError> {
    let of_table = dialect.indexes_in_table();
    if if_exists && of_table {
        return Err(unsupported(dialect, "DROP INDEX IF EXISTS", "look the index up first"));
    }
    let ddl = Ddl { dialect, naming, sequences: &[], lenient: if_exists };
    let mut sql = String::from(if if_exists { "DROP INDEX IF EXISTS " } else { "DROP INDEX " });
    let name = naming.index_name(table, index, ddl.limit());
    if of_table {
        ddl.name(&mut sql, &name)?;
        sql.push_str(" ON ");
        ddl.table_name(&mut sql, &table.name)?;
    } else {
        qualified(dialect, &mut sql, table.name.schema.as_deref(), &name)?;
    }
    Ok(sql)
}

impl Ddl<'_> {
    /// Refuses two indexes of one name: the second would be taken for the first, and not be there.
    pub(super) fn check_index_names(&self, tables: &[&Arc<Table>]) -> Result<(), CompileError> {
        let of_table = self.dialect.indexes_in_table();
        let mut seen = HashMap::new();
        for table in tables {
            for index in &table.indexes {
                let name = self.naming.index_name(table, index, self.limit());
                let place = (table.name.schema.as_deref(), of_table.then_some(&*table.name.name));
                if let Some(other) = seen.insert((place, name.clone()), &table.name) {
                    return Err(CompileError::Invalid(format!(
                        "table {}: there is another index called {name}, of table {other}; give one of the two a name \
                         of its own",
                        table.name
                    )));
                }
            }
        }
        Ok(())
    }

    pub(super) fn create_index(&self, table: &Table, index: &Index) -> Result<String, CompileError> {
        let mut sql = String::from(if index.unique { "CREATE UNIQUE INDEX " } else { "CREATE INDEX " });
        sql.push_str(if self.lenient { "IF NOT EXISTS " } else { "" });
        let name = self.naming.index_name(table, index, self.limit());
        if self.dialect.qualifies_index_name() {
            qualified(self.dialect, &mut sql, table.name.schema.as_deref(), &name)?;
            sql.push_str(" ON ");
            self.name(&mut sql, &table.name.name)?;
        } else {
            self.name(&mut sql, &name)?;
            sql.push_str(" ON ");
            self.table_name(&mut sql, &table.name)?;
        }
        sql.push(' ');
        self.names(&mut sql, &index.columns)?;
        if let Some(predicate) = &index.predicate {
            self.check_partial()?;
            sql.push_str(" WHERE ");
            sql.push_str(predicate);
        }
        Ok(sql)
    }

    /// Writes an index within CREATE TABLE.
    pub(super) fn index_in_table(
        &self,
        sql: &mut String,
        table: &Table,
        index: &Index,
    ) -> Result<(), CompileError> {
        if index.predicate.is_some() {
            self.check_partial()?;
        }
        sql.push_str(if index.unique { "UNIQUE INDEX " } else { "INDEX " });
        self.name(sql, &self.naming.index_name(table, index, self.limit()))?;
        sql.push(' ');
        self.names(sql, &index.columns)
    }

    fn check_partial(&self) -> Result<(), CompileError> {
        if self.dialect.supports_partial_indexes() {
            return Ok(());
        }
        Err(self
            .unsupported("partial indexes", "index all rows, or a computed column that is NULL elsewhere"))
    }
}
