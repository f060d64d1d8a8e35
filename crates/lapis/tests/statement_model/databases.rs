//! The databases that statements are run on, each with the tables of the test.

use lapis::EngineBuilder;
use lapis::prelude::*;
use lapis::sql::dialect::{Dialect, MariaDb, MySql, Postgres, Sqlite};
use lapis::statement::{delete, insert};

use crate::data::{Data, Order, Part};
use crate::server::{Place, Server};

/// Those that statements are compiled for, whether or not there is a server.
pub const DIALECTS: [&dyn Dialect; 4] = [&Sqlite, &Postgres, &MariaDb, &MySql];

/// A database with the tables, and one connection to it.
pub struct Database {
    pub connection: Connection,
    engine: Engine,
    /// Where it is on a server.
    place: Option<Place>,
}

impl Database {
    /// SQLite in memory, and each server that the environment names.
    pub async fn all(run: &str) -> lapis::Result<Vec<Database>> {
        let mut databases = vec![Self::open(Engine::builder("sqlite::memory:"), None).await?];
        let name = format!("lapis_statements_{}_{run}", std::process::id());
        if let Some(place) = Server::Postgres.make(&name).await? {
            // Compiling a statement to machine code takes a hundred times as long as running it on these tables.
            let builder = Engine::builder(&place.url).on_connect("SET jit = off");
            databases.push(Self::open(builder, Some(place)).await?);
        }
        if let Some(place) = Server::MySql.make(&name).await? {
            databases.push(Self::open(Engine::builder(&place.url), Some(place)).await?);
        }
        Ok(databases)
    }

    async fn open(builder: EngineBuilder, place: Option<Place>) -> lapis::Result<Self> {
        let engine = builder.connect().await?;
        engine.create_all(&MetaData::of::<(Part, Order)>()).await?;
        Ok(Self { connection: engine.acquire().await?, engine, place })
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
        match self.place {
            Some(place) => place.remove().await,
            None => Ok(()),
        }
    }
}
