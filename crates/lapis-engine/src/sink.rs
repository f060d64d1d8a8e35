//! Where a driver puts rows, and where it takes the parameters of many executions from.

use lapis_sql::Value;

use crate::error::Result;
use crate::row::Row;

/// Whether a driver should go on giving rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Give the next row.
    Continue,
    /// No more rows are wanted.
    Stop,
}

/// What takes a statement's rows, one call each.
///
/// Every `FnMut(&Row<'_>) -> Result<Flow>` is one.
pub trait RowSink {
    /// Takes the driver's current row, which is gone when this returns.
    ///
    /// # Errors
    /// An error ends the statement and is what it returns.
    fn row(&mut self, row: &Row<'_>) -> Result<Flow>;

    /// How many rows are wanted at most, so that a server need not send more; it is `row` that says `Stop` in any case.
    fn limit(&self) -> Option<usize> {
        None
    }
}

impl<F: FnMut(&Row<'_>) -> Result<Flow>> RowSink for F {
    #[inline]
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        self(row)
    }
}

/// A sink for statements whose rows, if there are any, nobody wants.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl RowSink for Discard {
    fn row(&mut self, _row: &Row<'_>) -> Result<Flow> {
        Ok(Flow::Continue)
    }
}

/// What a statement did besides returning rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// How many rows were inserted, updated or deleted.
    pub rows_affected: u64,
    /// The number that the database gave to the row an `INSERT` made, where the database tells: of several rows, the
    /// last one's on SQLite, the first one's on MySQL and MariaDB.
    pub last_insert_id: Option<i64>,
}

/// The parameters of one statement that is executed many times.
pub trait Batch {
    /// How many executions.
    fn len(&self) -> usize;

    /// Whether there is nothing to execute.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds the parameters of one execution to `out`, which is empty.
    fn values<'b>(&'b self, row: usize, out: &mut Vec<Value<'b>>);
}

impl Batch for Vec<Vec<Value<'_>>> {
    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn values<'b>(&'b self, row: usize, out: &mut Vec<Value<'b>>) {
        out.extend(self[row].iter().map(Value::borrowed));
    }
}

/// What takes the results of a batch.
pub trait BatchSink: Send {
    /// Takes a row that execution `index` returned.
    ///
    /// # Errors
    /// An error ends the batch and is what it returns.
    fn returned(&mut self, index: usize, row: &Row<'_>) -> Result<()>;

    /// Execution `index` is done.
    ///
    /// # Errors
    /// An error ends the batch and is what it returns.
    fn done(&mut self, index: usize, outcome: Outcome) -> Result<()>;
}

impl BatchSink for Discard {
    fn returned(&mut self, _index: usize, _row: &Row<'_>) -> Result<()> {
        Ok(())
    }

    fn done(&mut self, _index: usize, _outcome: Outcome) -> Result<()> {
        Ok(())
    }
}
