//! Columns of a table, and what the database fills them with.

use crate::Name;
use crate::expr::{IntoExpr, Node};
use crate::types::ColumnType;

use super::Sequence;

/// A column of a [`Table`](super::Table).
///
/// ```
/// use lapis_sql::schema::ColumnDef;
/// use lapis_sql::types::ColumnType;
///
/// // "role" VARCHAR(20) DEFAULT 'user' NOT NULL
/// let role = ColumnDef::new("role", ColumnType::String(20)).server_default("user");
/// // "bio" TEXT
/// let bio = ColumnDef::new("bio", ColumnType::Text).nullable();
/// assert!(bio.nullable && !role.nullable);
/// ```
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
    /// By a sequence, or by the native means with its first number and step.
    ///
    /// PostgreSQL makes the sequence along with the column, or takes the one that
    /// [`MetaData::add_sequence`](super::MetaData::add_sequence) declares. MariaDB makes it beside the table
    /// where it has a name, and takes its numbers by a default. SQLite and MySQL have none: the name is not
    /// used, the first number is honoured, and a step other than 1 is an error.
    Sequence(Sequence),
}

/// What the database stores where an insert leaves a column out.
///
/// A value or an expression becomes one by `into()`: `"user".into()`, `now().into()`.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerDefault {
    /// An expression.
    Expr(Node),
    /// SQL, written as it stands.
    Raw(Name),
}

impl ServerDefault {
    /// SQL, written as it stands. Most databases want parentheses around anything but a literal.
    pub fn raw(sql: impl Into<Name>) -> Self {
        Self::Raw(sql.into())
    }
}

impl From<Node> for ServerDefault {
    fn from(node: Node) -> Self {
        Self::Expr(node)
    }
}

impl<V: IntoExpr> From<V> for ServerDefault {
    fn from(value: V) -> Self {
        Self::Expr(value.into_node())
    }
}

/// A generated column. No NOT NULL is written for it: its expression decides.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// It may hold NULL.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The database numbers it by its native means.
    #[must_use]
    pub fn autoincrement(mut self) -> Self {
        self.autoincrement = Some(AutoIncrement::Native);
        self
    }

    /// The database numbers it as the sequence says.
    #[must_use]
    pub fn sequence(mut self, sequence: Sequence) -> Self {
        self.autoincrement = Some(AutoIncrement::Sequence(sequence));
        self
    }

    /// What the database stores where an insert leaves it out: a value, an expression, or
    /// [`ServerDefault::raw`].
    #[must_use]
    pub fn server_default(mut self, default: impl Into<ServerDefault>) -> Self {
        self.server_default = Some(default.into());
        self
    }

    /// What a flush sets it to whenever it updates the row.
    #[must_use]
    pub fn on_update(mut self, value: impl IntoExpr) -> Self {
        self.on_update = Some(value.into_node());
        self
    }

    /// It always holds that SQL expression, stored when the row is written.
    #[must_use]
    pub fn computed(mut self, sql: impl Into<Name>) -> Self {
        self.computed = Some(Computed { sql: sql.into(), stored: true });
        self
    }

    /// It always holds that SQL expression, computed when the row is read.
    #[must_use]
    pub fn computed_when_read(mut self, sql: impl Into<Name>) -> Self {
        self.computed = Some(Computed { sql: sql.into(), stored: false });
        self
    }

    /// A comment kept in the database.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<Name>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// Whether the database gives the column a value that the program has to read back.
    #[must_use]
    pub fn is_generated(&self) -> bool {
        self.autoincrement.is_some() || self.server_default.is_some() || self.computed.is_some()
    }
}
