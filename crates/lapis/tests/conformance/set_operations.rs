//! UNION, INTERSECT and EXCEPT.

use lapis::prelude::*;
use lapis::statement::{Select, SetOperator, Val, insert};

use crate::company::{Department, Person, Project, company, names};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_union_has_the_rows_of_both_queries,
    intersect_and_except_compare_rows,
    all_keeps_rows_as_often_as_they_come,
    operators_nest_as_they_are_called,
    parts_and_the_whole_have_their_own_order_and_limit,
    a_union_is_ordered_with_nulls_where_they_are_asked_for,
    a_union_stands_wherever_a_query_does,
    a_union_of_entities_is_tracked_with_its_relations,
}

fn people() -> Select<Val<String>> {
    select(Person::name)
}

/// Ada, Ben and Dan.
fn upper() -> Select<Val<String>> {
    people().filter(Person::id.in_([1, 2, 4]))
}

/// Ben, Cleo and Dan.
fn middle() -> Select<Val<String>> {
    people().filter(Person::salary.between(500, 700))
}

async fn a_union_has_the_rows_of_both_queries(database: &Database) -> Result<()> {
    company(database).await?;
    let both = || upper().union(middle()).order_by(Person::name);
    assert_eq!(database.all(both()).await?, ["Ada", "Ben", "Cleo", "Dan"]);
    assert_eq!(database.first(both()).await?.as_deref(), Some("Ada"));
    assert_eq!(database.one(both().count()).await?, 4);
    let of_tables = people().union(select(Department::name)).union(select(Project::title));
    assert_eq!(database.one(of_tables.count()).await?, 12);
    Ok(())
}

async fn intersect_and_except_compare_rows(database: &Database) -> Result<()> {
    company(database).await?;
    let common = upper().intersect(middle()).order_by(Person::name.desc());
    assert_eq!(database.all(common).await?, ["Dan", "Ben"]);
    assert_eq!(database.all(upper().except(middle())).await?, ["Ada"]);
    Ok(())
}

async fn all_keeps_rows_as_often_as_they_come(database: &Database) -> Result<()> {
    company(database).await?;
    let salaries = || select(Person::salary);
    assert_eq!(database.one(salaries().union(salaries()).count()).await?, 4);
    assert_eq!(database.one(salaries().union_all(salaries()).count()).await?, 10);
    let one = || salaries().filter(Person::id.eq(2));
    let (less, common) = (salaries().except_all(one()), salaries().intersect_all(one()));
    if !database.dialect().supports_set_operator(SetOperator::ExceptAll) {
        assert!(database.all(less).await.is_err() && database.all(common).await.is_err());
        return database.lacks("EXCEPT ALL and INTERSECT ALL");
    }
    assert_eq!(database.all(less.order_by(Person::salary)).await?, [300, 500, 700, 900]);
    assert_eq!(database.all(common).await?, [500]);
    Ok(())
}

async fn operators_nest_as_they_are_called(database: &Database) -> Result<()> {
    company(database).await?;
    // Where INTERSECT binds more tightly than UNION, this would be all of the first query.
    let last = upper().union(middle()).intersect(people().filter(Person::name.eq("Cleo")));
    assert_eq!(database.all(last).await?, ["Cleo"]);
    let inner = people().except(upper().except(middle())).order_by(Person::name);
    assert_eq!(database.all(inner).await?, ["Ben", "Cleo", "Dan", "Eve"]);
    Ok(())
}

async fn parts_and_the_whole_have_their_own_order_and_limit(database: &Database) -> Result<()> {
    company(database).await?;
    let dearest = people().order_by(Person::salary.desc()).limit(1);
    let cheapest = people().order_by(Person::salary).limit(2);
    let both = dearest.union_all(cheapest).order_by(Person::name.desc());
    assert_eq!(database.all(both.clone()).await?.len(), 3);
    let page = both.clone().limit(1).offset(2);
    assert_eq!(database.all(page.clone()).await?, ["Ada"]);
    let again = page.union_all(people().filter(Person::id.eq(5))).order_by(Person::name);
    assert_eq!(database.all(again).await?, ["Ada", "Eve"]);
    Ok(())
}

async fn a_union_is_ordered_with_nulls_where_they_are_asked_for(database: &Database) -> Result<()> {
    company(database).await?;
    let nicknames = || select(Person::nickname);
    let both = || nicknames().filter(Person::id.le(2)).union(nicknames().filter(Person::id.ge(3)));
    let last = database.all(both().order_by(Person::nickname.asc().nulls_last())).await?;
    assert_eq!(last, [Some("ace".to_owned()), Some("cc".to_owned()), None]);
    let first = database.all(both().order_by(Person::nickname.desc().nulls_first())).await?;
    assert_eq!(first, [None, Some("cc".to_owned()), Some("ace".to_owned())]);
    Ok(())
}

async fn a_union_stands_wherever_a_query_does(database: &Database) -> Result<()> {
    company(database).await?;
    let ids = || {
        let id = |name: &'static str| select(Person::id).filter(Person::name.eq(name));
        id("Ada").union(id("Eve"))
    };
    assert_eq!(names(database, Person::id.in_select(ids())).await?, ["Ada", "Eve"]);
    let chosen = ids().subquery("chosen");
    let found = people()
        .join_on(&chosen, chosen.c(Person::id).eq(Person::id))
        .order_by(Person::id.desc());
    assert_eq!(database.all(found).await?, ["Eve", "Ada"]);
    let titles = upper().union(middle());
    database.execute(insert::<Department>().from_select(Department::name, titles)).await?;
    assert_eq!(database.one(select(func::count(Department::id))).await?, 8);
    Ok(())
}

async fn a_union_of_entities_is_tracked_with_its_relations(database: &Database) -> Result<()> {
    company(database).await?;
    let with = |name: &'static str| Person::select().filter(Person::name.eq(name));
    let mut session = database.session();
    let query = with("Cleo").eager(Person::reports).union(with("Ada")).order_by(Person::name);
    let found = session.all(query).await?;
    assert_eq!(
        found.iter().map(|person| session[*person].name.as_str()).collect::<Vec<_>>(),
        ["Ada", "Cleo"]
    );
    assert_eq!(session.related(found[0], Person::reports)?.len(), 2);
    let joined = with("Cleo").eager(Person::reports.joined()).union(with("Ada"));
    let owned = database.all(joined.order_by(Person::name.desc())).await?;
    let reports: Vec<_> = owned.iter().map(|person| (person.name.as_str(), person.reports.len())).collect();
    assert_eq!(reports, [("Cleo", 1), ("Ada", 2)]);
    Ok(())
}
