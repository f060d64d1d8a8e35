//! # Numbers and bits

use lapis::prelude::*;

use crate::entry::{Rows, topic};
use crate::tables::*;

/// Arithmetic. A number may stand on the left. Whole numbers are divided to whole ones, as in Rust.
///
/// ```sql
/// SELECT price * 2 + 1, 1000 - pages, pages / 7, pages % 7,
///        -pages
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT price * 2 + 1, 1000 - pages, pages DIV 7, pages % 7,
///        -pages
/// FROM books
/// ```
pub fn arithmetic() -> impl Rows<(Decimal, i32, i32, i32, i32)> {
    select((
        Book::price * 2 + 1,
        1000 - Book::pages,
        Book::pages / 7,
        Book::pages % 7,
        -Book::pages,
    ))
}

/// Rounded, up and down.
///
/// ```sql
/// SELECT round(price, 1), ceil(price), floor(price)
/// FROM books
/// ```
///
/// ```sql SQLite
/// SELECT round(price, 1),
///        CAST(price AS INTEGER) + (price > CAST(price AS INTEGER)),
///        CAST(price AS INTEGER) - (price < CAST(price AS INTEGER))
/// FROM books
/// ```
pub fn rounding() -> impl Rows<(Decimal, Decimal, Decimal)> {
    select((
        func::round_to(Book::price, 1),
        func::ceil(Book::price),
        func::floor(Book::price),
    ))
}

/// The size and the sign.
///
/// ```sql
/// SELECT abs(pages - 300), sign(pages - 300)
/// FROM books
/// ```
///
/// ```sql PostgreSQL
/// SELECT abs(pages - 300), CAST(sign(pages - 300) AS BIGINT)
/// FROM books
/// ```
pub fn size_and_sign() -> impl Rows<(i32, i64)> {
    let difference = Book::pages - 300;
    select((func::abs(&difference), func::sign(&difference)))
}

/// Powers, roots and logarithms, which are NULL where they are no numbers.
///
/// ```sql
/// SELECT power(pages, 2), sqrt(pages), exp(1), ln(pages),
///        log10(pages)
/// FROM books
/// ```
///
/// ```sql PostgreSQL
/// SELECT power(pages, 2), sqrt(pages), exp(1), ln(pages),
///        log(pages)
/// FROM books
/// ```
pub fn powers() -> impl Rows<(f64, Option<f64>, f64, Option<f64>, Option<f64>)>
{
    select((
        func::power(Book::pages, 2),
        func::sqrt(Book::pages),
        func::exp(1),
        func::ln(Book::pages),
        func::log10(Book::pages),
    ))
}

/// The larger and the smaller of two values of a row.
///
/// ```sql
/// SELECT greatest(pages, 200), least(price, 10)
/// FROM books
/// ```
///
/// ```sql SQLite
/// SELECT max(pages, 200), min(price, 10)
/// FROM books
/// ```
pub fn greatest() -> impl Rows<(i32, Decimal)> {
    select((func::greatest(Book::pages, 200), func::least(Book::price, 10)))
}

/// Rows in an order by chance.
///
/// ```sql
/// SELECT title FROM books ORDER BY random()
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT title FROM books ORDER BY rand()
/// ```
pub fn random() -> impl Rows<String> {
    select(Book::title).order_by(func::random())
}

/// Bits, which are methods, as `&` and `|` join conditions.
///
/// ```sql
/// SELECT formats & 3, formats | 8, ~formats,
///        formats << 2, formats >> 1
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT formats & 3, formats | 8, CAST(~formats AS SIGNED),
///        formats << 2, formats >> 1
/// FROM books
/// ```
pub fn bits() -> impl Rows<(i64, i64, i64, i64, i64)> {
    select((
        Book::formats.bit_and(3),
        Book::formats.bit_or(8),
        Book::formats.bit_not(),
        Book::formats.shift_left(2),
        Book::formats.shift_right(1),
    ))
}

/// The bits that differ.
///
/// ```sql PostgreSQL
/// SELECT title
/// FROM books
/// WHERE formats # 3 = 4
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT title
/// FROM books
/// WHERE formats ^ 3 = 4
/// ```
///
/// ```sql SQLite
/// SELECT title
/// FROM books
/// WHERE (formats | 3) - (formats & 3) = 4
/// ```
pub fn exclusive_or() -> impl Rows<String> {
    select(Book::title).filter(Book::formats.bit_xor(3).eq(4))
}

topic!("numbers.rs": arithmetic, rounding, size_and_sign, powers, greatest, random, bits, exclusive_or);
