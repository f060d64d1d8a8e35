//! Joins along relations and explicit ones.

use lapis::prelude::*;
use lapis::statement::{alias, table};

use crate::company::{Department, Person, Project, company};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_join_along_a_reference_keeps_rows_that_match,
    a_join_along_the_other_side_gives_a_row_for_each_pair,
    a_join_along_many_to_many_goes_through_the_association,
    joins_follow_one_another,
    an_outer_join_gives_none_where_nothing_matches,
    an_outer_join_along_many_to_many_keeps_rows_without_links,
    an_optional_entity_with_null_fields_is_still_some,
    an_explicit_join_takes_any_condition,
    right_and_full_joins_keep_the_rows_of_the_other_side,
    a_cross_join_gives_every_pair,
    a_table_joins_itself_under_another_name,
    joins_go_on_from_a_table_under_another_name,
    two_aliases_of_one_table_stand_side_by_side,
    an_entity_is_read_beside_its_join,
    a_join_filters_by_either_table,
    the_side_that_is_named_in_from_leads,
}

async fn a_join_along_a_reference_keeps_rows_that_match(database: &Database) -> Result<()> {
    company(database).await?;
    let places = select((Person::name, Department::name)).join(Person::department).order_by(Person::id);
    let places: Vec<(String, String)> = database.all(places).await?;
    let places: Vec<(&str, &str)> = places.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(places, [("Ada", "research"), ("Ben", "research"), ("Cleo", "compilers"), ("Dan", "sales")]);
    Ok(())
}

async fn a_join_along_the_other_side_gives_a_row_for_each_pair(database: &Database) -> Result<()> {
    company(database).await?;
    let staffed = Department::select().join(Department::people).order_by(Person::id);
    let staffed: Vec<String> = database.all(staffed).await?.into_iter().map(|it| it.name).collect();
    assert_eq!(staffed, ["research", "research", "compilers", "sales"]);
    let once = Department::select().join(Department::people).distinct();
    assert_eq!(database.all(once).await?.len(), 3);
    Ok(())
}

async fn a_join_along_many_to_many_goes_through_the_association(database: &Database) -> Result<()> {
    company(database).await?;
    let pairs = select((Person::name, Project::title)).join(Person::projects);
    let pairs = database.all(pairs.order_by((Person::id, Project::id))).await?;
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(pairs, [("Ada", "engine"), ("Ada", "ledger"), ("Ben", "engine"), ("Dan", "ledger")]);
    let backwards = select(Person::name).join(Project::people).filter(Project::title.eq("ledger"));
    assert_eq!(database.all(backwards.order_by(Person::id)).await?, ["Ada", "Dan"]);
    Ok(())
}

async fn joins_follow_one_another(database: &Database) -> Result<()> {
    company(database).await?;
    let titles = select(Project::title)
        .join(Department::people)
        .join(Person::projects)
        .filter(Department::name.eq("research"))
        .distinct()
        .order_by(Project::title);
    assert_eq!(database.all(titles).await?, ["engine", "ledger"]);
    Ok(())
}

async fn an_outer_join_gives_none_where_nothing_matches(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((Department::name, entity::<Person>().optional(), Person::rating.nullable()))
        .outer_join(Department::people)
        .filter(Department::id.ge(3))
        .order_by(Department::id);
    let rows: Vec<(String, Option<Person>, Option<f64>)> = database.all(rows).await?;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].1.as_ref().map(|person| person.name.as_str()), Some("Dan"));
    assert_eq!(rows[0].2, Some(3.0));
    assert_eq!((rows[1].0.as_str(), &rows[1].1, rows[1].2), ("law", &None, None));
    let empty = select(Department::name).outer_join(Department::people).filter(Person::id.is_null());
    assert_eq!(database.all(empty).await?, ["law"]);
    Ok(())
}

async fn an_outer_join_along_many_to_many_keeps_rows_without_links(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((Project::title, Person::name.nullable()))
        .outer_join(Project::people)
        .order_by((Project::id, Person::id));
    let rows = database.all(rows).await?;
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[4], ("lantern".to_owned(), None));
    Ok(())
}

async fn an_optional_entity_with_null_fields_is_still_some(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((Person::name, entity::<Department>().optional())).outer_join(Person::department);
    let rows = database.all(rows.filter(Person::id.in_([1, 5])).order_by(Person::id)).await?;
    let research = rows[0].1.as_ref().expect("Ada is in research");
    assert_eq!((research.name.as_str(), research.parent.is_none()), ("research", true));
    assert_eq!(rows[1], ("Eve".to_owned(), None));
    Ok(())
}

async fn an_explicit_join_takes_any_condition(database: &Database) -> Result<()> {
    company(database).await?;
    let pairs = select((Department::name, Project::title))
        .from(table::<Department>())
        .join_on(table::<Project>(), Project::id.eq(Department::id).and(Project::budget.gt(Decimal::ONE)))
        .order_by(Project::id);
    let pairs = database.all(pairs).await?;
    assert_eq!(
        pairs,
        [("research".to_owned(), "engine".to_owned()), ("compilers".into(), "ledger".into())]
    );
    let left = select((Department::name, Project::title.nullable()))
        .left_join_on(table::<Project>(), Project::id.eq(Department::id))
        .order_by(Department::id.desc())
        .limit(1);
    assert_eq!(database.one(left).await?, ("law".to_owned(), None));
    Ok(())
}

