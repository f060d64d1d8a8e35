//! Every Rust type that a column can hold, there and back.

use std::borrow::Cow;
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use chrono::{FixedOffset, Local};
use lapis::expr::{IntoExpr, StaticTable};
use lapis::prelude::*;
use lapis::schema::{ColumnDef, Table};
use lapis::statement::{delete, insert};
use lapis::types::kind::ComparableWith;
use lapis::types::{ColumnType, Decode, Encode, Inet};
use lapis::{Cell, DecodeError, Value};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::harness::{Database, Result, conformance};

conformance! {
    integers_come_back_to_the_edges_of_their_range,
    an_integer_above_64_signed_bits_comes_back_or_is_refused,
    any_integer_comes_back,
    floats_come_back_to_the_last_bit,
    an_infinity_comes_back_or_is_refused,
    truth_values_come_back,
    decimals_come_back_exactly,
    any_text_comes_back_from_every_plane_of_unicode,
    text_of_a_million_characters_comes_back,
    text_with_a_nul_comes_back_or_is_refused,
    text_comes_back_in_every_type_that_owns_it,
    any_bytes_come_back_none_and_a_million_too,
    dates_come_back_from_the_first_year_to_the_last,
    times_of_day_come_back_to_the_microsecond,
    timestamps_come_back_to_the_microsecond,
    instants_come_back_whatever_their_offset,
    spans_of_time_come_back_also_negative_ones,
    uuids_come_back,
    internet_addresses_and_networks_come_back,
    json_documents_come_back,
    a_type_of_serde_comes_back_as_json,
    enums_newtypes_and_types_of_ones_own_come_back,
    null_is_none_in_a_column_of_every_type,
    stored_numbers_and_times_are_ordered_as_they_are_in_rust,
}

/// A table with one column of the type at hand.
struct Held;

impl StaticTable for Held {
    const TABLE: &'static str = "held";
}

const ID: Column<Held, i64> = Column::new("id");

/// What every type has that a column can hold, and a test can compare.
pub trait Storable: SqlType + Encode + Decode + PartialEq + Debug + Send + 'static {}
impl<T: SqlType + Encode + Decode + PartialEq + Debug + Send + 'static> Storable for T {}

async fn create<T: SqlType>(database: &Database) -> Result<()> {
    let mut metadata = MetaData::new();
    metadata.add(
        Table::build("held")
            .column(ColumnDef::new("id", ColumnType::BigInt))
            .column(ColumnDef::new("value", T::column_type()).nullable())
            .primary_key(["id"]),
    );
    database.drop_all(&metadata).await?;
    database.create_all(&metadata).await
}

async fn store<T: Storable>(database: &Database, values: &[T]) -> Result<()>
where
    T::Kind: ComparableWith<T::Kind>,
{
    create::<T>(database).await?;
    let column: Column<Held, T> = Column::new("value");
    for (rows, first) in values.chunks(100).zip((0_i64..).step_by(100)) {
        let rows = rows.iter().zip(first..).map(|(value, id)| (ID.set(id), column.set(value)));
        database.execute(insert::<Held>().rows(rows)).await?;
    }
    Ok(())
}

/// Stores values, and reads what is there then.
pub async fn stored<T: Storable>(database: &Database, values: &[T]) -> Result<Vec<T>>
where
    T::Kind: ComparableWith<T::Kind>,
{
    store(database, values).await?;
    let column: Column<Held, T> = Column::new("value");
    database.all(select(column).order_by(ID)).await
}

/// Stores values, and reads the same ones again.
pub async fn there_and_back<T: Storable>(database: &Database, values: &[T]) -> Result<()>
where
    T::Kind: ComparableWith<T::Kind>,
{
    let read = stored(database, values).await?;
    assert_eq!(read.len(), values.len());
    for (read, stored) in read.iter().zip(values) {
        assert_eq!(read, stored);
    }
    Ok(())
}

