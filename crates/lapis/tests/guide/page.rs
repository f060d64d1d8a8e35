//! The page of the guide, made of the sources.

use std::fmt::Write;

use crate::entry::Topic;
use crate::source::{Documented, Source, SqlBlock};

const PATH: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/sql.md");

/// The widest line of Rust or SQL that is shown.
const WIDTH: usize = 90;

/// Checks the page against the sources, or writes it anew if `LAPIS_WRITE_GUIDE` is set.
pub fn check(topics: &[Topic]) {
    let page = page(topics);
    if std::env::var_os("LAPIS_WRITE_GUIDE").is_some() {
        std::fs::write(PATH, page).expect("the page can be written");
        return;
    }
    let written = std::fs::read_to_string(PATH)
        .expect("the page is there")
        .replace("\r\n", "\n");
    for (number, (line, expected)) in
        written.lines().zip(page.lines()).enumerate()
    {
        assert_eq!(
            line,
            expected,
            "docs/guide/sql.md, line {}: {HELP}",
            number + 1
        );
    }
    assert_eq!(written.len(), page.len(), "docs/guide/sql.md: {HELP}");
}

const HELP: &str = "the page is made of crates/lapis/tests/guide; to write it anew: \
                    LAPIS_WRITE_GUIDE=1 cargo test -p lapis --test guide page";

fn page(topics: &[Topic]) -> String {
    let sources: Vec<Source> = topics.iter().map(Topic::parsed).collect();
    let mut page = include_str!("introduction.md").to_owned();
    page.push('\n');
    for source in &sources {
        let title = source.title();
        let _ = writeln!(page, "- [{title}](#{})", anchor(title));
    }
    page.push_str("\n## The tables\n\n");
    let (_, tables) = include_str!("tables.rs")
        .split_once("\n\n")
        .expect("an introduction and a text");
    let shown = tables
        .split_once("// What follows is not shown")
        .map_or(tables, |(shown, _)| shown);
    let _ = write!(page, "```rust\n{}\n```\n", shown.trim());
    for source in &sources {
        source.show(&mut page);
    }
    page
}

/// What GitHub makes of a heading.
fn anchor(title: &str) -> String {
    let kept = |character: &char| {
        character.is_alphanumeric() || matches!(character, ' ' | '-')
    };
    title
        .to_lowercase()
        .chars()
        .filter(kept)
        .map(|it| if it == ' ' { '-' } else { it })
        .collect()
}

impl Source {
    fn title(&self) -> &str {
        self.introduction[0]
            .strip_prefix("# ")
            .expect("a topic begins with its title")
    }

    fn show(&self, page: &mut String) {
        let _ = write!(page, "\n## {}\n", self.title());
        for line in &self.introduction[1..] {
            let _ = writeln!(page, "{line}");
        }
        let imports = self
            .imports
            .iter()
            .filter(|line| *line != "use lapis::prelude::*;");
        let imports: Vec<&str> = imports.map(String::as_str).collect();
        if !imports.is_empty() {
            let _ = write!(page, "\n```rust\n{}\n```\n", imports.join("\n"));
        }
        for entry in &self.entries {
            entry.show(page);
        }
    }
}

impl Documented {
    /// The databases that have no SQL of their own, where others have.
    fn others(&self) -> Vec<String> {
        let named: Vec<&String> =
            self.sql.iter().flat_map(|block| &block.databases).collect();
        if named.is_empty() {
            return Vec::new();
        }
        let all =
            ["SQLite", "PostgreSQL", "MySQL", "MariaDB"].map(str::to_owned);
        all.into_iter()
            .filter(|name| self.runs_on(name) && !named.contains(&name))
            .collect()
    }

    fn show(&self, page: &mut String) {
        let _ = write!(
            page,
            "\n{}\n\n<table><tr><td valign=\"top\">\n",
            self.sentence.join("\n").trim()
        );
        for block in &self.sql {
            let of = if block.databases.is_empty() {
                self.others()
            } else {
                block.databases.clone()
            };
            block.show(page, &of);
        }
        page.push_str("\n</td><td valign=\"top\">\n\n```rust\n");
        for line in &self.rust {
            assert!(line.chars().count() <= WIDTH, "{}: {line}", self.name);
            let _ = writeln!(page, "{line}");
        }
        if let Some(rows) = &self.rows {
            let _ = writeln!(page, "// rows: {rows}");
        }
        page.push_str("```\n\n</td></tr></table>\n");
        let notes = self.notes.join("\n");
        if !notes.trim().is_empty() {
            page.push('\n');
            for line in notes.trim().lines() {
                let _ = writeln!(page, "{}", format!("> {line}").trim_end());
            }
        }
    }
}

impl SqlBlock {
    /// Shows it for these databases; of none, for all.
    fn show(&self, page: &mut String, databases: &[String]) {
        page.push_str("\n```sql\n");
        if !databases.is_empty() {
            let _ = writeln!(page, "-- {}", databases.join(", "));
        }
        for line in self.sql.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
            let _ = writeln!(page, "{line}");
        }
        page.push_str("```\n");
    }
}
