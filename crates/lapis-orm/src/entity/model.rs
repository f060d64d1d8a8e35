//! What the mapper knows of an entity, as plain data.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use lapis_sql::Name;
use lapis_sql::dynamic::{DynamicColumn, DynamicColumns};
use lapis_sql::expr::{Node, OrderBy, TableName};
use lapis_sql::schema::{ForeignKey, MetaData, ReferentialAction, Table};
use lapis_sql::statement::{SelectItem, SelectItems, TableItems};
use lapis_sql::types::ColumnType;

use super::{Entity, KeyColumn};
use crate::session::{AnyArena, SqlCache};

/// What the mapper knows of an entity: its table, and how fields, references and relations lie on it.
pub struct Model {
    /// The entity's name: that of the struct.
    pub name: &'static str,
    /// Its table.
    pub table: Arc<Table>,
    /// The names of the mapped fields, in their order.
    pub fields: Vec<&'static str>,
    /// How fields lie on the table's columns, in their order.
    pub columns: Vec<ColumnModel>,
    /// What the entity is selected with beside its columns, in the order of the fields.
    pub properties: Vec<PropertyModel>,
    /// The columns of the primary key, by position.
    pub key: Vec<usize>,
    /// The references, in the order of the fields.
    pub references: Vec<ReferenceModel>,
    /// The relations, in the order of the fields.
    pub relations: Vec<RelationModel>,
    /// The number of the entity's arena in every session.
    pub(crate) slot: usize,
    /// Makes that arena.
    pub(crate) new_arena: fn(NonZeroU32) -> Box<dyn AnyArena>,
    /// Its columns, as what a SELECT gives back.
    pub(crate) items: TableItems,
    /// The statements of gets and flushes, made once.
    pub(crate) sql: SqlCache,
    /// For each reference, the relations of its target that are its other side.
    pub(crate) inverses: OnceLock<Vec<Vec<usize>>>,
}

/// One column of an entity.
#[derive(Debug, Clone, Copy)]
pub struct ColumnModel {
    /// The mapped field, counted without the relations.
    pub field: usize,
    /// Which of the field's columns it is.
    pub part: usize,
    /// The reference it belongs to.
    pub reference: Option<usize>,
    /// Whether the database gives it a value where an insert leaves it out.
    pub generated: bool,
    /// Whether every update of the row changes it.
    pub on_update: bool,
    /// Whether the database computes it, so that no statement may write it.
    pub computed: bool,
}

/// A property: a field that is no column, but an expression which is selected with the entity.
#[derive(Debug, Clone)]
pub struct PropertyModel {
    /// The field's name, and that of the expression in a row.
    pub name: &'static str,
    /// The field, counted behind the mapped ones.
    pub field: usize,
    /// The type of its values.
    pub ty: ColumnType,
    /// Whether they may be NULL.
    pub nullable: bool,
    /// Makes the expression.
    pub node: fn() -> Node,
}

/// A reference: a field that is a foreign key.
#[derive(Debug, Clone)]
pub struct ReferenceModel {
    /// The field's name.
    pub name: &'static str,
    /// The mapped field, counted without the relations.
    pub field: usize,
    /// Its columns, by position.
    pub columns: Range<usize>,
    /// The entity referred to.
    pub target: fn() -> &'static Model,
    /// Whether NULL is allowed.
    pub nullable: bool,
    /// What the database does when the row referred to is deleted.
    pub on_delete: ReferentialAction,
}

/// A relation: a field without columns of its own.
#[derive(Debug, Clone)]
pub struct RelationModel {
    /// The field's name.
    pub name: &'static str,
    /// The entity related to.
    pub target: fn() -> &'static Model,
    /// Whether there may be more than one.
    pub many: bool,
    /// How the two are connected.
    pub via: Via,
    /// What deleting and unlinking do to the related entities.
    pub cascade: Cascade,
    /// The order of the related entities; by primary key where none is given.
    pub order_by: Vec<OrderBy>,
}

/// How a relation connects two entities.
#[derive(Debug, Clone)]
pub enum Via {
    /// By a reference of the target, counted among its references.
    Inverse {
        /// Which.
        reference: usize,
    },
    /// By an association table.
    Association(Box<Association>),
}

/// An association table, seen from one of its sides.
#[derive(Debug, Clone)]
pub struct Association {
    /// Its name.
    pub table: TableName,
    /// The columns that refer to this side, and this side's key columns.
    pub source: Vec<KeyColumn>,
    /// The columns that refer to the other side.
    pub target: Vec<KeyColumn>,
    /// The names of this side's key columns.
    pub source_keys: Vec<KeyColumn>,
    /// The names of the other side's key columns.
    pub target_keys: Vec<KeyColumn>,
    /// This side's table.
    pub source_table: TableName,
    /// The other side's table.
    pub target_table: TableName,
    /// Whether this is the side declared with `inverse`: the table lists the other side's columns first.
    pub reversed: bool,
}

/// What deleting an entity, or taking it out of a relation, does to related entities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cascade {
    /// Deleting the owner deletes them.
    pub delete: bool,
    /// Taking one out of the relation deletes it; implies `delete`.
    pub delete_orphan: bool,
}

impl Model {
    /// The entity's columns as a projection, under its table's own name.
    #[must_use]
    pub fn items(&'static self) -> SelectItems {
        SelectItems::shared(&self.items)
    }

