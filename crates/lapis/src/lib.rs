//! Lapis is a SQL toolkit and object-relational mapper for Rust.
//!
//! It has two layers. The *Core* is schema, typed SQL expressions, engine and pool; it can be used alone. The
//! *mapper* is built on nothing else: entities, a session that is a unit of work, relations.
//!
//! ```
//! use lapis::prelude::*;
//!
//! #[derive(Entity, Debug, Clone)]
//! #[entity(table = "users")]
//! struct User {
//!     #[column(primary_key)]
//!     id: Auto<i64>,                               // assigned by the database, never by hand
//!     #[column(length = 320, unique)]
//!     email: String,                               // VARCHAR(320) NOT NULL UNIQUE
//!     bio: Option<String>,                         // TEXT, nullable because of Option
//!     #[column(server_default = now())]
//!     created_at: Auto<DateTime<Utc>>,
//!     #[relation(inverse = Post::author)]
//!     posts: Many<Post>,
//! }
//!
//! #[derive(Entity, Debug, Clone)]
//! #[entity(table = "posts")]
//! struct Post {
//!     #[column(primary_key)]
//!     id: Auto<i64>,
//!     title: String,
//!     author: Ref<User>,                           // author_id REFERENCES users(id)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> lapis::Result<()> {
//! let engine = Engine::connect("sqlite::memory:").await?;
//! engine.create_all(&MetaData::of::<(User, Post)>()).await?;
//!
//! let mut session = engine.session();
//! let alice = session.add(User::new().email("alice@example.org").build());
//! session.add(Post::new().title("Hello").author(alice).build());
//! session.commit().await?;                         // two INSERTs, ordered by dependency
//! assert_eq!(session[alice].id, 1);
//!
//! session[alice].bio = Some("Writes.".into());     // noticed, and written by the next flush
//! session.commit().await?;                         // UPDATE of that one column
//!
//! let users: Vec<User> = engine
//!     .all(User::select().filter(User::email.ends_with("@example.org")).eager(User::posts))
//!     .await?;
//! assert_eq!(users[0].posts[0].title, "Hello");
//!
//! let counts: Vec<(String, i64)> = engine
//!     .all(select((User::email, func::count(Post::id))).outer_join(User::posts).group_by(User::email))
//!     .await?;
//! assert_eq!(counts, [("alice@example.org".to_owned(), 1)]);
//! # Ok(()) }
//! ```
//!
//! Whatever is `.await`ed may reach the database; what is not never does. The session gives handles, which
//! are `Copy` and index it; engine, connection and transaction give values.
//!
//! # Where to find what
//! | to | see |
//! | --- | --- |
//! | describe a table | [`derive@Entity`], [`Auto`], [`Ref`], [`Many`], [`One`] |
//! | store a type of one's own | [`derive@SqlType`], [`derive@SqlEnum`], [`Json`] |
//! | connect | [`Engine`], [`EngineBuilder`] |
//! | load and change entities | [`Session`], [`SessionMaker`], [`Handle`] |
//! | take columns, orders and values from a request | [`Entity::column`], [`dynamic`] |
//! | write a condition once, for Rust and for SQL | [`macro@hybrid`] |
//! | have an expression selected with an entity | [`derive@Entity`], [`Property`](orm::entity::Property) |
//! | read a query in pages | [`Select::page`](statement::Select::page), [`Select::keyset`](statement::Select::keyset) |
//! | write expressions | [`ExprOps`](expr::ExprOps), [`func`], [`BitOps`](expr::BitOps), [`JsonOps`](expr::JsonOps), [`full_text`](expr::full_text) |
//! | declare functions and operators of one's own | [`sql_function!`], [`sql_operator!`] |
//! | write statements | [`Entity::select`], [`select`](statement::select), [`insert`](statement::insert), [`update`](statement::update), [`delete`](statement::delete), [`text`](statement::text) |
//! | select from more than tables | [`alias`](statement::alias), [`Select::subquery`](statement::Select::subquery), [`Select::cte`](statement::Select::cte), [`values`](statement::values), [`generate_series`](statement::generate_series), [`json_elements`](statement::json_elements), [`unnest`](statement::unnest) |
//! | see a statement's SQL | [`Statement::sql`](statement::Statement::sql), [`Statement::pretty`](statement::Statement::pretty) |
//! | read rows of hand-written SQL | [`derive@FromRow`] |
//! | run transactions again | [`Engine::transaction_with`], [`SessionMaker::begin_with`], [`RetryPolicy`] |
//! | do without a runtime | [`blocking`] |
//! | see how a database runs a statement | [`Engine::explain`], [`Plan`] |
//! | handle failures | [`Error`], [`ErrorKind`] |
//!
//! # Cargo features
//! | feature | what it adds |
//! | --- | --- |
//! | `sqlite` (default) | SQLite, as the system has it |
//! | `bundled-sqlite` (default) | SQLite built from source, so that nothing has to be installed |
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod blocking;
pub mod prelude;

#[doc(hidden)]
pub mod __private;

pub use lapis_engine as engine;
pub use lapis_orm as orm;
pub use lapis_sql as sql;

pub use lapis_engine::{
    Connection, Engine, EngineBuilder, Error, ErrorKind, FromRow, IsolationLevel, Plan, Result,
    RetryPolicy, Row, Transaction, TransactionOptions,
};
pub use lapis_macros::{Entity, FromRow, SqlEnum, SqlType, hybrid};
pub use lapis_orm::{
    Auto, Entity, EntityState, Handle, Many, One, OpenSession, Ref, Session, SessionMaker,
};
pub use lapis_sql::dynamic::{self, ColumnError, DynamicColumn, DynamicColumns};
pub use lapis_sql::expr::{self, func};
pub use lapis_sql::paging::{self, Cursor, CursorError, KeysetPage, Page};
pub use lapis_sql::schema::{self, MetaData};
pub use lapis_sql::statement;
pub use lapis_sql::types::{self, Decode, Encode, Json, SqlEnum, SqlType};
pub use lapis_sql::{Cell, CompileError, DecodeError, Value, sql_function, sql_operator};

/// The README's programs are compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
