//! Transactions, as the server knows them.

use std::time::{Duration, Instant};

use lapis_engine::{
    Connection, Discard, Engine, ErrorKind, IsolationLevel, OperationalCause, Result, TransactionOptions,
};
use lapis_sql::Value;

use crate::common::{on_database, poll_and_drop, run, value, value_of};

on_database! {
    a_transaction_is_what_it_is_asked_to_be(database) {
        database.script("CREATE TABLE t (x INT)").await?;
        let variable =
            if database.dialect().name() == "MariaDB" { "@@tx_isolation" } else { "@@transaction_isolation" };
        let before: String = value_of(database, &format!("SELECT {variable}")).await?;
        let options = TransactionOptions::new().isolation_level(IsolationLevel::ReadCommitted).read_only();
        let mut transaction = database.begin_with(options).await?;
        let error = run(&mut transaction, "INSERT INTO t VALUES (1)", &[]).await.unwrap_err();
        let read_only = OperationalCause::ReadOnly;
        assert!(matches!(error.kind(), ErrorKind::Operational { cause, .. } if *cause == read_only), "{error:?}");
        // The error was the statement's; the transaction goes on.
        assert_eq!(value::<i64>(&mut transaction, "SELECT count(*) FROM t").await?, 0);
        transaction.commit().await?;
        assert_eq!(value_of::<String>(database, &format!("SELECT {variable}")).await?, before);
    }

    a_level_holds_for_one_transaction(database) {
        database.script("CREATE TABLE t (x INT); INSERT INTO t VALUES (1)").await?;
        let options = TransactionOptions::new().isolation_level(IsolationLevel::ReadCommitted);
        for (options, seen) in [(options, 2), (TransactionOptions::new(), 2)] {
            let mut transaction = database.begin_with(options).await?;
            let count = "SELECT count(*) FROM t";
            let first: i64 = value(&mut transaction, count).await?;
            database.script("INSERT INTO t VALUES (2)").await?;
            let second: i64 = value(&mut transaction, count).await?;
            let repeatable = options.isolation_level.is_none();
            assert_eq!((first, second), if repeatable { (seen, seen) } else { (1, seen) });
            transaction.rollback().await?;
        }
    }

    a_deadlock_is_noticed_and_leaves_nothing_open(database) {
        database.script("CREATE TABLE t (id INT PRIMARY KEY, x INT); INSERT INTO t VALUES (1, 0), (2, 0)").await?;
        deadlock(database, database.acquire().await?, database.acquire().await?).await?;
    }

    a_deadlock_is_noticed_behind_a_batch_that_was_dropped(database) {
        database.script("CREATE TABLE t (id INT PRIMARY KEY, x INT); INSERT INTO t VALUES (1, 0), (2, 0)").await?;
        let mut connections = [database.acquire().await?, database.acquire().await?];
        let batch = vec![vec![Value::Int(1)], vec![Value::Int(2)]];
        for connection in &mut connections {
            // The first prepares the statement, so that the second is dropped while it is executed.
            for polls in [usize::MAX, 1] {
                connection.start(TransactionOptions::new())?;
                let update = "UPDATE t SET x = 9 WHERE id = ?";
                drop(poll_and_drop(connection.run_batch(update, &batch, &mut Discard), polls).await);
                connection.rollback().await?;
            }
        }
        let [first, second] = connections;
        deadlock(database, first, second).await?;
    }

    a_lock_is_waited_for_as_long_as_the_engine_says(database) {
        database.script("CREATE TABLE t (id INT PRIMARY KEY, x INT); INSERT INTO t VALUES (1, 0)").await?;
        let mut holder = database.begin().await?;
        run(&mut holder, "UPDATE t SET x = 1 WHERE id = 1", &[]).await?;
        let engine = Engine::builder(&database.url).busy_timeout(Duration::from_secs(1)).connect().await?;
        let mut transaction = engine.begin().await?;
        run(&mut transaction, "INSERT INTO t VALUES (2, 0)", &[]).await?;
        let started = Instant::now();
        let error = run(&mut transaction, "UPDATE t SET x = 2 WHERE id = 1", &[]).await.unwrap_err();
        assert!(error.is_locked(), "{error:?}");
        assert!((0.9..5.0).contains(&started.elapsed().as_secs_f64()));
        // The statement was undone, and not the transaction.
        assert_eq!(value::<i64>(&mut transaction, "SELECT count(*) FROM t").await?, 2);
        transaction.commit().await?;
        holder.rollback().await?;
        engine.close().await?;
    }

    an_error_leaves_the_transaction_open(database) {
        database.script("CREATE TABLE t (id INT PRIMARY KEY)").await?;
        let mut transaction = database.begin().await?;
        run(&mut transaction, "INSERT INTO t VALUES (1)", &[]).await?;
        assert!(run(&mut transaction, "INSERT INTO t VALUES (1)", &[]).await.unwrap_err().is_unique_violation());
        assert!(run(&mut transaction, "SELECT * FROM missing", &[]).await.is_err());
        run(&mut transaction, "INSERT INTO t VALUES (2)", &[]).await?;
        transaction.commit().await?;
        assert_eq!(value_of::<i64>(database, "SELECT count(*) FROM t").await?, 2);
    }

    a_statement_that_commits_by_itself_is_noticed(database) {
        let mut connection = database.acquire().await?;
        connection.start(TransactionOptions::new())?;
        connection.script("CREATE TABLE t (x INT)").await?;
        let error = run(&mut connection, "INSERT INTO t VALUES (1)", &[]).await.unwrap_err();
        assert!(error.to_string().contains("the transaction is over"), "{error}");
        connection.rollback().await?;
    }

    a_transaction_in_which_nothing_ran_is_never_begun(database) {
        let mut connection = database.acquire().await?;
        let begun = "SELECT variable_value + 0 FROM information_schema.session_status WHERE variable_name = 'Com_begin'";
        if database.dialect().name() != "MariaDB" {
            return Ok(());
        }
        let before: f64 = value(&mut connection, begun).await?;
        connection.start(TransactionOptions::new())?;
        connection.commit().await?;
        connection.start(TransactionOptions::new())?;
        connection.rollback().await?;
        assert_eq!(value::<f64>(&mut connection, begun).await?, before);
    }
}

