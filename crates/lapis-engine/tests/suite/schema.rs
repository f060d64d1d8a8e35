//! Creating and dropping a schema.

use lapis_engine::{Engine, Result};
use lapis_sql::expr::TableName;
use lapis_sql::schema::{ColumnDef, ForeignKey, MetaData, Table};
use lapis_sql::types::ColumnType;

use crate::common::{file, integer};

fn blog() -> MetaData {
    let mut metadata = MetaData::new();
    metadata.add(
        Table::build("posts")
            .column(ColumnDef::new("id", ColumnType::BigInt).autoincrement())
            .column(ColumnDef::new("author_id", ColumnType::BigInt))
            .primary_key(["id"])
            .foreign_key(ForeignKey::new(["author_id"], TableName::new("users"), ["id"])),
    );
    metadata.add(
        Table::build("users")
            .column(ColumnDef::new("id", ColumnType::BigInt).autoincrement())
            .column(ColumnDef::new("name", ColumnType::String(50)))
            .primary_key(["id"])
            .unique(["name"]),
    );
    metadata
}

const TABLES: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";

#[tokio::test]
async fn a_schema_is_created_and_dropped_as_often_as_one_likes() -> Result<()> {
    let (_directory, on_file) = file();
    for url in ["sqlite::memory:", &on_file] {
        let engine = Engine::connect(url).await?;
        let blog = blog();
        for _ in 0..2 {
            engine.drop_all(&blog).await?;
            engine.create_all(&blog).await?;
            engine.create_all(&blog).await?;
            engine
                .script("INSERT INTO users (name) VALUES ('a'); INSERT INTO posts (author_id) VALUES (1)")
                .await?;
            let error = engine.script("INSERT INTO posts (author_id) VALUES (9)").await.unwrap_err();
            assert!(error.is_foreign_key_violation(), "{error:?}");
            assert_eq!(integer(&engine, TABLES).await?, 2);
        }
        engine.drop_all(&blog).await?;
        assert_eq!(integer(&engine, TABLES).await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn inside_a_transaction_a_schema_goes_with_it() -> Result<()> {
    let engine = Engine::connect("sqlite::memory:").await?;
    let mut transaction = engine.begin().await?;
    transaction.create_all(&blog()).await?;
    transaction.rollback().await?;
    assert_eq!(integer(&engine, TABLES).await?, 0);
    Ok(())
}
