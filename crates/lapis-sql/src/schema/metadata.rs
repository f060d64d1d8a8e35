//! A set of tables that belong together.

use std::sync::Arc;

use super::{CreationOrder, NamingConvention, Sequence, Table};
use crate::expr::TableName;

/// A set of tables that belong together, and the rule by which their constraints are named.
///
/// ```
/// use lapis_sql::schema::{ColumnDef, ForeignKey, MetaData, Table};
/// use lapis_sql::types::ColumnType;
///
/// let id = || ColumnDef::new("id", ColumnType::BigInt).autoincrement();
/// let mut metadata = MetaData::new();
/// metadata.add(
///     Table::build("posts")
///         .column(id())
///         .column(ColumnDef::new("author_id", ColumnType::BigInt))
///         .primary_key(["id"])
///         .foreign_key(ForeignKey::new(["author_id"], "users", ["id"])),
/// );
/// metadata.add(Table::build("users").column(id()).primary_key(["id"]));
///
/// let names: Vec<_> = metadata.sorted_tables().iter().map(|table| table.name.to_string()).collect();
/// assert_eq!(names, ["users", "posts"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct MetaData {
    tables: Vec<Arc<Table>>,
    sequences: Vec<Sequence>,
    naming: NamingConvention,
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

    /// The same tables, with constraints named by another convention.
    #[must_use]
    pub fn with_naming(mut self, naming: NamingConvention) -> Self {
        self.naming = naming;
        self
    }

    /// Adds a table. One that is there already, the same in every respect, is not added twice; a different one
    /// of the same name is an error of [`validate`](Self::validate).
    pub fn add(&mut self, table: impl Into<Arc<Table>>) -> &mut Self {
        let table = table.into();
        if !self.tables.contains(&table) {
            self.tables.push(table);
        }
        self
    }

    /// Adds a sequence that stands by itself; columns that name it share it.
    pub fn add_sequence(&mut self, sequence: Sequence) -> &mut Self {
        if !self.sequences.contains(&sequence) {
            self.sequences.push(sequence);
        }
        self
    }

    /// Takes a table out again.
    pub fn remove(&mut self, name: &TableName) -> Option<Arc<Table>> {
        let position = self.tables.iter().position(|table| table.name == *name)?;
        Some(self.tables.remove(position))
    }

    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: &TableName) -> Option<&Arc<Table>> {
        self.tables.iter().find(|table| table.name == *name)
    }

    /// The tables, in the order they were added.
    #[must_use]
    pub fn tables(&self) -> &[Arc<Table>] {
        &self.tables
    }

    /// The tables, each behind those its foreign keys refer to; else in the order they were added. In a cycle
    /// of foreign keys, one of them refers to a table behind its own.
    #[must_use]
    pub fn sorted_tables(&self) -> Vec<&Arc<Table>> {
        CreationOrder::of(&self.tables).tables
    }

    /// The sequences that stand by themselves, in the order they were added.
    #[must_use]
    pub fn sequences(&self) -> &[Sequence] {
        &self.sequences
    }

    /// How constraints and indexes without a name are named.
    #[must_use]
    pub fn naming(&self) -> &NamingConvention {
        &self.naming
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<$($name: TableSet),+> TableSet for ($($name,)+) {
            fn add_tables(to: &mut MetaData) {
                $($name::add_tables(to);)+
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);
tuples!(A B C D E F G H I J K L M);
tuples!(A B C D E F G H I J K L M N);
tuples!(A B C D E F G H I J K L M N O);
tuples!(A B C D E F G H I J K L M N O P);

#[cfg(test)]
mod tests {
    use super::*;

    struct Users;
    struct Posts;

    impl TableSet for Users {
        fn add_tables(to: &mut MetaData) {
            to.add(Table::build("users"));
        }
    }

    impl TableSet for Posts {
        fn add_tables(to: &mut MetaData) {
            to.add(Table::build("posts")).add(Table::build("users"));
        }
    }

    #[test]
    fn a_table_that_several_entities_add_is_there_once() {
        let metadata = MetaData::of::<(Users, (Posts, Users))>();
        let names: Vec<_> = metadata.tables().iter().map(|table| &*table.name.name).collect();
        assert_eq!(names, ["users", "posts"]);
    }

    #[test]
    fn tables_are_looked_up_and_removed_by_name_and_schema() {
        let mut metadata = MetaData::new();
        metadata.add(Table::build("users")).add(Table::build(("app", "users")));
        assert_eq!(metadata.tables().len(), 2);
        assert!(metadata.table(&"posts".into()).is_none());
        assert!(metadata.remove(&("app", "users").into()).is_some());
        assert!(metadata.remove(&("app", "users").into()).is_none());
        assert_eq!(metadata.table(&"users".into()).map(|table| table.name.clone()), Some("users".into()));
    }
}
