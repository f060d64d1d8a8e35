//! Merging: what came from elsewhere is laid over what the session has.

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
    /// what the relation held; one that is not loaded leaves it alone.
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
        self.merge_graph(entity).await
    }

    fn merge_graph<T: Entity>(&mut self, mut entity: T) -> BoxFuture<'_, Result<Handle<T>>> {
        let mut hanging = Hanging { before: Vec::new(), after: Vec::new() };
        entity.visit_relations(&mut hanging);
        Box::pin(async move {
            for merge in hanging.before {
                merge.run(self, &mut entity).await?;
            }
            let known = match entity.key() {
                Some(key) => self.get::<T>(key).await?,
                None => None,
            };
            let handle = match known {
                Some(handle) => {
                    lay_over(&mut entity, &self[handle]);
                    self[handle] = entity;
                    self.state.settle();
                    handle
                }
                None => self.add_graph(entity),
            };
            for merge in hanging.after {
                merge.run(self, handle).await?;
            }
            Ok(handle)
        })
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
    fn run<'a>(self: Box<Self>, session: &'a mut Session, owner: &'a mut S) -> BoxFuture<'a, Result<()>>;
}

/// Merges the entities that hang on an owner.
trait MergeHanging<S>: Send {
    fn run(self: Box<Self>, session: &mut Session, owner: Handle<S>) -> BoxFuture<'_, Result<()>>;
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
    fn run<'a>(self: Box<Self>, session: &'a mut Session, owner: &'a mut S) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let target = session.merge_graph(self.target).await?;
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
    fn run(self: Box<Self>, session: &mut Session, owner: Handle<R::Source>) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let Self { relation, related } = *self;
            if session.state(owner) == EntityState::Persistent {
                session.load(owner, relation).await?;
            }
            let before = session.members(owner, relation);
            let mut now = Vec::with_capacity(related.len());
            for mut entity in related {
                if let Path::Inverse { reference, .. } = relation.path() {
                    (reference.set)(&mut entity, Some(Ref::from(owner)));
                }
                let member = session.merge_graph(entity).await?;
                session.link(owner, relation, member);
                now.push(member);
            }
            for gone in before.into_iter().filter(|member| !now.contains(member)) {
                session.unlink(owner, relation, gone);
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
