//! What the tests share.

use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use lapis_engine::{Connection, Engine, Flow, Outcome, Result, Row};
use lapis_sql::Value;
use lapis_sql::types::Decode;

/// The server's URL, if there is one.
pub fn server() -> Option<String> {
    std::env::var("LAPIS_TEST_MYSQL_URL").ok().filter(|url| !url.is_empty())
}

/// A name that no other test has.
pub fn unique(what: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("lapis_{what}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A server's URL with another user, database and options.
pub fn altered(url: &str, user: Option<&str>, database: &str, options: &str) -> String {
    let (place, _) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = place.split_once("://").expect("a URL");
    let (own, host) = rest.rsplit_once('@').unwrap_or(("", rest));
    let (host, _) = host.split_once('/').unwrap_or((host, ""));
    let user = user.unwrap_or(own);
    let at = if user.is_empty() { "" } else { "@" };
    format!("{scheme}://{user}{at}{host}/{database}?{options}")
}

/// An empty database of a test's own.
pub struct Database {
    engine: Engine,
    pub url: String,
    admin: String,
    name: String,
}

impl Deref for Database {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}

impl Database {
    /// `None` where there is no server.
    pub async fn create() -> Result<Option<Self>> {
        Self::create_with("").await
    }

    /// With options in the URL.
    pub async fn create_with(options: &str) -> Result<Option<Self>> {
        let Some(admin) = server() else { return Ok(None) };
        let name = unique("mysql");
        let server = Engine::connect(&admin).await?;
        server.script(&format!("CREATE DATABASE {name}")).await?;
        server.close().await?;
        let url = altered(&admin, None, &name, options);
        Ok(Some(Self { engine: Engine::connect(&url).await?, url, admin, name }))
    }

    pub async fn remove(self) -> Result<()> {
        self.engine.close().await?;
        let server = Engine::connect(&self.admin).await?;
        server.script(&format!("DROP DATABASE {}", self.name)).await?;
        server.close().await
    }
}

/// Runs a test on an empty database, if there is a server.
macro_rules! on_database {
    ($($name:ident($database:ident) $body:block)+) => {$(
        #[tokio::test]
        async fn $name() -> lapis_engine::Result<()> {
            let Some(created) = $crate::common::Database::create().await? else { return Ok(()) };
            {
                let $database = &created;
                $body
            }
            created.remove().await
        }
    )+};
}
pub(crate) use on_database;

/// Runs a statement whose rows are of no interest.
pub async fn run(connection: &mut Connection, sql: &str, params: &[Value<'_>]) -> Result<Outcome> {
    connection.run(sql, params, &mut |_: &Row<'_>| Ok(Flow::Continue)).await
}

/// The first column of a statement's rows.
pub async fn column<T: Decode + Send>(
    connection: &mut Connection,
    sql: &str,
    params: &[Value<'_>],
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    let mut sink = |row: &Row<'_>| {
        found.push(row.get(0)?);
        Ok(Flow::Continue)
    };
    connection.run(sql, params, &mut sink).await?;
    Ok(found)
}

/// The value of a statement that returns one.
pub async fn value<T: Decode + Send>(connection: &mut Connection, sql: &str) -> Result<T> {
    Ok(column(connection, sql, &[]).await?.pop().expect("a row"))
}

/// The same on a connection of its own.
pub async fn value_of<T: Decode + Send>(engine: &Engine, sql: &str) -> Result<T> {
    value(&mut engine.acquire().await?, sql).await
}

/// Polls a future so many times, and drops it if it is not ready by then.
pub async fn poll_and_drop<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        if polled == polls {
            return Poll::Ready(None);
        }
        polled += 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}
