//! What a SELECT gives back.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use super::{FromItem, SelectItem, SelectStatement};
use crate::Name;
use crate::expr::{Node, TableName};

/// The items of a SELECT: a list of its own, or all columns of a table, which many statements share.
///
/// It is used as the slice that it stands for. Changing a shared list copies it first.
#[derive(Clone)]
pub struct SelectItems(Items);

#[derive(Clone)]
enum Items {
    Own(Vec<SelectItem>),
    Shared(&'static TableItems),
}

impl SelectItems {
    /// All columns of a table, without copying them.
    #[must_use]
    pub const fn shared(items: &'static TableItems) -> Self {
        Self(Items::Shared(items))
    }

    /// The list as one of this statement alone, to be changed.
    pub fn to_mut(&mut self) -> &mut Vec<SelectItem> {
        if let Items::Shared(shared) = self.0 {
            self.0 = Items::Own(shared.items().to_vec());
        }
        match &mut self.0 {
            Items::Own(items) => items,
            Items::Shared(_) => unreachable!("it was copied above"),
        }
    }

    pub(crate) fn as_shared(&self) -> Option<&'static TableItems> {
        match self.0 {
            Items::Own(_) => None,
            Items::Shared(shared) => Some(shared),
        }
    }
}

impl Default for SelectItems {
    fn default() -> Self {
        Self(Items::Own(Vec::new()))
    }
}

impl Deref for SelectItems {
    type Target = [SelectItem];

    fn deref(&self) -> &[SelectItem] {
        match &self.0 {
            Items::Own(items) => items,
            Items::Shared(shared) => shared.items(),
        }
    }
}

impl DerefMut for SelectItems {
    fn deref_mut(&mut self) -> &mut [SelectItem] {
        self.to_mut()
    }
}

impl From<Vec<SelectItem>> for SelectItems {
    fn from(items: Vec<SelectItem>) -> Self {
        Self(Items::Own(items))
    }
}

