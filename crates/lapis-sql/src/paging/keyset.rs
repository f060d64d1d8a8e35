//! Pages by a cursor.

use std::fmt;

use super::PagingError;
use super::cursor::Cursor;
use super::plan::{KeysetPlan, Wanted};
use super::unique::Lookup;
use crate::dialect::Dialect;
use crate::statement::{Select, Shape};

/// Which way a page is read from its cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

impl Direction {
    pub(super) fn is_backward(self) -> bool {
        self == Direction::Backward
    }
}

/// A query that is read in pages by a cursor: what [`Select::keyset`] makes.
///
/// Without a cursor it is the first page, or, after [`backwards`](Self::backwards), the last.
pub struct Keyset<S: Shape> {
    select: Select<S>,
    size: u64,
    direction: Direction,
    from: Option<Cursor>,
    unique: bool,
}

impl<S: Shape> Select<S> {
    /// Reads the query in pages of so many rows, each from a [`Cursor`] on: the rows behind it in the query's order, or
    /// those before it. An engine, a connection, a transaction or a session reads one by `keyset_page`.
    ///
    /// ```sql
    /// SELECT … FROM posts WHERE (posts.created_at, posts.id) < (?, ?)
    /// ORDER BY posts.created_at DESC, posts.id DESC LIMIT 21
    /// ```
    ///
    /// # The order
    /// It may be of columns and expressions, run different ways, and hold NULL. It has to tell every row from every
    /// other, or rows that it does not tell apart would be lost between pages. The metadata says whether it does, for
    /// the entities that the query selects and those that they are related to: if the order holds a primary key, or a
    /// unique key without NULL, of every table in FROM, or what a join or a filter makes equal to that. To an order
    /// that does not, the primary keys are added, running the way of its last term. Where the metadata does not know
    /// the tables, it is an error that names them; [`Keyset::unique`] says that the order is unique nevertheless.
    ///
    /// # What a page is
    /// A page has the rows that are there when it is read. A row that stays where it is in the order is seen once by
    /// whoever walks from end to end, whatever is inserted and deleted meanwhile. Relations of entities are loaded
    /// along by a statement of their own, also those that are to be joined.
    ///
    /// The query must have an order, and no limit and no offset of its own. NaN, arrays and ranges have no place in an
    /// order of pages; nor has JSON, of which databases have no order, and on MySQL a quotient of whole numbers or
    /// decimals, which it compares with more digits than it shows: cast it, or round it.
    #[must_use]
    pub fn keyset(self, size: u64) -> Keyset<S> {
        Keyset { select: self, size, direction: Direction::Forward, from: None, unique: false }
    }
}

impl<S: Shape> Keyset<S> {
    /// The rows behind that cursor, in place of a cursor that was given before.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<Cursor>) -> Self {
        (self.direction, self.from) = (Direction::Forward, Some(cursor.into()));
        self
    }

    /// The rows before that cursor, the nearest to it, in place of a cursor that was given before. They come in the
    /// query's order, too.
    #[must_use]
    pub fn before(mut self, cursor: impl Into<Cursor>) -> Self {
        (self.direction, self.from) = (Direction::Backward, Some(cursor.into()));
        self
    }

    /// The same as [`after`](Self::after) where there is a cursor; `None` changes nothing.
    #[must_use]
    pub fn after_if(self, cursor: Option<impl Into<Cursor>>) -> Self {
        match cursor {
            Some(cursor) => self.after(cursor),
            None => self,
        }
    }

    /// The same as [`before`](Self::before) where there is a cursor; `None` changes nothing.
    #[must_use]
    pub fn before_if(self, cursor: Option<impl Into<Cursor>>) -> Self {
        match cursor {
            Some(cursor) => self.before(cursor),
            None => self,
        }
    }

    /// The last page, from which [`before`](Self::before) walks to the first.
    #[must_use]
    pub fn backwards(mut self) -> Self {
        (self.direction, self.from) = (Direction::Backward, None);
        self
    }

    /// Says that the order tells every row from every other, where the metadata does not know. Should it not, rows
    /// that are equal in it are left out where a page ends between them.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// How the rows are to be completed.
    #[must_use]
    pub fn options(&self) -> &S::Options {
        &self.select.options
    }

    /// The statements of the page.
    ///
    /// # Errors
    /// If the query has no order, a limit of its own, or an order that does not tell rows apart; if the cursor is none,
    /// or one of another order.
    pub fn plan(&self, dialect: &dyn Dialect) -> Result<KeysetPlan, PagingError> {
        let Self { select, size, direction, from, unique } = self;
        let wanted = Wanted { size: *size, direction: *direction, from: from.as_ref(), unique: *unique };
        let lookup: Lookup<'_> = &S::find_table;
        KeysetPlan::new(&select.statement, &wanted, dialect, lookup)
    }
}

impl<S: Shape> Clone for Keyset<S> {
    fn clone(&self) -> Self {
        Self {
            select: self.select.clone(),
            size: self.size,
            direction: self.direction,
            from: self.from.clone(),
            unique: self.unique,
        }
    }
}

impl<S: Shape> fmt::Debug for Keyset<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyset")
            .field("select", &self.select)
            .field("size", &self.size)
            .field("direction", &self.direction)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// A page that was read by a cursor.
///
/// There is a [`Cursor`] for each of its rows; most programs want [`next_cursor`](Self::next_cursor) and
/// [`previous_cursor`](Self::previous_cursor).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeysetPage<T> {
    /// The rows, in the query's order.
    pub items: Vec<T>,
    /// The place of each row.
    pub cursors: Vec<Cursor>,
    /// Whether there were rows before these.
    pub has_previous: bool,
    /// Whether there were rows behind these.
    pub has_next: bool,
}

impl<T> KeysetPage<T> {
    /// The cursor to go on [after](Keyset::after), if there were more rows.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&Cursor> {
        self.cursors.last().filter(|_| self.has_next)
    }

    /// The cursor to go back [before](Keyset::before), if there were rows before these.
    #[must_use]
    pub fn previous_cursor(&self) -> Option<&Cursor> {
        self.cursors.first().filter(|_| self.has_previous)
    }

    /// The place of the first row, of an empty page none.
    #[must_use]
    pub fn start_cursor(&self) -> Option<&Cursor> {
        self.cursors.first()
    }

    /// The place of the last row, of an empty page none: to look for rows that come behind it later.
    #[must_use]
    pub fn end_cursor(&self) -> Option<&Cursor> {
        self.cursors.last()
    }

    /// The same page with each of its rows made into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> KeysetPage<U> {
        KeysetPage {
            items: self.items.into_iter().map(f).collect(),
            cursors: self.cursors,
            has_previous: self.has_previous,
            has_next: self.has_next,
        }
    }
}
