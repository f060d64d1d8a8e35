//! # Functions of one's own, and SQL by hand
//!
//! What Lapis does not know is declared in a line, with its types. What is written by hand goes to the database as it
//! stands, so that it must never be made from input; its values are bound all the same.

use lapis::expr::{Expr, raw};
use lapis::prelude::*;
use lapis::types::SqlRange;

use super::day;
use crate::entry::{Rows, topic};
use crate::tables::*;

/// A function of the database, declared with its types, and called as a function of Rust.
///
/// ```sql
/// SELECT title, with_tax(price)
/// FROM books
/// ```
///
/// Only on PostgreSQL, MySQL, MariaDB: there it was made by `CREATE FUNCTION`.
pub fn function() -> impl Rows<(String, Decimal)> {
    lapis::sql_function! {
        fn with_tax(price: Decimal) -> Decimal;
    }

    select((Book::title, with_tax(Book::price)))
}

/// An operator.
///
/// ```sql PostgreSQL
/// SELECT name
/// FROM courses
/// WHERE term -|- daterange('2024-03-01', '2024-03-15')
/// ```
///
/// Only on PostgreSQL: it has ranges that are adjacent.
pub fn operator() -> impl Rows<String> {
    lapis::sql_operator! {
        fn is_adjacent(left: SqlRange<NaiveDate>, right: SqlRange<NaiveDate>) -> bool = "-|-";
    }

    let holidays = SqlRange::from(day(2024, 3, 1)..day(2024, 3, 15));
    select(Course::name).filter(is_adjacent(Course::term, holidays))
}

/// A function without a declaration.
///
/// ```sql
/// SELECT nullif(title, 'Deep Water')
/// FROM books
/// ```
pub fn call() -> impl Rows<Option<String>> {
    select(func::call::<Option<String>>("nullif", (Book::title, "Deep Water")))
}

/// A fragment, with an argument for each question mark.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE pages * 2 > 600
/// ```
pub fn fragment() -> impl Rows<String> {
    let long: Expr<bool> = raw("? * 2 > ?", (Book::pages, 600));
    select(Book::title).filter(long)
}

/// A whole statement, with named parameters. `rows` reads tuples, or structs that derive `FromRow`.
///
/// ```sql
/// SELECT title, pages FROM books WHERE pages > 300
/// ```
pub fn statement() -> impl Rows<(String, i32)> {
    text("SELECT title, pages FROM books WHERE pages > :pages")
        .bind("pages", 300)
        .rows()
}

topic!("by_hand.rs": function, operator, call, fragment, statement);
