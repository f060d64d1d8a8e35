//! Reading again what the database holds.

use lapis_engine::{Error, Flow, Result, Row, RowSink};
use lapis_sql::{Key, Value};

use super::Session;
use super::arena::{EntityState, RelationKey};
use crate::entity::Entity;
use crate::handle::Handle;

impl Session {
    /// Reads the entity's row again. Changes that were not flushed are lost, and its relations are no
    /// longer loaded.
    ///
    /// # Errors
    /// If the row is gone, the entity is not a row of this session, or the query fails.
    pub async fn refresh<T: Entity>(&mut self, handle: Handle<T>) -> Result<()> {
        let index = self.state.check(handle)?;
        self.state.settle();
        let state = self.state(handle);
        if state != EntityState::Persistent {
            return Err(Error::invalid_request(format!(
                "cannot refresh a {} that is {state:?}: it has no row; flush or add it first",
                T::model().name
            )));
        }
        self.expire(handle)?;
        let Some(key) = self.state.arena_mut::<T>().entry(index).entity.key() else { return Ok(()) };
        let sql = {
            let connection = self.connection().await?;
            T::model().get_sql(connection.dialect())?
        };
        let fixed = sql.fixed.iter().map(Value::borrowed);
        let parts: Vec<Value<'_>> = fixed.chain((0..T::Key::COLUMNS).map(|part| key.part(part))).collect();
        let mut sink = Reread::<T>(None);
        self.connection().await?.run(&sql.sql, &parts, &mut sink).await?;
        let Some(entity) = sink.0 else {
            return Err(Error::stale_data(format!(
                "cannot refresh {} {key:?}: its row is no longer there; it was deleted elsewhere",
                T::model().name
            )));
        };
        let epoch = self.state.epoch;
        // Its references may be others now: the relations on their other side follow.
        self.state.lend(T::model().slot, index);
        self.state.arena_mut::<T>().overwrite(index, entity, epoch);
        self.state.settle();
        Ok(())
    }

    /// Has the next query that finds the entity's row replace what the session holds, and forgets changes
    /// of its columns that were not flushed; its relations are no longer loaded. Until then the entity reads
    /// as before. Links through association tables that wait for the flush are of both ends, and stay.
    ///
    /// # Errors
    /// If the handle is of another session.
    pub fn expire<T: Entity>(&mut self, handle: Handle<T>) -> Result<()> {
        let index = self.state.check(handle)?;
        self.state.settle();
        self.state.expire(T::model(), index);
        Ok(())
    }

    /// Expires every entity of the session.
    pub fn expire_all(&mut self) {
        self.state.settle();
        let rows: Vec<_> = self.state.arenas().map(|(_, arena)| (arena.model(), arena.len())).collect();
        for (model, count) in rows {
            for index in 0..count {
                self.state.expire(model, index);
            }
        }
    }

    /// Lets go of every entity: handles made before are of another session from now on. Changes that were
    /// not flushed are lost; the transaction goes on.
    pub fn expunge_all(&mut self) {
        self.state = super::State::new();
        self.savepoints.iter_mut().for_each(|level| level.mark = super::state::Mark::default());
    }
}

impl super::State {
    fn expire(&mut self, model: &'static crate::entity::Model, index: u32) {
        if let Some(arena) = self.any(model.slot)
            && arena.state(index) == EntityState::Persistent
        {
            // Its references are again what they were, and so are the relations on their other side.
            self.lend(model.slot, index);
            if let Some(arena) = self.any_mut(model.slot) {
                arena.expire(index);
            }
            self.settle();
            for (number, relation) in model.relations.iter().enumerate() {
                if let Some(members) = self.any_mut((relation.target)().slot) {
                    members.unload(RelationKey { slot: model.slot, relation: number }, index);
                }
            }
        }
    }
}

/// Reads one row as an owned entity.
struct Reread<T>(Option<T>);

impl<T: Entity> RowSink for Reread<T> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        self.0 = Some(T::decode(row, 0)?);
        Ok(Flow::Stop)
    }
}
