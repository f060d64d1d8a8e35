//! The tables, and random rows for them.

use chrono::{NaiveDate, NaiveDateTime};
use lapis::prelude::*;

use crate::datum::Datum;
use crate::environment::Row;
use crate::random::Random;

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "parts")]
pub struct Part {
    #[column(primary_key)]
    pub id: i64,
    pub size: i32,
    pub amount: Option<i64>,
    #[column(precision = 12, scale = 2)]
    pub price: Decimal,
    pub weight: Option<f64>,
    pub name: String,
    pub note: Option<String>,
    pub open: bool,
    pub sold: Option<bool>,
    pub day: NaiveDate,
    pub made: Option<NaiveDateTime>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "orders")]
pub struct Order {
    #[column(primary_key)]
    pub id: i64,
    pub part_id: Option<i64>,
    pub count: i64,
    pub rate: Option<Decimal>,
    pub ratio: f64,
    pub label: Option<String>,
    pub city: String,
    pub paid: Option<bool>,
    pub due: Option<NaiveDate>,
    pub at: NaiveDateTime,
}

/// The rows of all tables.
#[derive(Debug, Clone, Default)]
pub struct Data {
    pub parts: Vec<Part>,
    pub orders: Vec<Order>,
}

/// Rows that hold NULLs, ties, empty texts and negative numbers. Fractions are halves and quarters, so that floats
/// hold them exactly.
pub fn random_data(random: &mut Random) -> Data {
    // Texts that collations see differently are rare, as what depends on them cannot be compared.
    let awkward = random.one_in(4);
    let parts = (0..random.below(7)).map(|id| random_part(random, id as i64 + 1, awkward)).collect();
    let orders = (0..random.below(7))
        .map(|id| Order {
            id: id as i64 + 1,
            part_id: maybe(random, |random| random.below(6) as i64 + 1),
            count: small(random),
            rate: maybe(random, quarters),
            ratio: half(random),
            label: maybe(random, |random| word(random, awkward)),
            city: word(random, awkward),
            paid: maybe(random, |random| random.one_in(2)),
            due: maybe(random, date),
            at: instant(random),
        })
        .collect();
    Data { parts, orders }
}

pub fn random_part(random: &mut Random, id: i64, awkward: bool) -> Part {
    Part {
        id,
        size: i32::try_from(small(random)).expect("a small number"),
        amount: maybe(random, small),
        price: quarters(random),
        weight: maybe(random, half),
        name: word(random, awkward),
        note: maybe(random, |random| word(random, awkward)),
        open: random.one_in(2),
        sold: maybe(random, |random| random.one_in(2)),
        day: date(random),
        made: maybe(random, instant),
    }
}

fn maybe<T>(random: &mut Random, value: impl FnOnce(&mut Random) -> T) -> Option<T> {
    if random.one_in(4) { None } else { Some(value(random)) }
}

pub fn small(random: &mut Random) -> i64 {
    random.pick(&[-7, -2, -1, 0, 0, 1, 1, 2, 3, 5, 9, 20]).unwrap_or_default()
}

pub fn quarters(random: &mut Random) -> Decimal {
    Decimal::new(random.pick(&[-750, -125, -50, 0, 25, 50, 50, 100, 225, 1000]).unwrap_or_default(), 2)
}

pub fn half(random: &mut Random) -> f64 {
    random.pick(&[-4.5, -1.0, 0.0, 0.5, 0.5, 1.5, 2.0, 8.0]).unwrap_or_default()
}

pub fn word(random: &mut Random, awkward: bool) -> String {
    let plain = ["", "a", "b", "ab", "abc", "ba", "c", "c", "b1", "20"];
    let signs = ["A", "Ab", "a%", "a_b", "b!", "a b", " a", "c ", "it's", "\\", "ä"];
    let from: &[&str] = if awkward && random.one_in(3) { &signs } else { &plain };
    random.pick(from).unwrap_or_default().to_owned()
}

pub fn date(random: &mut Random) -> NaiveDate {
    let year = 2020 + random.below(3) as i32;
    let (month, day) = random.pick(&[(1, 1), (2, 28), (3, 15), (12, 31)]).unwrap_or((6, 1));
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

pub fn instant(random: &mut Random) -> NaiveDateTime {
    let (hour, minute, second) = random.pick(&[(0, 0, 0), (7, 30, 15), (23, 59, 59)]).unwrap_or_default();
    let micros = random.pick(&[0, 0, 999_999]).unwrap_or_default();
    date(random).and_hms_micro_opt(hour, minute, second, micros).expect("a time of day")
}

impl Part {
    /// In the order of [`PART_COLUMNS`](crate::generator::tables).
    pub fn row(&self) -> Row {
        [
            Datum::Int(self.id),
            Datum::Int(self.size.into()),
            self.amount.map_or(Datum::Null, Datum::Int),
            Datum::Decimal(self.price),
            self.weight.map_or(Datum::Null, Datum::Float),
            Datum::Text(self.name.clone()),
            self.note.clone().map_or(Datum::Null, Datum::Text),
            Datum::Bool(self.open),
            self.sold.map_or(Datum::Null, Datum::Bool),
            Datum::Date(self.day),
            self.made.map_or(Datum::Null, Datum::Timestamp),
        ]
        .into()
    }
}

impl Order {
    pub fn row(&self) -> Row {
        [
            Datum::Int(self.id),
            self.part_id.map_or(Datum::Null, Datum::Int),
            Datum::Int(self.count),
            self.rate.map_or(Datum::Null, Datum::Decimal),
            Datum::Float(self.ratio),
            self.label.clone().map_or(Datum::Null, Datum::Text),
            Datum::Text(self.city.clone()),
            self.paid.map_or(Datum::Null, Datum::Bool),
            self.due.map_or(Datum::Null, Datum::Date),
            Datum::Timestamp(self.at),
        ]
        .into()
    }
}
