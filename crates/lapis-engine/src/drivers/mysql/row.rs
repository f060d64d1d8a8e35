//! A row as it lies in the buffer it was read into.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use lapis_sql::Cell;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::columns::{Column, Kind};
use super::protocol::Reader;
use super::text;

/// A row: the packet, and where in it the cells are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MySqlRow<'a> {
    pub(super) payload: &'a [u8],
    pub(super) columns: &'a [Column],
    pub(super) spans: &'a [Span],
    pub(super) format: Format,
}

/// How cells are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// As text: the answers to statements that cannot be prepared.
    Text,
    /// As the machine has them: the answers to prepared statements.
    Binary,
}

/// Where a cell is in its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    const NULL: Self = Self { start: u32::MAX, end: 0 };
}

/// Finds a row's cells; `None` if the packet is no row of these columns.
#[inline]
pub(super) fn find_cells(
    payload: &[u8],
    columns: &[Column],
    format: Format,
    spans: &mut Vec<Span>,
) -> Option<()> {
    // No packet is longer than a gigabyte.
    u32::try_from(payload.len()).ok()?;
    spans.clear();
    match format {
        Format::Binary => find_binary(payload, columns, spans),
        Format::Text => find_text(payload, columns, spans),
    }
}

#[inline]
fn find_binary(payload: &[u8], columns: &[Column], spans: &mut Vec<Span>) -> Option<()> {
    // A byte of zero, then a bit for each column that is NULL, the first two of them unused.
    let nulls = payload.get(1..1 + (columns.len() + 9) / 8)?;
    let mut rest = Reader(&payload[1 + nulls.len()..]);
    for (index, column) in columns.iter().enumerate() {
        if nulls[(index + 2) / 8] & (1 << ((index + 2) % 8)) != 0 || column.kind == Kind::Null {
            spans.push(Span::NULL);
            continue;
        }
        let length = match column.kind.width() {
            0 => usize::try_from(rest.length()?).ok()?,
            width => width,
        };
        let start = payload.len() - rest.0.len();
        rest.bytes(length)?;
        spans.push(Span { start: start as u32, end: (start + length) as u32 });
    }
    Some(())
}

fn find_text(payload: &[u8], columns: &[Column], spans: &mut Vec<Span>) -> Option<()> {
    const NULL: u8 = 0xfb;
    let mut rest = Reader(payload);
    for _ in columns {
        if rest.0.first() == Some(&NULL) {
            rest.u8()?;
            spans.push(Span::NULL);
            continue;
        }
        let length = rest.string()?.len();
        let end = payload.len() - rest.0.len();
        spans.push(Span { start: (end - length) as u32, end: end as u32 });
    }
    Some(())
}

impl<'a> MySqlRow<'a> {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(crate) fn name(&self, index: usize) -> &'a str {
        self.columns.get(index).map_or("", |column| &column.name)
    }

    /// The cell in a column, if the row has it.
    #[inline]
    pub(crate) fn cell(&self, index: usize) -> Option<Cell<'a>> {
        let span = *self.spans.get(index)?;
        if span == Span::NULL {
            return Some(Cell::Null);
        }
        let bytes = &self.payload[span.start as usize..span.end as usize];
        let kind = self.columns[index].kind;
        Some(match self.format {
            Format::Binary => binary_cell(kind, bytes),
            Format::Text => text_cell(kind, bytes),
        })
    }
}

