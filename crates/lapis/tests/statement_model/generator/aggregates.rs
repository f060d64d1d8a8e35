//! Aggregates: of groups in a grouped query, and over windows.

use std::cmp::Ordering;

use lapis::expr::{Expr, ExprOps, JsonPath, func};
use rust_decimal::Decimal;

use super::numbers::{digits, exact, few_digits};
use super::{Entry, Generated, Generator, json, windows};
use crate::datum::{Datum, Doubt, Meant, compare, float, same};
use crate::environment::Environment;
use crate::term::{Any, Kind, Maybe, Scalar, Term};

/// Sums have at most so many values.
const ROWS: f64 = 400.0;

pub fn entries<T: Generated>() -> [Entry<T>; 3] {
    [
        ("max", |g| {
            aggregate(
                g,
                |a: &Term<T>| Some((func::max(a.expr.clone()), a.bound)),
                |v| extreme(v, Ordering::Greater),
            )
        }),
        ("min", |g| {
            aggregate(
                g,
                |a: &Term<T>| Some((func::min(a.expr.clone()), a.bound)),
                |v| extreme(v, Ordering::Less),
            )
        }),
        ("any_value", any_value),
    ]
}

/// The value of any row.
fn any_value<T: Generated>(g: &mut Generator) -> Option<Term<T>> {
    if g.scope().windows {
        return None;
    }
    let a = argument(g, Generator::term::<T>);
    let expr = Maybe::Perhaps(func::any_value(a.expr.clone()));
    let bound = a.bound;
    let of = Of { argument: Some(a.any()), filter: None };
    let the_same = |values: Vec<Datum>| {
        let Some(first) = values.first() else { return Ok(Datum::Null) };
        for value in &values {
            if !same(first, value)? {
                return Err(Doubt::Ties);
            }
        }
        Ok(first.clone())
    };
    Some(of.finish(g, expr, the_same).bounded(bound))
}

pub const CONDITIONS: &[Entry<bool>] = &[
    ("bool_and", |g| of_conditions(g, func::bool_and, |values| !values.contains(&false))),
    ("bool_or", |g| of_conditions(g, func::bool_or, |values| values.contains(&true))),
];

fn of_conditions(
    g: &mut Generator,
    call: fn(Maybe<bool>) -> Expr<Option<bool>>,
    value: fn(Vec<bool>) -> bool,
) -> Option<Term<bool>> {
    let argument = argument(g, Generator::term::<bool>);
    let expr = Maybe::Perhaps(call(argument.expr.clone()));
    let of = Of { argument: Some(argument.any()), filter: None };
    let known = move |values: Vec<Datum>| {
        let values: Vec<bool> = values.into_iter().filter_map(bool::of).collect();
        Ok(if values.is_empty() { Datum::Null } else { Datum::Bool(value(values)) })
    };
    Some(of.finish(g, expr, known))
}

pub const INTEGERS: &[Entry<i64>] = &[
    ("count(*)", |g| {
        let of = Of { argument: None, ..Of::new(g, None) };
        let expr = func::count_all();
        Some(
            of.finish(g, Maybe::Never(expr), |values| Ok(Datum::Int(values.len() as i64)))
                .bounded(ROWS),
        )
    }),
    ("count(x)", |g| {
        let argument = argument(g, Generator::any);
        let expr = crate::term::with_any!(&argument, term => func::count(term.expr.clone()));
        let of = Of::new(g, Some(argument));
        Some(
            of.finish(g, Maybe::Never(expr), |values| Ok(Datum::Int(values.len() as i64)))
                .bounded(ROWS),
        )
    }),
    ("count(DISTINCT x)", |g| {
        if g.scope().windows {
            return None;
        }
        let argument = argument(g, Generator::any);
        let expr = crate::term::with_any!(&argument, term => func::count_distinct(term.expr.clone()));
        let of = Of::new(g, Some(argument));
        let count = |values: Vec<Datum>| {
            let mut different: Vec<&Datum> = Vec::new();
            for value in &values {
                let mut known = false;
                for other in &different {
                    known |= same(other, value)?;
                }
                if !known {
                    different.push(value);
                }
            }
            Ok(Datum::Int(different.len() as i64))
        };
        Some(of.finish(g, Maybe::Never(expr), count).bounded(ROWS))
    }),
    ("sum(DISTINCT x)", |g| {
        if g.scope().windows {
            return None;
        }
        let distinct = |values: Vec<Datum>| {
            let mut different: Vec<i64> = values.into_iter().filter_map(i64::of).collect();
            different.sort_unstable();
            different.dedup();
            Ok(Datum::Int(different.into_iter().sum()))
        };
        aggregate(g, |a: &Term<i64>| summable(a.bound, func::sum(a.expr.clone()).distinct()), distinct)
    }),
    ("grouping", |g| {
        let keys = g.scope().several_groupings.clone()?;
        let place = g.random.below(keys.len());
        let expr = crate::term::with_any!(&keys[place], term => match term.expr.clone() {
            Maybe::Never(key) => func::grouping(key),
            Maybe::Perhaps(key) => func::grouping(key),
        });
        let meaning =
            move |environment: &Environment| Ok(Datum::Int(i64::from(environment.left_out >> place & 1)));
        Some(Term::new(Maybe::Never(expr), meaning).bounded(1.0))
    }),
    ("json_agg", |g| {
        // Within another function, MariaDB 10.11 takes the whole array for its element.
        if g.scope().windows || g.depth != 1 {
            return None;
        }
        json::first_of_group(g, JsonPath::as_int)
    }),
    ("sum of integers", |g| {
        aggregate(
            g,
            |a: &Term<i64>| summable(a.bound, func::sum(a.expr.clone())),
            |values| Ok(Datum::Int(values.into_iter().filter_map(i64::of).sum())),
        )
    }),
];

