//! What statements and expressions become on each database: one snapshot a construct.

mod aggregates;
mod builtins;
mod checks;
mod collection;
mod common;
mod common_table;
mod datetimes;
mod expressions;
mod groupings;
mod inline;
mod joined_write;
mod lock;
mod paging;
mod parameters;
mod pretty;
mod quantified;
mod select;
mod set_operation;
mod table_function;
mod upsert;
mod values;
mod windows;
mod write;
