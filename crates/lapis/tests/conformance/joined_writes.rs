//! UPDATE and DELETE that look at other tables, and those of the first rows alone.

use lapis::prelude::*;
use lapis::sql::dialect::JoinedWrites;
use lapis::statement::{alias, delete, json_members, table, update, values};

use crate::company::{Department, Person, Project, company, names};
use crate::harness::{Database, Result, conformance};

conformance! {
    what_is_set_before_is_seen_on_mysql_alone,
    an_update_takes_values_from_another_table,
    an_update_takes_values_from_a_subquery,
    an_update_takes_values_from_rows_that_it_brings,
    an_update_takes_values_from_json,
    an_update_joins_along_a_relation,
    an_update_joins_several_tables,
    an_update_joins_its_own_table_under_another_name,
    an_update_returns_columns_of_both_tables,
    a_delete_looks_at_another_table,
    a_delete_joins_several_tables,
    a_delete_joins_its_own_table_under_another_name,
    a_delete_returns_what_it_took_away,
    a_join_without_a_condition_needs_a_filter,
    a_table_that_is_joined_with_itself_is_an_error,
    an_update_of_the_first_rows,
    a_delete_of_the_first_rows,
    joins_and_a_limit_do_not_go_together,
    several_tables_are_written_by_one_statement,
    a_limit_stands_for_a_filter,
}

async fn salaries(database: &Database) -> Result<Vec<i64>> {
    database.all(select(Person::salary).order_by(Person::id)).await
}

async fn what_is_set_before_is_seen_on_mysql_alone(database: &Database) -> Result<()> {
    company(database).await?;
    let seen = lapis::expr::case().when(Person::salary.eq(1), "new").otherwise("old");
    let update = update::<Person>()
        .set(Person::salary, 1)
        .set(Person::nickname, seen)
        .filter(Person::id.eq(1));
    database.execute(update).await?;
    let seen = database.one(select(Person::nickname).filter(Person::id.eq(1))).await?;
    assert_eq!(seen.as_deref(), Some(if database.is_mysql() { "new" } else { "old" }));
    Ok(())
}

async fn an_update_takes_values_from_another_table(database: &Database) -> Result<()> {
    company(database).await?;
    let raise = update::<Person>()
        .set(Person::salary, Person::salary + Department::id * 10)
        .set(Person::nickname, Department::name)
        .from(table::<Department>())
        .filter(Person::department.eq(Department::id).and(Department::name.ne("sales")));
    assert_eq!(database.execute(raise).await?.rows_affected, 3);
    assert_eq!(salaries(database).await?, [910, 510, 720, 500, 300]);
    assert_eq!(names(database, Person::nickname.eq("research")).await?, ["Ada", "Ben"]);
    Ok(())
}

async fn an_update_takes_values_from_a_subquery(database: &Database) -> Result<()> {
    company(database).await?;
    let totals = select((Person::department, func::sum(Person::salary).label("total")))
        .filter(Person::department.is_not_null())
        .group_by(Person::department)
        .having(func::count(Person::id).gt(1))
        .subquery("totals");
    let rename = update::<Department>().set(Department::name, "large").from(&totals).filter(
        totals
            .c(Person::department)
            .eq(Department::id)
            .and(totals.column::<i64>("total").gt(1000)),
    );
    database.execute(rename).await?;
    let departments: Vec<String> = database.all(select(Department::name).order_by(Department::id)).await?;
    assert_eq!(departments, ["large", "compilers", "sales", "law"]);
    Ok(())
}

async fn an_update_takes_values_from_rows_that_it_brings(database: &Database) -> Result<()> {
    company(database).await?;
    let new = values(
        "new",
        ["id", "salary", "nickname"],
        [(1_i64, 10_i64, Some("a")), (4, 40, None), (9, 90, None)],
    );
    let update = update::<Person>()
        .set(Person::salary, new.c(Person::salary))
        .set(Person::nickname, new.c(Person::nickname))
        .join_on(&new, new.c(Person::id).eq(Person::id));
    assert_eq!(database.execute(update).await?.rows_affected, 2);
    assert_eq!(salaries(database).await?, [10, 500, 700, 40, 300]);
    assert_eq!(names(database, Person::nickname.eq("a")).await?, ["Ada"]);
    let leave = values("leave", ["id"], [3_i64, 4]);
    database.execute(update_of_managers()).await?;
    database.script("DELETE FROM assignments").await?;
    let gone = delete::<Person>().join_on(&leave, leave.c(Person::id).eq(Person::id));
    assert_eq!(database.execute(gone).await?.rows_affected, 2);
    Ok(())
}

