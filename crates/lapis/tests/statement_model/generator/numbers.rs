//! Constructs that give numbers.

use std::ops::Neg;

use lapis::expr::{DateField, Expr, ExprOps, JsonPath, TimeField, func, lit};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Entry, Generated, Generator, bits, json, moments};
use crate::datum::{Datum, Doubt, Meant, folded};
use crate::environment::Environment;
use crate::term::{Maybe, Term, strict1, strict2, typed};

/// Numbers further from zero are not multiplied any more, so that none overflows 32 bits, which constants have on
/// PostgreSQL.
pub const LARGEST_FACTOR: f64 = 20_000.0;

/// An operator, whose result is read as an `Option` where one of both operands is.
macro_rules! arithmetic {
    ($operator:tt) => {
        |left, right| match (left, right) {
            (Maybe::Never(left), Maybe::Never(right)) => Maybe::Never(left $operator right),
            (Maybe::Never(left), Maybe::Perhaps(right)) => Maybe::Perhaps(left $operator right),
            (Maybe::Perhaps(left), Maybe::Never(right)) => Maybe::Perhaps(left $operator right),
            (Maybe::Perhaps(left), Maybe::Perhaps(right)) => Maybe::Perhaps(left $operator right),
        }
    };
}

impl Generated for i64 {
    const ENTRIES: &'static [Entry<Self>] = &[
        ("-x", negate),
        ("+", |g| combine(g, |a, b| a + b, arithmetic!(+), |a, b| Ok(a + b))),
        ("-", |g| combine(g, |a, b| a + b, arithmetic!(-), |a, b| Ok(a - b))),
        ("*", |g| combine(g, |a, b| a * b, arithmetic!(*), |a, b| Ok(a * b))),
        ("/ of integers", divide_by_value),
        ("/ by nullif(x, 0)", divide_by_nullif),
        ("% of integers", |g| {
            let a = g.term::<i64>();
            let divisor = nonzero(g);
            let expr = typed!(a.expr.clone(), false, |x| x % divisor);
            let meaning = strict1(&a, move |a: i64| Ok(a % divisor));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(20.0))
        }),
        ("abs", |g| {
            let a = g.term::<i64>();
            let expr = typed!(a.expr.clone(), false, |x| func::abs(x));
            Some(Term::new(expr, strict1(&a, |a: i64| Ok(a.abs()))).of([a.any()]).bounded(a.bound))
        }),
        ("round of an integer", |g| {
            let a = g.term::<i64>();
            let expr = typed!(a.expr.clone(), false, |x| func::round(x));
            Some(Term::new(expr, strict1(&a, Ok::<i64, Doubt>)).of([a.any()]).bounded(a.bound))
        }),
        ("length", |g| {
            let a = g.term::<String>();
            let expr = typed!(a.expr.clone(), false, |x| func::length(x));
            Some(Term::new(expr, strict1(&a, |a: String| Ok(a.chars().count() as i64))).of([a.any()]))
        }),
        ("position", |g| {
            let (a, b) = (g.term::<String>(), g.term::<String>());
            let text = b.expr.clone();
            let expr = typed!(a.expr.clone(), b.is_nullable(), |x| func::position(x, text));
            let meaning = strict2(&a, &b, |a: String, b: String| {
                let place = |a: &str, b: &str| a.find(b).map_or(0, |at| a[..at].chars().count() as i64 + 1);
                // Case matters where the collation says so.
                let exact = place(&a, &b);
                if exact == place(&folded(&a), &folded(&b)) { Ok(exact) } else { Err(Doubt::Collation) }
            });
            Some(Term::new(expr, meaning).of([a.any(), b.any()]))
        }),
        ("sign", |g| {
            let a = g.term::<i64>();
            let expr = typed!(a.expr.clone(), false, |x| func::sign(x));
            Some(Term::new(expr, strict1(&a, |a: i64| Ok(a.signum()))).of([a.any()]).bounded(1.0))
        }),
        ("days_between", |g| {
            let (a, b) = (g.term::<chrono::NaiveDate>(), g.term::<chrono::NaiveDate>());
            let to = b.expr.clone();
            let expr = typed!(a.expr.clone(), b.is_nullable(), |x| func::days_between(x, to));
            let meaning =
                strict2(&a, &b, |a: chrono::NaiveDate, b: chrono::NaiveDate| Ok((b - a).num_days()));
            Some(Term::new(expr, meaning).of([a.any(), b.any()]).bounded(9999.0))
        }),
        ("extract of a date", |g| {
            let a = g.term::<chrono::NaiveDate>();
            let field = g.random.pick(moments::DATE_FIELDS)?;
            let expr = typed!(a.expr.clone(), false, |x| func::extract(field, x));
            let meaning = strict1(&a, move |a| Ok(moments::date_field(field, a)));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(9999.0))
        }),
        ("extract of a timestamp", |g| {
            let a = g.term::<chrono::NaiveDateTime>();
            let field = g.random.pick(&[TimeField::Hour, TimeField::Minute, TimeField::Second])?;
            let expr = typed!(a.expr.clone(), false, |x| func::extract(field, x));
            let meaning = strict1(&a, move |a| Ok(moments::time_field(field, a)));
            Some(Term::new(expr, meaning).of([a.any()]))
        }),
        ("extract of a timestamp's date", |g| {
            let a = g.term::<chrono::NaiveDateTime>();
            let field: DateField = g.random.pick(moments::DATE_FIELDS)?;
            let expr = typed!(a.expr.clone(), false, |x| func::extract(field, x));
            let meaning =
                strict1(&a, move |a: chrono::NaiveDateTime| Ok(moments::date_field(field, a.date())));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(9999.0))
        }),
        ("byte_length", |g| {
            let a = g.term::<String>();
            let expr = typed!(a.expr.clone(), false, |x| func::byte_length(x));
            Some(Term::new(expr, strict1(&a, |a: String| Ok(a.len() as i64))).of([a.any()]))
        }),
        ("bit_and", bits::and),
        ("bit_or", bits::or),
        ("bit_xor", bits::xor),
        ("bit_not", bits::not),
        ("shift_left, shift_right", bits::shifted),
        ("JSON as an integer", |g| json::within(g, JsonPath::as_int)),
        ("sign of a fraction", |g| {
            let (a, b) = (g.term::<Decimal>(), g.term::<f64>());
            if g.one_in(2) {
                let expr = typed!(a.expr.clone(), false, |x| func::sign(x));
                let meaning = strict1(&a, |a: Decimal| Ok(a.cmp(&Decimal::ZERO) as i64));
                return Some(Term::new(expr, meaning).of([a.any()]).bounded(1.0));
            }
            let expr = typed!(b.expr.clone(), false, |x| func::sign(x));
            let sign = |b: f64| Ok(i64::from(b > 0.0) - i64::from(b < 0.0));
            Some(Term::new(expr, strict1(&b, sign)).of([b.any()]).bounded(1.0))
        }),
        ("cast of text to an integer", |g| {
            let a = g.term::<i64>();
            let expr = typed!(a.expr.clone(), false, |x| x.cast::<String>().cast::<i64>());
            Some(Term::new(expr, strict1(&a, Ok::<i64, Doubt>)).of([a.any()]).bounded(a.bound))
        }),
        ("cast of a whole decimal to an integer", |g| {
            let a = g.term::<Decimal>();
            let expr = typed!(a.expr.clone(), false, |x| func::round(x).cast::<i64>());
            let meaning = strict1(&a, |a| round(a).to_i64().ok_or(Doubt::Precision));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound))
        }),
        ("cast of a condition to an integer", |g| {
            let a = g.term::<bool>();
            let expr = match a.expr.clone() {
                Maybe::Never(x) => Maybe::Never(lit(0_i64) + x.cast::<i32>()),
                Maybe::Perhaps(x) => Maybe::Perhaps((lit(0_i64) + x.cast::<Option<i32>>()).nullable()),
            };
            Some(Term::new(expr, strict1(&a, |a| Ok(i64::from(a)))).of([a.any()]).bounded(1.0))
        }),
    ];
    const AGGREGATES: &'static [Entry<Self>] = super::aggregates::INTEGERS;
    const WINDOWS: &'static [Entry<Self>] = super::windows::INTEGERS;
}

