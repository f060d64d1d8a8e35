//! # Updating and deleting
//!
//! Without a filter it is an error, unless `all_rows()` says that every row is meant.

use lapis::expr::case;
use lapis::prelude::*;
use lapis::statement::{delete, table, update};

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

/// By what other tables hold.
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

/// By what other tables hold.
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

/// With values of another table.
///
/// ```sql SQLite, PostgreSQL
/// UPDATE stock
/// SET amount = amount + books.pages
/// FROM books
/// WHERE books.id = stock.book_id AND books.price < 15
/// ```
///
/// ```sql MySQL, MariaDB
/// UPDATE stock
/// JOIN books ON books.id = stock.book_id
/// SET stock.amount = stock.amount + books.pages
/// WHERE books.price < 15
/// ```
pub fn update_joined() -> impl Write {
    update::<Stock>()
        .set(Stock::amount, Stock::amount + Book::pages)
        .join_on(table::<Book>(), Book::id.eq(Stock::book_id))
        .filter(Book::price.lt(15))
}

/// With those of a query.
///
/// ```sql SQLite, PostgreSQL
/// UPDATE stock
/// SET amount = sold.quantity
/// FROM (SELECT city, book_id, sum(quantity) AS quantity
///       FROM sales GROUP BY city, book_id) AS sold
/// WHERE sold.city = stock.city AND sold.book_id = stock.book_id
/// ```
///
/// ```sql MySQL, MariaDB
/// UPDATE stock
/// CROSS JOIN (SELECT city, book_id, sum(quantity) AS quantity
///             FROM sales GROUP BY city, book_id) AS sold
/// SET stock.amount = sold.quantity
/// WHERE sold.city = stock.city AND sold.book_id = stock.book_id
/// ```
pub fn update_from_subquery() -> impl Write {
    let quantity = func::sum(Sale::quantity).label("quantity");
    let sold = select((Sale::city, Sale::book, quantity.clone()))
        .group_by((Sale::city, Sale::book))
        .subquery("sold");
    update::<Stock>()
        .set(Stock::amount, sold.column_of(&quantity))
        .from(&sold)
        .filter(sold.c(Sale::city).eq(Stock::city))
        .filter(sold.c(Sale::book).eq(Stock::book_id))
}

/// Rows deleted that go with those of another table.
///
/// ```sql SQLite
/// DELETE FROM stock
/// WHERE EXISTS (SELECT 1 FROM books
///               WHERE books.id = stock.book_id
///                 AND books.price > 20)
/// ```
///
/// ```sql PostgreSQL
/// DELETE FROM stock
/// USING books
/// WHERE books.id = stock.book_id AND books.price > 20
/// ```
///
/// ```sql MySQL, MariaDB
/// DELETE stock FROM stock
/// JOIN books ON books.id = stock.book_id
/// WHERE books.price > 20
/// ```
pub fn delete_joined() -> impl Write {
    delete::<Stock>()
        .join_on(table::<Book>(), Book::id.eq(Stock::book_id))
        .filter(Book::price.gt(20))
}

/// The first rows alone.
///
/// ```sql MySQL, MariaDB
/// DELETE FROM sales
/// ORDER BY sold_at
/// LIMIT 2
/// ```
///
/// Not on SQLite and PostgreSQL: say in the filter which they are, by `in_select`.
pub fn delete_first() -> impl Write {
    delete::<Sale>().all_rows().order_by(Sale::sold_at).limit(2)
}

topic!(
    "updates.rs": set, set_from_subquery, set_by_case, update_returning, delete_rows, delete_by_relation,
    delete_returning, update_joined, update_from_subquery, delete_joined, delete_first);
