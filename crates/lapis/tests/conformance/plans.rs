//! How databases run statements, as they tell it.

use lapis::ErrorKind;
use lapis::engine::TransactionOptions;
use lapis::prelude::*;
use lapis::statement::{delete, insert, table, update};

use crate::company::{Department, Person, company};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_plan_uses_an_index_that_is_there,
    a_plan_has_a_step_for_each_table,
    a_plan_is_drawn_as_a_tree,
    a_statement_that_writes_is_explained_and_does_not_run,
    what_is_measured_is_told,
    what_is_measured_and_writes_is_undone,
    what_is_measured_within_a_transaction_leaves_it_as_it_was,
    a_session_explains_after_its_flush,
    hand_written_sql_is_explained,
    a_statement_that_is_wrong_has_no_plan,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "readings")]
struct Reading {
    #[column(primary_key)]
    id: Auto<i64>,
    sensor: i32,
    value: f64,
}

/// Enough rows that every planner prefers an index to reading them all.
async fn readings(database: &Database) -> Result<()> {
    database.create::<Reading>().await?;
    let mut session = database.session();
    for number in 0..2_000 {
        session.add(Reading::new().sensor(number).value(0.5).build());
    }
    session.commit().await?;
    database
        .script(if database.is_mysql() { "ANALYZE TABLE readings" } else { "ANALYZE" })
        .await
}

async fn a_plan_uses_an_index_that_is_there(database: &Database) -> Result<()> {
    readings(database).await?;
    let one = Reading::select().filter(Reading::sensor.eq(7));
    let plan = database.explain(&one).await?;
    assert_eq!(plan.full_scans().collect::<Vec<_>>(), ["readings"], "{plan}");
    database.script("CREATE INDEX by_sensor ON readings (sensor)").await?;
    let plan = database.explain(&one).await?;
    assert!(plan.uses_index("by_sensor"), "{plan}");
    assert_eq!(plan.full_scans().count(), 0, "{plan}");
    Ok(())
}

async fn a_plan_has_a_step_for_each_table(database: &Database) -> Result<()> {
    company(database).await?;
    let query = select((Person::name, Department::name))
        .join_on(table::<Department>(), Department::id.eq(Person::department))
        .order_by(Person::name);
    let plan = database.explain(query).await?;
    let mut tables: Vec<_> = plan.nodes().filter_map(|node| node.table.clone()).collect();
    tables.sort_unstable();
    assert_eq!(tables, ["departments", "people"], "{plan}");
    Ok(())
}

async fn a_plan_is_drawn_as_a_tree(database: &Database) -> Result<()> {
    company(database).await?;
    let plan = database.explain(Person::select().order_by(Person::salary)).await?;
    let drawn = plan.to_string();
    assert!(drawn.contains("└─ ") && drawn.contains(" on people"), "{drawn}");
    assert!(plan.text.contains("people"), "{}", plan.text);
    Ok(())
}

async fn a_statement_that_writes_is_explained_and_does_not_run(database: &Database) -> Result<()> {
    readings(database).await?;
    let plan = database.explain(update::<Reading>().set(Reading::value, 2.0).all_rows()).await?;
    assert!(plan.nodes().any(|node| node.table.as_deref() == Some("readings")), "{plan}");
    database.explain(delete::<Reading>().filter(Reading::sensor.eq(1))).await?;
    database
        .explain(insert::<Reading>().values((Reading::sensor.set(1), Reading::value.set(1.0))))
        .await?;
    let halves = select(func::count_all()).from(table::<Reading>()).filter(Reading::value.eq(0.5));
    assert_eq!(database.one(halves).await?, 2_000);
    Ok(())
}

/// Whether it is the database's answer that it cannot measure.
fn cannot_measure<T>(result: &Result<T>) -> bool {
    matches!(result, Err(error) if matches!(error.kind(), ErrorKind::Unsupported(message) if message.contains("explain")))
}

async fn what_is_measured_is_told(database: &Database) -> Result<()> {
    readings(database).await?;
    let some = Reading::select().filter(Reading::sensor.lt(100));
    let measured = database.explain_analyze(some).await;
    if database.is_sqlite() {
        assert!(cannot_measure(&measured), "{measured:?}");
        return database.lacks("measured plans");
    }
    let plan = measured?;
    let Some(scan) = plan.nodes().find(|node| node.table.is_some()) else { panic!("{plan}") };
    assert_eq!(scan.loops, Some(1), "{plan}");
    assert!(scan.actual_rows.is_some_and(|rows| rows >= 100.0), "{plan}");
    assert!(scan.time.is_some() && plan.execution_time.is_some(), "{plan}");
    Ok(())
}

async fn what_is_measured_and_writes_is_undone(database: &Database) -> Result<()> {
    readings(database).await?;
    if database.is_sqlite() {
        return database.lacks("measured plans");
    }
    database.explain_analyze(delete::<Reading>().filter(Reading::sensor.lt(100))).await?;
    database
        .explain_analyze(update::<Reading>().set(Reading::sensor, -1).all_rows())
        .await?;
    let new = insert::<Reading>().values((Reading::sensor.set(-1), Reading::value.set(1.0)));
    database.explain_analyze(new).await?;
    let left = select((func::count_all(), func::min(Reading::sensor))).from(table::<Reading>());
    assert_eq!(database.one(left).await?, (2_000, Some(0)));
    Ok(())
}

async fn what_is_measured_within_a_transaction_leaves_it_as_it_was(database: &Database) -> Result<()> {
    readings(database).await?;
    if database.is_sqlite() {
        return database.lacks("measured plans");
    }
    let mut transaction = database.begin_with(TransactionOptions::new()).await?;
    transaction.execute(delete::<Reading>().filter(Reading::sensor.ge(10))).await?;
    transaction.explain_analyze(delete::<Reading>().all_rows()).await?;
    transaction.commit().await?;
    assert_eq!(database.one(Reading::select().count()).await?, 10);
    Ok(())
}

async fn a_session_explains_after_its_flush(database: &Database) -> Result<()> {
    database.create::<Reading>().await?;
    let mut session = database.session();
    session.add(Reading::new().sensor(1).value(1.0).build());
    database.forget();
    session.explain(Reading::select()).await?;
    let statements = database.statements();
    assert!(statements.first().is_some_and(|sql| sql.starts_with("INSERT")), "{statements:?}");
    assert!(statements.last().is_some_and(|sql| sql.starts_with("EXPLAIN")), "{statements:?}");
    session.rollback().await
}

async fn hand_written_sql_is_explained(database: &Database) -> Result<()> {
    readings(database).await?;
    let sql = text("SELECT value FROM readings WHERE sensor = :sensor").bind("sensor", 3);
    let plan = database.acquire().await?.explain(sql).await?;
    assert_eq!(plan.full_scans().collect::<Vec<_>>(), ["readings"], "{plan}");
    Ok(())
}

async fn a_statement_that_is_wrong_has_no_plan(database: &Database) -> Result<()> {
    let error = database.explain(text("SELECT nothing FROM nowhere")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Programming(_)), "{error}");
    assert!(error.sql().is_some_and(|sql| sql.starts_with("EXPLAIN")), "{error}");
    Ok(())
}
