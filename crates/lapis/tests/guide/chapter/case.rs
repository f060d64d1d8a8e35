//! # CASE and casts

use lapis::expr::case;
use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// The value of the first condition that holds.
///
/// ```sql
/// SELECT title, CASE WHEN pages < 100 THEN 'short'
///                    WHEN pages < 400 THEN 'medium'
///                    ELSE 'long' END
/// FROM books
/// ```
pub fn otherwise() -> impl Rows<(String, String)> {
    let length = case()
        .when(Book::pages.lt(100), "short")
        .when(Book::pages.lt(400), "medium")
        .otherwise("long");
    select((Book::title, length))
}

/// Without ELSE it may be NULL.
///
/// ```sql
/// SELECT title, CASE WHEN price > 14 THEN price END
/// FROM books
/// ```
pub fn end() -> impl Rows<(String, Option<Decimal>)> {
    select((Book::title, case().when(Book::price.gt(14), Book::price).end()))
}

/// In an order.
///
/// ```sql
/// SELECT id, city
/// FROM sales
/// ORDER BY CASE WHEN city = 'Oslo' THEN 0 ELSE 1 END, id
/// ```
pub fn order() -> impl Rows<(i64, String)> {
    let oslo_first = case().when(Sale::city.eq("Oslo"), 0).otherwise(1);
    select((Sale::id, Sale::city)).order_by((oslo_first, Sale::id))
}

/// A cast, to the SQL type of a Rust type.
///
/// ```sql
/// SELECT CAST(pages AS DOUBLE PRECISION) / 3,
///        CAST(pages AS VARCHAR)
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT CAST(pages AS DOUBLE) / 3,
///        CAST(pages AS CHAR)
/// FROM books
/// ```
pub fn cast() -> impl Rows<(f64, String)> {
    select((Book::pages.cast::<f64>() / 3, Book::pages.cast::<String>()))
}

topic!("case.rs": otherwise, end, order, cast);
