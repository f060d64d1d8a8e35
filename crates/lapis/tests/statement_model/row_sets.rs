//! Rows as sets: DISTINCT, and the operations on two of them.

use lapis::statement::SetOperator;

use crate::datum::{Datum, Meant, same_rows};
use crate::environment::Row;

pub fn distinct(rows: Vec<(Vec<Datum>, Row)>) -> Meant<Vec<(Vec<Datum>, Row)>> {
    let mut kept: Vec<(Vec<Datum>, Row)> = Vec::new();
    for (keys, row) in rows {
        if !contains(kept.iter().map(|(_, row)| row), &row)? {
            kept.push((keys, row));
        }
    }
    Ok(kept)
}

fn contains<'r>(rows: impl Iterator<Item = &'r Row>, row: &Row) -> Meant<bool> {
    let mut found = false;
    for other in rows {
        found |= same_rows(other, row)?;
    }
    Ok(found)
}

pub fn combine(operator: SetOperator, left: Vec<Row>, mut right: Vec<Row>) -> Meant<Vec<Row>> {
    // The row of the right side that a row of the left side cancels out.
    let take = |right: &mut Vec<Row>, row: &Row| -> Meant<bool> {
        for position in 0..right.len() {
            if same_rows(&right[position], row)? {
                right.swap_remove(position);
                return Ok(true);
            }
        }
        Ok(false)
    };
    let mut rows = Vec::new();
    match operator {
        SetOperator::UnionAll => return Ok([left, right].concat()),
        SetOperator::Union => {
            for row in left.into_iter().chain(right) {
                if !contains(rows.iter(), &row)? {
                    rows.push(row);
                }
            }
        }
        SetOperator::Intersect | SetOperator::Except => {
            for row in left {
                if contains(right.iter(), &row)? == (operator == SetOperator::Intersect)
                    && !contains(rows.iter(), &row)?
                {
                    rows.push(row);
                }
            }
        }
        _ => {
            for row in left {
                if take(&mut right, &row)? == (operator == SetOperator::IntersectAll) {
                    rows.push(row);
                }
            }
        }
    }
    Ok(rows)
}
