//! URLs, and what a database is opened with.

use std::fs;

use lapis_engine::{Engine, ErrorKind, OperationalCause, Result};

use crate::common::{file, integer};

fn is_operational(error: &lapis_engine::Error, expected: OperationalCause) -> bool {
    matches!(error.kind(), ErrorKind::Operational { cause, .. } if *cause == expected)
}

#[tokio::test]
async fn a_path_that_cannot_be_opened_says_which_and_what_to_check() {
    let (directory, _) = file();
    let url = format!("sqlite://{}/no/such/directory.db", directory.path().display());
    let error = Engine::connect(&url).await.unwrap_err();
    assert!(is_operational(&error, OperationalCause::CannotOpen), "{error:?}");
    let message = error.to_string();
    assert!(message.contains("no/such/directory.db") && message.contains("directory exists"), "{message}");
}

#[tokio::test]
async fn an_unknown_scheme_is_an_error_that_names_the_known_ones() {
    let error = Engine::connect("oracle://x").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Configuration(_)));
    assert!(error.to_string().contains("`oracle:`") && error.to_string().contains("sqlite"), "{error}");
    let error = Engine::connect("blog.db").await.unwrap_err();
    assert!(error.to_string().contains("no scheme"), "{error}");
}

#[tokio::test]
async fn a_scheme_ignores_case_and_may_name_a_driver_of_sqlalchemy() -> Result<()> {
    for url in ["SQLITE::memory:", "Sqlite://", "sqlite+pysqlite:///:memory:", "SQLite+AioSQLite://"] {
        let engine = Engine::connect(url).await?;
        assert_eq!(integer(&engine, "SELECT 1").await?, 1, "{url}");
    }
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_found_when_connecting() {
    let (directory, url) = file();
    fs::write(
        directory.path().join("test.db"),
        "this is a letter, and not a database at all; dear reader, …",
    )
    .unwrap();
    let error = Engine::connect(&url).await.unwrap_err();
    assert!(is_operational(&error, OperationalCause::Corrupt), "{error:?}");
}

#[tokio::test]
async fn a_file_is_created_unless_the_url_says_otherwise() -> Result<()> {
    let (_directory, url) = file();
    let error = Engine::connect(&format!("{url}?mode=rw")).await.unwrap_err();
    assert!(error.to_string().contains("mode=rwc"), "{error}");
    Engine::connect(&url).await?.script("CREATE TABLE t (x)").await?;
    let reader = Engine::connect(&format!("{url}?mode=ro")).await?;
    assert_eq!(integer(&reader, "SELECT count(*) FROM t").await?, 0);
    let error = reader.script("INSERT INTO t VALUES (1)").await.unwrap_err();
    assert!(is_operational(&error, OperationalCause::ReadOnly), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_database_in_memory_is_shared_by_the_connections_of_its_engine_and_no_other() -> Result<()> {
    let engine = Engine::connect("sqlite::memory:").await?;
    engine.script("CREATE TABLE t (x); INSERT INTO t VALUES (1)").await?;
    let _first = engine.acquire().await?;
    assert_eq!(integer(&engine, "SELECT count(*) FROM t").await?, 1);
    let other = Engine::connect("sqlite::memory:").await?;
    assert!(other.script("SELECT * FROM t").await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_database_in_memory_lives_as_long_as_its_engine() -> Result<()> {
    let engine = Engine::builder("sqlite::memory:").pool_size(0).max_overflow(1).connect().await?;
    engine.script("CREATE TABLE t (x)").await?;
    assert_eq!(engine.pool_status().idle, 0);
    assert_eq!(integer(&engine, "SELECT count(*) FROM t").await?, 0);
    Ok(())
}

#[tokio::test]
async fn foreign_keys_are_enforced_and_files_are_in_wal_mode_unless_the_url_says_otherwise() -> Result<()> {
    let (_directory, url) = file();
    let journal = "SELECT journal_mode = 'wal' FROM pragma_journal_mode";
    let engine = Engine::connect(&format!("{url}?journal_mode=delete&foreign_keys=off")).await?;
    assert_eq!(integer(&engine, "PRAGMA foreign_keys").await?, 0);
    assert_eq!(integer(&engine, journal).await?, 0);
    let engine = Engine::connect(&url).await?;
    assert_eq!(integer(&engine, "PRAGMA foreign_keys").await?, 1);
    assert_eq!(integer(&engine, "PRAGMA synchronous").await?, 1);
    assert_eq!(integer(&engine, journal).await?, 1);
    Ok(())
}
