//! # Windows
//!
//! A window is a value: it can be made once, and taken by several functions.

use lapis::expr::{Exclude, named_window, window};
use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Places among all rows, or among those that are equal in something.
///
/// ```sql
/// SELECT title,
///        row_number() OVER (ORDER BY price, title),
///        rank() OVER (PARTITION BY author_id ORDER BY price)
/// FROM books
/// ```
pub fn ranking() -> impl Rows<(String, i64, i64)> {
    let by_price = window().order_by((Book::price, Book::title));
    let of_author = window().partition_by(Book::author).order_by(Book::price);
    select((
        Book::title,
        func::row_number().over(&by_price),
        func::rank().over(of_author),
    ))
}

/// The other functions that rank.
///
/// ```sql
/// SELECT dense_rank() OVER (ORDER BY price),
///        percent_rank() OVER (ORDER BY price),
///        cume_dist() OVER (ORDER BY price),
///        ntile(2) OVER (ORDER BY price)
/// FROM books
/// ```
pub fn shares() -> impl Rows<(i64, f64, f64, i64)> {
    let by_price = window().order_by(Book::price);
    select((
        func::dense_rank().over(&by_price),
        func::percent_rank().over(&by_price),
        func::cume_dist().over(&by_price),
        func::ntile(2).over(&by_price),
    ))
}

/// An aggregate beside each row: a share of the whole, or a running total.
///
/// ```sql
/// SELECT id,
///        sum(quantity) OVER (PARTITION BY city),
///        sum(quantity) OVER (ORDER BY sold_at)
/// FROM sales
/// ```
pub fn running_total() -> impl Rows<(i64, Option<i64>, Option<i64>)> {
    let quantity = || func::sum(Sale::quantity);
    select((
        Sale::id,
        quantity().over(window().partition_by(Sale::city)),
        quantity().over(window().order_by(Sale::sold_at)),
    ))
}

/// A frame: the rows around each row that count.
///
/// ```sql
/// SELECT id, avg(quantity) OVER (
///            ORDER BY sold_at
///            ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
/// FROM sales
/// ```
pub fn frame() -> impl Rows<(i64, Option<f64>)> {
    let last_three = window().order_by(Sale::sold_at).rows(-2..=0);
    select((Sale::id, func::avg(Sale::quantity).over(last_three)))
}

/// Other frames: by distance in a value, and without bounds.
///
/// ```sql
/// SELECT title,
///        count(*) OVER (ORDER BY pages
///            RANGE BETWEEN 100 PRECEDING AND 100 FOLLOWING),
///        count(*) OVER (ORDER BY pages
///            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
/// FROM books
/// ```
pub fn range() -> impl Rows<(String, i64, i64)> {
    let by_pages = || window().order_by(Book::pages);
    select((
        Book::title,
        func::count_all().over(by_pages().range(-100..=100)),
        func::count_all().over(by_pages().rows(1..)),
    ))
}

/// By groups of equal rows, and without the row itself.
///
/// ```sql
/// SELECT title, count(*) OVER (
///            ORDER BY price
///            GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW
///            EXCLUDE CURRENT ROW)
/// FROM books
/// ```
///
/// Not on MySQL and MariaDB: they have neither.
pub fn groups() -> impl Rows<(String, i64)> {
    let around = window()
        .order_by(Book::price)
        .groups(-1..=0)
        .exclude(Exclude::CurrentRow);
    select((Book::title, func::count_all().over(around)))
}

/// Values of other rows, NULL where there is no such row.
///
/// ```sql
/// SELECT id,
///        lag(quantity, 1) OVER (ORDER BY sold_at),
///        lead(city, 2) OVER (ORDER BY sold_at),
///        first_value(city) OVER (ORDER BY sold_at)
/// FROM sales
/// ```
pub fn neighbours()
-> impl Rows<(i64, Option<i32>, Option<String>, Option<String>)> {
    let in_time = window().order_by(Sale::sold_at);
    select((
        Sale::id,
        func::lag(Sale::quantity, 1).over(&in_time),
        func::lead(Sale::city, 2).over(&in_time),
        func::first_value(Sale::city).over(&in_time),
    ))
}

/// A value where there is no such row. Where there is one and it has NULL, it is NULL.
///
/// ```sql SQLite, PostgreSQL, MySQL
/// SELECT id, lag(quantity, 1, 0) OVER (ORDER BY sold_at)
/// FROM sales
/// ```
///
/// ```sql MariaDB
/// SELECT id, CASE WHEN row_number() OVER (ORDER BY sold_at) > 1
///                 THEN lag(quantity, 1) OVER (ORDER BY sold_at)
///                 ELSE 0 END
/// FROM sales
/// ```
pub fn neighbours_or() -> impl Rows<(i64, i32)> {
    let in_time = window().order_by(Sale::sold_at);
    select((Sale::id, func::lag_or(Sale::quantity, 1, 0).over(&in_time)))
}

/// The last and the nth value, of all rows of the window.
///
/// ```sql
/// SELECT id,
///        last_value(city) OVER (ORDER BY sold_at ROWS BETWEEN
///            UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING),
///        nth_value(city, 2) OVER (ORDER BY sold_at ROWS BETWEEN
///            UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
/// FROM sales
/// ```
pub fn values_of_all_rows() -> impl Rows<(i64, Option<String>, Option<String>)>
{
    let all = window().order_by(Sale::sold_at).rows(..);
    select((
        Sale::id,
        func::last_value(Sale::city).over(&all),
        func::nth_value(Sale::city, 2).over(&all),
    ))
}

/// An aggregate of some rows of the window.
///
/// ```sql SQLite, PostgreSQL
/// SELECT id, sum(quantity) FILTER (WHERE city = 'Oslo')
///            OVER (ORDER BY sold_at)
/// FROM sales
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT id, sum(CASE WHEN city = 'Oslo' THEN quantity END)
///            OVER (ORDER BY sold_at)
/// FROM sales
/// ```
pub fn filter() -> impl Rows<(i64, Option<i64>)> {
    let in_oslo = func::sum(Sale::quantity).filter_where(Sale::city.eq("Oslo"));
    select((Sale::id, in_oslo.over(window().order_by(Sale::sold_at))))
}

/// A window with a name, and another made of it.
///
/// ```sql
/// SELECT id, count(*) OVER of_city,
///        row_number() OVER (of_city ORDER BY sold_at)
/// FROM sales
/// WINDOW of_city AS (PARTITION BY city)
/// ```
pub fn named() -> impl Rows<(i64, i64, i64)> {
    let of_city = named_window("of_city");
    select((
        Sale::id,
        func::count_all().over(&of_city),
        func::row_number().over(of_city.order_by(Sale::sold_at)),
    ))
    .window("of_city", window().partition_by(Sale::city))
}

topic!(
    "windows.rs": ranking, shares, running_total, frame, range, groups, neighbours, neighbours_or, values_of_all_rows,
    filter, named,
);
