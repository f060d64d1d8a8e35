//! Names of everything that has one.

use lapis::expr::{Expr, Node, TableName, label, named_window, window};
use lapis::prelude::*;
use lapis::schema::{Check, ColumnDef, ForeignKey, Index, NamingConvention, Table};
use lapis::statement::{InsertSource, InsertStatement, alias, insert, values};
use lapis::types::ColumnType;
use lapis::{ErrorKind, Value};

use super::{Held, ID, TEXT, by_hand, create, create_held, numbered};
use crate::harness::{Database, Result, conformance};

conformance! {
    names_of_tables_and_what_they_have_are_quoted,
    names_of_schemas_are_quoted,
    names_in_the_derive_are_quoted,
    names_of_constraints_are_told_as_they_are,
    labels_and_aliases_are_quoted,
    names_of_savepoints_are_quoted,
    braces_in_names_do_not_confuse_the_naming_convention,
    names_longer_than_the_database_allows_are_cut_the_same_way_each_time,
    a_nul_in_a_name_is_refused,
}

/// The strings that the database takes as names, and some plain ones. PostgreSQL's have up to 63 bytes, some of which
/// the tests want for themselves; those of MySQL and MariaDB end at U+FFFF, and with no white space.
fn names(database: &Database) -> impl Iterator<Item = &'static str> {
    let all = !database.is_mysql();
    let plain = ["plain", "two words", "UPPER", "semi;colon--", "x\\y"];
    let names = plain.into_iter().chain(numbered().map(|(_, name)| name));
    names.filter(move |name| {
        let short = (1..=40).contains(&name.len());
        short
            && (all
                || (!name.ends_with(|it: char| it.is_ascii_whitespace() || it == '\u{b}')
                    && name.chars().all(|character| character <= '\u{ffff}')))
    })
}

/// Works with each name, on a server with several at a time: MariaDB takes some 50 ms to make a table, in which it waits
/// for the disk.
async fn for_each_name(
    database: &Database,
    work: impl AsyncFn(&mut Connection, &str, usize) -> Result<()>,
) -> Result<()> {
    let names: Vec<&str> = names(database).collect();
    let workers = if database.is_sqlite() { 1 } else { 6 };
    let worker = async |number: usize| {
        let mut connection = database.acquire().await?;
        for (position, name) in names.iter().enumerate().skip(number).step_by(workers) {
            work(&mut connection, name, position).await?;
        }
        Ok(())
    };
    if database.is_sqlite() {
        return worker(0).await;
    }
    tokio::try_join!(worker(0), worker(1), worker(2), worker(3), worker(4), worker(5)).map(|_| ())
}

/// Puts a number into a column that is called so, and reads it where it is that.
async fn store_and_find(
    connection: &mut Connection,
    table: TableName,
    column: &str,
    number: i64,
) -> Result<()> {
    let insert = InsertStatement {
        columns: vec![column.to_owned().into()],
        source: InsertSource::Values(vec![vec![Node::Value(Value::Int(number))]]),
        ..InsertStatement::new(table.clone())
    };
    connection.execute(insert).await?;
    let held: &Expr<i64> = &table.column(column.to_owned());
    let query = select(held.label(column.to_owned())).from(table.clone());
    assert_eq!(connection.all(query.filter(held.eq(number)).order_by(held)).await?, [number], "{table}");
    Ok(())
}

async fn names_of_tables_and_what_they_have_are_quoted(database: &Database) -> Result<()> {
    // A foreign key's name is one of the whole database on MySQL, where upper and lower case are alike.
    for_each_name(database, async |connection, name, number| {
        let mut metadata = MetaData::new();
        metadata.add(
            Table::build(name.to_owned())
                .column(ColumnDef::new(name.to_owned(), ColumnType::BigInt))
                .column(ColumnDef::new(format!("up {name}"), ColumnType::BigInt).nullable())
                .primary_key([name.to_owned()])
                .foreign_key(
                    ForeignKey::new([format!("up {name}")], name.to_owned(), [name.to_owned()])
                        .named(format!("f {name} {number}")),
                )
                .check(Check::new("1 = 1").named(format!("c {name}")))
                .index(Index::new([format!("up {name}")]).named(format!("i {name}"))),
        );
        connection.create_all(&metadata).await?;
        store_and_find(connection, TableName::new(name.to_owned()), name, 7).await?;
        connection.drop_all(&metadata).await
    })
    .await
}

