//! `CREATE TABLE`.

use std::fmt::Write;

use super::{Ddl, create_sequence};
use crate::Name;
use crate::dialect::{AutoIncrementSyntax, CommentSyntax, Dialect};
use crate::error::CompileError;
use crate::expr::TableName;
use crate::schema::{AutoIncrement, ForeignKey, LengthCheck, NamingConvention, ReferentialAction, Table};
use crate::types::ColumnType;
use crate::value::Value;

/// The statements that create one table with its indexes and comments, and with the sequence that numbers it where
/// that stands by itself (MariaDB).
///
/// # Errors
/// If the table is not sound ([`Table::validate`]), or asks for what the database does not have.
pub fn create_table(
    table: &Table,
    naming: &NamingConvention,
    dialect: &dyn Dialect,
    if_not_exists: bool,
) -> Result<Vec<String>, CompileError> {
    table.validate()?;
    let mut statements = Vec::new();
    let ddl = Ddl { dialect, naming, sequences: &[], lenient: if_not_exists };
    ddl.create_table(&mut statements, table, |_| true)?;
    Ok(statements)
}

/// The statement that drops a table. A sequence that stands by itself is left: [`drop_sequence`](super::drop_sequence)
/// drops it.
///
/// # Errors
/// If its name cannot be quoted.
pub fn drop_table(
    table: &TableName,
    dialect: &dyn Dialect,
    if_exists: bool,
) -> Result<String, CompileError> {
    let mut sql = String::from(if if_exists { "DROP TABLE IF EXISTS " } else { "DROP TABLE " });
    super::qualified(dialect, &mut sql, table.schema.as_deref(), &table.name)?;
    Ok(sql)
}

