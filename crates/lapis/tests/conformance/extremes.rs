//! Values and names at the edges of what there is: each comes back as it was, or is refused as data that the database
//! cannot hold. None is changed in silence.

use std::iter;

use lapis::expr::{ColumnRef, Node, TableName};
use lapis::prelude::*;
use lapis::schema::{ColumnDef, Table};
use lapis::statement::{InsertSource, InsertStatement, Select, SelectItem, SelectStatement, Val};
use lapis::types::ColumnType;
use lapis::{ErrorKind, Value};
use proptest::char::range;
use proptest::collection::vec;
use proptest::strategy::Strategy;
use serde_json::json;

use crate::harness::{Database, Result, conformance};
use crate::values::{Storable, some, stored, there_and_back, there_and_found};

conformance! {
    numbers_that_are_none_come_back_or_are_refused,
    floats_keep_the_sign_of_zero_and_their_smallest_digits,
    the_largest_decimals_come_back_or_are_refused,
    days_and_instants_of_the_first_centuries_come_back,
    years_that_not_every_database_knows_come_back_or_are_refused,
    what_is_around_a_leap_second_comes_back_and_it_becomes_what_is_before,
    characters_of_each_plane_come_back,
    some_megabytes_come_back,
    what_is_empty_is_not_null,
    names_may_be_keywords,
    names_may_be_of_any_script,
}

/// A float that is equal to none but itself: NaN to NaN, and no zero to the other.
#[derive(SqlType, Debug, Clone, Copy)]
struct Exact(f64);

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits() || (self.0.is_nan() && other.0.is_nan())
    }
}

#[derive(SqlType, Debug, Clone, Copy)]
struct ExactSingle(f32);

impl PartialEq for ExactSingle {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits() || (self.0.is_nan() && other.0.is_nan())
    }
}

/// Whether the values come back, each by itself. Where one does not, the error has to say that it is the data.
async fn back_or_refused<T: Storable>(
    database: &Database,
    values: impl IntoIterator<Item = T>,
) -> Result<bool>
where
    T::Kind: lapis::types::kind::ComparableWith<T::Kind>,
{
    let mut all_back = true;
    for value in values {
        if let Err(error) = there_and_back(database, &[value]).await {
            assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
            all_back = false;
        }
    }
    Ok(all_back)
}

async fn numbers_that_are_none_come_back_or_are_refused(database: &Database) -> Result<()> {
    let doubles = [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Exact);
    let singles = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY].map(ExactSingle);
    let doubles_back = back_or_refused(database, doubles).await?;
    if doubles_back && back_or_refused(database, singles).await? {
        return Ok(());
    }
    database.lacks("NaN")
}

async fn floats_keep_the_sign_of_zero_and_their_smallest_digits(database: &Database) -> Result<()> {
    let tiny = [f64::from_bits(1), -f64::from_bits(1), f64::from_bits((1 << 52) - 1), f64::MIN_POSITIVE];
    there_and_back(database, &tiny.map(Exact)).await?;
    there_and_back(database, &some(proptest::num::f64::SUBNORMAL.prop_map(Exact), 200)).await?;
    there_and_back(database, &some(proptest::num::f32::SUBNORMAL.prop_map(ExactSingle), 200)).await?;
    let zeros = [0.0, -0.0].map(Exact);
    if stored(database, &zeros).await? != zeros {
        // MySQL and MariaDB drop the sign, and SQLite stores a float that is whole as an integer (its file format, 2.1).
        assert_ne!(database.dialect().name(), "PostgreSQL");
        return database.lacks("negative zero");
    }
    Ok(())
}

async fn the_largest_decimals_come_back_or_are_refused(database: &Database) -> Result<()> {
    let smallest = Decimal::new(1, 28);
    let edges = [Decimal::MAX, Decimal::MIN, smallest, -smallest, Decimal::MAX - Decimal::ONE];
    back_or_refused(database, edges).await?;
    let digits = proptest::prelude::any::<i128>().prop_map(|bits| bits % Decimal::MAX.mantissa());
    let decimals =
        (digits, 0_u32..=28).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale));
    back_or_refused(database, some(decimals, 60)).await?;
    Ok(())
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

