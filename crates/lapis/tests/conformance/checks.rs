//! What one database would refuse and another one guess at: refused before it is sent, in the same words.

use lapis::CompileError;
use lapis::ErrorKind;
use lapis::prelude::*;
use lapis::statement::table;

use crate::company::{Department, Person, company};
use crate::harness::{Database, Result, conformance};

conformance! {
    what_the_key_determines_is_selected_beside_aggregates,
    what_another_column_than_the_key_is_grouped_by_is_refused,
    any_value_is_that_of_some_row,
    tables_that_nothing_joins_are_refused_before_anything_is_sent,
    every_pair_comes_when_it_is_asked_for,
}

async fn what_the_key_determines_is_selected_beside_aggregates(database: &Database) -> Result<()> {
    company(database).await?;
    let sizes = select((Department::id, Department::name, func::count(Person::id)))
        .join_on(table::<Person>(), Person::department.eq(Department::id))
        .group_by(Department::id)
        .order_by(Department::name);
    let sizes = database.all(sizes).await?;
    assert!(!sizes.is_empty() && sizes.iter().all(|(_, _, people)| *people > 0), "{sizes:?}");
    Ok(())
}

fn compile_error<T: std::fmt::Debug>(result: Result<T>) -> CompileError {
    let error = result.expect_err("it does not compile");
    match error.kind() {
        ErrorKind::Compile(error) => error.clone(),
        _ => panic!("{error}"),
    }
}

async fn what_another_column_than_the_key_is_grouped_by_is_refused(database: &Database) -> Result<()> {
    company(database).await?;
    let names = select((Person::name, func::count_all())).group_by(Person::department);
    let error = compile_error(database.all(names).await);
    assert!(matches!(&error, CompileError::Ungrouped { column, .. } if column == "people.name"), "{error}");
    Ok(())
}

async fn any_value_is_that_of_some_row(database: &Database) -> Result<()> {
    company(database).await?;
    let some = select((
        Person::active,
        func::any_value(Person::name),
        func::any_value(Person::rating),
        func::any_value(Person::hired),
        func::count_all(),
    ))
    .group_by(Person::active);
    let people = database.all(Person::select()).await?;
    for (active, name, rating, hired, count) in database.all(some).await? {
        let group: Vec<_> = people.iter().filter(|person| person.active == active).collect();
        assert_eq!(group.len() as i64, count);
        assert!(group.iter().any(|person| Some(&person.name) == name.as_ref()));
        assert!(group.iter().any(|person| Some(person.hired) == hired));
        let rated: Vec<_> = group.iter().filter_map(|person| person.rating).collect();
        assert!(rating.map_or(rated.is_empty(), |rating| rated.contains(&rating)));
    }
    Ok(())
}

async fn tables_that_nothing_joins_are_refused_before_anything_is_sent(database: &Database) -> Result<()> {
    company(database).await?;
    database.forget();
    let apart = select((Person::name, Department::name))
        .from(table::<Person>())
        .from(table::<Department>());
    let error = compile_error(database.all(apart).await);
    assert!(matches!(&error, CompileError::CartesianProduct { .. }), "{error}");
    assert_eq!(database.round_trips(), 0);
    Ok(())
}

async fn every_pair_comes_when_it_is_asked_for(database: &Database) -> Result<()> {
    company(database).await?;
    let people = database.one(Person::select().count()).await?;
    let departments = database.one(Department::select().count()).await?;
    let pairs = select(Person::name).from(table::<Person>()).cross_join(table::<Department>());
    assert_eq!(database.one(pairs.count()).await?, people * departments);
    Ok(())
}
