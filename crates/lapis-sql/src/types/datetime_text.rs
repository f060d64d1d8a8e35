//! Dates and times as text.
//!
//! The canonical text is `YYYY-MM-DD`, `HH:MM:SS.ffffff`, and both with a space between, always in UTC and
//! always with six digits, so that the order of texts is the order of times. It is what SQLite stores.
//! Reading is lenient: a `T` for the space, `Z` or an offset behind, any number of fractional digits, and
//! no seconds at all are understood.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

/// Writes `YYYY-MM-DD`. The year is expected to be of four digits.
pub(crate) fn write_date(text: &mut String, date: NaiveDate) {
    let year = date.year().unsigned_abs();
    two_digits(text, year / 100);
    two_digits(text, year % 100);
    text.push('-');
    two_digits(text, date.month());
    text.push('-');
    two_digits(text, date.day());
}

/// Writes `HH:MM:SS.ffffff`. What is finer than a microsecond is cut off, and a leap second becomes the last
/// microsecond before it.
pub(crate) fn write_time(text: &mut String, time: NaiveTime) {
    two_digits(text, time.hour());
    text.push(':');
    two_digits(text, time.minute());
    text.push(':');
    two_digits(text, time.second());
    text.push('.');
    let micros = (time.nanosecond() / 1_000).min(999_999);
    two_digits(text, micros / 10_000);
    two_digits(text, micros / 100 % 100);
    two_digits(text, micros % 100);
}

/// Writes `YYYY-MM-DD HH:MM:SS.ffffff`.
pub(crate) fn write_timestamp(text: &mut String, at: NaiveDateTime) {
    write_date(text, at.date());
    text.push(' ');
    write_time(text, at.time());
}

/// Writes a number below 100 as two digits.
fn two_digits(text: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// Reads a date; a time of day behind it must be midnight, since it would be lost.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let mut rest = Reader(text.as_bytes());
    let date = rest.date()?;
    if rest.0.is_empty() {
        return Some(date);
    }
    let at = parse_timestamp(text)?;
    (at.time() == NaiveTime::MIN).then(|| at.date())
}

/// Reads a time of day.
pub(crate) fn parse_time(text: &str) -> Option<NaiveTime> {
    let mut rest = Reader(text.as_bytes());
    let time = rest.time()?;
    rest.0.is_empty().then_some(time)
}

/// Reads a date and time of day; with an offset behind it, what it is in UTC.
pub(crate) fn parse_timestamp(text: &str) -> Option<NaiveDateTime> {
    let mut rest = Reader(text.as_bytes());
    let date = rest.date()?;
    if rest.0.is_empty() {
        return Some(date.and_time(NaiveTime::MIN));
    }
    rest.one_of(b" Tt")?;
    let at = date.and_time(rest.time()?);
    let offset = rest.offset()?;
    rest.0.is_empty().then_some(())?;
    at.checked_sub_signed(offset)
}

