//! SQL as words and as what stands in parentheses.

/// A piece of SQL.
#[derive(Debug)]
pub(super) struct Piece<'s> {
    pub(super) part: Part<'s>,
    /// Whether there is a space before it.
    pub(super) space: bool,
}

#[derive(Debug)]
pub(super) enum Part<'s> {
    /// A word, an operator, a number or a comma.
    Bare(&'s str),
    /// A literal or identifier with its quotes.
    Quoted(&'s str),
    /// What stands in parentheses.
    Group(Vec<Piece<'s>>),
}

impl<'s> Piece<'s> {
    /// The word that it is.
    pub(super) fn word(&self) -> &'s str {
        match self.part {
            Part::Bare(word) => word,
            _ => "",
        }
    }

    pub(super) fn is_group(&self) -> bool {
        matches!(self.part, Part::Group(_))
    }
}

/// Takes SQL apart; `None` where that is not safe: of comments, text between dollars, and backslashes that may or
/// may not escape a quote, which hand-written pieces of SQL may have.
pub(super) fn pieces(sql: &str) -> Option<Vec<Piece<'_>>> {
    let mut open: Vec<(bool, Vec<Piece<'_>>)> = Vec::new();
    let mut current = Vec::new();
    let (mut at, mut space) = (0, false);
    while let Some(first) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let length = match first {
            ' ' => 1,
            '(' => {
                open.push((space, std::mem::take(&mut current)));
                1
            }
            ')' => {
                let (space, around) = open.pop()?;
                let inner = std::mem::replace(&mut current, around);
                current.push(Piece { part: Part::Group(inner), space });
                1
            }
            '\'' | '"' | '`' => {
                let length = quoted(rest, first)?;
                current.push(Piece { part: Part::Quoted(&rest[..length]), space });
                length
            }
            _ => {
                let length = bare(rest, first)?;
                current.push(Piece { part: Part::Bare(&rest[..length]), space });
                length
            }
        };
        space = first == ' ';
        at += length;
    }
    open.is_empty().then_some(current)
}

/// How long a quoted text is; a quote within is doubled.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut at = 1;
    loop {
        let end = at + text[at..].find(quote)?;
        let backslashes = text[..end].bytes().rev().take_while(|byte| *byte == b'\\').count();
        if backslashes % 2 == 1 {
            return None;
        }
        if !text[end + 1..].starts_with(quote) {
            return Some(end + 1);
        }
        at = end + 2;
    }
}

/// How long a word, an operator or a comma is.
fn bare(text: &str, first: char) -> Option<usize> {
    if first == ',' {
        return Some(1);
    }
    let end = text.find([' ', '(', ')', '\'', '"', '`', ',']).unwrap_or(text.len());
    let word = &text[..end];
    // PostgreSQL's operators on JSON: no comment is as short as these.
    if matches!(word, "#>" | "#>>" | "#-") {
        return Some(end);
    }
    let unsafe_to_move = ["--", "/*", "#", "$$", "\n", "\r", "\t"];
    let safe = !unsafe_to_move.iter().any(|mark| word.contains(mark)) && !has_dollar_quote(word);
    safe.then_some(end)
}

/// Whether there is `$tag$`, as opposed to the parameter `$1`.
fn has_dollar_quote(word: &str) -> bool {
    word.matches('$').count() > 1
}
