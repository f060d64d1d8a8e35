//! # More aggregates

use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Whether something holds in all rows, or in one.
///
/// ```sql PostgreSQL
/// SELECT bool_and(pages > 90), bool_or(price > 40)
/// FROM books
/// ```
///
/// ```sql
/// SELECT min(pages > 90), max(price > 40)
/// FROM books
/// ```
pub fn conditions() -> impl Rows<(Option<bool>, Option<bool>)> {
    select((
        func::bool_and(Book::pages.gt(90)),
        func::bool_or(Book::price.gt(40)),
    ))
}

/// Variance and standard deviation, of all there is and of a sample.
///
/// ```sql PostgreSQL
/// SELECT CAST(var_pop(pages) AS DOUBLE PRECISION),
///        CAST(stddev_samp(pages) AS DOUBLE PRECISION)
/// FROM books
/// ```
///
/// ```sql
/// SELECT var_pop(pages), stddev_samp(pages)
/// FROM books
/// ```
///
/// To SQLite, which has no such functions, Lapis brings them.
pub fn spread() -> impl Rows<(Option<f64>, Option<f64>)> {
    select((func::var_pop(Book::pages), func::stddev_samp(Book::pages)))
}

/// Values put into an array.
///
/// ```sql
/// SELECT author_id, array_agg(title ORDER BY title)
/// FROM books
/// GROUP BY author_id
/// ```
///
/// Not on SQLite, MySQL and MariaDB: take `json_agg`.
pub fn array() -> impl Rows<(i64, Option<Vec<String>>)> {
    let titles = func::array_agg(Book::title).ordered_by(Book::title);
    select((Book::author, titles)).group_by(Book::author)
}

/// The median, other percentiles and the most frequent value.
///
/// ```sql
/// SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY pages),
///        percentile_disc(0.9) WITHIN GROUP (ORDER BY price),
///        mode() WITHIN GROUP (ORDER BY author_id)
/// FROM books
/// ```
///
/// Not on SQLite, MySQL and MariaDB: number the rows in a subquery, and take those in the middle.
pub fn ordered_sets() -> impl Rows<(Option<f64>, Option<Decimal>, Option<i64>)>
{
    select((
        func::percentile_cont(0.5, Book::pages),
        func::percentile_disc(0.9, Book::price),
        func::mode(Book::author),
    ))
}

/// The rank that a value would have among those of the rows.
///
/// ```sql
/// SELECT rank(200) WITHIN GROUP (ORDER BY pages),
///        cume_dist(200) WITHIN GROUP (ORDER BY pages)
/// FROM books
/// ```
///
/// Not on SQLite, MySQL and MariaDB: count the rows that come before.
pub fn hypothetical() -> impl Rows<(i64, f64)> {
    select((
        func::hypothetical_rank(200, Book::pages),
        func::hypothetical_cume_dist(200, Book::pages),
    ))
}

topic!("aggregates.rs": conditions, spread, array, ordered_sets, hypothetical);
