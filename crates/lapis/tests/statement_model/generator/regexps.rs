//! Regular expressions, of what all databases' kinds of them have in common.

use lapis::expr::{ExprOps, func};

use super::Generator;
use super::conditions::condition;
use crate::datum::{Datum, Doubt};
use crate::environment::Environment;
use crate::term::{Maybe, Term, strict1, typed};

/// A pattern, and where it is found first: at which byte, and up to which.
type Pattern = (&'static str, fn(&str) -> Option<(usize, usize)>);

const PATTERNS: &[Pattern] = &[
    ("^a", |text| text.starts_with('a').then_some((0, 1))),
    ("b$", |text| text.ends_with('b').then(|| (text.len() - 1, text.len()))),
    ("[ab]", |text| text.find(['a', 'b']).map(|at| (at, at + 1))),
    ("[0-9]+", |text| run(text, |sign| sign.is_ascii_digit())),
    ("(a|b)+", |text| run(text, |sign| matches!(sign, 'a' | 'b'))),
    ("ab?", |text| text.find('a').map(|at| (at, at + 1 + usize::from(text[at + 1..].starts_with('b'))))),
    ("^[a-c]{2}$", |text| {
        (text.len() == 2 && text.bytes().all(|sign| (b'a'..=b'c').contains(&sign))).then_some((0, 2))
    }),
    ("a.", |text| {
        let found = |(at, _): &(usize, &str)| text[at + 1..].chars().next().is_some();
        let (at, _) = text.match_indices('a').find(found)?;
        Some((at, at + 1 + text[at + 1..].chars().next()?.len_utf8()))
    }),
];

/// The first run of such characters.
fn run(text: &str, within: fn(char) -> bool) -> Option<(usize, usize)> {
    let start = text.find(within)?;
    let length = text[start..].find(|sign| !within(sign)).unwrap_or(text.len() - start);
    Some((start, start + length))
}

pub fn matches(g: &mut Generator) -> Option<Term<bool>> {
    let a = g.term::<String>();
    let (pattern, find) = g.random.pick(PATTERNS)?;
    let ignore_case = g.one_in(3);
    macro_rules! operate {
        ($x:expr) => {
            if ignore_case { $x.matches_ignore_case(pattern) } else { $x.matches(pattern) }
        };
    }
    let expr = match a.expr.clone() {
        Maybe::Never(x) => operate!(x),
        Maybe::Perhaps(x) => operate!(x),
    };
    let meaning = strict1(&a, move |text: String| match ignore_case {
        true if text.is_ascii() => Ok(find(&text.to_lowercase()).is_some()),
        true => Err(Doubt::Collation),
        false => Ok(find(&text).is_some()),
    });
    Some(Term::new(condition(expr, a.is_nullable()), meaning).of([a.any()]))
}

pub fn replace(g: &mut Generator) -> Option<Term<String>> {
    let a = g.term::<String>();
    let (pattern, find) = g.random.pick(PATTERNS)?;
    let replacement = g.random.pick(&["", "-", "xy"])?;
    let expr = typed!(a.expr.clone(), false, |x| func::regexp_replace(x, pattern, replacement));
    // An anchor is one of the whole text, of which what was replaced is not cut off.
    let anchored = pattern.starts_with('^');
    let meaning = strict1(&a, move |text: String| {
        let (mut made, mut rest) = (String::new(), text.as_str());
        while let Some((start, end)) = find(rest) {
            made.push_str(&rest[..start]);
            made.push_str(replacement);
            rest = &rest[end..];
            if anchored {
                break;
            }
        }
        Ok(made + rest)
    });
    Some(Term::new(expr, meaning).of([a.any()]))
}

pub fn substr(g: &mut Generator) -> Option<Term<String>> {
    let a = g.term::<String>();
    let (pattern, find) = g.random.pick(PATTERNS)?;
    let expr = Maybe::Perhaps(func::regexp_substr(a.expr.clone(), pattern));
    let meaning = {
        let a = a.clone();
        move |environment: &Environment| {
            let Some(text) = a.value(environment)? else { return Ok(Datum::Null) };
            let found = find(&text).map(|(start, end)| text[start..end].to_owned());
            Ok(found.map_or(Datum::Null, Datum::Text))
        }
    };
    Some(Term::new(expr, meaning).of([a.any()]))
}
