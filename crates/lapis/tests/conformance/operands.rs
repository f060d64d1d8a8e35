//! Columns and values of every type as operands: what each database takes in its own way, or not at all, gives the same.

use lapis::Decode;
use lapis::expr::{Expr, case, rollup, window};
use lapis::prelude::*;
use lapis::statement::{table, update, values};
use lapis::types::SqlType;

use crate::harness::{Database, Result, conformance};

conformance! {
    the_least_and_the_greatest_of_every_type_are_found,
    the_least_of_some_rows_is_found,
    text_is_counted_with_integers_of_any_width,
    a_null_that_is_bound_stands_among_arguments,
    a_null_that_is_bound_is_asked_for,
    values_are_compared_with_values,
    what_an_operand_may_make_null_is_an_option,
    a_uuid_in_json_is_its_text,
    a_null_put_into_a_document_leaves_the_rest,
    documents_are_made_over_a_window_or_refused,
    a_cast_gives_what_is_meant,
    a_division_of_fractions_leaves_a_remainder,
    an_integer_is_rounded_to_itself,
    an_enum_of_the_database_stands_where_nothing_tells_its_type,
    a_grouped_expression_is_repeated,
    terms_of_distinct_on_and_of_grouping_sets_are_repeated,
}

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql(native)]
enum Side {
    Left,
    Right,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "things")]
struct Thing {
    #[column(primary_key)]
    id: Auto<i64>,
    number: i64,
    amount: Decimal,
    share: f64,
    good: bool,
    word: String,
    bytes: Vec<u8>,
    at: DateTime<Utc>,
    local: NaiveDateTime,
    key: Uuid,
    document: Json,
    side: Side,
    note: Option<String>,
    count: Option<i32>,
    other: Option<Uuid>,
    later: Option<DateTime<Utc>>,
}

fn uuid(number: i64) -> Uuid {
    Uuid::from_u128(0xabc0 + u128::try_from(number).expect("a small number"))
}

fn at(number: i64) -> DateTime<Utc> {
    "2024-01-31T22:30:00.5Z".parse::<DateTime<Utc>>().expect("an instant") + TimeDelta::days(number)
}

/// Three, of which the second has all that may be left out.
async fn things(database: &Database) -> Result<()> {
    database.create::<(Thing,)>().await?;
    let thing = |number: i64| {
        let full = number == 2;
        Thing {
            id: Auto::default(),
            number,
            amount: Decimal::new(number * 100 + 25, 2),
            share: number as f64 + 0.5,
            good: full,
            word: format!("word{number}"),
            bytes: vec![number as u8, 0],
            at: at(number),
            local: at(number).naive_utc(),
            key: uuid(number),
            document: Json(serde_json::json!({ "a": number })),
            side: if full { Side::Right } else { Side::Left },
            note: full.then(|| "note".to_owned()),
            count: full.then_some(2),
            other: full.then(|| uuid(7)),
            later: full.then(|| at(5)),
        }
    };
    let mut session = database.session();
    session.add_all((1..=3).map(thing));
    session.commit().await
}

/// What an expression is for each of them, in their order.
async fn each<T>(database: &Database, expression: Expr<T>) -> Result<Vec<T>>
where
    T: SqlType + Decode + Send + 'static,
{
    database.all(select(expression).from(table::<Thing>()).order_by(Thing::id)).await
}

/// What an aggregate is of all of them.
async fn of_all<T>(database: &Database, aggregate: Expr<T>) -> Result<T>
where
    T: SqlType + Decode + Send + 'static,
{
    database.one(select(aggregate).from(table::<Thing>())).await
}