fn early_days() -> impl Strategy<Value = NaiveDate> {
    (1_i32..1600, 1_u32..=365)
        .prop_filter_map("a day", |(year, number)| NaiveDate::from_yo_opt(year, number))
}

async fn days_and_instants_of_the_first_centuries_come_back(database: &Database) -> Result<()> {
    let first = day(1, 1, 1);
    there_and_found(database, &some(early_days(), 100)).await?;
    let at = |day: NaiveDate| day.and_hms_micro_opt(3, 4, 5, 678_901).expect("a time");
    there_and_back(database, &[first.and_time(NaiveTime::MIN), at(first)]).await?;
    there_and_found(database, &some(early_days().prop_map(at), 100)).await?;
    there_and_back(database, &[first.and_time(NaiveTime::MIN).and_utc(), at(first).and_utc()]).await?;
    there_and_found(database, &some(early_days().prop_map(move |day| at(day).and_utc()), 100)).await
}

async fn years_that_not_every_database_knows_come_back_or_are_refused(database: &Database) -> Result<()> {
    let days = [day(0, 1, 1), day(0, 12, 31), day(-1, 6, 1), day(-4712, 1, 1), day(10_000, 1, 1)];
    let extremes = [NaiveDate::MIN, NaiveDate::MAX];
    let all = days.into_iter().chain(extremes);
    let noon = |day: NaiveDate| day.and_hms_opt(12, 0, 0).expect("a time");
    let days_back = back_or_refused(database, all.clone()).await?;
    let times_back = back_or_refused(database, all.clone().map(noon)).await?;
    let instants_back = back_or_refused(database, all.map(|day| noon(day).and_utc())).await?;
    if days_back && times_back && instants_back {
        return Ok(());
    }
    database.lacks("years before 1, or behind 9999, or as far as chrono's")
}

async fn what_is_around_a_leap_second_comes_back_and_it_becomes_what_is_before(
    database: &Database,
) -> Result<()> {
    // The last one so far, at the end of 2016.
    let before = day(2016, 12, 31).and_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
    let after = day(2017, 1, 1).and_time(NaiveTime::MIN);
    there_and_found(database, &[before, after]).await?;
    there_and_found(database, &[before.and_utc(), after.and_utc()]).await?;
    there_and_found(database, &[before.time(), after.time()]).await?;
    // As chrono writes it: second 59 with more than a second's worth of microseconds. None of the databases has it.
    let leap = [1_000_000, 1_500_000, 1_999_999]
        .map(|micros| day(2016, 12, 31).and_hms_micro_opt(23, 59, 59, micros).expect("a leap second"));
    assert_eq!(stored(database, &leap).await?, [before; 3]);
    assert_eq!(stored(database, &leap.map(|time| time.and_utc())).await?, [before.and_utc(); 3]);
    assert_eq!(stored(database, &leap.map(|time| time.time())).await?, [before.time(); 3]);
    Ok(())
}

async fn characters_of_each_plane_come_back(database: &Database) -> Result<()> {
    for plane in 0..=16_u32 {
        let first = char::from_u32(plane << 16).filter(|first| *first != '\0').unwrap_or('\u{1}');
        let last = char::from_u32(plane << 16 | 0xffff).expect("no surrogate");
        let texts = vec(range(first, last), 1..50).prop_map(|text| text.into_iter().collect::<String>());
        let ends = [String::from(first), String::from(last), [last, first].iter().collect()];
        there_and_found(database, &ends).await?;
        there_and_back(database, &some(texts, 20)).await?;
    }
    Ok(())
}

async fn some_megabytes_come_back(database: &Database) -> Result<()> {
    const LENGTH: usize = 5 << 20;
    let numbers = || (0..=u8::MAX).cycle();
    there_and_back(database, &[numbers().take(LENGTH).collect::<Vec<u8>>(), vec![0; LENGTH]]).await?;
    there_and_back(database, &["x".repeat(LENGTH), "🦀".repeat(LENGTH / 4), "'\\\"".repeat(LENGTH / 3)])
        .await?;
    there_and_back(database, &[json!({"long": "é\"\\".repeat(LENGTH / 8)})]).await
}

