//! Operators on the bits of integers.

use lapis::expr::{BitOps, ExprOps};

use super::Generator;
use super::numbers::LARGEST_FACTOR;
use crate::datum::Meant;
use crate::term::{Maybe, Term, strict1, strict2, typed};

/// `a & b` and its kin.
macro_rules! of_two {
    ($name:ident, $method:ident, $operator:tt) => {
        pub fn $name(g: &mut Generator) -> Option<Term<i64>> {
            let (a, b) = (g.term::<i64>(), g.term::<i64>());
            let other = b.expr.clone();
            let expr = typed!(a.expr.clone(), b.is_nullable(), |x| x.$method(other));
            two_operands(&a, &b, expr, |a, b| Ok(a $operator b))
        }
    };
}

of_two!(and, bit_and, &);
of_two!(or, bit_or, |);
of_two!(xor, bit_xor, ^);

fn two_operands(
    a: &Term<i64>,
    b: &Term<i64>,
    expr: Maybe<i64>,
    value: fn(i64, i64) -> Meant<i64>,
) -> Option<Term<i64>> {
    // The next power of two is no further away than twice the number.
    let bound = 2.0 * a.bound.max(b.bound) + 1.0;
    (bound <= LARGEST_FACTOR)
        .then(|| Term::new(expr, strict2(a, b, value)).of([a.any(), b.any()]).bounded(bound))
}

pub fn not(g: &mut Generator) -> Option<Term<i64>> {
    let a = g.term::<i64>();
    let expr: Maybe<i64> = typed!(a.expr.clone(), false, |x| x.bit_not());
    Some(Term::new(expr, strict1(&a, |a: i64| Ok(!a))).of([a.any()]).bounded(a.bound + 1.0))
}

pub fn shifted(g: &mut Generator) -> Option<Term<i64>> {
    let a = g.term::<i64>();
    let places = g.random.below(5) as i64;
    if g.one_in(2) {
        let expr = typed!(a.expr.clone(), false, |x| x.shift_right(places));
        let meaning = strict1(&a, move |a: i64| Ok(a >> places));
        return Some(Term::new(expr, meaning).of([a.any()]).bounded(a.bound));
    }
    let bound = a.bound * f64::from(1 << places);
    if bound > LARGEST_FACTOR {
        return None;
    }
    let expr = typed!(a.expr.clone(), false, |x| x.shift_left(places));
    let meaning = strict1(&a, move |a: i64| Ok(a << places));
    Some(Term::new(expr, meaning).of([a.any()]).bounded(bound))
}
