//! Random typed statements, each accepted by the databases and, as far as an evaluator in memory goes, giving the
//! same rows on all of them and in it.
//!
//! `LAPIS_SEED=7 cargo test -p lapis --test statement_model` repeats one run. A statement that fails is made
//! smaller, part by part, before it is reported with its SQL for each dialect.
//!
//! A construct is one entry of a table in `generator/`: its name, and beside each other the expression by the
//! typed API and what it means.

mod data;
mod databases;
mod datum;
mod environment;
mod generator;
mod groupings;
mod query;
#[path = "../session_model/random.rs"]
mod random;
mod row_sets;
mod runner;
#[path = "../support/server.rs"]
mod server;
mod shrink;
mod term;
mod unsupported;
mod write;
