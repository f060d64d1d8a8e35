//! # What only one database has
//!
//! A function, a fragment or a whole statement may be written by hand. Its values are bound all the same; the text must
//! never be made from input.

use lapis::expr::{Expr, raw};
use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// A function by its name.
///
/// ```sql
/// SELECT nullif(title, 'Deep Water')
/// FROM books
/// ```
pub fn function() -> impl Rows<Option<String>> {
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

topic!("by_hand.rs": function, fragment, statement);
