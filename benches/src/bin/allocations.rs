//! Allocations, as a table in Markdown: counted in a program of their own, since counting takes time.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin allocations [WORD]`

use std::alloc::System;

use lapis_benches::cases;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many blocks were asked for and grown, and their bytes.
fn count<T>(mut work: impl FnMut() -> T) -> (usize, usize) {
    let region = Region::new(ALLOCATOR);
    std::hint::black_box(work());
    let change = region.change();
    (change.allocations + change.reallocations, change.bytes_allocated)
}

fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    println!("| work | Lapis | rusqlite | Lapis, a part | rusqlite, a part | bytes |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for make in cases::all() {
        let mut case = make();
        if !case.name.contains(&word) {
            continue;
        }
        // Once before, so that statements are prepared and models built.
        (case.lapis)(1);
        (case.raw)(1);
        let (lapis, lapis_bytes) = count(|| (case.lapis)(1));
        let (raw, raw_bytes) = count(|| (case.raw)(1));
        let each = |blocks: usize| blocks as f64 / case.parts as f64;
        println!(
            "| {} | {lapis} | {raw} | {:.2} | {:.2} | {:.2} |",
            case.name,
            each(lapis),
            each(raw),
            lapis_bytes as f64 / raw_bytes as f64
        );
    }
    println!("\n| building and compiling | blocks | bytes |\n| --- | --- | --- |");
    for (name, work) in cases::COMPILING {
        work();
        let (blocks, bytes) = count(work);
        println!("| {name} | {blocks} | {bytes} |");
    }
}
