//! Owned graphs: out by `to_graph` and `detach`, in again by `merge`.

use std::collections::BTreeSet;

use lapis::prelude::*;

use super::Driver;
use crate::check::{self, Verdict, ensure};
use crate::entities::{Book, Category, Tag};
use crate::model::{Columns, Id, Side};
use crate::random::Random;
use crate::schema::{Any, Key, Kind, Node, Rel, labels_in_graph, target_of, with_handle};

/// Graphs are not made of more entities than this.
const LARGE: usize = 25;

/// What the session has of an entity that is beneath the root of a graph, or is it.
struct Member {
    id: Id,
    columns: Columns,
    /// Whether it hangs on the root by references, so that it is detached with it.
    hangs: bool,
}

impl Driver {
    /// The entities that a graph from a root may hold, those that hang on others before these; none where one is not
    /// a row, or is about to be none.
    fn graph(&self, root: Id) -> Option<Vec<Member>> {
        let mut found: Vec<(Any, bool)> = Vec::new();
        let mut waiting = vec![(self.any(root), true)];
        while let Some((any, hangs)) = waiting.pop() {
            if let Some(known) = found.iter_mut().find(|known| known.0 == any) {
                if known.1 || !hangs {
                    continue;
                }
                known.1 = true;
            } else {
                found.push((any, hangs));
            }
            for side in Side::of(any.kind()) {
                let members = check::members(&self.session, any, side).unwrap_or_default();
                let hangs = hangs && matches!(side, Side::Sources(_));
                waiting.extend(members.into_iter().map(|member| (member, hangs)));
            }
            for rel in Rel::of(any.kind()) {
                if let Ok(Some(target)) = target_of(&self.session, any, rel)
                    && !found.iter().any(|known| known.0 == target)
                {
                    found.push((target, false));
                }
            }
            if found.len() > LARGE {
                return None;
            }
        }
        let member = |(any, hangs): (Any, bool)| {
            let id = *self.ids.get(&any)?;
            let known = self.model.known.get(&id).filter(|known| !known.pending && !known.doomed)?;
            Some(Member { id, columns: known.columns.clone(), hangs })
        };
        found.into_iter().rev().map(member).collect()
    }

    /// Whether a category is beneath itself.
    fn is_in_cycle(&self, id: Id) -> bool {
        let parent = |id: Id| {
            let columns = &self.model.known.get(&id)?.columns;
            columns.refs[0].filter(|_| columns.kind == Kind::Category)
        };
        let above = std::iter::successors(parent(id), |above| parent(*above));
        above.take(self.model.known.len()).any(|above| above == id)
    }

    /// The root of a graph that `detach` may take, or that may be merged again without a change.
    fn root(&self, random: &mut Random) -> Option<(Id, Vec<Member>)> {
        let root = random.pick(&self.persistent())?;
        Some((root, self.graph(root)?))
    }

    /// Whether a graph holds what the session has of its root.
    fn graph_agrees<T: Node>(&self, id: Id, graph: &mut T, loaded: &[(Side, Vec<Any>)]) -> Verdict {
        let label = &self.model.known[&id].columns.label;
        ensure!(graph.label() == label, "the graph of #{id} has label {:?}, not {label:?}", graph.label());
        for side in Side::of(T::KIND) {
            let found = labels_in_graph(graph, side);
            let Some((_, members)) = loaded.iter().find(|loaded| loaded.0 == side) else {
                ensure!(found.is_none(), "the graph of #{id} has {side:?} {found:?}, which is not loaded");
                continue;
            };
            let leads_back = members.iter().any(|member| self.ids.get(member) == Some(&id));
            let label = |member: &Any| check::label(&self.session, *member);
            let expected = (!leads_back).then(|| members.iter().map(label).collect::<Vec<_>>());
            ensure!(found == expected, "the graph of #{id} has {side:?} {found:?}, not {expected:?}");
        }
        Ok(())
    }

    /// The relations of an entity that are loaded.
    fn loaded_sides(&self, any: Any) -> Vec<(Side, Vec<Any>)> {
        let members = |side| Some((side, check::members(&self.session, any, side).ok()?));
        Side::of(any.kind()).filter_map(members).collect()
    }

