//! How the derive builds a [`Model`]: one plain call a field and an attribute.

mod constraints;

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use lapis_sql::Name;
use lapis_sql::expr::{Node, Order, OrderBy, TableName};
use lapis_sql::schema::{
    AutoIncrement, Check, ColumnDef, Computed, ForeignKey, Index, ReferentialAction, Sequence,
    ServerDefault, Table, Unique,
};
use lapis_sql::statement::TableItems;
use lapis_sql::types::ColumnType;

use crate::relation::Through;

use super::{
    Association, Cascade, ColumnModel, Entity, Model, PropertyModel, ReferenceModel, RelationModel, Via,
};
use crate::session::{AnyArena, SqlCache, new_arena};

/// A column of a primary key, as references to the entity copy it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumn {
    /// The column's name.
    pub name: Name,
    /// Its type.
    pub ty: ColumnType,
}

impl KeyColumn {
    /// A column of that name and type.
    pub fn new(name: impl Into<Name>, ty: ColumnType) -> Self {
        Self { name: name.into(), ty }
    }
}

/// The columns of a reference to `T` in a field called `field`: `author` becomes `author_id`. An explicit
/// name stands for the column itself, or, of several, for what they begin with.
#[must_use]
pub fn reference_columns<T: Entity>(field: &str, name: Option<&'static str>) -> Vec<KeyColumn> {
    let keys = T::key_columns();
    let single = keys.len() == 1;
    let column = |key: KeyColumn| {
        let column = match name {
            Some(name) if single => Name::Borrowed(name),
            Some(name) => format!("{name}_{}", key.name).into(),
            None => format!("{field}_{}", key.name).into(),
        };
        KeyColumn { name: column, ty: key.ty }
    };
    keys.into_iter().map(column).collect()
}

/// Builds a [`Model`]: a field first, then what its attributes say of it.
pub struct ModelBuilder {
    name: &'static str,
    table: Table,
    columns: Vec<ColumnModel>,
    key: Vec<usize>,
    references: Vec<ReferenceModel>,
    relations: Vec<RelationModel>,
    source_keys: fn() -> Vec<KeyColumn>,
    new_arena: fn(NonZeroU32) -> Box<dyn AnyArena>,
    fields: Vec<&'static str>,
    properties: Vec<PropertyModel>,
    /// The columns of the field that was added last.
    first: usize,
}

static NEXT_SLOT: AtomicUsize = AtomicUsize::new(0);

impl ModelBuilder {
    /// Begins the model of entity `E`, a struct called `name`.
    #[must_use]
    pub fn new<E: Entity>(name: &'static str) -> Self {
        Self {
            name,
            table: Table::new(E::table_name()),
            columns: Vec::new(),
            key: Vec::new(),
            references: Vec::new(),
            relations: Vec::new(),
            source_keys: E::key_columns,
            new_arena: new_arena::<E>,
            fields: Vec::new(),
            properties: Vec::new(),
            first: 0,
        }
    }

    /// A field that is one column.
    pub fn column(&mut self, name: &'static str, ty: ColumnType, nullable: bool) -> &mut Self {
        self.first = self.columns.len();
        self.push_column(Name::Borrowed(name), ty, nullable, 0, None);
        self.fields.push(name);
        self
    }

    /// The last field is called otherwise than its column.
    pub fn field_name(&mut self, name: &'static str) -> &mut Self {
        if let Some(last) = self.fields.last_mut() {
            *last = name;
        }
        self
    }

    /// A field whose value the database assigns.
    pub fn auto_column(&mut self, name: &'static str, ty: ColumnType, nullable: bool) -> &mut Self {
        self.column(name, ty, nullable);
        self.columns[self.first].generated = true;
        self
    }

