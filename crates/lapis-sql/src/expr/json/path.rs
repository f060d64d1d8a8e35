//! Paths within JSON documents.

use crate::Name;

/// A step of a path within a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathStep {
    /// To the value of a key of an object.
    Key(Name),
    /// To an element of an array, counted from 0.
    Index(u32),
}

/// A path within a JSON document: text such as `items[0].count`, or a `Vec` of [`PathStep`]s.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no path within a JSON document",
    note = "a path is text such as \"items[0].count\", or a `Vec<PathStep>`"
)]
pub trait IntoJsonPath {
    /// The steps, or why there are none.
    ///
    /// # Errors
    /// If the text is no path.
    fn into_json_path(self) -> Result<Vec<PathStep>, String>;
}

#[diagnostic::do_not_recommend]
impl IntoJsonPath for &str {
    fn into_json_path(self) -> Result<Vec<PathStep>, String> {
        parse(self).map_err(|reason| {
            format!("`{self}` is no path within a JSON document: {reason}; write one like `items[0].count`")
        })
    }
}

#[diagnostic::do_not_recommend]
impl IntoJsonPath for String {
    fn into_json_path(self) -> Result<Vec<PathStep>, String> {
        self.as_str().into_json_path()
    }
}

#[diagnostic::do_not_recommend]
impl IntoJsonPath for Vec<PathStep> {
    fn into_json_path(self) -> Result<Vec<PathStep>, String> {
        Ok(self)
    }
}

fn parse(path: &str) -> Result<Vec<PathStep>, &'static str> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(bracket) = rest.strip_prefix('[') {
            let (step, behind) = parse_bracket(bracket)?;
            steps.push(step);
            rest = behind;
            continue;
        }
        let key = match (steps.is_empty(), rest.strip_prefix('.')) {
            (true, None) => rest,
            (false, Some(key)) => key,
            (true, Some(_)) => return Err("it begins with a dot"),
            (false, None) => return Err("a dot is missing behind a bracket"),
        };
        let end = key.find(['.', '[']).unwrap_or(key.len());
        match &key[..end] {
            "" => return Err("a key is empty"),
            key if key.contains(['"', ']']) => return Err("a key with such signs stands as `[\"key\"]`"),
            key => steps.push(PathStep::Key(Name::Owned(key.to_owned()))),
        }
        rest = &key[end..];
    }
    Ok(steps)
}

/// What is behind an opening bracket: an index, or a key in quotation marks, in which each of its own is doubled.
fn parse_bracket(text: &str) -> Result<(PathStep, &str), &'static str> {
    let unclosed = "a bracket is not closed";
    let Some(mut quoted) = text.strip_prefix('"') else {
        let (index, behind) = text.split_once(']').ok_or(unclosed)?;
        let index = index.parse().map_err(|_| "an index is no whole number")?;
        return Ok((PathStep::Index(index), behind));
    };
    let mut key = String::new();
    loop {
        let (part, behind) = quoted.split_once('"').ok_or("a quotation mark is not closed")?;
        key.push_str(part);
        match behind.strip_prefix('"') {
            Some(more) => {
                key.push('"');
                quoted = more;
            }
            None => {
                let behind = behind.strip_prefix(']').ok_or(unclosed)?;
                return Ok((PathStep::Key(Name::Owned(key)), behind));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(path: &str) -> Vec<String> {
        let show = |step: PathStep| match step {
            PathStep::Key(key) => format!("{key:?}"),
            PathStep::Index(index) => index.to_string(),
        };
        path.into_json_path().unwrap().into_iter().map(show).collect()
    }

    #[test]
    fn keys_and_indexes_alternate_as_they_like() {
        assert_eq!(steps("items[0].count"), [r#""items""#, "0", r#""count""#]);
        assert_eq!(steps("[1][2].Größe"), ["1", "2", r#""Größe""#]);
        assert_eq!(steps(""), Vec::<String>::new());
    }

    #[test]
    fn any_key_may_stand_in_quotation_marks() {
        assert_eq!(
            steps(r#"a["b.c"]["say ""hi"""].d"#),
            [r#""a""#, r#""b.c""#, r#""say \"hi\"""#, r#""d""#]
        );
        assert_eq!(steps(r#"[""]"#), [r#""""#]);
    }

    #[test]
    fn what_is_no_path_is_refused_with_the_reason() {
        for (path, reason) in [
            (".a", "begins with a dot"),
            ("a..b", "a key is empty"),
            ("a.", "a key is empty"),
            ("a[x]", "no whole number"),
            ("a[-1]", "no whole number"),
            ("a[1", "not closed"),
            ("a[\"b]", "not closed"),
            ("a[0]b", "a dot is missing"),
        ] {
            let refused = path.into_json_path().unwrap_err();
            assert!(refused.contains(reason), "{refused}");
        }
    }
}
