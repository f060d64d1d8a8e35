//! Constructs that give dates and timestamps.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use lapis::expr::{DateField, ExprOps, TimeField, Unit, func};

use super::conditions::condition;
use super::{Entry, Generated, Generator};
use crate::datum::Doubt;
use crate::term::{Maybe, Term, strict1, strict2, typed};

pub const DATE_FIELDS: &[DateField] = &[
    DateField::Year,
    DateField::Quarter,
    DateField::Month,
    DateField::Day,
    DateField::DayOfYear,
    DateField::Weekday,
];

pub fn date_field(field: DateField, date: NaiveDate) -> i64 {
    match field {
        DateField::Year => date.year().into(),
        DateField::Quarter => (i64::from(date.month()) + 2) / 3,
        DateField::Month => date.month().into(),
        DateField::Day => date.day().into(),
        DateField::DayOfYear => date.ordinal().into(),
        DateField::Weekday => date.weekday().number_from_monday().into(),
        field => panic!("the evaluator does not know {field:?}"),
    }
}

pub fn time_field(field: TimeField, at: NaiveDateTime) -> i64 {
    i64::from(match field {
        TimeField::Hour => at.hour(),
        TimeField::Minute => at.minute(),
        TimeField::Second => at.second(),
        field => panic!("the evaluator does not know {field:?}"),
    })
}

