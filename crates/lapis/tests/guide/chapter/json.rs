//! # JSON
//!
//! A path is typed by how it is read. Where nothing lies there, it is NULL.

use lapis::prelude::*;
use lapis::statement::update;

use crate::entry::{Rows, Write, topic};
use crate::tables::*;

/// What lies at a path.
///
/// ```sql PostgreSQL
/// SELECT details ->> 'isbn',
///        details #>> '{publisher,city}',
///        details #>> '{awards,0}',
///        CAST(details #>> '{pages}' AS BIGINT)
/// FROM books
/// ```
///
/// ```sql SQLite
/// SELECT details ->> 'isbn',
///        details ->> '$.publisher.city',
///        details ->> '$.awards[0]',
///        CAST(details ->> 'pages' AS INTEGER)
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT json_value(details, '$.isbn'),
///        json_value(details, '$.publisher.city'),
///        json_value(details, '$.awards[0]'),
///        CAST(json_value(details, '$.pages') AS SIGNED)
/// FROM books
/// ```
pub fn paths()
-> impl Rows<(Option<String>, Option<String>, Option<String>, Option<i64>)> {
    select((
        Book::details.path("isbn").as_text(),
        Book::details.path("publisher.city").as_text(),
        Book::details.path("awards[0]").as_text(),
        Book::details.path("pages").as_int(),
    ))
}

/// In a filter, an order, a group: as any other expression.
///
/// ```sql PostgreSQL
/// SELECT details #>> '{publisher,name}', count(*)
/// FROM books
/// WHERE details #>> '{publisher,name}' IS NOT NULL
/// GROUP BY details #>> '{publisher,name}'
/// ```
///
/// ```sql SQLite
/// SELECT details ->> '$.publisher.name', count(*)
/// FROM books
/// WHERE details ->> '$.publisher.name' IS NOT NULL
/// GROUP BY details ->> '$.publisher.name'
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT json_value(details, '$.publisher.name') AS publisher,
///        count(*)
/// FROM books
/// WHERE json_value(details, '$.publisher.name') IS NOT NULL
/// GROUP BY publisher
/// ```
pub fn group() -> impl Rows<(Option<String>, i64)> {
    let publisher = &Book::details.path("publisher.name").as_text();
    select((publisher, func::count_all()))
        .filter(publisher.is_not_null())
        .group_by(publisher)
}

/// Truth values, whether anything is there, and how long an array is.
///
/// ```sql PostgreSQL
/// SELECT title, jsonb_array_length(details -> 'awards')
/// FROM books
/// WHERE CAST(details ->> 'signed' AS BOOLEAN)
///    OR details ? 'awards'
/// ```
///
/// ```sql SQLite
/// SELECT title, json_array_length(details, '$.awards')
/// FROM books
/// WHERE details ->> 'signed'
///    OR json_type(details, '$.awards') IS NOT NULL
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT title, json_length(details, '$.awards')
/// FROM books
/// WHERE json_value(details, '$.signed') IN ('true', '1')
///    OR json_contains_path(details, 'one', '$.awards')
/// ```
pub fn exists() -> impl Rows<(String, Option<i64>)> {
    let awards = Book::details.path("awards");
    let signed = Book::details.path("signed").as_bool();
    select((Book::title, awards.clone().as_json().json_length()))
        .filter(signed.eq(true) | awards.exists())
}

/// Whether a document has another within it.
///
/// ```sql PostgreSQL
/// SELECT title
/// FROM books
/// WHERE details @> '{"awards": ["Glass Key"]}'
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT title
/// FROM books
/// WHERE json_contains(details, '{"awards": ["Glass Key"]}')
/// ```
///
/// Not on SQLite: compare what lies at paths.
pub fn contains() -> impl Rows<String> {
    let award = Json(serde_json::json!({ "awards": ["Glass Key"] }));
    select(Book::title).filter(Book::details.contains(award))
}

/// Documents made of columns.
///
/// ```sql PostgreSQL
/// SELECT jsonb_build_object('id', id, 'title', title),
///        jsonb_build_array(pages, 'pages')
/// FROM books
/// ```
///
/// ```sql
/// SELECT json_object('id', id, 'title', title),
///        json_array(pages, 'pages')
/// FROM books
/// ```
pub fn build() -> impl Rows<(Json, Json)> {
    select((
        func::json_object((("id", Book::id), ("title", Book::title))),
        func::json_array((Book::pages, "pages")),
    ))
}

/// Documents made of rows.
///
/// ```sql PostgreSQL
/// SELECT jsonb_agg(name), jsonb_object_agg(name, country)
/// FROM authors
/// WHERE country = 'Norway'
/// ```
///
/// ```sql SQLite
/// SELECT json_group_array(name), json_group_object(name, country)
/// FROM authors
/// WHERE country = 'Norway'
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT json_arrayagg(name), json_objectagg(name, country)
/// FROM authors
/// WHERE country = 'Norway'
/// ```
pub fn aggregate() -> impl Rows<(Option<Json>, Option<Json>)> {
    select((
        func::json_agg(Author::name),
        func::json_object_agg(Author::name, Author::country),
    ))
    .filter(Author::country.eq("Norway"))
}

/// A document changed in place.
///
/// ```sql PostgreSQL
/// UPDATE books
/// SET details = jsonb_set(details, '{signed}', 'true') #- '{isbn}'
/// WHERE id = 1
/// ```
///
/// ```sql SQLite
/// UPDATE books
/// SET details = json_remove(
///         json_set(details, '$.signed', json('true')), '$.isbn')
/// WHERE id = 1
/// ```
///
/// ```sql MySQL, MariaDB
/// UPDATE books
/// SET details = json_remove(
///         json_set(details, '$.signed', true), '$.isbn')
/// WHERE id = 1
/// ```
pub fn set() -> impl Write {
    let details = Book::details.json_set("signed", true).json_remove("isbn");
    update::<Book>().set(Book::details, details).filter(Book::id.eq(1))
}

topic!("json.rs": paths, group, exists, contains, build, aggregate, set);
