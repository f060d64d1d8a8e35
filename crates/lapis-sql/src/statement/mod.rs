//! Statements: plain data ([`SelectStatement`], …) and their typed builders ([`Select`], …).
//!
//! A typed builder carries a *shape*, the type of its rows, and nothing else: below it, a statement is
//! data without type parameters that any front end can make and any dialect can compile.
//!
//! ```
//! # use lapis_sql::dialect::Sqlite;
//! # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
//! # use lapis_sql::statement::{select, table, Statement};
//! # struct User;
//! # impl StaticTable for User { const TABLE: &'static str = "users"; }
//! # #[allow(non_upper_case_globals)]
//! # impl User {
//! #     const id: Column<User, i64> = Column::new("id");
//! #     const name: Column<User, String> = Column::new("name");
//! # }
//! # struct Post;
//! # impl StaticTable for Post { const TABLE: &'static str = "posts"; }
//! # #[allow(non_upper_case_globals)]
//! # impl Post {
//! #     const id: Column<Post, i64> = Column::new("id");
//! #     const author: Column<Post, i64> = Column::new("author_id");
//! # }
//! let busy = select((User::name, func::count(Post::id))) // rows are `(String, i64)`
//!     .join_on(table::<Post>(), Post::author.eq(User::id))
//!     .group_by(User::name)
//!     .having(func::count(Post::id).gt(10));
//! assert_eq!(
//!     busy.sql(&Sqlite)?,
//!     "SELECT \"users\".\"name\", count(\"posts\".\"id\") FROM \"users\" \
//!      JOIN \"posts\" ON \"posts\".\"author_id\" = \"users\".\"id\" \
//!      GROUP BY \"users\".\"name\" HAVING count(\"posts\".\"id\") > ?",
//! );
//! # Ok::<(), lapis_sql::CompileError>(())
//! ```
//!
//! A SELECT that is not told its FROM takes it from its projection, and every column is checked against FROM
//! when the statement is compiled: a forgotten join is an error that names the table, and not every pair of
//! rows.

mod assignments;
mod common_table;
mod count;
mod delete;
mod derived;
mod from;
mod insert;
mod items;
mod json_table;
mod lock;
mod on_conflict;
mod parts;
mod placeholders;
mod select;
mod series;
mod set_operation;
mod shape;
mod table_function;
mod terms;
mod text;
mod typed;
mod update;
mod values;

pub use assignments::{Assignments, AssignmentsOf, ColumnList};
pub use common_table::{CommonQuery, CommonTable, Cte, CteAlias, Recursion};
pub use delete::{Delete, DeleteStatement, delete};
pub use from::{
    Alias, FromItem, IntoFromItem, Join, JoinKind, JoinTarget, Subquery, TableSource, alias, table,
};
pub use insert::{Insert, InsertSource, InsertStatement, insert};
pub use items::{SelectItems, TableItems};
pub use json_table::{JsonElements, JsonMembers, JsonPart, JsonTable, json_elements, json_members};
pub use lock::{LockStrength, LockWait, RowLock};
pub use on_conflict::{Conflict, ConflictAction, ConflictTarget, ConflictValues, OnConflict, excluded};
pub use select::{Select, SelectItem, SelectStatement, select};
pub use series::{Series, SeriesTable, generate_series};
pub use set_operation::{SetOperation, SetOperator};
pub use shape::{ByRow, Selection, Shape, Val};
pub use table_function::{FunctionTable, TableFunction, Unnest, table_function, unnest};
pub(crate) use terms::and_also;
pub use terms::{Grouping, Ordering};
pub use text::{TextQuery, TextSql, TextStatement, text};
pub use update::{Update, UpdateStatement, update};
pub use values::{Values, ValuesRow, ValuesTable, values};

use crate::compiler::{compile, compile_inline};
use crate::dialect::Dialect;
use crate::error::CompileError;