impl Generated for Decimal {
    const ENTRIES: &'static [Entry<Self>] = &[
        ("-x", negate),
        ("+", |g| combine(g, |a, b| a + b, arithmetic!(+), |a, b| digits(a + b))),
        ("-", |g| combine(g, |a, b| a + b, arithmetic!(-), |a, b| digits(a - b))),
        ("*", |g| combine(g, |a, b| a * b, arithmetic!(*), |a, b| digits(a * b))),
        ("decimal * integer", |g| {
            let (a, b) = (g.term::<Decimal>(), g.term::<i64>());
            if a.bound * b.bound > LARGEST_FACTOR {
                return None;
            }
            let operator: fn(Maybe<Self>, Maybe<i64>) -> Maybe<Self> = arithmetic!(*);
            let expr = operator(a.expr.clone(), b.expr.clone());
            let meaning = strict2(&a, &b, |a: Decimal, b: i64| digits(a * Decimal::from(b)));
            Some(Term::new(expr, meaning).of([a.any(), b.any()]).bounded(a.bound * b.bound))
        }),
        ("/ of decimals", |g| {
            let a = g.term::<Decimal>();
            let divisor = Decimal::from(nonzero(g));
            let expr = typed!(a.expr.clone(), false, |x| x / divisor);
            let meaning = strict1(&a, move |a: Decimal| few_digits(a / divisor));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound))
        }),
        ("% of decimals", |g| {
            let a = g.term::<Decimal>();
            let divisor = Decimal::new(g.random.pick(&[-150, 25, 200, 300])?, 2);
            let expr = typed!(a.expr.clone(), false, |x| x % divisor);
            let meaning = strict1(&a, move |a: Decimal| match digits(a % divisor)? {
                // MariaDB 10.11 has a zero below zero there, which is not equal to zero.
                rest if rest.is_zero() && a < Decimal::ZERO => Err(Doubt::Precision),
                rest => Ok(rest),
            });
            Some(Term::new(expr, meaning).of([a.any()]).bounded(3.0))
        }),
        ("abs", |g| {
            let a = g.term::<Decimal>();
            let expr = typed!(a.expr.clone(), false, |x| func::abs(x));
            Some(Term::new(expr, strict1(&a, |a: Decimal| Ok(a.abs()))).of([a.any()]).bounded(a.bound))
        }),
        ("round of a decimal", |g| {
            let a = g.term::<Decimal>();
            let expr = typed!(a.expr.clone(), false, |x| func::round(x));
            Some(Term::new(expr, strict1(&a, |a| Ok(round(a)))).of([a.any()]).bounded(a.bound + 1.0))
        }),
        ("round_to of a decimal", |g| {
            let a = g.term::<Decimal>();
            let digits = g.random.below(3) as u32;
            let expr = typed!(a.expr.clone(), false, |x| func::round_to(x, i64::from(digits)));
            let meaning = strict1(&a, move |a: Decimal| few_digits(a).map(|a| round_to(a, digits)));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound + 1.0))
        }),
        ("ceil of a decimal", |g| {
            let a = g.term::<Decimal>();
            let expr = typed!(a.expr.clone(), false, |x| func::ceil(x));
            Some(
                Term::new(expr, strict1(&a, |a: Decimal| Ok(a.ceil())))
                    .of([a.any()])
                    .bounded(a.bound + 1.0),
            )
        }),
        ("floor of a decimal", |g| {
            let a = g.term::<Decimal>();
            let expr = typed!(a.expr.clone(), false, |x| func::floor(x));
            Some(
                Term::new(expr, strict1(&a, |a: Decimal| Ok(a.floor())))
                    .of([a.any()])
                    .bounded(a.bound + 1.0),
            )
        }),
        ("cast of an integer to a decimal", |g| {
            let a = g.term::<i64>();
            let expr = typed!(a.expr.clone(), false, |x| x.cast::<Decimal>());
            let meaning = strict1(&a, |a: i64| Ok(Decimal::from(a)));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound))
        }),
    ];
    const AGGREGATES: &'static [Entry<Self>] = super::aggregates::DECIMALS;
}

