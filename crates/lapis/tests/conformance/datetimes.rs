//! Functions of dates and instants.

use lapis::expr::{DateField, TimeField};
use lapis::prelude::*;
use lapis::statement::insert;

use crate::company::day;
use crate::harness::{Database, Result, conformance};

conformance! {
    fields_of_dates_and_instants_are_the_same_everywhere,
    rows_are_grouped_by_a_field,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "visits")]
struct Visit {
    #[column(primary_key)]
    id: Auto<i64>,
    day: NaiveDate,
    at: DateTime<Utc>,
    until: Option<NaiveDateTime>,
}

async fn visits(database: &Database) -> Result<()> {
    database.create::<(Visit,)>().await?;
    let last = day(2024, 12, 31).and_hms_micro_opt(23, 59, 59, 999_999).expect("a time");
    let visit = |day: NaiveDate, at: NaiveDateTime, until: Option<NaiveDateTime>| {
        (Visit::day.set(day), Visit::at.set(at.and_utc()), Visit::until.set(until))
    };
    let visits = [
        visit(day(2024, 12, 30), last, Some(last)),
        visit(day(2023, 4, 2), day(2023, 4, 2).and_hms_opt(7, 8, 9).expect("a time"), None),
        visit(day(2024, 2, 29), day(2024, 2, 29).and_hms_opt(0, 0, 0).expect("a time"), None),
    ];
    database.execute(insert::<Visit>().rows(visits)).await?;
    Ok(())
}

async fn fields_of_dates_and_instants_are_the_same_everywhere(database: &Database) -> Result<()> {
    visits(database).await?;
    let of_day = select((
        func::extract(DateField::Year, Visit::day),
        func::extract(DateField::Quarter, Visit::day),
        func::extract(DateField::Month, Visit::day),
        func::extract(DateField::Day, Visit::day),
        func::extract(DateField::DayOfYear, Visit::day),
        func::extract(DateField::Weekday, Visit::day),
    ))
    .order_by(Visit::id);
    assert_eq!(
        database.all(of_day).await?,
        [(2024, 4, 12, 30, 365, 1), (2023, 2, 4, 2, 92, 7), (2024, 1, 2, 29, 60, 4)]
    );
    let of_instant = select((
        func::extract(DateField::Year, Visit::at),
        func::extract(DateField::Day, Visit::at),
        func::extract(TimeField::Hour, Visit::at),
        func::extract(TimeField::Minute, Visit::at),
        func::extract(TimeField::Second, Visit::at),
        func::extract(TimeField::Second, Visit::until).nullable(),
    ))
    .order_by(Visit::id);
    assert_eq!(
        database.all(of_instant).await?,
        [(2024, 31, 23, 59, 59, Some(59)), (2023, 2, 7, 8, 9, None), (2024, 29, 0, 0, 0, None)]
    );
    let bound = select(func::extract(DateField::Year, day(1999, 1, 1))).filter(Visit::id.eq(1));
    assert_eq!(database.all(bound.from(lapis::statement::table::<Visit>())).await?, [1999]);
    Ok(())
}

async fn rows_are_grouped_by_a_field(database: &Database) -> Result<()> {
    visits(database).await?;
    let year = || func::extract(DateField::Year, Visit::day);
    let years = select((year(), func::count_all())).group_by(year()).order_by(year());
    assert_eq!(database.all(years).await?, [(2023, 1), (2024, 2)]);
    let weekdays = select(Visit::id)
        .filter(func::extract(DateField::Weekday, Visit::day).le(5))
        .order_by(Visit::id);
    assert_eq!(database.all(weekdays).await?, [1, 3]);
    Ok(())
}
