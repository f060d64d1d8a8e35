//! The entities without their types: kinds, references and handles as plain data.

use std::any::Any as StdAny;

use lapis::orm::relation::{Path, Reference, Slot, ToMany, ToOne};
use lapis::orm::session::RelatedEntities;
use lapis::prelude::*;

use crate::entities::{Author, Book, Category, Comment, Country, Profile, Rating, Tag};
use crate::model::Side;

/// The value of a primary key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Id(i64),
    Code(String),
    Pair(i64, i64),
}

/// What a reference of an entity that is yet to be added is given.
#[derive(Debug, Clone)]
pub enum Given {
    Handle(Any),
    Key(Key),
}

/// What the test does with every entity.
pub trait Node: Entity {
    const KIND: Kind;
    fn make(label: &str, code: &str) -> Self;
    fn label(&mut self) -> &mut String;
    fn key_in(key: &Key) -> Self::Key;
    fn key_out(key: Self::Key) -> Key;
    fn any(handle: Handle<Self>) -> Any;
    fn typed(any: Any) -> Handle<Self>;
}

macro_rules! nodes {
    ($($name:ident, $make:expr, $key_in:expr, $key_out:expr;)+) => {
        /// What an entity is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($name),+ }

        /// A handle of any type.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Any { $($name(Handle<$name>)),+ }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$name),+];
        }

        $(
            impl Node for $name {
                const KIND: Kind = Kind::$name;

                fn make(label: &str, code: &str) -> Self {
                    let make: fn(&str, &str) -> Self = $make;
                    make(label, code)
                }

                fn label(&mut self) -> &mut String {
                    &mut self.label
                }

                fn key_in(key: &Key) -> Self::Key {
                    let key_in: fn(&Key) -> Option<Self::Key> = $key_in;
                    key_in(key).expect("a key of this kind")
                }

                fn key_out(key: Self::Key) -> Key {
                    let key_out: fn(Self::Key) -> Key = $key_out;
                    key_out(key)
                }

                fn any(handle: Handle<Self>) -> Any {
                    Any::$name(handle)
                }

                fn typed(any: Any) -> Handle<Self> {
                    match any {
                        Any::$name(handle) => handle,
                        other => panic!("{other:?} is no {}", stringify!($name)),
                    }
                }
            }
        )+
    };
}

fn id(key: &Key) -> Option<i64> {
    if let Key::Id(id) = key { Some(*id) } else { None }
}

nodes! {
    Author, |label, _| Author::new().label(label).build(), id, Key::Id;
    Profile, |label, _| Profile::new().label(label).build(), id, Key::Id;
    Book, |label, _| Book::new().label(label).build(), id, Key::Id;
    Tag, |label, _| Tag::new().label(label).build(), id, Key::Id;
    Category, |label, _| Category::new().label(label).build(), id, Key::Id;
    Comment, |label, _| Comment::new().label(label).build(), id, Key::Id;
    Country, |label, code| Country::new().code(code).label(label).build(),
        |key| if let Key::Code(code) = key { Some(code.clone()) } else { None }, Key::Code;
    Rating, |label, _| Rating::new().label(label).build(),
        |key| if let Key::Pair(one, two) = key { Some((*one, *two)) } else { None },
        |(one, two)| Key::Pair(one, two);
}

/// Does the same with a handle of any type.
macro_rules! with_handle {
    ($any:expr, $handle:ident => $body:expr) => {
        match $any {
            $crate::schema::Any::Author($handle) => $body,
            $crate::schema::Any::Profile($handle) => $body,
            $crate::schema::Any::Book($handle) => $body,
            $crate::schema::Any::Tag($handle) => $body,
            $crate::schema::Any::Category($handle) => $body,
            $crate::schema::Any::Comment($handle) => $body,
            $crate::schema::Any::Country($handle) => $body,
            $crate::schema::Any::Rating($handle) => $body,
        }
    };
}
pub(crate) use with_handle;

