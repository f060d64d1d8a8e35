//! # Tables of values and of functions

use lapis::expr::DateField;
use lapis::prelude::*;
use lapis::statement::{
    generate_series, json_elements, json_members, table, table_function, values,
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

/// One column of values.
///
/// ```sql PostgreSQL
/// SELECT wanted.title, books.id
/// FROM (VALUES ('Cold Light'), ('Warm Light')) AS wanted (title)
/// LEFT JOIN books ON books.title = wanted.title
/// ```
///
/// ```sql
/// SELECT wanted.title, books.id
/// FROM (SELECT 'Cold Light' AS title
///       UNION ALL SELECT 'Warm Light') AS wanted
/// LEFT JOIN books ON books.title = wanted.title
/// ```
pub fn column_of_values() -> impl Rows<(String, Option<i64>)> {
    let wanted = values("wanted", ["title"], ["Cold Light", "Warm Light"]);
    let title = wanted.c(Book::title);
    select((&title, Book::id.nullable()))
        .from(&wanted)
        .left_join_on(table::<Book>(), Book::title.eq(&title))
}

/// Numbers, such as the months of a report that has those without a sale, too.
///
/// ```sql PostgreSQL
/// SELECT month.value, count(sales.id)
/// FROM generate_series(1, 6) AS month (value)
/// LEFT JOIN sales
///   ON extract(MONTH FROM sales.sold_at) = month.value
/// GROUP BY month.value
/// ```
///
/// ```sql SQLite
/// WITH RECURSIVE month AS (
///     SELECT 1 AS value
///     UNION ALL SELECT value + 1 FROM month WHERE value < 6)
/// SELECT month.value, count(sales.id)
/// FROM month
/// LEFT JOIN sales
///   ON CAST(strftime('%m', sales.sold_at) AS INTEGER) = month.value
/// GROUP BY month.value
/// ```
///
/// ```sql MySQL, MariaDB
/// WITH RECURSIVE month AS (
///     SELECT 1 AS value
///     UNION ALL SELECT value + 1 FROM month WHERE value < 6)
/// SELECT month.value, count(sales.id)
/// FROM month
/// LEFT JOIN sales
///   ON extract(MONTH FROM sales.sold_at) = month.value
/// GROUP BY month.value
/// ```
pub fn series() -> impl Rows<(i64, i64)> {
    let month = generate_series("month", 1, 6);
    let in_month =
        func::extract(DateField::Month, Sale::sold_at).eq(month.value());
    select((month.value(), func::count(Sale::id)))
        .from(&month)
        .left_join_on(table::<Sale>(), in_month)
        .group_by(month.value())
}

/// The elements of a JSON array, with their places.
///
/// ```sql PostgreSQL
/// SELECT books.title, award.value, award.ordinality
/// FROM books
/// CROSS JOIN jsonb_array_elements_text(books.details -> 'awards')
///            WITH ORDINALITY AS award (value, ordinality)
/// ```
///
/// ```sql SQLite
/// SELECT books.title, award.value, award.key + 1
/// FROM books
/// CROSS JOIN json_each(books.details, '$.awards') AS award
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT books.title, award.value, award.ordinality
/// FROM books
/// CROSS JOIN JSON_TABLE(books.details, '$.awards[*]' COLUMNS (
///     ordinality FOR ORDINALITY,
///     value TEXT PATH '$')) AS award
/// ```
pub fn elements() -> impl Rows<(String, Option<String>, i64)> {
    let award = json_elements::<String>(
        "award",
        Book::details.path("awards").as_json(),
    );
    select((Book::title, award.value(), award.ordinality()))
        .from(table::<Book>())
        .cross_join(&award)
}

/// The keys and values of a JSON object.
///
/// ```sql PostgreSQL
/// SELECT books.title, member.key, member.value
/// FROM books
/// CROSS JOIN jsonb_each_text(
///     CASE jsonb_typeof(books.details -> 'publisher')
///     WHEN 'object' THEN books.details -> 'publisher' END) AS member
/// ```
///
/// ```sql SQLite
/// SELECT books.title, member.key, member.value
/// FROM books
/// CROSS JOIN json_each(books.details, '$.publisher') AS member
/// WHERE json_type(books.details, '$.publisher') = 'object'
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT books.title, member.name,
///        json_unquote(json_extract(books.details,
///            concat('$.publisher.', json_quote(member.name))))
/// FROM books
/// CROSS JOIN JSON_TABLE(
///     json_keys(books.details, '$.publisher'),
///     '$[*]' COLUMNS (name LONGTEXT PATH '$')) AS member
/// ```
pub fn members() -> impl Rows<(String, String, Option<String>)> {
    let publisher = Book::details.path("publisher").as_json();
    let member = json_members::<String>("member", publisher);
    select((Book::title, member.key(), member.value()))
        .from(table::<Book>())
        .cross_join(&member)
}

/// The rows of any function of the database's.
///
/// ```sql PostgreSQL
/// SELECT books.title, word.value
/// FROM books
/// CROSS JOIN regexp_split_to_table(books.title, ' ')
///            AS word (value)
/// ```
///
/// Only on PostgreSQL: SQLite has other functions.
///
/// Not on MySQL and MariaDB: they have no functions that give rows.
pub fn function() -> impl Rows<(String, String)> {
    let word = table_function("regexp_split_to_table", "word")
        .arg(Book::title)
        .arg(" ")
        .columns(["value"]);
    select((Book::title, word.column::<String>("value")))
        .from(table::<Book>())
        .cross_join(&word)
}

topic!(
    "tables_of_values.rs": join_values, column_of_values, series, elements, members, function
);
