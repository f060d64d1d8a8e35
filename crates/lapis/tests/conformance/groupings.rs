//! Groups of several groupings, and the first row of each group.

use lapis::expr::{cube, grouping_set, grouping_sets, rollup};
use lapis::prelude::*;
use lapis::sql::dialect::GroupingSyntax;

use crate::company::{Department, Person, company, day};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_rollup_has_subtotals_and_a_total,
    a_rollup_may_be_filtered_and_taken_as_a_subquery,
    grouping_tells_a_missing_term_from_a_null,
    a_rollup_stands_beside_other_terms,
    terms_are_rolled_up_together,
    a_cube_groups_by_every_selection,
    grouping_sets_are_put_together,
    distinct_on_keeps_the_first_row,
    distinct_on_is_of_the_entities_and_not_of_what_is_joined_to_them,
}

/// Which of the groupings the database has.
enum Has {
    All,
    Rollup,
    None,
}

fn has(database: &Database) -> Has {
    match database.dialect().grouping_syntax() {
        GroupingSyntax::GroupingSets => Has::All,
        GroupingSyntax::WithRollup { .. } => Has::Rollup,
        GroupingSyntax::Terms => Has::None,
    }
}

/// Runs a query that has to be refused before it is sent.
fn refused<T: std::fmt::Debug>(result: Result<T>, feature: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(&format!("does not support {feature};")), "{error}");
}

type Total = (Option<i64>, Option<bool>, Option<i64>);

async fn a_rollup_has_subtotals_and_a_total(database: &Database) -> Result<()> {
    company(database).await?;
    let totals = select((Person::department, Person::active.nullable(), func::sum(Person::salary)))
        .filter(Person::department.is_not_null())
        .group_by(rollup((Person::department, Person::active)));
    let result = database.all(totals).await;
    if let Has::None = has(database) {
        refused(result, "GROUP BY ROLLUP");
        return database.lacks("ROLLUP");
    }
    let mut totals: Vec<Total> = result?;
    totals.sort();
    let active = Some(true);
    assert_eq!(
        totals,
        [
            (None, None, Some(2600)),
            (Some(1), None, Some(1400)),
            (Some(1), active, Some(1400)),
            (Some(2), None, Some(700)),
            (Some(2), active, Some(700)),
            (Some(3), None, Some(500)),
            (Some(3), active, Some(500)),
        ]
    );
    Ok(())
}

async fn a_rollup_may_be_filtered_and_taken_as_a_subquery(database: &Database) -> Result<()> {
    company(database).await?;
    let total = func::sum(Person::salary).label("total");
    let totals = select((Person::department, total))
        .group_by(rollup(Person::department))
        .having(func::sum(Person::salary).gt(600))
        .subquery("totals");
    let total = totals.column::<i64>("total");
    let rows = select((totals.c(Person::department), total.clone()))
        .from(&totals)
        .order_by(total.desc());
    if let Has::None = has(database) {
        refused(database.all(rows).await, "GROUP BY ROLLUP");
        return database.lacks("ROLLUP");
    }
    assert_eq!(database.all(rows).await?, [(None, 2900), (Some(1), 1400), (Some(2), 700)]);
    // An order of its own.
    let ordered = select(func::sum(Person::salary))
        .group_by(rollup(Person::department))
        .order_by(func::sum(Person::salary).desc());
    match database.dialect().grouping_syntax() {
        GroupingSyntax::WithRollup { ordered: false } => {
            refused(database.all(ordered).await, "ORDER BY beside WITH ROLLUP");
            database.lacks("an order beside ROLLUP")
        }
        _ => {
            assert_eq!(database.all(ordered.limit(2)).await?, [Some(2900), Some(1400)]);
            Ok(())
        }
    }
}

async fn grouping_tells_a_missing_term_from_a_null(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((
        Person::department,
        func::grouping(Person::department),
        func::grouping((Person::department, Person::active)),
        func::count_all(),
    ))
    .group_by(rollup((Person::department, Person::active)))
    .having(func::grouping(Person::active).eq(1));
    let result = database.all(rows).await;
    if !matches!(has(database), Has::All) {
        // MySQL has it and MariaDB has not.
        if database.dialect().name() != "MySQL" {
            refused(result, "GROUPING");
            return database.lacks("GROUPING");
        }
    }
    let mut rows = result?;
    rows.sort();
    assert_eq!(
        rows,
        [(None, 0, 1, 1), (None, 1, 3, 5), (Some(1), 0, 1, 2), (Some(2), 0, 1, 1), (Some(3), 0, 1, 1)]
    );
    Ok(())
}

async fn a_rollup_stands_beside_other_terms(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((Person::active, Person::department, func::count_all()))
        .group_by((Person::active, rollup(Person::department)))
        .filter(Person::salary.le(500));
    let result = database.all(rows).await;
    match has(database) {
        Has::All => {
            let mut rows = result?;
            rows.sort();
            let expected = [
                (false, None, 1),
                (false, None, 1),
                (true, None, 2),
                (true, Some(1), 1),
                (true, Some(3), 1),
            ];
            assert_eq!(rows, expected);
            Ok(())
        }
        Has::Rollup => {
            refused(result, "ROLLUP of some terms of GROUP BY, or of several as one");
            database.lacks("ROLLUP beside other terms")
        }
        Has::None => {
            refused(result, "GROUP BY ROLLUP");
            database.lacks("ROLLUP")
        }
    }
}

