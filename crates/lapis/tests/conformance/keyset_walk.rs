//! Walks through random rows by cursors, both ways, held against a list in memory.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use lapis::Cursor;
use lapis::expr::OrderBy;
use lapis::prelude::*;
use lapis::statement::Select;
use lapis::types::Inet;

use crate::harness::{Database, Result, conformance};

conformance! {
    every_row_is_seen_once_in_order_both_ways,
    rows_that_stay_are_seen_once_while_others_come_and_go,
    a_cursor_carries_values_of_every_type,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "items")]
struct Item {
    #[column(primary_key)]
    id: i64,
    small: i32,
    maybe: Option<i32>,
    #[column(length = 10)]
    word: String,
    day: Option<NaiveDate>,
    weight: f64,
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn item(&mut self, id: i64) -> Item {
        let day = NaiveDate::from_ymd_opt(2024, 1, 1 + self.roll(4) as u32).expect("a day of January");
        Item {
            id,
            small: self.roll(4) as i32,
            maybe: (self.roll(3) > 0).then(|| self.roll(3) as i32 - 1),
            word: ["ash", "birch", "cedar", "oak"][self.roll(4) as usize].into(),
            day: (self.roll(2) > 0).then_some(day),
            weight: [-1.5, 0.1, 0.3, 1e10][self.roll(4) as usize],
        }
    }
}

/// What a term of an order is about.
#[derive(Debug, Clone, Copy)]
enum By {
    Small,
    Maybe,
    Word,
    Day,
    Weight,
    Sum,
    Length,
}

const ALL: [By; 7] = [By::Small, By::Maybe, By::Word, By::Day, By::Weight, By::Sum, By::Length];

#[derive(Debug, Clone, Copy)]
struct Term {
    by: By,
    descending: bool,
    nulls_first: Option<bool>,
}

impl Term {
    fn random(dice: &mut Dice) -> Self {
        let nulls_first = [None, Some(true), Some(false)][dice.roll(3) as usize];
        Self { by: ALL[dice.roll(7) as usize], descending: dice.roll(2) > 0, nulls_first }
    }

    fn sql(self) -> OrderBy {
        fn towards(expr: impl ExprOps, descending: bool) -> OrderBy {
            if descending { expr.desc() } else { expr.asc() }
        }
        let mut term = match self.by {
            By::Small => towards(Item::small, self.descending),
            By::Maybe => towards(Item::maybe, self.descending),
            By::Word => towards(Item::word, self.descending),
            By::Day => towards(Item::day, self.descending),
            By::Weight => towards(Item::weight, self.descending),
            By::Sum => towards(Item::maybe + Item::small, self.descending),
            By::Length => towards(func::length(Item::word), self.descending),
        };
        term.nulls_first = self.nulls_first;
        term
    }

    fn compare(self, a: &Item, b: &Item, nulls_are_largest: bool) -> Ordering {
        let number = |item: &Item| -> Option<f64> {
            match self.by {
                By::Small => Some(item.small.into()),
                By::Maybe => item.maybe.map(f64::from),
                By::Word => Some(f64::from(u32::from(item.word.as_bytes()[0]))),
                By::Day => item.day.map(|day| f64::from(chrono::Datelike::num_days_from_ce(&day))),
                By::Weight => Some(item.weight),
                By::Sum => item.maybe.map(|maybe| f64::from(maybe + item.small)),
                By::Length => Some(item.word.len() as f64),
            }
        };
        let nulls_first = self.nulls_first.unwrap_or(nulls_are_largest == self.descending);
        let of_null = if nulls_first { Ordering::Less } else { Ordering::Greater };
        match (number(a), number(b)) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => of_null,
            (Some(_), None) => of_null.reverse(),
            (Some(a), Some(b)) if self.descending => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
        }
    }
}

