//! What observers and `tracing` are told of statements.

use std::fmt;
use std::sync::{Arc, Mutex};

use lapis_engine::{Discard, Engine, EngineBuilder, Result};
use lapis_sql::Value;
use lapis_sql::statement::text;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

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

/// Keeps the events of the target `lapis::sql` as text.
struct Listener(Lines);

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "lapis::sql"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        struct Fields(String);
        impl Visit for Fields {
            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                if field.name() != "elapsed_us" {
                    self.0.push_str(&format!("{}={value:?} ", field.name()));
                }
            }
        }
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn tracing_is_told_the_sql_and_never_the_values() -> Result<()> {
    let engine = Engine::connect("sqlite::memory:").await?;
    let lines = Lines::default();
    let guard = tracing::subscriber::set_default(Listener(Arc::clone(&lines)));
    let mut connection = engine.acquire().await?;
    connection.run("SELECT ?", &[Value::Text("secret".into())], &mut Discard).await?;
    drop(guard);
    assert_eq!(take(&lines), ["sql=\"SELECT ?\" rows=1 rows_affected=0 begin=false "]);
    Ok(())
}
