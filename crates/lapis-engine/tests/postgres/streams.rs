//! Rows one after the other, off the wire.

use std::time::{Duration, Instant};

use lapis_engine::TransactionOptions;
use lapis_sql::statement::text;

use crate::common::{on_database, run, value, value_of};

const MILLION: &str = "SELECT generate_series(1, 1000000)";

on_database! {
    a_million_rows_come_one_after_the_other(database) {
        let mut rows = database.stream(text(MILLION).scalar::<i64>()).await?;
        let (mut count, mut sum) = (0_i64, 0);
        while let Some(row) = rows.next().await {
            sum += row?;
            count += 1;
        }
        assert_eq!((count, sum), (1_000_000, 1_000_001 * 500_000));
    }

    a_stream_that_is_dropped_leaves_the_connection_and_its_transaction(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT)").await?;
        connection.start(TransactionOptions::new())?;
        for (round, wanted) in [0, 1, 999, 1000, 1001, 2500].into_iter().enumerate() {
            run(&mut connection, "INSERT INTO t VALUES (1)", &[]).await?;
            let mut rows = connection.stream(text(MILLION).scalar::<i64>()).await?;
            for _ in 0..wanted {
                assert!(rows.next().await.is_some());
            }
            drop(rows);
            assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, round as i64 + 1);
        }
        connection.commit().await?;
        assert_eq!(value_of::<i64>(database, "SELECT count(*) FROM t").await?, 6);
    }

    a_stream_that_still_computes_is_cancelled(database) {
        let mut connection = database.acquire().await?;
        let sql = "SELECT x FROM generate_series(1, 5) AS x, pg_sleep(5) WHERE x > 0";
        let slow = "SELECT CASE WHEN x > 1000 THEN pg_sleep(5)::text ELSE x::text END FROM generate_series(1, 2000) AS x";
        for in_transaction in [false, true] {
            for sql in [sql, slow] {
                if in_transaction {
                    connection.start(TransactionOptions::new())?;
                }
                let started = Instant::now();
                let mut rows = tokio::time::timeout(Duration::from_millis(300), connection.stream(text(sql).scalar::<String>())).await;
                if let Ok(Ok(rows)) = &mut rows {
                    for _ in 0..1000 {
                        rows.next().await.unwrap()?;
                    }
                    assert!(tokio::time::timeout(Duration::from_millis(100), rows.next()).await.is_err());
                }
                drop(rows);
                if in_transaction {
                    connection.rollback().await?;
                }
                assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
                assert!(started.elapsed() < Duration::from_secs(3), "{sql} in a transaction: {in_transaction}");
            }
        }
    }

    an_error_behind_some_rows_comes_behind_them(database) {
        let sql = "SELECT 1 / (3 - x) FROM generate_series(1, 5) AS x";
        let mut rows = database.stream(text(sql).scalar::<i64>()).await?;
        assert_eq!(rows.next().await.unwrap()?, 0);
        assert_eq!(rows.next().await.unwrap()?, 1);
        assert_eq!(rows.next().await.unwrap().unwrap_err().sqlstate(), Some("22012"));
        assert!(rows.next().await.is_none());
    }

    rows_that_a_statement_returns_of_those_it_wrote_are_all_written(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT)").await?;
        let sql = "INSERT INTO t SELECT generate_series(1, 5000) RETURNING x";
        let mut rows = connection.stream(text(sql).scalar::<i64>()).await?;
        assert_eq!(rows.next().await.unwrap()?, 1);
        drop(rows);
        assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 5000);
    }
}
