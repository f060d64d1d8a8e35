//! Comparing the session, the database and the model.

use std::collections::{BTreeMap, BTreeSet};

use lapis::prelude::*;

use crate::entities::{Author, Book};
use crate::model::{Columns, Id, Known, Model, Side};
use crate::schema::{
    Any, Given, Key, Kind, Node, Rel, give_reference, key_in_entity, sources_of, target_of, with_handle,
    with_kind,
};

/// What is wrong, in words.
pub type Verdict = Result<(), String>;

macro_rules! ensure {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            return Err(format!($($message)+));
        }
    };
}
pub(crate) use ensure;

pub fn label(session: &Session, any: Any) -> String {
    fn of<T: Node>(entity: &T) -> String {
        entity.clone().label().clone()
    }
    with_handle!(any, handle => of(&session[handle]))
}

pub fn state(session: &Session, any: Any) -> EntityState {
    with_handle!(any, handle => session.state(handle))
}

pub fn key(session: &Session, any: Any) -> Option<Key> {
    fn of<T: Node>(entity: &T) -> Option<Key> {
        entity.key().map(T::key_out)
    }
    with_handle!(any, handle => of(&session[handle]))
}

/// The members of a relation, as the session has them.
pub fn members(session: &Session, owner: Any, side: Side) -> lapis::Result<Vec<Any>> {
    match (side, owner) {
        (Side::Sources(rel), _) => sources_of(session, owner, rel),
        (Side::Tags, Any::Book(book)) => {
            Ok(session.related(book, Book::tags)?.iter().map(|tag| Any::Tag(*tag)).collect())
        }
        (Side::Books, Any::Tag(tag)) => {
            let books = session.related(tag, crate::entities::Tag::books)?;
            Ok(books.iter().map(|book| Any::Book(*book)).collect())
        }
        _ => unreachable!("{owner:?} has no {side:?}"),
    }
}

/// Whether the session agrees with the model.
pub fn session_agrees(session: &Session, model: &Model) -> Verdict {
    for (id, known) in &model.known {
        entity_agrees(session, model, *id, known)?;
        for rel in Rel::of(known.columns.kind) {
            reference_agrees(session, model, *id, known, rel)?;
        }
        for side in Side::of(known.columns.kind) {
            relation_agrees(session, model, *id, known, side)?;
        }
    }
    for (id, (any, expected)) in &model.others {
        let found = state(session, *any);
        ensure!(found == *expected, "#{id} {any:?} is {found:?}, not {expected:?}");
        let generated = !matches!(any.kind(), Kind::Country | Kind::Rating);
        let keyless = !generated || found != EntityState::Transient || key(session, *any).is_none();
        ensure!(keyless, "#{id} {any:?} is transient and has a key");
    }
    let changes = session.changes();
    let count = |counts: fn(&Known) -> bool| model.known.values().filter(|known| counts(known)).count();
    let (new, deleted) = (count(|known| known.pending), count(|known| known.doomed));
    let dirty = model.known.iter().filter(|(id, known)| !known.doomed && model.is_dirty(**id)).count();
    let expected = (new, dirty, deleted);
    let found = (changes.new, changes.dirty, changes.deleted);
    ensure!(found == expected, "(new, dirty, deleted) is {found:?}, not {expected:?}");
    Ok(())
}

fn entity_agrees(session: &Session, model: &Model, id: Id, known: &Known) -> Verdict {
    let any = known.any;
    let expected = if known.pending { EntityState::Pending } else { EntityState::Persistent };
    let found = state(session, any);
    ensure!(found == expected, "#{id} {any:?} is {found:?}, not {expected:?}");
    let found = label(session, any);
    let expected = &known.columns.label;
    ensure!(found == *expected, "#{id} {any:?} has label {found:?}, not {expected:?}");
    if let Some(row) = model.rows.get(&id)
        && known.columns.kind != Kind::Rating
    {
        let found = key(session, any);
        ensure!(found.as_ref() == Some(&row.key), "#{id} {any:?} has key {found:?}, not {:?}", row.key);
    }
    let modified = with_handle!(any, handle => session.is_modified(handle));
    let expected = !known.pending && model.is_dirty(id);
    ensure!(modified == expected, "#{id} {any:?}: is_modified is {modified}, not {expected}");
    Ok(())
}

fn reference_agrees(session: &Session, model: &Model, id: Id, known: &Known, rel: Rel) -> Verdict {
    let any = known.any;
    let found = target_of(session, any, rel);
    match known.columns.refs[rel.number()] {
        None => ensure!(matches!(found, Ok(None)), "#{id} {any:?} {rel:?} is {found:?}, not empty"),
        Some(target) => match model.known.get(&target) {
            Some(target) => {
                let agrees = matches!(&found, Ok(Some(found)) if *found == target.any);
                ensure!(agrees, "#{id} {any:?} {rel:?} is {found:?}, not {:?}", target.any);
            }
            // What it was moved to was never written, and takes it along.
            None if known.doomed => {}
            None => ensure!(found.is_err(), "#{id} {any:?} {rel:?} is {found:?}, not unknown"),
        },
    }
    Ok(())
}

