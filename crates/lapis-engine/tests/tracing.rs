//! What `tracing` is told of statements. It is a program of its own, since `tracing` keeps what it knows of
//! who listens for a whole process.
#![cfg(feature = "sqlite")]

use std::fmt;
use std::sync::{Arc, Mutex};

use lapis_engine::{Discard, Engine, Result};
use lapis_sql::Value;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

type Lines = Arc<Mutex<Vec<String>>>;

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
    assert_eq!(*lines.lock().unwrap(), ["sql=\"SELECT ?\" rows=1 rows_affected=0 begin=false "]);
    Ok(())
}
