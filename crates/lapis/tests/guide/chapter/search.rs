//! # Regular expressions and full-text search

use lapis::expr::full_text;
use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Found, with upper and lower case apart, or alike.
///
/// ```sql PostgreSQL
/// SELECT title
/// FROM books
/// WHERE title ~ '^[A-D].*[a-z]$' AND title ~* 'WATER|LIGHT'
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT title
/// FROM books
/// WHERE title REGEXP '(?-i)^[A-D].*[a-z]$'
///   AND title REGEXP '(?i)WATER|LIGHT'
/// ```
///
/// ```sql SQLite
/// SELECT title
/// FROM books
/// WHERE title REGEXP '^[A-D].*[a-z]$'
///   AND title REGEXP '(?i)WATER|LIGHT'
/// ```
///
/// To SQLite, which has no function for it, Lapis brings one.
pub fn matches() -> impl Rows<String> {
    select(Book::title)
        .filter(Book::title.matches("^[A-D].*[a-z]$"))
        .filter(Book::title.matches_ignore_case("WATER|LIGHT"))
}

/// Replaced, and taken out.
///
/// ```sql PostgreSQL
/// SELECT regexp_replace(title, '[aeiou]', '*', 'g'),
///        regexp_substr(title, '[A-Z][a-z]+$')
/// FROM books
/// ```
///
/// ```sql
/// SELECT regexp_replace(title, '[aeiou]', '*'),
///        regexp_substr(title, '[A-Z][a-z]+$')
/// FROM books
/// ```
pub fn replace() -> impl Rows<(String, Option<String>)> {
    select((
        func::regexp_replace(Book::title, "[aeiou]", "*"),
        func::regexp_substr(Book::title, "[A-Z][a-z]+$"),
    ))
}

/// All of some words, in any of some columns, what fits best first.
///
/// ```sql PostgreSQL
/// SELECT title
/// FROM reviews
/// WHERE to_tsvector('english', title || ' ' || body)
///       @@ plainto_tsquery('english', 'quiet train')
/// ORDER BY ts_rank(to_tsvector('english', title || ' ' || body),
///                  plainto_tsquery('english', 'quiet train')) DESC
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT title
/// FROM reviews
/// WHERE MATCH (title, body)
///       AGAINST ('+quiet +train' IN BOOLEAN MODE)
/// ORDER BY MATCH (title, body)
///          AGAINST ('+quiet +train' IN BOOLEAN MODE) DESC
/// ```
///
/// ```sql SQLite
/// SELECT title
/// FROM reviews
/// WHERE reviews MATCH 'quiet train'
/// ORDER BY bm25(reviews)
/// ```
///
/// Each database has its own idea of words, of rules of a language, and of how well something fits.
pub fn full_text_search() -> impl Rows<String> {
    let search = full_text((Review::title, Review::body), "quiet train")
        .language("english");
    select(Review::title)
        .filter(search.matches())
        .order_by(search.rank().desc())
}

topic!("search.rs": matches, replace, full_text_search);
