//! What watches statements: `echo`, `tracing`, and observers.

use std::fmt::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lapis_sql::Value;

use crate::error::{Error, Result};
use crate::sink::Batch;

/// A statement that has run, as [`on_statement`](crate::EngineBuilder::on_statement)'s function is given it.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use std::sync::Arc;
///
/// use lapis_engine::{Engine, Result, StatementEvent};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// let written = Arc::new(AtomicU64::new(0));
/// let counter = Arc::clone(&written);
/// let engine = Engine::builder("sqlite::memory:")
///     .on_statement(move |event: &StatementEvent<'_>| {
///         counter.fetch_add(event.rows_affected, Ordering::Relaxed);
///         if let Some(error) = event.error {
///             eprintln!("{} failed after {:?}: {error}", event.sql, event.elapsed);
///         }
///     })
///     .connect()
///     .await?;
/// engine.script("CREATE TABLE t (x)").await?;
/// engine.execute(lapis_sql::statement::text("INSERT INTO t VALUES (1), (2)")).await?;
/// assert_eq!(written.load(Ordering::Relaxed), 2);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct StatementEvent<'a> {
    /// The SQL.
    pub sql: &'a str,
    /// Its parameters.
    pub parameters: Parameters<'a>,
    /// How long it took.
    pub elapsed: Duration,
    /// How many rows it returned.
    pub rows: u64,
    /// How many rows it inserted, updated or deleted.
    pub rows_affected: u64,
    /// Whether the BEGIN of a transaction travelled along, in the same round trip.
    pub begin: bool,
    /// What went wrong, if anything did.
    pub error: Option<&'a Error>,
}

/// The parameters of a statement that has run.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Parameters<'a> {
    /// Of one execution.
    One(&'a [Value<'a>]),
    /// Of many.
    Batch(&'a (dyn Batch + Sync)),
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Parameters::Batch(batch) => {
                let rows = batch.len();
                for row in 0..rows.min(ROWS_SHOWN) {
                    let mut values = Vec::new();
                    batch.values(row, &mut values);
                    write!(f, "{}{}", if row > 0 { ", " } else { "" }, Parameters::One(&values))?;
                }
                if rows > ROWS_SHOWN { write!(f, ", … ({rows} rows)") } else { Ok(()) }
            }
            Parameters::One(values) => {
                f.write_char('[')?;
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    show(f, value)?;
                }
                f.write_char(']')
            }
        }
    }
}

/// How many rows of a batch are shown.
const ROWS_SHOWN: usize = 3;
/// How much of a long text is shown.
const SHOWN: usize = 120;

fn show(f: &mut fmt::Formatter<'_>, value: &Value<'_>) -> fmt::Result {
    match value {
        Value::Null => f.write_str("NULL"),
        Value::Bool(value) => write!(f, "{value}"),
        Value::Int(value) => write!(f, "{value}"),
        Value::UInt(value) => write!(f, "{value}"),
        Value::Float(value) => write!(f, "{value:?}"),
        Value::Decimal(value) => write!(f, "{value}"),
        Value::Text(text) | Value::Json(text) => match text.char_indices().nth(SHOWN) {
            Some((end, _)) => {
                show_text(f, &text[..end], "…")?;
                write!(f, " ({} bytes)", text.len())
            }
            None => show_text(f, text, ""),
        },
        Value::Bytes(bytes) => write!(f, "<{} bytes>", bytes.len()),
        Value::Date(value) => write!(f, "{value}"),
        Value::Time(value) => write!(f, "{value}"),
        Value::Timestamp(value) => write!(f, "{value}"),
        Value::TimestampTz(value) => write!(f, "{value}"),
        Value::Interval(value) => write!(f, "{value}"),
        Value::Uuid(value) => write!(f, "{value}"),
        Value::Array(values) => write!(f, "{}", Parameters::One(values)),
        other => write!(f, "{other:?}"),
    }
}

/// Writes text as a literal on one line: a value must not look like the end of itself, or like a line of the log.
fn show_text(f: &mut fmt::Formatter<'_>, text: &str, end: &str) -> fmt::Result {
    f.write_char('\'')?;
    for char in text.chars() {
        match char {
            '\'' => f.write_str("''")?,
            control if control.is_control() => write!(f, "{}", control.escape_default())?,
            other => f.write_char(other)?,
        }
    }
    write!(f, "{end}'")
}

