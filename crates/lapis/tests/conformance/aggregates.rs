//! Functions over many rows, groups, and conditions on groups.

use lapis::expr::{case, label, raw};
use lapis::prelude::*;

use crate::company::{Department, Person, Project, company};
use crate::harness::{Database, Result, conformance};

conformance! {
    counting_counts_rows_values_and_different_values,
    sums_averages_and_extremes_skip_null,
    aggregates_of_no_rows_are_null_and_counts_zero,
    sums_keep_the_kind_of_their_column,
    extremes_of_text_and_dates,
    groups_have_one_row_each,
    groups_of_several_columns,
    a_group_may_be_an_expression,
    null_is_a_group_of_its_own,
    having_keeps_groups_and_filters_keep_rows,
    groups_are_ordered_by_what_they_add_up_to,
    an_outer_join_counts_zero_where_nothing_matches,
    an_entity_stands_beside_an_aggregate,
    aggregates_combine_in_expressions,
    aggregates_take_different_values_once,
    conditions_are_put_together,
    spreads_of_numbers,
    values_are_put_into_an_array,
    ordered_sets_have_percentiles_and_modes,
    a_value_has_a_rank_among_others,
}

async fn counting_counts_rows_values_and_different_values(database: &Database) -> Result<()> {
    company(database).await?;
    let counts = select((
        func::count_all().label("all"),
        func::count(Person::id),
        func::count(Person::rating),
        func::count_distinct(Person::rating),
        func::count_distinct(Person::salary),
    ))
    .filter(Person::id.gt(0));
    assert_eq!(database.one(counts).await?, (5, 5, 3, 2, 4));
    Ok(())
}

async fn sums_averages_and_extremes_skip_null(database: &Database) -> Result<()> {
    company(database).await?;
    let sums = select((func::sum(Person::rating), func::avg(Person::rating), func::max(Person::rating)));
    assert_eq!(database.one(sums).await?, (Some(10.5), Some(3.5), Some(4.5)));
    let salaries =
        select((func::sum(Person::salary), func::avg(Person::salary), func::min(Person::salary)));
    assert_eq!(database.one(salaries).await?, (Some(2900), Some(580.0), Some(300)));
    // PostgreSQL's sum is a decimal, whose quotient would have a fraction.
    let shares = select((func::sum(Person::salary) / 1000, func::count_all() / func::sum(Person::salary)));
    assert_eq!(database.one(shares).await?, (Some(2), Some(0)));
    Ok(())
}

async fn aggregates_of_no_rows_are_null_and_counts_zero(database: &Database) -> Result<()> {
    company(database).await?;
    let nobody = select((
        func::count(Person::id),
        func::sum(Person::salary),
        func::avg(Person::salary),
        func::min(Person::name),
    ))
    .filter(Person::id.lt(0));
    assert_eq!(database.one(nobody).await?, (0, None, None, None));
    Ok(())
}

async fn sums_keep_the_kind_of_their_column(database: &Database) -> Result<()> {
    company(database).await?;
    let budget =
        select((func::sum(Project::budget), func::max(Project::budget), func::avg(Project::budget)));
    let (sum, most, average) = database.one(budget).await?;
    assert_eq!((sum, most), (Some(Decimal::new(125_149, 2)), Some(Decimal::new(100_050, 2))));
    // Six digits behind the point are those that every database gives.
    assert_eq!(average.map(|average| average.round_dp(6)), Some(Decimal::new(417_163_333, 6)));
    Ok(())
}

async fn extremes_of_text_and_dates(database: &Database) -> Result<()> {
    company(database).await?;
    let extremes = select((func::min(Person::name), func::max(Person::nickname), func::max(Person::hired)));
    let (first, last, hired) = database.one(extremes).await?;
    assert_eq!((first.as_deref(), last.as_deref()), (Some("Ada"), Some("cc")));
    assert_eq!(hired.map(|day| day.to_string()).as_deref(), Some("2020-01-05"));
    Ok(())
}

async fn groups_have_one_row_each(database: &Database) -> Result<()> {
    company(database).await?;
    let by_salary = select((Person::salary, func::count(Person::id)))
        .group_by(Person::salary)
        .order_by(Person::salary);
    assert_eq!(database.all(by_salary).await?, [(300, 1), (500, 2), (700, 1), (900, 1)]);
    Ok(())
}

async fn groups_of_several_columns(database: &Database) -> Result<()> {
    company(database).await?;
    let groups = select((Person::salary, Person::active, func::count_all()))
        .group_by((Person::salary, Person::active))
        .order_by(Person::salary);
    assert_eq!(
        database.all(groups).await?,
        [(300, false, 1), (500, true, 2), (700, true, 1), (900, true, 1)]
    );
    Ok(())
}

