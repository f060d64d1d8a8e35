//! Arrays and ranges of every element, and what they are asked.

use std::ops::Bound;

use lapis::prelude::*;
use lapis::types::{Inet, SqlRange};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::values::{some, there_and_back, there_and_found};

conformance! {
    arrays_come_back_or_are_refused_with_the_table,
    arrays_of_every_element_come_back,
    an_array_is_asked_for_its_elements,
    ranges_come_back_or_are_refused_with_the_table,
    a_range_is_asked_for_what_it_holds,
}

async fn arrays_come_back_or_are_refused_with_the_table(database: &Database) -> Result<()> {
    let arrays = [vec![1_i64, -1, i64::MAX], vec![], vec![0]];
    let result = there_and_found(database, &arrays).await;
    if database.dialect().supports_arrays() {
        return result;
    }
    let error = result.unwrap_err().to_string();
    assert!(error.contains("does not support arrays, of which column held.value is one"), "{error}");
    database.lacks("arrays")
}

async fn arrays_of_every_element_come_back(database: &Database) -> Result<()> {
    if !database.dialect().supports_arrays() {
        return database.lacks("arrays");
    }
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a day");
    let at = day.and_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
    there_and_found(database, &[vec![i8::MIN, i8::MAX], vec![]]).await?;
    there_and_found(database, &[vec![i16::MIN, i16::MAX]]).await?;
    there_and_found(database, &[vec![i32::MIN, i32::MAX]]).await?;
    there_and_found(database, &[vec![0, u16::MAX]]).await?;
    there_and_found(database, &[vec![0, u32::MAX]]).await?;
    there_and_found(database, &[vec![0_u64, 1 << 62]]).await?;
    there_and_found(database, &[vec![0.5_f32, -1.5], vec![f32::MAX]]).await?;
    there_and_found(database, &[vec![0.1, f64::MIN, f64::INFINITY]]).await?;
    there_and_found(database, &[vec![true, false]]).await?;
    there_and_found(database, &[vec![Decimal::new(-1010, 2), Decimal::MAX]]).await?;
    there_and_found(database, &[vec![Uuid::nil(), Uuid::max()]]).await?;
    there_and_found(database, &[vec![day], vec![]]).await?;
    there_and_found(database, &[vec![at.time()]]).await?;
    there_and_found(database, &[vec![at]]).await?;
    there_and_found(database, &[vec![at.and_utc()]]).await?;
    there_and_found(database, &[vec![TimeDelta::microseconds(-1), TimeDelta::days(400)]]).await?;
    there_and_found(database, &[vec![Some(1_i64), None], vec![None]]).await?;
    there_and_found(database, &[vec![vec![0_u8, 255], vec![]]]).await?;
    there_and_found(database, &[vec!["192.0.2.0/24".parse::<Inet>().expect("a network")]]).await?;
    there_and_found(database, &[vec![SqlRange::from(1..5), SqlRange::Empty], vec![]]).await?;
    there_and_back(database, &[vec![Json(serde_json::json!({ "a": [1, null] }))]]).await?;
    let texts = ["", "NULL", "null", "a,b", "{}", "\"quoted\"", "back\\slash", "日本", " space "];
    there_and_found(database, &[texts.map(str::to_owned).to_vec()]).await?;
    there_and_found(database, &some(vec(any::<Option<i32>>(), 0..40), 100)).await?;
    there_and_found(database, &[(0..100_000).collect::<Vec<i32>>()]).await
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "articles")]
struct Article {
    #[column(primary_key)]
    id: Auto<i64>,
    tags: Vec<String>,
}

fn article(tags: &[&str]) -> Article {
    let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
    Article::new().tags(tags).build()
}

/// Three articles, where the database has arrays.
async fn articles(database: &Database) -> Result<bool> {
    if !database.dialect().supports_arrays() {
        database.lacks("arrays")?;
        return Ok(false);
    }
    database.create::<Article>().await?;
    let mut session = database.session();
    for tags in [&["rust", "sql"][..], &["sql"], &[]] {
        session.add(article(tags));
    }
    session.commit().await?;
    Ok(true)
}

