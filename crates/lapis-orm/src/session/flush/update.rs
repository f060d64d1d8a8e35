//! Changed rows are written: only the columns that differ.

use std::collections::BTreeMap;

use lapis_engine::{Connection, Error, Result};
use lapis_sql::Value;

use super::batch::{Answers, Rows};
use super::insert::resolve_references;
use super::read_back;
use super::topology::RowReference;
use crate::entity::{Link, ReferenceModel};
use crate::session::column_set::ColumnSet;
use crate::session::erased::AnyArena;
use crate::session::state::State;

/// Changed rows, by slot.
pub(super) type Changed = Vec<(usize, Vec<u32>)>;

/// Parts changed rows into those that can be written at once and those that refer to tables which get new
/// rows. What can be written before the inserts is: a unique value that a row gives up may be a new row's.
pub(super) fn split(state: &State) -> (Changed, Changed) {
    let (mut ready, mut waiting) = (Changed::new(), Changed::new());
    for (slot, arena) in state.arenas() {
        let dirty = arena.changes().dirty.iter().copied().filter(|row| !arena.is_doomed(*row));
        let (late, early) = dirty.partition(|row| may_refer_to_new(state, arena, *row));
        ready.push((slot, early));
        waiting.push((slot, late));
    }
    (ready, waiting)
}

/// Whether a changed reference leads into a table that gets new rows.
fn may_refer_to_new(state: &State, arena: &dyn AnyArena, row: u32) -> bool {
    let changed = arena.changed(row);
    arena.model().references.iter().enumerate().any(|(number, reference)| {
        reference.columns.clone().any(|column| changed.contains(column))
            && matches!(arena.link(row, number), Link::Key | Link::Handle { .. })
            && state
                .any((reference.target)().slot)
                .is_some_and(|target| !target.changes().new.is_empty())
    })
}

/// Writes the changed columns of rows.
pub(super) async fn update_all(
    state: &mut State,
    connection: &mut Connection,
    changed: &Changed,
) -> Result<()> {
    for (slot, rows) in changed {
        if !rows.is_empty() {
            update(state, connection, *slot, rows).await?;
        }
    }
    Ok(())
}

/// Writes the changed columns of the rows in `rows`.
async fn update(state: &mut State, connection: &mut Connection, slot: usize, rows: &[u32]) -> Result<()> {
    resolve_references(state, slot, rows, &[])?;
    let Some(arena) = state.any_mut(slot) else { return Ok(()) };
    let mut by_columns: BTreeMap<Vec<usize>, Vec<u32>> = BTreeMap::new();
    for row in rows {
        let changed = arena.changed(*row);
        if changed.is_empty() {
            arena.unchanged(*row);
        } else {
            by_columns.entry(changed.iter().collect()).or_default().push(*row);
        }
    }
    for (columns, rows) in by_columns {
        write(state, connection, slot, &columns, &rows).await?;
        let epoch = state.epoch;
        if let Some(arena) = state.any_mut(slot) {
            rows.iter().for_each(|row| arena.updated(*row, epoch));
        }
    }
    Ok(())
}

/// Writes references that closed a cycle, now that every row is there.
pub(super) async fn write_postponed(
    state: &mut State,
    connection: &mut Connection,
    postponed: &[RowReference],
) -> Result<()> {
    for group in postponed.chunk_by(|one, other| one.slot == other.slot && one.reference == other.reference)
    {
        let RowReference { slot, reference, .. } = group[0];
        let rows: Vec<u32> = group.iter().map(|postponed| postponed.row).collect();
        resolve_references(state, slot, &rows, &[])?;
        let Some(arena) = state.any(slot) else { continue };
        let columns: Vec<usize> = arena.model().references[reference].columns.clone().collect();
        write(state, connection, slot, &columns, &rows).await?;
    }
    Ok(())
}

/// `UPDATE` of some columns of some rows, and the columns that the database changed with them.
async fn write(
    state: &mut State,
    connection: &mut Connection,
    slot: usize,
    columns: &[usize],
    rows: &[u32],
) -> Result<()> {
    let Some(arena) = state.any(slot) else { return Ok(()) };
    let model = arena.model();
    let changed: ColumnSet = columns.iter().copied().collect();
    let returning: Vec<usize> = (0..model.columns.len())
        .filter(|index| {
            let column = model.columns[*index];
            column.computed || (column.on_update && !changed.contains(*index))
        })
        .collect();
    let together = connection.dialect().supports_update_returning();
    let with_update = returning.iter().copied().filter(|_| together).collect();
    let prepared = model.update_sql(connection.dialect(), changed, with_update)?;
    let mut answers = Answers::default();
    let batch = Rows { arena, rows, columns, fixed: &prepared.fixed, key: &model.key };
    connection.run_batch(&prepared.sql, &batch, &mut answers).await?;
    if let Some(missed) = answers.first_missed() {
        return Err(gone(arena, rows[missed], "update"));
    }
    if returning.is_empty() {
        return Ok(());
    }
    let Some(arena) = state.any_mut(slot) else { return Ok(()) };
    if together {
        return read_back::assign(arena, rows, &returning, &answers);
    }
    read_back::read_again(arena, connection, rows, returning.into_iter().collect()).await
}

/// The error for a required reference of a row that was unset.
pub(super) fn unset(arena: &dyn AnyArena, row: u32, reference: &ReferenceModel) -> Error {
    Error::invalid_request(format!(
        "{}.{} of row {} was unset, and the column does not take NULL; make it refer to a row, or delete the \
         entity",
        arena.model().name,
        reference.name,
        describe_key(arena, row),
    ))
}

/// The error for a row whose key was unset.
pub(super) fn unset_key(arena: &dyn AnyArena, row: u32, column: usize) -> Error {
    let model = arena.model();
    Error::invalid_request(format!(
        "{}.{} of row {} was unset, and a row has a key; give it one, or `session.refresh(..)` the entity",
        model.name,
        model.column_name(column),
        describe_key(arena, row),
    ))
}

/// The error for a row that somebody else deleted.
pub(super) fn gone(arena: &dyn AnyArena, row: u32, verb: &str) -> Error {
    let model = arena.model();
    Error::stale_data(format!(
        "could not {verb} {} {}: its row in {} is no longer there; it was deleted or its key was changed elsewhere. \
         Roll back, then load it again",
        model.name,
        describe_key(arena, row),
        model.table.name.name
    ))
}

fn describe_key(arena: &dyn AnyArena, row: u32) -> String {
    let parts = arena.model().key.iter().map(|column| match arena.original_value(row, *column) {
        Some(Value::Int(value)) => value.to_string(),
        Some(Value::UInt(value)) => value.to_string(),
        Some(Value::Text(text)) => format!("{text:?}"),
        Some(Value::Uuid(value)) => value.to_string(),
        Some(other) => format!("{other:?}"),
        None => "<unset>".to_owned(),
    });
    let parts: Vec<String> = parts.collect();
    if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(", ")) }
}