    /// A field that refers to an entity.
    pub fn reference<T: Entity>(
        &mut self,
        field: &'static str,
        name: Option<&'static str>,
        nullable: bool,
    ) -> &mut Self {
        self.first = self.columns.len();
        let columns = reference_columns::<T>(field, name);
        let end = self.first + columns.len();
        self.table.foreign_keys.push(ForeignKey {
            name: None,
            columns: columns.iter().map(|column| column.name.clone()).collect(),
            target: T::table_name(),
            target_columns: T::key_columns().into_iter().map(|column| column.name).collect(),
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
        });
        let number = self.references.len();
        for (part, column) in columns.into_iter().enumerate() {
            self.push_column(column.name, column.ty, nullable, part, Some(number));
        }
        self.references.push(ReferenceModel {
            name: field,
            field: self.fields.len(),
            columns: self.first..end,
            target: T::model,
            nullable,
            on_delete: ReferentialAction::NoAction,
        });
        self.fields.push(field);
        self
    }

    fn push_column(
        &mut self,
        name: Name,
        ty: ColumnType,
        nullable: bool,
        part: usize,
        reference: Option<usize>,
    ) {
        let mut column = ColumnDef::new(name, ty);
        column.nullable = nullable;
        self.table.columns.push(column);
        self.columns.push(ColumnModel {
            field: self.fields.len(),
            part,
            reference,
            generated: false,
            on_update: false,
            computed: false,
        });
    }

    fn last(&mut self) -> &mut ColumnDef {
        &mut self.table.columns[self.first]
    }

    fn last_names(&self) -> Vec<Name> {
        self.table.columns[self.first..].iter().map(|column| column.name.clone()).collect()
    }

    /// The last field is of the primary key.
    pub fn primary_key(&mut self) -> &mut Self {
        for index in self.first..self.columns.len() {
            self.key.push(index);
            self.table.primary_key.push(self.table.columns[index].name.clone());
        }
        self
    }

    /// The database numbers the last field.
    pub fn autoincrement(&mut self) -> &mut Self {
        self.last().autoincrement = Some(AutoIncrement::Native);
        self
    }

    /// The last field is numbered by a sequence.
    pub fn sequence(&mut self, name: Option<&'static str>, start: i64, increment: i64) -> &mut Self {
        let sequence = Sequence { schema: None, name: name.map(Name::Borrowed), start, increment };
        self.last().autoincrement = Some(AutoIncrement::Sequence(sequence));
        self
    }

    /// No two rows are equal in the last field.
    pub fn unique(&mut self) -> &mut Self {
        let columns = self.last_names();
        self.table.uniques.push(Unique { name: None, columns });
        self
    }

    /// The last field has an index.
    pub fn index(&mut self) -> &mut Self {
        let columns = self.last_names();
        self.table.indexes.push(Index { name: None, columns, unique: false, predicate: None });
        self
    }

    /// What the database stores in the last field where an insert leaves it out.
    pub fn server_default(&mut self, default: impl Into<ServerDefault>) -> &mut Self {
        self.last().server_default = Some(default.into());
        self.columns[self.first].generated = true;
        self
    }

    /// What every update of the row sets the last field to.
    pub fn on_update(&mut self, node: Node) -> &mut Self {
        self.last().on_update = Some(node);
        self.columns[self.first].on_update = true;
        self
    }

    /// The last field always holds that SQL expression.
    pub fn computed(&mut self, sql: &'static str, stored: bool) -> &mut Self {
        self.last().computed = Some(Computed { sql: Name::Borrowed(sql), stored });
        let column = &mut self.columns[self.first];
        column.generated = true;
        column.computed = true;
        self
    }

    /// The last field's values meet that SQL condition.
    pub fn check(&mut self, name: Option<&'static str>, sql: &'static str) -> &mut Self {
        self.table
            .checks
            .push(Check { name: name.map(Name::Borrowed), sql: Name::Borrowed(sql) });
        self
    }

    /// A comment on the last field, kept in the database.
    pub fn comment(&mut self, comment: &'static str) -> &mut Self {
        self.last().comment = Some(Name::Borrowed(comment));
        self
    }

    /// What the database does with the last field, a reference, when the row referred to is deleted.
    pub fn on_delete(&mut self, action: ReferentialAction) -> &mut Self {
        if let (Some(reference), Some(key)) =
            (self.references.last_mut(), self.table.foreign_keys.last_mut())
        {
            reference.on_delete = action;
            key.on_delete = action;
        }
        self
    }

    /// What the database does with the last field, a reference, when the key referred to changes.
    pub fn on_key_update(&mut self, action: ReferentialAction) -> &mut Self {
        if let Some(key) = self.table.foreign_keys.last_mut() {
            key.on_update = action;
        }
        self
    }

