//! Dates and times as the text protocol writes them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use lapis_sql::Cell;
use lapis_sql::types::Decode;

/// `YYYY-MM-DD`
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::decode(Cell::Text(text)).ok()
}

/// `YYYY-MM-DD HH:MM:SS`, perhaps with a fraction.
pub(super) fn timestamp(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::decode(Cell::Text(text)).ok()
}

/// `HH:MM:SS`, perhaps with a fraction, up to 838 hours, and perhaps negative: a time of a day where it is one, else
/// a span.
pub(super) fn time(text: &str) -> Option<Cell<'static>> {
    if let Ok(time) = NaiveTime::decode(Cell::Text(text)) {
        return Some(Cell::Time(time));
    }
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let (hours, rest) = text.split_once(':')?;
    let hours: u16 = hours.parse().ok()?;
    // What is left is a time of the first hour.
    let mut of_hour = String::with_capacity(16);
    of_hour.push_str("00:");
    of_hour.push_str(rest);
    let of_hour = NaiveTime::decode(Cell::Text(&of_hour)).ok()?;
    let span = TimeDelta::hours(i64::from(hours)) + (of_hour - NaiveTime::MIN);
    Some(Cell::Interval(if negative { -span } else { span }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_of_a_day_or_a_span() {
        assert_eq!(time("12:30:00"), NaiveTime::from_hms_opt(12, 30, 0).map(Cell::Time));
        assert_eq!(time("-00:00:01.5"), Some(Cell::Interval(TimeDelta::milliseconds(-1500))));
        assert_eq!(time("838:59:59"), Some(Cell::Interval(TimeDelta::seconds(838 * 3600 + 3599))));
        assert_eq!(time("12h"), None);
    }
}
