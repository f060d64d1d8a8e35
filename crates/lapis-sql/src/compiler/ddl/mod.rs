//! The schema into CREATE and DROP statements.
//!
//! Names are always quoted, constraints always named, and tables are created behind those they refer to.

mod column;
mod index;
mod sequence;
mod table;
mod types;

#[cfg(test)]
mod tests;

pub use index::{create_index, drop_index};
pub use sequence::{create_sequence, drop_sequence};
pub use table::{create_table, drop_table};

use crate::dialect::Dialect;
use crate::dialect::ddl::quote;
use crate::error::CompileError;
use crate::expr::TableName;
use crate::schema::{CreationOrder, ForeignKey, MetaData, NamingConvention, Sequence, Table};

/// The statements that create a schema, in order: sequences, enum types, tables with their indexes and
/// comments, and foreign keys that had to wait for their target.
///
/// With `if_not_exists`, what is there already stays as it is. Run them in one transaction where the database
/// can.
///
/// ```
/// use lapis_sql::compiler::ddl::create_all;
/// use lapis_sql::dialect::Sqlite;
/// use lapis_sql::schema::{ColumnDef, MetaData, Table};
/// use lapis_sql::types::ColumnType;
///
/// let mut metadata = MetaData::new();
/// metadata.add(
///     Table::build("tags")
///         .column(ColumnDef::new("id", ColumnType::BigInt).autoincrement())
///         .column(ColumnDef::new("name", ColumnType::String(50)))
///         .primary_key(["id"])
///         .unique(["name"]),
/// );
/// assert_eq!(
///     create_all(&metadata, &Sqlite, true)?,
///     [r#"CREATE TABLE IF NOT EXISTS "tags" (
///     "id" INTEGER PRIMARY KEY,
///     "name" VARCHAR(50) NOT NULL,
///     CONSTRAINT "uq_tags_name" UNIQUE ("name"),
///     CONSTRAINT "tags.name: at most 50 characters" CHECK (length("name") <= 50)
/// )"#]
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// # Errors
/// If the schema is not sound ([`MetaData::validate`]), asks for what the database does not have, or two of its
/// indexes would have one name.
pub fn create_all(
    metadata: &MetaData,
    dialect: &dyn Dialect,
    if_not_exists: bool,
) -> Result<Vec<String>, CompileError> {
    metadata.validate()?;
    let ddl = Ddl::of(metadata, dialect, if_not_exists);
    let order = CreationOrder::of(metadata.tables());
    ddl.check_index_names(&order.tables)?;
    let mut statements = ddl.create_sequences(metadata)?;
    for ty in types::enums(metadata)? {
        statements.extend(dialect.create_enum(ty, if_not_exists)?);
    }
    let suspended = if order.forward.is_empty() { None } else { dialect.suspend_foreign_keys() };
    statements.extend(suspended.map(|(before, _)| before.to_owned()));
    let waiting: &[_] = if dialect.references_before_creation() { &[] } else { &order.forward };
    for table in &order.tables {
        ddl.create_table(&mut statements, table, |key| {
            !waiting.iter().any(|(_, waiting)| std::ptr::eq(*waiting, key))
        })?;
    }
    for (table, key) in waiting {
        statements.push(ddl.add_foreign_key(table, key)?);
    }
    statements.extend(suspended.map(|(_, after)| after.to_owned()));
    Ok(statements)
}

