//! Conditions of rows.

use std::cmp::Ordering;

use lapis::expr::row;
use lapis::statement::{Select, Val};

use super::Generator;
use super::conditions::{and, condition, not, or, truth};
use crate::datum::{Datum, Doubt, Meant, compare, same};
use crate::environment::{Environment, Meaning};
use crate::term::{Any, Kind, Scalar, Term};

/// Equal, as `=` and AND have it.
fn equal_rows(left: &[Datum], right: &[Datum]) -> Meant<Option<bool>> {
    let mut found = Vec::new();
    for (left, right) in left.iter().zip(right) {
        found.push(if left.is_null() || right.is_null() { None } else { Some(same(left, right)?) });
    }
    Ok(and(found))
}

fn evaluated(meanings: &[Meaning], environment: &Environment) -> Meant<Vec<Datum>> {
    meanings.iter().map(|meaning| meaning(environment)).collect()
}

pub fn rows(g: &mut Generator) -> Option<Term<bool>> {
    if !g.may_compare_rows() {
        return None;
    }
    let (a, b) = (g.term::<i64>(), g.term::<String>());
    let (c, d) = (g.term::<i64>(), g.term::<String>());
    let left = row((a.expr.clone(), b.expr.clone()));
    let right = (c.expr.clone(), d.expr.clone());
    let operator = g.random.below(4);
    let expr = match operator {
        0 => left.eq(right),
        1 => left.ne(right),
        2 => left.lt(right),
        _ => left.gt(right),
    };
    let parts = [a.any(), b.any(), c.any(), d.any()];
    let nullable = parts.iter().any(Any::is_nullable);
    let (left, right) = ([a.meaning, b.meaning], [c.meaning, d.meaning]);
    let meaning = move |environment: &Environment| {
        let (left, right) = (evaluated(&left, environment)?, evaluated(&right, environment)?);
        // What MariaDB 10.11 makes of NULL in it differs from where it stands.
        if operator >= 2 && left.iter().chain(&right).any(Datum::is_null) {
            return Err(Doubt::NotCovered);
        }
        let before = if operator == 2 { Ordering::Less } else { Ordering::Greater };
        Ok(truth(match operator {
            0 => equal_rows(&left, &right)?,
            1 => not(equal_rows(&left, &right)?),
            _ => match compare(&left[0], &right[0])? {
                Some(Ordering::Equal) => compare(&left[1], &right[1])?.map(|order| order == before),
                other => other.map(|order| order == before),
            },
        }))
    };
    Some(Term::new(condition(expr, nullable), meaning).of(parts))
}

pub fn row_in_rows(g: &mut Generator) -> Option<Term<bool>> {
    if !g.may_compare_rows() {
        return None;
    }
    let (a, b) = (g.term::<i64>(), g.term::<String>());
    let values: Vec<(i64, String)> = (0..g.random.below(3) + 1)
        .map(|_| (i64::literal(&mut g.random), String::literal(&mut g.random)))
        .collect();
    let negated = g.one_in(2);
    let left = row((a.expr.clone(), b.expr.clone()));
    let expr = if negated { left.not_in(values.clone()) } else { left.in_(values.clone()) };
    let nullable = a.is_nullable() || b.is_nullable();
    let parts = [a.any(), b.any()];
    let meanings = [a.meaning, b.meaning];
    let rows: Vec<[Datum; 2]> = values.into_iter().map(|(a, b)| [Datum::Int(a), Datum::Text(b)]).collect();
    let meaning = move |environment: &Environment| {
        let left = evaluated(&meanings, environment)?;
        let found = rows.iter().map(|row| equal_rows(&left, row)).collect::<Meant<Vec<_>>>()?;
        let found = or(found);
        Ok(truth(if negated { not(found) } else { found }))
    };
    Some(Term::new(condition(expr, nullable), meaning).of(parts))
}

pub fn row_in_select(g: &mut Generator) -> Option<Term<bool>> {
    if !g.may_compare_rows() {
        return None;
    }
    // MariaDB 10.11 has no subqueries in the row on the left.
    let subqueries = std::mem::take(&mut g.subqueries);
    let (a, b) = (g.term::<i64>(), g.term::<String>());
    g.subqueries = subqueries;
    let query = g.subquery_in_list(&[Kind::Int, Kind::Text])?;
    // The query is made with rows of cells, whose types the typed builder would know.
    let select = Select::<(Val<Option<i64>>, Val<Option<String>>)>::new(query.build().statement);
    let expr = row((a.expr.clone(), b.expr.clone())).in_select(select);
    let nullable = a.is_nullable() || b.is_nullable() || query.items().iter().any(Any::is_nullable);
    let parts = [a.any(), b.any()];
    let meanings = [a.meaning, b.meaning];
    let meaning = move |environment: &Environment| {
        let left = evaluated(&meanings, environment)?;
        let rows = query.rows(environment)?;
        let found = rows.iter().map(|row| equal_rows(&left, row)).collect::<Meant<Vec<_>>>()?;
        Ok(truth(or(found)))
    };
    Some(Term::new(condition(expr, nullable), meaning).of(parts))
}