/// A cell of the binary protocol. One that cannot be what its column says is given as its bytes, which no other
/// type is read from.
#[inline]
fn binary_cell(kind: Kind, bytes: &[u8]) -> Cell<'_> {
    /// The number that the bytes are.
    macro_rules! number {
        ($ty:ident as $cell:ident) => {
            match bytes.try_into() {
                Ok(bytes) => Cell::$cell($ty::from_le_bytes(bytes).into()),
                Err(_) => Cell::Bytes(bytes),
            }
        };
    }
    match kind {
        Kind::Int64 => number!(i64 as Int),
        Kind::Int32 => number!(i32 as Int),
        Kind::Int16 => number!(i16 as Int),
        Kind::Int8 => number!(i8 as Int),
        Kind::UInt64 => number!(u64 as UInt),
        Kind::UInt32 => number!(u32 as Int),
        Kind::UInt16 => number!(u16 as Int),
        Kind::UInt8 => number!(u8 as Int),
        Kind::Double => number!(f64 as Float),
        Kind::Float => number!(f32 as Float),
        Kind::Timestamp => timestamp(bytes).map_or_else(|| undated(bytes, ZERO_TIMESTAMP), Cell::Timestamp),
        Kind::Date => date(bytes).map_or_else(|| undated(bytes, ZERO_DATE), Cell::Date),
        Kind::Time => time(bytes).unwrap_or(Cell::Bytes(bytes)),
        _ => shared_cell(kind, bytes),
    }
}

/// The cells that both protocols write alike.
#[inline]
fn shared_cell(kind: Kind, bytes: &[u8]) -> Cell<'_> {
    match kind {
        Kind::Bytes => Cell::Bytes(bytes),
        Kind::Bit => bit(bytes).map_or(Cell::Bytes(bytes), Cell::UInt),
        _ => match std::str::from_utf8(bytes) {
            Err(_) => Cell::Bytes(bytes),
            Ok(text) => match kind {
                Kind::Decimal => decimal(text).map_or(Cell::Text(text), Cell::Decimal),
                Kind::Json => Cell::Json(text),
                Kind::Uuid => Uuid::try_parse(text).map_or(Cell::Text(text), Cell::Uuid),
                _ => Cell::Text(text),
            },
        },
    }
}

/// A cell of the text protocol.
fn text_cell(kind: Kind, bytes: &[u8]) -> Cell<'_> {
    let Ok(text) = std::str::from_utf8(bytes) else { return shared_cell(kind, bytes) };
    let cell = match kind {
        Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => text.parse().ok().map(Cell::Int),
        Kind::UInt8 | Kind::UInt16 | Kind::UInt32 => text.parse().ok().map(Cell::Int),
        Kind::UInt64 => text.parse().ok().map(Cell::UInt),
        Kind::Float | Kind::Double => text.parse().ok().map(Cell::Float),
        Kind::Date => text::date(text).map(Cell::Date),
        Kind::Timestamp => text::timestamp(text).map(Cell::Timestamp),
        Kind::Time => text::time(text),
        _ => return shared_cell(kind, bytes),
    };
    cell.unwrap_or(Cell::Text(text))
}

const ZERO_DATE: &str = "0000-00-00";
const ZERO_TIMESTAMP: &str = "0000-00-00 00:00:00";

/// What a date is given as that the calendar does not have. Year, month and day of zero are given as text, so that
/// reading it as a date is an error which shows it: as NULL it would be lost once the row is written back.
fn undated<'a>(bytes: &'a [u8], zero: &'static str) -> Cell<'a> {
    if bytes.iter().all(|byte| *byte == 0) { Cell::Text(zero) } else { Cell::Bytes(bytes) }
}

/// A date in 4 bytes.
#[inline]
fn date(bytes: &[u8]) -> Option<NaiveDate> {
    let mut rest = Reader(bytes);
    let year = rest.u16()?;
    let (month, day) = (rest.u8()?, rest.u8()?);
    NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))
}

/// A date and time in 4, 7 or 11 bytes: what is zero at the end is left out.
#[inline]
fn timestamp(bytes: &[u8]) -> Option<NaiveDateTime> {
    let date = date(bytes.get(..4)?)?;
    let mut rest = Reader(&bytes[4..]);
    if rest.0.is_empty() {
        return Some(date.and_time(NaiveTime::MIN));
    }
    let (hour, minute, second) = (rest.u8()?, rest.u8()?, rest.u8()?);
    let micros = if rest.0.is_empty() { 0 } else { rest.u32()? };
    date.and_hms_micro_opt(u32::from(hour), u32::from(minute), u32::from(second), micros)
}

