//! What the blocking front costs on SQLite: lookups by primary key through a session, beside the same lookups
//! awaited within a runtime.
//!
//! `cargo run --release --example blocking_cost`

use std::hint::black_box;
use std::time::{Duration, Instant};

use lapis::blocking;
use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "items")]
struct Item {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
}

const ITEMS: i64 = 10_000;
const ROUNDS: usize = 40;

fn main() -> lapis::Result<()> {
    let engine = blocking::Engine::connect("sqlite::memory:")?;
    engine.create_all(&MetaData::of::<(Item,)>())?;
    let mut session = engine.session();
    session.add_all((0..ITEMS).map(|number| Item::new().name(format!("item {number}")).build()));
    session.commit()?;

    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be started");
    let (mut awaited, mut blocked) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        awaited.push(runtime.block_on(look_up(&engine))?);
        blocked.push(look_up_blocking(&engine)?);
    }
    let (awaited, blocked) = (median(&mut awaited), median(&mut blocked));
    println!("a lookup, awaited:  {awaited:.0} ns");
    println!("a lookup, blocking: {blocked:.0} ns ({:+.1} %)", (blocked / awaited - 1.0) * 100.0);
    Ok(())
}

async fn look_up(engine: &Engine) -> lapis::Result<Duration> {
    let mut session = engine.session();
    let started = Instant::now();
    for id in 1..=ITEMS {
        black_box(session.get::<Item>(id).await?);
    }
    Ok(started.elapsed())
}

fn look_up_blocking(engine: &blocking::Engine) -> lapis::Result<Duration> {
    let mut session = engine.session();
    let started = Instant::now();
    for id in 1..=ITEMS {
        black_box(session.get::<Item>(id)?);
    }
    Ok(started.elapsed())
}

/// The median of the rounds, for one lookup, in nanoseconds.
fn median(rounds: &mut [Duration]) -> f64 {
    rounds.sort_unstable();
    rounds[rounds.len() / 2].as_secs_f64() * 1e9 / ITEMS as f64
}
