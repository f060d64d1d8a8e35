//! Rows go, and what their deletion takes along.

use std::collections::{BTreeMap, HashSet, VecDeque};

use lapis_engine::{Connection, Discard, Flow, Result, Row, RowSink};
use lapis_sql::Name;
use lapis_sql::compiler::compile;
use lapis_sql::expr::Node;
use lapis_sql::schema::ReferentialAction;
use lapis_sql::statement::{DeleteStatement, FromItem, SelectStatement, StatementRef, UpdateStatement};
use lapis_sql::{Value, expr::TableName};

use super::batch::{Answers, Rows};
use super::topology::{self, RowReference};
use super::update::gone;
use crate::entity::{Association, Model, ReferenceModel, RelationModel, Via};
use crate::session::arena::EntityState;
use crate::session::state::State;

/// Rows to delete, by slot.
pub(super) type Doomed = BTreeMap<usize, Vec<u32>>;

/// Follows the cascades of everything that is to be deleted, loading what has to go along, and gives the
/// rows to delete.
pub(super) async fn cascade(state: &mut State, connection: &mut Connection) -> Result<Doomed> {
    let mut doomed = Doomed::new();
    let mut seen: HashSet<(usize, u32)> = HashSet::new();
    let mut waiting: VecDeque<(usize, Vec<u32>)> = VecDeque::new();
    let marked: Vec<(usize, Vec<u32>)> =
        state.arenas().map(|(slot, arena)| (slot, arena.changes().doomed.to_vec())).collect();
    waiting.extend(marked);
    while let Some((slot, rows)) = waiting.pop_front() {
        let rows: Vec<u32> = rows
            .into_iter()
            .filter(|row| {
                state.any(slot).is_some_and(|arena| arena.is_doomed(*row)) && seen.insert((slot, *row))
            })
            .collect();
        if rows.is_empty() {
            continue;
        }
        let Some(arena) = state.any(slot) else { continue };
        let model = arena.model();
        for row in &rows {
            state.leave_owners(model, *row);
            if let Some(arena) = state.any_mut(slot) {
                arena.discard_changes(*row);
            }
        }
        for relation in &model.relations {
            if let Via::Inverse { reference } = relation.via {
                cascade_relation(state, connection, slot, &rows, relation, reference).await?;
            }
        }
        doomed.entry(slot).or_default().extend(rows);
        waiting.extend(state.arenas().map(|(slot, arena)| (slot, arena.changes().doomed.to_vec())));
    }
    Ok(doomed)
}

/// Parts rows to delete into those that can go first and those that have to wait for updates, because a row
/// that stays may still refer to them. What can go first does: its unique values may be a new row's.
pub(super) fn split(state: &State, doomed: Doomed) -> (Doomed, Doomed) {
    let mut last: HashSet<usize> =
        doomed.keys().copied().filter(|slot| is_being_left(state, *slot)).collect();
    // What refers to a row goes before it: where the one has to wait, so does the other.
    loop {
        let waits = |slot: &usize| {
            !last.contains(slot)
                && last.iter().any(|referring| {
                    state.any(*referring).is_some_and(|arena| refers_to(arena.model(), *slot))
                })
        };
        let Some(slot) = doomed.keys().copied().find(|slot| waits(slot)) else { break };
        last.insert(slot);
    }
    doomed.into_iter().partition(|(slot, _)| !last.contains(slot))
}

/// Whether a row that stays may still refer to a table's doomed rows: a change that waits takes its reference
/// away, or it is new and the database is to act on it.
fn is_being_left(state: &State, slot: usize) -> bool {
    state.arenas().any(|(own, arena)| {
        let references = arena.model().references.iter().enumerate();
        references
            .filter(|(_, reference)| (reference.target)().slot == slot)
            .any(|(number, reference)| {
                let changes = arena.changes();
                let leaves = |row: &u32| {
                    let changed = arena.changed(*row);
                    reference.columns.clone().any(|column| changed.contains(column))
                };
                let comes = |row: &u32| {
                    let owner = state.owner(own, *row, number);
                    owner.is_some_and(|owner| state.any(slot).is_some_and(|owners| owners.is_doomed(owner)))
                };
                changes.dirty.iter().any(leaves) || changes.new.iter().any(comes)
            })
    })
}

fn refers_to(model: &Model, slot: usize) -> bool {
    model.references.iter().any(|reference| (reference.target)().slot == slot)
}

