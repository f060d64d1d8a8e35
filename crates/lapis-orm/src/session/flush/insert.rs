//! New entities become rows.

use lapis_engine::{Connection, Error, Result};
use lapis_sql::Value;

use super::batch::runs;
use super::bulk::Writing;
use super::read_back::{ReadBack, read_again};
use super::topology::{Group, RowReference};
use super::update::{unset, unset_key};
use crate::entity::{ColumnModel, Link};
use crate::session::arena::{EntityState, linked_index};
use crate::session::column_set::ColumnSet;
use crate::session::erased::AnyArena;
use crate::session::state::State;
use crate::session::stray;

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
        let plan = ReadBack::of(model, dialect, missing)?;
        let Some(arena) = state.any(group.slot) else { return Ok(()) };
        let writing = Writing { model, arena, given, returning: plan.returning };
        let answers = writing.insert(connection, &rows).await?;
        let Some(arena) = state.any_mut(group.slot) else { return Ok(()) };
        plan.take(arena, &rows, &answers, connection.insert_id_step())?;
        if !plan.selected.is_empty() {
            read_again(arena, connection, &rows, plan.selected).await?;
        }
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
