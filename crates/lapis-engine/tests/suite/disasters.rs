//! The pool and its users when the server is slow, refuses, hangs, restarts, or loses an answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lapis_engine::{Engine, Error, ErrorKind, OperationalCause, Result, RetryPolicy, TransactionOptions};

use crate::fake::{Server, blocking_server, server};

const SHORT: Duration = Duration::from_millis(60);

fn cannot_open(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Operational { cause: OperationalCause::CannotOpen, .. })
}

/// Waits until nothing is at work any more, not even a reset.
async fn quiet(engine: &Engine) {
    while engine.pool_status().checked_out > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// So many connections at once, given back together.
async fn use_many(engine: &Engine, count: usize) -> Result<()> {
    let mut held = Vec::new();
    for _ in 0..count {
        held.push(engine.acquire().await?);
    }
    drop(held);
    quiet(engine).await;
    Ok(())
}

/// Restarts the server, and has a connection notice it.
async fn restart(engine: &Engine, server: &Server) {
    server.restart();
    let error = engine.script("SELECT 1").await.unwrap_err();
    assert!(error.is_connection_lost(), "{error:?}");
    quiet(engine).await;
}

#[tokio::test]
async fn a_refused_connection_is_no_pool_timeout_for_whoever_waits_either() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(1).max_overflow(0).pool_timeout(SHORT)).await?;
    restart(&engine, &server).await;
    server.refuses.store(true, SeqCst);
    server.delay.store(25, SeqCst);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move { engine.acquire().await.map(drop).unwrap_err() })
        })
        .collect();
    for task in tasks {
        let error = task.await.expect("the task did not panic");
        assert!(cannot_open(&error), "{error:?}");
        assert!(error.to_string().contains("connection refused"), "{error}");
    }
    assert!(engine.pool_status().failed >= 2);
    Ok(())
}

#[tokio::test]
async fn opening_a_connection_counts_against_the_pools_timeout() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(1).max_overflow(0).pool_timeout(SHORT)).await?;
    restart(&engine, &server).await;
    server.hangs_on_connect.store(true, SeqCst);
    let started = Instant::now();
    let (one, two) = tokio::join!(engine.acquire(), engine.acquire());
    assert!(started.elapsed() < SHORT * 10);
    let errors = [one.unwrap_err(), two.unwrap_err()];
    for error in &errors {
        assert!(cannot_open(error) && error.to_string().contains("has not answered"), "{error}");
    }
    server.hangs_on_connect.store(false, SeqCst);
    engine.script("SELECT 1").await
}

#[tokio::test]
async fn a_failure_of_long_ago_is_not_the_reason_for_a_full_pool() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(1).max_overflow(1).pool_timeout(SHORT)).await?;
    let _first = engine.acquire().await?;
    server.refuses.store(true, SeqCst);
    assert!(cannot_open(&engine.acquire().await.unwrap_err()));
    server.refuses.store(false, SeqCst);
    let _second = engine.acquire().await?;
    assert!(engine.acquire().await.unwrap_err().is_pool_timeout());
    Ok(())
}

#[tokio::test]
async fn after_a_restart_the_first_notices_and_the_others_are_replaced_unnoticed() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(4)).await?;
    use_many(&engine, 4).await?;
    assert_eq!((engine.pool_status().idle, server.pings.load(SeqCst)), (4, 0));
    restart(&engine, &server).await;
    for _ in 0..4 {
        engine.script("SELECT 1").await?;
        quiet(&engine).await;
    }
    assert_eq!(server.pings.load(SeqCst), 3);
    // All four were dead; one was needed since.
    assert_eq!(
        (server.open.load(SeqCst), engine.pool_status().idle, engine.pool_status().opened),
        (1, 1, 5)
    );
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_meets_a_dead_connection_warns_of_the_others_too() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(3)).await?;
    use_many(&engine, 3).await?;
    server.restart();
    let error = engine.transaction(async |it| it.script("INSERT").await).await.unwrap_err();
    assert!(error.is_connection_lost() && !error.is_outcome_unknown(), "{error:?}");
    for _ in 0..3 {
        engine.transaction(async |it| it.script("INSERT").await).await?;
        quiet(&engine).await;
    }
    assert_eq!(server.pings.load(SeqCst), 2);
    Ok(())
}

#[tokio::test]
async fn many_connections_that_die_of_one_cause_raise_one_doubt() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(2)).await?;
    let mut connections = [engine.acquire().await?, engine.acquire().await?];
    server.restart();
    assert!(connections[0].script("SELECT 1").await.is_err());
    let [first, mut second] = connections;
    drop(first);
    engine.script("SELECT 1").await?;
    // It was opened before the cause was known: nothing new is learned from it.
    assert!(second.script("SELECT 1").await.is_err());
    drop(second);
    for _ in 0..3 {
        quiet(&engine).await;
        engine.script("SELECT 1").await?;
    }
    assert_eq!((server.pings.load(SeqCst), engine.pool_status().opened), (0, 3));
    Ok(())
}