async fn right_and_full_joins_keep_the_rows_of_the_other_side(database: &Database) -> Result<()> {
    company(database).await?;
    let on = || Person::department.eq(Department::id);
    let pair = || select((Person::name.nullable(), Department::name.nullable())).from(table::<Person>());
    let order = (Department::id.asc().nulls_last(), Person::id);
    let right = database
        .all(pair().right_join_on(table::<Department>(), on()).order_by(order.clone()))
        .await?;
    assert_eq!(right.len(), 5);
    assert_eq!(right[4], (None, Some("law".to_owned())));
    if database.dialect().supports_full_join() {
        let full = database.all(pair().full_join_on(table::<Department>(), on()).order_by(order)).await?;
        assert_eq!(full.len(), 6);
        assert_eq!(full[5], (Some("Eve".to_owned()), None));
    } else {
        let error = database.all(pair().full_join_on(table::<Department>(), on())).await.unwrap_err();
        assert!(error.to_string().contains("does not support FULL JOIN"), "{error}");
        database.lacks("FULL JOIN")?;
    }
    Ok(())
}

async fn a_cross_join_gives_every_pair(database: &Database) -> Result<()> {
    company(database).await?;
    let pairs = select((Department::id, Project::id))
        .from(table::<Department>())
        .cross_join(table::<Project>());
    assert_eq!(database.all(pairs).await?.len(), 12);
    Ok(())
}

async fn a_table_joins_itself_under_another_name(database: &Database) -> Result<()> {
    company(database).await?;
    let manager = alias::<Person>("manager");
    let underpaid = select((Person::name, manager.c(Person::name)))
        .from(table::<Person>())
        .join_on(&manager, Person::manager.eq(manager.c(Person::id)))
        .filter(manager.c(Person::salary).gt(Person::salary + 200))
        .order_by(Person::id);
    let pairs = database.all(underpaid).await?;
    assert_eq!(pairs, [("Ben".to_owned(), "Ada".to_owned())]);
    let all = select((Person::name, manager.c(Person::name).nullable()))
        .from(table::<Person>())
        .left_join_on(&manager, Person::manager.eq(manager.c(Person::id)))
        .order_by(Person::id);
    assert_eq!(database.all(all).await?[0], ("Ada".to_owned(), None));
    Ok(())
}

async fn joins_go_on_from_a_table_under_another_name(database: &Database) -> Result<()> {
    company(database).await?;
    let manager = alias::<Person>("manager");
    // Where the manager of each person is.
    let places = select((Person::name, Department::name))
        .join(Person::manager.to(&manager))
        .join(Person::department.from(&manager))
        .order_by(Person::id);
    let places = database.all(places).await?;
    let places: Vec<(&str, &str)> = places.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(places, [("Ben", "research"), ("Cleo", "research"), ("Dan", "compilers"), ("Eve", "sales")]);
    let first = select(manager.c(Person::name))
        .join(Person::department.from(&manager))
        .filter(Department::name.eq("sales"));
    assert_eq!(database.all(first).await?, ["Dan"]);
    Ok(())
}

async fn two_aliases_of_one_table_stand_side_by_side(database: &Database) -> Result<()> {
    company(database).await?;
    let (first, second) = (alias::<Person>("first"), alias::<Person>("second"));
    let same_pay = select((first.c(Person::name), second.c(Person::name))).from(&first).join_on(
        &second,
        first
            .c(Person::salary)
            .eq(second.c(Person::salary))
            .and(first.c(Person::id).lt(second.c(Person::id))),
    );
    assert_eq!(database.all(same_pay).await?, [("Ben".to_owned(), "Dan".to_owned())]);
    // The chain of managers, three long: Eve, Dan, Cleo.
    let chain = select(second.c(Person::name))
        .from(table::<Person>())
        .join_on(&first, Person::manager.eq(first.c(Person::id)))
        .join_on(&second, first.c(Person::manager).eq(second.c(Person::id)))
        .filter(Person::name.eq("Eve"));
    assert_eq!(database.one(chain).await?, "Cleo");
    Ok(())
}

async fn an_entity_is_read_beside_its_join(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((entity::<Person>(), entity::<Department>())).join(Person::department);
    let rows: Vec<(Person, Department)> = database.all(rows.order_by(Person::id)).await?;
    assert_eq!(rows.len(), 4);
    for (person, department) in rows {
        assert_eq!(person.department.as_ref().and_then(Ref::key), Some(&*department.id));
    }
    Ok(())
}

async fn a_join_filters_by_either_table(database: &Database) -> Result<()> {
    company(database).await?;
    let people = Person::select()
        .join(Person::department)
        .filter(Department::name.eq("research").and(Person::salary.lt(600)));
    let people: Vec<String> = database.all(people).await?.into_iter().map(|person| person.name).collect();
    assert_eq!(people, ["Ben"]);
    Ok(())
}

async fn the_side_that_is_named_in_from_leads(database: &Database) -> Result<()> {
    company(database).await?;
    // Only the far side is selected; the join along the relation brings the near one.
    let names = select(Department::name).join(Person::department).order_by(Person::id);
    assert_eq!(database.all(names).await?, ["research", "research", "compilers", "sales"]);
    let names = select(Department::name)
        .from(table::<Department>())
        .join_on(table::<Person>(), Person::department.eq(Department::id))
        .filter(Person::name.eq("Dan"));
    assert_eq!(database.one(names).await?, "sales");
    Ok(())
}
