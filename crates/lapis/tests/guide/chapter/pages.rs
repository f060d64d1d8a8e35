//! # Pages
//!
//! Of any query with an order, by number or by cursor: [composition.md](composition.md) tells the rules.

use lapis::prelude::*;

use crate::entry::topic;
use crate::tables::*;

/// By number: the rows, and how many there are in all.
///
/// ```sql
/// SELECT title, (SELECT count(*) FROM books) AS total
/// FROM books
/// ORDER BY price DESC, title
/// LIMIT 2 OFFSET 2
/// ```
pub async fn by_number(
    engine: &mut Connection,
) -> lapis::Result<Vec<(String, i64)>> {
    let titles =
        select(Book::title).order_by((Book::price.desc(), Book::title));
    let page = engine.page(titles.page(2, 2)).await?;
    let total = page.total as i64;
    Ok(page.items.into_iter().map(|title| (title, total)).collect())
}

/// By cursor: the rows behind the last one of the page before, wherever that is now.
///
/// ```sql
/// SELECT *
/// FROM books
/// WHERE price < 15
///    OR price = 15 AND title > 'The Famished Road'
/// ORDER BY price DESC, title
/// LIMIT 2
/// ```
pub async fn by_cursor(engine: &mut Connection) -> lapis::Result<Vec<Book>> {
    let books = Book::select().order_by((Book::price.desc(), Book::title));
    let first = engine.keyset_page(books.clone().keyset(2)).await?;
    let next = books.keyset(2).after_if(first.next_cursor());
    Ok(engine.keyset_page(next).await?.items)
}

/// By cursor, backwards: the rows before the first one of a page, in the same order.
///
/// ```sql
/// SELECT last.*
/// FROM (SELECT *
///       FROM books
///       WHERE price > 5
///          OR price = 5 AND title < '100% Pure_Luck'
///       ORDER BY price, title DESC
///       LIMIT 2) AS last
/// ORDER BY last.price DESC, last.title
/// ```
pub async fn backwards(engine: &mut Connection) -> lapis::Result<Vec<Book>> {
    let books = Book::select().order_by((Book::price.desc(), Book::title));
    let last = books.clone().keyset(1).backwards();
    let last = engine.keyset_page(last).await?;
    let previous = books.keyset(2).before_if(last.previous_cursor());
    Ok(engine.keyset_page(previous).await?.items)
}

topic!("pages.rs": program by_number, program by_cursor, program backwards);
