//! Joins along relations, and conditions on what they lead to.

use lapis_sql::expr::{BinaryOp, Expr, Node, TableName};
use lapis_sql::statement::{FromItem, Join, JoinKind, SelectItem, SelectStatement};
use lapis_sql::{Key, Name};

use super::Path;
use crate::entity::{Entity, KeyColumn, Model, Via};

/// `left.a = right.b AND …`, for as many columns as the key has.
fn equal<'a>(
    left: &TableName,
    left_columns: impl Iterator<Item = &'a Name>,
    right: &TableName,
    right_columns: impl Iterator<Item = &'a Name>,
) -> Node {
    let pair = |(a, b): (&Name, &Name)| {
        let (left, right) = (Node::column(left.clone(), a.clone()), Node::column(right.clone(), b.clone()));
        Node::binary(BinaryOp::Eq, left, right)
    };
    let mut pairs = left_columns.zip(right_columns).map(pair);
    let first = pairs.next().unwrap_or(Node::All(Vec::new()));
    pairs.fold(first, Node::and)
}

fn names(columns: &[KeyColumn]) -> impl Iterator<Item = &Name> {
    columns.iter().map(|column| &column.name)
}

/// The columns of a reference, and of the key it refers to.
fn reference_columns(model: &'static Model, number: usize) -> (Vec<&'static Name>, &'static [Name]) {
    let reference = &model.references[number];
    let columns = model.table.columns[reference.columns.clone()].iter().map(|column| &column.name);
    (columns.collect(), &(reference.target)().table.primary_key)
}

/// The condition that connects a row of `left`, the relation's source, with one of `right`, its target,
/// where no association table stands between them.
pub(crate) fn connects<S: Entity, T: Entity>(
    path: &Path<S, T>,
    left: &TableName,
    right: &TableName,
) -> Node {
    match path {
        Path::Reference(access) => {
            let (columns, keys) = reference_columns(S::model(), access.number);
            equal(left, columns.into_iter(), right, keys.iter())
        }
        Path::Inverse { reference, .. } => {
            let (columns, keys) = reference_columns(T::model(), reference.number);
            equal(right, columns.into_iter(), left, keys.iter())
        }
        Path::Association { .. } => Node::All(Vec::new()),
    }
}

/// The joins from `left`, a table of `S` or its alias, to the table of `T`, under `alias` if there is one.
pub(crate) fn joins<S: Entity, T: Entity>(
    path: &Path<S, T>,
    kind: JoinKind,
    left: &TableName,
    alias: Option<&str>,
) -> Vec<Join> {
    let right = match alias {
        Some(alias) => TableName::new(alias.to_owned()),
        None => T::table_name(),
    };
    let named = |table: TableName, alias: Option<String>| match alias {
        Some(alias) => FromItem::table(table).aliased(alias),
        None => FromItem::table(table),
    };
    let target = named(T::table_name(), alias.map(str::to_owned));
    if let Path::Association { relation, .. } = path
        && let Via::Association(association) = &S::model().relations[*relation].via
    {
        let (middle, between) = match alias {
            Some(alias) => (TableName::new(format!("{alias}_link")), Some(format!("{alias}_link"))),
            None => (association.table.clone(), None),
        };
        let to_middle = equal(&middle, names(&association.source), left, names(&association.source_keys));
        let to_target = equal(&right, names(&association.target_keys), &middle, names(&association.target));
        let between = named(association.table.clone(), between);
        return vec![
            Join { kind, item: between, on: Some(to_middle) },
            Join { kind, item: target, on: Some(to_target) },
        ];
    }
    vec![Join { kind, item: target, on: Some(connects(path, left, &right)) }]
}

/// `target.key = ?`, for as many columns as the key has.
pub(crate) fn key_is<T: Entity>(key: &T::Key) -> Node {
    let (model, table) = (T::model(), T::table_name());
    let equal = |(part, column): (usize, &usize)| {
        let value = Node::Value(key.part(part).into_owned());
        Node::binary(BinaryOp::Eq, model.node(&table, *column), value)
    };
    model
        .key
        .iter()
        .enumerate()
        .map(equal)
        .reduce(Node::and)
        .unwrap_or(Node::All(Vec::new()))
}

/// `EXISTS (SELECT 1 FROM target WHERE target is related AND condition)`
///
/// A relation of a table to itself looks at the target under the alias `related`, and so does the
/// condition, which speaks of the target.
pub(crate) fn exists<S: Entity, T: Entity>(path: &Path<S, T>, condition: Option<Node>) -> Expr<bool> {
    exists_or_not(path, condition, false)
}

/// `NOT EXISTS (SELECT 1 FROM target WHERE target is related)`
pub(crate) fn not_exists<S: Entity, T: Entity>(path: &Path<S, T>) -> Expr<bool> {
    exists_or_not(path, None, true)
}

/// The constant 1, of which EXISTS looks at nothing.
fn one() -> Node {
    Node::Raw { pieces: vec![Name::Borrowed("1")], args: Vec::new() }
}

fn exists_or_not<S: Entity, T: Entity>(
    path: &Path<S, T>,
    condition: Option<Node>,
    negated: bool,
) -> Expr<bool> {
    let left = S::table_name();
    let own = T::table_name();
    let to_itself = left == own;
    let (right, alias) = if to_itself {
        // Nested conditions along the same relation each need a name of their own.
        let mut alias = format!("{}_related", own.name);
        while condition.as_ref().is_some_and(|node| node.introduces(&alias)) {
            alias.push('_');
        }
        (TableName::new(alias.clone()), Some(alias))
    } else {
        (own.clone(), None)
    };
    let condition = condition.map(|mut node| {
        if to_itself {
            node.rename_table(&own, &right);
        }
        node
    });
    let mut select =
        SelectStatement { items: vec![SelectItem::new(one())].into(), ..SelectStatement::default() };
    let mut joins = joins(path, JoinKind::Inner, &left, alias.as_deref());
    // The first join's condition ties the subquery to the outer row: it belongs in WHERE.
    let first = joins.remove(0);
    select.from.push(first.item);
    select.joins = joins;
    let related = first.on.unwrap_or(Node::All(Vec::new()));
    select.filter = Some(match condition {
        Some(condition) => related.and(condition),
        None => related,
    });
    Expr::new(Node::Exists { select: Box::new(select), negated })
}
