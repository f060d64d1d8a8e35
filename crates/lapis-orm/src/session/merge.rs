//! Merging: what came from elsewhere is laid over what the session has.

use std::any::Any;
use std::collections::HashMap;

use lapis_engine::Result;
use lapis_sql::Cell;
use lapis_sql::Value;

use super::Session;
use super::arena::EntityState;
use crate::entity::{Entity, Link, Relink};
use crate::field::{Many, One, Ref, ReferenceField};
use crate::handle::Handle;
use crate::loading::BoxFuture;
use crate::relation::{Path, Relation, RelationVisitor, ToMany, ToOne};

impl Session {
    /// Lays an owned entity, and the graph that hangs on it, over the row with its primary key, which is
    /// read first if the session does not know it; without such a row, or without a key, it is added.
    ///
    /// Columns that are unset in the given entity stay as they are. A loaded [`Many`] or [`One`] replaces
    /// what the relation held; one that is not loaded leaves it alone. An entity that the graph holds twice, by its
    /// key, is one. The session flushes before it reads, and not again before the graph is in.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let mut alice = engine.one(User::select().filter(User::name.eq("Alice"))).await?;
    /// alice.name = "Alice Liddell".into(); // changed outside of any session
    /// let mut session = engine.session();
    /// let alice = session.merge(alice).await?;
    /// session.commit().await?;             // UPDATE of that one column
    /// assert_eq!(engine.all(select(User::name)).await?, ["Alice Liddell"]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If a query fails.
    pub async fn merge<T: Entity>(&mut self, entity: T) -> Result<Handle<T>> {
        self.before_query().await?;
        let autoflush = std::mem::replace(&mut self.autoflush, false);
        Merge { session: self, autoflush, added: HashMap::new() }.graph(entity).await
    }
}

/// A merge under way. Nothing is flushed before its end: a graph that is half laid over need not be sound.
struct Merge<'s> {
    session: &'s mut Session,
    /// Whether the session flushes by itself otherwise.
    autoflush: bool,
    /// The entities that were added with a key, by their arena's slot: a `HashMap<T::Key, Handle<T>>` each. What the
    /// graph holds a second time is laid over them.
    added: HashMap<usize, Box<dyn Any + Send>>,
}

impl Merge<'_> {
    fn graph<T: Entity>(&mut self, mut entity: T) -> BoxFuture<'_, Result<Handle<T>>> {
        let mut hanging = Hanging { before: Vec::new(), after: Vec::new() };
        entity.visit_relations(&mut hanging);
        Box::pin(async move {
            for merge in hanging.before {
                merge.run(self, &mut entity).await?;
            }
            let handle = match self.known(entity.key()).await? {
                Some(handle) => {
                    lay_over(&mut entity, &self.session[handle]);
                    self.session[handle] = entity;
                    self.session.state.settle();
                    handle
                }
                None => self.add(entity),
            };
            for merge in hanging.after {
                merge.run(self, handle).await?;
            }
            Ok(handle)
        })
    }

    /// The entity with that key, which may be a row that the session does not know yet.
    async fn known<T: Entity>(&mut self, key: Option<T::Key>) -> Result<Option<Handle<T>>> {
        let Some(key) = key else { return Ok(None) };
        match self.added::<T>().get(&key) {
            Some(handle) => Ok(Some(*handle)),
            None => self.session.get::<T>(key).await,
        }
    }

    fn add<T: Entity>(&mut self, entity: T) -> Handle<T> {
        let key = entity.key();
        let handle = self.session.add_graph(entity);
        if let Some(key) = key {
            self.added::<T>().insert(key, handle);
        }
        handle
    }

    fn added<T: Entity>(&mut self) -> &mut HashMap<T::Key, Handle<T>> {
        let added = self.added.entry(T::model().slot);
        added
            .or_insert_with(|| Box::new(HashMap::<T::Key, Handle<T>>::new()))
            .downcast_mut()
            .expect("every entity has a slot of its own")
    }
}

impl Drop for Merge<'_> {
    fn drop(&mut self) {
        self.session.autoflush = self.autoflush;
    }
}

