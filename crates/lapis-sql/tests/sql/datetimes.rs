//! What functions of dates and instants become on each database.

use crate::common::{User, on_all};
use chrono::{DateTime, NaiveDate, Utc};
use insta::assert_snapshot;
use lapis_sql::expr::*;

const BORN: Column<User, NaiveDate> = Column::new("born");
const SEEN: Column<User, DateTime<Utc>> = Column::new("seen");

#[test]
fn fields_of_dates_are_integers() {
    assert_snapshot!(on_all(func::extract(DateField::Year, BORN)), @r#"
    sqlite: CAST(strftime('%Y', substr("born", 1, 19)) AS INTEGER)
    postgres: CAST(extract(YEAR FROM "born") AS BIGINT)
    mysql: extract(YEAR FROM `born`)
    "#);
    assert_snapshot!(on_all(func::extract(DateField::Quarter, BORN)), @r#"
    sqlite: ((CAST(strftime('%m', substr("born", 1, 19)) AS INTEGER) + 2) / 3)
    postgres: CAST(extract(QUARTER FROM "born") AS BIGINT)
    mysql: extract(QUARTER FROM `born`)
    "#);
    assert_snapshot!(on_all(func::extract(DateField::Month, BORN)), @r#"
    sqlite: CAST(strftime('%m', substr("born", 1, 19)) AS INTEGER)
    postgres: CAST(extract(MONTH FROM "born") AS BIGINT)
    mysql: extract(MONTH FROM `born`)
    "#);
    assert_snapshot!(on_all(func::extract(DateField::Day, BORN)), @r#"
    sqlite: CAST(strftime('%d', substr("born", 1, 19)) AS INTEGER)
    postgres: CAST(extract(DAY FROM "born") AS BIGINT)
    mysql: extract(DAY FROM `born`)
    "#);
    assert_snapshot!(on_all(func::extract(DateField::DayOfYear, BORN)), @r#"
    sqlite: CAST(strftime('%j', substr("born", 1, 19)) AS INTEGER)
    postgres: CAST(extract(DOY FROM "born") AS BIGINT)
    mysql: dayofyear(`born`)
    "#);
    assert_snapshot!(on_all(func::extract(DateField::Weekday, BORN)), @r#"
    sqlite: ((CAST(strftime('%w', substr("born", 1, 19)) AS INTEGER) + 6) % 7 + 1)
    postgres: CAST(extract(ISODOW FROM "born") AS BIGINT)
    mysql: (weekday(`born`) + 1)
    "#);
}

#[test]
fn fields_of_instants_are_integers() {
    assert_snapshot!(on_all(func::extract(DateField::Year, SEEN)), @r#"
    sqlite: CAST(strftime('%Y', substr("seen", 1, 19)) AS INTEGER)
    postgres: CAST(extract(YEAR FROM "seen" AT TIME ZONE 'UTC') AS BIGINT)
    mysql: extract(YEAR FROM `seen`)
    "#);
    assert_snapshot!(on_all(func::extract(TimeField::Hour, SEEN)), @r#"
    sqlite: CAST(strftime('%H', substr("seen", 1, 19)) AS INTEGER)
    postgres: CAST(extract(HOUR FROM "seen" AT TIME ZONE 'UTC') AS BIGINT)
    mysql: extract(HOUR FROM `seen`)
    "#);
    assert_snapshot!(on_all(func::extract(TimeField::Minute, SEEN)), @r#"
    sqlite: CAST(strftime('%M', substr("seen", 1, 19)) AS INTEGER)
    postgres: CAST(extract(MINUTE FROM "seen" AT TIME ZONE 'UTC') AS BIGINT)
    mysql: extract(MINUTE FROM `seen`)
    "#);
    assert_snapshot!(on_all(func::extract(TimeField::Second, SEEN)), @r#"
    sqlite: CAST(strftime('%S', substr("seen", 1, 19)) AS INTEGER)
    postgres: CAST(floor(extract(SECOND FROM "seen" AT TIME ZONE 'UTC')) AS BIGINT)
    mysql: extract(SECOND FROM `seen`)
    "#);
    assert_snapshot!(on_all(func::extract(DateField::Year, DateTime::UNIX_EPOCH)), @r"
    sqlite: CAST(strftime('%Y', substr(?, 1, 19)) AS INTEGER) [TimestampTz(1970-01-01T00:00:00Z)]
    postgres: CAST(extract(YEAR FROM $1::TIMESTAMPTZ AT TIME ZONE 'UTC') AS BIGINT) [TimestampTz(1970-01-01T00:00:00Z)]
    mysql: extract(YEAR FROM ?) [TimestampTz(1970-01-01T00:00:00Z)]
    ");
}
