//! `CREATE SEQUENCE`.

use std::fmt::Write;

use super::{Ddl, qualified, unsupported};
use crate::dialect::Dialect;
use crate::error::CompileError;
use crate::schema::{AutoIncrement, ColumnDef, MetaData, Sequence, Table};

/// The statement that creates a sequence.
///
/// # Errors
/// If the database has no sequences, or this one has no name.
pub fn create_sequence(
    sequence: &Sequence,
    dialect: &dyn Dialect,
    if_not_exists: bool,
) -> Result<String, CompileError> {
    let mut sql = String::from("CREATE SEQUENCE ");
    sql.push_str(if if_not_exists { "IF NOT EXISTS " } else { "" });
    sequence_name(dialect, &mut sql, sequence)?;
    sql.push(' ');
    numbering(&mut sql, sequence);
    Ok(sql)
}

/// The statement that drops a sequence.
///
/// # Errors
/// If the database has no sequences, or this one has no name.
pub fn drop_sequence(
    sequence: &Sequence,
    dialect: &dyn Dialect,
    if_exists: bool,
) -> Result<String, CompileError> {
    let mut sql = String::from("DROP SEQUENCE ");
    sql.push_str(if if_exists { "IF EXISTS " } else { "" });
    sequence_name(dialect, &mut sql, sequence)?;
    Ok(sql)
}

pub(super) fn sequence_name(
    dialect: &dyn Dialect,
    sql: &mut String,
    sequence: &Sequence,
) -> Result<(), CompileError> {
    if !dialect.supports_sequences() {
        let hint = "number a column with `autoincrement`, which may have a first number";
        return Err(unsupported(dialect, "sequences", hint));
    }
    let name = sequence.name.as_deref().unwrap_or_default();
    qualified(dialect, sql, sequence.schema.as_deref(), name)
}

/// Writes `START WITH 1 INCREMENT BY 1`.
pub(super) fn numbering(sql: &mut String, sequence: &Sequence) {
    // Writing to a string cannot fail.
    let _ = write!(sql, "START WITH {} INCREMENT BY {}", sequence.start, sequence.increment);
}

impl Ddl<'_> {
    pub(super) fn is_declared(&self, sequence: &Sequence) -> bool {
        self.sequences.iter().any(|declared| declared.same_name(sequence))
    }

    /// The sequence that stands by itself and numbers this column alone, or with others.
    pub(super) fn own_sequence<'c>(&self, column: &'c ColumnDef) -> Option<&'c Sequence> {
        match &column.autoincrement {
            Some(AutoIncrement::Sequence(sequence)) if self.dialect.numbers_by_sequence(sequence) => {
                Some(sequence)
            }
            _ => None,
        }
    }

    /// The sequences that are made and dropped along with a table.
    pub(super) fn sequences_of<'t>(&self, table: &'t Table) -> impl Iterator<Item = &'t Sequence> {
        let own = table.columns.iter().filter_map(|column| self.own_sequence(column));
        own.filter(|sequence| !self.is_declared(sequence))
    }

    /// Where there are no sequences, one that a single column uses is that column's own numbering.
    pub(super) fn create_sequences(&self, metadata: &MetaData) -> Result<Vec<String>, CompileError> {
        let mut statements = Vec::new();
        for sequence in self.sequences {
            if self.dialect.supports_sequences() {
                statements.push(create_sequence(sequence, self.dialect, self.lenient)?);
                continue;
            }
            let columns = metadata.tables().iter().flat_map(|table| &table.columns);
            let users = columns.filter(|column| {
                matches!(&column.autoincrement, Some(AutoIncrement::Sequence(own)) if own.same_name(sequence))
            });
            if users.count() != 1 {
                let feature = format!("sequence {}", sequence.name.as_deref().unwrap_or_default());
                let hint = "it has no sequences; only one that a single column uses is honoured";
                return Err(self.unsupported(feature, hint));
            }
        }
        Ok(statements)
    }
}
