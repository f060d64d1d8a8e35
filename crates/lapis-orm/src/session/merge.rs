//! Merging: what came from elsewhere is laid over what the session has.

use std::any::Any;
use std::collections::HashMap;
use std::vec;

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
        let mut merge =
            Merge { session: self, autoflush, added: HashMap::new(), left: Vec::new(), merged: 0 };
        merge.graph(entity).await
    }
}

/// A merge under way. Nothing is flushed before its end: a graph that is half laid over need not be sound.
///
/// A graph may be deeper than any stack, so that a list says what is left to do.
struct Merge<'s> {
    session: &'s mut Session,
    /// Whether the session flushes by itself otherwise.
    autoflush: bool,
    /// The entities that were added with a key, by their arena's slot: a `HashMap<T::Key, Handle<T>>` each. What the
    /// graph holds a second time is laid over them.
    added: HashMap<usize, Box<dyn Any + Send>>,
    /// The next step last.
    left: Vec<Box<dyn Step>>,
    /// The place of the entity that was merged last, with what hangs on it.
    merged: u32,
}

/// A part of a merge. It says what is to be done after it by putting that on the list.
trait Step: Send {
    fn run<'a>(self: Box<Self>, merge: &'a mut Merge<'_>) -> BoxFuture<'a, Result<()>>;
}

impl Merge<'_> {
    async fn graph<T: Entity>(&mut self, entity: T) -> Result<Handle<T>> {
        self.left.push(Box::new(Graph::new(entity)));
        while let Some(step) = self.left.pop() {
            step.run(self).await?;
        }
        Ok(self.merged())
    }

    /// Has a reference lead to the entity that was merged last, by its key as well: it may be part of the own key.
    fn point_to_merged<T: Entity>(&self, entity: &mut T, reference: usize) {
        let state = &self.session.state;
        // Neither can fail: pointing somewhere decodes nothing, and the key comes out of a field of its type.
        let _ = entity.relink(reference, Relink::Point(Some((state.id, self.merged))));
        let target = (T::model().references[reference].target)();
        if let Some(key) = state.key_of(target.slot, self.merged) {
            let mut cell = |part: usize| key.get(part).and_then(Value::as_cell).unwrap_or(Cell::Null);
            let _ = entity.relink(reference, Relink::Resolve(&mut cell));
        }
    }

    fn merged<T: Entity>(&self) -> Handle<T> {
        Handle::new(self.session.state.id, self.merged)
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

/// An entity to be laid over its row, behind those that its references own and before those that hang on it.
struct Graph<T: Entity> {
    entity: T,
    /// What it brings along; `None` before the first step.
    parts: Option<Parts<T>>,
    /// The reference that leads to what was merged last.
    waiting: Option<usize>,
}

/// What an entity brings along, the first one last.
struct Parts<S> {
    /// The entities that its references own, by the references' numbers.
    referred: Vec<(usize, Box<dyn Step>)>,
    /// What its relations hold, once its handle is known.
    hanging: Vec<Hanging<S>>,
}

/// Makes the step that merges an entity which hangs on another one.
type Hanging<S> = Box<dyn FnOnce(Handle<S>) -> Box<dyn Step> + Send>;

impl<T: Entity> Graph<T> {
    fn new(entity: T) -> Self {
        Self { entity, parts: None, waiting: None }
    }
}

impl<T: Entity> Parts<T> {
    fn of(entity: &mut T) -> Self {
        let mut parts = Self { referred: Vec::new(), hanging: Vec::new() };
        entity.visit_relations(&mut parts);
        parts.referred.reverse();
        parts.hanging.reverse();
        parts
    }
}

impl<T: Entity> Step for Graph<T> {
    fn run<'a>(mut self: Box<Self>, merge: &'a mut Merge<'_>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            if let Some(reference) = self.waiting.take() {
                merge.point_to_merged(&mut self.entity, reference);
            }
            let mut parts = self.parts.take().unwrap_or_else(|| Parts::of(&mut self.entity));
            if let Some((reference, referred)) = parts.referred.pop() {
                (self.parts, self.waiting) = (Some(parts), Some(reference));
                merge.left.extend([self as Box<dyn Step>, referred]);
                return Ok(());
            }
            let mut entity = self.entity;
            let handle = match merge.known(entity.key()).await? {
                Some(handle) => {
                    lay_over(&mut entity, &merge.session[handle]);
                    merge.session[handle] = entity;
                    merge.session.state.settle();
                    handle
                }
                None => merge.add(entity),
            };
            merge.left.push(Box::new(Merged(handle.index)));
            merge.left.extend(parts.hanging.into_iter().map(|hanging| hanging(handle)));
            Ok(())
        })
    }
}

