//! Rows as they stand in the read buffer, and their cells.

use std::ops::Bound;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use lapis_sql::types::Inet;
use lapis_sql::value::{Elements, RangeCell};
use lapis_sql::{Cell, DecodeError};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::types::{Item, Kind, Scalar, Type};

/// A column of a result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(super) name: Box<str>,
    pub(super) ty: Type,
}

/// Where a cell lies in its row; a length below zero is NULL.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    start: u32,
    len: i32,
}

/// A row in the read buffer.
#[derive(Clone, Copy)]
pub(crate) struct PostgresRow<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) places: &'a [Place],
    pub(super) columns: &'a [Column],
}

impl<'a> PostgresRow<'a> {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn name(&self, index: usize) -> Option<&'a str> {
        self.columns.get(index).map(|column| &*column.name)
    }

    #[inline]
    pub(crate) fn cell(&self, index: usize) -> Option<Cell<'a>> {
        let place = self.places.get(index)?;
        let Ok(len) = usize::try_from(place.len) else { return Some(Cell::Null) };
        let start = place.start as usize;
        Some(cell(self.columns.get(index)?.ty, self.bytes.get(start..start + len)?))
    }
}

/// Finds the cells of a row, whose bytes begin with their number. `None` if they are not whole.
pub(super) fn locate(bytes: &[u8], places: &mut Vec<Place>) -> Option<()> {
    places.clear();
    let count = u16::from_be_bytes(array(bytes, 0)?);
    let mut at = 2;
    for _ in 0..count {
        let len = i32::from_be_bytes(array(bytes, at)?);
        at += 4;
        places.push(Place { start: u32::try_from(at).ok()?, len });
        at += usize::try_from(len).unwrap_or(0);
    }
    (at <= bytes.len()).then_some(())
}

#[inline]
fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

#[inline]
fn cell(ty: Type, bytes: &[u8]) -> Cell<'_> {
    match ty.kind {
        Kind::Item(Item::One(kind)) => scalar(kind, bytes),
        Kind::Item(Item::Range(kind)) => range(kind, bytes),
        Kind::Array(_, item) => elements(item, bytes),
    }
}

/// An array: the number of dimensions, whether there are NULLs, the type of the elements, length and first number of
/// each dimension, the elements.
fn elements(item: Item, bytes: &[u8]) -> Cell<'_> {
    const SEVERAL: &str =
        "it is an array of several dimensions; select `unnest(…)` of it, or read it as text by a CAST";
    match array(bytes, 0).map(i32::from_be_bytes) {
        Some(0) => Cell::Array(Elements::new(&[], item.context(), read_element)),
        Some(1) => {
            Cell::Array(Elements::new(bytes.get(20..).unwrap_or_default(), item.context(), read_element))
        }
        Some(_) => Cell::Unreadable(SEVERAL),
        None => Cell::Bytes(bytes),
    }
}

/// Takes the next element or bound, behind its length, off the bytes.
fn read_element<'b>(context: u32, source: &mut &'b [u8]) -> Option<Result<Cell<'b>, DecodeError>> {
    if source.is_empty() {
        return None;
    }
    let cut_off = || DecodeError::Invalid { expected: "array or range", reason: "it is cut off".into() };
    let Some((len, rest)) = source.split_first_chunk() else { return Some(Err(cut_off())) };
    let Ok(len) = usize::try_from(i32::from_be_bytes(*len)) else {
        *source = rest;
        return Some(Ok(Cell::Null));
    };
    let Some((bytes, rest)) = rest.split_at_checked(len) else { return Some(Err(cut_off())) };
    *source = rest;
    Some(Ok(match Item::of_context(context) {
        Item::One(kind) => scalar(kind, bytes),
        Item::Range(kind) => range(kind, bytes),
    }))
}

