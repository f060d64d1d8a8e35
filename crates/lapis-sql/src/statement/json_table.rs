//! What is within JSON documents as rows.

use std::fmt;
use std::marker::PhantomData;

use super::{FromItem, IntoFromItem, TableSource};
use crate::Name;
use crate::expr::{Builtin, Expr, IntoExpr, Node, TableName};
use crate::types::SqlType;
use crate::types::kind::{JsonKind, JsonScalar, WithinJson};

/// The rows of a JSON document as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonTable {
    /// The document.
    pub json: Node,
    /// What of it.
    pub part: JsonPart,
    /// What the values are read as.
    pub value: JsonScalar,
}

impl JsonTable {
    fn of<T>(json: impl IntoExpr<Type: SqlType<Kind = JsonKind>>, part: JsonPart) -> Self
    where
        T: SqlType<Kind: WithinJson>,
    {
        Self { json: json.into_node(), part, value: <T::Kind as WithinJson>::SCALAR }
    }
}

/// What of a JSON document is taken as rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonPart {
    /// The elements of an array.
    Elements,
    /// The members of an object.
    Members,
}

/// The elements of a JSON array as rows, under a name: what [`json_elements`] makes.
pub struct JsonElements<T> {
    name: Name,
    table: JsonTable,
    marker: PhantomData<fn() -> T>,
}

/// The members of a JSON object as rows, under a name: what [`json_members`] makes.
pub struct JsonMembers<T> {
    name: Name,
    table: JsonTable,
    marker: PhantomData<fn() -> T>,
}

/// The elements of a JSON array as rows, under a name, each read as `T`: as text, a number, a truth value or a document
/// (`Json<T>`). The document may be a column of a table that stands before it in FROM. What is no array, and NULL, has
/// no elements.
///
/// ```
/// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{json_elements, select, table, Statement};
/// # use lapis_sql::types::Json;
/// # struct Page;
/// # impl StaticTable for Page { const TABLE: &'static str = "pages"; }
/// # const TITLE: Column<Page, String> = Column::new("title");
/// # const TAGS: Column<Page, Json<Vec<String>>> = Column::new("tags");
/// let tags = json_elements::<String>("tags", TAGS);
/// let rows = select((TITLE, tags.value())).from(table::<Page>()).cross_join(&tags).filter(tags.value().eq("sql"));
/// assert!(rows.sql(&Postgres)?.contains("jsonb_array_elements_text("));
/// assert!(rows.sql(&Sqlite)?.contains("json_each("));
/// assert!(rows.sql(&MySql)?.contains("JSON_TABLE("));
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
///
/// An element that is `null` is NULL, or the document `null`. One of another sort than `T`, such as text where numbers
/// are read, is an error on PostgreSQL, and on SQLite when the row is read; MySQL makes of it what it can, and MariaDB
/// of text the number 0. It is there since SQLite 3.38, MySQL 8.0.4 and MariaDB 10.6.
#[must_use = "the elements are nothing before they are selected from"]
pub fn json_elements<T>(
    name: impl Into<Name>,
    json: impl IntoExpr<Type: SqlType<Kind = JsonKind>>,
) -> JsonElements<T>
where
    T: SqlType,
    T::Kind: WithinJson,
{
    JsonElements {
        name: name.into(),
        table: JsonTable::of::<T>(json, JsonPart::Elements),
        marker: PhantomData,
    }
}

/// The members of a JSON object as rows, under a name: their keys, and their values read as `T`, as those of
/// [`json_elements`] are. What is no object, and NULL, has no members.
///
/// ```
/// # use lapis_sql::dialect::Postgres;
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{json_members, select, table, Statement};
/// # use lapis_sql::types::Json;
/// # struct Page;
/// # impl StaticTable for Page { const TABLE: &'static str = "pages"; }
/// # const VIEWS: Column<Page, Json> = Column::new("views");
/// let views = json_members::<i64>("views", VIEWS);
/// let rows = select((views.key(), views.value())).from(table::<Page>()).cross_join(&views);
/// assert_eq!(
///     rows.sql(&Postgres)?,
///     "SELECT \"views\".\"key\", CAST(\"views\".\"value\" AS BIGINT) FROM \"pages\" CROSS JOIN \
///      jsonb_each_text(CASE WHEN jsonb_typeof(\"pages\".\"views\") = 'object' THEN \"pages\".\"views\" END) \
///      AS \"views\" (\"key\", \"value\")",
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[must_use = "the members are nothing before they are selected from"]
pub fn json_members<T>(
    name: impl Into<Name>,
    json: impl IntoExpr<Type: SqlType<Kind = JsonKind>>,
) -> JsonMembers<T>
where
    T: SqlType,
    T::Kind: WithinJson,
{
    JsonMembers {
        name: name.into(),
        table: JsonTable::of::<T>(json, JsonPart::Members),
        marker: PhantomData,
    }
}

impl<T: SqlType> JsonElements<T> {
    /// The element.
    #[must_use]
    pub fn value(&self) -> Expr<Option<T::NotNull>> {
        let args = ["value", "type"].map(|column| Node::column(self.table_name(), column));
        Expr::new(Node::builtin(Builtin::JsonElement(self.table.value), args.into()))
    }

    /// The element's place, from 1.
    #[must_use]
    pub fn ordinality(&self) -> Expr<i64> {
        let args = ["ordinality", "key"].map(|column| Node::column(self.table_name(), column));
        Expr::new(Node::builtin(Builtin::JsonOrdinality, args.into()))
    }
}

impl<T: SqlType> JsonMembers<T> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> Expr<String> {
        self.table_name().column("key")
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> Expr<Option<T::NotNull>> {
        let mut args =
            ["value", "type", "key"].map(|column| Node::column(self.table_name(), column)).to_vec();
        args.push(self.table.json.clone());
        Expr::new(Node::builtin(Builtin::JsonMember(self.table.value), args))
    }
}

macro_rules! json_table {
    ($($name:ident),+) => {$(
        impl<T> $name<T> {
            /// The name as expressions use it.
            #[must_use]
            pub fn table_name(&self) -> TableName {
                TableName::new(self.name.clone())
            }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self { name: self.name.clone(), table: self.table.clone(), marker: PhantomData }
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut fields = f.debug_struct(stringify!($name));
                fields.field("name", &self.name).field("table", &self.table).finish()
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T> IntoFromItem for $name<T> {
            fn into_from_item(self) -> FromItem {
                FromItem { source: TableSource::Json(Box::new(self.table)), alias: Some(self.name) }
            }
        }
    )+};
}

json_table!(JsonElements, JsonMembers);
