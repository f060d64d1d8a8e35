//! Rows that functions give: series of numbers, what is within JSON documents, elements of arrays.

use lapis::prelude::*;
use lapis::sql::dialect::{JsonTables, TableFunctions};
use lapis::statement::{
    generate_series, insert, json_elements, json_members, table, table_function, unnest, values,
};

use crate::company::{Person, company, day};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_series_counts_up_and_down,
    a_series_has_the_ends_of_its_range,
    a_long_series_has_every_number_once,
    a_series_joins_a_table,
    a_series_makes_a_calendar,
    a_series_between_columns,
    a_series_that_does_not_end_is_an_error,
    elements_of_a_json_array_are_rows,
    elements_are_numbered,
    elements_are_of_each_kind,
    elements_of_a_bound_document,
    what_is_no_array_has_no_elements,
    elements_of_another_sort_are_not_taken_for_numbers,
    elements_are_asked_for_by_exists,
    members_of_a_json_object_are_rows,
    members_are_of_each_kind,
    elements_of_an_array_are_rows,
    a_function_of_the_database_gives_rows,
    values_have_one_column_or_many,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "pages")]
struct Page {
    #[column(primary_key)]
    id: i64,
    tags: Option<Json>,
    views: Option<Json>,
}

async fn pages(database: &Database) -> Result<()> {
    database.create::<Page>().await?;
    let page = |id: i64, tags: Option<serde_json::Value>, views: Option<serde_json::Value>| {
        (Page::id.set(id), Page::tags.set(tags.map(Json)), Page::views.set(views.map(Json)))
    };
    let rows = [
        page(
            1,
            Some(serde_json::json!(["sql", "a \"b\"", "", "x'y"])),
            Some(serde_json::json!({"de": 3, "e\"n": 4, "a.b": null})),
        ),
        page(2, Some(serde_json::json!(["sql", null])), Some(serde_json::json!({}))),
        page(3, Some(serde_json::json!([])), Some(serde_json::json!([1, 2]))),
        page(4, Some(serde_json::json!({"a": 1})), Some(serde_json::json!("text"))),
        page(5, None, None),
        page(6, Some(serde_json::json!("sql")), Some(serde_json::json!(null))),
    ];
    database.execute(insert::<Page>().rows(rows)).await?;
    Ok(())
}

fn told(texts: &[Option<&str>]) -> Vec<Option<String>> {
    texts.iter().map(|text| text.map(str::to_owned)).collect()
}

async fn numbers(database: &Database, start: i64, stop: i64, step: i64) -> Result<Vec<i64>> {
    let series = generate_series("s", start, stop).step(step);
    database.all(select(series.value()).from(&series).order_by(series.value())).await
}

async fn a_series_counts_up_and_down(database: &Database) -> Result<()> {
    for (start, stop, step) in
        [(1, 5, 1), (1, 10, 4), (3, 3, 7), (5, 4, 1), (5, 1, -2), (-3, 3, 2), (1, 5, -1)]
    {
        let mut expected: Vec<i64> = std::iter::successors(Some(start), |number| Some(number + step))
            .take_while(|number| if step > 0 { *number <= stop } else { *number >= stop })
            .collect();
        expected.sort_unstable();
        assert_eq!(numbers(database, start, stop, step).await?, expected, "{start} to {stop} by {step}");
    }
    let none = generate_series("s", None::<i64>, 3);
    assert_eq!(database.one(select(func::count(none.value())).from(&none)).await?, 0);
    Ok(())
}

async fn a_series_has_the_ends_of_its_range(database: &Database) -> Result<()> {
    let (least, most) = (i64::MIN, i64::MAX);
    assert_eq!(numbers(database, most - 3, most, 2).await?, [most - 3, most - 1]);
    assert_eq!(numbers(database, least + 3, least, -3).await?, [least, least + 3]);
    Ok(())
}

async fn a_long_series_has_every_number_once(database: &Database) -> Result<()> {
    let series = generate_series("s", 1, 5_000);
    let value = series.value();
    let query =
        select((func::count_all(), func::sum(value.clone()), func::min(value.clone()), func::max(value)));
    assert_eq!(database.one(query.from(&series)).await?, (5_000, Some(12_502_500), Some(1), Some(5_000)));
    Ok(())
}

