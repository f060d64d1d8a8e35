//! How the shapes of statements are read from rows.

use std::future::Future;

use lapis_sql::statement::{Shape, StatementRef, Val};
use lapis_sql::types::Decode;

use crate::connection::Connection;
use crate::error::Result;
use crate::row::Row;
use crate::sink::{Flow, RowSink};

/// A shape whose rows can be read.
#[diagnostic::on_unimplemented(message = "rows of shape `{Self}` cannot be read")]
pub trait Projection: Shape {
    /// What a row becomes.
    type Row: Send + 'static;

    /// How many columns it spans.
    const WIDTH: usize;

    /// Reads it from the columns from `first` on.
    ///
    /// # Errors
    /// If a column does not hold what its type wants.
    ///
    /// # Panics
    /// May panic if the row has fewer than `first + WIDTH` columns; see [`Row::expect_width`].
    fn decode(row: &Row<'_>, first: usize) -> Result<Self::Row>;

    /// Reads it where an outer join may have found nothing.
    ///
    /// # Errors
    /// If a column does not hold what its type wants.
    fn decode_optional(row: &Row<'_>, first: usize) -> Result<Option<Self::Row>> {
        if row.is_null(first, Self::WIDTH) { Ok(None) } else { Self::decode(row, first).map(Some) }
    }

    /// Whether rows can be given one by one with these options, which may ask for more than a row holds.
    ///
    /// # Errors
    /// If they cannot.
    fn check_stream(options: &Self::Options) -> Result<()> {
        let _ = options;
        Ok(())
    }

    /// Runs a statement and reads its rows, or the first `limit` of them.
    ///
    /// Shapes that have options override it to complete their rows.
    fn fetch<'c>(
        statement: StatementRef<'c>,
        options: &'c Self::Options,
        connection: &'c mut Connection,
        limit: Option<usize>,
    ) -> impl Future<Output = Result<Vec<Self::Row>>> + Send + 'c
    where
        Self: Sized,
    {
        let _ = options;
        fetch_rows::<Self>(statement, connection, limit)
    }

    /// Completes rows that were read by themselves, as the options ask for.
    ///
    /// Shapes that have options override it.
    fn complete_owned<'c>(
        rows: &'c mut [Self::Row],
        options: &'c Self::Options,
        connection: &'c mut Connection,
    ) -> impl Future<Output = Result<()>> + Send + 'c
    where
        Self: Sized,
    {
        let _ = (rows, options, connection);
        std::future::ready(Ok(()))
    }
}

/// Runs a statement and reads its rows, or the first `limit` of them, and nothing else.
///
/// # Errors
/// If the statement does not compile, the database refuses it, or a row is not of the shape.
pub async fn fetch_rows<P: Projection>(
    statement: StatementRef<'_>,
    connection: &mut Connection,
    limit: Option<usize>,
) -> Result<Vec<P::Row>> {
    let rows = Vec::with_capacity(first_capacity::<P::Row>(limit));
    let mut sink = Rows::<P> { rows, limit };
    connection.run_statement(statement, &mut sink).await?;
    Ok(sink.rows)
}

/// Collects rows, or the first of them.
struct Rows<P: Projection> {
    rows: Vec<P::Row>,
    limit: Option<usize>,
}

impl<P: Projection> RowSink for Rows<P> {
    #[inline]
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        if self.rows.is_empty() {
            row.expect_width(P::WIDTH)?;
        }
        self.rows.push(P::decode(row, 0)?);
        Ok(if self.limit.is_some_and(|limit| self.rows.len() >= limit) {
            Flow::Stop
        } else {
            Flow::Continue
        })
    }

    fn limit(&self) -> Option<usize> {
        self.limit
    }
}

/// Room for the first rows of a result, whose number nobody knows beforehand: about as much memory as allocators
/// give out at once, so that small results do not move as they grow.
#[must_use]
pub fn first_capacity<T>(limit: Option<usize>) -> usize {
    const BYTES: usize = 1024;
    let rows = (BYTES / size_of::<T>().max(1)).max(1);
    limit.map_or(rows, |limit| limit.min(rows))
}

impl<T: Decode + Send + 'static> Projection for Val<T> {
    type Row = T;
    const WIDTH: usize = 1;

    #[inline]
    fn decode(row: &Row<'_>, first: usize) -> Result<T> {
        row.get(first)
    }
}

impl<P: Projection> Projection for Option<P> {
    type Row = Option<P::Row>;
    const WIDTH: usize = P::WIDTH;

    #[inline]
    fn decode(row: &Row<'_>, first: usize) -> Result<Self::Row> {
        P::decode_optional(row, first)
    }
}

impl Projection for () {
    type Row = ();
    const WIDTH: usize = 0;

    fn decode(_row: &Row<'_>, _first: usize) -> Result<()> {
        Ok(())
    }
}

macro_rules! tuples {
    ($($name:ident),+) => {
        impl<$($name: Projection),+> Projection for ($($name,)+) {
            type Row = ($($name::Row,)+);
            const WIDTH: usize = 0 $(+ $name::WIDTH)+;

            #[inline]
            #[allow(unused_assignments)]
            fn decode(row: &Row<'_>, first: usize) -> Result<Self::Row> {
                let mut next = first;
                Ok(($({
                    let first = next;
                    next += $name::WIDTH;
                    $name::decode(row, first)?
                },)+))
            }
        }
    };
}

tuples!(A);
tuples!(A, B);
tuples!(A, B, C);
tuples!(A, B, C, D);
tuples!(A, B, C, D, E);
tuples!(A, B, C, D, E, F);
tuples!(A, B, C, D, E, F, G);
tuples!(A, B, C, D, E, F, G, H);
tuples!(A, B, C, D, E, F, G, H, I);
tuples!(A, B, C, D, E, F, G, H, I, J);
tuples!(A, B, C, D, E, F, G, H, I, J, K);
tuples!(A, B, C, D, E, F, G, H, I, J, K, L);
