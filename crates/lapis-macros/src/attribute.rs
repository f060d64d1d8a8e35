//! What all attributes share: values with their place, and messages for names that are not known.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Error, LitInt, LitStr, Result};

/// A value and where it was written.
#[derive(Debug, Clone)]
pub struct At<T> {
    pub value: T,
    pub span: Span,
}

/// Faults found so far: all of them are reported at once.
#[derive(Default)]
pub struct Faults(Option<Error>);

impl Faults {
    pub fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub fn say(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(Error::new(span, message));
    }

    /// Keeps the error of a result.
    pub fn check<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// Sets an option that may be given once.
pub fn once<T>(slot: &mut Option<At<T>>, meta: &ParseNestedMeta<'_>, value: T) -> Result<()> {
    let span = meta.path.span();
    if slot.is_some() {
        return Err(meta.error(format!("`{}` is given twice", name(meta))));
    }
    *slot = Some(At { value, span });
    Ok(())
}

/// The attribute's name as written.
pub fn name(meta: &ParseNestedMeta<'_>) -> String {
    meta.path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect::<Vec<_>>()
        .join("::")
}

/// `= "text"`
pub fn string(meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    let value = meta.value()?;
    value
        .parse()
        .map_err(|error| Error::new(error.span(), format!("`{}` takes a string", name(meta))))
}

/// `= 12`
pub fn integer<N>(meta: &ParseNestedMeta<'_>) -> Result<N>
where
    N: std::str::FromStr,
    N::Err: std::fmt::Display,
{
    let value = meta.value()?;
    let negative = value.parse::<Option<syn::Token![-]>>()?.is_some();
    let literal: LitInt = value
        .parse()
        .map_err(|error| Error::new(error.span(), format!("`{}` takes a whole number", name(meta))))?;
    let digits =
        if negative { format!("-{}", literal.base10_digits()) } else { literal.base10_digits().to_owned() };
    digits
        .parse()
        .map_err(|error| Error::new(literal.span(), format!("`{}`: {error}", name(meta))))
}

/// The error for a name that is none of `known`.
pub fn unknown(meta: &ParseNestedMeta<'_>, of: &str, known: &[&str]) -> Error {
    let name = name(meta);
    meta.error(match nearest(&name, known) {
        Some(near) => format!("`{of}` has no `{name}`; did you mean `{near}`?"),
        None => format!("`{of}` has no `{name}`; it takes {}", list(known)),
    })
}

/// `a`, `b` and `c`, each in backticks.
pub fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// The known name that a misspelt one most likely stands for.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let distances = known.iter().map(|known| (distance(name, known), *known));
    let (distance, near) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= (near.len() / 3).max(1)).then_some(near)
}

/// The number of letters to insert, delete, replace or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            rows[i][j] = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                rows[i][j] = rows[i][j].min(rows[i - 2][j - 2] + 1);
            }
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_its_neighbour() {
        let known = ["length", "unique", "index", "default", "server_default"];
        assert_eq!(nearest("lenght", &known), Some("length"));
        assert_eq!(nearest("server_defualt", &known), Some("server_default"));
        assert_eq!(nearest("uniqe", &known), Some("unique"));
    }

    #[test]
    fn a_name_like_no_other_finds_none() {
        assert_eq!(nearest("colour", &["length", "index"]), None);
    }

    #[test]
    fn names_are_listed_as_a_sentence_has_them() {
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
