//! Reading: by key, by query with relations along, and loading later.

use lapis::prelude::*;

use super::Driver;
use crate::check::{self, Verdict, ensure};
use crate::entities::{Book, Tag};
use crate::model::{Flush, Id, Side};
use crate::random::Random;
use crate::schema::{self, Any, Kind, Node, Rel, with_handle, with_kind};

impl Driver {
    /// Notes what a query's own flush did; whether the query ran.
    pub(super) async fn queried<T>(
        &mut self,
        predicted: Flush,
        result: lapis::Result<T>,
    ) -> Result<Option<T>, String> {
        let (value, result) = match result {
            Ok(value) => (Some(value), Ok(())),
            Err(error) => (None, Err(error)),
        };
        let ran = self.flushed(predicted, &result)?;
        Ok(value.filter(|_| ran))
    }

    pub(super) fn flush_of_query(&self) -> Flush {
        if self.autoflush { self.model.flush() } else { Flush::Nothing }
    }

    /// Notes a handle that a query gave; which row it is of.
    pub(super) fn adopt(&mut self, any: Any) -> Result<Id, String> {
        if let Some(id) = self.ids.get(&any)
            && self.model.known.contains_key(id)
        {
            return Ok(*id);
        }
        let key =
            check::key(&self.session, any).ok_or_else(|| format!("{any:?} was read without a key"))?;
        let id = self
            .model
            .by_key(any.kind(), &key)
            .ok_or_else(|| format!("{any:?} was read from a row {key:?} that is not there"))?;
        if let Some(known) = self.model.known.get(&id) {
            return Err(format!("{any:?} is a second handle of #{id}, which is {:?}", known.any));
        }
        self.model.adopt(id, any);
        self.ids.insert(any, id);
        // Cascades that were taken back may have left more than can be found otherwise.
        for rel in Rel::of(any.kind()) {
            if let Ok(Some(target)) = schema::target_of(&self.session, any, rel)
                && !self.ids.contains_key(&target)
            {
                self.undone = true;
            }
        }
        Ok(id)
    }

    /// Notes that relations were loaded, and what they brought.
    pub(super) fn loaded(&mut self, owners: &[Any], side: Side) -> Verdict {
        for owner in owners {
            let id = self.adopt(*owner)?;
            let found = check::members(&self.session, *owner, side)
                .map_err(|error| format!("#{id} {side:?} was loaded and is not: {error}"))?;
            for member in found {
                self.adopt(member)?;
            }
            if let Some(known) = self.model.known.get_mut(&id) {
                known.loaded.insert(side);
            }
        }
        Ok(())
    }

    /// Notes that references were loaded, and what they brought.
    pub(super) fn loaded_targets(&mut self, owners: &[Any], rel: Rel) -> Verdict {
        for owner in owners {
            let id = self.adopt(*owner)?;
            let target = schema::target_of(&self.session, *owner, rel)
                .map_err(|error| format!("#{id} {rel:?} was loaded and is not: {error}"))?;
            if let Some(target) = target {
                self.adopt(target)?;
            }
        }
        Ok(())
    }

    pub(super) async fn refresh(&mut self, random: &mut Random) -> Verdict {
        let Some(id) = random.pick(&self.persistent()) else { return Ok(()) };
        self.note(format!("refresh #{id}"));
        let any = self.any(id);
        with_handle!(any, handle => self.session.refresh(handle).await)
            .map_err(|error| error.to_string())?;
        self.model.expire(id);
        Ok(())
    }

    pub(super) async fn get(&mut self, random: &mut Random) -> Verdict {
        // An entity that is known is given without a flush, so that it is done before.
        if self.autoflush && !self.flush().await? {
            return Ok(());
        }
        let rows: Vec<Id> = self.model.rows.keys().copied().collect();
        let Some(id) = random.pick(&rows) else { return Ok(()) };
        let (kind, key) = (self.model.rows[&id].columns.kind, self.model.rows[&id].key.clone());
        self.note(format!("get {kind:?} {key:?} (#{id})"));
        let found = with_kind!(kind, T => {
            let found = self.session.get::<T>(T::key_in(&key)).await;
            found.map(|found| found.map(T::any)).map_err(|error| error.to_string())?
        });
        let doomed = self.model.known.get(&id).is_some_and(|known| known.doomed);
        match (doomed, found) {
            (true, None) => Ok(()),
            (true, Some(any)) => Err(format!("{any:?} is to be deleted, and was given")),
            (false, None) => Err(format!("#{id} was not found")),
            (false, Some(any)) => {
                let found = self.adopt(any)?;
                ensure!(found == id, "{any:?} is #{found}, and #{id} was asked for");
                Ok(())
            }
        }
    }

