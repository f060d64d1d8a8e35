//! Functions that the builtins of expressions need and SQLite leaves to those who embed it.
//!
//! They are there on connections that Lapis opens. Where SQLite was built with functions of these names, these do the same.

use std::borrow::Cow;

use regex_lite::Regex;
use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{Type, ValueRef};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use uuid::Uuid;

type Result<T> = rusqlite::Result<T>;

pub(super) fn register(connection: &Connection) -> Result<()> {
    number(connection, "sqrt", |x| (x >= 0.0).then(|| x.sqrt()))?;
    number(connection, "exp", |x| Some(x.exp()))?;
    number(connection, "ln", |x| (x > 0.0).then(|| x.ln()))?;
    number(connection, "log10", |x| (x > 0.0).then(|| x.log10()))?;
    scalar(connection, "power", 2, |call| {
        let (Some(base), Some(exponent)) = (float(call, 0)?, float(call, 1)?) else { return Ok(None) };
        Ok(Some(base.powf(exponent)))
    })?;
    scalar(connection, "mod", 2, |call| {
        let (Some(dividend), Some(divisor)) = (float(call, 0)?, float(call, 1)?) else { return Ok(None) };
        Ok((divisor != 0.0).then(|| remainder(dividend, divisor)))
    })?;
    scalar(connection, "reverse", 1, |call| {
        Ok(text(call, 0)?.map(|text| text.chars().rev().collect::<String>()))
    })?;
    scalar(connection, "uuid_str", 1, |call| Ok(uuid(call)?.map(|uuid| uuid.to_string())))?;
    scalar(connection, "uuid_blob", 1, |call| Ok(uuid(call)?.map(|uuid| uuid.as_bytes().to_vec())))?;
    // `x REGEXP pattern` calls it with the pattern first.
    scalar(connection, "regexp", 2, |call| {
        let Some(text) = text(call, 1)? else { return Ok(None) };
        Ok(pattern(call, 0)?.map(|pattern| pattern.is_match(&text)))
    })?;
    scalar(connection, "regexp_substr", 2, |call| {
        let (Some(text), Some(pattern)) = (text(call, 0)?, pattern(call, 1)?) else { return Ok(None) };
        Ok(pattern.find(&text).map(|found| found.as_str().to_owned()))
    })?;
    scalar(connection, "regexp_replace", 3, |call| {
        let (Some(text), Some(pattern)) = (text(call, 0)?, pattern(call, 1)?) else { return Ok(None) };
        let Some(replacement) = self::text(call, 2)? else { return Ok(None) };
        Ok(Some(pattern.replace_all(&text, replacement.as_ref()).into_owned()))
    })?;
    for (name, finish) in [
        ("var_pop", Spread::variance as fn(&Spread, f64) -> Option<f64>),
        ("stddev_pop", Spread::deviation),
    ] {
        connection.create_aggregate_function(name, 1, FLAGS, Spreading { finish, less: 0.0 })?;
    }
    for (name, finish) in [
        ("var_samp", Spread::variance as fn(&Spread, f64) -> Option<f64>),
        ("stddev_samp", Spread::deviation),
    ] {
        connection.create_aggregate_function(name, 1, FLAGS, Spreading { finish, less: 1.0 })?;
    }
    Ok(())
}

const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

fn scalar<T: rusqlite::ToSql + 'static>(
    connection: &Connection,
    name: &str,
    arguments: i32,
    call: fn(&Context<'_>) -> Result<Option<T>>,
) -> Result<()> {
    connection.create_scalar_function(name, arguments, FLAGS, call)
}

fn number(connection: &Connection, name: &str, compute: fn(f64) -> Option<f64>) -> Result<()> {
    connection.create_scalar_function(name, 1, FLAGS, move |call| Ok(float(call, 0)?.and_then(compute)))
}

/// An argument as a float; nothing for NULL, and for text that is no number.
fn float(call: &Context<'_>, argument: usize) -> Result<Option<f64>> {
    Ok(match call.get_raw(argument) {
        #[allow(clippy::cast_precision_loss)] // It is asked for as a float.
        ValueRef::Integer(value) => Some(value as f64),
        ValueRef::Real(value) => Some(value),
        ValueRef::Null => None,
        ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(|text| text.trim().parse().ok()),
        ValueRef::Blob(_) => return Err(wrong_type(argument, Type::Blob)),
    })
}

/// The argument as a UUID, from its bytes or its text; nothing for NULL.
fn uuid(call: &Context<'_>) -> Result<Option<Uuid>> {
    let uuid = match call.get_raw(0) {
        ValueRef::Null => return Ok(None),
        ValueRef::Blob(bytes) => Uuid::from_slice(bytes),
        ValueRef::Text(text) => Uuid::try_parse_ascii(text),
        other => return Err(wrong_type(0, other.data_type())),
    };
    uuid.map(Some).map_err(|error| rusqlite::Error::UserFunctionError(error.into()))
}

