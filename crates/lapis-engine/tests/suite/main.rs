//! The behaviour of the engine, on SQLite.
#![cfg(feature = "sqlite")]

mod common;
mod connection;
mod events;
mod locks;
mod opening;
mod pool;
mod queries;
mod schema;
mod streams;
mod transactions;
