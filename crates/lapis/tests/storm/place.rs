//! A database of a server, for one storm, and what the server's own catalogue says of it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use lapis::Result;
use lapis::prelude::*;

/// The servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    Postgres,
    MySql,
}

impl Server {
    /// The variable that says where the server is.
    pub fn variable(self) -> &'static str {
        match self {
            Server::Postgres => "LAPIS_TEST_POSTGRES_URL",
            Server::MySql => "LAPIS_TEST_MYSQL_URL",
        }
    }

    /// Where the server is, if there is one.
    pub fn url(self) -> Option<String> {
        std::env::var(self.variable()).ok().filter(|url| !url.is_empty())
    }
}

/// A database of its own.
pub struct Place {
    server: Server,
    /// An engine beside the one that is tested.
    admin: Engine,
    name: String,
    pub url: String,
}

/// A connection to the database, as the server sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub id: i64,
    /// What it does, unless that is nothing.
    pub in_transaction: Option<String>,
}

impl Place {
    /// Creates an empty database on the server that the URL names.
    pub async fn create(server: Server, url: &str) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("lapis_storm_{}_{number}", std::process::id());
        let admin = Engine::builder(url).pool_size(1).max_overflow(0).connect().await?;
        admin.script(&format!("CREATE DATABASE {name}")).await?;
        if server == Server::Postgres {
            // Deadlocks are looked for after a second otherwise, in which a storm stands still.
            admin.script(&format!("ALTER DATABASE {name} SET deadlock_timeout = '10ms'")).await?;
        }
        let url = with_database(url, &name);
        Ok(Self { server, admin, name, url })
    }

    /// The connections to the database.
    pub async fn connections(&self) -> Result<Vec<Seen>> {
        let query = match self.server {
            Server::Postgres => {
                "SELECT pid::bigint, CASE WHEN state <> 'idle' OR backend_xid IS NOT NULL THEN state || ': ' || query END \
                 FROM pg_stat_activity WHERE datname = :name"
            }
            Server::MySql => {
                "SELECT CAST(p.id AS SIGNED), CASE WHEN t.trx_id IS NOT NULL THEN concat(t.trx_state, ': ', coalesce(p.info, '')) \
                 WHEN p.command <> 'Sleep' THEN p.command END \
                 FROM information_schema.processlist p \
                 LEFT JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id WHERE p.db = :name"
            }
        };
        let rows = self
            .admin
            .all(text(query).bind("name", self.name.clone()).rows::<(i64, Option<String>)>());
        let rows = rows.await?;
        Ok(rows.into_iter().map(|(id, in_transaction)| Seen { id, in_transaction }).collect())
    }

    /// Waits until the server sees so many connections, none of them in a transaction.
    ///
    /// # Panics
    /// If it sees others a few seconds later.
    pub async fn expect_idle(&self, connections: usize) -> Result<()> {
        let started = Instant::now();
        loop {
            let seen = self.connections().await?;
            if seen.len() == connections && seen.iter().all(|seen| seen.in_transaction.is_none()) {
                return Ok(());
            }
            // A connection that was closed is seen until the server has noticed.
            assert!(
                started.elapsed() < Duration::from_secs(3),
                "the server sees other than {connections} idle connections: {seen:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends a connection.
    ///
    /// # Errors
    /// If there is no such connection any more.
    pub async fn kill(&self, connection: i64) -> Result<()> {
        match self.server {
            Server::Postgres => {
                let kill = text("SELECT pg_terminate_backend(CAST(:id AS int))").bind("id", connection);
                self.admin.one(kill.scalar::<bool>()).await.map(drop)
            }
            Server::MySql => self.admin.script(&format!("KILL {connection}")).await,
        }
    }

    /// Host and port of the server.
    pub fn address(&self) -> String {
        let host = &self.url[host(&self.url)];
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let port = if self.server == Server::Postgres { 5432 } else { 3306 };
        if host.contains(':') { host.to_owned() } else { format!("{host}:{port}") }
    }

    /// The URL of the database as seen through a proxy at a port of this machine, without TLS.
    pub fn through(&self, port: u16) -> String {
        let span = host(&self.url);
        let user = self.url[span.clone()].rsplit_once('@').map_or("", |(user, _)| user);
        let (before, behind) = (&self.url[..span.start], &self.url[span.end..]);
        format!("{before}{user}@127.0.0.1:{port}{behind}&sslmode=disable")
    }

    /// Closes an engine on the database, checks that nothing of it is left, and removes the database.
    pub async fn remove(self, engine: &Engine) -> Result<()> {
        self.expect_idle(engine.pool_status().idle).await?;
        engine.close().await?;
        self.expect_idle(0).await?;
        self.admin.script(&format!("DROP DATABASE {}", self.name)).await?;
        self.admin.close().await
    }
}

/// The same URL for another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    format!("{}/{name}?{options}", &address[..host(address).end])
}

/// Where in a URL user, host and port are.
fn host(url: &str) -> std::ops::Range<usize> {
    let start = url.find("://").map_or(0, |at| at + 3);
    start..url[start..].find(['/', '?']).map_or(url.len(), |end| start + end)
}
