//! Queries of a session: the same names as the engine's, with handles for entities.

use lapis_engine::{Connection, Error, Flow, Outcome, Plan, Result, Row, RowSink};
use lapis_sql::statement::{Query, Statement};
use lapis_sql::{Key, Value};

use super::Session;
use super::state::State;
use super::track::{Intake, Track};
use crate::entity::Entity;
use crate::handle::Handle;

impl Session {
    /// All rows of a query: handles for entities, values for the rest.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let users: Vec<Handle<User>> = session.all(User::select().filter(User::name.like("Ali%"))).await?;
    /// assert_eq!(session[users[0]].name, "Alice");
    /// let titles: Vec<(Handle<Post>, String)> = session.all(select((entity::<Post>(), Post::title))).await?;
    /// assert_eq!(titles.len(), 2);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the flush before it, or the query, fails.
    pub async fn all<Q>(&mut self, query: Q) -> Result<Vec<<Q::Shape as Track>::Tracked>>
    where
        Q: Query,
        Q::Shape: Track,
    {
        self.fetch(&query, None).await
    }

    /// The only row of a query.
    ///
    /// # Errors
    /// If there is none, or more than one; and as [`Session::all`].
    pub async fn one<Q>(&mut self, query: Q) -> Result<<Q::Shape as Track>::Tracked>
    where
        Q: Query,
        Q::Shape: Track,
    {
        self.one_or_none(query)
            .await?
            .ok_or_else(|| Error::no_row("one row was asked for; use `one_or_none` if there may be none"))
    }

