//! Runs of many operations, and making a failing one smaller.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use lapis::prelude::*;

use crate::driver::{Driver, Operation};
use crate::random::Random;

/// Operations on one database, before a new one is made.
const OPERATIONS: usize = 250;
/// Databases for one seed.
const DATABASES: u64 = 14;
/// Seeds of a run on each kind of database: from 1 on.
const SEEDS: u64 = 10;
/// Operations that find something to do, in a run on each kind of database.
const AT_LEAST: usize = 20_000;

struct Failure {
    message: String,
    trace: Vec<String>,
}

/// Runs operations on an empty database; how many of them found something to do.
fn run(url: &str, autoflush: bool, operations: &[Operation]) -> Result<usize, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut trace = Vec::new();
    let work = AssertUnwindSafe(|| {
        runtime.block_on(async {
            let engine = Engine::connect(url).await.map_err(|error| error.to_string())?;
            let mut driver = Driver::new(&engine, autoflush).await.map_err(|error| error.to_string())?;
            let mut result = Ok(());
            let mut done = 0;
            for operation in operations {
                let before = driver.trace.len();
                result = driver.step(*operation).await;
                done += usize::from(driver.trace.len() > before);
                trace.extend_from_slice(&driver.trace[before..]);
                if result.is_err() {
                    break;
                }
            }
            if result.is_ok() {
                result = driver.finish().await;
                trace.clone_from(&driver.trace);
            }
            result.map(|()| done)
        })
    });
    let message = match std::panic::catch_unwind(work) {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(message)) => message,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            format!("panicked: {}", text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?"))
        }
    };
    Err(Failure { message, trace })
}

/// Leaves out operations for as long as the run still fails.
fn shrink(url: &str, autoflush: bool, operations: &mut Vec<Operation>, mut failure: Failure) -> Failure {
    let until = Instant::now() + Duration::from_secs(20);
    let mut size = operations.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < operations.len() && Instant::now() < until {
            let mut fewer = operations.clone();
            fewer.drain(at..(at + size).min(operations.len()));
            match run(url, autoflush, &fewer) {
                Err(smaller) => {
                    *operations = fewer;
                    failure = smaller;
                }
                Ok(_) => at += size,
            }
        }
        size /= 2;
    }
    failure
}

/// Runs what follows from one seed; how many operations found something to do.
fn run_seed(seed: u64, url: &str) -> usize {
    let mut random = Random::new(seed);
    let mut done = 0;
    for database in 0..DATABASES {
        let autoflush = database % 3 != 2;
        let mut operations: Vec<Operation> =
            (0..OPERATIONS).map(|_| Operation::random(&mut random)).collect();
        let failure = match run(url, autoflush, &operations) {
            Ok(count) => {
                done += count;
                continue;
            }
            Err(failure) => shrink(url, autoflush, &mut operations, failure),
        };
        panic!(
            "LAPIS_SEED={seed}, database {database} ({url}, autoflush: {autoflush}), made smaller to {} operations:\n  \
             {}\n{}",
            operations.len(),
            failure.trace.join("\n  "),
            failure.message
        );
    }
    done
}

/// Runs the seeds, or the one that the environment names.
fn run_seeds(url: &str) {
    let named = std::env::var("LAPIS_SEED").ok();
    let named = named.map(|seed| seed.parse().expect("LAPIS_SEED is a number"));
    let mut sum = 0;
    for seed in named.map_or(1..=SEEDS, |seed| seed..=seed) {
        let started = Instant::now();
        let done = run_seed(seed, url);
        let rate = done as f64 / started.elapsed().as_secs_f64();
        println!("LAPIS_SEED={seed} on {url}: {done} operations, {rate:.0} a second");
        sum += done;
    }
    println!("{url}: {sum} operations");
    assert!(named.is_some() || sum >= AT_LEAST, "{sum} operations are less than {AT_LEAST}");
}

#[test]
fn a_session_on_a_database_in_memory_agrees_with_the_model() {
    run_seeds("sqlite::memory:");
}

#[test]
fn a_session_on_a_file_agrees_with_the_model() {
    let file = std::env::temp_dir().join(format!("lapis-session-model-{}.db", std::process::id()));
    let url = format!("sqlite://{}", file.display());
    run_seeds(&url);
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
}
