//! Statements, prepared and as text.

use lapis_engine::{Engine, ErrorKind, Flow, Row};
use lapis_sql::Value;
use lapis_sql::statement::text;

use crate::common::{column, on_database, run, value, value_of, with_options};

const PREPARED: &str = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'lapis%'";

on_database! {
    values_are_bound_and_rows_counted(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT)").await?;
        let inserted = run(&mut connection, "INSERT INTO t VALUES ($1), ($2)", &[Value::Int(7), Value::Null]).await?;
        assert_eq!(inserted.rows_affected, 2);
        assert_eq!(run(&mut connection, "UPDATE t SET x = x", &[]).await?.rows_affected, 2);
        assert_eq!(run(&mut connection, "SELECT x FROM t", &[]).await?.rows_affected, 0);
        assert_eq!(run(&mut connection, "DELETE FROM t WHERE x = 3", &[]).await?.rows_affected, 0);
    }

    the_number_of_values_is_checked(database) {
        let mut connection = database.acquire().await?;
        for values in [vec![], vec![Value::Int(1), Value::Int(2)]] {
            let error = run(&mut connection, "SELECT $1::int", &values).await.unwrap_err();
            assert!(error.to_string().contains("1 parameters"), "{error}");
        }
        assert_eq!(column::<i64>(&mut connection, "SELECT $1::int", &[Value::Int(3)]).await?, [3]);
    }

    parameters_are_as_many_as_the_protocol_counts(database) {
        let mut connection = database.acquire().await?;
        for (count, fits) in [(65_535, true), (65_536, false)] {
            let places = (1..=count).map(|number| format!("${number}")).collect::<Vec<_>>().join(",");
            let values: Vec<_> = (0..count).map(Value::Int).collect();
            let sql = format!("SELECT count(*) FROM unnest(ARRAY[{places}]::bigint[])");
            match column::<i64>(&mut connection, &sql, &values).await {
                Ok(found) => assert_eq!((found, fits), (vec![count], true)),
                Err(error) => assert!(!fits && error.to_string().contains("65535"), "{error}"),
            }
            assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
        }
    }

    a_nul_in_the_sql_or_in_a_text_is_refused(database) {
        let mut connection = database.acquire().await?;
        let sql = run(&mut connection, "SELECT 'a\0b'", &[]).await.unwrap_err();
        assert!(matches!(sql.kind(), ErrorKind::Data(_)), "{sql:?}");
        let script = connection.script("SELECT '\0'").await.unwrap_err();
        assert!(matches!(script.kind(), ErrorKind::Data(_)), "{script:?}");
        let value = run(&mut connection, "SELECT $1::text", &[Value::Text("a\0b".into())]).await.unwrap_err();
        assert!(matches!(value.kind(), ErrorKind::Data(_)), "{value:?}");
        assert_eq!(value_of::<i64>(database, "SELECT 1").await?, 1);
    }

    an_empty_statement_has_no_rows(database) {
        let mut connection = database.acquire().await?;
        for empty in ["", "  \n", "-- nothing", "/* nothing */", ";"] {
            assert!(column::<i64>(&mut connection, empty, &[]).await?.is_empty());
            connection.script(empty).await?;
            assert!(connection.stream(text(empty).scalar::<i64>()).await?.next().await.is_none());
        }
    }

    several_statements_are_a_script_and_no_statement(database) {
        let mut connection = database.acquire().await?;
        let error = run(&mut connection, "SELECT 1; SELECT 2", &[]).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
        connection.script("SELECT 1; SELECT 2").await?;
    }

    a_script_runs_as_a_whole_or_not_at_all(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT PRIMARY KEY); SELECT 1; INSERT INTO t VALUES (1); ").await?;
        let script = "INSERT INTO t VALUES (2); INSERT INTO t VALUES (1); INSERT INTO t VALUES (3)";
        assert!(connection.script(script).await.unwrap_err().is_unique_violation());
        assert_eq!(column::<i64>(&mut connection, "SELECT x FROM t", &[]).await?, [1]);
    }

    what_comes_in_between_is_passed_over(database) {
        let mut connection = database.acquire().await?;
        connection
            .script(
                "CREATE FUNCTION chatty(x INT) RETURNS INT LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'x is %', x; \
                 PERFORM pg_notify('here', x::text); PERFORM set_config('application_name', 'n' || x, false); \
                 RETURN x; END $$; LISTEN here",
            )
            .await?;
        let sql = "SELECT chatty(x) FROM generate_series(1, 300) AS x";
        let expected: Vec<i64> = (1..=300).collect();
        for _ in 0..3 {
            assert_eq!(column::<i64>(&mut connection, sql, &[]).await?, expected);
            connection.script(sql).await?;
            let mut rows = connection.stream(text(sql).scalar::<i64>()).await?;
            for number in &expected {
                assert_eq!(rows.next().await.unwrap()?, *number);
            }
        }
        database.script("NOTIFY here, 'from elsewhere'").await?;
        assert_eq!(value::<i64>(&mut connection, "SELECT 5").await?, 5);
    }

    statements_are_kept_as_many_as_asked_for(database) {
        for (kept, at_last) in [(0, 0), (1, 1), (3, 3)] {
            let engine = Engine::connect(&with_options(&database.url, &format!("statement_cache={kept}"))).await?;
            let mut connection = engine.acquire().await?;
            for number in 0..6 {
                assert_eq!(value::<i64>(&mut connection, &format!("SELECT {number}")).await?, number);
            }
            for _ in 0..2 {
                assert_eq!(value::<i64>(&mut connection, PREPARED).await?, at_last, "of {kept}");
            }
            drop(connection);
            engine.close().await?;
        }
    }

    a_statement_that_was_dropped_while_it_was_prepared_is_closed(database) {
        let mut connection = database.acquire().await?;
        for number in 0..20 {
            drop(crate::common::poll_and_drop(run(&mut connection, &format!("SELECT {number}"), &[]), 1).await);
            value::<i64>(&mut connection, "SELECT 1").await?;
        }
        let prepared: i64 = value(&mut connection, PREPARED).await?;
        assert!(prepared <= 3, "{prepared} statements are prepared");
    }

    a_parameter_takes_the_type_of_its_value_where_the_sql_says_nothing(database) {
        let mut connection = database.acquire().await?;
        assert_eq!(column::<Option<i64>>(&mut connection, "SELECT $1", &[Value::Null]).await?, [None]);
        assert_eq!(column::<i64>(&mut connection, "SELECT $1", &[Value::Int(5)]).await?, [5]);
        assert_eq!(column::<bool>(&mut connection, "SELECT $1 AS b", &[Value::Bool(true)]).await?, [true]);
        assert_eq!(column::<String>(&mut connection, "SELECT $1 AS t", &[Value::Text("é".into())]).await?, ["é"]);
    }

    an_error_behind_some_rows_ends_the_statement(database) {
        let mut connection = database.acquire().await?;
        let mut rows = 0;
        let mut sink = |_: &Row<'_>| {
            rows += 1;
            Ok(Flow::Continue)
        };
        let sql = "SELECT 1 / (1000 - x) FROM generate_series(1, 2000) AS x";
        let error = connection.run(sql, &[], &mut sink).await.unwrap_err();
        assert_eq!(error.sqlstate(), Some("22012"));
        assert!(rows > 0);
        assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
    }

    a_sink_that_stops_or_fails_or_panics_leaves_the_connection_in_order(database) {
        let mut connection = database.acquire().await?;
        let sql = "SELECT generate_series(1, 100000)";
        for how in ["stop", "fail", "panic"] {
            let mut sink = |row: &Row<'_>| match (row.get::<i64>(0)?, how) {
                (..=9, _) => Ok(Flow::Continue),
                (_, "stop") => Ok(Flow::Stop),
                (_, "fail") => row.get::<bool>(0).map(|_| Flow::Continue),
                _ => panic!("the sink panics, as it should"),
            };
            let ran = futures_catch(connection.run(sql, &[], &mut sink)).await;
            match (how, ran) {
                ("stop", Ok(result)) => drop(result?),
                ("fail", Ok(result)) => assert!(matches!(result.unwrap_err().kind(), ErrorKind::Decode { .. })),
                (how, ran) => assert!(how == "panic" && ran.is_err()),
            }
            assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
        }
    }

    the_first_row_of_many_is_there_at_once(database) {
        let started = std::time::Instant::now();
        let sql = "SELECT x FROM generate_series(1, 2000000000) AS x";
        let mut connection = database.acquire().await?;
        // A series in the SELECT list, which is not computed to its end before the first row.
        let lazy = "SELECT generate_series(1, 2000000000)";
        assert_eq!(connection.first(text(lazy).scalar::<i64>()).await?, Some(1));
        assert!(started.elapsed() < std::time::Duration::from_secs(5), "{sql}");
    }

    a_large_value_goes_and_comes(database) {
        let mut connection = database.acquire().await?;
        let bytes = vec![7; 100_000_000];
        let sql = "SELECT $1::bytea, length($1::bytea)";
        let mut found = None;
        let mut sink = |row: &Row<'_>| {
            found = Some((row.get::<Vec<u8>>(0)?.len(), row.get::<i64>(1)?));
            Ok(Flow::Continue)
        };
        connection.run(sql, &[Value::Bytes(bytes.into())], &mut sink).await?;
        assert_eq!(found, Some((100_000_000, 100_000_000)));
    }
}

/// Waits for a future; the error is that it panicked.
async fn futures_catch<T>(future: impl Future<Output = T>) -> std::thread::Result<T> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        let polled = std::panic::AssertUnwindSafe(|| future.as_mut().poll(context));
        match std::panic::catch_unwind(polled) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => std::task::Poll::Ready(Err(panic)),
        }
    })
    .await
}
