//! # Joins
//!
//! Along a relation, the condition is known. Any other is told by `join_on` and its kin.

use lapis::prelude::*;
use lapis::statement::{alias, table};

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Along a reference.
///
/// ```sql
/// SELECT books.title, authors.name
/// FROM books
/// JOIN authors ON authors.id = books.author_id
/// ```
pub fn along_a_reference() -> impl Rows<(String, String)> {
    select((Book::title, Author::name)).join(Book::author)
}

/// Along the other side, and on from there.
///
/// ```sql
/// SELECT authors.name, sales.city
/// FROM authors
/// JOIN books ON books.author_id = authors.id
/// JOIN sales ON sales.book_id = books.id
/// WHERE sales.quantity > 2
/// ```
pub fn along_the_other_side() -> impl Rows<(String, String)> {
    select((Author::name, Sale::city))
        .join(Author::books)
        .join(Book::sales)
        .filter(Sale::quantity.gt(2))
}

/// Through the table that holds many-to-many.
///
/// ```sql
/// SELECT books.title, tags.name
/// FROM books
/// JOIN book_tags ON book_tags.book_id = books.id
/// JOIN tags ON tags.id = book_tags.tag_id
/// ```
pub fn many_to_many() -> impl Rows<(String, String)> {
    select((Book::title, Tag::name)).join(Book::tags)
}

/// An outer join. What it may leave without a row is taken as nullable.
///
/// ```sql
/// SELECT books.title, genres.name
/// FROM books
/// LEFT JOIN genres ON genres.id = books.genre_id
/// ```
pub fn outer() -> impl Rows<(String, Option<String>)> {
    select((Book::title, Genre::name.nullable())).outer_join(Book::genre)
}

/// Whole entities side by side.
///
/// ```sql
/// SELECT authors.id, authors.name, authors.country, authors.born,
///        authors.mentor_id,
///        genres.id, genres.name, genres.parent_id
/// FROM books
/// JOIN authors ON authors.id = books.author_id
/// LEFT JOIN genres ON genres.id = books.genre_id
/// ```
pub fn entities() -> impl Rows<(Author, Option<Genre>)> {
    select((entity::<Author>(), entity::<Genre>().optional()))
        .join(Book::author)
        .outer_join(Book::genre)
}

/// By any condition.
///
/// ```sql
/// SELECT books.title, stock.city
/// FROM books
/// JOIN stock ON stock.book_id = books.id AND stock.amount > 0
/// ```
pub fn on() -> impl Rows<(String, String)> {
    let in_stock = Stock::book_id.eq(Book::id) & Stock::amount.gt(0);
    select((Book::title, Stock::city))
        .from(table::<Book>())
        .join_on(table::<Stock>(), in_stock)
}

/// All rows of the left side.
///
/// ```sql
/// SELECT books.title, stock.city
/// FROM books
/// LEFT JOIN stock ON stock.book_id = books.id
/// ```
pub fn left() -> impl Rows<(String, Option<String>)> {
    select((Book::title, Stock::city.nullable()))
        .from(table::<Book>())
        .left_join_on(table::<Stock>(), Stock::book_id.eq(Book::id))
}

/// All rows of the right side.
///
/// ```sql
/// SELECT stock.city, books.title
/// FROM stock
/// RIGHT JOIN books ON stock.book_id = books.id
/// ```
pub fn right() -> impl Rows<(Option<String>, String)> {
    select((Stock::city.nullable(), Book::title))
        .from(table::<Stock>())
        .right_join_on(table::<Book>(), Stock::book_id.eq(Book::id))
}

/// All rows of both sides.
///
/// ```sql
/// SELECT authors.name, genres.name
/// FROM authors
/// FULL JOIN genres ON authors.id = genres.id
/// ```
///
/// Not on MySQL and MariaDB: there, take the union of a left and a right join.
pub fn full() -> impl Rows<(Option<String>, Option<String>)> {
    select((Author::name.nullable(), Genre::name.nullable()))
        .from(table::<Author>())
        .full_join_on(table::<Genre>(), Author::id.eq(Genre::id))
}

/// Every pair of rows. Without this word, tables that nothing joins are an error.
///
/// ```sql
/// SELECT authors.name, tags.name
/// FROM authors
/// CROSS JOIN tags
/// ```
pub fn cross() -> impl Rows<(String, String)> {
    select((Author::name, Tag::name))
        .from(table::<Author>())
        .cross_join(table::<Tag>())
}

/// A table with itself.
///
/// ```sql
/// SELECT authors.name, m.name
/// FROM authors
/// LEFT JOIN authors AS m ON m.id = authors.mentor_id
/// ```
pub fn with_itself() -> impl Rows<(String, Option<String>)> {
    let m = alias::<Author>("m");
    select((Author::name, m.c(Author::name).nullable()))
        .outer_join(Author::mentor.to(&m))
}

topic!(
    "joins.rs": along_a_reference, along_the_other_side, many_to_many, outer, entities, on, left, right, full, cross,
    with_itself,
);
