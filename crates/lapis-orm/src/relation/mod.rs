//! Relations between entities, as typed constants: `Post::author`, `User::posts`, `Author::profile`.
//!
//! A relation is named wherever entities are connected: to load along (`.eager(User::posts)`), to load
//! later (`session.load(user, User::posts)`), to read (`session.related(..)`), to join and to filter by.

mod aliased;
mod filter;
mod inverse;
mod reference;
mod to_many;
mod to_one;

pub use aliased::AliasedRelation;
pub(crate) use filter::joins;
pub use inverse::{InverseMany, InverseReference, inverse_many, inverse_reference};
pub use reference::Reference;
pub use to_many::{Through, ToMany};
pub use to_one::ToOne;

use lapis_sql::statement::{Alias, FromItem, Join, JoinKind, JoinTarget};

use crate::entity::Entity;
use crate::field::{Many, One, Ref, ReferenceField};

/// A relation from entity `Source` to entity `Target`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation",
    note = "relations are the constants of fields of type `Ref`, `One` and `Many`: `User::posts`"
)]
pub trait Relation: Copy + Send + Sync + 'static {
    /// Where it starts.
    type Source: Entity;
    /// Where it leads.
    type Target: Entity;

    /// The field's name.
    fn name(&self) -> &'static str;

    /// What connects the two.
    fn path(&self) -> Path<Self::Source, Self::Target>;

    /// The relation to its target under another name, for joins of a table with itself:
    /// `.outer_join(Category::children.to(&child))`.
    fn to(self, target: &Alias<Self::Target>) -> AliasedRelation<Self>
    where
        Self: Sized,
    {
        AliasedRelation::new(self).to(target)
    }

    /// The relation from its source under another name, to join on from there:
    /// `.join(Employee::manager.to(&manager)).join(Employee::department.from(&manager))`.
    fn from(self, source: &Alias<Self::Source>) -> AliasedRelation<Self>
    where
        Self: Sized,
    {
        AliasedRelation::new(self).from(source)
    }
}

/// What connects the two ends of a relation.
pub enum Path<S: Entity, T: Entity> {
    /// A reference of the source.
    Reference(Access<S, T>),
    /// A reference of the target; the source's field and its number among the relations.
    Inverse {
        /// The target's reference.
        reference: Access<T, S>,
        /// Where an owned graph holds the related entities.
        slot: Slot<S, T>,
        /// The relation's number in the source's model.
        relation: usize,
    },
    /// An association table.
    Association {
        /// Where an owned graph holds the related entities.
        slot: Slot<S, T>,
        /// The relation's number in the source's model.
        relation: usize,
    },
}

/// Where an owned graph holds the entities of a relation.
pub enum Slot<S, T> {
    /// In a [`Many`].
    Many(fn(&mut S) -> &mut Many<T>),
    /// In a [`One`].
    One(fn(&mut S) -> &mut One<T>),
}

impl<S, T> Slot<S, T> {
    /// Puts related entities into the owner; of a one-to-one relation, the first.
    pub(crate) fn fill(self, owner: &mut S, related: Vec<T>) {
        match self {
            Slot::Many(field) => *field(owner) = Many::from(related),
            Slot::One(field) => *field(owner) = One::from(related.into_iter().next()),
        }
    }
}

/// How to read and write reference number `number` of `S`.
pub struct Access<S, T: Entity> {
    /// The reference's number in the model.
    pub number: usize,
    /// Reads it.
    pub get: fn(&S) -> Option<&Ref<T>>,
    /// Writes it.
    pub set: fn(&mut S, Option<Ref<T>>),
}

/// Sees every reference and relation of an entity.
pub trait RelationVisitor<S: Entity> {
    /// A reference.
    fn reference<F: ReferenceField>(&mut self, number: usize, field: &mut F);
    /// A relation to many.
    fn many<T: Entity>(&mut self, relation: ToMany<S, T>, field: &mut Many<T>);
    /// A relation to one.
    fn one<T: Entity>(&mut self, relation: ToOne<S, T>, field: &mut One<T>);
}

macro_rules! copy {
    ($($name:ident<$($parameter:ident $(: $bound:ident)?),+>),+ $(,)?) => {$(
        impl<$($parameter $(: $bound)?),+> Clone for $name<$($parameter),+> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($parameter $(: $bound)?),+> Copy for $name<$($parameter),+> {}
    )+};
}

copy!(Path<S: Entity, T: Entity>, Slot<S, T>, Access<S, T: Entity>, ToMany<S: Entity, T: Entity>, ToOne<S: Entity, T: Entity>, Reference<S: Entity, T: Entity, V>);

macro_rules! join_target {
    ($($relation:ty),+) => {$(
        impl<S: Entity, T: Entity> JoinTarget for $relation {
            fn left(&self) -> FromItem {
                FromItem::table(S::table_name())
            }

            fn joins(&self, kind: JoinKind) -> Vec<Join> {
                filter::joins(&self.path(), kind, &S::table_name(), None)
            }
        }
    )+};
}

join_target!(ToMany<S, T>, ToOne<S, T>);

impl<S: Entity, T: Entity, V: 'static> JoinTarget for Reference<S, T, V> {
    fn left(&self) -> FromItem {
        FromItem::table(S::table_name())
    }

    fn joins(&self, kind: JoinKind) -> Vec<Join> {
        filter::joins(&self.path(), kind, &S::table_name(), None)
    }
}

impl<S: Entity, T: Entity> Path<S, T> {
    /// The relation's number in the source's model, unless it is a reference.
    pub(crate) fn relation(&self) -> Option<usize> {
        match self {
            Path::Reference(_) => None,
            Path::Inverse { relation, .. } | Path::Association { relation, .. } => Some(*relation),
        }
    }
}
