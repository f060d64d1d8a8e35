//! Lapis side by side with the drivers: rusqlite, tokio-postgres, mysql_async. The same work in the same run.

#![forbid(unsafe_code)]

pub mod cases;
pub mod database;
pub mod harness;
pub mod model;
pub mod raw;
pub mod servers;
