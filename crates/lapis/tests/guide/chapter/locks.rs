//! # Row locks

use lapis::prelude::*;
use lapis::statement::table;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Against changes by others, until the transaction ends.
///
/// ```sql
/// SELECT amount
/// FROM stock
/// WHERE city = 'Oslo'
/// FOR UPDATE
/// ```
///
/// Not on SQLite: a transaction that writes has the database for itself.
pub fn for_update() -> impl Rows<i32> {
    select(Stock::amount).filter(Stock::city.eq("Oslo")).for_update()
}

/// A row that no other worker has taken.
///
/// ```sql
/// SELECT id
/// FROM sales
/// ORDER BY id
/// LIMIT 1
/// FOR UPDATE SKIP LOCKED
/// ```
///
/// Not on SQLite: there is one writer at a time.
pub fn skip_locked() -> impl Rows<i64> {
    select(Sale::id)
        .order_by(Sale::id)
        .limit(1)
        .for_update()
        .skip_locked()
}

/// Against changes alone, without waiting.
///
/// ```sql PostgreSQL, MySQL
/// SELECT amount
/// FROM stock
/// WHERE city = 'Oslo'
/// FOR SHARE NOWAIT
/// ```
///
/// ```sql MariaDB
/// SELECT amount
/// FROM stock
/// WHERE city = 'Oslo'
/// LOCK IN SHARE MODE NOWAIT
/// ```
///
/// Not on SQLite: it has no row locks.
pub fn for_share() -> impl Rows<i32> {
    select(Stock::amount)
        .filter(Stock::city.eq("Oslo"))
        .for_share()
        .nowait()
}

/// Of one table of a join.
///
/// ```sql
/// SELECT books.title
/// FROM books
/// JOIN authors ON authors.id = books.author_id
/// FOR UPDATE OF books
/// ```
///
/// Not on SQLite and MariaDB: they have no such clause.
pub fn of() -> impl Rows<String> {
    select(Book::title)
        .join(Book::author)
        .for_update()
        .of(table::<Book>())
}

/// Against changes of keys alone, as a foreign key does.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE id = 1
/// FOR KEY SHARE
/// ```
///
/// Not on SQLite, MySQL and MariaDB: take `for_share`. `for_no_key_update` is PostgreSQL's, too.
pub fn for_key_share() -> impl Rows<String> {
    select(Book::title).filter(Book::id.eq(1)).for_key_share()
}

topic!("locks.rs": for_update, skip_locked, for_share, of, for_key_share);
