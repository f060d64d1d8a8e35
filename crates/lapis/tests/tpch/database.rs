//! The databases that the queries are run on, and their reference texts.

use lapis::prelude::*;

use crate::data;
use crate::server::{Place, Server};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Sqlite,
    On(Server),
}

impl Target {
    /// What makes the database count its rows, so that it finds good ways through them.
    fn statistics(self) -> &'static str {
        match self {
            Target::Sqlite | Target::On(Server::Postgres) => "ANALYZE",
            Target::On(Server::MySql) => {
                "ANALYZE TABLE region, nation, supplier, part, partsupp, customer, orders, lineitem"
            }
        }
    }
}

/// A database that holds the data.
pub struct Database {
    pub engine: Engine,
    /// Where it is on a server.
    place: Option<Place>,
}

impl Database {
    /// Makes a database and fills it, if there is a server for it.
    pub async fn create(target: Target) -> lapis::Result<Option<Self>> {
        let (engine, place) = match target {
            Target::Sqlite => (Engine::connect("sqlite::memory:").await?, None),
            Target::On(server) => {
                let name = format!("lapis_tpch_{}", std::process::id());
                let Some(place) = server.make(&name).await? else { return Ok(None) };
                (Engine::connect(&place.url).await?, Some(place))
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
        match self.place {
            Some(place) => place.remove().await,
            None => Ok(()),
        }
    }
}
