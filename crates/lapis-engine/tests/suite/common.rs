//! What the tests share.

use lapis_engine::{Connection, Engine, Flow, Result, Row};
use lapis_sql::Value;
use tempfile::TempDir;

/// A directory that is gone at the test's end, and the URL of a database in it.
pub fn file() -> (TempDir, String) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite://{}", directory.path().join("test.db").display());
    (directory, url)
}

/// The integers of a statement's first column.
pub async fn integers(connection: &mut Connection, sql: &str, params: &[Value<'_>]) -> Result<Vec<i64>> {
    let mut found = Vec::new();
    let mut sink = |row: &Row<'_>| {
        found.push(row.get(0)?);
        Ok(Flow::Continue)
    };
    connection.run(sql, params, &mut sink).await?;
    Ok(found)
}

/// The integer of a statement that returns one.
pub async fn integer(engine: &Engine, sql: &str) -> Result<i64> {
    let mut connection = engine.acquire().await?;
    Ok(integers(&mut connection, sql, &[]).await?[0])
}
