//! Sessions for programs without a runtime: the same [`Session`] and [`SessionMaker`] on a
//! [blocking engine](lapis_engine::blocking), whose methods return when they are done.
//!
//! ```
//! use lapis::blocking::Engine;
//! use lapis::prelude::*;
//!
//! #[derive(Entity, Debug, Clone)]
//! #[entity(table = "users")]
//! struct User {
//!     #[column(primary_key)]
//!     id: Auto<i64>,
//!     name: String,
//! }
//!
//! # fn main() -> lapis::Result<()> {
//! let engine = Engine::connect("sqlite::memory:")?;
//! engine.create_all(&MetaData::of::<(User,)>())?;
//! let mut session = engine.session();
//! let alice = session.add(User::new().name("Alice").build());
//! session.commit()?;
//! session[alice].name = "Alice Liddell".into();
//! session.commit()?;
//! assert_eq!(engine.one(User::select())?.name, "Alice Liddell");
//! # Ok(()) }
//! ```
//!
//! A blocking session derefs to its asynchronous twin: whatever works without waiting is there as it is (indexing,
//! `add`, `delete`, `link`, `related`), and whatever waits is hidden by a method of the same name that waits.
//!
//! # Panics
//! Within asynchronous code, as [the engine's module](lapis_engine::blocking) says.

mod maker;
mod rows;
mod session;

pub use maker::SessionMaker;
pub use rows::TrackedRows;
pub use session::Session;
