//! Constructs that give every kind of value.

use std::cmp::Ordering;
use std::rc::Rc;

use lapis::expr::{ExprOps, case, func};

use super::{Entry, Generated, Generator};
use crate::datum::{Datum, Doubt, compare};
use crate::environment::Environment;
use crate::term::{Maybe, Scalar, Term, typed};

pub fn entries<T: Generated>() -> [Entry<T>; 7] {
    [
        ("CASE", case_otherwise),
        ("CASE without ELSE", case_end),
        ("coalesce", coalesce),
        ("nullif", nullif),
        ("a scalar subquery", scalar),
        ("greatest", |g| extreme(g, Ordering::Greater)),
        ("least", |g| extreme(g, Ordering::Less)),
    ]
}

fn case_otherwise<T: Generated>(g: &mut Generator) -> Option<Term<T>> {
    let branches: Vec<(Term<bool>, Term<T>)> =
        (0..g.random.below(2) + 1).map(|_| (g.term(), g.term())).collect();
    let otherwise = g.term::<T>();
    let nullable = otherwise.is_nullable() || branches.iter().any(|(_, value)| value.is_nullable());
    let mut rest = branches.iter().map(|(condition, value)| (condition.expr.clone(), value.expr.clone()));
    let (condition, value) = rest.next()?;
    let last = otherwise.expr.clone();
    let expr = match value {
        Maybe::Never(value) => {
            let mut made = case().when(condition, value);
            for (condition, value) in rest {
                made = made.when(condition, value);
            }
            let made = made.otherwise(last);
            if nullable { Maybe::Perhaps(made.nullable()) } else { Maybe::Never(made) }
        }
        Maybe::Perhaps(value) => {
            let mut made = case().when(condition, value);
            for (condition, value) in rest {
                made = made.when(condition, value);
            }
            Maybe::Perhaps(made.otherwise(last))
        }
    };
    let bound = branches.iter().map(|(_, value)| value.bound).fold(otherwise.bound, f64::max);
    let parts = parts(&branches).chain([otherwise.any()]).collect::<Vec<_>>();
    Some(Term::new(expr, first_that_holds(branches, Some(otherwise))).of(parts).bounded(bound))
}

fn case_end<T: Generated>(g: &mut Generator) -> Option<Term<T>> {
    let branches = vec![(g.term::<bool>(), g.term::<T>())];
    let (condition, value) = (branches[0].0.expr.clone(), branches[0].1.expr.clone());
    let expr = Maybe::Perhaps(match value {
        Maybe::Never(value) => case().when(condition, value).end(),
        Maybe::Perhaps(value) => case().when(condition, value).end(),
    });
    let bound = branches[0].1.bound;
    let parts = parts(&branches).collect::<Vec<_>>();
    Some(Term::new(expr, first_that_holds(branches, None)).of(parts).bounded(bound))
}

fn parts<T: Scalar>(branches: &[(Term<bool>, Term<T>)]) -> impl Iterator<Item = crate::term::Any> {
    branches.iter().flat_map(|(condition, value)| [condition.any(), value.any()])
}

fn first_that_holds<T: Scalar>(
    branches: Vec<(Term<bool>, Term<T>)>,
    otherwise: Option<Term<T>>,
) -> impl Fn(&Environment) -> crate::datum::Meant<Datum> {
    move |environment| {
        for (condition, value) in &branches {
            if condition.value(environment)? == Some(true) {
                return (value.meaning)(environment);
            }
        }
        otherwise.as_ref().map_or(Ok(Datum::Null), |value| (value.meaning)(environment))
    }
}

fn coalesce<T: Generated>(g: &mut Generator) -> Option<Term<T>> {
    let (a, b) = (g.term::<T>(), g.term::<T>());
    let first = a.expr.clone();
    let expr = match b.expr.clone() {
        Maybe::Never(fallback) => Maybe::Never(func::coalesce(first, fallback)),
        Maybe::Perhaps(fallback) => Maybe::Perhaps(func::coalesce(first, fallback)),
    };
    let (first, second) = (Rc::clone(&a.meaning), Rc::clone(&b.meaning));
    let meaning = move |environment: &Environment| match first(environment)? {
        Datum::Null => second(environment),
        value => Ok(value),
    };
    Some(Term::new(expr, meaning).of([a.any(), b.any()]).bounded(a.bound.max(b.bound)))
}

fn nullif<T: Generated>(g: &mut Generator) -> Option<Term<T>> {
    let (a, b) = (g.term::<T>(), g.term::<T>());
    let expr = Maybe::Perhaps(func::nullif(a.expr.clone(), b.expr.clone()));
    let (first, second) = (Rc::clone(&a.meaning), Rc::clone(&b.meaning));
    let meaning = move |environment: &Environment| {
        let value = first(environment)?;
        let equal = compare(&value, &second(environment)?)? == Some(Ordering::Equal);
        Ok(if equal { Datum::Null } else { value })
    };
    Some(Term::new(expr, meaning).of([a.any(), b.any()]).bounded(a.bound))
}

/// The greater or the lesser of two values.
fn extreme<T: Generated>(g: &mut Generator, wanted: Ordering) -> Option<Term<T>> {
    let (a, b) = (g.term::<T>(), g.term::<T>());
    let other = b.expr.clone();
    let expr = typed!(a.expr.clone(), b.is_nullable(), |x| match wanted {
        Ordering::Greater => func::greatest(x, other),
        _ => func::least(x, other),
    });
    let (first, second) = (Rc::clone(&a.meaning), Rc::clone(&b.meaning));
    let meaning = move |environment: &Environment| {
        let (first, second) = (first(environment)?, second(environment)?);
        match compare(&first, &second)? {
            Some(order) => Ok(if order == wanted { first } else { second }),
            // PostgreSQL passes over NULL.
            None if first.is_null() && second.is_null() => Ok(Datum::Null),
            None => Err(Doubt::NotCovered),
        }
    };
    Some(Term::new(expr, meaning).of([a.any(), b.any()]).bounded(a.bound.max(b.bound)))
}

fn scalar<T: Generated>(g: &mut Generator) -> Option<Term<T>> {
    let (query, bound) = g.single_value::<T>()?;
    let expr = match query.build_never::<T>() {
        Some(select) => select.scalar(),
        None => query.build_perhaps::<T>().scalar(),
    };
    let meaning = move |environment: &Environment| {
        Ok(query.rows(environment)?.first().map_or(Datum::Null, |row| row[0].clone()))
    };
    Some(Term::new(Maybe::Perhaps(expr), meaning).bounded(bound))
}
