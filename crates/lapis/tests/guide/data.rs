//! The rows of the chapter's tables.

use lapis::prelude::*;
use lapis::statement::{Assignments, insert};
use lapis::types::SqlRange;

use crate::chapter::{at, day};
use crate::tables::{Author, Book, Course, Genre, Review, Sale, Stock, Tag};

/// Makes the tables, and their rows.
pub async fn fill(engine: &Engine) -> lapis::Result<()> {
    engine
        .create_all(&MetaData::of::<(Genre, Author, Book, Tag, Sale, Stock)>())
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
        author("Ben Okri", Some("Nigeria"), Some(day(1970, 12, 24)), Some(1)),
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
    let function = match engine.dialect().name() {
        "SQLite" => "",
        "PostgreSQL" => {
            "CREATE FUNCTION with_tax(NUMERIC) RETURNS NUMERIC LANGUAGE SQL AS 'SELECT $1 * 1.2'"
        }
        _ => {
            "CREATE FUNCTION with_tax(price DECIMAL(8, 2)) RETURNS DECIMAL(10, 3) DETERMINISTIC RETURN price * 1.2"
        }
    };
    engine.script(function).await?;
    reviews(engine).await?;
    if engine.dialect().supports_arrays() {
        engine.create_all(&MetaData::of::<Course>()).await?;
        engine.execute(insert::<Course>().rows(courses())).await?;
    }
    Ok(())
}

/// A table that can be searched for words, made by hand.
async fn reviews(engine: &Engine) -> lapis::Result<()> {
    let name = engine.dialect().name();
    if name != "SQLite" {
        engine.create_all(&MetaData::of::<Review>()).await?;
    }
    engine
        .script(match name {
            "SQLite" => "CREATE VIRTUAL TABLE reviews USING fts5(title, body)",
            "PostgreSQL" => "",
            _ => "CREATE FULLTEXT INDEX reviews_words ON reviews (title, body)",
        })
        .await?;
    let review = |title: &'static str, body: &'static str| {
        (Review::title.set(title), Review::body.set(body))
    };
    let reviews = [
        review(
            "Quiet and cold",
            "A train in the night. Quiet is the train, and quiet are those on the train.",
        ),
        review("Long", "Five hundred pages, and a road."),
        review(
            "Deep",
            "Nobody in this book takes a train. It is quiet for long, then not, and then it ends.",
        ),
    ];
    engine.execute(insert::<Review>().rows(reviews)).await?;
    Ok(())
}

fn books() -> Vec<impl Assignments<Book>> {
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
            Book::details.set(Json(details)),
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
                    r#"{"publisher": {"name": "Fjord", "city": "Oslo"},
                        "awards": ["Riverton", "Glass Key"], "isbn": "111"}"#,
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

fn sales() -> Vec<impl Assignments<Sale>> {
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

fn courses() -> Vec<impl Assignments<Course>> {
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
