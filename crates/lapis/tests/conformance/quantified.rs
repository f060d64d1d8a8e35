//! Comparisons with all or any of several values, and of rows with rows.

use lapis::expr::{all_elements, all_in, any_element, any_in, row};
use lapis::prelude::*;
use lapis::statement::table;

use crate::company::{Department, Person, company, names};
use crate::harness::{Database, Result, conformance};

conformance! {
    all_rows_are_compared_with,
    any_row_is_compared_with,
    of_no_rows_all_hold_and_none,
    null_among_the_rows_is_told_from_false,
    a_quantified_subquery_looks_outwards,
    a_group_is_compared_with_all,
    the_opposite_of_any_is_all,
    all_or_any_stands_alone_nowhere,
    elements_of_an_array_are_compared_with,
    a_row_is_compared_with_the_row_of_a_subquery,
    a_row_is_in_no_row_of_a_subquery,
    rows_have_an_order_with_its_ends,
    rows_are_told_apart_with_nulls,
}

async fn all_rows_are_compared_with(database: &Database) -> Result<()> {
    company(database).await?;
    let of = |department: i64| select(Person::salary).filter(Person::department.eq(department));
    assert_eq!(names(database, Person::salary.ge(all_in(of(1)))).await?, ["Ada"]);
    assert_eq!(names(database, Person::salary.lt(all_in(of(1)))).await?, ["Eve"]);
    assert_eq!(names(database, Person::salary.le(all_in(of(1)))).await?, ["Ben", "Dan", "Eve"]);
    assert_eq!(names(database, Person::salary.ne(all_in(of(1)))).await?, ["Cleo", "Eve"]);
    assert_eq!(names(database, Person::salary.eq(all_in(of(3)))).await?, ["Ben", "Dan"]);
    assert!(names(database, Person::salary.gt(all_in(of(1)))).await?.is_empty());
    Ok(())
}

async fn any_row_is_compared_with(database: &Database) -> Result<()> {
    company(database).await?;
    let of = |department: i64| select(Person::salary).filter(Person::department.eq(department));
    assert_eq!(names(database, Person::salary.gt(any_in(of(1)))).await?, ["Ada", "Cleo"]);
    assert_eq!(names(database, Person::salary.eq(any_in(of(1)))).await?, ["Ada", "Ben", "Dan"]);
    assert_eq!(names(database, Person::salary.le(any_in(of(3)))).await?, ["Ben", "Dan", "Eve"]);
    assert_eq!(names(database, Person::salary.ne(any_in(of(3)))).await?, ["Ada", "Cleo", "Eve"]);
    Ok(())
}

async fn of_no_rows_all_hold_and_none(database: &Database) -> Result<()> {
    company(database).await?;
    let nobody = || select(Person::rating).filter(Person::id.gt(100));
    let conditions = select((Person::rating.gt(all_in(nobody())), Person::rating.gt(any_in(nobody()))));
    // Of NULL too, since there is nothing to compare it with.
    for id in [1, 2] {
        assert_eq!(database.one(conditions.clone().filter(Person::id.eq(id))).await?, (true, false));
    }
    Ok(())
}

async fn null_among_the_rows_is_told_from_false(database: &Database) -> Result<()> {
    company(database).await?;
    // 4.5, NULL, 3.0, 3.0, NULL
    let ratings = || select(Person::rating);
    let conditions = |id: i64, value: f64| {
        select((
            lit(value).gt(all_in(ratings())).nullable(),
            lit(value).lt(all_in(ratings())).nullable(),
            lit(value).gt(any_in(ratings())).nullable(),
            lit(value).lt(any_in(ratings())).nullable(),
        ))
        .from(table::<Department>())
        .filter(Department::id.eq(id))
    };
    assert_eq!(database.one(conditions(1, 5.0)).await?, (None, Some(false), Some(true), None));
    assert_eq!(database.one(conditions(1, 4.0)).await?, (Some(false), Some(false), Some(true), Some(true)));
    assert_eq!(database.one(conditions(1, 1.0)).await?, (Some(false), None, None, Some(true)));
    let of_null = select((
        Person::rating.gt(all_in(ratings())).nullable(),
        Person::rating.eq(any_in(ratings())).nullable(),
    ));
    assert_eq!(database.one(of_null.filter(Person::id.eq(2))).await?, (None, None));
    Ok(())
}

async fn a_quantified_subquery_looks_outwards(database: &Database) -> Result<()> {
    company(database).await?;
    let other = lapis::statement::alias::<Person>("other");
    let colleagues = select(other.c(Person::salary)).from(&other).filter(
        other
            .c(Person::department)
            .eq(Person::department)
            .and(other.c(Person::id).ne(Person::id)),
    );
    let best = Person::salary.gt(all_in(colleagues)).and(Person::department.is_not_null());
    assert_eq!(names(database, best).await?, ["Ada", "Cleo", "Dan"]);
    Ok(())
}

