//! A set operation as a query that conditions can be added to.

use super::invalid;
use crate::Name;
use crate::error::CompileError;
use crate::expr::{ColumnRef, Node, OrderBy, TableName};
use crate::statement::{FromItem, SelectItem, SelectStatement, TableSource};

/// The query itself, or, of a set operation, `SELECT … FROM (…) AS "rows"` in its order.
pub(super) fn opened(mut select: SelectStatement) -> Result<SelectStatement, CompileError> {
    if select.set_operation.is_none() {
        return Ok(select);
    }
    let order = std::mem::take(&mut select.order_by);
    let table = TableName::new("rows");
    let mut items = Vec::new();
    for item in select.output_items() {
        let name = item.name().ok_or_else(|| {
            invalid("a set operation is read in pages by the names of its columns; give each expression a label")
        })?;
        items.push(SelectItem::new(Node::column(table.clone(), name.clone())));
    }
    let term = |term: OrderBy| match column_of(&select, &term.node) {
        Some(name) => Ok(OrderBy { node: Node::column(table.clone(), name), ..term }),
        None => Err(invalid("a set operation is ordered by what its first part selects under a name")),
    };
    let order_by = order.into_iter().map(term).collect::<Result<_, _>>()?;
    let with = std::mem::take(&mut select.with);
    let rows = FromItem { source: TableSource::Select(Box::new(select)), alias: Some(table.name.clone()) };
    Ok(SelectStatement {
        with,
        items: items.into(),
        from: vec![rows],
        order_by,
        ..SelectStatement::default()
    })
}

/// The column of a set operation that a term of its order means.
fn column_of(select: &SelectStatement, term: &Node) -> Option<Name> {
    let items = select.output_items();
    let named = match term {
        Node::Column(ColumnRef { table: None, name }) => {
            items.iter().filter_map(SelectItem::name).find(|known| *known == name)
        }
        node => items.iter().find(|item| item.node == *node).and_then(SelectItem::name),
    };
    named.cloned()
}
