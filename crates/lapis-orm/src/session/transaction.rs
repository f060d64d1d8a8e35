//! Transactions of a session: flush, commit, rollback, savepoints.

use std::borrow::BorrowMut;

use lapis_engine::{Error, Result};

use super::flush;
use super::state::Mark;
use super::{Session, UnderWay};

/// A savepoint of a session: made by [`Session::savepoint`].
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let mut session = engine.session();
/// let savepoint = session.savepoint().await?;
/// let bob = session.add(User::new().name("Bob").build());
/// session.flush().await?;
/// session.rollback_to(savepoint).await?; // Bob is in neither the database nor the session
/// assert_eq!(session.state(bob), EntityState::Transient);
/// session.commit().await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Savepoint {
    number: u32,
}

/// A savepoint that is set, and how far the journals had come.
#[derive(Debug)]
pub(super) struct Level {
    number: u32,
    pub(super) mark: Mark,
}

impl Level {
    fn name(&self) -> String {
        format!("lapis_{}", self.number)
    }
}

impl Session {
    /// Writes everything that waits: inserts, updates and deletes, ordered by their references, many rows
    /// a statement. What the database assigned is read back.
    ///
    /// A flush that fails leaves nothing half-written. What can be checked beforehand (a required
    /// reference that is unset) leaves everything as it was; an error of the database rolls the
    /// transaction back, or the innermost savepoint, and the session with it.
    ///
    /// # Errors
    /// If the session's changes contradict themselves, or the database refuses them.
    pub async fn flush(&mut self) -> Result<()> {
        self.settle_interruptions().await?;
        if !self.state.has_changes() {
            return Ok(());
        }
        flush::check(&mut self.state)?;
        self.connection().await?;
        self.under_way = Some(UnderWay::Flush);
        let connection = self.connection.as_mut().expect("it was taken from the pool above");
        let result = flush::flush(&mut self.state, connection).await;
        if let Err(error) = result {
            // The first error is the one to report: a rollback that fails as well closes the connection.
            let _ = self.undo_innermost().await;
            self.under_way = None;
            return Err(error);
        }
        self.under_way = None;
        Ok(())
    }

    /// Flushes, and makes everything since the last commit final. The connection goes back to the pool.
    ///
    /// Entities stay as they are; a query in the next transaction that finds their rows brings them up to
    /// date.
    ///
    /// # Errors
    /// If the flush or the commit fails; the transaction is rolled back, and the session with it. Within a
    /// closure of [`Session::begin_nested`], which ends before its transaction does; nothing has happened then.
    pub async fn commit(&mut self) -> Result<()> {
        self.refuse_within_closure("commit")?;
        self.flush().await?;
        let Some(mut connection) = self.connection.take() else {
            self.state.commit();
            return Ok(());
        };
        self.savepoints.clear();
        self.under_way = Some(UnderWay::Commit);
        if let Err(error) = connection.commit().await {
            drop(connection);
            self.state.undo(&Mark::default());
            self.under_way = None;
            return Err(error);
        }
        self.under_way = None;
        self.state.commit();
        Ok(())
    }

    /// Takes back everything since the last commit, in the database and in the session: entities that
    /// were added are transient, those that were changed or deleted are as they were, and relations hold what
    /// they held; those that were loaded after a change may have to be loaded again.
    ///
    /// A row that was read for the first time after this transaction had written it past the entity (by
    /// `execute`, or while it was expunged) is told by its entity as it was read, until a query or `refresh`
    /// reads it again.
    ///
    /// # Errors
    /// If the database cannot be told; the connection is closed then, which has the same effect. Within a closure
    /// of [`Session::begin_nested`], which takes back what it did by ending in an error; nothing has happened then.
    pub async fn rollback(&mut self) -> Result<()> {
        self.refuse_within_closure("roll back")?;
        self.undo_all().await
    }

