//! Transactions, and what is left of those that have failed.

use lapis_engine::{Engine, ErrorKind, IsolationLevel, TransactionOptions};
use lapis_sql::Value;

use crate::common::{on_database, run, value, value_of, with_options};

const INSERT: &str = "INSERT INTO t VALUES ($1)";

on_database! {
    a_failed_transaction_can_only_be_rolled_back(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (x INT PRIMARY KEY)").await?;
        connection.start(TransactionOptions::new())?;
        run(&mut connection, INSERT, &[Value::Int(1)]).await?;
        assert!(run(&mut connection, INSERT, &[Value::Int(1)]).await.unwrap_err().is_unique_violation());
        for sql in [INSERT, "INSERT INTO t VALUES ($1 + 1)"] {
            let error = run(&mut connection, sql, &[Value::Int(2)]).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)), "{error:?}");
            assert!(error.sqlstate() == Some("25P02") && error.to_string().contains("roll it back"), "{error}");
        }
        connection.rollback().await?;
        assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t").await?, 0);
    }

    to_commit_a_failed_transaction_is_an_error(database) {
        database.script("CREATE TABLE t (x INT PRIMARY KEY)").await?;
        let mut transaction = database.begin().await?;
        run(&mut transaction, INSERT, &[Value::Int(1)]).await?;
        transaction.script("INSERT INTO t VALUES (1)").await.unwrap_err();
        let error = transaction.commit().await.unwrap_err();
        assert!(error.to_string().contains("rolled back, not committed"), "{error}");
        assert_eq!(value_of::<i64>(database, "SELECT count(*) FROM t").await?, 0);
    }

    a_constraint_that_is_deferred_fails_the_commit(database) {
        database.script("CREATE TABLE t (x INT UNIQUE DEFERRABLE INITIALLY DEFERRED)").await?;
        let mut transaction = database.begin().await?;
        run(&mut transaction, INSERT, &[Value::Int(1)]).await?;
        run(&mut transaction, INSERT, &[Value::Int(1)]).await?;
        assert!(transaction.commit().await.unwrap_err().is_unique_violation());
        assert_eq!(value_of::<i64>(database, "SELECT count(*) FROM t").await?, 0);
    }

    a_savepoint_saves_a_transaction_from_a_failure(database) {
        database.script("CREATE TABLE t (x INT PRIMARY KEY)").await?;
        let mut transaction = database.begin().await?;
        run(&mut transaction, INSERT, &[Value::Int(1)]).await?;
        for _ in 0..2 {
            let mut nested = transaction.begin_nested().await?;
            assert!(run(&mut nested, INSERT, &[Value::Int(1)]).await.unwrap_err().is_unique_violation());
            drop(nested);
        }
        let mut nested = transaction.begin_nested().await?;
        run(&mut nested, INSERT, &[Value::Int(2)]).await?;
        nested.commit().await?;
        transaction.commit().await?;
        assert_eq!(value_of::<i64>(database, "SELECT sum(x) FROM t").await?, 3);
    }

    a_transaction_is_what_its_options_say(database) {
        let options = TransactionOptions::new().isolation_level(IsolationLevel::Serializable).read_only().deferrable();
        let mut transaction = database.begin_with(options).await?;
        for (setting, expected) in [("isolation", "serializable"), ("read_only", "on"), ("deferrable", "on")] {
            assert_eq!(value::<String>(&mut transaction, &format!("SHOW transaction_{setting}")).await?, expected);
        }
        let error = transaction.script("CREATE TABLE t (x INT)").await.unwrap_err();
        assert_eq!(error.sqlstate(), Some("25006"));
        transaction.rollback().await?;
    }

    a_transaction_that_idles_too_long_tells_why_it_is_lost(database) {
        let url = with_options(&database.url, "options=-c%20idle_in_transaction_session_timeout=50");
        let engine = Engine::connect(&url).await?;
        let mut transaction = engine.begin().await?;
        value::<i64>(&mut transaction, "SELECT 1").await?;
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        let error = transaction.script("SELECT 1").await.unwrap_err();
        assert!(error.is_connection_lost(), "{error:?}");
        drop(transaction);
        assert_eq!(value_of::<i64>(&engine, "SELECT 1").await?, 1);
        engine.close().await?;
    }
}
