//! The databases that the chapter is run on.

use lapis::engine::Connection;
use lapis::prelude::*;
use lapis::statement::insert;
use lapis::types::SqlRange;

use crate::chapter::{at, day};
use crate::entry::Runnable;
use crate::tables::{Author, Book, Course, Genre, Sale, Stock, Tag};

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
}

/// A database that holds the tables and their rows.
pub struct Database {
    pub engine: Engine,
    /// The server, and the name of the database that is removed from it.
    place: Option<(Engine, String)>,
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
        let Some(url) = target.url() else { return Ok(None) };
        let (engine, place) = match target {
            Target::Sqlite => (Engine::connect(&url).await?, None),
            Target::Postgres | Target::MySql => {
                let name = format!("lapis_guide_{}", std::process::id());
                let server = Engine::connect(&url).await?;
                server.script(&format!("CREATE DATABASE {name}")).await?;
                (
                    Engine::connect(&with_database(&url, &name)).await?,
                    Some((server, name)),
                )
            }
        };
        let database = Self { engine, place };
        database.fill().await?;
        Ok(Some(database))
    }

    pub async fn remove(self) -> lapis::Result<()> {
        self.engine.close().await?;
        if let Some((server, name)) = self.place {
            server.script(&format!("DROP DATABASE {name}")).await?;
            server.close().await?;
        }
        Ok(())
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
        for table in ["genres", "authors", "books", "tags", "sales"] {
            let statement = match self.engine.dialect().name() {
                "SQLite" => return Ok(()),
                "PostgreSQL" => format!(
                    "ALTER TABLE {table} ALTER COLUMN id RESTART WITH 100"
                ),
                _ => format!("ALTER TABLE {table} AUTO_INCREMENT = 100"),
            };
            self.engine.script(&statement).await?;
        }
        Ok(())
    }

    async fn fill(&self) -> lapis::Result<()> {
        let engine = &self.engine;
        engine
            .create_all(
                &MetaData::of::<(Genre, Author, Book, Tag, Sale, Stock)>(),
            )
            .await?;
        let genre = |name: &'static str, parent: Option<i64>| {
            (Genre::name.set(name), Genre::parent.set(parent))
        };
        let genres = [
            genre("Fiction", None),
            genre("Crime", Some(1)),
            genre("Noir", Some(2)),
            genre("Science", None),
            genre("Poetry", None),
        ];
        engine.execute(insert::<Genre>().rows(genres)).await?;
        let author = |name: &'static str,
                      country: Option<&'static str>,
                      born,
                      mentor: Option<i64>| {
            (
                Author::name.set(name),
                Author::country.set(country),
                Author::born.set(born),
                Author::mentor.set(mentor),
            )
        };
        let authors = [
            author("Ada Byrd", Some("Norway"), Some(day(1951, 3, 9)), None),
            author(
                "Ben Okri",
                Some("Nigeria"),
                Some(day(1970, 12, 24)),
                Some(1),
            ),
            author("Cleo Ruiz", None, None, Some(1)),
            author("Dan Holm", Some("Norway"), Some(day(1988, 7, 1)), Some(2)),
        ];
        engine.execute(insert::<Author>().rows(authors)).await?;
        engine.execute(insert::<Book>().rows(books())).await?;
        let tags = ["new", "prize", "classic"].map(|name| Tag::name.set(name));
        engine.execute(insert::<Tag>().rows(tags)).await?;
        engine
            .script("INSERT INTO book_tags (book_id, tag_id) VALUES (1, 2), (1, 3), (2, 2), (5, 1)")
            .await?;
        engine.execute(insert::<Sale>().rows(sales())).await?;
        let stock = |city: &'static str, book: i64, amount: i32| {
            (
                Stock::city.set(city),
                Stock::book_id.set(book),
                Stock::amount.set(amount),
            )
        };
        let stock = [
            stock("Oslo", 1, 5),
            stock("Oslo", 2, 0),
            stock("Lima", 1, 2),
            stock("Lima", 4, 9),
        ];
        engine.execute(insert::<Stock>().rows(stock)).await?;
        if self.has_arrays() {
            engine.create_all(&MetaData::of::<Course>()).await?;
            engine.execute(insert::<Course>().rows(courses())).await?;
        }
        Ok(())
    }
}

