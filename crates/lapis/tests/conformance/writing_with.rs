//! `WITH` on statements that write, and statements that write in `WITH`.

use lapis::prelude::*;
use lapis::statement::{Cte, delete, insert, table, update};

use crate::company::{Department, Person, Project, company, names};
use crate::harness::{Database, Result, conformance};

conformance! {
    an_insert_takes_rows_from_with,
    an_insert_takes_rows_from_two_lists_of_with,
    inserted_values_take_rows_from_with,
    an_update_takes_rows_from_with,
    a_delete_takes_rows_from_with,
    rows_are_moved_by_one_statement,
    what_an_insert_returns_is_selected_from,
    what_an_update_returns_is_selected_from,
    a_statement_that_writes_stands_in_the_with_of_a_whole_statement,
    a_query_that_writes_is_committed,
}

/// The people who have no manager.
fn heads() -> Cte {
    select((Person::id, Person::name)).filter(Person::manager.is_null()).cte("heads")
}

async fn an_insert_takes_rows_from_with(database: &Database) -> Result<()> {
    company(database).await?;
    let heads = heads();
    let copy = insert::<Department>()
        .from_select(Department::name, select(heads.c(Person::name)).from(&heads))
        .with(&heads);
    assert_eq!(database.execute(copy).await?.rows_affected, 1);
    let names: Vec<String> = database.all(select(Department::name).filter(Department::id.gt(4))).await?;
    assert_eq!(names, ["Ada"]);
    Ok(())
}

async fn an_insert_takes_rows_from_two_lists_of_with(database: &Database) -> Result<()> {
    company(database).await?;
    let heads = heads();
    let named = select(heads.c(Person::name)).from(&heads).cte("named");
    let rows = select(named.c(Person::name)).with(&named).from(&named);
    let copy = insert::<Department>().from_select(Department::name, rows).with(&heads);
    let copy = copy.on_conflict(Department::name).do_nothing();
    database.execute(copy.clone()).await?;
    database.execute(copy).await?;
    let names: Vec<String> = database.all(select(Department::name).filter(Department::id.gt(4))).await?;
    assert_eq!(names, ["Ada"]);
    Ok(())
}

async fn inserted_values_take_rows_from_with(database: &Database) -> Result<()> {
    company(database).await?;
    let heads = heads();
    let name = select(func::max(heads.c(Person::name))).from(&heads).scalar();
    let row = insert::<Department>()
        .values(Department::name.set(func::coalesce(name, "nobody")))
        .with(&heads);
    let result = database.execute(row).await;
    if !database.dialect().with_syntax().before_insert {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("does not support WITH beside inserted VALUES"), "{error}");
        return database.lacks("WITH before INSERT");
    }
    assert_eq!(result?.rows_affected, 1);
    Ok(())
}

async fn an_update_takes_rows_from_with(database: &Database) -> Result<()> {
    company(database).await?;
    let heads = heads();
    let raise = update::<Person>()
        .set(Person::nickname, heads.c(Person::name))
        .with(&heads)
        .join_on(&heads, Person::manager.eq(heads.c(Person::id)));
    let result = database.execute(raise).await;
    if !database.dialect().with_syntax().before_update {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("does not support WITH before UPDATE"), "{error}");
        return database.lacks("WITH before UPDATE and DELETE");
    }
    assert_eq!(result?.rows_affected, 2);
    assert_eq!(names(database, Person::nickname.eq("Ada")).await?, ["Ben", "Cleo"]);
    Ok(())
}

async fn a_delete_takes_rows_from_with(database: &Database) -> Result<()> {
    company(database).await?;
    let idle = select(Person::id).filter(!Person::active).cte("idle");
    let is_idle = Person::id.in_select(select(idle.c(Person::id)).from(&idle));
    let result = database.execute(delete::<Person>().with(&idle).filter(is_idle)).await;
    if !database.dialect().with_syntax().before_update {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("does not support WITH before DELETE"), "{error}");
        return database.lacks("WITH before UPDATE and DELETE");
    }
    assert_eq!(result?.rows_affected, 1);
    // A recursive one, and a join with it.
    let below = select(Person::id)
        .filter(Person::name.eq("Cleo"))
        .recursive("below")
        .union_all(|below| select(Person::id).join_on(below, Person::manager.eq(below.c(Person::id))));
    database.script("DELETE FROM assignments").await?;
    let cut = delete::<Person>().with(&below).join_on(&below, Person::id.eq(below.c(Person::id)));
    assert_eq!(database.execute(cut).await?.rows_affected, 2);
    assert_eq!(names(database, Person::id.gt(0)).await?, ["Ada", "Ben"]);
    Ok(())
}

