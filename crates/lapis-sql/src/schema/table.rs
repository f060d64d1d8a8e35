//! Tables.

use std::sync::Arc;

use super::{Check, ColumnDef, ForeignKey, Index, Unique};
use crate::Name;
use crate::expr::TableName;

/// A table of the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The table's name, with its schema.
    pub name: TableName,
    /// The columns, in order.
    pub columns: Vec<ColumnDef>,
    /// The columns of the primary key, in order.
    pub primary_key: Vec<Name>,
    /// The foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// The unique constraints.
    pub uniques: Vec<Unique>,
    /// The check constraints.
    pub checks: Vec<Check>,
    /// The indexes.
    pub indexes: Vec<Index>,
    /// A comment kept in the database.
    pub comment: Option<Name>,
}

impl Table {
    /// A table without columns.
    #[must_use]
    pub fn new(name: TableName) -> Self {
        Self {
            name,
            columns: Vec::new(),
            primary_key: Vec::new(),
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            indexes: Vec::new(),
            comment: None,
        }
    }

    /// Begins a table that is described at run time; the name may be `"users"` or `("app", "users")`.
    ///
    /// ```
    /// use lapis_sql::schema::{ColumnDef, ForeignKey, Index, ReferentialAction, Table};
    /// use lapis_sql::types::ColumnType;
    ///
    /// let posts = Table::build("posts")
    ///     .column(ColumnDef::new("id", ColumnType::BigInt).autoincrement())
    ///     .column(ColumnDef::new("author_id", ColumnType::BigInt))
    ///     .column(ColumnDef::new("title", ColumnType::String(200)))
    ///     .primary_key(["id"])
    ///     .foreign_key(ForeignKey::new(["author_id"], "users", ["id"]).on_delete(ReferentialAction::Cascade))
    ///     .check("length(title) > 0")
    ///     .index(Index::new(["title"]))
    ///     .finish();
    /// assert_eq!(posts.columns.len(), 3);
    /// ```
    pub fn build(name: impl Into<TableName>) -> TableBuilder {
        TableBuilder { table: Table::new(name.into()) }
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnDef> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A table in the making, begun by [`Table::build`].
#[derive(Debug, Clone)]
#[must_use = "`.finish()` gives the table"]
pub struct TableBuilder {
    table: Table,
}

impl TableBuilder {
    /// Adds a column.
    pub fn column(mut self, column: ColumnDef) -> Self {
        self.table.columns.push(column);
        self
    }

    /// The columns of the primary key, in order.
    pub fn primary_key<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.table.primary_key = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a foreign key.
    pub fn foreign_key(mut self, key: ForeignKey) -> Self {
        self.table.foreign_keys.push(key);
        self
    }

    /// No two rows are equal in these columns.
    pub fn unique<N: Into<Name>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.table.uniques.push(Unique::new(columns));
        self
    }

    /// Adds a condition in SQL that every row meets, or a [`Check`] with a name.
    pub fn check(mut self, check: impl Into<Check>) -> Self {
        self.table.checks.push(check.into());
        self
    }

    /// Adds an index.
    pub fn index(mut self, index: Index) -> Self {
        self.table.indexes.push(index);
        self
    }

    /// A comment kept in the database.
    pub fn comment(mut self, comment: impl Into<Name>) -> Self {
        self.table.comment = Some(comment.into());
        self
    }

    /// The table. Whether it is sound is checked where it is used: [`MetaData::validate`].
    ///
    /// [`MetaData::validate`]: super::MetaData::validate
    #[must_use]
    pub fn finish(self) -> Table {
        self.table
    }
}

impl From<TableBuilder> for Arc<Table> {
    fn from(builder: TableBuilder) -> Self {
        Arc::new(builder.finish())
    }
}

impl From<&'static str> for TableName {
    fn from(name: &'static str) -> Self {
        TableName::new(name)
    }
}

impl From<String> for TableName {
    fn from(name: String) -> Self {
        TableName::new(name)
    }
}

/// A schema and a name within it.
impl<S: Into<Name>, N: Into<Name>> From<(S, N)> for TableName {
    fn from((schema, name): (S, N)) -> Self {
        TableName::in_schema(schema, name)
    }
}
