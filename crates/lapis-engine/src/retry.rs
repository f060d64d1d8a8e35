//! Running a transaction again when the database gave it up for the sake of another.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use crate::error::{Error, Result};

/// How often a transaction is run again, after which pauses, and after which errors.
///
/// Databases end a transaction that cannot be put in an order with the others (a serialization failure), or that
/// waits for one that waits for it (a deadlock): run again, it most likely goes through. What is retried is
/// [`Error::is_retryable`], unless [`retry_if`](Self::retry_if) says otherwise. A COMMIT whose answer was lost is
/// never retried, for it may have taken effect; see [`Error::is_outcome_unknown`].
///
/// The pause doubles with each attempt, from 2 milliseconds up to 250, and is shortened at random by up to a half,
/// so that transactions that have met once do not meet again.
///
/// ```
/// use std::time::Duration;
/// use lapis_engine::RetryPolicy;
///
/// let patient = RetryPolicy::new().attempts(50).backoff(Duration::from_millis(5), Duration::from_secs(1));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    attempts: u32,
    first_pause: Duration,
    longest_pause: Duration,
    retry_if: fn(&Error) -> bool,
}

impl RetryPolicy {
    /// Up to ten attempts.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            attempts: 10,
            first_pause: Duration::from_millis(2),
            longest_pause: Duration::from_millis(250),
            retry_if: Error::is_retryable,
        }
    }

    /// One attempt: nothing is run again.
    #[must_use]
    pub const fn never() -> Self {
        Self::new().attempts(1)
    }

    /// How many attempts are made in all, at least one.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The pause after the first attempt, and the longest it may become.
    #[must_use]
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_pause = first;
        self.longest_pause = longest;
        self
    }

    /// Which errors are worth another attempt, in place of [`Error::is_retryable`].
    ///
    /// ```
    /// use lapis_engine::{Error, RetryPolicy};
    ///
    /// // Also where the connection was lost, for work that touches nothing but its transaction.
    /// let policy = RetryPolicy::new().retry_if(|error| error.is_retryable() || error.is_connection_lost());
    /// ```
    #[must_use]
    pub const fn retry_if(mut self, retry_if: fn(&Error) -> bool) -> Self {
        self.retry_if = retry_if;
        self
    }

    /// Runs work of one's own by this policy: [`Engine::transaction_with`](crate::Engine::transaction_with) does so
    /// with a transaction, `SessionMaker::begin_with` with a session. The closure is cloned for each attempt.
    ///
    /// ```
    /// # use lapis_engine::{Engine, Result, RetryPolicy};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
    /// # let engine = Engine::connect("sqlite::memory:").await?;
    /// RetryPolicy::new().run(async || engine.script("CREATE TABLE t (x)").await).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The last attempt's, which says how many there were.
    pub async fn run<T>(&self, work: impl AsyncFnOnce() -> Result<T> + Clone) -> Result<T> {
        // Not `AsyncFnMut`: of a closure that is borrowed for each call, the compiler (1.88) cannot tell that its future
        // is `Send`, and so it could not be spawned.
        let mut attempts = self.start();
        loop {
            match work.clone()().await {
                Ok(value) => return Ok(value),
                Err(error) => attempts.pause(error).await?,
            }
        }
    }

    /// [`run`](Self::run) for work that is not awaited: the thread sleeps between the attempts.
    ///
    /// # Errors
    /// The last attempt's, which says how many there were.
    pub fn run_blocking<T>(&self, mut work: impl FnMut() -> Result<T>) -> Result<T> {
        let mut attempts = self.start();
        loop {
            match work() {
                Ok(value) => return Ok(value),
                Err(error) => std::thread::sleep(attempts.pause_after(error)?),
            }
        }
    }

    /// Counts attempts from here on, for a loop of one's own.
    #[must_use]
    pub fn start(&self) -> Attempts {
        Attempts { policy: *self, made: 0 }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// The attempts that were made by a [`RetryPolicy`].
#[derive(Debug, Clone)]
pub struct Attempts {
    policy: RetryPolicy,
    made: u32,
}

impl Attempts {
    /// Pauses before the next attempt.
    ///
    /// # Errors
    /// As [`pause_after`](Self::pause_after).
    pub async fn pause(&mut self, error: Error) -> Result<()> {
        crate::time::sleep(self.pause_after(error)?).await;
        Ok(())
    }

    /// How long to pause before the next attempt.
    ///
    /// # Errors
    /// The attempt's own error where there is to be no other, with the number of attempts.
    pub fn pause_after(&mut self, error: Error) -> Result<Duration> {
        self.made += 1;
        let again = !error.is_outcome_unknown() && (self.policy.retry_if)(&error);
        if !again || self.made >= self.policy.attempts {
            return Err(if self.made > 1 { error.with_attempts(self.made) } else { error });
        }
        let doubled = 1_u32.checked_shl(self.made - 1).unwrap_or(u32::MAX);
        let pause = self.policy.first_pause.saturating_mul(doubled).min(self.policy.longest_pause);
        Ok(pause - pause.mul_f64(random() / 2.0))
    }
}

/// A number from 0 to 1. The standard library seeds its hash maps at random; nothing more is needed here.
fn random() -> f64 {
    let bits = RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::OperationalCause;

    fn locked() -> Error {
        Error::operational(OperationalCause::Locked, "locked")
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_are_shortened_at_random() {
        let (first, longest) = (Duration::from_millis(8), Duration::from_millis(20));
        let mut attempts = RetryPolicy::new().backoff(first, longest).start();
        for expected in [8, 16, 20, 20].map(Duration::from_millis) {
            let pause = attempts.pause_after(locked()).expect("another attempt");
            assert!(pause <= expected && pause >= expected / 2, "{pause:?} is not up to {expected:?}");
        }
    }

    #[test]
    fn the_last_error_says_how_many_attempts_there_were() {
        let mut attempts = RetryPolicy::new().attempts(2).start();
        assert!(attempts.pause_after(locked()).is_ok());
        let error = attempts.pause_after(locked()).unwrap_err();
        assert_eq!(error.attempts(), 2);
        assert!(error.to_string().contains("2 attempts"), "{error}");
    }

    #[test]
    fn other_errors_are_not_retried_nor_is_what_may_have_taken_effect() {
        let mut attempts = RetryPolicy::new().start();
        assert_eq!(attempts.pause_after(Error::data("too long")).unwrap_err().attempts(), 1);
        let mut attempts = RetryPolicy::new().retry_if(|_| true).start();
        assert!(attempts.pause_after(Error::data("too long")).is_ok());
        assert!(attempts.pause_after(locked().with_outcome_unknown()).is_err());
    }

    #[test]
    fn many_attempts_do_not_overflow() {
        let mut attempts = RetryPolicy::new().attempts(u32::MAX).start();
        for _ in 0..100 {
            assert!(attempts.pause_after(locked()).expect("another attempt") <= Duration::from_millis(250));
        }
    }
}
