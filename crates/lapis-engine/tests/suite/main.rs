//! The behaviour of the engine, on SQLite.
#![cfg(feature = "sqlite")]

mod common;
mod connection;
mod transactions;
