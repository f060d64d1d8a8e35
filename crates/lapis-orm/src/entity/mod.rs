//! Entities: structs that are rows of a table.

mod build;
mod derived;
mod model;
mod offsets;
mod property;
mod selection;

pub use build::{KeyColumn, ModelBuilder, reference_columns};
pub use derived::{Countable, FieldType, from_row, node_for, numbered, read_property, read_reference};
pub use model::{
    Association, Cascade, ColumnModel, Model, PropertyModel, ReferenceModel, RelationModel, Via, find_table,
};
pub use offsets::{offset, total};
pub use property::{Property, property_node};
pub use selection::{EntityColumns, OptionalEntity, entity};

use std::num::NonZeroU32;

use lapis_engine::Projection;
use lapis_sql::dynamic::{ColumnError, DynamicColumn, DynamicColumns};
use lapis_sql::expr::{Node, StaticTable};
use lapis_sql::schema::TableSet;
use lapis_sql::statement::{Delete, Insert, Select, SelectItem, SelectStatement, Update};
use lapis_sql::{Cell, DecodeError, Key, Value};

use crate::loading::Loads;
use crate::relation::RelationVisitor;

/// A struct that is a row of a table. `#[derive(Entity)]` implements it.
///
/// The derive also makes a constant for each field: [`Column`](lapis_sql::expr::Column)s to build
/// expressions with, and relations to load, join and filter by; and `T::new()`, a builder whose missing
/// required fields are compile errors.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity",
    label = "not an entity",
    note = "add `#[derive(Entity)]` and `#[entity(table = \"..\")]` to `{Self}`"
)]
pub trait Entity:
    StaticTable
    + TableSet
    + Projection<Row = Self, Options = Loads<Self>>
    + Clone
    + Send
    + Sync
    + Sized
    + 'static
{
    /// The primary key's value: one column's type, or a tuple.
    type Key: Key;

    /// How many columns each mapped field spans, in the order of the fields: one, but for references to
    /// entities with a composite key.
    const WIDTHS: &'static [usize];

    /// What the mapper knows of the entity; made once.
    fn model() -> &'static Model;

    /// The columns of the primary key, by themselves: what other entities' references copy.
    fn key_columns() -> Vec<KeyColumn>;

    /// The primary key, once every part of it is known.
    fn key(&self) -> Option<Self::Key>;

    /// The value of a field's column `part`; `None` while it is unset.
    fn value(&self, field: usize, part: usize) -> Option<Value<'_>>;

    /// Sets a field that spans one column.
    ///
    /// # Errors
    /// If the cell does not hold what the field wants.
    fn set(&mut self, field: usize, cell: Cell<'_>) -> Result<(), DecodeError>;

    /// Makes an [`Auto`](crate::Auto) field unset again.
    fn unset(&mut self, field: usize);

    /// What reference number `reference` points to.
    fn link(&self, reference: usize) -> Link;

    /// Changes reference number `reference`.
    ///
    /// # Errors
    /// If a cell does not hold the key's type.
    fn relink(&mut self, reference: usize, change: Relink<'_, '_>) -> Result<(), DecodeError>;

    /// Shows every reference and relation to a visitor.
    fn visit_relations<V: RelationVisitor<Self>>(&mut self, visitor: &mut V);

    /// `SELECT` of all columns of the table.
    ///
    /// ```sql
    /// SELECT users.id, users.name FROM users
    /// ```
    #[must_use]
    fn select() -> Select<Self> {
        Select::new(SelectStatement { items: Self::model().items(), ..SelectStatement::default() })
    }

    /// The column of that name, found when the program runs: by the name of its field, or by that in the database.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let column = User::column("name")?;
    /// let users = engine.all(User::select().filter(column.typed::<String>()?.starts_with("A"))).await?;
    /// assert_eq!(users.len(), 1);
    /// assert!(User::column("nmae").unwrap_err().to_string().contains("did you mean `name`?"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// If there is none; the error lists the names there are, and the one that was most likely meant.
    fn column(name: &str) -> Result<DynamicColumn, ColumnError> {
        Self::columns().get(name)
    }

    /// The columns by their names, from which a request may choose: what it is ordered by, what it is to give.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let sort = "-name,id"; // of a request's `?sort=`
    /// let order = User::columns().only(["id", "name"])?.order_by(sort)?;
    /// let users = engine.all(User::select().order_by(order)).await?;
    /// assert!(users.windows(2).all(|pair| pair[0].name >= pair[1].name));
    /// # Ok(()) }
    /// ```
    #[must_use]
    fn columns() -> DynamicColumns {
        Self::model().dynamic_columns()
    }

    /// `INSERT` into the table, past any session.
    #[must_use]
    fn insert() -> Insert<Self> {
        lapis_sql::statement::insert()
    }

    /// `INSERT` of owned entities, past any session, in one statement. What they leave unset, the database
    /// fills in; `.returning(User::id)` reads it back.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/blog.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
    /// # let engine = blog().await?;
    /// let users = [User::new().name("Bob").build(), User::new().name("Eve").build()];
    /// assert_eq!(engine.execute(User::insert_all(&users)).await?.rows_affected, 2);
    /// # Ok(()) }
    /// ```
    #[must_use]
    fn insert_all<'e>(entities: impl IntoIterator<Item = &'e Self>) -> Insert<Self> {
        let model = Self::model();
        let mut insert = Self::insert();
        for entity in entities {
            let columns = model.columns.iter().enumerate().filter(|(_, column)| !column.computed);
            let values = columns.filter_map(|(index, column)| {
                let value = entity.value(column.field, column.part)?;
                Some((model.column_name(index).into(), Node::Value(value.into_owned())))
            });
            insert.statement.add_row(values);
        }
        insert
    }

    /// `UPDATE` of the table, past any session: entities that a session holds do not notice.
    #[must_use]
    fn update() -> Update<Self> {
        lapis_sql::statement::update()
    }

    /// `DELETE` from the table, past any session: entities that a session holds do not notice.
    #[must_use]
    fn delete() -> Delete<Self> {
        lapis_sql::statement::delete()
    }
}

/// Adds the columns of an entity to a projection.
pub(crate) fn add_columns<E: Entity>(items: &mut Vec<SelectItem>) {
    E::model().add_columns(&E::table_name(), items);
}

/// What a reference points to, without the types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Nothing yet.
    Unset,
    /// NULL.
    Null,
    /// A key.
    Key,
    /// An entity without a key that no session holds.
    Owned,
    /// An entity of a session.
    Handle {
        /// The session.
        session: NonZeroU32,
        /// The entity's place in its arena.
        index: u32,
    },
}

/// A change of a reference, without the types.
pub enum Relink<'f, 'c> {
    /// Point to an entity of a session, or to nothing.
    Point(Option<(NonZeroU32, u32)>),
    /// Fill in the key of the entity it points to.
    Resolve(&'f mut dyn FnMut(usize) -> Cell<'c>),
    /// Forget a key that was filled in.
    Unresolve,
    /// Replace it by the key in these cells.
    Cells(&'f mut dyn FnMut(usize) -> Cell<'c>),
}

impl Relink<'_, '_> {
    /// Applies the change to a field.
    ///
    /// # Errors
    /// If a cell does not hold the key's type.
    pub fn apply<F: crate::field::ReferenceField>(self, field: &mut F) -> Result<(), DecodeError> {
        match self {
            Relink::Point(target) => field.point_to(target),
            Relink::Resolve(cell) => field.resolve(cell)?,
            Relink::Unresolve => field.unresolve(),
            Relink::Cells(cell) => *field = F::decode_cells(cell)?,
        }
        Ok(())
    }
}