    /// The links that a graph holds of those that hang on its root, which letting go of them ends or brings back.
    fn links_in_graph(&self, members: &[Member]) -> Vec<(Id, Vec<(Id, Id)>)> {
        let hanging = members.iter().filter(|member| member.hangs);
        let loaded = hanging.filter(|member| {
            let any = self.any(member.id);
            let mut sides = Side::of(any.kind()).filter(|side| matches!(side, Side::Tags | Side::Books));
            sides.any(|side| check::members(&self.session, any, side).is_ok())
        });
        let links =
            |id: Id| self.model.links.iter().filter(move |link| link.0 == id || link.1 == id).copied();
        loaded.map(|member| (member.id, links(member.id).collect())).collect()
    }

    pub(super) fn take_graph_out(&mut self, random: &mut Random) -> Verdict {
        let Some(id) = random.pick(&self.all_alive()) else { return Ok(()) };
        self.note(format!("to graph #{id}"));
        let any = self.any(id);
        let loaded = self.loaded_sides(any);
        with_handle!(any, handle => {
            let mut graph = self.session.to_graph(handle).map_err(|error| error.to_string())?;
            self.graph_agrees(id, &mut graph, &loaded)
        })
    }

    /// Takes a graph out; as often as not it is merged again.
    pub(super) async fn detach(&mut self, random: &mut Random) -> Verdict {
        if self.autoflush && !self.flush().await? {
            return Ok(());
        }
        let Some((root, members)) = self.root(random) else { return Ok(()) };
        // A graph leaves out what leads back to where it came from, and does not take it.
        let stays = |member: &Member| !self.may_go(member.id) || self.is_in_cycle(member.id);
        if members.iter().any(|member| member.hangs && stays(member)) {
            return Ok(());
        }
        let again = random.one_in(2);
        let taken: Vec<Id> = members.iter().filter(|member| member.hangs).map(|member| member.id).collect();
        self.note(format!("detach #{root} with {taken:?}, and merge it again: {again}"));
        let any = self.any(root);
        let loaded = self.loaded_sides(any);
        with_handle!(any, handle => {
            let mut graph = self.session.to_graph(handle).map_err(|error| error.to_string())?;
            self.graph_agrees(root, &mut graph, &loaded)?;
            let links = self.links_in_graph(&members);
            let graph = self.session.detach(handle).map_err(|error| error.to_string())?;
            taken.iter().for_each(|id| self.let_go(*id));
            check::session_agrees(&self.session, &self.model)?;
            if again {
                self.merge_graph(root, graph, &members).await?;
                for (id, linked) in links {
                    self.model.links.retain(|link| link.0 != id && link.1 != id);
                    self.model.links.extend(linked);
                }
            }
        });
        Ok(())
    }

    /// Copies a graph and merges the copy, with its root changed: into this session or the next one.
    pub(super) async fn merge(&mut self, random: &mut Random) -> Verdict {
        let elsewhere = random.one_in(4);
        if elsewhere {
            self.commit().await?;
            if self.session.in_transaction() || self.model.has_changes() {
                return Ok(());
            }
        } else if self.autoflush && !self.flush().await? {
            return Ok(());
        }
        let Some((root, mut members)) = self.root(random) else { return Ok(()) };
        let any = self.any(root);
        let label = format!("m{}", self.next_id());
        self.note(format!("merge a copy of #{root} labelled {label:?}, into another session: {elsewhere}"));
        for member in &mut members {
            if member.id == root {
                member.columns.label.clone_from(&label);
            }
        }
        with_handle!(any, handle => {
            let mut graph = self.session.to_graph(handle).map_err(|error| error.to_string())?;
            graph.label().clone_from(&label);
            if elsewhere {
                self.new_session().await?;
            }
            self.merge_graph(root, graph, &members).await?;
        });
        if self.autoflush && !self.flush().await? {
            return Ok(());
        }
        if any.kind() == Kind::Category {
            self.merge_children(root, random).await?;
        } else if any.kind() == Kind::Book {
            self.merge_tags(root, random).await?;
        }
        Ok(())
    }

