//! Constructs that give truth values.

use std::cmp::Ordering;
use std::rc::Rc;

use lapis::expr::{Expr, ExprOps, JsonPath, all_in, all_of, any_in, any_of, exists, not_exists};
use rust_decimal::Decimal;

use super::{Entry, Generated, Generator, json, moments, regexps, rows};
use crate::datum::{Datum, Doubt, Meant, compare, folded, same};
use crate::environment::{Environment, Meaning};
use crate::term::{Any, Kind, Maybe, Scalar, Term, strict2, typed, with_kind};

/// Does the same with expressions of a random kind.
macro_rules! of_any_kind {
    ($function:ident) => {
        |g| {
            let kind = g.kind();
            with_kind!(kind, T => $function::<T>(g))
        }
    };
}

impl Generated for bool {
    const ENTRIES: &'static [Entry<Self>] = &[
        ("a comparison", of_any_kind!(comparison)),
        ("a comparison of kinds of numbers", mixed_comparison),
        ("is_distinct_from", of_any_kind!(distinct_from)),
        ("is_null", of_any_kind!(is_null)),
        ("between", of_any_kind!(between)),
        ("in_ of values", of_any_kind!(in_values)),
        ("in_ of expressions", of_any_kind!(in_expressions)),
        ("in_select", of_any_kind!(in_select)),
        ("ALL, ANY (SELECT)", of_any_kind!(quantified)),
        ("exists", existence),
        ("like", like),
        ("starts_with, ends_with, contains", found),
        ("matches", regexps::matches),
        ("JSON as a truth value", |g| json::within(g, JsonPath::as_bool)),
        ("elapsed", moments::elapsed),
        ("time_of", moments::time_of),
        ("in_ of kinds of numbers", in_numbers),
        ("and, or", |g| {
            let (a, b) = (g.term::<bool>(), g.term::<bool>());
            let all = g.one_in(2);
            Some(both_or_one(&a, &b, all))
        }),
        ("all_of, any_of", |g| {
            let parts: Vec<Term<bool>> = (0..g.random.below(4)).map(|_| g.term()).collect();
            let all = g.one_in(2);
            let conditions = parts.iter().map(|part| part.expr.clone());
            let expr = if all { all_of(conditions) } else { any_of(conditions) };
            Some(logical(expr, all, parts))
        }),
        ("not", |g| {
            let a = g.term::<bool>();
            let expr = typed!(a.expr.clone(), false, |x| ExprOps::not(x));
            let meaning = crate::term::strict1(&a, |a: bool| Ok(!a));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("a comparison of rows", rows::rows),
        ("a row in_ rows", rows::row_in_rows),
        ("a row in_select", rows::row_in_select),
    ];
    const AGGREGATES: &'static [Entry<Self>] = super::aggregates::CONDITIONS;
    const WINDOWS: &'static [Entry<Self>] = super::aggregates::CONDITIONS;
}

/// Conditions are `Expr<bool>` though they may be NULL: where they are read as values, that is to be said.
pub fn condition(expr: Expr<bool>, nullable: bool) -> Maybe<bool> {
    if nullable { Maybe::Perhaps(expr.nullable()) } else { Maybe::Never(expr) }
}

pub fn truth(value: Option<bool>) -> Datum {
    value.map_or(Datum::Null, Datum::Bool)
}

pub fn and(values: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for value in values {
        all = match (all, value) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    }
    all
}

pub fn or(values: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    and(values.into_iter().map(not)).map(|value| !value)
}

pub fn not(value: Option<bool>) -> Option<bool> {
    value.map(|value| !value)
}

fn logical(expr: Expr<bool>, all: bool, parts: Vec<Term<bool>>) -> Term<bool> {
    let nullable = parts.iter().any(Term::is_nullable);
    let made: Vec<Any> = parts.iter().map(Term::any).collect();
    let meaning = move |environment: &Environment| {
        let values = parts.iter().map(|part| part.value(environment)).collect::<Meant<Vec<_>>>()?;
        Ok(truth(if all { and(values) } else { or(values) }))
    };
    Term::new(condition(expr, nullable), meaning).of(made)
}

/// `a AND b`, or `a OR b`.
pub fn both_or_one(a: &Term<bool>, b: &Term<bool>, all: bool) -> Term<bool> {
    let right = b.expr.clone();
    macro_rules! operate {
        ($x:expr) => {
            if all { $x.and(right) } else { $x.or(right) }
        };
    }
    let expr = match a.expr.clone() {
        Maybe::Never(x) => operate!(x),
        Maybe::Perhaps(x) => operate!(x),
    };
    logical(expr, all, vec![a.clone(), b.clone()])
}

fn comparison<T: Generated>(g: &mut Generator) -> Option<Term<bool>> {
    let (a, b) = (g.term::<T>(), g.term::<T>());
    compared(g, &a, &b)
}

fn mixed_comparison(g: &mut Generator) -> Option<Term<bool>> {
    let (a, b, c) = (g.term::<i64>(), g.term::<Decimal>(), g.term::<f64>());
    match g.random.below(3) {
        0 => compared(g, &a, &b),
        1 => compared(g, &a, &c),
        _ => compared(g, &b, &c),
    }
}

/// One of the six operators. `eq` and `ne` of the value NULL are `IS NULL` and `IS NOT NULL`.
fn compared<A: Scalar, B: Scalar>(g: &mut Generator, a: &Term<A>, b: &Term<B>) -> Option<Term<bool>>
where
    A::Kind: lapis::types::kind::ComparableWith<B::Kind>,
{
    let operator = g.random.below(6);
    let right = b.expr.clone();
    macro_rules! operate {
        ($x:expr) => {
            match operator {
                0 => $x.eq(right),
                1 => $x.ne(right),
                2 => $x.lt(right),
                3 => $x.le(right),
                4 => $x.gt(right),
                _ => $x.ge(right),
            }
        };
    }
    let expr = match a.expr.clone() {
        Maybe::Never(x) => operate!(x),
        Maybe::Perhaps(x) => operate!(x),
    };
    let nullable = a.is_nullable() || b.is_nullable();
    let (left, right) = (Rc::clone(&a.meaning), Rc::clone(&b.meaning));
    let is_null = b.is_null_value() && operator < 2;
    let meaning = move |environment: &Environment| {
        let left = left(environment)?;
        if is_null {
            return Ok(Datum::Bool(left.is_null() == (operator == 0)));
        }
        let right = right(environment)?;
        // Of texts that are unequal to every collation, the order is another question.
        let order = match operator {
            0 | 1 if !left.is_null() && !right.is_null() && matches!(left, Datum::Text(_)) => {
                Some(if same(&left, &right)? { Ordering::Equal } else { Ordering::Less })
            }
            _ => compare(&left, &right)?,
        };
        Ok(truth(order.map(|order| holds(operator, order))))
    };
    Some(Term::new(condition(expr, nullable), meaning).of([a.any(), b.any()]))
}

fn distinct_from<T: Generated>(g: &mut Generator) -> Option<Term<bool>> {
    let (a, b) = (g.term::<T>(), g.term::<T>());
    let negated = g.one_in(2);
    let right = b.expr.clone();
    let expr = match a.expr.clone() {
        Maybe::Never(x) => {
            if negated {
                x.is_not_distinct_from(right)
            } else {
                x.is_distinct_from(right)
            }
        }
        Maybe::Perhaps(x) => {
            if negated {
                x.is_not_distinct_from(right)
            } else {
                x.is_distinct_from(right)
            }
        }
    };
    let (left, right) = (Rc::clone(&a.meaning), Rc::clone(&b.meaning));
    let meaning = move |environment: &Environment| {
        Ok(Datum::Bool(same(&left(environment)?, &right(environment)?)? == negated))
    };
    Some(Term::new(Maybe::Never(expr), meaning).of([a.any(), b.any()]))
}

fn is_null<T: Generated>(g: &mut Generator) -> Option<Term<bool>> {
    let a = g.term::<T>();
    let negated = g.one_in(2);
    let expr = match a.expr.clone() {
        Maybe::Never(x) => {
            if negated {
                x.is_not_null()
            } else {
                x.is_null()
            }
        }
        Maybe::Perhaps(x) => {
            if negated {
                x.is_not_null()
            } else {
                x.is_null()
            }
        }
    };
    let value = Rc::clone(&a.meaning);
    let meaning =
        move |environment: &Environment| Ok(Datum::Bool(value(environment)?.is_null() != negated));
    Some(Term::new(Maybe::Never(expr), meaning).of([a.any()]))
}

fn between<T: Generated>(g: &mut Generator) -> Option<Term<bool>> {
    let (a, low, high) = (g.term::<T>(), g.term::<T>(), g.term::<T>());
    let negated = g.one_in(2);
    let (from, to) = (low.expr.clone(), high.expr.clone());
    let expr = match a.expr.clone() {
        Maybe::Never(x) => {
            if negated {
                x.not_between(from, to)
            } else {
                x.between(from, to)
            }
        }
        Maybe::Perhaps(x) => {
            if negated {
                x.not_between(from, to)
            } else {
                x.between(from, to)
            }
        }
    };
    let nullable = a.is_nullable() || low.is_nullable() || high.is_nullable();
    let parts = [a.any(), low.any(), high.any()];
    let meaning = move |environment: &Environment| {
        let value = (a.meaning)(environment)?;
        let above = compare(&value, &(low.meaning)(environment)?)?.map(|order| order != Ordering::Less);
        let below = compare(&value, &(high.meaning)(environment)?)?.map(|order| order != Ordering::Greater);
        let within = and([above, below]);
        Ok(truth(if negated { not(within) } else { within }))
    };
    Some(Term::new(condition(expr, nullable), meaning).of(parts))
}

/// Whether a value is among others, as `=` and OR have it.
fn among(value: &Datum, others: impl IntoIterator<Item = Meant<Datum>>) -> Meant<Option<bool>> {
    let mut found = Vec::new();
    for other in others {
        let other = other?;
        let known = !value.is_null() && !other.is_null();
        found.push(if known { Some(same(value, &other)?) } else { None });
    }
    Ok(or(found))
}

fn in_values<T: Generated>(g: &mut Generator) -> Option<Term<bool>> {
    let a = g.term::<T>();
    // More than a short list, which SQLite gets as JSON.
    let count = if g.one_in(4) { 12 } else { g.random.below(4) };
    let nullable = g.one_in(6);
    let values: Vec<Option<T>> = (0..count)
        .map(|_| if nullable && g.one_in(3) { None } else { Some(T::literal(&mut g.random)) })
        .collect();
    let negated = g.one_in(2);
    macro_rules! operate {
        ($x:expr) => {{
            let known: Option<Vec<T>> = values.iter().cloned().collect();
            match (known, negated) {
                (Some(values), false) => $x.in_(values),
                (Some(values), true) => $x.not_in(values),
                (None, false) => $x.in_(values.clone()),
                (None, true) => $x.not_in(values.clone()),
            }
        }};
    }
    let expr = match a.expr.clone() {
        Maybe::Never(x) => operate!(x),
        Maybe::Perhaps(x) => operate!(x),
    };
    let nullable = a.is_nullable() || values.iter().any(Option::is_none);
    let values: Vec<Datum> =
        values.into_iter().map(|value| value.map_or(Datum::Null, T::into_datum)).collect();
    let value = Rc::clone(&a.meaning);
    let meaning = move |environment: &Environment| {
        let found = among(&value(environment)?, values.iter().cloned().map(Ok))?;
        Ok(truth(if negated { not(found) } else { found }))
    };
    Some(Term::new(condition(expr, nullable), meaning).of([a.any()]))
}

fn in_expressions<T: Generated>(g: &mut Generator) -> Option<Term<bool>> {
    let a = g.term::<T>();
    let list: Vec<Term<T>> = (0..g.random.below(3) + 1).map(|_| g.term()).collect();
    let negated = g.one_in(2);
    let exprs: Vec<Maybe<T>> = list.iter().map(|term| term.expr.clone()).collect();
    let expr = match a.expr.clone() {
        Maybe::Never(x) => {
            if negated {
                x.not_in(exprs)
            } else {
                x.in_(exprs)
            }
        }
        Maybe::Perhaps(x) => {
            if negated {
                x.not_in(exprs)
            } else {
                x.in_(exprs)
            }
        }
    };
    let nullable = a.is_nullable() || list.iter().any(Term::is_nullable);
    let parts: Vec<Any> = [a.any()].into_iter().chain(list.iter().map(Term::any)).collect();
    let value = Rc::clone(&a.meaning);
    let meanings: Vec<Meaning> = list.into_iter().map(|term| term.meaning).collect();
    let meaning = move |environment: &Environment| {
        let found = among(&value(environment)?, meanings.iter().map(|one| one(environment)))?;
        Ok(truth(if negated { not(found) } else { found }))
    };
    Some(Term::new(condition(expr, nullable), meaning).of(parts))
}

/// A whole number among decimals, or a decimal among whole numbers.
fn in_numbers(g: &mut Generator) -> Option<Term<bool>> {
    let (a, b) = (g.term::<i64>(), g.term::<Decimal>());
    let count = if g.one_in(4) { 12 } else { g.random.below(4) };
    let (expr, of, values): (Expr<bool>, Any, Vec<Datum>) = if g.one_in(2) {
        let values: Vec<Decimal> = (0..count).map(|_| Decimal::literal(&mut g.random)).collect();
        let data = values.iter().copied().map(Datum::Decimal).collect();
        let expr = match a.expr.clone() {
            Maybe::Never(x) => x.in_(values),
            Maybe::Perhaps(x) => x.in_(values),
        };
        (expr, a.any(), data)
    } else {
        let values: Vec<i64> = (0..count).map(|_| i64::literal(&mut g.random)).collect();
        let data = values.iter().copied().map(Datum::Int).collect();
        let expr = match b.expr.clone() {
            Maybe::Never(x) => x.in_(values),
            Maybe::Perhaps(x) => x.in_(values),
        };
        (expr, b.any(), data)
    };
    let value = Rc::clone(of.meaning());
    let meaning = move |environment: &Environment| {
        Ok(truth(among(&value(environment)?, values.iter().cloned().map(Ok))?))
    };
    Some(Term::new(condition(expr, of.is_nullable()), meaning).of([of]))
}

/// What is looked for in a subquery, without one in it: MariaDB 10.11 gets `(SELECT … LIMIT 1) NOT IN (SELECT …)` wrong.
fn left_of_subquery<T: Generated>(g: &mut Generator) -> Term<T> {
    let subqueries = std::mem::take(&mut g.subqueries);
    let made = g.term::<T>();
    g.subqueries = subqueries;
    made
}

fn in_select<T: Generated>(g: &mut Generator) -> Option<Term<bool>> {
    let a = left_of_subquery::<T>(g);
    let query = g.subquery_in_list(&[T::KIND])?;
    let negated = g.one_in(2);
    macro_rules! operate {
        ($x:expr) => {
            match (query.build_never::<T>(), negated) {
                (Some(select), false) => $x.in_select(select),
                (Some(select), true) => $x.not_in_select(select),
                (None, false) => $x.in_select(query.build_perhaps::<T>()),
                (None, true) => $x.not_in_select(query.build_perhaps::<T>()),
            }
        };
    }
    let expr = match a.expr.clone() {
        Maybe::Never(x) => operate!(x),
        Maybe::Perhaps(x) => operate!(x),
    };
    let nullable = a.is_nullable() || query.items()[0].is_nullable();
    let value = Rc::clone(&a.meaning);
    let meaning = move |environment: &Environment| {
        let rows = query.rows(environment)?;
        let found = among(&value(environment)?, rows.iter().map(|row| Ok(row[0].clone())))?;
        Ok(truth(if negated { not(found) } else { found }))
    };
    Some(Term::new(condition(expr, nullable), meaning).of([a.any()]))
}

/// A comparison with all rows of a subquery, or with any.
fn quantified<T: Generated>(g: &mut Generator) -> Option<Term<bool>> {
    // SQLite gets a CASE with subqueries, where no aggregate of the query around can stand.
    if g.scope().keys.is_some() || g.scope().windows {
        return None;
    }
    let a = left_of_subquery::<T>(g);
    let query = g.subquery_in_list(&[T::KIND])?;
    // MariaDB 10.11 takes the NULL of a group among dates for one that is not there.
    if matches!(T::KIND, Kind::Date | Kind::Timestamp) && query.is_grouped() {
        return None;
    }
    let all = g.one_in(2);
    let operator = g.random.below(6);
    let right = match (query.build_never::<T>(), all) {
        (Some(select), true) => Maybe::Never(all_in(select)),
        (Some(select), false) => Maybe::Never(any_in(select)),
        (None, true) => Maybe::Perhaps(all_in(query.build_perhaps::<T>())),
        (None, false) => Maybe::Perhaps(any_in(query.build_perhaps::<T>())),
    };
    macro_rules! operate {
        ($x:expr) => {
            match operator {
                0 => $x.eq(right),
                1 => $x.ne(right),
                2 => $x.lt(right),
                3 => $x.le(right),
                4 => $x.gt(right),
                _ => $x.ge(right),
            }
        };
    }
    let expr = match a.expr.clone() {
        Maybe::Never(x) => operate!(x),
        Maybe::Perhaps(x) => operate!(x),
    };
    let nullable = a.is_nullable() || query.items()[0].is_nullable();
    let parts = [a.any()];
    let meaning = move |environment: &Environment| {
        let left = (a.meaning)(environment)?;
        let mut found = Vec::new();
        for row in query.rows(environment)? {
            found.push(compare(&left, &row[0])?.map(|order| holds(operator, order)));
        }
        Ok(truth(if all { and(found) } else { or(found) }))
    };
    Some(Term::new(condition(expr, nullable), meaning).of(parts))
}

/// Whether one of the six operators holds of values in that order.
fn holds(operator: usize, order: Ordering) -> bool {
    match operator {
        0 => order == Ordering::Equal,
        1 => order != Ordering::Equal,
        2 => order == Ordering::Less,
        3 => order != Ordering::Greater,
        4 => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }
}

fn existence(g: &mut Generator) -> Option<Term<bool>> {
    let kind = g.kind();
    let query = g.subquery_in(&[kind])?;
    let negated = g.one_in(2);
    let expr = if negated { not_exists(query.build()) } else { exists(query.build()) };
    let meaning =
        move |environment: &Environment| Ok(Datum::Bool(query.rows(environment)?.is_empty() == negated));
    Some(Term::new(Maybe::Never(expr), meaning))
}

const PATTERNS: &[&str] = &["", "%", "_", "a%", "%b", "%b%", "a_", "_b%", "a%c", "__"];

fn like(g: &mut Generator) -> Option<Term<bool>> {
    let a = g.term::<String>();
    let pattern = if g.one_in(3) {
        // A backslash at the end is an error of PostgreSQL's.
        let any = g.term::<String>();
        let expr = typed!(any.expr.clone(), false, |x| lapis::func::replace(x, "\\", ""));
        Term::new(expr, crate::term::strict1(&any, |text: String| Ok(text.replace('\\', ""))))
    } else {
        Term::literal(g.random.pick(PATTERNS)?.to_owned())
    };
    // A pattern that `regexp_substr` gave, MariaDB 10.11 has been seen to take for another.
    if format!("{:?}", pattern.any().node()).contains("RegexpSubstr") {
        return None;
    }
    let operator = g.random.below(3);
    let right = pattern.expr.clone();
    macro_rules! operate {
        ($x:expr) => {
            match operator {
                0 => $x.like(right),
                1 => $x.not_like(right),
                _ => $x.ilike(right),
            }
        };
    }
    let expr = match a.expr.clone() {
        Maybe::Never(x) => operate!(x),
        Maybe::Perhaps(x) => operate!(x),
    };
    let nullable = a.is_nullable() || pattern.is_nullable();
    let meaning = strict2(&a, &pattern, move |text: String, pattern: String| {
        let alike = matches(&folded(&text), &folded(&pattern));
        // `\` escapes on some; SQLite's ILIKE knows ASCII alone.
        let doubtful = pattern.contains('\\')
            || operator < 2 && alike != matches(&text, &pattern)
            || operator == 2 && !(text.is_ascii() && pattern.is_ascii());
        if doubtful { Err(Doubt::Collation) } else { Ok(alike != (operator == 1)) }
    });
    Some(Term::new(condition(expr, nullable), meaning).of([a.any(), pattern.any()]))
}

fn matches(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('%') => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| matches(&text[at..], rest.as_str()))
        }
        Some(wanted) => {
            let mut characters = text.chars();
            characters.next().is_some_and(|found| wanted == '_' || wanted == found)
                && matches(characters.as_str(), rest.as_str())
        }
    }
}

