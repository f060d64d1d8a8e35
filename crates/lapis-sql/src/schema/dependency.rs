//! The order in which tables can be created.

use std::collections::HashMap;
use std::sync::Arc;

use super::{ForeignKey, Table};
use crate::expr::TableName;

/// Tables, each behind those its foreign keys refer to, and the foreign keys for which that cannot be.
#[derive(Debug)]
pub(crate) struct CreationOrder<'a> {
    /// All tables. Those that depend on nothing new stay in the order they were given in.
    pub(crate) tables: Vec<&'a Arc<Table>>,
    /// Foreign keys that close a cycle: their target stands behind their table.
    pub(crate) forward: Vec<(&'a Table, &'a ForeignKey)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Done,
}

impl<'a> CreationOrder<'a> {
    pub(crate) fn of(tables: &'a [Arc<Table>]) -> Self {
        let positions: HashMap<&TableName, usize> = tables
            .iter()
            .enumerate()
            .rev()
            .map(|(position, table)| (&table.name, position))
            .collect();
        let mut order = Self { tables: Vec::with_capacity(tables.len()), forward: Vec::new() };
        let mut marks = vec![Mark::New; tables.len()];
        // Depth first, with a stack of its own: a chain of foreign keys may be as long as there are tables.
        let mut path: Vec<(usize, usize)> = Vec::new();
        for start in 0..tables.len() {
            if marks[start] == Mark::New {
                marks[start] = Mark::Open;
                path.push((start, 0));
            }
            while let Some((position, next)) = path.last_mut() {
                let (table, current) = (&tables[*position], *position);
                let Some(key) = table.foreign_keys.get(*next) else {
                    marks[current] = Mark::Done;
                    order.tables.push(table);
                    path.pop();
                    continue;
                };
                *next += 1;
                let Some(&target) = positions.get(&key.target) else { continue };
                match marks[target] {
                    Mark::New => {
                        marks[target] = Mark::Open;
                        path.push((target, 0));
                    }
                    Mark::Open if target != current => order.forward.push((&**table, key)),
                    Mark::Open | Mark::Done => {}
                }
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::MetaData;

    fn metadata(tables: &[(&'static str, &[&'static str])]) -> MetaData {
        let mut metadata = MetaData::new();
        for (name, targets) in tables {
            let keys = targets.iter().map(|target| ForeignKey::new(["x"], *target, ["id"]));
            metadata.add(keys.fold(Table::build(*name), |table, key| table.foreign_key(key)));
        }
        metadata
    }

    fn names(metadata: &MetaData) -> Vec<&str> {
        metadata.sorted_tables().iter().map(|table| &*table.name.name).collect()
    }

    #[test]
    fn a_table_stands_behind_those_it_refers_to() {
        let metadata =
            metadata(&[("comments", &["posts", "users"]), ("posts", &["users"]), ("users", &[])]);
        assert_eq!(names(&metadata), ["users", "posts", "comments"]);
    }

    #[test]
    fn tables_without_foreign_keys_stay_in_the_order_they_were_added_in() {
        assert_eq!(names(&metadata(&[("b", &[]), ("c", &[]), ("a", &[])])), ["b", "c", "a"]);
    }

    #[test]
    fn a_table_that_refers_to_itself_is_no_cycle() {
        let metadata = metadata(&[("tree", &["tree"])]);
        assert!(CreationOrder::of(metadata.tables()).forward.is_empty());
        assert_eq!(names(&metadata), ["tree"]);
    }

    #[test]
    fn a_cycle_is_broken_at_one_foreign_key() {
        let metadata = metadata(&[("a", &["b"]), ("b", &["c"]), ("c", &["a", "d"]), ("d", &[])]);
        assert_eq!(names(&metadata), ["d", "c", "b", "a"]);
        let order = CreationOrder::of(metadata.tables());
        let forward: Vec<_> = order
            .forward
            .iter()
            .map(|(table, key)| (&*table.name.name, &*key.target.name))
            .collect();
        assert_eq!(forward, [("c", "a")]);
    }

    #[test]
    fn a_chain_of_any_length_is_ordered() {
        let names: Vec<String> = (0..20_000).map(|number| format!("t{number}")).collect();
        let mut tables: Vec<Arc<Table>> = Vec::new();
        for (position, name) in names.iter().enumerate() {
            let table = Table::build(name.clone());
            tables.push(match names.get(position + 1) {
                Some(target) => table.foreign_key(ForeignKey::new(["x"], target.clone(), ["id"])).into(),
                None => table.into(),
            });
        }
        let order = CreationOrder::of(&tables);
        assert_eq!(order.tables.first().map(|table| &*table.name.name), Some("t19999"));
        assert_eq!(order.tables.len(), names.len());
    }
}