/// Of the decimals that the numbers are when they are written down, where they are such: 5.25 is 105 times 0.05, and nothing
/// is left.
fn remainder(dividend: f64, divisor: f64) -> f64 {
    let decimal = |number| Decimal::from_f64(number).filter(|decimal| decimal.to_f64() == Some(number));
    let exact = decimal(dividend)
        .zip(decimal(divisor))
        .and_then(|(left, right)| left.checked_rem(right)?.to_f64());
    exact.unwrap_or(dividend % divisor)
}

/// An argument as text; nothing for NULL.
fn text<'c>(call: &'c Context<'_>, argument: usize) -> Result<Option<Cow<'c, str>>> {
    Ok(match call.get_raw(argument) {
        ValueRef::Null => None,
        ValueRef::Integer(value) => Some(Cow::Owned(value.to_string())),
        ValueRef::Real(value) => Some(Cow::Owned(value.to_string())),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text)),
        ValueRef::Blob(_) => return Err(wrong_type(argument, Type::Blob)),
    })
}

fn wrong_type(argument: usize, found: Type) -> rusqlite::Error {
    rusqlite::Error::InvalidFunctionParameterType(argument, found)
}

/// An argument as a regular expression, which SQLite keeps with the statement where it is the same for every row.
fn pattern(call: &Context<'_>, argument: usize) -> Result<Option<std::sync::Arc<Regex>>> {
    let Some(pattern) = text(call, argument)? else { return Ok(None) };
    let index = i32::try_from(argument).unwrap_or_default();
    let compiled = call.get_or_create_aux(index, |_| Regex::new(&pattern));
    compiled.map(Some)
}

/// The numbers of an aggregate by their count, mean and sum of squared distances from it: "Note on a Method for Calculating
/// Corrected Sums of Squares and Products", B. P. Welford, Technometrics 4 (1962).
#[derive(Debug, Default)]
struct Spread {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    fn add(&mut self, number: f64) {
        self.count += 1.0;
        let before = number - self.mean;
        self.mean += before / self.count;
        self.squares += before * (number - self.mean);
    }

    /// Nothing where there are too few numbers.
    fn variance(&self, less: f64) -> Option<f64> {
        (self.count > less).then(|| self.squares / (self.count - less))
    }

    fn deviation(&self, less: f64) -> Option<f64> {
        self.variance(less).map(f64::sqrt)
    }
}

/// An aggregate of a [`Spread`]; `less` is 1 where the rows are a sample.
struct Spreading {
    finish: fn(&Spread, f64) -> Option<f64>,
    less: f64,
}

impl Aggregate<Spread, Option<f64>> for Spreading {
    fn init(&self, _context: &mut Context<'_>) -> Result<Spread> {
        Ok(Spread::default())
    }

    fn step(&self, context: &mut Context<'_>, spread: &mut Spread) -> Result<()> {
        if let Some(number) = float(context, 0)? {
            spread.add(number);
        }
        Ok(())
    }

    fn finalize(&self, _context: &mut Context<'_>, spread: Option<Spread>) -> Result<Option<f64>> {
        Ok(spread.and_then(|spread| (self.finish)(&spread, self.less)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask<T: rusqlite::types::FromSql>(expression: &str) -> T {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection).unwrap();
        connection.query_row(&format!("SELECT {expression}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn null_gives_null() {
        for call in ["sqrt(NULL)", "power(2, NULL)", "reverse(NULL)", "NULL REGEXP 'a'", "'a' REGEXP NULL"]
        {
            assert_eq!(ask::<Option<f64>>(call), None, "{call}");
        }
        assert_eq!(ask::<Option<String>>("regexp_replace('a', 'a', NULL)"), None);
    }

    #[test]
    fn outside_of_their_domain_they_are_null() {
        for call in ["sqrt(-1)", "ln(0)", "log10(-1)"] {
            assert_eq!(ask::<Option<f64>>(call), None, "{call}");
        }
    }

    #[test]
    fn a_pattern_that_is_none_is_an_error() {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection).unwrap();
        let refused = connection.query_row("SELECT 'a' REGEXP '('", [], |_| Ok(())).unwrap_err();
        assert!(refused.to_string().contains("group"), "{refused}");
    }

    #[test]
    fn a_single_number_is_no_sample() {
        assert_eq!(ask::<Option<f64>>("var_samp(5)"), None);
        assert_eq!(ask::<Option<f64>>("var_pop(5)"), Some(0.0));
        let numbers = "(SELECT 2 AS x UNION ALL SELECT 4 UNION ALL SELECT NULL)";
        assert_eq!(ask::<Option<f64>>(&format!("(SELECT var_samp(x) FROM {numbers})")), Some(2.0));
        assert_eq!(ask::<Option<f64>>(&format!("(SELECT stddev_pop(x) FROM {numbers})")), Some(1.0));
    }
}