impl Generated for f64 {
    const ENTRIES: &'static [Entry<Self>] = &[
        ("-x", negate),
        ("+", |g| combine(g, |a, b| a + b, arithmetic!(+), |a, b| exact(a + b))),
        ("-", |g| combine(g, |a, b| a + b, arithmetic!(-), |a, b| exact(a - b))),
        ("*", |g| combine(g, |a, b| a * b, arithmetic!(*), |a, b| exact(a * b))),
        ("float * integer", |g| {
            let (a, b) = (g.term::<f64>(), g.term::<i64>());
            if a.bound * b.bound > LARGEST_FACTOR {
                return None;
            }
            let operator: fn(Maybe<Self>, Maybe<i64>) -> Maybe<Self> = arithmetic!(*);
            let expr = operator(a.expr.clone(), b.expr.clone());
            #[expect(clippy::cast_precision_loss, reason = "the numbers of the test are small")]
            let meaning = strict2(&a, &b, |a: f64, b: i64| exact(a * b as f64));
            Some(Term::new(expr, meaning).of([a.any(), b.any()]).bounded(a.bound * b.bound))
        }),
        ("/ of floats", |g| {
            let a = g.term::<f64>();
            let divisor = g.random.pick(&[-2.0, 0.5, 3.0, 4.0])?;
            let expr = typed!(a.expr.clone(), false, |x| x / divisor);
            let meaning = strict1(&a, move |a: f64| exact(a / divisor));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound * 2.0))
        }),
        ("abs", |g| {
            let a = g.term::<f64>();
            let expr = typed!(a.expr.clone(), false, |x| func::abs(x));
            Some(Term::new(expr, strict1(&a, |a: f64| Ok(a.abs()))).of([a.any()]).bounded(a.bound))
        }),
        ("round of a float", |g| {
            let a = g.term::<f64>();
            let expr = typed!(a.expr.clone(), false, |x| func::round(x));
            // A half goes to the even number on PostgreSQL.
            let meaning =
                strict1(
                    &a,
                    |a: f64| {
                        if a.fract().abs() == 0.5 { Err(Doubt::Precision) } else { Ok(a.round()) }
                    },
                );
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound + 1.0))
        }),
        ("round_to of a float", |g| {
            let a = g.term::<f64>();
            let expr = typed!(a.expr.clone(), false, |x| func::round_to(x, 1));
            let meaning = strict1(&a, |a: f64| {
                let tenths = a * 10.0;
                if tenths.fract().abs() == 0.5 { Err(Doubt::Precision) } else { Ok(tenths.round() / 10.0) }
            });
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound + 1.0))
        }),
        ("power", |g| {
            let a = g.term::<i64>();
            let exponent = g.random.below(3);
            let bound = a.bound.powf(exponent as f64);
            if bound > LARGEST_FACTOR {
                return None;
            }
            let expr = typed!(a.expr.clone(), false, |x| func::power(x, exponent as i64));
            #[expect(clippy::cast_precision_loss, reason = "the numbers of the test are small")]
            let meaning = strict1(&a, move |a: i64| exact(a.pow(exponent as u32) as f64));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(bound.max(1.0)))
        }),
        ("sqrt", |g| {
            let a = g.term::<f64>();
            let expr = Maybe::Perhaps(func::sqrt(func::abs(a.expr.clone())));
            Some(
                Term::new(expr, strict1(&a, |a: f64| exact(a.abs().sqrt())))
                    .of([a.any()])
                    .bounded(a.bound + 1.0),
            )
        }),
        ("ln", |g| {
            let a = g.term::<i64>();
            let expr = Maybe::Perhaps(func::ln(func::abs(a.expr.clone()) + 1));
            let meaning = strict1(&a, |a: i64| if a == 0 { Ok(0.0) } else { Err(Doubt::Precision) });
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound + 1.0))
        }),
        ("JSON as a float", |g| json::within(g, JsonPath::as_float)),
        ("ceil of a float", |g| {
            let a = g.term::<f64>();
            let expr = typed!(a.expr.clone(), false, |x| func::ceil(x));
            Some(Term::new(expr, strict1(&a, |a: f64| Ok(a.ceil()))).of([a.any()]).bounded(a.bound + 1.0))
        }),
        ("floor of a float", |g| {
            let a = g.term::<f64>();
            let expr = typed!(a.expr.clone(), false, |x| func::floor(x));
            Some(
                Term::new(expr, strict1(&a, |a: f64| Ok(a.floor())))
                    .of([a.any()])
                    .bounded(a.bound + 1.0),
            )
        }),
        ("cast of an integer to a float", |g| {
            let a = g.term::<i64>();
            let expr = typed!(a.expr.clone(), false, |x| x.cast::<f64>());
            #[expect(clippy::cast_precision_loss, reason = "the numbers of the test are small")]
            let meaning = strict1(&a, |a: i64| Ok(a as f64));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound))
        }),
        ("cast of a decimal to a float", |g| {
            let a = g.term::<Decimal>();
            let expr = typed!(a.expr.clone(), false, |x| x.cast::<f64>());
            let meaning = strict1(&a, |a: Decimal| a.to_f64().ok_or(Doubt::Precision));
            Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound))
        }),
    ];
    const AGGREGATES: &'static [Entry<Self>] = super::aggregates::FLOATS;
    const WINDOWS: &'static [Entry<Self>] = super::windows::FLOATS;
}

