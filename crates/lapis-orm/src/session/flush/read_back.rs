//! What the database assigned comes back.

use lapis_engine::{Connection, Error, Result};
use lapis_sql::Cell;
use lapis_sql::dialect::{BulkInsert, Dialect};
use lapis_sql::schema::AutoIncrement;

use super::batch::{Answers, Rows};
use super::update::gone;
use crate::entity::Model;
use crate::session::column_set::ColumnSet;
use crate::session::erased::AnyArena;

/// How the values come back that the database assigned to new rows.
pub(super) struct ReadBack {
    /// With the INSERT itself.
    pub(super) returning: ColumnSet,
    /// The key that the driver tells.
    numbered: Option<usize>,
    /// By a SELECT behind it.
    pub(super) selected: ColumnSet,
}

impl ReadBack {
    /// How `missing` columns of a new row come back.
    pub(super) fn of(model: &'static Model, dialect: &dyn Dialect, missing: ColumnSet) -> Result<Self> {
        let none = ColumnSet::default();
        let numbered = missing
            .iter()
            .find(|column| is_numbered_natively(model, *column, dialect))
            .filter(|_| dialect.returns_last_insert_id());
        let mut others = missing;
        if let Some(column) = numbered {
            others.remove(column);
        }
        // Of several rows that go in together, a RETURNING tells each one's number itself.
        let told = dialect.bulk_insert() == BulkInsert::RowByRow || !dialect.supports_insert_returning();
        if numbered.is_some() && others.is_empty() && told {
            return Ok(Self { returning: none, numbered, selected: none });
        }
        if dialect.supports_insert_returning() {
            return Ok(Self { returning: missing, numbered: None, selected: none });
        }
        match model.key.iter().find(|column| others.contains(**column)) {
            None => Ok(Self { returning: none, numbered, selected: others }),
            Some(column) => Err(Error::unsupported(format!(
                "{} does not say which value it gave {}.{}, a key, without which the new row cannot be found again; give \
                 it in the program, as by `#[column(default = …)]`",
                dialect.name(),
                model.table.name.name,
                model.column_name(*column)
            ))),
        }
    }

    /// Takes what came with the INSERT.
    pub(super) fn take(
        &self,
        arena: &mut dyn AnyArena,
        rows: &[u32],
        answers: &Answers,
        step: i64,
    ) -> Result<()> {
        let table = &arena.model().table.name.name;
        if let Some(column) = self.numbered {
            let mut ids = answers.numbers(step);
            for row in rows {
                let id = ids.next().ok_or_else(|| {
                    Error::invalid_request(format!(
                        "the database did not say which key it gave a new row of {table}"
                    ))
                })?;
                arena.assign(*row, column, Cell::Int(id))?;
            }
        }
        let columns: Vec<usize> = self.returning.iter().collect();
        if answers.cells.len() != rows.len() * columns.len() {
            return Err(Error::invalid_request(format!(
                "{} rows were inserted into {table}, and {} came back; a trigger or rule swallowed some",
                rows.len(),
                answers.cells.len() / columns.len().max(1)
            )));
        }
        assign(arena, rows, &columns, answers)
    }
}

/// Whether the database's own numbering fills the column: of a sequence that stands by itself, no driver tells.
fn is_numbered_natively(model: &Model, column: usize, dialect: &dyn Dialect) -> bool {
    match &model.table.columns[column].autoincrement {
        Some(AutoIncrement::Native) => true,
        Some(AutoIncrement::Sequence(sequence)) => !dialect.numbers_by_sequence(sequence),
        None => false,
    }
}

/// Reads columns of rows that were just written, where the statement that wrote them could not return them.
pub(super) async fn read_again(
    arena: &mut dyn AnyArena,
    connection: &mut Connection,
    rows: &[u32],
    columns: ColumnSet,
) -> Result<()> {
    let model = arena.model();
    let prepared = model.read_back_sql(connection.dialect(), columns)?;
    let mut answers = Answers::default();
    let batch = Rows { arena, rows, columns: &model.key, fixed: &[], key: &[] };
    connection.run_batch(&prepared.sql, &batch, &mut answers).await?;
    let columns: Vec<usize> = columns.iter().collect();
    if let Some(missed) = answers.first_without_cells() {
        return Err(gone(arena, rows[missed], "read back"));
    }
    assign(arena, rows, &columns, &answers)
}

/// Assigns the cells that came back for each row.
pub(super) fn assign(
    arena: &mut dyn AnyArena,
    rows: &[u32],
    columns: &[usize],
    answers: &Answers,
) -> Result<()> {
    for (row, cells) in rows.iter().zip(answers.cells.chunks(columns.len().max(1))) {
        for (column, cell) in columns.iter().zip(cells) {
            arena.assign(*row, *column, cell.as_cell().unwrap_or(Cell::Null))?;
        }
    }
    Ok(())
}
