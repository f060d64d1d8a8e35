//! Queries within queries.

use lapis::expr::{exists, not_exists, row};
use lapis::prelude::*;
use lapis::statement::{alias, table, values};

use crate::company::{Department, Person, Project, company, names};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_subquery_in_from_is_a_table,
    a_subquery_in_from_joins_a_table,
    a_subquery_of_a_subquery,
    a_column_is_in_the_rows_of_a_subquery,
    a_column_is_in_the_first_rows_of_a_subquery,
    a_lateral_subquery_is_asked_for_each_row,
    rows_of_values_are_a_table,
    exists_looks_at_each_row,
    a_scalar_subquery_is_a_value,
    a_scalar_subquery_without_a_row_is_null,
    a_scalar_subquery_may_stand_in_the_projection,
    any_asks_for_a_related_row,
    has_asks_what_a_reference_leads_to,
    is_empty_asks_for_no_related_row,
    any_through_an_association,
    any_and_has_in_a_table_that_refers_to_itself,
    nested_conditions_along_the_same_relation,
    a_condition_may_come_back_to_the_table_it_started_from,
    any_combines_with_not,
    any_works_beside_a_join_of_the_same_table,
    entities_are_counted_by_a_subquery,
}

async fn a_subquery_in_from_is_a_table(database: &Database) -> Result<()> {
    company(database).await?;
    let totals = select((Person::department, func::sum(Person::salary).label("total")))
        .filter(Person::department.is_not_null())
        .group_by(Person::department)
        .subquery("totals");
    let total = totals.column::<i64>("total");
    let dear = select((totals.c(Person::department), total.clone()))
        .from(&totals)
        .filter(total.clone().gt(600));
    let dear = database.all(dear.order_by(total.desc())).await?;
    assert_eq!(dear, [(Some(1), 1400), (Some(2), 700)]);
    Ok(())
}

async fn a_subquery_in_from_joins_a_table(database: &Database) -> Result<()> {
    company(database).await?;
    let heads = select((Person::department, func::count(Person::id).label("heads")))
        .group_by(Person::department)
        .subquery("h");
    let rows = select((Department::name, heads.column::<Option<i64>>("heads")))
        .from(table::<Department>())
        .left_join_on(&heads, heads.c(Person::department).eq(Department::id))
        .order_by(Department::id);
    let rows = database.all(rows).await?;
    assert_eq!(rows[0], ("research".to_owned(), Some(2)));
    assert_eq!(rows[3], ("law".to_owned(), None));
    Ok(())
}

async fn a_subquery_of_a_subquery(database: &Database) -> Result<()> {
    company(database).await?;
    let inner = select((Person::id, Person::name))
        .filter(Person::salary.ge(500))
        .subquery("inner_people");
    let outer = select((inner.c(Person::id), inner.c(Person::name)))
        .from(&inner)
        .order_by(inner.c(Person::id));
    let outer = outer.limit(2).subquery("outer_people");
    let last = select(outer.c(Person::name)).from(&outer).order_by(outer.c(Person::id).desc()).limit(1);
    assert_eq!(database.one(last).await?, "Ben");
    Ok(())
}

async fn a_lateral_subquery_is_asked_for_each_row(database: &Database) -> Result<()> {
    company(database).await?;
    let best = select((Person::name, Person::salary))
        .filter(Person::department.eq(Department::id))
        .order_by(Person::salary.desc())
        .limit(1)
        .subquery("best")
        .lateral();
    let rows = select((Department::name, best.c(Person::name)))
        .from(table::<Department>())
        .cross_join(&best)
        .order_by(Department::id);
    let rows = database.all(rows).await;
    if !database.dialect().supports_lateral() {
        assert!(rows.is_err());
        return database.lacks("LATERAL");
    }
    let pair = |department: &str, person: &str| (department.to_owned(), person.to_owned());
    assert_eq!(rows?, [pair("research", "Ada"), pair("compilers", "Cleo"), pair("sales", "Dan")]);
    Ok(())
}

async fn rows_of_values_are_a_table(database: &Database) -> Result<()> {
    company(database).await?;
    let raises = [(Some(2_i64), "much", 50_i64), (Some(4), "little", 10), (None, "nobody's", 1)];
    let raise = values("raise", ["id", "word", "amount"], raises);
    let amount = || raise.column::<i64>("amount");
    let rows = select((Person::name, raise.column::<String>("word"), Person::salary + amount()))
        .from(table::<Person>())
        .join_on(&raise, raise.c(Person::id).eq(Person::id))
        .order_by(amount());
    let rows = database.all(rows).await?;
    assert_eq!(rows, [("Dan".into(), "little".into(), 510), ("Ben".into(), "much".into(), 550)]);
    let sum = select(func::sum(amount())).from(&raise);
    assert_eq!(database.one(sum).await?, Some(61));
    let one = values("one", ["a", "b"], [(1_i64, 2_i64)]);
    assert_eq!(database.one(select(one.column::<i64>("b")).from(&one)).await?, 2);
    Ok(())
}

