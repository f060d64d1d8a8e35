//! Links through association tables, from `link` and `unlink` to the flush that writes them.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use foldhash::fast::RandomState;

use crate::entity::{Association, Model, Via};

/// One link between two entities, as the side with the forward relation sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AssociationLink {
    /// The model whose relation it is.
    pub(crate) model: Forward,
    /// The entity on this side.
    pub(crate) source: u32,
    /// The entity on the other side.
    pub(crate) target: u32,
}

/// A relation through an association table, from one of its sides.
#[derive(Clone, Copy)]
pub(crate) struct Forward {
    pub(crate) source: &'static Model,
    pub(crate) relation: usize,
}

impl PartialEq for Forward {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.source, other.source) && self.relation == other.relation
    }
}

impl Eq for Forward {}

impl Hash for Forward {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.source.slot, self.relation).hash(state);
    }
}

impl std::fmt::Debug for Forward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.source.name, self.source.relations[self.relation].name)
    }
}

impl Forward {
    pub(crate) fn target(self) -> &'static Model {
        (self.source.relations[self.relation].target)()
    }

    /// The association table; `None` if the relation has none.
    pub(crate) fn association(self) -> Option<&'static Association> {
        match &self.source.relations[self.relation].via {
            Via::Association(association) => Some(association),
            Via::Inverse { .. } => None,
        }
    }

    /// The same link seen from the side that declares the table, where both sides are declared.
    fn forward(self, source: u32, target: u32) -> AssociationLink {
        let reversed = self.association().is_some_and(|association| association.reversed);
        match self.source.other_side(self.relation) {
            Some(relation) if reversed => AssociationLink {
                model: Forward { source: self.target(), relation },
                source: target,
                target: source,
            },
            _ => AssociationLink { model: self, source, target },
        }
    }
}

/// What the flush has to do about a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Insert,
    Delete,
}

/// Links that wait for the flush, with what it takes to undo them.
#[derive(Debug, Default)]
pub(crate) struct AssociationLog {
    /// With the order in which they came.
    pending: HashMap<AssociationLink, (Change, u64), RandomState>,
    /// What was pending for a link before each change.
    journal: Vec<(AssociationLink, Option<(Change, u64)>)>,
    next: u64,
}

impl AssociationLog {
    pub(crate) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// The links to insert, or to delete, in the order they came.
    pub(crate) fn to_write(&self, change: Change) -> Vec<AssociationLink> {
        let mut links: Vec<_> = self
            .pending
            .iter()
            .filter(|(_, pending)| pending.0 == change)
            .map(|(link, (_, at))| (*at, *link))
            .collect();
        links.sort_unstable_by_key(|(at, _)| *at);
        links.into_iter().map(|(_, link)| link).collect()
    }

    /// The changes that wait, seen from one side: what, whose, and which.
    pub(crate) fn pending(&self, side: Forward) -> Vec<(Change, u32, u32)> {
        let mut found = Vec::new();
        for change in [Change::Delete, Change::Insert] {
            for link in self.to_write(change) {
                if link.model == side {
                    found.push((change, link.source, link.target));
                } else if side.forward(0, 0).model == link.model {
                    found.push((change, link.target, link.source));
                }
            }
        }
        found
    }

    /// Notes a link; one that was to be deleted simply stays.
    pub(crate) fn add(&mut self, relation: Forward, source: u32, target: u32) {
        self.note(relation.forward(source, target), Change::Insert);
    }

    /// Notes that a link ends; one that was not written yet is forgotten.
    pub(crate) fn remove(&mut self, relation: Forward, source: u32, target: u32) {
        self.note(relation.forward(source, target), Change::Delete);
    }

    fn note(&mut self, link: AssociationLink, change: Change) {
        let before = match self.pending.get(&link).copied() {
            Some((same, _)) if same == change => return,
            Some(_) => self.pending.remove(&link),
            None => self.pending.insert(link, (change, self.next)),
        };
        self.next += 1;
        self.journal.push((link, before));
    }

    /// The owners, on the other side, of the links of an entity that are to be deleted: each by its model
    /// and relation.
    pub(crate) fn ending(&self, slot: usize, index: u32) -> Vec<(&'static Model, usize, u32)> {
        let mut owners = Vec::new();
        for (link, _) in self.pending.iter().filter(|(_, pending)| pending.0 == Change::Delete) {
            if link.model.target().slot == slot && link.target == index {
                owners.push((link.model.source, link.model.relation, link.source));
            }
            if link.model.source.slot == slot
                && link.source == index
                && let Some(relation) = link.model.source.other_side(link.model.relation)
            {
                owners.push((link.model.target(), relation, link.target));
            }
        }
        owners
    }

    /// Forgets the links of an entity that goes, which go with it.
    pub(crate) fn forget(&mut self, slot: usize, index: u32) {
        let of_entity = |link: &&AssociationLink| {
            (link.model.source.slot == slot && link.source == index)
                || (link.model.target().slot == slot && link.target == index)
        };
        let links: Vec<AssociationLink> = self.pending.keys().filter(of_entity).copied().collect();
        for link in links {
            let before = self.pending.remove(&link);
            self.journal.push((link, before));
        }
    }

    /// Notes that a flush has written everything.
    pub(crate) fn written(&mut self) {
        let (pending, journal) = (&mut self.pending, &mut self.journal);
        journal.extend(pending.drain().map(|(link, before)| (link, Some(before))));
    }

    pub(crate) fn mark(&self) -> usize {
        self.journal.len()
    }

    pub(crate) fn undo(&mut self, mark: usize) {
        while self.journal.len() > mark {
            match self.journal.pop() {
                Some((link, Some(before))) => drop(self.pending.insert(link, before)),
                Some((link, None)) => drop(self.pending.remove(&link)),
                None => break,
            }
        }
    }

    pub(crate) fn commit(&mut self) {
        self.journal.clear();
    }
}
