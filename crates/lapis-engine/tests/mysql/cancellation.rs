//! Futures that are dropped while the server is at work.

use lapis_engine::TransactionOptions;
use lapis_sql::Value;

use crate::common::{column, on_database, poll_and_drop, run, value, value_of};

on_database! {
    a_connection_answers_the_question_it_was_asked_last(database) {
        let mut connection = database.acquire().await?;
        for round in 0..200_i64 {
            let polls = (round % 7) as usize;
            let sql = format!("SELECT ? + {}", round % 50);
            drop(poll_and_drop(run(&mut connection, &sql, &[Value::Int(-1)]), polls).await);
            let found: Vec<i64> = column(&mut connection, "SELECT ?", &[Value::Int(round)]).await?;
            assert_eq!(found, [round]);
        }
    }

    a_transaction_that_is_dropped_while_it_begins_is_rolled_back(database) {
        database.script("CREATE TABLE t (x INT)").await?;
        for polls in 0..40 {
            let work = async {
                let mut transaction = database.begin().await?;
                run(&mut transaction, "INSERT INTO t VALUES (?)", &[Value::Int(polls)]).await?;
                run(&mut transaction, "INSERT INTO t VALUES (?)", &[Value::Int(polls)]).await?;
                transaction.commit().await
            };
            drop(poll_and_drop(work, polls as usize % 8).await);
        }
        let open = "SELECT count(*) FROM information_schema.innodb_trx JOIN information_schema.processlist ON \
                    trx_mysql_thread_id = id WHERE db = database()";
        for _ in 0..100 {
            if database.pool_status().checked_out == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(database.pool_status().checked_out, 0);
        assert_eq!(value_of::<i64>(database, open).await?, 0);
        let odd = "SELECT count(*) FROM (SELECT x FROM t GROUP BY x HAVING count(*) <> 2) AS halves";
        assert_eq!(value_of::<i64>(database, odd).await?, 0);
    }

    a_transaction_goes_on_behind_a_statement_that_was_dropped(database) {
        database.script("CREATE TABLE t (x INT)").await?;
        let mut connection = database.acquire().await?;
        connection.start(TransactionOptions::new())?;
        drop(poll_and_drop(run(&mut connection, "INSERT INTO t VALUES (1)", &[]), 1).await);
        assert!(connection.in_transaction());
        run(&mut connection, "INSERT INTO t VALUES (2)", &[]).await?;
        connection.rollback().await?;
        assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 0);
    }

    a_script_that_is_dropped_is_read_to_its_end(database) {
        let mut connection = database.acquire().await?;
        let script = "SELECT 1; SELECT 2; DO 3; SELECT 4, 5";
        for polls in 0..6 {
            drop(poll_and_drop(connection.script(script), polls).await);
            assert_eq!(value::<i64>(&mut connection, "SELECT 6").await?, 6);
        }
    }
}
