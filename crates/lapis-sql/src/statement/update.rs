//! `UPDATE`.

use std::fmt;
use std::marker::PhantomData;

use super::terms::and_also;
use super::typed::{joined_write_statement, typed_write_statement};
use super::{
    Assignments, CommonQuery, CommonTable, Cte, IntoFromItem, Join, JoinKind, JoinTarget, Ordering, Query,
    SelectItem, Selection, Shape, Statement, StatementRef,
};
use crate::Name;
use crate::expr::{ColumnKind, ColumnOf, ComparableTo, Condition, Node, OrderBy, StaticTable, TableName};

/// `UPDATE` as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateStatement {
    /// The table.
    pub table: TableName,
    /// `WITH`: queries that it takes rows from by their names.
    pub with: Vec<CommonTable>,
    /// What the table is joined with, each by an inner or a cross join.
    pub joins: Vec<Join>,
    /// The columns and what they are set to.
    pub assignments: Vec<(Name, Node)>,
    /// Columns of the joined tables and what they are set to.
    pub joined_assignments: Vec<(TableName, Name, Node)>,
    /// `WHERE`
    pub filter: Option<Node>,
    /// `ORDER BY`: which rows come first, where a limit counts them.
    pub order_by: Vec<OrderBy>,
    /// `LIMIT`
    pub limit: Option<u64>,
    /// Whether a statement without a filter is meant, and changes every row.
    pub all_rows: bool,
    /// `RETURNING`
    pub returning: Vec<SelectItem>,
}

impl UpdateStatement {
    /// An update that sets nothing yet.
    #[must_use]
    pub fn new(table: TableName) -> Self {
        Self {
            table,
            with: Vec::new(),
            joins: Vec::new(),
            assignments: Vec::new(),
            joined_assignments: Vec::new(),
            filter: None,
            order_by: Vec::new(),
            limit: None,
            all_rows: false,
            returning: Vec::new(),
        }
    }
}

typed_write_statement! {
    /// A typed `UPDATE` of table `E`, returning rows of shape `S` (`()` for none).
    Update, UpdateStatement, Update
}

joined_write_statement!(Update);

/// `UPDATE` of the table of `E`.
///
/// ```
/// # use lapis_sql::dialect::Sqlite;
/// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
/// # use lapis_sql::statement::{update, Statement};
/// # struct User;
/// # impl StaticTable for User { const TABLE: &'static str = "users"; }
/// # impl User {
/// #     const ID: Column<User, i64> = Column::new("id");
/// #     const AGE: Column<User, i32> = Column::new("age");
/// # }
/// let birthday = update::<User>().set(User::AGE, User::AGE + 1).filter(User::ID.eq(7));
/// assert_eq!(
///     birthday.sql(&Sqlite)?,
///     r#"UPDATE "users" SET "age" = "users"."age" + ? WHERE "users"."id" = ?"#,
/// );
/// # Ok::<(), lapis_sql::CompileError>(())
/// ```
#[must_use]
pub fn update<E: StaticTable>() -> Update<E> {
    Update::new(UpdateStatement::new(E::table_name()))
}

impl<E, S: Shape> Update<E, S> {
    /// Sets a column to a value or an expression.
    ///
    /// The expression sees the row as it was, except on MySQL and MariaDB: there, a column that is set before it in the
    /// statement has its new value already, and where tables are joined either may be (MySQL 8.0 Reference Manual,
    /// 15.2.17).
    #[must_use]
    pub fn set<C: ColumnOf<E>, V: ComparableTo<ColumnKind<E, C>>>(mut self, column: C, value: V) -> Self {
        self.statement.assignments.push((column.column_name(), value.into_node()));
        self
    }

