//! # Composition
//!
//! Statements, conditions, windows and expressions are values: functions take them and give them. More of it, and pages by
//! number and by cursor, in [composition.md](composition.md).

use lapis::ColumnError;
use lapis::expr::{Expr, exists};
use lapis::prelude::*;
use lapis::statement::{Select, Shape};

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Conditions as functions.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE EXISTS (SELECT 1 FROM stock
///               WHERE stock.book_id = books.id
///                 AND stock.amount > 0)
///   AND books.price < 13
/// ```
pub fn predicates() -> impl Rows<String> {
    fn in_stock() -> Expr<bool> {
        let stock = select(Stock::amount).filter(Stock::book_id.eq(Book::id));
        exists(stock.filter(Stock::amount.gt(0)))
    }

    fn cheaper_than(price: u32) -> Expr<bool> {
        Book::price.lt(price)
    }

    select(Book::title).filter(in_stock()).filter(cheaper_than(13))
}

/// Parts of statements as functions.
///
/// ```sql
/// SELECT books.title, authors.name
/// FROM books
/// JOIN authors ON authors.id = books.author_id
/// WHERE authors.country = 'Norway'
/// ORDER BY books.published DESC
/// LIMIT 2
/// ```
pub fn parts() -> impl Rows<(String, String)> {
    fn written_in<S: Shape>(query: Select<S>, country: &str) -> Select<S> {
        query.join(Book::author).filter(Author::country.eq(country))
    }

    fn latest<S: Shape>(query: Select<S>, count: u64) -> Select<S> {
        query.order_by(Book::published.desc()).limit(count)
    }

    latest(written_in(select((Book::title, Author::name)), "Norway"), 2)
}

/// A rule that is written once, in Rust (`#[hybrid]`), and holds for a value, `book.is_long()`, and for rows.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE pages > 300
/// ```
pub fn hybrid() -> impl Rows<String> {
    select(Book::title).filter(Book::is_long_sql())
}

/// An expression that is a field of its entity, and is selected with it.
///
/// ```sql
/// SELECT id, name, (SELECT count(books.id)
///                   FROM books
///                   WHERE books.author_id = authors.id)
/// FROM authors
/// ```
pub fn property() -> impl Rows<Writer> {
    Writer::select()
}

/// Such a field filters and orders as any other.
///
/// ```sql
/// SELECT name
/// FROM authors
/// WHERE (SELECT count(books.id) FROM books
///        WHERE books.author_id = authors.id) > 1
/// ```
pub fn filter_by_property() -> impl Rows<String> {
    select(Writer::name).filter(Writer::book_count.gt(1))
}

/// An order that a request names, checked against the columns that may be named.
///
/// ```sql
/// SELECT title
/// FROM books
/// ORDER BY price DESC, title
/// ```
pub fn order_by_name() -> Result<impl Rows<String>, ColumnError> {
    let sortable = Book::columns().only(["title", "price", "published"])?;
    Ok(select(Book::title).order_by(sortable.order_by("-price,title")?))
}

/// A condition that a request names, with its value as text.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE published >= '2020-01-01'
/// ```
pub fn filter_by_name() -> Result<impl Rows<String>, ColumnError> {
    let (column, comparison, value) = ("published", "ge", "2020-01-01");
    let condition =
        Book::column(column)?.compare_text(comparison.parse()?, value)?;
    Ok(select(Book::title).filter(condition))
}

/// A column that is known by its name, with its type checked when the program runs.
///
/// ```sql
/// SELECT country, count(*)
/// FROM authors
/// GROUP BY country
/// ```
pub fn group_by_name() -> Result<impl Rows<(Option<String>, i64)>, ColumnError>
{
    let country = Author::column("country")?.typed::<Option<String>>()?;
    Ok(select((&country, func::count_all())).group_by(&country))
}

topic!(
    "composition.rs": predicates, parts, hybrid, property, filter_by_property,
    fallible order_by_name, fallible filter_by_name, fallible group_by_name
);
