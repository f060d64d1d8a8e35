//! What is wrong is a typed error that says what to do, and leaves the engine usable.

use std::time::Duration;

use lapis::engine::{Constraint, OperationalCause};
use lapis::prelude::*;
use lapis::statement::table;
use lapis::{CompileError, Error, ErrorKind};

use crate::company::{Company, Department, Person, Project, company, day};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_url_of_no_known_scheme,
    an_option_that_a_url_does_not_have,
    a_file_that_cannot_be_opened,
    a_file_that_is_no_database,
    a_pool_without_room,
    a_pool_that_is_full,
    text_where_a_number_belongs,
    a_number_that_does_not_fit,
    a_name_that_no_variant_of_an_enum_has,
    null_where_none_is_expected,
    a_column_that_an_outer_join_may_leave_empty,
    a_table_that_is_not_in_from,
    two_tables_that_nothing_joins,
    a_table_that_is_in_from_twice,
    text_that_is_too_long,
    a_table_that_is_not_there,
    a_column_that_is_not_there,
    sql_that_is_no_sql,
    empty_sql,
    a_unique_value_that_is_there_already,
    a_primary_key_that_is_there_already,
    a_reference_to_no_row,
    a_row_that_others_refer_to,
    null_in_a_column_that_forbids_it,
    a_value_that_breaks_a_check,
    a_number_that_no_column_holds,
    a_schema_that_is_not_sound,
}

/// Whatever went wrong, engine and pool are as before.
async fn is_usable(database: &Database) -> Result<()> {
    assert_eq!(database.one(select(lit(1_i64))).await?, 1);
    assert_eq!(database.pool_status().checked_out, 0);
    Ok(())
}

async fn refused(url: &str) -> Error {
    Engine::connect(url).await.expect_err("a URL that is refused")
}

async fn a_url_of_no_known_scheme(database: &Database) -> Result<()> {
    let error = refused("oracle://localhost/app").await;
    assert!(matches!(error.kind(), ErrorKind::Configuration(_)), "{error:?}");
    assert!(
        error
            .to_string()
            .starts_with("no driver is known for `oracle:` URLs; this build has sqlite"),
        "{error}"
    );
    let error = refused("blog.db").await;
    insta::assert_snapshot!(error.to_string(), @"`blog.db` is no database URL: it has no scheme; write `sqlite://path`");
    let error = refused("").await;
    assert!(matches!(error.kind(), ErrorKind::Configuration(_)), "{error:?}");
    is_usable(database).await
}

async fn an_option_that_a_url_does_not_have(database: &Database) -> Result<()> {
    let error = refused("sqlite::memory:?jornal_mode=wal").await;
    insta::assert_snapshot!(error.to_string(), @"`jornal_mode` is no option of a SQLite URL; the known ones are mode, cache, busy_timeout, foreign_keys, journal_mode, synchronous, transaction_mode, immutable");
    let error = refused("sqlite::memory:?busy_timeout=soon").await;
    insta::assert_snapshot!(error.to_string(), @"`soon` is no value of `busy_timeout` in a SQLite URL: give a number of milliseconds");
    is_usable(database).await
}

async fn a_file_that_cannot_be_opened(database: &Database) -> Result<()> {
    let missing = |error: &Error| {
        matches!(error.kind(), ErrorKind::Operational { cause: OperationalCause::CannotOpen, .. })
    };
    let error = refused("sqlite:///no/such/directory/app.db").await;
    assert!(missing(&error), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @"cannot open the SQLite database `/no/such/directory/app.db`: unable to open database file: /no/such/directory/app.db; check that its directory exists and may be written to");
    let error = refused("sqlite:///no/such/directory/app.db?mode=ro").await;
    assert!(missing(&error) && error.to_string().contains("`mode=rwc` creates it"), "{error:?}");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let error = refused(&format!("sqlite://{}", directory.path().display())).await;
    assert!(missing(&error), "{error:?}");
    is_usable(database).await
}

async fn a_file_that_is_no_database(database: &Database) -> Result<()> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("letter.txt");
    std::fs::write(&path, "Dear reader, this is no database. ".repeat(100)).expect("a file");
    let error = refused(&format!("sqlite://{}", path.display())).await;
    assert!(
        matches!(error.kind(), ErrorKind::Operational { cause: OperationalCause::Corrupt, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("is it a SQLite database"), "{error}");
    is_usable(database).await
}

async fn a_pool_without_room(database: &Database) -> Result<()> {
    let error = database.builder().pool_size(0).max_overflow(0).connect().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Configuration(_)), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @"`pool_size` and `max_overflow` are both 0, so that no connection could be opened; raise one");
    is_usable(database).await
}

