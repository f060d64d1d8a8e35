//! Joined loading: related rows come with their owners', and are taken apart again.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use lapis_engine::{Connection, Error, Flow, Result, Row, RowSink};
use lapis_sql::Name;
use lapis_sql::expr::{Node, OrderBy, TableName};
use lapis_sql::statement::{FromItem, JoinKind, SelectItem, SelectStatement, TableSource};

use super::owned::{distribute, positions};
use super::tracked::note;
use super::{BoxFuture, Load, Loads, is_absent, key_in_row, run};
use crate::entity::{Entity, Model};
use crate::handle::Handle;
use crate::relation::{Path, joins};
use crate::session::{Intake, State};

type Map<K, V> = HashMap<K, V, RandomState>;

/// A statement that is being widened by joins.
pub(crate) struct JoinPlan<'s> {
    statement: &'s mut SelectStatement,
    /// What the next join starts from.
    left: TableName,
    aliases: &'s mut usize,
}

impl JoinPlan<'_> {
    /// Joins the target of a relation; gives its alias and its first column.
    fn join<S: Entity, T: Entity>(&mut self, path: &Path<S, T>, name: &str) -> (TableName, usize) {
        *self.aliases += 1;
        let alias = format!("{name}_{}", self.aliases);
        let table = TableName::new(alias.clone());
        self.statement.joins.extend(joins(path, JoinKind::Left, &self.left, Some(&alias)));
        let first = self.statement.items.len();
        T::model().add_columns(&table, self.statement.items.to_mut());
        if let Some(relation) = path.relation() {
            let model = &S::model().relations[relation];
            let order = if model.order_by.is_empty() {
                T::model().default_order(&table)
            } else {
                let mut order = model.order_by.clone();
                order.iter_mut().for_each(|term| term.node.rename_table(&T::table_name(), &table));
                order
            };
            self.statement.order_by.extend(order);
        }
        (table, first)
    }

    fn beneath(&mut self, left: TableName) -> JoinPlan<'_> {
        JoinPlan { statement: &mut *self.statement, left, aliases: &mut *self.aliases }
    }
}

/// The statement, ready for joins. One with a limit that joins would multiply becomes a subquery, so that
/// the limit counts owners; what it was ordered by comes along as columns of its own.
fn widen<S: Entity>(select: &SelectStatement, loads: &Loads<S>, limit: Option<usize>) -> SelectStatement {
    let mut inner = select.clone();
    if let Some(limit) = limit {
        let limit = limit as u64;
        inner.limit = Some(inner.limit.map_or(limit, |own| own.min(limit)));
    }
    let model = S::model();
    if inner.set_operation.is_some() {
        return around_set_operation(model, inner);
    }
    if !loads.0.iter().any(|load| load.0.multiplies()) {
        return inner;
    }
    // Which rows come first, and how many, is said of the entities' rows alone.
    if inner.limit.is_none() && inner.offset.is_none() && inner.distinct_on.is_empty() {
        let table = left_table::<S>(&inner);
        inner.order_by.extend(model.default_order(&table));
        return inner;
    }
    let outside = TableName::new(S::table_name().name);
    for (index, item) in inner.items.iter_mut().enumerate() {
        item.label = Some(Name::Borrowed(model.item_name(index)));
    }
    let mut statement = SelectStatement::default();
    for (number, term) in inner.order_by.iter().enumerate() {
        let label = Name::from(format!("order_{number}"));
        inner.items.to_mut().push(SelectItem::labeled(term.node.clone(), label.clone()));
        statement
            .order_by
            .push(OrderBy { node: Node::column(outside.clone(), label), ..term.clone() });
    }
    statement.order_by.extend(model.default_order(&outside));
    statement
        .from
        .push(FromItem { source: TableSource::Select(Box::new(inner)), alias: Some(outside.name.clone()) });
    model.add_selected_columns(&outside, statement.items.to_mut());
    statement
}

/// A set operation has no FROM that joins could be added to: it becomes a subquery, in whose order its columns stand.
fn around_set_operation(model: &'static Model, inner: SelectStatement) -> SelectStatement {
    let outside = TableName::new(model.table.name.name.clone());
    let mut statement = SelectStatement::default();
    for term in &inner.order_by {
        if let Node::Column(column) = &term.node {
            let node = Node::column(outside.clone(), column.name.clone());
            statement.order_by.push(OrderBy { node, ..term.clone() });
        }
    }
    statement.order_by.extend(model.default_order(&outside));
    model.add_selected_columns(&outside, statement.items.to_mut());
    statement
        .from
        .push(FromItem { source: TableSource::Select(Box::new(inner)), alias: Some(outside.name) });
    statement
}

/// The relations that are joined, and those that come afterwards.
fn split<S>(loads: &Loads<S>) -> (Vec<Load<S>>, Loads<S>) {
    let (joined, later) = loads.0.iter().cloned().partition(|load| load.0.is_joined());
    (joined, Loads(later))
}

