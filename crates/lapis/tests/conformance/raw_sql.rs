//! SQL of one's own: its parameters, and what its rows become.

use lapis::prelude::*;
use lapis::{ErrorKind, Row};

use crate::company::{Person, company, day};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_query_gives_scalars,
    a_query_gives_tuples_by_position,
    a_query_gives_structs_by_the_names_of_its_columns,
    a_query_gives_what_reads_itself_from_a_row,
    a_query_gives_entities,
    a_typed_query_gives_structs_too,
    parameters_are_values_of_every_kind,
    a_parameter_stands_wherever_it_is_named,
    a_parameter_bound_again_has_the_last_value,
    colons_that_name_no_parameter_are_left_alone,
    a_parameter_without_a_value_is_an_error_that_names_it,
    a_value_without_a_parameter_is_an_error_that_names_it,
    a_statement_that_returns_no_rows_is_executed,
    several_statements_are_a_script_and_no_query,
    a_row_with_too_few_columns_is_an_error,
    a_struct_with_a_column_that_is_missing_is_an_error_that_names_it,
    a_column_of_another_type_is_an_error_that_names_it,
}

async fn a_query_gives_scalars(database: &Database) -> Result<()> {
    company(database).await?;
    let names: Vec<String> = database.all(text("SELECT name, id FROM people ORDER BY id").scalar()).await?;
    assert_eq!(names, ["Ada", "Ben", "Cleo", "Dan", "Eve"]);
    let most: i64 = database.one(text("SELECT max(salary) FROM people").scalar()).await?;
    assert_eq!(most, 900);
    let none: Option<f64> = database.one(text("SELECT rating FROM people WHERE id = 2").scalar()).await?;
    assert_eq!(none, None);
    Ok(())
}

async fn a_query_gives_tuples_by_position(database: &Database) -> Result<()> {
    company(database).await?;
    let sql = "SELECT name, salary, rating, active, hired FROM people WHERE id <= 2 ORDER BY id";
    let people: Vec<(String, i64, Option<f64>, bool, NaiveDate)> = database.all(text(sql).rows()).await?;
    assert_eq!(people[0], ("Ada".into(), 900, Some(4.5), true, day(2020, 1, 1)));
    assert_eq!(people[1], ("Ben".into(), 500, None, true, day(2020, 1, 2)));
    let one: (i64,) = database.one(text("SELECT count(*) FROM people").rows()).await?;
    assert_eq!(one, (5,));
    Ok(())
}

#[derive(FromRow, Debug, PartialEq)]
struct Place {
    department: String,
}

#[derive(FromRow, Debug, PartialEq)]
struct Card {
    name: String,
    #[from_row(rename = "pay")]
    salary: i64,
    #[from_row(flatten)]
    place: Place,
    #[from_row(default)]
    phone: Option<String>,
    #[from_row(skip)]
    seen: u8,
}

const CARDS: &str = "SELECT d.name AS department, p.salary AS pay, p.name FROM people p \
                     JOIN departments d ON d.id = p.department_id WHERE p.id = :id";

async fn a_query_gives_structs_by_the_names_of_its_columns(database: &Database) -> Result<()> {
    company(database).await?;
    let card: Card = database.one(text(CARDS).bind("id", 3).rows()).await?;
    let place = Place { department: "compilers".into() };
    assert_eq!(card, Card { name: "Cleo".into(), salary: 700, place, phone: None, seen: 0 });
    Ok(())
}

/// The first column twice, whatever it is called.
#[derive(Debug, PartialEq)]
struct Twice(String, String);

impl FromRow for Twice {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Twice(row.get(0)?, row.get(0)?))
    }
}

async fn a_query_gives_what_reads_itself_from_a_row(database: &Database) -> Result<()> {
    company(database).await?;
    let twice: Twice = database.one(text("SELECT name FROM people WHERE id = 1").rows()).await?;
    assert_eq!(twice, Twice("Ada".into(), "Ada".into()));
    Ok(())
}

async fn a_query_gives_entities(database: &Database) -> Result<()> {
    company(database).await?;
    let sql = "SELECT hired, salary, name, nickname, rating, active, manager_id, department_id, id, 1 AS more \
               FROM people ORDER BY id";
    let people: Vec<Person> = database.all(text(sql).rows()).await?;
    assert_eq!(people, database.all(Person::select().order_by(Person::id)).await?);
    Ok(())
}

async fn a_typed_query_gives_structs_too(database: &Database) -> Result<()> {
    company(database).await?;
    #[derive(FromRow, Debug, PartialEq)]
    struct Pay {
        name: String,
        year: i64,
    }
    let pay = select((Person::name, (Person::salary * 12).label("year"))).filter(Person::id.eq(5));
    let pay: Pay = database.one(pay.rows()).await?;
    assert_eq!(pay, Pay { name: "Eve".into(), year: 3600 });
    Ok(())
}

