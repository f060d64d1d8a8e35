//! Tables from entities and made at run time, and what the database then enforces.

use lapis::ErrorKind;
use lapis::expr::TableName;
use lapis::prelude::*;
use lapis::schema::{Check, ColumnDef, Index, NamingConvention, Sequence, Table, Unique};
use lapis::types::{ColumnType, EnumType};
use serde::{Deserialize, Serialize};

use crate::harness::{Database, Result, conformance};

conformance! {
    an_entity_of_every_attribute_is_created_and_used,
    what_the_attributes_forbid_is_refused,
    defaults_of_the_database_fill_what_an_insert_leaves_out,
    computed_columns_follow_the_others,
    a_unique_index_over_some_rows_leaves_the_others_alone,
    creating_again_keeps_what_is_there,
    dropping_again_passes_over_what_is_gone,
    a_sequence_counts_from_its_start_again_after_a_drop,
    an_identity_counts_on_behind_a_number_that_was_given,
    a_convention_names_what_has_no_name,
    a_table_made_at_run_time_has_columns_of_every_type,
    schema_changes_are_part_of_a_transaction_where_the_database_can,
}

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql(rename_all = "snake_case")]
enum Grade {
    Plain,
    VeryFine,
}

#[derive(SqlType, Debug, Clone, PartialEq)]
#[sql(length = 20)]
struct Code(String);

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Size {
    width: u32,
    height: u32,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "makers", comment = "who makes things")]
pub struct Maker {
    #[column(primary_key, sequence(name = "maker_seq", start = 100))]
    pub id: Auto<i64>,
    #[column(length = 30, unique, comment = "what it is called")]
    pub name: String,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(
    table = "things",
    unique(name = "uq_things_code", columns(code, grade)),
    index(columns(name, price)),
    check(name = "ck_things_price", sql = "price >= 0")
)]
struct Thing {
    #[column(primary_key)]
    id: Auto<i32>,
    #[column(length = 40, index)]
    name: String,
    #[column(name = "thing_code")]
    code: Code,
    #[column(precision = 10, scale = 2)]
    price: Decimal,
    #[column(type = SmallInt, server_default = 3, check = "stars BETWEEN 0 AND 5")]
    stars: Auto<i32>,
    #[column(default = Grade::Plain, server_default = "plain")]
    grade: Grade,
    #[column(server_default = now(), on_update = now())]
    changed_at: Auto<DateTime<Utc>>,
    #[column(computed = "price * 2", stored, precision = 12, scale = 2)]
    pair_price: Auto<Decimal>,
    #[column(on_delete = "cascade")]
    maker: Ref<Maker>,
    #[column(name = "second", on_delete = "set null")]
    second_maker: Option<Ref<Maker>>,
    size: Option<Json<Size>>,
    note: Option<String>,
    #[column(skip)]
    seen: bool,
}

async fn things(database: &Database) -> Result<()> {
    database.create::<(Thing, Maker)>().await?;
    let mut session = database.session();
    let maker = session.add(Maker::new().name("Acme").build());
    let cup = Thing::new()
        .name("Cup")
        .code(Code("c-1".into()))
        .price(Decimal::new(250, 2))
        .maker(maker);
    session.add(cup.size(Size { width: 8, height: 10 }).build());
    session.commit().await
}

async fn an_entity_of_every_attribute_is_created_and_used(database: &Database) -> Result<()> {
    things(database).await?;
    let cup = database.one(Thing::select()).await?;
    assert_eq!((*cup.id, cup.name.as_str(), &cup.code), (1, "Cup", &Code("c-1".into())));
    assert_eq!((cup.price, *cup.pair_price, *cup.stars), (Decimal::new(250, 2), Decimal::new(5, 0), 3));
    assert_eq!(
        (cup.grade, cup.size.map(|size| size.0)),
        (Grade::Plain, Some(Size { width: 8, height: 10 }))
    );
    assert_eq!((cup.maker.key(), cup.second_maker, cup.note, cup.seen), (Some(&100), None, None, false));
    assert!((Utc::now() - *cup.changed_at).abs() < TimeDelta::minutes(5));
    let by_code =
        Thing::select().filter(Thing::code.eq(Code("c-1".into())).and(Thing::grade.eq(Grade::Plain)));
    assert_eq!(database.all(by_code).await?.len(), 1);
    Ok(())
}

