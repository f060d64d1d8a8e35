//! Text that would break a statement it were pasted into, in every place text can take.

use lapis::engine::Discard;
use lapis::expr::{ColumnRef, Node, StaticTable, TableName, case};
use lapis::prelude::*;
use lapis::schema::{Check, ColumnDef, ForeignKey, Index, NamingConvention, Table, TableBuilder};
use lapis::statement::{
    InsertSource, InsertStatement, SelectItem, SelectStatement, Statement, alias, insert,
};
use lapis::types::{ColumnType, EnumType};
use lapis::{ErrorKind, Value};

use crate::harness::{Database, Result, conformance};

conformance! {
    values_are_never_part_of_the_statement,
    values_in_long_lists_are_never_part_of_the_statement,
    values_written_into_the_statement_are_literals,
    names_of_tables_and_columns_are_quoted,
    names_in_the_derive_are_quoted,
    names_of_constraints_and_indexes_are_quoted,
    labels_and_aliases_are_quoted,
    names_of_savepoints_are_quoted,
    defaults_comments_and_names_of_enums_are_literals,
    braces_in_names_do_not_confuse_the_naming_convention,
    names_longer_than_the_database_allows_are_cut_the_same_way_each_time,
    a_nul_in_a_name_is_refused,
}

/// Each ends, comments out or reinterprets a statement somewhere.
const HOSTILE: [&str; 18] = [
    "'",
    "\"",
    "`",
    "'; DROP TABLE held; --",
    "\"; DROP TABLE held; --",
    "`; DROP TABLE held; #",
    "\\",
    "\\'",
    "\\\\'",
    "''",
    "/* ",
    " */ 1",
    "-- ",
    "? ?1 :name @p $1 $name $$ %s {0}",
    "]]>",
    "\u{2019}\u{ff07}\u{2bc}",
    "\n\r\t",
    "CAST(x AS y)",
];

struct Held;

impl StaticTable for Held {
    const TABLE: &'static str = "held";
}

const ID: Column<Held, i64> = Column::new("id");
const TEXT: Column<Held, String> = Column::new("text");

fn held() -> TableBuilder {
    Table::build("held")
        .column(ColumnDef::new("id", ColumnType::BigInt))
        .column(ColumnDef::new("text", ColumnType::Text))
        .primary_key(["id"])
}

async fn create(database: &Database, table: TableBuilder) -> Result<()> {
    let mut metadata = MetaData::new();
    metadata.add(table);
    database.create_all(&metadata).await
}

async fn store_hostile(database: &Database) -> Result<()> {
    create(database, held()).await?;
    let rows = HOSTILE.iter().zip(0_i64..).map(|(text, id)| (ID.set(id), TEXT.set(*text)));
    database.execute(insert::<Held>().rows(rows)).await?;
    Ok(())
}

async fn values_are_never_part_of_the_statement(database: &Database) -> Result<()> {
    store_hostile(database).await?;
    assert_eq!(database.all(select(TEXT).order_by(ID)).await?, HOSTILE);
    for (text_held, id) in HOSTILE.iter().zip(0_i64..) {
        let text_held = *text_held;
        assert_eq!(database.all(select(ID).filter(TEXT.eq(text_held))).await?, [id], "{text_held}");
        assert!(
            database.all(select(ID).filter(TEXT.contains(text_held))).await?.contains(&id),
            "{text_held}"
        );
        let same = select(case().when(TEXT.eq(text_held), text_held).otherwise("no")).filter(ID.eq(id));
        assert_eq!(database.one(same).await?, text_held);
        assert_eq!(database.one(select(lit(text_held).concat(text_held))).await?, text_held.repeat(2));
        let by_hand = text("SELECT text FROM held WHERE text = :text").bind("text", text_held);
        assert_eq!(database.one(by_hand.scalar::<String>()).await?, text_held);
    }
    Ok(())
}

async fn values_in_long_lists_are_never_part_of_the_statement(database: &Database) -> Result<()> {
    store_hostile(database).await?;
    assert_eq!(database.all(select(ID).filter(TEXT.in_(HOSTILE))).await?.len(), HOSTILE.len());
    assert_eq!(database.all(select(ID).filter(TEXT.not_in(HOSTILE))).await?, [0_i64; 0]);
    let blobs = HOSTILE.map(|text| text.as_bytes().to_vec());
    assert_eq!(database.all(select(lit(1_i64)).filter(lit(b"'".to_vec()).in_(blobs))).await?, [1]);
    Ok(())
}

async fn values_written_into_the_statement_are_literals(database: &Database) -> Result<()> {
    store_hostile(database).await?;
    let mut connection = database.acquire().await?;
    for (text_held, id) in HOSTILE.iter().zip(0_i64..) {
        let update = lapis::statement::update::<Held>()
            .set(TEXT, text_held.repeat(2))
            .filter(TEXT.eq(*text_held));
        let sql = update.sql_with_values(database.dialect())?;
        let outcome = connection.run(&sql, &[], &mut Discard).await?;
        assert_eq!(outcome.rows_affected, 1, "{sql}");
        let read = connection.one(select(TEXT).filter(ID.eq(id))).await?;
        assert_eq!(read, text_held.repeat(2));
        // Where it still is another row's value, that row is not to be found again.
        connection.execute(lapis::statement::delete::<Held>().filter(ID.eq(id))).await?;
    }
    Ok(())
}