    /// Rolls the whole transaction back, whatever runs within it.
    async fn undo_all(&mut self) -> Result<()> {
        self.savepoints.clear();
        self.state.undo(&Mark::default());
        self.under_way = None;
        match self.connection.take() {
            Some(mut connection) => connection.rollback().await,
            None => Ok(()),
        }
    }

    /// Ends the session's transaction by a rollback and gives its connection back. The entities stay
    /// readable.
    ///
    /// # Errors
    /// As [`Session::rollback`].
    pub async fn close(&mut self) -> Result<()> {
        self.rollback().await
    }

    /// A closure within a savepoint counts on its transaction to outlive it.
    fn refuse_within_closure(&self, step: &str) -> Result<()> {
        if self.closures.is_empty() {
            return Ok(());
        }
        Err(Error::invalid_request(format!(
            "a closure of `begin_nested` cannot {step} the transaction around it: return from the closure first (`Ok` keeps \
             what it did, `Err` takes it back), and {step} then"
        )))
    }

    /// Whether a transaction is open: since the first statement after the last commit or rollback.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.connection.is_some()
    }

    /// Runs a closure within a savepoint: `Ok` keeps what it did, `Err` takes it back, in the database and
    /// in the session, while the transaction around it goes on. The closure cannot end that transaction, nor
    /// go back to a savepoint that was set before it.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut session = engine.session();
    /// let eve = session.add(User::new().name("Eve").build());
    /// let twin = session
    ///     .begin_nested(async |session| {
    ///         session.add(User::new().name("Alice").build()); // the name is taken
    ///         session.flush().await
    ///     })
    ///     .await;
    /// assert!(twin.is_err_and(|error| error.is_unique_violation()));
    /// session.commit().await?;
    /// assert_eq!(session.state(eve), EntityState::Persistent);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What the closure gives, or what the flush or the database says.
    pub async fn begin_nested<T, F>(&mut self, work: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Session) -> Result<T>,
    {
        let savepoint = self.savepoint().await?;
        let mut nested = Nested::new(self, savepoint);
        let result = work(nested.session()).await;
        nested.end(result).await
    }

    /// Flushes, and sets a savepoint to which the transaction can be rolled back.
    ///
    /// # Errors
    /// If the flush or the database fails.
    pub async fn savepoint(&mut self) -> Result<Savepoint> {
        self.flush().await?;
        self.next_savepoint += 1;
        let level = Level { number: self.next_savepoint, mark: self.state.mark() };
        self.connection().await?.savepoint(&level.name()).await?;
        let savepoint = Savepoint { number: level.number };
        self.savepoints.push(level);
        Ok(savepoint)
    }

    /// Takes back everything since the savepoint, in the database and in the session. The savepoint stays.
    ///
    /// # Errors
    /// If the savepoint was released or its transaction has ended, or if it lies around a closure of
    /// [`Session::begin_nested`] that runs.
    pub async fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        let at = self.level_within_closure(savepoint)?;
        self.savepoints.truncate(at + 1);
        self.undo_innermost().await
    }

    /// Flushes, and forgets a savepoint and those within it: what was done since belongs to what is around.
    ///
    /// # Errors
    /// If the flush fails, or the savepoint was released or its transaction has ended, or if it lies around a
    /// closure of [`Session::begin_nested`] that runs.
    pub async fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        self.level_within_closure(savepoint)?;
        self.flush().await?;
        self.forget(savepoint).await
    }

    /// Releases a savepoint when nothing waits to be flushed.
    async fn forget(&mut self, savepoint: Savepoint) -> Result<()> {
        let at = self.level(savepoint)?;
        let name = self.savepoints[at].name();
        if let Some(connection) = &mut self.connection {
            connection.release(&name).await?;
        }
        self.savepoints.truncate(at);
        Ok(())
    }

    fn level(&self, savepoint: Savepoint) -> Result<usize> {
        self.savepoints.iter().position(|level| level.number == savepoint.number).ok_or_else(|| {
            Error::invalid_request(
                "this savepoint is no longer set: it was released, or its transaction has ended; set another",
            )
        })
    }

    fn level_within_closure(&self, savepoint: Savepoint) -> Result<usize> {
        let at = self.level(savepoint)?;
        let around = |closure: &Savepoint| self.level(*closure).is_ok_and(|closure| at < closure);
        if self.closures.last().is_some_and(around) {
            return Err(Error::invalid_request(
                "this savepoint was set before the closure of `begin_nested` that runs: return from the closure first, or set \
                 a savepoint within it",
            ));
        }
        Ok(at)
    }

    /// Rolls back to a savepoint whose closure was dropped before its end.
    pub(super) async fn undo_abandoned(&mut self) -> Result<()> {
        let Some(savepoint) = self.abandoned.take() else { return Ok(()) };
        if self.level(savepoint).is_err() {
            return Ok(());
        }
        self.rollback_to(savepoint).await?;
        self.forget(savepoint).await
    }

    /// Rolls back to the innermost savepoint, or the whole transaction.
    async fn undo_innermost(&mut self) -> Result<()> {
        let Some(level) = self.savepoints.last() else { return self.undo_all().await };
        let (name, mark) = (level.name(), level.mark.clone());
        self.state.undo(&mark);
        match &mut self.connection {
            Some(connection) => connection.rollback_to(&name).await,
            None => Ok(()),
        }
    }

    /// Takes back what a flush, a commit or a nested closure that was dropped midway may have left.
    pub(super) async fn settle_interruptions(&mut self) -> Result<()> {
        let Some(under_way) = self.under_way else {
            return match self.abandoned {
                Some(_) => self.undo_abandoned().await,
                None => Ok(()),
            };
        };
        self.undo_all().await?;
        Err(match under_way {
            UnderWay::Flush => Error::invalid_request(
                "an earlier flush or commit of this session was cancelled before it was done; its transaction has been rolled \
                 back, and so has the session. Repeat the work",
            ),
            UnderWay::Commit => Error::invalid_request(
                "an earlier commit of this session was cancelled before its answer came; the session has been rolled back",
            )
            .with_outcome_unknown(),
        })
    }
}

