//! Constructs that give dates and timestamps.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use lapis::expr::{DateField, ExprOps, TimeField, Unit, func};

use super::{Entry, Generated};
use crate::datum::Doubt;
use crate::term::{Maybe, Term, strict1, typed};

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
    }
}

pub fn time_field(field: TimeField, at: NaiveDateTime) -> i64 {
    i64::from(match field {
        TimeField::Hour => at.hour(),
        TimeField::Minute => at.minute(),
        TimeField::Second => at.second(),
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
            let meaning = strict1(&a, move |a: NaiveDate| Ok(a + chrono::TimeDelta::days(days)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("add_months", |g| {
            let a = g.term::<NaiveDate>();
            let months = g.random.below(24) as u32;
            let expr = typed!(a.expr.clone(), false, |x| func::add_months(x, i64::from(months)));
            let meaning = strict1(&a, move |a: NaiveDate| Ok(a + chrono::Months::new(months)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("date_trunc to the month", |g| {
            let a = g.term::<NaiveDate>();
            let expr = typed!(a.expr.clone(), false, |x| func::date_trunc(Unit::Month, x));
            let meaning = strict1(&a, |a: NaiveDate| Ok(a.with_day(1).unwrap_or(a)));
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
    const ENTRIES: &'static [Entry<Self>] = &[("cast of a date to a timestamp", |g| {
        let a = g.term::<NaiveDate>();
        let expr = typed!(a.expr.clone(), false, |x| x.cast::<NaiveDateTime>());
        let meaning = strict1(&a, |a: NaiveDate| Ok(a.and_time(chrono::NaiveTime::MIN)));
        Some(Term::new(expr, meaning).of([a.any()]))
    })];
}
