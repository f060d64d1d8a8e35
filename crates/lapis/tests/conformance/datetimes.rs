//! Functions of dates and instants.

use chrono::{Days, Months};
use lapis::expr::{DateField, TimeField, Unit};
use lapis::prelude::*;
use lapis::statement::insert;

use crate::company::day;
use crate::harness::{Database, Result, conformance};

conformance! {
    fields_of_dates_and_instants_are_the_same_everywhere,
    rows_are_grouped_by_a_field,
    fields_of_times_of_day_are_integers,
    dates_and_instants_are_cut_to_a_unit,
    months_and_days_are_added_by_the_calendar,
    spans_are_added_to_instants_and_lie_between_them,
    what_is_computed_from_no_date_is_null,
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

async fn fields_of_times_of_day_are_integers(database: &Database) -> Result<()> {
    visits(database).await?;
    let time = func::time_of(Visit::at);
    let fields = select((
        func::extract(TimeField::Hour, time.clone()),
        func::extract(TimeField::Minute, time.clone()),
        func::extract(TimeField::Second, time.clone()),
        time,
    ))
    .order_by(Visit::id);
    let times = [(23, 59, 59, 999_999), (7, 8, 9, 0), (0, 0, 0, 0)].map(|(h, m, s, micros)| {
        (h, m, s, NaiveTime::from_hms_micro_opt(h as u32, m as u32, s as u32, micros).expect("a time"))
    });
    assert_eq!(database.all(fields).await?, times);
    Ok(())
}

async fn dates_and_instants_are_cut_to_a_unit(database: &Database) -> Result<()> {
    visits(database).await?;
    let of_day = async |unit: Unit| {
        database.all(select(func::date_trunc(unit, Visit::day)).order_by(Visit::id)).await
    };
    assert_eq!(of_day(Unit::Year).await?, [day(2024, 1, 1), day(2023, 1, 1), day(2024, 1, 1)]);
    assert_eq!(of_day(Unit::Quarter).await?, [day(2024, 10, 1), day(2023, 4, 1), day(2024, 1, 1)]);
    assert_eq!(of_day(Unit::Month).await?, [day(2024, 12, 1), day(2023, 4, 1), day(2024, 2, 1)]);
    // A Monday, a Sunday and a Thursday.
    assert_eq!(of_day(Unit::Week).await?, [day(2024, 12, 30), day(2023, 3, 27), day(2024, 2, 26)]);
    assert_eq!(of_day(Unit::Hour).await?, [day(2024, 12, 30), day(2023, 4, 2), day(2024, 2, 29)]);
    let of_instant = async |unit: Unit| {
        let at = database.all(select(func::date_trunc(unit, Visit::at)).order_by(Visit::id)).await?;
        Ok::<_, lapis::Error>(at.iter().map(|at| at.to_string()).collect::<Vec<_>>())
    };
    for (unit, first, second) in [
        (Unit::Year, "2024-01-01 00:00:00 UTC", "2023-01-01 00:00:00 UTC"),
        (Unit::Quarter, "2024-10-01 00:00:00 UTC", "2023-04-01 00:00:00 UTC"),
        (Unit::Month, "2024-12-01 00:00:00 UTC", "2023-04-01 00:00:00 UTC"),
        (Unit::Week, "2024-12-30 00:00:00 UTC", "2023-03-27 00:00:00 UTC"),
        (Unit::Day, "2024-12-31 00:00:00 UTC", "2023-04-02 00:00:00 UTC"),
        (Unit::Hour, "2024-12-31 23:00:00 UTC", "2023-04-02 07:00:00 UTC"),
        (Unit::Minute, "2024-12-31 23:59:00 UTC", "2023-04-02 07:08:00 UTC"),
        (Unit::Second, "2024-12-31 23:59:59 UTC", "2023-04-02 07:08:09 UTC"),
    ] {
        assert_eq!(of_instant(unit).await?[..2], [first, second], "{unit:?}");
    }
    let years = select((func::date_trunc(Unit::Year, Visit::at), func::count_all()))
        .group_by(func::date_trunc(Unit::Year, Visit::at))
        .order_by(func::date_trunc(Unit::Year, Visit::at));
    assert_eq!(database.all(years).await?.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 2]);
    Ok(())
}