async fn a_series_joins_a_table(database: &Database) -> Result<()> {
    company(database).await?;
    let grades = generate_series("grade", 200, 800).step(200);
    let rows = select((grades.value(), func::count(Person::id)))
        .from(&grades)
        .left_join_on(
            table::<Person>(),
            Person::salary.ge(grades.value()).and(Person::salary.lt(grades.value() + 200)),
        )
        .group_by(grades.value())
        .order_by(grades.value());
    assert_eq!(database.all(rows).await?, [(200, 1), (400, 2), (600, 1), (800, 1)]);
    Ok(())
}

async fn a_series_makes_a_calendar(database: &Database) -> Result<()> {
    company(database).await?;
    let on = |date| day(2020, 1, date);
    let number = generate_series("number", 0, 4);
    let day = func::add_days(lit(on(3)), number.value()).label("day");
    let days = select(day.clone()).from(&number).subquery("days");
    let hired = select((days.column_of(&day), func::count(Person::id)))
        .from(&days)
        .left_join_on(table::<Person>(), Person::hired.eq(days.column_of(&day)))
        .group_by(days.column_of(&day))
        .order_by(days.column_of(&day));
    let hired = database.all(hired).await?;
    let expected = [(3, 1), (4, 1), (5, 1), (6, 0), (7, 0)];
    assert_eq!(hired, expected.map(|(date, people)| (on(date), people)));
    Ok(())
}

async fn a_series_between_columns(database: &Database) -> Result<()> {
    company(database).await?;
    let steps = generate_series("s", Person::id, Person::salary / 100);
    let rows = select((Person::id, steps.value()))
        .from(table::<Person>())
        .cross_join(&steps)
        .filter(Person::id.gt(3))
        .order_by((Person::id, steps.value()));
    let result = database.all(rows).await;
    if !database.dialect().supports_generate_series() {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("does not support a series between expressions"), "{error}");
        return database.lacks("series between expressions");
    }
    assert_eq!(result?, [(4, 4), (4, 5)]);
    Ok(())
}

async fn a_series_that_does_not_end_is_an_error(database: &Database) -> Result<()> {
    let error = numbers(database, 1, 2, 0).await.unwrap_err().to_string();
    assert!(error.contains("a series in steps of 0 does not end"), "{error}");
    Ok(())
}

async fn elements_of_a_json_array_are_rows(database: &Database) -> Result<()> {
    pages(database).await?;
    let tags = json_elements::<String>("tag", Page::tags);
    let rows = select((Page::id, tags.value()))
        .from(table::<Page>())
        .cross_join(&tags)
        .order_by((Page::id, tags.ordinality()));
    let rows = database.all(rows).await?;
    let (ids, texts): (Vec<i64>, Vec<Option<String>>) = rows.into_iter().unzip();
    assert_eq!(ids, [1, 1, 1, 1, 2, 2]);
    assert_eq!(texts, told(&[Some("sql"), Some("a \"b\""), Some(""), Some("x'y"), Some("sql"), None]));
    // Grouped and counted, as columns of any table.
    let counts = select((tags.value(), func::count(Page::id)))
        .from(table::<Page>())
        .cross_join(&tags)
        .group_by(tags.value())
        .having(func::count(Page::id).gt(1));
    assert_eq!(database.all(counts).await?, [(Some("sql".to_owned()), 2)]);
    Ok(())
}

async fn elements_are_numbered(database: &Database) -> Result<()> {
    pages(database).await?;
    let tags = json_elements::<String>("tag", Page::tags);
    let second = select((Page::id, tags.value(), tags.ordinality().nullable()))
        .from(table::<Page>())
        .left_join_on(&tags, tags.ordinality().eq(2))
        .filter(Page::id.le(3))
        .order_by(Page::id);
    let second = database.all(second).await?;
    assert_eq!(second, [(1, Some("a \"b\"".to_owned()), Some(2)), (2, None, Some(2)), (3, None, None)]);
    Ok(())
}