impl Ddl<'_> {
    /// Writes the statements of a table with those of its foreign keys that are to be in it.
    pub(super) fn create_table(
        &self,
        statements: &mut Vec<String>,
        table: &Table,
        with: impl Fn(&ForeignKey) -> bool,
    ) -> Result<(), CompileError> {
        for sequence in self.sequences_of(table) {
            statements.push(create_sequence(sequence, self.dialect, self.lenient)?);
        }
        let mut sql = String::with_capacity(64 + 48 * table.columns.len());
        sql.push_str(if self.lenient { "CREATE TABLE IF NOT EXISTS " } else { "CREATE TABLE " });
        self.table_name(&mut sql, &table.name)?;
        sql.push_str(" (");
        let mut separator = "\n    ";
        let mut next = |sql: &mut String| sql.push_str(std::mem::replace(&mut separator, ",\n    "));
        for column in &table.columns {
            next(&mut sql);
            self.column(&mut sql, table, column)?;
        }
        if !table.primary_key.is_empty() && !self.has_row_id(table) {
            next(&mut sql);
            self.constraint(&mut sql, &self.naming.primary_key_name(table, self.limit()))?;
            sql.push_str("PRIMARY KEY ");
            self.names(&mut sql, &table.primary_key)?;
        }
        for unique in &table.uniques {
            next(&mut sql);
            self.constraint(&mut sql, &self.naming.unique_name(table, unique, self.limit()))?;
            sql.push_str("UNIQUE ");
            self.names(&mut sql, &unique.columns)?;
        }
        for (position, check) in table.checks.iter().enumerate() {
            next(&mut sql);
            self.constraint(&mut sql, &self.naming.check_name(table, check, position, self.limit()))?;
            // Writing to a string cannot fail.
            let _ = write!(sql, "CHECK ({})", check.sql);
        }
        for column in &table.columns {
            match &column.ty {
                ColumnType::Enum(ty) if self.dialect.enum_needs_check(ty) => {
                    next(&mut sql);
                    self.enum_check(&mut sql, table, &column.name, &ty.values)?;
                }
                ColumnType::String(length) if !self.dialect.enforces_length() => {
                    next(&mut sql);
                    self.length_check(&mut sql, table, &column.name, *length)?;
                }
                _ => {}
            }
        }
        for key in table.foreign_keys.iter().filter(|key| with(key)) {
            next(&mut sql);
            self.foreign_key(&mut sql, table, key)?;
        }
        if self.dialect.indexes_in_table() {
            for index in &table.indexes {
                next(&mut sql);
                self.index_in_table(&mut sql, table, index)?;
            }
        }
        sql.push_str("\n)");
        self.table_options(&mut sql, table)?;
        statements.push(sql);
        self.behind_table(statements, table)
    }

    /// What follows CREATE TABLE: first numbers, indexes, comments.
    fn behind_table(&self, statements: &mut Vec<String>, table: &Table) -> Result<(), CompileError> {
        if let Some(start) = self.first_number(table) {
            statements.extend(self.dialect.start_numbering(&table.name, start)?);
        }
        if !self.dialect.indexes_in_table() {
            for index in &table.indexes {
                statements.push(self.create_index(table, index)?);
            }
        }
        if self.dialect.comments() == CommentSyntax::Statement {
            self.comments(statements, table)?;
        }
        Ok(())
    }

    fn constraint(&self, sql: &mut String, name: &str) -> Result<(), CompileError> {
        sql.push_str("CONSTRAINT ");
        self.name(sql, name)?;
        sql.push(' ');
        Ok(())
    }

    fn enum_check(
        &self,
        sql: &mut String,
        table: &Table,
        column: &str,
        values: &[Name],
    ) -> Result<(), CompileError> {
        self.constraint(sql, &self.naming.enum_check_name(table, column, self.limit()))?;
        sql.push_str("CHECK (");
        self.name(sql, column)?;
        for (position, value) in values.iter().enumerate() {
            sql.push_str(if position == 0 { " IN (" } else { ", " });
            self.dialect.write_literal(sql, &Value::Text(value.as_ref().into()))?;
        }
        sql.push_str("))");
        Ok(())
    }

    fn length_check(
        &self,
        sql: &mut String,
        table: &Table,
        column: &str,
        length: u32,
    ) -> Result<(), CompileError> {
        let checked = format!("{}.{column}", table.name.name);
        self.constraint(sql, &LengthCheck { column: &checked, length }.to_string())?;
        sql.push_str("CHECK (length(");
        self.name(sql, column)?;
        // Writing to a string cannot fail.
        let _ = write!(sql, ") <= {length})");
        Ok(())
    }

    pub(super) fn foreign_key(
        &self,
        sql: &mut String,
        table: &Table,
        key: &ForeignKey,
    ) -> Result<(), CompileError> {
        self.constraint(sql, &self.naming.foreign_key_name(table, key, self.limit()))?;
        sql.push_str("FOREIGN KEY ");
        self.names(sql, &key.columns)?;
        sql.push_str(" REFERENCES ");
        let to_current = table.name.schema.is_some() && key.target.schema.is_none();
        if to_current && !self.dialect.references_current_schema() {
            let feature =
                format!("a foreign key from {} to {} of the current schema", table.name, key.target);
            return Err(self.unsupported(feature, "give both tables a schema"));
        }
        if self.dialect.references_across_schemas() {
            self.table_name(sql, &key.target)?;
        } else if key.target.schema == table.name.schema {
            self.name(sql, &key.target.name)?;
        } else {
            let feature = format!("a foreign key from {} to {}", table.name, key.target);
            return Err(self.unsupported(feature, "keep both tables in one schema"));
        }
        sql.push(' ');
        self.names(sql, &key.target_columns)?;
        self.action(sql, " ON DELETE ", key.on_delete)?;
        self.action(sql, " ON UPDATE ", key.on_update)
    }

    fn action(&self, sql: &mut String, event: &str, action: ReferentialAction) -> Result<(), CompileError> {
        let words = match action {
            ReferentialAction::NoAction => return Ok(()),
            ReferentialAction::Restrict => "RESTRICT",
            ReferentialAction::Cascade => "CASCADE",
            ReferentialAction::SetNull => "SET NULL",
            ReferentialAction::SetDefault => "SET DEFAULT",
        };
        if !self.dialect.supports_referential_action(action) {
            let feature = format!("{words} on a foreign key");
            return Err(self.unsupported(feature, "cascade, restrict or set NULL"));
        }
        sql.push_str(event);
        sql.push_str(words);
        Ok(())
    }

    /// Whether the primary key stands at its column.
    fn has_row_id(&self, table: &Table) -> bool {
        self.dialect.autoincrement() == AutoIncrementSyntax::RowId
            && table.columns.iter().any(|column| column.autoincrement.is_some())
    }

    fn table_options(&self, sql: &mut String, table: &Table) -> Result<(), CompileError> {
        if let (AutoIncrementSyntax::Keyword, Some(start)) =
            (self.dialect.autoincrement(), self.first_number(table))
        {
            // Writing to a string cannot fail.
            let _ = write!(sql, " AUTO_INCREMENT = {start}");
        }
        sql.push_str(self.dialect.table_options());
        match (&table.comment, self.dialect.comments()) {
            (Some(comment), CommentSyntax::Inline) => self.inline_comment(sql, " COMMENT = ", comment),
            _ => Ok(()),
        }
    }

    fn comments(&self, statements: &mut Vec<String>, table: &Table) -> Result<(), CompileError> {
        if let Some(comment) = &table.comment {
            let mut sql = String::from("COMMENT ON TABLE ");
            self.table_name(&mut sql, &table.name)?;
            sql.push_str(" IS ");
            self.dialect.write_literal(&mut sql, &Value::Text(comment.as_ref().into()))?;
            statements.push(sql);
        }
        for column in &table.columns {
            let Some(comment) = &column.comment else { continue };
            let mut sql = String::from("COMMENT ON COLUMN ");
            self.table_name(&mut sql, &table.name)?;
            sql.push('.');
            self.name(&mut sql, &column.name)?;
            sql.push_str(" IS ");
            self.dialect.write_literal(&mut sql, &Value::Text(comment.as_ref().into()))?;
            statements.push(sql);
        }
        Ok(())
    }

    /// The number that a table's own numbering starts at, where it is not 1.
    fn first_number(&self, table: &Table) -> Option<i64> {
        table.columns.iter().find_map(|column| match &column.autoincrement {
            Some(AutoIncrement::Sequence(sequence))
                if sequence.start != 1 && !self.dialect.numbers_by_sequence(sequence) =>
            {
                Some(sequence.start)
            }
            _ => None,
        })
    }
}
