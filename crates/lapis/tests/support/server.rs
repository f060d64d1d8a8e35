//! Empty places of a test's own on the servers that the environment names.

use lapis::Result;
use lapis::prelude::*;

/// A kind of server.
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

    /// Makes an empty place of that name, if there is a server: a database, or, on PostgreSQL, where making one takes
    /// long, a schema.
    pub async fn make(self, name: &str) -> Result<Option<Place>> {
        let Some(server) = self.url() else { return Ok(None) };
        let (address, options) = server.split_once('?').unwrap_or((&server, ""));
        let (kind, cascade, url) = match self {
            Server::Postgres => ("SCHEMA", " CASCADE", format!("{address}?{options}&search_path={name}")),
            Server::MySql => ("DATABASE", "", format!("{}/{name}?{options}", host_of(address))),
        };
        let removal = format!("DROP {kind} {name}{cascade}");
        run(&server, &format!("CREATE {kind} {name}")).await?;
        Ok(Some(Place { url, server, removal }))
    }
}

/// A place of its own.
pub struct Place {
    pub url: String,
    server: String,
    removal: String,
}

impl Place {
    /// Removes it with all that is in it.
    pub async fn remove(&self) -> Result<()> {
        run(&self.server, &self.removal).await
    }
}

async fn run(server: &str, script: &str) -> Result<()> {
    let engine = Engine::connect(server).await?;
    engine.script(script).await?;
    engine.close().await
}

/// The address without the name of a database.
fn host_of(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + 3);
    address[host..].find('/').map_or(address, |slash| &address[..host + slash])
}