fn books() -> Vec<impl lapis::statement::Assignments<Book>> {
    let book = |title: &'static str,
                author: i64,
                genre: Option<i64>,
                cents: i64,
                pages: i32,
                formats: i64| {
        (
            Book::title.set(title),
            Book::author.set(author),
            Book::genre.set(genre),
            Book::price.set(Decimal::new(cents, 2)),
            Book::pages.set(pages),
            Book::formats.set(formats),
        )
    };
    let more = |rating: Option<f64>,
                published: NaiveDate,
                details: serde_json::Value| {
        (
            Book::rating.set(rating),
            Book::published.set(published),
            Book::details.set(details),
        )
    };
    let json = |text: &str| serde_json::from_str(text).expect("JSON");
    vec![
        (
            book("Night Train", 1, Some(3), 12_50, 320, 7),
            more(
                Some(4.5),
                day(1999, 5, 20),
                json(
                    r#"{"publisher": {"name": "Fjord", "city": "Oslo"}, "awards": ["Riverton", "Glass Key"], "isbn": "111"}"#,
                ),
            ),
        ),
        (
            book("Deep Water", 1, Some(2), 9_90, 280, 3),
            more(
                Some(3.5),
                day(2004, 1, 31),
                json(
                    r#"{"publisher": {"name": "Fjord", "city": "Oslo"}, "awards": ["Glass Key"], "isbn": "112"}"#,
                ),
            ),
        ),
        (
            book("The Famished Road", 2, Some(1), 15_00, 500, 5),
            more(
                Some(4.5),
                day(1991, 2, 28),
                json(
                    r#"{"publisher": {"name": "Cape", "city": "London"}, "awards": ["Booker"], "isbn": "113"}"#,
                ),
            ),
        ),
        (
            book("Stars and Dust", 3, Some(4), 30_00, 410, 1),
            more(
                None,
                day(2020, 11, 3),
                json(r#"{"publisher": null, "awards": [], "isbn": "114"}"#),
            ),
        ),
        (
            book("Cold Light", 4, Some(3), 12_50, 150, 6),
            more(
                Some(2.0),
                day(2024, 2, 29),
                json(r#"{"publisher": {"name": "Fjord"}, "isbn": "115"}"#),
            ),
        ),
        (
            book("100% Pure_Luck", 4, None, 5_00, 96, 2),
            more(
                None,
                day(2024, 12, 30),
                json(r#"{"pages": 96, "isbn": "116", "signed": true}"#),
            ),
        ),
    ]
}

fn sales() -> Vec<impl lapis::statement::Assignments<Sale>> {
    let sale = |book: i64,
                city: &'static str,
                quantity: i32,
                sold_at: NaiveDateTime| {
        (
            Sale::book.set(book),
            Sale::city.set(city),
            Sale::quantity.set(quantity),
            Sale::sold_at.set(sold_at),
        )
    };
    vec![
        sale(1, "Oslo", 3, at(2024, 1, 5, 9, 30)),
        sale(1, "Lima", 1, at(2024, 1, 5, 18, 0)),
        sale(2, "Oslo", 2, at(2024, 1, 20, 12, 15)),
        sale(3, "Lima", 5, at(2024, 2, 2, 10, 0)),
        sale(3, "Oslo", 1, at(2024, 2, 10, 16, 45)),
        sale(1, "Oslo", 2, at(2024, 3, 1, 8, 5)),
        sale(5, "Rome", 4, at(2024, 3, 31, 23, 59)),
        sale(4, "Lima", 1, at(2024, 4, 15, 11, 11)),
    ]
}

fn courses() -> Vec<impl lapis::statement::Assignments<Course>> {
    let course = |name: &'static str,
                  topics: &[&str],
                  from: NaiveDate,
                  until: NaiveDate| {
        let topics: Vec<String> =
            topics.iter().map(|topic| (*topic).to_owned()).collect();
        (
            Course::name.set(name),
            Course::topics.set(topics),
            Course::term.set(SqlRange::from(from..until)),
        )
    };
    vec![
        course("Databases", &["sql", "rust"], day(2024, 1, 8), day(2024, 3, 1)),
        course(
            "Writing",
            &["prose", "poetry"],
            day(2024, 2, 1),
            day(2024, 6, 1),
        ),
        course("Reading", &["prose"], day(2024, 9, 1), day(2024, 12, 1)),
    ]
}

/// The same URL for another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address[host..]
        .find('/')
        .map_or(address.len(), |slash| host + slash);
    format!("{}/{name}?{options}", &address[..end])
}
