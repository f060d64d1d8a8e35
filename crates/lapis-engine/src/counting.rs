//! Sinks that count on behalf of those who watch statements.

use crate::error::Result;
use crate::row::Row;
use crate::sink::{BatchSink, Flow, Outcome, RowSink};

/// Counts the rows on their way to another sink.
pub(crate) struct Counting<'a> {
    pub(crate) sink: &'a mut (dyn RowSink + Send),
    pub(crate) rows: u64,
}

impl RowSink for Counting<'_> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        self.rows += 1;
        self.sink.row(row)
    }

    fn limit(&self) -> Option<usize> {
        self.sink.limit()
    }
}

/// Counts what a batch does on its way to another sink.
pub(crate) struct CountingBatch<'a> {
    pub(crate) sink: &'a mut (dyn BatchSink + Send),
    pub(crate) rows: u64,
    pub(crate) rows_affected: u64,
}

impl BatchSink for CountingBatch<'_> {
    fn returned(&mut self, index: usize, row: &Row<'_>) -> Result<()> {
        self.rows += 1;
        self.sink.returned(index, row)
    }

    fn done(&mut self, index: usize, outcome: Outcome) -> Result<()> {
        self.rows_affected += outcome.rows_affected;
        self.sink.done(index, outcome)
    }
}
