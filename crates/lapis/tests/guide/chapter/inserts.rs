//! # Inserting

use lapis::expr::case;
use lapis::prelude::*;
use lapis::statement::{excluded, insert};

use crate::entry::{Rows, Write, topic};
use crate::tables::*;

/// A row. Columns that are left out get their defaults.
///
/// ```sql
/// INSERT INTO authors (name, country) VALUES ('Eve Lund', 'Peru')
/// ```
pub fn row() -> impl Write {
    insert::<Author>()
        .values((Author::name.set("Eve Lund"), Author::country.set("Peru")))
}

/// Many rows, of any iterator.
///
/// ```sql
/// INSERT INTO stock (city, book_id, amount)
/// VALUES ('Rome', 1, 4), ('Rome', 2, 4), ('Rome', 3, 4)
/// ```
pub fn rows() -> impl Write {
    let row = |book| {
        (
            Stock::city.set("Rome"),
            Stock::book_id.set(book),
            Stock::amount.set(4),
        )
    };
    insert::<Stock>().rows((1..=3).map(row))
}

/// Values that the database computes.
///
/// ```sql
/// INSERT INTO stock (city, book_id, amount)
/// VALUES (upper('Rome'), (SELECT max(id) FROM books), 2 * 3)
/// ```
pub fn expressions() -> impl Write {
    let newest = func::coalesce(select(func::max(Book::id)).scalar(), 0);
    insert::<Stock>().values((
        Stock::city.set(func::upper("Rome")),
        Stock::book_id.set(newest),
        Stock::amount.set(lit(2) * 3),
    ))
}

/// The rows of a query.
///
/// ```sql
/// INSERT INTO stock (city, book_id, amount)
/// SELECT 'Rome', id, 1 FROM books WHERE pages > 300
/// ```
pub fn from_select() -> impl Write {
    let long_books =
        select((lit("Rome"), Book::id, lit(1))).filter(Book::pages.gt(300));
    insert::<Stock>()
        .from_select((Stock::city, Stock::book_id, Stock::amount), long_books)
}

/// What the database assigned, given back.
///
/// ```sql
/// INSERT INTO tags (name) VALUES ('long'), ('short')
/// RETURNING id, name
/// ```
///
/// Not on MySQL: there, select the rows, or add entities to a session, which reads such values back.
pub fn returning() -> impl Rows<(i64, String)> {
    insert::<Tag>()
        .rows(["long", "short"].map(|name| Tag::name.set(name)))
        .returning((Tag::id, Tag::name))
}

/// Whole entities, given back.
///
/// ```sql
/// INSERT INTO genres (name, parent_id) VALUES ('Thriller', 2)
/// RETURNING id, name, parent_id
/// ```
///
/// Not on MySQL: select them by a key that the program knows.
pub fn returning_entities() -> impl Rows<Genre> {
    insert::<Genre>()
        .values((Genre::name.set("Thriller"), Genre::parent.set(2)))
        .returning(entity::<Genre>())
}

/// An upsert: a row whose key is there is left out.
///
/// ```sql SQLite, PostgreSQL
/// INSERT INTO tags (name) VALUES ('new'), ('old')
/// ON CONFLICT (name) DO NOTHING
/// ```
///
/// ```sql MySQL, MariaDB
/// INSERT INTO tags (name) VALUES ('new'), ('old')
/// ON DUPLICATE KEY UPDATE name = tags.name
/// ```
pub fn do_nothing() -> impl Write {
    insert::<Tag>()
        .rows(["new", "old"].map(|name| Tag::name.set(name)))
        .on_conflict(Tag::name)
        .do_nothing()
}

/// A row of which any unique key is there is left out.
///
/// ```sql SQLite, PostgreSQL
/// INSERT INTO tags (id, name) VALUES (1, 'x'), (9, 'old')
/// ON CONFLICT DO NOTHING
/// ```
///
/// ```sql MySQL, MariaDB
/// INSERT INTO tags (id, name) VALUES (1, 'x'), (9, 'old')
/// ON DUPLICATE KEY UPDATE id = tags.id
/// ```
pub fn on_any_conflict() -> impl Write {
    let rows = [(1, "x"), (9, "old")];
    insert::<Tag>()
        .rows(rows.map(|(id, name)| (Tag::id.set(id), Tag::name.set(name))))
        .on_any_conflict()
        .do_nothing()
}

