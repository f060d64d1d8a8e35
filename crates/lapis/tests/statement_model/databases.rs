//! The databases that statements are run on, each with the tables of the test.

use lapis::prelude::*;
use lapis::sql::dialect::{Dialect, MariaDb, MySql, Postgres, Sqlite};
use lapis::statement::{delete, insert};

use crate::data::{Data, Order, Part};

/// Those that statements are compiled for, whether or not there is a server.
pub const DIALECTS: [&dyn Dialect; 4] = [&Sqlite, &Postgres, &MariaDb, &MySql];

/// A database with the tables, and one connection to it.
pub struct Database {
    pub connection: Connection,
    engine: Engine,
    /// What removes it: the server's own address, and a script.
    removal: Option<(String, String)>,
}

impl Database {
    /// SQLite in memory, and each server that the environment names.
    pub async fn all(run: &str) -> lapis::Result<Vec<Database>> {
        let mut databases = vec![Self::open("sqlite::memory:".to_owned(), None).await?];
        let name = format!("lapis_statements_{}_{run}", std::process::id());
        for (variable, kind) in
            [("LAPIS_TEST_POSTGRES_URL", "SCHEMA"), ("LAPIS_TEST_MYSQL_URL", "DATABASE")]
        {
            let Some(server) = std::env::var(variable).ok().filter(|url| !url.is_empty()) else { continue };
            let admin = Engine::connect(&server).await?;
            admin.script(&format!("CREATE {kind} {name}")).await?;
            admin.close().await?;
            let (address, options) = server.split_once('?').unwrap_or((&server, ""));
            let url = if kind == "SCHEMA" {
                format!("{address}?{options}&search_path={name}")
            } else {
                let host_end = address.find("://").map_or(0, |at| at + 3);
                let host =
                    address[host_end..].find('/').map_or(address, |slash| &address[..host_end + slash]);
                format!("{host}/{name}?{options}")
            };
            let removal = match kind {
                "SCHEMA" => format!("DROP SCHEMA {name} CASCADE"),
                _ => format!("DROP DATABASE {name}"),
            };
            databases.push(Self::open(url, Some((server, removal))).await?);
        }
        Ok(databases)
    }

    async fn open(url: String, removal: Option<(String, String)>) -> lapis::Result<Self> {
        let mut builder = Engine::builder(&url);
        if url.starts_with("postgres") {
            // Compiling a statement to machine code takes a hundred times as long as running it on these tables.
            builder = builder.on_connect("SET jit = off");
        }
        let engine = builder.connect().await?;
        engine.create_all(&MetaData::of::<(Part, Order)>()).await?;
        Ok(Self { connection: engine.acquire().await?, engine, removal })
    }

    pub fn name(&self) -> &'static str {
        self.engine.dialect().name()
    }

    /// Puts these rows into the tables, in place of what is there.
    pub async fn fill(&mut self, data: &Data) -> lapis::Result<()> {
        let connection = &mut self.connection;
        connection.execute(delete::<Part>().all_rows()).await?;
        connection.execute(delete::<Order>().all_rows()).await?;
        for part in data.parts.iter().cloned() {
            let row = (
                (Part::id.set(part.id), Part::size.set(part.size), Part::amount.set(part.amount)),
                (Part::price.set(part.price), Part::weight.set(part.weight), Part::name.set(part.name)),
                (Part::note.set(part.note), Part::open.set(part.open), Part::sold.set(part.sold)),
                (Part::day.set(part.day), Part::made.set(part.made)),
            );
            connection.execute(insert::<Part>().values(row)).await?;
        }
        for order in data.orders.iter().cloned() {
            let row = (
                (Order::id.set(order.id), Order::part_id.set(order.part_id), Order::count.set(order.count)),
                (Order::rate.set(order.rate), Order::ratio.set(order.ratio), Order::label.set(order.label)),
                (Order::city.set(order.city), Order::paid.set(order.paid), Order::due.set(order.due)),
                (Order::at.set(order.at),),
            );
            connection.execute(insert::<Order>().values(row)).await?;
        }
        Ok(())
    }

    pub async fn remove(self) -> lapis::Result<()> {
        drop(self.connection);
        self.engine.close().await?;
        if let Some((server, script)) = self.removal {
            let admin = Engine::connect(&server).await?;
            admin.script(&script).await?;
            admin.close().await?;
        }
        Ok(())
    }
}