async fn a_group_may_be_an_expression(database: &Database) -> Result<()> {
    company(database).await?;
    let initial = || func::lower(func::substr(Department::name, 1, 1));
    let initials = select((initial().label("initial"), func::count(Department::id)))
        .group_by(initial())
        .order_by(label::<String>("initial"));
    let initials = database.all(initials).await;
    // A parameter within the grouped expression is a new one to some servers each time it is written.
    let initials = match initials {
        Ok(initials) => initials,
        Err(_) if !database.is_sqlite() => {
            let initial = || raw::<String>("lower(substr(?, 1, 1))", (Department::name,));
            let rows =
                select((initial(), func::count(Department::id))).group_by(initial()).order_by(initial());
            database.all(rows).await?
        }
        Err(error) => return Err(error),
    };
    let initials: Vec<(&str, i64)> =
        initials.iter().map(|(letter, count)| (letter.as_str(), *count)).collect();
    assert_eq!(initials, [("c", 1), ("l", 1), ("r", 1), ("s", 1)]);
    Ok(())
}

async fn null_is_a_group_of_its_own(database: &Database) -> Result<()> {
    company(database).await?;
    let ratings = select((Person::rating, func::count_all()))
        .group_by(Person::rating)
        .order_by(Person::rating.asc().nulls_first());
    assert_eq!(database.all(ratings).await?, [(None, 2), (Some(3.0), 2), (Some(4.5), 1)]);
    Ok(())
}

async fn having_keeps_groups_and_filters_keep_rows(database: &Database) -> Result<()> {
    company(database).await?;
    let shared = select(Person::salary)
        .group_by(Person::salary)
        .having(func::count(Person::id).gt(1))
        .having(Person::salary.gt(0));
    assert_eq!(database.all(shared.clone()).await?, [500]);
    assert_eq!(database.all(shared.filter(Person::name.ne("Dan"))).await?, [0_i64; 0]);
    Ok(())
}

async fn groups_are_ordered_by_what_they_add_up_to(database: &Database) -> Result<()> {
    company(database).await?;
    let cost = func::sum(Person::salary).label("cost");
    let costs = select((Department::name, cost.clone()))
        .join(Department::people)
        .group_by(Department::name)
        .order_by((cost.reference().desc(), Department::name));
    let costs = database.all(costs).await?;
    assert_eq!(costs[0], ("research".to_owned(), Some(1400)));
    assert_eq!(costs[2], ("sales".to_owned(), Some(500)));
    let first = select(Department::name)
        .join(Department::people)
        .group_by(Department::name)
        .order_by(func::avg(Person::salary).desc())
        .limit(1);
    let best = database.one(first).await?;
    assert!(["research", "compilers"].contains(&best.as_str()), "{best}");
    Ok(())
}

async fn an_outer_join_counts_zero_where_nothing_matches(database: &Database) -> Result<()> {
    company(database).await?;
    let counts = select((Department::name, func::count(Person::id)))
        .outer_join(Department::people)
        .group_by((Department::id, Department::name))
        .order_by(Department::id);
    let counts = database.all(counts).await?;
    let counts: Vec<(&str, i64)> = counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(counts, [("research", 2), ("compilers", 1), ("sales", 1), ("law", 0)]);
    Ok(())
}

async fn an_entity_stands_beside_an_aggregate(database: &Database) -> Result<()> {
    company(database).await?;
    // The primary key decides the other columns, and databases know it.
    let rows = select((entity::<Department>(), func::count(Person::id)))
        .outer_join(Department::people)
        .group_by(Department::id)
        .order_by(Department::id);
    let rows: Vec<(Department, i64)> = database.all(rows).await?;
    let rows: Vec<(&str, i64)> = rows.iter().map(|(row, count)| (row.name.as_str(), *count)).collect();
    assert_eq!(rows, [("research", 2), ("compilers", 1), ("sales", 1), ("law", 0)]);
    Ok(())
}

async fn aggregates_combine_in_expressions(database: &Database) -> Result<()> {
    company(database).await?;
    let rich = case().when(Person::salary.gt(600), 1_i64).otherwise(0);
    let row = select((
        func::max(Person::salary) - func::min(Person::salary),
        func::sum(rich),
        func::coalesce(func::sum(Person::rating), 0.0) / func::count(Person::rating),
    ));
    assert_eq!(database.one(row).await?, (Some(600), Some(2), 3.5));
    Ok(())
}

