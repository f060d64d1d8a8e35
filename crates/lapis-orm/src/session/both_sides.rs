//! Both sides of relations kept in step: what a change of one entity does to the collections of others, and
//! what becomes of orphans.

use std::any::Any;
use std::collections::HashSet;
use std::sync::OnceLock;

use lapis_sql::expr::OrderBy;
use lapis_sql::schema::ReferentialAction;

use super::arena::{EntityState, Intake, RelationKey};
use super::erased::AnyArena;
use super::state::State;
use crate::entity::{Link, Model, Via};

/// An entity that was lent for changing: its references may have changed behind the session's back.
pub(crate) struct Lent {
    pub(super) slot: usize,
    pub(super) index: u32,
    /// For each reference, the entity it led to, where the session knows it.
    pub(super) owners: Vec<Option<u32>>,
    /// For each reference, whether it led anywhere.
    referred: Vec<bool>,
    /// Its handle by itself, to be seen in the collection of an owner that had no members.
    pub(super) alone: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// What becomes of a reference when the entity it leads to goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parting {
    /// The entity that refers goes too.
    Delete,
    /// It refers to nothing from then on.
    SetNull,
    /// The reference is left as it is, for the flush to complain.
    Nothing,
}

impl State {
    /// Gets ready to lend an entity for changing.
    pub(crate) fn lend(&mut self, slot: usize, index: u32) {
        self.settle();
        let Some(arena) = self.any(slot) else { return };
        let model = arena.model();
        if (0..model.references.len()).all(|reference| model.inverses(reference).is_empty()) {
            return;
        }
        let mut owners = Vec::new();
        self.owners(slot, index, &mut owners);
        let referred = (0..model.references.len())
            .map(|reference| self.refers(slot, index, reference))
            .collect();
        self.lent = Some(Lent { slot, index, owners, referred, alone: OnceLock::new() });
    }

    /// Looks at the entity that was lent last, and moves it between collections as its references say.
    pub(crate) fn settle(&mut self) {
        let Some(lent) = self.lent.take() else { return };
        let Some(arena) = self.any(lent.slot) else { return };
        let model = arena.model();
        for (reference, (before, referred)) in lent.owners.into_iter().zip(lent.referred).enumerate() {
            let now = self.owner(lent.slot, lent.index, reference);
            if now != before {
                self.shift(model, lent.index, reference, before, now);
            }
            self.judge(model, lent.index, reference, referred);
        }
    }

    /// Whether a reference leads anywhere, be it to a row that the session does not know.
    fn refers(&self, slot: usize, index: u32, reference: usize) -> bool {
        let link = self.any(slot).map(|arena| arena.link(index, reference));
        matches!(link, Some(Link::Key | Link::Owned | Link::Handle { .. }))
    }

    /// Changes an entity, and moves it between collections as its references say then.
    pub(crate) fn follow(
        &mut self,
        model: &'static Model,
        index: u32,
        change: impl FnOnce(&mut dyn AnyArena),
    ) {
        let mut before = Vec::new();
        self.owners(model.slot, index, &mut before);
        if let Some(arena) = self.any_mut(model.slot) {
            change(arena);
        }
        for (reference, before) in before.into_iter().enumerate() {
            let now = self.owner(model.slot, index, reference);
            if now != before {
                self.shift(model, index, reference, before, now);
            }
        }
    }

    /// Moves an entity from one owner's collections to another's.
    fn shift(
        &mut self,
        model: &'static Model,
        index: u32,
        reference: usize,
        from: Option<u32>,
        to: Option<u32>,
    ) {
        let lives = self.is_alive(model.slot, index);
        let target = (model.references[reference].target)();
        for relation in model.inverses(reference) {
            let key = RelationKey { slot: target.slot, relation: *relation };
            if let (Some(from), Some(arena)) = (from, self.any_mut(model.slot)) {
                arena.delist(key, from, index);
            }
            if let Some(to) = to.filter(|_| lives) {
                if !target.relations[*relation].many {
                    self.displace(model, key, to, index, reference);
                }
                self.enlist(model, target, key, to, index);
            }
        }
    }