async fn a_group_is_compared_with_all(database: &Database) -> Result<()> {
    company(database).await?;
    let other = lapis::statement::alias::<Person>("other");
    let salaries = select(other.c(Person::salary)).from(&other);
    let rich = select(Person::department)
        .group_by(Person::department)
        .having(func::sum(Person::salary).gt(all_in(salaries)));
    let result = database.all(rich).await;
    if !database.dialect().supports_quantified_subqueries() {
        let error = result.unwrap_err().to_string();
        assert!(error.contains("the comparison of an aggregate with ALL (SELECT …)"), "{error}");
        // What the message advises.
        let total = func::sum(Person::salary).label("total");
        let totals = select((Person::department, total.clone()))
            .group_by(Person::department)
            .subquery("totals");
        let total = totals.column_of(&total);
        let rich = select(totals.c(Person::department))
            .from(&totals)
            .filter(total.gt(all_in(select(Person::salary))));
        assert_eq!(database.all(rich).await?, [Some(1)]);
        return database.lacks("comparisons of aggregates with ALL and ANY");
    }
    assert_eq!(result?, [Some(1)]);
    Ok(())
}

async fn the_opposite_of_any_is_all(database: &Database) -> Result<()> {
    company(database).await?;
    let of = |department: i64| select(Person::salary).filter(Person::department.eq(department));
    assert_eq!(names(database, !Person::salary.eq(any_in(of(1)))).await?, ["Cleo", "Eve"]);
    assert_eq!(names(database, !Person::salary.ne(all_in(of(1)))).await?, ["Ada", "Ben", "Dan"]);
    assert_eq!(names(database, !Person::salary.ge(all_in(of(1)))).await?, ["Ben", "Cleo", "Dan", "Eve"]);
    Ok(())
}

async fn all_or_any_stands_alone_nowhere(database: &Database) -> Result<()> {
    company(database).await?;
    let salaries = || select(Person::salary);
    for misplaced in [
        names(database, (all_in(salaries()) + 1).gt(Person::salary)).await,
        names(database, any_in(salaries()).gt(Person::salary)).await,
        names(database, Person::salary.is_distinct_from(all_in(salaries()))).await,
    ] {
        let error = misplaced.unwrap_err().to_string();
        assert!(error.contains("it is the right side of a comparison"), "{error}");
    }
    Ok(())
}

async fn elements_of_an_array_are_compared_with(database: &Database) -> Result<()> {
    company(database).await?;
    let below = names(database, Person::salary.lt(all_elements(vec![800_i64, 600]))).await;
    if !database.dialect().supports_arrays() {
        let error = below.unwrap_err().to_string();
        assert!(error.contains("does not support ALL(…)"), "{error}");
        return database.lacks("arrays");
    }
    assert_eq!(below?, ["Ben", "Dan", "Eve"]);
    assert_eq!(names(database, Person::salary.ge(any_element(vec![900_i64, 700]))).await?, ["Ada", "Cleo"]);
    assert_eq!(names(database, !Person::id.eq(any_element(vec![1_i64, 2, 3, 4]))).await?, ["Eve"]);
    assert_eq!(names(database, Person::id.lt(all_elements(Vec::<i64>::new()))).await?.len(), 5);
    Ok(())
}

async fn a_row_is_compared_with_the_row_of_a_subquery(database: &Database) -> Result<()> {
    company(database).await?;
    let other = lapis::statement::alias::<Person>("other");
    let of = |name: &'static str| {
        select((other.c(Person::salary), other.c(Person::active)))
            .from(&other)
            .filter(other.c(Person::name).eq(name))
    };
    let own = || row((Person::salary, Person::active));
    assert_eq!(names(database, own().eq_select(of("Ben"))).await?, ["Ben", "Dan"]);
    assert_eq!(names(database, own().ne_select(of("Ben"))).await?, ["Ada", "Cleo", "Eve"]);
    assert!(names(database, own().eq_select(of("nobody"))).await?.is_empty());
    assert!(names(database, own().ne_select(of("nobody"))).await?.is_empty());
    Ok(())
}

async fn a_row_is_in_no_row_of_a_subquery(database: &Database) -> Result<()> {
    company(database).await?;
    let other = lapis::statement::alias::<Person>("other");
    let rows = select((other.c(Person::salary), other.c(Person::active)))
        .from(&other)
        .filter(other.c(Person::id).in_([1, 2]));
    let others = row((Person::salary, Person::active)).not_in_select(rows);
    assert_eq!(names(database, others).await?, ["Cleo", "Eve"]);
    Ok(())
}

async fn rows_have_an_order_with_its_ends(database: &Database) -> Result<()> {
    company(database).await?;
    let own = || row((Person::salary, Person::id));
    assert_eq!(names(database, own().le((500, 2))).await?, ["Ben", "Eve"]);
    assert_eq!(names(database, own().ge((500, 4))).await?, ["Ada", "Cleo", "Dan"]);
    Ok(())
}

async fn rows_are_told_apart_with_nulls(database: &Database) -> Result<()> {
    company(database).await?;
    let own = || row((Person::rating, Person::nickname));
    let none = (None::<f64>, None::<String>);
    assert_eq!(names(database, own().is_not_distinct_from(none.clone())).await?, ["Ben", "Eve"]);
    assert_eq!(names(database, own().is_distinct_from(none)).await?, ["Ada", "Cleo", "Dan"]);
    assert_eq!(names(database, own().is_not_distinct_from((3.0, None::<String>))).await?, ["Dan"]);
    Ok(())
}