/// What deleting the owners does along one relation.
async fn cascade_relation(
    state: &mut State,
    connection: &mut Connection,
    slot: usize,
    owners: &[u32],
    relation: &'static RelationModel,
    reference: usize,
) -> Result<()> {
    let model = (relation.target)();
    let foreign_key = &model.references[reference];
    let deletes = relation.cascade.delete || relation.cascade.delete_orphan;
    let database_acts =
        !matches!(foreign_key.on_delete, ReferentialAction::NoAction | ReferentialAction::Restrict);
    if !deletes && database_acts {
        forestall(state, model, reference, foreign_key.on_delete, owners);
        return Ok(());
    }
    if !deletes && !foreign_key.nullable {
        return Ok(());
    }
    let keys: Vec<Value<'static>> =
        owners.iter().filter_map(|owner| state.key_of(slot, *owner)).flatten().collect();
    let related = by_reference(model, foreign_key, keys);
    if !deletes {
        set_null(connection, model, foreign_key, related).await?;
        for row in state.referring_to(model, reference, owners) {
            state.follow(model, row, |arena| arena.point(row, reference, None));
        }
        return Ok(());
    }
    // The database deletes rows whose deletion concerns nobody else by itself.
    let concerns_nobody = model.relations.is_empty();
    if !(concerns_nobody && foreign_key.on_delete == ReferentialAction::Cascade) {
        load(state, connection, model, related).await?;
    }
    for row in state.referring_to(model, reference, owners) {
        state.doom(model, row);
    }
    Ok(())
}

/// Does in the session what the database would do by itself to rows that refer to the owners, where it does
/// not know yet that they do: new ones, and those that were changed to.
fn forestall(
    state: &mut State,
    model: &'static Model,
    reference: usize,
    action: ReferentialAction,
    owners: &[u32],
) {
    for row in state.referring_to(model, reference, owners) {
        let Some(arena) = state.any(model.slot) else { return };
        let columns = model.references[reference].columns.clone();
        let changed = state.changed(model.slot, row);
        let is_new = arena.state(row) == EntityState::Pending;
        if !is_new && !columns.into_iter().any(|column| changed.contains(column)) {
            continue;
        }
        match action {
            ReferentialAction::Cascade => state.doom(model, row),
            ReferentialAction::SetNull => {
                state.follow(model, row, |arena| arena.point(row, reference, None));
            }
            _ => {}
        }
    }
}

/// `reference IN (keys)`
fn by_reference(
    model: &'static Model,
    reference: &'static ReferenceModel,
    keys: Vec<Value<'static>>,
) -> Node {
    let columns: Vec<Node> =
        reference.columns.clone().map(|column| model.node(&model.table.name, column)).collect();
    in_keys(columns, keys)
}

/// `(columns) IN (keys)`
fn in_keys(mut columns: Vec<Node>, values: Vec<Value<'static>>) -> Node {
    let operand = if columns.len() == 1 { columns.remove(0) } else { Node::Row(columns) };
    Node::InValues { operand: Box::new(operand), values, negated: false }
}

/// Has the session know the rows that a condition finds.
async fn load(
    state: &mut State,
    connection: &mut Connection,
    model: &'static Model,
    filter: Node,
) -> Result<()> {
    struct Intake<'s> {
        state: &'s mut State,
        model: &'static Model,
    }
    impl RowSink for Intake<'_> {
        fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
            let epoch = self.state.epoch;
            let intake = self.state.ensure(self.model).intake(row, 0, epoch)?;
            self.state.realign(self.model, &intake);
            Ok(Flow::Continue)
        }
    }
    let statement = SelectStatement {
        items: model.items(),
        from: vec![FromItem::table(model.table.name.clone())],
        filter: Some(filter),
        ..SelectStatement::default()
    };
    let compiled = compile(StatementRef::Select(&statement), connection.dialect())?;
    connection
        .run(&compiled.sql, &compiled.parameters, &mut Intake { state, model })
        .await?;
    Ok(())
}

/// `UPDATE table SET reference = NULL WHERE reference IN (keys)`
async fn set_null(
    connection: &mut Connection,
    model: &'static Model,
    reference: &'static ReferenceModel,
    filter: Node,
) -> Result<()> {
    let columns = reference.columns.clone();
    let statement = UpdateStatement {
        assignments: columns
            .map(|column| (Name::Borrowed(model.column_name(column)), Node::Value(Value::Null)))
            .collect(),
        filter: Some(filter),
        ..UpdateStatement::new(model.table.name.clone())
    };
    let compiled = compile(StatementRef::Update(&statement), connection.dialect())?;
    connection.run(&compiled.sql, &compiled.parameters, &mut Discard).await?;
    Ok(())
}

