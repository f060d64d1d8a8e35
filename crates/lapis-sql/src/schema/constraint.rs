//! Constraints and indexes.

use crate::Name;
use crate::expr::TableName;

/// What happens to rows that refer to a row which is deleted or whose key changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReferentialAction {
    /// It is refused, at the end of the statement or transaction.
    #[default]
    NoAction,
    /// It is refused at once.
    Restrict,
    /// They go, or change, along.
    Cascade,
    /// Their reference becomes NULL.
    SetNull,
    /// Their reference becomes its default.
    SetDefault,
}

/// `FOREIGN KEY … REFERENCES …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name; without one, the naming convention gives it.
    pub name: Option<Name>,
    /// The referring columns.
    pub columns: Vec<Name>,
    /// The table referred to.
    pub target: TableName,
    /// Its columns, one for each of `columns`.
    pub target_columns: Vec<Name>,
    /// When the row referred to is deleted.
    pub on_delete: ReferentialAction,
    /// When its key changes.
    pub on_update: ReferentialAction,
}

/// `UNIQUE (…)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// The constraint's name; without one, the naming convention gives it.
    pub name: Option<Name>,
    /// The columns.
    pub columns: Vec<Name>,
}

/// `CHECK (…)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name; without one, the naming convention gives it.
    pub name: Option<Name>,
    /// The SQL condition, written as it stands.
    pub sql: Name,
}

/// `CREATE INDEX`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The index's name; without one, the naming convention gives it.
    pub name: Option<Name>,
    /// The columns.
    pub columns: Vec<Name>,
    /// Whether no two rows may be equal in them.
    pub unique: bool,
    /// The SQL condition of a partial index, written as it stands.
    pub predicate: Option<Name>,
}