async fn parameters_are_values_of_every_kind(database: &Database) -> Result<()> {
    company(database).await?;
    let sql = text(
        "SELECT name FROM people WHERE name <> :slice AND name <> :owned AND salary > :number \
         AND (rating > :float OR rating IS NULL) AND hired >= :day AND active = :flag ORDER BY id",
    );
    let sql = sql
        .bind("slice", "Ben")
        .bind("owned", String::from("Cleo"))
        .bind("number", 100_u16)
        .bind("float", 0.5)
        .bind("day", day(2020, 1, 1))
        .bind("flag", true);
    let names: Vec<String> = database.all(sql.scalar()).await?;
    assert_eq!(names, ["Ada", "Dan"]);
    let null = text("SELECT count(*) FROM people WHERE coalesce(nickname, :none) IS NULL");
    assert_eq!(database.one(null.bind("none", None::<&str>).scalar::<i64>()).await?, 3);
    Ok(())
}

async fn a_parameter_stands_wherever_it_is_named(database: &Database) -> Result<()> {
    company(database).await?;
    let sql = text("SELECT name FROM people WHERE salary = :s OR (salary > :s AND id = :id) ORDER BY id");
    let names: Vec<String> = database.all(sql.bind("id", 3).bind("s", 500).scalar()).await?;
    assert_eq!(names, ["Ben", "Cleo", "Dan"]);
    Ok(())
}

async fn a_parameter_bound_again_has_the_last_value(database: &Database) -> Result<()> {
    company(database).await?;
    let by_id = text("SELECT name FROM people WHERE id = :id").bind("id", 1);
    assert_eq!(database.one(by_id.bind("id", 2).scalar::<String>()).await?, "Ben");
    Ok(())
}

async fn colons_that_name_no_parameter_are_left_alone(database: &Database) -> Result<()> {
    let sql = "SELECT ':no' AS a, '12:30' AS \"it's :b\" /* :no */ -- :no\n";
    let sql = if database.is_mysql() { "SELECT ':no', '12:30' /* :no */" } else { sql };
    let row: (String, String) = database.one(text(sql).rows()).await?;
    assert_eq!(row, (":no".into(), "12:30".into()));
    Ok(())
}

async fn a_parameter_without_a_value_is_an_error_that_names_it(database: &Database) -> Result<()> {
    company(database).await?;
    let sql = text("SELECT name FROM people WHERE id = :id AND name = :name").bind("id", 1);
    let error = database.all(sql.scalar::<String>()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Compile(_)), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @r#"the parameter :name has no value; give it one with `.bind("name", ..)`"#);
    Ok(())
}

async fn a_value_without_a_parameter_is_an_error_that_names_it(database: &Database) -> Result<()> {
    company(database).await?;
    let sql = text("SELECT name FROM people WHERE id = :id").bind("id", 1).bind("idd", 1);
    let error = database.all(sql.scalar::<String>()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Compile(_)), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @"a value is bound to :idd, and the statement has no such parameter; it has :id");
    Ok(())
}

async fn a_statement_that_returns_no_rows_is_executed(database: &Database) -> Result<()> {
    company(database).await?;
    let sql = text("UPDATE people SET salary = salary + :more WHERE salary < :below");
    let outcome = database.execute(sql.bind("more", 1).bind("below", 600)).await?;
    assert_eq!(outcome.rows_affected, 3);
    let none: Vec<i64> = database.all(text("DELETE FROM people WHERE id < 0").scalar()).await?;
    assert_eq!(none, [0; 0]);
    Ok(())
}

async fn several_statements_are_a_script_and_no_query(database: &Database) -> Result<()> {
    database
        .script("CREATE TABLE a (x INT); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2);")
        .await?;
    assert_eq!(database.one(text("SELECT count(*) FROM a").scalar::<i64>()).await?, 2);
    let twice = text("DELETE FROM a; DELETE FROM a");
    assert!(database.execute(twice).await.is_err());
    assert_eq!(database.one(text("SELECT count(*) FROM a").scalar::<i64>()).await?, 2);
    Ok(())
}

async fn a_row_with_too_few_columns_is_an_error(database: &Database) -> Result<()> {
    let error = database.all(text("SELECT 1").rows::<(i64, i64, i64)>()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @r#"
    column 2 was asked for, and the row has 1; select more columns, or read fewer
      SQL: SELECT 1
    "#);
    Ok(())
}

async fn a_struct_with_a_column_that_is_missing_is_an_error_that_names_it(
    database: &Database,
) -> Result<()> {
    let error = database
        .all(text("SELECT 'Ada' AS name, 900 AS salary").rows::<Card>())
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @r#"
    the row has no column `pay`; it has name, salary
      SQL: SELECT 'Ada' AS name, 900 AS salary
    "#);
    Ok(())
}

async fn a_column_of_another_type_is_an_error_that_names_it(database: &Database) -> Result<()> {
    company(database).await?;
    let sql = "SELECT name, nickname FROM people WHERE id = 2";
    let error = database.all(text(sql).rows::<(i64, String)>()).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @r#"
    column `name` cannot be read: it holds text, and `i64` was asked for
      SQL: SELECT name, nickname FROM people WHERE id = 2
    "#);
    let error = database.all(text(sql).rows::<(String, String)>()).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @r#"
    column `nickname` cannot be read: it is NULL, and `String` cannot hold NULL; read it as `Option<String>`
      SQL: SELECT name, nickname FROM people WHERE id = 2
    "#);
    Ok(())
}
