//! How the rows of a statement become what a session gives: handles for entities, values for the rest.

use std::future::Future;

use lapis_engine::{Connection, Flow, Projection, Result, Row, RowSink, first_capacity};
use lapis_sql::statement::{ByRow, Shape, StatementRef, Val};
use lapis_sql::types::Decode;

use super::Session;
use super::state::State;
use crate::entity::Entity;
use crate::handle::Handle;
use crate::loading;

/// A shape whose rows a session can track.
///
/// Entities become [`Handle`]s, values stay values, and both may stand in tuples and options.
pub trait Track: Projection + Sized {
    /// What the session gives for a row.
    type Tracked: Send + 'static;

    /// Reads a row whose column `first` is the shape's first.
    ///
    /// # Errors
    /// If a column does not hold what the shape wants.
    fn track(row: &Row<'_>, first: usize, into: &mut Intake<'_>) -> Result<Self::Tracked>;

    /// The same where an outer join may have found nothing.
    ///
    /// # Errors
    /// As [`Track::track`].
    fn track_optional(row: &Row<'_>, first: usize, into: &mut Intake<'_>) -> Result<Option<Self::Tracked>>;

    /// Takes in a row that was read already.
    ///
    /// # Errors
    /// If an entity has no primary key.
    fn admit(row: Self::Row, into: &mut Intake<'_>) -> Result<Self::Tracked>;

    /// Runs a statement and tracks its rows, at most `limit` of them.
    ///
    /// # Errors
    /// If the statement fails, or a row does not hold what the shape wants.
    fn fetch_tracked<'s>(
        statement: StatementRef<'s>,
        options: &'s <Self as Shape>::Options,
        connection: &'s mut Connection,
        into: Intake<'s>,
        limit: Option<usize>,
    ) -> impl Future<Output = Result<Vec<Self::Tracked>>> + Send + 's {
        let _ = options;
        track_rows::<Self>(statement, connection, into, limit)
    }

    /// Loads along what the statement's options ask for.
    ///
    /// # Errors
    /// If a query fails.
    fn complete<'s>(
        session: &'s mut Session,
        rows: &'s [Self::Tracked],
        options: &'s <Self as Shape>::Options,
    ) -> impl Future<Output = Result<()>> + Send + 's {
        let _ = (session, rows, options);
        std::future::ready(Ok(()))
    }

    /// The same for rows that were tracked by themselves, without what is to be joined to them.
    ///
    /// # Errors
    /// If a query fails.
    fn complete_alone<'s>(
        session: &'s mut Session,
        rows: &'s [Self::Tracked],
        options: &'s <Self as Shape>::Options,
    ) -> impl Future<Output = Result<()>> + Send + 's {
        Self::complete(session, rows, options)
    }
}

/// Where rows become entities of a session.
pub struct Intake<'s>(pub(crate) &'s mut State);

impl Intake<'_> {
    /// Takes in one entity: the one that the session knows by its key, or a new one.
    fn admit<E: Entity>(&mut self, entity: E) -> Result<Handle<E>> {
        let epoch = self.0.epoch;
        let arena = self.0.arena_mut::<E>();
        let intake = arena.admit(entity, epoch)?;
        let handle = arena.handle(intake.index());
        self.0.realign(E::model(), &intake);
        Ok(handle)
    }

    /// Reads one entity: the one that the session knows by its key, or a new one.
    pub(crate) fn entity<E: Entity>(&mut self, row: &Row<'_>, first: usize) -> Result<Handle<E>> {
        self.admit(E::decode(row, first)?)
    }
}

/// Runs a statement into a session.
async fn track_rows<P: Track>(
    statement: StatementRef<'_>,
    connection: &mut Connection,
    into: Intake<'_>,
    limit: Option<usize>,
) -> Result<Vec<P::Tracked>> {
    let mut sink = Rows::<P> {
        into,
        rows: Vec::with_capacity(first_capacity::<P::Tracked>(limit)),
        limit: limit.unwrap_or(usize::MAX),
    };
    connection.run_statement(statement, &mut sink).await?;
    Ok(sink.rows)
}

/// Collects tracked rows, so many at most.
struct Rows<'s, P: Track> {
    into: Intake<'s>,
    rows: Vec<P::Tracked>,
    limit: usize,
}

impl<P: Track> RowSink for Rows<'_, P> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        self.rows.push(P::track(row, 0, &mut self.into)?);
        Ok(if self.rows.len() < self.limit { Flow::Continue } else { Flow::Stop })
    }
}

impl<E: Entity> Track for E {
    type Tracked = Handle<E>;

