//! Reading pages: on connections and on the engine.

use lapis_sql::paging::{Keyset, KeysetPage, KeysetPlan, Page, PageRequest, PagingError};
use lapis_sql::statement::{SelectStatement, StatementRef};
use lapis_sql::{Cell, Value};

use crate::connection::Connection;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::projection::Projection;
use crate::row::Row;
use crate::sink::{Flow, RowSink};

impl Connection {
    /// One page of a query by its number, and how many rows there are on all pages; see
    /// [`Select::page`](lapis_sql::statement::Select::page).
    ///
    /// # Errors
    /// If the query has no order, or a limit of its own; and as [`all`](Self::all).
    pub async fn page<S: Projection>(&mut self, request: PageRequest<S>) -> Result<Page<S::Row>> {
        let mut page = read_page(self, &request, |row| S::decode(row, 0)).await?;
        S::complete_owned(&mut page.items, request.options(), self).await?;
        Ok(page)
    }

    /// One page of a query from a cursor on, and whether there are more rows on either side; see
    /// [`Select::keyset`](lapis_sql::statement::Select::keyset).
    ///
    /// # Errors
    /// If the query has no order, or one that does not tell rows apart, or a limit of its own; if the cursor is none,
    /// or one of another order, the source of the error being a [`CursorError`](lapis_sql::paging::CursorError); and
    /// as [`all`](Self::all).
    pub async fn keyset_page<S: Projection>(&mut self, keyset: Keyset<S>) -> Result<KeysetPage<S::Row>> {
        let mut page = read_keyset(self, &keyset, |row| S::decode(row, 0)).await?;
        S::complete_owned(&mut page.items, keyset.options(), self).await?;
        Ok(page)
    }
}

impl Engine {
    /// One page of a query by its number; see [`Connection::page`].
    ///
    /// ```
    /// # use lapis_engine::{Engine, Result};
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::select;
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const NAME: Column<User, String> = Column::new("name");
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let engine = Engine::connect("sqlite::memory:").await?;
    /// # engine.script("CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('a'), ('b'), ('c')").await?;
    /// let page = engine.page(select(NAME).order_by(NAME).page(2, 2)).await?;
    /// assert_eq!((page.items, page.total), (vec!["c".to_owned()], 3));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no connection; and as [`Connection::page`].
    pub async fn page<S: Projection>(&self, request: PageRequest<S>) -> Result<Page<S::Row>> {
        self.acquire().await?.page(request).await
    }

    /// One page of a query from a cursor on; see [`Connection::keyset_page`].
    ///
    /// ```
    /// # use lapis_engine::{Engine, Result};
    /// # use lapis_sql::expr::{Column, ExprOps, StaticTable};
    /// # use lapis_sql::statement::select;
    /// # struct User;
    /// # impl StaticTable for User { const TABLE: &'static str = "users"; }
    /// # const NAME: Column<User, String> = Column::new("name");
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let engine = Engine::connect("sqlite::memory:").await?;
    /// # engine.script("CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('a'), ('b'), ('c')").await?;
    /// let names = select(NAME).order_by(NAME);
    /// // Nothing is known of a table without an entity, so the program says that names are unique.
    /// let first = engine.keyset_page(names.clone().keyset(2).unique()).await?;
    /// assert_eq!((first.items.as_slice(), first.has_next), (&["a".to_owned(), "b".to_owned()][..], true));
    /// let cursor = first.next_cursor().map(ToString::to_string); // in a link to the next page
    /// let second = engine.keyset_page(names.keyset(2).unique().after_if(cursor)).await?;
    /// assert_eq!((second.items, second.has_next), (vec!["c".to_owned()], false));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is no connection; and as [`Connection::keyset_page`].
    pub async fn keyset_page<S: Projection>(&self, keyset: Keyset<S>) -> Result<KeysetPage<S::Row>> {
        self.acquire().await?.keyset_page(keyset).await
    }
}