    /// A field that is an expression, behind all fields that are columns.
    pub fn property(
        &mut self,
        name: &'static str,
        ty: ColumnType,
        nullable: bool,
        node: fn() -> Node,
    ) -> &mut Self {
        let field = self.fields.len() + self.properties.len();
        self.properties.push(PropertyModel { name, field, ty, nullable, node });
        self
    }

    /// A constraint or comment of the whole table.
    pub fn table(&mut self, change: impl FnOnce(&mut Table)) -> &mut Self {
        change(&mut self.table);
        self
    }

    /// A relation to `T`: the other side of its reference number `reference`.
    pub fn inverse<T: Entity>(&mut self, name: &'static str, reference: usize, many: bool) -> &mut Self {
        self.relations.push(RelationModel {
            name,
            target: T::model,
            many,
            via: Via::Inverse { reference },
            cascade: Cascade::default(),
            order_by: Vec::new(),
        });
        self
    }

    /// A relation to many `T`, a struct called `target`, through an association table.
    ///
    /// Its columns are called after the two structs and their keys (`book_id`, `tag_id`) unless they are
    /// named; between entities of one type, the second is called after the relation that declares it.
    pub fn association<T: Entity>(
        &mut self,
        name: &'static str,
        target: &'static str,
        through: Through,
    ) -> &mut Self {
        let source_keys = (self.source_keys)();
        let target_keys = T::key_columns();
        let (mut own, mut other) = (snake_case(self.name), snake_case(target));
        if own == other {
            *(if through.reversed { &mut own } else { &mut other }) = through.forward.to_owned();
        }
        let columns = |keys: &[KeyColumn], prefix: &str, name: Option<&'static str>| -> Vec<KeyColumn> {
            let named = |key: &KeyColumn| match name {
                Some(name) if keys.len() == 1 => KeyColumn::new(name, key.ty.clone()),
                Some(name) => KeyColumn::new(format!("{name}_{}", key.name), key.ty.clone()),
                None => KeyColumn::new(format!("{prefix}_{}", key.name), key.ty.clone()),
            };
            keys.iter().map(named).collect()
        };
        self.relations.push(RelationModel {
            name,
            target: T::model,
            many: true,
            via: Via::Association(Box::new(Association {
                table: TableName {
                    schema: through.schema.map(Name::Borrowed),
                    name: Name::Borrowed(through.table),
                },
                source: columns(&source_keys, &own, through.from),
                target: columns(&target_keys, &other, through.to),
                source_keys,
                target_keys,
                source_table: self.table.name.clone(),
                target_table: T::table_name(),
                reversed: through.reversed,
            })),
            cascade: Cascade::default(),
            order_by: Vec::new(),
        });
        self
    }

    /// What deleting and unlinking do to the entities of the last relation.
    pub fn cascade(&mut self, cascade: Cascade) -> &mut Self {
        if let Some(relation) = self.relations.last_mut() {
            relation.cascade = cascade;
        }
        self
    }

    /// The last relation is ordered by a column of its target.
    pub fn order_by<T: Entity>(&mut self, column: &'static str, order: Order) -> &mut Self {
        if let Some(relation) = self.relations.last_mut() {
            let node = Node::column(T::table_name(), column);
            relation.order_by.push(OrderBy { node, order, nulls_first: None });
        }
        self
    }

    /// The finished model.
    #[must_use]
    pub fn build(self) -> Model {
        let columns = self.table.columns.iter().map(|column| column.name.clone());
        let items = TableItems::new(self.table.name.clone(), columns);
        let properties = self.properties.iter();
        let items = properties.fold(items, |items, property| items.with(property.name, property.node));
        Model {
            items,
            properties: self.properties,
            name: self.name,
            table: Arc::new(self.table),
            fields: self.fields,
            columns: self.columns,
            key: self.key,
            references: self.references,
            relations: self.relations,
            new_arena: self.new_arena,
            slot: NEXT_SLOT.fetch_add(1, Ordering::Relaxed),
            sql: SqlCache::default(),
            inverses: OnceLock::new(),
        }
    }
}

/// `BlogPost` as `blog_post`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
