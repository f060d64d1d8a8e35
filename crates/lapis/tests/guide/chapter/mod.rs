//! The entries, a file for each topic, in the order of the page.

mod aggregates;
mod arrays;
mod by_hand;
mod case;
mod common_tables;
mod composition;
mod filter;
mod groups;
mod inserts;
mod joins;
mod json;
mod locks;
mod moments;
mod nulls;
mod numbers;
mod pages;
mod search;
mod select;
mod set_operations;
mod subqueries;
mod tables_of_values;
mod text;
mod updates;
mod windows;

use lapis::prelude::*;

use crate::entry::Topic;

pub fn topics() -> Vec<Topic> {
    vec![
        select::topic(),
        filter::topic(),
        nulls::topic(),
        joins::topic(),
        groups::topic(),
        aggregates::topic(),
        windows::topic(),
        subqueries::topic(),
        common_tables::topic(),
        set_operations::topic(),
        tables_of_values::topic(),
        case::topic(),
        text::topic(),
        numbers::topic(),
        moments::topic(),
        json::topic(),
        search::topic(),
        arrays::topic(),
        inserts::topic(),
        updates::topic(),
        locks::topic(),
        composition::topic(),
        pages::topic(),
        by_hand::topic(),
    ]
}

/// A date that is known to be one.
pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

/// An hour and a minute of a day.
pub fn at(
    year: i32,
    month: u32,
    date: u32,
    hour: u32,
    minute: u32,
) -> NaiveDateTime {
    day(year, month, date).and_hms_opt(hour, minute, 0).expect("a time")
}
