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
///
/// ```
/// use lapis_sql::schema::{ForeignKey, ReferentialAction};
///
/// // FOREIGN KEY ("author_id") REFERENCES "app"."users" ("id") ON DELETE CASCADE
/// let author = ForeignKey::new(["author_id"], ("app", "users"), ["id"]).on_delete(ReferentialAction::Cascade);
/// assert_eq!(author.target.to_string(), "app.users");
/// ```
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
///
/// ```
/// use lapis_sql::compiler::ddl::create_index;
/// use lapis_sql::dialect::Sqlite;
/// use lapis_sql::schema::{Index, NamingConvention, Table};
///
/// let open = Index::new(["owner_id"]).unique().only_where("closed_at IS NULL").named("one_open");
/// assert_eq!(
///     create_index(&Table::build("accounts").finish(), &open, &NamingConvention::default(), &Sqlite, false)?,
///     r#"CREATE UNIQUE INDEX "one_open" ON "accounts" ("owner_id") WHERE closed_at IS NULL"#
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
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

impl ForeignKey {
    /// `FOREIGN KEY (columns) REFERENCES target (target_columns)`
    pub fn new<N: Into<Name>, M: Into<Name>>(
        columns: impl IntoIterator<Item = N>,
        target: impl Into<TableName>,
        target_columns: impl IntoIterator<Item = M>,
    ) -> Self {
        Self {
            name: None,
            columns: columns.into_iter().map(Into::into).collect(),
            target: target.into(),
            target_columns: target_columns.into_iter().map(Into::into).collect(),
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
        }
    }

    /// Its name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What happens when the row referred to is deleted.
    #[must_use]
    pub fn on_delete(mut self, action: ReferentialAction) -> Self {
        self.on_delete = action;
        self
    }

    /// What happens when the key of the row referred to changes.
    #[must_use]
    pub fn on_update(mut self, action: ReferentialAction) -> Self {
        self.on_update = action;
        self
    }
}

impl Unique {
    /// `UNIQUE (columns)`
    pub fn new<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self { name: None, columns: columns.into_iter().map(Into::into).collect() }
    }

    /// Its name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl Check {
    /// `CHECK (sql)`
    pub fn new(sql: impl Into<Name>) -> Self {
        Self { name: None, sql: sql.into() }
    }

    /// Its name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl From<&'static str> for Check {
    fn from(sql: &'static str) -> Self {
        Self::new(sql)
    }
}

impl Index {
    /// `CREATE INDEX … (columns)`
    pub fn new<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self {
            name: None,
            columns: columns.into_iter().map(Into::into).collect(),
            unique: false,
            predicate: None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Name>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// No two rows may be equal in its columns.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// It holds only rows that meet the SQL condition, written as it stands.
    #[must_use]
    pub fn only_where(mut self, predicate: impl Into<Name>) -> Self {
        self.predicate = Some(predicate.into());
        self
    }
}