fn update_of_managers() -> lapis::statement::Update<Person> {
    update::<Person>().set(Person::manager, None::<i64>).all_rows()
}

async fn an_update_takes_values_from_json(database: &Database) -> Result<()> {
    company(database).await?;
    let raises = json_members::<i64>("raise", lit(Json(serde_json::json!({"Ada": 5, "Eve": 7, "Zoe": 1}))));
    let update = update::<Person>()
        .set(Person::salary, Person::salary + func::coalesce(raises.value(), 0))
        .join_on(&raises, raises.key().eq(Person::name));
    assert_eq!(database.execute(update).await?.rows_affected, 2);
    assert_eq!(salaries(database).await?, [905, 500, 700, 500, 307]);
    Ok(())
}

async fn an_update_joins_along_a_relation(database: &Database) -> Result<()> {
    company(database).await?;
    let update_of = |title: &'static str| {
        update::<Person>()
            .set(Person::nickname, Project::title)
            .join(Person::projects)
            .filter(Project::title.eq(title))
    };
    assert_eq!(database.execute(update_of("ledger")).await?.rows_affected, 2);
    assert_eq!(names(database, Person::nickname.eq("ledger")).await?, ["Ada", "Dan"]);
    let by_reference = update::<Person>()
        .set(Person::salary, 0)
        .join(Person::department)
        .filter(Department::name.eq("research"));
    database.execute(by_reference).await?;
    assert_eq!(salaries(database).await?, [0, 0, 700, 500, 300]);
    Ok(())
}

async fn an_update_joins_several_tables(database: &Database) -> Result<()> {
    company(database).await?;
    let part = alias::<Department>("part");
    let update = update::<Person>()
        .set(Person::nickname, func::coalesce(Department::name, "none"))
        .join_on(&part, Person::department.eq(part.c(Department::id)))
        .join_on(table::<Department>(), part.c(Department::parent).eq(Department::id))
        .filter(Person::salary.lt(100).or(Person::active));
    database.execute(update).await?;
    assert_eq!(names(database, Person::nickname.eq("research")).await?, ["Cleo"]);
    Ok(())
}

async fn an_update_joins_its_own_table_under_another_name(database: &Database) -> Result<()> {
    company(database).await?;
    let manager = alias::<Person>("manager");
    let update = update::<Person>()
        .set(Person::salary, manager.c(Person::salary) - 1)
        .join_on(&manager, Person::manager.eq(manager.c(Person::id)))
        .filter(Person::salary.lt(manager.c(Person::salary)).and(Person::id.le(3)));
    database.execute(update).await?;
    assert_eq!(salaries(database).await?, [900, 899, 899, 500, 300]);
    Ok(())
}

async fn an_update_returns_columns_of_both_tables(database: &Database) -> Result<()> {
    company(database).await?;
    let update = update::<Person>()
        .set(Person::salary, Person::salary + 1)
        .join_on(table::<Department>(), Person::department.eq(Department::id))
        .filter(Department::name.eq("compilers"));
    let own = update.clone().returning((Person::name, Person::salary));
    let both = update.clone().returning((Person::name, Department::name, entity::<Department>()));
    if !database.dialect().supports_update_returning() {
        let error = database.all(own).await.unwrap_err().to_string();
        assert!(error.contains("does not support UPDATE … RETURNING"), "{error}");
        return database.lacks("UPDATE … RETURNING");
    }
    assert_eq!(database.all(own).await?, [("Cleo".to_owned(), 701)]);
    let whole: Vec<Person> = database.all(update.returning(entity::<Person>())).await?;
    assert_eq!((whole.len(), whole[0].salary), (1, 702));
    let result = database.all(both).await;
    if database.dialect().joined_writes() != JoinedWrites::FromAndUsing {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("columns of joined tables in UPDATE … RETURNING"), "{error}");
        return database.lacks("columns of joined tables in RETURNING");
    }
    let both: Vec<(String, String, Department)> = result?;
    assert_eq!(
        (both[0].0.as_str(), both[0].1.as_str(), both[0].2.id),
        ("Cleo", "compilers", Auto::from(2))
    );
    Ok(())
}