#[tokio::test]
async fn a_ping_before_use_hides_a_restart() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(3).pool_pre_ping(true)).await?;
    use_many(&engine, 3).await?;
    server.restart();
    engine.script("SELECT 1").await?;
    assert_eq!(server.open.load(SeqCst), 1);
    Ok(())
}

#[tokio::test]
async fn a_ping_that_is_not_answered_is_not_waited_for_for_ever() -> Result<()> {
    let (engine, server) = server(|it| it.pool_pre_ping(true).pool_timeout(SHORT)).await?;
    quiet(&engine).await;
    server.hangs_on_ping.store(true, SeqCst);
    engine.script("SELECT 1").await?;
    assert_eq!(engine.pool_status().opened, 2);
    Ok(())
}

#[tokio::test]
async fn a_connection_found_dead_is_not_given_back() -> Result<()> {
    let (engine, server) = server(|it| it).await?;
    let mut connection = engine.acquire().await?;
    server.restart();
    assert!(connection.script("SELECT 1").await.unwrap_err().is_connection_lost());
    drop(connection);
    let status = engine.pool_status();
    assert_eq!((status.idle, status.checked_out, server.open.load(SeqCst)), (0, 0, 0));
    Ok(())
}

#[tokio::test]
async fn who_waited_longest_is_served_first() -> Result<()> {
    let (engine, _server) = server(|it| it.pool_size(1).max_overflow(0)).await?;
    let held = engine.acquire().await?;
    let order = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = (0..10)
        .map(|number| {
            let (engine, order) = (engine.clone(), Arc::clone(&order));
            tokio::spawn(async move {
                let connection = engine.acquire().await;
                order.lock().unwrap().push(number);
                connection.map(drop)
            })
        })
        .collect();
    while engine.pool_status().waiting < 10 {
        tokio::task::yield_now().await;
    }
    drop(held);
    for task in tasks {
        task.await.expect("the task did not panic")?;
    }
    assert_eq!(*order.lock().unwrap(), (0..10).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn futures_that_are_dropped_anywhere_lose_no_connection() -> Result<()> {
    let (engine, server) =
        server(|it| it.pool_size(2).max_overflow(1).pool_pre_ping(true).pool_timeout(SHORT)).await?;
    for round in 0..600_u32 {
        if round % 50 == 0 {
            server.restart();
        }
        server.delay.store(u64::from(round % 7 == 0), SeqCst);
        let work = async {
            let mut transaction = engine.begin().await?;
            transaction.script("INSERT").await?;
            tokio::join!(engine.script("SELECT 1"), engine.script("SELECT 2")).0?;
            transaction.commit().await
        };
        let mut polls = 0;
        let mut work = std::pin::pin!(work);
        // Dropped after so many polls, wherever that is.
        let dropped = std::future::poll_fn(|context| {
            polls += 1;
            match work.as_mut().poll(context) {
                std::task::Poll::Ready(_) => std::task::Poll::Ready(false),
                std::task::Poll::Pending if polls > round % 23 => std::task::Poll::Ready(true),
                std::task::Poll::Pending => std::task::Poll::Pending,
            }
        });
        dropped.await;
    }
    server.delay.store(0, SeqCst);
    quiet(&engine).await;
    use_many(&engine, 3).await?;
    assert!(server.most.load(SeqCst) <= 3, "{} were open at once", server.most.load(SeqCst));
    assert_eq!((engine.pool_status().waiting, engine.pool_status().opening), (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_is_dropped_is_rolled_back_before_another_uses_its_connection() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(1).max_overflow(0)).await?;
    let mut transaction = engine.begin().await?;
    transaction.script("INSERT").await?;
    drop(transaction);
    let connection = engine.acquire().await?;
    assert!(!connection.in_transaction());
    assert_eq!((server.rolled_back.load(SeqCst), server.committed.load(SeqCst)), (1, 0));
    Ok(())
}

#[tokio::test]
async fn a_reset_that_is_not_answered_costs_its_connection_and_no_more() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(1).max_overflow(0).pool_timeout(SHORT)).await?;
    let connection = engine.acquire().await?;
    server.hangs_on_reset.store(true, SeqCst);
    drop(connection);
    quiet(&engine).await;
    server.hangs_on_reset.store(false, SeqCst);
    engine.script("SELECT 1").await?;
    assert_eq!(engine.pool_status().opened, 2);
    Ok(())
}

#[tokio::test]
async fn overflow_is_closed_politely() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(1).max_overflow(2)).await?;
    use_many(&engine, 3).await?;
    assert_eq!((server.closed.load(SeqCst), server.open.load(SeqCst)), (2, 1));
    assert_eq!(engine.pool_status().overflow, 0);
    Ok(())
}

