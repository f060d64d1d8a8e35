//! # Groups and aggregates

use lapis::expr::{grouping_set, grouping_sets, rollup};
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

/// Different values.
///
/// ```sql
/// SELECT count(DISTINCT city)
/// FROM sales
/// ```
pub fn count_distinct() -> impl Rows<i64> {
    select(func::count_distinct(Sale::city))
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

/// With subtotals and a total. A term that a row is not grouped by is NULL in it.
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
/// Not on SQLite: put the groups of several queries together with `union_all`.
pub fn subtotals() -> impl Rows<(Option<String>, Option<i64>, Option<i64>)> {
    let sold = func::sum(Sale::quantity);
    select((Sale::city.nullable(), Sale::book.nullable(), sold))
        .group_by(rollup((Sale::city, Sale::book)))
}

/// By several groupings at once, `cube((a, b))` being all of them.
///
/// ```sql PostgreSQL
/// SELECT city, book_id, grouping(city, book_id), sum(quantity)
/// FROM sales
/// GROUP BY GROUPING SETS ((city, book_id), city, ())
/// ```
///
/// Not on SQLite, MySQL and MariaDB: put the groups of several queries together with `union_all`.
pub fn several_groupings()
-> impl Rows<(Option<String>, Option<i64>, i64, Option<i64>)> {
    let sets = grouping_sets([
        grouping_set((Sale::city, Sale::book)),
        grouping_set(Sale::city),
        grouping_set(()),
    ]);
    select((
        Sale::city.nullable(),
        Sale::book.nullable(),
        func::grouping((Sale::city, Sale::book)),
        func::sum(Sale::quantity),
    ))
    .group_by(sets)
}

/// The first row of each group.
///
/// ```sql PostgreSQL
/// SELECT DISTINCT ON (author_id) author_id, title
/// FROM books
/// ORDER BY author_id, published DESC
/// ```
///
/// Not on SQLite, MySQL and MariaDB: number the rows of each group, as under "Subqueries".
pub fn distinct_on() -> impl Rows<(i64, String)> {
    select((Book::author, Book::title))
        .distinct_on(Book::author)
        .order_by((Book::author, Book::published.desc()))
}

topic!("groups.rs": aggregates, group, group_of_several, having, count_distinct, filter, string_agg, subtotals, several_groupings, distinct_on);