/// The same, and each value is found by comparing the column with it.
pub async fn there_and_found<T: Storable>(database: &Database, values: &[T]) -> Result<()>
where
    T::Kind: ComparableWith<T::Kind>,
    for<'v> &'v T: IntoExpr<Type = T>,
{
    there_and_back(database, values).await?;
    let column: Column<Held, T> = Column::new("value");
    for (value, id) in values.iter().zip(0_i64..) {
        let found = database.all(select(ID).filter(column.eq(value))).await?;
        assert!(found.contains(&id), "{value:?} is not found by `=`");
    }
    Ok(())
}

/// So many values of a strategy.
pub fn some<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::default();
    let tree = vec(strategy, count).new_tree(&mut runner).expect("a strategy that refuses few values");
    tree.current()
}

async fn integers_come_back_to_the_edges_of_their_range(database: &Database) -> Result<()> {
    macro_rules! edges {
        ($($ty:ident)+) => {$( there_and_found(database, &[$ty::MIN, 0, 1, $ty::MAX]).await?; )+};
    }
    edges!(i8 i16 i32 i64 u8 u16 u32);
    there_and_found(database, &[0_u64, i64::MAX as u64]).await
}

async fn an_integer_above_64_signed_bits_comes_back_or_is_refused(database: &Database) -> Result<()> {
    match there_and_found(database, &[u64::MAX, 1 << 63]).await {
        Err(error) => {
            assert!(matches!(error.kind(), lapis::ErrorKind::Data(_)), "{error:?}");
            database.lacks("unsigned integers of 64 bits")?;
        }
        Ok(()) => assert!(!database.is_sqlite() && database.dialect().name() != "PostgreSQL"),
    }
    Ok(())
}

async fn any_integer_comes_back(database: &Database) -> Result<()> {
    there_and_back(database, &some(any::<i8>(), 50)).await?;
    there_and_back(database, &some(any::<i16>(), 50)).await?;
    there_and_back(database, &some(any::<i32>(), 50)).await?;
    there_and_back(database, &some(any::<i64>(), 200)).await?;
    there_and_back(database, &some(any::<u8>(), 50)).await?;
    there_and_back(database, &some(any::<u16>(), 50)).await?;
    there_and_back(database, &some(any::<u32>(), 50)).await
}

async fn floats_come_back_to_the_last_bit(database: &Database) -> Result<()> {
    let edges = [0.0, -1.5, 0.1, 1.0 / 3.0, f64::MIN, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON];
    there_and_found(database, &edges).await?;
    there_and_back(database, &[f32::MIN, f32::MAX, f32::MIN_POSITIVE, 0.1, -0.0]).await?;
    let finite = proptest::num::f64::NORMAL | proptest::num::f64::ZERO;
    there_and_found(database, &some(finite, 200)).await?;
    let finite = proptest::num::f32::NORMAL | proptest::num::f32::ZERO;
    there_and_back(database, &some(finite, 200)).await
}

async fn an_infinity_comes_back_or_is_refused(database: &Database) -> Result<()> {
    let infinities = [f64::INFINITY, f64::NEG_INFINITY];
    if database.is_mysql() {
        assert!(there_and_back(database, &infinities).await.is_err());
        return database.lacks("infinite numbers");
    }
    there_and_back(database, &infinities).await
}

async fn truth_values_come_back(database: &Database) -> Result<()> {
    there_and_found(database, &[true, false]).await
}

async fn decimals_come_back_exactly(database: &Database) -> Result<()> {
    let edges = ["0", "-1", "0.01", "-0.000001", "10.10", "9999999999999.99", "123456789012345", "1000000"];
    let edges: Vec<Decimal> = edges.iter().map(|text| text.parse().expect("a decimal")).collect();
    there_and_found(database, &edges).await?;
    let digits = -999_999_999_999_999_i64..=999_999_999_999_999;
    let decimals = (digits, 0_u32..=12).prop_map(|(digits, scale)| Decimal::new(digits, scale));
    there_and_found(database, &some(decimals, 200)).await
}

