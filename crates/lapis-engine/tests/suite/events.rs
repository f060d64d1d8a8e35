//! What observers are told of statements.

use std::sync::{Arc, Mutex};

use lapis_engine::{Discard, Engine, EngineBuilder, Result};
use lapis_sql::Value;
use lapis_sql::statement::text;

type Lines = Arc<Mutex<Vec<String>>>;

fn observed() -> (EngineBuilder, Lines) {
    let lines = Lines::default();
    let seen = Arc::clone(&lines);
    let builder = Engine::builder("sqlite::memory:").on_statement(move |event| {
        let begin = if event.begin { "BEGIN+" } else { "" };
        let failed = if event.error.is_some() { " failed" } else { "" };
        seen.lock().unwrap().push(format!(
            "{begin}{} {} {}/{}{failed}",
            event.sql, event.parameters, event.rows, event.rows_affected
        ));
    });
    (builder, lines)
}

fn take(lines: &Lines) -> Vec<String> {
    std::mem::take(&mut *lines.lock().unwrap())
}

#[tokio::test]
async fn an_observer_sees_each_round_trip_once() -> Result<()> {
    let (builder, lines) = observed();
    let engine = builder.connect().await?;
    assert!(take(&lines).is_empty(), "connecting runs no statement of the program");
    engine.script("CREATE TABLE t (x UNIQUE)").await?;
    let mut transaction = engine.begin().await?;
    let batch = vec![vec![Value::Int(1)], vec![Value::Int(2)]];
    transaction
        .run_batch("INSERT INTO t VALUES (?) RETURNING x", &batch, &mut Discard)
        .await?;
    assert!(
        transaction
            .run("INSERT INTO t VALUES (?)", &[Value::Int(1)], &mut Discard)
            .await
            .is_err()
    );
    transaction.rollback().await?;
    assert_eq!(
        take(&lines),
        [
            "CREATE TABLE t (x UNIQUE) [] 0/0",
            "BEGIN+INSERT INTO t VALUES (?) RETURNING x [1], [2] 2/2",
            "INSERT INTO t VALUES (?) [1] 0/0 failed",
            "ROLLBACK [] 0/0",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn an_observer_sees_a_stream_when_it_has_ended() -> Result<()> {
    let (builder, lines) = observed();
    let engine = builder.connect().await?;
    let mut rows = engine.stream(text("SELECT 1 UNION ALL SELECT 2").scalar::<i64>()).await?;
    while let Some(row) = rows.next().await {
        row?;
    }
    assert_eq!(take(&lines), ["SELECT 1 UNION ALL SELECT 2 [] 2/0"]);
    Ok(())
}
