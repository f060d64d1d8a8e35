//! Values that are bound.

use lapis::ErrorKind;
use lapis::expr::{case, raw, row};
use lapis::prelude::*;
use lapis::statement::{delete, excluded, insert, table, update, values};

use super::strings::strings;
use super::{Held, ID, TEXT, all_are_held, create_held, numbered, store};
use crate::harness::{Database, Result, conformance};

conformance! {
    bound_values_are_stored_as_they_are,
    bound_values_are_compared_as_they_are,
    bound_values_stand_in_projections,
    bound_values_stand_in_tables_of_values,
    bound_values_in_lists_are_found,
    text_that_is_looked_for_within_text_is_no_pattern,
    bound_values_are_set_by_updates,
    bound_values_are_set_by_upserts,
    bound_values_are_parameters_of_sql_by_hand,
    separators_are_between_what_is_joined,
}

async fn bound_values_are_stored_as_they_are(database: &Database) -> Result<()> {
    store(database).await?;
    all_are_held(database).await?;
    database.execute(delete::<Held>().all_rows()).await?;
    // One statement for each, too.
    let mut transaction = database.begin().await?;
    for (id, text) in numbered() {
        transaction.execute(insert::<Held>().values((ID.set(id), TEXT.set(text)))).await?;
    }
    transaction.commit().await?;
    all_are_held(database).await
}

/// Where the database takes several strings as equal (upper and lower case, text with spaces behind it), it finds those;
/// a condition that had become true for all would find hundreds.
async fn bound_values_are_compared_as_they_are(database: &Database) -> Result<()> {
    store(database).await?;
    for (id, text) in numbered() {
        let found = database.all(select(ID).filter(TEXT.eq(text))).await?;
        assert!(found.contains(&id) && found.len() < 10, "{text:?}: {found:?}");
        let others = database.one(select(func::count(ID)).filter(TEXT.ne(text))).await?;
        assert_eq!(others as usize, strings().len() - found.len(), "{text:?}");
        let between = select(ID).filter(TEXT.between(text, text)).filter(ID.eq(id));
        assert_eq!(database.all(between).await?, [id], "{text:?}");
    }
    all_are_held(database).await
}

async fn bound_values_stand_in_projections(database: &Database) -> Result<()> {
    store(database).await?;
    for (id, text) in numbered() {
        let row = select((
            lit(text),
            case().when(TEXT.eq(text), text).otherwise("no"),
            lit(text).concat(text),
            func::coalesce(None::<String>, text),
            func::replace(TEXT, text, "x"),
            func::nullif(text, "no"),
            select(func::max(TEXT)).filter(TEXT.eq(text)).filter(ID.eq(id)).scalar(),
        ));
        let row = database.one(row.filter(ID.eq(id))).await?;
        let replaced = if text.is_empty() { "" } else { "x" };
        let text = text.to_owned();
        let expected = (
            text.clone(),
            text.clone(),
            text.repeat(2),
            text.clone(),
            replaced.to_owned(),
            Some(text.clone()),
            Some(text.clone()),
        );
        assert_eq!(row, expected);
    }
    all_are_held(database).await
}

async fn bound_values_stand_in_tables_of_values(database: &Database) -> Result<()> {
    store(database).await?;
    for chunk in numbered().collect::<Vec<_>>().chunks(40) {
        let given = values("given", ["id", "text"], chunk.iter().copied());
        let rows = select((given.c(ID), given.column::<String>("text"), TEXT))
            .from(table::<Held>())
            .join_on(&given, given.c(ID).eq(ID))
            .order_by(ID);
        for ((id, text), row) in chunk.iter().zip(database.all(rows).await?) {
            assert_eq!(row, (*id, (*text).to_owned(), (*text).to_owned()));
        }
    }
    all_are_held(database).await
}

