//! What statements and expressions become on each database: one snapshot a construct.

mod collection;
mod common;
mod expressions;
mod inline;
mod lock;
mod select;
mod upsert;
mod write;
