//! Text that would break a statement it were pasted into, in every place that text can take: it comes back as it went
//! in, and nothing else happens.

mod documents;
mod literals;
mod names;
mod requests;
mod strings;
mod values;

use lapis::expr::StaticTable;
use lapis::prelude::*;
use lapis::schema::{ColumnDef, Table, TableBuilder};
use lapis::statement::{TextSql, TextStatement, insert};
use lapis::types::ColumnType;

use self::strings::strings;
use crate::harness::{Database, Result};

struct Held;

impl StaticTable for Held {
    const TABLE: &'static str = "held";
}

const ID: Column<Held, i64> = Column::new("id");
const TEXT: Column<Held, String> = Column::new("text");

async fn create(database: &Database, table: TableBuilder) -> Result<()> {
    let mut metadata = MetaData::new();
    metadata.add(table);
    database.create_all(&metadata).await
}

async fn create_held(database: &Database) -> Result<()> {
    let held = Table::build("held")
        .column(ColumnDef::new("id", ColumnType::BigInt))
        .column(ColumnDef::new("text", ColumnType::Text))
        .primary_key(["id"]);
    create(database, held).await
}

/// Stores every string under its number.
async fn store(database: &Database) -> Result<()> {
    create_held(database).await?;
    let rows = numbered().map(|(id, text)| (ID.set(id), TEXT.set(text)));
    database.execute(insert::<Held>().rows(rows)).await?;
    Ok(())
}

fn numbered() -> impl Iterator<Item = (i64, &'static str)> {
    (0_i64..).zip(strings().iter().map(String::as_str))
}

/// Checks that every string is still there, and nothing else.
async fn all_are_held(database: &Database) -> Result<()> {
    assert_eq!(database.all(select(TEXT).order_by(ID)).await?, strings());
    Ok(())
}

/// SQL as it is sent: a colon in it is no parameter.
fn by_hand(sql: impl Into<String>) -> TextSql {
    let statement =
        TextStatement { pieces: vec![sql.into().into()], places: Vec::new(), values: Vec::new() };
    TextSql { statement }
}