pub const DECIMALS: &[Entry<Decimal>] = &[
    ("sum of decimals", |g| {
        aggregate(
            g,
            |a: &Term<Decimal>| summable(a.bound, func::sum(a.expr.clone())),
            |values| digits(values.into_iter().filter_map(Decimal::of).sum()).map(Datum::Decimal),
        )
    }),
    ("avg of decimals", |g| {
        aggregate(
            g,
            |a: &Term<Decimal>| summable(a.bound, func::avg(a.expr.clone())),
            |values| {
                let count = Decimal::from(values.len());
                let sum: Decimal = values.into_iter().filter_map(Decimal::of).sum();
                few_digits(sum / count).map(Datum::Decimal)
            },
        )
    }),
];

pub const FLOATS: &[Entry<f64>] = &[
    ("sum of floats", |g| {
        aggregate(
            g,
            |a: &Term<f64>| summable(a.bound, func::sum(a.expr.clone())),
            |values| exact(values.into_iter().filter_map(f64::of).sum()).map(Datum::Float),
        )
    }),
    ("avg of integers", |g| {
        aggregate(g, |a: &Term<i64>| summable(a.bound, func::avg(a.expr.clone())), average)
    }),
    ("var_pop", |g| deviation(g, func::var_pop, |values| variance(&values, false))),
    ("var_samp", |g| deviation(g, func::var_samp, |values| variance(&values, true))),
    ("stddev_pop", |g| {
        deviation(g, func::stddev_pop, |values| {
            variance(&values, false)?.map(|variance| exact(variance.sqrt())).transpose()
        })
    }),
    ("stddev_samp", |g| {
        deviation(g, func::stddev_samp, |values| {
            variance(&values, true)?.map(|variance| exact(variance.sqrt())).transpose()
        })
    }),
    ("avg of floats", |g| {
        aggregate(g, |a: &Term<f64>| summable(a.bound, func::avg(a.expr.clone())), average)
    }),
];

/// How far numbers are from their mean.
fn variance(values: &[Datum], sample: bool) -> Meant<Option<f64>> {
    let count = values.len() as f64 - f64::from(u8::from(sample));
    if count <= 0.0 {
        return Ok(None);
    }
    let mean = exact(values.iter().map(float).sum::<f64>() / values.len() as f64)?;
    let sum: f64 = values.iter().map(|value| (float(value) - mean).powi(2)).sum();
    exact(sum / count).map(Some)
}

fn deviation(
    g: &mut Generator,
    call: impl FnOnce(Maybe<i64>) -> Expr<Option<f64>>,
    value: fn(Vec<Datum>) -> Meant<Option<f64>>,
) -> Option<Term<f64>> {
    if g.scope().windows {
        return None;
    }
    let argument = argument(g, Generator::term::<i64>);
    // Of a constant, with nothing in FROM, MariaDB 10.11 says in HAVING that it is NULL.
    if !super::queries::has_column(&argument.any()) {
        return None;
    }
    let expr = Maybe::Perhaps(call(argument.expr.clone()));
    let bound = argument.bound * argument.bound * 4.0;
    let of = Of { argument: Some(argument.any()), filter: None };
    let known = move |values| Ok(value(values)?.map_or(Datum::Null, Datum::Float));
    (bound < 1_000_000.0).then(|| of.finish(g, expr, known).bounded(bound))
}