async fn what_the_attributes_forbid_is_refused(database: &Database) -> Result<()> {
    things(database).await?;
    let thing = |name: &str, code: &str, price: i64| {
        let keys = (Thing::maker.set(100), Thing::grade.set(Grade::Plain));
        (
            Thing::name.set(name),
            Thing::code.set(Code(code.into())),
            Thing::price.set(Decimal::from(price)),
            keys,
        )
    };
    database.execute(Thing::insert().values(thing("Jug", "c-2", 1))).await?;
    let twin = database.execute(Thing::insert().values(thing("Mug", "c-1", 1))).await.unwrap_err();
    assert!(twin.is_unique_violation(), "{twin:?}");
    let cheap = database.execute(Thing::insert().values(thing("Mug", "c-3", -1))).await.unwrap_err();
    assert_eq!(cheap.constraint(), Some("ck_things_price"), "{cheap:?}");
    let starry = database.execute(Thing::update().set(Thing::stars, 6).all_rows()).await.unwrap_err();
    assert!(starry.is_check_violation(), "{starry:?}");
    assert!(
        database
            .execute(Thing::update().set(Thing::code, Code("x".repeat(21))).all_rows())
            .await
            .is_err()
    );
    let named = database.execute(Maker::insert().values(Maker::name.set("Acme"))).await.unwrap_err();
    assert!(named.is_unique_violation(), "{named:?}");
    let odd = text("UPDATE things SET grade = 'odd'");
    assert!(database.execute(odd).await.is_err());
    assert_eq!(database.one(select(func::count(Thing::id))).await?, 2);
    Ok(())
}

async fn defaults_of_the_database_fill_what_an_insert_leaves_out(database: &Database) -> Result<()> {
    things(database).await?;
    let by_hand = "INSERT INTO things (name, thing_code, price, maker_id) VALUES ('Pan', 'p', 1, 100)";
    database.execute(text(by_hand)).await?;
    let pan = database.one(Thing::select().filter(Thing::name.eq("Pan"))).await?;
    assert_eq!((*pan.stars, pan.grade), (3, Grade::Plain));
    database
        .execute(Thing::update().set(Thing::grade, Grade::VeryFine).filter(Thing::id.eq(*pan.id)))
        .await?;
    let stored: String = database.one(text("SELECT grade FROM things WHERE name = 'Pan'").scalar()).await?;
    assert_eq!(stored, "very_fine");
    Ok(())
}

async fn computed_columns_follow_the_others(database: &Database) -> Result<()> {
    things(database).await?;
    database
        .execute(Thing::update().set(Thing::price, Decimal::new(5, 1)).all_rows())
        .await?;
    assert_eq!(database.one(select(Thing::pair_price)).await?, Decimal::ONE);
    assert!(database.execute(text("UPDATE things SET pair_price = 7")).await.is_err());
    if database.dialect().supports_virtual_columns() {
        let mut metadata = MetaData::new();
        metadata.add(
            Table::build("boxes")
                .column(ColumnDef::new("id", ColumnType::BigInt).autoincrement())
                .column(ColumnDef::new("side", ColumnType::Int))
                .column(ColumnDef::new("area", ColumnType::Int).computed_when_read("side * side"))
                .primary_key(["id"]),
        );
        database.create_all(&metadata).await?;
        database.execute(text("INSERT INTO boxes (side) VALUES (4)")).await?;
        assert_eq!(database.one(text("SELECT area FROM boxes").scalar::<i64>()).await?, 16);
        return Ok(());
    }
    database.lacks("columns that are computed when they are read")
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "accounts", index(columns(email), unique, where = "deleted = 0", name = "ix_live_email"))]
struct Account {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(length = 50)]
    email: String,
    #[column(default = 0)]
    deleted: i32,
}

async fn a_unique_index_over_some_rows_leaves_the_others_alone(database: &Database) -> Result<()> {
    if !database.dialect().supports_partial_indexes() {
        let error = database.create::<Account>().await.unwrap_err();
        assert!(error.to_string().contains("does not support partial indexes"), "{error}");
        return database.lacks("partial indexes");
    }
    database.create::<Account>().await?;
    let account = |deleted: i32| {
        Account::insert().values((Account::email.set("a@example.org"), Account::deleted.set(deleted)))
    };
    database.execute(account(1)).await?;
    database.execute(account(1)).await?;
    database.execute(account(0)).await?;
    assert!(database.execute(account(0)).await.unwrap_err().is_unique_violation());
    Ok(())
}

async fn creating_again_keeps_what_is_there(database: &Database) -> Result<()> {
    things(database).await?;
    let metadata = MetaData::of::<(Maker, Thing)>();
    database.create_all(&metadata).await?;
    database.create_all(&metadata).await?;
    assert_eq!(database.one(select(Thing::name)).await?, "Cup");
    database.execute(Maker::insert().values(Maker::name.set("Best"))).await?;
    assert_eq!(database.one(select(func::max(Maker::id))).await?, Some(101));
    Ok(())
}

async fn dropping_again_passes_over_what_is_gone(database: &Database) -> Result<()> {
    things(database).await?;
    let metadata = MetaData::of::<(Maker, Thing)>();
    database.drop_all(&metadata).await?;
    database.drop_all(&metadata).await?;
    assert!(database.all(Thing::select()).await.is_err());
    database.create_all(&metadata).await?;
    assert_eq!(database.all(Thing::select()).await?, []);
    Ok(())
}

