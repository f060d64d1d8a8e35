//! Owned entities that were put into an entity of the session, where its relations are the session's.
//!
//! Taking them in without a word would leave open whether they replace what the relation holds; leaving them
//! out would lose them. So the flush refuses them, before it sends anything.

use lapis_engine::{Error, Result};

use super::state::State;
use crate::entity::{Entity, Model};
use crate::field::{Many, One, ReferenceField};
use crate::relation::{Relation, RelationVisitor, ToMany, ToOne};

/// Refuses what is about to be written if it holds entities that are not the session's.
pub(super) fn refuse(state: &mut State) -> Result<()> {
    for arena in state.arenas_mut() {
        let model = arena.model();
        if model.relations.is_empty() {
            continue;
        }
        let changes = arena.changes();
        let rows: Vec<u32> = changes.new.iter().chain(changes.dirty).copied().collect();
        for row in rows {
            if let Some(relation) = arena.stray(row) {
                return Err(held(model, relation));
            }
        }
    }
    Ok(())
}

/// The number of the first relation that holds owned entities.
pub(super) fn find<T: Entity>(entity: &mut T) -> Option<usize> {
    let mut finder = Finder(None);
    entity.visit_relations(&mut finder);
    finder.0
}

struct Finder(Option<usize>);

impl Finder {
    fn see(&mut self, relation: impl Relation, is_loaded: bool) {
        if is_loaded {
            self.0 = self.0.or(relation.path().relation());
        }
    }
}

impl<S: Entity> RelationVisitor<S> for Finder {
    fn reference<F: ReferenceField>(&mut self, _number: usize, _field: &mut F) {}

    fn many<T: Entity>(&mut self, relation: ToMany<S, T>, field: &mut Many<T>) {
        self.see(relation, field.is_loaded());
    }

    fn one<T: Entity>(&mut self, relation: ToOne<S, T>, field: &mut One<T>) {
        self.see(relation, field.is_loaded());
    }
}

fn held(model: &Model, relation: usize) -> Error {
    let (entity, relation) = (model.name, &model.relations[relation]);
    let (name, target) = (relation.name, (relation.target)().name);
    Error::invalid_request(format!(
        "{entity}.{name} of an entity in the session was given owned entities, but the session keeps its relations: \
         `session.add(..)` each {target} and `session.link(handle, {entity}::{name}, ..)` it, or `session.merge(..)` \
         the whole graph; and leave the field itself not loaded"
    ))
}

/// The error for a reference that holds an entity which was not added.
pub(super) fn owned(model: &Model, reference: &str, target: &str) -> Error {
    Error::invalid_request(format!(
        "{}.{reference} holds a {target} that is not in the session; `session.add(..)` it, and assign the handle that \
         this gives",
        model.name
    ))
}