/// The closure of [`Session::begin_nested`] at work. Dropped before its end, it leaves word that what was
/// done is to be taken back.
pub(crate) struct Nested<'s, S: BorrowMut<Session> = Session> {
    session: &'s mut S,
    savepoint: Savepoint,
    finished: bool,
}

impl<'s, S: BorrowMut<Session>> Nested<'s, S> {
    pub(crate) fn new(session: &'s mut S, savepoint: Savepoint) -> Self {
        (*session).borrow_mut().closures.push(savepoint);
        Self { session, savepoint, finished: false }
    }

    /// The session that the closure works with.
    pub(crate) fn session(&mut self) -> &mut S {
        self.session
    }

    /// Keeps what the closure did if it went well, else takes it back.
    pub(crate) async fn end<T>(mut self, result: Result<T>) -> Result<T> {
        self.finished = true;
        let savepoint = self.savepoint;
        let session = (*self.session).borrow_mut();
        session.closures.pop();
        let kept = match result {
            Ok(value) => session.release(savepoint).await.map(|()| value),
            Err(error) => Err(error),
        };
        // The first error is the one to report. Where the savepoint went with the whole transaction, as MySQL's do after a
        // deadlock, what is next done in that transaction is refused.
        if kept.is_err() && session.level(savepoint).is_ok() && session.rollback_to(savepoint).await.is_ok()
        {
            let _ = session.forget(savepoint).await;
        }
        kept
    }
}

impl<S: BorrowMut<Session>> Drop for Nested<'_, S> {
    fn drop(&mut self) {
        if !self.finished {
            // The rollback needs waiting for: the session's next step does it.
            let session = (*self.session).borrow_mut();
            session.closures.pop();
            session.abandoned = Some(self.savepoint);
        }
    }
}