async fn the_least_and_the_greatest_of_every_type_are_found(database: &Database) -> Result<()> {
    things(database).await?;
    assert_eq!(of_all(database, func::min(Thing::key)).await?, Some(uuid(1)));
    assert_eq!(of_all(database, func::max(Thing::key)).await?, Some(uuid(3)));
    assert_eq!(of_all(database, func::max(Thing::other)).await?, Some(uuid(7)));
    assert_eq!(of_all(database, func::min(Thing::good)).await?, Some(false));
    assert_eq!(of_all(database, func::max(Thing::good)).await?, Some(true));
    assert_eq!(of_all(database, func::max(Thing::number.gt(2))).await?, Some(true));
    assert_eq!(of_all(database, func::min(Thing::bytes)).await?, Some(vec![1, 0]));
    assert_eq!(of_all(database, func::max(Thing::bytes)).await?, Some(vec![3, 0]));
    assert!(of_all(database, func::max(Thing::document)).await?.is_some());
    let none = select(func::max(Thing::key)).filter(Thing::number.gt(9));
    assert_eq!(database.one(none).await?, None);
    let running = func::max(Thing::good).over(window().order_by(Thing::id));
    assert_eq!(each(database, running).await?, [Some(false), Some(true), Some(true)]);
    Ok(())
}

async fn the_least_of_some_rows_is_found(database: &Database) -> Result<()> {
    things(database).await?;
    let least = func::min(Thing::key).filter_where(Thing::number.gt(1));
    assert_eq!(of_all(database, least).await?, Some(uuid(2)));
    let of_none = func::max(Thing::key).filter_where(Thing::number.gt(9));
    assert_eq!(of_all(database, of_none).await?, None);
    let any = func::any_value(Thing::word).filter_where(Thing::number.eq(2));
    assert_eq!(of_all(database, any).await?.as_deref(), Some("word2"));
    assert_eq!(of_all(database, func::max(Thing::key).distinct()).await?, Some(uuid(3)));
    let running = each(database, func::max(Thing::key).over(window().order_by(Thing::id))).await;
    match running {
        Ok(keys) => assert_eq!(keys, [Some(uuid(1)), Some(uuid(2)), Some(uuid(3))]),
        Err(error) => {
            assert!(matches!(error.kind(), lapis::ErrorKind::Compile(_)), "{error}");
            return database.lacks("the greatest UUID over a window");
        }
    }
    Ok(())
}

async fn text_is_counted_with_integers_of_any_width(database: &Database) -> Result<()> {
    things(database).await?;
    assert_eq!(each(database, func::left(Thing::word, Thing::number)).await?, ["w", "wo", "wor"]);
    assert_eq!(each(database, func::right(Thing::word, Thing::number)).await?, ["1", "d2", "rd3"]);
    assert_eq!(each(database, func::repeat("ab", Thing::number)).await?, ["ab", "abab", "ababab"]);
    assert_eq!(each(database, func::lpad("x", Thing::number, "-")).await?, ["x", "-x", "--x"]);
    assert_eq!(each(database, func::rpad("x", Thing::number, "-")).await?, ["x", "x-", "x--"]);
    let middle = func::substr(Thing::word, Thing::number + 1, Thing::number);
    assert_eq!(each(database, middle).await?, ["o", "rd", "d3"]);
    assert_eq!(
        each(database, func::substr_from(Thing::word, Thing::number)).await?,
        ["word1", "ord2", "rd3"]
    );
    assert_eq!(each(database, func::substr("hello", 2, 3)).await?, ["ell"; 3]);
    Ok(())
}

async fn a_null_that_is_bound_stands_among_arguments(database: &Database) -> Result<()> {
    things(database).await?;
    let joined = func::concat_ws("-", (Thing::word, None::<String>, Thing::note));
    assert_eq!(each(database, joined).await?, ["word1", "word2-note", "word3"]);
    let array = func::json_array((1, None::<String>, None::<Uuid>, None::<bool>, None::<Json>));
    let expected = Json(serde_json::json!([1, null, null, null, null]));
    assert_eq!(each(database, array).await?, [expected.clone(), expected.clone(), expected]);
    let nulls = of_all(database, func::json_agg(None::<i64>)).await?;
    assert_eq!(nulls, Some(Json(serde_json::json!([null, null, null]))));
    Ok(())
}