/// Names that a database takes once they are quoted.
const NAMES: [&str; 12] = [
    "plain",
    "select",
    "order by",
    "it's",
    "say \"hi\"",
    "back`tick",
    "a.b",
    "semi;colon--",
    "x\\y",
    "naïve 🦀 name",
    "? :p $1",
    "UPPER",
];

/// The names that the database takes: those of MySQL and MariaDB end at U+FFFF.
fn names(database: &Database) -> impl Iterator<Item = &'static str> {
    let all = !database.is_mysql();
    NAMES
        .into_iter()
        .filter(move |name| all || name.chars().all(|character| character <= '\u{ffff}'))
}

async fn names_of_tables_and_columns_are_quoted(database: &Database) -> Result<()> {
    for name in names(database) {
        let mut metadata = MetaData::new();
        metadata.add(
            Table::build(name)
                .column(ColumnDef::new("id", ColumnType::BigInt).autoincrement())
                .column(ColumnDef::new(name, ColumnType::Int))
                .primary_key(["id"])
                .index(Index::new([name])),
        );
        database.create_all(&metadata).await?;
        database.create_all(&metadata).await?;
        let table = TableName::new(name);
        let insert = InsertStatement {
            columns: vec![name.into()],
            source: InsertSource::Values(vec![vec![Node::Value(Value::Int(7))]]),
            ..InsertStatement::new(table.clone())
        };
        database.execute(insert).await?;
        let column = || Node::Column(ColumnRef { table: Some(table.clone()), name: name.into() });
        let items = vec![SelectItem::labeled(column(), name.into())];
        let mut query = SelectStatement { items: items.into(), ..SelectStatement::default() };
        query.filter = Some(lapis::expr::Expr::<i64>::new(column()).eq(7).node().clone());
        let query: lapis::statement::Select<lapis::statement::Val<i64>> =
            lapis::statement::Select::new(query);
        assert_eq!(database.all(query).await?, [7], "{name}");
        database.drop_all(&metadata).await?;
    }
    Ok(())
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

async fn names_of_constraints_and_indexes_are_quoted(database: &Database) -> Result<()> {
    for (name, number) in names(database).zip(0..) {
        let mut metadata = MetaData::new();
        let table = format!("t{number}");
        metadata.add(
            Table::build(table.clone())
                .column(ColumnDef::new("id", ColumnType::BigInt))
                .column(ColumnDef::new("up", ColumnType::BigInt).nullable())
                .primary_key(["id"])
                .foreign_key(ForeignKey::new(["up"], table, ["id"]).named(format!("f {name} {number}")))
                .check(Check::new("id <> 13").named(format!("c {name} {number}")))
                .index(Index::new(["up"]).named(format!("i {name} {number}"))),
        );
        database.create_all(&metadata).await?;
        let unlucky = text(format!("INSERT INTO t{number} (id) VALUES (13)"));
        let error = database.execute(unlucky).await.unwrap_err();
        assert_eq!(error.constraint(), Some(format!("c {name} {number}").as_str()), "{error:?}");
        database.drop_all(&metadata).await?;
    }
    Ok(())
}

async fn labels_and_aliases_are_quoted(database: &Database) -> Result<()> {
    store_hostile(database).await?;
    for name in names(database) {
        let other = alias::<Held>(name);
        let inner = select(other.c(TEXT).label(name)).from(&other).filter(other.c(ID).eq(0)).subquery(name);
        let outer = select(inner.column::<String>(name).label(name)).from(&inner);
        assert_eq!(database.one(outer).await?, "'", "{name}");
    }
    Ok(())
}

async fn names_of_savepoints_are_quoted(database: &Database) -> Result<()> {
    create(database, held()).await?;
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

async fn defaults_comments_and_names_of_enums_are_literals(database: &Database) -> Result<()> {
    let values: Vec<_> = HOSTILE.iter().map(|value| (*value).into()).collect();
    let of_enum = ColumnType::Enum(EnumType { name: "hostile_enum".into(), values, native: false });
    for value in HOSTILE {
        let comment = if value.contains('\\') { "'\"`;" } else { value };
        let table = Table::build("defaults")
            .column(ColumnDef::new("id", ColumnType::BigInt))
            .column(ColumnDef::new("text", ColumnType::String(60)).server_default(value).comment(comment))
            .column(ColumnDef::new("choice", of_enum.clone()).server_default(value))
            .primary_key(["id"])
            .comment(comment);
        let mut metadata = MetaData::new();
        metadata.add(table);
        database.create_all(&metadata).await?;
        database.execute(text("INSERT INTO defaults (id) VALUES (1)")).await?;
        let row: (String, String) = database.one(text("SELECT text, choice FROM defaults").rows()).await?;
        assert_eq!(row, (value.to_owned(), value.to_owned()));
        let other = text("INSERT INTO defaults (id, choice) VALUES (2, 'other')");
        assert!(database.execute(other).await.is_err());
        database.drop_all(&metadata).await?;
    }
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
    create(database, held()).await?;
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
