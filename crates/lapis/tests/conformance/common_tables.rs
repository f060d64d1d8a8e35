//! `WITH`: common table expressions, also recursive ones.

use lapis::expr::lit;
use lapis::prelude::*;
use lapis::statement::{Cte, insert, table};

use crate::company::{Department, Person, company, names};
use crate::harness::{Database, Result, conformance};

conformance! {
    a_query_of_with_is_a_table,
    a_query_of_with_selects_from_an_earlier_one,
    a_recursive_query_walks_a_tree,
    a_recursive_query_counts,
    a_recursive_union_ends_where_rows_repeat,
    a_set_operation_has_with_for_all_its_parts,
    a_query_with_with_stands_wherever_a_query_does,
    a_query_of_with_is_materialized_on_request,
}

/// What each department pays.
fn totals() -> Cte {
    select((Person::department, func::sum(Person::salary).label("total")))
        .filter(Person::department.is_not_null())
        .group_by(Person::department)
        .cte("totals")
}

async fn a_query_of_with_is_a_table(database: &Database) -> Result<()> {
    company(database).await?;
    let totals = totals();
    let rows = select((Department::name, totals.column::<i64>("total")))
        .with(&totals)
        .from(&totals)
        .join_on(table::<Department>(), totals.c(Person::department).eq(Department::id))
        .order_by(Department::id);
    let rows = database.all(rows).await?;
    assert_eq!(rows, [("research".into(), 1400), ("compilers".into(), 700), ("sales".into(), 500)]);
    Ok(())
}

async fn a_query_of_with_selects_from_an_earlier_one(database: &Database) -> Result<()> {
    company(database).await?;
    let totals = totals();
    let total = totals.column::<i64>("total");
    let high = select((totals.c(Person::department), total.clone()))
        .from(&totals)
        .filter(total.ge(700))
        .cte("high");
    let rows = select(high.column::<i64>("total"))
        .with(&totals)
        .with(&high)
        .from(&high)
        .order_by(high.column::<i64>("total"));
    assert_eq!(database.all(rows).await?, [700, 1400]);
    Ok(())
}

async fn a_recursive_query_walks_a_tree(database: &Database) -> Result<()> {
    company(database).await?;
    let under_cleo = select((Person::id, Person::name))
        .filter(Person::name.eq("Cleo"))
        .recursive("under_cleo")
        .union_all(|above| {
            select((Person::id, Person::name)).join_on(above, Person::manager.eq(above.c(Person::id)))
        });
    let rows = select(under_cleo.c(Person::name)).with(&under_cleo).from(&under_cleo);
    let rows = database.all(rows.order_by(under_cleo.c(Person::id))).await?;
    assert_eq!(rows, ["Cleo", "Dan", "Eve"]);
    Ok(())
}

async fn a_recursive_query_counts(database: &Database) -> Result<()> {
    let numbers = select(lit(1_i64).label("n")).recursive("numbers").union_all(|numbers| {
        let n = numbers.column::<i64>("n");
        select(n.clone() + 1).from(numbers).filter(n.lt(100))
    });
    let sum = select(func::sum(numbers.column::<i64>("n"))).with(&numbers).from(&numbers);
    assert_eq!(database.one(sum).await?, Some(5050));
    Ok(())
}

async fn a_recursive_union_ends_where_rows_repeat(database: &Database) -> Result<()> {
    let ring = select(lit(0_i64).label("n")).recursive("ring").union(|ring| {
        let n = ring.column::<i64>("n");
        select((n + 1) % 3).from(ring)
    });
    let rows = select(ring.column::<i64>("n"))
        .with(&ring)
        .from(&ring)
        .order_by(ring.column::<i64>("n"));
    assert_eq!(database.all(rows).await?, [0, 1, 2]);
    Ok(())
}

async fn a_set_operation_has_with_for_all_its_parts(database: &Database) -> Result<()> {
    company(database).await?;
    let totals = totals();
    let some = |least: i64| {
        let total = totals.column::<i64>("total");
        select(totals.c(Person::department)).from(&totals).filter(total.ge(least))
    };
    let rest = some(0).except(some(1000)).with(&totals);
    let rows = database.all(rest.order_by(totals.c(Person::department))).await?;
    assert_eq!(rows, [Some(2), Some(3)]);
    // A part may have its own, too.
    let own = some(1000).with(&totals).union_all(select(Person::department).filter(Person::id.eq(5)));
    assert_eq!(database.one(own.count()).await?, 2);
    Ok(())
}

async fn a_query_with_with_stands_wherever_a_query_does(database: &Database) -> Result<()> {
    company(database).await?;
    let totals = totals();
    let high = || {
        let total = totals.column::<i64>("total");
        select(totals.c(Person::department)).with(&totals).from(&totals).filter(total.ge(700))
    };
    let found = names(database, Person::department.in_select(high())).await?;
    assert_eq!(found, ["Ada", "Ben", "Cleo"]);
    let first = select(Person::name).filter(Person::name.starts_with("D")).cte("first");
    let copied = select(first.c(Person::name)).with(&first).from(&first);
    database.execute(insert::<Department>().from_select(Department::name, copied)).await?;
    assert_eq!(database.one(select(func::count(Department::id))).await?, 5);
    Ok(())
}

async fn a_query_of_with_is_materialized_on_request(database: &Database) -> Result<()> {
    company(database).await?;
    for totals in [totals().materialized(), totals().not_materialized()] {
        let rows = select(totals.column::<i64>("total")).with(&totals).from(&totals);
        let rows = database.all(rows.order_by(totals.column::<i64>("total"))).await;
        if !database.dialect().supports_materialized() {
            assert!(rows.is_err());
            return database.lacks("WITH … AS MATERIALIZED");
        }
        assert_eq!(rows?, [500, 700, 1400]);
    }
    Ok(())
}
