//! One-to-one relations, seen from the side without the column, as constants: `Author::profile`.

use std::fmt;

use lapis_sql::expr::{Condition, Expr};

use super::{Access, Path, Relation, Slot, filter};
use crate::entity::Entity;
use crate::field::One;

/// A relation of one `S` to at most one `T`: the other side of a unique reference.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let users = engine.all(User::select().filter(User::profile.has(Profile::bio.contains("rite")))).await?;
/// assert_eq!(users.len(), 1);
/// let users = engine.all(User::select().eager(User::profile)).await?;
/// assert!(users[0].profile.get().is_some());
/// # Ok(()) }
/// ```
pub struct ToOne<S: Entity, T: Entity> {
    name: &'static str,
    relation: usize,
    field: fn(&mut S) -> &mut One<T>,
    reference: fn() -> Access<T, S>,
}

impl<S: Entity, T: Entity> ToOne<S, T> {
    /// The other side of a unique reference.
    #[must_use]
    pub const fn inverse(
        name: &'static str,
        relation: usize,
        field: fn(&mut S) -> &mut One<T>,
        reference: fn() -> Access<T, S>,
    ) -> Self {
        Self { name, relation, field, reference }
    }

    /// The number of the target's reference that it is the other side of.
    #[must_use]
    pub fn reference(self) -> Option<usize> {
        Some((self.reference)().number)
    }

    /// Rows whose related row meets the condition.
    ///
    /// ```sql
    /// EXISTS (SELECT 1 FROM profiles WHERE profiles.author_id = authors.id AND …)
    /// ```
    pub fn has(self, condition: impl Condition) -> Expr<bool> {
        filter::exists(&self.path(), Some(condition.into_condition()))
    }

    /// Rows with a related row.
    pub fn is_some(self) -> Expr<bool> {
        filter::exists(&self.path(), None)
    }

    /// Rows without a related row.
    pub fn is_none(self) -> Expr<bool> {
        filter::not_exists(&self.path())
    }
}

impl<S: Entity, T: Entity> Relation for ToOne<S, T> {
    type Source = S;
    type Target = T;

    fn name(&self) -> &'static str {
        self.name
    }

    fn path(&self) -> Path<S, T> {
        Path::Inverse {
            reference: (self.reference)(),
            slot: Slot::One(self.field),
            relation: self.relation,
        }
    }
}

impl<S: Entity, T: Entity> fmt::Debug for ToOne<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", S::TABLE, self.name)
    }
}
