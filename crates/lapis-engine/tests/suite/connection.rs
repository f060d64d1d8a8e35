//! Statements on a connection, as SQL.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::common::{integer, integers};
use lapis_engine::{BatchSink, Constraint, Discard, Engine, ErrorKind, Flow, Outcome, Result, Row};
use lapis_sql::Value;

async fn users() -> Result<Engine> {
    let engine = Engine::connect("sqlite::memory:").await?;
    engine
        .script(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, age INTEGER,
               CONSTRAINT ck_age CHECK (age >= 0));
             CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES users (id));",
        )
        .await?;
    Ok(engine)
}

#[tokio::test]
async fn rows_reach_the_sink_until_it_stops() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    let mut seen = Vec::new();
    let mut sink = |row: &Row<'_>| {
        seen.push(row.get::<i64>(0)?);
        Ok(if seen.len() == 2 { Flow::Stop } else { Flow::Continue })
    };
    connection.run("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", &[], &mut sink).await?;
    assert_eq!(seen, [1, 2]);
    Ok(())
}

#[tokio::test]
async fn an_outcome_tells_what_an_insert_did_and_nothing_of_what_came_before() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    let outcome = connection
        .run("INSERT INTO users (email) VALUES ('a'), ('b')", &[], &mut Discard)
        .await?;
    assert_eq!(outcome, Outcome { rows_affected: 2, last_insert_id: Some(2) });
    let outcome = connection.run("UPDATE users SET age = 1 WHERE id = 1", &[], &mut Discard).await?;
    assert_eq!(outcome, Outcome { rows_affected: 1, last_insert_id: None });
    let outcome = connection.run("UPDATE users SET age = 1 WHERE id = 9", &[], &mut Discard).await?;
    assert_eq!(outcome, Outcome::default());
    let outcome = connection.run("CREATE TABLE other (x)", &[], &mut Discard).await?;
    assert_eq!(outcome, Outcome::default());
    Ok(())
}

#[tokio::test]
async fn a_statement_that_returns_rows_runs_to_its_end_even_if_the_sink_stops() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    let mut sink = |_: &Row<'_>| Ok(Flow::Stop);
    let outcome = connection
        .run("INSERT INTO users (email) VALUES ('a'), ('b') RETURNING id", &[], &mut sink)
        .await?;
    assert_eq!(outcome.rows_affected, 2);
    assert_eq!(integers(&mut connection, "SELECT count(*) FROM users", &[]).await?, [2]);
    Ok(())
}

#[derive(Default)]
struct Collect {
    returned: Vec<(usize, i64)>,
    done: Vec<Option<i64>>,
}

impl BatchSink for Collect {
    fn returned(&mut self, index: usize, row: &Row<'_>) -> Result<()> {
        self.returned.push((index, row.get(0)?));
        Ok(())
    }

    fn done(&mut self, _index: usize, outcome: Outcome) -> Result<()> {
        self.done.push(outcome.last_insert_id);
        Ok(())
    }
}

fn emails(names: &[&'static str]) -> Vec<Vec<Value<'static>>> {
    names.iter().map(|name| vec![Value::Text((*name).into())]).collect()
}

#[tokio::test]
async fn a_batch_gives_the_rows_and_numbers_of_each_execution_in_order() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    let mut sink = Collect::default();
    let batch = emails(&["a", "b", "c"]);
    connection
        .run_batch("INSERT INTO users (email) VALUES (?) RETURNING id * 10", &batch, &mut sink)
        .await?;
    assert_eq!(sink.returned, [(0, 10), (1, 20), (2, 30)]);
    assert_eq!(sink.done, [Some(1), Some(2), Some(3)]);
    Ok(())
}

#[tokio::test]
async fn a_batch_outside_of_a_transaction_is_kept_as_a_whole_or_not_at_all() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    let batch = emails(&["a", "b", "a"]);
    let failed = connection.run_batch("INSERT INTO users (email) VALUES (?)", &batch, &mut Discard).await;
    assert!(failed.unwrap_err().is_unique_violation());
    assert!(!connection.in_transaction());
    assert_eq!(integers(&mut connection, "SELECT count(*) FROM users", &[]).await?, [0]);
    connection
        .run_batch("INSERT INTO users (email) VALUES (?)", &emails(&[]), &mut Discard)
        .await
}

