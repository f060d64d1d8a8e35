//! Relations to many as constants: `User::posts`, `Book::tags`.

use std::fmt;

use lapis_sql::expr::{Condition, Expr};

use super::{Access, Path, Relation, Slot, filter};
use crate::entity::Entity;
use crate::field::Many;

/// A relation of one `S` to many `T`: the other side of a reference, or through an association table.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// // EXISTS (SELECT 1 FROM posts WHERE posts.author_id = users.id AND …)
/// let writers = engine.all(User::select().filter(User::posts.any(Post::title.eq("Hello")))).await?;
/// assert_eq!(writers.len(), 1);
/// // The posts along, in one more statement.
/// let users = engine.all(User::select().eager(User::posts)).await?;
/// assert_eq!(users[0].posts.len(), 2);
/// // LEFT OUTER JOIN posts ON posts.author_id = users.id
/// let counts = select((User::name, func::count(Post::id))).outer_join(User::posts).group_by(User::name);
/// assert_eq!(engine.all(counts).await?, [("Alice".to_owned(), 2)]);
/// # Ok(()) }
/// ```
pub struct ToMany<S: Entity, T: Entity> {
    name: &'static str,
    relation: usize,
    field: fn(&mut S) -> &mut Many<T>,
    via: Via<S, T>,
}

enum Via<S: Entity, T: Entity> {
    Inverse(fn() -> Access<T, S>),
    Association(Through),
    /// As this side would declare it, and the other side.
    OtherSide(Through, fn() -> ToMany<T, S>),
}

impl<S: Entity, T: Entity> Clone for Via<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Entity, T: Entity> Copy for Via<S, T> {}

/// The association table of a many-to-many relation, as its attributes name it.
#[derive(Debug, Clone, Copy)]
pub struct Through {
    /// The schema, where one is named.
    pub schema: Option<&'static str>,
    /// The table.
    pub table: &'static str,
    /// The name of the relation that declares it: the side without `inverse`.
    pub forward: &'static str,
    /// The column that refers to this side, where it is named.
    pub from: Option<&'static str>,
    /// The column that refers to the other side, where it is named.
    pub to: Option<&'static str>,
    /// Whether this is the side with `inverse`.
    pub reversed: bool,
}

impl Through {
    /// The same table, seen from the other side.
    fn reverse(self) -> Self {
        Self { from: self.to, to: self.from, reversed: !self.reversed, ..self }
    }
}

impl<S: Entity, T: Entity> ToMany<S, T> {
    /// The other side of a reference.
    #[must_use]
    pub const fn inverse(
        name: &'static str,
        relation: usize,
        field: fn(&mut S) -> &mut Many<T>,
        reference: fn() -> Access<T, S>,
    ) -> Self {
        Self { name, relation, field, via: Via::Inverse(reference) }
    }

    /// A relation through an association table.
    #[must_use]
    pub const fn association(
        name: &'static str,
        relation: usize,
        field: fn(&mut S) -> &mut Many<T>,
        through: Through,
    ) -> Self {
        Self { name, relation, field, via: Via::Association(through) }
    }

    /// The other side of a relation through an association table, which is called `through` as well.
    #[must_use]
    pub const fn other_side(
        name: &'static str,
        relation: usize,
        field: fn(&mut S) -> &mut Many<T>,
        through: Through,
        forward: fn() -> ToMany<T, S>,
    ) -> Self {
        Self { name, relation, field, via: Via::OtherSide(through, forward) }
    }

    /// The number of the target's reference that it is the other side of, unless it has an association table.
    #[must_use]
    pub fn reference(self) -> Option<usize> {
        match self.via {
            Via::Inverse(reference) => Some(reference().number),
            Via::Association(_) | Via::OtherSide(..) => None,
        }
    }

    /// The association table, if it has one. Where each side names the other by `inverse`, the one whose table and
    /// name come first in the alphabet declares it.
    ///
    /// # Panics
    /// If its `inverse` is a relation without `through`.
    #[must_use]
    pub fn through(self) -> Option<Through> {
        match self.via {
            Via::Association(through) => Some(through),
            Via::Inverse(_) => None,
            Via::OtherSide(own, forward) => {
                let forward = forward();
                match forward.via {
                    Via::Association(through) => Some(through.reverse()),
                    Via::OtherSide(..) if (S::TABLE, self.name) < (T::TABLE, forward.name) => Some(own),
                    Via::OtherSide(through, _) => Some(through.reverse()),
                    Via::Inverse(_) => panic!(
                        "{self:?} has `through` and names {forward:?} as its inverse, which has none: add it there, or \
                         leave it away here"
                    ),
                }
            }
        }
    }

    /// Rows related to at least one row for which the condition holds.
    ///
    /// ```sql
    /// EXISTS (SELECT 1 FROM posts WHERE posts.author_id = users.id AND …)
    /// ```
    pub fn any(self, condition: impl Condition) -> Expr<bool> {
        filter::exists(&self.path(), Some(condition.into_condition()))
    }

    /// Rows related to the row with that key.
    ///
    /// ```sql
    /// EXISTS (SELECT 1 FROM posts WHERE posts.author_id = users.id AND posts.id = ?)
    /// ```
    pub fn contains(self, key: impl Into<T::Key>) -> Expr<bool> {
        filter::exists(&self.path(), Some(filter::key_is::<T>(&key.into())))
    }

    /// Rows related to at least one row.
    pub fn is_not_empty(self) -> Expr<bool> {
        filter::exists(&self.path(), None)
    }

    /// Rows related to no row at all.
    pub fn is_empty(self) -> Expr<bool> {
        filter::not_exists(&self.path())
    }
}

impl<S: Entity, T: Entity> Relation for ToMany<S, T> {
    type Source = S;
    type Target = T;

    fn name(&self) -> &'static str {
        self.name
    }

    fn path(&self) -> Path<S, T> {
        let slot = Slot::Many(self.field);
        match self.via {
            Via::Inverse(reference) => {
                Path::Inverse { reference: reference(), slot, relation: self.relation }
            }
            Via::Association(_) | Via::OtherSide(..) => Path::Association { slot, relation: self.relation },
        }
    }
}

impl<S: Entity, T: Entity> fmt::Debug for ToMany<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", S::TABLE, self.name)
    }
}