/// A row whose key is there is updated, from what was to be inserted and what it holds.
///
/// ```sql SQLite, PostgreSQL
/// INSERT INTO stock (city, book_id, amount)
/// VALUES ('Oslo', 1, 3), ('Rome', 1, 3)
/// ON CONFLICT (city, book_id)
/// DO UPDATE SET amount = stock.amount + excluded.amount
/// ```
///
/// ```sql MySQL, MariaDB
/// INSERT INTO stock (city, book_id, amount)
/// VALUES ('Oslo', 1, 3), ('Rome', 1, 3)
/// ON DUPLICATE KEY UPDATE amount = stock.amount + VALUES(amount)
/// ```
///
/// MySQL and MariaDB do not ask which key it is: any unique one counts.
pub fn do_update() -> impl Write {
    let row = |city: &str| {
        (Stock::city.set(city), Stock::book_id.set(1), Stock::amount.set(3))
    };
    insert::<Stock>()
        .rows(["Oslo", "Rome"].map(row))
        .on_conflict((Stock::city, Stock::book_id))
        .do_update(Stock::amount.set(Stock::amount + excluded(Stock::amount)))
}

/// It is updated to all that was to be inserted.
///
/// ```sql SQLite, PostgreSQL
/// INSERT INTO stock (city, book_id, amount) VALUES ('Oslo', 1, 3)
/// ON CONFLICT (city, book_id)
/// DO UPDATE SET amount = excluded.amount
/// ```
///
/// ```sql MySQL, MariaDB
/// INSERT INTO stock (city, book_id, amount) VALUES ('Oslo', 1, 3)
/// ON DUPLICATE KEY UPDATE amount = VALUES(amount)
/// ```
pub fn do_update_all() -> impl Write {
    insert::<Stock>()
        .values((
            Stock::city.set("Oslo"),
            Stock::book_id.set(1),
            Stock::amount.set(3),
        ))
        .on_conflict((Stock::city, Stock::book_id))
        .do_update_all()
}

/// It is updated if a condition holds.
///
/// ```sql SQLite, PostgreSQL
/// INSERT INTO stock (city, book_id, amount) VALUES ('Oslo', 1, 8)
/// ON CONFLICT (city, book_id)
/// DO UPDATE SET amount = excluded.amount
/// WHERE stock.amount < excluded.amount
/// ```
///
/// Not on MySQL and MariaDB: there, let a CASE choose between the new value and the old one.
pub fn do_update_if() -> impl Write {
    insert::<Stock>()
        .values((
            Stock::city.set("Oslo"),
            Stock::book_id.set(1),
            Stock::amount.set(8),
        ))
        .on_conflict((Stock::city, Stock::book_id))
        .filter(Stock::amount.lt(excluded(Stock::amount)))
        .do_update_all()
}

/// It is updated to what a CASE chooses, on every database.
///
/// ```sql SQLite, PostgreSQL
/// INSERT INTO stock (city, book_id, amount)
/// VALUES ('Oslo', 1, 8), ('Lima', 4, 8)
/// ON CONFLICT (city, book_id)
/// DO UPDATE SET amount = CASE
///     WHEN stock.amount < excluded.amount THEN excluded.amount
///     ELSE stock.amount END
/// ```
///
/// ```sql MySQL, MariaDB
/// INSERT INTO stock (city, book_id, amount)
/// VALUES ('Oslo', 1, 8), ('Lima', 4, 8)
/// ON DUPLICATE KEY UPDATE amount = CASE
///     WHEN stock.amount < VALUES(amount) THEN VALUES(amount)
///     ELSE stock.amount END
/// ```
pub fn do_update_case() -> impl Write {
    let row = |(city, book)| {
        (Stock::city.set(city), Stock::book_id.set(book), Stock::amount.set(8))
    };
    let more = excluded(Stock::amount);
    let amount =
        case().when(Stock::amount.lt(&more), &more).otherwise(Stock::amount);
    insert::<Stock>()
        .rows([("Oslo", 1), ("Lima", 4)].map(row))
        .on_conflict((Stock::city, Stock::book_id))
        .do_update(Stock::amount.set(amount))
}

topic!(
    "inserts.rs": row, rows, expressions, from_select, returning, returning_entities, do_nothing, on_any_conflict, do_update,
    do_update_all, do_update_if, do_update_case,
);
