//! Foreign keys: of several columns, within a key, in circles, and what they do when rows go.

use lapis::prelude::*;
use lapis::schema::{ColumnDef, ForeignKey, ReferentialAction, Table};
use lapis::types::ColumnType;

use crate::harness::{Database, Result, conformance};
use crate::schema::Maker;

conformance! {
    a_key_of_several_columns_is_unique_as_a_whole,
    a_reference_to_a_key_of_several_columns,
    a_reference_within_the_primary_key,
    a_table_that_refers_to_itself,
    tables_that_refer_to_each_other,
    tables_are_created_behind_those_they_refer_to_whatever_their_order,
    dropping_takes_rows_that_refer_to_each_other,
    referential_actions_are_the_databases_to_take,
}

/// A key of a reference and a text, and a table that refers to it.
#[derive(Entity, Debug, Clone)]
#[entity(table = "shelves")]
struct Shelf {
    #[column(primary_key)]
    maker: Ref<Maker>,
    #[column(primary_key, length = 10)]
    label: String,
    capacity: i32,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "stocks")]
struct Stock {
    #[column(primary_key)]
    shelf: Ref<Shelf>,
    #[column(primary_key)]
    position: i32,
    #[column(on_delete = "set null")]
    replaced_by: Option<Ref<Shelf>>,
    amount: i64,
}

async fn shelves(database: &Database) -> Result<()> {
    database.create::<(Stock, Shelf, Maker)>().await?;
    database
        .execute(Maker::insert().rows([Maker::name.set("Acme"), Maker::name.set("Best")]))
        .await?;
    let shelf = |maker: i64, label: &'static str| {
        (Shelf::maker.set(maker), Shelf::label.set(label), Shelf::capacity.set(5))
    };
    database
        .execute(Shelf::insert().rows([shelf(100, "A"), shelf(100, "B"), shelf(101, "A")]))
        .await?;
    Ok(())
}

async fn a_key_of_several_columns_is_unique_as_a_whole(database: &Database) -> Result<()> {
    shelves(database).await?;
    let again = (Shelf::maker.set(101), Shelf::label.set("A"), Shelf::capacity.set(1));
    assert!(database.execute(Shelf::insert().values(again)).await.unwrap_err().is_unique_violation());
    let other = (Shelf::maker.set(101), Shelf::label.set("B"), Shelf::capacity.set(1));
    database.execute(Shelf::insert().values(other)).await?;
    assert_eq!(database.one(Shelf::select().count()).await?, 4);
    Ok(())
}

async fn a_reference_to_a_key_of_several_columns(database: &Database) -> Result<()> {
    shelves(database).await?;
    let mut session = database.session();
    let shelf = session.get::<Shelf>((100, "B".to_owned())).await?.expect("a shelf");
    let stock = session.add(Stock::new().shelf(shelf).position(1).amount(9).replaced_by(shelf).build());
    session.commit().await?;
    assert_eq!(session[stock].shelf.key(), Some(&(100, "B".to_owned())));
    let stocks = database.all(Stock::select().eager(Stock::shelf)).await?;
    assert_eq!(stocks[0].shelf.get().map(|shelf| shelf.capacity), Some(5));
    let full = Stock::select().filter(Stock::shelf.has(Shelf::capacity.ge(5)));
    assert_eq!(database.all(full).await?.len(), 1);
    let joined = select((Stock::amount, Shelf::label)).join(Stock::shelf);
    assert_eq!(database.one(joined).await?, (9, "B".to_owned()));
    let astray =
        text("INSERT INTO stocks (shelf_maker_id, shelf_label, position, amount) VALUES (101, 'B', 1, 1)");
    assert!(database.execute(astray).await.unwrap_err().is_foreign_key_violation());
    Ok(())
}

async fn a_reference_within_the_primary_key(database: &Database) -> Result<()> {
    shelves(database).await?;
    let nowhere = (Shelf::maker.set(7), Shelf::label.set("A"), Shelf::capacity.set(1));
    assert!(
        database
            .execute(Shelf::insert().values(nowhere))
            .await
            .unwrap_err()
            .is_foreign_key_violation()
    );
    let of_best = select(Shelf::label).join(Shelf::maker).filter(Maker::name.eq("Best"));
    assert_eq!(database.one(of_best).await?, "A");
    Ok(())
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "folders")]
struct Folder {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(on_delete = "cascade")]
    parent: Option<Ref<Folder>>,
}

async fn a_table_that_refers_to_itself(database: &Database) -> Result<()> {
    database.create::<Folder>().await?;
    let folder = |id: i64, parent: Option<i64>| (Folder::id.set(id), Folder::parent.set(parent));
    database
        .execute(Folder::insert().rows([folder(1, None), folder(2, Some(1)), folder(3, Some(2))]))
        .await?;
    let lost = database.execute(Folder::insert().values(folder(4, Some(9)))).await.unwrap_err();
    assert!(lost.is_foreign_key_violation(), "{lost:?}");
    database.execute(Folder::delete().filter(Folder::id.eq(1))).await?;
    assert_eq!(database.one(Folder::select().count()).await?, 0);
    Ok(())
}

