//! INSERT … ON CONFLICT.

use lapis::expr::case;
use lapis::prelude::*;
use lapis::sql::dialect::UpsertSyntax;
use lapis::statement::{excluded, insert};

use crate::harness::{Database, Result, conformance};

conformance! {
    a_row_that_is_there_is_left_as_it_is,
    a_row_that_is_there_is_updated_from_what_was_to_be_inserted,
    all_columns_but_the_key_are_updated,
    a_key_may_have_several_columns,
    a_conflict_with_another_key_is_an_error_where_the_key_is_told,
    other_faults_are_not_passed_over,
    a_condition_keeps_newer_rows,
    rows_come_back_inserted_or_updated,
    thousands_of_rows_are_upserted_in_one_statement,
    the_rows_of_a_query_are_upserted,
    what_is_set_may_be_computed,
    what_is_set_may_be_asked_of_other_tables,
    a_condition_may_compute_and_ask,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "pages")]
struct Page {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(length = 100, unique)]
    url: String,
    #[column(default = 1)]
    visits: i64,
    #[column(length = 20)]
    title: Option<String>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "seats")]
struct Seat {
    #[column(primary_key)]
    row: i32,
    #[column(primary_key)]
    number: i32,
    #[column(length = 20)]
    guest: String,
}

async fn pages(database: &Database) -> Result<()> {
    database.create::<Page>().await?;
    let rows =
        [("/", 5), ("/about", 2)].map(|(url, visits)| (Page::url.set(url), Page::visits.set(visits)));
    database.execute(insert::<Page>().rows(rows)).await?;
    Ok(())
}

async fn visits(database: &Database) -> Result<Vec<(String, i64)>> {
    database.all(select((Page::url, Page::visits)).order_by(Page::url)).await
}

fn as_told(rows: &[(&str, i64)]) -> Vec<(String, i64)> {
    rows.iter().map(|(url, visits)| ((*url).to_owned(), *visits)).collect()
}

fn row(url: &str, visits: i64) -> lapis::statement::Insert<Page> {
    insert::<Page>().values((Page::url.set(url), Page::visits.set(visits)))
}

/// Whether the database asks which key a conflict is of.
fn tells_keys_apart(database: &Database) -> bool {
    database.dialect().upsert() != UpsertSyntax::OnDuplicateKey
}

async fn a_row_that_is_there_is_left_as_it_is(database: &Database) -> Result<()> {
    pages(database).await?;
    database.execute(row("/", 9).on_conflict(Page::url).do_nothing()).await?;
    database.execute(row("/new", 1).on_conflict(Page::url).do_nothing()).await?;
    database.execute(row("/about", 9).on_any_conflict().do_nothing()).await?;
    assert_eq!(visits(database).await?, as_told(&[("/", 5), ("/about", 2), ("/new", 1)]));
    Ok(())
}

async fn a_row_that_is_there_is_updated_from_what_was_to_be_inserted(database: &Database) -> Result<()> {
    pages(database).await?;
    let visit = |url: &str| {
        let again = (Page::visits.set(Page::visits + excluded(Page::visits)), Page::title.set("again"));
        row(url, 10).on_conflict(Page::url).do_update(again)
    };
    database.execute(visit("/")).await?;
    database.execute(visit("/new")).await?;
    assert_eq!(visits(database).await?, as_told(&[("/", 15), ("/about", 2), ("/new", 10)]));
    let titles = database.all(select(Page::title).order_by(Page::url)).await?;
    assert_eq!(titles, [Some("again".to_owned()), None, None]);
    Ok(())
}

async fn all_columns_but_the_key_are_updated(database: &Database) -> Result<()> {
    pages(database).await?;
    let rows = [("/", 50), ("/new", 1)];
    let rows =
        rows.map(|(url, visits)| (Page::url.set(url), Page::visits.set(visits), Page::title.set("t")));
    database
        .execute(insert::<Page>().rows(rows).on_conflict(Page::url).do_update_all())
        .await?;
    assert_eq!(visits(database).await?, as_told(&[("/", 50), ("/about", 2), ("/new", 1)]));
    assert_eq!(database.one(select(Page::id).filter(Page::url.eq("/"))).await?, 1);
    Ok(())
}