/// Reads a page by its number, each row by `read`.
///
/// # Errors
/// As [`Connection::page`].
#[doc(hidden)]
pub async fn read_page<S: Projection, T: Send>(
    connection: &mut Connection,
    request: &PageRequest<S>,
    mut read: impl FnMut(&Row<'_>) -> Result<T> + Send,
) -> Result<Page<T>> {
    let (statement, total_at) = request.statement()?;
    let mut items = Vec::new();
    let mut total = None;
    let mut sink = |row: &Row<'_>| {
        row.expect_width(total_at + 1)?;
        if total.is_none() {
            total = Some(row.get::<u64>(total_at)?);
        }
        items.push(own::<S, T>(row, total_at, &mut read)?);
        Ok(Flow::Continue)
    };
    run(connection, &statement, &mut sink).await?;
    let total = match total {
        Some(total) => total,
        // A page without rows: it is behind the last one, or there is none.
        None => first_cell::<u64>(connection, &request.total()).await?.unwrap_or_default(),
    };
    Ok(request.answer(items, total))
}

/// Reads a page from a cursor on, each row by `read`.
///
/// # Errors
/// As [`Connection::keyset_page`].
#[doc(hidden)]
pub async fn read_keyset<S: Projection, T: Send>(
    connection: &mut Connection,
    keyset: &Keyset<S>,
    mut read: impl FnMut(&Row<'_>) -> Result<T> + Send,
) -> Result<KeysetPage<T>> {
    let plan = keyset.plan(connection.dialect())?;
    let width = plan.statement.items.len();
    let mut rows: Vec<(T, Vec<Value<'static>>)> = Vec::new();
    let mut other_side = None;
    let mut sink = |row: &Row<'_>| {
        row.expect_width(width)?;
        if let (None, Some(at)) = (other_side, plan.other_side_at()) {
            other_side = Some(row.get::<bool>(at)?);
        }
        let place = plan.terms_at().iter().map(|at| row.get(*at)).collect::<Result<_>>()?;
        rows.push((own::<S, T>(row, plan.own(), &mut read)?, place));
        Ok(Flow::Continue)
    };
    run(connection, &plan.statement, &mut sink).await?;
    let other_side = match (other_side, &plan.other_side) {
        (Some(other_side), _) => other_side,
        (None, None) => false,
        (None, Some(question)) => first_cell::<bool>(connection, question).await?.unwrap_or_default(),
    };
    finish(&plan, rows, other_side)
}

/// Reads what the query itself selects. A shape that takes a whole row by itself is shown no more than that.
fn own<S: Projection, T>(
    row: &Row<'_>,
    columns: usize,
    read: &mut impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<T> {
    if S::WIDTH > 0 {
        return read(row);
    }
    let names: Vec<&str> = (0..columns).map(|column| row.name(column)).collect();
    let cells: Vec<Cell<'_>> = (0..columns).map(|column| row.cell(column)).collect();
    read(&Row::of(&names, &cells))
}

fn finish<T>(
    plan: &KeysetPlan,
    rows: Vec<(T, Vec<Value<'static>>)>,
    other_side: bool,
) -> Result<KeysetPage<T>> {
    plan.page(rows, other_side).map_err(Error::from)
}

async fn run(
    connection: &mut Connection,
    statement: &SelectStatement,
    sink: &mut (dyn RowSink + Send),
) -> Result<()> {
    connection.run_statement(StatementRef::Select(statement), sink).await?;
    Ok(())
}

async fn first_cell<T: lapis_sql::types::Decode + Send>(
    connection: &mut Connection,
    statement: &SelectStatement,
) -> Result<Option<T>> {
    let mut found = None;
    let mut sink = |row: &Row<'_>| {
        found = Some(row.get(0)?);
        Ok(Flow::Stop)
    };
    run(connection, statement, &mut sink).await?;
    Ok(found)
}

impl From<PagingError> for Error {
    fn from(error: PagingError) -> Self {
        match error {
            PagingError::Query(error) => Self::new(ErrorKind::Compile(error)),
            PagingError::Cursor(error) => Self::invalid_request(error.to_string()).with_source(error),
            other => Self::invalid_request(other.to_string()),
        }
    }
}
