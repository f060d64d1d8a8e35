//! What the tests share.

use std::ops::Deref;

use lapis_engine::{Engine, Result};

pub use crate::shared::*;

/// The server's URL, if there is one.
pub fn server() -> Option<String> {
    std::env::var("LAPIS_TEST_MYSQL_URL").ok().filter(|url| !url.is_empty())
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