pub fn round(value: Decimal) -> Decimal {
    round_to(value, 0)
}

fn round_to(value: Decimal, digits: u32) -> Decimal {
    value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

/// SQLite has 15 digits.
pub fn digits(value: Decimal) -> Meant<Decimal> {
    let value = value.normalize();
    if value.mantissa().abs() < 1_000_000_000_000_000 && value.scale() <= 14 {
        Ok(value)
    } else {
        Err(Doubt::Precision)
    }
}

/// A quotient has four digits more than the dividend on MySQL, and is a float on SQLite.
pub fn few_digits(value: Decimal) -> Meant<Decimal> {
    let value = value.normalize();
    let float = value.to_f64().ok_or(Doubt::Precision)?;
    if value.scale() <= 4 { exact(float).map(|_| value) } else { Err(Doubt::Precision) }
}

/// A float that every way of computing it gives to the last bit.
pub fn exact(value: f64) -> Meant<f64> {
    let scaled = value * 1_048_576.0;
    if scaled.fract() == 0.0 && scaled.abs() < 1e15 { Ok(value + 0.0) } else { Err(Doubt::Precision) }
}

fn nonzero(g: &mut Generator) -> i64 {
    g.random.pick(&[-3, -2, 1, 2, 4, 7]).unwrap_or(1)
}

fn negate<T>(g: &mut Generator) -> Option<Term<T>>
where
    T: Generated + Neg<Output = T>,
    Expr<T>: Neg<Output = Expr<T>>,
    Expr<Option<T>>: Neg<Output = Expr<Option<T>>>,
{
    let a = g.term::<T>();
    let expr = typed!(a.expr.clone(), false, |x| -x);
    Some(Term::new(expr, strict1(&a, |a: T| Ok(-a))).of([a.any()]).bounded(a.bound))
}

fn combine<T: Generated>(
    g: &mut Generator,
    bound: fn(f64, f64) -> f64,
    operator: fn(Maybe<T>, Maybe<T>) -> Maybe<T>,
    value: fn(T, T) -> Meant<T>,
) -> Option<Term<T>> {
    let (a, b) = (g.term::<T>(), g.term::<T>());
    let bound = bound(a.bound, b.bound);
    if bound > LARGEST_FACTOR {
        return None;
    }
    let expr = operator(a.expr.clone(), b.expr.clone());
    Some(Term::new(expr, strict2(&a, &b, value)).of([a.any(), b.any()]).bounded(bound))
}

fn divide_by_value(g: &mut Generator) -> Option<Term<i64>> {
    let a = g.term::<i64>();
    let divisor = nonzero(g);
    let expr = typed!(a.expr.clone(), false, |x| x / divisor);
    Some(
        Term::new(expr, strict1(&a, move |a: i64| Ok(a / divisor)))
            .of([a.any()])
            .bounded(a.bound),
    )
}

fn divide_by_nullif(g: &mut Generator) -> Option<Term<i64>> {
    let (a, b) = (g.term::<i64>(), g.term::<i64>());
    let divisor = Maybe::Perhaps(func::nullif(b.expr.clone(), 0));
    let operator: fn(Maybe<i64>, Maybe<i64>) -> Maybe<i64> = arithmetic!(/);
    let expr = operator(a.expr.clone(), divisor);
    let (dividend, divisor) = (a.clone(), b.clone());
    let meaning = move |environment: &Environment| {
        Ok(match (dividend.value(environment)?, divisor.value(environment)?) {
            (Some(dividend), Some(divisor)) if divisor != 0 => Datum::Int(dividend / divisor),
            _ => Datum::Null,
        })
    };
    Some(Term::new(expr, meaning).of([a.any(), b.any()]).bounded(a.bound))
}
