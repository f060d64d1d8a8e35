//! What the tests of the drivers of servers share.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use lapis_engine::{Connection, Engine, Flow, Outcome, Result, Row};
use lapis_sql::Value;
use lapis_sql::types::Decode;

/// A name that no other test has.
pub fn unique(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("lapis_{what}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Runs a statement whose rows are of no interest.
pub async fn run(connection: &mut Connection, sql: &str, params: &[Value<'_>]) -> Result<Outcome> {
    connection.run(sql, params, &mut |_: &Row<'_>| Ok(Flow::Continue)).await
}

/// The first column of a statement's rows.
pub async fn column<T: Decode + Send>(
    connection: &mut Connection,
    sql: &str,
    params: &[Value<'_>],
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    let mut sink = |row: &Row<'_>| {
        found.push(row.get(0)?);
        Ok(Flow::Continue)
    };
    connection.run(sql, params, &mut sink).await?;
    Ok(found)
}

/// The value of a statement that returns one.
pub async fn value<T: Decode + Send>(connection: &mut Connection, sql: &str) -> Result<T> {
    Ok(column(connection, sql, &[]).await?.pop().expect("a row"))
}

/// The same on a connection of its own.
pub async fn value_of<T: Decode + Send>(engine: &Engine, sql: &str) -> Result<T> {
    value(&mut engine.acquire().await?, sql).await
}

/// Polls a future so many times, and drops it if it is not ready by then.
pub async fn poll_and_drop<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        if polled == polls {
            return Poll::Ready(None);
        }
        polled += 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}
