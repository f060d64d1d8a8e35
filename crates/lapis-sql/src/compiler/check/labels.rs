//! Columns of queries in FROM and in WITH, by names that these do not select.

use super::super::writer::{ScopeTable, Written, invalid};
use super::Checker;
use crate::Name;
use crate::expr::{ColumnRef, TableName};
use crate::statement::{CommonQuery, FromItem, SelectItem, SelectStatement, TableSource};

/// The names of the columns of a table that is a part of the statement.
#[derive(Clone, Copy)]
pub(super) enum Columns<'a> {
    Items(&'a [SelectItem]),
    Names(&'a [Name]),
}

impl<'a> Columns<'a> {
    /// Those of a query; none where the database makes one of the names.
    pub(super) fn of(select: &'a SelectStatement) -> Option<Self> {
        let items = select.output_items();
        items.iter().all(|item| item.name().is_some()).then_some(Self::Items(items))
    }

    pub(super) fn of_common(query: &'a CommonQuery) -> Option<Self> {
        match query {
            CommonQuery::Select(select) => Self::of(select),
            _ => None,
        }
    }

    fn names(self) -> Vec<&'a str> {
        match self {
            Self::Items(items) => items.iter().filter_map(SelectItem::name).map(AsRef::as_ref).collect(),
            Self::Names(names) => names.iter().map(AsRef::as_ref).collect(),
        }
    }

    /// SQLite, MySQL and MariaDB take upper and lower case for the same.
    fn has(self, wanted: &str) -> bool {
        match self {
            Self::Items(items) => items
                .iter()
                .filter_map(SelectItem::name)
                .any(|known| known.eq_ignore_ascii_case(wanted)),
            Self::Names(names) => names.iter().any(|known| known.eq_ignore_ascii_case(wanted)),
        }
    }
}

impl<'a> Checker<'a> {
    /// Brings a table into scope, and its columns, where they are known.
    pub(super) fn enter(&mut self, table: ScopeTable<'a>, columns: Option<Columns<'a>>) {
        self.columns.extend(columns.map(|columns| (self.scope.len(), columns)));
        self.scope.push(table);
    }

    pub(super) fn enter_item(&mut self, item: &'a FromItem) {
        let columns = match &item.source {
            TableSource::Table(name) => self.common_columns(name),
            TableSource::Select(select) | TableSource::Lateral(select) => Columns::of(select),
            TableSource::Values(table) => Some(Columns::Names(&table.columns)),
            _ => None,
        };
        if let Some(table) = ScopeTable::of_item(item) {
            self.enter(table, columns);
        }
    }

    /// The columns of a query in WITH.
    pub(super) fn common_columns(&self, table: &TableName) -> Option<Columns<'a>> {
        let mut named = self.common.iter().rev().filter(|_| table.schema.is_none());
        named.find(|(name, _)| *name == table.name).and_then(|(_, columns)| *columns)
    }

    /// Whether a column is there, if its table is a part of the statement.
    pub(super) fn label(&self, column: &ColumnRef) -> Written {
        let Some(table) = &column.table else { return Ok(()) };
        let wanted = ScopeTable::of(table);
        let Some(place) = self.scope.iter().rposition(|table| *table == wanted) else { return Ok(()) };
        match self.columns.iter().find(|(known, _)| *known == place) {
            Some((_, columns)) if !columns.has(&column.name) => Err(invalid(format!(
                "{table}.{} is used, and {table} selects no column of that name; it selects {}",
                column.name,
                columns.names().join(", "),
            ))),
            _ => Ok(()),
        }
    }
}
