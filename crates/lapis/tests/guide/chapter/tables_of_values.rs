//! # Tables of values

use lapis::prelude::*;
use lapis::statement::{table, values};

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Rows that the statement brings along. `c` reads a column as the one of a table of the same name.
///
/// ```sql PostgreSQL
/// SELECT books.title, offer.percent
/// FROM books
/// JOIN (VALUES (1, 20), (4, 50)) AS offer (id, percent)
///   ON offer.id = books.id
/// ```
///
/// ```sql MySQL
/// SELECT books.title, offer.percent
/// FROM books
/// JOIN (VALUES ROW(1, 20), ROW(4, 50)) AS offer (id, percent)
///   ON offer.id = books.id
/// ```
///
/// ```sql SQLite, MariaDB
/// SELECT books.title, offer.percent
/// FROM books
/// JOIN (SELECT 1 AS id, 20 AS percent
///       UNION ALL SELECT 4, 50) AS offer
///   ON offer.id = books.id
/// ```
pub fn join_values() -> impl Rows<(String, i64)> {
    let offer = values("offer", ["id", "percent"], [(1, 20), (4, 50)]);
    select((Book::title, offer.column::<i64>("percent")))
        .from(table::<Book>())
        .join_on(&offer, offer.c(Book::id).eq(Book::id))
}

topic!("tables_of_values.rs": join_values);
