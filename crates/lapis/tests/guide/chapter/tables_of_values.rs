//! # Tables of values

use lapis::expr::{DateField, JsonOps};
use lapis::prelude::*;
use lapis::statement::{
    generate_series, json_elements, json_members, table, unnest, values,
};

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Rows that the statement brings along. `c` reads a column as the one of a table of the same name.
///
/// ```sql PostgreSQL
/// SELECT books.title, offer.percent
/// FROM books
/// JOIN (VALUES (1, 20), (4, 50)) AS offer (id, percent)
///   ON offer.id = books.id
/// ```
///
/// ```sql MySQL
/// SELECT books.title, offer.percent
/// FROM books
/// JOIN (VALUES ROW(1, 20), ROW(4, 50)) AS offer (id, percent)
///   ON offer.id = books.id
/// ```
///
/// ```sql SQLite, MariaDB
/// SELECT books.title, offer.percent
/// FROM books
/// JOIN (SELECT 1 AS id, 20 AS percent
///       UNION ALL SELECT 4, 50) AS offer
///   ON offer.id = books.id
/// ```
pub fn join_values() -> impl Rows<(String, i64)> {
    let offer = values("offer", ["id", "percent"], [(1, 20), (4, 50)]);
    select((Book::title, offer.column::<i64>("percent")))
        .from(table::<Book>())
        .join_on(&offer, offer.c(Book::id).eq(Book::id))
}

/// Numbers at equal distances.
///
/// ```sql PostgreSQL
/// SELECT months.value, count(sales.id)
/// FROM generate_series(1, 12) AS months (value)
/// LEFT JOIN sales
///   ON extract(MONTH FROM sales.sold_at) = months.value
/// GROUP BY months.value
/// ```
///
/// ```sql SQLite
/// SELECT months.value, count(sales.id)
/// FROM (WITH RECURSIVE numbers (value) AS (
///           SELECT 1 UNION ALL
///           SELECT value + 1 FROM numbers WHERE value < 12)
///       SELECT value FROM numbers) AS months
/// LEFT JOIN sales
///   ON CAST(strftime('%m', sales.sold_at) AS INTEGER) = months.value
/// GROUP BY months.value
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT months.value, count(sales.id)
/// FROM (WITH RECURSIVE numbers (value) AS (
///           SELECT 1 UNION ALL
///           SELECT value + 1 FROM numbers WHERE value < 12)
///       SELECT value FROM numbers) AS months
/// LEFT JOIN sales
///   ON extract(MONTH FROM sales.sold_at) = months.value
/// GROUP BY months.value
/// ```
pub fn series() -> impl Rows<(i64, i64)> {
    let months = generate_series("months", 1, 12);
    let month = func::extract(DateField::Month, Sale::sold_at);
    select((months.value(), func::count(Sale::id)))
        .from(&months)
        .left_join_on(table::<Sale>(), month.eq(months.value()))
        .group_by(months.value())
}

/// The elements of a JSON array, each of the type that is asked for.
///
/// ```sql SQLite
/// SELECT books.title, award.key + 1, award.value
/// FROM books
/// CROSS JOIN json_each(books.details, '$.awards') AS award
/// ```
///
/// ```sql PostgreSQL
/// SELECT books.title, award.ordinality, award.value
/// FROM books
/// CROSS JOIN jsonb_array_elements_text(books.details -> 'awards')
///            WITH ORDINALITY AS award (value, ordinality)
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT books.title, award.ordinality, award.value
/// FROM books
/// CROSS JOIN JSON_TABLE(books.details, '$.awards[*]' COLUMNS (
///                ordinality FOR ORDINALITY,
///                value LONGTEXT PATH '$')) AS award
/// ```
pub fn json_array() -> impl Rows<(String, i64, Option<String>)> {
    let awards = Book::details.path("awards").as_json();
    let award = json_elements::<String>("award", awards);
    select((Book::title, award.ordinality(), award.value()))
        .from(table::<Book>())
        .cross_join(&award)
}

/// The members of a JSON object.
///
/// ```sql SQLite
/// SELECT books.title, member.key, member.value
/// FROM books
/// CROSS JOIN json_each(books.details, '$.publisher') AS member
/// WHERE json_type(books.details, '$.publisher') = 'object'
/// ```
///
/// ```sql PostgreSQL
/// SELECT books.title, member.key, member.value
/// FROM books
/// CROSS JOIN jsonb_each_text(
///     CASE jsonb_typeof(books.details -> 'publisher')
///     WHEN 'object' THEN books.details -> 'publisher' END) AS member
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT books.title, member.key,
///        json_unquote(json_extract(books.details,
///            concat('$.publisher.', json_quote(member.key))))
/// FROM books
/// CROSS JOIN JSON_TABLE(
///     json_keys(books.details, '$.publisher'),
///     '$[*]' COLUMNS (`key` LONGTEXT PATH '$')) AS member
/// ```
pub fn json_object() -> impl Rows<(String, String, Option<String>)> {
    let publisher = Book::details.path("publisher").as_json();
    let member = json_members::<String>("member", publisher);
    select((Book::title, member.key(), member.value()))
        .from(table::<Book>())
        .cross_join(&member)
}

/// The elements of an array.
///
/// ```sql PostgreSQL
/// SELECT courses.name, topic.value
/// FROM courses
/// CROSS JOIN unnest(courses.topics) AS topic (value)
/// ```
///
/// Not on SQLite, MySQL and MariaDB: they have no arrays.
pub fn array() -> impl Rows<(String, String)> {
    let topic = unnest("topic", Course::topics);
    select((Course::name, topic.value()))
        .from(table::<Course>())
        .cross_join(&topic)
}

topic!("tables_of_values.rs": join_values, series, json_array, json_object, array);
