//! Running statements: the same methods on connections and on the engine.

use lapis_sql::compiler::compile;
use lapis_sql::statement::{Query, Statement};

use crate::connection::Connection;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::projection::Projection;
use crate::sink::{Discard, Outcome};

/// A row of a query.
pub type RowOf<Q> = <<Q as Query>::Shape as Projection>::Row;

impl Connection {
    /// All rows.
    ///
    /// # Errors
    /// If the statement does not compile, the database refuses it, or a row cannot be read.
    pub async fn all<Q: Query<Shape: Projection>>(&mut self, query: Q) -> Result<Vec<RowOf<Q>>> {
        self.fetch(&query, None).await
    }

    /// The one row there is.
    ///
    /// # Errors
    /// If there is none, or more than one; and as [`all`](Self::all).
    pub async fn one<Q: Query<Shape: Projection>>(&mut self, query: Q) -> Result<RowOf<Q>> {
        match self.at_most_one(&query).await? {
            Some(row) => Ok(row),
            None => Err(self.about(
                &query,
                Error::no_row(
                    "one row was asked for, and there is none; use `one_or_none` or `first` if that may be",
                ),
            )),
        }
    }

    /// The one row there is, or `None`.
    ///
    /// # Errors
    /// If there is more than one; and as [`all`](Self::all).
    pub async fn one_or_none<Q: Query<Shape: Projection>>(&mut self, query: Q) -> Result<Option<RowOf<Q>>> {
        self.at_most_one(&query).await
    }

    /// The first row, or `None`. Rows behind it are not read.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub async fn first<Q: Query<Shape: Projection>>(&mut self, query: Q) -> Result<Option<RowOf<Q>>> {
        Ok(self.fetch(&query, Some(1)).await?.pop())
    }

    /// Runs a statement whose rows, if it returns any, are not wanted.
    ///
    /// # Errors
    /// If the statement does not compile, or the database refuses it.
    pub async fn execute<S: Statement>(&mut self, statement: S) -> Result<Outcome> {
        self.run_statement(statement.as_statement(), &mut Discard).await
    }

    async fn fetch<Q: Query<Shape: Projection>>(
        &mut self,
        query: &Q,
        limit: Option<usize>,
    ) -> Result<Vec<RowOf<Q>>> {
        Q::Shape::fetch(query.as_statement(), query.options(), self, limit).await
    }

    async fn at_most_one<Q: Query<Shape: Projection>>(&mut self, query: &Q) -> Result<Option<RowOf<Q>>> {
        let mut rows = self.fetch(query, Some(2)).await?;
        if rows.len() > 1 {
            return Err(self.about(query, Error::several_rows(
                "one row was asked for, and there are several; narrow the filter, or use `first` or `all`",
            )));
        }
        Ok(rows.pop())
    }

    /// Adds a query's SQL to an error.
    #[cold]
    fn about<Q: Query>(&self, query: &Q, error: Error) -> Error {
        match compile(query.as_statement(), self.dialect()) {
            Ok(compiled) => error.with_sql(&compiled.sql),
            Err(_) => error,
        }
    }
}

impl Engine {
    /// All rows; see [`Connection::all`].
    ///
    /// # Errors
    /// If there is no connection; and as [`Connection::all`].
    pub async fn all<Q: Query<Shape: Projection>>(&self, query: Q) -> Result<Vec<RowOf<Q>>> {
        self.acquire().await?.all(query).await
    }

    /// The one row there is; see [`Connection::one`].
    ///
    /// # Errors
    /// If there is no connection; and as [`Connection::one`].
    pub async fn one<Q: Query<Shape: Projection>>(&self, query: Q) -> Result<RowOf<Q>> {
        self.acquire().await?.one(query).await
    }

    /// The one row there is, or `None`; see [`Connection::one_or_none`].
    ///
    /// # Errors
    /// If there is no connection; and as [`Connection::one_or_none`].
    pub async fn one_or_none<Q: Query<Shape: Projection>>(&self, query: Q) -> Result<Option<RowOf<Q>>> {
        self.acquire().await?.one_or_none(query).await
    }

    /// The first row, or `None`; see [`Connection::first`].
    ///
    /// # Errors
    /// If there is no connection; and as [`Connection::first`].
    pub async fn first<Q: Query<Shape: Projection>>(&self, query: Q) -> Result<Option<RowOf<Q>>> {
        self.acquire().await?.first(query).await
    }

    /// Runs a statement whose rows, if it returns any, are not wanted; see [`Connection::execute`].
    ///
    /// # Errors
    /// If there is no connection; and as [`Connection::execute`].
    pub async fn execute<S: Statement>(&self, statement: S) -> Result<Outcome> {
        self.acquire().await?.execute(statement).await
    }
}