async fn a_key_may_have_several_columns(database: &Database) -> Result<()> {
    database.create::<Seat>().await?;
    let take = |row: i32, number: i32, guest: &str| {
        insert::<Seat>()
            .values((Seat::row.set(row), Seat::number.set(number), Seat::guest.set(guest)))
            .on_conflict((Seat::row, Seat::number))
            .do_update_all()
    };
    for (row, number, guest) in [(1, 1, "Ann"), (1, 2, "Bob"), (1, 1, "Cid")] {
        database.execute(take(row, number, guest)).await?;
    }
    let guests = database.all(select(Seat::guest).order_by(Seat::number)).await?;
    assert_eq!(guests, ["Cid", "Bob"]);
    Ok(())
}

async fn a_conflict_with_another_key_is_an_error_where_the_key_is_told(database: &Database) -> Result<()> {
    pages(database).await?;
    let other_key = insert::<Page>()
        .values((Page::id.set(1), Page::url.set("/else"), Page::visits.set(0)))
        .on_conflict(Page::url)
        .do_update_all();
    let result = database.execute(other_key).await;
    if tells_keys_apart(database) {
        assert!(result.unwrap_err().is_unique_violation());
        assert_eq!(visits(database).await?, as_told(&[("/", 5), ("/about", 2)]));
    } else {
        result?;
    }
    Ok(())
}

async fn other_faults_are_not_passed_over(database: &Database) -> Result<()> {
    pages(database).await?;
    let long = Page::title.set("t".repeat(21));
    let insert = insert::<Page>().values((Page::url.set("/long"), Page::visits.set(0), long));
    assert!(database.execute(insert.on_any_conflict().do_nothing()).await.is_err());
    assert_eq!(visits(database).await?.len(), 2);
    Ok(())
}

async fn a_condition_keeps_newer_rows(database: &Database) -> Result<()> {
    pages(database).await?;
    let more = |url: &str, visits: i64| {
        row(url, visits)
            .on_conflict(Page::url)
            .filter(Page::visits.lt(excluded(Page::visits)))
            .do_update_all()
    };
    if !tells_keys_apart(database) {
        let error = database.execute(more("/", 3)).await.unwrap_err().to_string();
        assert!(error.contains("does not support a condition on the update of an upsert"), "{error}");
        let larger = case()
            .when(Page::visits.lt(excluded(Page::visits)), excluded(Page::visits))
            .otherwise(Page::visits);
        let instead = row("/", 3).on_conflict(Page::url).do_update(Page::visits.set(larger));
        database.execute(instead).await?;
        assert_eq!(visits(database).await?, as_told(&[("/", 5), ("/about", 2)]));
        return database.lacks("conditions on the update of an upsert");
    }
    database.execute(more("/", 3)).await?;
    database.execute(more("/about", 3)).await?;
    assert_eq!(visits(database).await?, as_told(&[("/", 5), ("/about", 3)]));
    Ok(())
}

async fn rows_come_back_inserted_or_updated(database: &Database) -> Result<()> {
    pages(database).await?;
    if !database.dialect().supports_insert_returning() {
        return database.lacks("INSERT … RETURNING");
    }
    let rows =
        [("/about", 7), ("/new", 1)].map(|(url, visits)| (Page::url.set(url), Page::visits.set(visits)));
    let upsert = insert::<Page>().rows(rows).on_conflict(Page::url).do_update_all();
    let mut back = database.all(upsert.returning((Page::url, Page::visits))).await?;
    back.sort();
    assert_eq!(back, as_told(&[("/about", 7), ("/new", 1)]));
    let nothing = row("/about", 9).on_conflict(Page::url).do_nothing().returning(Page::id);
    let result = database.all(nothing).await;
    if tells_keys_apart(database) {
        assert!(result?.is_empty());
    } else {
        assert!(result.unwrap_err().to_string().contains("it would return the rows that were there too"));
    }
    Ok(())
}

async fn thousands_of_rows_are_upserted_in_one_statement(database: &Database) -> Result<()> {
    pages(database).await?;
    let rows = (0..5_000).map(|number| (Page::url.set(format!("/{number}")), Page::visits.set(number)));
    let upsert = || {
        let added = Page::visits.set(Page::visits + excluded(Page::visits));
        insert::<Page>().rows(rows.clone()).on_conflict(Page::url).do_update(added)
    };
    database.forget();
    database.execute(upsert()).await?;
    database.execute(upsert()).await?;
    assert_eq!(database.round_trips(), 2);
    let sum = database.one(select(func::sum(Page::visits)).filter(Page::id.gt(2))).await?;
    assert_eq!(sum, Some(2 * (0..5_000).sum::<i64>()));
    Ok(())
}