/// A schema of PostgreSQL, a database of MySQL and MariaDB, an attached database of SQLite.
async fn names_of_schemas_are_quoted(database: &Database) -> Result<()> {
    let mark = if database.is_mysql() { '`' } else { '"' };
    for_each_name(database, async |connection, name, _| {
        let schema = format!("{name}{}", std::process::id());
        let quoted = format!("{mark}{}{mark}", schema.replace(mark, &format!("{mark}{mark}")));
        let (create, drop) = match database.dialect().name() {
            "PostgreSQL" => (format!("CREATE SCHEMA {quoted}"), format!("DROP SCHEMA {quoted}")),
            "SQLite" => (format!("ATTACH ':memory:' AS {quoted}"), format!("DETACH {quoted}")),
            _ => (format!("CREATE DATABASE {quoted}"), format!("DROP DATABASE {quoted}")),
        };
        connection.execute(by_hand(create)).await?;
        let mut metadata = MetaData::new();
        let table = TableName::in_schema(schema, "held");
        metadata.add(
            Table::build(table.clone())
                .column(ColumnDef::new("id", ColumnType::BigInt))
                .primary_key(["id"]),
        );
        connection.create_all(&metadata).await?;
        store_and_find(connection, table, "id", 7).await?;
        connection.drop_all(&metadata).await?;
        connection.execute(by_hand(drop)).await?;
        Ok(())
    })
    .await
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "or\"der's`; --")]
struct Odd {
    #[column(primary_key, name = "group")]
    id: Auto<i64>,
    #[column(name = "va\"lue's`", unique, index)]
    value: String,
    #[column(name = "where = ?")]
    parent: Option<Ref<Odd>>,
    #[relation(inverse = Odd::parent)]
    children: Many<Odd>,
    #[relation(through = "through\"'`", from = "fr\"om", to = "t'o")]
    linked: Many<Odd>,
}

async fn names_in_the_derive_are_quoted(database: &Database) -> Result<()> {
    database.create::<Odd>().await?;
    let mut session = database.session();
    let root = session.add(Odd::new().value("root").build());
    let child = session.add(Odd::new().value("child").parent(root).build());
    session.link(root, Odd::linked, child);
    session.commit().await?;
    session[child].value = "grown".into();
    session.commit().await?;
    let odd = database
        .all(Odd::select().order_by(Odd::id).eager(Odd::children).eager(Odd::linked))
        .await?;
    assert_eq!((odd[0].children[0].value.as_str(), odd[0].linked[0].value.as_str()), ("grown", "grown"));
    let rooted = Odd::select().filter(Odd::parent.has(Odd::value.eq("root")).and(Odd::linked.is_empty()));
    assert_eq!(database.one(rooted).await?.value, "grown");
    let (odd, other) = (alias::<Odd>("o\"d'd`"), alias::<Odd>("?"));
    let pairs = select((odd.c(Odd::value).label("va'l\"ue"), other.c(Odd::value)))
        .from(&odd)
        .join_on(&other, odd.c(Odd::parent).eq(other.c(Odd::id)));
    assert_eq!(database.one(pairs).await?, ("grown".to_owned(), "root".to_owned()));
    Ok(())
}

/// The database names the check that a row does not meet. Thirty to a table, of which each forbids a number.
async fn names_of_constraints_are_told_as_they_are(database: &Database) -> Result<()> {
    let names: Vec<&str> = names(database).collect();
    for (number, chunk) in names.chunks(30).enumerate() {
        let table = format!("t{number}");
        let mut checked = Table::build(table.clone())
            .column(ColumnDef::new("id", ColumnType::BigInt))
            .primary_key(["id"]);
        let called = |name: &str, id: usize| format!("c {name} {id}");
        for (id, name) in chunk.iter().enumerate() {
            checked = checked.check(Check::new(format!("id <> {id}")).named(called(name, id)));
        }
        create(database, checked).await?;
        for (id, name) in chunk.iter().enumerate() {
            let unlucky = text(format!("INSERT INTO {table} (id) VALUES ({id})"));
            let error = database.execute(unlucky).await.unwrap_err();
            // MariaDB writes characters that cannot be printed as numbers, and nothing tells those from other digits.
            if !(database.is_mysql() && name.contains(char::is_control)) {
                assert_eq!(error.constraint(), Some(called(name, id).as_str()), "{error:?}");
            }
        }
    }
    Ok(())
}