/// Any statement, borrowed: what a dialect compiles.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum StatementRef<'a> {
    /// `SELECT`
    Select(&'a SelectStatement),
    /// `INSERT`
    Insert(&'a InsertStatement),
    /// `UPDATE`
    Update(&'a UpdateStatement),
    /// `DELETE`
    Delete(&'a DeleteStatement),
    /// SQL written by hand.
    Text(&'a TextStatement),
}

impl StatementRef<'_> {
    /// Whether it is certain that the statement changes nothing. SQL written by hand only is so where it is a
    /// single SELECT or VALUES.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        match self {
            // A transaction that only reads takes no locks.
            StatementRef::Select(select) => !select.changes() && !select.takes_locks(),
            StatementRef::Insert(_) | StatementRef::Update(_) | StatementRef::Delete(_) => false,
            StatementRef::Text(text) => text.is_read_only(),
        }
    }
}

/// A statement that can be executed.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a statement that can be executed")]
pub trait Statement: Send + Sync {
    /// The statement as plain data.
    fn as_statement(&self) -> StatementRef<'_>;

    /// The statement's SQL, with placeholders for its values.
    ///
    /// # Errors
    /// If the statement cannot be compiled for the dialect.
    fn sql(&self, dialect: &dyn Dialect) -> Result<String, CompileError> {
        compile(self.as_statement(), dialect).map(|compiled| compiled.sql)
    }

    /// The statement's SQL with its values written into it, for people to read. To run a statement, let its
    /// values be bound.
    ///
    /// # Errors
    /// If the statement cannot be compiled for the dialect, or a value has no literal.
    fn sql_with_values(&self, dialect: &dyn Dialect) -> Result<String, CompileError> {
        compile_inline(self.as_statement(), dialect)
    }

    /// The statement's SQL with its values written into it, each clause on a line of its own and subqueries indented:
    /// for people to read, and to try it in the database's own shell. To run a statement, let its values be bound.
    ///
    /// Printed with `{}`, a statement is shown so in a neutral dialect, with long values cut off.
    ///
    /// ```
    /// # use lapis_sql::dialect::MySql;
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const NAME: Column<User, String> = Column::new("name");
    /// # const AGE: Column<User, i32> = Column::new("age");
    /// let adults = select(NAME).filter(AGE.ge(18));
    /// assert_eq!(adults.to_string(), "SELECT users.name\nFROM users\nWHERE users.age >= 18");
    /// assert_eq!(
    ///     adults.pretty(&MySql)?,
    ///     "SELECT `users`.`name`\nFROM `users`\nWHERE `users`.`age` >= 18",
    /// );
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// # Errors
    /// If the statement cannot be compiled for the dialect, or a value has no literal.
    fn pretty(&self, dialect: &dyn Dialect) -> Result<String, CompileError> {
        crate::pretty::pretty(self.as_statement(), dialect)
    }
}

/// Shows statements as people read them: SQL over several lines, with the values in it, in a neutral dialect.
macro_rules! display_statement {
    ($([$($generics:tt)*] $name:ty),+ $(,)?) => {
        $(
            /// As people read it: over several lines, with the values in it, in a neutral dialect. What cannot be
            /// compiled shows its error.
            impl<$($generics)*> std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    $crate::pretty::show($crate::statement::Statement::as_statement(self), f)
                }
            }
        )+
    };
}

display_statement! {
    [] SelectStatement,
    [] InsertStatement,
    [] UpdateStatement,
    [] DeleteStatement,
    [] TextStatement,
    [] TextSql,
    [S] TextQuery<S>,
    [S: Shape] Select<S>,
    [E, S: Shape] Insert<E, S>,
    [E, S: Shape] Update<E, S>,
    [E, S: Shape] Delete<E, S>,
}

/// A statement that returns rows of a known shape.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a statement that returns rows",
    note = "a SELECT does, a statement with `.returning(..)`, and `text(..).rows::<T>()`"
)]
pub trait Query: Statement {
    /// What its rows are.
    type Shape: Shape;

    /// How the rows are to be completed, for shapes that have such options.
    fn options(&self) -> &<Self::Shape as Shape>::Options;
}

impl<S: Statement + ?Sized> Statement for &S {
    fn as_statement(&self) -> StatementRef<'_> {
        (**self).as_statement()
    }
}

impl<Q: Query + ?Sized> Query for &Q {
    type Shape = Q::Shape;

    fn options(&self) -> &<Self::Shape as Shape>::Options {
        (**self).options()
    }
}