#[tokio::test]
async fn a_batch_inside_a_transaction_belongs_to_it() -> Result<()> {
    let engine = users().await?;
    let mut transaction = engine.begin().await?;
    transaction
        .run_batch("INSERT INTO users (email) VALUES (?)", &emails(&["a", "b"]), &mut Discard)
        .await?;
    transaction.rollback().await?;
    assert_eq!(integer(&engine, "SELECT count(*) FROM users").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_violated_constraint_is_told_by_its_kind_and_columns() -> Result<()> {
    let engine = users().await?;
    engine.script("INSERT INTO users (email) VALUES ('a')").await?;
    let fails = async |sql: &str| {
        let error = engine.script(sql).await.unwrap_err();
        let violation = error.violation().expect("an integrity error").clone();
        (violation.constraint, violation.table, violation.columns.join(","), violation.name)
    };
    let users = Some("users".to_owned());
    assert_eq!(
        fails("INSERT INTO users (email) VALUES ('a')").await,
        (Constraint::Unique, users.clone(), "email".into(), None)
    );
    assert_eq!(
        fails("INSERT INTO users (id, email) VALUES (1, 'b')").await,
        (Constraint::Unique, users.clone(), "id".into(), None)
    );
    assert_eq!(
        fails("INSERT INTO users (email) VALUES (NULL)").await,
        (Constraint::NotNull, users, "email".into(), None)
    );
    assert_eq!(
        fails("INSERT INTO users (email, age) VALUES ('c', -1)").await,
        (Constraint::Check, None, String::new(), Some("ck_age".into()))
    );
    assert_eq!(
        fails("INSERT INTO posts (author) VALUES (99)").await,
        (Constraint::ForeignKey, None, String::new(), None)
    );
    Ok(())
}

#[tokio::test]
async fn an_error_carries_the_sql_and_the_parameters_only_if_they_are_to_be_shown() -> Result<()> {
    for show in [false, true] {
        let engine = Engine::builder("sqlite::memory:").show_parameters(show).connect().await?;
        let mut connection = engine.acquire().await?;
        let error = connection
            .run("SELECT * FROM missing WHERE x = ?", &[Value::Int(42)], &mut Discard)
            .await
            .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
        assert_eq!(error.sql(), Some("SELECT * FROM missing WHERE x = ?"));
        assert!(error.to_string().contains("no such table: missing; create the tables first"), "{error}");
        assert_eq!(error.to_string().contains("42"), show, "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn the_number_of_parameters_is_checked() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    let error = connection.run("SELECT ?, ?", &[Value::Int(1)], &mut Discard).await.unwrap_err();
    assert!(error.to_string().contains("has 2 parameters, and 1 values were given"), "{error}");
    Ok(())
}

#[tokio::test]
async fn several_statements_where_one_is_run_are_an_error() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    let error = connection.run("SELECT 1; SELECT 2", &[], &mut Discard).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    assert!(error.to_string().contains("script"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_value_that_sqlite_cannot_store_is_a_data_error() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    for value in [Value::UInt(u64::MAX), Value::Float(f64::NAN)] {
        let error = connection.run("SELECT ?", &[value], &mut Discard).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_cell_that_cannot_be_read_names_its_column() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    let mut sink = |row: &Row<'_>| {
        let error = row.get::<i64>(0).unwrap_err();
        assert!(error.to_string().starts_with("column `name` cannot be read"), "{error}");
        assert!(row.get::<i64>(5).is_err());
        assert_eq!(row.get_named::<i64>("NUMBER")?, 7);
        let error = row.get_named::<i64>("other").unwrap_err();
        assert!(error.to_string().contains("no column `other`; it has name, number"), "{error}");
        Ok(Flow::Continue)
    };
    connection.run("SELECT 'x' AS name, 7 AS number", &[], &mut sink).await?;
    Ok(())
}

#[tokio::test]
async fn a_sinks_error_ends_the_statement_and_the_connection_goes_on() -> Result<()> {
    let engine = users().await?;
    let mut connection = engine.acquire().await?;
    let mut sink = |row: &Row<'_>| row.get::<i64>(0).map(|_| Flow::Continue);
    assert!(connection.run("SELECT 'x'", &[], &mut sink).await.is_err());
    assert_eq!(integers(&mut connection, "SELECT 1", &[]).await?, [1]);
    Ok(())
}

#[tokio::test]
async fn a_script_runs_each_of_its_statements_once() -> Result<()> {
    let engine = users().await?;
    engine
        .script(
            "-- a comment; with a semicolon\n;
             INSERT INTO users (email) VALUES ('a;b');
             SELECT * FROM users; /* another */
             CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM posts; SELECT 1; END;
             INSERT INTO users (email) VALUES ('c')",
        )
        .await?;
    assert_eq!(integer(&engine, "SELECT count(*) FROM users").await?, 2);
    Ok(())
}

#[test]
fn without_a_runtime_a_statement_is_ready_at_the_first_poll() {
    let work = async {
        let engine = users().await?;
        engine.script("INSERT INTO users (email) VALUES ('a')").await?;
        integer(&engine, "SELECT count(*) FROM users").await
    };
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(count) => assert_eq!(count.unwrap(), 1),
        Poll::Pending => panic!("SQLite had to be waited for"),
    }
}
