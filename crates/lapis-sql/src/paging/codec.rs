//! Values as bytes, and bytes as text that a URL holds as it is.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::value::Value;

/// The digits of Base64 for URLs (RFC 4648, section 5), written without padding.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes as Base64 for URLs.
pub(super) fn to_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for digit in 0..=chunk.len() {
            let index = bits >> (18 - 6 * digit) & 63;
            text.push(char::from(DIGITS[index as usize]));
        }
    }
    text
}

/// Base64 for URLs as bytes; `None` where it is none. Of the texts that mean the same bytes, one is taken.
pub(super) fn from_text(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for position in 0..4 {
            let digit = match chunk.get(position) {
                Some(digit) => DIGITS.iter().position(|known| known == digit)?,
                None => 0,
            };
            bits = bits << 6 | u32::try_from(digit).ok()?;
        }
        let [_, group @ ..] = bits.to_be_bytes();
        let (used, unused) = group.split_at(chunk.len().checked_sub(1).filter(|used| *used > 0)?);
        if unused.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(used);
    }
    Some(bytes)
}

/// What a value begins with. Numbers are never used for something else: cursors outlive releases.
mod tag {
    pub const NULL: u8 = 0;
    pub const FALSE: u8 = 1;
    pub const TRUE: u8 = 2;
    pub const INT: u8 = 3;
    pub const UINT: u8 = 4;
    pub const FLOAT: u8 = 5;
    pub const DECIMAL: u8 = 6;
    pub const TEXT: u8 = 7;
    pub const BYTES: u8 = 8;
    pub const DATE: u8 = 9;
    pub const TIME: u8 = 10;
    pub const TIMESTAMP: u8 = 11;
    pub const TIMESTAMP_TZ: u8 = 12;
    pub const INTERVAL: u8 = 13;
    pub const UUID: u8 = 14;
    pub const JSON: u8 = 15;
    pub const INET: u8 = 16;
}

/// Writes a value; an error says what kind of value has no order that a cursor could carry.
pub(super) fn write(bytes: &mut Vec<u8>, value: &Value<'_>) -> Result<(), &'static str> {
    let fixed = |bytes: &mut Vec<u8>, tag: u8, value: &[u8]| {
        bytes.push(tag);
        bytes.extend_from_slice(value);
    };
    match value {
        Value::Null => bytes.push(tag::NULL),
        Value::Bool(false) => bytes.push(tag::FALSE),
        Value::Bool(true) => bytes.push(tag::TRUE),
        Value::Int(value) => {
            bytes.push(tag::INT);
            // Small numbers of either sign are short.
            varint(bytes, ((value << 1) ^ (value >> 63)).cast_unsigned());
        }
        Value::UInt(value) => {
            bytes.push(tag::UINT);
            varint(bytes, *value);
        }
        Value::Float(value) => fixed(bytes, tag::FLOAT, &value.to_be_bytes()),
        Value::Decimal(value) => fixed(bytes, tag::DECIMAL, &value.serialize()),
        Value::Text(text) => sized(bytes, tag::TEXT, text.as_bytes()),
        Value::Bytes(value) => sized(bytes, tag::BYTES, value),
        Value::Date(date) => {
            fixed(bytes, tag::DATE, &date.signed_duration_since(NaiveDate::MIN).num_days().to_be_bytes());
        }
        Value::Time(time) => {
            let since = time.signed_duration_since(NaiveTime::MIN);
            fixed(bytes, tag::TIME, &since.num_microseconds().unwrap_or_default().to_be_bytes());
        }
        Value::Timestamp(at) => timestamp(bytes, tag::TIMESTAMP, *at),
        Value::TimestampTz(at) => timestamp(bytes, tag::TIMESTAMP_TZ, at.naive_utc()),
        Value::Interval(span) => match span.num_microseconds() {
            Some(micros) => fixed(bytes, tag::INTERVAL, &micros.to_be_bytes()),
            None => return Err("a span of that many years"),
        },
        Value::Uuid(uuid) => fixed(bytes, tag::UUID, uuid.as_bytes()),
        Value::Json(text) => sized(bytes, tag::JSON, text.as_bytes()),
        Value::Inet(inet) => sized(bytes, tag::INET, inet.to_string().as_bytes()),
        Value::Range(_) => return Err("a range"),
        Value::Array(_) => return Err("an array"),
        Value::Invalid(_) => return Err("a value that no Rust type holds"),
    }
    Ok(())
}

fn timestamp(bytes: &mut Vec<u8>, tag: u8, at: NaiveDateTime) {
    bytes.push(tag);
    bytes.extend_from_slice(&at.and_utc().timestamp_micros().to_be_bytes());
}

fn sized(bytes: &mut Vec<u8>, tag: u8, value: &[u8]) {
    bytes.push(tag);
    varint(bytes, value.len() as u64);
    bytes.extend_from_slice(value);
}

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// What is left of bytes that are read from their front; every read is `None` where they do not hold what is asked.
pub(super) struct Reader<'b>(pub(super) &'b [u8]);