/// A time in 0, 8 or 12 bytes: one of a day, or a span where it is negative or longer.
#[inline]
fn time(bytes: &[u8]) -> Option<Cell<'_>> {
    if bytes.is_empty() {
        return Some(Cell::Time(NaiveTime::MIN));
    }
    let mut rest = Reader(bytes);
    let negative = rest.u8()? != 0;
    let days = rest.u32()?;
    let (hours, minutes, seconds) = (rest.u8()?, rest.u8()?, rest.u8()?);
    let micros = if rest.0.is_empty() { 0 } else { rest.u32()? };
    if !negative
        && days == 0
        && let Some(time) =
            NaiveTime::from_hms_micro_opt(u32::from(hours), u32::from(minutes), u32::from(seconds), micros)
    {
        return Some(Cell::Time(time));
    }
    let span = TimeDelta::seconds(
        ((i64::from(days) * 24 + i64::from(hours)) * 60 + i64::from(minutes)) * 60 + i64::from(seconds),
    ) + TimeDelta::microseconds(i64::from(micros));
    Some(Cell::Interval(if negative { -span } else { span }))
}

/// Up to 64 bits, the highest first.
fn bit(bytes: &[u8]) -> Option<u64> {
    let mut number = [0; 8];
    number[8_usize.checked_sub(bytes.len())?..].copy_from_slice(bytes);
    Some(u64::from_be_bytes(number))
}

