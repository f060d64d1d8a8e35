//! # NULL
//!
//! A column is nullable if its field is an `Option`, and so is what is computed from it. The types say so: `sum` of no
//! rows, a scalar subquery and the table of an outer join give an `Option`, too.

use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Whether there is a value.
///
/// ```sql
/// SELECT name
/// FROM authors
/// WHERE country IS NULL AND mentor_id IS NOT NULL
/// ```
pub fn is_null() -> impl Rows<String> {
    select(Author::name)
        .filter(Author::country.is_null())
        .filter(Author::mentor.is_not_null())
}

/// What may be NULL in a program is compared by the same method.
///
/// ```sql
/// SELECT name
/// FROM authors
/// WHERE country IS NULL
/// ```
pub fn equals_none() -> impl Rows<String> {
    let country: Option<&str> = None;
    select(Author::name).filter(Author::country.eq(country))
}

/// Different or not, with NULL as a value like others.
///
/// ```sql PostgreSQL
/// SELECT name
/// FROM authors
/// WHERE country IS DISTINCT FROM 'Norway'
/// ```
///
/// ```sql SQLite
/// SELECT name
/// FROM authors
/// WHERE country IS NOT 'Norway'
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT name
/// FROM authors
/// WHERE NOT (country <=> 'Norway')
/// ```
pub fn distinct_from() -> impl Rows<String> {
    select(Author::name).filter(Author::country.is_distinct_from("Norway"))
}

/// A value in place of NULL, after which there is none.
///
/// ```sql
/// SELECT name, coalesce(country, 'unknown')
/// FROM authors
/// ```
pub fn coalesce() -> impl Rows<(String, String)> {
    select((Author::name, func::coalesce(Author::country, "unknown")))
}

/// NULL in place of a value.
///
/// ```sql
/// SELECT title, 100 / nullif(formats - 1, 0)
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT title, 100 DIV nullif(formats - 1, 0)
/// FROM books
/// ```
pub fn nullif() -> impl Rows<(String, Option<i64>)> {
    select((Book::title, 100 / func::nullif(Book::formats - 1, 0)))
}

/// A column that is known to have a value in these rows.
///
/// ```sql
/// SELECT title, rating
/// FROM books
/// WHERE rating IS NOT NULL
/// ```
pub fn assume_not_null() -> impl Rows<(String, f64)> {
    select((Book::title, Book::rating.assume_not_null()))
        .filter(Book::rating.is_not_null())
}

topic!("nulls.rs": is_null, equals_none, distinct_from, coalesce, nullif, assume_not_null);