    /// Whether a query of a whole table gave every row once.
    pub(super) fn gave_all(&mut self, kind: Kind, found: &[Any]) -> Verdict {
        let mut ids = Vec::new();
        for any in found {
            ids.push(self.adopt(*any)?);
        }
        ids.sort_unstable();
        let rows = self.model.rows.iter();
        let expected: Vec<Id> = rows.filter(|row| row.1.columns.kind == kind).map(|row| *row.0).collect();
        ensure!(ids == expected, "a query of {kind:?} gave {ids:?}, not {expected:?}");
        Ok(())
    }

    pub(super) async fn query_sources(&mut self, random: &mut Random) -> Verdict {
        let Some(rel) = random.pick(Rel::ALL) else { return Ok(()) };
        let joined = random.one_in(3);
        self.note(format!(
            "query {:?} with what refers to them by {rel:?}, joined: {joined}",
            rel.target()
        ));
        let predicted = self.flush_of_query();
        let result = schema::query_with_sources(&mut self.session, rel, joined).await;
        let Some(found) = self.queried(predicted, result).await? else { return Ok(()) };
        self.gave_all(rel.target(), &found)?;
        self.loaded(&found, Side::Sources(rel))
    }

    pub(super) async fn query_targets(&mut self, random: &mut Random) -> Verdict {
        let Some(rel) = random.pick(Rel::ALL) else { return Ok(()) };
        let joined = random.one_in(3);
        self.note(format!("query {:?} with what they refer to by {rel:?}, joined: {joined}", rel.source()));
        let predicted = self.flush_of_query();
        let result = schema::query_with_targets(&mut self.session, rel, joined).await;
        let Some(found) = self.queried(predicted, result).await? else { return Ok(()) };
        self.gave_all(rel.source(), &found)?;
        // A join follows the rows; what was assigned and not flushed it does not know.
        let told = |any: &Any| {
            let id = self.ids.get(any);
            !joined || id.is_none_or(|id| !self.model.is_dirty(*id))
        };
        let found: Vec<Any> = found.iter().copied().filter(told).collect();
        self.loaded_targets(&found, rel)
    }

    pub(super) async fn load(&mut self, random: &mut Random) -> Verdict {
        let sides: Vec<Side> =
            Rel::ALL.iter().copied().map(Side::Sources).chain([Side::Tags, Side::Books]).collect();
        let Some(side) = random.pick(&sides) else { return Ok(()) };
        let predicted = self.flush_of_query();
        let targets = random.one_in(3);
        let kind = match side {
            Side::Sources(rel) if targets => rel.source(),
            Side::Sources(rel) => rel.target(),
            Side::Tags => Kind::Book,
            Side::Books => Kind::Tag,
        };
        let mut owners = self.alive(kind);
        owners.retain(|_| random.below(3) > 0);
        if owners.is_empty() {
            return Ok(());
        }
        self.note(format!("load {side:?} of {owners:?}, what they refer to: {targets}"));
        let owners: Vec<Any> = owners.into_iter().map(|id| self.any(id)).collect();
        let result = match side {
            Side::Sources(rel) if targets => schema::load_targets(&mut self.session, &owners, rel).await,
            Side::Sources(rel) => schema::load_sources(&mut self.session, &owners, rel).await,
            Side::Tags => {
                let books: Vec<Handle<Book>> = owners.iter().map(|any| Book::typed(*any)).collect();
                self.session.load_all(&books, Book::tags).await
            }
            Side::Books => {
                let tags: Vec<Handle<Tag>> = owners.iter().map(|any| Tag::typed(*any)).collect();
                self.session.load_all(&tags, Tag::books).await
            }
        };
        if self.queried(predicted, result).await?.is_none() {
            return Ok(());
        }
        // A flush may have taken some of them along with what was deleted.
        let owners: Vec<Any> = owners
            .into_iter()
            .filter(|any| self.ids.get(any).is_some_and(|id| self.model.known.contains_key(id)))
            .collect();
        match side {
            Side::Sources(rel) if targets => self.loaded_targets(&owners, rel),
            _ => self.loaded(&owners, side),
        }
    }
}
