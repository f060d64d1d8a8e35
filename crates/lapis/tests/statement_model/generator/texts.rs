//! Constructs that give texts.

use chrono::NaiveDate;
use lapis::expr::{ExprOps, JsonPath, func};

use super::{Entry, Generated, json, regexps};
use crate::datum::{Datum, Doubt, folded};
use crate::environment::Environment;
use crate::term::{Maybe, Term, strict1, strict2, typed};

impl Generated for String {
    const ENTRIES: &'static [Entry<Self>] = &[
        ("lower", |g| {
            let a = g.term::<String>();
            let expr = typed!(a.expr.clone(), false, |x| func::lower(x));
            Some(Term::new(expr, strict1(&a, |a| letters(a, |a| a.to_lowercase()))).of([a.any()]))
        }),
        ("upper", |g| {
            let a = g.term::<String>();
            let expr = typed!(a.expr.clone(), false, |x| func::upper(x));
            Some(Term::new(expr, strict1(&a, |a| letters(a, |a| a.to_uppercase()))).of([a.any()]))
        }),
        ("trim", |g| {
            let a = g.term::<String>();
            let expr = typed!(a.expr.clone(), false, |x| func::trim(x));
            Some(Term::new(expr, strict1(&a, |a: String| Ok(a.trim_matches(' ').to_owned()))).of([a.any()]))
        }),
        ("concat", |g| {
            let (a, b) = (g.term::<String>(), g.term::<String>());
            let expr = match (a.expr.clone(), b.expr.clone()) {
                (Maybe::Never(left), Maybe::Never(right)) => Maybe::Never(left.concat(right)),
                (Maybe::Never(left), Maybe::Perhaps(right)) => Maybe::Perhaps(left.concat(right)),
                (Maybe::Perhaps(left), Maybe::Never(right)) => Maybe::Perhaps(left.concat(right)),
                (Maybe::Perhaps(left), Maybe::Perhaps(right)) => Maybe::Perhaps(left.concat(right)),
            };
            let meaning = strict2(&a, &b, |a: String, b: String| Ok(a + &b));
            Some(Term::new(expr, meaning).of([a.any(), b.any()]))
        }),
        ("substr", |g| {
            let a = g.term::<String>();
            let (start, length) = (g.random.below(4) + 1, g.random.below(4));
            let expr = typed!(a.expr.clone(), false, |x| func::substr(x, start as i64, length as i64));
            let meaning = strict1(&a, move |a: String| {
                Ok(a.chars().skip(start - 1).take(length).collect::<String>())
            });
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("substr by expressions", |g| {
            let (a, b) = (g.term::<String>(), g.term::<i64>());
            let start = (func::abs(b.expr.clone()) + 1).assume_not_null();
            let length = func::length(a.expr.clone()).assume_not_null();
            let expr = typed!(a.expr.clone(), b.is_nullable(), |x| func::substr(x, start, length));
            let meaning = strict2(&a, &b, |a: String, b: i64| {
                Ok(a.chars().skip(b.unsigned_abs() as usize).collect::<String>())
            });
            Some(Term::new(expr, meaning).of([a.any(), b.any()]))
        }),
        ("replace", |g| {
            let (a, from, to) = (g.term::<String>(), g.term::<String>(), g.term::<String>());
            let (x_from, x_to) = (from.expr.clone(), to.expr.clone());
            let nullable = from.is_nullable() || to.is_nullable();
            let expr = typed!(a.expr.clone(), nullable, |x| func::replace(x, x_from, x_to));
            let parts = [a.any(), from.any(), to.any()];
            let meaning = move |environment: &Environment| {
                let (Some(a), Some(from)) = (a.value(environment)?, from.value(environment)?) else {
                    return Ok(Datum::Null);
                };
                let to = to.value(environment)?;
                // Case matters to PostgreSQL and SQLite, and to MySQL where the collation says so.
                if folded(&a).contains(&folded(&from)) != a.contains(&from) {
                    return Err(Doubt::Collation);
                }
                match to {
                    // SQLite replaces nothing by NULL.
                    None if from.is_empty() => Err(Doubt::NotCovered),
                    None => Ok(Datum::Null),
                    Some(_) if from.is_empty() => Ok(Datum::Text(a)),
                    Some(to) => Ok(Datum::Text(a.replace(&from, &to))),
                }
            };
            Some(Term::new(expr, meaning).of(parts))
        }),
        ("left", |g| {
            let a = g.term::<String>();
            let count = g.random.below(4);
            let expr = typed!(a.expr.clone(), false, |x| func::left(x, count as i64));
            let meaning = strict1(&a, move |a: String| Ok(a.chars().take(count).collect::<String>()));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("right", |g| {
            let a = g.term::<String>();
            let count = g.random.below(4);
            let expr = typed!(a.expr.clone(), false, |x| func::right(x, count as i64));
            let meaning = strict1(&a, move |a: String| {
                let skipped = a.chars().count().saturating_sub(count);
                Ok(a.chars().skip(skipped).collect::<String>())
            });
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("lpad", |g| {
            let a = g.term::<String>();
            let length = g.random.below(5);
            let expr = typed!(a.expr.clone(), false, |x| func::lpad(x, length as i64, "-+"));
            let meaning = strict1(&a, move |a: String| {
                let missing = length.saturating_sub(a.chars().count());
                Ok("-+".chars().cycle().take(missing).chain(a.chars()).take(length).collect::<String>())
            });
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("rpad", |g| {
            let a = g.term::<String>();
            let length = g.random.below(5);
            let expr = typed!(a.expr.clone(), false, |x| func::rpad(x, length as i64, "-+"));
            let meaning = strict1(&a, move |a: String| {
                Ok(a.chars().chain("-+".chars().cycle()).take(length).collect::<String>())
            });
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("repeat", |g| {
            let a = g.term::<String>();
            let times = g.random.below(3);
            let expr = typed!(a.expr.clone(), false, |x| func::repeat(x, times as i64));
            Some(Term::new(expr, strict1(&a, move |a: String| Ok(a.repeat(times)))).of([a.any()]))
        }),
        ("reverse", |g| {
            let a = g.term::<String>();
            let expr = typed!(a.expr.clone(), false, |x| func::reverse(x));
            let meaning = strict1(&a, |a: String| Ok(a.chars().rev().collect::<String>()));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("ltrim", |g| {
            let a = g.term::<String>();
            let expr = typed!(a.expr.clone(), false, |x| func::ltrim(x));
            Some(
                Term::new(expr, strict1(&a, |a: String| Ok(a.trim_start_matches(' ').to_owned())))
                    .of([a.any()]),
            )
        }),
        ("rtrim", |g| {
            let a = g.term::<String>();
            let expr = typed!(a.expr.clone(), false, |x| func::rtrim(x));
            Some(
                Term::new(expr, strict1(&a, |a: String| Ok(a.trim_end_matches(' ').to_owned())))
                    .of([a.any()]),
            )
        }),
        ("substr_from", |g| {
            let a = g.term::<String>();
            let start = g.random.below(4) + 1;
            let expr = typed!(a.expr.clone(), false, |x| func::substr_from(x, start as i64));
            let meaning = strict1(&a, move |a: String| Ok(a.chars().skip(start - 1).collect::<String>()));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("concat_ws", |g| {
            let (a, b, c) = (g.term::<String>(), g.term::<String>(), g.term::<String>());
            let separator = g.random.pick(&["", ", ", "-"])?;
            let args = (a.expr.clone(), b.expr.clone(), c.expr.clone());
            let expr = Maybe::Never(func::concat_ws(separator, args));
            let parts = [a.any(), b.any(), c.any()];
            let meaning = move |environment: &Environment| {
                let mut texts = Vec::new();
                for term in [&a, &b, &c] {
                    texts.extend(term.value(environment)?);
                }
                Ok(Datum::Text(texts.join(separator)))
            };
            Some(Term::new(expr, meaning).of(parts))
        }),
        ("regexp_replace", regexps::replace),
        ("regexp_substr", regexps::substr),
        ("JSON as text", |g| json::within(g, JsonPath::as_text)),
        ("cast of an integer to text", |g| {
            let a = g.term::<i64>();
            let expr = typed!(a.expr.clone(), false, |x| x.cast::<String>());
            Some(Term::new(expr, strict1(&a, |a: i64| Ok(a.to_string()))).of([a.any()]))
        }),
        ("cast of a date to text", |g| {
            let a = g.term::<NaiveDate>();
            let expr = typed!(a.expr.clone(), false, |x| x.cast::<String>());
            let meaning = strict1(&a, |a: NaiveDate| Ok(a.format("%Y-%m-%d").to_string()));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
    ];
    const AGGREGATES: &'static [Entry<Self>] = super::aggregates::TEXTS;
}

/// SQLite knows the case of ASCII letters alone.
fn letters(text: String, value: impl Fn(&str) -> String) -> crate::datum::Meant<String> {
    if text.is_ascii() { Ok(value(&text)) } else { Err(Doubt::Collation) }
}