    /// Adds the entity's columns to a projection, as columns of `table` (its own name, or an alias).
    pub fn add_columns(&'static self, table: &TableName, items: &mut Vec<SelectItem>) {
        items.reserve(self.width());
        items.extend((0..self.columns.len()).map(|index| SelectItem::new(self.node(table, index))));
        items.extend(self.properties.iter().map(|property| {
            let mut node = (property.node)();
            if *table != self.table.name {
                node.rename_table(&self.table.name, table);
            }
            SelectItem::labeled(node, Name::Borrowed(property.name))
        }));
    }

    /// The same where `table` is a subquery that selects the entity, and has the properties under their names.
    pub(crate) fn add_selected_columns(&'static self, table: &TableName, items: &mut Vec<SelectItem>) {
        let names = (0..self.width()).map(|index| self.item_name(index));
        items.extend(names.map(|name| SelectItem::new(Node::column(table.clone(), name))));
    }

    /// How many columns a row of the entity has, those of its properties included.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len() + self.properties.len()
    }

    /// The name of item number `index` of a row: of a column, or of a property behind the columns.
    pub(crate) fn item_name(&'static self, index: usize) -> &'static str {
        match index.checked_sub(self.columns.len()) {
            None => self.column_name(index),
            Some(property) => self.properties[property].name,
        }
    }

    /// Column number `index`, as a column of `table`.
    #[must_use]
    pub fn node(&'static self, table: &TableName, index: usize) -> Node {
        Node::column(table.clone(), self.column_name(index))
    }

    /// The name of column number `index`.
    #[must_use]
    pub fn column_name(&'static self, index: usize) -> &'static str {
        &self.table.columns[index].name
    }

    /// The columns by the names of their fields, for a program to look up.
    #[must_use]
    pub fn dynamic_columns(&'static self) -> DynamicColumns {
        let fields = self.fields.iter().enumerate().map(|(number, name)| {
            let own = self.columns.iter().zip(&self.table.columns);
            let own = own.filter(|(column, _)| column.field == number);
            (*name, own.map(|(_, column)| DynamicColumn::new(&self.table.name, column)).collect())
        });
        let properties = self.properties.iter().map(|property| {
            let PropertyModel { name, ty, nullable, node, .. } = property;
            let table = &self.table.name;
            (*name, vec![DynamicColumn::expression(table, *name, ty.clone(), *nullable, node())])
        });
        DynamicColumns::of_fields(&self.table, fields.chain(properties))
    }

    /// Adds the entity's table, and the association tables of its relations.
    pub fn add_tables(&'static self, to: &mut MetaData) {
        to.add(Arc::clone(&self.table));
        for relation in &self.relations {
            if let Via::Association(association) = &relation.via {
                to.add(association.to_table());
            }
        }
    }

    /// What is known of a table of that name: of its own, or of that of an entity it is related to by any number of
    /// steps.
    fn find_table(&'static self, name: &TableName) -> Option<&'static Table> {
        let mut models: Vec<&'static Model> = vec![self];
        let mut at = 0;
        while let Some(model) = models.get(at).copied() {
            if model.table.name == *name {
                return Some(&model.table);
            }
            let references = model.references.iter().map(|reference| reference.target);
            let relations = model.relations.iter().map(|relation| relation.target);
            for target in references.chain(relations) {
                let target = target();
                if !models.iter().any(|known| std::ptr::eq(*known, target)) {
                    models.push(target);
                }
            }
            at += 1;
        }
        None
    }

    /// The relations of reference number `reference`'s target that are its other side.
    pub(crate) fn inverses(&'static self, reference: usize) -> &'static [usize] {
        let inverses = self.inverses.get_or_init(|| {
            let other_side = |(index, model): (usize, &'static ReferenceModel)| {
                let relations = (model.target)().relations.iter().enumerate();
                let ours = relations.filter(|(_, relation)| {
                    std::ptr::eq((relation.target)(), self)
                        && matches!(relation.via, Via::Inverse { reference } if reference == index)
                });
                ours.map(|(relation, _)| relation).collect()
            };
            self.references.iter().enumerate().map(other_side).collect()
        });
        &inverses[reference]
    }

    /// The relation of the other side that uses the same association table, if it declares one.
    pub(crate) fn other_side(&'static self, relation: usize) -> Option<usize> {
        let relation = &self.relations[relation];
        let Via::Association(own) = &relation.via else { return None };
        (relation.target)().relations.iter().position(|other| {
            matches!(&other.via, Via::Association(theirs)
                if theirs.table == own.table && theirs.reversed != own.reversed)
                && std::ptr::eq((other.target)(), self)
        })
    }
}

/// What is known of a table of that name, from an entity that is its row or is related to one.
#[must_use]
pub fn find_table<E: Entity>(name: &TableName) -> Option<&'static Table> {
    E::model().find_table(name)
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("name", &self.name)
            .field("table", &self.table.name)
            .finish_non_exhaustive()
    }
}

impl Association {
    /// The association table itself: its two foreign keys are its primary key.
    #[must_use]
    pub fn to_table(&self) -> Table {
        use lapis_sql::schema::ColumnDef;

        let own = (&self.source, &self.source_keys, &self.source_table);
        let other = (&self.target, &self.target_keys, &self.target_table);
        let mut table = Table::new(self.table.clone());
        for (columns, keys, target) in if self.reversed { [other, own] } else { [own, other] } {
            for column in columns {
                table.columns.push(ColumnDef::new(column.name.clone(), column.ty.clone()));
                table.primary_key.push(column.name.clone());
            }
            table.foreign_keys.push(ForeignKey {
                name: None,
                columns: columns.iter().map(|column| column.name.clone()).collect(),
                target: target.clone(),
                target_columns: keys.iter().map(|column| column.name.clone()).collect(),
                on_delete: ReferentialAction::Cascade,
                on_update: ReferentialAction::NoAction,
            });
        }
        table
    }
}
