//! Sessions made alike.

use lapis_engine::{Engine, Result, TransactionOptions};

use super::Session;

/// Makes sessions with the same options: one for each request or job.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let sessions = SessionMaker::new(&engine);
/// let id = sessions
///     .begin(async |session| {
///         let user = session.add(User::new().name("Bob").build());
///         session.flush().await?;
///         Ok(*session[user].id)
///     })
///     .await?; // committed on Ok, rolled back on Err
/// assert_eq!(id, 2);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct SessionMaker {
    engine: Engine,
    autoflush: bool,
    transaction_options: TransactionOptions,
}

impl SessionMaker {
    /// Makes sessions on an engine, which flush by themselves before they query.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self { engine: engine.clone(), autoflush: true, transaction_options: TransactionOptions::default() }
    }

    /// Whether queries flush first.
    #[must_use]
    pub fn autoflush(mut self, autoflush: bool) -> Self {
        self.autoflush = autoflush;
        self
    }

    /// How the sessions' transactions run; see [`Session::transaction_options`].
    #[must_use]
    pub fn transaction_options(mut self, options: TransactionOptions) -> Self {
        self.transaction_options = options;
        self
    }

    /// A new session.
    #[must_use]
    pub fn session(&self) -> Session {
        Session::new(&self.engine)
            .autoflush(self.autoflush)
            .transaction_options(self.transaction_options)
    }

    /// Runs a closure with a new session: `Ok` commits, `Err` rolls back, and the connection goes back to
    /// the pool either way.
    ///
    /// # Errors
    /// What the closure gives, or what the flush or the commit says.
    pub async fn begin<T, F>(&self, work: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Session) -> Result<T>,
    {
        let mut session = self.session();
        let result = work(&mut session).await;
        session.end(result).await
    }
}

impl Session {
    /// Commits if the work went well, else rolls back.
    pub(crate) async fn end<T>(&mut self, result: Result<T>) -> Result<T> {
        match &result {
            Ok(_) => self.commit().await?,
            // The closure's error is the one to report; a connection that cannot roll back is closed.
            Err(_) => drop(self.rollback().await),
        }
        result
    }
}