async fn any_text_comes_back_from_every_plane_of_unicode(database: &Database) -> Result<()> {
    let texts = [
        "",
        " ",
        "  both  ",
        "plain",
        "naïve Ünïcödé",
        "日本語",
        "עברית",
        "🦀👩‍👩‍👧‍👦🏳️‍🌈",
        "\u{10FFFF}",
        "\u{FEFF}bom",
        "e\u{301}",
        "\u{e9}",
        "tab\tnewline\ncarriage\rreturn",
        "\u{202e}right to left",
        "%_\\!'\"`$1?:x",
        "\u{1}\u{7f}\u{85}\u{2028}",
    ];
    there_and_found(database, &texts.map(str::to_owned)).await?;
    let character = any::<char>().prop_filter("NUL", |character| *character != '\0');
    let texts = vec(character, 0..40).prop_map(|text| text.into_iter().collect::<String>());
    there_and_found(database, &some(texts, 200)).await
}

async fn text_of_a_million_characters_comes_back(database: &Database) -> Result<()> {
    there_and_back(database, &["ä".repeat(1_000_000), "x".repeat(65_536)]).await
}

async fn text_with_a_nul_comes_back_or_is_refused(database: &Database) -> Result<()> {
    let texts = ["\0".to_owned(), "a\0b".to_owned(), "ends\0".to_owned()];
    if database.dialect().name() == "PostgreSQL" {
        let error = there_and_back(database, &texts).await.unwrap_err();
        assert!(matches!(error.kind(), lapis::ErrorKind::Data(_)), "{error:?}");
        return database.lacks("NUL characters in text");
    }
    there_and_found(database, &texts).await
}

