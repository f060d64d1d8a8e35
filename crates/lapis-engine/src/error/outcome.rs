//! What an error says of the transaction it happened in: whether to run it again, and whether it took effect.

use super::Error;

impl Error {
    /// The same error, for work that may have taken effect: the connection was lost after COMMIT was sent and before
    /// its answer came.
    #[must_use]
    pub fn with_outcome_unknown(mut self) -> Self {
        self.0.outcome_unknown = true;
        self
    }

    /// Whether nobody can say if the transaction took effect: COMMIT was sent, or a statement outside of a
    /// transaction, and the connection was lost before its answer came.
    ///
    /// A commit has three ends: `Ok`, it is kept; an error of which this is false, it is undone; an error of which
    /// this is true, it is one or the other. Look at the data before doing the work again. (PostgreSQL can be asked,
    /// by `pg_xact_status` and a number that was noted before.)
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        // statement_completion_unknown and transaction_resolution_unknown of the SQL standard.
        self.0.outcome_unknown || matches!(self.sqlstate(), Some("40003" | "08007"))
    }

    /// Whether the database gave the transaction up for the sake of another, so that it may go through if it is run
    /// again as a whole: a serialization failure, a deadlock, a lock that was not had in time.
    ///
    /// | database | |
    /// | --- | --- |
    /// | PostgreSQL | SQLSTATE 40001 `serialization_failure`, 40P01 `deadlock_detected`; not 55P03, of `NOWAIT` |
    /// | MySQL, MariaDB | 1213 `ER_LOCK_DEADLOCK`, 1205 `ER_LOCK_WAIT_TIMEOUT`, MariaDB's 1020 `ER_CHECKREAD` |
    /// | SQLite | `SQLITE_BUSY` and `SQLITE_LOCKED`, with `SQLITE_BUSY_SNAPSHOT` |
    ///
    /// [`RetryPolicy`](crate::RetryPolicy) goes by it.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        if self.is_outcome_unknown() {
            return false;
        }
        match (self.sqlstate(), self.native_code()) {
            (Some("40001" | "40P01"), _) | (Some(_), Some(1205 | 1213 | 1020)) => true,
            // A server says which lock it was; the embedded database has but one.
            (Some(_), _) => false,
            (None, _) => self.is_locked(),
        }
    }

    /// The same error with the number of attempts that ended with it.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// How many attempts were made by a [`RetryPolicy`](crate::RetryPolicy) before this error was given out: 1 where
    /// nothing was retried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::OperationalCause;

    fn locked() -> Error {
        Error::operational(OperationalCause::Locked, "locked")
    }

    #[test]
    fn serialization_failures_deadlocks_and_locks_are_worth_another_attempt() {
        for sqlstate in ["40001", "40P01"] {
            assert!(locked().with_sqlstate(sqlstate).is_retryable(), "{sqlstate}");
        }
        for code in [1205, 1213] {
            assert!(locked().with_sqlstate("HY000").with_native_code(code).is_retryable(), "{code}");
        }
        assert!(locked().with_native_code(5).is_retryable());
        assert!(!locked().with_sqlstate("55P03").is_retryable());
        assert!(!Error::data("too long").is_retryable());
    }

    #[test]
    fn what_may_have_taken_effect_is_not() {
        let error = locked().with_outcome_unknown();
        assert!(error.is_outcome_unknown() && !error.is_retryable());
        assert!(error.to_string().contains("may have taken effect"), "{error}");
        assert!(locked().with_sqlstate("40003").is_outcome_unknown());
    }
}
