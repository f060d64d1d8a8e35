use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "books")]
struct Book {
    #[column(primary_key)]
    id: Auto<i64>,
    #[relation(inverse = Tag::books)]
    tags: Many<Tag>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "tags")]
struct Tag {
    #[column(primary_key)]
    id: Auto<i64>,
    #[relation(through = "book_tags")]
    books: Many<Book>,
}

fn main() {}
