//! Adding: single entities, graphs, and those that are transient again.

use lapis::prelude::*;

use super::{CROWDED, Driver};
use crate::check::{self, Verdict, build, ensure};
use crate::entities::{Author, Book, Category, Comment, Profile, Tag};
use crate::model::{Columns, Id, Side};
use crate::random::Random;
use crate::schema::{self, Any, Given, Key, Kind, Node, Rel, with_handle, with_kind};

impl Driver {
    pub(super) fn add(&mut self, random: &mut Random) {
        let kind = random.pick(Kind::ALL).unwrap_or(Kind::Author);
        if self.model.known.len() > CROWDED {
            return;
        }
        let id = self.next_id();
        let mut refs = [None; 2];
        let mut given = Vec::new();
        for rel in Rel::of(kind) {
            let target = random.pick(&self.alive(rel.target()));
            let leave_out = if rel.nullable() { random.one_in(2) } else { random.one_in(60) };
            match target {
                Some(target) if !leave_out => {
                    let how = self.given(random, target);
                    // A unique reference that is taken is refused by the database, which is wanted rarely.
                    if rel.is_one_to_one()
                        && !self.model.sources(target, rel).is_empty()
                        && !self.is_loaded(target, Side::Sources(rel))
                        && !random.one_in(8)
                    {
                        return;
                    }
                    given.push((rel, how));
                    refs[rel.number()] = Some(target);
                }
                None if !rel.nullable() => return,
                _ => {}
            }
        }
        if kind == Kind::Rating && !random.one_in(8) && self.rating_exists(refs) {
            return;
        }
        let label = match self.taken_label(kind, random) {
            Some(label) => label,
            None => format!("{}{id}", ["a", "b", "c"][random.below(3)]),
        };
        let countries = self.alive(Kind::Country);
        let code = match random.pick(&countries) {
            Some(taken) if random.one_in(25) => match &self.model.known[&taken].code {
                Some(Key::Code(code)) => code.clone(),
                _ => format!("c{id}"),
            },
            _ => format!("c{id}"),
        };
        let columns = Columns { kind, label, refs };
        self.note(format!("add #{id} {columns:?} with {given:?} (code {code})"));
        let any = with_kind!(kind, T => T::any(self.session.add(build::<T>(&columns, &code, &given))));
        let unreferred = Columns { refs: [None; 2], ..columns };
        self.register(id, any, unreferred, Key::Code(code));
        for rel in Rel::of(kind) {
            self.model.refer(id, rel, refs[rel.number()]);
        }
    }

    pub(super) fn register(&mut self, id: Id, any: Any, columns: Columns, code: Key) {
        let code = (columns.kind == Kind::Country).then_some(code);
        self.ids.insert(any, id);
        self.model.add(id, any, columns, code);
    }

    /// A tag's label that another has already, now and then.
    pub(super) fn taken_label(&self, kind: Kind, random: &mut Random) -> Option<String> {
        let taken = random.pick(&self.alive(Kind::Tag))?;
        (kind == Kind::Tag && random.one_in(15)).then(|| self.model.known[&taken].columns.label.clone())
    }

    pub(super) fn rating_exists(&self, refs: [Option<Id>; 2]) -> bool {
        let same = |columns: &Columns| columns.kind == Kind::Rating && columns.refs == refs;
        self.model.known.values().any(|known| same(&known.columns))
            || self.model.rows.values().any(|row| same(&row.columns))
    }

    pub(super) fn add_graph(&mut self, random: &mut Random) -> Verdict {
        if self.model.known.len() > CROWDED {
            return Ok(());
        }
        match random.below(3) {
            0 => self.add_author_graph(random),
            1 => self.add_category_graph(random),
            _ => {
                let (book, author) = (self.next_id(), self.next_id());
                self.note(format!("add a graph: book #{book} with its author #{author}"));
                let handle = self.session.add(
                    Book::new()
                        .label(format!("g{book}"))
                        .author(Author::new().label(format!("g{author}")).build())
                        .build(),
                );
                let written =
                    self.session.related(handle, Book::author).map_err(|error| error.to_string())?;
                let written = written.ok_or("the author was not added")?;
                self.register_new(author, Author::any(written), "g", [None; 2]);
                self.register_new(book, Book::any(handle), "g", [Some(author), None]);
                Ok(())
            }
        }
    }

    pub(super) fn register_new(&mut self, id: Id, any: Any, prefix: &str, refs: [Option<Id>; 2]) {
        let columns = Columns { kind: any.kind(), label: format!("{prefix}{id}"), refs };
        self.register(id, any, columns, Key::Id(0));
    }

