//! One statement executed many times, without waiting in between.

use lapis_engine::{Batch, BatchSink, Discard, ErrorKind, Outcome, Result, Row, TransactionOptions};
use lapis_sql::Value;

use crate::common::{on_database, poll_and_drop, run, value};

const INSERT: &str = "INSERT INTO t VALUES ($1)";
const COUNT: &str = "SELECT count(*) FROM t";

/// The numbers from 0, made as they are asked for.
struct Numbers(usize);

impl Batch for Numbers {
    fn len(&self) -> usize {
        self.0
    }

    fn values<'b>(&'b self, row: usize, out: &mut Vec<Value<'b>>) {
        out.push(Value::Int(row as i64));
    }
}

/// Counts, and wants things to come in order.
#[derive(Default)]
struct InOrder {
    returned: usize,
    done: usize,
    fails_at: Option<usize>,
}

impl BatchSink for InOrder {
    fn returned(&mut self, index: usize, row: &Row<'_>) -> Result<()> {
        assert_eq!(index, self.done);
        assert_eq!(row.get::<i64>(0)?, index as i64);
        self.returned += 1;
        if self.fails_at == Some(index) { row.get::<bool>(0).map(drop) } else { Ok(()) }
    }

    fn done(&mut self, index: usize, outcome: Outcome) -> Result<()> {
        assert_eq!((index, outcome.rows_affected), (self.done, 1));
        self.done += 1;
        Ok(())
    }
}

on_database! {
    a_hundred_thousand_rows_go_and_come_back_in_order(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x BIGINT)").await?;
        let mut sink = InOrder::default();
        // What comes back is more than the sockets hold, so that who does not read while it writes waits for ever.
        let sql = "INSERT INTO t VALUES ($1) RETURNING x, repeat('x', 300)";
        connection.run_batch(sql, &Numbers(100_000), &mut sink).await?;
        assert_eq!((sink.returned, sink.done), (100_000, 100_000));
        assert_eq!(value::<i64>(&mut connection, COUNT).await?, 100_000);
    }

    an_error_in_the_middle_leaves_nothing(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x BIGINT CHECK (x <> 7777))").await?;
        let error = connection.run_batch(INSERT, &Numbers(20_000), &mut Discard).await.unwrap_err();
        assert!(error.is_check_violation(), "{error:?}");
        assert_eq!(value::<i64>(&mut connection, COUNT).await?, 0);
        assert!(!connection.in_transaction());
    }

    an_error_in_a_transaction_fails_it(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x BIGINT CHECK (x <> 7))").await?;
        connection.start(TransactionOptions::new())?;
        run(&mut connection, INSERT, &[Value::Int(-1)]).await?;
        let error = connection.run_batch(INSERT, &Numbers(20), &mut Discard).await.unwrap_err();
        assert!(error.is_check_violation(), "{error:?}");
        let error = run(&mut connection, INSERT, &[Value::Int(-1)]).await.unwrap_err();
        assert_eq!(error.sqlstate(), Some("25P02"));
        connection.rollback().await?;
        assert_eq!(value::<i64>(&mut connection, COUNT).await?, 0);
    }

    a_value_that_cannot_be_sent_leaves_nothing(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x SMALLINT)").await?;
        let error = connection.run_batch(INSERT, &Numbers(50_000), &mut Discard).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Data(_)) && error.to_string().contains("SMALLINT"), "{error:?}");
        assert_eq!(value::<i64>(&mut connection, COUNT).await?, 0);
        connection.start(TransactionOptions::new())?;
        assert!(connection.run_batch(INSERT, &Numbers(50_000), &mut Discard).await.is_err());
        // Nothing failed on the server, which has run those before.
        connection.commit().await?;
        let ran: i64 = value(&mut connection, COUNT).await?;
        assert_eq!(ran, 32_768);
    }

    a_sink_that_fails_leaves_nothing(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x BIGINT)").await?;
        let mut sink = InOrder { fails_at: Some(5000), ..InOrder::default() };
        let error = connection.run_batch("INSERT INTO t VALUES ($1) RETURNING x", &Numbers(20_000), &mut sink).await;
        assert!(matches!(error.unwrap_err().kind(), ErrorKind::Decode { .. }));
        assert_eq!(value::<i64>(&mut connection, COUNT).await?, 0);
    }

    a_batch_that_is_dropped_leaves_nothing_or_all_of_it(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x BIGINT)").await?;
        for polls in 1..30 {
            let done = poll_and_drop(connection.run_batch(INSERT, &Numbers(5000), &mut Discard), polls).await;
            let found: i64 = value(&mut connection, "WITH gone AS (DELETE FROM t RETURNING 1) SELECT count(*) FROM gone").await?;
            match done {
                Some(result) => assert_eq!((result?, found), ((), 5000)),
                None => assert!(matches!(found, 0 | 5000), "{found} rows after {polls} polls"),
            }
        }
    }
}
