//! `INSERT … ON CONFLICT`: upserts.

use std::fmt;

use super::terms::and_also;
use super::{Assignments, ColumnList, Insert, Shape};
use crate::Name;
use crate::expr::{Condition, Expr, Node, TableColumn};

/// What an INSERT does with a row that a unique key refuses, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct OnConflict {
    /// Of which key.
    pub target: ConflictTarget,
    /// What is done instead of inserting the row.
    pub action: ConflictAction,
}

/// The unique key of an [`OnConflict`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConflictTarget {
    /// Any.
    Any,
    /// That of these columns, in whatever order.
    Columns {
        /// The key's columns.
        columns: Vec<Name>,
        /// The condition of the partial index that the key is.
        predicate: Option<Node>,
    },
    /// The constraint of that name.
    Constraint(Name),
}

/// What an INSERT does instead of inserting a row that a unique key refuses.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConflictAction {
    /// The row is left out.
    Nothing,
    /// The row that is there is updated.
    Update {
        /// What is set.
        values: ConflictValues,
        /// Rows for which it does not hold stay as they are.
        filter: Option<Node>,
    },
}

/// What an upsert sets in the row that is there.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConflictValues {
    /// Every inserted column but those of the key, to what was to be inserted.
    Inserted,
    /// These columns.
    Assigned(Vec<(Name, Node)>),
}

/// An INSERT that is being told what to do on a conflict; made by [`Insert::on_conflict`].
#[must_use = "a conflict is settled by `.do_nothing()`, `.do_update(..)` or `.do_update_all()`"]
pub struct Conflict<E, S: Shape = ()> {
    insert: Insert<E, S>,
    target: ConflictTarget,
    filter: Option<Node>,
}

impl<E, S: Shape> fmt::Debug for Conflict<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conflict")
            .field("insert", &self.insert)
            .field("target", &self.target)
            .field("filter", &self.filter)
            .finish()
    }
}

impl<E, S: Shape> Insert<E, S> {
    /// Where a row with the same values in these columns, which are a primary key or have a unique index, is there
    /// already: what to do instead. It makes of the INSERT an *upsert*.
    ///
    /// ```
    /// # use lapis_sql::dialect::{MySql, Postgres};
    /// # use lapis_sql::expr::{Column, StaticTable};
    /// # use lapis_sql::statement::{excluded, insert, Statement};
    /// # struct Page;
    /// # impl StaticTable for Page { const TABLE: &'static str = "pages"; }
    /// # #[allow(non_upper_case_globals)]
    /// # impl Page {
    /// #     const url: Column<Page, String> = Column::new("url");
    /// #     const visits: Column<Page, i64> = Column::new("visits");
    /// # }
    /// let visit = insert::<Page>()
    ///     .values((Page::url.set("/"), Page::visits.set(1)))
    ///     .on_conflict(Page::url)
    ///     .do_update(Page::visits.set(Page::visits + excluded(Page::visits)));
    /// assert_eq!(
    ///     visit.sql(&Postgres)?,
    ///     "INSERT INTO \"pages\" (\"url\", \"visits\") VALUES ($1, $2) ON CONFLICT (\"url\") \
    ///      DO UPDATE SET \"visits\" = \"pages\".\"visits\" + excluded.\"visits\"",
    /// );
    /// assert_eq!(
    ///     visit.sql(&MySql)?,
    ///     "INSERT INTO `pages` (`url`, `visits`) VALUES (?, ?) \
    ///      ON DUPLICATE KEY UPDATE `visits` = `pages`.`visits` + VALUES(`visits`)",
    /// );
    /// # Ok::<(), lapis_sql::CompileError>(())
    /// ```
    ///
    /// MySQL and MariaDB do not ask which key it is: there, a conflict with any other unique key counts as well,
    /// which elsewhere is an error of the database. Of the rows that a statement affects they count one that is
    /// inserted once and one that is updated twice.
    pub fn on_conflict(self, columns: impl ColumnList<E>) -> Conflict<E, S> {
        let mut names = Vec::new();
        columns.add_to(&mut names);
        Conflict::new(self, ConflictTarget::Columns { columns: names, predicate: None })
    }

