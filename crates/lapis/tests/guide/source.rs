//! What the source of a topic says: its heading, what it imports, and its entries.

/// A file of the chapter, read.
pub struct Source {
    /// The lines of its own documentation.
    pub introduction: Vec<String>,
    /// What it takes from Lapis and from chrono, as it is written.
    pub imports: Vec<String>,
    pub entries: Vec<Documented>,
}

/// An entry as its source has it.
pub struct Documented {
    pub name: String,
    /// What it says.
    pub sentence: Vec<String>,
    pub sql: Vec<SqlBlock>,
    /// How the databases differ.
    pub notes: Vec<String>,
    /// The databases that cannot do it.
    pub not_on: Vec<String>,
    /// The databases that it is run on, if it is about something that Lapis does not know of.
    pub only_on: Vec<String>,
    /// What the statement's rows are.
    pub rows: Option<String>,
    /// The function's body.
    pub rust: Vec<String>,
}

/// The SQL of the left side.
pub struct SqlBlock {
    /// The databases that it is for; none for all that have no SQL of their own.
    pub databases: Vec<String>,
    pub sql: String,
}

impl Documented {
    /// Whether the page says that a database cannot do it.
    pub fn excludes(&self, database: &str) -> bool {
        self.not_on.iter().any(|name| name == database)
    }

    /// Whether it is to be run on a database.
    pub fn runs_on(&self, database: &str) -> bool {
        let everywhere = self.only_on.is_empty();
        !self.excludes(database)
            && (everywhere || self.only_on.iter().any(|name| name == database))
    }

    pub fn sql_for(&self, database: &str) -> Option<&str> {
        let named = |block: &&SqlBlock| {
            block.databases.iter().any(|name| name == database)
        };
        let others = |block: &&SqlBlock| block.databases.is_empty();
        let block = self
            .sql
            .iter()
            .find(named)
            .or_else(|| self.sql.iter().find(others))?;
        Some(&block.sql)
    }
}

impl Source {
    pub fn parse(text: &str) -> Self {
        let mut source = Self {
            introduction: Vec::new(),
            imports: Vec::new(),
            entries: Vec::new(),
        };
        let mut docs = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(text) = line.strip_prefix("//!") {
                source.introduction.push(unindented(text));
            } else if let Some(text) = line.strip_prefix("///") {
                docs.push(unindented(text));
            } else if line.starts_with("use lapis::")
                || line.starts_with("use chrono::")
            {
                source.imports.extend(through(line, &mut lines, |line| {
                    line.ends_with(';')
                }));
            } else if line.starts_with("pub fn ")
                || line.starts_with("pub async fn ")
            {
                let signature =
                    through(line, &mut lines, |line| line.ends_with('{'));
                let body = through("", &mut lines, |line| line == "}");
                source
                    .entries
                    .push(Documented::parse(&docs, &signature, &body));
                docs.clear();
            } else {
                docs.clear();
            }
        }
        source
    }
}

/// A line, and those behind it to the first for which `ends` holds.
fn through<'a>(
    first: &'a str,
    lines: &mut impl Iterator<Item = &'a str>,
    ends: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut taken = vec![first.to_owned()];
    if !ends(first) {
        for line in lines {
            taken.push(line.to_owned());
            if ends(line) {
                break;
            }
        }
    }
    taken
}

fn unindented(text: &str) -> String {
    text.strip_prefix(' ').unwrap_or(text).to_owned()
}

impl Documented {
    fn parse(docs: &[String], signature: &[String], body: &[String]) -> Self {
        let signature = signature
            .iter()
            .map(|line| line.trim())
            .collect::<Vec<_>>()
            .join(" ");
        let after_fn =
            signature.split_once("fn ").map_or("", |(_, behind)| behind);
        let name = after_fn.split('(').next().unwrap_or_default().to_owned();
        let rows = ["impl Rows<", "lapis::Result<Vec<"]
            .iter()
            .find_map(|before| signature.split_once(before))
            .map(|(_, behind)| tidied(closed(behind)));
        let rust =
            body[1..body.len() - 1].iter().map(|line| dedented(line)).collect();
        let mut entry = Self {
            name,
            sentence: Vec::new(),
            sql: Vec::new(),
            notes: Vec::new(),
            not_on: Vec::new(),
            only_on: Vec::new(),
            rows,
            rust,
        };
        let mut lines = docs.iter();
        while let Some(line) = lines.next() {
            if let Some(databases) = line.strip_prefix("```sql") {
                let sql: Vec<&str> = lines
                    .by_ref()
                    .map(String::as_str)
                    .take_while(|line| *line != "```")
                    .collect();
                entry.sql.push(SqlBlock {
                    databases: names(databases),
                    sql: sql.join("\n"),
                });
            } else if entry.sql.is_empty() {
                entry.sentence.push(line.clone());
            } else {
                let after = |words| {
                    line.strip_prefix(words)
                        .and_then(|rest: &str| rest.split_once(':'))
                };
                if let Some((databases, _)) = after("Not on ") {
                    entry.not_on = names(databases);
                } else if let Some((databases, _)) = after("Only on ") {
                    entry.only_on = names(databases);
                }
                entry.notes.push(line.clone());
            }
        }
        assert!(!entry.sql.is_empty(), "{} has no SQL beside it", entry.name);
        entry
    }
}

/// What stands before the bracket that closes the one before it.
fn closed(text: &str) -> &str {
    let mut depth = 1;
    for (at, character) in text.char_indices() {
        match character {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// A type that rustfmt broke into lines, on one.
fn tidied(rows: &str) -> String {
    let rows = rows.trim().trim_end_matches(',');
    rows.replace("( ", "(").replace(", )", ")").replace(",)", ")")
}

fn names(list: &str) -> Vec<String> {
    list.split([',', ' '])
        .filter(|name| !name.is_empty() && *name != "and")
        .map(str::to_owned)
        .collect()
}

fn dedented(line: &str) -> String {
    line.strip_prefix("    ").unwrap_or(line).to_owned()
}