async fn elements_are_of_each_kind(database: &Database) -> Result<()> {
    let document = |json: serde_json::Value| lit(Json(json));
    let integers = json_elements::<i64>("e", document(serde_json::json!([3, null, -9007199254740993_i64])));
    let query = select(integers.value()).from(&integers).order_by(integers.ordinality());
    assert_eq!(database.all(query).await?, [Some(3), None, Some(-9007199254740993)]);
    let floats = json_elements::<f64>("e", document(serde_json::json!([1.5, 2, -1e-3])));
    let query = select(floats.value() * 2.0).from(&floats).order_by(floats.ordinality());
    assert_eq!(database.all(query).await?, [3.0, 4.0, -0.002].map(Some));
    let decimals = json_elements::<Decimal>("e", document(serde_json::json!([1.25, 2])));
    let query = select(decimals.value()).from(&decimals).order_by(decimals.ordinality());
    assert_eq!(database.all(query).await?, [Some(Decimal::new(125, 2)), Some(Decimal::TWO)]);
    let truths = json_elements::<bool>("e", document(serde_json::json!([true, false, null])));
    let query = select(truths.value()).from(&truths).order_by(truths.ordinality());
    assert_eq!(database.all(query.clone()).await?, [Some(true), Some(false), None]);
    assert_eq!(database.all(query.filter(truths.value())).await?, [Some(true)]);
    let texts = json_elements::<String>("e", document(serde_json::json!(["a", 5, true])));
    let query = select(texts.value()).from(&texts).order_by(texts.ordinality());
    assert_eq!(database.all(query).await?, told(&[Some("a"), Some("5"), Some("true")]));
    let json = serde_json::json!(["a\"", 5, 1.5, true, {"a": [1]}, [null], null]);
    let documents = json_elements::<Json>("e", document(json.clone()));
    let query = select(documents.value()).from(&documents).order_by(documents.ordinality());
    let documents: Vec<Option<Json>> = database.all(query).await?;
    let documents: Vec<_> = documents.into_iter().map(|document| document.expect("no NULL").0).collect();
    assert_eq!(serde_json::Value::Array(documents), json);
    Ok(())
}

async fn elements_of_a_bound_document(database: &Database) -> Result<()> {
    company(database).await?;
    let wanted = json_elements::<i64>("wanted", lit(Json(serde_json::json!([4, 1, 9]))));
    let rows = select((Person::name, wanted.ordinality()))
        .from(table::<Person>())
        .join_on(&wanted, wanted.value().eq(Person::id))
        .order_by(wanted.ordinality());
    assert_eq!(database.all(rows).await?, [("Dan".to_owned(), 1), ("Ada".to_owned(), 2)]);
    Ok(())
}

async fn what_is_no_array_has_no_elements(database: &Database) -> Result<()> {
    pages(database).await?;
    let tags = json_elements::<Json>("tag", Page::tags);
    let rows = select(Page::id).from(table::<Page>()).cross_join(&tags).filter(Page::id.gt(2));
    assert_eq!(database.all(rows).await?, [0_i64; 0]);
    Ok(())
}

async fn elements_of_another_sort_are_not_taken_for_numbers(database: &Database) -> Result<()> {
    let mixed = json_elements::<i64>("e", lit(Json(serde_json::json!([1, "x"]))));
    let result = database.all(select(mixed.value()).from(&mixed)).await;
    if database.is_mysql() {
        return database.lacks("an error for text within JSON that is read as a number");
    }
    assert!(result.is_err(), "{result:?}");
    Ok(())
}

async fn elements_are_asked_for_by_exists(database: &Database) -> Result<()> {
    pages(database).await?;
    let tags = json_elements::<String>("tag", Page::tags);
    let tagged = |tag: &'static str| {
        lapis::expr::exists(select(tags.ordinality()).from(&tags).filter(tags.value().eq(tag)))
    };
    let rows = select(Page::id).filter(tagged("sql").and(!tagged("x'y")));
    assert_eq!(database.all(rows).await?, [2]);
    Ok(())
}

async fn members_of_a_json_object_are_rows(database: &Database) -> Result<()> {
    pages(database).await?;
    let views = json_members::<i64>("view", Page::views);
    let rows = select((Page::id, views.key(), views.value()))
        .from(table::<Page>())
        .cross_join(&views)
        .order_by(views.key());
    let rows = database.all(rows).await?;
    let rows: Vec<_> = rows.iter().map(|(id, key, value)| (*id, key.as_str(), *value)).collect();
    assert_eq!(rows, [(1, "a.b", None), (1, "de", Some(3)), (1, "e\"n", Some(4))]);
    Ok(())
}

