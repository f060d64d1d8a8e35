//! Rows one after the other, as an iterator.

use super::executor::Executor;
use crate::error::Result;
use crate::stream::RowStream;

/// The rows of a query, one after the other: an iterator over a [`RowStream`], in constant memory. After an error
/// there are no more rows.
#[must_use = "rows that nobody iterates over are not read"]
#[derive(Debug)]
pub struct Rows<'c, T> {
    rows: RowStream<'c, T>,
    executor: Executor,
}

impl<'c, T> Rows<'c, T> {
    pub(super) fn new(rows: RowStream<'c, T>, executor: Executor) -> Self {
        Self { rows, executor }
    }
}

impl<T> Iterator for Rows<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        self.executor.block_on(self.rows.next())
    }
}