async fn a_null_that_is_bound_is_asked_for(database: &Database) -> Result<()> {
    things(database).await?;
    for (wanted, expected) in [(None, vec![1, 2, 3]), (Some(2_i64), vec![2])] {
        let all_or_one = lit(wanted).is_null().or(Thing::number.eq(lit(wanted)));
        let found = select(Thing::number).filter(all_or_one).order_by(Thing::id);
        assert_eq!(database.all(found).await?, expected);
    }
    assert_eq!(each(database, lit(None::<Uuid>).is_not_null()).await?, [false; 3]);
    Ok(())
}

async fn values_are_compared_with_values(database: &Database) -> Result<()> {
    things(database).await?;
    let day = at(0).date_naive();
    assert_eq!(each(database, lit(2).between(1, 10)).await?, [true; 3]);
    assert_eq!(each(database, lit(uuid(1)).between(uuid(0), uuid(2))).await?, [true; 3]);
    assert_eq!(each(database, lit(day).not_between(day, day)).await?, [false; 3]);
    assert_eq!(each(database, lit(uuid(1)).in_([uuid(1), uuid(2)])).await?, [true; 3]);
    assert_eq!(each(database, lit(day).not_in([day])).await?, [false; 3]);
    assert_eq!(each(database, lit(2).between(1, Thing::number)).await?, [false, true, true]);
    Ok(())
}

async fn what_an_operand_may_make_null_is_an_option(database: &Database) -> Result<()> {
    things(database).await?;
    let more = Thing::number.gt(1);
    let branch: Expr<Option<String>> = case().when(more.clone(), Thing::note).otherwise(Thing::word);
    assert_eq!(each(database, branch).await?, [Some("word1".to_owned()), Some("note".to_owned()), None]);
    let last: Expr<Option<String>> = case().when(more.clone(), Thing::word).otherwise(Thing::note);
    assert_eq!(each(database, last).await?, [None, Some("word2".to_owned()), Some("word3".to_owned())]);
    let second = case().when(Thing::good, "good").when(more, Thing::note).otherwise("few");
    assert_eq!(each(database, second).await?, [Some("few".to_owned()), Some("good".to_owned()), None]);
    let before = func::lag_or(Thing::number, 1, Thing::count).over(window().order_by(Thing::id));
    assert_eq!(each(database, before).await?, [None, Some(1), Some(2)]);
    assert_eq!(each(database, func::greatest(Thing::number, Thing::count)).await?[1], Some(2));
    assert_eq!(each(database, func::power(Thing::number, Thing::count)).await?, [None, Some(4.0), None]);
    let elapsed = func::elapsed(Thing::at, Thing::later);
    assert_eq!(each(database, elapsed).await?, [None, Some(TimeDelta::days(3)), None]);
    let days = func::days_between(func::date_of(Thing::at), func::date_of(Thing::later));
    assert_eq!(each(database, days).await?, [None, Some(3), None]);
    let later = func::add_days(Thing::at, Thing::count);
    assert_eq!(each(database, later).await?, [None, Some(at(4)), None]);
    let left = func::left(Thing::word, Thing::count);
    assert_eq!(each(database, left).await?, [None, Some("wo".to_owned()), None]);
    let position = func::position(Thing::word, Thing::note);
    assert_eq!(each(database, position).await?, [None, Some(0), None]);
    assert_eq!(each(database, Thing::count.cast::<String>()).await?, [None, Some("2".to_owned()), None]);
    Ok(())
}