/// A function that is called after each statement.
pub(crate) type Observer = Arc<dyn Fn(&StatementEvent<'_>) + Send + Sync>;

/// Who watches the statements of an engine.
#[derive(Clone, Default)]
pub(crate) struct Events {
    pub(crate) echo: bool,
    pub(crate) show_parameters: bool,
    pub(crate) observers: Vec<Observer>,
}

impl Events {
    /// Whether anybody watches. Where nobody does, a statement costs one load of an atomic.
    #[inline]
    pub(crate) fn watched(&self) -> bool {
        self.echo
            || !self.observers.is_empty()
            || tracing::enabled!(target: "lapis::sql", tracing::Level::DEBUG)
    }

    /// Adds to an error which statement it was.
    #[cold]
    pub(crate) fn explain(&self, error: Error, sql: &str, parameters: Parameters<'_>) -> Error {
        let error = error.with_sql(sql);
        if self.echo || self.show_parameters {
            return error.with_parameters(parameters.to_string());
        }
        error
    }

    /// Tells those who watch.
    pub(crate) fn tell(&self, event: &StatementEvent<'_>) {
        for observer in &self.observers {
            observer(event);
        }
        if self.echo {
            eprintln!("{}", Echo(event));
        }
        let micros = u64::try_from(event.elapsed.as_micros()).unwrap_or(u64::MAX);
        let error = event.error.map(tracing::field::display);
        tracing::debug!(
            target: "lapis::sql",
            sql = event.sql,
            rows = event.rows,
            rows_affected = event.rows_affected,
            begin = event.begin,
            elapsed_us = micros,
            error,
        );
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("echo", &self.echo)
            .field("show_parameters", &self.show_parameters)
            .field("observers", &self.observers.len())
            .finish()
    }
}

/// A statement as `echo` prints it.
struct Echo<'a>(&'a StatementEvent<'a>);

impl fmt::Display for Echo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.0;
        if event.begin {
            f.write_str("lapis | BEGIN\n")?;
        }
        write!(f, "lapis | {}", event.sql.trim())?;
        if !matches!(event.parameters, Parameters::One([])) {
            write!(f, "\n      | {}", event.parameters)?;
        }
        write!(f, "\n      | {:.1?}, ", event.elapsed)?;
        match event.error {
            Some(error) => write!(f, "failed: {}", error.kind()),
            None if event.rows_affected > 0 => {
                write!(f, "{} rows, {} affected", event.rows, event.rows_affected)
            }
            None => write!(f, "{} rows", event.rows),
        }
    }
}

/// A statement that is running and is watched.
pub(crate) struct Watch {
    started: Instant,
    pub(crate) begin: bool,
    pub(crate) rows: u64,
    pub(crate) rows_affected: u64,
}

impl Watch {
    pub(crate) fn start(begin: bool) -> Self {
        Self { started: Instant::now(), begin, rows: 0, rows_affected: 0 }
    }

    pub(crate) fn end<T>(self, events: &Events, sql: &str, parameters: Parameters<'_>, result: &Result<T>) {
        events.tell(&StatementEvent {
            sql,
            parameters,
            elapsed: self.started.elapsed(),
            rows: self.rows,
            rows_affected: self.rows_affected,
            begin: self.begin,
            error: result.as_ref().err(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event<'a>(values: &'a [Value<'a>]) -> StatementEvent<'a> {
        StatementEvent {
            sql: "SELECT 1",
            parameters: Parameters::One(values),
            elapsed: Duration::from_micros(1500),
            rows: 1,
            rows_affected: 0,
            begin: false,
            error: None,
        }
    }

    #[test]
    fn echo_prints_the_sql_its_parameters_time_and_rows() {
        let values =
            [Value::Int(1), Value::Text("it".into()), Value::Null, Value::Bytes(b"abc".as_slice().into())];
        let shown = Echo(&event(&values)).to_string();
        assert_eq!(shown, "lapis | SELECT 1\n      | [1, 'it', NULL, <3 bytes>]\n      | 1.5ms, 1 rows");
    }

    #[test]
    fn echo_shows_the_begin_that_travelled_along() {
        let mut event = event(&[]);
        event.begin = true;
        assert_eq!(Echo(&event).to_string(), "lapis | BEGIN\nlapis | SELECT 1\n      | 1.5ms, 1 rows");
    }

    #[test]
    fn a_batch_is_shown_by_its_first_rows() {
        let rows: Vec<Vec<Value<'_>>> = (0..5).map(|row| vec![Value::Int(row)]).collect();
        assert_eq!(Parameters::Batch(&rows).to_string(), "[0], [1], [2], … (5 rows)");
    }

    #[test]
    fn text_stays_within_its_quotes_and_its_line() {
        let shown = Parameters::One(&[Value::Text("it's\nlapis | COMMIT".into())]).to_string();
        assert_eq!(shown, r"['it''s\nlapis | COMMIT']");
    }

    #[test]
    fn long_text_is_shown_by_its_beginning() {
        let text = "ä".repeat(500);
        let shown = Parameters::One(&[Value::Text(text.into())]).to_string();
        assert!(shown.contains("…' (1000 bytes)") && shown.len() < 300, "{shown}");
    }
}
