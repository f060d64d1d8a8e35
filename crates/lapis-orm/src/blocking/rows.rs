//! Rows one after the other, as a blocking session gives them.

use lapis_engine::Result;
use lapis_engine::blocking::Executor;

use crate::session::{Track, TrackedStream};

/// The rows of a query, one after the other: handles for entities, values for the rest. An iterator over a
/// [`TrackedStream`].
#[must_use = "rows that nobody iterates over are not read"]
#[derive(Debug)]
pub struct TrackedRows<'s, S: Track> {
    rows: TrackedStream<'s, S>,
    executor: Executor,
}

impl<'s, S: Track> TrackedRows<'s, S> {
    pub(super) fn new(rows: TrackedStream<'s, S>, executor: Executor) -> Self {
        Self { rows, executor }
    }
}

impl<S: Track> Iterator for TrackedRows<'_, S> {
    type Item = Result<S::Tracked>;

    fn next(&mut self) -> Option<Self::Item> {
        self.executor.block_on(self.rows.next())
    }
}
