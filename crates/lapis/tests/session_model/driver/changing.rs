//! Changing what is in the session: columns, references, links, deletion, letting go.

use lapis::prelude::*;

use super::Driver;
use crate::check::Verdict;
use crate::entities::{Book, Tag};
use crate::model::{Id, Known, Side};
use crate::random::Random;
use crate::schema::{self, Kind, Node, Rel, with_handle};

impl Driver {
    pub(super) fn set_label(&mut self, random: &mut Random) {
        let Some(id) = random.pick(&self.all_alive()) else { return };
        let any = self.any(id);
        let label = match self.taken_label(any.kind(), random) {
            Some(label) => label,
            None if random.one_in(5) => self.model.known[&id].columns.label.clone(),
            None => format!("{}{}", ["x", "y", "b"][random.below(3)], self.next_id()),
        };
        self.note(format!("label #{id} {label:?}"));
        with_handle!(any, handle => label.clone_into(self.session[handle].label()));
        if let Some(known) = self.model.known.get_mut(&id) {
            known.columns.label = label;
        }
    }

    /// A reference and an entity whose reference it is; those of a key stay as they are.
    pub(super) fn reference(&self, random: &mut Random) -> Option<(Rel, Id)> {
        let rels: Vec<Rel> = Rel::ALL.iter().copied().filter(|rel| rel.source() != Kind::Rating).collect();
        let rel = random.pick(&rels)?;
        Some((rel, random.pick(&self.alive(rel.source()))?))
    }

    pub(super) fn refer(&mut self, random: &mut Random, id: Id, rel: Rel, to: Option<Id>) {
        let given = to.map(|to| self.given(random, to));
        self.note(format!("#{id} {rel:?} = {to:?} by {given:?}"));
        let any = self.any(id);
        schema::assign(&mut self.session, any, rel, given.as_ref());
        if rel.is_one_to_one() {
            // What an assignment displaces and orphans is settled by the next step.
            with_handle!(any, handle => drop(self.session.to_graph(handle)));
        }
        self.model.refer(id, rel, to);
    }

    pub(super) fn assign(&mut self, random: &mut Random) {
        let Some((rel, id)) = self.reference(random) else { return };
        let Some(to) = random.pick(&self.alive(rel.target())) else { return };
        if !self.is_welcome(random, rel, id, to) {
            return;
        }
        self.refer(random, id, rel, Some(to));
    }

    /// A second profile of an author whose first is not loaded is refused by the database.
    pub(super) fn is_welcome(&self, random: &mut Random, rel: Rel, id: Id, to: Id) -> bool {
        let others = self.model.sources(to, rel).into_iter().any(|other| other != id);
        !rel.is_one_to_one() || !others || self.is_loaded(to, Side::Sources(rel)) || random.one_in(8)
    }

    pub(super) fn clear(&mut self, random: &mut Random) {
        let Some((rel, id)) = self.reference(random) else { return };
        if rel.nullable() || rel.deletes_orphans() || random.one_in(10) {
            self.refer(random, id, rel, None);
        }
    }

    pub(super) fn link(&mut self, random: &mut Random) {
        let Some((rel, id)) = self.reference(random) else { return };
        let Some(to) = random.pick(&self.alive(rel.target())) else { return };
        if !self.is_welcome(random, rel, id, to) {
            return;
        }
        let from_target = random.one_in(2);
        self.note(format!("link #{id} {rel:?} #{to}, from the other side: {from_target}"));
        let (source, target) = (self.any(id), self.any(to));
        schema::link(&mut self.session, rel, source, target, from_target);
        self.model.refer(id, rel, Some(to));
    }

    pub(super) fn unlink(&mut self, random: &mut Random) {
        let Some((rel, id)) = self.reference(random) else { return };
        let target = self.model.known[&id].columns.refs[rel.number()];
        let target = if random.one_in(4) { random.pick(&self.alive(rel.target())) } else { target };
        let Some(to) = target.filter(|to| self.model.known.contains_key(to)) else { return };
        if !rel.nullable() && !rel.deletes_orphans() && !random.one_in(10) {
            return;
        }
        let from_target = random.one_in(2);
        self.note(format!("unlink #{id} {rel:?} #{to}, from the other side: {from_target}"));
        let (source, target) = (self.any(id), self.any(to));
        schema::unlink(&mut self.session, rel, source, target, from_target);
        if self.model.known[&id].columns.refs[rel.number()] == Some(to) {
            self.model.refer(id, rel, None);
        }
    }