/// A hen has an egg that she came from, and an egg a hen that laid it.
#[derive(Entity, Debug, Clone)]
#[entity(table = "hens")]
struct Hen {
    #[column(primary_key)]
    id: Auto<i64>,
    egg: Option<Ref<Egg>>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "eggs")]
struct Egg {
    #[column(primary_key)]
    id: Auto<i64>,
    hen: Option<Ref<Hen>>,
}

async fn hens(database: &Database) -> Result<()> {
    database
        .execute(Hen::insert().values((Hen::id.set(1), Hen::egg.set(None::<i64>))))
        .await?;
    database.execute(Egg::insert().values((Egg::id.set(1), Egg::hen.set(1)))).await?;
    database.execute(Hen::update().set(Hen::egg, 1).all_rows()).await?;
    Ok(())
}

async fn tables_that_refer_to_each_other(database: &Database) -> Result<()> {
    database.create::<(Hen, Egg)>().await?;
    hens(database).await?;
    let lost = database.execute(Hen::update().set(Hen::egg, 9).all_rows()).await.unwrap_err();
    assert!(lost.is_foreign_key_violation(), "{lost:?}");
    let lost = database.execute(Egg::update().set(Egg::hen, 9).all_rows()).await.unwrap_err();
    assert!(lost.is_foreign_key_violation(), "{lost:?}");
    Ok(())
}

async fn tables_are_created_behind_those_they_refer_to_whatever_their_order(
    database: &Database,
) -> Result<()> {
    for metadata in [MetaData::of::<(Stock, Shelf, Maker)>(), MetaData::of::<(Maker, Shelf, Stock)>()] {
        database.create_all(&metadata).await?;
        let order: Vec<String> =
            metadata.sorted_tables().iter().map(|table| table.name.to_string()).collect();
        let place = |name: &str| order.iter().position(|table| table == name);
        assert!(place("makers") < place("shelves") && place("shelves") < place("stocks"), "{order:?}");
        database.drop_all(&metadata).await?;
    }
    Ok(())
}

async fn dropping_takes_rows_that_refer_to_each_other(database: &Database) -> Result<()> {
    database.create::<(Hen, Egg, Folder)>().await?;
    hens(database).await?;
    let tree = [
        (Folder::id.set(1), Folder::parent.set(None::<i64>)),
        (Folder::id.set(2), Folder::parent.set(Some(1_i64))),
    ];
    database.execute(Folder::insert().rows(tree)).await?;
    database.drop_all(&MetaData::of::<(Hen, Egg, Folder)>()).await?;
    assert!(database.all(Hen::select()).await.is_err());
    assert!(database.all(Folder::select()).await.is_err());
    Ok(())
}

fn at_run_time(action: ReferentialAction) -> MetaData {
    let id = || ColumnDef::new("id", ColumnType::BigInt);
    let mut metadata = MetaData::new();
    metadata.add(Table::build("owners").column(id()).primary_key(["id"])).add(
        Table::build("pets")
            .column(id())
            .column(ColumnDef::new("owner_id", ColumnType::BigInt).nullable().server_default(0))
            .primary_key(["id"])
            .foreign_key(
                ForeignKey::new(["owner_id"], "owners", ["id"]).on_delete(action).on_update(action),
            ),
    );
    metadata
}

async fn referential_actions_are_the_databases_to_take(database: &Database) -> Result<()> {
    for action in [
        ReferentialAction::NoAction,
        ReferentialAction::Restrict,
        ReferentialAction::Cascade,
        ReferentialAction::SetNull,
        ReferentialAction::SetDefault,
    ] {
        let metadata = at_run_time(action);
        if !database.dialect().supports_referential_action(action) {
            assert!(database.create_all(&metadata).await.is_err());
            database.lacks("SET DEFAULT for references")?;
            continue;
        }
        database.create_all(&metadata).await?;
        database.script("INSERT INTO owners VALUES (0); INSERT INTO owners VALUES (1);").await?;
        database.script("INSERT INTO pets VALUES (7, 1)").await?;
        let owner = || text("SELECT owner_id FROM pets").scalar::<Option<i64>>();
        let moved = database.execute(text("UPDATE owners SET id = 2 WHERE id = 1")).await;
        let after_update = database.one_or_none(owner()).await?;
        database.script("UPDATE pets SET owner_id = (SELECT max(id) FROM owners)").await?;
        let gone = database.execute(text("DELETE FROM owners WHERE id > 0")).await;
        let after_delete = database.one_or_none(owner()).await?;
        match action {
            ReferentialAction::NoAction | ReferentialAction::Restrict => {
                assert!(moved.unwrap_err().is_foreign_key_violation());
                assert!(gone.unwrap_err().is_foreign_key_violation());
            }
            ReferentialAction::Cascade => assert_eq!((after_update, after_delete), (Some(Some(2)), None)),
            ReferentialAction::SetNull => {
                assert_eq!((after_update, after_delete), (Some(None), Some(None)))
            }
            ReferentialAction::SetDefault => {
                assert_eq!((after_update, after_delete), (Some(Some(0)), Some(Some(0))));
            }
        }
        database.drop_all(&metadata).await?;
    }
    Ok(())
}
