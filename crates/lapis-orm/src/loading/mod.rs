//! Loading relations: along with a query (`.eager(User::posts)`), or later (`session.load(..)`).
//!
//! | strategy | statements | good for |
//! | --- | --- | --- |
//! | select-in, the default | one more for each level, whatever the number of owners | everything |
//! | joined, by `.joined()` | none more: the related rows come with the owners' | references, one to one |
//!
//! Levels nest to any depth: `User::posts.eager(Post::comments.eager(Comment::author))`.

mod joined;
mod owned;
mod path;
mod statements;
mod tracked;

pub use path::{EagerLoad, EagerPath, EagerRelation, IntoLoad};

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use lapis_engine::{Connection, Error, Flow, Result, Row, RowSink, first_capacity};
use lapis_sql::statement::{SelectStatement, StatementRef};
use lapis_sql::{DecodeError, Key};

use crate::entity::{Entity, Model};
use crate::handle::Handle;
use crate::session::Session;

pub(crate) use joined::{fetch_joined, track_joined};

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The relations that a query of entity `S` loads along.
pub struct Loads<S>(pub(crate) Vec<Load<S>>);

/// One relation of entity `S` to load, with those beneath it.
pub struct Load<S>(pub(crate) Arc<dyn LoadNode<S>>);

/// A relation to load, without the type it leads to.
pub(crate) trait LoadNode<S>: fmt::Debug + Send + Sync {
    /// Whether it comes with its owners, by a join.
    fn is_joined(&self) -> bool;

    /// Whether a join multiplies the owners' rows, on this level or beneath.
    fn multiplies(&self) -> bool;

    /// Loads it into owned owners.
    fn load_owned<'a>(
        &'a self,
        owners: &'a mut [S],
        connection: &'a mut Connection,
    ) -> BoxFuture<'a, Result<()>>;

    /// Loads it into a session.
    fn load_tracked<'a>(
        &'a self,
        owners: &'a [Handle<S>],
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<()>>;

    /// Loads what comes beneath it, where it is in the session already.
    fn load_beneath<'a>(
        &'a self,
        owners: &'a [Handle<S>],
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<()>>;

    /// Joins it to a statement, and says how its columns are read into owned owners.
    fn join_owned(&self, plan: &mut joined::JoinPlan<'_>) -> Box<dyn joined::OwnedCollector<S>>;

    /// Joins it to a statement, and says how its columns are read into a session.
    fn join_tracked(&self, plan: &mut joined::JoinPlan<'_>) -> Box<dyn joined::TrackedCollector<S>>;
}

impl<S: Entity> Loads<S> {
    /// Whether a relation comes with its owners, by a join.
    pub(crate) fn has_joined(&self) -> bool {
        self.0.iter().any(|load| load.0.is_joined())
    }

    /// Loads every relation into owned owners that are there already.
    pub(crate) async fn load_owned(&self, owners: &mut [S], connection: &mut Connection) -> Result<()> {
        if owners.is_empty() {
            return Ok(());
        }
        for Load(node) in &self.0 {
            node.load_owned(owners, connection).await?;
        }
        Ok(())
    }

    /// Loads every relation into a session. Those that came by a join with the owners (`joined_already`) are
    /// only looked into, for what comes beneath them.
    pub(crate) async fn load_tracked(
        &self,
        session: &mut Session,
        owners: &[Handle<S>],
        joined_already: bool,
    ) -> Result<()> {
        if owners.is_empty() {
            return Ok(());
        }
        for Load(node) in &self.0 {
            if joined_already && node.is_joined() {
                node.load_beneath(owners, session).await?;
            } else {
                node.load_tracked(owners, session).await?;
            }
        }
        Ok(())
    }
}

/// Reads a statement's rows as entities, with the relations that its options name.
///
/// # Errors
/// If a query fails, or a row does not hold what the entity wants.
pub async fn fetch<E: Entity>(
    statement: StatementRef<'_>,
    loads: &Loads<E>,
    connection: &mut Connection,
    limit: Option<usize>,
) -> Result<Vec<E>> {
    if let StatementRef::Select(select) = statement
        && loads.has_joined()
    {
        return fetch_joined(select, loads, connection, limit).await;
    }
    let mut entities = Vec::with_capacity(first_capacity::<E>(limit));
    let mut sink = Push { limit: limit.unwrap_or(usize::MAX), entities: &mut entities };
    connection.run_statement(statement, &mut sink).await?;
    loads.load_owned(&mut entities, connection).await?;
    Ok(entities)
}

/// Loads the relations that a query's options name into owned entities that were read by themselves.
///
/// # Errors
/// If a query fails.
pub async fn complete<E: Entity>(
    entities: &mut [E],
    loads: &Loads<E>,
    connection: &mut Connection,
) -> Result<()> {
    loads.load_owned(entities, connection).await
}

/// Refuses to stream entities along with relations, for which all owners have to be known.
///
/// # Errors
/// If there are relations to load.
pub fn check_stream<E: Entity>(loads: &Loads<E>) -> Result<()> {
    if loads.0.is_empty() {
        return Ok(());
    }
    Err(Error::invalid_request(format!(
        "a stream gives rows one by one, and {loads:?} is loaded for all of them together; use `all`, or stream without \
         `.eager(..)` and load what is needed afterwards"
    )))
}

/// Reads an entity that an outer join may not have found: absent if its primary key is NULL.
///
/// # Errors
/// If the row does not hold what the entity wants.
pub fn decode_optional<E: Entity>(row: &Row<'_>, first: usize) -> Result<Option<E>> {
    if is_absent::<E>(row, first) { Ok(None) } else { E::decode(row, first).map(Some) }
}

/// Whether the primary key in a row is NULL.
pub(crate) fn is_absent<E: Entity>(row: &Row<'_>, first: usize) -> bool {
    E::model().key.iter().any(|column| row.cell(first + column).is_null())
}

/// The primary key in a row whose column `first` is the entity's first.
pub(crate) fn key_in_row<E: Entity>(row: &Row<'_>, first: usize) -> Result<E::Key, DecodeError> {
    let key = &E::model().key;
    E::Key::from_cells(&mut |part| row.cell(first + key[part]))
}

/// Runs a SELECT into a sink.
pub(crate) async fn run(
    statement: &SelectStatement,
    connection: &mut Connection,
    sink: &mut (dyn RowSink + Send),
) -> Result<()> {
    connection.run_statement(StatementRef::Select(statement), sink).await?;
    Ok(())
}

/// Collects entities, so many at most.
struct Push<'v, E> {
    limit: usize,
    entities: &'v mut Vec<E>,
}

impl<E: Entity> RowSink for Push<'_, E> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        self.entities.push(E::decode(row, 0)?);
        Ok(if self.entities.len() < self.limit { Flow::Continue } else { Flow::Stop })
    }
}

impl Model {
    /// The order of a relation's entities, as columns of `table`: its own, or by primary key.
    pub(crate) fn default_order(
        &'static self,
        table: &lapis_sql::expr::TableName,
    ) -> Vec<lapis_sql::expr::OrderBy> {
        use lapis_sql::expr::{Order, OrderBy};
        let by_key = |column: &usize| OrderBy {
            node: self.node(table, *column),
            order: Order::Ascending,
            nulls_first: None,
        };
        self.key.iter().map(by_key).collect()
    }
}

impl<S> Default for Loads<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S> Clone for Loads<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> Clone for Load<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> fmt::Debug for Loads<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl<S> fmt::Debug for Load<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