    /// Merges a graph, whose entities are then what it said they are.
    async fn merge_graph<T: Node>(&mut self, root: Id, graph: T, members: &[Member]) -> Verdict {
        let merged = self.session.merge(graph).await.map_err(|error| format!("a merge failed: {error}"))?;
        let found = self.adopt(T::any(merged))?;
        ensure!(found == root, "#{root} was merged, and is #{found}");
        self.adopt_beneath(T::any(merged))?;
        for member in members {
            if let Some(known) = self.model.known.get_mut(&member.id) {
                known.columns = member.columns.clone();
            }
        }
        Ok(())
    }

    /// Notes the entities that a merge has read.
    fn adopt_beneath(&mut self, root: Any) -> Verdict {
        let mut seen: BTreeSet<Id> = BTreeSet::new();
        let mut waiting = vec![root];
        while let Some(any) = waiting.pop() {
            if !seen.insert(self.adopt(any)?) {
                continue;
            }
            waiting.extend(self.loaded_sides(any).into_iter().flat_map(|(_, members)| members));
            let target = |rel| target_of(&self.session, any, rel).ok().flatten();
            waiting.extend(Rel::of(any.kind()).filter_map(target));
        }
        Ok(())
    }

    /// Merges a category whose loaded children are replaced: one goes, and a new one comes.
    async fn merge_children(&mut self, root: Id, random: &mut Random) -> Verdict {
        let side = Side::Sources(Rel::CategoryParent);
        let any = self.any(root);
        let mut graph = self.session.to_graph(Category::typed(any)).map_err(|error| error.to_string())?;
        let Some(children) = graph.children.get_mut() else { return Ok(()) };
        let gone = (!children.is_empty()).then(|| children.remove(random.below(children.len())));
        let id = self.next_id();
        children.push(Category::new().label(format!("g{id}")).build());
        let gone = gone.and_then(|child| self.model.by_key(Kind::Category, &Key::Id(*child.id)));
        self.note(format!("merge #{root} with a new child #{id}, without #{gone:?}"));
        self.session.merge(graph).await.map_err(|error| format!("a merge failed: {error}"))?;
        self.adopt_new(id, any, side, [Some(root), None])?;
        if let Some(gone) = gone {
            self.model.refer(gone, Rel::CategoryParent, None);
        }
        Ok(())
    }

    /// Merges a book whose loaded tags are replaced: one goes, and a new one comes.
    async fn merge_tags(&mut self, root: Id, random: &mut Random) -> Verdict {
        let any = self.any(root);
        let mut graph = self.session.to_graph(Book::typed(any)).map_err(|error| error.to_string())?;
        let Some(tags) = graph.tags.get_mut() else { return Ok(()) };
        let gone = (!tags.is_empty()).then(|| tags.remove(random.below(tags.len())));
        let id = self.next_id();
        tags.push(Tag::new().label(format!("g{id}")).build());
        let gone = gone.and_then(|tag| self.model.by_key(Kind::Tag, &Key::Id(*tag.id)));
        self.note(format!("merge #{root} with a new tag #{id}, without #{gone:?}"));
        self.session.merge(graph).await.map_err(|error| format!("a merge failed: {error}"))?;
        self.adopt_new(id, any, Side::Tags, [None; 2])?;
        self.model.links.insert((root, id));
        if let Some(gone) = gone {
            self.model.links.remove(&(root, gone));
        }
        Ok(())
    }

    /// Registers the one member of a relation that the model does not know yet.
    fn adopt_new(&mut self, id: Id, owner: Any, side: Side, refs: [Option<Id>; 2]) -> Verdict {
        let members = check::members(&self.session, owner, side).map_err(|error| error.to_string())?;
        let is_new = |any: &Any| {
            check::state(&self.session, *any) == EntityState::Pending && !self.ids.contains_key(any)
        };
        let new: Vec<Any> = members.into_iter().filter(is_new).collect();
        ensure!(new.len() == 1, "{owner:?} {side:?} has the new members {new:?}, not one");
        self.register_new(id, new[0], "g", refs);
        Ok(())
    }
}
