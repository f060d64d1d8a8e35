//! The same methods on engine, connection and transaction.

use std::time::Duration;

use lapis::prelude::*;
use lapis::{Connection, ErrorKind};

use crate::company::{Person, Project, company};
use crate::harness::{Database, Result, conformance};

conformance! {
    all_gives_every_row,
    one_wants_exactly_one_row,
    one_or_none_wants_at_most_one_row,
    first_gives_the_first_row_of_many,
    execute_says_how_many_rows_it_changed,
    a_stream_gives_row_after_row,
    a_stream_that_is_dropped_leaves_its_connection_usable,
    a_stream_ends_with_the_error_of_a_row,
    a_connection_has_the_same_methods,
    a_transaction_has_the_same_methods_and_keeps_what_it_commits,
    a_transaction_that_is_dropped_or_rolled_back_leaves_nothing,
    a_closure_commits_when_it_succeeds_and_rolls_back_when_it_fails,
    a_nested_transaction_undoes_its_own_part_alone,
    a_connection_that_is_dropped_in_a_transaction_comes_back_clean,
    statements_are_reported_with_what_they_did,
    values_are_in_messages_only_where_that_is_asked_for,
    two_connections_see_each_others_commits,
    a_closed_engine_gives_no_connections,
    a_statement_that_is_prepared_survives_a_change_of_its_table,
}

async fn all_gives_every_row(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(database.all(Person::select()).await?.len(), 5);
    assert_eq!(database.all(Person::select().filter(Person::id.lt(0))).await?, []);
    Ok(())
}

async fn one_wants_exactly_one_row(database: &Database) -> Result<()> {
    company(database).await?;
    let by_id = |id: i64| select(Person::name).filter(Person::id.eq(id));
    assert_eq!(database.one(by_id(1)).await?, "Ada");
    let error = database.one(by_id(-1)).await.unwrap_err();
    assert!(error.is_no_row() && error.sql().is_some());
    let message = error.to_string();
    insta::assert_snapshot!(message.lines().next().unwrap_or_default(), @"one row was asked for, and there is none; use `one_or_none` or `first` if that may be");
    let error = database.one(select(Person::name)).await.unwrap_err();
    assert!(error.is_several_rows() && error.sql().is_some());
    let message = error.to_string();
    insta::assert_snapshot!(message.lines().next().unwrap_or_default(), @"one row was asked for, and there are several; narrow the filter, or use `first` or `all`");
    Ok(())
}

async fn one_or_none_wants_at_most_one_row(database: &Database) -> Result<()> {
    company(database).await?;
    let by_id = |id: i64| select(Person::name).filter(Person::id.eq(id));
    assert_eq!(database.one_or_none(by_id(2)).await?.as_deref(), Some("Ben"));
    assert_eq!(database.one_or_none(by_id(-1)).await?, None);
    assert!(database.one_or_none(select(Person::name)).await.unwrap_err().is_several_rows());
    Ok(())
}

async fn first_gives_the_first_row_of_many(database: &Database) -> Result<()> {
    company(database).await?;
    let people = || select(Person::name).order_by(Person::id.desc());
    assert_eq!(database.first(people()).await?.as_deref(), Some("Eve"));
    assert_eq!(database.first(people().filter(Person::id.lt(0))).await?, None);
    Ok(())
}

async fn execute_says_how_many_rows_it_changed(database: &Database) -> Result<()> {
    company(database).await?;
    let raise = Person::update().set(Person::salary, Person::salary + 1).filter(Person::id.le(3));
    assert_eq!(database.execute(raise).await?.rows_affected, 3);
    let inserted = database
        .execute(Project::insert().values((Project::title.set("x"), Project::budget.set(Decimal::ONE))));
    assert_eq!(inserted.await?.rows_affected, 1);
    Ok(())
}

