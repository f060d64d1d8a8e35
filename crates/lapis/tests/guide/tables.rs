//! The tables of the chapter: a bookshop.

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "genres")]
pub struct Genre {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 40, unique)]
    pub name: String,
    pub parent: Option<Ref<Genre>>, // parent_id
    #[relation(inverse = Genre::parent)]
    pub parts: Many<Genre>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "authors")]
pub struct Author {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 60, unique)]
    pub name: String,
    #[column(length = 40)]
    pub country: Option<String>,
    pub born: Option<NaiveDate>,
    pub mentor: Option<Ref<Author>>, // mentor_id
    #[relation(inverse = Book::author)]
    pub books: Many<Book>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "books")]
pub struct Book {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 80, unique)]
    pub title: String,
    pub author: Ref<Author>,       // author_id
    pub genre: Option<Ref<Genre>>, // genre_id
    #[column(precision = 8, scale = 2)]
    pub price: Decimal,
    pub pages: i32,
    pub rating: Option<f64>,
    pub published: NaiveDate,
    pub formats: i64, // bits: 1 paper, 2 e-book, 4 audio
    pub details: Json,
    #[relation(inverse = Sale::book)]
    pub sales: Many<Sale>,
    #[relation(through = "book_tags")]
    pub tags: Many<Tag>,
}

#[hybrid]
impl Book {
    pub fn is_long(&self) -> bool {
        self.pages > 300
    }
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "tags")]
pub struct Tag {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 20, unique)]
    pub name: String,
    #[relation(through = "book_tags", inverse = Book::tags)]
    pub books: Many<Book>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "sales")]
pub struct Sale {
    #[column(primary_key)]
    pub id: Auto<i64>,
    pub book: Ref<Book>, // book_id
    #[column(length = 20)]
    pub city: String,
    pub quantity: i32,
    pub sold_at: NaiveDateTime,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "stock")]
pub struct Stock {
    #[column(primary_key, length = 20)]
    pub city: String,
    #[column(primary_key)]
    pub book_id: i64,
    #[column(default = 0)]
    pub amount: i32,
}

/// The table of authors once more, with a field that is an expression.
#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "authors")]
pub struct Writer {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 60, unique)]
    pub name: String,
    #[column(property = count_books())]
    pub book_count: Auto<i64>,
}

fn count_books() -> Expr<i64> {
    let books =
        select(func::count(Book::id)).filter(Book::author.eq(Writer::id));
    books.scalar().assume_not_null()
}

/// To be searched for words, it is a table of FTS5 on SQLite, and has a `FULLTEXT` index on MySQL and MariaDB.
#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "reviews")]
pub struct Review {
    #[column(primary_key)]
    pub rowid: Auto<i64>,
    pub title: String,
    pub body: String,
}

/// Arrays and ranges are columns on PostgreSQL alone.
#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "courses")]
pub struct Course {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 40)]
    pub name: String,
    pub topics: Vec<String>,
    pub term: SqlRange<NaiveDate>,
}

// What follows is not shown on the page.

use lapis::expr::Expr;
use lapis::prelude::*;
use lapis::types::SqlRange;
