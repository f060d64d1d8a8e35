//! # Arrays and ranges
//!
//! PostgreSQL has them; elsewhere their columns are refused with the table. Store `Json<Vec<T>>` there, and both ends of
//! a range.

use lapis::expr::{all_elements, any_element};
use lapis::prelude::*;
use lapis::statement::{table, unnest};
use lapis::types::SqlRange;

use super::day;
use crate::entry::{Rows, topic};
use crate::tables::*;

/// Every element of another array, any of them, one.
///
/// ```sql PostgreSQL
/// SELECT name
/// FROM courses
/// WHERE topics @> ARRAY['prose']
///   AND topics && ARRAY['poetry', 'sql']
///   AND 'prose' = ANY(topics)
/// ```
///
/// Not on SQLite, MySQL and MariaDB: they have no arrays.
pub fn elements() -> impl Rows<String> {
    select(Course::name)
        .filter(Course::topics.contains(["prose"]))
        .filter(Course::topics.overlaps(["poetry", "sql"]))
        .filter(lit("prose").eq_any(Course::topics))
}

/// Within another, and how long.
///
/// ```sql PostgreSQL
/// SELECT name, cardinality(topics)
/// FROM courses
/// WHERE topics <@ ARRAY['prose', 'poetry', 'drama']
/// ```
///
/// Not on SQLite, MySQL and MariaDB: they have no arrays.
pub fn length() -> impl Rows<(String, i64)> {
    select((Course::name, func::array_length(Course::topics)))
        .filter(Course::topics.contained_by(["prose", "poetry", "drama"]))
}

/// Compared with each element.
///
/// ```sql PostgreSQL
/// SELECT name
/// FROM courses
/// WHERE 'prose' = ANY (topics) AND 'q' > ALL (topics)
/// ```
///
/// Not on SQLite, MySQL and MariaDB: they have no arrays.
pub fn each() -> impl Rows<String> {
    select(Course::name)
        .filter(lit("prose").eq(any_element(Course::topics)))
        .filter(lit("q").gt(all_elements(Course::topics)))
}

/// The elements as rows, with their places.
///
/// ```sql PostgreSQL
/// SELECT courses.name, topic.value, topic.ordinality
/// FROM courses
/// CROSS JOIN unnest(courses.topics) WITH ORDINALITY
///            AS topic (value, ordinality)
/// ```
///
/// Not on SQLite, MySQL and MariaDB: they have no arrays. `json_elements` is for all.
pub fn unnested() -> impl Rows<(String, String, i64)> {
    let topic = unnest("topic", Course::topics);
    select((Course::name, topic.value(), topic.ordinality()))
        .from(table::<Course>())
        .cross_join(&topic)
}

/// A range that holds a value, or shares one with another.
///
/// ```sql PostgreSQL
/// SELECT name
/// FROM courses
/// WHERE term @> DATE '2024-02-15'
///   AND term && daterange('2024-03-15', '2024-04-01')
/// ```
///
/// Not on SQLite, MySQL and MariaDB: they have no ranges.
pub fn ranges() -> impl Rows<String> {
    let spring = SqlRange::from(day(2024, 3, 15)..day(2024, 4, 1));
    select(Course::name)
        .filter(Course::term.contains(day(2024, 2, 15)))
        .filter(Course::term.overlaps(spring))
}

topic!("arrays.rs": elements, length, each, unnested, ranges);
