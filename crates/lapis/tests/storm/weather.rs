//! What all storms begin with.

use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::place::{Place, Server};

/// The seed of a run, or the one that the environment names.
pub fn seed() -> u64 {
    match std::env::var("LAPIS_SEED") {
        Ok(seed) => seed.parse().expect("LAPIS_SEED is a number"),
        Err(_) => 1,
    }
}

/// Says something past the test runner, which keeps what tests print.
pub fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Runs a storm on a database of its own, if there is such a server. Storms do not meet: each has the machine.
pub fn run<F: Future<Output = lapis::Result<String>>>(
    name: &str,
    server: Server,
    storm: impl FnOnce(Place, u64) -> F,
) {
    let Some(url) = server.url() else { return };
    alone(&format!("{name} on {server:?}"), async |seed| {
        let place = Place::create(server, &url).await?;
        storm(place, seed).await
    });
}

/// Runs a storm when no other does, and tells what it saw.
pub fn alone(name: &str, storm: impl AsyncFnOnce(u64) -> lapis::Result<String>) {
    static ONE: Mutex<()> = Mutex::new(());
    // One that has failed is over.
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime");
    let (seed, started) = (seed(), Instant::now());
    say(&format!("storm: {name}, LAPIS_SEED={seed}"));
    match runtime.block_on(storm(seed)) {
        Ok(seen) => say(&format!("storm: {name}: {seen} ({:.1?})", started.elapsed())),
        Err(error) => panic!("{name}, LAPIS_SEED={seed}: {error}"),
    }
}