async fn labels_and_aliases_are_quoted(database: &Database) -> Result<()> {
    create_held(database).await?;
    database.execute(insert::<Held>().values((ID.set(0), TEXT.set("'")))).await?;
    // MariaDB takes from the beginning of a label what is not to be seen; SQLite calls a subquery's column `column1` that
    // is labelled as one of these words (`sqlite3ColumnsFromExprList` in its `select.c`).
    let usable = |name: &&str| {
        let unseen = |it: char| it.is_ascii_whitespace() || it.is_ascii_control();
        let is_truth = ["true", "false"].contains(&&*name.to_lowercase());
        !(database.is_mysql() && name.starts_with(unseen) || database.is_sqlite() && is_truth)
    };
    for name in names(database).filter(usable) {
        let other = alias::<Held>(name);
        let inner = select(other.c(TEXT).label(name)).from(&other).filter(other.c(ID).eq(0));
        let subquery = inner.clone().subquery(name);
        let outer = select(subquery.column::<String>(name).label(name)).from(&subquery);
        assert_eq!(database.one(outer).await?, "'", "{name}");
        let cte = inner.cte(name);
        let outer = select(cte.column::<String>(name).label(name)).with(&cte).from(&cte);
        assert_eq!(database.one(outer.order_by(label::<String>(name))).await?, "'", "{name}");
        let numbered =
            select(func::row_number().over(named_window(name))).window(name, window().order_by(ID));
        assert_eq!(database.one(numbered).await?, 1, "{name}");
        let given = values(name, [name, "other"], [(1_i64, 2_i64)]);
        assert_eq!(database.one(select(given.column::<i64>(name)).from(&given)).await?, 1, "{name}");
    }
    Ok(())
}

async fn names_of_savepoints_are_quoted(database: &Database) -> Result<()> {
    create_held(database).await?;
    let mut transaction = database.begin().await?;
    for (name, id) in names(database).zip(0_i64..) {
        transaction.savepoint(name).await?;
        transaction.execute(insert::<Held>().values((ID.set(id), TEXT.set(name)))).await?;
        transaction.rollback_to(name).await?;
        transaction.release(name).await?;
    }
    transaction.commit().await?;
    assert_eq!(database.one(select(func::count(ID))).await?, 0);
    Ok(())
}

async fn braces_in_names_do_not_confuse_the_naming_convention(database: &Database) -> Result<()> {
    let mut metadata = MetaData::new().with_naming(NamingConvention {
        check: "{table} must {name}".into(),
        index: "i'{table}\"{columns}".into(),
        ..NamingConvention::default()
    });
    metadata.add(
        Table::build("{columns}")
            .column(ColumnDef::new("{table}", ColumnType::BigInt))
            .primary_key(["{table}"])
            .check("1 = 1")
            .index(Index::new(["{table}"])),
    );
    database.create_all(&metadata).await?;
    database.drop_all(&metadata).await
}

async fn names_longer_than_the_database_allows_are_cut_the_same_way_each_time(
    database: &Database,
) -> Result<()> {
    let long = |letter: &str| letter.repeat(50);
    let mut metadata = MetaData::new();
    metadata.add(
        Table::build(long("t"))
            .column(ColumnDef::new(long("a"), ColumnType::BigInt))
            .column(ColumnDef::new(long("b"), ColumnType::BigInt))
            .primary_key([long("a")])
            .unique([long("a"), long("b")])
            .index(Index::new([long("a"), long("b")]))
            .index(Index::new([long("b"), long("a")]))
            .foreign_key(ForeignKey::new([long("b")], long("t"), [long("a")])),
    );
    database.create_all(&metadata).await?;
    database.create_all(&metadata).await?;
    database.drop_all(&metadata).await
}

async fn a_nul_in_a_name_is_refused(database: &Database) -> Result<()> {
    create_held(database).await?;
    let nul = alias::<Held>("a\0b");
    let error = database.all(select(nul.c(ID)).from(&nul)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Compile(_)), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @r#"the name "a\0b" holds a NUL character"#);
    let mut metadata = MetaData::new();
    metadata.add(
        Table::build("a\0b")
            .column(ColumnDef::new("id", ColumnType::BigInt))
            .primary_key(["id"]),
    );
    assert!(database.create_all(&metadata).await.is_err());
    let mut transaction = database.begin().await?;
    assert!(transaction.savepoint("a\0b").await.is_err());
    transaction.rollback().await
}
