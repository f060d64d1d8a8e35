//! Each clause on a line of its own, and subqueries indented.

use super::tokens::{Part, Piece, pieces};

/// What fits on one line, with what is before it.
const WIDTH: usize = 88;
const INDENT: usize = 2;

/// Lays SQL of one line out over several; `bare` leaves the quotes of plain identifiers out.
pub(super) fn lay_out(sql: String, bare: bool) -> String {
    let Some(pieces) = pieces(&sql) else { return sql };
    let mut layout = Layout { text: String::with_capacity(sql.len() * 2), bare };
    layout.query(&pieces, 0);
    layout.text
}

/// A clause: the words that begin it, and what follows.
struct Clause<'p, 's> {
    head: &'p [Piece<'s>],
    body: &'p [Piece<'s>],
}

struct Layout {
    text: String,
    bare: bool,
}

impl Layout {
    fn query(&mut self, pieces: &[Piece<'_>], indent: usize) {
        for (position, clause) in clauses(pieces).into_iter().enumerate() {
            if position > 0 {
                self.line(indent);
            }
            self.clause(&clause, indent);
        }
    }

    fn clause(&mut self, clause: &Clause<'_, '_>, indent: usize) {
        self.inline(clause.head, indent);
        if clause.body.is_empty() {
            return;
        }
        let width = indent + width(clause.head, self.bare) + 1 + width(clause.body, self.bare);
        let fits = width <= WIDTH && !clause.body.iter().any(has_query);
        let with = clause.head.first().is_some_and(|first| first.word() == "WITH");
        if let (true, false) = (is_list(clause.head), fits) {
            let items = split(clause.body, |piece| piece.word() == ",");
            if items.len() > 1 || with {
                for (position, item) in items.iter().enumerate() {
                    match (with, position) {
                        (true, 0) => self.text.push(' '),
                        (true, _) => self.line(indent),
                        (false, _) => self.line(indent + INDENT),
                    }
                    self.inline(item, if with { indent } else { indent + INDENT });
                    if position + 1 < items.len() {
                        self.text.push(',');
                    }
                }
                return;
            }
        }
        if !self.text.is_empty() && (clause.body[0].space || clause.head.is_empty()) {
            self.space();
        }
        if fits {
            return self.inline(clause.body, indent);
        }
        let conditions = conditions(clause.body);
        for (position, condition) in conditions.iter().enumerate() {
            let within = if position > 0 { indent + INDENT } else { indent };
            if position > 0 {
                self.line(within);
            }
            self.inline(condition, within);
        }
    }

    /// Writes pieces one behind the other; only a subquery among them has lines of its own.
    fn inline(&mut self, pieces: &[Piece<'_>], indent: usize) {
        for (position, piece) in pieces.iter().enumerate() {
            if piece.space && position > 0 {
                self.text.push(' ');
            }
            match &piece.part {
                Part::Bare(word) => self.text.push_str(word),
                Part::Quoted(quoted) => self.text.push_str(unquoted(quoted, self.bare)),
                Part::Group(inner) if is_query(inner) => {
                    self.text.push('(');
                    self.line(indent + INDENT);
                    self.query(inner, indent + INDENT);
                    self.line(indent);
                    self.text.push(')');
                }
                Part::Group(inner) => {
                    self.text.push('(');
                    self.inline(inner, indent);
                    self.text.push(')');
                }
            }
        }
    }

    fn line(&mut self, indent: usize) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    fn space(&mut self) {
        if !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }
}

/// Parts a query into its clauses.
fn clauses<'p, 's>(pieces: &'p [Piece<'s>]) -> Vec<Clause<'p, 's>> {
    let mut clauses = Vec::new();
    let (mut start, mut body) = (0, 0);
    let mut at = 0;
    while at < pieces.len() {
        let head = head(pieces, at);
        if head > 0 {
            if at > start {
                clauses.push(Clause { head: &pieces[start..body], body: &pieces[body..at] });
            }
            (start, body) = (at, at + head);
        }
        at += head.max(1);
    }
    clauses.push(Clause { head: &pieces[start..body], body: &pieces[body..] });
    clauses
}

/// How many words begin a clause there; zero where none begins.
fn head(pieces: &[Piece<'_>], at: usize) -> usize {
    let word = |position: usize| pieces.get(position).map_or("", Piece::word);
    let before = if at == 0 { "" } else { word(at - 1) };
    match word(at) {
        "WITH" if at == 0 => 1 + usize::from(word(1) == "RECURSIVE"),
        "SELECT" if word(at + 1) == "DISTINCT" && word(at + 2) == "ON" => 4,
        "SELECT" => 1 + usize::from(word(at + 1) == "DISTINCT"),
        // `IS DISTINCT FROM`
        "FROM" if before == "DISTINCT" => 0,
        "WHERE" | "HAVING" | "FROM" | "RETURNING" | "LIMIT" | "OFFSET" | "WINDOW" => 1,
        "USING" if word(0) == "DELETE" => 1,
        "GROUP" | "ORDER" if word(at + 1) == "BY" => 2,
        "SET" if before != "UPDATE" => 1,
        "LEFT" | "RIGHT" | "FULL" | "CROSS" | "INNER" | "NATURAL" if word(at + 1) == "JOIN" => 2,
        "JOIN" => 1,
        "UNION" | "INTERSECT" | "EXCEPT" => 1 + usize::from(word(at + 1) == "ALL"),
        "VALUES" if pieces.get(at + 1).is_some_and(|next| next.space) => 1,
        "INSERT" | "DELETE" if at == 0 || pieces[at - 1].is_group() => 2,
        "UPDATE" if at == 0 || pieces[at - 1].is_group() => 1,
        "FOR" if matches!(word(at + 1), "UPDATE" | "SHARE" | "NO" | "KEY") => 2,
        "ON" if matches!(word(at + 1), "CONFLICT" | "DUPLICATE") => 2,
        // `DO UPDATE SET`
        "DO" if word(at + 1) == "UPDATE" => 3,
        "DO" => 2,
        _ => 0,
    }
}

/// Whether the clause is a list, whose items may stand on lines of their own.
fn is_list(head: &[Piece<'_>]) -> bool {
    head.first().is_some_and(|first| {
        matches!(
            first.word(),
            "SELECT" | "GROUP" | "ORDER" | "SET" | "DO" | "VALUES" | "RETURNING" | "WITH" | "WINDOW"
        )
    })
}

/// Whether what stands in parentheses is a query.
fn is_query(inner: &[Piece<'_>]) -> bool {
    match inner.first().map(|first| &first.part) {
        Some(Part::Bare("SELECT")) => clauses(inner).len() > 1,
        Some(Part::Bare("WITH" | "INSERT" | "UPDATE" | "DELETE")) => true,
        Some(Part::Group(first)) => is_query(first) && clauses(inner).len() > 1,
        _ => false,
    }
}

fn has_query(piece: &Piece<'_>) -> bool {
    match &piece.part {
        Part::Group(inner) => is_query(inner) || inner.iter().any(has_query),
        _ => false,
    }
}

/// Parts pieces at those of which a function says so, which belong to neither side.
fn split<'p, 's>(pieces: &'p [Piece<'s>], separates: impl Fn(&Piece<'s>) -> bool) -> Vec<&'p [Piece<'s>]> {
    pieces.split(separates).collect()
}

/// Parts a condition before its OR, or, where it has none, before its AND; neither in parentheses, nor in CASE, nor
/// the AND of BETWEEN.
fn conditions<'p, 's>(pieces: &'p [Piece<'s>]) -> Vec<&'p [Piece<'s>]> {
    let (mut ands, mut ors) = (Vec::new(), Vec::new());
    let (mut cases, mut between) = (0_usize, false);
    for (position, piece) in pieces.iter().enumerate() {
        match piece.word() {
            "CASE" => cases += 1,
            "END" => cases = cases.saturating_sub(1),
            _ if cases > 0 => {}
            "BETWEEN" => between = true,
            "AND" if between => between = false,
            "AND" => ands.push(position),
            "OR" => ors.push(position),
            _ => {}
        }
    }
    let places = if ors.is_empty() { ands } else { ors };
    let mut parts = Vec::with_capacity(places.len() + 1);
    let mut start = 0;
    for place in places {
        parts.push(&pieces[start..place]);
        start = place;
    }
    parts.push(&pieces[start..]);
    parts
}

fn width(pieces: &[Piece<'_>], bare: bool) -> usize {
    let widths = pieces.iter().map(|piece| {
        usize::from(piece.space)
            + match &piece.part {
                Part::Bare(word) => word.chars().count(),
                Part::Quoted(quoted) => unquoted(quoted, bare).chars().count(),
                Part::Group(inner) => 2 + width(inner, bare),
            }
    });
    widths.sum()
}

/// An identifier without its quotes, if it is plain.
fn unquoted(quoted: &str, bare: bool) -> &str {
    let inner = match quoted.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) if bare => inner,
        _ => return quoted,
    };
    let plain = inner.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && inner.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED.contains(&inner);
    if plain { inner } else { quoted }
}

/// Words of SQL that may well be names.
const RESERVED: [&str; 33] = [
    "all", "and", "as", "asc", "by", "case", "check", "column", "default", "desc", "distinct", "else",
    "end", "from", "group", "in", "index", "is", "join", "key", "like", "limit", "not", "null", "on", "or",
    "order", "select", "set", "table", "user", "values", "where",
];