impl<'b> Reader<'b> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn sized(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        self.take(length)
    }

    fn text(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.sized()?).ok()
    }

    fn integer(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    pub(super) fn value(&mut self) -> Option<Value<'static>> {
        Some(match self.byte()? {
            tag::NULL => Value::Null,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::INT => {
                let value = self.varint()?;
                Value::Int((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
            }
            tag::UINT => Value::UInt(self.varint()?),
            tag::FLOAT => Value::Float(self.array().map(f64::from_be_bytes)?),
            tag::DECIMAL => Value::Decimal(decimal(self.array()?)?),
            tag::TEXT => Value::Text(Cow::Owned(self.text()?.to_owned())),
            tag::BYTES => Value::Bytes(Cow::Owned(self.sized()?.to_vec())),
            tag::DATE => {
                let days = TimeDelta::try_days(self.integer()?)?;
                Value::Date(NaiveDate::MIN.checked_add_signed(days)?)
            }
            tag::TIME => {
                let (time, days) =
                    NaiveTime::MIN.overflowing_add_signed(TimeDelta::microseconds(self.integer()?));
                Value::Time((days == 0).then_some(time)?)
            }
            tag::TIMESTAMP => {
                Value::Timestamp(DateTime::from_timestamp_micros(self.integer()?)?.naive_utc())
            }
            tag::TIMESTAMP_TZ => Value::TimestampTz(DateTime::from_timestamp_micros(self.integer()?)?),
            tag::INTERVAL => Value::Interval(TimeDelta::microseconds(self.integer()?)),
            tag::UUID => Value::Uuid(Uuid::from_bytes(self.array()?)),
            tag::JSON => Value::Json(Cow::Owned(self.text()?.to_owned())),
            tag::INET => Value::Inet(self.text()?.parse().ok()?),
            _ => return None,
        })
    }
}

/// The sixteen bytes of a decimal, of which not all mean one.
fn decimal(bytes: [u8; 16]) -> Option<Decimal> {
    let scale = bytes[2];
    (u32::from(scale) <= Decimal::MAX_SCALE).then(|| Decimal::deserialize(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_text_that_a_url_holds_and_back() {
        for length in 0..70 {
            let bytes: Vec<u8> = (0..length).map(|n: u8| n.wrapping_mul(83) ^ 0xf7).collect();
            let text = to_text(&bytes);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            assert_eq!(from_text(&text), Some(bytes));
        }
        for garbage in ["A", "AAAAA", "AB", "A=", "+/", "é", "AAA\0"] {
            assert_eq!(from_text(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn values_come_back_as_they_were() {
        let day = NaiveDate::from_ymd_opt(1969, 12, 31).unwrap();
        let at = day.and_hms_micro_opt(23, 59, 59, 999_999).unwrap();
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::Int(0),
            Value::Int(i64::MIN),
            Value::Int(i64::MAX),
            Value::UInt(u64::MAX),
            Value::Float(-0.1),
            Value::Decimal(Decimal::MIN),
            Value::Decimal("-1.50".parse().unwrap()),
            Value::Text("über".into()),
            Value::Bytes(vec![0, 255].into()),
            Value::Date(day),
            Value::Date(NaiveDate::MAX),
            Value::Time(at.time()),
            Value::Timestamp(at),
            Value::TimestampTz(at.and_utc()),
            Value::Interval(TimeDelta::microseconds(-5)),
            Value::Uuid(Uuid::from_u128(7)),
            Value::Json("{}".into()),
            Value::Inet("10.0.0.0/8".parse().unwrap()),
        ];
        let mut bytes = Vec::new();
        values.iter().for_each(|value| write(&mut bytes, value).unwrap());
        let mut reader = Reader(&bytes);
        for value in &values {
            assert_eq!(reader.value().as_ref(), Some(value));
        }
        assert!(reader.0.is_empty());
        assert_eq!(write(&mut bytes, &Value::Array(Vec::new())), Err("an array"));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic() {
        for tag in 0..=20_u8 {
            for fill in [0_u8, 1, 0x7f, 0x80, 0xff] {
                for length in 0..24 {
                    let mut bytes = vec![tag];
                    bytes.extend(std::iter::repeat_n(fill, length));
                    Reader(&bytes).value();
                }
            }
        }
    }
}