    /// The only row of a query, if there is one.
    ///
    /// # Errors
    /// If there is more than one; and as [`Session::all`].
    pub async fn one_or_none<Q>(&mut self, query: Q) -> Result<Option<<Q::Shape as Track>::Tracked>>
    where
        Q: Query,
        Q::Shape: Track,
    {
        let mut rows = self.fetch(&query, Some(2)).await?;
        if rows.len() > 1 {
            return Err(Error::several_rows(
                "at most one row was asked for; use `first`, or narrow the filter",
            ));
        }
        Ok(rows.pop())
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// As [`Session::all`].
    pub async fn first<Q>(&mut self, query: Q) -> Result<Option<<Q::Shape as Track>::Tracked>>
    where
        Q: Query,
        Q::Shape: Track,
    {
        Ok(self.fetch(&query, Some(1)).await?.pop())
    }

    /// Runs a statement past the unit of work, in the session's transaction, after a flush. Entities that
    /// the session holds do not notice what it changes: `refresh` or `expire_all` has them read again.
    ///
    /// # Errors
    /// If the flush before it, or the statement, fails.
    pub async fn execute<S: Statement>(&mut self, statement: S) -> Result<Outcome> {
        self.before_query().await?;
        let connection = self.connection().await?;
        connection.execute(&statement).await
    }

    /// How the database would run a statement, in the session's transaction, after a flush; see
    /// [`Connection::explain`].
    ///
    /// # Errors
    /// If the flush before it fails; and as [`Connection::explain`].
    pub async fn explain<S: Statement>(&mut self, statement: S) -> Result<Plan> {
        self.before_query().await?;
        self.connection().await?.explain(statement).await
    }

    /// Runs a statement in the session's transaction, after a flush, undoes what it wrote, and tells how the database ran it; see
    /// [`Connection::explain_analyze`].
    ///
    /// # Errors
    /// If the flush before it fails; and as [`Connection::explain_analyze`].
    pub async fn explain_analyze<S: Statement>(&mut self, statement: S) -> Result<Plan> {
        self.before_query().await?;
        self.connection().await?.explain_analyze(statement).await
    }

    /// The entity with that primary key, if there is one.
    ///
    /// One that the session has read or written in this transaction is given without asking the database.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let alice = session.get::<User>(1).await?;
    /// assert!(alice.is_some());
    /// assert_eq!(session.get::<User>(1).await?, alice); // the same handle, and no statement
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the flush before it, or the query, fails.
    pub async fn get<E: Entity>(&mut self, key: impl Into<E::Key>) -> Result<Option<Handle<E>>> {
        let key = key.into();
        self.state.settle();
        if let Some(handle) = self.known::<E>(&key) {
            let epoch = self.state.epoch;
            let entry = self.state.arena_mut::<E>().entry(handle.index);
            if entry.doomed {
                return Ok(None);
            }
            if entry.epoch == epoch || entry.original.is_some() {
                return Ok(Some(handle));
            }
        }
        self.before_query().await?;
        self.select_by_key(&key).await
    }

    /// Reads a row by its key, whatever the session knows of it.
    pub(crate) async fn select_by_key<E: Entity>(&mut self, key: &E::Key) -> Result<Option<Handle<E>>> {
        if self.connection.is_none() {
            self.connection().await?;
        }
        let connection = self.connection.as_mut().expect("it was taken from the pool above");
        let prepared = E::model().get_sql(connection.dialect())?;
        let mut sink = ByKey::<E> { state: &mut self.state, found: None };
        if E::Key::COLUMNS == 1 && prepared.fixed.is_empty() {
            connection.run(&prepared.sql, &[key.part(0)], &mut sink).await?;
        } else {
            let fixed = prepared.fixed.iter().map(Value::borrowed);
            let parts: Vec<Value<'_>> =
                fixed.chain((0..E::Key::COLUMNS).map(|part| key.part(part))).collect();
            connection.run(&prepared.sql, &parts, &mut sink).await?;
        }
        Ok(sink.found)
    }

    /// Runs a query and tracks its rows, at most `limit` of them.
    pub(crate) async fn fetch<Q>(
        &mut self,
        query: &Q,
        limit: Option<usize>,
    ) -> Result<Vec<<Q::Shape as Track>::Tracked>>
    where
        Q: Query,
        Q::Shape: Track,
    {
        self.before_query().await?;
        let (state, connection) = self.parts().await?;
        let (statement, options) = (query.as_statement(), query.options());
        let rows = Q::Shape::fetch_tracked(statement, options, connection, Intake(state), limit).await?;
        Q::Shape::complete(self, &rows, query.options()).await?;
        Ok(rows)
    }

    /// What every query does first.
    pub(crate) async fn before_query(&mut self) -> Result<()> {
        self.state.settle();
        if self.autoflush && self.state.has_changes() {
            self.flush().await?;
        }
        Ok(())
    }

    /// What the session knows, and its connection.
    pub(crate) async fn parts(&mut self) -> Result<(&mut State, &mut Connection)> {
        self.connection().await?;
        let connection = self.connection.as_mut().expect("it was taken from the pool above");
        Ok((&mut self.state, connection))
    }

    /// The session's connection, in its transaction; taken from the pool if there is none.
    ///
    /// For what the session does not offer: statements by [`run`](Connection::run), batches, locks. Nothing is
    /// flushed first. The transaction is the session's: end it there, by `commit` or `rollback`.
    ///
    /// # Errors
    /// If no connection can be had.
    pub async fn connection(&mut self) -> Result<&mut Connection> {
        if self.under_way.is_some() || self.abandoned.is_some() {
            self.settle_interruptions().await?;
        }
        if self.connection.is_none() {
            let mut connection = self.engine.acquire().await?;
            connection.start(self.transaction_options)?;
            self.connection = Some(connection);
        }
        Ok(self.connection.as_mut().expect("it is there now"))
    }
}

/// Takes in the one row of a key.
struct ByKey<'s, E: Entity> {
    state: &'s mut State,
    found: Option<Handle<E>>,
}

impl<E: Entity> RowSink for ByKey<'_, E> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        self.found = Some(Intake(self.state).entity(row, 0)?);
        Ok(Flow::Stop)
    }
}
