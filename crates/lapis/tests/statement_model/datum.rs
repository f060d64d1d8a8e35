//! The values of the evaluator, and how they compare.

use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// A value of SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    Null,
    Int(i64),
    Float(f64),
    Decimal(Decimal),
    Text(String),
    Bool(bool),
    Date(NaiveDate),
    Timestamp(NaiveDateTime),
}

/// Why the databases may differ about a value, so that a statement which depends on it has to be accepted, and
/// nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Upper and lower case, spaces at the end, or signs in the order of texts.
    Collation,
    /// A quotient that not every database has the digits for.
    Precision,
    /// Rows that are equal in the order that counts.
    Ties,
    /// A construct that the evaluator does not cover.
    NotCovered,
}

pub type Meant<T> = Result<T, Doubt>;

impl Datum {
    pub fn is_null(&self) -> bool {
        matches!(self, Datum::Null)
    }

    /// The truth value, `None` for NULL.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Datum::Null => None,
            Datum::Bool(value) => Some(*value),
            other => panic!("{other:?} is no truth value"),
        }
    }
}

/// The order of two values, `None` where one is NULL.
pub fn compare(left: &Datum, right: &Datum) -> Meant<Option<Ordering>> {
    Ok(Some(match (left, right) {
        (Datum::Null, _) | (_, Datum::Null) => return Ok(None),
        (Datum::Int(left), Datum::Int(right)) => left.cmp(right),
        (Datum::Decimal(left), Datum::Decimal(right)) => left.cmp(right),
        (Datum::Int(left), Datum::Decimal(right)) => Decimal::from(*left).cmp(right),
        (Datum::Decimal(left), Datum::Int(right)) => left.cmp(&Decimal::from(*right)),
        (Datum::Float(_), _) | (_, Datum::Float(_)) => float(left).total_cmp(&float(right)),
        (Datum::Text(left), Datum::Text(right)) => compare_texts(left, right)?,
        (Datum::Bool(left), Datum::Bool(right)) => left.cmp(right),
        (Datum::Date(left), Datum::Date(right)) => left.cmp(right),
        (Datum::Timestamp(left), Datum::Timestamp(right)) => left.cmp(right),
        (left, right) => panic!("{left:?} is compared with {right:?}"),
    }))
}

/// Whether two values are one to DISTINCT, GROUP BY and set operations: NULL is the same as NULL.
pub fn same(left: &Datum, right: &Datum) -> Meant<bool> {
    match (left, right) {
        (Datum::Null, Datum::Null) => Ok(true),
        (Datum::Text(left), Datum::Text(right)) => same_texts(left, right),
        (left, right) => Ok(compare(left, right)? == Some(Ordering::Equal)),
    }
}

/// Whether two rows are one.
pub fn same_rows(left: &[Datum], right: &[Datum]) -> Meant<bool> {
    for (left, right) in left.iter().zip(right) {
        if !same(left, right)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The number as a float.
pub fn float(datum: &Datum) -> f64 {
    match datum {
        #[expect(clippy::cast_precision_loss, reason = "the numbers of the test are small")]
        Datum::Int(value) => *value as f64,
        Datum::Decimal(value) => value.to_f64().expect("a decimal is in the range of floats"),
        // There is one zero.
        Datum::Float(value) => *value + 0.0,
        other => panic!("{other:?} is no number"),
    }
}

/// The text without what some collation does not see: case and accents.
pub fn folded(text: &str) -> String {
    text.to_lowercase().replace('ä', "a")
}

/// Collations differ in case, in spaces at the end, and in the order of signs among letters.
fn same_texts(left: &str, right: &str) -> Meant<bool> {
    let plain = |text: &str| folded(text.trim_end_matches(' '));
    if left == right {
        Ok(true)
    } else if plain(left) == plain(right) {
        Err(Doubt::Collation)
    } else {
        Ok(false)
    }
}

fn compare_texts(left: &str, right: &str) -> Meant<Ordering> {
    if same_texts(left, right)? {
        return Ok(Ordering::Equal);
    }
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if letters(left) && letters(right) { Ok(left.cmp(right)) } else { Err(Doubt::Collation) }
}
