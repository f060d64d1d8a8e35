//! `DELETE`.

use std::fmt;
use std::marker::PhantomData;

use super::terms::and_also;
use super::typed::{joined_write_statement, typed_write_statement};
use super::{
    CommonQuery, CommonTable, Cte, IntoFromItem, Join, JoinKind, JoinTarget, Ordering, Query, SelectItem,
    Selection, Shape, Statement, StatementRef,
};
use crate::expr::{Condition, Node, OrderBy, StaticTable, TableName};

/// `DELETE` as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteStatement {
    /// The table.
    pub table: TableName,
    /// `WITH`: queries that it takes rows from by their names.
    pub with: Vec<CommonTable>,
    /// What the table is joined with, each by an inner or a cross join.
    pub joins: Vec<Join>,
    /// Those of the joined tables whose rows go as well.
    pub joined_tables: Vec<TableName>,
    /// `WHERE`
    pub filter: Option<Node>,
    /// `ORDER BY`: which rows come first, where a limit counts them.
    pub order_by: Vec<OrderBy>,
    /// `LIMIT`
    pub limit: Option<u64>,
    /// Whether a statement without a filter is meant, and deletes every row.
    pub all_rows: bool,
    /// `RETURNING`
    pub returning: Vec<SelectItem>,
}

impl DeleteStatement {
    /// A delete without a filter, which is an error when compiled until `filter` or `all_rows` is set.
    #[must_use]
    pub fn new(table: TableName) -> Self {
        Self {
            table,
            with: Vec::new(),
            joins: Vec::new(),
            joined_tables: Vec::new(),
            filter: None,
            order_by: Vec::new(),
            limit: None,
            all_rows: false,
            returning: Vec::new(),
        }
    }
}

typed_write_statement! {
    /// A typed `DELETE` from table `E`, returning rows of shape `S` (`()` for none).
    Delete, DeleteStatement, Delete
}

joined_write_statement!(Delete);

/// `DELETE FROM` the table of `E`.
///
/// ```
/// # use lapis_sql::dialect::Sqlite;
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{delete, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User { const AGE: Column<User, i32> = Column::new("age"); }
/// let minors = delete::<User>().filter(User::AGE.lt(18));
/// assert_eq!(minors.sql(&Sqlite)?, r#"DELETE FROM "users" WHERE "users"."age" < ?"#);
/// assert!(delete::<User>().sql(&Sqlite).is_err()); // every row? then say `.all_rows()`
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[must_use]
pub fn delete<E: StaticTable>() -> Delete<E> {
    Delete::new(DeleteStatement::new(E::table_name()))
}

impl<E, S: Shape> Delete<E, S> {
    /// Deletes the rows of a joined table, too, that belong to those that are deleted: MySQL's and MariaDB's delete from
    /// several tables. Elsewhere it is an error when compiled.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MariaDb, Sqlite};
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{delete, table, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const ID: Column<User, i64> = Column::new("id");
    /// # struct Post;
    /// # impl StaticTable for Post { const TABLE: &'static str = "posts"; }
    /// # const AUTHOR: Column<Post, i64> = Column::new("author_id");
    /// let both = delete::<Post>().join_on(table::<User>(), AUTHOR.eq(ID)).delete_joined::<User>().filter(ID.eq(7));
    /// assert_eq!(
    ///     both.sql(&MariaDb)?,
    ///     "DELETE `posts`, `users` FROM `posts` JOIN `users` ON `posts`.`author_id` = `users`.`id` \
    ///      WHERE `users`.`id` = ?"
    /// );
    /// assert!(both.sql(&Sqlite).is_err());
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    #[must_use]
    pub fn delete_joined<J: StaticTable>(mut self) -> Self {
        self.statement.joined_tables.push(J::table_name());
        self
    }

    /// `DELETE … USING item`: looks at the rows of a table, an alias or a subquery, every one of them for each row of
    /// the table, so that the filter has to say which belong together; [`join_on`](Self::join_on) says it in one.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MySql, Postgres, Sqlite};
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{delete, table, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const ID: Column<User, i64> = Column::new("id");
    /// # const BANNED: Column<User, bool> = Column::new("banned");
    /// # struct Post;
    /// # impl StaticTable for Post { const TABLE: &'static str = "posts"; }
    /// # const AUTHOR: Column<Post, i64> = Column::new("author_id");
    /// let banned = delete::<Post>().using(table::<User>()).filter(AUTHOR.eq(ID).and(BANNED));
    /// let behind = r#"WHERE "posts"."author_id" = "users"."id" AND "users"."banned""#;
    /// assert_eq!(banned.sql(&Postgres)?, format!(r#"DELETE FROM "posts" USING "users" {behind}"#));
    /// assert!(banned.sql(&MySql)?.starts_with("DELETE `posts` FROM `posts` CROSS JOIN `users` WHERE "));
    /// let exists = format!(r#"DELETE FROM "posts" WHERE EXISTS (SELECT 1 FROM "users" {behind})"#);
    /// assert_eq!(banned.sql(&Sqlite)?, exists);
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    #[must_use]
    pub fn using(self, item: impl IntoFromItem) -> Self {
        self.cross_join(item)
    }

    /// Deletes rows for which the condition, and every earlier one, holds.
    #[must_use]
    pub fn filter(mut self, condition: impl Condition) -> Self {
        and_also(&mut self.statement.filter, condition.into_condition());
        self
    }

    /// The same where there is a condition; `None` adds none. A statement that is left without any condition is an
    /// error when compiled, unless it says [`all_rows`](Self::all_rows): a filter that a request did not give
    /// never deletes the whole table by accident.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{delete, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const AGE: Column<User, i32> = Column::new("age");
    /// let statement = |minimum: Option<i32>| delete::<User>().filter_if(minimum.map(|age| AGE.ge(age)));
    /// assert!(statement(Some(18)).sql(&Sqlite)?.ends_with(r#" WHERE "users"."age" >= ?"#));
    /// assert!(statement(None).sql(&Sqlite).is_err());
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    #[must_use]
    pub fn filter_if(self, condition: Option<impl Condition>) -> Self {
        match condition {
            Some(condition) => self.filter(condition),
            None => self,
        }
    }

    /// Says that every row is to be deleted. Without it, a statement without a filter is an error when
    /// compiled.
    #[must_use]
    pub fn all_rows(mut self) -> Self {
        self.statement.all_rows = true;
        self
    }
}