async fn an_array_is_asked_for_its_elements(database: &Database) -> Result<()> {
    if !articles(database).await? {
        return Ok(());
    }
    let ids = |condition: lapis::expr::Expr<bool>| {
        database.all(select(Article::id).filter(condition).order_by(Article::id))
    };
    assert_eq!(ids(Article::tags.contains(["sql", "rust"])).await?, [1]);
    assert_eq!(ids(Article::tags.contained_by(["sql", "c"])).await?, [2, 3]);
    assert_eq!(ids(Article::tags.overlaps(vec!["rust".to_owned(), "c".to_owned()])).await?, [1]);
    assert_eq!(ids(lit("sql").eq_any(Article::tags)).await?, [1, 2]);
    assert_eq!(ids(Article::id.eq_any([3, 1])).await?, [1, 3]);
    assert_eq!(ids(func::array_length(Article::tags).lt(2)).await?, [2, 3]);
    assert_eq!(ids(Article::tags.in_([vec![], vec!["sql".to_owned()]])).await?, [2, 3]);
    assert_eq!(ids(lit(["a"]).overlaps(["a", "b"])).await?, [1, 2, 3]);
    let made = select(lit(["x", "y"])).from(lapis::statement::table::<Article>()).limit(1);
    assert_eq!(database.one(made).await?, ["x", "y"]);
    Ok(())
}

async fn ranges_come_back_or_are_refused_with_the_table(database: &Database) -> Result<()> {
    let whole = [SqlRange::from(1..5), SqlRange::from(i32::MIN..), SqlRange::from(..0), SqlRange::from(..)];
    let result = there_and_found(database, &whole).await;
    if !database.dialect().supports_arrays() {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("does not support ranges, of which column held.value is one"), "{error}");
        return database.lacks("ranges");
    }
    result?;
    there_and_found(database, &[SqlRange::from(0..i64::MAX), SqlRange::Empty]).await?;
    let price = |price| Decimal::new(price, 2);
    there_and_found(database, &[SqlRange::from(price(1)..=price(999)), SqlRange::from(..price(0))]).await?;
    let day = |day| NaiveDate::from_ymd_opt(2024, 2, day).expect("a day");
    there_and_found(database, &[SqlRange::from(day(1)..day(29)), SqlRange::Empty]).await?;
    let at = |hour| day(29).and_hms_micro_opt(hour, 59, 59, 999_999).expect("a time");
    let open = SqlRange::new(Bound::Excluded(at(1)), Bound::Excluded(at(2)));
    there_and_found(database, &[open, SqlRange::from(at(1)..=at(2))]).await?;
    there_and_found(database, &[SqlRange::from(at(1).and_utc()..), SqlRange::from(..)]).await?;
    Ok(())
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "stays")]
struct Stay {
    #[column(primary_key)]
    id: i64,
    nights: SqlRange<NaiveDate>,
    floors: SqlRange<i64>,
    arrival: NaiveDate,
}

async fn a_range_is_asked_for_what_it_holds(database: &Database) -> Result<()> {
    if !database.dialect().supports_arrays() {
        return database.lacks("ranges");
    }
    database.create::<Stay>().await?;
    let day = |day| NaiveDate::from_ymd_opt(2024, 2, day).expect("a day");
    let mut session = database.session();
    for (id, from, to) in [(1, 1, 5), (2, 4, 8)] {
        let nights = SqlRange::from(day(from)..=day(to));
        session.add(
            Stay::new()
                .id(id)
                .nights(nights)
                .floors(SqlRange::from(id..))
                .arrival(day(from))
                .build(),
        );
    }
    session.commit().await?;
    let stored = database.one(select(Stay::nights).filter(Stay::id.eq(1))).await?;
    assert_eq!(stored, SqlRange::from(day(1)..day(6)), "a range of days excludes its end");
    let ids = |condition: lapis::expr::Expr<bool>| {
        database.all(select(Stay::id).filter(condition).order_by(Stay::id))
    };
    assert_eq!(ids(Stay::nights.contains(day(4))).await?, [1, 2]);
    assert_eq!(ids(Stay::nights.contains(day(6))).await?, [2]);
    assert_eq!(ids(Stay::nights.contains(Stay::arrival)).await?, [1, 2]);
    assert_eq!(ids(Stay::nights.contains(day(2)..day(4))).await?, [1]);
    assert_eq!(ids(Stay::nights.overlaps(day(6)..)).await?, [2]);
    assert_eq!(ids(Stay::nights.contained_by(..day(7))).await?, [1]);
    assert_eq!(ids(Stay::arrival.contained_by(day(2)..day(9))).await?, [2]);
    assert_eq!(ids(Stay::floors.contains(1)).await?, [1]);
    assert_eq!(ids(Stay::floors.eq(2..)).await?, [2]);
    Ok(())
}