/// Deletes the rows, those that refer to others first, and their links through association tables.
pub(super) async fn delete(state: &mut State, connection: &mut Connection, doomed: &Doomed) -> Result<()> {
    for (slot, rows) in doomed {
        delete_links(state, connection, *slot, rows).await?;
    }
    let order = topology::order(state, doomed)?;
    cut_cycles(state, connection, &order.postponed).await?;
    for group in order.groups.iter().rev() {
        let Some(arena) = state.any(group.slot) else { continue };
        let model = arena.model();
        let prepared = model.delete_sql(connection.dialect())?;
        let mut answers = Answers::default();
        let batch = Rows { arena, rows: &group.rows, columns: &[], fixed: &[], key: &model.key };
        connection.run_batch(&prepared.sql, &batch, &mut answers).await?;
        if let Some(missed) = answers.first_missed() {
            return Err(gone(arena, group.rows[missed], "delete"));
        }
        follow_database(state, model, &group.rows);
        for row in &group.rows {
            state.leave_collections(model, *row);
            if let Some(arena) = state.any_mut(group.slot) {
                arena.deleted(*row);
            }
        }
    }
    Ok(())
}

/// Rows that refer to each other in a cycle can only go once a reference is NULL.
async fn cut_cycles(state: &mut State, connection: &mut Connection, cycles: &[RowReference]) -> Result<()> {
    for RowReference { slot, row, reference } in cycles {
        let Some(key) = state.key_of(*slot, *row) else { continue };
        let Some(arena) = state.any(*slot) else { continue };
        let model = arena.model();
        let key_columns = model.key.iter().map(|column| model.node(&model.table.name, *column)).collect();
        set_null(connection, model, &model.references[*reference], in_keys(key_columns, key)).await?;
    }
    Ok(())
}

/// `DELETE FROM association WHERE source IN (keys)`
async fn delete_links(
    state: &mut State,
    connection: &mut Connection,
    slot: usize,
    rows: &[u32],
) -> Result<()> {
    let Some(arena) = state.any(slot) else { return Ok(()) };
    let model = arena.model();
    for relation in &model.relations {
        let Via::Association(association) = &relation.via else { continue };
        let keys = rows.iter().filter_map(|row| state.key_of(slot, *row)).flatten().collect();
        let statement = delete_from(association, keys);
        let compiled = compile(StatementRef::Delete(&statement), connection.dialect())?;
        connection.run(&compiled.sql, &compiled.parameters, &mut Discard).await?;
    }
    for row in rows {
        state.associations.forget(slot, *row);
    }
    Ok(())
}

fn delete_from(association: &Association, keys: Vec<Value<'static>>) -> DeleteStatement {
    let table: &TableName = &association.table;
    let columns = association.source.iter().map(|column| Node::column(table.clone(), column.name.clone()));
    DeleteStatement {
        filter: Some(in_keys(columns.collect(), keys)),
        ..DeleteStatement::new(table.clone())
    }
}

/// Notes what the database did by itself to rows that the session knows.
fn follow_database(state: &mut State, model: &'static Model, deleted: &[u32]) {
    let mut seen: HashSet<(usize, u32)> = HashSet::new();
    let mut waiting = vec![(model, deleted.to_vec())];
    let mut gone = Vec::new();
    while let Some((model, deleted)) = waiting.pop() {
        for (other, reference) in references_to(state, model) {
            let action = other.references[reference].on_delete;
            if !matches!(action, ReferentialAction::Cascade | ReferentialAction::SetNull) {
                continue;
            }
            let mut rows = state.referring_to(other, reference, &deleted);
            let Some(arena) = state.any_mut(other.slot) else { continue };
            rows.retain(|row| arena.state(*row) == EntityState::Persistent && !arena.is_doomed(*row));
            if action == ReferentialAction::SetNull {
                rows.into_iter().for_each(|row| arena.set_null(row, reference));
                continue;
            }
            rows.retain(|row| seen.insert((other.slot, *row)));
            if !rows.is_empty() {
                gone.push((other, rows.clone()));
                waiting.push((other, rows));
            }
        }
    }
    for (model, rows) in gone.into_iter().rev() {
        for row in rows {
            state.leave_collections(model, row);
            if let Some(arena) = state.any_mut(model.slot) {
                arena.doom(row, false);
                arena.deleted(row);
            }
        }
    }
}

/// The references of entities that the session knows to those of a model.
fn references_to(state: &State, model: &'static Model) -> Vec<(&'static Model, usize)> {
    let references = state.arenas().flat_map(|(_, arena)| {
        let other = arena.model();
        let references = other.references.iter().enumerate();
        references
            .filter(|(_, reference)| (reference.target)().slot == model.slot)
            .map(move |(number, _)| (other, number))
    });
    references.collect()
}