async fn months_and_days_are_added_by_the_calendar(database: &Database) -> Result<()> {
    visits(database).await?;
    let dates = select((
        Visit::day + Months::new(2),
        Visit::day - Months::new(12),
        Visit::day + Days::new(2),
        Visit::day - Days::new(60),
        func::add_days(Visit::day, Visit::id),
    ))
    .order_by(Visit::id);
    let expected =
        [day(2024, 12, 30), day(2023, 4, 2), day(2024, 2, 29)]
            .into_iter()
            .zip(1..)
            .map(|(day, id)| {
                (
                    day + Months::new(2),
                    day - Months::new(12),
                    day + Days::new(2),
                    day - Days::new(60),
                    day + Days::new(id),
                )
            });
    assert_eq!(database.all(dates).await?, expected.collect::<Vec<_>>());
    let instants =
        select((Visit::at + Months::new(2), Visit::at - Days::new(1), Visit::at)).order_by(Visit::id);
    for (later, before, at) in database.all(instants).await? {
        assert_eq!((later, before), (at + Months::new(2), at - Days::new(1)));
    }
    let bound = select(lit(day(2024, 1, 31)) + Months::new(1))
        .from(lapis::statement::table::<Visit>())
        .limit(1);
    assert_eq!(database.all(bound).await?, [day(2024, 2, 29)]);
    let apart = select(func::days_between(Visit::day, day(2024, 3, 1))).order_by(Visit::id);
    assert_eq!(database.all(apart).await?, [-304, 334, 1]);
    Ok(())
}

async fn spans_are_added_to_instants_and_lie_between_them(database: &Database) -> Result<()> {
    visits(database).await?;
    let span = TimeDelta::microseconds(3_600_000_001);
    let moved = select((Visit::at + span, Visit::at - span, Visit::at)).order_by(Visit::id);
    for (later, before, at) in database.all(moved).await? {
        assert_eq!((later, before), (at + span, at - span));
    }
    let start = day(2024, 12, 31).and_hms_opt(0, 0, 0).expect("a time").and_utc();
    let elapsed = select((func::elapsed(start, Visit::at), Visit::at)).order_by(Visit::id);
    for (elapsed, at) in database.all(elapsed).await? {
        assert_eq!(elapsed, at - start);
    }
    let ancient = day(1901, 2, 3).and_hms_micro_opt(4, 5, 6, 7).expect("a time").and_utc();
    let moved = select(lit(ancient) - span).from(lapis::statement::table::<Visit>()).limit(1);
    assert_eq!(database.all(moved).await?, [ancient - span]);
    let ids = lapis::expr::window().order_by(Visit::id);
    let before = select(func::lag(Visit::at, 1).over(ids) + span).order_by(Visit::id);
    let known = database.all(select(Visit::at).order_by(Visit::id)).await?;
    assert_eq!(database.all(before).await?, [None, Some(known[0] + span), Some(known[1] + span)]);
    let none = select(func::max(lit(start)) + span).from(lapis::statement::table::<Visit>());
    assert_eq!(database.all(none.filter(Visit::id.lt(0))).await?, [None]);
    let late = select(Visit::id).filter((Visit::at + TimeDelta::seconds(1)).gt(start + TimeDelta::days(1)));
    assert_eq!(database.all(late).await?, [1]);
    let dates = select(func::date_of(Visit::at)).order_by(Visit::id);
    assert_eq!(database.all(dates).await?, [day(2024, 12, 31), day(2023, 4, 2), day(2024, 2, 29)]);
    Ok(())
}

async fn what_is_computed_from_no_date_is_null(database: &Database) -> Result<()> {
    visits(database).await?;
    let nothing = select((
        func::extract(DateField::Year, Visit::until),
        func::date_trunc(Unit::Quarter, Visit::until),
        Visit::until + Months::new(1),
        Visit::until + Days::new(1),
        Visit::until + TimeDelta::days(1),
        func::elapsed(Visit::until, Visit::at),
        func::date_of(Visit::until),
    ))
    .filter(Visit::until.is_null())
    .limit(1);
    assert_eq!(database.all(nothing).await?, [(None, None, None, None, None, None, None)]);
    Ok(())
}
