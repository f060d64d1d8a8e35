//! # Updating and deleting
//!
//! Without a filter it is an error, unless `all_rows()` says that every row is meant.

use lapis::expr::case;
use lapis::prelude::*;
use lapis::statement::{alias, delete, insert, update};

use crate::entry::{Rows, Write, topic};
use crate::tables::*;

/// Rows changed.
///
/// ```sql
/// UPDATE books
/// SET price = price * 2, rating = NULL
/// WHERE pages < 200
/// ```
pub fn set() -> impl Write {
    update::<Book>()
        .set(Book::price, Book::price * 2)
        .set(Book::rating, None::<f64>)
        .filter(Book::pages.lt(200))
}

/// To what a subquery gives for each row.
///
/// ```sql
/// UPDATE stock
/// SET amount = (SELECT coalesce(sum(quantity), 0) FROM sales
///               WHERE sales.book_id = stock.book_id)
/// WHERE book_id IN (SELECT book_id FROM sales)
/// ```
pub fn set_from_subquery() -> impl Write {
    let sold = select(func::coalesce(func::sum(Sale::quantity), 0))
        .filter(Sale::book.eq(Stock::book_id));
    update::<Stock>()
        .set(Stock::amount, sold.scalar().assume_not_null())
        .filter(Stock::book_id.in_select(select(Sale::book)))
}

/// Each row by its case.
///
/// ```sql
/// UPDATE stock
/// SET amount = CASE WHEN city = 'Oslo' THEN amount + 1
///                   ELSE amount - 1 END
/// ```
pub fn set_by_case() -> impl Write {
    let amount = case()
        .when(Stock::city.eq("Oslo"), Stock::amount + 1)
        .otherwise(Stock::amount - 1);
    update::<Stock>().set(Stock::amount, amount).all_rows()
}

/// From other tables, along a relation.
///
/// ```sql SQLite, PostgreSQL
/// UPDATE books
/// SET price = price + 1
/// FROM authors
/// WHERE authors.id = books.author_id
///   AND authors.country = 'Norway'
/// ```
///
/// ```sql MySQL, MariaDB
/// UPDATE books
/// JOIN authors ON authors.id = books.author_id
/// SET books.price = books.price + 1
/// WHERE authors.country = 'Norway'
/// ```
pub fn update_join() -> impl Write {
    update::<Book>()
        .set(Book::price, Book::price + 1)
        .join(Book::author)
        .filter(Author::country.eq("Norway"))
}

/// From a subquery.
///
/// ```sql SQLite, PostgreSQL
/// UPDATE stock
/// SET amount = sold.total
/// FROM (SELECT book_id, max(quantity) AS total
///       FROM sales GROUP BY book_id) AS sold
/// WHERE sold.book_id = stock.book_id
/// ```
///
/// ```sql MySQL, MariaDB
/// UPDATE stock
/// JOIN (SELECT book_id, max(quantity) AS total
///       FROM sales GROUP BY book_id) AS sold
///   ON sold.book_id = stock.book_id
/// SET stock.amount = sold.total
/// ```
pub fn update_from() -> impl Write {
    let total = func::max(Sale::quantity).assume_not_null().label("total");
    let sold =
        select((Sale::book, &total)).group_by(Sale::book).subquery("sold");
    update::<Stock>()
        .set(Stock::amount, sold.column_of(&total))
        .join_on(&sold, sold.c(Sale::book).eq(Stock::book_id))
}

/// The first rows of an order.
///
/// ```sql
/// UPDATE sales
/// SET quantity = 0
/// ORDER BY sold_at
/// LIMIT 2
/// ```
///
/// Not on SQLite and PostgreSQL: filter by the keys of such rows, as below.
pub fn update_limit() -> impl Write {
    update::<Sale>()
        .set(Sale::quantity, 0)
        .all_rows()
        .order_by(Sale::sold_at)
        .limit(2)
}

/// What was written, given back.
///
/// ```sql
/// UPDATE stock
/// SET amount = amount + 10
/// WHERE city = 'Oslo'
/// RETURNING book_id, amount
/// ```
///
/// Not on MySQL and MariaDB: select the rows.
pub fn update_returning() -> impl Rows<(i64, i32)> {
    update::<Stock>()
        .set(Stock::amount, Stock::amount + 10)
        .filter(Stock::city.eq("Oslo"))
        .returning((Stock::book_id, Stock::amount))
}

