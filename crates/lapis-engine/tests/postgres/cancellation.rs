//! Futures that are dropped while the server is at work.

use std::time::{Duration, Instant};

use lapis_engine::{Connection, Engine, Result, TransactionOptions};
use lapis_sql::Value;

use crate::common::{column, on_database, poll_and_drop, run, value, value_of, with_options};

/// How many statements of other connections are running that match.
async fn running(engine: &Engine, like: &str) -> Result<i64> {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '{like}' AND pid <> pg_backend_pid()"
    );
    value_of(engine, &sql).await
}

async fn abandon(connection: &mut Connection, sql: &str) {
    let ran = tokio::time::timeout(Duration::from_millis(100), run(connection, sql, &[])).await;
    assert!(ran.is_err(), "{sql} is to be still running");
}

on_database! {
    a_statement_that_is_dropped_is_cancelled_on_the_server(database) {
        let mut connection = database.acquire().await?;
        let own = "SELECT pg_sleep(10) /* dropped */";
        let started = Instant::now();
        abandon(&mut connection, own).await;
        assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
        assert!(started.elapsed() < Duration::from_secs(2));
        assert_eq!(running(database, "SELECT pg_sleep(10) /* dropped%").await?, 0);
    }

    a_connection_that_is_dropped_at_work_is_soon_of_use_to_others(database) {
        let engine = Engine::builder(&database.url).pool_size(1).max_overflow(0).connect().await?;
        let started = Instant::now();
        let sql = "SELECT pg_sleep(10) /* pooled */";
        let mut connection = engine.acquire().await?;
        let process: i64 = value(&mut connection, "SELECT pg_backend_pid()").await?;
        abandon(&mut connection, sql).await;
        drop(connection);
        assert_eq!(value_of::<i64>(&engine, "SELECT pg_backend_pid()").await?, process);
        assert!(started.elapsed() < Duration::from_secs(2));
        engine.close().await?;
    }

    a_statement_that_waits_for_a_lock_is_cancelled(database) {
        database.script("CREATE TABLE t (x INT); INSERT INTO t VALUES (1)").await?;
        let mut holder = database.begin().await?;
        run(&mut holder, "UPDATE t SET x = 2", &[]).await?;
        let mut connection = database.acquire().await?;
        abandon(&mut connection, "UPDATE t SET x = 3").await;
        assert_eq!(value::<i64>(&mut connection, "SELECT x FROM t").await?, 1);
        holder.commit().await?;
        assert_eq!(value::<i64>(&mut connection, "SELECT x FROM t").await?, 2);
    }

    in_a_transaction_it_fails_the_transaction_which_can_be_rolled_back(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT)").await?;
        connection.start(TransactionOptions::new())?;
        run(&mut connection, "INSERT INTO t VALUES (1)", &[]).await?;
        abandon(&mut connection, "SELECT pg_sleep(10)").await;
        let error = run(&mut connection, "SELECT 1", &[]).await.unwrap_err();
        assert_eq!(error.sqlstate(), Some("25P02"));
        connection.rollback().await?;
        assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 0);
    }

    a_transaction_goes_on_behind_a_short_statement_that_was_dropped(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT)").await?;
        for polls in 1..5 {
            connection.start(TransactionOptions::new())?;
            drop(poll_and_drop(run(&mut connection, "INSERT INTO t VALUES (1)", &[]), polls).await);
            assert!(connection.in_transaction());
            // On a slow machine it takes so long that it is cancelled.
            if let Err(error) = run(&mut connection, "INSERT INTO t VALUES (2)", &[]).await {
                assert_eq!(error.sqlstate(), Some("25P02"));
            }
            connection.rollback().await?;
            assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 0);
        }
    }

    a_connection_answers_the_question_it_was_asked_last(database) {
        for options in ["", "statement_cache=5", "prepared_statements=false"] {
            let engine = Engine::connect(&with_options(&database.url, options)).await?;
            let mut connection = engine.acquire().await?;
            for round in 0..300_i64 {
                let sql = format!("SELECT $1::bigint + {}", round % 20);
                drop(poll_and_drop(run(&mut connection, &sql, &[Value::Int(-1)]), (round % 7) as usize).await);
                let found: Vec<i64> = column(&mut connection, "SELECT $1::bigint", &[Value::Int(round)]).await?;
                assert_eq!(found, [round]);
            }
            drop(connection);
            engine.close().await?;
        }
    }

    a_script_that_is_dropped_is_read_to_its_end(database) {
        let mut connection = database.acquire().await?;
        for polls in 0..6 {
            drop(poll_and_drop(connection.script("SELECT 1; SELECT 2; SELECT 4, 5"), polls).await);
            assert_eq!(value::<i64>(&mut connection, "SELECT 6").await?, 6);
        }
    }
}
