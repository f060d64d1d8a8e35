//! Times, as a table in Markdown.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml [WORD]` measures the cases whose name has the word;
//! `-- --profile lapis WORD` does one side alone for a profiler to look at, and `raw` the other. Servers are measured
//! where `LAPIS_TEST_POSTGRES_URL` and `LAPIS_TEST_MYSQL_URL` say there is one; `-- --on sqlite`, `postgres` or `mysql`
//! measures that one alone.

use std::time::Duration;

use lapis_benches::cases;
use lapis_benches::harness::{Case, head, measure, repeat, time, timed};
use lapis_benches::servers::{self, MySql, Postgres, Raw};

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let profiled = option(&mut words, "--profile");
    let on = option(&mut words, "--on");
    let run = Run { word: words.pop().unwrap_or_default(), profiled };
    let wanted = |name: &str| on.as_deref().is_none_or(|on| on == name);
    if wanted("sqlite") {
        run.table("rusqlite", cases::all());
        if run.profiled.is_none() && "compile".contains(&run.word) {
            compiling();
        }
    }
    if wanted("postgres") && std::env::var_os("LAPIS_TEST_POSTGRES_URL").is_some() {
        run.table(Postgres::NAME, servers::all(Postgres::connect));
    }
    if wanted("mysql") && std::env::var_os("LAPIS_TEST_MYSQL_URL").is_some() {
        run.table(MySql::NAME, servers::all(MySql::connect));
    }
}

/// Takes an option with its value out of the arguments.
fn option(words: &mut Vec<String>, name: &str) -> Option<String> {
    let at = words.iter().position(|word| word == name)?;
    (at + 1 < words.len()).then(|| words.drain(at..at + 2).next_back()).flatten()
}

/// What was asked for.
struct Run {
    /// Part of the names of the cases.
    word: String,
    /// The one side that is to be done.
    profiled: Option<String>,
}

impl Run {
    fn table<F: Fn() -> Case>(&self, raw: &str, cases: Vec<F>) {
        if self.profiled.is_none() {
            println!("\n{}", head(raw));
        }
        for make in cases {
            let mut case = make();
            if !case.name.contains(&self.word) {
                continue;
            }
            match self.profiled.as_deref() {
                None => println!("{}", measure(case, Duration::from_secs(2)).row()),
                Some("lapis") => repeat(&mut case.lapis, Duration::from_secs(3)),
                Some(_) => repeat(&mut case.raw, Duration::from_secs(3)),
            }
        }
    }
}

/// What building and compiling a statement costs, the database apart.
fn compiling() {
    println!("\n| building and compiling | time |\n| --- | --- |");
    for (name, work) in cases::COMPILING {
        const TIMES: u32 = 10_000;
        let mut turns: Vec<Duration> = (0..101).map(|_| timed(TIMES, work)).collect();
        turns.sort();
        println!("| {name} | {} |", time(turns[50].as_secs_f64() / f64::from(TIMES)));
    }
}