async fn a_delete_looks_at_another_table(database: &Database) -> Result<()> {
    company(database).await?;
    database.script("DELETE FROM assignments").await?;
    let cut = delete::<Person>()
        .using(table::<Department>())
        .filter(Person::department.eq(Department::id).and(Department::name.in_(["sales", "law"])))
        .filter(Person::salary.gt(0).or(Person::salary.lt(0)));
    // Dan is Eve's manager.
    database
        .execute(update::<Person>().set(Person::manager, None::<i64>).all_rows())
        .await?;
    assert_eq!(database.execute(cut).await?.rows_affected, 1);
    assert_eq!(names(database, Person::id.gt(0)).await?, ["Ada", "Ben", "Cleo", "Eve"]);
    Ok(())
}

async fn a_delete_joins_several_tables(database: &Database) -> Result<()> {
    company(database).await?;
    database
        .execute(update::<Person>().set(Person::manager, None::<i64>).all_rows())
        .await?;
    let part = alias::<Department>("part");
    let cut = delete::<Person>()
        .join_on(&part, Person::department.eq(part.c(Department::id)))
        .join_on(table::<Department>(), part.c(Department::parent).eq(Department::id));
    assert_eq!(database.execute(cut).await?.rows_affected, 1);
    assert_eq!(names(database, Person::id.gt(0)).await?, ["Ada", "Ben", "Dan", "Eve"]);
    Ok(())
}

async fn a_delete_joins_its_own_table_under_another_name(database: &Database) -> Result<()> {
    company(database).await?;
    database.script("DELETE FROM assignments").await?;
    database
        .execute(update::<Person>().set(Person::manager, None::<i64>).all_rows())
        .await?;
    // Of those with the same salary, the oldest is kept.
    let older = alias::<Person>("older");
    let same = Person::salary.eq(older.c(Person::salary)).and(older.c(Person::id).lt(Person::id));
    assert_eq!(database.execute(delete::<Person>().join_on(&older, same)).await?.rows_affected, 1);
    assert_eq!(salaries(database).await?, [900, 500, 700, 300]);
    Ok(())
}

async fn a_delete_returns_what_it_took_away(database: &Database) -> Result<()> {
    company(database).await?;
    let cut = delete::<Person>()
        .join_on(table::<Department>(), Person::department.is_null().and(Department::name.eq("law")))
        .all_rows();
    let own = cut.clone().returning((Person::name, Person::salary));
    if database.dialect().joined_writes() == JoinedWrites::Join {
        let error = database.all(own).await.unwrap_err().to_string();
        assert!(error.contains("does not support DELETE … RETURNING"), "{error}");
        return database.lacks("RETURNING of a DELETE with joins");
    }
    assert_eq!(database.all(own).await?, [("Eve".to_owned(), 300)]);
    Ok(())
}

async fn a_join_without_a_condition_needs_a_filter(database: &Database) -> Result<()> {
    company(database).await?;
    let error = database
        .execute(delete::<Person>().using(table::<Department>()))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("would touch every row"), "{error}");
    let all = update::<Person>().set(Person::salary, 1).from(table::<Department>());
    let error = database.execute(all.clone()).await.unwrap_err().to_string();
    assert!(error.contains("would touch every row"), "{error}");
    database.execute(all.all_rows()).await?;
    assert_eq!(salaries(database).await?, [1; 5]);
    Ok(())
}

async fn a_table_that_is_joined_with_itself_is_an_error(database: &Database) -> Result<()> {
    company(database).await?;
    let itself = delete::<Person>().join_on(table::<Person>(), Person::salary.gt(1));
    let error = database.execute(itself).await.unwrap_err().to_string();
    assert!(error.contains("people is joined with itself"), "{error}");
    Ok(())
}

