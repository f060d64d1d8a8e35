//! `INSERT`.

use std::fmt;
use std::marker::PhantomData;

use super::typed::typed_write_statement;
use super::{
    Assignments, AssignmentsOf, ColumnList, CommonQuery, CommonTable, Cte, OnConflict, Query, Select,
    SelectItem, SelectStatement, Selection, Shape, Statement, StatementRef,
};
use crate::Name;
use crate::expr::{Node, StaticTable, TableName};

/// `INSERT` as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct InsertStatement {
    /// The table.
    pub table: TableName,
    /// The columns that get values; none for `DEFAULT VALUES`.
    pub columns: Vec<Name>,
    /// Where the rows come from.
    pub source: InsertSource,
    /// `WITH`: queries that its source selects from by their names.
    pub with: Vec<CommonTable>,
    /// What is done with a row that a unique key refuses; without it, that is an error of the database.
    pub on_conflict: Option<OnConflict>,
    /// `RETURNING`
    pub returning: Vec<SelectItem>,
}

/// Where inserted rows come from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum InsertSource {
    /// Rows of expressions, each as long as the columns; no row at all is one of defaults.
    Values(Vec<Vec<Node>>),
    /// A query.
    Select(Box<SelectStatement>),
    /// A list of rows that is empty: an error when compiled, since SQL has no insert of no rows, and a row of
    /// defaults is not what was asked for.
    NoRows,
}

impl InsertStatement {
    /// An insert of one row of defaults.
    #[must_use]
    pub fn new(table: TableName) -> Self {
        Self {
            table,
            columns: Vec::new(),
            source: InsertSource::Values(Vec::new()),
            with: Vec::new(),
            on_conflict: None,
            returning: Vec::new(),
        }
    }

    /// Adds a row. A column that it does not name, or that earlier rows did not, gets its default.
    pub fn add_row(&mut self, assignments: impl IntoIterator<Item = (Name, Node)>) {
        if let InsertSource::Select(_) | InsertSource::NoRows = self.source {
            self.columns.clear();
            self.source = InsertSource::Values(Vec::new());
        }
        let InsertSource::Values(rows) = &mut self.source else { return };
        let mut row = vec![None; self.columns.len()];
        for (column, value) in assignments {
            match self.columns.iter().position(|known| *known == column) {
                Some(position) => row[position] = Some(value),
                None => {
                    self.columns.push(column);
                    rows.iter_mut().for_each(|row| row.push(Node::Default));
                    row.push(Some(value));
                }
            }
        }
        rows.push(row.into_iter().map(|value| value.unwrap_or(Node::Default)).collect());
    }
}

typed_write_statement! {
    /// A typed `INSERT` into table `E`, returning rows of shape `S` (`()` for none).
    Insert, InsertStatement, Insert
}

/// `INSERT INTO` the table of `E`: of one row of defaults, unless it is given values.
///
/// ```
/// # use lapis_sql::dialect::Sqlite;
/// # use lapis_sql::expr::{Column, StaticTable};
/// # use lapis_sql::statement::{insert, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User {
/// #     const ID: Column<User, i64> = Column::new("id");
/// #     const NAME: Column<User, String> = Column::new("name");
/// #     const AGE: Column<User, i32> = Column::new("age");
/// # }
/// let insert = insert::<User>().values((User::NAME.set("Ada"), User::AGE.set(36))).returning(User::ID);
/// assert_eq!(
///     insert.sql(&Sqlite)?,
///     r#"INSERT INTO "users" ("name", "age") VALUES (?, ?) RETURNING "id""#,
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[must_use]
pub fn insert<E: StaticTable>() -> Insert<E> {
    Insert::new(InsertStatement::new(E::table_name()))
}

impl<E, S: Shape> Insert<E, S> {
    /// Adds a row. A column that it does not name, or that earlier rows did not, gets its default, which
    /// SQLite cannot write beside values: there, an error when compiled.
    #[must_use]
    pub fn values(mut self, row: impl AssignmentsOf<E>) -> Self {
        let mut assignments = Vec::new();
        row.add_to(&mut assignments);
        self.statement
            .add_row(assignments.into_iter().map(|assignment| (assignment.column, assignment.value)));
        self
    }

    /// Adds rows. Where there are none, the statement is an error when compiled: leave it out then.
    #[must_use]
    pub fn rows<I>(mut self, rows: I) -> Self
    where
        I: IntoIterator,
        I::Item: Assignments<E>,
    {
        let mut rows = rows.into_iter();
        match rows.next() {
            Some(first) => rows.fold(self.values(first), Insert::values),
            None => {
                if matches!(&self.statement.source, InsertSource::Values(rows) if rows.is_empty()) {
                    self.statement.source = InsertSource::NoRows;
                }
                self
            }
        }
    }

    /// `INSERT INTO … (columns) SELECT …`: the rows of a query, in place of values.
    #[must_use]
    pub fn from_select<Q: Shape>(mut self, columns: impl ColumnList<E>, select: Select<Q>) -> Self {
        self.statement.columns.clear();
        columns.add_to(&mut self.statement.columns);
        self.statement.source = InsertSource::Select(Box::new(select.statement));
        self
    }
}
