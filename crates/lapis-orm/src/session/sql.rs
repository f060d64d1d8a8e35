//! The statements of gets and flushes, compiled once for each entity, dialect and set of columns.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use lapis_engine::Result;
use lapis_sql::compiler::{compile, compile_unnest_insert};
use lapis_sql::dialect::Dialect;
use lapis_sql::expr::{BinaryOp, Node};
use lapis_sql::statement::{
    DeleteStatement, FromItem, InsertSource, InsertStatement, SelectItem, SelectStatement, StatementRef,
    UpdateStatement,
};
use lapis_sql::{Name, Value};

use super::column_set::ColumnSet;
use crate::entity::Model;

/// What a statement of an entity does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Purpose {
    Get,
    Insert { columns: ColumnSet, returning: ColumnSet, rows: usize },
    InsertUnnest { columns: ColumnSet, returning: ColumnSet },
    ReadBack { columns: ColumnSet },
    Update { columns: ColumnSet, returning: ColumnSet },
    Delete,
}

/// Compiled statements by dialect and purpose.
#[derive(Debug, Default)]
pub(crate) struct SqlCache(
    RwLock<HashMap<(&'static str, Purpose), Arc<Prepared>, foldhash::fast::RandomState>>,
);

/// A compiled statement whose parameters the flush or get supplies.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) sql: String,
    /// Values of `on_update` expressions, bound after those of the changed columns; of a get, those of properties, bound
    /// before the key.
    pub(crate) fixed: Vec<Value<'static>>,
}

impl Model {
    /// `SELECT … FROM table WHERE key = ?`
    pub(crate) fn get_sql(&'static self, dialect: &dyn Dialect) -> Result<Arc<Prepared>> {
        self.prepared(dialect, Purpose::Get)
    }

    /// `INSERT INTO table (columns) VALUES (…), … RETURNING …`
    pub(crate) fn insert_sql(
        &'static self,
        dialect: &dyn Dialect,
        columns: ColumnSet,
        returning: ColumnSet,
        rows: usize,
    ) -> Result<Arc<Prepared>> {
        self.prepared(dialect, Purpose::Insert { columns, returning, rows })
    }

    /// `INSERT INTO table (columns) SELECT … FROM UNNEST(…) RETURNING …`, where every column has a form as an array.
    pub(crate) fn insert_unnest_sql(
        &'static self,
        dialect: &dyn Dialect,
        columns: ColumnSet,
        returning: ColumnSet,
    ) -> Result<Option<Arc<Prepared>>> {
        let prepared = self.prepared(dialect, Purpose::InsertUnnest { columns, returning })?;
        Ok((!prepared.sql.is_empty()).then_some(prepared))
    }

    /// `SELECT columns FROM table WHERE key = ?`
    pub(crate) fn read_back_sql(
        &'static self,
        dialect: &dyn Dialect,
        columns: ColumnSet,
    ) -> Result<Arc<Prepared>> {
        self.prepared(dialect, Purpose::ReadBack { columns })
    }

    /// `UPDATE table SET columns WHERE key = ? RETURNING …`
    pub(crate) fn update_sql(
        &'static self,
        dialect: &dyn Dialect,
        columns: ColumnSet,
        returning: ColumnSet,
    ) -> Result<Arc<Prepared>> {
        self.prepared(dialect, Purpose::Update { columns, returning })
    }

    /// `DELETE FROM table WHERE key = ?`
    pub(crate) fn delete_sql(&'static self, dialect: &dyn Dialect) -> Result<Arc<Prepared>> {
        self.prepared(dialect, Purpose::Delete)
    }

    fn prepared(&'static self, dialect: &dyn Dialect, purpose: Purpose) -> Result<Arc<Prepared>> {
        let key = (dialect.name(), purpose);
        let known = self.sql.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&key).cloned();
        if let Some(prepared) = known {
            return Ok(prepared);
        }
        let prepared = Arc::new(self.prepare(dialect, purpose)?);
        let mut cache = self.sql.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(Arc::clone(cache.entry(key).or_insert(prepared)))
    }

    fn prepare(&'static self, dialect: &dyn Dialect, purpose: Purpose) -> Result<Prepared> {
        let table = &self.table.name;
        let placeholder = || Node::Value(Value::Null);
        let items =
            |columns: ColumnSet| columns.iter().map(|column| SelectItem::new(self.node(table, column)));
        let by_key = || {
            let equal =
                |column: &usize| Node::binary(BinaryOp::Eq, self.node(table, *column), placeholder());
            self.key.iter().map(equal).reduce(Node::and)
        };
        let mut fixed = Vec::new();
        let sql = match purpose {
            Purpose::Get => {
                let statement = SelectStatement {
                    items: self.items(),
                    from: vec![FromItem::table(table.clone())],
                    filter: by_key(),
                    ..SelectStatement::default()
                };
                let compiled = compile(StatementRef::Select(&statement), dialect)?;
                let own = compiled.parameters.len() - self.key.len();
                fixed = compiled.parameters[..own].iter().map(|value| value.clone().into_owned()).collect();
                compiled.sql
            }
            Purpose::ReadBack { columns } => {
                let statement = SelectStatement {
                    items: items(columns).collect::<Vec<_>>().into(),
                    from: vec![FromItem::table(table.clone())],
                    filter: by_key(),
                    ..SelectStatement::default()
                };
                compile(StatementRef::Select(&statement), dialect)?.sql
            }
            // Empty where there is none, so that it is not looked for again.
            Purpose::InsertUnnest { columns, returning } => {
                let columns: Vec<_> = columns.iter().map(|column| &self.table.columns[column]).collect();
                let returning: Vec<_> = items(returning).collect();
                compile_unnest_insert(table, &columns, &returning, dialect)?.unwrap_or_default()
            }
            Purpose::Insert { columns, returning, rows } => {
                let names = columns.iter().map(|column| Name::Borrowed(self.column_name(column))).collect();
                let row: Vec<Node> = columns.iter().map(|_| placeholder()).collect();
                let statement = InsertStatement {
                    columns: names,
                    source: InsertSource::Values(vec![row; rows]),
                    returning: items(returning).collect(),
                    ..InsertStatement::new(table.clone())
                };
                compile(StatementRef::Insert(&statement), dialect)?.sql
            }
            Purpose::Update { columns, returning } => {
                let mut assignments: Vec<(Name, Node)> = columns
                    .iter()
                    .map(|column| (Name::Borrowed(self.column_name(column)), placeholder()))
                    .collect();
                for (index, column) in self.table.columns.iter().enumerate() {
                    if let Some(node) = &column.on_update
                        && !columns.contains(index)
                    {
                        assignments.push((column.name.clone(), node.clone()));
                    }
                }
                let statement = UpdateStatement {
                    assignments,
                    filter: by_key(),
                    returning: items(returning).collect(),
                    ..UpdateStatement::new(table.clone())
                };
                let compiled = compile(StatementRef::Update(&statement), dialect)?;
                let own = columns.iter().count();
                let last = compiled.parameters.len() - self.key.len();
                fixed =
                    compiled.parameters[own..last].iter().map(|value| value.clone().into_owned()).collect();
                compiled.sql
            }
            Purpose::Delete => {
                let statement = DeleteStatement { filter: by_key(), ..DeleteStatement::new(table.clone()) };
                compile(StatementRef::Delete(&statement), dialect)?.sql
            }
        };
        Ok(Prepared { sql, fixed })
    }
}