pub const TEXTS: &[Entry<String>] = &[("string_agg", |g| {
    if g.scope().windows {
        return None;
    }
    let argument = argument(g, Generator::term::<String>);
    let separator = g.random.pick(&[", ", "", "-"])?;
    let expr = func::string_agg(argument.expr.clone(), separator);
    // In the order of the texts themselves, so that equal ones may change places.
    let expr = match argument.expr.clone() {
        Maybe::Never(text) => expr.ordered_by(text.asc()),
        Maybe::Perhaps(text) => expr.ordered_by(text.asc()),
    };
    let of = Of::new(g, Some(argument.any()));
    let join = move |values: Vec<Datum>| {
        let mut rows: Vec<(Vec<Datum>, ())> = values.into_iter().map(|value| (vec![value], ())).collect();
        crate::query::sort(&mut rows, &[windows::ascending()])?;
        let texts: Vec<String> =
            rows.into_iter().filter_map(|(mut key, ())| String::of(key.remove(0))).collect();
        Ok(if texts.is_empty() { Datum::Null } else { Datum::Text(texts.join(separator)) })
    };
    Some(of.finish(g, Maybe::Perhaps(expr), join))
})];

fn summable<R>(bound: f64, expr: Expr<Option<R>>) -> Option<(Expr<Option<R>>, f64)> {
    (bound * ROWS < 1_000_000.0).then_some((expr, bound * ROWS))
}

fn extreme(values: Vec<Datum>, wanted: Ordering) -> Meant<Datum> {
    let mut best = Datum::Null;
    for value in values {
        if best.is_null() || compare(&value, &best)? == Some(wanted) {
            best = value;
        }
    }
    Ok(best)
}

/// An average that every database has the digits for.
fn average(values: Vec<Datum>) -> Meant<Datum> {
    let count = values.len() as f64;
    let mean = values.iter().map(float).sum::<f64>() / count;
    exact(mean)?;
    few_digits(Decimal::try_from(mean).unwrap_or(Decimal::MAX))?;
    Ok(Datum::Float(mean))
}

/// An aggregate's argument: of a row, not of its group.
fn argument<A>(g: &mut Generator, make: impl FnOnce(&mut Generator) -> A) -> A {
    let depth = g.depth.min(1);
    g.of_a_row(depth, make)
}

/// An aggregate that is NULL where there are no values.
fn aggregate<A: Generated, R: Generated>(
    g: &mut Generator,
    call: impl FnOnce(&Term<A>) -> Option<(Expr<Option<R>>, f64)>,
    value: fn(Vec<Datum>) -> Meant<Datum>,
) -> Option<Term<R>> {
    // PostgreSQL has neither the least nor the greatest of truth values.
    if A::KIND == Kind::Bool {
        return None;
    }
    let argument = argument(g, Generator::term::<A>);
    // The least of a constant text over a frame is the empty text on MariaDB 10.11.
    if g.scope().windows && !super::queries::has_column(&argument.any()) {
        return None;
    }
    let (expr, bound) = call(&argument)?;
    let of = Of::new(g, Some(argument.any()));
    let value = move |values: Vec<Datum>| if values.is_empty() { Ok(Datum::Null) } else { value(values) };
    Some(of.finish(g, Maybe::Perhaps(expr), value).bounded(bound))
}

/// Which rows an aggregate takes, and what of them.
struct Of {
    argument: Option<Any>,
    filter: Option<Term<bool>>,
}

impl Of {
    fn new(g: &mut Generator, argument: Option<Any>) -> Self {
        let filter = if g.one_in(5) {
            g.note("FILTER of an aggregate");
            Some(self::argument(g, Generator::condition))
        } else {
            None
        };
        Self { argument, filter }
    }

    /// Of the group in a grouped query, else over a window.
    fn finish<R: Scalar>(
        self,
        g: &mut Generator,
        expr: Maybe<R>,
        value: impl Fn(Vec<Datum>) -> Meant<Datum> + 'static,
    ) -> Term<R> {
        let expr = match (expr, &self.filter) {
            (expr, None) => expr,
            (Maybe::Never(expr), Some(filter)) => Maybe::Never(expr.filter_where(filter.expr.clone())),
            (Maybe::Perhaps(expr), Some(filter)) => Maybe::Perhaps(expr.filter_where(filter.expr.clone())),
        };
        if g.scope().windows {
            let window = windows::Spec::random(g);
            let over = window.build(g);
            g.note("an aggregate over a window");
            let expr = match expr {
                Maybe::Never(expr) => Maybe::Never(expr.over(over)),
                Maybe::Perhaps(expr) => Maybe::Perhaps(expr.over(over)),
            };
            return Term::new(expr, move |environment| value(self.values(&window.frame_of(environment)?)?));
        }
        Term::new(expr, move |environment| {
            let group = environment.group.clone().expect("an aggregate stands in a grouped query");
            value(self.values(&group)?)
        })
    }

    /// The values that are not NULL, of the rows that are taken.
    fn values(&self, rows: &[Environment]) -> Meant<Vec<Datum>> {
        let mut values = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(filter) = &self.filter
                && filter.value(row)? != Some(true)
            {
                continue;
            }
            let value = match &self.argument {
                Some(argument) => (argument.meaning())(row)?,
                None => Datum::Int(1),
            };
            if !value.is_null() {
                values.push(value);
            }
        }
        Ok(values)
    }
}
