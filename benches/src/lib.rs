//! Lapis side by side with rusqlite, the driver beneath it: the same work in the same run.

#![forbid(unsafe_code)]

pub mod cases;
pub mod database;
pub mod harness;
pub mod model;
pub mod raw;
