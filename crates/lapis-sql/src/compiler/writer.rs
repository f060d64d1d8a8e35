//! The one buffer that everything is written to, and the tables that are in scope.

use std::ops::Range;

use smallvec::SmallVec;

use super::repeat::Repeated;
use crate::Name;
use crate::dialect::{Dialect, ParameterPlace};
use crate::error::CompileError;
use crate::expr::{ColumnRef, Node, TableName, Window};
use crate::statement::{FromItem, StatementRef, TableSource};
use crate::value::Value;

/// An error on its way out of the compiler. Boxed, since every step of a deep expression has a place for one on
/// the stack.
pub(super) type Fault = Box<CompileError>;

pub(super) type Written = Result<(), Fault>;

#[cold]
pub(super) fn invalid(message: impl Into<String>) -> Fault {
    Box::new(CompileError::Invalid(message.into()))
}

/// A table as expressions name it: by its alias, or by its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScopeTable<'a> {
    pub(super) schema: Option<&'a str>,
    pub(super) name: &'a str,
}

impl<'a> ScopeTable<'a> {
    pub(super) fn of(table: &'a TableName) -> Self {
        Self { schema: table.schema.as_deref(), name: &table.name }
    }

    /// What a FROM item is called; nothing for a subquery or rows without an alias.
    pub(super) fn of_item(item: &'a FromItem) -> Option<Self> {
        match (&item.alias, &item.source) {
            (Some(alias), _) => Some(Self { schema: None, name: alias }),
            (None, TableSource::Table(table)) => Some(Self::of(table)),
            (None, _) => None,
        }
    }
}

