//! Flushes, commits, rollbacks and savepoints.

use lapis::prelude::*;

use super::Driver;
use crate::check::{self, Verdict, ensure};
use crate::entities::Tag;
use crate::model::{Columns, Flush, Id, Model, Row, Side};
use crate::random::Random;
use crate::schema::{self, Any, Key, Kind, Node, Rel, with_handle};

impl Driver {
    /// Takes back in the model everything since a mark.
    pub(super) fn undo(&mut self, mark: &Model) {
        self.model.undo(mark);
        self.undone = true;
        let known = self.model.known.iter();
        let first_read =
            known.filter(|(id, known)| mark.known.get(id).is_none_or(|old| old.any != known.any));
        self.stale.extend(first_read.map(|(id, _)| *id));
    }

    /// Finds the rows that a flush has read for its cascades before it was taken back.
    pub(super) fn discover(&mut self) -> Verdict {
        let mut waiting: Vec<Any> = self.model.known.values().map(|known| known.any).collect();
        while let Some(any) = waiting.pop() {
            let targets =
                Rel::of(any.kind()).filter_map(|rel| schema::target_of(&self.session, any, rel).ok()?);
            let members =
                Side::of(any.kind()).filter_map(|side| check::members(&self.session, any, side).ok());
            let found: Vec<Any> = targets.chain(members.flatten()).collect();
            for any in found {
                let known = self.ids.get(&any).is_some_and(|id| self.model.known.contains_key(id));
                if !known && check::state(&self.session, any) == EntityState::Persistent {
                    let id = self.adopt(any)?;
                    self.stale.push(id);
                    waiting.push(any);
                }
            }
        }
        // What had to be loaded is; of the rest, some may be.
        for known in self.model.known.values_mut() {
            for side in Side::of(known.columns.kind) {
                if check::members(&self.session, known.any, side).is_ok() {
                    known.loaded.insert(side);
                }
            }
        }
        Ok(())
    }

    pub(super) async fn refresh_stale(&mut self) -> Verdict {
        for id in std::mem::take(&mut self.stale) {
            let Some(known) = self.model.known.get(&id) else { continue };
            let any = known.any;
            self.note(format!("refresh #{id}, which was first read in what was taken back"));
            with_handle!(any, handle => self.session.refresh(handle).await)
                .map_err(|error| error.to_string())?;
            self.model.expire(id);
        }
        Ok(())
    }

    /// Notes what became of a flush that was to happen; whether it succeeded.
    pub(super) fn flushed(&mut self, predicted: Flush, result: &lapis::Result<()>) -> Result<bool, String> {
        let mark = self.savepoints.last().map_or(&self.base, |(_, mark)| mark).clone();
        self.flushed_since(predicted, result, &mark)
    }

    /// The same, where a flush that fails takes back everything since `mark`.
    pub(super) fn flushed_since(
        &mut self,
        predicted: Flush,
        result: &lapis::Result<()>,
        mark: &Model,
    ) -> Result<bool, String> {
        match (predicted, result) {
            (Flush::Nothing, Ok(())) => Ok(true),
            (Flush::Nothing, Err(error)) => {
                Err(format!("nothing was to be flushed, and it failed: {error}"))
            }
            (Flush::Invalid, Ok(())) => Err("a flush should have been refused".into()),
            (Flush::Invalid, Err(error)) => {
                self.note(format!("   refused: {error}"));
                Ok(false)
            }
            (Flush::Sent { succeeds: Some(false), .. }, Ok(())) => {
                Err("a flush should have violated a unique constraint".into())
            }
            (Flush::Sent { succeeds: Some(true), .. }, Err(error)) => {
                Err(format!("a flush should have succeeded: {error}"))
            }
            (Flush::Sent { .. }, Err(error)) => {
                ensure!(error.is_unique_violation(), "a flush failed by something else: {error}");
                self.note(format!("   failed: {error}"));
                self.undo(mark);
                if self.savepoints.is_empty() {
                    self.note("   the transaction is rolled back");
                }
                Ok(false)
            }
            (Flush::Sent { after, inserted, .. }, Ok(())) => {
                self.model = *after;
                for id in inserted {
                    let any = self.any(id);
                    let key = check::key(&self.session, any)
                        .ok_or_else(|| format!("#{id} {any:?} was inserted and has no key"))?;
                    let taken = self.model.by_key(any.kind(), &key);
                    ensure!(taken.is_none(), "#{id} {any:?} got {key:?}, which is #{taken:?}'s");
                    let columns = self.model.known[&id].columns.clone();
                    self.model.rows.insert(id, Row { columns, key });
                }
                Ok(true)
            }
        }
    }

    pub(super) async fn flush(&mut self) -> Result<bool, String> {
        self.note("flush");
        let predicted = self.model.flush();
        let result = self.session.flush().await;
        let invalid = matches!(predicted, Flush::Invalid);
        let succeeded = self.flushed(predicted, &result)?;
        if invalid {
            self.mend();
        }
        Ok(succeeded)
    }