/// The decimal that the text is, unless it has more digits than a `Decimal`. A column of a wide scale is written with
/// zeros that count as digits.
#[inline]
fn decimal(text: &str) -> Option<Decimal> {
    if let Ok(value) = Decimal::from_str_exact(text) {
        return Some(value);
    }
    let short = text.contains('.').then(|| text.trim_end_matches('0'))?;
    Decimal::from_str_exact(short.strip_suffix('.').unwrap_or(short)).ok()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn columns(kinds: &[Kind]) -> Vec<Column> {
        kinds.iter().map(|kind| Column { name: "x".into(), kind: *kind }).collect()
    }

    /// The cells of a row, or none if the packet is no row.
    fn cells<'a>(
        payload: &'a [u8],
        columns: &'a [Column],
        format: Format,
        spans: &'a mut Vec<Span>,
    ) -> Option<Vec<Cell<'a>>> {
        find_cells(payload, columns, format, spans)?;
        let row = MySqlRow { payload, columns, spans, format };
        Some((0..row.len()).map(|index| row.cell(index).unwrap()).collect())
    }

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::from_str(text).unwrap()
    }

    #[test]
    fn a_binary_row_is_read_where_it_lies() {
        let columns = columns(&[Kind::Int32, Kind::Text, Kind::Int8, Kind::Bytes]);
        let payload = b"\0\x10\x07\0\0\0\x03abc\x02\xff\0";
        let mut spans = Vec::new();
        let cells = cells(payload, &columns, Format::Binary, &mut spans).unwrap();
        assert_eq!(cells, [Cell::Int(7), Cell::Text("abc"), Cell::Null, Cell::Bytes(b"\xff\0")]);
    }

    #[test]
    fn a_text_row_is_read_by_the_kinds_of_its_columns() {
        let columns = columns(&[Kind::Int64, Kind::Null, Kind::Timestamp, Kind::Double, Kind::Decimal]);
        let payload = b"\x02-7\xfb\x132024-02-29 12:30:00\x030.5\x0510.10";
        let mut spans = Vec::new();
        let cells = cells(payload, &columns, Format::Text, &mut spans).unwrap();
        let expected = [
            Cell::Int(-7),
            Cell::Null,
            Cell::Timestamp(at("2024-02-29T12:30:00")),
            Cell::Float(0.5),
            Cell::Decimal(Decimal::new(1010, 2)),
        ];
        assert_eq!(cells, expected);
    }

    #[test]
    fn a_row_that_ends_too_early_is_none() {
        let columns = columns(&[Kind::Int32, Kind::Text]);
        let payload = b"\0\0\x07\0\0\0\x03abc";
        for length in 0..payload.len() {
            let mut spans = Vec::new();
            assert_eq!(cells(&payload[..length], &columns, Format::Binary, &mut spans), None, "{length}");
        }
    }

    #[test]
    fn integers_keep_their_sign_and_floats_their_value() {
        assert_eq!(binary_cell(Kind::Int8, &[0xff]), Cell::Int(-1));
        assert_eq!(binary_cell(Kind::UInt8, &[0xff]), Cell::Int(255));
        assert_eq!(binary_cell(Kind::UInt32, &[0xff; 4]), Cell::Int(4_294_967_295));
        assert_eq!(binary_cell(Kind::UInt64, &[0xff; 8]), Cell::UInt(u64::MAX));
        let third = 1.0_f32 / 3.0;
        assert_eq!(binary_cell(Kind::Float, &third.to_le_bytes()), Cell::Float(f64::from(third)));
        assert_eq!(binary_cell(Kind::Bit, &[1, 0]), Cell::UInt(256));
    }

    #[test]
    fn timestamps_leave_out_what_is_zero_at_their_end() {
        let read = |bytes: &'static [u8]| binary_cell(Kind::Timestamp, bytes);
        assert_eq!(read(&[0xe8, 7, 2, 29]), Cell::Timestamp(at("2024-02-29T00:00:00")));
        assert_eq!(read(&[0xe8, 7, 2, 29, 12, 30, 1]), Cell::Timestamp(at("2024-02-29T12:30:01")));
        let micros = Cell::Timestamp(at("2024-02-29T12:30:01.000005"));
        assert_eq!(read(&[0xe8, 7, 2, 29, 12, 30, 1, 5, 0, 0, 0]), micros);
    }

    #[test]
    fn zero_dates_are_text_that_is_no_date() {
        assert_eq!(binary_cell(Kind::Date, &[]), Cell::Text("0000-00-00"));
        assert_eq!(binary_cell(Kind::Timestamp, &[]), Cell::Text("0000-00-00 00:00:00"));
        assert_eq!(binary_cell(Kind::Date, &[0xe8, 7, 0, 0]), Cell::Bytes(&[0xe8, 7, 0, 0]));
    }

    #[test]
    fn a_time_of_a_day_is_a_time_and_any_other_a_span() {
        let read = |bytes: &'static [u8]| binary_cell(Kind::Time, bytes);
        assert_eq!(read(&[]), Cell::Time(NaiveTime::MIN));
        let clock = NaiveTime::from_hms_micro_opt(12, 30, 0, 5).unwrap();
        assert_eq!(read(&[0, 0, 0, 0, 0, 12, 30, 0, 5, 0, 0, 0]), Cell::Time(clock));
        assert_eq!(read(&[1, 0, 0, 0, 0, 1, 0, 0]), Cell::Interval(-TimeDelta::hours(1)));
        assert_eq!(
            read(&[0, 34, 0, 0, 0, 22, 59, 59]),
            Cell::Interval(TimeDelta::seconds(838 * 3600 + 3599))
        );
    }

    #[test]
    fn decimals_lose_nothing_but_zeros() {
        assert_eq!(decimal("10.10").map(|it| it.to_string()).as_deref(), Some("10.10"));
        assert_eq!(decimal("1.100000000000000000000000000000"), Some(Decimal::new(11, 1)));
        assert_eq!(decimal("100.000000000000000000000000000000"), Some(Decimal::from(100)));
        assert_eq!(decimal("0.123456789012345678901234567891"), None);
        let wide = "99999999999999999999999999999999999";
        assert_eq!(shared_cell(Kind::Decimal, wide.as_bytes()), Cell::Text(wide));
    }
}