fn found(g: &mut Generator) -> Option<Term<bool>> {
    let (a, b) = (g.term::<String>(), g.term::<String>());
    let place = g.random.below(3);
    let right = b.expr.clone();
    // The value itself is escaped when it is bound, an expression by the database.
    let raw = if let Maybe::Never(expr) = &b.expr { Some(expr.clone()) } else { None };
    macro_rules! operate {
        ($x:expr) => {
            match (place, raw) {
                (0, Some(text)) => $x.starts_with(text),
                (1, Some(text)) => $x.ends_with(text),
                (_, Some(text)) => $x.contains(text),
                (0, None) => $x.starts_with(right),
                (1, None) => $x.ends_with(right),
                (_, None) => $x.contains(right),
            }
        };
    }
    let expr = match a.expr.clone() {
        Maybe::Never(x) => operate!(x),
        Maybe::Perhaps(x) => operate!(x),
    };
    let nullable = a.is_nullable() || b.is_nullable();
    let meaning = strict2(&a, &b, move |text: String, part: String| {
        let found = |text: &str, part: &str| match place {
            0 => text.starts_with(part),
            1 => text.ends_with(part),
            _ => text.contains(part),
        };
        let value = found(&text, &part);
        let alike = found(&folded(&text), &folded(&part));
        if value == alike { Ok(value) } else { Err(Doubt::Collation) }
    });
    Some(Term::new(condition(expr, nullable), meaning).of([a.any(), b.any()]))
}
