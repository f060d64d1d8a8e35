//! The databases that the chapter is run on.

use lapis::engine::Connection;
use lapis::prelude::*;

use crate::data;
use crate::entry::Runnable;
use crate::server::{Place, Server};
use crate::tables::{Author, Book, Course, Genre, Sale, Stock, Tag};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Sqlite,
    On(Server),
}

/// A database that holds the tables and their rows.
pub struct Database {
    pub engine: Engine,
    /// Where it is on a server.
    place: Option<Place>,
}

/// What came of a statement.
struct Outcome {
    rows: Vec<String>,
    /// Each table with its rows behind it, if it may have changed any.
    tables: Vec<String>,
    changed: bool,
}

impl Database {
    /// Makes a database and fills it, if there is a server for it.
    pub async fn create(target: Target) -> lapis::Result<Option<Self>> {
        let (engine, place) = match target {
            Target::Sqlite => (Engine::connect("sqlite::memory:").await?, None),
            Target::On(server) => {
                let name = format!("lapis_guide_{}", std::process::id());
                let Some(place) = server.make(&name).await? else {
                    return Ok(None);
                };
                (Engine::connect(&place.url).await?, Some(place))
            }
        };
        let database = Self { engine, place };
        data::fill(&database.engine).await?;
        Ok(Some(database))
    }

    pub async fn remove(self) -> lapis::Result<()> {
        self.engine.close().await?;
        match self.place {
            Some(place) => place.remove().await,
            None => Ok(()),
        }
    }

    fn has_arrays(&self) -> bool {
        self.engine.dialect().supports_arrays()
    }

    /// Runs a statement and the SQL beside it, each on the rows as they were made.
    pub async fn compare(
        &self,
        statement: &dyn Runnable,
        sql: &str,
    ) -> Result<(), String> {
        let name = self.engine.dialect().name();
        let compiled = statement
            .compile(self.engine.dialect())
            .map_err(|error| error.to_string())?;
        let here = self.outcome(statement, None).await;
        let mut here =
            here.map_err(|error| format!("on {name}: {error}\n{compiled}"))?;
        let by_hand = self.outcome(statement, Some(sql)).await;
        let mut by_hand =
            by_hand.map_err(|error| format!("on {name}: {error}\n{sql}"))?;
        // A clause of the outermost query stands at the beginning of a line.
        if !sql.lines().any(|line| line.starts_with("ORDER BY")) {
            here.rows.sort();
            by_hand.rows.sort();
        }
        if here.rows != by_hand.rows {
            return Err(format!(
                "on {name}:\n{:?}\nby {compiled}\n{:?}\nby {sql}",
                here.rows, by_hand.rows
            ));
        }
        for (here, by_hand) in here.tables.iter().zip(&by_hand.tables) {
            if here != by_hand {
                return Err(format!(
                    "on {name}:\n{here}\nby {compiled}\n{by_hand}\nby {sql}"
                ));
            }
        }
        if here.rows.is_empty() && !here.changed {
            return Err(format!(
                "on {name}: it gives no rows, and changes none\n{compiled}"
            ));
        }
        Ok(())
    }

    async fn outcome(
        &self,
        statement: &dyn Runnable,
        sql: Option<&str>,
    ) -> lapis::Result<Outcome> {
        let writes = !statement.only_reads();
        if writes {
            self.number_anew().await?;
        }
        let mut transaction = self.engine.begin().await?;
        let before = if writes {
            self.tables(&mut transaction).await?
        } else {
            Vec::new()
        };
        let rows = match sql {
            None => statement.run(&mut transaction).await?,
            Some(sql) => statement.run_sql(sql, &mut transaction).await?,
        };
        let tables = if writes {
            self.tables(&mut transaction).await?
        } else {
            Vec::new()
        };
        transaction.rollback().await?;
        Ok(Outcome { rows, changed: tables != before, tables })
    }

    async fn tables(
        &self,
        connection: &mut Connection,
    ) -> lapis::Result<Vec<String>> {
        let mut rows = Vec::new();
        let mut add = |table: String| rows.push(table);
        add(format!(
            "{:?}",
            connection.all(Genre::select().order_by(Genre::id)).await?
        ));
        add(format!(
            "{:?}",
            connection.all(Author::select().order_by(Author::id)).await?
        ));
        add(format!(
            "{:?}",
            connection.all(Book::select().order_by(Book::id)).await?
        ));
        add(format!(
            "{:?}",
            connection.all(Tag::select().order_by(Tag::id)).await?
        ));
        add(format!(
            "{:?}",
            connection.all(Sale::select().order_by(Sale::id)).await?
        ));
        let by_key = (Stock::city, Stock::book_id);
        add(format!(
            "{:?}",
            connection.all(Stock::select().order_by(by_key)).await?
        ));
        if self.has_arrays() {
            add(format!(
                "{:?}",
                connection.all(Course::select().order_by(Course::id)).await?
            ));
        }
        Ok(rows)
    }

    /// Lets the numbers that the database assigns begin at the same one, which a rollback does not.
    async fn number_anew(&self) -> lapis::Result<()> {
        let dialect = self.engine.dialect().name();
        for table in ["genres", "authors", "books", "tags", "sales"] {
            let statement = match dialect {
                "SQLite" => return Ok(()),
                "PostgreSQL" => format!(
                    "SELECT setval(pg_get_serial_sequence('{table}', 'id'), 99)"
                ),
                _ => format!("ALTER TABLE {table} AUTO_INCREMENT = 100"),
            };
            self.engine.script(&statement).await?;
        }
        Ok(())
    }
}
