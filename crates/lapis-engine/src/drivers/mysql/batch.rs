//! One statement, executed for many rows of parameters: sent without waiting for each answer.

use lapis_sql::Value;

use super::connection::{MySqlConnection, Prepared};
use super::exchange::{Event, Failure, Owed};
use super::statements::Slot;
use super::transaction::{COMMIT, ROLLBACK};
use crate::error::{Error, Result};
use crate::row::Row;
use crate::sink::{Batch, BatchSink};

/// How many executions are sent ahead of their answers.
const AHEAD: usize = 256;
/// How many bytes of them.
const AHEAD_BYTES: usize = 64 * 1024;

/// Within a transaction, what a batch that fails has done is undone back to here.
const SAVEPOINT: &str = "SAVEPOINT lapis_batch";
const UNDO: &str = "ROLLBACK TO SAVEPOINT lapis_batch";

/// Runs a batch: as a transaction of its own where none is open, else between a savepoint and its end.
pub(super) async fn run(
    connection: &mut MySqlConnection,
    sql: &str,
    batch: &(dyn Batch + Sync),
    sink: &mut dyn BatchSink,
) -> Result<()> {
    connection.ready().await?;
    if batch.is_empty() {
        return Ok(());
    }
    let several = batch.len() > 1;
    let Prepared::Yes { slot, id } = connection.prepare(sql).await? else {
        return Err(Error::unsupported(
            "the server does not prepare this statement, so it cannot be run for many rows; run it once for each",
        ));
    };
    let inside = connection.exchange.in_transaction();
    if several {
        connection.guard()?;
    }
    if several && inside {
        connection.exchange.send_text(SAVEPOINT, Owed::Silent { begins: false })?;
    } else if several {
        connection.own = true;
        connection.exchange.send_text("START TRANSACTION", Owed::Silent { begins: true })?;
    }
    connection.exchange.in_batch = several;
    let result = execute(connection, slot, id, batch, sink).await;
    match result {
        Ok(()) if connection.own => {
            connection.steer(COMMIT).await?;
            connection.own = false;
        }
        Err(_) if several && !connection.exchange.is_broken() => undo(connection, inside).await?,
        _ => {}
    }
    // Behind all that is waited for: who comes next undoes a batch that was dropped.
    connection.exchange.in_batch = false;
    result
}

async fn execute(
    connection: &mut MySqlConnection,
    slot: Slot,
    id: u32,
    batch: &(dyn Batch + Sync),
    sink: &mut dyn BatchSink,
) -> Result<()> {
    let mut values: Vec<Value<'_>> = Vec::new();
    let (mut sent, mut done) = (0, 0);
    let mut failed = None;
    while done < sent || (failed.is_none() && sent < batch.len()) {
        // Half of those ahead are answered: time to send more.
        if sent - done <= AHEAD / 2 {
            while failed.is_none()
                && sent < batch.len()
                && sent - done < AHEAD
                && connection.exchange.waiting() < AHEAD_BYTES
            {
                values.clear();
                batch.values(sent, &mut values);
                let result = connection
                    .check_parameters(slot, values.len())
                    .and_then(|()| connection.exchange.send_execute(slot, id, &values, false));
                match result {
                    Ok(()) => sent += 1,
                    Err(error) => failed = Some(error),
                }
            }
            if done == sent {
                continue;
            }
        }
        let result = match connection.exchange.event().await? {
            Event::Row if failed.is_some() => Ok(()),
            Event::Row => {
                let row = connection.exchange.row()?;
                sink.returned(done, &Row::mysql(row))
            }
            Event::Result => Ok(()),
            Event::Done(outcome) => {
                done += 1;
                if failed.is_some() { Ok(()) } else { sink.done(done - 1, outcome) }
            }
            Event::Failed(error) => {
                done += 1;
                Err(error.into_error())
            }
            Event::Prepared(_) => return Err(connection.confused()),
        };
        if let Err(error) = result {
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Undoes what a batch has done that failed or was dropped. Executions behind the one that failed were sent already and
/// have run.
pub(super) async fn undo(connection: &mut MySqlConnection, inside: bool) -> Result<()> {
    if inside {
        match connection.steer(UNDO).await {
            Ok(_) => return Ok(()),
            // There is no such savepoint any more: the error has rolled back the whole transaction, and those behind
            // it have begun another.
            Err(Failure::Server(_)) => {}
            Err(Failure::Connection(error)) => return Err(error),
        }
    }
    connection.steer(ROLLBACK).await?;
    connection.own = false;
    Ok(())
}