async fn what_is_empty_is_not_null(database: &Database) -> Result<()> {
    there_and_back(database, &[Some(String::new()), None, Some(" ".to_owned())]).await?;
    there_and_back(database, &[Some(Vec::<u8>::new()), None, Some(vec![0])]).await?;
    there_and_back(database, &[Some(json!(null)), None, Some(json!("")), Some(json!({}))]).await?;
    there_and_back(database, &[Some(Json(Vec::<i32>::new())), None]).await
}

/// Words that mean something to one of the databases or to another.
const KEYWORDS: &str = "all alter analyze and any array as asc between both by case cast check collate column condition \
    constraint create cross current_date current_time current_timestamp current_user cursor default delete desc describe \
    distinct div do double drop each else end escape except exists explain false fetch float for foreign from full \
    fulltext function glob grant group grouping having if ignore in index inner insert int interval into is isnull join \
    key keys kill lateral leading left like limit localtime localtimestamp lock match mod natural not notnull null of \
    offset on only or order outer over partition placing pragma primary procedure range rank read recursive references \
    regexp rename replace returning right row rows select separator session_user set show some sql symmetric system table \
    then to trailing trigger true union unique unsigned update user using values variadic when where window with without \
    write xor year_month zerofill rowid oid";

/// Columns by those names, in a table of the last of them: written, read, compared and sorted by.
async fn columns_named(database: &Database, names: &[&'static str]) -> Result<()> {
    let table = names[names.len() - 1];
    let mut built = Table::build(table).column(ColumnDef::new("id", ColumnType::BigInt));
    for name in names {
        built = built.column(ColumnDef::new(*name, ColumnType::Int));
    }
    let mut metadata = MetaData::new();
    metadata.add(built.primary_key(["id"]));
    database.create_all(&metadata).await?;
    let numbers = 1..=names.len() as i64;
    let values = iter::once(0).chain(numbers.clone()).map(|number| Node::Value(Value::Int(number)));
    let insert = InsertStatement {
        columns: iter::once("id").chain(names.iter().copied()).map(Into::into).collect(),
        source: InsertSource::Values(vec![values.collect()]),
        ..InsertStatement::new(TableName::new(table))
    };
    database.execute(insert).await?;
    for (name, number) in names.iter().zip(numbers) {
        let column = Node::Column(ColumnRef { table: Some(TableName::new(table)), name: (*name).into() });
        let items = vec![SelectItem::labeled(column.clone(), (*name).into())];
        let mut query = SelectStatement { items: items.into(), ..SelectStatement::default() };
        query.filter = Some(lapis::expr::Expr::<i64>::new(column).eq(number).node().clone());
        assert_eq!(database.all(Select::<Val<i64>>::new(query)).await?, [number], "{name}");
    }
    database.drop_all(&metadata).await
}

async fn names_may_be_keywords(database: &Database) -> Result<()> {
    let names: Vec<&'static str> = KEYWORDS.split_whitespace().collect();
    for names in names.chunks(50) {
        columns_named(database, names).await?;
    }
    Ok(())
}

async fn names_may_be_of_any_script(database: &Database) -> Result<()> {
    let names = [
        "имя",
        "名前",
        "이름",
        "नाम",
        "اسم",
        "שם",
        "όνομα",
        "ชื่อ",
        "անուն",
        "e\u{301}",
        "zero\u{200b}width",
        "naïve",
        "ﬁ",
        "tab\there",
        "new\nline",
        "100%",
        "{}",
        "a.b.c",
        "[x]",
        "(",
        "\\",
        "'",
        "\"",
        "`",
        "``",
        "\"\"",
        "@",
        "#",
        "--",
        "/*",
        ";",
        "$1",
        "?",
        ":x",
        "x y",
    ];
    columns_named(database, &names).await
}