async fn bound_values_in_lists_are_found(database: &Database) -> Result<()> {
    store(database).await?;
    assert_eq!(database.all(select(ID).filter(TEXT.in_(strings()))).await?.len(), strings().len());
    assert_eq!(database.all(select(ID).filter(TEXT.not_in(strings()))).await?, [0_i64; 0]);
    for (pair, id) in strings().windows(2).zip(0_i64..) {
        let found = database.all(select(ID).filter(TEXT.in_(pair)).filter(ID.le(id + 1))).await?;
        assert!(found.contains(&id) && found.contains(&(id + 1)), "{pair:?}: {found:?}");
    }
    let blobs: Vec<Vec<u8>> = strings().iter().map(|text| text.as_bytes().to_vec()).collect();
    for blob in blobs.iter().step_by(20) {
        assert_eq!(database.all(select(lit(1_i64)).filter(lit(blob.clone()).in_(&blobs))).await?, [1]);
    }
    let rows = select(ID).filter(row((ID, TEXT)).in_(numbered()));
    assert_eq!(database.all(rows).await?.len(), strings().len());
    Ok(())
}

async fn text_that_is_looked_for_within_text_is_no_pattern(database: &Database) -> Result<()> {
    for (_, text) in numbered() {
        let around = |text: &str| lit(format!("a{text}z"));
        let found = select((
            around(text).contains(text),
            around(text).starts_with(format!("a{text}")),
            around(text).ends_with(format!("{text}z")),
            around("").contains(text),
            lit("qqqqqqqqqqqqqqqq").starts_with(text),
            lit("qqqqqqqqqqqqqqqq").ends_with(text),
        ));
        let (empty, found) = (text.is_empty(), database.one(found).await?);
        assert_eq!(found, (true, true, true, empty, empty, empty), "{text:?}");
    }
    Ok(())
}

async fn bound_values_are_set_by_updates(database: &Database) -> Result<()> {
    store(database).await?;
    let mut transaction = database.begin().await?;
    for (id, text) in numbered() {
        let doubled = update::<Held>().set(TEXT, TEXT.concat(text)).filter(TEXT.eq(text)).filter(ID.eq(id));
        assert_eq!(transaction.execute(doubled).await?.rows_affected, 1, "{text:?}");
        let back = update::<Held>().set(TEXT, text).filter(TEXT.eq(text.repeat(2)).and(ID.eq(id)));
        transaction.execute(back).await?;
    }
    transaction.commit().await?;
    all_are_held(database).await
}

async fn bound_values_are_set_by_upserts(database: &Database) -> Result<()> {
    create_held(database).await?;
    let mut transaction = database.begin().await?;
    for turn in 0..2 {
        for (id, text) in numbered() {
            let row = insert::<Held>().values((ID.set(id), TEXT.set(text)));
            let upsert = row.on_conflict(ID).do_update(TEXT.set(excluded(TEXT).concat(text)));
            transaction.execute(upsert).await?;
            let held = transaction.one(select(TEXT).filter(ID.eq(id))).await?;
            assert_eq!(held, text.repeat(turn + 1));
        }
    }
    transaction.commit().await?;
    let all = insert::<Held>().rows(numbered().map(|(id, text)| (ID.set(id), TEXT.set(text))));
    database.execute(all.on_conflict(ID).do_update_all()).await?;
    all_are_held(database).await
}

async fn bound_values_are_parameters_of_sql_by_hand(database: &Database) -> Result<()> {
    store(database).await?;
    for (id, held) in numbered() {
        let by_hand = text("SELECT text FROM held WHERE text = :text AND id = :id AND ':text' <> ''");
        let found = database.one(by_hand.bind("text", held).bind("id", id).scalar::<String>()).await?;
        assert_eq!(found, held);
        let same = raw::<bool>("text = ? AND '?' <> 'x'", (held,));
        assert!(database.all(select(ID).filter(same)).await?.contains(&id), "{held:?}");
    }
    all_are_held(database).await
}

async fn separators_are_between_what_is_joined(database: &Database) -> Result<()> {
    create_held(database).await?;
    database
        .execute(insert::<Held>().rows([1, 2].map(|id| (ID.set(id), TEXT.set("x")))))
        .await?;
    for (_, text) in numbered() {
        let joined = database.one(select(func::string_agg(TEXT, text))).await;
        // It is a literal that has no other spelling.
        if database.is_mysql() && text.contains('\\') {
            assert!(matches!(joined.unwrap_err().kind(), ErrorKind::Compile(_)), "{text:?}");
        } else {
            assert_eq!(joined?, Some(format!("x{text}x")));
        }
    }
    Ok(())
}
