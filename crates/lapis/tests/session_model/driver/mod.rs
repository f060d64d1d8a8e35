//! Operations on a session, each done to the model as well.

mod adding;
mod changing;
mod graphs;
mod reading;
mod transactions;

use std::collections::HashMap;

use lapis::orm::session::Savepoint;
use lapis::prelude::*;

use crate::check::{self, Verdict};
use crate::entities::All;
use crate::model::{Id, Model, Side};
use crate::random::Random;
use crate::schema::{Any, Given, Kind};

/// What an operation does; everything else about it follows from its seed and the state it meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Add,
    AddGraph,
    AddAgain,
    SetLabel,
    Assign,
    Clear,
    Link,
    Unlink,
    LinkTag,
    UnlinkTag,
    Delete,
    Flush,
    Commit,
    Rollback,
    Savepoint,
    RollbackTo,
    Release,
    BeginNested,
    Expire,
    ExpireAll,
    Refresh,
    Expunge,
    ToGraph,
    Detach,
    Merge,
    Get,
    QuerySources,
    QueryTargets,
    Load,
    NewSession,
}

/// How often each comes.
const WEIGHTS: &[(Action, usize)] = &[
    (Action::Add, 16),
    (Action::AddGraph, 3),
    (Action::AddAgain, 3),
    (Action::SetLabel, 10),
    (Action::Assign, 10),
    (Action::Clear, 3),
    (Action::Link, 8),
    (Action::Unlink, 4),
    (Action::LinkTag, 9),
    (Action::UnlinkTag, 5),
    (Action::Delete, 7),
    (Action::Flush, 7),
    (Action::Commit, 5),
    (Action::Rollback, 3),
    (Action::Savepoint, 4),
    (Action::RollbackTo, 3),
    (Action::Release, 3),
    (Action::BeginNested, 3),
    (Action::Expire, 3),
    (Action::ExpireAll, 1),
    (Action::Refresh, 3),
    (Action::Expunge, 2),
    (Action::ToGraph, 3),
    (Action::Detach, 3),
    (Action::Merge, 5),
    (Action::Get, 5),
    (Action::QuerySources, 5),
    (Action::QueryTargets, 4),
    (Action::Load, 8),
    (Action::NewSession, 1),
];

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub action: Action,
    pub seed: u64,
}

impl Operation {
    pub fn random(random: &mut Random) -> Self {
        let mut at = random.below(WEIGHTS.iter().map(|(_, weight)| weight).sum());
        for (action, weight) in WEIGHTS {
            match at.checked_sub(*weight) {
                Some(rest) => at = rest,
                None => return Self { action: *action, seed: random.next() },
            }
        }
        unreachable!("the weights were summed")
    }
}

/// At most so many entities live at a time.
const CROWDED: usize = 45;

/// A session, and what it should be.
pub struct Driver {
    engine: Engine,
    session: Session,
    autoflush: bool,
    model: Model,
    /// The model as it was when the transaction began.
    base: Model,
    savepoints: Vec<(Savepoint, Model)>,
    ids: HashMap<Any, Id>,
    next: Id,
    /// Rows that were first read in what was taken back, as they were then.
    stale: Vec<Id>,
    undone: bool,
    pub trace: Vec<String>,
}

impl Driver {
    /// A driver on an empty database.
    pub async fn new(engine: &Engine, autoflush: bool) -> lapis::Result<Self> {
        let metadata = MetaData::of::<All>();
        engine.drop_all(&metadata).await?;
        engine.create_all(&metadata).await?;
        Ok(Self {
            engine: engine.clone(),
            session: engine.session().autoflush(autoflush),
            autoflush,
            model: Model::default(),
            base: Model::default(),
            savepoints: Vec::new(),
            ids: HashMap::new(),
            next: 1,
            stale: Vec::new(),
            undone: false,
            trace: Vec::new(),
        })
    }

    /// Does one operation, and compares.
    pub async fn step(&mut self, operation: Operation) -> Verdict {
        let mut random = Random::new(operation.seed);
        let random = &mut random;
        match operation.action {
            Action::Add => self.add(random),
            Action::AddGraph => self.add_graph(random)?,
            Action::AddAgain => self.add_again(random),
            Action::SetLabel => self.set_label(random),
            Action::Assign => self.assign(random),
            Action::Clear => self.clear(random),
            Action::Link => self.link(random),
            Action::Unlink => self.unlink(random),
            Action::LinkTag => self.link_tag(random),
            Action::UnlinkTag => self.unlink_tag(random),
            Action::Delete => self.delete(random),
            Action::Flush => drop(self.flush().await?),
            Action::Commit => self.commit().await?,
            Action::Rollback => self.rollback().await?,
            Action::Savepoint => self.savepoint().await?,
            Action::RollbackTo => self.rollback_to(random).await?,
            Action::Release => self.release(random).await?,
            Action::BeginNested => self.begin_nested(random).await?,
            Action::Expire => self.expire(random)?,
            Action::ExpireAll => self.expire_all(),
            Action::Refresh => self.refresh(random).await?,
            Action::Expunge => self.expunge(random)?,
            Action::ToGraph => self.take_graph_out(random)?,
            Action::Detach => self.detach(random).await?,
            Action::Merge => self.merge(random).await?,
            Action::Get => self.get(random).await?,
            Action::QuerySources => self.query_sources(random).await?,
            Action::QueryTargets => self.query_targets(random).await?,
            Action::Load => self.load(random).await?,
            Action::NewSession => self.new_session().await?,
        }
        if self.undone {
            self.undone = false;
            self.discover()?;
            self.refresh_stale().await?;
        }
        check::session_agrees(&self.session, &self.model)
    }

    /// Ends the run: commits, and compares everything once more.
    pub async fn finish(&mut self) -> Verdict {
        self.commit().await?;
        if self.session.in_transaction() || self.model.has_changes() {
            self.rollback().await?;
        }
        check::session_agrees(&self.session, &self.model)?;
        check::graphs_agree(&self.engine, &self.model).await
    }

    fn note(&mut self, what: impl Into<String>) {
        self.trace.push(what.into());
    }

    /// Entities of a kind that are rows, or about to be, and stay.
    fn alive(&self, kind: Kind) -> Vec<Id> {
        let known = self.model.known.iter();
        known
            .filter(|(_, known)| known.columns.kind == kind && !known.doomed)
            .map(|(id, _)| *id)
            .collect()
    }

    fn all_alive(&self) -> Vec<Id> {
        self.model.known.iter().filter(|(_, known)| !known.doomed).map(|(id, _)| *id).collect()
    }

    /// Those that are rows already.
    fn persistent(&self) -> Vec<Id> {
        let known = self.model.known.iter();
        known.filter(|(_, known)| !known.doomed && !known.pending).map(|(id, _)| *id).collect()
    }

    fn any(&self, id: Id) -> Any {
        self.model.known[&id].any
    }

    fn next_id(&mut self) -> Id {
        self.next += 1;
        self.next - 1
    }

    /// A way to refer to an entity: by handle, or by key where it has one.
    fn given(&self, random: &mut Random, target: Id) -> Given {
        match self.model.rows.get(&target) {
            Some(row) if random.one_in(3) => Given::Key(row.key.clone()),
            _ => Given::Handle(self.any(target)),
        }
    }

    fn is_loaded(&self, id: Id, side: Side) -> bool {
        self.model.known.get(&id).is_some_and(|known| known.loaded.contains(&side))
    }
}