/// Does the same with the entity of any kind.
macro_rules! with_kind {
    ($kind:expr, $entity:ident => $body:expr) => {
        match $kind {
            $crate::schema::Kind::Author => {
                type $entity = $crate::entities::Author;
                $body
            }
            $crate::schema::Kind::Profile => {
                type $entity = $crate::entities::Profile;
                $body
            }
            $crate::schema::Kind::Book => {
                type $entity = $crate::entities::Book;
                $body
            }
            $crate::schema::Kind::Tag => {
                type $entity = $crate::entities::Tag;
                $body
            }
            $crate::schema::Kind::Category => {
                type $entity = $crate::entities::Category;
                $body
            }
            $crate::schema::Kind::Comment => {
                type $entity = $crate::entities::Comment;
                $body
            }
            $crate::schema::Kind::Country => {
                type $entity = $crate::entities::Country;
                $body
            }
            $crate::schema::Kind::Rating => {
                type $entity = $crate::entities::Rating;
                $body
            }
        }
    };
}
pub(crate) use with_kind;

impl Any {
    pub fn kind(self) -> Kind {
        fn of<T: Node>(_: Handle<T>) -> Kind {
            T::KIND
        }
        with_handle!(self, handle => of(handle))
    }
}

/// A reference, with the relation that is its other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rel {
    AuthorCountry,
    ProfileAuthor,
    BookAuthor,
    BookEditor,
    CategoryParent,
    CommentBook,
    RatingReader,
    RatingBook,
}

/// What deleting the entity referred to does to one that refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The session deletes it too.
    Delete,
    /// The session sets the reference to NULL.
    SetNull,
    /// The database deletes it.
    DatabaseDeletes,
    /// The database sets the reference to NULL.
    DatabaseSetsNull,
}

impl Rel {
    pub const ALL: &[Rel] = &[
        Rel::AuthorCountry,
        Rel::ProfileAuthor,
        Rel::BookAuthor,
        Rel::BookEditor,
        Rel::CategoryParent,
        Rel::CommentBook,
        Rel::RatingReader,
        Rel::RatingBook,
    ];

    pub fn source(self) -> Kind {
        match self {
            Rel::AuthorCountry => Kind::Author,
            Rel::ProfileAuthor => Kind::Profile,
            Rel::BookAuthor | Rel::BookEditor => Kind::Book,
            Rel::CategoryParent => Kind::Category,
            Rel::CommentBook => Kind::Comment,
            Rel::RatingReader | Rel::RatingBook => Kind::Rating,
        }
    }

    pub fn target(self) -> Kind {
        match self {
            Rel::AuthorCountry => Kind::Country,
            Rel::ProfileAuthor | Rel::BookAuthor | Rel::BookEditor | Rel::RatingReader => Kind::Author,
            Rel::CategoryParent => Kind::Category,
            Rel::CommentBook | Rel::RatingBook => Kind::Book,
        }
    }

    /// Its place among its entity's references.
    pub fn number(self) -> usize {
        usize::from(matches!(self, Rel::BookEditor | Rel::RatingBook))
    }

    pub fn nullable(self) -> bool {
        matches!(self, Rel::AuthorCountry | Rel::BookEditor | Rel::CategoryParent)
    }

    pub fn is_one_to_one(self) -> bool {
        self == Rel::ProfileAuthor
    }

    /// Whether what is taken out of the relation is deleted.
    pub fn deletes_orphans(self) -> bool {
        self == Rel::ProfileAuthor
    }

    pub fn on_delete(self) -> OnDelete {
        match self {
            Rel::ProfileAuthor | Rel::BookAuthor | Rel::RatingReader | Rel::RatingBook => OnDelete::Delete,
            Rel::BookEditor | Rel::CategoryParent => OnDelete::SetNull,
            Rel::CommentBook => OnDelete::DatabaseDeletes,
            Rel::AuthorCountry => OnDelete::DatabaseSetsNull,
        }
    }

    pub fn of(kind: Kind) -> impl Iterator<Item = Rel> {
        Rel::ALL.iter().copied().filter(move |rel| rel.source() == kind)
    }

    pub fn to(kind: Kind) -> impl Iterator<Item = Rel> {
        Rel::ALL.iter().copied().filter(move |rel| rel.target() == kind)
    }
}

