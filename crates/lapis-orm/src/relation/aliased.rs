//! Relations between tables under other names.

use lapis_sql::expr::{StaticTable, TableName};
use lapis_sql::statement::{Alias, Join, JoinKind, JoinTarget};

use super::{Relation, joins};

/// A relation to its target under another name: what [`Relation::to`] gives, to join a table with itself.
///
/// ```
/// use lapis::prelude::*;
/// use lapis::statement::alias;
///
/// #[derive(Entity, Debug, Clone)]
/// #[entity(table = "categories")]
/// struct Category {
///     #[column(primary_key)]
///     id: Auto<i64>,
///     name: String,
///     parent: Option<Ref<Category>>,
///     #[relation(inverse = Category::parent)]
///     children: Many<Category>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = Engine::connect("sqlite::memory:").await?;
/// # engine.create_all(&MetaData::of::<Category>()).await?;
/// let child = alias::<Category>("child");
/// let pairs: Vec<(String, Option<String>)> = engine
///     .all(
///         select((Category::name, child.c(Category::name).nullable()))
///             .outer_join(Category::children.to(&child)),
///     )
///     .await?;
/// # assert!(pairs.is_empty());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct AliasedRelation<R> {
    relation: R,
    source: TableName,
    target: TableName,
}

impl<R: Relation> AliasedRelation<R> {
    pub(super) fn to(relation: R, target: &Alias<R::Target>) -> Self {
        Self { relation, source: R::Source::table_name(), target: target.table_name() }
    }

    /// The same from its source under another name: `Category::children.to(&grandchild).from(&child)`.
    #[must_use]
    pub fn from(mut self, source: &Alias<R::Source>) -> Self {
        self.source = source.table_name();
        self
    }
}

impl<R: Relation> JoinTarget for AliasedRelation<R> {
    fn left(&self) -> TableName {
        self.source.clone()
    }

    fn joins(&self, kind: JoinKind) -> Vec<Join> {
        joins(&self.relation.path(), kind, &self.source, Some(&self.target.name))
    }
}
