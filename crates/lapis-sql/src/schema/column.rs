//! Columns of a table, and what the database fills them with.

use crate::Name;
use crate::expr::Node;
use crate::types::ColumnType;

/// A column of a [`Table`](super::Table).
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDef {
    /// The column's name.
    pub name: Name,
    /// Its type.
    pub ty: ColumnType,
    /// Whether it may hold NULL.
    pub nullable: bool,
    /// Whether, and how, the database numbers it.
    pub autoincrement: Option<AutoIncrement>,
    /// What the database stores where an insert leaves it out.
    pub server_default: Option<ServerDefault>,
    /// What a flush sets it to whenever it updates the row.
    pub on_update: Option<Node>,
    /// The expression it always holds.
    pub computed: Option<Computed>,
    /// A comment kept in the database.
    pub comment: Option<Name>,
}

/// How the database numbers a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AutoIncrement {
    /// By its native means: rowid, identity, `AUTO_INCREMENT`.
    Native,
    /// By a sequence.
    Sequence(Sequence),
}

/// A generator of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// The schema, where one is named.
    pub schema: Option<Name>,
    /// Its name; without one it only gives the native numbering a start and a step.
    pub name: Option<Name>,
    /// The first number.
    pub start: i64,
    /// The step.
    pub increment: i64,
}

/// What the database stores where an insert leaves a column out.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerDefault {
    /// An expression.
    Expr(Node),
    /// SQL, written as it stands.
    Raw(Name),
}

/// A generated column.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// The SQL expression, written as it stands.
    pub sql: Name,
    /// Whether the value is stored, rather than computed when it is read.
    pub stored: bool,
}

impl ColumnDef {
    /// A column that may not hold NULL.
    pub fn new(name: impl Into<Name>, ty: ColumnType) -> Self {
        Self {
            name: name.into(),
            ty,
            nullable: false,
            autoincrement: None,
            server_default: None,
            on_update: None,
            computed: None,
            comment: None,
        }
    }

    /// Whether the database gives the column a value that the program has to read back.
    #[must_use]
    pub fn is_generated(&self) -> bool {
        self.autoincrement.is_some() || self.server_default.is_some() || self.computed.is_some()
    }
}