async fn a_column_is_in_the_rows_of_a_subquery(database: &Database) -> Result<()> {
    company(database).await?;
    let managers = || select(Person::manager).filter(Person::manager.is_not_null());
    assert_eq!(names(database, Person::id.in_select(managers())).await?, ["Ada", "Cleo", "Dan"]);
    assert_eq!(names(database, Person::id.not_in_select(managers())).await?, ["Ben", "Eve"]);
    // A NULL among them makes NOT IN unknown for every row.
    assert_eq!(names(database, Person::id.not_in_select(select(Person::manager))).await?, [""; 0]);
    Ok(())
}

async fn a_column_is_in_the_first_rows_of_a_subquery(database: &Database) -> Result<()> {
    company(database).await?;
    let dearest = || select(Person::id).order_by((Person::salary.desc(), Person::id)).limit(2);
    assert_eq!(names(database, Person::id.in_select(dearest())).await?, ["Ada", "Cleo"]);
    assert_eq!(names(database, Person::id.not_in_select(dearest())).await?, ["Ben", "Dan", "Eve"]);
    let others = row((Person::id, Person::name))
        .in_select(select((Person::id, Person::name)).order_by(Person::id).limit(9).offset(3));
    assert_eq!(names(database, others).await?, ["Dan", "Eve"]);
    Ok(())
}

async fn exists_looks_at_each_row(database: &Database) -> Result<()> {
    company(database).await?;
    let report = alias::<Person>("report");
    let reports = || {
        select(report.c(Person::id))
            .from(&report)
            .filter(report.c(Person::manager).eq(Person::id))
    };
    assert_eq!(names(database, exists(reports())).await?, ["Ada", "Cleo", "Dan"]);
    assert_eq!(names(database, not_exists(reports())).await?, ["Ben", "Eve"]);
    // FROM of the subquery is found by what the statement around it does not have.
    let staffed =
        exists(select(lit(1)).filter(Person::department.eq(Department::id)).from(table::<Person>()));
    let staffed = select(Department::name).filter(staffed).order_by(Department::id);
    assert_eq!(database.all(staffed).await?, ["research", "compilers", "sales"]);
    Ok(())
}

async fn a_scalar_subquery_is_a_value(database: &Database) -> Result<()> {
    company(database).await?;
    let colleague = alias::<Person>("colleague");
    let average = select(func::avg(colleague.c(Person::salary))).from(&colleague).scalar();
    assert_eq!(names(database, Person::salary.gt(average)).await?, ["Ada", "Cleo"]);
    let most = select(func::max(colleague.c(Person::salary))).from(&colleague).scalar();
    assert_eq!(names(database, Person::salary.eq(most)).await?, ["Ada"]);
    Ok(())
}

async fn a_scalar_subquery_without_a_row_is_null(database: &Database) -> Result<()> {
    company(database).await?;
    let nobody = select(Person::salary).filter(Person::id.lt(0)).scalar();
    assert_eq!(database.one(select(nobody.clone())).await?, None);
    let instead = select(func::coalesce(nobody, -1_i64));
    assert_eq!(database.one(instead).await?, -1);
    Ok(())
}

async fn a_scalar_subquery_may_stand_in_the_projection(database: &Database) -> Result<()> {
    company(database).await?;
    let heads = select(func::count(Person::id))
        .filter(Person::department.eq(Department::id))
        .from(table::<Person>());
    let rows = select((Department::name, heads.scalar()))
        .from(table::<Department>())
        .order_by(Department::id);
    let rows = database.all(rows).await?;
    assert_eq!(
        rows.iter().map(|(_, heads)| *heads).collect::<Vec<_>>(),
        [Some(2), Some(1), Some(1), Some(0)]
    );
    Ok(())
}

async fn departments(database: &Database, condition: impl lapis::expr::Condition) -> Result<Vec<String>> {
    database.all(select(Department::name).filter(condition).order_by(Department::id)).await
}