async fn a_pool_that_is_full(database: &Database) -> Result<()> {
    let builder = database.builder().pool_size(1).max_overflow(1).pool_timeout(Duration::from_millis(500));
    let engine = builder.connect().await?;
    let held = (engine.acquire().await?, engine.begin().await?);
    let error = engine.acquire().await.unwrap_err();
    assert!(error.is_pool_timeout(), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @"no connection became free within 500ms: 2 are checked out of a pool of 1 and an overflow of 1; give connections back sooner (close sessions, end transactions), or raise `pool_size`, `max_overflow` or `pool_timeout`");
    assert!(engine.one(select(lit(1_i64))).await.unwrap_err().is_pool_timeout());
    drop(held);
    assert_eq!(engine.one(select(lit(1_i64))).await?, 1);
    assert_eq!(engine.pool_status().checked_out, 0);
    engine.close().await?;
    is_usable(database).await
}

async fn text_where_a_number_belongs(database: &Database) -> Result<()> {
    company(database).await?;
    let stored = database.execute(text("UPDATE people SET salary = 'lots' WHERE id = 1")).await;
    if !database.is_sqlite() {
        let error = stored.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
        return is_usable(database).await;
    }
    let error = database.all(Person::select()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decode { column, .. } if column == "salary"), "{error:?}");
    let message = error.to_string();
    insta::assert_snapshot!(message.lines().next().unwrap_or_default(), @"column `salary` cannot be read: it holds text, and `i64` was asked for");
    assert_eq!(error.sql().map(|sql| sql.starts_with("SELECT")), Some(true), "{error:?}");
    is_usable(database).await
}

async fn a_number_that_does_not_fit(database: &Database) -> Result<()> {
    company(database).await?;
    let salaries = text("SELECT salary FROM people WHERE id = 1");
    let error = database.one(salaries.scalar::<u8>()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decode { .. }), "{error:?}");
    let message = error.to_string();
    insta::assert_snapshot!(message.lines().next().unwrap_or_default(), @"column `salary` cannot be read: 900 is out of range for `u8`");
    is_usable(database).await
}

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
enum Mood {
    Glad,
    Sad,
}

async fn a_name_that_no_variant_of_an_enum_has(database: &Database) -> Result<()> {
    let error = database.one(text("SELECT 'angry' AS mood").scalar::<Mood>()).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @r#"
    column `mood` cannot be read: it cannot be read as `mood`: "angry" is none of ["Glad", "Sad"]
      SQL: SELECT 'angry' AS mood
    "#);
    is_usable(database).await
}

async fn null_where_none_is_expected(database: &Database) -> Result<()> {
    company(database).await?;
    let names = text("SELECT nickname AS name FROM people ORDER BY id").scalar::<String>();
    let error = database.all(names).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decode { column, .. } if column == "name"), "{error:?}");
    let message = error.to_string();
    insta::assert_snapshot!(message.lines().next().unwrap_or_default(), @"column `name` cannot be read: it is NULL, and `String` cannot hold NULL; read it as `Option<String>`");
    is_usable(database).await
}

async fn a_column_that_an_outer_join_may_leave_empty(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((Department::name, Person::salary)).outer_join(Department::people);
    let error = database.all(rows).await.unwrap_err();
    let message = error.to_string();
    insta::assert_snapshot!(message.lines().next().unwrap_or_default(), @"people.salary is NULL where a LEFT JOIN finds no row of its table, and is read as what cannot hold NULL; select it as `.nullable()`, the whole entity as `.optional()`, or say `.assume_not_null()` where a filter makes sure of it");
    is_usable(database).await
}

async fn a_table_that_is_not_in_from(database: &Database) -> Result<()> {
    company(database).await?;
    let error = database.all(Person::select().filter(Department::name.eq("sales"))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Compile(CompileError::TableNotInFrom { .. })), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @"departments.name is used, but departments is not in the statement's FROM (people); join it, or select from it");
    let error = database.all(select(Person::name).order_by(Project::id)).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"projects.id is used, but projects is not in the statement's FROM (people); join it, or select from it");
    let error = database.execute(Person::delete().filter(Project::id.eq(1))).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"projects.id is used, but projects is not in the statement's FROM (people); join it, or select from it");
    assert_eq!(database.round_trips(), 0);
    is_usable(database).await
}

async fn two_tables_that_nothing_joins(database: &Database) -> Result<()> {
    company(database).await?;
    let error = database.all(select((Person::name, Project::title))).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Compile(CompileError::CartesianProduct { .. })), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @"the statement selects from people and projects, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
    let pairs = select(lit(1)).filter(Person::id.eq(Project::id));
    assert!(matches!(
        database.all(pairs).await.unwrap_err().kind(),
        ErrorKind::Compile(CompileError::CartesianProduct { .. })
    ));
    is_usable(database).await
}

