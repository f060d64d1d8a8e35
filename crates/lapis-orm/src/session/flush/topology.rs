//! The order in which rows are written: what is referred to comes before what refers to it.

use std::collections::{BTreeMap, HashMap, HashSet};

use lapis_engine::{Error, Result};

use crate::entity::Link;
use crate::session::arena::linked_index;
use crate::session::erased::AnyArena;
use crate::session::state::State;

/// Rows of one table that do not refer to each other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) slot: usize,
    pub(super) rows: Vec<u32>,
}

/// One reference of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RowReference {
    pub(super) slot: usize,
    pub(super) row: u32,
    pub(super) reference: usize,
}

/// Rows in the order in which they can be inserted; deletes go the other way round.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub(super) groups: Vec<Group>,
    /// References that close a cycle: to be NULL at first, and written when all rows are there.
    pub(super) postponed: Vec<RowReference>,
}

/// Puts rows, given by slot, into an order in which each can be inserted.
///
/// Tables are ordered by their references. Only where tables refer to each other in a cycle, or one to
/// itself, are single rows looked at; a cycle of rows is broken where NULL is allowed.
///
/// # Errors
/// If rows refer to each other in a cycle no reference of which may be NULL.
pub(super) fn order(state: &State, rows: &BTreeMap<usize, Vec<u32>>) -> Result<Order> {
    let slots: Vec<usize> = rows.keys().copied().collect();
    let position: HashMap<usize, usize> = slots.iter().enumerate().map(|(at, slot)| (*slot, at)).collect();
    let targets = |at: usize, into: &mut Vec<usize>| {
        let Some(arena) = state.any(slots[at]) else { return };
        let references = arena.model().references.iter();
        into.extend(references.filter_map(|reference| position.get(&(reference.target)().slot)));
    };
    let mut order = Order::default();
    for component in components(slots.len(), targets) {
        let members: Vec<usize> = component.iter().map(|at| slots[*at]).collect();
        let refers_to_itself = || {
            let mut own = Vec::new();
            targets(component[0], &mut own);
            own.contains(&component[0])
        };
        if let [slot] = members[..]
            && !refers_to_itself()
        {
            order.groups.push(Group { slot, rows: rows[&slot].clone() });
        } else {
            order_rows(state, rows, &members, &mut order)?;
        }
    }
    Ok(order)
}

/// Orders the rows of tables that refer to each other.
fn order_rows(
    state: &State,
    rows: &BTreeMap<usize, Vec<u32>>,
    slots: &[usize],
    order: &mut Order,
) -> Result<()> {
    let nodes: Vec<(usize, u32)> =
        slots.iter().flat_map(|slot| rows[slot].iter().map(|row| (*slot, *row))).collect();
    let position: HashMap<(usize, u32), usize> =
        nodes.iter().enumerate().map(|(at, node)| (*node, at)).collect();
    let mut postponed = HashSet::new();
    // Every row's edges, each with the reference it stands for.
    let edges = |at: usize, postponed: &HashSet<RowReference>| -> Vec<(usize, RowReference)> {
        let (slot, row) = nodes[at];
        let Some(arena) = state.any(slot) else { return Vec::new() };
        let references = arena.model().references.iter().enumerate();
        let edge = |(reference, model): (usize, &crate::entity::ReferenceModel)| {
            let reference = RowReference { slot, row, reference };
            let target = referred_row(state, arena, reference)?;
            let target = *position.get(&((model.target)().slot, target))?;
            (!postponed.contains(&reference)).then_some((target, reference))
        };
        references.filter_map(edge).collect()
    };
    let row_components = |postponed: &HashSet<RowReference>| {
        components(nodes.len(), |at, into| {
            into.extend(edges(at, postponed).iter().map(|(target, _)| *target))
        })
    };

    let mut found = row_components(&postponed);
    let mut cyclic = Vec::new();
    for component in &found {
        let members: HashSet<usize> = component.iter().copied().collect();
        for at in component {
            let inner = edges(*at, &HashSet::new())
                .into_iter()
                .filter(|(target, _)| members.contains(target) && (component.len() > 1 || target == at));
            cyclic.extend(inner.map(|(_, reference)| reference));
        }
    }
    if !cyclic.is_empty() {
        postponed.extend(cyclic.iter().filter(|reference| is_nullable(state, **reference)));
        found = row_components(&postponed);
        let unbroken = |component: &Vec<usize>| {
            component.len() > 1
                || edges(component[0], &postponed).iter().any(|(target, _)| *target == component[0])
        };
        if found.iter().any(unbroken) {
            return Err(unbreakable(state, &cyclic));
        }
    }

    let mut level = vec![0usize; nodes.len()];
    let mut by_level: BTreeMap<(usize, usize), Vec<u32>> = BTreeMap::new();
    for at in found.into_iter().flatten() {
        let above = edges(at, &postponed).iter().map(|(target, _)| level[*target] + 1).max();
        level[at] = above.unwrap_or(0);
        by_level.entry((level[at], nodes[at].0)).or_default().push(nodes[at].1);
    }
    for ((_, slot), mut rows) in by_level {
        rows.sort_unstable();
        order.groups.push(Group { slot, rows });
    }
    order.postponed.extend(postponed);
    order.postponed.sort_unstable();
    Ok(())
}