fn relation_agrees(session: &Session, model: &Model, id: Id, known: &Known, side: Side) -> Verdict {
    let any = known.any;
    let found = match members(session, any, side) {
        Ok(found) => found,
        Err(error) => {
            ensure!(!known.loaded.contains(&side), "#{id} {any:?} {side:?} is not loaded: {error}");
            return Ok(());
        }
    };
    let mut expected = Vec::new();
    for member in model.members(id, side) {
        match model.known.get(&member) {
            Some(known) => expected.push(known.any),
            None => return Err(format!("#{id} {any:?} {side:?} is {found:?}, without row #{member}")),
        }
    }
    let same = found.len() == expected.len() && expected.iter().all(|member| found.contains(member));
    ensure!(same, "#{id} {any:?} {side:?} is {found:?}, not {expected:?}");
    Ok(())
}

/// Whether the database agrees with the model, read past the session.
pub async fn database_agrees(engine: &Engine, model: &Model) -> Verdict {
    for kind in Kind::ALL {
        let found = with_kind!(*kind, T => rows::<T>(engine, model).await)?;
        let expected: BTreeMap<Key, Columns> = model
            .rows
            .values()
            .filter(|row| row.columns.kind == *kind)
            .map(|row| (row.key.clone(), row.columns.clone()))
            .collect();
        ensure!(found == expected, "the database has {found:?}\nnot {expected:?}");
    }
    let links: Vec<(i64, i64)> = engine
        .all(text("SELECT book_id, tag_id FROM book_tags").rows())
        .await
        .map_err(|error| error.to_string())?;
    let found: BTreeSet<(Key, Key)> =
        links.into_iter().map(|(book, tag)| (Key::Id(book), Key::Id(tag))).collect();
    let expected: BTreeSet<(Key, Key)> = model
        .row_links
        .iter()
        .map(|(book, tag)| (model.rows[book].key.clone(), model.rows[tag].key.clone()))
        .collect();
    ensure!(found == expected, "the database links {found:?}, not {expected:?}");
    Ok(())
}

/// The rows of one table, by key.
async fn rows<T: Node>(engine: &Engine, model: &Model) -> Result<BTreeMap<Key, Columns>, String> {
    let entities: Vec<T> = engine.all(T::select()).await.map_err(|error| error.to_string())?;
    let mut found = BTreeMap::new();
    for mut entity in entities {
        let key = entity.key().map(T::key_out).ok_or("a row without a key")?;
        let mut refs = [None; 2];
        for rel in Rel::of(T::KIND) {
            if let Some(target) = key_in_entity(&mut entity, rel) {
                let id = model.by_key(rel.target(), &target);
                refs[rel.number()] = Some(id.ok_or_else(|| format!("{key:?} {rel:?} leads to no row"))?);
            }
        }
        found.insert(key, Columns { kind: T::KIND, label: entity.label().clone(), refs });
    }
    Ok(found)
}

/// Whether owned graphs agree with the model.
pub async fn graphs_agree(engine: &Engine, model: &Model) -> Verdict {
    let authors = engine
        .all(
            Author::select()
                .eager(Author::profile.joined())
                .eager(Author::books.eager(Book::tags).eager(Book::comments))
                .eager(Author::country),
        )
        .await
        .map_err(|error| error.to_string())?;
    for author in &authors {
        let key = Key::Id(*author.id);
        let id = model.by_key(Kind::Author, &key).ok_or_else(|| format!("no author {key:?}"))?;
        let labels = |ids: Vec<Id>| -> BTreeSet<String> {
            ids.into_iter().map(|id| format!("{id}: {}", model.rows[&id].columns.label)).collect()
        };
        let of = |kind, key: i64, label: &str| {
            format!("{}: {label}", model.by_key(kind, &Key::Id(key)).unwrap_or_default())
        };
        let profile: BTreeSet<String> = author
            .profile
            .get()
            .map(|own| of(Kind::Profile, *own.id, &own.label))
            .into_iter()
            .collect();
        let expected = labels(model.sources(id, Rel::ProfileAuthor));
        ensure!(profile == expected, "the profile of #{id} is {profile:?}, not {expected:?}");
        let country = author.country.as_ref().and_then(Ref::get).map(|country| country.code.clone());
        let expected = model.rows[&id].columns.refs[0].map(|country| model.rows[&country].key.clone());
        ensure!(country.clone().map(Key::Code) == expected, "#{id} is of {country:?}, not {expected:?}");
        let books: BTreeSet<String> =
            author.books.iter().map(|book| of(Kind::Book, *book.id, &book.label)).collect();
        let expected = labels(model.sources(id, Rel::BookAuthor));
        ensure!(books == expected, "the books of #{id} are {books:?}, not {expected:?}");
        for book in &author.books {
            let id = model.by_key(Kind::Book, &Key::Id(*book.id)).unwrap_or_default();
            let tags: BTreeSet<String> =
                book.tags.iter().map(|tag| of(Kind::Tag, *tag.id, &tag.label)).collect();
            let expected = labels(model.members(id, Side::Tags));
            ensure!(tags == expected, "the tags of #{id} are {tags:?}, not {expected:?}");
            let comments: BTreeSet<String> =
                book.comments.iter().map(|own| of(Kind::Comment, *own.id, &own.label)).collect();
            let expected = labels(model.sources(id, Rel::CommentBook));
            ensure!(comments == expected, "the comments of #{id} are {comments:?}, not {expected:?}");
        }
    }
    Ok(())
}

/// An entity with what it is to refer to.
pub fn build<T: Node>(columns: &Columns, code: &str, given: &[(Rel, Given)]) -> T {
    let mut entity = T::make(&columns.label, code);
    for (rel, given) in given {
        give_reference(&mut entity, *rel, Some(given));
    }
    entity
}
