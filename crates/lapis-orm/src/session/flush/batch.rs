//! One statement with many rows of parameters, and what comes back for each.

use lapis_engine::{Batch, BatchSink, Outcome, Result, Row};
use lapis_sql::Value;

use crate::session::erased::AnyArena;

/// Rows of an arena: the values of some columns, fixed values, and, for updates and deletes, the key that
/// the database knows them by.
pub(super) struct Rows<'a> {
    pub(super) arena: &'a dyn AnyArena,
    pub(super) rows: &'a [u32],
    pub(super) columns: &'a [usize],
    pub(super) fixed: &'a [Value<'static>],
    pub(super) key: &'a [usize],
}

impl Batch for Rows<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn values<'b>(&'b self, row: usize, out: &mut Vec<Value<'b>>) {
        let row = self.rows[row];
        let value = |column: &usize| self.arena.value(row, *column).unwrap_or(Value::Null);
        out.extend(self.columns.iter().map(value));
        out.extend(self.fixed.iter().map(Value::borrowed));
        out.extend(
            self.key
                .iter()
                .map(|column| self.arena.original_value(row, *column).unwrap_or(Value::Null)),
        );
    }
}

/// Rows that are values already.
pub(super) struct Listed(pub(super) Vec<Vec<Value<'static>>>);

impl Batch for Listed {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn values<'b>(&'b self, row: usize, out: &mut Vec<Value<'b>>) {
        out.extend(self.0[row].iter().map(Value::borrowed));
    }
}

/// What came back for each row of a batch.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) outcomes: Vec<Outcome>,
    /// How many rows each of the statements inserted, where it was not one.
    pub(super) together: Vec<usize>,
    /// The returned columns, row after row.
    pub(super) cells: Vec<Value<'static>>,
    /// How many executions were done when each row of cells came.
    executions: Vec<usize>,
}

impl BatchSink for Answers {
    fn returned(&mut self, index: usize, row: &Row<'_>) -> Result<()> {
        self.executions.push(index);
        self.cells.extend((0..row.len()).map(|column| row.cell(column).to_value().into_owned()));
        Ok(())
    }

    fn done(&mut self, _index: usize, outcome: Outcome) -> Result<()> {
        self.outcomes.push(outcome);
        Ok(())
    }
}

impl Answers {
    /// The first row of the batch that the statement did not find.
    pub(super) fn first_missed(&self) -> Option<usize> {
        self.outcomes.iter().position(|outcome| outcome.rows_affected == 0)
    }

    /// The first execution that returned no row.
    pub(super) fn first_without_cells(&self) -> Option<usize> {
        (0..self.outcomes.len()).find(|index| self.executions.get(*index) != Some(index))
    }

    /// The numbers that the database gave to inserted rows. Of several rows that went in together it tells the first
    /// one's; the others' follow, so far apart: InnoDB sets them aside at once for an insert whose number of rows is
    /// known (MySQL 8.4, 17.6.1.6).
    pub(super) fn numbers(&self, step: i64) -> impl Iterator<Item = i64> {
        let outcomes = self.outcomes.iter().enumerate();
        outcomes
            .map_while(move |(index, outcome)| {
                let rows = self.together.get(index).copied().unwrap_or(1);
                let first = outcome.last_insert_id?;
                Some(
                    (0..rows).map_while(move |row| {
                        first.checked_add(step.checked_mul(i64::try_from(row).ok()?)?)
                    }),
                )
            })
            .flatten()
    }
}

/// Splits rows into runs that are alike, keeping their order.
pub(super) fn runs<K: PartialEq>(rows: &[u32], key: impl Fn(u32) -> K) -> Vec<(K, &[u32])> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < rows.len() {
        let own = key(rows[from]);
        let length = rows[from..].iter().take_while(|row| key(**row) == own).count().max(1);
        found.push((own, &rows[from..from + length]));
        from += length;
    }
    found
}
