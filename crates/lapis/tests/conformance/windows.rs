//! Functions over windows, and the clauses of aggregates.

use lapis::expr::{Exclude, window};
use lapis::prelude::*;

use crate::company::{Department, Person, company};
use crate::harness::{Database, Result, conformance};

conformance! {
    rows_are_numbered_and_ranked_within_their_window,
    parts_of_a_window_are_numbers_from_zero_to_one,
    other_rows_are_read_and_are_null_where_there_are_none,
    aggregates_run_along_a_window,
    frames_count_groups_and_leave_rows_out,
    windows_are_of_each_partition,
    windows_look_at_groups,
    aggregates_take_some_rows_alone,
    filtered_aggregates_run_along_a_window,
    texts_are_joined_in_their_order,
}

async fn rows_are_numbered_and_ranked_within_their_window(database: &Database) -> Result<()> {
    company(database).await?;
    let richest = window().order_by(Person::salary.desc());
    let ranks = select((
        Person::name,
        func::row_number().over(window().order_by((Person::salary.desc(), Person::name))),
        func::rank().over(richest.clone()),
        func::dense_rank().over(richest.clone()),
        func::ntile(2).over(richest.order_by(Person::name)),
    ))
    .order_by(Person::id);
    let ranks: Vec<(String, i64, i64, i64, i64)> = database.all(ranks).await?;
    let ranks: Vec<_> = ranks.iter().map(|row| (row.0.as_str(), row.1, row.2, row.3, row.4)).collect();
    assert_eq!(
        ranks,
        [
            ("Ada", 1, 1, 1, 1),
            ("Ben", 3, 3, 3, 1),
            ("Cleo", 2, 2, 2, 1),
            ("Dan", 4, 3, 3, 2),
            ("Eve", 5, 5, 4, 2)
        ]
    );
    Ok(())
}

async fn parts_of_a_window_are_numbers_from_zero_to_one(database: &Database) -> Result<()> {
    company(database).await?;
    let poorest = window().order_by(Person::salary);
    let parts = select((func::percent_rank().over(poorest.clone()), func::cume_dist().over(poorest)))
        .order_by(Person::id);
    assert_eq!(database.all(parts).await?, [(1.0, 1.0), (0.25, 0.6), (0.75, 0.8), (0.25, 0.6), (0.0, 0.2)]);
    Ok(())
}

async fn other_rows_are_read_and_are_null_where_there_are_none(database: &Database) -> Result<()> {
    company(database).await?;
    let in_order = || window().order_by(Person::id);
    let text = |text: &str| Some(text.to_owned());
    let (first, last) = (text("Ben"), text("Eve"));
    let neighbours = select((
        func::lag(Person::name, 1).over(in_order()),
        func::lead(Person::salary, 2).over(in_order()),
        func::first_value(Person::name).over(in_order()),
        func::last_value(Person::name).over(in_order().rows(..)),
        func::nth_value(Person::nickname, 2).over(in_order()),
    ))
    .filter(Person::id.gt(1))
    .order_by(Person::id);
    assert_eq!(
        database.all(neighbours).await?,
        [
            (None, Some(500), first.clone(), last.clone(), None),
            (text("Ben"), Some(300), first.clone(), last.clone(), text("cc")),
            (text("Cleo"), None, first.clone(), last.clone(), text("cc")),
            (text("Dan"), None, first, last, text("cc")),
        ]
    );
    Ok(())
}

async fn aggregates_run_along_a_window(database: &Database) -> Result<()> {
    company(database).await?;
    let in_order = || window().order_by(Person::id);
    let by_salary = || window().order_by(Person::salary);
    let sums = select((
        func::sum(Person::salary).over(in_order()),
        func::sum(Person::salary).over(in_order().rows(-1..=1)),
        func::count(Person::rating).over(in_order().rows(0..)),
        func::count_all().over(by_salary().range(-200..=0)),
        func::avg(Person::salary).over(window()),
        func::max(Person::salary).over(by_salary().rows(-2..=-1)),
    ))
    .order_by(Person::id);
    let rows = database.all(sums).await?;
    let counts: Vec<_> = rows.iter().map(|row| (row.0, row.1, row.2, row.3)).collect();
    let expected =
        [(900, 1400, 3, 2), (1400, 2100, 2, 3), (2100, 1700, 2, 3), (2600, 1500, 1, 3), (2900, 800, 0, 1)];
    assert_eq!(counts, expected.map(|row| (Some(row.0), Some(row.1), row.2, row.3)));
    assert!(rows.iter().all(|row| row.4 == Some(580.0)), "{rows:?}");
    assert_eq!((rows[0].5, rows[4].5), (Some(700), None));
    Ok(())
}