async fn terms_are_rolled_up_together(database: &Database) -> Result<()> {
    company(database).await?;
    let both = grouping_set((Person::department, Person::active));
    let rows = select((Person::department, func::count_all())).group_by(rollup((both, Person::manager)));
    if !matches!(has(database), Has::All) {
        assert!(database.all(rows).await.unwrap_err().to_string().contains("does not support"));
        return database.lacks("ROLLUP of several terms as one");
    }
    // By three terms 5 groups, by two 4, by none 1.
    assert_eq!(database.all(rows).await?.len(), 10);
    Ok(())
}

async fn a_cube_groups_by_every_selection(database: &Database) -> Result<()> {
    company(database).await?;
    let rows = select((Person::salary.nullable(), Person::active.nullable(), func::count_all()))
        .filter(Person::salary.le(500))
        .group_by(cube((Person::salary, Person::active)));
    let result = database.all(rows).await;
    if !matches!(has(database), Has::All) {
        refused(result, "GROUP BY CUBE");
        return database.lacks("CUBE");
    }
    let mut rows = result?;
    rows.sort();
    let (low, high, no, yes) = (Some(300), Some(500), Some(false), Some(true));
    assert_eq!(
        rows,
        [
            (None, None, 3),
            (None, no, 1),
            (None, yes, 2),
            (low, None, 1),
            (low, no, 1),
            (high, None, 2),
            (high, yes, 2),
        ]
    );
    Ok(())
}

async fn grouping_sets_are_put_together(database: &Database) -> Result<()> {
    company(database).await?;
    let sets = [grouping_set((Person::department, Person::active)), grouping_set(())];
    let rows = select((Person::department, func::sum(Person::salary)))
        .filter(Person::department.is_not_null())
        .group_by(grouping_sets(sets))
        .order_by(func::sum(Person::salary));
    let nested = select(func::count_all())
        .from(lapis::statement::table::<Person>())
        .group_by(grouping_sets((rollup(Person::department), Person::active)))
        .order_by(func::count_all());
    if !matches!(has(database), Has::All) {
        refused(database.all(rows).await, "GROUP BY GROUPING SETS");
        return database.lacks("GROUPING SETS");
    }
    let expected = [(Some(3), 500), (Some(2), 700), (Some(1), 1400), (None, 2600)];
    assert_eq!(database.all(rows).await?, expected.map(|(id, total)| (id, Some(total))));
    assert_eq!(database.all(nested).await?, [1, 1, 1, 1, 2, 4, 5]);
    Ok(())
}

async fn distinct_on_keeps_the_first_row(database: &Database) -> Result<()> {
    company(database).await?;
    let newest = select((Person::manager, Person::name))
        .distinct_on(Person::manager)
        .order_by((Person::manager.desc().nulls_last(), Person::hired.desc()));
    if !database.dialect().supports_distinct_on() {
        refused(database.all(newest.clone()).await, "DISTINCT ON");
        // What the message advises.
        let number = func::row_number()
            .over(lapis::expr::window().partition_by(Person::manager).order_by(Person::hired.desc()));
        let numbered = select((Person::manager, Person::name, number.label("place"))).subquery("numbered");
        let newest = select((numbered.c(Person::manager), numbered.c(Person::name)))
            .from(&numbered)
            .filter(numbered.column::<i64>("place").eq(1))
            .order_by(numbered.c(Person::manager).desc().nulls_last());
        check_newest(&database.all(newest).await?);
        return database.lacks("DISTINCT ON");
    }
    check_newest(&database.all(newest.clone()).await?);
    assert_eq!(database.one(newest.count()).await?, 4);
    // A row for each department, and its entity whole.
    let people = Person::select()
        .distinct_on((Person::active, Person::department))
        .join(Person::department)
        .filter(Department::name.ne("sales"))
        .order_by((Person::department, Person::active, Person::hired.desc()));
    let people: Vec<Person> = database.all(people).await?;
    let told: Vec<_> = people.iter().map(|person| (person.name.as_str(), person.hired)).collect();
    assert_eq!(told, [("Ben", day(2020, 1, 2)), ("Cleo", day(2020, 1, 3))]);
    Ok(())
}

async fn distinct_on_is_of_the_entities_and_not_of_what_is_joined_to_them(
    database: &Database,
) -> Result<()> {
    company(database).await?;
    if !database.dialect().supports_distinct_on() {
        return database.lacks("DISTINCT ON");
    }
    let oldest = Person::select()
        .filter(Person::department.eq(1))
        .distinct_on(Person::department)
        .order_by((Person::department, Person::id))
        .eager(Person::projects.joined())
        .eager(Person::department.joined());
    let people: Vec<Person> = database.all(oldest.clone()).await?;
    let titles: Vec<_> = people[0].projects.iter().map(|project| project.title.as_str()).collect();
    assert_eq!((people.len(), people[0].name.as_str(), titles), (1, "Ada", vec!["engine", "ledger"]));
    let mut session = database.session();
    let people = session.all(oldest).await?;
    assert_eq!(session.related(people[0], Person::projects)?.len(), 2);
    Ok(())
}

fn check_newest(rows: &[(Option<i64>, String)]) {
    let told: Vec<_> = rows.iter().map(|(manager, name)| (*manager, name.as_str())).collect();
    assert_eq!(told, [(Some(4), "Eve"), (Some(3), "Dan"), (Some(1), "Cleo"), (None, "Ada")]);
}
