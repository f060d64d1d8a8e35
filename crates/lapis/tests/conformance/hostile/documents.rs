//! Strings within JSON documents, as values and as names of members.

use lapis::engine::Discard;
use lapis::expr::{JsonOps, PathStep, StaticTable};
use lapis::prelude::*;
use lapis::schema::{ColumnDef, Table};
use lapis::statement::{Statement, insert, json_elements, json_members, table};
use lapis::types::ColumnType;
use serde_json::json;

use super::{ID, create, numbered};
use crate::harness::{Database, Result, conformance};

conformance! {
    documents_keep_what_they_hold,
    documents_written_into_the_statement_keep_what_they_hold,
    keys_on_a_path_into_a_document_are_found,
    documents_are_made_with_any_key,
    members_and_elements_come_back_as_rows,
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

async fn store_documents(database: &Database) -> Result<()> {
    create_documents(database).await?;
    let rows = documents().map(|(id, body)| (NUMBER.set(id), BODY.set(body)));
    database.execute(insert::<Document>().rows(rows)).await?;
    Ok(())
}

async fn documents_keep_what_they_hold(database: &Database) -> Result<()> {
    store_documents(database).await?;
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

async fn keys_on_a_path_into_a_document_are_found(database: &Database) -> Result<()> {
    store_documents(database).await?;
    for (id, text) in numbered() {
        let key = || PathStep::Key(text.into());
        let within = || BODY.path(vec![key(), PathStep::Index(0)]);
        let found =
            select((within().as_text(), BODY.path(vec![key(), PathStep::Index(1), key()]).exists()));
        let found = found.filter(within().as_text().eq(text)).filter(NUMBER.eq(id));
        let found = database.all(found).await;
        if cannot_be_named(database, text) {
            assert!(found.is_err(), "{text:?}");
        } else {
            assert_eq!(found?, [(Some(text.to_owned()), true)], "{text:?}");
        }
    }
    if cannot_be_named(database, "-") {
        database.lacks("JSON keys that begin with a hyphen")
    } else {
        Ok(())
    }
}

/// MariaDB takes a hyphen at the beginning of a key for a sign.
fn cannot_be_named(database: &Database, key: &str) -> bool {
    database.dialect().name() == "MariaDB" && key.starts_with('-')
}

async fn documents_are_made_with_any_key(database: &Database) -> Result<()> {
    for (_, text) in numbered() {
        let object = select(func::json_object(((text, text), ("list", func::json_array((text,))))));
        assert_eq!(database.one(object).await?.0, json!({ text: text, "list": [text] }));
        if cannot_be_named(database, text) {
            continue;
        }
        let changed = lit(json!({ "old": 1 })).json_set(vec![PathStep::Key(text.into())], text);
        assert_eq!(database.one(select(changed)).await?, json!({ "old": 1, text: text }), "{text:?}");
    }
    Ok(())
}

async fn members_and_elements_come_back_as_rows(database: &Database) -> Result<()> {
    store_documents(database).await?;
    let members = json_members::<serde_json::Value>("members", BODY);
    let keys = select((NUMBER, members.key())).from(table::<Document>()).cross_join(&members);
    let mut keys = database.all(keys).await?;
    keys.retain(|(_, key)| key != "text");
    keys.sort();
    let expected: Vec<(i64, String)> = numbered().map(|(id, text)| (id, text.to_owned())).collect();
    assert_eq!(keys, expected);
    let texts: Vec<&str> = numbered().map(|(_, text)| text).collect();
    let elements = json_elements::<String>("elements", lit(json!(texts)));
    let query = select(elements.value().assume_not_null())
        .from(&elements)
        .order_by(elements.ordinality());
    assert_eq!(database.all(query).await?, texts);
    Ok(())
}
