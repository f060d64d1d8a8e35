//! Strings within JSON documents, as values and as names of members.

use lapis::engine::Discard;
use lapis::expr::StaticTable;
use lapis::prelude::*;
use lapis::schema::{ColumnDef, Table};
use lapis::statement::{Statement, insert};
use lapis::types::ColumnType;
use serde_json::json;

use super::{ID, create, numbered};
use crate::harness::{Database, Result, conformance};

conformance! {
    documents_keep_what_they_hold,
    documents_written_into_the_statement_keep_what_they_hold,
}

struct Document;

impl StaticTable for Document {
    const TABLE: &'static str = "documents";
}

const NUMBER: Column<Document, i64> = Column::new("id");
const BODY: Column<Document, serde_json::Value> = Column::new("body");

fn documents() -> impl Iterator<Item = (i64, serde_json::Value)> {
    numbered().map(|(id, text)| (id, json!({ "text": text, text: [text, { text: null }] })))
}

async fn create_documents(database: &Database) -> Result<()> {
    let table = Table::build("documents")
        .column(ColumnDef::new(ID.name(), ColumnType::BigInt))
        .column(ColumnDef::new("body", ColumnType::Json))
        .primary_key([ID.name()]);
    create(database, table).await
}

async fn documents_keep_what_they_hold(database: &Database) -> Result<()> {
    create_documents(database).await?;
    let rows = documents().map(|(id, body)| (NUMBER.set(id), BODY.set(body)));
    database.execute(insert::<Document>().rows(rows)).await?;
    let read = database.all(select((NUMBER, BODY)).order_by(NUMBER)).await?;
    assert_eq!(read, documents().collect::<Vec<_>>());
    Ok(())
}

async fn documents_written_into_the_statement_keep_what_they_hold(database: &Database) -> Result<()> {
    create_documents(database).await?;
    let mut transaction = database.begin().await?;
    for (id, body) in documents() {
        let insert = insert::<Document>().values((NUMBER.set(id), BODY.set(body)));
        transaction.run(&insert.sql_with_values(database.dialect())?, &[], &mut Discard).await?;
    }
    let read = transaction.all(select((NUMBER, BODY)).order_by(NUMBER)).await?;
    assert_eq!(read, documents().collect::<Vec<_>>());
    transaction.commit().await
}
