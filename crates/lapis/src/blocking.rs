//! The engine and the session for programs without a runtime.
//!
//! The methods have the names that they have everywhere, and return when they are done. Take the engine from here
//! and everything else from the [`prelude`](crate::prelude):
//!
//! ```
//! use lapis::blocking::Engine;
//! use lapis::prelude::*;
//!
//! # fn main() -> lapis::Result<()> {
//! let engine = Engine::connect("sqlite::memory:")?;
//! assert_eq!(engine.one(text("SELECT 40 + 2").scalar::<i64>())?, 42);
//! # Ok(()) }
//! ```
//!
//! See [the engine's](crate::engine::blocking) and [the session's](crate::orm::blocking) modules for what a call
//! costs, and for calls within asynchronous code.

pub use lapis_engine::blocking::{
    Connection, Engine, EngineBuilder, Rows, Transaction, TwoPhaseTransaction,
};
pub use lapis_orm::blocking::{Session, SessionMaker, TrackedRows};