/// Columns and references that are unset in `entity` are taken from `known`.
fn lay_over<T: Entity>(entity: &mut T, known: &T) {
    for column in &T::model().columns {
        if column.reference.is_none() && entity.value(column.field, column.part).is_none() {
            let value = known.value(column.field, column.part);
            let cell = value.as_ref().and_then(Value::as_cell).unwrap_or(Cell::Null);
            // The value came out of a field of the same type.
            let _ = entity.set(column.field, cell);
        }
    }
    for (number, reference) in T::model().references.iter().enumerate() {
        if entity.link(number) != Link::Unset {
            continue;
        }
        let value = |part: usize| {
            let column = T::model().columns[reference.columns.start + part];
            known.value(column.field, column.part)
        };
        let values: Vec<_> = (0..reference.columns.len()).map(value).collect();
        let mut cell = |part: usize| values[part].as_ref().and_then(Value::as_cell).unwrap_or(Cell::Null);
        // As above: a key that came out of the same field, or a place in the same session.
        let _ = match known.link(number) {
            Link::Handle { session, index } => entity.relink(number, Relink::Point(Some((session, index)))),
            Link::Key => entity.relink(number, Relink::Cells(&mut cell)),
            Link::Null | Link::Unset | Link::Owned => entity.relink(number, Relink::Point(None)),
        };
    }
}

/// Merges an entity that a reference owns.
trait MergeReferred<S>: Send {
    fn run<'a>(self: Box<Self>, merge: &'a mut Merge<'_>, owner: &'a mut S) -> BoxFuture<'a, Result<()>>;
}

/// Merges the entities that hang on an owner.
trait MergeHanging<S>: Send {
    fn run<'a>(self: Box<Self>, merge: &'a mut Merge<'_>, owner: Handle<S>) -> BoxFuture<'a, Result<()>>;
}

/// Takes apart what hangs on an entity.
struct Hanging<S> {
    before: Vec<Box<dyn MergeReferred<S>>>,
    after: Vec<Box<dyn MergeHanging<S>>>,
}

impl<S: Entity> RelationVisitor<S> for Hanging<S> {
    fn reference<F: ReferenceField>(&mut self, number: usize, field: &mut F) {
        if let Some(target) = field.reference_mut().and_then(Ref::take_loaded) {
            self.before.push(Box::new(Referred { number, target }));
        }
    }

    fn many<T: Entity>(&mut self, relation: ToMany<S, T>, field: &mut Many<T>) {
        if let Some(related) = field.take() {
            self.after.push(Box::new(Members { relation, related }));
        }
    }

    fn one<T: Entity>(&mut self, relation: ToOne<S, T>, field: &mut One<T>) {
        if field.is_loaded() {
            self.after
                .push(Box::new(Members { relation, related: field.take().into_iter().collect() }));
        }
    }
}

struct Referred<T> {
    number: usize,
    target: T,
}

impl<S: Entity, T: Entity> MergeReferred<S> for Referred<T> {
    fn run<'a>(self: Box<Self>, merge: &'a mut Merge<'_>, owner: &'a mut S) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let target = merge.graph(self.target).await?;
            // Pointing somewhere decodes nothing, so it cannot fail.
            let _ = owner.relink(self.number, Relink::Point(Some((target.session, target.index))));
            Ok(())
        })
    }
}

struct Members<R: Relation> {
    relation: R,
    related: Vec<R::Target>,
}

impl<R: Relation> MergeHanging<R::Source> for Members<R> {
    fn run<'a>(
        self: Box<Self>,
        merge: &'a mut Merge<'_>,
        owner: Handle<R::Source>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let Self { relation, related } = *self;
            if merge.session.state(owner) == EntityState::Persistent {
                merge.session.load(owner, relation).await?;
            }
            let before = merge.session.members(owner, relation);
            let mut now = Vec::with_capacity(related.len());
            for mut entity in related {
                if let Path::Inverse { reference, .. } = relation.path() {
                    (reference.set)(&mut entity, Some(Ref::from(owner)));
                }
                let member = merge.graph(entity).await?;
                merge.session.link(owner, relation, member);
                now.push(member);
            }
            for gone in before.into_iter().filter(|member| !now.contains(member)) {
                merge.session.unlink(owner, relation, gone);
            }
            Ok(())
        })
    }
}

impl Session {
    /// The loaded members of a relation.
    fn members<R: Relation>(&self, owner: Handle<R::Source>, relation: R) -> Vec<Handle<R::Target>> {
        let model = R::Source::model();
        let Some(number) = relation.path().relation() else { return Vec::new() };
        let key = super::RelationKey { slot: model.slot, relation: number };
        let members = self.state.related::<R::Target>(key, owner.index, &model.relations[number]);
        members.map(<[_]>::to_vec).unwrap_or_default()
    }
}