impl Generated for NaiveDate {
    const ENTRIES: &'static [Entry<Self>] = &[
        ("cast of a timestamp to a date", |g| {
            let a = g.term::<NaiveDateTime>();
            let expr = typed!(a.expr.clone(), false, |x| x.cast::<NaiveDate>());
            Some(Term::new(expr, strict1(&a, |a: NaiveDateTime| Ok(a.date()))).of([a.any()]))
        }),
        ("date_of", |g| {
            let a = g.term::<NaiveDateTime>();
            let expr = typed!(a.expr.clone(), false, |x| func::date_of(x));
            Some(Term::new(expr, strict1(&a, |a: NaiveDateTime| Ok(a.date()))).of([a.any()]))
        }),
        ("add_days", |g| {
            let a = g.term::<NaiveDate>();
            let days = g.random.below(60) as i64 - 20;
            let expr = typed!(a.expr.clone(), false, |x| func::add_days(x, days));
            let meaning = strict1(&a, move |a: NaiveDate| Ok(a + TimeDelta::days(days)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("add_months", |g| {
            let a = g.term::<NaiveDate>();
            let months = g.random.below(24) as u32;
            let expr = typed!(a.expr.clone(), false, |x| func::add_months(x, i64::from(months)));
            let meaning = strict1(&a, move |a: NaiveDate| Ok(a + chrono::Months::new(months)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("date_trunc of a date", |g| {
            let a = g.term::<NaiveDate>();
            let unit = g.random.pick(DATE_UNITS)?;
            let expr = typed!(a.expr.clone(), false, |x| func::date_trunc(unit, x));
            let meaning = strict1(&a, move |a: NaiveDate| Ok(date_trunc(unit, a)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("cast of text to a date", |g| {
            let a = g.term::<NaiveDate>();
            let expr = typed!(a.expr.clone(), false, |x| x.cast::<String>().cast::<NaiveDate>());
            Some(Term::new(expr, strict1(&a, Ok::<NaiveDate, Doubt>)).of([a.any()]))
        }),
    ];
}

impl Generated for NaiveDateTime {
    const ENTRIES: &'static [Entry<Self>] = &[
        ("cast of a date to a timestamp", |g| {
            let a = g.term::<NaiveDate>();
            let expr = typed!(a.expr.clone(), false, |x| x.cast::<NaiveDateTime>());
            let meaning = strict1(&a, |a: NaiveDate| Ok(a.and_time(NaiveTime::MIN)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("add_days to a timestamp", |g| {
            let a = g.term::<NaiveDateTime>();
            let days = g.random.below(60) as i64 - 20;
            let expr = typed!(a.expr.clone(), false, |x| func::add_days(x, days));
            let meaning = strict1(&a, move |a: NaiveDateTime| Ok(a + TimeDelta::days(days)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("add_months to a timestamp", |g| {
            let a = g.term::<NaiveDateTime>();
            let months = g.random.below(24) as u32;
            let expr = typed!(a.expr.clone(), false, |x| func::add_months(x, i64::from(months)));
            let meaning = strict1(&a, move |a: NaiveDateTime| Ok(a + chrono::Months::new(months)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("timestamp + span", |g| {
            let a = g.term::<NaiveDateTime>();
            let span = TimeDelta::milliseconds(g.random.pick(&[-7_200_000, 1, 1500, 86_400_000])?);
            let expr = typed!(a.expr.clone(), false, |x| x + span);
            Some(Term::new(expr, strict1(&a, move |a: NaiveDateTime| Ok(a + span))).of([a.any()]))
        }),
        ("date_trunc of a timestamp", |g| {
            let a = g.term::<NaiveDateTime>();
            let unit = g.random.pick(UNITS)?;
            let expr = typed!(a.expr.clone(), false, |x| func::date_trunc(unit, x));
            let meaning = strict1(&a, move |a: NaiveDateTime| Ok(trunc(unit, a)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
    ];
}

const DATE_UNITS: &[Unit] = &[Unit::Year, Unit::Quarter, Unit::Month, Unit::Week];
const UNITS: &[Unit] = &[
    Unit::Year,
    Unit::Quarter,
    Unit::Month,
    Unit::Week,
    Unit::Day,
    Unit::Hour,
    Unit::Minute,
    Unit::Second,
];

fn date_trunc(unit: Unit, date: NaiveDate) -> NaiveDate {
    let first = |month: u32| NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or(date);
    match unit {
        Unit::Year => first(1),
        Unit::Quarter => first(date.month0() / 3 * 3 + 1),
        Unit::Month => first(date.month()),
        Unit::Week => date - TimeDelta::days(date.weekday().num_days_from_monday().into()),
        _ => date,
    }
}

fn trunc(unit: Unit, at: NaiveDateTime) -> NaiveDateTime {
    let time = match unit {
        Unit::Hour => NaiveTime::from_hms_opt(at.hour(), 0, 0),
        Unit::Minute => NaiveTime::from_hms_opt(at.hour(), at.minute(), 0),
        Unit::Second => NaiveTime::from_hms_opt(at.hour(), at.minute(), at.second()),
        _ => None,
    };
    date_trunc(unit, at.date()).and_time(time.unwrap_or(NaiveTime::MIN))
}

/// How long it is from one instant to another, beside a span.
pub fn elapsed(g: &mut Generator) -> Option<Term<bool>> {
    let (a, b) = (g.term::<NaiveDateTime>(), g.term::<NaiveDateTime>());
    let span = TimeDelta::milliseconds(g.random.pick(&[-86_400_000, 0, 999, 7_200_000])?);
    let to = b.expr.clone();
    let expr = match a.expr.clone() {
        Maybe::Never(from) => func::elapsed(from, to).lt(span),
        Maybe::Perhaps(from) => func::elapsed(from, to).lt(span),
    };
    let nullable = a.is_nullable() || b.is_nullable();
    let meaning = strict2(&a, &b, move |a: NaiveDateTime, b: NaiveDateTime| Ok(b - a < span));
    Some(Term::new(condition(expr, nullable), meaning).of([a.any(), b.any()]))
}

/// The time of day of an instant, beside one.
pub fn time_of(g: &mut Generator) -> Option<Term<bool>> {
    let a = g.term::<NaiveDateTime>();
    let time = NaiveTime::from_hms_opt(g.random.pick(&[0, 7, 23])?, 30, 15)?;
    let expr = match a.expr.clone() {
        Maybe::Never(at) => func::time_of(at).ge(time),
        Maybe::Perhaps(at) => func::time_of(at).ge(time),
    };
    let meaning = strict1(&a, move |a: NaiveDateTime| Ok(a.time() >= time));
    Some(Term::new(condition(expr, a.is_nullable()), meaning).of([a.any()]))
}
