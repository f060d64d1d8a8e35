//! What is within JSON documents, and documents made of rows.

use lapis::expr::PathStep;
use lapis::prelude::*;
use lapis::statement::{insert, update};
use serde_json::json;

use crate::harness::{Database, Result, conformance};

conformance! {
    what_lies_at_a_path_is_read_as_what_it_is,
    nothing_and_null_at_a_path_are_null,
    documents_are_filtered_and_ordered_by_what_is_within,
    keys_may_be_any_text,
    a_path_that_is_none_is_an_error,
    documents_are_changed_in_place,
    documents_contain_others,
    rows_become_objects_and_arrays,
    documents_and_truth_values_keep_what_they_are,
    rows_are_grouped_by_what_lies_at_a_path,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "parcels")]
struct Parcel {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    sent: bool,
    details: Json,
    more: Option<Json>,
}

async fn parcels(database: &Database) -> Result<()> {
    database.create::<(Parcel,)>().await?;
    let row = |name: &'static str, sent: bool, details: serde_json::Value| {
        (Parcel::name.set(name), Parcel::sent.set(sent), Parcel::details.set(Json(details)))
    };
    let rows = [
        row(
            "one",
            true,
            json!({ "to": { "city": "Ulm", "zip": 89073 }, "items": [{ "count": 2 }, { "count": 5 }], "weight": 1.5, "fragile": true }),
        ),
        row(
            "two",
            false,
            json!({ "to": { "city": "Bonn \"am\" Rhein" }, "items": [], "fragile": false, "weight": null }),
        ),
    ];
    database.execute(insert::<Parcel>().rows(rows)).await?;
    Ok(())
}

async fn what_lies_at_a_path_is_read_as_what_it_is(database: &Database) -> Result<()> {
    parcels(database).await?;
    let details = Parcel::details;
    let read = select((
        details.path("to.city").as_text(),
        details.path("to.zip").as_int(),
        details.path("weight").as_float(),
        details.path("fragile").as_bool(),
        details.path("items[1].count").as_int(),
        details.path("items").as_json(),
    ))
    .order_by(Parcel::id);
    let items = Some(Json(json!([{ "count": 2 }, { "count": 5 }])));
    assert_eq!(
        database.all(read).await?,
        [
            (Some("Ulm".to_owned()), Some(89073), Some(1.5), Some(true), Some(5), items),
            (Some("Bonn \"am\" Rhein".to_owned()), None, None, Some(false), None, Some(Json(json!([])))),
        ]
    );
    let texts = select((details.path("to").path("zip").as_text(), details.path("fragile").as_text()));
    let texts = database.all(texts.order_by(Parcel::id)).await?;
    assert_eq!(texts[0], (Some("89073".to_owned()), Some("true".to_owned())));
    assert_eq!(texts[1], (None, Some("false".to_owned())));
    let lengths = select(details.path("items").as_json().json_length()).order_by(Parcel::id);
    assert_eq!(database.all(lengths).await?, [Some(2), Some(0)]);
    Ok(())
}

async fn nothing_and_null_at_a_path_are_null(database: &Database) -> Result<()> {
    parcels(database).await?;
    let weight = Parcel::details.path("weight");
    let missing = Parcel::details.path("nowhere.at[3].all");
    let of_two = select((
        weight.clone().as_text(),
        weight.clone().as_int(),
        weight.clone().as_float(),
        weight.clone().as_bool(),
        weight.clone().as_json(),
        weight.exists(),
        missing.clone().as_text(),
        missing.clone().as_json(),
        missing.exists(),
        Parcel::more.path("a").as_text(),
    ))
    .filter(Parcel::name.eq("two"));
    let null = Some(Json(json!(null)));
    assert_eq!(database.one(of_two).await?, (None, None, None, None, null, true, None, None, false, None));
    Ok(())
}

async fn documents_are_filtered_and_ordered_by_what_is_within(database: &Database) -> Result<()> {
    parcels(database).await?;
    let city = Parcel::details.path("to.city").as_text();
    let heavy = select(Parcel::name).filter(Parcel::details.path("weight").as_float().gt(1.0));
    assert_eq!(database.all(heavy).await?, ["one"]);
    let fragile = select(Parcel::name).filter(Parcel::details.path("fragile").as_bool().eq(true));
    assert_eq!(database.all(fragile).await?, ["one"]);
    let by_city = select(Parcel::name).filter(city.clone().is_not_null()).order_by(city);
    assert_eq!(database.all(by_city).await?, ["two", "one"]);
    Ok(())
}

async fn keys_may_be_any_text(database: &Database) -> Result<()> {
    database.create::<(Parcel,)>().await?;
    let keys = ["a.b", "with space", "it's", "$", "[0]", "日本", "%s", "a-b", "?", ":x", "0"];
    let document: serde_json::Map<_, _> = keys.iter().map(|key| ((*key).to_owned(), json!(key))).collect();
    let row = (
        Parcel::name.set("keys"),
        Parcel::sent.set(false),
        Parcel::details.set(Json(serde_json::Value::from(document))),
    );
    database.execute(insert::<Parcel>().values(row)).await?;
    for key in keys {
        let path = Parcel::details.path(vec![PathStep::Key(key.into())]);
        assert_eq!(database.one(select(path.as_text())).await?.as_deref(), Some(key), "{key}");
    }
    Ok(())
}

