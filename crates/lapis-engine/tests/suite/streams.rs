//! Rows one after the other.

use std::pin::Pin;
use std::time::{Duration, Instant};

use futures_core::Stream;
use lapis_engine::{Engine, ErrorKind, FromRow, Result, Row};
use lapis_sql::statement::text;

use crate::common::integers;

/// The numbers from 1 on, up to more than anybody would wait for.
const NUMBERS: &str = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000000) \
                       SELECT x FROM n";

async fn memory() -> Result<Engine> {
    Engine::builder("sqlite::memory:").pool_size(1).max_overflow(0).connect().await
}

#[tokio::test]
async fn all_rows_come_in_order() -> Result<()> {
    let engine = memory().await?;
    let thousand = NUMBERS.replace("1000000000", "1000");
    let mut rows = engine.stream(text(thousand).scalar::<i64>()).await?;
    let mut seen = Vec::new();
    while let Some(row) = rows.next().await {
        seen.push(row?);
    }
    assert_eq!(seen, (1..=1000).collect::<Vec<i64>>());
    assert!(rows.next().await.is_none());
    Ok(())
}

#[tokio::test]
async fn the_first_rows_come_before_the_last_is_read_and_a_dropped_stream_frees_its_connection()
-> Result<()> {
    let engine = memory().await?;
    let mut connection = engine.acquire().await?;
    let started = Instant::now();
    for _ in 0..3 {
        let mut rows = connection.stream(text(NUMBERS).scalar::<i64>()).await?;
        for expected in 1..=10 {
            assert_eq!(rows.next().await.unwrap()?, expected);
        }
        drop(rows);
        assert_eq!(integers(&mut connection, "SELECT 7", &[]).await?, [7]);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "it took {:?}", started.elapsed());
    Ok(())
}

#[tokio::test]
async fn a_stream_dropped_before_its_first_row_interrupts_the_statement() -> Result<()> {
    let engine = memory().await?;
    let started = Instant::now();
    let slow = format!("SELECT count(*) FROM ({NUMBERS})");
    drop(engine.stream(text(slow).scalar::<i64>()).await?);
    assert!(started.elapsed() < Duration::from_secs(5), "it took {:?}", started.elapsed());
    assert_eq!(engine.pool_status().checked_out, 0);
    assert_eq!(engine.one(text("SELECT 7").scalar::<i64>()).await?, 7);
    Ok(())
}

#[tokio::test]
async fn a_stream_dropped_while_it_waits_for_a_lock_does_not_wait_on() -> Result<()> {
    let engine = Engine::connect("sqlite::memory:").await?;
    engine.script("CREATE TABLE t (x)").await?;
    let mut writer = engine.begin().await?;
    writer.script("INSERT INTO t VALUES (1)").await?;
    let started = Instant::now();
    let rows = engine.stream(text("SELECT x FROM t").scalar::<i64>()).await?;
    tokio::time::sleep(Duration::from_millis(10)).await;
    drop(rows);
    assert!(started.elapsed() < Duration::from_secs(1), "it took {:?}", started.elapsed());
    writer.commit().await?;
    let mut rows = engine.stream(text("SELECT x FROM t").scalar::<i64>()).await?;
    assert_eq!(rows.next().await.unwrap()?, 1);
    Ok(())
}

#[tokio::test]
async fn a_stream_is_part_of_the_transaction_of_its_connection() -> Result<()> {
    let engine = memory().await?;
    engine.script("CREATE TABLE t (x)").await?;
    let mut transaction = engine.begin().await?;
    transaction.script("INSERT INTO t VALUES (1), (2), (3)").await?;
    let mut rows = transaction.stream(text("SELECT x FROM t").scalar::<i64>()).await?;
    assert_eq!(rows.next().await.unwrap()?, 1);
    drop(rows);
    assert!(transaction.in_transaction());
    transaction.commit().await?;
    assert_eq!(engine.one(text("SELECT count(*) FROM t").scalar::<i64>()).await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_statement_that_writes_is_not_undone_by_dropping_its_stream() -> Result<()> {
    let engine = memory().await?;
    engine.script("CREATE TABLE t (x)").await?;
    let mut transaction = engine.begin().await?;
    let insert = "INSERT INTO t SELECT value FROM json_each('[1,2,3,4,5,6,7,8,9]') RETURNING x";
    drop(transaction.stream(text(insert).scalar::<i64>()).await?);
    transaction.commit().await?;
    assert_eq!(engine.one(text("SELECT count(*) FROM t").scalar::<i64>()).await?, 9);
    Ok(())
}

#[tokio::test]
async fn what_goes_wrong_comes_from_the_stream_behind_the_rows_before_it() -> Result<()> {
    let engine = memory().await?;
    let mut rows = engine.stream(text("SELECT 1 UNION ALL SELECT 'x'").scalar::<i64>()).await?;
    assert_eq!(rows.next().await.unwrap()?, 1);
    let error = rows.next().await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decode { .. }), "{error:?}");
    assert!(error.sql().is_some());
    assert!(rows.next().await.is_none());

    // The pool has one connection: the stream before has given it back, though it is still there.
    let mut missing = engine.stream(text("SELECT nothing").scalar::<i64>()).await?;
    let error = missing.next().await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    Ok(())
}

struct Panics;

impl FromRow for Panics {
    fn from_row(_: &Row<'_>) -> Result<Self> {
        panic!("on purpose")
    }
}

#[tokio::test]
async fn a_panic_while_decoding_costs_the_connection_and_nothing_else() -> Result<()> {
    let engine = memory().await?;
    let mut rows = engine.stream(text("SELECT 1").rows::<Panics>()).await?;
    let Some(Err(error)) = rows.next().await else { panic!("an error was expected") };
    assert!(error.to_string().contains("panicked"), "{error}");
    drop(rows);
    assert_eq!(engine.pool_status().checked_out, 0);
    assert_eq!(engine.one(text("SELECT 7").scalar::<i64>()).await?, 7);
    Ok(())
}

#[tokio::test]
async fn a_stream_is_a_stream_and_may_move_between_threads() -> Result<()> {
    fn is_send<T: Send>(_: &T) {}
    let engine = memory().await?;
    let mut rows = engine.stream(text("SELECT 1 UNION ALL SELECT 2").scalar::<i64>()).await?;
    is_send(&rows);
    let mut sum = 0;
    while let Some(row) = std::future::poll_fn(|context| Pin::new(&mut rows).poll_next(context)).await {
        sum += row?;
    }
    assert_eq!(sum, 3);
    Ok(())
}
