//! # Filtering

use lapis::expr::{all_of, any_of, row};
use lapis::prelude::*;

use super::day;
use crate::entry::{Rows, topic};
use crate::tables::*;

/// Conditions. Filters that follow one another have to hold together.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE pages >= 150 AND price < 20 AND title <> 'Deep Water'
/// ```
pub fn comparison() -> impl Rows<String> {
    select(Book::title)
        .filter(Book::pages.ge(150))
        .filter(Book::price.lt(20))
        .filter(Book::title.ne("Deep Water"))
}

/// `AND`, `OR` and `NOT`, as methods or as operators.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE pages > 300 AND (price < 13 OR NOT rating > 4)
/// ```
pub fn logic() -> impl Rows<String> {
    let cheap_or_bad = Book::price.lt(13) | !Book::rating.gt(4.0);
    select(Book::title).filter(Book::pages.gt(300) & cheap_or_bad)
}

/// Between two values, both included.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE published BETWEEN '1999-01-01' AND '2004-12-31'
/// ```
pub fn between() -> impl Rows<String> {
    select(Book::title)
        .filter(Book::published.between(day(1999, 1, 1), day(2004, 12, 31)))
}

/// One of several values. Of an empty list it is false, and `not_in` is true.
///
/// ```sql
/// SELECT name
/// FROM authors
/// WHERE country IN ('Norway', 'Peru')
/// ```
pub fn list() -> impl Rows<String> {
    select(Author::name).filter(Author::country.in_(["Norway", "Peru"]))
}

/// Patterns of LIKE.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE title LIKE '%t%' AND title NOT LIKE 'N____ %'
/// ```
pub fn like() -> impl Rows<String> {
    select(Book::title)
        .filter(Book::title.like("%t%"))
        .filter(Book::title.not_like("N____ %"))
}

/// Text to be found as it is, whatever marks it holds.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE title LIKE '%100!%%' ESCAPE '!'
/// ```
pub fn contains() -> impl Rows<String> {
    select(Book::title).filter(Book::title.contains("100%"))
}

/// Upper and lower case alike.
///
/// ```sql PostgreSQL
/// SELECT title
/// FROM books
/// WHERE title ILIKE 'night%'
/// ```
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE lower(title) LIKE lower('night%')
/// ```
pub fn ilike() -> impl Rows<String> {
    select(Book::title).filter(Book::title.ilike("night%"))
}

/// Several columns compared as one.
///
/// ```sql
/// SELECT amount
/// FROM stock
/// WHERE (city, book_id) IN (('Oslo', 1), ('Lima', 4))
/// ```
///
/// ```sql SQLite
/// SELECT amount
/// FROM stock
/// WHERE (city, book_id) IN (VALUES ('Oslo', 1), ('Lima', 4))
/// ```
pub fn rows() -> impl Rows<i32> {
    let wanted = [("Oslo", 1), ("Lima", 4)];
    select(Stock::amount).filter(row((Stock::city, Stock::book_id)).in_(wanted))
}

/// What stands behind a row in an order of several columns.
///
/// ```sql
/// SELECT city, book_id
/// FROM stock
/// WHERE (city, book_id) > ('Lima', 1)
/// ```
pub fn behind() -> impl Rows<(String, i64)> {
    select((Stock::city, Stock::book_id))
        .filter(row((Stock::city, Stock::book_id)).gt(("Lima", 1)))
}

/// A condition that may be absent.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE pages >= 300
/// ```
pub fn optional() -> impl Rows<String> {
    let (from, until) = (Some(300), None::<i32>);
    select(Book::title)
        .filter_if(from.map(|pages| Book::pages.ge(pages)))
        .filter_if(until.map(|pages| Book::pages.le(pages)))
}

/// Conditions of a list, all of them or any. Of an empty list, `all_of` is true and `any_of` false.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE (title LIKE 'N%' OR title LIKE 'C%')
///   AND pages > 100 AND price > 10
/// ```
pub fn folded() -> impl Rows<String> {
    let first_letters =
        ["N", "C"].map(|letter| Book::title.starts_with(letter));
    let limits = vec![Book::pages.gt(100), Book::price.gt(10)];
    select(Book::title)
        .filter(any_of(first_letters))
        .filter(all_of(limits))
}

topic!(
    "filter.rs": comparison, logic, between, list, like, contains, ilike, rows, behind, optional, folded
);