    async fn fetch_tracked<'s>(
        statement: StatementRef<'s>,
        options: &'s loading::Loads<E>,
        connection: &'s mut Connection,
        into: Intake<'s>,
        limit: Option<usize>,
    ) -> Result<Vec<Handle<E>>> {
        match statement {
            StatementRef::Select(select) if options.has_joined() => {
                loading::track_joined(select, options, connection, into.0, limit).await
            }
            _ => track_rows::<E>(statement, connection, into, limit).await,
        }
    }

    fn track(row: &Row<'_>, first: usize, into: &mut Intake<'_>) -> Result<Handle<E>> {
        into.entity(row, first)
    }

    fn track_optional(row: &Row<'_>, first: usize, into: &mut Intake<'_>) -> Result<Option<Handle<E>>> {
        if loading::is_absent::<E>(row, first) { Ok(None) } else { into.entity(row, first).map(Some) }
    }

    fn admit(row: E, into: &mut Intake<'_>) -> Result<Handle<E>> {
        into.admit(row)
    }

    fn complete<'s>(
        session: &'s mut Session,
        rows: &'s [Handle<E>],
        options: &'s loading::Loads<E>,
    ) -> impl Future<Output = Result<()>> + Send + 's {
        options.load_tracked(session, rows, true)
    }

    fn complete_alone<'s>(
        session: &'s mut Session,
        rows: &'s [Handle<E>],
        options: &'s loading::Loads<E>,
    ) -> impl Future<Output = Result<()>> + Send + 's {
        options.load_tracked(session, rows, false)
    }
}

impl<T: Decode + Send + 'static> Track for Val<T>
where
    Val<T>: Projection<Row = T>,
{
    type Tracked = T;

    fn track(row: &Row<'_>, first: usize, _into: &mut Intake<'_>) -> Result<T> {
        Self::decode(row, first)
    }

    fn track_optional(row: &Row<'_>, first: usize, _into: &mut Intake<'_>) -> Result<Option<T>> {
        Self::decode_optional(row, first)
    }

    fn admit(row: T, _into: &mut Intake<'_>) -> Result<T> {
        Ok(row)
    }
}

impl<T: Send + 'static> Track for ByRow<T>
where
    ByRow<T>: Projection<Row = T>,
{
    type Tracked = T;

    fn track(row: &Row<'_>, first: usize, _into: &mut Intake<'_>) -> Result<T> {
        Self::decode(row, first)
    }

    fn track_optional(row: &Row<'_>, first: usize, _into: &mut Intake<'_>) -> Result<Option<T>> {
        Self::decode_optional(row, first)
    }

    fn admit(row: T, _into: &mut Intake<'_>) -> Result<T> {
        Ok(row)
    }
}

impl<P: Track> Track for Option<P>
where
    Option<P>: Projection<Row = Option<P::Row>>,
{
    type Tracked = Option<P::Tracked>;

    fn track(row: &Row<'_>, first: usize, into: &mut Intake<'_>) -> Result<Self::Tracked> {
        P::track_optional(row, first, into)
    }

    fn track_optional(row: &Row<'_>, first: usize, into: &mut Intake<'_>) -> Result<Option<Self::Tracked>> {
        P::track_optional(row, first, into).map(Some)
    }

    fn admit(row: Option<P::Row>, into: &mut Intake<'_>) -> Result<Self::Tracked> {
        row.map(|row| P::admit(row, into)).transpose()
    }
}

macro_rules! tuples {
    ($($name:ident),+) => {
        impl<$($name: Track),+> Track for ($($name,)+)
        where
            ($($name,)+): Projection<Row = ($($name::Row,)+)>,
        {
            type Tracked = ($($name::Tracked,)+);

            #[allow(unused_assignments)]
            fn track(row: &Row<'_>, first: usize, into: &mut Intake<'_>) -> Result<Self::Tracked> {
                let mut next = first;
                Ok(($({
                    let at = next;
                    next += $name::WIDTH;
                    $name::track(row, at, into)?
                },)+))
            }

            fn track_optional(
                row: &Row<'_>,
                first: usize,
                into: &mut Intake<'_>,
            ) -> Result<Option<Self::Tracked>> {
                if (0..Self::WIDTH).all(|column| row.cell(first + column).is_null()) {
                    return Ok(None);
                }
                Self::track(row, first, into).map(Some)
            }

            #[allow(non_snake_case)]
            fn admit(row: Self::Row, into: &mut Intake<'_>) -> Result<Self::Tracked> {
                let ($($name,)+) = row;
                Ok(($($name::admit($name, into)?,)+))
            }
        }
    };
}

tuples!(A);
tuples!(A, B);
tuples!(A, B, C);
tuples!(A, B, C, D);
tuples!(A, B, C, D, F);
tuples!(A, B, C, D, F, G);
tuples!(A, B, C, D, F, G, H);
tuples!(A, B, C, D, F, G, H, I);
tuples!(A, B, C, D, F, G, H, I, J);
tuples!(A, B, C, D, F, G, H, I, J, K);
tuples!(A, B, C, D, F, G, H, I, J, K, L);
tuples!(A, B, C, D, F, G, H, I, J, K, L, M);
