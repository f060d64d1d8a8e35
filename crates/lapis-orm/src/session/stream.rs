//! Rows one after the other, as a session gives them.

use lapis_engine::{Result, RowStream};
use lapis_sql::statement::Query;

use super::Session;
use super::state::State;
use super::track::{Intake, Track};

/// The rows of a query, one after the other: handles for entities, values for the rest.
///
/// The session keeps what it is given: a stream of a million entities ends with a million entities in the
/// session. For rows that need not be tracked, stream from the engine or a connection.
#[must_use = "a stream does nothing unless it is asked for its rows"]
pub struct TrackedStream<'s, S: Track> {
    state: &'s mut State,
    rows: RowStream<'s, S::Row>,
}

impl<S: Track> TrackedStream<'_, S> {
    /// The next row, or `None` behind the last one. After an error there are no more rows.
    pub async fn next(&mut self) -> Option<Result<S::Tracked>> {
        let row = self.rows.next().await?;
        Some(row.and_then(|row| S::admit(row, &mut Intake(self.state))))
    }
}

impl<S: Track> std::fmt::Debug for TrackedStream<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrackedStream").finish_non_exhaustive()
    }
}

impl Session {
    /// The rows of a query one after the other, the first before the last is read.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let mut users = session.stream(User::select()).await?;
    /// while let Some(user) = users.next().await {
    ///     let user: Handle<User> = user?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If the flush before it fails, the query does not compile, or it asks for relations to be loaded
    /// along, for which all owners have to be known.
    pub async fn stream<Q>(&mut self, query: Q) -> Result<TrackedStream<'_, Q::Shape>>
    where
        Q: Query,
        Q::Shape: Track,
    {
        self.before_query().await?;
        let (state, connection) = self.parts().await?;
        Ok(TrackedStream { state, rows: connection.stream(query).await? })
    }
}
