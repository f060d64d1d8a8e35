//! The unit of work: what a session holds becomes inserts, updates and deletes, in an order the database
//! accepts.
//!
//! | step | room |
//! | --- | --- |
//! | follow cascades, loading what has to go along | [`delete`] |
//! | order rows by their references | [`topology`] |
//! | delete what no waiting change has to leave first, so that its unique values are free | [`delete`] |
//! | write changed columns that need no new row | [`update`] |
//! | insert, many rows a statement, and read back what the database assigned | [`insert`], [`bulk`], [`read_back`] |
//! | write references that close cycles, and those to new rows | [`update`] |
//! | write links through association tables | [`link`] |
//! | delete the rest, those that refer to others first | [`delete`] |

mod batch;
mod bulk;
mod delete;
mod insert;
mod link;
mod read_back;
mod topology;
mod update;

use std::collections::BTreeMap;

use lapis_engine::{Connection, Result};

use super::state::State;
use super::stray;

/// Writes everything that waits. On an error the caller has to roll back what was written.
pub(super) async fn flush(state: &mut State, connection: &mut Connection) -> Result<()> {
    let doomed = delete::cascade(state, connection).await?;
    let order = plan(state)?;
    let (freeing, doomed) = delete::split(state, doomed);
    delete::delete(state, connection, &freeing).await?;
    let (ready, waiting) = update::split(state);
    update::update_all(state, connection, &ready).await?;
    for group in &order.groups {
        insert::insert(state, connection, group, &order.postponed).await?;
    }
    update::write_postponed(state, connection, &order.postponed).await?;
    update::update_all(state, connection, &waiting).await?;
    link::write(state, connection).await?;
    delete::delete(state, connection, &doomed).await?;
    state.clear_changes();
    Ok(())
}

/// Checks what can be checked before anything is sent.
pub(super) fn check(state: &mut State) -> Result<()> {
    stray::refuse(state)?;
    plan(state).map(drop)
}

fn plan(state: &State) -> Result<topology::Order> {
    let new: BTreeMap<usize, Vec<u32>> = state
        .arenas()
        .filter(|(_, arena)| !arena.changes().new.is_empty())
        .map(|(slot, arena)| (slot, arena.changes().new.to_vec()))
        .collect();
    let order = topology::order(state, &new)?;
    insert::validate(state)?;
    Ok(order)
}