/// Reads a statement's rows as owned entities with joined relations.
pub(crate) async fn fetch_joined<S: Entity>(
    select: &SelectStatement,
    loads: &Loads<S>,
    connection: &mut Connection,
    limit: Option<usize>,
) -> Result<Vec<S>> {
    let mut statement = widen(select, loads, limit);
    let (joined, later) = split(loads);
    let left = left_table::<S>(&statement);
    let mut aliases = 0;
    let mut plan = JoinPlan { statement: &mut statement, left, aliases: &mut aliases };
    let collectors = joined.iter().map(|load| load.0.join_owned(&mut plan)).collect();
    let mut sink = OwnedSink::<S> { known: Map::default(), owners: Vec::new(), collectors };
    run(&statement, connection, &mut sink).await?;
    let OwnedSink { mut owners, collectors, .. } = sink;
    for collector in collectors {
        collector.finish(&mut owners, connection).await?;
    }
    later.load_owned(&mut owners, connection).await?;
    Ok(owners)
}

/// Reads a statement's rows into a session, with joined relations.
pub(crate) async fn track_joined<S: Entity>(
    select: &SelectStatement,
    loads: &Loads<S>,
    connection: &mut Connection,
    state: &mut State,
    limit: Option<usize>,
) -> Result<Vec<Handle<S>>> {
    let mut statement = widen(select, loads, limit);
    let (joined, _) = split(loads);
    let left = left_table::<S>(&statement);
    let mut aliases = 0;
    let mut plan = JoinPlan { statement: &mut statement, left, aliases: &mut aliases };
    let collectors = joined.iter().map(|load| load.0.join_tracked(&mut plan)).collect();
    let mut sink =
        TrackedSink::<S> { into: Intake(state), seen: HashSet::default(), owners: Vec::new(), collectors };
    run(&statement, connection, &mut sink).await?;
    let TrackedSink { into, owners, collectors, .. } = sink;
    for collector in collectors {
        collector.finish(into.0);
    }
    Ok(owners)
}

/// The name by which a statement knows the owners' table.
fn left_table<S: Entity>(statement: &SelectStatement) -> TableName {
    match statement.items.first().map(|item| &item.node) {
        Some(Node::Column(column)) => column.table.clone().unwrap_or_else(S::table_name),
        _ => S::table_name(),
    }
}

/// Reads the columns of one joined relation into owned graphs.
pub(crate) trait OwnedCollector<S>: Send {
    /// Reads what a row holds for one owner.
    fn row(&mut self, row: &Row<'_>, owner: usize) -> Result<()>;

    /// Gives the owners what was read, after loading what comes beneath.
    fn finish<'a>(
        self: Box<Self>,
        owners: &'a mut [S],
        connection: &'a mut Connection,
    ) -> BoxFuture<'a, Result<()>>;
}

/// Reads the columns of one joined relation into a session.
pub(crate) trait TrackedCollector<S>: Send {
    /// Reads what a row holds for one owner.
    fn row(&mut self, row: &Row<'_>, owner: Handle<S>, into: &mut Intake<'_>) -> Result<()>;

    /// Notes the members of every owner that was seen.
    fn finish(self: Box<Self>, state: &mut State);
}

struct OwnedSink<S: Entity> {
    known: Map<S::Key, usize>,
    owners: Vec<S>,
    collectors: Vec<Box<dyn OwnedCollector<S>>>,
}

impl<S: Entity> RowSink for OwnedSink<S> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        let owner = once::<S>(row, 0, &mut self.known, &mut self.owners)?;
        for collector in &mut self.collectors {
            collector.row(row, owner)?;
        }
        Ok(Flow::Continue)
    }
}

/// Reads an entity unless it is known already; gives its position.
fn once<T: Entity>(
    row: &Row<'_>,
    first: usize,
    known: &mut Map<T::Key, usize>,
    entities: &mut Vec<T>,
) -> Result<usize> {
    let key = key_in_row::<T>(row, first)
        .map_err(|error| Error::decode(format!("the key of {}", T::TABLE), error))?;
    if let Some(position) = known.get(&key) {
        return Ok(*position);
    }
    entities.push(T::decode(row, first)?);
    known.insert(key, entities.len() - 1);
    Ok(entities.len() - 1)
}

/// One joined relation of owned graphs.
pub(super) struct JoinedOwned<S: Entity, T: Entity> {
    path: Path<S, T>,
    first: usize,
    known: Map<T::Key, usize>,
    related: Vec<T>,
    links: Vec<(usize, usize)>,
    linked: HashSet<(usize, usize), RandomState>,
    beneath: Vec<Box<dyn OwnedCollector<T>>>,
    later: Loads<T>,
}