async fn members_are_of_each_kind(database: &Database) -> Result<()> {
    let json = serde_json::json!({"a": "null", "b": "1.50", "c": null});
    let texts = json_members::<String>("m", lit(Json(json)));
    let query = select(texts.value()).from(&texts).order_by(texts.key());
    assert_eq!(database.all(query).await?, told(&[Some("null"), Some("1.50"), None]));
    let truths =
        json_members::<bool>("m", lit(Json(serde_json::json!({"a": true, "b": false, "c": null}))));
    let query = select(truths.value()).from(&truths).order_by(truths.key());
    assert_eq!(database.all(query).await?, [Some(true), Some(false), None]);
    let numbers = lit(Json(serde_json::json!({"a": 1.5, "b": 2})));
    let floats = json_members::<f64>("m", numbers.clone());
    let query = select(floats.value()).from(&floats).order_by(floats.key());
    assert_eq!(database.all(query).await?, [Some(1.5), Some(2.0)]);
    let decimals = json_members::<Decimal>("m", numbers);
    let query = select(func::sum(decimals.value())).from(&decimals);
    assert_eq!(database.one(query).await?, Some(Decimal::new(35, 1)));
    let json = serde_json::json!({"a": [1, {"b": null}], "b": "text"});
    let documents = json_members::<Json>("m", lit(Json(json.clone())));
    let query = select((documents.key(), documents.value())).from(&documents);
    let members: Vec<(String, Option<Json>)> = database.all(query).await?;
    let members: serde_json::Map<_, _> =
        members.into_iter().map(|(key, value)| (key, value.expect("no NULL").0)).collect();
    assert_eq!(serde_json::Value::Object(members), json);
    Ok(())
}

async fn elements_of_an_array_are_rows(database: &Database) -> Result<()> {
    let elements = unnest("e", vec![30_i64, 10, 20]);
    let query = select((elements.value(), elements.ordinality()))
        .from(&elements)
        .order_by(elements.value());
    let result = database.all(query).await;
    if database.dialect().table_functions() != TableFunctions::Named {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("does not support"), "{error}");
        return database.lacks("arrays");
    }
    assert_eq!(result?, [(10, 2), (20, 3), (30, 1)]);
    let texts = unnest::<Option<String>, _>("e", vec![Some("a".to_owned()), None]);
    let query = select(texts.value()).from(&texts).order_by(texts.ordinality());
    assert_eq!(database.all(query).await?, told(&[Some("a"), None]));
    Ok(())
}

async fn a_function_of_the_database_gives_rows(database: &Database) -> Result<()> {
    pages(database).await?;
    match database.dialect().table_functions() {
        TableFunctions::Named => {
            let parts = table_function("regexp_split_to_table", "part")
                .arg("a,b,c")
                .arg(",")
                .columns(["text"])
                .with_ordinality();
            let rows = select((parts.column::<String>("text"), parts.ordinality()));
            let rows = database.all(rows.from(&parts).filter(parts.ordinality().gt(1))).await?;
            assert_eq!(rows, [("b".to_owned(), 2), ("c".to_owned(), 3)]);
        }
        TableFunctions::Plain => {
            let columns = table_function("pragma_table_info", "c").arg("pages");
            let names = select(columns.column::<String>("name")).from(&columns);
            let names = database.all(names.order_by(columns.column::<i64>("cid"))).await?;
            assert_eq!(names, ["id", "tags", "views"]);
            let numbered =
                table_function("pragma_table_info", "c").arg("pages").columns(["a"]).with_ordinality();
            let error = database.all(select(numbered.ordinality()).from(&numbered)).await.unwrap_err();
            assert!(error.to_string().contains("does not support WITH ORDINALITY"), "{error}");
        }
        TableFunctions::None => {
            let rows = table_function("f", "f").arg(1);
            let error = database.all(select(rows.column::<i64>("a")).from(&rows)).await.unwrap_err();
            assert!(error.to_string().contains("does not support functions that give rows"), "{error}");
            assert_eq!(database.dialect().json_tables(), JsonTables::JsonTable);
            return database.lacks("functions that give rows");
        }
    }
    Ok(())
}

async fn values_have_one_column_or_many(database: &Database) -> Result<()> {
    company(database).await?;
    let wanted = values("wanted", ["id"], [4_i64, 2]);
    let rows = select(Person::name)
        .join_on(&wanted, wanted.c(Person::id).eq(Person::id))
        .order_by(Person::id);
    let rows = rows.from(table::<Person>());
    assert_eq!(database.all(rows).await?, ["Ben", "Dan"]);
    let wide = values(
        "w",
        ["a", "b", "c", "d", "e", "f", "g", "h"],
        [(1, "x", 3_i64, 4.5, true, 6, 7, Some("y"))],
    );
    let row =
        select((wide.column::<i64>("c"), wide.column::<bool>("e"), wide.column::<Option<String>>("h")));
    assert_eq!(database.one(row.from(&wide)).await?, (3, true, Some("y".to_owned())));
    Ok(())
}
