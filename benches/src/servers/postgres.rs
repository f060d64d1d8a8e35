//! PostgreSQL by hand with tokio-postgres: statements prepared once, owned structs, the same columns.

use std::collections::HashMap;
use std::rc::Rc;

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};

use super::rows::{UserGraph, nest};
use super::{Raw, Server, engine, runtime};
use crate::raw::{Comment, Post, User};

const USERS: &str = "SELECT id, name, hair_color FROM users";
const MEDIUM: &str = "SELECT users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
     FROM users LEFT JOIN posts ON posts.user_id = users.id WHERE users.hair_color = $1";
const POSTS: &str = "SELECT id, user_id, title, body FROM posts WHERE user_id = ANY($1) ORDER BY id";
const COMMENTS: &str = "SELECT id, post_id, text FROM comments WHERE post_id = ANY($1) ORDER BY id";
const UNNEST: &str = "INSERT INTO users (name) SELECT name FROM UNNEST($1::TEXT[]) WITH ORDINALITY AS rows(name, n) \
     ORDER BY n RETURNING id";

/// A connection, and the statements that it has prepared.
pub struct Postgres {
    client: Client,
    prepared: HashMap<String, Statement>,
}

impl Postgres {
    /// Connects to the server that `LAPIS_TEST_POSTGRES_URL` names, with empty tables in a schema of their own.
    ///
    /// # Panics
    /// If it cannot.
    #[must_use]
    pub fn connect() -> Server<Self> {
        const SCHEMA: &str = "lapis_bench";
        let url = std::env::var("LAPIS_TEST_POSTGRES_URL").expect("LAPIS_TEST_POSTGRES_URL is set");
        let runtime = Rc::new(runtime());
        let (engine, client) = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
            tokio::spawn(connection);
            client
                .batch_execute(&format!(
                    "CREATE SCHEMA IF NOT EXISTS {SCHEMA}; SET search_path = {SCHEMA}; SET synchronous_commit = off"
                ))
                .await
                .unwrap();
            // Both sides without TLS, which the one would take by itself where the server offers it.
            let own = "sslmode=disable&search_path=lapis_bench&options=-csynchronous_commit%3Doff";
            let engine = engine(&format!("{url}?{own}")).await;
            for table in ["users", "posts", "comments"] {
                let sql = format!("ALTER TABLE {table} SET (autovacuum_enabled = off)");
                engine.script(&sql).await.unwrap();
            }
            (engine, client)
        });
        let raw = Self { client, prepared: HashMap::new() };
        Server { runtime, engine, raw, empty: "TRUNCATE users, posts, comments RESTART IDENTITY" }
    }

    async fn prepare(&mut self, sql: &str) -> Statement {
        if let Some(statement) = self.prepared.get(sql) {
            return statement.clone();
        }
        let statement = self.client.prepare(sql).await.unwrap();
        self.prepared.insert(sql.to_owned(), statement.clone());
        statement
    }

    async fn query(&mut self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        let statement = self.prepare(sql).await;
        self.client.query(&statement, params).await.unwrap()
    }
}

fn user(row: &Row) -> User {
    User { id: row.get(0), name: row.get(1), hair_color: row.get(2) }
}

fn post(row: &Row, first: usize) -> Post {
    Post {
        id: row.get(first),
        user_id: row.get(first + 1),
        title: row.get(first + 2),
        body: row.get(first + 3),
    }
}

fn comment(row: &Row) -> Comment {
    Comment { id: row.get(0), post_id: row.get(1), text: row.get(2) }
}

impl Raw for Postgres {
    const NAME: &'static str = "tokio-postgres";

    async fn users(&mut self) -> usize {
        let users: Vec<User> = self.query(USERS, &[]).await.iter().map(user).collect();
        std::hint::black_box(users).len()
    }

    async fn users_with_optional_posts(&mut self) -> usize {
        let rows = self.query(MEDIUM, &[&"black"]).await;
        let both = |row: &Row| (user(row), row.get::<_, Option<i64>>(3).map(|_| post(row, 3)));
        let rows: Vec<(User, Option<Post>)> = rows.iter().map(both).collect();
        std::hint::black_box(rows).len()
    }

    async fn user(&mut self, id: i64) -> String {
        const SQL: &str = "SELECT id, name, hair_color FROM users WHERE id = $1";
        let statement = self.prepare(SQL).await;
        user(&self.client.query_one(&statement, &[&id]).await.unwrap()).name
    }

    async fn insert(&mut self, n: usize) -> u64 {
        let names: Vec<String> = (0..n).map(|number| format!("User {number}")).collect();
        let mut sql = String::from("INSERT INTO users (name, hair_color) VALUES ");
        let mut params: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(2 * n);
        for (index, name) in names.iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            sql.push_str(&format!("{separator}(${}, ${})", 2 * index + 1, 2 * index + 2));
            params.push(name);
            params.push(&None::<String>);
        }
        let statement = self.prepare(&sql).await;
        self.client.execute(&statement, &params).await.unwrap()
    }

    async fn insert_returning(&mut self, n: usize) -> Vec<i64> {
        let names: Vec<String> = (0..n).map(|number| format!("User {number}")).collect();
        let statement = self.prepare(UNNEST).await;
        let transaction = self.client.transaction().await.unwrap();
        let rows = transaction.query(&statement, &[&names]).await.unwrap();
        transaction.commit().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    async fn associations(&mut self) -> Vec<UserGraph> {
        let users: Vec<User> = self.query(USERS, &[]).await.iter().map(user).collect();
        let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
        let posts: Vec<Post> = self.query(POSTS, &[&ids]).await.iter().map(|row| post(row, 0)).collect();
        let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
        let comments: Vec<Comment> = self.query(COMMENTS, &[&ids]).await.iter().map(comment).collect();
        nest(users, posts, comments)
    }
}
