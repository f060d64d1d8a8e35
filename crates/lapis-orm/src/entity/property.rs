//! Properties: expressions that an entity is selected with.

use std::fmt;
use std::marker::PhantomData;

use lapis_sql::Name;
use lapis_sql::expr::{Expr, ExprOps, IntoExpr, KindOf, Node, RightOperand, StaticTable};
use lapis_sql::statement::{Alias, SelectItem, Selection, Val};
use lapis_sql::types::SqlType;
use lapis_sql::types::kind::ComparableWith;

/// An expression that entity `E` is selected with, read as `T`: what `#[column(property = ..)]` makes of a field.
///
/// It is a column in all but that nothing writes it: it stands in filters, orders and selects as the expression itself.
///
/// ```
/// use lapis::prelude::*;
///
/// #[derive(Entity, Debug, Clone)]
/// #[entity(table = "users")]
/// struct User {
///     #[column(primary_key)]
///     id: Auto<i64>,
///     name: String,
///     #[column(property = select(func::count(Post::id)).filter(Post::author.eq(User::id)).scalar().assume_not_null())]
///     post_count: Auto<i64>,
/// }
///
/// #[derive(Entity, Debug, Clone)]
/// #[entity(table = "posts")]
/// struct Post {
///     #[column(primary_key)]
///     id: Auto<i64>,
///     author: Ref<User>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
/// # let engine = Engine::connect("sqlite::memory:").await?;
/// # engine.create_all(&MetaData::of::<(User, Post)>()).await?;
/// let mut session = engine.session();
/// let ann = session.add(User::new().name("Ann").build());
/// session.add(Post::new().author(ann).build());
/// session.commit().await?;
/// let busy: Vec<User> = engine.all(User::select().filter(User::post_count.ge(1)).order_by(User::post_count.desc())).await?;
/// assert_eq!(busy[0].post_count, 1);
/// # Ok(()) }
/// ```
pub struct Property<E, T> {
    name: &'static str,
    node: fn() -> Node,
    marker: PhantomData<fn() -> (E, T)>,
}

impl<E, T> Property<E, T> {
    /// The property of that name.
    #[must_use]
    pub const fn new(name: &'static str, node: fn() -> Node) -> Self {
        Self { name, node, marker: PhantomData }
    }

    /// Its name in the rows of the entity: that of the field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What makes its expression.
    #[must_use]
    pub const fn expression(self) -> fn() -> Node {
        self.node
    }
}

impl<E: StaticTable, T> Property<E, T> {
    /// The expression of the table under another name.
    #[must_use]
    pub fn of(self, table: &Alias<E>) -> Expr<T> {
        table.expr(Expr::new((self.node)()))
    }
}

/// An attribute's expression as a node, for a property read as `T`.
///
/// The compiler refuses an expression that may be NULL where `T` has no room for that.
pub fn property_node<T, V>(value: V) -> Node
where
    T: SqlType<Kind: ComparableWith<KindOf<V>>>,
    V: IntoExpr,
{
    const {
        assert!(
            T::NULLABLE || !<V::Type as SqlType>::NULLABLE,
            "a property's expression may be NULL: make the field an `Auto<Option<..>>`, or say `.assume_not_null()`"
        );
    }
    value.into_node()
}

impl<E, T> Clone for Property<E, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, T> Copy for Property<E, T> {}

impl<E: StaticTable, T> fmt::Debug for Property<E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", E::TABLE, self.name)
    }
}

#[diagnostic::do_not_recommend]
impl<E: StaticTable, T: SqlType> IntoExpr for Property<E, T> {
    type Type = T;

    fn into_node(self) -> Node {
        (self.node)()
    }
}

impl<E: StaticTable, T: SqlType> ExprOps for Property<E, T> {}

#[diagnostic::do_not_recommend]
impl<U: SqlType, E: StaticTable, T: SqlType> RightOperand<U> for Property<E, T> {
    type Result = T::Propagate<U>;
}

#[diagnostic::do_not_recommend]
impl<E: StaticTable, T: SqlType + 'static> Selection for Property<E, T> {
    type Shape = Val<T>;

    fn add_to(self, items: &mut Vec<SelectItem>) {
        let item = SelectItem::labeled((self.node)(), Name::Borrowed(self.name));
        items.push(SelectItem { not_null: !T::NULLABLE, ..item });
    }
}