/// Does the same with the constants of any reference and of its other side.
macro_rules! with_relation {
    ($rel:expr, $forward:ident, $inverse:ident => $body:expr) => {
        match $rel {
            Rel::AuthorCountry => {
                let ($forward, $inverse) = (Author::country, Country::authors);
                $body
            }
            Rel::ProfileAuthor => {
                let ($forward, $inverse) = (Profile::author, Author::profile);
                $body
            }
            Rel::BookAuthor => {
                let ($forward, $inverse) = (Book::author, Author::books);
                $body
            }
            Rel::BookEditor => {
                let ($forward, $inverse) = (Book::editor, Author::edited);
                $body
            }
            Rel::CategoryParent => {
                let ($forward, $inverse) = (Category::parent, Category::children);
                $body
            }
            Rel::CommentBook => {
                let ($forward, $inverse) = (Comment::book, Book::comments);
                $body
            }
            Rel::RatingReader => {
                let ($forward, $inverse) = (Rating::reader, Author::ratings);
                $body
            }
            Rel::RatingBook => {
                let ($forward, $inverse) = (Rating::book, Book::ratings);
                $body
            }
        }
    };
}

/// Relations whose members can be listed.
pub trait Members: RelatedEntities {
    fn members(self, session: &Session, owner: Any) -> lapis::Result<Vec<Any>>;
}

impl<S: Node, T: Node> Members for ToMany<S, T> {
    fn members(self, session: &Session, owner: Any) -> lapis::Result<Vec<Any>> {
        Ok(session.related(S::typed(owner), self)?.iter().map(|member| T::any(*member)).collect())
    }
}

impl<S: Node, T: Node> Members for ToOne<S, T> {
    fn members(self, session: &Session, owner: Any) -> lapis::Result<Vec<Any>> {
        Ok(session.related(S::typed(owner), self)?.map(T::any).into_iter().collect())
    }
}

fn referred<S: Node, T: Node, V: 'static>(
    session: &Session,
    owner: Any,
    relation: Reference<S, T, V>,
) -> lapis::Result<Option<Any>> {
    Ok(session.related(S::typed(owner), relation)?.map(T::any))
}

fn give<E: 'static, S: Node, T: Node, V>(
    entity: &mut E,
    relation: Reference<S, T, V>,
    given: Option<&Given>,
) {
    let entity: &mut S = (entity as &mut dyn StdAny).downcast_mut().expect("the reference's source");
    (relation.access().set)(
        entity,
        given.map(|given| match given {
            Given::Handle(any) => Ref::from(T::typed(*any)),
            Given::Key(key) => Ref::to(T::key_in(key)),
        }),
    );
}

fn held_key<E: 'static, S: Node, T: Node, V>(entity: &mut E, relation: Reference<S, T, V>) -> Option<Key> {
    let entity: &mut S = (entity as &mut dyn StdAny).downcast_mut().expect("the reference's source");
    (relation.access().get)(entity)?.key().cloned().map(T::key_out)
}

/// What a reference leads to, as the session sees it.
pub fn target_of(session: &Session, owner: Any, rel: Rel) -> lapis::Result<Option<Any>> {
    with_relation!(rel, forward, _inverse => referred(session, owner, forward))
}

/// The key that a reference of an entity holds.
pub fn key_in_entity<E: Node>(entity: &mut E, rel: Rel) -> Option<Key> {
    with_relation!(rel, forward, _inverse => held_key(entity, forward))
}

/// What refers to an entity, as the session sees it.
pub fn sources_of(session: &Session, owner: Any, rel: Rel) -> lapis::Result<Vec<Any>> {
    with_relation!(rel, _forward, inverse => inverse.members(session, owner))
}

/// Sets a reference of an entity that is not in a session.
pub fn give_reference<E: Node>(entity: &mut E, rel: Rel, given: Option<&Given>) {
    with_relation!(rel, forward, _inverse => give(entity, forward, given));
}

/// Sets the field behind a reference.
pub fn assign(session: &mut Session, owner: Any, rel: Rel, given: Option<&Given>) {
    with_handle!(owner, handle => give_reference(&mut session[handle], rel, given));
}

/// Links two entities, from either side.
pub fn link(session: &mut Session, rel: Rel, source: Any, target: Any, from_target: bool) {
    fn both<S: Node, T: Node, V: 'static>(
        session: &mut Session,
        forward: Reference<S, T, V>,
        inverse: impl Relation<Source = T, Target = S>,
        (source, target, from_target): (Any, Any, bool),
    ) {
        let (source, target) = (S::typed(source), T::typed(target));
        if from_target {
            session.link(target, inverse, source);
        } else {
            session.link(source, forward, target);
        }
    }
    with_relation!(rel, forward, inverse => both(session, forward, inverse, (source, target, from_target)));
}

