//! What a pool knows of the database behind it.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, OperationalCause};

/// What a pool knows of the database behind it, and what it has counted.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Raised when a connection turns out dead: what killed it may have killed those that were opened before.
    generation: AtomicU64,
    pub(super) opened: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) opening: AtomicUsize,
    pub(super) waiting: AtomicUsize,
    /// Why the last attempt to open a connection failed, until one succeeds.
    last_failure: Mutex<Option<Failure>>,
}

#[derive(Debug)]
struct Failure {
    at: Instant,
    cause: OperationalCause,
    message: String,
}

impl Health {
    /// The generation of connections that are known to be alive.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Says that a connection of that generation is dead. Others of it may be, and are tried before they are given
    /// out; that many of them die at once raises the generation once.
    pub(super) fn found_dead(&self, generation: u64) {
        // Where it was raised already there is nothing to do.
        let _ = self.generation.compare_exchange(
            generation,
            generation + 1,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
    }

    pub(super) fn connected(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
        *self.last_failure() = None;
    }

    /// Counts an attempt that failed, and keeps its reason; one that only repeats the reason of another keeps that.
    pub(super) fn could_not_connect(&self, error: &Error) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        let cause = match error.kind() {
            ErrorKind::Operational { cause, .. } => *cause,
            _ => OperationalCause::CannotOpen,
        };
        let message = error.to_string();
        let at = Instant::now();
        match &mut *self.last_failure() {
            Some(last) if message.ends_with(&last.message) => last.at = at,
            last => *last = Some(Failure { at, cause, message }),
        }
    }

    /// The reason why there was no connection for so long, where it is that none could be opened.
    pub(super) fn why_none(&self, waited: Duration) -> Option<(OperationalCause, String)> {
        let failure = self.last_failure();
        let Failure { at, cause, message } = failure.as_ref()?;
        let ago = at.elapsed();
        // One from before is another story.
        (ago <= waited).then(|| {
            (*cause, format!("the last attempt to open a connection, {ago:.1?} ago, failed: {message}"))
        })
    }

    /// A panic cannot leave it half changed, so a poisoned lock is as good as another.
    fn last_failure(&self) -> MutexGuard<'_, Option<Failure>> {
        self.last_failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One more, for as long as it is there.
pub(super) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    pub(super) fn in_(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
