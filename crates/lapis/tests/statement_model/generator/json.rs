//! JSON that is made, and read again.

use std::rc::Rc;

use lapis::expr::{Expr, JsonOps, JsonPath, func};

use super::{Generated, Generator};
use crate::datum::{Datum, Doubt, same};
use crate::environment::Environment;
use crate::term::{Maybe, Term};

/// What was put into an object or an array.
pub fn within<T: Generated>(g: &mut Generator, read: fn(JsonPath) -> Expr<Option<T>>) -> Option<Term<T>> {
    let a = g.term::<T>();
    let inner = a.expr.clone();
    let expr = match g.random.below(4) {
        0 => read(func::json_array((7_i64, inner)).path("[1]")),
        1 => read(func::json_object((("a", func::json_array((inner,))),)).path("a[0]")),
        _ => read(func::json_object((("it's", "x"), ("a", inner))).path("a")),
    };
    let value = Rc::clone(&a.meaning);
    let meaning = move |environment: &Environment| value(environment);
    Some(Term::new(Maybe::Perhaps(expr), meaning).of([a.any()]).bounded(a.bound))
}

/// The first of an array that is made of a group.
pub fn first_of_group<T: Generated>(
    g: &mut Generator,
    read: fn(JsonPath) -> Expr<Option<T>>,
) -> Option<Term<T>> {
    let a = g.of_a_row(1, Generator::term::<T>);
    let expr = read(func::json_agg(a.expr.clone()).path("[0]"));
    let meaning = {
        let a = a.clone();
        move |environment: &Environment| {
            let group = environment.group.clone().expect("an aggregate stands in a grouped query");
            let values = group.iter().map(|row| (a.meaning)(row));
            let mut first = None;
            // Which is the first of different ones, nothing says.
            for value in values {
                let value = value?;
                match &first {
                    None => first = Some(value),
                    Some(first) if same(first, &value)? => {}
                    Some(_) => return Err(Doubt::Ties),
                }
            }
            Ok(first.unwrap_or(Datum::Null))
        }
    };
    Some(Term::new(Maybe::Perhaps(expr), meaning).bounded(a.bound))
}
