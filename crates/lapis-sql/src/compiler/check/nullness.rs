//! Columns that an outer join makes NULL, and that are read as what cannot hold it.

use super::super::from::infer;
use super::super::writer::{ScopeTable, Written};
use crate::error::CompileError;
use crate::expr::Node;
use crate::statement::{JoinKind, SelectStatement};

/// A table that a join may leave without a row, and which join it is.
type MayLack<'a> = (ScopeTable<'a>, &'static str);

/// Looks at what the rows of a query are read as; that of a subquery is not read as anything.
pub(in crate::compiler) fn nullness(select: &SelectStatement) -> Written {
    if let Some(set) = &select.set_operation {
        return set.parts.iter().try_for_each(nullness);
    }
    if !select
        .joins
        .iter()
        .any(|join| join.kind != JoinKind::Inner && join.kind != JoinKind::Cross)
    {
        return Ok(());
    }
    let lacking = lacking(select);
    for item in select.items.iter().filter(|item| item.not_null) {
        let Node::Column(column) = &item.node else { continue };
        let Some(table) = &column.table else { continue };
        let of = ScopeTable::of(table);
        if let Some((_, join)) = lacking.iter().find(|(lacking, _)| *lacking == of) {
            let column = format!("{table}.{}", column.name);
            return Err(Box::new(CompileError::MayBeNull { column, join }));
        }
    }
    Ok(())
}

fn lacking(select: &SelectStatement) -> Vec<MayLack<'_>> {
    let inferred = infer(select, &[]).ok().flatten().filter(|_| select.from.is_empty());
    let mut before: Vec<ScopeTable<'_>> = inferred.map(ScopeTable::of).into_iter().collect();
    before.extend(select.from.iter().filter_map(ScopeTable::of_item));
    let mut lacking = Vec::new();
    for join in &select.joins {
        let joined = ScopeTable::of_item(&join.item);
        if let JoinKind::Right | JoinKind::Full = join.kind {
            let name = if join.kind == JoinKind::Right { "a RIGHT JOIN" } else { "a FULL JOIN" };
            lacking.extend(before.iter().map(|table| (*table, name)));
        }
        if let JoinKind::Left | JoinKind::Full = join.kind {
            let name = if join.kind == JoinKind::Left { "a LEFT JOIN" } else { "a FULL JOIN" };
            lacking.extend(joined.map(|table| (table, name)));
        }
        before.extend(joined);
    }
    lacking
}