    /// A one-to-one relation holds one: another that it held refers to nothing from then on.
    fn displace(
        &mut self,
        model: &'static Model,
        key: RelationKey,
        owner: u32,
        index: u32,
        reference: usize,
    ) {
        let Some(arena) = self.any(model.slot) else { return };
        for other in arena.members(key, owner) {
            if other != index && self.owner(model.slot, other, reference) == Some(owner) {
                self.follow(model, other, |arena| arena.point(other, reference, None));
                self.judge(model, other, reference, true);
            }
        }
    }

    /// Where orphans are deleted, an entity is whose reference led somewhere and leads nowhere now; unless it
    /// finds an owner again.
    fn judge(&mut self, model: &'static Model, index: u32, reference: usize, referred: bool) {
        let target = (model.references[reference].target)();
        let deletes_orphans = |relation: &usize| target.relations[*relation].cascade.delete_orphan;
        if !model.inverses(reference).iter().any(deletes_orphans) {
            return;
        }
        let refers = self.refers(model.slot, index, reference);
        let Some(arena) = self.any_mut(model.slot) else { return };
        match (referred, refers) {
            (_, true) => arena.spare_orphan(index),
            (true, false) if arena.state(index) == EntityState::Pending => self.withdraw(model, index),
            (true, false) => arena.doom(index, true),
            (false, false) => {}
        }
    }

    /// Adds a member to an owner's relation, where its members are known.
    pub(crate) fn enlist(
        &mut self,
        model: &'static Model,
        owner_model: &'static Model,
        key: RelationKey,
        owner: u32,
        member: u32,
    ) {
        let order: &'static [OrderBy] = &owner_model.relations[key.relation].order_by;
        self.ensure(model);
        if self.knows_members(model, key, owner)
            && let Some(arena) = self.any_mut(model.slot)
        {
            arena.enlist(key, owner, member, order);
        }
    }

    /// Whether the members of an owner's relation are known, if there are any.
    pub(crate) fn knows_members(&self, model: &'static Model, key: RelationKey, owner: u32) -> bool {
        let born = self.any(key.slot).is_some_and(|owners| owners.is_born(owner));
        match self.any(model.slot) {
            Some(arena) => arena.is_loaded(key, owner) || (born && !arena.is_forgotten(key, owner)),
            None => born,
        }
    }

    /// Puts a new entity into the collections of the entities it refers to.
    pub(crate) fn enlist_new(&mut self, model: &'static Model, index: u32) {
        for reference in 0..model.references.len() {
            if !model.inverses(reference).is_empty() {
                let owner = self.owner(model.slot, index, reference);
                self.shift(model, index, reference, None, owner);
            }
        }
    }

    /// The same for an entity that was transient. It has no row to which others could be related: what is
    /// related to it are entities of the session.
    pub(crate) fn enlist_again(&mut self, model: &'static Model, index: u32) {
        for (number, relation) in model.relations.iter().enumerate() {
            let target = (relation.target)();
            let members = match relation.via {
                Via::Inverse { reference } => self.referring_to(target, reference, &[index]),
                Via::Association(_) => Vec::new(),
            };
            let key = RelationKey { slot: model.slot, relation: number };
            self.ensure(target).replace_members(key, index, &members);
        }
        self.enlist_new(model, index);
    }

    /// Moves an entity whose references a row has changed.
    pub(crate) fn realign(&mut self, model: &'static Model, intake: &Intake) {
        let Intake::Refreshed(index, true) = *intake else { return };
        for reference in 0..model.references.len() {
            let target = (model.references[reference].target)();
            let owner = self.owner(model.slot, index, reference);
            for relation in model.inverses(reference) {
                let key = RelationKey { slot: target.slot, relation: *relation };
                let stays = owner.is_some_and(|owner| {
                    self.any(model.slot).is_some_and(|arena| arena.is_member(key, owner, index))
                });
                if !stays {
                    if let Some(arena) = self.any_mut(model.slot) {
                        arena.delist_from(key, index);
                    }
                    if let Some(owner) = owner {
                        self.enlist(model, target, key, owner, index);
                    }
                }
            }
        }
    }

    /// Takes an entity that is gone out of the collections it was in.
    pub(crate) fn leave_collections(&mut self, model: &'static Model, index: u32) {
        self.leave_owners(model, index);
        for relation in 0..model.relations.len() {
            let Some(other_side) = model.other_side(relation) else { continue };
            let key = RelationKey { slot: (model.relations[relation].target)().slot, relation: other_side };
            if let Some(arena) = self.any_mut(model.slot) {
                arena.delist_from(key, index);
            }
        }
    }

