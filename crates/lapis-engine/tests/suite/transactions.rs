//! Transactions, savepoints, and what is left when they are dropped.

use std::sync::{Arc, Mutex};

use crate::common::{integer, integers};
use lapis_engine::{Discard, Engine, Error, ErrorKind, Result, TransactionOptions};

async fn table() -> Result<Engine> {
    let engine = Engine::connect("sqlite::memory:").await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    Ok(engine)
}

async fn count(engine: &Engine) -> i64 {
    integer(engine, "SELECT count(*) FROM t").await.unwrap()
}

const INSERT: &str = "INSERT INTO t VALUES (1)";

#[tokio::test]
async fn a_committed_transaction_is_kept() -> Result<()> {
    let engine = table().await?;
    let mut transaction = engine.begin().await?;
    transaction.script(INSERT).await?;
    transaction.commit().await?;
    assert_eq!(count(&engine).await, 1);
    Ok(())
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back_at_once() -> Result<()> {
    let engine = table().await?;
    let mut transaction = engine.begin().await?;
    transaction.script(INSERT).await?;
    drop(transaction);
    assert_eq!(count(&engine).await, 0);

    let mut connection = engine.acquire().await?;
    let mut transaction = connection.begin().await?;
    transaction.script(INSERT).await?;
    drop(transaction);
    assert!(!connection.in_transaction());
    assert_eq!(integers(&mut connection, "SELECT count(*) FROM t", &[]).await?, [0]);
    Ok(())
}

#[tokio::test]
async fn a_connection_dropped_in_a_transaction_is_rolled_back() -> Result<()> {
    let engine = table().await?;
    let mut connection = engine.acquire().await?;
    connection.start(TransactionOptions::new())?;
    connection.script(INSERT).await?;
    drop(connection);
    assert_eq!(count(&engine).await, 0);
    let connection = engine.acquire().await?;
    assert!(!connection.in_transaction());
    Ok(())
}

#[tokio::test]
async fn a_nested_transaction_rolls_back_alone() -> Result<()> {
    let engine = table().await?;
    let mut transaction = engine.begin().await?;
    transaction.script(INSERT).await?;
    let mut nested = transaction.begin_nested().await?;
    nested.script(INSERT).await?;
    nested.rollback().await?;
    let mut dropped = transaction.begin_nested().await?;
    dropped.script(INSERT).await?;
    drop(dropped);
    let mut kept = transaction.begin_nested().await?;
    kept.script(INSERT).await?;
    kept.commit().await?;
    transaction.commit().await?;
    assert_eq!(count(&engine).await, 2);
    Ok(())
}

#[tokio::test]
async fn a_nested_transaction_that_cannot_be_kept_leaves_the_outer_one_open() -> Result<()> {
    let engine = table().await?;
    let mut transaction = engine.begin().await?;
    transaction.script(INSERT).await?;
    let mut nested = transaction.begin_nested().await?;
    nested.release("lapis_1").await?;
    assert!(nested.commit().await.is_err());
    transaction.commit().await?;
    assert_eq!(count(&engine).await, 1);
    Ok(())
}

#[tokio::test]
async fn savepoints_may_have_any_name() -> Result<()> {
    let engine = table().await?;
    let mut connection = engine.acquire().await?;
    connection.start(TransactionOptions::new())?;
    connection.savepoint("a \"quoted\" name").await?;
    connection.script(INSERT).await?;
    connection.rollback_to("a \"quoted\" name").await?;
    connection.release("a \"quoted\" name").await?;
    connection.commit().await?;
    assert_eq!(integers(&mut connection, "SELECT count(*) FROM t", &[]).await?, [0]);
    let error = connection.savepoint("outside").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn begin_travels_with_the_first_statement_and_takes_the_lock_if_that_writes() -> Result<()> {
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    let engine = Engine::builder("sqlite::memory:")
        .on_statement(move |event| seen.lock().unwrap().push((event.sql.to_owned(), event.begin)))
        .connect()
        .await?;
    engine.script("CREATE TABLE t (x INTEGER)").await?;
    events.lock().unwrap().clear();

    let mut transaction = engine.begin().await?;
    assert!(transaction.in_transaction());
    transaction.run(INSERT, &[], &mut Discard).await?;
    transaction.run("SELECT 1", &[], &mut Discard).await?;
    transaction.commit().await?;
    engine.begin().await?.commit().await?;
    let expected = [(INSERT, true), ("SELECT 1", false), ("COMMIT", false)];
    assert_eq!(*events.lock().unwrap(), expected.map(|(sql, begin)| (sql.to_owned(), begin)));
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_only_reads_refuses_to_write() -> Result<()> {
    let engine = table().await?;
    let mut connection = engine.acquire().await?;
    let mut transaction = connection.begin_with(TransactionOptions::new().read_only()).await?;
    let error = transaction.script(INSERT).await.unwrap_err();
    assert!(error.to_string().contains("begin a transaction that may write"), "{error}");
    transaction.rollback().await?;
    connection.script(INSERT).await?;
    assert_eq!(integers(&mut connection, "SELECT count(*) FROM t", &[]).await?, [1]);
    Ok(())
}

#[tokio::test]
async fn a_transaction_inside_a_transaction_is_an_error_that_names_the_way_out() -> Result<()> {
    let engine = table().await?;
    let mut transaction = engine.begin().await?;
    let error = transaction.start(TransactionOptions::new()).unwrap_err();
    assert!(error.to_string().contains("begin_nested"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_commit_without_a_transaction_is_an_error() -> Result<()> {
    let engine = table().await?;
    let mut connection = engine.acquire().await?;
    assert!(matches!(connection.commit().await.unwrap_err().kind(), ErrorKind::InvalidRequest(_)));
    connection.rollback().await
}

#[tokio::test]
async fn a_transaction_that_the_database_has_ended_says_so() -> Result<()> {
    let engine = Engine::connect("sqlite::memory:").await?;
    engine.script("CREATE TABLE t (x INTEGER UNIQUE ON CONFLICT ROLLBACK)").await?;
    let mut connection = engine.acquire().await?;
    connection.start(TransactionOptions::new())?;
    connection.script(INSERT).await?;
    assert!(connection.script(INSERT).await.unwrap_err().is_unique_violation());
    for result in [connection.script(INSERT).await, connection.commit().await] {
        assert!(result.unwrap_err().to_string().contains("the transaction is over"));
    }
    connection.rollback().await?;
    connection.script(INSERT).await?;
    assert_eq!(integers(&mut connection, "SELECT count(*) FROM t", &[]).await?, [1]);
    Ok(())
}

#[tokio::test]
async fn a_closure_is_committed_if_it_succeeds_and_rolled_back_if_it_fails() -> Result<()> {
    let engine = table().await?;
    let seven = engine
        .transaction(async |transaction| {
            transaction.script(INSERT).await?;
            Ok(7)
        })
        .await?;
    assert_eq!((seven, count(&engine).await), (7, 1));
    let failed: Result<()> = engine
        .transaction(async |transaction| {
            transaction.script(INSERT).await?;
            Err(Error::invalid_request("no"))
        })
        .await;
    assert_eq!(failed.unwrap_err().to_string(), "no");
    assert_eq!(count(&engine).await, 1);
    Ok(())
}

#[tokio::test]
async fn a_closure_may_have_an_error_of_its_own() -> Result<()> {
    let engine = table().await?;
    let failed: Result<(), Box<dyn std::error::Error + Send + Sync>> = engine
        .try_transaction(async |transaction| {
            transaction.script(INSERT).await?;
            Err("another kind".into())
        })
        .await;
    assert_eq!(failed.unwrap_err().to_string(), "another kind");
    assert_eq!(count(&engine).await, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_runs_in_a_spawned_task() -> Result<()> {
    let engine = table().await?;
    let name = String::from("borrowed by the closure");
    let spawned = {
        let engine = engine.clone();
        tokio::spawn(async move {
            let length = &name;
            engine
                .transaction(async |transaction| {
                    transaction.script(INSERT).await?;
                    let mut nested = transaction.begin_nested().await?;
                    nested.script(INSERT).await?;
                    nested.commit().await?;
                    Ok(length.len())
                })
                .await
        })
    };
    assert_eq!(spawned.await.expect("the task did not panic")?, 23);
    assert_eq!(count(&engine).await, 2);
    Ok(())
}