/// A range: its flags, and the bounds that it has.
fn range(kind: Scalar, bytes: &[u8]) -> Cell<'_> {
    const EMPTY: u8 = 0x01;
    const LOWER_INCLUSIVE: u8 = 0x02;
    const UPPER_INCLUSIVE: u8 = 0x04;
    const LOWER_INFINITE: u8 = 0x08;
    const UPPER_INFINITE: u8 = 0x10;
    let Some((flags, rest)) = bytes.split_first() else { return Cell::Bytes(bytes) };
    if flags & EMPTY != 0 {
        return Cell::Range(RangeCell::empty());
    }
    let bound = |infinite: u8, inclusive: u8| match (flags & infinite, flags & inclusive) {
        (0, 0) => Bound::Excluded(()),
        (0, _) => Bound::Included(()),
        _ => Bound::Unbounded,
    };
    let bounds = (bound(LOWER_INFINITE, LOWER_INCLUSIVE), bound(UPPER_INFINITE, UPPER_INCLUSIVE));
    Cell::Range(RangeCell::new(bounds, rest, Item::One(kind).context(), read_element))
}

fn inet(bytes: &[u8]) -> Option<Inet> {
    let inet = postgres_protocol::types::inet_from_sql(bytes).ok()?;
    Inet::new(inet.addr(), inet.netmask())
}

/// A cell of one value.
#[inline]
pub(super) fn scalar(kind: Scalar, bytes: &[u8]) -> Cell<'_> {
    let cell = match kind {
        Scalar::Text | Scalar::Json => match std::str::from_utf8(bytes) {
            Ok(text) if kind == Scalar::Json => Some(Cell::Json(text)),
            Ok(text) => Some(Cell::Text(text)),
            Err(_) => None,
        },
        Scalar::Int8 => array(bytes, 0).map(|it| Cell::Int(i64::from_be_bytes(it))),
        Scalar::Int4 => array(bytes, 0).map(|it| Cell::Int(i32::from_be_bytes(it).into())),
        Scalar::Int2 => array(bytes, 0).map(|it| Cell::Int(i16::from_be_bytes(it).into())),
        Scalar::Bool => bytes.first().map(|byte| Cell::Bool(*byte != 0)),
        Scalar::Oid => array(bytes, 0).map(|it| Cell::Int(u32::from_be_bytes(it).into())),
        Scalar::Float8 => array(bytes, 0).map(|it| Cell::Float(f64::from_be_bytes(it))),
        Scalar::Float4 => array(bytes, 0).map(|it| Cell::Float(f32::from_be_bytes(it).into())),
        Scalar::Bytes | Scalar::Opaque => Some(Cell::Bytes(bytes)),
        Scalar::Numeric => return numeric(bytes).map_or_else(Cell::Unreadable, Cell::Decimal),
        Scalar::Date => return date(bytes).map_or(TOO_FAR, Cell::Date),
        Scalar::Time => {
            const MIDNIGHT: &str =
                "it is 24:00:00, which `NaiveTime` does not have; read it as text by a CAST";
            return time(bytes).map_or(Cell::Unreadable(MIDNIGHT), Cell::Time);
        }
        Scalar::Timestamp => return timestamp(bytes).map_or(TOO_FAR, Cell::Timestamp),
        Scalar::TimestampTz => {
            return timestamp(bytes).map_or(TOO_FAR, |at| Cell::TimestampTz(at.and_utc()));
        }
        Scalar::Interval => return interval(bytes).map_or_else(Cell::Unreadable, Cell::Interval),
        Scalar::Uuid => array(bytes, 0).map(|it| Cell::Uuid(Uuid::from_bytes(it))),
        // Behind the version of the format.
        Scalar::Jsonb => bytes.get(1..).and_then(|it| std::str::from_utf8(it).ok()).map(Cell::Json),
        Scalar::Inet => inet(bytes).map(Cell::Inet),
    };
    cell.unwrap_or(Cell::Bytes(bytes))
}

const TOO_FAR: Cell<'static> =
    Cell::Unreadable("it is infinity, or further away than Rust's dates reach; read it as text by a CAST");