async fn text_comes_back_in_every_type_that_owns_it(database: &Database) -> Result<()> {
    there_and_found(database, &[Box::<str>::from("boxed")]).await?;
    there_and_found(database, &[Arc::<str>::from("shared")]).await?;
    there_and_found(database, &[Cow::<'static, str>::from("lent"), Cow::from("owned".to_owned())]).await?;
    there_and_found(database, &[Box::new(7_i64)]).await
}

async fn any_bytes_come_back_none_and_a_million_too(database: &Database) -> Result<()> {
    let all: Vec<u8> = (0..=255).collect();
    there_and_found(database, &[vec![], vec![0], all, b"text'; --".to_vec()]).await?;
    there_and_back(database, &[vec![0xff_u8; 1_000_000]]).await?;
    there_and_found(database, &some(vec(any::<u8>(), 0..60), 200)).await
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    (1000_i32..=9999, 1_u32..=366)
        .prop_filter_map("no day 366", |(year, number)| NaiveDate::from_yo_opt(year, number))
}

fn times() -> impl Strategy<Value = NaiveTime> {
    (0_u32..86_400, 0_u32..1_000_000).prop_filter_map("no time", |(second, micro)| {
        NaiveTime::from_num_seconds_from_midnight_opt(second, micro * 1000)
    })
}

async fn dates_come_back_from_the_first_year_to_the_last(database: &Database) -> Result<()> {
    let edges = [day(1, 1, 1), day(1582, 10, 10), day(1970, 1, 1), day(2024, 2, 29), day(9999, 12, 31)];
    there_and_found(database, &edges).await?;
    there_and_found(database, &some(dates(), 100)).await
}

async fn times_of_day_come_back_to_the_microsecond(database: &Database) -> Result<()> {
    let last = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
    there_and_found(database, &[NaiveTime::MIN, last]).await?;
    there_and_found(database, &some(times(), 100)).await
}

async fn timestamps_come_back_to_the_microsecond(database: &Database) -> Result<()> {
    let last = day(9999, 12, 31).and_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
    there_and_found(database, &[day(1000, 1, 1).and_time(NaiveTime::MIN), last]).await?;
    let timestamps = (dates(), times()).prop_map(|(date, time)| date.and_time(time));
    there_and_found(database, &some(timestamps, 100)).await
}

async fn instants_come_back_whatever_their_offset(database: &Database) -> Result<()> {
    let instants = (dates(), times()).prop_map(|(date, time)| date.and_time(time).and_utc());
    there_and_found(database, &some(instants, 100)).await?;
    let offset = FixedOffset::east_opt(5 * 3600 + 1800).expect("an offset");
    let noon = day(2024, 2, 29).and_hms_opt(12, 0, 0).expect("a time").and_utc();
    there_and_found(database, &[noon.with_timezone(&offset)]).await?;
    there_and_found(database, &[noon.with_timezone(&Local)]).await?;
    // The same instant, however it is written.
    there_and_found(database, &[noon]).await?;
    let column: Column<Held, DateTime<Utc>> = Column::new("value");
    let found = database.all(select(ID).filter(column.eq(noon.with_timezone(&offset)))).await?;
    assert_eq!(found, [0]);
    Ok(())
}

async fn spans_of_time_come_back_also_negative_ones(database: &Database) -> Result<()> {
    let edges =
        [TimeDelta::zero(), TimeDelta::microseconds(-1), TimeDelta::days(36_500), TimeDelta::weeks(-3)];
    there_and_found(database, &edges).await?;
    let spans = (-1_000_000_000_000_000_i64..1_000_000_000_000_000).prop_map(TimeDelta::microseconds);
    there_and_found(database, &some(spans, 100)).await
}

async fn uuids_come_back(database: &Database) -> Result<()> {
    there_and_found(database, &[Uuid::nil(), Uuid::max(), Uuid::new_v4()]).await?;
    // MariaDB's type refuses some of version 8 and above.
    let taken = |uuid: &Uuid| uuid.as_bytes()[6] < 0x80 || !(1..=0x80).contains(&uuid.as_bytes()[8]);
    let uuid = any::<u128>().prop_map(Uuid::from_u128).prop_filter("one that MariaDB takes", taken);
    there_and_found(database, &some(uuid, 100)).await
}

async fn internet_addresses_and_networks_come_back(database: &Database) -> Result<()> {
    let networks =
        ["192.0.2.1", "192.0.2.1/24", "0.0.0.0/0", "10.0.0.0/8", "2001:db8::1", "2001:db8::/32", "::/0"];
    let networks: Vec<Inet> = networks.iter().map(|text| text.parse().expect("a network")).collect();
    there_and_found(database, &networks).await?;
    let addresses = any::<IpAddr>().prop_flat_map(|address| {
        let bits = if address.is_ipv4() { 32_u8 } else { 128 };
        (0_u8..=bits).prop_filter_map("a prefix", move |prefix| Inet::new(address, prefix))
    });
    there_and_found(database, &some(addresses, 100)).await?;
    there_and_found(database, &some(any::<IpAddr>(), 50)).await?;
    there_and_found(database, &[Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST]).await?;
    let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
    there_and_found(database, &[Ipv6Addr::UNSPECIFIED, Ipv6Addr::LOCALHOST, mapped]).await
}

async fn json_documents_come_back(database: &Database) -> Result<()> {
    let documents = [
        json!(null),
        json!(true),
        json!(0),
        json!(i64::MAX),
        json!(-1.5),
        json!(""),
        json!("null"),
        json!("1"),
        json!([]),
        json!({}),
        json!([1, [2, [3, {"four": [null]}]]]),
        json!({"": 1, "a b": "'\"\\", "ключ": "🦀"}),
    ];
    there_and_back(database, &documents).await?;
    there_and_back(database, &documents.map(Json)).await?;
    there_and_back(database, &some(documents_of(3), 100)).await
}

fn documents_of(depth: u32) -> impl Strategy<Value = serde_json::Value> {
    let text = || "[a-z\"\\\\ é]{0,8}";
    let leaf = proptest::prop_oneof![
        proptest::prelude::Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        text().prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(depth, 24, 4, move |inner| {
        proptest::prop_oneof![
            vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::hash_map(text(), inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    theme: String,
    sizes: Vec<u8>,
    nested: Option<Box<Settings>>,
}

async fn a_type_of_serde_comes_back_as_json(database: &Database) -> Result<()> {
    let plain = || Settings { theme: "dark".into(), sizes: vec![1, 2], nested: None };
    let nested = Settings { theme: String::new(), sizes: vec![], nested: Some(Box::new(plain())) };
    there_and_back(database, &[Json(plain()), Json(nested)]).await?;
    let column: Column<Held, Json<Vec<i32>>> = Column::new("value");
    let error = database.all(select(column)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("column `value` cannot be read: it cannot be read as `Json`"),
        "{error}"
    );
    Ok(())
}

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql(rename_all = "snake_case")]
enum Status {
    Draft,
    InReview,
    #[sql(rename = "it's live")]
    Published,
}

#[derive(SqlType, Debug, Clone, PartialEq)]
#[sql(length = 40)]
struct Email(String);

#[derive(SqlType, Debug, Clone, Copy, PartialEq)]
struct Weight {
    grams: i64,
}

/// A set of flags, stored as the sum of their numbers.
#[derive(Debug, Clone, PartialEq)]
struct Flags {
    red: bool,
    blue: bool,
}

impl SqlType for Flags {
    type Kind = <i16 as SqlType>::Kind;
    type NotNull = Self;
    type Propagate<U: SqlType> = U;

    fn column_type() -> ColumnType {
        ColumnType::SmallInt
    }
}

impl Encode for Flags {
    fn encode(&self) -> Value<'_> {
        Value::Int(i64::from(self.red) + 2 * i64::from(self.blue))
    }
}

impl Decode for Flags {
    fn decode(cell: Cell<'_>) -> std::result::Result<Self, DecodeError> {
        i16::decode(cell).map(|bits| Flags { red: bits & 1 != 0, blue: bits & 2 != 0 })
    }
}

async fn enums_newtypes_and_types_of_ones_own_come_back(database: &Database) -> Result<()> {
    there_and_found(database, &[Status::Draft, Status::InReview, Status::Published]).await?;
    there_and_found(database, &[Email("a@example.org".into())]).await?;
    there_and_found(database, &[Weight { grams: -1 }, Weight { grams: i64::MAX }]).await?;
    there_and_found(database, &[Flags { red: true, blue: true }, Flags { red: false, blue: true }]).await
}

async fn null_is_none_in_a_column_of_every_type(database: &Database) -> Result<()> {
    macro_rules! nulls {
        ($($ty:ty = $value:expr;)+) => {$(
            there_and_back::<Option<$ty>>(database, &[None, Some($value), None]).await?;
            let column: Column<Held, Option<$ty>> = Column::new("value");
            assert_eq!(database.all(select(ID).filter(column.is_null()).order_by(ID)).await?, [0, 2]);
            database.execute(delete::<Held>().all_rows()).await?;
        )+};
    }
    nulls! {
        i8 = 1; i16 = 1; i32 = 1; i64 = 1; u8 = 1; u16 = 1; u32 = 1; u64 = 1; f32 = 0.5; f64 = 0.5; bool = false;
        Decimal = Decimal::ONE; String = String::new(); Vec<u8> = vec![]; NaiveDate = day(2024, 1, 1);
        NaiveTime = NaiveTime::MIN; NaiveDateTime = day(2024, 1, 1).and_time(NaiveTime::MIN);
        DateTime<Utc> = DateTime::UNIX_EPOCH; TimeDelta = TimeDelta::zero(); Uuid = Uuid::nil();
        serde_json::Value = json!({}); Json<Vec<i32>> = Json(vec![]); Status = Status::Draft;
        Email = Email("e".into()); Flags = Flags { red: false, blue: false };
    }
    Ok(())
}

async fn stored_numbers_and_times_are_ordered_as_they_are_in_rust(database: &Database) -> Result<()> {
    async fn ordered<T: Storable + PartialOrd + Clone>(database: &Database, values: Vec<T>) -> Result<()>
    where
        T::Kind: ComparableWith<T::Kind>,
    {
        store(database, &values).await?;
        let column: Column<Held, T> = Column::new("value");
        let read: Vec<T> = database.all(select(column).order_by(column)).await?;
        assert!(read.is_sorted(), "{read:?}");
        Ok(())
    }
    let decimals = (-99_999_i64..99_999, 0_u32..6).prop_map(|(digits, scale)| Decimal::new(digits, scale));
    ordered(database, some(any::<i64>(), 50)).await?;
    ordered(database, some(proptest::num::f64::NORMAL, 50)).await?;
    ordered(database, some(decimals, 50)).await?;
    ordered(database, some(dates(), 50)).await?;
    ordered(database, some(times(), 50)).await?;
    ordered(database, some((dates(), times()).prop_map(|(date, time)| date.and_time(time).and_utc()), 50))
        .await?;
    ordered(database, some((-1_000_000_i64..1_000_000).prop_map(TimeDelta::microseconds), 50)).await
}
