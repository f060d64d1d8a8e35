//! Whole entities in a projection, beside columns: `select((entity::<User>(), func::count(Post::id)))`.

use std::marker::PhantomData;

use lapis_sql::statement::{SelectItem, Selection};

use super::{Entity, add_columns};

/// All columns of an entity, read as the entity.
#[derive(Debug)]
pub struct EntityColumns<E>(PhantomData<fn() -> E>);

/// All columns of an entity that an outer join may not have found, read as an option.
#[derive(Debug)]
pub struct OptionalEntity<E>(PhantomData<fn() -> E>);

/// All columns of an entity, for `select`: alone or in a tuple.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let rows: Vec<(User, Option<Post>)> =
///     engine.all(select((entity::<User>(), entity::<Post>().optional())).outer_join(User::posts)).await?;
/// assert_eq!(rows.len(), 2);
/// # Ok(()) }
/// ```
#[must_use]
pub fn entity<E: Entity>() -> EntityColumns<E> {
    EntityColumns(PhantomData)
}

impl<E: Entity> EntityColumns<E> {
    /// For the far side of an outer join: `None` where it found no row.
    #[must_use]
    pub fn optional(self) -> OptionalEntity<E> {
        OptionalEntity(PhantomData)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> Selection for EntityColumns<E> {
    type Shape = E;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        let first = items.len();
        add_columns::<E>(items);
        items[first..].iter_mut().for_each(|item| item.not_null = true);
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> Selection for OptionalEntity<E> {
    type Shape = Option<E>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        add_columns::<E>(items);
    }
}
