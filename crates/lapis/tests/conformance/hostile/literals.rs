//! Values that are written into the statement.

use lapis::ErrorKind;
use lapis::engine::Discard;
use lapis::expr::case;
use lapis::prelude::*;
use lapis::schema::{ColumnDef, Table};
use lapis::statement::{Statement, delete, insert, table, update, values};
use lapis::types::{ColumnType, EnumType};

use super::strings::strings;
use super::{Held, ID, TEXT, all_are_held, by_hand, create, create_held, numbered, store};
use crate::harness::{Database, Result, conformance};

conformance! {
    literals_are_stored_and_found_as_they_are,
    literals_in_a_script_are_stored_as_they_are,
    literals_stand_wherever_bound_values_do,
    defaults_are_literals,
    comments_are_literals,
    names_of_enums_are_literals,
    names_of_native_enums_are_literals,
}

async fn literals_are_stored_and_found_as_they_are(database: &Database) -> Result<()> {
    store(database).await?;
    let mut transaction = database.begin().await?;
    for (id, text) in numbered() {
        let found = update::<Held>().set(TEXT, format!("{text}!")).filter(TEXT.eq(text).and(ID.eq(id)));
        let sql = found.sql_with_values(database.dialect())?;
        let outcome = transaction.run(&sql, &[], &mut Discard).await?;
        assert_eq!(outcome.rows_affected, 1, "{sql}");
        assert_eq!(transaction.one(select(TEXT).filter(ID.eq(id))).await?, format!("{text}!"));
        let gone = delete::<Held>().filter(TEXT.in_([format!("{text}!")]).and(ID.eq(id)));
        let outcome =
            transaction.run(&gone.sql_with_values(database.dialect())?, &[], &mut Discard).await?;
        assert_eq!(outcome.rows_affected, 1, "{text:?}");
    }
    transaction.commit().await
}

/// The server itself divides a script into statements, and so does SQLite's driver.
async fn literals_in_a_script_are_stored_as_they_are(database: &Database) -> Result<()> {
    create_held(database).await?;
    let mut script = String::new();
    for (id, text) in numbered() {
        let insert = insert::<Held>().values((ID.set(id), TEXT.set(text)));
        script.push_str(&insert.sql_with_values(database.dialect())?);
        script.push_str(";\n");
    }
    database.script(&script).await?;
    all_are_held(database).await
}

async fn literals_stand_wherever_bound_values_do(database: &Database) -> Result<()> {
    store(database).await?;
    for (id, held) in numbered() {
        let given = values("given", ["id", "text"], [(id, held), (-1, held)]);
        let row = select((
            lit(held),
            case().when(TEXT.eq(held), held).otherwise("no"),
            lit(held).concat(held),
            func::coalesce(None::<String>, held),
            given.column::<String>("text"),
        ));
        let row = row
            .join_on(&given, given.c(ID).eq(ID))
            .from(table::<Held>())
            .filter(TEXT.in_([held, "no"]))
            .filter(TEXT.contains(held).and(TEXT.starts_with(held)).and(TEXT.ends_with(held)));
        let sql = by_hand(row.sql_with_values(database.dialect())?);
        let read = database.one(sql.rows::<(String, String, String, String, String)>()).await?;
        let held = held.to_owned();
        assert_eq!(read, (held.clone(), held.clone(), held.repeat(2), held.clone(), held));
    }
    all_are_held(database).await
}

async fn defaults_are_literals(database: &Database) -> Result<()> {
    // As many to a table as a row of the server has room for.
    for (number, chunk) in strings().chunks(25).enumerate() {
        let name = format!("defaults_{number}");
        let mut table = Table::build(name.clone())
            .column(ColumnDef::new("id", ColumnType::BigInt))
            .primary_key(["id"]);
        for (column, text) in chunk.iter().enumerate() {
            let column = ColumnDef::new(format!("c{column}"), ColumnType::String(450));
            table = table.column(column.server_default(text.as_str()));
        }
        create(database, table).await?;
        database.execute(text(format!("INSERT INTO {name} (id) VALUES (1)"))).await?;
        for (column, held) in chunk.iter().enumerate() {
            let read = text(format!("SELECT c{column} FROM {name}")).scalar::<String>();
            assert_eq!(database.one(read).await?, *held);
        }
    }
    Ok(())
}

