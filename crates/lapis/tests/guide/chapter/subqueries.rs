//! # Subqueries

use lapis::expr::{all_in, any_in, exists, not_exists, row, window};
use lapis::prelude::*;
use lapis::statement::{alias, table};

use crate::entry::{Rows, topic};
use crate::tables::*;

/// In FROM, as a table. `c` takes a column that the subquery selects, and `column_of` one by its label, with their
/// types.
///
/// ```sql
/// SELECT authors.name, totals.pages
/// FROM (SELECT author_id, sum(pages) AS pages
///       FROM books
///       GROUP BY author_id) AS totals
/// JOIN authors ON authors.id = totals.author_id
/// WHERE totals.pages > 400
/// ```
pub fn in_from() -> impl Rows<(String, Option<i64>)> {
    let pages = func::sum(Book::pages).label("pages");
    let totals = select((Book::author, &pages))
        .group_by(Book::author)
        .subquery("totals");
    let pages = &totals.column_of(&pages);
    select((Author::name, pages))
        .from(&totals)
        .join_on(table::<Author>(), Author::id.eq(totals.c(Book::author)))
        .filter(pages.gt(400))
}

/// As a value: NULL where it has no row.
///
/// ```sql
/// SELECT name, (SELECT max(published)
///               FROM books
///               WHERE books.author_id = authors.id)
/// FROM authors
/// ```
pub fn scalar() -> impl Rows<(String, Option<NaiveDate>)> {
    let latest =
        select(func::max(Book::published)).filter(Book::author.eq(Author::id));
    select((Author::name, latest.scalar())).from(table::<Author>())
}

/// Compared with, here of the same table under another name.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE pages > (SELECT avg(b.pages) FROM books AS b)
/// ```
pub fn comparison() -> impl Rows<String> {
    let b = alias::<Book>("b");
    let average = select(func::avg(b.c(Book::pages))).from(&b).scalar();
    select(Book::title).filter(Book::pages.gt(average))
}

/// Whether there is a related row.
///
/// ```sql
/// SELECT name
/// FROM authors
/// WHERE EXISTS (SELECT 1 FROM books
///               WHERE books.author_id = authors.id
///                 AND books.pages > 300)
/// ```
pub fn any() -> impl Rows<String> {
    select(Author::name).filter(Author::books.any(Book::pages.gt(300)))
}

/// `EXISTS` by hand, where there is no relation.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE EXISTS (SELECT 1 FROM stock
///               WHERE stock.book_id = books.id)
///   AND NOT EXISTS (SELECT 1 FROM stock
///                   WHERE stock.book_id = books.id
///                     AND stock.amount = 0)
/// ```
pub fn exists_by_hand() -> impl Rows<String> {
    let stock = || select(Stock::amount).filter(Stock::book_id.eq(Book::id));
    select(Book::title)
        .filter(exists(stock()))
        .filter(not_exists(stock().filter(Stock::amount.eq(0))))
}

/// Conditions on what a reference leads to.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE EXISTS (SELECT 1 FROM authors
///               WHERE authors.id = books.author_id
///                 AND authors.country = 'Norway')
/// ```
pub fn has() -> impl Rows<String> {
    select(Book::title).filter(Book::author.has(Author::country.eq("Norway")))
}

/// Whether a value is among its rows.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE id IN (SELECT book_id FROM sales WHERE city = 'Lima')
/// ```
pub fn in_select() -> impl Rows<String> {
    let sold_in_lima = select(Sale::book).filter(Sale::city.eq("Lima"));
    select(Book::title).filter(Book::id.in_select(sold_in_lima))
}

/// Whether a row of several values is among its rows.
///
/// ```sql
/// SELECT amount
/// FROM stock
/// WHERE (city, book_id) IN (SELECT city, book_id FROM sales)
/// ```
pub fn row_in_select() -> impl Rows<i32> {
    let sold = select((Sale::city, Sale::book));
    select(Stock::amount)
        .filter(row((Stock::city, Stock::book_id)).in_select(sold))
}

/// A row of several values compared with the one row of a subquery.
///
/// ```sql
/// SELECT amount
/// FROM stock
/// WHERE (city, book_id) = (SELECT city, book_id FROM sales
///                          WHERE id = 1)
/// ```
pub fn row_eq_select() -> impl Rows<i32> {
    let first_sale = select((Sale::city, Sale::book)).filter(Sale::id.eq(1));
    select(Stock::amount)
        .filter(row((Stock::city, Stock::book_id)).eq_select(first_sale))
}

/// Compared with all of its rows, or with any.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE id >= ALL (SELECT book_id FROM sales)
///   AND id > ANY (SELECT book_id FROM stock)
/// ```
///
/// ```sql SQLite
/// SELECT title
/// FROM books
/// WHERE id >= (SELECT max(book_id) FROM sales)
///   AND id > (SELECT min(book_id) FROM stock)
/// ```
///
/// To SQLite, which has neither, it is said by `EXISTS`, in a way that is right for NULL and for no rows, too.
pub fn all_and_any() -> impl Rows<String> {
    select(Book::title)
        .filter(Book::id.ge(all_in(select(Sale::book))))
        .filter(Book::id.gt(any_in(select(Stock::book_id))))
}

/// One that looks at the tables before it, asked anew for each of their rows.
///
/// ```sql
/// SELECT authors.name, latest.title
/// FROM authors
/// CROSS JOIN LATERAL (SELECT title FROM books
///                     WHERE books.author_id = authors.id
///                     ORDER BY published DESC
///                     LIMIT 1) AS latest
/// ```
///
/// Not on SQLite and MariaDB: number the rows with `row_number`, and keep the first.
pub fn lateral() -> impl Rows<(String, String)> {
    let latest = select(Book::title)
        .filter(Book::author.eq(Author::id))
        .order_by(Book::published.desc())
        .limit(1)
        .subquery("latest")
        .lateral();
    select((Author::name, latest.c(Book::title)))
        .from(table::<Author>())
        .cross_join(&latest)
}

/// The first row of each group, on every database.
///
/// ```sql
/// SELECT numbered.title
/// FROM (SELECT title, row_number() OVER (
///                  PARTITION BY author_id
///                  ORDER BY published DESC) AS place
///       FROM books) AS numbered
/// WHERE numbered.place = 1
/// ```
pub fn first_of_each() -> impl Rows<String> {
    let latest =
        window().partition_by(Book::author).order_by(Book::published.desc());
    let place = func::row_number().over(latest).label("place");
    let numbered = select((Book::title, &place)).subquery("numbered");
    select(numbered.c(Book::title))
        .from(&numbered)
        .filter(numbered.column_of(&place).eq(1))
}

topic!(
    "subqueries.rs": in_from, scalar, comparison, any, exists_by_hand, has, in_select, row_in_select, row_eq_select,
    all_and_any, lateral,
    first_of_each,
);