/// Ends the link of two entities, from either side.
pub fn unlink(session: &mut Session, rel: Rel, source: Any, target: Any, from_target: bool) {
    fn both<S: Node, T: Node, V: 'static>(
        session: &mut Session,
        forward: Reference<S, T, V>,
        inverse: impl Relation<Source = T, Target = S>,
        (source, target, from_target): (Any, Any, bool),
    ) {
        let (source, target) = (S::typed(source), T::typed(target));
        if from_target {
            session.unlink(target, inverse, source);
        } else {
            session.unlink(source, forward, target);
        }
    }
    with_relation!(rel, forward, inverse => both(session, forward, inverse, (source, target, from_target)));
}

fn owners<T: Node>(owners: &[Any]) -> Vec<Handle<T>> {
    owners.iter().map(|owner| T::typed(*owner)).collect()
}

/// Loads what refers to the owners.
pub async fn load_sources(session: &mut Session, of: &[Any], rel: Rel) -> lapis::Result<()> {
    with_relation!(rel, _forward, inverse => session.load_all(&owners(of), inverse).await)
}

/// Loads what references lead to.
pub async fn load_targets(session: &mut Session, of: &[Any], rel: Rel) -> lapis::Result<()> {
    with_relation!(rel, forward, _inverse => session.load_all(&owners(of), forward).await)
}

/// Queries all entities that a reference leads to, with those that refer to them along.
pub async fn query_with_sources(session: &mut Session, rel: Rel, joined: bool) -> lapis::Result<Vec<Any>> {
    async fn query<S: Node, T: Node>(
        session: &mut Session,
        inverse: impl Relation<Source = T, Target = S>,
        joined: bool,
    ) -> lapis::Result<Vec<Any>> {
        let found = if joined {
            session.all(T::select().eager(inverse.joined())).await?
        } else {
            session.all(T::select().eager(inverse)).await?
        };
        Ok(found.into_iter().map(T::any).collect())
    }
    with_relation!(rel, _forward, inverse => query(session, inverse, joined).await)
}

/// Queries all entities with a reference, with what it leads to along.
pub async fn query_with_targets(session: &mut Session, rel: Rel, joined: bool) -> lapis::Result<Vec<Any>> {
    async fn query<S: Node, T: Node>(
        session: &mut Session,
        forward: impl Relation<Source = S, Target = T>,
        joined: bool,
    ) -> lapis::Result<Vec<Any>> {
        let found = if joined {
            session.all(S::select().eager(forward.joined())).await?
        } else {
            session.all(S::select().eager(forward)).await?
        };
        Ok(found.into_iter().map(S::any).collect())
    }
    with_relation!(rel, forward, _inverse => query(session, forward, joined).await)
}

/// The labels of what an owned graph holds of a relation; `None` where that is not loaded.
pub fn labels_in_graph<E: Node>(entity: &mut E, side: Side) -> Option<Vec<String>> {
    fn labels<E: Node, S: Node, T: Node>(
        entity: &mut E,
        relation: impl Relation<Source = S, Target = T>,
    ) -> Option<Vec<String>> {
        let entity: &mut S = (entity as &mut dyn StdAny).downcast_mut().expect("the relation's source");
        let label = |entity: &T| entity.clone().label().clone();
        match relation.path() {
            Path::Inverse { slot: Slot::Many(field), .. }
            | Path::Association { slot: Slot::Many(field), .. } => {
                Some(field(entity).get()?.iter().map(label).collect())
            }
            Path::Inverse { slot: Slot::One(field), .. }
            | Path::Association { slot: Slot::One(field), .. } => {
                let field = field(entity);
                field.is_loaded().then(|| field.get().map(label).into_iter().collect())
            }
            Path::Reference(_) => None,
        }
    }
    match side {
        Side::Sources(rel) => with_relation!(rel, _forward, inverse => labels(entity, inverse)),
        Side::Tags => labels(entity, Book::tags),
        Side::Books => labels(entity, Tag::books),
    }
}
