//! New entities become rows.

use lapis_engine::{Connection, Error, Result};
use lapis_sql::dialect::Dialect;
use lapis_sql::schema::AutoIncrement;
use lapis_sql::{Cell, Value};

use super::batch::{Answers, Rows, runs};
use super::topology::{Group, RowReference};
use super::update::{unset, unset_key};
use crate::entity::{ColumnModel, Link, Model};
use crate::session::arena::{EntityState, linked_index};
use crate::session::column_set::ColumnSet;
use crate::session::erased::AnyArena;
use crate::session::state::State;
use crate::session::stray;

/// How the values that the database assigned come back.
enum ReadBack {
    /// There are none.
    Nothing,
    /// There is one, the key, which the driver tells.
    LastInsertId(usize),
    /// By RETURNING.
    Returning(ColumnSet),
}

/// Checks, before anything is sent, that every row can be written: nothing required is unset.
pub(super) fn validate(state: &State) -> Result<()> {
    for (_, arena) in state.arenas() {
        let changes = arena.changes();
        let changed = changes.dirty.iter().filter(|row| !arena.is_doomed(**row));
        for row in changes.new.iter().chain(changed) {
            validate_row(state, arena, *row)?;
        }
    }
    Ok(())
}

fn validate_row(state: &State, arena: &dyn AnyArena, row: u32) -> Result<()> {
    let model = arena.model();
    if arena.state(row) == EntityState::Persistent {
        let mut key = model.key.iter().map(|column| (*column, &model.columns[*column]));
        let unset = |(index, column): &(usize, &ColumnModel)| {
            column.reference.is_none() && arena.value(row, *index).is_none()
        };
        if let Some((index, _)) = key.find(unset) {
            return Err(unset_key(arena, row, index));
        }
    }
    for (number, reference) in model.references.iter().enumerate() {
        let target = (reference.target)();
        let name = || format!("{}.{}", model.name, reference.name);
        match arena.link(row, number) {
            Link::Unset if arena.state(row) == EntityState::Persistent => {
                return Err(unset(arena, row, reference));
            }
            Link::Unset if !model.columns[reference.columns.start].generated => {
                return Err(Error::invalid_request(format!(
                    "{} is unset, and a new row of {} needs it; assign it a handle or `Ref::to(key)` before the flush",
                    name(),
                    model.table.name.name
                )));
            }
            Link::Owned => return Err(stray::owned(model, reference.name, target.name)),
            Link::Handle { session, .. } if session != state.id => {
                return Err(Error::invalid_request(format!(
                    "{} refers to a {} of another session; load it here, or use `Ref::to(key)`",
                    name(),
                    target.name
                )));
            }
            Link::Handle { index, .. } if !state.is_referable(target.slot, index) => {
                return Err(Error::invalid_request(format!(
                    "{} refers to a {} that is neither a row nor about to be one; add it to the session again",
                    name(),
                    target.name
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Inserts one group of rows, and reads back what the database assigned.
pub(super) async fn insert(
    state: &mut State,
    connection: &mut Connection,
    group: &Group,
    postponed: &[RowReference],
) -> Result<()> {
    resolve_references(state, group.slot, &group.rows, postponed)?;
    let dialect = connection.dialect();
    let epoch = state.epoch;
    let Some(arena) = state.any(group.slot) else { return Ok(()) };
    let model = arena.model();
    let shapes: Vec<(ColumnSet, Vec<u32>)> = runs(&group.rows, |row| given_columns(arena, row))
        .into_iter()
        .map(|(columns, rows)| (columns, rows.to_vec()))
        .collect();
    for (given, rows) in shapes {
        let missing: ColumnSet = (0..model.columns.len())
            .filter(|column| model.columns[*column].generated && !given.contains(*column))
            .collect();
        let read_back = read_back(model, dialect, missing);
        let returning = match read_back {
            ReadBack::Returning(columns) => columns,
            _ => ColumnSet::default(),
        };
        let prepared = model.insert_sql(dialect, given, returning)?;
        let columns: Vec<usize> = given.iter().collect();
        let mut answers = Answers::default();
        let Some(arena) = state.any(group.slot) else { return Ok(()) };
        let batch = Rows { arena, rows: &rows, columns: &columns, fixed: &[], key: &[] };
        connection.run_batch(&prepared.sql, &batch, &mut answers).await?;
        let Some(arena) = state.any_mut(group.slot) else { return Ok(()) };
        apply(arena, &rows, &read_back, &answers)?;
        for row in rows {
            arena.inserted(row, missing, epoch);
        }
    }
    Ok(())
}

/// The columns that a new row has values for.
fn given_columns(arena: &dyn AnyArena, row: u32) -> ColumnSet {
    let columns = arena.model().columns.iter().enumerate();
    columns
        .filter(|(index, column)| !column.computed && arena.value(row, *index).is_some())
        .map(|(index, _)| index)
        .collect()
}

fn read_back(model: &'static Model, dialect: &dyn Dialect, missing: ColumnSet) -> ReadBack {
    if missing.is_empty() {
        return ReadBack::Nothing;
    }
    let mut columns = missing.iter();
    if let (Some(only), None) = (columns.next(), columns.next())
        && dialect.returns_last_insert_id()
        && is_numbered_natively(model, only, dialect)
    {
        return ReadBack::LastInsertId(only);
    }
    ReadBack::Returning(missing)
}

/// Whether the database's own numbering fills the column: of a sequence that stands by itself, no driver tells.
fn is_numbered_natively(model: &Model, column: usize, dialect: &dyn Dialect) -> bool {
    match &model.table.columns[column].autoincrement {
        Some(AutoIncrement::Native) => true,
        Some(AutoIncrement::Sequence(sequence)) => !dialect.numbers_by_sequence(sequence),
        None => false,
    }
}

fn apply(arena: &mut dyn AnyArena, rows: &[u32], read_back: &ReadBack, answers: &Answers) -> Result<()> {
    let table = &arena.model().table.name.name;
    match read_back {
        ReadBack::Nothing => {}
        ReadBack::LastInsertId(column) => {
            for (at, row) in rows.iter().enumerate() {
                let id = answers.outcomes.get(at).and_then(|outcome| outcome.last_insert_id);
                let id = id.ok_or_else(|| {
                    Error::invalid_request(format!(
                        "the database did not say which key it gave a new row of {table}"
                    ))
                })?;
                arena.assign(*row, *column, Cell::Int(id))?;
            }
        }
        ReadBack::Returning(columns) => {
            let columns: Vec<usize> = columns.iter().collect();
            if answers.cells.len() != rows.len() * columns.len() {
                return Err(Error::invalid_request(format!(
                    "{} rows were inserted into {table}, and {} came back; a trigger or rule swallowed some",
                    rows.len(),
                    answers.cells.len() / columns.len().max(1)
                )));
            }
            for (row, cells) in rows.iter().zip(answers.cells.chunks(columns.len())) {
                for (column, cell) in columns.iter().zip(cells) {
                    arena.assign(*row, *column, cell.as_cell().unwrap_or(Cell::Null))?;
                }
            }
        }
    }
    Ok(())
}

/// Fills in the keys of entities that are referred to by handle.
pub(super) fn resolve_references(
    state: &mut State,
    slot: usize,
    rows: &[u32],
    postponed: &[RowReference],
) -> Result<()> {
    let Some(arena) = state.any(slot) else { return Ok(()) };
    let model = arena.model();
    for (number, reference) in model.references.iter().enumerate() {
        let target_slot = (reference.target)().slot;
        // Rows in a row often refer to the same entity.
        let mut last: Option<(u32, Vec<Value<'static>>)> = None;
        for row in rows {
            let Some(arena) = state.any(slot) else { return Ok(()) };
            let Some(target) = linked_index(arena.link(*row, number), state.id) else { continue };
            if postponed.contains(&RowReference { slot, row: *row, reference: number }) {
                continue;
            }
            if last.as_ref().is_none_or(|(known, _)| *known != target) {
                last = state.key_of(target_slot, target).map(|key| (target, key));
            }
            if let (Some((_, key)), Some(arena)) = (&last, state.any_mut(slot)) {
                arena.resolve(*row, number, key)?;
            }
        }
    }
    Ok(())
}
