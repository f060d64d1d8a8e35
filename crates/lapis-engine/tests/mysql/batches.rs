//! One statement for many rows of parameters.

use lapis_engine::{BatchSink, Discard, Outcome, Result, Row};
use lapis_sql::Value;

use crate::common::{on_database, poll_and_drop, run, value, value_of};

/// Keeps what a batch gives.
#[derive(Default)]
struct Kept {
    returned: Vec<(usize, i64)>,
    done: Vec<Outcome>,
}

impl BatchSink for Kept {
    fn returned(&mut self, index: usize, row: &Row<'_>) -> Result<()> {
        self.returned.push((index, row.get(0)?));
        Ok(())
    }

    fn done(&mut self, index: usize, outcome: Outcome) -> Result<()> {
        assert_eq!(index, self.done.len());
        self.done.push(outcome);
        Ok(())
    }
}

fn numbers(numbers: impl IntoIterator<Item = i64>) -> Vec<Vec<Value<'static>>> {
    numbers.into_iter().map(|number| vec![Value::Int(number)]).collect()
}

const TABLE: &str = "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, x INT UNIQUE)";
const INSERT: &str = "INSERT INTO t (x) VALUES (?)";
const COUNT: &str = "SELECT count(*) FROM t";

on_database! {
    thousands_of_rows_give_their_keys_in_order(database) {
        database.script(TABLE).await?;
        let mut connection = database.acquire().await?;
        let mut kept = Kept::default();
        connection.run_batch(INSERT, &numbers(0..5000), &mut kept).await?;
        assert_eq!(kept.done.len(), 5000);
        let keys = kept.done.iter().map(|outcome| outcome.last_insert_id);
        assert!(keys.eq((1..=5000).map(Some)));
        assert_eq!(value::<i64>(&mut connection, COUNT).await?, 5000);
    }

    each_execution_counts_its_own_rows(database) {
        database.script(TABLE).await?;
        let mut connection = database.acquire().await?;
        connection.run_batch(INSERT, &numbers(0..3), &mut Discard).await?;
        let mut kept = Kept::default();
        connection.run_batch("UPDATE t SET x = x + 10 WHERE x = ?", &numbers([2, 7, 0]), &mut kept).await?;
        let counts: Vec<u64> = kept.done.iter().map(|outcome| outcome.rows_affected).collect();
        assert_eq!(counts, [1, 0, 1]);
    }

    rows_that_come_back_belong_to_their_execution(database) {
        if !database.dialect().supports_insert_returning() {
            return Ok(());
        }
        database.script(TABLE).await?;
        let mut connection = database.acquire().await?;
        let mut kept = Kept::default();
        connection.run_batch("INSERT INTO t (x) VALUES (?) RETURNING x", &numbers([7, 5, 6]), &mut kept).await?;
        assert_eq!(kept.returned, [(0, 7), (1, 5), (2, 6)]);
    }

    a_batch_that_fails_leaves_nothing(database) {
        database.script(TABLE).await?;
        let mut connection = database.acquire().await?;
        // Far enough behind the front that executions are on their way when the error comes back.
        let twice = numbers((0..2000).chain([1000]).chain(2000..3000));
        let mut kept = Kept::default();
        let error = connection.run_batch(INSERT, &twice, &mut kept).await.unwrap_err();
        assert!(error.is_unique_violation(), "{error:?}");
        assert_eq!(kept.done.len(), 2000);
        assert!(!connection.in_transaction());
        assert_eq!(value::<i64>(&mut connection, COUNT).await?, 0);
    }

    within_a_transaction_a_batch_that_fails_is_undone_alone(database) {
        database.script(TABLE).await?;
        let mut transaction = database.begin().await?;
        run(&mut transaction, INSERT, &[Value::Int(-1)]).await?;
        let twice = numbers((0..300).chain([7]).chain(300..600));
        assert!(transaction.run_batch(INSERT, &twice, &mut Discard).await.unwrap_err().is_unique_violation());
        assert_eq!(value::<i64>(&mut transaction, COUNT).await?, 1);
        transaction.run_batch(INSERT, &numbers(0..10), &mut Discard).await?;
        transaction.commit().await?;
        assert_eq!(value_of::<i64>(database, COUNT).await?, 11);
    }

    a_value_that_cannot_be_sent_ends_the_batch(database) {
        database.script(TABLE).await?;
        let mut connection = database.acquire().await?;
        let mut rows = numbers(0..10);
        rows.push(vec![Value::Float(f64::NAN)]);
        rows.extend(numbers(10..20));
        let error = connection.run_batch(INSERT, &rows, &mut Discard).await.unwrap_err();
        assert!(error.to_string().contains("parameter 1"), "{error}");
        assert_eq!(value::<i64>(&mut connection, COUNT).await?, 0);
        rows[10].clear();
        let error = connection.run_batch(INSERT, &rows, &mut Discard).await.unwrap_err();
        assert!(error.to_string().contains("0 values were given"), "{error}");
        assert_eq!(value::<i64>(&mut connection, COUNT).await?, 0);
    }

    a_deadlock_in_a_batch_is_noticed(database) {
        database.script(&format!("{TABLE}; INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")).await?;
        let mut first = database.begin().await?;
        let mut second = database.begin().await?;
        run(&mut first, "UPDATE t SET x = -1 WHERE id = 1", &[]).await?;
        // The server chooses the one that has changed less, so that it is the first.
        run(&mut second, "UPDATE t SET x = -2 WHERE id = 2", &[]).await?;
        run(&mut second, "INSERT INTO t (x) VALUES (100), (101), (102), (103), (104)", &[]).await?;
        let (rows, mut sink) = (numbers([3, 2, 3]), Discard);
        let (batch, other) = tokio::join!(
            first.run_batch("UPDATE t SET x = x - 10 WHERE id = ?", &rows, &mut sink),
            async {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                run(&mut second, "UPDATE t SET x = -3 WHERE id = 1", &[]).await
            },
        );
        other?;
        assert!(batch.unwrap_err().is_locked());
        let error = run(&mut first, "SELECT 1", &[]).await.unwrap_err();
        assert!(error.to_string().contains("the transaction is over"), "{error}");
        first.rollback().await?;
        second.commit().await?;
        assert_eq!(value_of::<i64>(database, "SELECT x FROM t WHERE id = 3").await?, 3);
    }

    a_deadlock_in_a_batch_of_its_own_leaves_nothing(database) {
        database.script(&format!("{TABLE}; INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")).await?;
        let mut first = database.acquire().await?;
        let mut second = database.begin().await?;
        run(&mut second, "UPDATE t SET x = -2 WHERE id = 2", &[]).await?;
        run(&mut second, "INSERT INTO t (x) VALUES (100), (101), (102), (103), (104)", &[]).await?;
        let (rows, mut sink) = (numbers([1, 2, 3]), Discard);
        let (batch, other) = tokio::join!(
            first.run_batch("UPDATE t SET x = x - 10 WHERE id = ?", &rows, &mut sink),
            async {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                run(&mut second, "UPDATE t SET x = -3 WHERE id = 1", &[]).await
            },
        );
        other?;
        assert!(batch.unwrap_err().is_locked());
        second.rollback().await?;
        // Not even what was sent ahead of the error's answer.
        assert_eq!(value::<i64>(&mut first, "SELECT sum(x) FROM t").await?, 6);
        assert_eq!(value::<i64>(&mut first, "SELECT @@autocommit").await?, 1);
    }

    a_batch_that_is_dropped_midway_leaves_nothing(database) {
        database.script(TABLE).await?;
        let rows = numbers(0..2000);
        for polls in 1..30 {
            let mut connection = database.acquire().await?;
            if poll_and_drop(connection.run_batch(INSERT, &rows, &mut Discard), polls).await.is_some() {
                run(&mut connection, "DELETE FROM t", &[]).await?;
            }
            assert_eq!(value::<i64>(&mut connection, COUNT).await?, 0, "after {polls} polls");
        }
    }

    an_empty_batch_does_nothing(database) {
        let mut connection = database.acquire().await?;
        connection.run_batch("INSERT INTO missing VALUES (?)", &numbers([]), &mut Discard).await?;
        assert!(!connection.in_transaction());
    }
}
