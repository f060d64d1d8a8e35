//! The databases that the queries are run on, and their reference texts.

use lapis::prelude::*;

use crate::data;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Sqlite,
    Postgres,
    MySql,
}

impl Target {
    /// The URL of a server on which a database may be made, or of SQLite; none where the environment names none.
    fn url(self) -> Option<String> {
        let variable = match self {
            Target::Sqlite => return Some("sqlite::memory:".into()),
            Target::Postgres => "LAPIS_TEST_POSTGRES_URL",
            Target::MySql => "LAPIS_TEST_MYSQL_URL",
        };
        std::env::var(variable).ok().filter(|url| !url.is_empty())
    }

    /// What makes the database count its rows, so that it finds good ways through them.
    fn statistics(self) -> &'static str {
        match self {
            Target::Sqlite | Target::Postgres => "ANALYZE",
            Target::MySql => {
                "ANALYZE TABLE region, nation, supplier, part, partsupp, customer, orders, lineitem"
            }
        }
    }
}

/// A database that holds the data.
pub struct Database {
    pub engine: Engine,
    /// The server, and the name of the database that is removed from it.
    place: Option<(Engine, String)>,
}

impl Database {
    /// Makes a database and fills it, if there is a server for it.
    pub async fn create(target: Target) -> lapis::Result<Option<Self>> {
        let Some(url) = target.url() else { return Ok(None) };
        let (engine, place) = match target {
            Target::Sqlite => (Engine::connect(&url).await?, None),
            Target::Postgres | Target::MySql => {
                let name = format!("lapis_tpch_{}", std::process::id());
                let server = Engine::connect(&url).await?;
                server.script(&format!("CREATE DATABASE {name}")).await?;
                (Engine::connect(&with_database(&url, &name)).await?, Some((server, name)))
            }
        };
        data::load(&engine).await?;
        engine.script(target.statistics()).await?;
        Ok(Some(Self { engine, place }))
    }

    /// The specification's text of a query, rewritten where this database could not take it.
    pub fn reference(&self, number: u8) -> String {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tpch/reference");
        let dialect = self.engine.dialect().name().to_lowercase();
        let rewritten = std::fs::read_to_string(format!("{folder}/q{number:02}.{dialect}.sql"));
        rewritten
            .or_else(|_| std::fs::read_to_string(format!("{folder}/q{number:02}.sql")))
            .expect("each query has a reference text")
    }

    pub async fn remove(self) -> lapis::Result<()> {
        self.engine.close().await?;
        if let Some((server, name)) = self.place {
            server.script(&format!("DROP DATABASE {name}")).await?;
            server.close().await?;
        }
        Ok(())
    }
}

/// The same URL for another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address[host..].find('/').map_or(address.len(), |slash| host + slash);
    format!("{}/{name}?{options}", &address[..end])
}
