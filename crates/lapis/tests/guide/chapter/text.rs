//! # Text

use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Joined.
///
/// ```sql
/// SELECT title || ' (' || id || ')'
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT concat(title, ' (', id, ')')
/// FROM books
/// ```
pub fn concat() -> impl Rows<String> {
    select(
        Book::title
            .concat(" (")
            .concat(Book::id.cast::<String>())
            .concat(")"),
    )
}

/// Joined with something between, passing over NULL.
///
/// ```sql
/// SELECT concat_ws(', ', name, country)
/// FROM authors
/// ```
pub fn concat_ws() -> impl Rows<String> {
    select(func::concat_ws(", ", (Author::name, Author::country)))
}

/// Upper and lower case, length in characters and in bytes.
///
/// ```sql
/// SELECT upper(title), lower(title), length(title),
///        octet_length(title)
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT upper(title), lower(title), char_length(title),
///        octet_length(title)
/// FROM books
/// ```
pub fn case_and_length() -> impl Rows<(String, String, i64, i64)> {
    select((
        func::upper(Book::title),
        func::lower(Book::title),
        func::length(Book::title),
        func::byte_length(Book::title),
    ))
}

/// Parts of a text, counted from 1.
///
/// ```sql
/// SELECT substr(title, 1, 5), substr(title, 6),
///        left(title, 2), right(title, 2)
/// FROM books
/// ```
///
/// ```sql SQLite
/// SELECT substr(title, 1, 5), substr(title, 6),
///        substr(title, 1, 2), substr(title, -2)
/// FROM books
/// ```
pub fn parts() -> impl Rows<(String, String, String, String)> {
    select((
        func::substr(Book::title, 1, 5),
        func::substr_from(Book::title, 6),
        func::left(Book::title, 2),
        func::right(Book::title, 2),
    ))
}

/// Where a text is within another, and another in its place.
///
/// ```sql PostgreSQL
/// SELECT position('t' IN title), replace(title, ' ', '-')
/// FROM books
/// ```
///
/// ```sql SQLite
/// SELECT instr(title, 't'), replace(title, ' ', '-')
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT locate('t', title), replace(title, ' ', '-')
/// FROM books
/// ```
pub fn position_and_replace() -> impl Rows<(i64, String)> {
    select((
        func::position(Book::title, "t"),
        func::replace(Book::title, " ", "-"),
    ))
}

/// Filled up, repeated, backwards.
///
/// ```sql PostgreSQL, MySQL, MariaDB
/// SELECT lpad(title, 20, '.'), rpad(title, 3, '.'),
///        repeat(title, 2), reverse(title)
/// FROM books
/// ```
///
/// ```sql SQLite
/// SELECT substr('....................', 1,
///               max(20 - length(title), 0)) || substr(title, 1, 20),
///        substr(title, 1, 3),
///        title || title,
///        (WITH RECURSIVE letters AS (
///             SELECT 1 AS n, substr(title, 1, 1) AS turned
///             UNION ALL
///             SELECT n + 1, substr(title, n + 1, 1) || turned
///             FROM letters WHERE n < length(title))
///         SELECT turned FROM letters ORDER BY n DESC LIMIT 1)
/// FROM books
/// ```
pub fn fill() -> impl Rows<(String, String, String, String)> {
    select((
        func::lpad(Book::title, 20, "."),
        func::rpad(Book::title, 3, "."),
        func::repeat(Book::title, 2),
        func::reverse(Book::title),
    ))
}

/// Without blanks at its ends.
///
/// ```sql
/// SELECT trim(city), ltrim(city), rtrim(city)
/// FROM sales
/// ```
pub fn trim() -> impl Rows<(String, String, String)> {
    select((
        func::trim(Sale::city),
        func::ltrim(Sale::city),
        func::rtrim(Sale::city),
    ))
}

/// Ordered and compared by a collation, of which each database has its own.
///
/// ```sql PostgreSQL
/// SELECT title
/// FROM books
/// ORDER BY title COLLATE "C" DESC
/// ```
///
/// Only on PostgreSQL: SQLite has others, such as `NOCASE`, and so have MySQL and MariaDB, such as `utf8mb4_bin`.
pub fn collate() -> impl Rows<String> {
    select(Book::title).order_by(Book::title.collate("C").desc())
}

topic!(
    "text.rs": concat, concat_ws, case_and_length, parts, position_and_replace, fill, trim, collate
);
