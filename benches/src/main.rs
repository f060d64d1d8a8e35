//! Times, as a table in Markdown.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml [WORD]` measures the cases whose name has the word;
//! `-- --profile lapis WORD` does one side alone for a profiler to look at, and `rusqlite` the other.

use std::time::Duration;

use lapis_benches::cases;
use lapis_benches::harness::{HEAD, measure, repeat, time, timed};

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let profiled = match words.iter().position(|word| word == "--profile") {
        Some(at) if at + 1 < words.len() => {
            let side = words.remove(at + 1);
            words.remove(at);
            Some(side)
        }
        _ => None,
    };
    let word = words.pop().unwrap_or_default();
    if profiled.is_none() {
        println!("{HEAD}");
    }
    for make in cases::all() {
        let mut case = make();
        if !case.name.contains(&word) {
            continue;
        }
        match profiled.as_deref() {
            None => println!("{}", measure(case, Duration::from_secs(2)).row()),
            Some("lapis") => repeat(&mut case.lapis, Duration::from_secs(3)),
            Some(_) => repeat(&mut case.raw, Duration::from_secs(3)),
        }
    }
    if profiled.is_none() && "compile".contains(&word) {
        compiling();
    }
}

/// What building and compiling a statement costs, the database apart.
fn compiling() {
    let works: [(&str, fn() -> usize); 2] =
        [("lookup by key", cases::compile_lookup), ("three conditions, ordered", cases::compile_filter)];
    println!("\n| building and compiling | time |\n| --- | --- |");
    for (name, work) in works {
        const TIMES: u32 = 10_000;
        let mut turns: Vec<Duration> = (0..101).map(|_| timed(TIMES, work)).collect();
        turns.sort();
        println!("| {name} | {} |", time(turns[50].as_secs_f64() / f64::from(TIMES)));
    }
}
