//! # Selecting

use lapis::prelude::*;
use lapis::statement::{alias, table};

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Whole rows, as entities.
///
/// ```sql
/// SELECT id, title, author_id, genre_id, price, pages, rating,
///        published, formats, details
/// FROM books
/// ```
pub fn entities() -> impl Rows<Book> {
    Book::select()
}

/// Columns and expressions. What may be NULL is an `Option`.
///
/// ```sql
/// SELECT title, rating, price * pages
/// FROM books
/// ORDER BY id
/// ```
pub fn columns() -> impl Rows<(String, Option<f64>, Decimal)> {
    select((Book::title, Book::rating, Book::price * Book::pages))
        .order_by(Book::id)
}

/// Different rows.
///
/// ```sql
/// SELECT DISTINCT country
/// FROM authors
/// ```
pub fn distinct() -> impl Rows<Option<String>> {
    select(Author::country).distinct()
}

/// The first row of each of several equal ones, in the query's order.
///
/// ```sql
/// SELECT DISTINCT ON (author_id) author_id, title
/// FROM books
/// ORDER BY author_id, published DESC
/// ```
///
/// Not on SQLite, MySQL and MariaDB: number the rows, as among the [subqueries](#subqueries).
pub fn distinct_on() -> impl Rows<(i64, String)> {
    select((Book::author, Book::title))
        .distinct_on(Book::author)
        .order_by((Book::author, Book::published.desc()))
}

/// An order, also by several terms and by expressions.
///
/// ```sql
/// SELECT title
/// FROM books
/// ORDER BY price DESC, title
/// ```
pub fn order() -> impl Rows<String> {
    select(Book::title).order_by((Book::price.desc(), Book::title))
}

/// Where NULL stands in an order.
///
/// ```sql SQLite, PostgreSQL
/// SELECT title
/// FROM books
/// ORDER BY rating DESC NULLS LAST, id
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT title
/// FROM books
/// ORDER BY rating IS NULL, rating DESC, id
/// ```
pub fn order_of_nulls() -> impl Rows<String> {
    select(Book::title).order_by((Book::rating.desc().nulls_last(), Book::id))
}

/// Some of the rows.
///
/// ```sql
/// SELECT title
/// FROM books
/// ORDER BY id
/// LIMIT 2 OFFSET 1
/// ```
pub fn limit() -> impl Rows<String> {
    select(Book::title).order_by(Book::id).limit(2).offset(1)
}

/// A label, to order by it, or to read rows into a struct by the names of its fields (`.rows::<Priced>()`).
///
/// ```sql
/// SELECT title, price / pages AS per_page
/// FROM books
/// ORDER BY per_page, title
/// ```
///
/// ```sql SQLite
/// SELECT title, price * 1.0 / pages AS per_page
/// FROM books
/// ORDER BY per_page, title
/// ```
pub fn label() -> impl Rows<(String, Decimal)> {
    let per_page = (Book::price / Book::pages).label("per_page");
    let by_label = per_page.reference();
    select((Book::title, per_page)).order_by((by_label, Book::title))
}

/// A constant, and a table that no column tells of.
///
/// ```sql
/// SELECT 'book'
/// FROM books
/// ```
pub fn constant() -> impl Rows<String> {
    select(lit("book")).from(table::<Book>())
}

/// A table under another name.
///
/// ```sql
/// SELECT b.title
/// FROM books AS b
/// WHERE b.pages > 300
/// ```
pub fn aliased() -> impl Rows<String> {
    let b = alias::<Book>("b");
    select(b.c(Book::title)).from(&b).filter(b.c(Book::pages).gt(300))
}

/// The number of rows that a query has.
///
/// ```sql
/// SELECT count(*)
/// FROM books
/// WHERE pages > 300
/// ```
pub fn count() -> impl Rows<i64> {
    Book::select().filter(Book::pages.gt(300)).count()
}

topic!(
    "select.rs": entities, columns, distinct, distinct_on, order, order_of_nulls, limit, label, constant, aliased,
    count,
);
