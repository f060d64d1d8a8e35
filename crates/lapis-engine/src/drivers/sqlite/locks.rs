//! Waiting for locks that other connections hold, without blocking the thread.

use std::time::{Duration, Instant};

use rusqlite::ffi;

use super::error::translate;
use crate::error::Error;

const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(25);

/// Why an attempt did not succeed.
pub(super) enum Refusal {
    /// Another connection holds a lock that may become free.
    Locked(rusqlite::Error),
    /// Trying again would not help.
    Failed(Error),
}

impl Refusal {
    /// Whether an error is worth another attempt: the database is locked by another connection, and this
    /// one's transaction holds no view that would be out of date once the lock is free (`BUSY_SNAPSHOT`).
    /// `SQLITE_LOCKED` outside of a shared cache is a conflict within one connection, which no waiting ends.
    pub(super) fn of(error: rusqlite::Error) -> Self {
        match error.sqlite_error().map(|error| error.extended_code) {
            Some(
                ffi::SQLITE_BUSY
                | ffi::SQLITE_BUSY_RECOVERY
                | ffi::SQLITE_BUSY_TIMEOUT
                | ffi::SQLITE_LOCKED_SHAREDCACHE,
            ) => Refusal::Locked(error),
            _ => Refusal::Failed(translate(error)),
        }
    }

    /// The error of an attempt that is not made again.
    pub(super) fn into_error(self) -> Error {
        match self {
            Refusal::Locked(error) => translate(error),
            Refusal::Failed(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Refusal::of(error)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::Failed(error)
    }
}

/// The pauses between attempts: short at first, longer after each, until the time is up.
pub(super) struct Pauses {
    /// `None` for one that no clock reaches.
    deadline: Option<Instant>,
    next: Duration,
}

impl Pauses {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { deadline: Instant::now().checked_add(timeout), next: FIRST_PAUSE }
    }

    /// Waits before the next attempt; false if the time is up.
    pub(super) async fn pause(&mut self) -> bool {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return false;
        }
        crate::time::sleep(left.map_or(self.next, |left| self.next.min(left))).await;
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        true
    }
}