/// The row of this session that a reference leads to.
fn referred_row(state: &State, arena: &dyn AnyArena, reference: RowReference) -> Option<u32> {
    match arena.link(reference.row, reference.reference) {
        Link::Key => state.owner(reference.slot, reference.row, reference.reference),
        link => linked_index(link, state.id),
    }
}

fn is_nullable(state: &State, reference: RowReference) -> bool {
    state
        .any(reference.slot)
        .is_some_and(|arena| arena.model().references[reference.reference].nullable)
}

fn unbreakable(state: &State, cycle: &[RowReference]) -> Error {
    let mut names: Vec<String> = Vec::new();
    for reference in cycle {
        if let Some(arena) = state.any(reference.slot) {
            let model = arena.model();
            let name = format!("{}.{}", model.name, model.references[reference.reference].name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Error::invalid_request(format!(
        "these entities refer to each other in a cycle that no insert can begin: {}; make one of the \
         references an `Option<Ref<_>>`, so that it can be NULL until the others are there",
        names.join(" -> ")
    ))
}

/// The strongly connected components of a graph, each after those it leads to.
///
/// R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1 (1972), without
/// recursion: a chain of entities may be as long as memory allows.
fn components(count: usize, edges: impl Fn(usize, &mut Vec<usize>)) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut index = vec![UNSEEN; count];
    let mut low = vec![0; count];
    let mut on_stack = vec![false; count];
    let (mut next, mut stack, mut found) = (0, Vec::new(), Vec::new());
    for root in 0..count {
        if index[root] != UNSEEN {
            continue;
        }
        let mut path: Vec<(usize, Vec<usize>, usize)> = Vec::new();
        let mut enter = Some(root);
        loop {
            if let Some(node) = enter.take() {
                (index[node], low[node]) = (next, next);
                next += 1;
                stack.push(node);
                on_stack[node] = true;
                let mut targets = Vec::new();
                edges(node, &mut targets);
                path.push((node, targets, 0));
            }
            let Some((node, targets, at)) = path.last_mut() else { break };
            let node = *node;
            if let Some(target) = targets.get(*at).copied() {
                *at += 1;
                if index[target] == UNSEEN {
                    enter = Some(target);
                } else if on_stack[target] {
                    low[node] = low[node].min(index[target]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, ..)) = path.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
            if low[node] == index[node] {
                let from = stack.iter().rposition(|member| *member == node).unwrap_or(0);
                let component = stack.split_off(from);
                for member in &component {
                    on_stack[*member] = false;
                }
                found.push(component);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(edges: &[(usize, usize)], count: usize) -> Vec<Vec<usize>> {
        let mut found = components(count, |node, into| {
            into.extend(edges.iter().filter(|edge| edge.0 == node).map(|edge| edge.1));
        });
        found.iter_mut().for_each(|component| component.sort_unstable());
        found
    }

    #[test]
    fn what_is_led_to_comes_first() {
        assert_eq!(of(&[(0, 1), (1, 2)], 3), [vec![2], vec![1], vec![0]]);
    }

    #[test]
    fn a_cycle_is_one_component() {
        assert_eq!(of(&[(0, 1), (1, 2), (2, 1), (2, 3)], 4), [vec![3], vec![1, 2], vec![0]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<(usize, usize)> = Vec::new();
        assert_eq!(of(&edges, 2), [vec![0], vec![1]]);
        let found = components(100_000, |node, into| into.extend((node + 1 < 100_000).then_some(node + 1)));
        assert_eq!(found.first(), Some(&vec![99_999]));
        assert_eq!(found.len(), 100_000);
    }
}