async fn aggregates_take_different_values_once(database: &Database) -> Result<()> {
    company(database).await?;
    let once = select((
        func::sum(Person::rating).distinct(),
        func::count(Person::salary).distinct(),
        func::string_agg(Person::name, ",").distinct().ordered_by(Person::name),
    ));
    let (ratings, salaries, names) = database.one(once).await?;
    assert_eq!((ratings, salaries), (Some(7.5), 4));
    assert_eq!(names.map(|names| names.split(',').count()), Some(5));
    let separated = database.one(select(func::string_agg(Person::name, "; ").distinct())).await;
    match database.is_sqlite() {
        true => assert!(separated.unwrap_err().to_string().contains("DISTINCT in string_agg")),
        false => assert!(separated?.is_some_and(|names| names.contains("; "))),
    }
    Ok(())
}

async fn conditions_are_put_together(database: &Database) -> Result<()> {
    company(database).await?;
    let rich = Person::salary.ge(300);
    let all = select((
        func::bool_and(rich.clone()),
        func::bool_or(Person::salary.gt(10_000)),
        func::bool_or(rich),
    ));
    assert_eq!(database.one(all).await?, (Some(true), Some(false), Some(true)));
    let none = select(func::bool_and(Person::salary.ge(0))).filter(Person::id.lt(0));
    assert_eq!(database.one(none).await?, None);
    Ok(())
}

async fn spreads_of_numbers(database: &Database) -> Result<()> {
    company(database).await?;
    let spreads = select((
        func::var_pop(Person::salary),
        func::stddev_samp(Person::salary),
        func::var_samp(Person::salary).filter_where(Person::id.eq(1)),
        func::avg(Person::salary),
        func::count_all(),
    ));
    let (variance, deviation, of_one, average, count) = database.one(spreads).await?;
    let salaries = database.all(select(Person::salary)).await?;
    let average = average.expect("an average");
    let squares: f64 = salaries.iter().map(|salary| (f64::from(*salary as i32) - average).powi(2)).sum();
    let near =
        |found: Option<f64>, expected: f64| found.is_some_and(|found| (found - expected).abs() < 1e-3);
    assert!(near(variance, squares / count as f64), "{variance:?}");
    assert!(near(deviation, (squares / (count - 1) as f64).sqrt()), "{deviation:?}");
    assert_eq!(of_one, None);
    Ok(())
}

async fn values_are_put_into_an_array(database: &Database) -> Result<()> {
    company(database).await?;
    let names = database
        .one(select(func::array_agg(Person::name).ordered_by(Person::name.desc())))
        .await;
    if database.is_sqlite() || database.is_mysql() {
        assert!(names.unwrap_err().to_string().contains("does not support arrays"));
        return database.lacks("aggregates that give arrays");
    }
    let sorted = database.all(select(Person::name).order_by(Person::name.desc())).await?;
    assert_eq!(names?, Some(sorted));
    let ratings = database.one(select(func::array_agg(Person::rating))).await?;
    assert_eq!(ratings.map(|ratings| ratings.iter().flatten().count()), Some(3));
    Ok(())
}

async fn ordered_sets_have_percentiles_and_modes(database: &Database) -> Result<()> {
    company(database).await?;
    let median = database
        .one(select((
            func::percentile_cont(0.5, Person::salary),
            func::percentile_disc(0.0, Person::salary),
            func::mode(Person::rating).filter_where(Person::rating.is_not_null()),
        )))
        .await;
    if database.is_sqlite() || database.is_mysql() {
        assert!(median.unwrap_err().to_string().contains("WITHIN GROUP"));
        return database.lacks("ordered-set aggregates");
    }
    let mut salaries = database.all(select(Person::salary)).await?;
    salaries.sort_unstable();
    let (median, least, mode) = median?;
    assert_eq!(median, Some(salaries[2] as f64));
    assert_eq!(least, Some(salaries[0]));
    assert!(mode.is_some());
    Ok(())
}

async fn a_value_has_a_rank_among_others(database: &Database) -> Result<()> {
    company(database).await?;
    let rank = database
        .one(select((
            func::hypothetical_rank(0, Person::salary),
            func::hypothetical_dense_rank(1_000_000, Person::salary),
            func::hypothetical_percent_rank(1_000_000, Person::salary),
            func::hypothetical_cume_dist(0, Person::salary),
        )))
        .await;
    if database.is_sqlite() || database.is_mysql() {
        assert!(rank.unwrap_err().to_string().contains("WITHIN GROUP"));
        return database.lacks("hypothetical-set aggregates");
    }
    let (first, last, percent, share) = rank?;
    assert_eq!((first, last, percent), (1, 5, 1.0));
    assert!((share - 1.0 / 6.0).abs() < 1e-9);
    Ok(())
}