async fn a_uuid_in_json_is_its_text(database: &Database) -> Result<()> {
    things(database).await?;
    let text = |number| uuid(number).to_string();
    let keys = of_all(database, func::json_agg(Thing::key)).await?;
    assert_eq!(keys, Some(Json(serde_json::json!([text(1), text(2), text(3)]))));
    let object = func::json_object((("key", Thing::key), ("other", Thing::other), ("value", uuid(9))));
    let objects = each(database, object).await?;
    assert_eq!(objects[0], Json(serde_json::json!({ "key": text(1), "other": null, "value": text(9) })));
    assert_eq!(objects[1], Json(serde_json::json!({ "key": text(2), "other": text(7), "value": text(9) })));
    let put = each(database, Thing::document.json_set("key", Thing::key)).await?;
    assert_eq!(put[0], Json(serde_json::json!({ "a": 1, "key": text(1) })));
    Ok(())
}

async fn a_null_put_into_a_document_leaves_the_rest(database: &Database) -> Result<()> {
    things(database).await?;
    let put = each(database, Thing::document.json_set("b", Thing::count)).await?;
    assert_eq!(put[0], Json(serde_json::json!({ "a": 1, "b": null })));
    assert_eq!(put[1], Json(serde_json::json!({ "a": 2, "b": 2 })));
    let nickname: Option<String> = None;
    let document = Thing::document.json_set("nickname", nickname);
    database.execute(update::<Thing>().set(Thing::document, document).all_rows()).await?;
    let documents = each(database, lit(1) * Thing::document.path("a").as_int()).await?;
    assert_eq!(documents, [Some(1), Some(2), Some(3)]);
    assert_eq!(each(database, Thing::document.path("nickname").exists()).await?, [true; 3]);
    Ok(())
}

async fn documents_are_made_over_a_window_or_refused(database: &Database) -> Result<()> {
    things(database).await?;
    let so_far = func::json_agg(Thing::number).over(window().order_by(Thing::id));
    match each(database, so_far).await {
        Ok(documents) => assert_eq!(documents[1], Some(Json(serde_json::json!([1, 2])))),
        Err(error) => {
            assert!(matches!(error.kind(), lapis::ErrorKind::Compile(_)), "{error}");
            return database.lacks("JSON of the rows in a window");
        }
    }
    Ok(())
}

async fn a_cast_gives_what_is_meant(database: &Database) -> Result<()> {
    things(database).await?;
    let text = each(database, Thing::key.cast::<String>()).await?;
    assert_eq!(text, [uuid(1).to_string(), uuid(2).to_string(), uuid(3).to_string()]);
    let others = each(database, Thing::other.cast::<String>()).await?;
    assert_eq!(others, [None, Some(uuid(7).to_string()), None]);
    assert_eq!(each(database, lit(uuid(4).to_string()).cast::<Uuid>()).await?, [uuid(4); 3]);
    let keys = func::string_agg(Thing::key.cast::<String>(), " ").filter_where(Thing::number.lt(2));
    assert_eq!(of_all(database, keys).await?, Some(uuid(1).to_string()));
    assert_eq!(each(database, (Thing::number - 2).cast::<bool>()).await?, [true, false, true]);
    assert_eq!(each(database, Thing::good.cast::<i32>()).await?, [0, 1, 0]);
    assert_eq!(each(database, Thing::at.cast::<NaiveDate>()).await?[0], at(1).date_naive());
    assert_eq!(each(database, Thing::local.cast::<NaiveDate>()).await?[1], at(2).date_naive());
    assert_eq!(each(database, Thing::at.cast::<NaiveTime>()).await?[2], at(3).time());
    Ok(())
}

async fn a_division_of_fractions_leaves_a_remainder(database: &Database) -> Result<()> {
    things(database).await?;
    assert_eq!(each(database, Thing::share % 2).await?, [1.5, 0.5, 1.5]);
    assert_eq!(each(database, -Thing::share % Thing::number).await?, [-0.5, -0.5, -0.5]);
    assert_eq!(each(database, Thing::amount % Decimal::ONE).await?, [Decimal::new(25, 2); 3]);
    let exact = lit(Decimal::new(525, 2)) % Decimal::new(5, 2);
    assert_eq!(each(database, exact).await?, [Decimal::ZERO; 3]);
    assert_eq!(each(database, lit(7.5) % 2.0).await?, [1.5; 3]);
    assert_eq!(
        each(database, Thing::amount % Thing::count).await?,
        [None, Some(Decimal::new(25, 2)), None]
    );
    Ok(())
}

