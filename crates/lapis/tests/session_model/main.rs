//! Sessions driven by random operations, beside a model in memory: after every operation both sides of every
//! relation in the session agree with the model, and after every transaction the database does too.
//!
//! `LAPIS_SEED=7 cargo test -p lapis --test session_model` repeats one run. A failing run is made smaller,
//! operation by operation, before it is reported.

mod check;
mod driver;
mod entities;
mod model;
mod random;
mod runner;
mod schema;
