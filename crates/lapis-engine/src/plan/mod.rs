//! How a database runs a statement: its plan, as it tells it and as a tree.

mod display;
mod maria_db;
mod postgres;
mod rows;
mod tree;

use std::time::Duration;

use lapis_sql::dialect::PlanForm;

use crate::error::{Error, OperationalCause, Result};
use crate::row::Row;

/// How a database runs a statement, given by [`Connection::explain`](crate::Connection::explain) and
/// [`explain_analyze`](crate::Connection::explain_analyze).
///
/// Shown with `{}`, it is drawn as a tree. What the nodes are called, and how many there are, is the database's own.
///
/// ```
/// # use lapis_engine::{Engine, Result};
/// use lapis_sql::statement::text;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let engine = Engine::connect("sqlite::memory:").await?;
/// engine.script("CREATE TABLE cities (name TEXT, people INTEGER)").await?;
/// let large = text("SELECT name FROM cities WHERE people > :people").bind("people", 100_000);
/// let plan = engine.explain(&large).await?;
/// assert_eq!(plan.full_scans().collect::<Vec<_>>(), ["cities"]);
///
/// engine.script("CREATE INDEX by_people ON cities (people)").await?;
/// let plan = engine.explain(&large).await?;
/// assert!(plan.uses_index("by_people"));
/// assert_eq!(plan.to_string(), "SEARCH on cities using by_people\n     people>?\n");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// The plan as the database tells it: JSON, or lines.
    pub text: String,
    /// What is done last; its children give it the rows for it.
    pub root: PlanNode,
    /// How long it took to make the plan, where the database tells.
    pub planning_time: Option<Duration>,
    /// How long the statement ran, where it did.
    pub execution_time: Option<Duration>,
}

/// One step of a [`Plan`].
///
/// What is empty is not told: by the database at all, of this step, or because the statement did not run.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct PlanNode {
    /// What is done, in the database's words: `Hash Join`, `SEARCH`.
    pub operation: String,
    /// The table that is read or written. SQLite names it by its alias, if it has one.
    pub table: Option<String>,
    /// The table's alias.
    pub alias: Option<String>,
    /// The index that is used.
    pub index: Option<String>,
    /// Whether every row of the table is looked at.
    pub full_scan: bool,
    /// What else is told, such as conditions and the columns of a sort.
    pub details: Vec<String>,
    /// How many rows are expected each time the step is done.
    pub estimated_rows: Option<f64>,
    /// What the step and those below it are expected to cost, in the database's own unit.
    pub estimated_cost: Option<f64>,
    /// How many rows there were each time the step was done, on average.
    pub actual_rows: Option<f64>,
    /// How often the step was done.
    pub loops: Option<u64>,
    /// How long it took, all times together; with the steps below it, except on MariaDB.
    pub time: Option<Duration>,
    /// The steps that give this one its rows.
    pub children: Vec<PlanNode>,
}

impl Plan {
    fn new(text: String, root: PlanNode) -> Self {
        Self { text, root, planning_time: None, execution_time: None }
    }

    /// All steps, each before those below it.
    pub fn nodes(&self) -> impl Iterator<Item = &PlanNode> {
        let mut left = vec![&self.root];
        std::iter::from_fn(move || {
            let node = left.pop()?;
            left.extend(node.children.iter().rev());
            Some(node)
        })
    }

    /// The tables of which every row is looked at.
    pub fn full_scans(&self) -> impl Iterator<Item = &str> {
        self.nodes().filter(|node| node.full_scan).filter_map(|node| node.table.as_deref())
    }

    /// Whether a step uses the index of that name.
    #[must_use]
    pub fn uses_index(&self, name: &str) -> bool {
        self.nodes().any(|node| node.index.as_deref() == Some(name))
    }
}

/// The rows that a database answers with, as it answers.
#[derive(Debug, Default)]
pub(crate) struct PlanRows {
    /// Of plans that are one text.
    text: String,
    /// Of plans that are rows: `id`, `parent`, `detail`.
    steps: Vec<(i64, i64, String)>,
}

impl PlanRows {
    /// Takes one row.
    pub(crate) fn push(&mut self, row: &Row<'_>, form: PlanForm) -> Result<()> {
        match form {
            PlanForm::Rows => self.steps.push((row.get(0)?, row.get(1)?, row.get(3)?)),
            _ => self.text.push_str(&row.get::<String>(0)?),
        }
        Ok(())
    }

    /// Reads the plan.
    pub(crate) fn read(self, form: PlanForm) -> Result<Plan> {
        match form {
            PlanForm::Rows => Ok(rows::read(self.steps)),
            PlanForm::PostgresJson => postgres::read(self.text),
            PlanForm::MariaDbJson => maria_db::read(self.text),
            PlanForm::Tree => tree::read(self.text),
            _ => Err(unreadable("its form is unknown")),
        }
    }
}

#[cold]
fn unreadable(reason: &str) -> Error {
    let message =
        format!("the database's plan cannot be read: {reason}; look at it by running EXPLAIN yourself");
    Error::operational(OperationalCause::Other, message)
}

fn parse(text: &str) -> Result<serde_json::Value> {
    serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()).with_source(error))
}

/// A duration of milliseconds; none where the number makes no sense.
fn milliseconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number / 1000.0).ok()
}

/// A whole number, as JSON or text has it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// A value of a plan's JSON as a reader would write it; none of an object.
fn plain(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null | serde_json::Value::Object(_) => None,
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(plain).collect();
            items.map(|items| items.join(", "))
        }
        other => Some(other.to_string()),
    }
}
