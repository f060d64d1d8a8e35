//! What the tests share.

use std::ops::Deref;

use lapis_engine::{Engine, Result};

pub use crate::shared::*;

/// The server's URL, if there is one.
pub fn server() -> Option<String> {
    std::env::var("LAPIS_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// A server's URL with further options.
pub fn with_options(url: &str, options: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{options}")
}

/// An empty schema of a test's own.
pub struct Database {
    engine: Engine,
    pub url: String,
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
        let Some(server) = server() else { return Ok(None) };
        let name = unique("postgres");
        let url = with_options(&server, &format!("search_path={name}"));
        let engine = Engine::connect(&url).await?;
        engine.script(&format!("CREATE SCHEMA {name}")).await?;
        Ok(Some(Self { engine, url, name }))
    }

    pub async fn remove(self) -> Result<()> {
        self.engine.script(&format!("DROP SCHEMA {} CASCADE", self.name)).await?;
        self.engine.close().await
    }
}

/// Runs a test on an empty schema, if there is a server.
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
