//! The object-relational mapper of Lapis: entities, sessions, relationships.
//!
//! | room | holds |
//! | --- | --- |
//! | [`entity`] | [`Entity`], what the mapper knows of a struct |
//! | [`field`] | [`Auto`], [`Ref`], [`Many`], [`One`]: the field types beyond plain columns |
//! | [`relation`] | the typed constants of relations: `User::posts`, `Post::author` |
//! | [`loading`] | which relations are loaded along, and how |
//! | [`session`] | [`Session`]: arena, identity map, unit of work |
//! | [`blocking`] | sessions for programs without a runtime |
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod blocking;
pub mod entity;
pub mod field;
pub mod loading;
pub mod relation;
pub mod session;

mod handle;

pub use entity::Entity;
pub use field::{Auto, Many, One, Ref};
pub use handle::Handle;
pub use session::{EntityState, OpenSession, Session, SessionMaker};
