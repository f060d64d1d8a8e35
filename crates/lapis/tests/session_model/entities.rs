//! The entities of the test: one for each pattern of relationship.

use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "authors")]
pub struct Author {
    #[column(primary_key)]
    pub id: Auto<i64>,
    pub label: String,
    #[column(on_delete = "set null")]
    pub country: Option<Ref<Country>>,
    #[relation(inverse = Profile::author, cascade(delete_orphan))]
    pub profile: One<Profile>,
    #[relation(inverse = Book::author, cascade(delete))]
    pub books: Many<Book>,
    #[relation(inverse = Book::editor)]
    pub edited: Many<Book>,
    #[relation(inverse = Rating::reader, cascade(delete))]
    pub ratings: Many<Rating>,
}

/// One to one, and nothing without its author.
#[derive(Entity, Debug, Clone)]
#[entity(table = "profiles")]
pub struct Profile {
    #[column(primary_key)]
    pub id: Auto<i64>,
    pub label: String,
    #[column(unique)]
    pub author: Ref<Author>,
}

/// Two references to one entity, one of which may be NULL.
#[derive(Entity, Debug, Clone)]
#[entity(table = "books")]
pub struct Book {
    #[column(primary_key)]
    pub id: Auto<i64>,
    pub label: String,
    pub author: Ref<Author>,
    pub editor: Option<Ref<Author>>,
    #[relation(through = "book_tags")]
    pub tags: Many<Tag>,
    #[relation(inverse = Comment::book)]
    pub comments: Many<Comment>,
    #[relation(inverse = Rating::book, cascade(delete))]
    pub ratings: Many<Rating>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "tags")]
pub struct Tag {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(unique)]
    pub label: String,
    #[relation(through = "book_tags", inverse = Book::tags)]
    pub books: Many<Book>,
}

/// A tree.
#[derive(Entity, Debug, Clone)]
#[entity(table = "categories")]
pub struct Category {
    #[column(primary_key)]
    pub id: Auto<i64>,
    pub label: String,
    pub parent: Option<Ref<Category>>,
    #[relation(inverse = Category::parent, order_by = "label")]
    pub children: Many<Category>,
}

/// What the database deletes by itself.
#[derive(Entity, Debug, Clone)]
#[entity(table = "comments")]
pub struct Comment {
    #[column(primary_key)]
    pub id: Auto<i64>,
    pub label: String,
    #[column(on_delete = "cascade")]
    pub book: Ref<Book>,
}

/// A key that means something.
#[derive(Entity, Debug, Clone)]
#[entity(table = "countries")]
pub struct Country {
    #[column(primary_key, length = 10)]
    pub code: String,
    pub label: String,
    #[relation(inverse = Author::country)]
    pub authors: Many<Author>,
}

/// An association with something to say: its key is two references.
#[derive(Entity, Debug, Clone)]
#[entity(table = "ratings")]
pub struct Rating {
    #[column(primary_key)]
    pub reader: Ref<Author>,
    #[column(primary_key)]
    pub book: Ref<Book>,
    pub label: String,
}

/// Everything there is.
pub type All = (Author, Profile, Book, Tag, Category, Comment, Country, Rating);