async fn an_integer_is_rounded_to_itself(database: &Database) -> Result<()> {
    things(database).await?;
    assert_eq!(each(database, func::round(Thing::number)).await?, [1, 2, 3]);
    assert_eq!(each(database, func::round(Thing::count)).await?, [None, Some(2), None]);
    Ok(())
}

async fn an_enum_of_the_database_stands_where_nothing_tells_its_type(database: &Database) -> Result<()> {
    things(database).await?;
    let side = case().when(Thing::number.gt(1), Side::Left).otherwise(Side::Right);
    assert_eq!(each(database, side.clone()).await?, [Side::Right, Side::Left, Side::Left]);
    database.execute(update::<Thing>().set(Thing::side, side).all_rows()).await?;
    assert_eq!(each(database, lit(1) * Thing::number).await?, [1, 2, 3]);
    let wanted = values("wanted", ["side", "word"], [(Side::Right, "r"), (Side::Left, "l")]);
    let words = select(wanted.column::<String>("word"))
        .from(table::<Thing>())
        .join_on(&wanted, wanted.column::<Side>("side").eq(Thing::side))
        .order_by(Thing::id);
    assert_eq!(database.all(words).await?, ["r", "l", "l"]);
    Ok(())
}

async fn a_grouped_expression_is_repeated(database: &Database) -> Result<()> {
    things(database).await?;
    let note = &func::coalesce(Thing::note, "none");
    let grouped = select((func::upper(note), func::count_all()))
        .group_by(note)
        .order_by(func::upper(note));
    assert_eq!(database.all(grouped).await?, [("NONE".to_owned(), 2), ("NOTE".to_owned(), 1)]);
    let had = select((note, func::count(note)))
        .group_by(note)
        .having(note.ne("note").and(func::count(note).gt(0)))
        .order_by(note);
    assert_eq!(database.all(had).await?, [("none".to_owned(), 2)]);
    let odd = &(Thing::number % 2);
    let unselected = select(func::sum(Thing::number)).group_by(odd).having(odd.eq(1)).order_by(odd + 1);
    assert_eq!(database.all(unselected).await?, [Some(4)]);
    let month = &func::date_trunc(lapis::expr::Unit::Month, Thing::at);
    let months = select((month, func::count_all()))
        .group_by(month)
        .having(month.gt(at(0)))
        .order_by(month);
    assert_eq!(database.all(months).await?.len(), 1);
    let ranked = func::rank().over(window().order_by(note));
    let ranked = select((note, ranked)).group_by(note).order_by(note);
    assert_eq!(database.all(ranked).await?, [("none".to_owned(), 1), ("note".to_owned(), 2)]);
    Ok(())
}

async fn terms_of_distinct_on_and_of_grouping_sets_are_repeated(database: &Database) -> Result<()> {
    things(database).await?;
    if database.dialect().name() != "PostgreSQL" {
        return database.lacks("DISTINCT ON, and grouping sets of all forms");
    }
    let odd = &(Thing::number % 2);
    let first = select(Thing::number).distinct_on(odd).order_by((odd, Thing::number.desc()));
    assert_eq!(database.all(first).await?, [2, 3]);
    let note = &func::coalesce(Thing::note, "none");
    let counts = select((note.nullable(), func::count_all())).group_by(rollup((note,))).order_by(note);
    let told = |note: Option<&str>| note.map(str::to_owned);
    let expected = [(told(Some("none")), 2), (told(Some("note")), 1), (None, 3)];
    assert_eq!(database.all(counts).await?, expected);
    Ok(())
}