async fn any_asks_for_a_related_row(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(
        departments(database, Department::people.any(Person::salary.gt(600))).await?,
        ["research", "compilers"]
    );
    assert_eq!(departments(database, Department::people.any(Person::name.eq("Eve"))).await?, [""; 0]);
    assert_eq!(departments(database, Department::people.any(lit(true))).await?.len(), 3);
    Ok(())
}

async fn has_asks_what_a_reference_leads_to(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::department.has(Department::name.eq("sales"))).await?, ["Dan"]);
    assert_eq!(names(database, Person::department.has(lit(true)).not()).await?, ["Eve"]);
    Ok(())
}

async fn is_empty_asks_for_no_related_row(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(departments(database, Department::people.is_empty()).await?, ["law"]);
    assert_eq!(departments(database, Department::parts.is_empty()).await?, ["compilers", "sales", "law"]);
    assert_eq!(names(database, Person::projects.is_empty()).await?, ["Cleo", "Eve"]);
    assert_eq!(names(database, Person::reports.is_empty()).await?, ["Ben", "Eve"]);
    Ok(())
}

async fn any_through_an_association(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::projects.any(Project::title.eq("engine"))).await?, ["Ada", "Ben"]);
    let rich = select(Project::title)
        .filter(Project::people.any(Person::salary.lt(600)))
        .order_by(Project::id);
    assert_eq!(database.all(rich).await?, ["engine", "ledger"]);
    Ok(())
}

async fn any_and_has_in_a_table_that_refers_to_itself(database: &Database) -> Result<()> {
    company(database).await?;
    assert_eq!(names(database, Person::manager.has(Person::name.eq("Ada"))).await?, ["Ben", "Cleo"]);
    assert_eq!(names(database, Person::reports.any(Person::name.eq("Eve"))).await?, ["Dan"]);
    assert_eq!(
        departments(database, Department::parent.has(Department::name.eq("research"))).await?,
        ["compilers"]
    );
    assert_eq!(departments(database, Department::parts.any(lit(true))).await?, ["research"]);
    Ok(())
}

async fn nested_conditions_along_the_same_relation(database: &Database) -> Result<()> {
    company(database).await?;
    let grand = |name: &'static str| Person::manager.has(Person::manager.has(Person::name.eq(name)));
    assert_eq!(names(database, grand("Ada")).await?, ["Dan"]);
    assert_eq!(names(database, grand("Cleo")).await?, ["Eve"]);
    let thrice = Person::manager.has(Person::manager.has(Person::manager.has(Person::name.eq("Ada"))));
    assert_eq!(names(database, thrice).await?, ["Eve"]);
    let down = Person::reports.any(Person::reports.any(Person::reports.any(Person::name.eq("Eve"))));
    assert_eq!(names(database, down).await?, ["Ada"]);
    let both = Person::reports.any(Person::name.eq("Ben").and(Person::manager.has(Person::salary.gt(800))));
    assert_eq!(names(database, both).await?, ["Ada"]);
    Ok(())
}

async fn a_condition_may_come_back_to_the_table_it_started_from(database: &Database) -> Result<()> {
    company(database).await?;
    // Who is in one department with Ben?
    let with_ben = Person::department.has(Department::people.any(Person::name.eq("Ben")));
    assert_eq!(names(database, with_ben).await?, ["Ada", "Ben"]);
    // Who works on a project with Dan?
    let with_dan = Person::projects.any(Project::people.any(Person::name.eq("Dan")));
    assert_eq!(names(database, with_dan).await?, ["Ada", "Dan"]);
    Ok(())
}

async fn any_combines_with_not(database: &Database) -> Result<()> {
    company(database).await?;
    let idle = Person::projects.any(lit(true)).not().and(Person::active);
    assert_eq!(names(database, idle).await?, ["Cleo"]);
    let either = Person::projects.any(Project::id.eq(2)).or(Person::reports.is_empty());
    assert_eq!(names(database, either).await?, ["Ada", "Ben", "Dan", "Eve"]);
    Ok(())
}

async fn any_works_beside_a_join_of_the_same_table(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((Department::name, Person::name))
        .join(Department::people)
        .filter(Department::people.any(Person::name.eq("Ben")))
        .order_by(Person::id);
    let rows = database.all(rows).await?;
    assert_eq!(rows, [("research".to_owned(), "Ada".to_owned()), ("research".into(), "Ben".into())]);
    Ok(())
}

async fn entities_are_counted_by_a_subquery(database: &Database) -> Result<()> {
    company(database).await?;
    let managers = Person::select().filter(Person::reports.any(lit(true)));
    assert_eq!(database.one(managers.clone().count()).await?, 3);
    assert_eq!(database.all(managers).await?.len(), 3);
    Ok(())
}
