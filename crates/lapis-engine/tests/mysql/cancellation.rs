//! Futures that are dropped while the server is at work.

use std::time::Duration;

use lapis_engine::{Discard, Engine, TransactionOptions};
use lapis_sql::Value;
use lapis_sql::statement::text;
use rust_decimal::Decimal;

use crate::common::{column, on_database, poll_and_drop, run, value, value_of};

/// Numbers that look like chance and are the same each time (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end) as usize
    }
}

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

    a_query_that_takes_long_and_is_dropped_is_stopped_before_the_next(database) {
        let mut connection = database.acquire().await?;
        for _ in 0..3 {
            let started = std::time::Instant::now();
            let slow = run(&mut connection, "SELECT SLEEP(30)", &[]);
            assert!(tokio::time::timeout(Duration::from_millis(50), slow).await.is_err());
            assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
            assert!(started.elapsed() < Duration::from_secs(15));
        }
        // Where it is one of a transaction, this goes on.
        connection.script("CREATE TEMPORARY TABLE t (x INT)").await?;
        connection.start(TransactionOptions::new())?;
        run(&mut connection, "INSERT INTO t VALUES (1)", &[]).await?;
        let slow = run(&mut connection, "SELECT SLEEP(30)", &[]);
        assert!(tokio::time::timeout(Duration::from_millis(50), slow).await.is_err());
        assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 1);
        connection.commit().await?;
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

    a_transaction_that_a_dropped_statement_has_ended_is_not_gone_on_with(database) {
        database.script("CREATE TABLE t (id INT PRIMARY KEY, x INT); INSERT INTO t VALUES (1, 0), (2, 0)").await?;
        let mut large = database.begin().await?;
        // The one that has written less is the one that is given up.
        large.script("INSERT INTO t VALUES (3, 0), (4, 0), (5, 0); UPDATE t SET x = 1 WHERE id = 1").await?;
        let mut small = database.acquire().await?;
        small.start(TransactionOptions::new())?;
        small.script("UPDATE t SET x = 2 WHERE id = 2").await?;
        let waits = tokio::time::timeout(Duration::from_millis(50), small.script("UPDATE t SET x = 2 WHERE id = 1"));
        assert!(waits.await.is_err());
        large.script("UPDATE t SET x = 1 WHERE id = 2").await?;
        large.commit().await?;
        for _ in 0..2 {
            let error = run(&mut small, "INSERT INTO t VALUES (6, 0)", &[]).await.unwrap_err();
            assert!(error.to_string().contains("the transaction is over"), "{error}");
        }
        small.rollback().await?;
        assert_eq!(value::<i64>(&mut small, "SELECT count(*) FROM t").await?, 5);
    }

    money_is_neither_made_nor_lost_whatever_is_dropped_when(database) {
        database
            .script(
                "CREATE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL); INSERT INTO accounts VALUES (0, 100), \
                 (1, 100), (2, 100), (3, 100), (4, 100); CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, x INT)",
            )
            .await?;
        // Few connections, so that each is used again at once. The seed makes a failure happen again.
        let engine = Engine::builder(&database.url).pool_size(2).max_overflow(0).connect().await?;
        let mut random = Random(0x5eed);
        for round in 0..1500 {
            let polls = random.below(12);
            let (from, to) = (random.below(5) as i64, random.below(5) as i64);
            let what = random.below(5);
            let work = async {
                match what {
                    0 => {
                        let rows: Vec<_> = (0..20).map(|x| vec![Value::Int(x)]).collect();
                        let mut connection = engine.acquire().await?;
                        connection.run_batch("INSERT INTO log (x) VALUES (?)", &rows, &mut Discard).await
                    }
                    1 => {
                        let sql = "SELECT a.id FROM accounts a, accounts b, accounts c, accounts d, accounts e";
                        let mut rows = engine.stream(text(sql).scalar::<i64>()).await?;
                        while let Some(row) = rows.next().await {
                            row?;
                        }
                        Ok(())
                    }
                    2 => engine.script("SELECT 1; SELECT * FROM accounts; DO 2").await,
                    _ => {
                        let mut transaction = engine.begin().await?;
                        let take = "UPDATE accounts SET balance = balance - 1 WHERE id = ?";
                        run(&mut transaction, take, &[Value::Int(from)]).await?;
                        let give = "UPDATE accounts SET balance = balance + 1 WHERE id = ?";
                        let batch = vec![vec![Value::Int(to)]; 1 + what % 2];
                        transaction.run_batch(give, &batch, &mut Discard).await?;
                        if batch.len() == 2 {
                            run(&mut transaction, take, &[Value::Int(from)]).await?;
                        }
                        transaction.commit().await
                    }
                }
            };
            if let Some(result) = poll_and_drop(work, polls).await {
                result?;
            }
            if round % 10 == 0 {
                let sum: Decimal = value_of(&engine, "SELECT sum(balance) FROM accounts").await?;
                assert_eq!(sum, Decimal::from(500), "after round {round}");
                let whole: i64 = value_of(&engine, "SELECT count(*) % 20 FROM log").await?;
                assert_eq!(whole, 0, "after round {round}");
            }
        }
        engine.close().await?;
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