/// An entity was merged with what hangs on it.
struct Merged(u32);

impl Step for Merged {
    fn run<'a>(self: Box<Self>, merge: &'a mut Merge<'_>) -> BoxFuture<'a, Result<()>> {
        merge.merged = self.0;
        Box::pin(std::future::ready(Ok(())))
    }
}

impl<S: Entity> RelationVisitor<S> for Parts<S> {
    fn reference<F: ReferenceField>(&mut self, number: usize, field: &mut F) {
        if let Some(target) = field.reference_mut().and_then(Ref::take_loaded) {
            self.referred.push((number, Box::new(Graph::new(target))));
        }
    }

    fn many<T: Entity>(&mut self, relation: ToMany<S, T>, field: &mut Many<T>) {
        if let Some(related) = field.take() {
            self.hanging
                .push(Box::new(move |owner| Box::new(Relinking::new(owner, relation, related))));
        }
    }

    fn one<T: Entity>(&mut self, relation: ToOne<S, T>, field: &mut One<T>) {
        if field.is_loaded() {
            let related = field.take().into_iter().collect();
            self.hanging
                .push(Box::new(move |owner| Box::new(Relinking::new(owner, relation, related))));
        }
    }
}

/// A relation of a merged entity that is to hold what the graph has in it, and nothing else.
struct Relinking<R: Relation> {
    owner: Handle<R::Source>,
    relation: R,
    left: vec::IntoIter<R::Target>,
    /// What it held; `None` until that is loaded.
    before: Option<Vec<Handle<R::Target>>>,
    now: Vec<Handle<R::Target>>,
    /// A member was merged that is not linked yet.
    waiting: bool,
}

impl<R: Relation> Relinking<R> {
    fn new(owner: Handle<R::Source>, relation: R, related: Vec<R::Target>) -> Self {
        Self { owner, relation, left: related.into_iter(), before: None, now: Vec::new(), waiting: false }
    }
}

impl<R: Relation> Step for Relinking<R> {
    fn run<'a>(mut self: Box<Self>, merge: &'a mut Merge<'_>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let (owner, relation) = (self.owner, self.relation);
            if self.before.is_none() {
                if merge.session.state(owner) == EntityState::Persistent {
                    merge.session.load(owner, relation).await?;
                }
                self.before = Some(merge.session.members(owner, relation));
            }
            if self.waiting {
                let member = merge.merged();
                merge.session.link(owner, relation, member);
                self.now.push(member);
            }
            if let Some(mut member) = self.left.next() {
                if let Path::Inverse { reference, .. } = relation.path() {
                    // By its key as well, which may be part of the member's.
                    let key = merge.session[owner].key();
                    (reference.set)(&mut member, Some(Ref::known(owner, key)));
                }
                self.waiting = true;
                merge.left.extend([self as Box<dyn Step>, Box::new(Graph::new(member))]);
                return Ok(());
            }
            let gone = self.before.into_iter().flatten().filter(|member| !self.now.contains(member));
            for member in gone {
                merge.session.unlink(owner, relation, member);
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