impl FromIterator<SelectItem> for SelectItems {
    fn from_iter<I: IntoIterator<Item = SelectItem>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl PartialEq for SelectItems {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for SelectItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// All columns of one table, made once for all statements that select them.
///
/// What the compiler writes for them it keeps here, so that it writes them letter by letter but once. Expressions that
/// are selected behind the columns may differ from dialect to dialect and bind values, so that those are written anew.
#[derive(Debug)]
pub struct TableItems {
    table: TableName,
    columns: Vec<Name>,
    /// What is selected behind the columns, each under a name.
    expressions: Vec<(Name, fn() -> Node)>,
    /// Made when they are first asked for: an expression may speak of the entity whose columns these are.
    items: OnceLock<Vec<SelectItem>>,
    /// The SQL by quotation mark, of which the dialects have two.
    written: [OnceLock<(char, String)>; 2],
}

impl TableItems {
    /// The columns of a table, in the order in which they are read.
    #[must_use]
    pub fn new(table: TableName, columns: impl IntoIterator<Item = Name>) -> Self {
        Self {
            table,
            columns: columns.into_iter().collect(),
            expressions: Vec::new(),
            items: OnceLock::new(),
            written: [const { OnceLock::new() }; 2],
        }
    }

    /// The same, and behind the columns an expression under a name.
    #[must_use]
    pub fn with(mut self, name: impl Into<Name>, expression: fn() -> Node) -> Self {
        self.expressions.push((name.into(), expression));
        self
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &TableName {
        &self.table
    }

    pub(crate) fn items(&self) -> &[SelectItem] {
        self.items.get_or_init(|| {
            let columns = self.columns.iter();
            let columns =
                columns.map(|column| SelectItem::new(Node::column(self.table.clone(), column.clone())));
            let expressions = self.expressions.iter();
            let expressions =
                expressions.map(|(name, expression)| SelectItem::labeled(expression(), name.clone()));
            columns.chain(expressions).collect()
        })
    }

    /// Whether they are columns and nothing else.
    pub(crate) fn are_columns(&self) -> bool {
        self.expressions.is_empty()
    }

    /// The SQL of the columns with their table's name, if it has been noted for this quotation mark.
    pub(crate) fn written(&self, quote: char) -> Option<&str> {
        let known = self.written.iter().filter_map(OnceLock::get);
        known.into_iter().find(|(mark, _)| *mark == quote).map(|(_, sql)| sql.as_str())
    }

    pub(crate) fn note(&self, quote: char, sql: &str) {
        for slot in &self.written {
            if slot.get_or_init(|| (quote, sql.to_owned())).0 == quote {
                return;
            }
        }
    }
}

impl SelectStatement {
    /// The statement, for which it only matters that there are rows: without the expressions of an entity, one of which
    /// may be what this is a part of.
    pub(crate) fn without_expressions(mut self) -> Self {
        if let Some(shared) = self.items.as_shared()
            && !shared.are_columns()
        {
            if self.from.is_empty() && self.joins.is_empty() {
                self.from.push(FromItem::table(shared.table.clone()));
            }
            let columns = shared.columns.iter();
            self.items = columns
                .map(|column| SelectItem::new(Node::column(shared.table.clone(), column.clone())))
                .collect();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{MySql, Postgres, Sqlite};
    use crate::expr::{BinaryOp, ColumnRef};
    use crate::statement::Statement;

    fn users() -> &'static TableItems {
        Box::leak(Box::new(TableItems::new(TableName::new("users"), ["id".into(), "name".into()])))
    }

    fn select(items: impl Into<SelectItems>) -> SelectStatement {
        SelectStatement { items: items.into(), ..SelectStatement::default() }
    }

    #[test]
    fn shared_items_compile_as_a_list_of_their_own_does_at_first_and_ever_after() {
        let shared = users();
        let own = select(shared.items().to_vec());
        for _ in 0..2 {
            let shared = select(SelectItems::shared(shared));
            assert_eq!(shared, own);
            assert_eq!(shared.sql(&Sqlite), own.sql(&Sqlite));
            assert_eq!(shared.sql(&MySql), own.sql(&MySql));
            assert_eq!(shared.sql(&Postgres), own.sql(&Postgres));
        }
        assert_eq!(own.sql(&Sqlite).unwrap(), r#"SELECT "users"."id", "users"."name" FROM "users""#);
    }

    #[test]
    fn shared_items_of_a_table_that_is_not_in_from_are_an_error() {
        let shared = users();
        select(SelectItems::shared(shared)).sql(&Sqlite).unwrap();
        let mut wrong = select(SelectItems::shared(shared));
        wrong.from.push(FromItem::table(TableName::new("posts")));
        assert!(wrong.sql(&Sqlite).unwrap_err().to_string().contains("users"));
    }

    #[test]
    fn changing_shared_items_leaves_the_others_as_they_are() {
        let shared = users();
        let mut one = select(SelectItems::shared(shared));
        one.items.to_mut().truncate(1);
        one.items[0].label = Some("key".into());
        assert_eq!(one.sql(&Sqlite).unwrap(), r#"SELECT "users"."id" AS "key" FROM "users""#);
        assert_eq!(SelectItems::shared(shared).len(), 2);
    }

    #[test]
    fn a_filter_behind_shared_items_knows_their_table() {
        let mut query = select(SelectItems::shared(users()));
        let id = ColumnRef { table: Some(TableName::new("users")), name: "id".into() };
        let key = Node::Value(crate::Value::Int(1));
        query.filter = Some(Node::binary(BinaryOp::Eq, Node::Column(id), key));
        for _ in 0..2 {
            let sql = query.sql(&Sqlite).unwrap();
            assert!(sql.ends_with(r#" FROM "users" WHERE "users"."id" = ?"#), "{sql}");
        }
    }
}