    /// The same of the unique constraint of that name. PostgreSQL alone knows constraints by name here; elsewhere
    /// it is an error when compiled.
    pub fn on_constraint(self, name: impl Into<Name>) -> Conflict<E, S> {
        Conflict::new(self, ConflictTarget::Constraint(name.into()))
    }

    /// The same of any unique key. To update, PostgreSQL has to know which key it is: there, only
    /// [`do_nothing`](Conflict::do_nothing) follows, and else there is an error when compiled.
    pub fn on_any_conflict(self) -> Conflict<E, S> {
        Conflict::new(self, ConflictTarget::Any)
    }
}

impl<E, S: Shape> Conflict<E, S> {
    fn new(insert: Insert<E, S>, target: ConflictTarget) -> Self {
        Self { insert, target, filter: None }
    }

    /// Says that the key is a partial index, and which rows it holds: the condition of the index. An error when
    /// compiled for MySQL and MariaDB, which have no such indexes.
    pub fn only_where(mut self, condition: impl Condition) -> Self {
        if let ConflictTarget::Columns { predicate, .. } = &mut self.target {
            and_also(predicate, condition.into_condition());
        }
        self
    }

    /// Updates the row that is there only if the condition, and every earlier one, holds; else it stays as it is.
    ///
    /// An error when compiled for MySQL and MariaDB, where the values that are set have to decide it:
    /// `case().when(condition, new).otherwise(old)`.
    pub fn filter(mut self, condition: impl Condition) -> Self {
        and_also(&mut self.filter, condition.into_condition());
        self
    }

    /// Leaves the row out; the one that is there stays as it is, and RETURNING does not give it back.
    ///
    /// On MySQL and MariaDB a column is set to itself, since `INSERT IGNORE` would pass over other faults too.
    /// MariaDB's RETURNING would give back the row that is there, so that both together are an error when compiled.
    #[must_use]
    pub fn do_nothing(self) -> Insert<E, S> {
        self.settle(|_| ConflictAction::Nothing)
    }

    /// Updates the row that is there: one assignment, a tuple or a `Vec`. Columns are those of the row that is
    /// there, and [`excluded`] gives what was to be inserted.
    ///
    /// MySQL and MariaDB assign from left to right: there, a later assignment sees what an earlier one has set.
    #[must_use]
    pub fn do_update(self, assignments: impl Assignments<E>) -> Insert<E, S> {
        let mut added = Vec::new();
        assignments.add_to(&mut added);
        let assigned = added.into_iter().map(|assignment| (assignment.column, assignment.value)).collect();
        self.settle(|filter| ConflictAction::Update { values: ConflictValues::Assigned(assigned), filter })
    }

    /// Updates every inserted column of the row that is there, but those of [`Insert::on_conflict`], to what was to
    /// be inserted.
    #[must_use]
    pub fn do_update_all(self) -> Insert<E, S> {
        self.settle(|filter| ConflictAction::Update { values: ConflictValues::Inserted, filter })
    }

    fn settle(self, action: impl FnOnce(Option<Node>) -> ConflictAction) -> Insert<E, S> {
        let Self { mut insert, target, filter } = self;
        insert.statement.on_conflict = Some(OnConflict { target, action: action(filter) });
        insert
    }
}

/// The value that was to be inserted into a column, where an upsert updates a row: `excluded.column`, MySQL's and
/// MariaDB's `VALUES(column)`, which stands in no subquery there. Elsewhere it is an error when compiled.
pub fn excluded<E, C: TableColumn<E>>(column: C) -> Expr<C::Type> {
    Expr::new(Node::Excluded(column.column_name()))
}