async fn frames_count_groups_and_leave_rows_out(database: &Database) -> Result<()> {
    company(database).await?;
    let by_salary = || window().order_by(Person::salary);
    let groups = select(func::count_all().over(by_salary().groups(-1..=0))).order_by(Person::id);
    let others = select(func::sum(Person::salary).over(by_salary().rows(..).exclude(Exclude::CurrentRow)))
        .order_by(Person::id);
    if database.dialect().supports_extended_frames() {
        assert_eq!(database.all(groups).await?, [2, 3, 3, 3, 1]);
        assert_eq!(database.all(others).await?, [2000, 2400, 2200, 2400, 2600].map(Some));
    } else {
        let error = database.all(groups).await.unwrap_err();
        assert!(error.to_string().contains("does not support frames of GROUPS"), "{error}");
        let error = database.all(others).await.unwrap_err();
        assert!(error.to_string().contains("does not support EXCLUDE in a frame"), "{error}");
        return database.lacks("GROUPS and EXCLUDE in frames");
    }
    Ok(())
}

async fn windows_are_of_each_partition(database: &Database) -> Result<()> {
    company(database).await?;
    let by_rating = window().partition_by(Person::rating).order_by(Person::name.desc());
    let numbers = select(func::row_number().over(by_rating)).order_by(Person::id);
    assert_eq!(database.all(numbers).await?, [1, 2, 2, 1, 1]);
    let nulls_first = window().order_by((Person::rating.asc().nulls_first(), Person::id));
    let nulls_last = window().order_by((Person::rating.asc().nulls_last(), Person::id));
    let numbers = select((func::row_number().over(nulls_first), func::row_number().over(nulls_last)))
        .order_by(Person::id);
    assert_eq!(database.all(numbers).await?, [(5, 3), (1, 4), (3, 1), (4, 2), (2, 5)]);
    Ok(())
}

async fn windows_look_at_groups(database: &Database) -> Result<()> {
    company(database).await?;
    let cost = || func::sum(Person::salary);
    let ranks = select((Department::name, func::rank().over(window().order_by(cost().desc()))))
        .join(Department::people)
        .group_by(Department::name)
        .order_by(Department::name);
    let ranks = database.all(ranks).await?;
    let ranks: Vec<(&str, i64)> = ranks.iter().map(|(name, rank)| (name.as_str(), *rank)).collect();
    assert_eq!(ranks, [("compilers", 2), ("research", 1), ("sales", 3)]);
    Ok(())
}

async fn aggregates_take_some_rows_alone(database: &Database) -> Result<()> {
    company(database).await?;
    let sums = select((
        func::count_all().filter_where(Person::salary.gt(400)),
        func::count(Person::rating).filter_where(Person::salary.lt(900)),
        func::count_distinct(Person::salary).filter_where(Person::active),
        func::sum(Person::salary)
            .filter_where(Person::name.eq("Ada"))
            .filter_where(Person::active),
        func::avg(Person::rating).filter_where(Person::rating.lt(4)),
        func::max(Person::name).filter_where(Person::salary.lt(0)),
        func::sum(Person::salary),
    ));
    assert_eq!(database.one(sums).await?, (4, 2, 3, Some(900), Some(3.0), None, Some(2900)));
    Ok(())
}

async fn filtered_aggregates_run_along_a_window(database: &Database) -> Result<()> {
    company(database).await?;
    let rated = func::count_all().filter_where(Person::rating.is_not_null());
    let running = select(rated.over(window().order_by(Person::id))).order_by(Person::id);
    assert_eq!(database.all(running).await?, [1, 1, 2, 3, 3]);
    Ok(())
}

async fn texts_are_joined_in_their_order(database: &Database) -> Result<()> {
    company(database).await?;
    let names = select((
        func::string_agg(Person::name, ", ").ordered_by(Person::name.desc()),
        func::string_agg(Person::nickname, "'").ordered_by(Person::id),
        func::string_agg(Person::name, "")
            .filter_where(Person::salary.eq(500))
            .ordered_by(Person::id),
        func::string_agg(Person::name, "-").filter_where(Person::salary.lt(0)),
    ));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        database.one(names).await?,
        (text("Eve, Dan, Cleo, Ben, Ada"), text("ace'cc"), text("BenDan"), None)
    );
    Ok(())
}
