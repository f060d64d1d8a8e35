//! INSERT, UPDATE and DELETE past any session.

use lapis::expr::case;
use lapis::prelude::*;
use lapis::statement::{delete, insert, update};

use crate::company::{Department, Person, Project, company, day, names};
use crate::harness::{Database, Result, conformance};

conformance! {
    an_insert_stores_a_row_and_says_how_many,
    an_insert_returns_what_the_database_assigned,
    many_rows_are_inserted_and_returned_in_order,
    thousands_of_rows_are_inserted_in_one_statement,
    columns_that_are_left_out_get_their_defaults,
    rows_that_name_their_columns_in_another_order,
    a_row_of_nothing_but_defaults,
    an_empty_list_of_rows_is_refused_and_stores_nothing,
    a_value_may_be_an_expression,
    the_rows_of_a_query_are_inserted,
    an_update_changes_the_rows_of_its_filter,
    an_update_may_set_a_column_from_others,
    an_update_sets_references_and_null,
    an_update_returns_what_it_wrote,
    an_update_filters_by_a_subquery,
    a_delete_takes_the_rows_of_its_filter,
    a_delete_returns_what_it_took,
    every_row_is_changed_only_where_that_is_said,
    an_update_that_sets_nothing_is_refused,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "notes")]
struct Note {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(server_default = "untitled", length = 40)]
    title: Auto<String>,
    #[column(server_default = 7)]
    stars: Auto<i32>,
    body: Option<String>,
}

async fn an_insert_stores_a_row_and_says_how_many(database: &Database) -> Result<()> {
    database.create::<Note>().await?;
    let outcome = database
        .execute(Note::insert().values((Note::title.set("One"), Note::body.set("…"))))
        .await?;
    assert_eq!(outcome.rows_affected, 1);
    let note = database.one(Note::select()).await?;
    assert_eq!((note.title.as_str(), note.body.as_deref(), *note.stars), ("One", Some("…"), 7));
    Ok(())
}

async fn an_insert_returns_what_the_database_assigned(database: &Database) -> Result<()> {
    database.create::<Note>().await?;
    if !database.dialect().supports_insert_returning() {
        let error = database.all(insert::<Note>().returning(Note::id)).await.unwrap_err();
        assert!(error.to_string().contains("does not support INSERT … RETURNING"), "{error}");
        return database.lacks("INSERT … RETURNING");
    }
    let row = insert::<Note>().values(Note::body.set("b")).returning((Note::id, Note::title));
    assert_eq!(database.one(row).await?, (1, "untitled".to_owned()));
    let note: Note = database
        .one(insert::<Note>().values(Note::id.set(40)).returning(entity::<Note>()))
        .await?;
    assert_eq!((*note.id, *note.stars, note.body), (40, 7, None));
    let doubled = insert::<Note>().values(Note::stars.set(4)).returning(Note::stars * 2);
    assert_eq!(database.one(doubled).await?, 8);
    Ok(())
}

async fn many_rows_are_inserted_and_returned_in_order(database: &Database) -> Result<()> {
    database.create::<Note>().await?;
    let rows = (1..=50).map(|number| (Note::title.set(format!("note {number}")), Note::stars.set(number)));
    if database.dialect().supports_insert_returning() {
        let written = database.all(Note::insert().rows(rows).returning((Note::id, Note::stars))).await?;
        assert_eq!(written, (1..=50).map(|number| (i64::from(number), number)).collect::<Vec<_>>());
    } else {
        assert_eq!(database.execute(Note::insert().rows(rows)).await?.rows_affected, 50);
    }
    assert_eq!(database.one(select(func::count(Note::id))).await?, 50);
    Ok(())
}

async fn thousands_of_rows_are_inserted_in_one_statement(database: &Database) -> Result<()> {
    database.create::<Note>().await?;
    let rows = (0..5000).map(|number| (Note::id.set(number + 1), Note::stars.set(1), Note::body.set("x")));
    let outcome = database.execute(Note::insert().rows(rows)).await?;
    assert_eq!((outcome.rows_affected, database.round_trips()), (5000, 1));
    assert_eq!(database.one(select(func::sum(Note::stars))).await?, Some(5000));
    Ok(())
}