    pub(super) fn add_author_graph(&mut self, random: &mut Random) -> Verdict {
        let author = self.next_id();
        let profile = random.one_in(2).then(|| self.next_id());
        let mut books: Vec<(Id, Vec<Id>, Vec<Id>)> = Vec::new();
        for _ in 0..random.below(3) {
            let tags = (0..random.below(3)).map(|_| self.next_id()).collect();
            let comments = (0..random.below(3)).map(|_| self.next_id()).collect();
            books.push((self.next_id(), tags, comments));
        }
        self.note(format!(
            "add a graph: author #{author}, profile #{profile:?}, (book, tags, comments) {books:?}"
        ));
        let label = |id: &Id| format!("g{id}");
        let book = |(book, tags, comments): &(Id, Vec<Id>, Vec<Id>)| {
            let tags: Vec<Tag> = tags.iter().map(|tag| Tag::new().label(label(tag)).build()).collect();
            let comments: Vec<Comment> =
                comments.iter().map(|comment| Comment::new().label(label(comment)).build()).collect();
            Book::new().label(label(book)).tags(tags).comments(comments).build()
        };
        let mut graph = Author::new()
            .label(label(&author))
            .books(books.iter().map(book).collect::<Vec<_>>())
            .build();
        if let Some(profile) = &profile {
            graph.profile = One::from(Profile::new().label(label(profile)).build());
        }
        let any = Author::any(self.session.add(graph));
        self.register_new(author, any, "g", [None; 2]);
        if let Some(profile) = profile {
            let found = self.members(any, Side::Sources(Rel::ProfileAuthor), 1)?;
            self.register_new(profile, found[0], "g", [Some(author), None]);
        }
        let found = self.members(any, Side::Sources(Rel::BookAuthor), books.len())?;
        for ((book, tags, comments), any) in books.into_iter().zip(found) {
            self.register_new(book, any, "g", [Some(author), None]);
            let found = self.members(any, Side::Tags, tags.len())?;
            for (tag, any) in tags.into_iter().zip(found) {
                self.register_new(tag, any, "g", [None; 2]);
                self.model.links.insert((book, tag));
            }
            let found = self.members(any, Side::Sources(Rel::CommentBook), comments.len())?;
            for (comment, any) in comments.into_iter().zip(found) {
                self.register_new(comment, any, "g", [Some(book), None]);
            }
        }
        Ok(())
    }

    pub(super) fn add_category_graph(&mut self, random: &mut Random) -> Verdict {
        let (root, middle, leaf) = (self.next_id(), self.next_id(), self.next_id());
        self.note(format!("add a graph: category #{root} over #{middle} over #{leaf}"));
        let category = |id: Id, children: Vec<Category>| {
            Category::new().label(format!("g{id}")).children(children).build()
        };
        let graph = category(root, vec![category(middle, vec![category(leaf, Vec::new())])]);
        let over = random.pick(&self.alive(Kind::Category)).filter(|_| random.one_in(2));
        let any = Category::any(self.session.add(graph));
        self.register_new(root, any, "g", [None; 2]);
        let below = self.members(any, Side::Sources(Rel::CategoryParent), 1)?[0];
        self.register_new(middle, below, "g", [Some(root), None]);
        let lowest = self.members(below, Side::Sources(Rel::CategoryParent), 1)?[0];
        self.register_new(leaf, lowest, "g", [Some(middle), None]);
        if let Some(over) = over {
            self.refer(random, root, Rel::CategoryParent, Some(over));
        }
        Ok(())
    }

    /// The members of a relation, of which there have to be so many.
    pub(super) fn members(&self, owner: Any, side: Side, count: usize) -> Result<Vec<Any>, String> {
        let found = check::members(&self.session, owner, side).map_err(|error| error.to_string())?;
        ensure!(found.len() == count, "{owner:?} {side:?} is {found:?}, and should be {count}");
        Ok(found)
    }

    pub(super) fn add_again(&mut self, random: &mut Random) {
        let others = self.model.others.iter();
        let transient: Vec<Id> = others
            .filter(|(_, (_, state))| *state == EntityState::Transient)
            .map(|(id, _)| *id)
            .collect();
        let Some(id) = random.pick(&transient) else { return };
        let (any, _) = self.model.others[&id];
        let kind = any.kind();
        // What it referred to may be gone, or somebody else's: it is given new references first.
        let mut refs = [None; 2];
        for rel in Rel::of(kind) {
            let target = random.pick(&self.alive(rel.target()));
            if target.is_none() && !rel.nullable() {
                return;
            }
            let taken = |target: Id| !self.model.sources(target, rel).is_empty();
            if rel.is_one_to_one() && target.is_some_and(taken) {
                return;
            }
            refs[rel.number()] = target;
        }
        if kind == Kind::Rating && self.rating_exists(refs) {
            return;
        }
        let label = format!("r{}", self.next);
        self.note(format!("add #{id} again, as {label:?} with {refs:?}"));
        for rel in Rel::of(kind) {
            let given = refs[rel.number()].map(|target| Given::Handle(self.any(target)));
            schema::assign(&mut self.session, any, rel, given.as_ref());
        }
        with_handle!(any, handle => label.clone_into(self.session[handle].label()));
        with_handle!(any, handle => drop(self.session.add(handle)));
        let code = check::key(&self.session, any);
        let columns = Columns { kind, label, refs };
        self.register(id, any, columns, code.unwrap_or(Key::Id(0)));
    }
}