/// The items in an order, behind which the key follows the last term's way.
fn sorted(items: &[Item], terms: &[Term], nulls_are_largest: bool) -> Vec<i64> {
    let mut items: Vec<&Item> = items.iter().collect();
    items.sort_by(|a, b| {
        let by_terms = terms.iter().map(|term| term.compare(a, b, nulls_are_largest));
        let by_key = if terms.last().is_some_and(|term| term.descending) {
            b.id.cmp(&a.id)
        } else {
            a.id.cmp(&b.id)
        };
        by_terms.fold(Ordering::Equal, Ordering::then).then(by_key)
    });
    items.into_iter().map(|item| item.id).collect()
}

fn query(terms: &[Term]) -> Select<Item> {
    Item::select().order_by(terms.iter().map(|term| term.sql()).collect::<Vec<_>>())
}

fn ids(items: &[Item]) -> Vec<i64> {
    items.iter().map(|item| item.id).collect()
}

fn nulls_are_largest(database: &Database) -> bool {
    !database.is_sqlite() && !database.is_mysql()
}

async fn every_row_is_seen_once_in_order_both_ways(database: &Database) -> Result<()> {
    database.create::<Item>().await?;
    let mut dice = Dice(0x5eed);
    let items: Vec<Item> = (1..=60).map(|id| dice.item(id)).collect();
    database.execute(Item::insert_all(&items)).await?;
    for round in 0..40 {
        let terms: Vec<Term> = (0..=dice.roll(3)).map(|_| Term::random(&mut dice)).collect();
        let expected = sorted(&items, &terms, nulls_are_largest(database));
        let size = 1 + dice.roll(23);
        let mut pages = Vec::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = database.keyset_page(query(&terms).keyset(size).after_if(cursor)).await?;
            assert_eq!(page.has_previous, !pages.is_empty(), "{round}: {terms:?}");
            cursor = page.next_cursor().cloned();
            pages.push(page);
            if cursor.is_none() {
                break;
            }
        }
        let seen: Vec<i64> = pages.iter().flat_map(|page| ids(&page.items)).collect();
        assert_eq!(seen, expected, "{round}: forwards by {terms:?}");
        // Back from where each page begins.
        for pair in pages.windows(2) {
            let start = pair[1].previous_cursor().expect("there is a page before it");
            let before = database.keyset_page(query(&terms).keyset(size).before(start)).await?;
            assert_eq!(ids(&before.items), ids(&pair[0].items), "{round}: {terms:?}");
            assert_eq!(
                (before.has_previous, before.has_next),
                (pair[0].has_previous, true),
                "{round}: {terms:?}"
            );
        }
        // And from the end, whose first page is full.
        let mut seen = Vec::new();
        let mut page = database.keyset_page(query(&terms).keyset(size).backwards()).await?;
        loop {
            seen.splice(0..0, ids(&page.items));
            let Some(cursor) = page.previous_cursor() else { break };
            page = database.keyset_page(query(&terms).keyset(size).before(cursor)).await?;
            assert!(page.has_next);
        }
        assert_eq!(seen, expected, "{round}: backwards by {terms:?}");
    }
    Ok(())
}

async fn rows_that_stay_are_seen_once_while_others_come_and_go(database: &Database) -> Result<()> {
    database.create::<Item>().await?;
    let mut dice = Dice(0xca11);
    let mut items: Vec<Item> = (1..=50).map(|id| dice.item(id)).collect();
    database.execute(Item::insert_all(&items)).await?;
    let mut next_id = 51;
    for round in 0..16 {
        let terms: Vec<Term> = (0..=dice.roll(2)).map(|_| Term::random(&mut dice)).collect();
        let mut stayed: BTreeSet<i64> = items.iter().map(|item| item.id).collect();
        let mut everything = items.clone();
        let backwards = dice.roll(2) > 0;
        let mut seen: Vec<i64> = Vec::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let keyset = query(&terms).keyset(1 + dice.roll(9));
            let keyset =
                if backwards { keyset.backwards().before_if(cursor) } else { keyset.after_if(cursor) };
            let page = database.keyset_page(keyset).await?;
            if backwards {
                seen.splice(0..0, ids(&page.items));
                cursor = page.previous_cursor().cloned();
            } else {
                seen.extend(ids(&page.items));
                cursor = page.next_cursor().cloned();
            }
            if cursor.is_none() {
                break;
            }
            // Also the row that the cursor was taken from may go.
            let last = if backwards { page.items.first() } else { page.items.last() };
            let mut gone: Vec<i64> =
                last.filter(|_| dice.roll(2) > 0).map(|item| item.id).into_iter().collect();
            gone.push(items[dice.roll(items.len() as u64) as usize].id);
            items.retain(|item| !gone.contains(&item.id));
            stayed.retain(|id| !gone.contains(id));
            database.execute(Item::delete().filter(Item::id.in_(gone))).await?;
            let new: Vec<Item> = (0..2).map(|offset| dice.item(next_id + offset)).collect();
            next_id += 2;
            database.execute(Item::insert_all(&new)).await?;
            everything.extend(new.iter().cloned());
            items.extend(new);
        }
        let order = sorted(&everything, &terms, nulls_are_largest(database));
        let in_order: Vec<i64> = order.into_iter().filter(|id| seen.contains(id)).collect();
        assert_eq!(seen, in_order, "{round}: {terms:?}");
        let missed: Vec<_> = stayed.iter().filter(|id| !seen.contains(id)).collect();
        assert!(missed.is_empty(), "{round}: {missed:?} by {terms:?}");
    }
    Ok(())
}

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql(name = "phase", native)]
enum Phase {
    New,
    Full,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "samples")]