async fn the_rows_of_a_query_are_upserted(database: &Database) -> Result<()> {
    pages(database).await?;
    let all = select((Page::url, Page::visits * 2));
    let columns = (Page::url, Page::visits);
    let doubled = Page::visits.set(excluded(Page::visits));
    let upsert = insert::<Page>().from_select(columns, all).on_conflict(Page::url).do_update(doubled);
    database.execute(upsert).await?;
    assert_eq!(visits(database).await?, as_told(&[("/", 10), ("/about", 4)]));
    Ok(())
}

/// Rows of which both are there already, with 5 and 2 visits.
fn both() -> lapis::statement::Insert<Page> {
    insert::<Page>()
        .rows([("/", 3), ("/about", 4)].map(|(url, visits)| (Page::url.set(url), Page::visits.set(visits))))
}

async fn what_is_set_may_be_computed(database: &Database) -> Result<()> {
    pages(database).await?;
    let larger = case().when(excluded(Page::visits).gt(Page::visits), excluded(Page::visits));
    let set = (
        Page::visits.set(larger.otherwise(Page::visits) * 10 - excluded(Page::visits)),
        Page::title.set(excluded(Page::url).concat("!")),
    );
    database.execute(both().on_conflict(Page::url).do_update(set)).await?;
    assert_eq!(visits(database).await?, as_told(&[("/", 47), ("/about", 36)]));
    let titles: Vec<Option<String>> = database.all(select(Page::title).order_by(Page::url)).await?;
    assert_eq!(titles, [Some("/!".to_owned()), Some("/about!".to_owned())]);
    Ok(())
}

async fn what_is_set_may_be_asked_of_other_tables(database: &Database) -> Result<()> {
    pages(database).await?;
    database.create::<Seat>().await?;
    let seats = [(3, 1), (3, 2), (4, 1)];
    let seats =
        seats.map(|(row, number)| (Seat::row.set(row), Seat::number.set(number), Seat::guest.set("x")));
    database.execute(insert::<Seat>().rows(seats)).await?;
    // One that asks nothing of the row is the same for all.
    let all = select(func::count_all()).from(lapis::statement::table::<Seat>()).scalar();
    let set = Page::visits.set(Page::visits * 0 + func::coalesce(all, 0));
    database.execute(row("/about", 0).on_conflict(Page::url).do_update(set)).await?;
    assert_eq!(visits(database).await?, as_told(&[("/", 5), ("/about", 3)]));
    let count = select(func::count_all()).filter(Seat::row.eq(excluded(Page::visits))).scalar();
    let set = Page::visits.set(Page::visits * 100 + func::coalesce(count, 0));
    let result = database.execute(both().on_conflict(Page::url).do_update(set)).await;
    if !tells_keys_apart(database) {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("does not support excluded.visits within a subquery"), "{error}");
        return database.lacks("excluded columns within a subquery");
    }
    result?;
    assert_eq!(visits(database).await?, as_told(&[("/", 502), ("/about", 301)]));
    Ok(())
}

async fn a_condition_may_compute_and_ask(database: &Database) -> Result<()> {
    pages(database).await?;
    database.create::<Seat>().await?;
    let taken = insert::<Seat>().values((Seat::row.set(4), Seat::number.set(1), Seat::guest.set("x")));
    database.execute(taken).await?;
    let there = lapis::expr::exists(select(Seat::row).filter(Seat::row.eq(excluded(Page::visits))));
    let upsert = both()
        .on_conflict(Page::url)
        .filter(there.and((Page::visits + 1).lt(excluded(Page::visits) * 2)))
        .do_update(Page::visits.set(excluded(Page::visits)));
    let result = database.execute(upsert).await;
    if !tells_keys_apart(database) {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("a condition on the update of an upsert"), "{error}");
        return database.lacks("conditions on the update of an upsert");
    }
    result?;
    assert_eq!(visits(database).await?, as_told(&[("/", 5), ("/about", 4)]));
    Ok(())
}