/// Whether statements may write in WITH; where not, the message is checked.
async fn writes_in_with(database: &Database, verb: &str, query: Result<u64>) -> Result<bool> {
    if database.dialect().with_syntax().of_writes {
        query?;
        return Ok(true);
    }
    let error = query.unwrap_err().to_string();
    assert!(error.contains(&format!("does not support {verb} in WITH")), "{error}");
    database.lacks("statements that write in WITH")?;
    Ok(false)
}

async fn rows_are_moved_by_one_statement(database: &Database) -> Result<()> {
    company(database).await?;
    let gone = delete::<Person>().filter(!Person::active).returning(Person::name).cte("gone");
    let moved = insert::<Department>()
        .from_select(Department::name, select(gone.c(Person::name)).from(&gone))
        .with(&gone);
    if writes_in_with(
        database,
        "DELETE",
        database.execute(moved).await.map(|outcome| outcome.rows_affected),
    )
    .await?
    {
        assert_eq!(names(database, Person::id.gt(0)).await?, ["Ada", "Ben", "Cleo", "Dan"]);
        let names: Vec<String> =
            database.all(select(Department::name).filter(Department::id.gt(4))).await?;
        assert_eq!(names, ["Eve"]);
    }
    Ok(())
}

async fn what_an_insert_returns_is_selected_from(database: &Database) -> Result<()> {
    company(database).await?;
    let added = insert::<Project>()
        .rows(["a", "b"].map(|title| (Project::title.set(title), Project::budget.set(Decimal::ONE))))
        .returning((Project::id, Project::title))
        .cte("added");
    // A part with what it is of, in one statement.
    let twice = insert::<Department>()
        .from_select(Department::name, select(added.c(Project::title)).from(&added))
        .returning(Department::name)
        .cte("twice");
    let count = select(func::count_all()).from(table::<Project>()).scalar();
    let rows = select((added.c(Project::id), twice.c(Department::name), count))
        .with(&added)
        .with(&twice)
        .from(&added)
        .join_on(&twice, twice.c(Department::name).eq(added.c(Project::title)))
        .order_by(added.c(Project::id));
    if !database.dialect().with_syntax().of_writes {
        let error = database.all(rows).await.unwrap_err().to_string();
        assert!(error.contains("does not support INSERT in WITH"), "{error}");
        return database.lacks("statements that write in WITH");
    }
    // The tables are seen as they were before.
    let expected = [(4, "a".to_owned(), Some(3)), (5, "b".to_owned(), Some(3))];
    assert_eq!(database.all(rows).await?, expected);
    Ok(())
}

async fn what_an_update_returns_is_selected_from(database: &Database) -> Result<()> {
    company(database).await?;
    let raised = update::<Person>()
        .set(Person::salary, Person::salary * 2)
        .filter(Person::salary.lt(600))
        .returning((Person::id, Person::salary))
        .cte("raised");
    let total = select(func::sum(raised.c(Person::salary))).with(&raised).from(&raised);
    if !database.dialect().with_syntax().of_writes {
        let error = database.one(total).await.unwrap_err().to_string();
        assert!(error.contains("does not support UPDATE in WITH"), "{error}");
        return database.lacks("statements that write in WITH");
    }
    assert_eq!(database.one(total).await?, Some(2600));
    let total = database.one(select(func::sum(Person::salary))).await?;
    assert_eq!(total, Some(4200));
    Ok(())
}

async fn a_statement_that_writes_stands_in_the_with_of_a_whole_statement(
    database: &Database,
) -> Result<()> {
    company(database).await?;
    let gone = delete::<Person>().filter(!Person::active).returning(Person::id).cte("gone");
    let within = select(gone.c(Person::id)).with(&gone).from(&gone);
    let error = database
        .all(select(Person::name).filter(Person::id.in_select(within)))
        .await
        .unwrap_err();
    if database.dialect().with_syntax().of_writes {
        assert!(error.to_string().contains("gone writes rows"), "{error}");
        return Ok(());
    }
    assert!(error.to_string().contains("DELETE in WITH"), "{error}");
    database.lacks("statements that write in WITH")
}

async fn a_query_that_writes_is_committed(database: &Database) -> Result<()> {
    company(database).await?;
    let gone = delete::<Person>().filter(!Person::active).returning(Person::id).cte("gone");
    let count = select(func::count_all()).with(&gone).from(&gone);
    if !database.dialect().with_syntax().of_writes {
        return database.lacks("statements that write in WITH");
    }
    // Through a session too, whose first statement it is.
    let mut session = database.session();
    assert_eq!(session.one(count).await?, 1);
    session.commit().await?;
    assert_eq!(database.one(Person::select().count()).await?, 4);
    Ok(())
}
