//! Statements, prepared and as text.

use lapis_engine::{ErrorKind, Flow, Row};
use lapis_sql::Value;

use crate::common::{column, on_database, run, value};

on_database! {
    values_are_bound_and_rows_counted(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, x INT)").await?;
        let inserted = run(&mut connection, "INSERT INTO t (x) VALUES (?)", &[Value::Int(7)]).await?;
        assert_eq!((inserted.rows_affected, inserted.last_insert_id), (1, Some(1)));
        let inserted = run(&mut connection, "INSERT INTO t (x) VALUES (?)", &[Value::Null]).await?;
        assert_eq!(inserted.last_insert_id, Some(2));
        let found: Vec<i64> = column(&mut connection, "SELECT id FROM t WHERE x = ?", &[Value::Int(7)]).await?;
        assert_eq!(found, [1]);
    }

    a_row_that_an_update_finds_counts_whether_it_changes_or_not(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT); INSERT INTO t VALUES (1), (2)").await?;
        assert_eq!(run(&mut connection, "UPDATE t SET x = x", &[]).await?.rows_affected, 2);
        assert_eq!(run(&mut connection, "DELETE FROM t WHERE x = 3", &[]).await?.rows_affected, 0);
    }

    the_number_of_values_is_checked(database) {
        let mut connection = database.acquire().await?;
        for values in [vec![], vec![Value::Int(1), Value::Int(2)]] {
            let error = run(&mut connection, "SELECT ?", &values).await.unwrap_err();
            assert!(error.to_string().contains("1 parameters"), "{error}");
        }
        assert_eq!(column::<i64>(&mut connection, "SELECT ?", &[Value::Int(3)]).await?, [3]);
    }

    a_statement_survives_a_change_of_its_table(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT); INSERT INTO t VALUES (1)").await?;
        let mut widths = Vec::new();
        for _ in 0..2 {
            let mut sink = |row: &Row<'_>| {
                widths.push((row.len(), row.name(row.len() - 1).to_owned()));
                Ok(Flow::Continue)
            };
            connection.run("SELECT * FROM t", &[], &mut sink).await?;
            connection.script("ALTER TABLE t ADD y VARCHAR(10) NOT NULL DEFAULT 'y'").await.ok();
        }
        assert_eq!(widths, [(1, "x".to_owned()), (2, "y".to_owned())]);
    }

    what_is_not_prepared_runs_as_text(database) {
        if database.dialect().name() != "MariaDB" {
            return Ok(());
        }
        let mut connection = database.acquire().await?;
        let sql = "EXECUTE IMMEDIATE 'SELECT -7, 18446744073709551615, 0.5e0, 1.10, DATE ''2024-02-29'', \
                   TIMESTAMP ''2024-02-29 12:30:01.000005'', TIME ''-01:00:00'', NULL, ''é'''";
        for _ in 0..2 {
            let mut cells = String::new();
            let mut sink = |row: &Row<'_>| {
                cells = (0..row.len()).map(|index| format!("{:?}; ", row.cell(index))).collect();
                Ok(Flow::Continue)
            };
            connection.run(sql, &[], &mut sink).await?;
            assert_eq!(
                cells,
                "Int(-7); UInt(18446744073709551615); Float(0.5); Decimal(1.10); Date(2024-02-29); \
                 Timestamp(2024-02-29T12:30:01.000005); Interval(TimeDelta { secs: -3600, nanos: 0 }); Null; \
                 Text(\"é\"); "
            );
        }
        let error = run(&mut connection, sql, &[Value::Int(1)]).await.unwrap_err();
        assert!(error.to_string().contains("0 parameters"), "{error}");
    }

    a_script_runs_to_its_first_error(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT PRIMARY KEY); SELECT 1; INSERT INTO t VALUES (1); ").await?;
        let error = connection.script("INSERT INTO t VALUES (2); INSERT INTO t VALUES (1); INSERT INTO t VALUES (3)").await;
        assert!(error.unwrap_err().is_unique_violation());
        assert_eq!(column::<i64>(&mut connection, "SELECT x FROM t ORDER BY x", &[]).await?, [1, 2]);
        for empty in ["", "  \n", "-- nothing", "/* nothing */"] {
            connection.script(empty).await?;
        }
    }

    a_procedure_gives_the_rows_of_its_first_result(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE PROCEDURE p() BEGIN SELECT 1 UNION ALL SELECT 2; SELECT 'x', 'y'; END").await?;
        for _ in 0..2 {
            assert_eq!(column::<i64>(&mut connection, "CALL p()", &[]).await?, [1, 2]);
        }
        assert_eq!(value::<i64>(&mut connection, "SELECT 3").await?, 3);
    }

    rows_that_a_statement_returns_of_those_it_wrote_are_counted(database) {
        if !database.dialect().supports_insert_returning() {
            return Ok(());
        }
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, x INT)").await?;
        let mut ids = Vec::new();
        let mut sink = |row: &Row<'_>| {
            ids.push(row.get::<i64>(0)?);
            Ok(Flow::Stop)
        };
        let sql = "INSERT INTO t (x) VALUES (1), (2), (3) RETURNING id";
        let outcome = connection.run(sql, &[], &mut sink).await?;
        assert_eq!((outcome.rows_affected, ids), (3, vec![1]));
        assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 3);
    }

    what_the_server_does_not_take_in_one_piece_is_refused_before_it_is_sent(database) {
        let mut connection = database.acquire().await?;
        let most: usize = value::<i64>(&mut connection, "SELECT @@max_allowed_packet").await?.try_into().unwrap();
        let text = Value::Text("x".repeat(most).into());
        let error = run(&mut connection, "SELECT length(?)", std::slice::from_ref(&text)).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
        assert!(error.to_string().contains("`max_allowed_packet`"));
        let error = connection.script(&format!("SELECT '{}'", "x".repeat(most))).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
        // As much as it takes.
        let text = Value::Text("x".repeat(most - 100).into());
        assert_eq!(column::<i64>(&mut connection, "SELECT length(?)", &[text]).await?, [most as i64 - 100]);
    }

    packets_of_more_than_sixteen_megabytes_are_joined(database) {
        let mut connection = database.acquire().await?;
        let mut lengths = Vec::new();
        let mut sink = |row: &Row<'_>| {
            let [first, second] = [row.get::<String>(0)?, row.get::<String>(1)?];
            assert!(first.bytes().all(|byte| byte == b'a') && second.bytes().all(|byte| byte == b'b'));
            lengths.push((first.len(), second.len()));
            Ok(Flow::Continue)
        };
        let sql = "SELECT repeat('a', 9000000), repeat('b', 9000001) UNION ALL SELECT 'a', 'b'";
        connection.run(sql, &[], &mut sink).await?;
        assert_eq!(lengths, [(9_000_000, 9_000_001), (1, 1)]);
    }
}