/// The statements that drop a schema, in the order that foreign keys allow.
///
/// With `if_exists`, what is not there is passed over. Run them in one transaction where the database can: on
/// SQLite, tables that refer to each other can only be dropped in one.
///
/// # Errors
/// If the schema is not sound, or a name cannot be quoted.
pub fn drop_all(
    metadata: &MetaData,
    dialect: &dyn Dialect,
    if_exists: bool,
) -> Result<Vec<String>, CompileError> {
    metadata.validate()?;
    let ddl = Ddl::of(metadata, dialect, if_exists);
    let order = CreationOrder::of(metadata.tables());
    let mut statements = Vec::new();
    let suspended = if order.forward.is_empty() { None } else { dialect.suspend_foreign_keys() };
    statements.extend(suspended.map(|(before, _)| before.to_owned()));
    if !dialect.references_before_creation() {
        for (table, key) in &order.forward {
            statements.push(ddl.drop_foreign_key(table, key)?);
        }
    }
    for table in order.tables.iter().rev() {
        statements.push(drop_table(&table.name, dialect, if_exists)?);
        for sequence in ddl.sequences_of(table) {
            statements.push(drop_sequence(sequence, dialect, if_exists)?);
        }
    }
    statements.extend(suspended.map(|(_, after)| after.to_owned()));
    for ty in types::enums(metadata)? {
        statements.extend(dialect.drop_enum(ty, if_exists)?);
    }
    if dialect.supports_sequences() {
        for sequence in metadata.sequences() {
            statements.push(drop_sequence(sequence, dialect, if_exists)?);
        }
    }
    Ok(statements)
}

/// What every schema statement is written with.
struct Ddl<'a> {
    dialect: &'a dyn Dialect,
    naming: &'a NamingConvention,
    /// Sequences that stand by themselves, and are not made along with a column.
    sequences: &'a [Sequence],
    /// `IF NOT EXISTS`, or `IF EXISTS`.
    lenient: bool,
}

impl<'a> Ddl<'a> {
    fn of(metadata: &'a MetaData, dialect: &'a dyn Dialect, lenient: bool) -> Self {
        Self { dialect, naming: metadata.naming(), sequences: metadata.sequences(), lenient }
    }

    fn name(&self, sql: &mut String, name: &str) -> Result<(), CompileError> {
        quote(self.dialect, sql, name)
    }

    fn table_name(&self, sql: &mut String, table: &TableName) -> Result<(), CompileError> {
        qualified(self.dialect, sql, table.schema.as_deref(), &table.name)
    }

    /// Writes `("a", "b")`.
    fn names<N: AsRef<str>>(&self, sql: &mut String, names: &[N]) -> Result<(), CompileError> {
        for (position, name) in names.iter().enumerate() {
            sql.push_str(if position == 0 { "(" } else { ", " });
            self.name(sql, name.as_ref())?;
        }
        sql.push(')');
        Ok(())
    }

    fn limit(&self) -> usize {
        self.dialect.max_identifier_length()
    }

    fn add_foreign_key(&self, table: &Table, key: &ForeignKey) -> Result<String, CompileError> {
        let mut sql = String::from("ALTER TABLE ");
        self.table_name(&mut sql, &table.name)?;
        sql.push_str(" ADD ");
        self.foreign_key(&mut sql, table, key)?;
        Ok(if self.lenient { self.dialect.unless_exists(sql) } else { sql })
    }

    fn drop_foreign_key(&self, table: &Table, key: &ForeignKey) -> Result<String, CompileError> {
        let if_exists = if self.lenient { "IF EXISTS " } else { "" };
        let mut sql = format!("ALTER TABLE {if_exists}");
        self.table_name(&mut sql, &table.name)?;
        sql.push_str(" DROP CONSTRAINT ");
        sql.push_str(if_exists);
        self.name(&mut sql, &self.naming.foreign_key_name(table, key, self.limit()))?;
        Ok(sql)
    }

    #[cold]
    fn unsupported(&self, feature: impl Into<String>, hint: &str) -> CompileError {
        unsupported(self.dialect, feature, hint)
    }
}

#[cold]
fn unsupported(dialect: &dyn Dialect, feature: impl Into<String>, hint: &str) -> CompileError {
    CompileError::Unsupported { dialect: dialect.name(), feature: feature.into(), hint: hint.to_owned() }
}

/// Writes a name, behind its schema where it has one.
fn qualified(
    dialect: &dyn Dialect,
    sql: &mut String,
    schema: Option<&str>,
    name: &str,
) -> Result<(), CompileError> {
    if let Some(schema) = schema {
        quote(dialect, sql, schema)?;
        sql.push('.');
    }
    quote(dialect, sql, name)
}
