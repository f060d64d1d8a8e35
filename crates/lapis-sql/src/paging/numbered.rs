//! Pages by their number.

use std::fmt;

use super::{PagingError, invalid};
use crate::compiler::inferred_table;
use crate::error::CompileError;
use crate::expr::Node;
use crate::statement::{FromItem, Select, SelectItem, SelectStatement, Shape};

/// A query of which one page is wanted: what [`Select::page`] makes.
pub struct PageRequest<S: Shape> {
    select: Select<S>,
    number: u64,
    size: u64,
}

impl<S: Shape> Select<S> {
    /// One page of the query, of so many rows, counted from 1; with it comes how many rows there are. An engine, a
    /// connection, a transaction or a session reads it by `page`.
    ///
    /// The total comes in the same statement as the rows, so that the two are of one moment in any transaction:
    ///
    /// ```sql
    /// SELECT users.*, (SELECT count(*) FROM users WHERE …) FROM users WHERE … ORDER BY … LIMIT 20 OFFSET 120
    /// ```
    ///
    /// A page behind the last one has no row to carry it, and costs a second statement.
    ///
    /// The query must have an order, which is what the pages are of, and no limit and no offset of its own. An order
    /// that does not tell every row from every other may show one on two pages, and another on none: end it with the
    /// primary key. Relations of entities are loaded along by a statement of their own, also those that are to be
    /// joined.
    #[must_use]
    pub fn page(self, number: u64, size: u64) -> PageRequest<S> {
        PageRequest { select: self, number, size }
    }
}

impl<S: Shape> PageRequest<S> {
    /// How the rows are to be completed.
    #[must_use]
    pub fn options(&self) -> &S::Options {
        &self.select.options
    }

    /// The query of the page, with the total in a column behind its own, and that column's place.
    ///
    /// # Errors
    /// If the query has no order, or a limit of its own, or there is no such page in any query.
    pub fn statement(&self) -> Result<(SelectStatement, usize), PagingError> {
        check(&self.select.statement, self.size, "a page")?;
        let offset = self.number.checked_sub(1).ok_or_else(|| invalid("pages are counted from 1"))?;
        // Behind the last row that any database counts to, there is nothing.
        let offset = offset.saturating_mul(self.size);
        let mut select = super::wrap::opened(self.select.statement.clone())?;
        let inferred = inferred_table(&select)?;
        select.from.extend(inferred.map(FromItem::table));
        let counted = SelectStatement { with: Vec::new(), ..select.clone() }.counted();
        // Without a label, which might be one that the query has.
        let total = SelectItem::new(Node::Scalar(Box::new(counted)));
        let place = select.items.len();
        select.items.to_mut().push(total);
        (select.limit, select.offset) = (Some(self.size), (offset > 0).then_some(offset));
        Ok((select, place))
    }

    /// The query of the total alone.
    #[must_use]
    pub fn total(&self) -> SelectStatement {
        self.select.statement.clone().counted()
    }

    /// The page of the rows that were read.
    #[must_use]
    pub fn answer<T>(&self, items: Vec<T>, total: u64) -> Page<T> {
        Page { items, number: self.number, size: self.size, total }
    }
}

/// What makes a query one that cannot be read in pages, by the name of the part that is at fault.
pub(super) fn check(select: &SelectStatement, size: u64, page: &str) -> Result<(), CompileError> {
    if size == 0 {
        return Err(invalid(format!("{page} has at least one row, and its size is 0")));
    }
    if select.order_by.is_empty() {
        return Err(invalid(format!(
            "{page} is a LIMIT, which without ORDER BY gives any rows; add `.order_by(..)` to the query"
        )));
    }
    let own = [("LIMIT", select.limit), ("OFFSET", select.offset)];
    match own.into_iter().find(|(_, rows)| rows.is_some()) {
        Some((clause, _)) => Err(invalid(format!(
            "{page} has a limit of its own, and the query has {clause} already; leave it out, or make the query a \
             `.subquery(..)`"
        ))),
        None => Ok(()),
    }
}

impl<S: Shape> Clone for PageRequest<S> {
    fn clone(&self) -> Self {
        Self { select: self.select.clone(), number: self.number, size: self.size }
    }
}

impl<S: Shape> fmt::Debug for PageRequest<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageRequest")
            .field("select", &self.select)
            .field("number", &self.number)
            .field("size", &self.size)
            .finish()
    }
}

/// A page that was read by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows, in the query's order.
    pub items: Vec<T>,
    /// The page's number, counted from 1.
    pub number: u64,
    /// How many rows a page has, but for the last.
    pub size: u64,
    /// How many rows there are on all pages.
    pub total: u64,
}

impl<T> Page<T> {
    /// How many pages there are.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(self.size.max(1))
    }

    /// Whether there is a page behind this one.
    #[must_use]
    pub fn has_next(&self) -> bool {
        self.number < self.pages()
    }

    /// Whether there is a page before this one.
    #[must_use]
    pub fn has_previous(&self) -> bool {
        self.number > 1 && self.total > 0
    }

    /// The same page with each of its rows made into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            number: self.number,
            size: self.size,
            total: self.total,
        }
    }
}
