//! Two databases in memory, alike in schema, settings and contents: one of Lapis, one of rusqlite.

use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use lapis::engine::Flow;
use lapis::prelude::*;
use lapis::{Cell, Row};
use tokio::runtime::{Builder, Runtime};

use crate::model::{Comment, Post, User};

/// Both databases, and the runtime that Lapis is driven by.
#[derive(Clone)]
pub struct Databases {
    /// Runs on the thread that calls it.
    pub runtime: Rc<Runtime>,
    /// Lapis.
    pub engine: Engine,
    /// The driver.
    pub raw: Rc<rusqlite::Connection>,
}

impl Databases {
    /// Opens both, with the tables of the model and no rows.
    ///
    /// # Panics
    /// If SQLite fails.
    #[must_use]
    pub fn open() -> Self {
        let runtime =
            Builder::new_current_thread().build().expect("a runtime without drivers needs nothing");
        let (engine, schema) = runtime.block_on(open_engine()).expect("a database in memory opens");
        let raw = open_raw(&schema).expect("a database in memory opens");
        Self { runtime: Rc::new(runtime), engine, raw: Rc::new(raw) }
    }

    /// Runs the same statements on both.
    ///
    /// # Panics
    /// If a statement is wrong.
    pub fn script(&self, sql: &str) {
        self.runtime.block_on(self.engine.script(sql)).expect("the statements are right");
        self.raw.execute_batch(sql).expect("the statements are right");
    }

    /// Opens both with `users` users, of whom every other one has black hair if `coloured`.
    #[must_use]
    pub fn with_users(users: usize, coloured: bool) -> Self {
        let databases = Self::open();
        let hair = if coloured { "iif(i % 2, 'brown', 'black')" } else { "NULL" };
        databases.script(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {users})
             INSERT INTO users (name, hair_color) SELECT 'User ' || i, {hair} FROM n"
        ));
        databases
    }

    /// Opens both with users, posts of each, and comments on each of these.
    #[must_use]
    pub fn with_graph(users: usize, posts: usize, comments: usize) -> Self {
        let databases = Self::with_users(users, false);
        databases.script(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {posts})
             INSERT INTO posts (user_id, title, body)
             SELECT users.id, 'Post ' || i, NULL FROM users, n ORDER BY users.id, i"
        ));
        if comments > 0 {
            databases.script(&format!(
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {comments})
                 INSERT INTO comments (post_id, text)
                 SELECT posts.id, 'Comment ' || i FROM posts, n ORDER BY posts.id, i"
            ));
        }
        databases
    }
}

async fn open_engine() -> lapis::Result<(Engine, String)> {
    let engine = Engine::connect("sqlite::memory:").await?;
    engine.create_all(&MetaData::of::<(User, Post, Comment)>()).await?;
    let mut schema = String::new();
    let mut read = |row: &Row<'_>| {
        if let Cell::Text(sql) = row.cell(0) {
            schema.push_str(sql);
            schema.push(';');
        }
        Ok(Flow::Continue)
    };
    let mut connection = engine.acquire().await?;
    connection.run("SELECT sql FROM sqlite_schema ORDER BY rowid", &[], &mut read).await?;
    drop(connection);
    Ok((engine, schema))
}

/// The same virtual file system, settings and schema as those of the engine.
fn open_raw(schema: &str) -> rusqlite::Result<rusqlite::Connection> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let uri = format!("file:/raw{}?vfs=memdb", NEXT.fetch_add(1, Ordering::Relaxed));
    let flags = rusqlite::OpenFlags::default() | rusqlite::OpenFlags::SQLITE_OPEN_URI;
    let raw = rusqlite::Connection::open_with_flags(uri, flags)?;
    raw.pragma_update(None, "foreign_keys", "on")?;
    raw.set_prepared_statement_cache_capacity(128);
    raw.execute_batch(schema)?;
    Ok(raw)
}
