//! Finding `:name` in SQL written by hand.

use crate::Name;

/// The text between named parameters, and the names: one piece more than there are names.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Split {
    pub(super) pieces: Vec<Name>,
    pub(super) names: Vec<Name>,
}

/// Splits at `:name`, but not within string literals, quoted identifiers, dollar quotes and comments, nor at
/// the `::` of a cast or a colon behind a word (`array[1:n]`). `\:` stands for a colon itself.
pub(super) fn split(sql: &str) -> Split {
    let bytes = sql.as_bytes();
    let mut split = Split::default();
    let mut piece = String::new();
    let mut copied = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'\'' | b'"' | b'`') => at = after_byte(bytes, at + 1, quote),
            b'-' if bytes.get(at + 1) == Some(&b'-') => at = after_byte(bytes, at + 2, b'\n'),
            b'/' if bytes.get(at + 1) == Some(&b'*') => at = after(sql, at + 2, "*/"),
            b'$' if !follows_word(bytes, at) => at = after_dollar_quote(sql, at),
            b'\\' if bytes.get(at + 1) == Some(&b':') => {
                piece.push_str(&sql[copied..at]);
                copied = at + 1;
                at += 2;
            }
            b':' if bytes.get(at + 1) == Some(&b':') => at += 2,
            b':' if !follows_word(bytes, at)
                && bytes.get(at + 1).is_some_and(|next| starts_name(*next)) =>
            {
                let end = word_end(bytes, at + 1);
                piece.push_str(&sql[copied..at]);
                split.pieces.push(Name::Owned(std::mem::take(&mut piece)));
                split.names.push(Name::Owned(sql[at + 1..end].to_owned()));
                copied = end;
                at = end;
            }
            _ => at += 1,
        }
    }
    piece.push_str(&sql[copied..]);
    split.pieces.push(Name::Owned(piece));
    split
}

/// Whether the text is one statement that only reads: SELECT or VALUES, with nothing behind a semicolon.
///
/// Conservative: `WITH` may hold writes, and so may an `EXPLAIN ANALYZE`.
pub(super) fn only_reads<'a>(pieces: impl Iterator<Item = &'a str>) -> bool {
    let mut first = true;
    let mut ended = false;
    for piece in pieces {
        let mut rest = piece;
        if first {
            rest = without_leading_comments(piece);
            let keyword = &rest[..word_end(rest.as_bytes(), 0)];
            if !["select", "values"].iter().any(|reading| keyword.eq_ignore_ascii_case(reading)) {
                return false;
            }
            first = false;
        }
        // SELECT … INTO makes a table in PostgreSQL, and a file in MySQL.
        if rest
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|word| word.eq_ignore_ascii_case("into"))
        {
            return false;
        }
        for character in rest.chars() {
            if ended && !character.is_whitespace() {
                return false;
            }
            ended |= character == ';';
        }
    }
    !first
}

fn without_leading_comments(sql: &str) -> &str {
    let mut rest = sql.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    loop {
        let end = if rest.starts_with("--") {
            after_byte(rest.as_bytes(), 2, b'\n')
        } else if rest.starts_with("/*") {
            after(rest, 2, "*/")
        } else {
            return rest;
        };
        rest = rest[end..].trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    }
}

fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn follows_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && is_word(bytes[at - 1])
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    start
        + bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count()
}

fn after_byte(bytes: &[u8], start: usize, end: u8) -> usize {
    bytes[start..]
        .iter()
        .position(|byte| *byte == end)
        .map_or(bytes.len(), |found| start + found + 1)
}

fn after(sql: &str, start: usize, end: &str) -> usize {
    sql[start..].find(end).map_or(sql.len(), |found| start + found + end.len())
}

/// Behind `$tag$ … $tag$`, or behind the dollar where none begins.
fn after_dollar_quote(sql: &str, at: usize) -> usize {
    let tag_end = word_end(sql.as_bytes(), at + 1);
    match sql.as_bytes().get(tag_end) {
        Some(b'$') => after(sql, tag_end + 1, &sql[at..=tag_end]),
        _ => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sql: &str) -> Vec<String> {
        split(sql).names.into_iter().map(Name::into_owned).collect()
    }

    #[test]
    fn names_are_found_wherever_a_value_may_stand() {
        assert_eq!(names("a = :a AND b IN (:b,:c_1) OR d=:a"), ["a", "b", "c_1", "a"]);
    }

    #[test]
    fn quotes_comments_and_dollar_quotes_hold_no_names() {
        let sql = "':a' \":b\" `:c` -- :d\n /* :e */ $$ :f $$ $tag$ :g $$ $tag$ 'it''s :h' :i";
        assert_eq!(names(sql), ["i"]);
    }

    #[test]
    fn casts_slices_and_escaped_colons_are_no_names() {
        assert_eq!(names("a::text, b[1:n], '12:30', \\:x, $1, :y::int"), ["y"]);
        assert_eq!(split("\\:x").pieces, [":x"]);
    }

    #[test]
    fn unclosed_quotes_and_lone_colons_end_quietly() {
        for sql in ["'", "\"a", "/*", "--", "$", "$a$", ":", "::", "\\", "é:é"] {
            assert_eq!(names(sql), Vec::<String>::new(), "{sql}");
            assert_eq!(split(sql).pieces, [sql]);
        }
    }

    #[test]
    fn only_a_single_select_or_values_surely_reads() {
        let reads = |sql: &str| only_reads([sql].into_iter());
        assert!(reads("select 1") && reads(" -- c\n/* d */ (SELECT 1)") && reads("VALUES (1);  "));
        assert!(!reads("WITH x AS (SELECT 1) DELETE FROM t") && !reads("SELECT 1; DELETE FROM t"));
        assert!(!reads("SELECT * INTO copy FROM t"));
        assert!(
            !reads("") && !reads("selection") && !reads("PRAGMA x") && !reads("EXPLAIN ANALYZE SELECT 1")
        );
    }
}