async fn an_update_of_the_first_rows(database: &Database) -> Result<()> {
    company(database).await?;
    let first = update::<Person>()
        .set(Person::salary, 0)
        .filter(Person::salary.le(700))
        .order_by((Person::salary.desc(), Person::id))
        .limit(2);
    let result = database.execute(first).await;
    if database.dialect().supports_limited_writes() {
        assert_eq!(result?.rows_affected, 2);
    } else {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("does not support ORDER BY and LIMIT in UPDATE"), "{error}");
        // What the message advises.
        let first = select(Person::id)
            .filter(Person::salary.le(700))
            .order_by((Person::salary.desc(), Person::id))
            .limit(2);
        database
            .execute(update::<Person>().set(Person::salary, 0).filter(Person::id.in_select(first)))
            .await?;
    }
    assert_eq!(salaries(database).await?, [900, 0, 0, 500, 300]);
    Ok(())
}

async fn a_delete_of_the_first_rows(database: &Database) -> Result<()> {
    company(database).await?;
    let last = delete::<Person>().all_rows().order_by(Person::id.desc()).limit(1);
    if !database.dialect().supports_limited_writes() {
        let error = database.execute(last).await.unwrap_err().to_string();
        assert!(error.contains("does not support ORDER BY and LIMIT in DELETE"), "{error}");
        return database.lacks("DELETE … LIMIT");
    }
    assert_eq!(database.execute(last).await?.rows_affected, 1);
    assert_eq!(names(database, Person::id.gt(0)).await?, ["Ada", "Ben", "Cleo", "Dan"]);
    Ok(())
}

async fn joins_and_a_limit_do_not_go_together(database: &Database) -> Result<()> {
    company(database).await?;
    let both = delete::<Person>().using(table::<Department>()).all_rows().limit(1);
    let error = database.execute(both).await.unwrap_err().to_string();
    if database.dialect().supports_limited_writes() {
        assert!(error.contains("takes neither an order nor a limit"), "{error}");
        return Ok(());
    }
    assert!(error.contains("does not support ORDER BY and LIMIT"), "{error}");
    database.lacks("DELETE … LIMIT")
}

async fn several_tables_are_written_by_one_statement(database: &Database) -> Result<()> {
    company(database).await?;
    let change = update::<Person>()
        .join(Person::department)
        .set(Person::salary, Person::salary + 1)
        .set_joined(Department::name, Department::name.concat("!"))
        .filter(Department::name.eq("sales"));
    let changed = database.execute(change).await;
    if database.dialect().joined_writes() != JoinedWrites::Join {
        assert!(changed.unwrap_err().to_string().contains("does not support UPDATE of several tables"));
        let delete = delete::<Person>().join(Person::department).delete_joined::<Department>().all_rows();
        let deleted = database.execute(delete).await;
        assert!(deleted.unwrap_err().to_string().contains("does not support DELETE of several tables"));
        return database.lacks("statements that write to several tables");
    }
    changed?;
    assert_eq!(
        database.all(select(Department::name).filter(Department::name.contains("!"))).await?,
        ["sales!"]
    );
    let not_joined = delete::<Person>().delete_joined::<Department>().filter(Person::id.eq(1));
    let error = database.execute(not_joined).await.unwrap_err().to_string();
    assert!(
        error.contains("departments is written to along with another table, and not joined"),
        "{error}"
    );
    Ok(())
}

async fn a_limit_stands_for_a_filter(database: &Database) -> Result<()> {
    company(database).await?;
    let first = update::<Person>().set(Person::nickname, "first").order_by(Person::id).limit(1);
    let changed = database.execute(first).await;
    if database.dialect().supports_limited_writes() {
        assert_eq!(changed?.rows_affected, 1);
        assert_eq!(names(database, Person::nickname.eq("first")).await?, ["Ada"]);
    } else {
        assert!(changed.unwrap_err().to_string().contains("ORDER BY and LIMIT in UPDATE"));
    }
    Ok(())
}
