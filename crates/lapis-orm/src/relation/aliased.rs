//! Relations between tables under other names.

use lapis_sql::Name;
use lapis_sql::expr::{StaticTable, TableName};
use lapis_sql::statement::{Alias, FromItem, Join, JoinKind, JoinTarget};

use super::{Relation, joins};

/// A relation to its target or from its source under another name: what [`Relation::to`] and [`Relation::from`] give, to
/// join a table with itself.
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
    source: Option<Name>,
    target: Option<Name>,
}

impl<R: Relation> AliasedRelation<R> {
    pub(super) fn new(relation: R) -> Self {
        Self { relation, source: None, target: None }
    }

    /// The same to its target under another name.
    #[must_use]
    pub fn to(mut self, target: &Alias<R::Target>) -> Self {
        self.target = Some(target.table_name().name);
        self
    }

    /// The same from its source under another name: `Category::children.to(&grandchild).from(&child)`.
    #[must_use]
    pub fn from(mut self, source: &Alias<R::Source>) -> Self {
        self.source = Some(source.table_name().name);
        self
    }
}

impl<R: Relation> JoinTarget for AliasedRelation<R> {
    fn left(&self) -> FromItem {
        let table = FromItem::table(R::Source::table_name());
        match &self.source {
            Some(name) => table.aliased(name.clone()),
            None => table,
        }
    }

    fn joins(&self, kind: JoinKind) -> Vec<Join> {
        let source = self.source.clone().map_or_else(R::Source::table_name, TableName::new);
        joins(&self.relation.path(), kind, &source, self.target.as_deref())
    }
}
