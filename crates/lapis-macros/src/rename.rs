//! Names in another case.

use syn::{Error, LitStr, Result};

/// How the words of a name are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
}

const CASES: [(&str, Case); 7] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
];

impl Case {
    /// The case of that name, as serde has them.
    pub fn parse(name: &LitStr) -> Result<Self> {
        let known = CASES.iter().find(|(known, _)| *known == name.value());
        known.map(|(_, case)| *case).ok_or_else(|| {
            let names: Vec<&str> = CASES.iter().map(|(name, _)| *name).collect();
            Error::new(
                name.span(),
                format!("no such case; the cases are {}", crate::attribute::list(&names)),
            )
        })
    }

    /// A Rust name in `PascalCase` in this case.
    pub fn apply(self, name: &str) -> String {
        match self {
            Case::Lower => name.to_lowercase(),
            Case::Upper => name.to_uppercase(),
            Case::Pascal => name.to_owned(),
            Case::Camel => {
                let mut letters = name.chars();
                letters
                    .next()
                    .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
            }
            Case::Snake => words(name).join("_"),
            Case::ScreamingSnake => words(name).join("_").to_uppercase(),
            Case::Kebab => words(name).join("-"),
        }
    }
}

/// The words of a name in `PascalCase`, in lower case; a run of capitals is one word.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let after_lower = at > 0 && !letters[at - 1].is_uppercase();
        let before_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if at == 0 || (letter.is_uppercase() && (after_lower || before_lower)) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_joins_the_words_its_way() {
        let cases = CASES.map(|(_, case)| case.apply("InReview"));
        assert_eq!(
            cases,
            ["inreview", "INREVIEW", "InReview", "inReview", "in_review", "IN_REVIEW", "in-review"]
        );
    }

    #[test]
    fn a_run_of_capitals_is_one_word() {
        assert_eq!(Case::Snake.apply("HTTPError"), "http_error");
        assert_eq!(Case::Snake.apply("PlanB"), "plan_b");
    }
}