    /// A book and a tag, and whether the session can know if they are linked.
    pub(super) fn pair(&self, random: &mut Random) -> Option<(Id, Id, bool)> {
        let book = random.pick(&self.alive(Kind::Book))?;
        let tag = random.pick(&self.alive(Kind::Tag))?;
        Some((book, tag, self.is_loaded(book, Side::Tags) || self.is_loaded(tag, Side::Books)))
    }

    pub(super) fn link_tag(&mut self, random: &mut Random) {
        let Some((book, tag, loaded)) = self.pair(random) else { return };
        if !loaded && self.model.links.contains(&(book, tag)) {
            return;
        }
        self.note(format!("link book #{book} and tag #{tag}"));
        let (one, other) = (Book::typed(self.any(book)), Tag::typed(self.any(tag)));
        if random.one_in(2) {
            self.session.link(one, Book::tags, other);
        } else {
            self.session.link(other, Tag::books, one);
        }
        self.model.links.insert((book, tag));
    }

    pub(super) fn unlink_tag(&mut self, random: &mut Random) {
        let Some((book, tag, _)) = self.pair(random) else { return };
        let linked: Vec<(Id, Id)> =
            self.model.links.iter().filter(|link| link.0 == book).copied().collect();
        let linked = random.pick(&linked).map(|link| link.1).filter(|tag| {
            self.model.known.get(tag).is_some_and(|known| !known.doomed) && random.below(4) > 0
        });
        let tag = linked.unwrap_or(tag);
        let loaded = self.is_loaded(book, Side::Tags) || self.is_loaded(tag, Side::Books);
        if !loaded && !self.model.links.contains(&(book, tag)) {
            return;
        }
        self.note(format!("unlink book #{book} and tag #{tag}"));
        let (one, other) = (Book::typed(self.any(book)), Tag::typed(self.any(tag)));
        if random.one_in(2) {
            self.session.unlink(one, Book::tags, other);
        } else {
            self.session.unlink(other, Tag::books, one);
        }
        self.model.links.remove(&(book, tag));
    }

    pub(super) fn delete(&mut self, random: &mut Random) {
        let Some(id) = random.pick(&self.all_alive()) else { return };
        self.delete_one(id);
    }

    pub(super) fn delete_one(&mut self, id: Id) {
        self.note(format!("delete #{id}"));
        let any = self.any(id);
        with_handle!(any, handle => self.session.delete(handle));
        self.model.delete(id);
    }

    pub(super) fn expire(&mut self, random: &mut Random) -> Verdict {
        let Some(id) = random.pick(&self.persistent()) else { return Ok(()) };
        self.note(format!("expire #{id}"));
        let any = self.any(id);
        with_handle!(any, handle => self.session.expire(handle)).map_err(|error| error.to_string())?;
        self.model.expire(id);
        Ok(())
    }

    pub(super) fn expire_all(&mut self) {
        self.note("expire all");
        self.session.expire_all();
        let ids: Vec<Id> = self.model.known.keys().copied().collect();
        ids.into_iter().for_each(|id| self.model.expire(id));
    }

    pub(super) fn expunge(&mut self, random: &mut Random) -> Verdict {
        let Some(id) = random.pick(&self.persistent()) else { return Ok(()) };
        if !self.may_go(id) {
            return Ok(());
        }
        self.note(format!("expunge #{id}"));
        let any = self.any(id);
        with_handle!(any, handle => self.session.expunge(handle)).map_err(|error| error.to_string())?;
        self.let_go(id);
        Ok(())
    }

    /// Whether an entity may be let go of. As in SQLAlchemy, none is to go that was written by this
    /// transaction: a rollback could not tell its later handles what became of it.
    pub(super) fn may_go(&self, id: Id) -> bool {
        let (Some(row), Some(known)) = (self.model.rows.get(&id), self.model.known.get(&id)) else {
            return false;
        };
        let kind = known.columns.kind;
        let refers = |known: &Known| {
            let mut rels = Rel::of(known.columns.kind);
            rels.any(|rel| known.columns.refs[rel.number()] == Some(id) && rel.target() == kind)
        };
        let referred = self.model.known.values().any(|known| known.pending && refers(known));
        !referred && self.base.rows.get(&id).map(|row| &row.columns) == Some(&row.columns)
    }

    /// Notes that the session has let go of a row.
    pub(super) fn let_go(&mut self, id: Id) {
        self.model.unload_holders(id);
        self.model.let_go(id, EntityState::Detached);
        // Links that were to end have not: who no longer held it holds it again.
        self.model.unload_holders(id);
    }
}
