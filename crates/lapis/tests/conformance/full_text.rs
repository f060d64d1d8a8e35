//! Full-text search, which each database has in its own manner.

use lapis::expr::{Search, full_text};
use lapis::prelude::*;
use lapis::statement::{insert, text};

use crate::harness::{Database, Result, conformance};

conformance! {
    all_words_are_found_in_any_of_the_columns,
    what_looks_like_an_operator_is_looked_for,
    what_is_found_better_comes_first,
    a_search_for_no_words_is_an_error,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "articles")]
struct Article {
    #[column(primary_key)]
    rowid: Auto<i64>,
    title: String,
    body: String,
}

/// A table that can be searched, made by hand.
async fn articles(database: &Database) -> Result<()> {
    let index: &[&str] = match database {
        sqlite if sqlite.is_sqlite() => &["CREATE VIRTUAL TABLE articles USING fts5(title, body)"],
        mysql if mysql.is_mysql() => &["CREATE FULLTEXT INDEX articles_words ON articles (title, body)"],
        _ => &["CREATE INDEX articles_words ON articles USING gin (to_tsvector('simple', title))"],
    };
    if !database.is_sqlite() {
        database.create::<(Article,)>().await?;
    }
    for statement in index {
        database.execute(text(statement)).await?;
    }
    let row =
        |title: &'static str, body: &'static str| (Article::title.set(title), Article::body.set(body));
    let rows = [
        row("Foxes", "The quick brown fox jumps over the lazy dog."),
        row("Dogs", "A lazy dog sleeps; no fox is near."),
        row("Fox", "Fox, fox, and a quick fox again: about the fox."),
        row("Signs", "Nothing but \"lazy\" or -quick * ( signs."),
    ];
    database.execute(insert::<Article>().rows(rows)).await?;
    Ok(())
}

fn search(words: &str) -> Search {
    full_text((Article::title, Article::body), words)
}

async fn found(database: &Database, words: &str) -> Result<Vec<String>> {
    let found = select(Article::title).filter(search(words).matches()).order_by(Article::title);
    database.all(found).await
}

async fn all_words_are_found_in_any_of_the_columns(database: &Database) -> Result<()> {
    articles(database).await?;
    assert_eq!(found(database, "lazy").await?, ["Dogs", "Foxes", "Signs"]);
    assert_eq!(found(database, "lazy fox").await?, ["Dogs", "Foxes"]);
    assert_eq!(found(database, "QUICK foxes").await?, ["Foxes"]);
    assert!(found(database, "elephant").await?.is_empty());
    let others = select(Article::title).filter(!search("fox").matches()).order_by(Article::title);
    if !database.is_sqlite() {
        assert_eq!(database.all(others).await?, ["Signs"]);
    }
    Ok(())
}

async fn what_looks_like_an_operator_is_looked_for(database: &Database) -> Result<()> {
    articles(database).await?;
    for words in ["\"lazy\" signs", "signs -quick", "quick* signs", "signs lazy'", "title:signs lazy"] {
        let found = found(database, words).await?;
        assert!(found.is_empty() || found == ["Signs"], "{words}: {found:?}");
    }
    assert_eq!(found(database, "signs \"lazy\"").await?, ["Signs"]);
    Ok(())
}

async fn what_is_found_better_comes_first(database: &Database) -> Result<()> {
    articles(database).await?;
    let search = search("fox");
    let ranked = select((Article::title, search.rank()))
        .filter(search.matches())
        .order_by(search.rank().desc())
        .limit(1);
    let (title, rank) = database.one(ranked).await?;
    assert_eq!(title, "Fox");
    assert!(rank > 0.0, "{rank}");
    Ok(())
}

async fn a_search_for_no_words_is_an_error(database: &Database) -> Result<()> {
    let nothing = database.all(select(Article::title).filter(search("  ").matches())).await.unwrap_err();
    assert!(nothing.to_string().contains("looks for no words"), "{nothing}");
    Ok(())
}