#[tokio::test]
async fn a_closed_engine_waits_for_those_at_work_and_turns_away_those_who_wait() -> Result<()> {
    let (engine, server) = server(|it| it.pool_size(2).max_overflow(0)).await?;
    let held = [engine.acquire().await?, engine.acquire().await?];
    let waiting = {
        let engine = engine.clone();
        tokio::spawn(async move { engine.acquire().await.map(drop) })
    };
    while engine.pool_status().waiting == 0 {
        tokio::task::yield_now().await;
    }
    let error = engine.close_within(Duration::from_millis(5)).await.unwrap_err();
    assert!(error.to_string().contains("2 connections are still at work 5ms after"), "{error}");
    let turned_away = waiting.await.expect("the task did not panic").unwrap_err();
    assert!(turned_away.to_string().contains("the engine is closed"), "{turned_away}");

    let (closed, ()) = tokio::join!(engine.close_within(Duration::from_secs(5)), async {
        tokio::task::yield_now().await;
        drop(held);
    });
    closed?;
    assert_eq!((server.open.load(SeqCst), server.closed.load(SeqCst)), (0, 2));
    Ok(())
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_unknown_and_not_run_again() -> Result<()> {
    let (engine, server) = server(|it| it).await?;
    server.loses_commits.store(true, SeqCst);
    let policy = RetryPolicy::new().retry_if(|_| true);
    let error = engine
        .transaction_with(TransactionOptions::new(), policy, async |it| it.script("INSERT").await)
        .await
        .unwrap_err();
    assert!(error.is_outcome_unknown() && !error.is_retryable(), "{error:?}");
    assert!(error.to_string().contains("may have taken effect"), "{error}");
    assert_eq!(server.committed.load(SeqCst), 1);
    Ok(())
}

#[tokio::test]
async fn a_connection_lost_before_commit_is_a_plain_failure_that_may_be_run_again() -> Result<()> {
    let (engine, server) = server(|it| it).await?;
    let mut transaction = engine.begin().await?;
    transaction.script("INSERT").await?;
    server.restart();
    let error = transaction.script("INSERT").await.unwrap_err();
    assert!(error.is_connection_lost() && !error.is_outcome_unknown(), "{error:?}");
    assert!(!transaction.commit().await.unwrap_err().is_outcome_unknown());

    engine.script("SELECT 1").await?;
    quiet(&engine).await;
    server.restart();
    let policy = RetryPolicy::new().retry_if(Error::is_connection_lost);
    engine
        .transaction_with(TransactionOptions::new(), policy, async |it| it.script("INSERT").await)
        .await?;
    assert_eq!(server.committed.load(SeqCst), 1);
    Ok(())
}

#[tokio::test]
async fn a_statement_outside_of_a_transaction_may_have_taken_effect() -> Result<()> {
    let (engine, server) = server(|it| it).await?;
    quiet(&engine).await;
    server.restart();
    let mut connection = engine.acquire().await?;
    assert!(connection.script("INSERT").await.unwrap_err().is_outcome_unknown());
    // What is known to be lost takes nothing more.
    let error = connection.script("INSERT").await.unwrap_err();
    assert!(error.is_connection_lost() && !error.is_outcome_unknown(), "{error:?}");
    Ok(())
}

#[test]
fn a_blocking_engine_of_a_server_gives_its_connections_back_from_any_thread() -> Result<()> {
    let (engine, server) = blocking_server()?;
    let mut transaction = engine.begin()?;
    transaction.script("INSERT")?;
    std::thread::spawn(move || drop(transaction)).join().expect("the thread did not panic");
    engine.block_on(quiet(&engine));
    assert_eq!(server.rolled_back.load(SeqCst), 1);
    engine.transaction(|transaction| transaction.script("INSERT"))?;
    assert_eq!((server.committed.load(SeqCst), server.open.load(SeqCst)), (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_blocking_call_to_a_server_within_asynchronous_code_panics_and_says_why() {
    let (engine, _server) =
        std::thread::spawn(blocking_server).join().expect("no panic").expect("an engine");
    let panic = catch_unwind(AssertUnwindSafe(|| engine.script("SELECT 1"))).unwrap_err();
    let message = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    assert!(message.contains("Cannot start a runtime from within a runtime"), "{message}");
    // On a thread for such calls it works, and so does dropping the engine here.
    let again = engine.clone();
    assert!(
        tokio::task::spawn_blocking(move || again.script("SELECT 1"))
            .await
            .expect("no panic")
            .is_ok()
    );
    drop(engine);
}
