//! How a program says what to load: `User::posts.eager(Post::comments)`.

use std::fmt;
use std::sync::Arc;

use lapis_engine::{Connection, Result};
use lapis_sql::statement::Select;

use super::joined::{JoinPlan, JoinedOwned, JoinedTracked, OwnedCollector, TrackedCollector};
use super::{BoxFuture, Load, LoadNode, Loads, owned, tracked};
use crate::entity::Entity;
use crate::handle::Handle;
use crate::relation::{Path, Relation};
use crate::session::Session;

/// What `.eager(..)`, `session.load(..)` and `session.load_all(..)` take: a relation, or a relation with
/// others beneath it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation that can be loaded",
    note = "give the constant of a `Ref`, `One` or `Many` field: `User::posts`"
)]
pub trait IntoLoad {
    /// The entity whose relation it is.
    type Source: Entity;

    /// What to load.
    fn into_load(self) -> Load<Self::Source>;
}

/// A relation to load, with those beneath it.
pub struct EagerPath<R: Relation> {
    relation: R,
    joined: bool,
    beneath: Loads<R::Target>,
}

impl<R: Relation> EagerPath<R> {
    /// Loads a relation of the related entities along, too.
    #[must_use]
    pub fn eager<L: IntoLoad<Source = R::Target>>(mut self, load: L) -> Self {
        self.beneath.0.push(load.into_load());
        self
    }

    /// Loads the related entities by a join with their owners, rather than by a statement of their own.
    #[must_use]
    pub fn joined(mut self) -> Self {
        self.joined = true;
        self
    }
}

/// What relations offer for loading.
pub trait EagerRelation: Relation {
    /// Loads a relation of the related entities along, too.
    fn eager<L: IntoLoad<Source = Self::Target>>(self, load: L) -> EagerPath<Self> {
        EagerPath { relation: self, joined: false, beneath: Loads::default() }.eager(load)
    }

    /// Loads the related entities by a join with their owners, rather than by a statement of their own.
    fn joined(self) -> EagerPath<Self> {
        EagerPath { relation: self, joined: true, beneath: Loads::default() }
    }
}

impl<R: Relation> EagerRelation for R {}

impl<R: Relation> IntoLoad for R {
    type Source = R::Source;

    fn into_load(self) -> Load<R::Source> {
        EagerPath { relation: self, joined: false, beneath: Loads::default() }.into_load()
    }
}

impl<R: Relation> IntoLoad for EagerPath<R> {
    type Source = R::Source;

    fn into_load(self) -> Load<R::Source> {
        Load(Arc::new(self))
    }
}

/// What SELECTs of entities offer for loading.
pub trait EagerLoad<E: Entity> {
    /// Loads a relation along: with handles in a session, as an owned graph elsewhere.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let users = engine.all(User::select().eager(User::posts.eager(Post::tags))).await?; // three statements
    /// assert!(users[0].posts[0].tags.is_empty());
    /// # Ok(()) }
    /// ```
    #[must_use]
    fn eager<L: IntoLoad<Source = E>>(self, load: L) -> Self;
}

impl<E: Entity> EagerLoad<E> for Select<E> {
    fn eager<L: IntoLoad<Source = E>>(mut self, load: L) -> Self {
        self.options.0.push(load.into_load());
        self
    }
}

impl<R: Relation> LoadNode<R::Source> for EagerPath<R> {
    fn is_joined(&self) -> bool {
        self.joined
    }

    fn multiplies(&self) -> bool {
        let many = match self.relation.path() {
            Path::Reference(_) => false,
            Path::Inverse { relation, .. } | Path::Association { relation, .. } => {
                R::Source::model().relations[relation].many
            }
        };
        self.joined && (many || self.beneath.0.iter().any(|load| load.0.multiplies()))
    }

    fn load_owned<'a>(
        &'a self,
        owners: &'a mut [R::Source],
        connection: &'a mut Connection,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(owned::load(self.relation.path(), &self.beneath, owners, connection))
    }

    fn load_tracked<'a>(
        &'a self,
        owners: &'a [Handle<R::Source>],
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(tracked::load(self.relation.path(), &self.beneath, owners, session))
    }

    fn load_beneath<'a>(
        &'a self,
        owners: &'a [Handle<R::Source>],
        session: &'a mut Session,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let related = tracked::related(self.relation.path(), owners, session);
            self.beneath.load_tracked(session, &related, true).await
        })
    }

    fn join_owned(&self, plan: &mut JoinPlan<'_>) -> Box<dyn OwnedCollector<R::Source>> {
        Box::new(JoinedOwned::new(self.relation.path(), self.relation.name(), &self.beneath, plan))
    }

    fn join_tracked(&self, plan: &mut JoinPlan<'_>) -> Box<dyn TrackedCollector<R::Source>> {
        Box::new(JoinedTracked::new(self.relation.path(), self.relation.name(), &self.beneath, plan))
    }
}

impl<R: Relation> fmt::Debug for EagerPath<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", R::Source::model().name, self.relation.name())?;
        if self.joined {
            f.write_str(" (joined)")?;
        }
        if self.beneath.0.is_empty() { Ok(()) } else { write!(f, " {:?}", self.beneath) }
    }
}
