//! The behaviour of the engine, on SQLite.
#![cfg(feature = "sqlite")]

mod common;
mod connection;
mod disasters;
mod events;
mod fake;
mod locks;
mod opening;
mod pool;
mod queries;
mod schema;
mod streams;
mod transactions;