/// What is left of a text that is read from its front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn one_of(&mut self, expected: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        expected.contains(&first).then(|| {
            self.0 = rest;
            first
        })
    }

    fn digit(&mut self) -> Option<u32> {
        self.one_of(b"0123456789").map(|digit| u32::from(digit - b'0'))
    }

    fn two_digits(&mut self) -> Option<u32> {
        Some(self.digit()? * 10 + self.digit()?)
    }

    fn date(&mut self) -> Option<NaiveDate> {
        let year = self.two_digits()? * 100 + self.two_digits()?;
        self.one_of(b"-")?;
        let month = self.two_digits()?;
        self.one_of(b"-")?;
        let day = self.two_digits()?;
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    }

    fn time(&mut self) -> Option<NaiveTime> {
        let hour = self.two_digits()?;
        self.one_of(b":")?;
        let minute = self.two_digits()?;
        let mut second = 0;
        let mut nanos = 0;
        if self.one_of(b":").is_some() {
            second = self.two_digits()?;
            if self.one_of(b".,").is_some() {
                nanos = self.digit()? * 100_000_000;
                let mut place = 10_000_000;
                while let Some(digit) = self.digit() {
                    nanos += digit * place;
                    place /= 10;
                }
            }
        }
        NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)
    }

    /// `Z`, `+HH`, `+HHMM`, `+HH:MM`, or nothing, which means UTC.
    fn offset(&mut self) -> Option<TimeDelta> {
        if self.0.is_empty() || self.one_of(b"Zz").is_some() {
            return Some(TimeDelta::zero());
        }
        let sign = if self.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.two_digits()?;
        let minutes = if self.0.is_empty() {
            0
        } else {
            let _ = self.one_of(b":");
            self.two_digits()?
        };
        (hours < 24 && minutes < 60).then(|| TimeDelta::minutes(sign * i64::from(hours * 60 + minutes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").unwrap()
    }

    fn written(value: NaiveDateTime) -> String {
        let mut text = String::new();
        write_timestamp(&mut text, value);
        text
    }

    #[test]
    fn the_canonical_text_always_has_twenty_six_characters() {
        assert_eq!(written(at("2024-02-29 03:04:05")), "2024-02-29 03:04:05.000000");
        assert_eq!(written(at("0007-01-01 23:59:59.123456789")), "0007-01-01 23:59:59.123456");
    }

    #[test]
    fn a_leap_second_is_written_as_the_microsecond_before_it() {
        let leap =
            NaiveDate::from_ymd_opt(2016, 12, 31)
                .unwrap()
                .and_hms_nano_opt(23, 59, 59, 1_500_000_000);
        assert_eq!(written(leap.unwrap()), "2016-12-31 23:59:59.999999");
    }

    #[test]
    fn the_canonical_text_is_read_back() {
        let value = at("2024-02-29 03:04:05.678901");
        assert_eq!(parse_timestamp(&written(value)), Some(value));
    }

    #[test]
    fn other_spellings_are_read_as_the_same_instant() {
        for text in [
            "2024-02-29T12:30:00Z",
            "2024-02-29t12:30:00z",
            "2024-02-29 12:30",
            "2024-02-29 12:30:00.0",
            "2024-02-29 12:30:00.000000000000",
            "2024-02-29T14:30:00+02:00",
            "2024-02-29T14:30:00+0200",
            "2024-02-29T14:30:00+02",
            "2024-02-29T07:00:00-05:30",
        ] {
            assert_eq!(parse_timestamp(text), Some(at("2024-02-29 12:30:00")), "{text}");
        }
        assert_eq!(parse_timestamp("2024-02-29"), Some(at("2024-02-29 00:00:00")));
    }

    #[test]
    fn what_is_no_timestamp_is_not_read() {
        for text in [
            "",
            "now",
            "2024-02-30 00:00:00",
            "2024-13-01 00:00:00",
            "2024-02-29 24:00:00",
            "2024-02-29 12",
            "2024-02-29 12:30:00.",
            "2024-02-29 12:30:00 ",
            "2024-02-29 12:30:00+24:00",
            "2024-02-29 12:30:00+2",
            "2024-02-29 12:30:00Zulu",
            "24-02-29 12:30:00",
            "２０２４-02-29",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_may_have_midnight_behind_it_and_no_other_time() {
        let date = NaiveDate::from_ymd_opt(2024, 2, 29);
        assert_eq!(parse_date("2024-02-29"), date);
        assert_eq!(parse_date("2024-02-29 00:00:00.000000"), date);
        assert_eq!(parse_date("2024-02-29 00:00:01"), None);
    }

    #[test]
    fn a_time_may_leave_out_seconds_and_fraction() {
        let time = |hour, minute, second, nano| NaiveTime::from_hms_nano_opt(hour, minute, second, nano);
        assert_eq!(parse_time("12:30"), time(12, 30, 0, 0));
        assert_eq!(parse_time("12:30:15"), time(12, 30, 15, 0));
        assert_eq!(parse_time("12:30:15.25"), time(12, 30, 15, 250_000_000));
        assert_eq!(parse_time("25:00"), None);
        assert_eq!(parse_time("12:30Z"), None);
    }
}
