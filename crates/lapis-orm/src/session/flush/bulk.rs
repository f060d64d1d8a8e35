//! Many rows go in, in as few statements as the database likes best.

use lapis_engine::{BatchSink, Connection, Flow, Outcome, Result, Row, RowSink};
use lapis_sql::Value;
use lapis_sql::dialect::BulkInsert;

use super::batch::{Answers, Rows};
use crate::entity::Model;
use crate::session::column_set::ColumnSet;
use crate::session::erased::AnyArena;

/// How many rows go into one statement of arrays: the memory that one message takes is bounded by it.
const LARGEST_UNNEST: usize = 10_000;
/// How many rows of `VALUES` one statement has at most; beyond it, it takes longer to read than it saves.
const LARGEST_VALUES: usize = 256;
/// Up to here, each number of rows has a statement of its own, which stays prepared.
const SMALL_VALUES: usize = 64;

/// New rows that have values for the same columns, on their way into a table.
pub(super) struct Writing<'a> {
    pub(super) model: &'static Model,
    pub(super) arena: &'a dyn AnyArena,
    /// The columns that have values.
    pub(super) given: ColumnSet,
    /// The columns that come back.
    pub(super) returning: ColumnSet,
}

impl Writing<'_> {
    /// Inserts the rows in their order, and says what came back for each.
    pub(super) async fn insert(&self, connection: &mut Connection, rows: &[u32]) -> Result<Answers> {
        let mut answers = Answers::default();
        let form = connection.dialect().bulk_insert();
        if rows.len() == 1 || self.given.is_empty() || form == BulkInsert::RowByRow {
            self.row_by_row(connection, rows, &mut answers).await?;
        } else if form == BulkInsert::Unnest {
            self.unnest(connection, rows, &mut answers).await?;
        } else {
            self.values(connection, rows, &mut answers).await?;
        }
        Ok(answers)
    }

    async fn row_by_row(
        &self,
        connection: &mut Connection,
        rows: &[u32],
        answers: &mut Answers,
    ) -> Result<()> {
        let prepared = self.model.insert_sql(connection.dialect(), self.given, self.returning, 1)?;
        let columns: Vec<usize> = self.given.iter().collect();
        let batch = Rows { arena: self.arena, rows, columns: &columns, fixed: &[], key: &[] };
        connection.run_batch(&prepared.sql, &batch, answers).await
    }

    async fn unnest(&self, connection: &mut Connection, rows: &[u32], answers: &mut Answers) -> Result<()> {
        let dialect = connection.dialect();
        let Some(prepared) = self.model.insert_unnest_sql(dialect, self.given, self.returning)? else {
            return self.row_by_row(connection, rows, answers).await;
        };
        for rows in rows.chunks(LARGEST_UNNEST) {
            let array = |column| Value::Array(rows.iter().map(|row| self.value(*row, column)).collect());
            let arrays: Vec<Value<'_>> = self.given.iter().map(array).collect();
            self.run(connection, &prepared.sql, &arrays, answers, rows.len()).await?;
        }
        Ok(())
    }

    /// Beyond a few rows their numbers are powers of two, so that not too many statements have to stay prepared.
    async fn values(&self, connection: &mut Connection, rows: &[u32], answers: &mut Answers) -> Result<()> {
        let width = self.given.iter().count();
        let most = (connection.dialect().max_parameters() / width).clamp(1, LARGEST_VALUES);
        let mut rest = rows;
        while !rest.is_empty() {
            let size = rest.len().min(most);
            let size = if size > SMALL_VALUES { 1 << size.ilog2() } else { size };
            let (rows, others) = rest.split_at(size);
            let prepared = self.model.insert_sql(connection.dialect(), self.given, self.returning, size)?;
            let values: Vec<Value<'_>> = rows
                .iter()
                .flat_map(|row| self.given.iter().map(|column| self.value(*row, column)))
                .collect();
            self.run(connection, &prepared.sql, &values, answers, size).await?;
            rest = others;
        }
        Ok(())
    }

    fn value(&self, row: u32, column: usize) -> Value<'_> {
        self.arena.value(row, column).unwrap_or(Value::Null)
    }

    async fn run(
        &self,
        connection: &mut Connection,
        sql: &str,
        values: &[Value<'_>],
        answers: &mut Answers,
        rows: usize,
    ) -> Result<()> {
        let outcome = connection.run(sql, values, &mut Returned(answers)).await?;
        answers.inserted(rows, outcome);
        Ok(())
    }
}

/// Keeps the returned columns of each row.
struct Returned<'a>(&'a mut Answers);

impl RowSink for Returned<'_> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        self.0.returned(0, row)?;
        Ok(Flow::Continue)
    }
}

impl Answers {
    /// Notes one statement that inserted so many rows.
    fn inserted(&mut self, rows: usize, outcome: Outcome) {
        self.together.push(rows);
        self.outcomes.push(outcome);
    }
}
