//! The engine for programs without a runtime: the same [`Engine`], [`Connection`] and [`Transaction`], whose
//! methods return when they are done.
//!
//! ```
//! use lapis_engine::Result;
//! use lapis_engine::blocking::Engine;
//! use lapis_sql::statement::text;
//!
//! # fn main() -> Result<()> {
//! let engine = Engine::connect("sqlite::memory:")?;
//! engine.transaction(|transaction| transaction.script("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)"))?;
//! let numbers: Vec<i64> = engine.all(text("SELECT x FROM t").scalar())?;
//! assert_eq!(numbers, [1, 2]);
//! for number in engine.stream(text("SELECT x FROM t").scalar::<i64>())? {
//!     println!("{}", number?);
//! }
//! # Ok(()) }
//! ```
//!
//! It is the asynchronous code that runs; what is here waits for it. Each type derefs to its asynchronous twin: what
//! that does without waiting is there as it is, and what it does with waiting is hidden by a method of the same
//! name that waits. [`Engine::block_on`] waits for asynchronous code of one's own.
//!
//! On an embedded database a call is a function call and costs what the asynchronous one costs. For a server's
//! connections the engine keeps a Tokio runtime with one thread, which ends with the last of its values.
//!
//! # Panics
//! Within asynchronous code, every call that reaches a server's database panics, as Tokio's `block_on` does: it
//! would keep other tasks from running, perhaps the very one that it waits for. Use the asynchronous engine there,
//! or move the call to a thread of its own (`tokio::task::spawn_blocking`). An embedded database may be called
//! anywhere; a lock that is waited for keeps the thread, for as long as `busy_timeout`.

mod connection;
mod engine;
mod executor;
mod rows;
mod transaction;

pub use connection::Connection;
pub use engine::{Engine, EngineBuilder};
pub use rows::Rows;
pub use transaction::{Transaction, TwoPhaseTransaction};

#[doc(hidden)]
pub use executor::Executor;
