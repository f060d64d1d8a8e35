//! Values that have no place in Rust's types, or none in PostgreSQL's.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use lapis_engine::ErrorKind;
use lapis_sql::Value;
use lapis_sql::types::Decode;
use rust_decimal::Decimal;

use crate::common::{Database, column, on_database, run, value_of};

async fn unreadable<T: Decode + Send>(database: &Database, expression: &str, says: &str) {
    let Err(error) = value_of::<T>(database, &format!("SELECT {expression}")).await else {
        panic!("{expression} is read");
    };
    assert!(matches!(error.kind(), ErrorKind::Decode { .. }), "{expression}: {error:?}");
    assert!(error.to_string().contains(says), "{expression}: {error}");
}

on_database! {
    what_rust_has_no_value_for_is_said_to_be_so(database) {
        unreadable::<TimeDelta>(database, "INTERVAL '1 year 2 months'", "counts months").await;
        unreadable::<NaiveDate>(database, "DATE 'infinity'", "it is infinity").await;
        unreadable::<NaiveDate>(database, "DATE '-infinity'", "it is infinity").await;
        unreadable::<NaiveDateTime>(database, "TIMESTAMP 'infinity'", "it is infinity").await;
        unreadable::<DateTime<Utc>>(database, "TIMESTAMPTZ '-infinity'", "it is infinity").await;
        unreadable::<NaiveDateTime>(database, "TIMESTAMP '294000-01-01'", "further away").await;
        unreadable::<NaiveTime>(database, "TIME '24:00:00'", "24:00:00").await;
        unreadable::<Decimal>(database, "'NaN'::numeric", "NaN").await;
        unreadable::<Decimal>(database, "'Infinity'::numeric", "infinity").await;
        unreadable::<Decimal>(database, "1 / 3.00000000000000000000000000000000000000", "round it").await;
        unreadable::<Decimal>(database, "1e40::numeric", "more digits").await;
        unreadable::<Vec<i64>>(database, "ARRAY[ARRAY[1, 2], ARRAY[3, 4]]", "several dimensions").await;
        unreadable::<String>(database, "12.34::money", "it holds bytes").await;
    }

    they_can_be_read_as_text(database) {
        for (expression, text) in [
            ("INTERVAL '1 year 2 months'", "1 year 2 mons"),
            ("DATE 'infinity'", "infinity"),
            ("TIME '24:00:00'", "24:00:00"),
            ("'NaN'::numeric", "NaN"),
        ] {
            assert_eq!(value_of::<String>(database, &format!("SELECT CAST({expression} AS TEXT)")).await?, text);
        }
    }

    zeros_behind_the_point_cost_no_decimal(database) {
        for (expression, expected) in [
            ("1::numeric(50, 40)", "1"), ("0::numeric(50, 40)", "0"), ("12.5::numeric(50, 40)", "12.5"),
            ("10 / 4.0000000000000000000000000000000000000000", "2.5"), ("1.50::numeric(10, 2)", "1.50"),
            ("100000000::numeric", "100000000"), ("-0.001::numeric(60, 50)", "-0.001"),
        ] {
            let found: Decimal = value_of(database, &format!("SELECT {expression}")).await?;
            assert_eq!(found, expected.parse::<Decimal>().unwrap(), "{expression}");
        }
    }

    what_does_not_fit_is_refused(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (s SMALLINT, i INT, r REAL, v VARCHAR(3), n NUMERIC(4, 2))").await?;
        for (column, value) in [
            ("s", Value::Int(40_000)),
            ("i", Value::Int(3_000_000_000)),
            ("r", Value::Float(1e300)),
            ("v", Value::Text("four".into())),
            ("n", Value::Decimal("100".parse().unwrap())),
            ("i", Value::Text("secret".into())),
            ("n", Value::Text("secret".into())),
        ] {
            let error = run(&mut connection, &format!("INSERT INTO t ({column}) VALUES ($1)"), &[value]).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Data(_)), "{column}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        }
        let fits = [Value::Float(f64::INFINITY), Value::Float(3.4e38), Value::Float(f64::NAN)];
        for value in fits {
            run(&mut connection, "INSERT INTO t (r) VALUES ($1)", &[value]).await?;
        }
        assert_eq!(column::<f64>(&mut connection, "SELECT r FROM t WHERE r = 'infinity'", &[]).await?, [f64::INFINITY]);
    }
}
