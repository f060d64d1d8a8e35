//! Connections that want the same database at the same time.

use std::time::{Duration, Instant};

use lapis_engine::{Discard, Engine, Error, Result, TransactionOptions};
use lapis_sql::Value;

use crate::common::{file, integer, integers};

const INSERT: &str = "INSERT INTO t VALUES (1)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_write_one_file_and_none_is_refused() -> Result<()> {
    let (_directory, url) = file();
    let engine = Engine::builder(&url)
        .pool_size(8)
        .max_overflow(24)
        .busy_timeout(Duration::from_secs(60))
        .connect()
        .await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    let tasks: Vec<_> = (0..32)
        .map(|number| {
            let engine = engine.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    engine
                        .transaction(async |connection| {
                            connection
                                .run("INSERT INTO t VALUES (?)", &[Value::Int(number)], &mut Discard)
                                .await?;
                            tokio::task::yield_now().await;
                            connection.run(INSERT, &[], &mut Discard).await
                        })
                        .await?;
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task panicked")?;
    }
    assert_eq!(integer(&engine, "SELECT count(*) FROM t").await?, 32 * 5 * 2);
    Ok(())
}

#[tokio::test]
async fn a_lock_may_be_waited_for_without_end() -> Result<()> {
    let (_directory, url) = file();
    let engine = Engine::builder(&url).busy_timeout(Duration::MAX).connect().await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    let mut writer = engine.begin().await?;
    writer.script(INSERT).await?;
    let waiting = tokio::spawn({
        let engine = engine.clone();
        async move { engine.script(INSERT).await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    writer.commit().await?;
    waiting.await.expect("the task did not panic")?;
    assert_eq!(integer(&engine, "SELECT count(*) FROM t").await?, 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_open_one_new_file() -> Result<()> {
    let (_directory, url) = file();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Engine::connect(&url).await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task panicked")?;
    }
    Ok(())
}

#[tokio::test]
async fn readers_of_a_file_do_not_wait_for_its_writer() -> Result<()> {
    let (_directory, url) = file();
    let engine = Engine::builder(&url).busy_timeout(Duration::ZERO).connect().await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    let mut writer = engine.begin().await?;
    writer.script(INSERT).await?;
    assert_eq!(integer(&engine, "SELECT count(*) FROM t").await?, 0);
    writer.commit().await?;
    assert_eq!(integer(&engine, "SELECT count(*) FROM t").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_lock_is_waited_for_without_blocking_the_thread() -> Result<()> {
    let (_directory, on_file) = file();
    for url in [on_file.as_str(), "sqlite::memory:"] {
        let engine = Engine::connect(url).await?;
        engine.script("CREATE TABLE t (x INTEGER)").await?;
        let mut first = engine.begin().await?;
        first.script(INSERT).await?;
        let second = engine.transaction(async |connection| connection.script(INSERT).await);
        // Both run on this one thread: the second waits while the first goes on.
        let (first, second) = tokio::join!(
            async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                first.commit().await
            },
            second
        );
        first?;
        second?;
        assert_eq!(integer(&engine, "SELECT count(*) FROM t").await?, 2);
    }
    Ok(())
}

#[tokio::test]
async fn a_lock_that_does_not_become_free_is_an_error_that_says_why_and_what_to_do() -> Result<()> {
    let (_directory, url) = file();
    let engine = Engine::builder(&url).busy_timeout(Duration::from_millis(30)).connect().await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    let mut holder = engine.begin().await?;
    holder.script(INSERT).await?;
    let started = Instant::now();
    let error = engine.script(INSERT).await.unwrap_err();
    assert!(error.is_locked() && started.elapsed() >= Duration::from_millis(30), "{error:?}");
    let message = error.to_string();
    for part in ["database is locked", "another connection is in a transaction", "`busy_timeout`", INSERT] {
        assert!(message.contains(part), "{message}");
    }
    holder.rollback().await?;
    engine.script(INSERT).await
}

#[tokio::test]
async fn a_future_dropped_while_it_waits_for_a_lock_leaves_its_connection_usable() -> Result<()> {
    let (_directory, url) = file();
    let engine = Engine::connect(&url).await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    let mut holder = engine.begin().await?;
    holder.script(INSERT).await?;

    let mut waiting = engine.acquire().await?;
    waiting.start(TransactionOptions::new())?;
    let short = Duration::from_millis(10);
    assert!(tokio::time::timeout(short, waiting.run(INSERT, &[], &mut Discard)).await.is_err());
    let batch = vec![vec![Value::Int(1)]];
    let insert = "INSERT INTO t VALUES (?)";
    assert!(
        tokio::time::timeout(short, waiting.run_batch(insert, &batch, &mut Discard))
            .await
            .is_err()
    );
    holder.commit().await?;

    waiting.run(INSERT, &[], &mut Discard).await?;
    waiting.commit().await?;
    assert_eq!(integers(&mut waiting, "SELECT count(*) FROM t", &[]).await?, [2]);
    drop(waiting);
    assert_eq!(engine.pool_status().checked_out, 0);
    Ok(())
}

#[tokio::test]
async fn a_batch_dropped_while_it_waits_to_commit_is_undone() -> Result<()> {
    // In memory, a transaction that reads keeps others from committing.
    let engine = Engine::connect("sqlite::memory:").await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    let mut reader = engine.begin().await?;
    assert_eq!(integers(&mut reader, "SELECT count(*) FROM t", &[]).await?, [0]);
    let mut writer = engine.acquire().await?;
    let batch = vec![vec![Value::Int(1)], vec![Value::Int(2)]];
    let mut sink = Discard;
    let work = writer.run_batch("INSERT INTO t VALUES (?)", &batch, &mut sink);
    assert!(tokio::time::timeout(Duration::from_millis(10), work).await.is_err());
    reader.rollback().await?;
    assert_eq!(integers(&mut writer, "SELECT count(*) FROM t", &[]).await?, [0]);
    assert!(!writer.in_transaction());
    Ok(())
}

#[tokio::test]
async fn a_transaction_whose_view_is_out_of_date_is_refused_at_once() -> Result<()> {
    let (_directory, url) = file();
    let engine = Engine::connect(&url).await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    let mut reader = engine.begin().await?;
    assert_eq!(integers(&mut reader, "SELECT count(*) FROM t", &[]).await?, [0]);
    engine.script(INSERT).await?;
    let started = Instant::now();
    let error = reader.script(INSERT).await.unwrap_err();
    assert!(error.is_locked() && started.elapsed() < Duration::from_secs(1), "{error:?}");
    assert!(error.to_string().contains("roll back and run it again"), "{error}");
    reader.rollback().await?;

    // Saying that it will write takes the lock before it reads.
    let mut writer = engine.begin_with(TransactionOptions::new().write()).await?;
    assert_eq!(integers(&mut writer, "SELECT count(*) FROM t", &[]).await?, [1]);
    writer.script(INSERT).await?;
    writer.commit().await
}

#[tokio::test]
async fn a_script_goes_on_behind_what_has_run_when_it_had_to_wait() -> Result<()> {
    let (_directory, url) = file();
    let engine = Engine::connect(&url).await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    let mut holder = engine.begin().await?;
    holder.script(INSERT).await?;
    let script =
        "CREATE TEMP TABLE once (x); INSERT INTO once VALUES (1); INSERT INTO t SELECT x FROM once;";
    let (first, second) = tokio::join!(
        async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            holder.commit().await
        },
        engine.script(script)
    );
    first?;
    second?;
    assert_eq!(integer(&engine, "SELECT count(*) FROM t").await?, 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_read_and_write_one_database_in_memory() -> Result<()> {
    let engine = Engine::builder("sqlite::memory:").pool_size(16).connect().await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    engine.script(INSERT).await?;
                    integer(&engine, "SELECT count(*) FROM t").await?;
                    tokio::task::yield_now().await;
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task panicked")?;
    }
    assert_eq!(integer(&engine, "SELECT count(*) FROM t").await?, 160);
    Ok(())
}