/// Has two transactions wait for each other: the one that is given up is over, and nothing of it is left open.
async fn deadlock(database: &Engine, mut first: Connection, mut second: Connection) -> Result<()> {
    for connection in [&mut first, &mut second] {
        connection.start(TransactionOptions::new())?;
    }
    run(&mut first, "UPDATE t SET x = 1 WHERE id = 1", &[]).await?;
    run(&mut second, "UPDATE t SET x = 2 WHERE id = 2", &[]).await?;
    let (one, other) = tokio::join!(
        run(&mut first, "UPDATE t SET x = 1 WHERE id = 2", &[]),
        run(&mut second, "UPDATE t SET x = 2 WHERE id = 1", &[]),
    );
    let (victim, winner, error) = match (one, other) {
        (Err(error), Ok(_)) => (&mut first, &mut second, error),
        (Ok(_), Err(error)) => (&mut second, &mut first, error),
        both => panic!("one of two is rolled back: {both:?}"),
    };
    assert!(error.is_locked(), "{error:?}");
    assert_eq!((error.native_code(), error.sqlstate()), (Some(1213), Some("40001")));
    winner.commit().await?;
    let error = run(victim, "UPDATE t SET x = 3", &[]).await.unwrap_err();
    assert!(error.to_string().contains("the transaction is over"), "{error}");
    victim.rollback().await?;
    // A statement of its own now, whose effect others see at once.
    run(victim, "UPDATE t SET x = 4 WHERE id = 1", &[]).await?;
    assert_eq!(value_of::<i64>(database, "SELECT x FROM t WHERE id = 1").await?, 4);
    Ok(())
}
