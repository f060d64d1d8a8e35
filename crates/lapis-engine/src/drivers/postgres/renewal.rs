//! What a change of the schema means for the statements that are prepared.

use std::sync::atomic::Ordering;

use postgres_protocol::message::backend::CommandCompleteBody;

use super::connection::PostgresConnection;
use super::link::IDLE;
use crate::error::{Error, OperationalCause, Result};
use crate::transaction::TransactionOptions;

/// The state that a statement began in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    pending: Option<TransactionOptions>,
    idle: bool,
    known: bool,
}

impl PostgresConnection {
    /// What [`renew`](Self::renew) has to know of the state that a statement begins in.
    pub(super) fn before(&mut self, sql: &str) -> Before {
        self.bound = false;
        Before {
            pending: self.pending,
            idle: self.link.status == IDLE,
            known: self.statements.contains(sql),
        }
    }

    /// Forgets a statement that failed because what was known of it is out of date, so that it can be run again: nothing
    /// of it was done.
    ///
    /// # Errors
    /// The error, where it has other reasons, and where the transaction has failed with it that did something before.
    pub(super) async fn renew(&mut self, sql: &str, before: Before, error: Error) -> Result<()> {
        if !before.known || self.bound || self.link.is_broken() || !is_outdated(&error) {
            return Err(error);
        }
        self.link.settle().await?;
        let statements = &mut self.statements;
        self.link.write(|output| statements.forget(sql, output))?;
        self.link.expect_sync();
        if !before.idle {
            return Err(outdated(error));
        }
        if before.pending.is_some() {
            self.end("ROLLBACK").await?;
            self.pending = before.pending;
        }
        Ok(())
    }

    /// Notes what a command means for the statements that are prepared.
    pub(super) fn note(&mut self, completed: &CommandCompleteBody) {
        let tag = completed.tag().unwrap_or_default();
        match tag.split(' ').next().unwrap_or_default() {
            // A view may be replaced by one with more columns; what else is created was in no statement before.
            "ALTER" | "DROP" | "DO" => self.alter(),
            "CREATE" if tag == "CREATE VIEW" => self.alter(),
            // They are gone, or may be.
            "DISCARD" | "DEALLOCATE" => self.schema = u64::MAX,
            _ => {}
        }
    }

    fn alter(&mut self) {
        self.altered |= self.link.status != IDLE;
        self.shared.schema.fetch_add(1, Ordering::AcqRel);
    }
}

/// Whether an error before anything ran may come from a statement that is out of date: its result has other columns
/// now, it is gone, or what it names has changed. What was a type's number tells the server nothing any more (XX000).
fn is_outdated(error: &Error) -> bool {
    error
        .sqlstate()
        .is_some_and(|state| matches!(state, "0A000" | "26000" | "XX000") || state.starts_with("42"))
}

/// The error of a transaction that met a statement which was out of date.
fn outdated(error: Error) -> Error {
    // The others say by themselves what is wrong, which may be the statement for good.
    match error.sqlstate() {
        Some(state @ ("0A000" | "26000" | "XX000")) => {
            let message = format!(
                "a table or type has changed since this statement was prepared ({error}); roll the transaction back, and run \
                 it again"
            );
            Error::operational(OperationalCause::Other, message)
                .with_sqlstate(state)
                .with_source(error)
        }
        _ => error,
    }
}
