//! Blocking sessions made alike.

use lapis_engine::blocking::Engine;
use lapis_engine::{Result, RetryPolicy, TransactionOptions};

use super::session::Session;

/// Makes blocking sessions with the same options; see [`SessionMaker`](crate::SessionMaker).
#[derive(Debug, Clone)]
pub struct SessionMaker {
    inner: crate::SessionMaker,
    engine: Engine,
}

impl SessionMaker {
    /// Makes sessions on an engine, which flush by themselves before they query.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self { inner: crate::SessionMaker::new(engine), engine: engine.clone() }
    }

    /// Whether queries flush first.
    #[must_use]
    pub fn autoflush(self, autoflush: bool) -> Self {
        Self { inner: self.inner.autoflush(autoflush), ..self }
    }

    /// How the sessions' transactions run; see
    /// [`Session::transaction_options`](crate::Session::transaction_options).
    #[must_use]
    pub fn transaction_options(self, options: TransactionOptions) -> Self {
        Self { inner: self.inner.transaction_options(options), ..self }
    }

    /// A new session.
    #[must_use]
    pub fn session(&self) -> Session {
        Session::wrap(self.inner.session(), self.engine.clone())
    }

    /// Runs a closure with a new session: `Ok` commits, `Err` rolls back, and the connection goes back to
    /// the pool either way; see [`SessionMaker::begin`](crate::SessionMaker::begin).
    ///
    /// # Errors
    /// What the closure gives, or what the flush or the commit says.
    pub fn begin<T>(&self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        self.attempt(self.session(), work)
    }

    /// Runs a closure with a new session whose transaction has these options, and again where the database gives it
    /// up for the sake of another; see [`SessionMaker::begin_with`](crate::SessionMaker::begin_with).
    ///
    /// # Errors
    /// What the last attempt gives, with [the number of attempts](lapis_engine::Error::attempts).
    pub fn begin_with<T>(
        &self,
        options: TransactionOptions,
        retry: RetryPolicy,
        mut work: impl FnMut(&mut Session) -> Result<T>,
    ) -> Result<T> {
        retry.run_blocking(|| self.attempt(self.session().transaction_options(options), &mut work))
    }

    fn attempt<T>(&self, mut session: Session, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        let result = work(&mut session);
        self.engine.block_on(session.end(result))
    }
}