async fn columns_that_are_left_out_get_their_defaults(database: &Database) -> Result<()> {
    database.create::<Note>().await?;
    database.execute(Note::insert().values(Note::body.set(None::<String>))).await?;
    let note = database.one(Note::select()).await?;
    assert_eq!((note.title.as_str(), *note.stars, note.body), ("untitled", 7, None));
    // Within one statement, rows with other columns than the rest ask for DEFAULT, which SQLite cannot write.
    let uneven = Note::insert().values(Note::stars.set(1)).values(Note::title.set("t"));
    let result = database.execute(uneven).await;
    if database.is_sqlite() {
        insta::assert_snapshot!(result.unwrap_err().to_string(), @"SQLite does not support DEFAULT as a value; give every row of the statement the same columns, and leave the column out of all");
    } else {
        assert_eq!(result?.rows_affected, 2);
    }
    Ok(())
}

async fn rows_that_name_their_columns_in_another_order(database: &Database) -> Result<()> {
    database.create::<Note>().await?;
    let rows = Note::insert()
        .values((Note::title.set("a"), Note::stars.set(1)))
        .values((Note::stars.set(2), Note::title.set("b")))
        .values(vec![Note::title.set("c"), Note::stars.set(3)]);
    database.execute(rows).await?;
    let notes = database.all(select((Note::title, Note::stars)).order_by(Note::id)).await?;
    assert_eq!(notes, [("a".to_owned(), 1), ("b".into(), 2), ("c".into(), 3)]);
    Ok(())
}

async fn a_row_of_nothing_but_defaults(database: &Database) -> Result<()> {
    database.create::<Note>().await?;
    database.execute(Note::insert()).await?;
    let note = database.one(Note::select()).await?;
    assert_eq!((*note.id, note.title.as_str(), *note.stars), (1, "untitled", 7));
    Ok(())
}

/// A list that happens to be empty must not store a row that nobody asked for.
async fn an_empty_list_of_rows_is_refused_and_stores_nothing(database: &Database) -> Result<()> {
    database.create::<Note>().await?;
    let none = Note::insert().rows(Vec::<lapis::expr::Assignment<Note>>::new());
    let error = database.execute(none).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"the insert into notes is given an empty list of rows; leave it out where there are none");
    assert_eq!(database.one(select(func::count(Note::id))).await?, 0);
    Ok(())
}

async fn a_value_may_be_an_expression(database: &Database) -> Result<()> {
    company(database).await?;
    let most = select(func::max(Person::salary)).scalar();
    let row = (
        Project::title.set(lit("pro").concat("ject")),
        Project::budget.set(func::coalesce(most.cast::<Option<Decimal>>(), Decimal::ZERO) + 1),
    );
    database.execute(insert::<Project>().values(row)).await?;
    let budget = select(Project::budget).filter(Project::title.eq("project"));
    assert_eq!(database.one(budget).await?, Decimal::from(901));
    Ok(())
}

async fn the_rows_of_a_query_are_inserted(database: &Database) -> Result<()> {
    company(database).await?;
    let copies = select((
        Person::name.concat(" II"),
        Person::salary + 1,
        Person::hired,
        Person::department,
        lit(true),
    ))
    .filter(Person::salary.ge(700))
    .order_by(Person::id);
    let columns = (Person::name, Person::salary, Person::hired, Person::department, Person::active);
    let outcome = database.execute(insert::<Person>().from_select(columns, copies)).await?;
    assert_eq!(outcome.rows_affected, 2);
    let added = Person::select().filter(Person::name.ends_with(" II")).order_by(Person::id);
    let added = database.all(added).await?;
    assert_eq!((added[0].name.as_str(), added[0].salary, added[0].hired), ("Ada II", 901, day(2020, 1, 1)));
    assert_eq!(added[1].department.as_ref().and_then(Ref::key), Some(&2));
    Ok(())
}

async fn an_update_changes_the_rows_of_its_filter(database: &Database) -> Result<()> {
    company(database).await?;
    let raise = update::<Person>().set(Person::salary, 1000).filter(Person::name.in_(["Ben", "Dan"]));
    assert_eq!(database.execute(raise).await?.rows_affected, 2);
    assert_eq!(names(database, Person::salary.eq(1000)).await?, ["Ben", "Dan"]);
    let nobody = Person::update().set(Person::salary, 0).filter(Person::id.lt(0));
    assert_eq!(database.execute(nobody).await?.rows_affected, 0);
    Ok(())
}