async fn a_stream_gives_row_after_row(database: &Database) -> Result<()> {
    company(database).await?;
    let mut people = database.stream(Person::select().order_by(Person::id)).await?;
    let mut names = Vec::new();
    while let Some(person) = people.next().await {
        names.push(person?.name);
    }
    assert_eq!(names, ["Ada", "Ben", "Cleo", "Dan", "Eve"]);
    assert!(people.next().await.is_none());
    let mut connection = database.acquire().await?;
    let mut pairs = connection.stream(select((Person::id, Person::salary)).order_by(Person::id)).await?;
    assert_eq!(pairs.next().await.transpose()?, Some((1, 900)));
    Ok(())
}

async fn a_stream_that_is_dropped_leaves_its_connection_usable(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = (0..3000)
        .map(|number| (Project::title.set(format!("p{number}")), Project::budget.set(Decimal::ONE)));
    database.execute(Project::insert().rows(rows)).await?;
    let mut connection = database.acquire().await?;
    for _ in 0..3 {
        let mut titles = connection.stream(select(Project::title).order_by(Project::id)).await?;
        assert_eq!(titles.next().await.transpose()?.as_deref(), Some("engine"));
        drop(titles);
        assert_eq!(connection.one(select(func::count(Project::id))).await?, 3003);
    }
    Ok(())
}

async fn a_stream_ends_with_the_error_of_a_row(database: &Database) -> Result<()> {
    company(database).await?;
    let sql = "SELECT nickname FROM people WHERE id IN (1, 2) ORDER BY id";
    let mut names = database.stream(text(sql).scalar::<String>()).await?;
    let mut read = Vec::new();
    let mut errors = 0;
    while let Some(name) = names.next().await {
        match name {
            Ok(name) => read.push(name),
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Decode { .. }), "{error:?}");
                errors += 1;
            }
        }
    }
    assert_eq!((read.as_slice(), errors), (["ace".to_owned()].as_slice(), 1));
    Ok(())
}

async fn same_methods(connection: &mut Connection) -> Result<()> {
    let by_id = |id: i64| select(Person::name).filter(Person::id.eq(id));
    assert_eq!(connection.all(Person::select()).await?.len(), 5);
    assert_eq!(connection.one(by_id(1)).await?, "Ada");
    assert_eq!(connection.one_or_none(by_id(-1)).await?, None);
    assert_eq!(connection.first(select(Person::name).order_by(Person::id)).await?.as_deref(), Some("Ada"));
    let raise = Person::update().set(Person::salary, Person::salary + 1).filter(Person::id.eq(1));
    assert_eq!(connection.execute(raise).await?.rows_affected, 1);
    let mut salaries = connection.stream(select(Person::salary).order_by(Person::id)).await?;
    assert_eq!(salaries.next().await.transpose()?, Some(901));
    Ok(())
}

async fn a_connection_has_the_same_methods(database: &Database) -> Result<()> {
    company(database).await?;
    same_methods(&mut database.acquire().await?).await?;
    assert_eq!(ada(database).await?, 901);
    Ok(())
}

async fn ada(database: &Database) -> Result<i64> {
    database.one(select(Person::salary).filter(Person::name.eq("Ada"))).await
}

async fn a_transaction_has_the_same_methods_and_keeps_what_it_commits(database: &Database) -> Result<()> {
    company(database).await?;
    let mut transaction = database.begin().await?;
    same_methods(&mut transaction).await?;
    transaction.commit().await?;
    assert_eq!(ada(database).await?, 901);
    Ok(())
}

async fn a_transaction_that_is_dropped_or_rolled_back_leaves_nothing(database: &Database) -> Result<()> {
    company(database).await?;
    let mut dropped = database.begin().await?;
    same_methods(&mut dropped).await?;
    drop(dropped);
    assert_eq!(ada(database).await?, 900);
    let mut undone = database.begin().await?;
    same_methods(&mut undone).await?;
    undone.rollback().await?;
    assert_eq!(ada(database).await?, 900);
    Ok(())
}

async fn a_closure_commits_when_it_succeeds_and_rolls_back_when_it_fails(
    database: &Database,
) -> Result<()> {
    company(database).await?;
    database.transaction(async |connection| same_methods(connection).await).await?;
    assert_eq!(ada(database).await?, 901);
    let failed = database.transaction(async |connection| {
        connection.execute(Person::update().set(Person::salary, 0).all_rows()).await?;
        connection.one(Person::select()).await
    });
    assert!(failed.await.unwrap_err().is_several_rows());
    assert_eq!(ada(database).await?, 901);
    Ok(())
}

