//! The pool's contract.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lapis_engine::{Engine, EngineBuilder, ErrorKind, PoolStatus, Result};

use crate::common::{file, integer, integers};

fn memory() -> EngineBuilder {
    Engine::builder("sqlite::memory:")
}

#[tokio::test]
async fn a_connection_that_comes_back_is_used_again_the_last_one_first() -> Result<()> {
    let engine = memory().connect().await?;
    let mut first = engine.acquire().await?;
    let second = engine.acquire().await?;
    first.script("CREATE TEMP TABLE mark (x)").await?;
    drop(second);
    drop(first);
    let mut again = engine.acquire().await?;
    assert_eq!(integers(&mut again, "SELECT count(*) FROM sqlite_temp_schema", &[]).await?, [1]);
    Ok(())
}

#[tokio::test]
async fn the_status_counts_and_overflow_is_closed_when_it_comes_back() -> Result<()> {
    let engine = memory().pool_size(1).max_overflow(2).connect().await?;
    let counts = || {
        let PoolStatus { size, max_overflow, idle, checked_out, overflow, opened, .. } =
            engine.pool_status();
        assert_eq!((size, max_overflow), (1, 2));
        (idle, checked_out, overflow, opened)
    };
    assert_eq!(counts(), (1, 0, 0, 1));
    let connections = [engine.acquire().await?, engine.acquire().await?, engine.acquire().await?];
    assert_eq!(counts(), (0, 3, 2, 3));
    drop(connections);
    assert_eq!(counts(), (1, 0, 0, 3));
    Ok(())
}

#[tokio::test]
async fn a_pool_that_is_used_up_says_so_in_time() -> Result<()> {
    let timeout = Duration::from_millis(30);
    let engine = memory().pool_size(1).max_overflow(1).pool_timeout(timeout).connect().await?;
    let _held = [engine.acquire().await?, engine.acquire().await?];
    let error = engine.acquire().await.unwrap_err();
    assert!(error.is_pool_timeout());
    let message = error.to_string();
    assert!(
        message.contains("within 30ms: 2 are checked out of a pool of 1 and an overflow of 1"),
        "{message}"
    );
    assert!(message.contains("`max_overflow`"), "{message}");
    Ok(())
}

#[test]
fn without_a_runtime_the_pool_times_out_too() {
    let timeout = Duration::from_millis(30);
    let work = async {
        let engine = memory().pool_size(1).max_overflow(0).pool_timeout(timeout).connect().await?;
        let _held = engine.acquire().await?;
        engine.acquire().await
    };
    let mut work = std::pin::pin!(work);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::future::Future::poll(work.as_mut(), &mut context) {
        std::task::Poll::Ready(result) => assert!(result.unwrap_err().is_pool_timeout()),
        std::task::Poll::Pending => panic!("nothing would ever wake it"),
    }
}

#[tokio::test]
async fn who_waits_gets_the_connection_that_comes_back() -> Result<()> {
    let engine = memory().pool_size(1).max_overflow(0).connect().await?;
    let held = engine.acquire().await?;
    let waiting = {
        let engine = engine.clone();
        tokio::spawn(async move { integer(&engine, "SELECT 5").await })
    };
    tokio::task::yield_now().await;
    drop(held);
    assert_eq!(waiting.await.expect("the task did not panic")?, 5);
    Ok(())
}

#[tokio::test]
async fn a_wait_that_is_given_up_takes_nothing_with_it() -> Result<()> {
    let engine = memory().pool_size(1).max_overflow(0).connect().await?;
    let held = engine.acquire().await?;
    assert!(tokio::time::timeout(Duration::from_millis(5), engine.acquire()).await.is_err());
    drop(held);
    assert_eq!(engine.pool_status().checked_out, 0);
    assert_eq!(integer(&engine, "SELECT 5").await?, 5);
    Ok(())
}

#[tokio::test]
async fn an_old_connection_is_replaced() -> Result<()> {
    let engine = memory().pool_recycle(Duration::from_millis(1)).connect().await?;
    engine.script("CREATE TEMP TABLE mark (x)").await?;
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(integer(&engine, "SELECT count(*) FROM sqlite_temp_schema").await?, 0);
    Ok(())
}

#[tokio::test]
async fn an_invalidated_connection_is_closed() -> Result<()> {
    let engine = memory().pool_pre_ping(true).connect().await?;
    let mut connection = engine.acquire().await?;
    connection.script("CREATE TEMP TABLE mark (x)").await?;
    connection.invalidate();
    drop(connection);
    assert_eq!(engine.pool_status().idle, 0);
    assert_eq!(integer(&engine, "SELECT count(*) FROM sqlite_temp_schema").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_closed_engine_gives_no_connections_and_keeps_none() -> Result<()> {
    let engine = memory().connect().await?;
    let held = engine.acquire().await?;
    engine.close().await?;
    let error = engine.acquire().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error:?}");
    drop(held);
    assert_eq!(engine.pool_status().idle, 0);
    Ok(())
}

#[tokio::test]
async fn a_pool_without_room_is_a_configuration_error() {
    let error = memory().pool_size(0).max_overflow(0).connect().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Configuration(_)), "{error:?}");
}

#[tokio::test]
async fn every_connection_runs_what_it_is_told_to_run_first() -> Result<()> {
    let (directory, url) = file();
    let attach = format!("ATTACH '{}' AS archive", directory.path().join("archive.db").display());
    let engine = Engine::builder(&url).on_connect(attach).connect().await?;
    engine
        .script("CREATE TABLE archive.letters (x INTEGER); INSERT INTO letters VALUES (7)")
        .await?;
    let held = [engine.acquire().await?, engine.acquire().await?];
    assert_eq!(integer(&engine, "SELECT x FROM archive.letters").await?, 7);
    drop(held);
    let error = engine.script("CREATE TABLE attic.letters (x INTEGER)").await.unwrap_err();
    assert!(error.to_string().contains("EngineBuilder::on_connect"), "{error}");
    Ok(())
}

#[tokio::test]
async fn what_a_new_connection_cannot_run_is_an_error_and_costs_no_place_in_the_pool() -> Result<()> {
    let error = memory().on_connect("PRAGMA cache_size = 100; nonsense").connect().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    assert!(error.sql().is_some_and(|sql| sql.ends_with("nonsense")), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_pool_without_a_limit_opens_what_is_asked_for() -> Result<()> {
    let engine = memory().pool_size(1).max_overflow(usize::MAX).connect().await?;
    let held = [engine.acquire().await?, engine.acquire().await?, engine.acquire().await?];
    assert_eq!(engine.pool_status().checked_out, 3);
    drop(held);
    assert_eq!((engine.pool_status().idle, engine.pool_status().checked_out), (1, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offloaded_calls_leave_the_runtime_alive() -> Result<()> {
    let (_directory, url) = file();
    let engine = Engine::builder(&url).offload(true).connect().await?;
    let ticks = Arc::new(AtomicUsize::new(0));
    let ticker = {
        let ticks = Arc::clone(&ticks);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(1)).await;
                ticks.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let slow = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300000) SELECT count(*) FROM n";
    let queries = [(); 4].map(|()| {
        let engine = engine.clone();
        tokio::spawn(async move { integer(&engine, slow).await })
    });
    let started = Instant::now();
    for query in queries {
        assert_eq!(query.await.expect("the task did not panic")?, 300_000);
    }
    if started.elapsed() > Duration::from_millis(20) {
        assert!(ticks.load(Ordering::Relaxed) > 0);
    }
    ticker.abort();
    Ok(())
}
