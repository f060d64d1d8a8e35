//! # Groups and aggregates

use lapis::expr::{cube, grouping_set, grouping_sets, rollup};
use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Aggregates of all rows. Those of no rows are NULL, but for a count.
///
/// ```sql
/// SELECT count(*), count(rating), sum(pages), avg(rating),
///        min(published), max(price)
/// FROM books
/// ```
pub fn aggregates() -> impl Rows<(
    i64,
    i64,
    Option<i64>,
    Option<f64>,
    Option<NaiveDate>,
    Option<Decimal>,
)> {
    select((
        func::count_all(),
        func::count(Book::rating),
        func::sum(Book::pages),
        func::avg(Book::rating),
        func::min(Book::published),
        func::max(Book::price),
    ))
}

/// Of each group.
///
/// ```sql
/// SELECT city, sum(quantity)
/// FROM sales
/// GROUP BY city
/// ORDER BY city
/// ```
pub fn group() -> impl Rows<(String, Option<i64>)> {
    select((Sale::city, func::sum(Sale::quantity)))
        .group_by(Sale::city)
        .order_by(Sale::city)
}

/// Of several columns, and of related rows.
///
/// ```sql
/// SELECT authors.name, genres.name, count(*)
/// FROM books
/// JOIN authors ON authors.id = books.author_id
/// JOIN genres ON genres.id = books.genre_id
/// GROUP BY authors.name, genres.name
/// ```
pub fn group_of_several() -> impl Rows<(String, String, i64)> {
    select((Author::name, Genre::name, func::count_all()))
        .join(Book::author)
        .join(Book::genre)
        .group_by((Author::name, Genre::name))
}

/// Conditions on groups.
///
/// ```sql
/// SELECT city
/// FROM sales
/// GROUP BY city
/// HAVING sum(quantity) > 4
/// ```
pub fn having() -> impl Rows<String> {
    select(Sale::city)
        .group_by(Sale::city)
        .having(func::sum(Sale::quantity).gt(4))
}

/// Different values, each taken once.
///
/// ```sql
/// SELECT count(DISTINCT city), sum(DISTINCT quantity)
/// FROM sales
/// ```
pub fn count_distinct() -> impl Rows<(i64, Option<i64>)> {
    select((
        func::count_distinct(Sale::city),
        func::sum(Sale::quantity).distinct(),
    ))
}

/// Some of the rows for one aggregate.
///
/// ```sql SQLite, PostgreSQL
/// SELECT city,
///        sum(quantity) FILTER (WHERE sold_at >= '2024-02-01'),
///        count(*) FILTER (WHERE quantity > 2)
/// FROM sales
/// GROUP BY city
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT city,
///        sum(CASE WHEN sold_at >= '2024-02-01' THEN quantity END),
///        count(CASE WHEN quantity > 2 THEN 1 END)
/// FROM sales
/// GROUP BY city
/// ```
pub fn filter() -> impl Rows<(String, Option<i64>, i64)> {
    let february = super::at(2024, 2, 1, 0, 0);
    select((
        Sale::city,
        func::sum(Sale::quantity).filter_where(Sale::sold_at.ge(february)),
        func::count_all().filter_where(Sale::quantity.gt(2)),
    ))
    .group_by(Sale::city)
}

/// Texts joined to one, in an order.
///
/// ```sql SQLite
/// SELECT author_id, group_concat(title, ', ' ORDER BY title)
/// FROM books
/// GROUP BY author_id
/// ```
///
/// ```sql PostgreSQL
/// SELECT author_id, string_agg(title, ', ' ORDER BY title)
/// FROM books
/// GROUP BY author_id
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT author_id,
///        group_concat(title ORDER BY title SEPARATOR ', ')
/// FROM books
/// GROUP BY author_id
/// ```
pub fn string_agg() -> impl Rows<(i64, Option<String>)> {
    let titles = func::string_agg(Book::title, ", ").ordered_by(Book::title);
    select((Book::author, titles)).group_by(Book::author)
}

/// Several groupings at once: subtotals and a total. A column by which a row is not grouped is NULL in it.
///
/// ```sql PostgreSQL
/// SELECT city, book_id, sum(quantity)
/// FROM sales
/// GROUP BY ROLLUP (city, book_id)
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT city, book_id, sum(quantity)
/// FROM sales
/// GROUP BY city, book_id WITH ROLLUP
/// ```
///
/// Not on SQLite: take the union of the groupings. MySQL and MariaDB have it of all terms alone.
pub fn roll_up() -> impl Rows<(Option<String>, Option<i64>, Option<i64>)> {
    select((
        Sale::city.nullable(),
        Sale::book.nullable(),
        func::sum(Sale::quantity),
    ))
    .group_by(rollup((Sale::city, Sale::book)))
}

/// Every selection of the terms, and which of them a row is grouped by.
///
/// ```sql
/// SELECT city, book_id, grouping(city, book_id), count(*)
/// FROM sales
/// GROUP BY CUBE (city, book_id)
/// ```
///
/// Not on SQLite, MySQL and MariaDB: take the union of the groupings.
pub fn every_selection() -> impl Rows<(Option<String>, Option<i64>, i64, i64)> {
    select((
        Sale::city.nullable(),
        Sale::book.nullable(),
        func::grouping((Sale::city, Sale::book)),
        func::count_all(),
    ))
    .group_by(cube((Sale::city, Sale::book)))
}

/// Any groupings.
///
/// ```sql
/// SELECT city, book_id, count(*)
/// FROM sales
/// GROUP BY GROUPING SETS ((city, book_id), book_id, ())
/// ```
///
/// Not on SQLite, MySQL and MariaDB: take the union of the groupings.
pub fn sets() -> impl Rows<(Option<String>, Option<i64>, i64)> {
    let both = grouping_set((Sale::city, Sale::book));
    let sets = [both, grouping_set(Sale::book), grouping_set(())];
    select((Sale::city.nullable(), Sale::book.nullable(), func::count_all()))
        .group_by(grouping_sets(sets))
}

topic!(
    "groups.rs": aggregates, group, group_of_several, having, count_distinct, filter, string_agg, roll_up,
    every_selection, sets,
);
