//! # Dates and times

use chrono::{Days, Months};
use lapis::expr::{DateField, TimeField, Unit};
use lapis::prelude::*;

use super::{at, day};
use crate::entry::{Rows, topic};
use crate::tables::*;

/// Compared with values of chrono.
///
/// ```sql
/// SELECT id
/// FROM sales
/// WHERE sold_at >= '2024-01-05 12:00:00'
///   AND sold_at < '2024-02-01 00:00:00'
/// ```
pub fn comparison() -> impl Rows<i64> {
    select(Sale::id)
        .filter(Sale::sold_at.ge(at(2024, 1, 5, 12, 0)))
        .filter(Sale::sold_at.lt(at(2024, 2, 1, 0, 0)))
}

/// Fields, as whole numbers.
///
/// ```sql PostgreSQL
/// SELECT CAST(extract(YEAR FROM published) AS BIGINT),
///        CAST(extract(QUARTER FROM published) AS BIGINT),
///        CAST(extract(ISODOW FROM published) AS BIGINT)
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT extract(YEAR FROM published),
///        extract(QUARTER FROM published),
///        weekday(published) + 1
/// FROM books
/// ```
///
/// ```sql SQLite
/// SELECT CAST(strftime('%Y', published) AS INTEGER),
///        (CAST(strftime('%m', published) AS INTEGER) + 2) / 3,
///        CAST(strftime('%u', published) AS INTEGER)
/// FROM books
/// ```
pub fn extract() -> impl Rows<(i64, i64, i64)> {
    select((
        func::extract(DateField::Year, Book::published),
        func::extract(DateField::Quarter, Book::published),
        func::extract(DateField::Weekday, Book::published),
    ))
}

/// The fields of a time of day.
///
/// ```sql PostgreSQL, MySQL, MariaDB
/// SELECT id
/// FROM sales
/// WHERE extract(HOUR FROM sold_at) BETWEEN 9 AND 11
///   AND extract(MINUTE FROM sold_at) > 10
/// ```
///
/// ```sql SQLite
/// SELECT id
/// FROM sales
/// WHERE strftime('%H', sold_at) BETWEEN '09' AND '11'
///   AND strftime('%M', sold_at) > '10'
/// ```
pub fn extract_time() -> impl Rows<i64> {
    select(Sale::id)
        .filter(func::extract(TimeField::Hour, Sale::sold_at).between(9, 11))
        .filter(func::extract(TimeField::Minute, Sale::sold_at).gt(10))
}

/// Cut to the beginning of a unit, to group by it.
///
/// ```sql PostgreSQL
/// SELECT date_trunc('month', sold_at), sum(quantity)
/// FROM sales
/// GROUP BY date_trunc('month', sold_at)
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT CAST(date_format(sold_at, '%Y-%m-01') AS DATETIME(6)),
///        sum(quantity)
/// FROM sales
/// GROUP BY CAST(date_format(sold_at, '%Y-%m-01') AS DATETIME(6))
/// ```
///
/// ```sql SQLite
/// SELECT datetime(sold_at, 'start of month'), sum(quantity)
/// FROM sales
/// GROUP BY datetime(sold_at, 'start of month')
/// ```
pub fn date_trunc() -> impl Rows<(NaiveDateTime, Option<i64>)> {
    let month = func::date_trunc(Unit::Month, Sale::sold_at);
    select((&month, func::sum(Sale::quantity))).group_by(&month)
}

/// Later by the calendar: a month after 31 January is the last day of February.
///
/// ```sql PostgreSQL
/// SELECT CAST(published + INTERVAL '1 month' AS DATE),
///        published - 90
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT published + INTERVAL 1 MONTH,
///        published - INTERVAL 90 DAY
/// FROM books
/// ```
///
/// ```sql SQLite
/// SELECT date(published, '+1 month', 'floor'),
///        date(published, '-90 days')
/// FROM books
/// ```
pub fn calendar() -> impl Rows<(NaiveDate, NaiveDate)> {
    select((Book::published + Months::new(1), Book::published - Days::new(90)))
}

/// By as many days or months as a column says.
///
/// ```sql PostgreSQL
/// SELECT CAST(published + make_interval(months => pages) AS DATE)
/// FROM books
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT published + INTERVAL pages MONTH
/// FROM books
/// ```
///
/// ```sql SQLite
/// SELECT date(published, pages || ' months', 'floor')
/// FROM books
/// ```
pub fn calendar_by_column() -> impl Rows<NaiveDate> {
    select(func::add_months(Book::published, Book::pages))
}

/// A span of time added to an instant.
///
/// ```sql PostgreSQL
/// SELECT id
/// FROM sales
/// WHERE sold_at + INTERVAL '36 hours' > '2024-03-02 12:00:00'
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT id
/// FROM sales
/// WHERE sold_at + INTERVAL 36 HOUR > '2024-03-02 12:00:00'
/// ```
///
/// ```sql SQLite
/// SELECT id
/// FROM sales
/// WHERE datetime(sold_at, '+36 hours') > '2024-03-02 12:00:00'
/// ```
pub fn span() -> impl Rows<i64> {
    let later = Sale::sold_at + TimeDelta::hours(36);
    select(Sale::id).filter(later.gt(at(2024, 3, 2, 12, 0)))
}

/// Between two dates, and between two instants.
///
/// ```sql PostgreSQL
/// SELECT books.title, DATE '2024-12-31' - books.published,
///        TIMESTAMP '2024-12-31 00:00:00' - sales.sold_at
/// FROM books
/// JOIN sales ON sales.book_id = books.id
/// ```
///
/// ```sql MySQL, MariaDB
/// SELECT books.title, datediff('2024-12-31', books.published),
///        timestampdiff(MICROSECOND, sales.sold_at,
///                      '2024-12-31 00:00:00')
/// FROM books
/// JOIN sales ON sales.book_id = books.id
/// ```
///
/// ```sql SQLite
/// SELECT books.title,
///        CAST(julianday('2024-12-31') - julianday(books.published)
///             AS INTEGER),
///        (unixepoch('2024-12-31') - unixepoch(sales.sold_at))
///            * 1000000
/// FROM books
/// JOIN sales ON sales.book_id = books.id
/// ```
pub fn difference() -> impl Rows<(String, i64, TimeDelta)> {
    select((
        Book::title,
        func::days_between(Book::published, day(2024, 12, 31)),
        func::elapsed(Sale::sold_at, at(2024, 12, 31, 0, 0)),
    ))
    .join(Book::sales)
}

/// The date and the time of day of an instant.
///
/// ```sql
/// SELECT date(sold_at), time(sold_at)
/// FROM sales
/// ```
///
/// ```sql PostgreSQL
/// SELECT CAST(sold_at AS DATE), CAST(sold_at AS TIME)
/// FROM sales
/// ```
pub fn date_and_time() -> impl Rows<(NaiveDate, NaiveTime)> {
    select((func::date_of(Sale::sold_at), func::time_of(Sale::sold_at)))
}

/// Now.
///
/// ```sql
/// SELECT title
/// FROM books
/// WHERE published < CURRENT_DATE
/// ```
pub fn now() -> impl Rows<String> {
    select(Book::title).filter(Book::published.lt(func::current_date()))
}

topic!(
    "moments.rs": comparison, extract, extract_time, date_trunc, calendar, calendar_by_column, span, difference,
    date_and_time, now,
);