struct Sample {
    #[column(primary_key)]
    id: i64,
    short: i16,
    large: u64,
    single: f32,
    double: f64,
    #[column(precision = 20, scale = 6)]
    amount: Decimal,
    flag: bool,
    bytes: Vec<u8>,
    text: String,
    date: NaiveDate,
    time: NaiveTime,
    local: NaiveDateTime,
    instant: DateTime<Utc>,
    span: TimeDelta,
    uuid: Uuid,
    inet: Inet,
    phase: Phase,
}

async fn a_cursor_carries_values_of_every_type(database: &Database) -> Result<()> {
    database.create::<Sample>().await?;
    let date = |day| NaiveDate::from_ymd_opt(1969, 12, day).expect("a day of December");
    let samples: Vec<Sample> = (0..12_u8)
        .map(|n| {
            let time = NaiveTime::from_hms_micro_opt(23, 59, n.into(), 123_456).expect("a time of day");
            let local = date(20 + u32::from(n)).and_time(time);
            Sample {
                id: n.into(),
                short: i16::from(n / 2) - 3,
                large: i64::MAX as u64 - u64::from(n),
                single: f32::from(n) / 3.0,
                double: f64::from(n / 2) / 7.0,
                amount: Decimal::new(i64::from(n) * 1_234_567 - 5_000_000, 6),
                flag: n % 2 == 0,
                bytes: vec![n % 5, 0, 255],
                text: format!("{} 'x\" \\ ü", n / 2),
                date: local.date(),
                time,
                local,
                instant: local.and_utc(),
                span: TimeDelta::microseconds(i64::from(n) * 1_000_001 - 3_000_000),
                uuid: Uuid::from_u128(u128::from(n) << 120 | 7),
                inet: format!("10.0.{}.1", n % 4).parse().expect("an address"),
                phase: if n % 3 == 0 { Phase::New } else { Phase::Full },
            }
        })
        .collect();
    for sample in &samples {
        database.execute(Sample::insert_all([sample])).await?;
    }
    for name in [
        "short", "large", "single", "double", "amount", "flag", "bytes", "text", "date", "time", "local",
        "instant", "span", "uuid", "inet", "phase",
    ] {
        let query = || Sample::select().order_by(Sample::column(name).expect("it is there").desc());
        let expected = database.all(query().order_by(Sample::id.desc())).await?;
        let (mut seen, mut cursor) = (Vec::new(), None::<Cursor>);
        loop {
            let page = database.keyset_page(query().keyset(1).after_if(cursor)).await?;
            seen.extend(page.items.iter().map(|sample| sample.id));
            cursor = page.next_cursor().cloned();
            if cursor.is_none() || seen.len() > samples.len() {
                break;
            }
        }
        assert_eq!(seen, expected.iter().map(|sample| sample.id).collect::<Vec<_>>(), "{name}");
    }
    Ok(())
}