    /// Sets a column of a table that is joined, in the same statement: MySQL's and MariaDB's update of several tables.
    /// Elsewhere it is an error when compiled.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MySql, Postgres};
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{table, update, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # impl User {
    /// #     const ID: Column<User, i64> = Column::new("id");
    /// #     const ACTIVE: Column<User, bool> = Column::new("active");
    /// # }
    /// # struct Post;
    /// # impl StaticTable for Post { const TABLE: &'static str = "posts"; }
    /// # impl Post {
    /// #     const AUTHOR: Column<Post, i64> = Column::new("author_id");
    /// #     const HIDDEN: Column<Post, bool> = Column::new("hidden");
    /// # }
    /// let banned = update::<User>()
    ///     .join_on(table::<Post>(), Post::AUTHOR.eq(User::ID))
    ///     .set(User::ACTIVE, false)
    ///     .set_joined(Post::HIDDEN, true)
    ///     .filter(User::ID.eq(7));
    /// assert_eq!(
    ///     banned.sql(&MySql)?,
    ///     "UPDATE `users` JOIN `posts` ON `posts`.`author_id` = `users`.`id` \
    ///      SET `users`.`active` = ?, `posts`.`hidden` = ? WHERE `users`.`id` = ?"
    /// );
    /// assert!(banned.sql(&Postgres).is_err());
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    #[must_use]
    pub fn set_joined<J, C, V>(mut self, column: C, value: V) -> Self
    where
        J: StaticTable,
        C: ColumnOf<J>,
        V: ComparableTo<ColumnKind<J, C>>,
    {
        let assignment = (J::table_name(), column.column_name(), value.into_node());
        self.statement.joined_assignments.push(assignment);
        self
    }

    /// `UPDATE … FROM item`: takes rows from a table, an alias or a subquery, every one of them for each row of the
    /// table, so that the filter has to say which belong together; [`join_on`](Self::join_on) says it in one.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MySql, Postgres};
    /// # use lapis_sql::expr::{func, Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{select, update, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const ID: Column<User, i64> = Column::new("id");
    /// # const POSTS: Column<User, i64> = Column::new("posts");
    /// # struct Post;
    /// # impl StaticTable for Post { const TABLE: &'static str = "posts"; }
    /// # const POST: Column<Post, i64> = Column::new("id");
    /// # const AUTHOR: Column<Post, i64> = Column::new("author_id");
    /// let counts = select((AUTHOR, func::count(POST).label("posts"))).group_by(AUTHOR).subquery("c");
    /// let counted =
    ///     update::<User>().set(POSTS, counts.column::<i64>("posts")).from(&counts).filter(counts.c(AUTHOR).eq(ID));
    /// assert_eq!(
    ///     counted.sql(&Postgres)?,
    ///     "UPDATE \"users\" SET \"posts\" = \"c\".\"posts\" FROM (SELECT \"posts\".\"author_id\", \
    ///      count(\"posts\".\"id\") AS \"posts\" FROM \"posts\" GROUP BY \"posts\".\"author_id\") AS \"c\" \
    ///      WHERE \"c\".\"author_id\" = \"users\".\"id\"",
    /// );
    /// assert!(counted.sql(&MySql)?.starts_with("UPDATE `users` CROSS JOIN (SELECT `posts`.`author_id`, "));
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// A row for which there are several is changed once, and nothing says from which of them.
    #[must_use]
    pub fn from(self, item: impl IntoFromItem) -> Self {
        self.cross_join(item)
    }

    /// Sets columns: one assignment, a tuple, or a `Vec`.
    #[must_use]
    pub fn values(mut self, assignments: impl Assignments<E>) -> Self {
        let mut added = Vec::new();
        assignments.add_to(&mut added);
        let added = added.into_iter().map(|assignment| (assignment.column, assignment.value));
        self.statement.assignments.extend(added);
        self
    }

    /// Changes rows for which the condition, and every earlier one, holds.
    #[must_use]
    pub fn filter(mut self, condition: impl Condition) -> Self {
        and_also(&mut self.statement.filter, condition.into_condition());
        self
    }

    /// The same where there is a condition; `None` adds none. A statement that is left without any condition is an
    /// error when compiled, unless it says [`all_rows`](Self::all_rows): a filter that a request did not give
    /// never changes the whole table by accident.
    ///
    /// ```
    /// # use lapis_sql::dialect::Sqlite;
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::{update, Statement};
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const AGE: Column<User, i32> = Column::new("age");
    /// let statement = |minimum: Option<i32>| update::<User>().set(AGE, AGE + 1).filter_if(minimum.map(|age| AGE.ge(age)));
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

    /// Says that every row is to be changed. Without it, a statement without a filter is an error when
    /// compiled.
    #[must_use]
    pub fn all_rows(mut self) -> Self {
        self.statement.all_rows = true;
        self
    }
}
