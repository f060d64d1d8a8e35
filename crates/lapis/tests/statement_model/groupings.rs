//! `GROUP BY`, also by several groupings at once.

use lapis::expr::{GroupingTerm, cube, grouping_set, grouping_sets, rollup};
use lapis::statement::{Select, Shape};

use crate::datum::{Datum, Doubt, Meant, same_rows};
use crate::environment::Environment;
use crate::term::{Any, Maybe, with_any};

/// How the keys make groups. In a set of keys, each is one bit.
#[derive(Debug, Clone)]
pub enum Grouping {
    /// By all keys.
    All,
    Rollup,
    Cube,
    Sets(Vec<u32>),
}

impl Grouping {
    pub fn name(&self) -> &'static str {
        match self {
            Grouping::All => "GROUP BY",
            Grouping::Rollup => "ROLLUP",
            Grouping::Cube => "CUBE",
            Grouping::Sets(_) => "GROUPING SETS",
        }
    }

    pub fn is_all(&self) -> bool {
        matches!(self, Grouping::All)
    }

    /// The sets of keys by which there are groups.
    fn sets(&self, keys: usize) -> Vec<u32> {
        let all = (1 << keys) - 1;
        match self {
            Grouping::All => vec![all],
            Grouping::Rollup => (0..=keys).map(|count| (1 << count) - 1).collect(),
            Grouping::Cube => (0..=all).collect(),
            Grouping::Sets(sets) => sets.clone(),
        }
    }

    pub fn build<S: Shape>(&self, mut select: Select<S>, keys: &[Any]) -> Select<S> {
        let term = |key: &Any| {
            with_any!(key, term => match term.expr.clone() {
                Maybe::Never(key) => grouping_set(key),
                Maybe::Perhaps(key) => grouping_set(key),
            })
        };
        let terms: Vec<GroupingTerm> = keys.iter().map(term).collect();
        match self {
            Grouping::All => {
                for key in keys {
                    select = with_any!(key, term => match term.expr.clone() {
                        Maybe::Never(key) => select.group_by(key),
                        Maybe::Perhaps(key) => select.group_by(key),
                    });
                }
                select
            }
            Grouping::Rollup => select.group_by(rollup(terms)),
            Grouping::Cube => select.group_by(cube(terms)),
            Grouping::Sets(sets) => {
                let chosen = |set: &u32| -> Vec<GroupingTerm> {
                    let of_set = terms.iter().enumerate().filter(|(key, _)| set >> key & 1 == 1);
                    of_set.map(|(_, term)| term.clone()).collect()
                };
                let sets: Vec<GroupingTerm> = sets.iter().map(|set| grouping_set(chosen(set))).collect();
                select.group_by(grouping_sets(sets))
            }
        }
    }

    /// One environment a group.
    pub fn groups(
        &self,
        rows: &[Environment],
        keys: &[Any],
        around: &Environment,
    ) -> Meant<Vec<Environment>> {
        // Where there are no rows, MariaDB rolls up nothing, and PostgreSQL to one group of all.
        if matches!(self, Grouping::Rollup) && rows.is_empty() {
            return Err(Doubt::NotCovered);
        }
        let mut all = Vec::new();
        for set in self.sets(keys.len()) {
            let chosen: Vec<&Any> = keys
                .iter()
                .enumerate()
                .filter(|(key, _)| set >> key & 1 == 1)
                .map(|(_, key)| key)
                .collect();
            let left_out = !set & ((1 << keys.len()) - 1);
            let groups = grouped(rows, &chosen, around)?;
            all.extend(groups.into_iter().map(|group| Environment { left_out, ..group }));
        }
        Ok(all)
    }
}

/// Without keys there is one group, even of no rows.
fn grouped(rows: &[Environment], keys: &[&Any], around: &Environment) -> Meant<Vec<Environment>> {
    let mut groups: Vec<(Vec<Datum>, Vec<Environment>)> = Vec::new();
    if keys.is_empty() {
        groups.push((Vec::new(), rows.to_vec()));
    } else {
        for row in rows {
            let values = keys.iter().map(|key| (key.meaning())(row)).collect::<Meant<Vec<_>>>()?;
            let mut place = None;
            for (position, (known, _)) in groups.iter().enumerate() {
                if same_rows(known, &values)? {
                    place = Some(position);
                }
            }
            match place {
                Some(position) => groups[position].1.push(row.clone()),
                None => groups.push((values, vec![row.clone()])),
            }
        }
    }
    let environment = |(_, rows): (Vec<Datum>, Vec<Environment>)| {
        let first = rows.first().cloned().unwrap_or_else(|| around.clone());
        Environment { group: Some(std::rc::Rc::new(rows)), window: None, ..first }
    };
    Ok(groups.into_iter().map(environment).collect())
}
