//! The types that only MySQL and MariaDB have, or that they have in a way of their own.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use lapis_engine::ErrorKind;
use lapis_sql::Value;
use lapis_sql::types::Json;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::common::{column, on_database, run, value};

on_database! {
    integers_of_every_width_with_and_without_sign(database) {
        let mut connection = database.acquire().await?;
        connection
            .script(
                "CREATE TABLE t (a TINYINT, b TINYINT UNSIGNED, c SMALLINT, d SMALLINT UNSIGNED, e MEDIUMINT, \
                 f MEDIUMINT UNSIGNED, g INT, h INT UNSIGNED, i BIGINT, j BIGINT UNSIGNED, k YEAR)",
            )
            .await?;
        let edges: [(i64, u64); 5] = [
            (-128, 255),
            (-32_768, 65_535),
            (-8_388_608, 16_777_215),
            (i32::MIN.into(), u32::MAX.into()),
            (i64::MIN, u64::MAX),
        ];
        let mut values: Vec<Value<'_>> =
            edges.iter().flat_map(|(least, most)| [Value::Int(*least), Value::UInt(*most)]).collect();
        values.push(Value::Int(2155));
        run(&mut connection, "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", &values).await?;
        for (position, (least, most)) in edges.iter().enumerate() {
            let name = |offset: usize| char::from(b'a' + (position * 2 + offset) as u8);
            assert_eq!(value::<i64>(&mut connection, &format!("SELECT {} FROM t", name(0))).await?, *least);
            assert_eq!(value::<u64>(&mut connection, &format!("SELECT {} FROM t", name(1))).await?, *most);
        }
        assert_eq!(value::<i64>(&mut connection, "SELECT k FROM t").await?, 2155);
    }

    floats_and_decimals(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (f FLOAT, d DOUBLE, n DECIMAL(65, 30))").await?;
        let third = 1.0_f32 / 3.0;
        let decimal = Decimal::new(-123_456_789_012_345_678, 9);
        let values = [Value::Float(third.into()), Value::Float(f64::MIN_POSITIVE), Value::Decimal(decimal)];
        run(&mut connection, "INSERT INTO t VALUES (?, ?, ?)", &values).await?;
        assert_eq!(value::<f32>(&mut connection, "SELECT f FROM t").await?, third);
        assert_eq!(value::<f64>(&mut connection, "SELECT d FROM t").await?, f64::MIN_POSITIVE);
        assert_eq!(value::<Decimal>(&mut connection, "SELECT n FROM t").await?, decimal);
        assert_eq!(value::<i64>(&mut connection, "SELECT count(*) FROM t WHERE f = 1/3 OR n < 0").await?, 1);
        let wide = "99999999999999999999999999999999999";
        assert_eq!(value::<String>(&mut connection, &format!("SELECT {wide}")).await?, wide);
    }

    bits_are_numbers(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (a BIT(1), b BIT(64)); INSERT INTO t VALUES (b'1', ~0)").await?;
        assert!(value::<bool>(&mut connection, "SELECT a FROM t").await?);
        assert_eq!(value::<u64>(&mut connection, "SELECT b FROM t").await?, u64::MAX);
    }

    text_is_text_and_bytes_are_bytes(database) {
        let mut connection = database.acquire().await?;
        connection
            .script(
                "CREATE TABLE t (e ENUM('a', 'é'), s SET('x', 'y'), l LONGTEXT CHARACTER SET utf8mb4, b VARBINARY(10), c CHAR(3) CHARACTER SET \
                 latin1, g POINT)",
            )
            .await?;
        let values = [
            Value::Text("é".into()),
            Value::Text("x,y".into()),
            Value::Text("🦀".into()),
            Value::Bytes((&[0, 0xff][..]).into()),
            Value::Text("ü".into()),
        ];
        run(&mut connection, "INSERT INTO t VALUES (?, ?, ?, ?, ?, point(1, 2))", &values).await?;
        for (name, expected) in [("e", "é"), ("s", "x,y"), ("l", "🦀"), ("c", "ü")] {
            assert_eq!(value::<String>(&mut connection, &format!("SELECT {name} FROM t")).await?, expected);
        }
        assert_eq!(value::<Vec<u8>>(&mut connection, "SELECT b FROM t").await?, [0, 0xff]);
        assert_eq!(value::<Vec<u8>>(&mut connection, "SELECT g FROM t").await?.len(), 25);
    }

    json_is_json(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (j JSON)").await?;
        run(&mut connection, "INSERT INTO t VALUES (?)", &[Value::Json(r#"{"a": [1, "é"]}"#.into())]).await?;
        let json = value::<Json>(&mut connection, "SELECT j FROM t").await?;
        assert_eq!(json.0["a"][1], "é");
        let error = run(&mut connection, "INSERT INTO t VALUES (?)", &[Value::Text("{".into())]).await.unwrap_err();
        assert!(error.is_check_violation() || matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
    }

    uuids_are_stored_as_the_dialect_declares_them(database) {
        let mut connection = database.acquire().await?;
        let mut ty = String::new();
        database.dialect().type_name(&mut ty, &lapis_sql::types::ColumnType::Uuid);
        connection.script(&format!("CREATE TABLE t (u {ty} PRIMARY KEY)")).await?;
        // Of version 1, 4 and 7, of which MariaDB puts some in another order.
        for text in [
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "3f272f81-d051-4e83-b775-23633a083914",
            "018f3f5c-7a00-7cc0-8000-0123456789ab",
        ] {
            let uuid: Uuid = text.parse().unwrap();
            run(&mut connection, "INSERT INTO t VALUES (?)", &[Value::Uuid(uuid)]).await?;
            let found: Vec<Uuid> =
                column(&mut connection, "SELECT u FROM t WHERE u = ?", &[Value::Uuid(uuid)]).await?;
            assert_eq!(found, [uuid]);
        }
    }

    dates_and_times(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (d DATE, t TIME(6), m DATETIME(6), s TIMESTAMP(6) NULL)").await?;
        let date = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        let time = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap();
        let at = date.and_time(time);
        let values = [
            Value::Date(date),
            Value::Time(time),
            Value::Timestamp(at),
            Value::TimestampTz(at.and_utc()),
        ];
        run(&mut connection, "INSERT INTO t VALUES (?, ?, ?, ?)", &values).await?;
        assert_eq!(value::<NaiveDate>(&mut connection, "SELECT d FROM t").await?, date);
        assert_eq!(value::<NaiveTime>(&mut connection, "SELECT t FROM t").await?, time);
        for column in ["m", "s"] {
            assert_eq!(value::<NaiveDateTime>(&mut connection, &format!("SELECT {column} FROM t")).await?, at);
        }
        assert_eq!(value::<NaiveTime>(&mut connection, "SELECT TIME '00:00:00'").await?, NaiveTime::MIN);
    }

    a_time_that_is_of_no_day_is_a_span(database) {
        let mut connection = database.acquire().await?;
        let longest = TimeDelta::seconds(838 * 3600 + 59 * 60 + 59);
        assert_eq!(value::<TimeDelta>(&mut connection, "SELECT TIME '838:59:59'").await?, longest);
        let negative = TimeDelta::milliseconds(-1500);
        assert_eq!(value::<TimeDelta>(&mut connection, "SELECT TIME '-00:00:01.5'").await?, negative);
        assert_eq!(value::<TimeDelta>(&mut connection, "SELECT TIME '01:00:00'").await?, TimeDelta::hours(1));
    }

    a_date_of_zeros_is_an_error_and_not_null(database) {
        let mut connection = database.acquire().await?;
        connection
            .script("SET sql_mode = ''; CREATE TABLE t (d DATE, m DATETIME); INSERT INTO t VALUES (0, 0), (20240000, 0)")
            .await?;
        let error = column::<Option<NaiveDate>>(&mut connection, "SELECT d FROM t LIMIT 1", &[]).await.unwrap_err();
        assert!(error.to_string().contains("0000-00-00"), "{error}");
        assert_eq!(value::<String>(&mut connection, "SELECT m FROM t LIMIT 1").await?, "0000-00-00 00:00:00");
        assert!(column::<NaiveDate>(&mut connection, "SELECT d FROM t", &[]).await.is_err());
    }

    a_key_of_zero_is_stored_as_it_is(database) {
        let mut connection = database.acquire().await?;
        connection.script("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY)").await?;
        run(&mut connection, "INSERT INTO t VALUES (?)", &[Value::Int(0)]).await?;
        assert_eq!(value::<i64>(&mut connection, "SELECT id FROM t").await?, 0);
    }

    what_no_column_holds_is_refused_before_it_is_sent(database) {
        let mut connection = database.acquire().await?;
        for value in [
            Value::Float(f64::NAN),
            Value::Float(f64::INFINITY),
            Value::Array(vec![Value::Int(1)]),
            Value::Invalid("it is no JSON".into()),
        ] {
            let error = run(&mut connection, "SELECT ?", &[value]).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
        }
        assert_eq!(value::<i64>(&mut connection, "SELECT 1").await?, 1);
    }
}
