//! Sessions made alike.

use lapis_engine::{Engine, Result, RetryPolicy, TransactionOptions};

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

    /// Runs a closure with a new session whose transaction has these options, and again, with another new session,
    /// where the database gives the transaction up for the sake of another: [`RetryPolicy`] says how often. The
    /// closure is cloned for each attempt: what it captures is borrowed, or can be cloned.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// use lapis::{IsolationLevel, RetryPolicy, TransactionOptions};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let sessions = SessionMaker::new(&engine);
    /// let options = TransactionOptions::new().isolation_level(IsolationLevel::Serializable);
    /// sessions
    ///     .begin_with(options, RetryPolicy::new(), async |session| {
    ///         let alice = session.one(User::select().filter(User::name.eq("Alice"))).await?;
    ///         session[alice].name = "Alice Liddell".into();
    ///         Ok(())
    ///     })
    ///     .await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What the last attempt gives, with [the number of attempts](lapis_engine::Error::attempts). Where the connection
    /// was lost during COMMIT, [nobody knows whether it took effect](lapis_engine::Error::is_outcome_unknown), and it
    /// is not run again.
    pub async fn begin_with<T, F>(
        &self,
        options: TransactionOptions,
        retry: RetryPolicy,
        work: F,
    ) -> Result<T>
    where
        F: AsyncFnOnce(&mut Session) -> Result<T> + Clone,
    {
        retry
            .run(async || {
                let mut session = self.session().transaction_options(options);
                let result = work.clone()(&mut session).await;
                session.end(result).await
            })
            .await
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