async fn a_path_that_is_none_is_an_error(database: &Database) -> Result<()> {
    parcels(database).await?;
    let wrong = database.all(select(Parcel::details.path("items[").as_text())).await.unwrap_err();
    assert!(wrong.to_string().contains("`items[` is no path within a JSON document"), "{wrong}");
    Ok(())
}

async fn documents_are_changed_in_place(database: &Database) -> Result<()> {
    parcels(database).await?;
    let details = Parcel::details
        .json_set("to.city", "Köln")
        .json_set("fragile", false)
        .json_set("items[0]", Json(json!({ "count": 9 })))
        .json_set("new", Parcel::id + 41)
        .json_remove("weight");
    let change = update::<Parcel>().set(Parcel::details, details).filter(Parcel::name.eq("one"));
    assert_eq!(database.execute(change).await?.rows_affected, 1);
    let read = database.one(select(Parcel::details).filter(Parcel::name.eq("one"))).await?;
    let expected = json!({
        "to": { "city": "Köln", "zip": 89073 }, "items": [{ "count": 9 }, { "count": 5 }], "fragile": false, "new": 42
    });
    assert_eq!(read, Json(expected));
    Ok(())
}

async fn documents_contain_others(database: &Database) -> Result<()> {
    if database.is_sqlite() {
        let asked =
            database.all(select(Parcel::id).filter(Parcel::details.contains(Json(json!({}))))).await;
        assert!(asked.unwrap_err().to_string().contains("does not support asking whether"));
        return database.lacks("JSON documents that contain others");
    }
    parcels(database).await?;
    let contain = async |part: serde_json::Value| {
        let found = select(Parcel::name).filter(Parcel::details.contains(Json(part)));
        database.all(found.order_by(Parcel::id)).await
    };
    assert_eq!(contain(json!({ "to": { "city": "Ulm" } })).await?, ["one"]);
    assert_eq!(contain(json!({ "items": [{ "count": 5 }] })).await?, ["one"]);
    assert_eq!(contain(json!({})).await?, ["one", "two"]);
    Ok(())
}

async fn rows_become_objects_and_arrays(database: &Database) -> Result<()> {
    parcels(database).await?;
    let object = func::json_object((("id", Parcel::id), ("name", Parcel::name), ("more", Parcel::more)));
    let array = func::json_array((Parcel::id, "x", Parcel::name));
    let made = database.all(select((object.clone(), array)).order_by(Parcel::id)).await?;
    assert_eq!(made[0].0, Json(json!({ "id": 1, "name": "one", "more": null })));
    assert_eq!(made[1].1, Json(json!([2, "x", "two"])));
    let all = select(func::json_agg(Parcel::name));
    let Json(all) = database.one(all).await?.expect("an array");
    let mut all: Vec<String> = serde_json::from_value(all).expect("texts");
    all.sort();
    assert_eq!(all, ["one", "two"]);
    let objects = database.one(select(func::json_agg(object).filter_where(Parcel::id.eq(1)))).await;
    if !database.is_mysql() {
        assert_eq!(objects?, Some(Json(json!([{ "id": 1, "name": "one", "more": null }]))));
    }
    let first = select(func::json_agg(Parcel::id).path("[0]").as_int()).filter(Parcel::id.eq(2));
    assert_eq!(database.one(first).await?, Some(2));
    let by_name = select(func::json_object_agg(Parcel::name, Parcel::id));
    assert_eq!(database.one(by_name).await?, Some(Json(json!({ "one": 1, "two": 2 }))));
    Ok(())
}

async fn documents_and_truth_values_keep_what_they_are(database: &Database) -> Result<()> {
    parcels(database).await?;
    let inner = func::json_object((("sent", Parcel::sent), ("to", Parcel::details.path("to").as_json())));
    let outer =
        select(func::json_object((("inner", inner), ("ids", func::json_array((Parcel::id, true))))))
            .limit(1);
    let expected =
        json!({ "inner": { "sent": true, "to": { "city": "Ulm", "zip": 89073 } }, "ids": [1, true] });
    assert_eq!(database.all(outer.order_by(Parcel::id)).await?, [Json(expected)]);
    let flags = select(func::json_agg(Parcel::sent)).filter(Parcel::id.eq(2));
    assert_eq!(database.one(flags).await?, Some(Json(json!([false]))));
    Ok(())
}

async fn rows_are_grouped_by_what_lies_at_a_path(database: &Database) -> Result<()> {
    parcels(database).await?;
    let city = &Parcel::details.path("to.city").as_text();
    let counts = select((city, func::count_all())).group_by(city).order_by(city.desc());
    let expected = [(Some("Ulm".to_owned()), 1), (Some("Bonn \"am\" Rhein".to_owned()), 1)];
    assert_eq!(database.all(counts).await?, expected);
    Ok(())
}
