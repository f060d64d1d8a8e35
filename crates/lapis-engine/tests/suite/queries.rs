//! Statements of the Core, and the shapes of their rows.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use lapis_engine::{Engine, Error, ErrorKind, FromRow, Result, Row};
use lapis_sql::expr::{Column, ExprOps, StaticTable};
use lapis_sql::statement::{select, text};
use rust_decimal::Decimal;
use uuid::Uuid;

struct Users;

impl StaticTable for Users {
    const TABLE: &'static str = "users";
}

impl Users {
    const ID: Column<Users, i64> = Column::new("id");
    const NAME: Column<Users, String> = Column::new("name");
    const AGE: Column<Users, Option<i32>> = Column::new("age");
}

async fn users() -> Result<Engine> {
    let engine = Engine::connect("sqlite::memory:").await?;
    engine
        .script(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER);
             INSERT INTO users (name, age) VALUES ('Alice', 30), ('Bob', NULL), ('Carol', 40)",
        )
        .await?;
    Ok(engine)
}

#[tokio::test]
async fn columns_come_back_as_tuples_and_values() -> Result<()> {
    let engine = users().await?;
    let rows = engine.all(select((Users::NAME, Users::AGE)).order_by(Users::ID.asc())).await?;
    assert_eq!(rows, [("Alice".into(), Some(30)), ("Bob".into(), None), ("Carol".to_owned(), Some(40))]);
    let names = engine.all(select(Users::NAME).filter(Users::AGE.gt(35))).await?;
    assert_eq!(names, ["Carol"]);
    Ok(())
}

#[tokio::test]
async fn one_row_is_asked_for_in_four_ways() -> Result<()> {
    let engine = users().await?;
    let all = || select(Users::NAME).order_by(Users::ID.asc());
    let none = || all().filter(Users::ID.eq(99));
    assert_eq!(engine.one(all().filter(Users::ID.eq(2))).await?, "Bob");
    assert_eq!(engine.one_or_none(none()).await?, None);
    assert_eq!(engine.first(all()).await?.as_deref(), Some("Alice"));
    assert_eq!(engine.first(none()).await?, None);
    let error = engine.one(none()).await.unwrap_err();
    assert!(error.is_no_row() && error.sql().is_some(), "{error:?}");
    assert!(engine.one(all()).await.unwrap_err().is_several_rows());
    assert!(engine.one_or_none(all()).await.unwrap_err().is_several_rows());
    Ok(())
}

#[tokio::test]
async fn a_statement_that_does_not_compile_never_reaches_the_database() -> Result<()> {
    let engine = users().await?;
    let error = engine.all(text("SELECT :missing").scalar::<i64>()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Compile(_)), "{error:?}");
    Ok(())
}

#[derive(Debug, PartialEq)]
struct Person {
    name: String,
    age: Option<u8>,
}

impl FromRow for Person {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { age: row.get_named("age")?, name: row.get_named("name")? })
    }
}

#[tokio::test]
async fn rows_of_hand_written_sql_are_read_by_name_or_position() -> Result<()> {
    let engine = users().await?;
    let people = engine
        .all(text("SELECT name, age FROM users WHERE id < :id").bind("id", 3).rows::<Person>())
        .await?;
    let person = |name: &str, age| Person { name: name.into(), age };
    assert_eq!(people, [person("Alice", Some(30)), person("Bob", None)]);
    let pairs = engine
        .all(text("SELECT id, name FROM users WHERE id = 1").rows::<(i64, String)>())
        .await?;
    assert_eq!(pairs, [(1, "Alice".to_owned())]);
    let error = engine.all(text("SELECT id FROM users").rows::<(i64, String)>()).await.unwrap_err();
    assert!(error.to_string().contains("column 2 was asked for, and the row has 1"), "{error}");
    Ok(())
}

#[tokio::test]
async fn execute_tells_how_many_rows_changed() -> Result<()> {
    let engine = users().await?;
    let outcome = engine.execute(text("UPDATE users SET age = :age").bind("age", 1)).await?;
    assert_eq!(outcome.rows_affected, 3);
    Ok(())
}

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_went() -> Result<()> {
    let engine = users().await?;
    let at: DateTime<Utc> =
        Utc.with_ymd_and_hms(2024, 2, 29, 13, 4, 5).unwrap() + TimeDelta::microseconds(67);
    let date = NaiveDate::from_ymd_opt(1969, 7, 20).unwrap();
    let time = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap();
    let uuid = Uuid::from_u128(0x1234_5678);
    let decimal = Decimal::new(-12_345_678_901, 4);
    type Everything =
        (bool, i16, f64, Decimal, NaiveDate, NaiveTime, DateTime<Utc>, Uuid, String, Option<i64>);
    let row = engine
        .one(
            text("SELECT :bool, :int, :float, :decimal, :date, :time, :at, :uuid, :text, :null")
                .bind("bool", true)
                .bind("int", -7_i16)
                .bind("float", 0.1)
                .bind("decimal", decimal)
                .bind("date", date)
                .bind("time", time)
                .bind("at", at)
                .bind("uuid", uuid)
                .bind("text", String::from("ä\0b"))
                .bind("null", None::<i64>)
                .rows::<Everything>(),
        )
        .await?;
    assert_eq!(row, (true, -7, 0.1, decimal, date, time, at, uuid, "ä\0b".to_owned(), None));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_run_in_spawned_tasks() -> Result<()> {
    let engine = users().await?;
    let task = tokio::spawn(async move {
        let mut connection = engine.acquire().await?;
        let named = select(Users::ID).filter(Users::NAME.eq("Bob"));
        let id = connection.one(&named).await?;
        let mut transaction = connection.begin().await?;
        let first = transaction.first(named).await?;
        transaction.commit().await?;
        Ok::<_, Error>((id, first))
    });
    assert_eq!(task.await.expect("the task did not panic")?, (2, Some(2)));
    Ok(())
}
