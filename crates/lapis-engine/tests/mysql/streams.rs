//! Rows one after the other, off the wire.

use std::time::{Duration, Instant};

use lapis_engine::{Engine, Flow, Result, Row, TransactionOptions};
use lapis_sql::statement::text;

use crate::common::{on_database, run, value, value_of};

/// A table of a thousand rows, which joined to itself has a million.
async fn thousand(database: &Engine) -> Result<()> {
    database
        .script(
            "CREATE TABLE digits (d INT); INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9); \
             CREATE TABLE t AS SELECT a.d * 100 + b.d * 10 + c.d AS x FROM digits a, digits b, digits c",
        )
        .await
}

const MILLION: &str = "SELECT a.x * 1000 + b.x FROM t a, t b";

on_database! {
    a_million_rows_come_one_after_the_other(database) {
        thousand(database).await?;
        let mut rows = database.stream(text(MILLION).scalar::<i64>()).await?;
        let (mut count, mut sum) = (0_u64, 0);
        while let Some(row) = rows.next().await {
            sum += row?;
            count += 1;
        }
        assert_eq!((count, sum), (1_000_000, 999_999 * 500_000));
    }

    a_stream_that_is_dropped_early_leaves_the_connection_and_its_transaction(database) {
        thousand(database).await?;
        let mut connection = database.acquire().await?;
        connection.start(TransactionOptions::new())?;
        run(&mut connection, "INSERT INTO t VALUES (-1)", &[]).await?;
        for wanted in [1, 1000] {
            // Sorted, so that all of it is there before the first row: what is left is long, and is cut short.
            let sql = format!("{MILLION} ORDER BY 1");
            let mut rows = connection.stream(text(&sql).scalar::<i64>()).await?;
            for _ in 0..wanted {
                assert!(rows.next().await.is_some());
            }
            drop(rows);
            let started = Instant::now();
            assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 1001);
            assert!(started.elapsed() < Duration::from_secs(5));
        }
        connection.rollback().await?;
        assert_eq!(value_of::<i64>(database, "SELECT count(*) FROM t").await?, 1000);
    }

    a_sink_that_stops_leaves_the_rest(database) {
        thousand(database).await?;
        let mut connection = database.acquire().await?;
        for _ in 0..3 {
            let mut rows = 0;
            let mut sink = |_: &Row<'_>| {
                rows += 1;
                Ok(if rows < 10 { Flow::Continue } else { Flow::Stop })
            };
            connection.run(MILLION, &[], &mut sink).await?;
            assert_eq!(rows, 10);
            assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
        }
    }

    an_error_of_the_sink_ends_the_statement(database) {
        thousand(database).await?;
        let mut connection = database.acquire().await?;
        let mut sink = |row: &Row<'_>| row.get::<String>(0).map(|_| Flow::Continue);
        let error = connection.run(MILLION, &[], &mut sink).await.unwrap_err();
        assert!(error.to_string().contains("cannot be read"), "{error}");
        assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
    }

    an_error_behind_some_rows_comes_behind_them(database) {
        database.script("CREATE TABLE t (x INT); INSERT INTO t VALUES (1), (2), (3)").await?;
        // The subquery has two rows for the third.
        let sql = "SELECT x + (SELECT 0 UNION ALL SELECT 1 FROM t AS u WHERE u.x = t.x AND u.x = 3) FROM t";
        let mut rows = database.stream(text(sql).scalar::<i64>()).await?;
        let mut read = Vec::new();
        let error = loop {
            match rows.next().await {
                Some(Ok(row)) => read.push(row),
                Some(Err(error)) => break error,
                None => panic!("an error is due behind {read:?}"),
            }
        };
        assert_eq!(error.native_code(), Some(1242));
        assert!(rows.next().await.is_none());
    }
}
