//! The statements of select-in loading: one for all owners of a level.

use lapis_sql::dialect::{Dialect, InList};
use lapis_sql::expr::{BinaryOp, Node, OrderBy, TableName};
use lapis_sql::statement::{FromItem, Join, JoinKind, SelectItem, SelectStatement};
use lapis_sql::{Name, Value};

use crate::entity::{Association, Entity, Model, RelationModel};

/// The most keys of several columns in one list. PostgreSQL nests a comparison for each of them, and gives up
/// (`stack depth limit exceeded`) before there are as many parameters as it takes; MySQL's optimizer looks a key up
/// for each of them only while they fit in `range_optimizer_max_mem_size`.
const MOST_ROWS: usize = 1024;

/// Keys, as values, in as many lists as the database's limits ask for: one, where the list
/// is a single parameter or short enough.
pub(super) fn lists(
    dialect: &dyn Dialect,
    keys: Vec<Value<'static>>,
    width: usize,
) -> Vec<Vec<Value<'static>>> {
    let single = width == 1 && dialect.in_list(&keys) != InList::Placeholders;
    let most = match width {
        1 => dialect.max_parameters(),
        width => MOST_ROWS.min(dialect.max_parameters() / width) * width,
    };
    if single || keys.len() <= most {
        return vec![keys];
    }
    keys.chunks(most).map(<[_]>::to_vec).collect()
}

/// `SELECT target FROM target WHERE key IN (keys)`
pub(super) fn by_key<T: Entity>(keys: Vec<Value<'static>>) -> SelectStatement {
    let model = T::model();
    let table = T::table_name();
    let columns = model.key.iter().map(|column| model.node(&table, *column)).collect();
    select(model, &table, in_values(columns, keys), Vec::new())
}

/// `SELECT target FROM target WHERE reference IN (keys) ORDER BY …`
pub(super) fn by_reference<T: Entity>(
    reference: usize,
    keys: Vec<Value<'static>>,
    relation: &'static RelationModel,
) -> SelectStatement {
    let model = T::model();
    let table = T::table_name();
    let columns = model.references[reference]
        .columns
        .clone()
        .map(|column| model.node(&table, column))
        .collect();
    select(model, &table, in_values(columns, keys), order(model, &table, relation))
}

/// `SELECT target, link.source FROM target JOIN link ON … WHERE link.source IN (keys) ORDER BY …`
pub(super) fn by_association<T: Entity>(
    association: &'static Association,
    keys: Vec<Value<'static>>,
    relation: &'static RelationModel,
) -> SelectStatement {
    let model = T::model();
    let table = T::table_name();
    let link = &association.table;
    let source = || association.source.iter().map(|column| Node::column(link.clone(), column.name.clone()));
    let mut statement =
        select(model, &table, in_values(source().collect(), keys), order(model, &table, relation));
    statement.items.to_mut().extend(source().map(SelectItem::new));
    let pairs = association.target.iter().zip(&association.target_keys);
    let on = pairs
        .map(|(column, key)| {
            let own: Name = key.name.clone();
            Node::binary(
                BinaryOp::Eq,
                Node::column(link.clone(), column.name.clone()),
                Node::column(table.clone(), own),
            )
        })
        .reduce(Node::and);
    statement
        .joins
        .push(Join { kind: JoinKind::Inner, item: FromItem::table(link.clone()), on });
    statement
}

fn select(
    model: &'static Model,
    table: &TableName,
    filter: Node,
    order_by: Vec<OrderBy>,
) -> SelectStatement {
    SelectStatement {
        items: model.items(),
        from: vec![FromItem::table(table.clone())],
        filter: Some(filter),
        order_by,
        ..SelectStatement::default()
    }
}

fn order(model: &'static Model, table: &TableName, relation: &'static RelationModel) -> Vec<OrderBy> {
    if relation.order_by.is_empty() { model.default_order(table) } else { relation.order_by.clone() }
}

/// `columns IN (values)`
fn in_values(mut columns: Vec<Node>, values: Vec<Value<'static>>) -> Node {
    let operand = if columns.len() == 1 { columns.remove(0) } else { Node::Row(columns) };
    Node::InValues { operand: Box::new(operand), values, negated: false }
}
