//! A set of tables that belong together.

use std::sync::Arc;

use super::{Sequence, Table};
use crate::Name;

/// A set of tables that belong together, and the rule by which their constraints are named.
#[derive(Debug, Clone, Default)]
pub struct MetaData {
    tables: Vec<Arc<Table>>,
    sequences: Vec<Sequence>,
    naming: NamingConvention,
}

/// How constraints and indexes without a name are named, as templates over `{table}` and `{columns}` (and
/// `{target}` for foreign keys, `{name}` for checks).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingConvention {
    /// Primary keys: `pk_{table}`.
    pub primary_key: Name,
    /// Foreign keys: `fk_{table}_{columns}_{target}`.
    pub foreign_key: Name,
    /// Unique constraints: `uq_{table}_{columns}`.
    pub unique: Name,
    /// Check constraints: `ck_{table}_{name}`.
    pub check: Name,
    /// Indexes: `ix_{table}_{columns}`.
    pub index: Name,
}

impl Default for NamingConvention {
    fn default() -> Self {
        Self {
            primary_key: Name::Borrowed("pk_{table}"),
            foreign_key: Name::Borrowed("fk_{table}_{columns}_{target}"),
            unique: Name::Borrowed("uq_{table}_{columns}"),
            check: Name::Borrowed("ck_{table}_{name}"),
            index: Name::Borrowed("ix_{table}_{columns}"),
        }
    }
}

/// An entity, or a tuple of entities: what [`MetaData::of`] takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an entity nor a tuple of entities",
    note = "derive `Entity` for it"
)]
pub trait TableSet {
    /// Adds its tables: its own, and the association tables of its relations.
    fn add_tables(to: &mut MetaData);
}

impl MetaData {
    /// No tables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tables of entities: `MetaData::of::<(User, Post)>()`.
    #[must_use]
    pub fn of<T: TableSet>() -> Self {
        let mut metadata = Self::new();
        T::add_tables(&mut metadata);
        metadata
    }

    /// Adds a table; one of the same name that is there already stays as it is.
    pub fn add(&mut self, table: impl Into<Arc<Table>>) -> &mut Self {
        let table = table.into();
        if !self.tables.iter().any(|known| known.name == table.name) {
            self.tables.push(table);
        }
        self
    }

    /// The tables, in the order they were added.
    #[must_use]
    pub fn tables(&self) -> &[Arc<Table>] {
        &self.tables
    }
}
