//! # Set operations
//!
//! Both sides have to be of the same shape, which the types see to.

use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Rows of both, each once.
///
/// ```sql
/// SELECT city FROM sales
/// UNION
/// SELECT city FROM stock
/// ```
pub fn union() -> impl Rows<String> {
    select(Sale::city).union(select(Stock::city))
}

/// Rows of both, as often as they are there, in one order.
///
/// ```sql
/// SELECT city FROM sales
/// UNION ALL
/// SELECT city FROM stock
/// ORDER BY city
/// LIMIT 5
/// ```
pub fn union_all() -> impl Rows<String> {
    select(Sale::city)
        .union_all(select(Stock::city))
        .order_by(Sale::city)
        .limit(5)
}

/// Rows that both have.
///
/// ```sql
/// SELECT book_id FROM sales
/// INTERSECT
/// SELECT book_id FROM stock
/// ```
pub fn intersect() -> impl Rows<i64> {
    select(Sale::book).intersect(select(Stock::book_id))
}

/// Rows that the other has not.
///
/// ```sql
/// SELECT id FROM books
/// EXCEPT
/// SELECT book_id FROM sales
/// ```
pub fn except() -> impl Rows<i64> {
    select(Book::id).except(select(Sale::book))
}

/// The same, counting how often.
///
/// ```sql
/// SELECT city FROM sales
/// EXCEPT ALL
/// SELECT city FROM stock
/// ```
///
/// Not on SQLite: leave out `ALL`, or count the rows of each group.
pub fn except_all() -> impl Rows<String> {
    select(Sale::city).except_all(select(Stock::city))
}

/// Nested, with an order and a limit of their own.
///
/// ```sql SQLite
/// SELECT * FROM (SELECT title FROM books
///                ORDER BY price DESC, title LIMIT 2)
/// UNION
/// SELECT * FROM (SELECT title FROM books
///                ORDER BY price, title LIMIT 2)
/// ORDER BY title
/// ```
///
/// ```sql
/// (SELECT title FROM books ORDER BY price DESC, title LIMIT 2)
/// UNION
/// (SELECT title FROM books ORDER BY price, title LIMIT 2)
/// ORDER BY title
/// ```
pub fn nested() -> impl Rows<String> {
    let titles = || select(Book::title).limit(2);
    let dear = titles().order_by((Book::price.desc(), Book::title));
    let cheap = titles().order_by((Book::price, Book::title));
    dear.union(cheap).order_by(Book::title)
}

/// As a table.
///
/// ```sql
/// SELECT count(*)
/// FROM (SELECT city FROM sales
///       UNION
///       SELECT city FROM stock) AS cities
/// ```
pub fn as_a_table() -> impl Rows<i64> {
    let cities =
        select(Sale::city).union(select(Stock::city)).subquery("cities");
    select(func::count_all()).from(&cities)
}

topic!("set_operations.rs": union, union_all, intersect, except, except_all, nested, as_a_table);
