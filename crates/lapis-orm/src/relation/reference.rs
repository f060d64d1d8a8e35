//! References as constants: `Post::author`.

use std::fmt;
use std::marker::PhantomData;

use lapis_sql::expr::{
    Assignment, BinaryOp, ComparableTo, Condition, Expr, ExprOps, IntoExpr, Node, RightOperand,
    TableColumn, TableKey, UnaryOp,
};
use lapis_sql::statement::{Alias, ColumnList, SelectItem, Selection, Val};
use lapis_sql::types::SqlType;
use lapis_sql::{Key, Name};

use super::{Access, Path, Relation, filter};
use crate::entity::Entity;
use crate::field::Ref;

/// A reference of entity `S` to entity `T`: both a relation and, read as `V`, the foreign key's column.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = blog().await?;
/// let posts = Post::select()
///     .filter(Post::author.eq(1))                        // posts.author_id = 1
///     .filter(Post::author.has(User::name.eq("Alice"))); // EXISTS (SELECT … FROM users WHERE …)
/// let posts = engine.all(posts.eager(Post::author)).await?; // the users along, in one more statement
/// assert_eq!(posts[0].author.get().map(|author| author.name.as_str()), Some("Alice"));
/// # Ok(()) }
/// ```
pub struct Reference<S: Entity, T: Entity, V> {
    name: &'static str,
    access: Access<S, T>,
    marker: PhantomData<fn() -> V>,
}

impl<S: Entity, T: Entity, V> Reference<S, T, V> {
    /// The reference of that name and number, with the ways to read and write it.
    #[must_use]
    pub const fn new(
        name: &'static str,
        number: usize,
        get: fn(&S) -> Option<&Ref<T>>,
        set: fn(&mut S, Option<Ref<T>>),
    ) -> Self {
        Self { name, access: Access { number, get, set }, marker: PhantomData }
    }

    /// The reference's number in its entity's model.
    #[must_use]
    pub const fn number(self) -> usize {
        self.access.number
    }

    /// How to read and write it.
    #[must_use]
    pub const fn access(self) -> Access<S, T> {
        self.access
    }

    /// Rows that refer to the row with that key, also where the key spans several columns.
    ///
    /// ```sql
    /// posts.author_id = ?
    /// ```
    pub fn is(self, key: impl Into<T::Key>) -> Expr<bool> {
        let key = key.into();
        let equal = |(part, column): (usize, Node)| {
            Node::binary(BinaryOp::Eq, column, Node::Value(key.part(part).into_owned()))
        };
        Expr::new(self.columns().enumerate().map(equal).reduce(Node::and).unwrap_or(Node::All(Vec::new())))
    }

    /// The foreign key's column of the table under another name; of a key of several columns, the first.
    pub fn of(self, table: &Alias<S>) -> Expr<V> {
        let model = S::model();
        Expr::new(model.node(&table.table_name(), model.references[self.access.number].columns.start))
    }

    /// Rows that refer to nothing.
    ///
    /// ```sql
    /// posts.author_id IS NULL
    /// ```
    pub fn is_null(self) -> Expr<bool> {
        let null = |column| Node::unary(UnaryOp::IsNull, column);
        Expr::new(self.columns().map(null).reduce(Node::or).unwrap_or(Node::Any(Vec::new())))
    }

    /// Rows that refer to something.
    ///
    /// ```sql
    /// posts.author_id IS NOT NULL
    /// ```
    pub fn is_not_null(self) -> Expr<bool> {
        let set = |column| Node::unary(UnaryOp::IsNotNull, column);
        Expr::new(self.columns().map(set).reduce(Node::and).unwrap_or(Node::All(Vec::new())))
    }

    /// The columns of the foreign key.
    fn columns(self) -> impl Iterator<Item = Node> {
        let model = S::model();
        let columns = model.references[self.access.number].columns.clone();
        columns.map(move |column| model.node(&S::table_name(), column))
    }

    /// Rows that refer to a row for which the condition holds.
    ///
    /// ```sql
    /// EXISTS (SELECT 1 FROM users WHERE users.id = posts.author_id AND …)
    /// ```
    pub fn has(self, condition: impl Condition) -> Expr<bool> {
        filter::exists(&Path::Reference(self.access), Some(condition.into_condition()))
    }
}

impl<S: Entity, T: Entity, V: SqlType> Reference<S, T, V> {
    /// `column = key`, for an insert or an update past any session.
    ///
    /// ```sql
    /// UPDATE posts SET author_id = ? WHERE …
    /// ```
    pub fn set<K: ComparableTo<V::Kind>>(self, key: K) -> Assignment<S> {
        Assignment::new(self.column_name(), key.into_node())
    }
}

#[diagnostic::do_not_recommend]
impl<S: Entity, T: Entity, V: SqlType> TableColumn<S> for Reference<S, T, V> {
    type Type = V;

    fn column_name(&self) -> Name {
        let model = S::model();
        Name::Borrowed(model.column_name(model.references[self.access.number].columns.start))
    }
}

#[diagnostic::do_not_recommend]
impl<S: Entity, T: Entity, V: SqlType> ColumnList<S> for Reference<S, T, V> {
    fn add_to(self, names: &mut Vec<Name>) {
        names.push(self.column_name());
    }
}

impl<S: Entity, T: Entity, V: 'static> Relation for Reference<S, T, V> {
    type Source = S;
    type Target = T;

    fn name(&self) -> &'static str {
        self.name
    }

    fn path(&self) -> Path<S, T> {
        Path::Reference(self.access)
    }
}

#[diagnostic::do_not_recommend]
impl<S: Entity, T: Entity, V: SqlType> IntoExpr for Reference<S, T, V> {
    type Type = V;

    fn into_node(self) -> Node {
        let model = S::model();
        model.node(&S::table_name(), model.references[self.access.number].columns.start)
    }

    fn table_key(&self) -> Option<TableKey> {
        TableKey::of::<S>()
    }
}

impl<S: Entity, T: Entity, V: SqlType> ExprOps for Reference<S, T, V> {}

#[diagnostic::do_not_recommend]
impl<U: SqlType, S: Entity, T: Entity, V: SqlType> RightOperand<U> for Reference<S, T, V> {
    type Result = V::Propagate<U>;
}

#[diagnostic::do_not_recommend]
impl<S: Entity, T: Entity, V: SqlType + 'static> Selection for Reference<S, T, V> {
    type Shape = Val<V>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        items.push(SelectItem::new(self.into_node()));
    }
}

impl<S: Entity, T: Entity, V> fmt::Debug for Reference<S, T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", S::TABLE, self.name)
    }
}