pub(super) struct SqlWriter<'a, 'd> {
    pub(super) sql: String,
    pub(super) dialect: &'d dyn Dialect,
    /// The tables of the statement being written, behind those of the statements around it.
    pub(super) scope: SmallVec<[ScopeTable<'a>; 2]>,
    parameters: Vec<Value<'a>>,
    /// Values are written as literals, and not bound.
    pub(super) inline: bool,
    /// Columns stand by their bare names, outside any statement.
    pub(super) bare_columns: bool,
    /// RETURNING is being written, where SQLite knows no schema before a column.
    pub(super) in_returning: bool,
    /// What an upsert sets is being written, where `excluded` has a meaning.
    pub(super) in_upsert: bool,
    /// In how many subqueries what is being written stands.
    pub(super) subqueries: usize,
    /// The windows that the SELECT being written names.
    pub(super) windows: &'a [(Name, Window)],
    /// There is something that has to be checked once all is written: aggregates, groups, windows, queries in FROM.
    pub(super) suspect: bool,
    /// There is a join that may leave a table without a row.
    pub(super) outer_joins: bool,
    pub(super) quote: char,
    /// What is to be written with the same parameters wherever it stands.
    pub(super) repeated: Vec<Repeated<'a>>,
    /// What the SELECT whose HAVING is being written groups by, where that has to be written in another way.
    pub(super) grouped: Vec<&'a Node>,
    /// Where the last column's table stands in the buffer: the next column is mostly of the same table.
    qualifier: Option<(ScopeTable<'a>, Range<usize>)>,
}

impl<'a, 'd> SqlWriter<'a, 'd> {
    pub(super) fn new(sql: String, dialect: &'d dyn Dialect) -> Self {
        Self {
            sql,
            dialect,
            scope: SmallVec::new(),
            parameters: Vec::new(),
            inline: false,
            bare_columns: false,
            in_returning: false,
            in_upsert: false,
            subqueries: 0,
            windows: &[],
            suspect: false,
            outer_joins: false,
            quote: dialect.identifier_quote(),
            repeated: Vec::new(),
            grouped: Vec::new(),
            qualifier: None,
        }
    }

    /// A writer of literals in place of placeholders.
    pub(super) fn inline(sql: String, dialect: &'d dyn Dialect) -> Self {
        Self { inline: true, ..Self::new(sql, dialect) }
    }

    /// A writer of single expressions in a schema: with literals, and columns by their bare names.
    pub(super) fn of_schema(sql: String, dialect: &'d dyn Dialect) -> Self {
        Self { bare_columns: true, ..Self::inline(sql, dialect) }
    }

    pub(super) fn finish(self) -> Result<(String, Vec<Value<'a>>), Fault> {
        let (count, most) = (self.parameters.len(), self.dialect.max_parameters());
        if count > most {
            return Err(invalid(format!(
                "the statement has {count} parameters, and {} takes at most {most}; split it",
                self.dialect.name(),
            )));
        }
        Ok((self.sql, self.parameters))
    }

    pub(super) fn statement(&mut self, statement: StatementRef<'a>) -> Written {
        match statement {
            StatementRef::Select(select) => self.select(select),
            StatementRef::Insert(insert) => self.insert(insert),
            StatementRef::Update(update) => self.update(update),
            StatementRef::Delete(delete) => self.delete(delete),
            StatementRef::Text(text) => self.text(text),
        }
    }

    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    pub(super) fn parameter(&mut self, value: Value<'a>) -> Written {
        if self.inline {
            return self.literal(&value);
        }
        self.parameters.push(value);
        self.dialect.placeholder(&mut self.sql, self.parameters.len());
        Ok(())
    }

    /// A parameter, and what gives it its type where nothing around it does.
    pub(super) fn typed_parameter(&mut self, value: Value<'a>, place: ParameterPlace) -> Written {
        self.parameter(value)?;
        if let (false, Some(value)) = (self.inline, self.parameters.last()) {
            self.dialect.type_parameter(&mut self.sql, value, place);
        }
        Ok(())
    }

    /// A value in the text itself.
    pub(super) fn literal(&mut self, value: &Value<'_>) -> Written {
        self.dialect
            .write_literal(&mut self.sql, value)
            .map_err(|error| Box::new(CompileError::from(error)))
    }

    /// How many parameters there may still be.
    pub(super) fn parameters_left(&self) -> usize {
        self.dialect.max_parameters().saturating_sub(self.parameters.len())
    }

    pub(super) fn identifier(&mut self, name: &str) -> Written {
        // Quotation marks are ASCII, so that a search through the bytes finds them.
        let (bytes, quote) = (name.as_bytes(), self.quote as u8);
        if bytes.contains(&quote) || bytes.contains(&0) {
            return self.hostile_identifier(name);
        }
        self.sql.reserve(name.len() + 2);
        self.sql.push(self.quote);
        self.sql.push_str(name);
        self.sql.push(self.quote);
        Ok(())
    }

    /// Writes `"a", "b"`.
    pub(super) fn identifiers(&mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Written {
        for (position, name) in names.into_iter().enumerate() {
            self.push(if position > 0 { ", " } else { "" });
            self.identifier(name.as_ref())?;
        }
        Ok(())
    }

    /// Writes `("a", "b")`.
    pub(super) fn column_names(&mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Written {
        self.push("(");
        self.identifiers(names)?;
        self.push(")");
        Ok(())
    }

    #[cold]
    fn hostile_identifier(&mut self, name: &str) -> Written {
        if name.contains('\0') {
            return Err(invalid(format!("the name {name:?} holds a NUL character")));
        }
        self.sql.push(self.quote);
        for character in name.chars() {
            if character == self.quote {
                self.sql.push(character);
            }
            self.sql.push(character);
        }
        self.sql.push(self.quote);
        Ok(())
    }

    pub(super) fn table_name(&mut self, table: &TableName) -> Written {
        if let Some(schema) = &table.schema {
            self.identifier(schema)?;
            self.sql.push('.');
        }
        self.identifier(&table.name)
    }

    pub(super) fn column(&mut self, column: &'a ColumnRef) -> Written {
        if let (Some(table), false) = (&column.table, self.bare_columns) {
            let wanted = ScopeTable::of(table);
            // The table that is written to is alone in scope, unless this is a subquery within.
            if self.in_returning && *self.scope == [wanted] {
                return self.identifier(&column.name);
            }
            match &self.qualifier {
                Some((last, written)) if *last == wanted => self.sql.extend_from_within(written.clone()),
                _ => {
                    if !self.scope.iter().rev().any(|present| *present == wanted) {
                        return Err(self.not_in_from(column, table));
                    }
                    let start = self.sql.len();
                    self.table_name(table)?;
                    self.sql.push('.');
                    self.qualifier = Some((wanted, start..self.sql.len()));
                }
            }
        }
        self.identifier(&column.name)
    }

    /// Forgets the tables that came into scope since there were `start`.
    pub(super) fn leave_scope(&mut self, start: usize) {
        self.scope.truncate(start);
        self.qualifier = None;
    }

    #[cold]
    fn not_in_from(&self, column: &ColumnRef, table: &TableName) -> Fault {
        let present = match self.scope.as_slice() {
            [] => "which is empty".to_owned(),
            tables => tables.iter().map(|table| table.name).collect::<Vec<_>>().join(", "),
        };
        Box::new(CompileError::TableNotInFrom {
            column: format!("{table}.{}", column.name),
            table: table.to_string(),
            present,
        })
    }

    #[cold]
    pub(super) fn unsupported(&self, feature: &str, hint: &str) -> Fault {
        Box::new(CompileError::Unsupported {
            dialect: self.dialect.name(),
            feature: feature.to_owned(),
            hint: hint.to_owned(),
        })
    }
}