    /// Takes an entity that is about to go out of the collections of those it refers to.
    pub(crate) fn leave_owners(&mut self, model: &'static Model, index: u32) {
        for (number, reference) in model.references.iter().enumerate() {
            let Some(owner) = self.owner(model.slot, index, number) else { continue };
            for relation in model.inverses(number) {
                let key = RelationKey { slot: (reference.target)().slot, relation: *relation };
                if let Some(arena) = self.any_mut(model.slot) {
                    arena.delist(key, owner, index);
                }
            }
        }
    }

    /// Has the next flush delete a row. An entity that is none yet becomes transient.
    pub(crate) fn doom(&mut self, model: &'static Model, index: u32) {
        if self.any(model.slot).is_some_and(|arena| arena.state(index) == EntityState::Pending) {
            self.withdraw(model, index);
        } else if let Some(arena) = self.any_mut(model.slot) {
            arena.doom(index, false);
        }
    }

    /// A new entity is not to be inserted after all, and what would go with its row does not stay either.
    fn withdraw(&mut self, model: &'static Model, index: u32) {
        let mut waiting = vec![(model, index)];
        while let Some((model, index)) = waiting.pop() {
            let pending =
                self.any(model.slot).is_some_and(|arena| arena.state(index) == EntityState::Pending);
            if !pending {
                if let Some(arena) = self.any_mut(model.slot) {
                    arena.doom(index, false);
                }
                continue;
            }
            self.leave_collections(model, index);
            if let Some(arena) = self.any_mut(model.slot) {
                arena.expunge(index);
            }
            self.associations.forget(model.slot, index);
            for relation in &model.relations {
                let Via::Inverse { reference } = relation.via else { continue };
                let source = (relation.target)();
                let foreign_key = &source.references[reference];
                let deletes = relation.cascade.delete
                    || relation.cascade.delete_orphan
                    || foreign_key.on_delete == ReferentialAction::Cascade;
                let parting = match (deletes, foreign_key.nullable) {
                    (true, _) => Parting::Delete,
                    (false, true) => Parting::SetNull,
                    (false, false) => Parting::Nothing,
                };
                for row in self.referring_to(source, reference, &[index]) {
                    match parting {
                        Parting::Delete => waiting.push((source, row)),
                        Parting::SetNull => {
                            self.follow(source, row, |arena| arena.point(row, reference, None))
                        }
                        Parting::Nothing => {}
                    }
                }
            }
        }
    }

    /// The entities of `model` that are rows, or about to be, and whose reference leads to one of the owners.
    pub(crate) fn referring_to(&self, model: &'static Model, reference: usize, owners: &[u32]) -> Vec<u32> {
        let owners: HashSet<u32> = owners.iter().copied().collect();
        let Some(arena) = self.any(model.slot) else { return Vec::new() };
        let refers = |row: &u32| {
            self.is_alive(model.slot, *row)
                && self.owner(model.slot, *row, reference).is_some_and(|owner| owners.contains(&owner))
        };
        (0..arena.len()).filter(refers).collect()
    }

    /// Lets go of an entity: a new one becomes transient, a row is no longer the session's.
    pub(crate) fn let_go(&mut self, model: &'static Model, index: u32) {
        let Some(arena) = self.any(model.slot) else { return };
        match arena.state(index) {
            EntityState::Pending => self.leave_collections(model, index),
            EntityState::Persistent => {
                // The relations around it are again what the database has; its handle reads what it was.
                self.lend(model.slot, index);
                if let Some(arena) = self.any_mut(model.slot) {
                    arena.swap_original(index);
                }
                self.settle();
                if let Some(arena) = self.any_mut(model.slot) {
                    arena.swap_original(index);
                    arena.unload_holders(index);
                }
                // Links that were to end do not: who no longer held it cannot be told from who never did.
                for (owner_model, relation, owner) in self.associations.ending(model.slot, index) {
                    let key = RelationKey { slot: owner_model.slot, relation };
                    if let Some(arena) = self.any_mut(model.slot) {
                        arena.unload(key, owner);
                    }
                }
            }
            _ => return,
        }
        if let Some(arena) = self.any_mut(model.slot) {
            arena.expunge(index);
        }
        self.associations.forget(model.slot, index);
    }
}
