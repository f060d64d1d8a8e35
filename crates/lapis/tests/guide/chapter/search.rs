//! # Regular expressions

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

topic!("search.rs": matches, replace);