    /// Makes a session that cannot be flushed valid again.
    pub(super) fn mend(&mut self) {
        for id in self.all_alive() {
            let Some(known) = self.model.known.get(&id) else { continue };
            let mut broken = Rel::of(known.columns.kind)
                .filter(|rel| !rel.nullable() && known.columns.refs[rel.number()].is_none());
            let pending = known.pending;
            if broken.next().is_none() {
                let unknown = |target: &Id| {
                    !self.model.known.contains_key(target) && !self.model.rows.contains_key(target)
                };
                let lost: Vec<Rel> = Rel::of(known.columns.kind)
                    .filter(|rel| known.columns.refs[rel.number()].as_ref().is_some_and(unknown))
                    .collect();
                if lost.is_empty() {
                    continue;
                }
            }
            if pending {
                self.delete_one(id);
            } else {
                let any = self.any(id);
                self.note(format!("expire #{id}"));
                let _ = with_handle!(any, handle => self.session.expire(handle));
                self.model.expire(id);
            }
        }
    }

    pub(super) async fn commit(&mut self) -> Verdict {
        if !self.flush().await? {
            return Ok(());
        }
        self.note("commit");
        self.session.commit().await.map_err(|error| format!("a commit failed: {error}"))?;
        self.model.commit();
        self.savepoints.clear();
        self.base = self.model.clone();
        check::database_agrees(&self.engine, &self.model).await
    }

    pub(super) async fn rollback(&mut self) -> Verdict {
        self.note("rollback");
        self.session.rollback().await.map_err(|error| format!("a rollback failed: {error}"))?;
        self.savepoints.clear();
        let base = self.base.clone();
        self.undo(&base);
        check::database_agrees(&self.engine, &self.model).await
    }

    pub(super) async fn savepoint(&mut self) -> Verdict {
        if self.savepoints.len() >= 3 || !self.flush().await? {
            return Ok(());
        }
        self.note("savepoint");
        let savepoint = self.session.savepoint().await.map_err(|error| error.to_string())?;
        self.savepoints.push((savepoint, self.model.clone()));
        Ok(())
    }

    pub(super) async fn rollback_to(&mut self, random: &mut Random) -> Verdict {
        if self.savepoints.is_empty() {
            return Ok(());
        }
        let at = random.below(self.savepoints.len());
        self.note(format!("rollback to savepoint {at}"));
        let (savepoint, mark) = self.savepoints[at].clone();
        self.session.rollback_to(savepoint).await.map_err(|error| error.to_string())?;
        self.undo(&mark);
        self.savepoints.truncate(at + 1);
        Ok(())
    }

    pub(super) async fn release(&mut self, random: &mut Random) -> Verdict {
        if self.savepoints.is_empty() {
            return Ok(());
        }
        let at = random.below(self.savepoints.len());
        self.note(format!("release savepoint {at}"));
        let predicted = self.model.flush();
        let result = self.session.release(self.savepoints[at].0).await;
        if self.flushed(predicted, &result)? {
            self.savepoints.truncate(at);
        }
        Ok(())
    }

    pub(super) async fn begin_nested(&mut self, random: &mut Random) -> Verdict {
        if !self.flush().await? {
            return Ok(());
        }
        let mark = self.model.clone();
        let id = self.next_id();
        let taken = random.pick(&self.alive(Kind::Tag)).filter(|_| random.one_in(3));
        let label =
            taken.map_or_else(|| format!("n{id}"), |tag| self.model.known[&tag].columns.label.clone());
        let gives_up = random.one_in(3);
        let doomed = random.pick(&self.persistent()).filter(|id| random.one_in(2) && Some(*id) != taken);
        self.note(format!("begin nested: tag #{id} {label:?}, delete #{doomed:?}, gives up: {gives_up}"));
        let doomed_any = doomed.map(|id| self.any(id));
        let mut added = None;
        let result: lapis::Result<()> = self
            .session
            .begin_nested(async |session| {
                added = Some(session.add(Tag::new().label(label.clone()).build()));
                if let Some(any) = doomed_any {
                    with_handle!(any, handle => session.delete(handle));
                }
                if gives_up {
                    session.flush().await?;
                    return Err(lapis::Error::invalid_request("given up"));
                }
                Ok(())
            })
            .await;
        let added = Tag::any(added.ok_or("the closure did not run")?);
        self.register(id, added, Columns { kind: Kind::Tag, label, refs: [None; 2] }, Key::Id(0));
        if let Some(doomed) = doomed {
            self.model.delete(doomed);
        }
        let predicted = self.model.flush();
        if !gives_up {
            return self.flushed_since(predicted, &result, &mark).map(drop);
        }
        match (predicted, result) {
            (_, Ok(())) => return Err("a closure that failed was kept".into()),
            (Flush::Sent { succeeds: Some(true), .. }, Err(error)) if error.is_unique_violation() => {
                return Err(format!("a nested flush failed: {error}"));
            }
            (Flush::Sent { after, .. }, Err(error)) if !error.is_unique_violation() => self.model = *after,
            _ => {}
        }
        self.undo(&mark);
        Ok(())
    }

    pub(super) async fn new_session(&mut self) -> Verdict {
        self.commit().await?;
        if self.session.in_transaction() || self.model.has_changes() {
            self.rollback().await?;
        }
        self.note("new session");
        self.session = self.engine.session().autoflush(self.autoflush);
        self.ids.clear();
        self.model.known.clear();
        self.model.others.clear();
        self.savepoints.clear();
        self.base = self.model.clone();
        Ok(())
    }
}