/// Rows deleted.
///
/// ```sql
/// DELETE FROM sales
/// WHERE quantity < 2
/// ```
pub fn delete_rows() -> impl Write {
    delete::<Sale>().filter(Sale::quantity.lt(2))
}

/// By what they refer to.
///
/// ```sql
/// DELETE FROM sales
/// WHERE EXISTS (SELECT 1 FROM books
///               WHERE books.id = sales.book_id
///                 AND books.price < 10)
/// ```
pub fn delete_by_relation() -> impl Write {
    delete::<Sale>().filter(Sale::book.has(Book::price.lt(10)))
}

/// Joined with other tables.
///
/// ```sql PostgreSQL
/// DELETE FROM sales
/// USING books
/// WHERE books.id = sales.book_id AND books.price < 10
/// ```
///
/// ```sql SQLite
/// DELETE FROM sales
/// WHERE EXISTS (SELECT 1 FROM books
///               WHERE books.id = sales.book_id
///                 AND books.price < 10)
/// ```
///
/// ```sql MySQL, MariaDB
/// DELETE sales
/// FROM sales
/// JOIN books ON books.id = sales.book_id
/// WHERE books.price < 10
/// ```
pub fn delete_using() -> impl Write {
    delete::<Sale>().join(Sale::book).filter(Book::price.lt(10))
}

/// The first rows of an order, on every database.
///
/// ```sql
/// DELETE FROM sales
/// WHERE id IN (SELECT id FROM sales ORDER BY sold_at LIMIT 2)
/// ```
///
/// ```sql MySQL, MariaDB
/// DELETE FROM sales
/// WHERE id IN (SELECT * FROM (
///     SELECT id FROM sales ORDER BY sold_at LIMIT 2) AS first)
/// ```
pub fn delete_first() -> impl Write {
    let s = alias::<Sale>("s");
    let first =
        select(s.c(Sale::id)).from(&s).order_by(s.c(Sale::sold_at)).limit(2);
    delete::<Sale>().filter(Sale::id.in_select(first))
}

/// What was deleted, given back.
///
/// ```sql
/// DELETE FROM stock
/// WHERE amount = 0
/// RETURNING city, book_id, amount
/// ```
///
/// Not on MySQL: select the rows before.
pub fn delete_returning() -> impl Rows<Stock> {
    delete::<Stock>()
        .filter(Stock::amount.eq(0))
        .returning(entity::<Stock>())
}

/// With a common table expression.
///
/// ```sql
/// WITH sold_out AS (SELECT book_id FROM stock WHERE amount = 0)
/// UPDATE books
/// SET rating = 0
/// WHERE id IN (SELECT book_id FROM sold_out)
/// ```
///
/// Not on MariaDB: take it as a subquery.
pub fn update_with() -> impl Write {
    let sold_out =
        select(Stock::book_id).filter(Stock::amount.eq(0)).cte("sold_out");
    let is_sold_out =
        Book::id.in_select(select(sold_out.c(Stock::book_id)).from(&sold_out));
    update::<Book>()
        .with(&sold_out)
        .set(Book::rating, 0.0)
        .filter(is_sold_out)
}

/// Rows moved: what a statement in `WITH` deletes, another inserts.
///
/// ```sql
/// WITH gone AS (DELETE FROM stock
///               WHERE city = 'Lima'
///               RETURNING book_id, amount)
/// INSERT INTO stock (city, book_id, amount)
/// SELECT 'Rome', gone.book_id, gone.amount FROM gone
/// ```
///
/// Not on SQLite, MySQL and MariaDB: run one statement after the other, in a transaction.
pub fn data_modifying() -> impl Write {
    let gone = delete::<Stock>()
        .filter(Stock::city.eq("Lima"))
        .returning((Stock::book_id, Stock::amount))
        .cte("gone");
    let moved =
        select((lit("Rome"), gone.c(Stock::book_id), gone.c(Stock::amount)));
    insert::<Stock>().with(&gone).from_select(
        (Stock::city, Stock::book_id, Stock::amount),
        moved.from(&gone),
    )
}

topic!(
    "updates.rs": set, set_from_subquery, set_by_case, update_join, update_from, update_limit, update_returning,
    delete_rows, delete_by_relation, delete_using, delete_first, delete_returning, update_with, data_modifying,
);