async fn a_nested_transaction_undoes_its_own_part_alone(database: &Database) -> Result<()> {
    company(database).await?;
    let set = |salary: i64| Person::update().set(Person::salary, salary).filter(Person::name.eq("Ada"));
    let mut outer = database.begin().await?;
    outer.execute(set(1)).await?;
    let mut inner = outer.begin_nested().await?;
    inner.execute(set(2)).await?;
    inner.rollback().await?;
    let mut inner = outer.begin_nested().await?;
    inner.execute(Person::delete().filter(Person::name.eq("Eve"))).await?;
    inner.commit().await?;
    let mut dropped = outer.begin_nested().await?;
    dropped.execute(set(3)).await?;
    drop(dropped);
    outer.commit().await?;
    assert_eq!(ada(database).await?, 1);
    assert_eq!(database.one(select(func::count(Person::id))).await?, 4);
    Ok(())
}

async fn a_connection_that_is_dropped_in_a_transaction_comes_back_clean(database: &Database) -> Result<()> {
    company(database).await?;
    let mut connection = database.acquire().await?;
    connection.start(lapis::TransactionOptions::new())?;
    same_methods(&mut connection).await?;
    drop(connection);
    assert_eq!(ada(database).await?, 900);
    assert!(!database.acquire().await?.in_transaction());
    Ok(())
}

async fn statements_are_reported_with_what_they_did(database: &Database) -> Result<()> {
    company(database).await?;
    database.one(select(func::count(Person::id))).await?;
    database.execute(Person::delete().filter(Person::name.eq("Eve"))).await?;
    let statements = database.statements();
    assert_eq!(statements.len(), 2);
    assert_eq!(statements[0], "SELECT count(people.id) FROM people");
    assert_eq!(statements[1], "DELETE FROM people WHERE people.name = ?");
    Ok(())
}

async fn values_are_in_messages_only_where_that_is_asked_for(database: &Database) -> Result<()> {
    company(database).await?;
    let taken = || {
        Person::insert().values((Person::id.set(1), Person::name.set("secret-7"), Person::salary.set(1)))
    };
    let error = database.execute(taken()).await.unwrap_err();
    assert!(error.is_integrity() && !format!("{error} {error:?}").contains("secret-7"), "{error:?}");
    let telling = database.builder().show_parameters(true).connect().await?;
    telling.create_all(&MetaData::of::<crate::company::Company>()).await?;
    let error = telling.execute(taken()).await.unwrap_err();
    assert!(error.parameters().is_some_and(|values| values.contains("secret-7")), "{error:?}");
    telling.close().await
}

async fn two_connections_see_each_others_commits(database: &Database) -> Result<()> {
    company(database).await?;
    let mut reader = database.acquire().await?;
    let mut writer = database.acquire().await?;
    writer.execute(Person::delete().filter(Person::name.eq("Eve"))).await?;
    assert_eq!(reader.one(select(func::count(Person::id))).await?, 4);
    assert_eq!(database.pool_status().checked_out, 2);
    Ok(())
}

async fn a_closed_engine_gives_no_connections(database: &Database) -> Result<()> {
    let engine = database.builder().pool_timeout(Duration::from_secs(1)).connect().await?;
    engine.close().await?;
    let error = engine.acquire().await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"the engine is closed; connect another one");
    assert!(engine.all(Person::select()).await.is_err());
    engine.close().await
}

async fn a_statement_that_is_prepared_survives_a_change_of_its_table(database: &Database) -> Result<()> {
    company(database).await?;
    let mut connection = database.acquire().await?;
    let all = || text("SELECT * FROM projects WHERE id = 1");
    connection.execute(all()).await?;
    connection.script("ALTER TABLE projects ADD COLUMN note VARCHAR(20)").await?;
    connection.execute(text("UPDATE projects SET note = :note").bind("note", "n")).await?;
    let (_, _, _, note): (i64, String, Decimal, String) = connection.one(all().rows()).await?;
    assert_eq!(note, "n");
    Ok(())
}
