//! MySQL and MariaDB by hand with mysql_async: statements out of its cache, owned structs, the same columns.

use std::rc::Rc;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Params, Row, TxOpts, Value};

use super::rows::{UserGraph, nest};
use super::{Raw, Server, engine, runtime};
use crate::raw::{Comment, Post, User};

const USERS: &str = "SELECT id, name, hair_color FROM users";
const MEDIUM: &str = "SELECT users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
     FROM users LEFT JOIN posts ON posts.user_id = users.id WHERE users.hair_color = ?";
/// As many rows as Lapis inserts by one statement.
const CHUNK: usize = 256;

/// A connection.
pub struct MySql(Conn);

impl MySql {
    /// Connects to the server that `LAPIS_TEST_MYSQL_URL` names, with empty tables in a database of their own.
    ///
    /// # Panics
    /// If it cannot.
    #[must_use]
    pub fn connect() -> Server<Self> {
        const DATABASE: &str = "lapis_bench";
        let url = std::env::var("LAPIS_TEST_MYSQL_URL").expect("LAPIS_TEST_MYSQL_URL is set");
        let runtime = Rc::new(runtime());
        let (engine, raw) = runtime.block_on(async {
            let options = OptsBuilder::from_opts(Opts::from_url(&url).unwrap()).prefer_socket(false);
            let mut raw = Conn::new(options).await.unwrap();
            raw.query_drop(format!("CREATE DATABASE IF NOT EXISTS {DATABASE}")).await.unwrap();
            raw.query_drop(format!("USE {DATABASE}")).await.unwrap();
            let host = url.rsplit_once('/').map_or(url.as_str(), |(host, _)| host);
            let engine = engine(&format!("{host}/{DATABASE}")).await;
            (engine, raw)
        });
        let empty = "DELETE FROM comments; DELETE FROM posts; DELETE FROM users";
        Server { runtime, engine, raw: Self(raw), empty }
    }

    async fn query(&mut self, sql: &str, params: impl Into<Params> + Send) -> Vec<Row> {
        self.0.exec(sql, params.into()).await.unwrap()
    }
}

/// Text moves out of the row without a copy.
fn user(row: &mut Row) -> User {
    User { id: row.take(0).unwrap(), name: row.take(1).unwrap(), hair_color: row.take(2).unwrap() }
}

fn post(row: &mut Row, first: usize) -> Post {
    Post {
        id: row.take(first).unwrap(),
        user_id: row.take(first + 1).unwrap(),
        title: row.take(first + 2).unwrap(),
        body: row.take(first + 3).unwrap(),
    }
}

fn comment(row: &mut Row) -> Comment {
    Comment { id: row.take(0).unwrap(), post_id: row.take(1).unwrap(), text: row.take(2).unwrap() }
}

fn values(names: &[String], columns: &str, each: &str) -> String {
    format!("INSERT INTO users ({columns}) VALUES {}", vec![each; names.len()].join(", "))
}

/// `SELECT … IN (?, …)`, padded as Lapis pads it is not: the list is as long as it is.
fn in_list(sql: &str, ids: &[i64]) -> (String, Vec<Value>) {
    let list = vec!["?"; ids.len()].join(", ");
    (format!("{sql} IN ({list}) ORDER BY id"), ids.iter().map(|id| Value::from(*id)).collect())
}

impl Raw for MySql {
    const NAME: &'static str = "mysql_async";

    async fn users(&mut self) -> usize {
        let users: Vec<User> = self.query(USERS, ()).await.iter_mut().map(user).collect();
        std::hint::black_box(users).len()
    }

    async fn users_with_optional_posts(&mut self) -> usize {
        let mut rows = self.query(MEDIUM, ("black",)).await;
        let both = |row: &mut Row| {
            let found = row.as_ref(3).is_some_and(|id| *id != Value::NULL);
            (user(row), found.then(|| post(row, 3)))
        };
        let rows: Vec<(User, Option<Post>)> = rows.iter_mut().map(both).collect();
        std::hint::black_box(rows).len()
    }

    async fn user(&mut self, id: i64) -> String {
        const SQL: &str = "SELECT id, name, hair_color FROM users WHERE id = ?";
        let mut row: Row = self.0.exec_first(SQL, (id,)).await.unwrap().unwrap();
        user(&mut row).name
    }

    async fn insert(&mut self, n: usize) -> u64 {
        let names: Vec<String> = (0..n).map(|number| format!("User {number}")).collect();
        let sql = values(&names, "name, hair_color", "(?, ?)");
        let params: Vec<Value> =
            names.into_iter().flat_map(|name| [Value::from(name), Value::NULL]).collect();
        self.0.exec_drop(sql, params).await.unwrap();
        self.0.affected_rows()
    }

    async fn insert_returning(&mut self, n: usize) -> Vec<i64> {
        let names: Vec<String> = (0..n).map(|number| format!("User {number}")).collect();
        let mut ids = Vec::with_capacity(n);
        let mut transaction = self.0.start_transaction(TxOpts::default()).await.unwrap();
        for names in names.chunks(CHUNK) {
            let sql = format!("{} RETURNING id", values(names, "name", "(?)"));
            let params: Vec<Value> = names.iter().map(Value::from).collect();
            let rows: Vec<i64> = transaction.exec(sql, params).await.unwrap();
            ids.extend(rows);
        }
        transaction.commit().await.unwrap();
        ids
    }

    async fn associations(&mut self) -> Vec<UserGraph> {
        let users: Vec<User> = self.query(USERS, ()).await.iter_mut().map(user).collect();
        let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
        let (sql, ids) = in_list("SELECT id, user_id, title, body FROM posts WHERE user_id", &ids);
        let posts: Vec<Post> = self.query(&sql, ids).await.iter_mut().map(|row| post(row, 0)).collect();
        let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
        let (sql, ids) = in_list("SELECT id, post_id, text FROM comments WHERE post_id", &ids);
        let comments: Vec<Comment> = self.query(&sql, ids).await.iter_mut().map(comment).collect();
        nest(users, posts, comments)
    }
}