/// Read back from the catalogue; SQLite keeps no comments. Thirty to a table, on its columns.
async fn comments_are_literals(database: &Database) -> Result<()> {
    let all = || numbered().map(|(_, comment)| comment).filter(|comment| !comment.is_empty());
    // Whether a backslash escapes is the session's choice, and a comment of MySQL is nothing but a plain literal; it is
    // kept in a character set that ends at U+FFFF.
    let cannot = |it: char| database.is_mysql() && (it == '\\' || it > '\u{ffff}');
    for comment in all().filter(|comment| comment.contains(cannot)) {
        let refused = Table::build("refused")
            .column(ColumnDef::new("id", ColumnType::BigInt).comment(comment))
            .primary_key(["id"]);
        let error = create(database, refused).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Compile(_)), "{error:?}");
    }
    let comments: Vec<&str> = all().filter(|comment| !comment.contains(cannot)).collect();
    for (number, chunk) in comments.chunks(30).enumerate() {
        let name = format!("commented_{number}");
        let mut commented = Table::build(name.clone()).comment(chunk[0]);
        for (column, comment) in chunk.iter().enumerate() {
            commented =
                commented.column(ColumnDef::new(format!("c{column}"), ColumnType::Int).comment(*comment));
        }
        create(database, commented.primary_key(["c0"])).await?;
        let (of_table, of_columns) = match database.dialect().name() {
            "SQLite" => continue,
            "PostgreSQL" => (
                format!("SELECT obj_description('{name}'::regclass)"),
                format!(
                    "SELECT col_description('{name}'::regclass, n) FROM generate_series(1, {}) n",
                    chunk.len()
                ),
            ),
            _ => (
                format!("SELECT table_comment {}", of_catalogue("tables", &name)),
                format!(
                    "SELECT column_comment {} ORDER BY ordinal_position",
                    of_catalogue("columns", &name)
                ),
            ),
        };
        assert_eq!(database.one(by_hand(of_table).scalar::<String>()).await?, chunk[0]);
        assert_eq!(database.all(by_hand(of_columns).scalar::<String>()).await?, chunk);
    }
    if database.is_mysql() { database.lacks("backslashes and emoji in comments") } else { Ok(()) }
}

fn of_catalogue(kind: &str, table: &str) -> String {
    format!("FROM information_schema.{kind} WHERE table_schema = database() AND table_name = '{table}'")
}

fn enum_of(native: bool, names: &[&str]) -> ColumnType {
    let values = names.iter().map(|name| (*name).to_owned().into()).collect();
    ColumnType::Enum(EnumType { name: "hostile_enum".into(), values, native })
}

async fn choose_each(database: &Database, of_enum: ColumnType, names: &[&str]) -> Result<()> {
    let first = names[0];
    let table = Table::build("choices")
        .column(ColumnDef::new("id", ColumnType::BigInt))
        .column(ColumnDef::new("choice", of_enum).server_default(first))
        .primary_key(["id"]);
    create(database, table).await?;
    let mut transaction = database.begin().await?;
    for (id, name) in (0_i64..).zip(names) {
        let insert = text("INSERT INTO choices (id, choice) VALUES (:id, :choice)");
        transaction.execute(insert.bind("id", id).bind("choice", *name)).await?;
    }
    transaction.commit().await?;
    let read = text("SELECT choice FROM choices ORDER BY id").scalar::<String>();
    assert_eq!(database.all(read).await?, names);
    database.execute(text("INSERT INTO choices (id) VALUES (-1)")).await?;
    let default = text("SELECT choice FROM choices WHERE id = -1").scalar::<String>();
    assert_eq!(database.one(default).await?, first);
    let other = text("INSERT INTO choices (id, choice) VALUES (-2, 'other')");
    assert!(database.execute(other).await.is_err());
    Ok(())
}

async fn names_of_enums_are_literals(database: &Database) -> Result<()> {
    let names: Vec<&str> = numbered().map(|(_, name)| name).collect();
    choose_each(database, enum_of(false, &names), &names).await
}

/// PostgreSQL's names have up to 63 bytes. Those of MySQL differ in the column's collation, where letters of other
/// alphabets are alike in ways of its own, and lose spaces at their end.
async fn names_of_native_enums_are_literals(database: &Database) -> Result<()> {
    let mut names: Vec<&str> = Vec::new();
    for (_, name) in numbered().filter(|(_, name)| (1..=63).contains(&name.len())) {
        let alike = |known: &&str| known.eq_ignore_ascii_case(name);
        let taken = !name.is_ascii() || name.ends_with(' ') || names.iter().any(alike);
        if !(database.is_mysql() && taken) {
            names.push(name);
        }
    }
    choose_each(database, enum_of(true, &names), &names).await
}