async fn a_table_that_is_in_from_twice(database: &Database) -> Result<()> {
    company(database).await?;
    let twice = select(Person::name)
        .from(table::<Person>())
        .join_on(table::<Person>(), Person::id.eq(1));
    let error = database.all(twice).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"people is in FROM twice; give one of them another name with `alias`");
    let along = Person::select().join(Person::manager);
    let error = database.all(along).await.unwrap_err();
    assert!(error.to_string().contains("is in FROM twice"), "{error}");
    is_usable(database).await
}

async fn text_that_is_too_long(database: &Database) -> Result<()> {
    company(database).await?;
    let fits = "é".repeat(50);
    database.execute(Department::insert().values(Department::name.set(fits))).await?;
    let error = database
        .execute(Department::insert().values(Department::name.set("é".repeat(51))))
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
    assert!(!error.is_check_violation());
    if database.is_sqlite() {
        insta::assert_snapshot!(error.to_string(), @r#"
    the text is too long for departments.name, which holds at most 50 characters; shorten it, or make the column longer
      SQL: INSERT INTO "departments" ("name") VALUES (?)
    "#);
    }
    is_usable(database).await
}

async fn a_table_that_is_not_there(database: &Database) -> Result<()> {
    let error = database.all(Project::select()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    if database.is_sqlite() {
        insta::assert_snapshot!(error.to_string(), @r#"
    no such table: projects; create the tables first, as `create_all` does
      SQL: SELECT "projects"."id", "projects"."title", "projects"."budget" FROM "projects"
    "#);
    }
    is_usable(database).await
}

async fn a_column_that_is_not_there(database: &Database) -> Result<()> {
    database
        .script("CREATE TABLE projects (id INTEGER PRIMARY KEY, title VARCHAR(50))")
        .await?;
    let error = database.all(Project::select()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    if database.is_sqlite() {
        insta::assert_snapshot!(error.to_string(), @r#"
    no such column: projects.budget; check its spelling, and add it to the table if the table is older than the program
      SQL: SELECT "projects"."id", "projects"."title", "projects"."budget" FROM "projects"
    "#);
    }
    let written = Project::insert().values((Project::title.set("t"), Project::budget.set(Decimal::ONE)));
    let error = database.execute(written).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    assert!(error.to_string().contains("budget"), "{error}");
    is_usable(database).await
}

async fn sql_that_is_no_sql(database: &Database) -> Result<()> {
    let error = database.all(text("SELEKT 1").scalar::<i64>()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    assert_eq!(error.sql(), Some("SELEKT 1"));
    if database.is_sqlite() {
        insta::assert_snapshot!(error.to_string(), @r#"
    near "SELEKT": syntax error
      SQL: SELEKT 1
    "#);
    }
    let error = database.script("SELECT 1; SELEKT 2").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error:?}");
    is_usable(database).await
}

async fn empty_sql(database: &Database) -> Result<()> {
    for sql in ["", "   ", "-- nothing", ";"] {
        if let Ok(rows) = database.all(text(sql).scalar::<i64>()).await {
            assert_eq!(rows, [0; 0], "{sql:?}");
        }
        is_usable(database).await?;
    }
    database.script("").await?;
    is_usable(database).await
}

async fn a_unique_value_that_is_there_already(database: &Database) -> Result<()> {
    company(database).await?;
    let error = database
        .execute(Department::insert().values(Department::name.set("sales")))
        .await
        .unwrap_err();
    assert!(error.is_unique_violation() && error.is_integrity(), "{error:?}");
    let violation = error.violation().expect("a violation");
    if database.is_sqlite() {
        assert_eq!(
            (violation.table.as_deref(), violation.columns.as_slice()),
            (Some("departments"), ["name".to_owned()].as_slice())
        );
        insta::assert_snapshot!(error.to_string(), @r#"
    UNIQUE constraint failed: departments.name; a row with the same value is there already: update that one, or choose another value
      SQL: INSERT INTO "departments" ("name") VALUES (?)
    "#);
    } else {
        assert_eq!(error.constraint(), Some("uq_departments_name"));
    }
    is_usable(database).await
}

async fn a_primary_key_that_is_there_already(database: &Database) -> Result<()> {
    company(database).await?;
    let taken = (Department::id.set(1), Department::name.set("other"));
    let error = database.execute(Department::insert().values(taken)).await.unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    is_usable(database).await
}

async fn a_reference_to_no_row(database: &Database) -> Result<()> {
    company(database).await?;
    let moved = Person::update().set(Person::department, 99).filter(Person::name.eq("Ada"));
    let error = database.execute(moved).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    if database.is_sqlite() {
        insta::assert_snapshot!(error.to_string(), @r#"
    FOREIGN KEY constraint failed; insert the row referred to first, and delete the rows that refer to a row before it
      SQL: UPDATE "people" SET "department_id" = ? WHERE "people"."name" = ?
    "#);
    } else {
        assert_eq!(error.constraint(), Some("fk_people_department_id_departments"));
    }
    is_usable(database).await
}

async fn a_row_that_others_refer_to(database: &Database) -> Result<()> {
    company(database).await?;
    let error = database.execute(Department::delete().filter(Department::id.eq(1))).await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error:?}");
    assert_eq!(database.one(select(func::count(Department::id))).await?, 4);
    is_usable(database).await
}

async fn null_in_a_column_that_forbids_it(database: &Database) -> Result<()> {
    company(database).await?;
    let error = database
        .execute(text("UPDATE people SET salary = NULL WHERE id = 1"))
        .await
        .unwrap_err();
    assert!(error.is_not_null_violation(), "{error:?}");
    let violation = error.violation().expect("a violation");
    assert_eq!(
        (violation.constraint, violation.columns.as_slice()),
        (Constraint::NotNull, ["salary".to_owned()].as_slice())
    );
    if database.is_sqlite() {
        insta::assert_snapshot!(error.to_string(), @r#"
    NOT NULL constraint failed: people.salary; give the column a value, or make it nullable
      SQL: UPDATE people SET salary = NULL WHERE id = 1
    "#);
    }
    let left_out = Person::insert().values((Person::name.set("Fay"), Person::hired.set(day(2020, 1, 1))));
    let error = database.execute(left_out).await.unwrap_err();
    assert!(error.is_not_null_violation(), "{error:?}");
    is_usable(database).await
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "ages", check(name = "ck_ages_sane", sql = "age >= 0 AND age < 150"))]
struct Age {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(check = "age <> 13")]
    age: i16,
    mood: Option<Mood>,
}

async fn a_value_that_breaks_a_check(database: &Database) -> Result<()> {
    database.create::<Age>().await?;
    let error = database.execute(Age::insert().values(Age::age.set(-1))).await.unwrap_err();
    assert!(error.is_check_violation(), "{error:?}");
    assert_eq!(error.constraint(), Some("ck_ages_sane"));
    if database.is_sqlite() {
        insta::assert_snapshot!(error.to_string(), @r#"
    CHECK constraint failed: ck_ages_sane; the value breaks the table's rule: choose another one, or change the rule
      SQL: INSERT INTO "ages" ("age") VALUES (?)
    "#);
    }
    let error = database.execute(Age::insert().values(Age::age.set(13))).await.unwrap_err();
    assert!(error.is_check_violation(), "{error:?}");
    assert!(error.constraint().is_some_and(|name| name.starts_with("ck_ages_")), "{error:?}");
    let angry = text("INSERT INTO ages (age, mood) VALUES (20, 'angry')");
    let error = database.execute(angry).await.unwrap_err();
    if error.is_check_violation() {
        assert_eq!(error.constraint(), Some("ck_ages_mood"));
    } else {
        assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
    }
    database
        .execute(Age::insert().values((Age::age.set(20), Age::mood.set(Mood::Sad))))
        .await?;
    assert_eq!(database.one(select(Age::mood)).await?, Some(Mood::Sad));
    assert_ne!(Some(Mood::Glad), Some(Mood::Sad));
    is_usable(database).await
}

async fn a_number_that_no_column_holds(database: &Database) -> Result<()> {
    company(database).await?;
    if database.is_sqlite() {
        let huge = Person::update().set(Person::salary, u64::MAX).filter(Person::id.eq(1));
        let error = database.execute(huge).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
        let message = error.to_string();
        insta::assert_snapshot!(message.lines().next().unwrap_or_default(), @"parameter 1: SQLite cannot hold this value as it is: it is above 2^63 - 1");
        let nan = Person::update().set(Person::rating, f64::NAN).filter(Person::id.eq(1));
        let error = database.execute(nan).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}");
    }
    let overflow = Person::update().set(Person::salary, Person::salary + i64::MAX).filter(Person::id.eq(1));
    match database.execute(overflow).await {
        Err(error) => assert!(matches!(error.kind(), ErrorKind::Data(_)), "{error:?}"),
        // SQLite goes on in floating point, which the column then does not give back as an integer.
        Ok(_) => assert!(database.is_sqlite() && database.all(select(Person::salary)).await.is_err()),
    }
    is_usable(database).await
}

async fn a_schema_that_is_not_sound(database: &Database) -> Result<()> {
    let mut metadata = MetaData::of::<Company>();
    metadata.remove(&lapis::expr::TableName::new("departments"));
    let error = database.create_all(&metadata).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Compile(_)), "{error:?}");
    insta::assert_snapshot!(error.to_string(), @"table people: a foreign key refers to table departments, which is not there; add it");
    assert_eq!(database.round_trips(), 0);
    is_usable(database).await
}