async fn an_update_may_set_a_column_from_others(database: &Database) -> Result<()> {
    company(database).await?;
    let raise = Person::update()
        .set(Person::salary, Person::salary * 2)
        .set(Person::nickname, func::lower(Person::name))
        .set(Person::rating, case().when(Person::rating.is_null(), 1.0).otherwise(Person::rating))
        .filter(Person::name.eq("Eve"));
    database.execute(raise).await?;
    let eve = database.one(Person::select().filter(Person::name.eq("Eve"))).await?;
    assert_eq!((eve.salary, eve.nickname.as_deref(), eve.rating), (600, Some("eve"), Some(1.0)));
    let shift = Person::update().values((Person::salary.set(Person::salary + 1), Person::active.set(true)));
    assert_eq!(database.execute(shift.all_rows()).await?.rows_affected, 5);
    assert_eq!(database.one(select(func::sum(Person::salary))).await?, Some(2900 + 300 + 5));
    Ok(())
}

async fn an_update_sets_references_and_null(database: &Database) -> Result<()> {
    company(database).await?;
    let ben = || Person::name.eq("Ben");
    database.execute(Person::update().set(Person::department, 4).filter(ben())).await?;
    assert_eq!(names(database, Person::department.eq(4)).await?, ["Ben"]);
    let nowhere = Person::update()
        .set(Person::department, None::<i64>)
        .set(Person::manager, None::<i64>)
        .filter(ben());
    database.execute(nowhere).await?;
    assert_eq!(names(database, Person::department.is_null()).await?, ["Ben", "Eve"]);
    Ok(())
}

async fn an_update_returns_what_it_wrote(database: &Database) -> Result<()> {
    company(database).await?;
    if !database.dialect().supports_update_returning() {
        return database.lacks("UPDATE … RETURNING");
    }
    let raise = Person::update().set(Person::salary, Person::salary + 50).filter(Person::salary.eq(500));
    let mut raised = database.all(raise.returning((Person::name, Person::salary))).await?;
    raised.sort();
    assert_eq!(raised, [("Ben".to_owned(), 550), ("Dan".into(), 550)]);
    let none = Person::update()
        .set(Person::salary, 0)
        .filter(Person::id.lt(0))
        .returning(entity::<Person>());
    assert_eq!(database.all(none).await?, []);
    Ok(())
}

async fn an_update_filters_by_a_subquery(database: &Database) -> Result<()> {
    company(database).await?;
    let in_research = Person::department.has(Department::name.eq("research"));
    let outcome = database
        .execute(Person::update().set(Person::active, false).filter(in_research))
        .await?;
    assert_eq!(outcome.rows_affected, 2);
    assert_eq!(names(database, Person::active).await?, ["Cleo", "Dan"]);
    let outcome = database
        .execute(
            Department::delete().filter(Department::people.is_empty().and(Department::parent.is_null())),
        )
        .await?;
    assert_eq!(outcome.rows_affected, 1);
    Ok(())
}

async fn a_delete_takes_the_rows_of_its_filter(database: &Database) -> Result<()> {
    company(database).await?;
    let outcome = database.execute(delete::<Person>().filter(Person::name.eq("Eve"))).await?;
    assert_eq!(outcome.rows_affected, 1);
    assert_eq!(database.one(select(func::count(Person::id))).await?, 4);
    Ok(())
}

async fn a_delete_returns_what_it_took(database: &Database) -> Result<()> {
    company(database).await?;
    if !database.dialect().supports_delete_returning() {
        return database.lacks("DELETE … RETURNING");
    }
    let gone: Vec<Person> = database
        .all(Person::delete().filter(Person::active.not()).returning(entity::<Person>()))
        .await?;
    assert_eq!(gone.len(), 1);
    assert_eq!((gone[0].name.as_str(), gone[0].salary), ("Eve", 300));
    Ok(())
}

async fn every_row_is_changed_only_where_that_is_said(database: &Database) -> Result<()> {
    company(database).await?;
    let error = database.execute(Person::update().set(Person::salary, 0)).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"the update of people has no filter and would touch every row; filter it, or say `.all_rows()`");
    let error = database.execute(Project::delete()).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"the delete of projects has no filter and would touch every row; filter it, or say `.all_rows()`");
    assert_eq!(database.one(select(func::sum(Person::salary))).await?, Some(2900));
    database.execute(text("DELETE FROM assignments")).await?;
    assert_eq!(database.execute(Project::delete().all_rows()).await?.rows_affected, 3);
    assert_eq!(
        database
            .execute(Person::update().set(Person::salary, 1).all_rows())
            .await?
            .rows_affected,
        5
    );
    Ok(())
}

async fn an_update_that_sets_nothing_is_refused(database: &Database) -> Result<()> {
    company(database).await?;
    let error = database.execute(Person::update().filter(Person::id.eq(1))).await.unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"the update of people sets no column");
    Ok(())
}