async fn a_sequence_counts_from_its_start_again_after_a_drop(database: &Database) -> Result<()> {
    let metadata = MetaData::of::<Maker>();
    for _ in 0..2 {
        database.create_all(&metadata).await?;
        database
            .execute(Maker::insert().rows([Maker::name.set("a"), Maker::name.set("b")]))
            .await?;
        assert_eq!(database.all(select(Maker::id).order_by(Maker::id)).await?, [100, 101]);
        database.execute(Maker::delete().all_rows()).await?;
        database.create_all(&metadata).await?;
        database.execute(Maker::insert().values(Maker::name.set("c"))).await?;
        assert_eq!(database.one(select(Maker::id)).await?, 102);
        database.drop_all(&metadata).await?;
    }
    Ok(())
}

async fn an_identity_counts_on_behind_a_number_that_was_given(database: &Database) -> Result<()> {
    database.create::<Maker>().await?;
    database
        .execute(Maker::insert().values((Maker::id.set(5), Maker::name.set("early"))))
        .await?;
    database.execute(Maker::insert().values(Maker::name.set("next"))).await?;
    assert_eq!(database.all(select(Maker::id).order_by(Maker::id)).await?, [5, 100]);
    Ok(())
}

async fn a_convention_names_what_has_no_name(database: &Database) -> Result<()> {
    let mut metadata = MetaData::new().with_naming(NamingConvention {
        check: "{table}_{name}_check".into(),
        ..NamingConvention::default()
    });
    let choice = EnumType { name: "choice".into(), values: vec!["a".into()], native: false };
    metadata.add(
        Table::build("named")
            .column(ColumnDef::new("id", ColumnType::BigInt))
            .column(ColumnDef::new("choice", ColumnType::Enum(choice)).nullable())
            .primary_key(["id"])
            .check("id > 0")
            .check(Check::new("id < 10").named("small")),
    );
    database.create_all(&metadata).await?;
    let insert = |id: i64| text("INSERT INTO named (id) VALUES (:id)").bind("id", id);
    assert_eq!(database.execute(insert(-1)).await.unwrap_err().constraint(), Some("named_1_check"));
    assert_eq!(database.execute(insert(11)).await.unwrap_err().constraint(), Some("small"));
    database.execute(insert(1)).await?;
    Ok(())
}

async fn a_table_made_at_run_time_has_columns_of_every_type(database: &Database) -> Result<()> {
    let choice = EnumType { name: "choice".into(), values: vec!["a".into(), "b".into()], native: false };
    let types = [
        ColumnType::TinyInt,
        ColumnType::SmallInt,
        ColumnType::Int,
        ColumnType::BigInt,
        ColumnType::UnsignedTinyInt,
        ColumnType::UnsignedSmallInt,
        ColumnType::UnsignedInt,
        ColumnType::UnsignedBigInt,
        ColumnType::Float,
        ColumnType::Double,
        ColumnType::Decimal { precision: None },
        ColumnType::Decimal { precision: Some((10, 2)) },
        ColumnType::String(10),
        ColumnType::Text,
        ColumnType::Bytes,
        ColumnType::Bool,
        ColumnType::Date,
        ColumnType::Time,
        ColumnType::Timestamp,
        ColumnType::TimestampTz,
        ColumnType::Interval,
        ColumnType::Uuid,
        ColumnType::Json,
        ColumnType::Enum(choice),
        ColumnType::Custom("CHAR(3)".into()),
    ];
    let id = ColumnDef::new("id", ColumnType::BigInt).sequence(Sequence::starting_at(10));
    let mut table = Table::new(TableName::new("every_type"));
    table.columns.push(id);
    table
        .columns
        .extend(types.into_iter().zip(1..).map(|(ty, n)| ColumnDef::new(format!("c{n}"), ty).nullable()));
    table.primary_key.push("id".into());
    table.uniques.push(Unique::new(["c1", "c2"]));
    table.indexes.push(Index::new(["c3"]).unique());
    let mut metadata = MetaData::new();
    metadata.add(table);
    database.create_all(&metadata).await?;
    database.execute(text("INSERT INTO every_type (c1, c25) VALUES (1, 'abc')")).await?;
    let row: (i64, String) = database.one(text("SELECT id, c25 FROM every_type").rows()).await?;
    assert_eq!(row, (10, "abc".to_owned()));
    database.drop_all(&metadata).await
}

async fn schema_changes_are_part_of_a_transaction_where_the_database_can(
    database: &Database,
) -> Result<()> {
    let metadata = MetaData::of::<Maker>();
    let mut transaction = database.begin().await?;
    let created = transaction.create_all(&metadata).await;
    if database.dialect().supports_transactional_ddl() {
        created?;
        transaction.execute(Maker::insert().values(Maker::name.set("a"))).await?;
    } else {
        let error = created.expect_err("it would commit the transaction");
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error:?}");
        database.lacks("schema changes within a transaction")?;
    }
    transaction.rollback().await?;
    assert!(database.all(Maker::select()).await.is_err());
    Ok(())
}