/// Reads base-10000 digits.
pub(super) fn numeric(bytes: &[u8]) -> Result<Decimal, &'static str> {
    const TOO_LONG: &str =
        "it has more digits than `Decimal` holds (28); round it in the query, or read it as text by a CAST";
    let field = |at| array(bytes, at).map(i16::from_be_bytes).ok_or("it is cut off");
    let (count, weight, sign, scale) = (field(0)?, field(2)?, field(4)?, field(6)?);
    match sign.cast_unsigned() {
        0xC000 => return Err("it is NaN, which `Decimal` does not have; read it as text by a CAST"),
        0xD000 | 0xF000 => {
            return Err("it is infinity, which `Decimal` does not have; read it as text by a CAST");
        }
        _ => {}
    }
    let mut mantissa: i128 = 0;
    for index in 0..usize::from(count.unsigned_abs()) {
        let digit = field(8 + 2 * index)?;
        mantissa = mantissa
            .checked_mul(10_000)
            .and_then(|it| it.checked_add(digit.into()))
            .ok_or(TOO_LONG)?;
    }
    if mantissa == 0 {
        return Ok(Decimal::new(0, u32::from(scale.unsigned_abs()).min(Decimal::MAX_SCALE)));
    }
    // The digits' unit is 10000 to the power of what the weight leaves.
    let unit = 4 * (i32::from(weight) + 1 - i32::from(count));
    let mantissa = if sign == 0 { mantissa } else { -mantissa };
    // The scale says how many decimals are meant. Zeros at the end, of which a division in PostgreSQL gives many, may go.
    if let Some(value) = at_scale(mantissa, unit, i32::from(scale)) {
        return Ok(value);
    }
    let (mut mantissa, mut unit) = (mantissa, unit);
    while mantissa % 10 == 0 {
        (mantissa, unit) = (mantissa / 10, unit + 1);
    }
    at_scale(mantissa, unit, (-unit).max(0)).ok_or(TOO_LONG)
}

/// So many units of that power of ten, with so many decimals, behind which there are only zeros.
fn at_scale(mantissa: i128, unit: i32, scale: i32) -> Option<Decimal> {
    let power = 10_i128.checked_pow((unit + scale).unsigned_abs())?;
    let mantissa = if unit + scale >= 0 { mantissa.checked_mul(power)? } else { mantissa / power };
    Decimal::try_from_i128_with_scale(mantissa, u32::try_from(scale).ok()?).ok()
}

fn date(bytes: &[u8]) -> Option<NaiveDate> {
    day(i32::from_be_bytes(array(bytes, 0)?).into())
}

/// The day so many days from 2000-01-01.
fn day(days: i64) -> Option<NaiveDate> {
    const EPOCH: Option<NaiveDate> = NaiveDate::from_ymd_opt(2000, 1, 1);
    if days < 0 {
        EPOCH?.checked_sub_days(Days::new(days.unsigned_abs()))
    } else {
        EPOCH?.checked_add_days(Days::new(days.unsigned_abs()))
    }
}

fn time(bytes: &[u8]) -> Option<NaiveTime> {
    time_of_day(i64::from_be_bytes(array(bytes, 0)?))
}

fn time_of_day(micros: i64) -> Option<NaiveTime> {
    let seconds = u32::try_from(micros / 1_000_000).ok()?;
    let nanos = u32::try_from(micros % 1_000_000).ok()? * 1_000;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos)
}

fn timestamp(bytes: &[u8]) -> Option<NaiveDateTime> {
    /// Of 2000-01-01, in seconds since 1970.
    const EPOCH: i64 = 946_684_800;
    let micros = i64::from_be_bytes(array(bytes, 0)?);
    if matches!(micros, i64::MIN | i64::MAX) {
        return None;
    }
    let nanos = u32::try_from(micros.rem_euclid(1_000_000)).ok()? * 1_000;
    Some(DateTime::from_timestamp(micros.div_euclid(1_000_000) + EPOCH, nanos)?.naive_utc())
}

fn interval(bytes: &[u8]) -> Result<TimeDelta, &'static str> {
    let cut_off = "it is cut off";
    let micros = i64::from_be_bytes(array(bytes, 0).ok_or(cut_off)?);
    let days = i32::from_be_bytes(array(bytes, 8).ok_or(cut_off)?);
    let months = i32::from_be_bytes(array(bytes, 12).ok_or(cut_off)?);
    if matches!((micros, days, months), (i64::MAX, i32::MAX, i32::MAX) | (i64::MIN, i32::MIN, i32::MIN)) {
        return Err("it is infinity, which Rust's durations do not have; read it as text by a CAST");
    }
    if months != 0 {
        return Err(
            "it counts months, which have no fixed length; read it as text by a CAST, or extract its parts",
        );
    }
    TimeDelta::microseconds(micros)
        .checked_add(&TimeDelta::days(days.into()))
        .ok_or("it is longer than Rust's durations")
}