impl<S: Entity, T: Entity> JoinedOwned<S, T> {
    pub(super) fn new(path: Path<S, T>, name: &str, beneath: &Loads<T>, plan: &mut JoinPlan<'_>) -> Self {
        let (table, first) = plan.join(&path, name);
        let (joined, later) = split(beneath);
        let mut plan = plan.beneath(table);
        let beneath = joined.iter().map(|load| load.0.join_owned(&mut plan)).collect();
        Self {
            path,
            first,
            known: Map::default(),
            related: Vec::new(),
            links: Vec::new(),
            linked: HashSet::default(),
            beneath,
            later,
        }
    }
}

impl<S: Entity, T: Entity> OwnedCollector<S> for JoinedOwned<S, T> {
    fn row(&mut self, row: &Row<'_>, owner: usize) -> Result<()> {
        if is_absent::<T>(row, self.first) {
            return Ok(());
        }
        let entity = once::<T>(row, self.first, &mut self.known, &mut self.related)?;
        if self.linked.insert((owner, entity)) {
            self.links.push((owner, entity));
        }
        self.beneath.iter_mut().try_for_each(|collector| collector.row(row, entity))
    }

    fn finish<'a>(
        self: Box<Self>,
        owners: &'a mut [S],
        connection: &'a mut Connection,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let Self { path, mut related, links, beneath, later, .. } = *self;
            for collector in beneath {
                collector.finish(&mut related, connection).await?;
            }
            later.load_owned(&mut related, connection).await?;
            match path {
                Path::Inverse { slot, .. } | Path::Association { slot, .. } => {
                    let by_key = positions(owners);
                    distribute(slot, owners, &by_key, links, related);
                }
                Path::Reference(access) => {
                    let related: Vec<_> = related.into_iter().map(std::sync::Arc::new).collect();
                    for (owner, entity) in links {
                        let owner = &mut owners[owner];
                        let mut reference = (access.get)(owner).cloned().unwrap_or_default();
                        reference.set_loaded(std::sync::Arc::clone(&related[entity]));
                        (access.set)(owner, Some(reference));
                    }
                }
            }
            Ok(())
        })
    }
}

struct TrackedSink<'s, S: Entity> {
    into: Intake<'s>,
    seen: HashSet<Handle<S>, RandomState>,
    owners: Vec<Handle<S>>,
    collectors: Vec<Box<dyn TrackedCollector<S>>>,
}

impl<S: Entity> RowSink for TrackedSink<'_, S> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        let owner = self.into.entity::<S>(row, 0)?;
        if self.seen.insert(owner) {
            self.owners.push(owner);
        }
        for collector in &mut self.collectors {
            collector.row(row, owner, &mut self.into)?;
        }
        Ok(Flow::Continue)
    }
}

/// One joined relation of a session's entities.
pub(super) struct JoinedTracked<S: Entity, T: Entity> {
    path: Path<S, T>,
    first: usize,
    owners: Vec<Handle<S>>,
    members: Map<u32, Vec<Handle<T>>>,
    linked: HashSet<(u32, u32), RandomState>,
    beneath: Vec<Box<dyn TrackedCollector<T>>>,
}

impl<S: Entity, T: Entity> JoinedTracked<S, T> {
    pub(super) fn new(path: Path<S, T>, name: &str, beneath: &Loads<T>, plan: &mut JoinPlan<'_>) -> Self {
        let (table, first) = plan.join(&path, name);
        let (joined, _) = split(beneath);
        let mut plan = plan.beneath(table);
        let beneath = joined.iter().map(|load| load.0.join_tracked(&mut plan)).collect();
        Self {
            path,
            first,
            owners: Vec::new(),
            members: Map::default(),
            linked: HashSet::default(),
            beneath,
        }
    }
}

impl<S: Entity, T: Entity> TrackedCollector<S> for JoinedTracked<S, T> {
    fn row(&mut self, row: &Row<'_>, owner: Handle<S>, into: &mut Intake<'_>) -> Result<()> {
        let members = self.members.entry(owner.index).or_insert_with(|| {
            self.owners.push(owner);
            Vec::new()
        });
        if is_absent::<T>(row, self.first) {
            return Ok(());
        }
        let entity = into.entity::<T>(row, self.first)?;
        if self.linked.insert((owner.index, entity.index)) {
            members.push(entity);
        }
        self.beneath.iter_mut().try_for_each(|collector| collector.row(row, entity, into))
    }

    fn finish(self: Box<Self>, state: &mut State) {
        let Self { path, owners, mut members, beneath, .. } = *self;
        for collector in beneath {
            collector.finish(state);
        }
        let Some(relation) = path.relation() else { return };
        match path {
            Path::Association { .. } => state.apply_unflushed_links(S::model(), relation, &mut members),
            Path::Inverse { reference, .. } => {
                state.apply_unflushed_references(reference.number, &mut members);
            }
            Path::Reference(_) => {}
        }
        note(state, S::model().slot, relation, &owners, members);
    }
}
