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
/// Seeds of a run on each kind of database.
const SEEDS: [u64; 4] = [1, 2, 3, 4];

struct Failure {
    message: String,
    trace: Vec<String>,
}

/// Runs operations on an empty database.
fn run(url: &str, autoflush: bool, operations: &[Operation]) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut trace = Vec::new();
    let work = AssertUnwindSafe(|| {
        runtime.block_on(async {
            let engine = Engine::connect(url).await.map_err(|error| error.to_string())?;
            let mut driver = Driver::new(&engine, autoflush).await.map_err(|error| error.to_string())?;
            let mut result = Ok(());
            for operation in operations {
                result = driver.step(*operation).await;
                trace.clone_from(&driver.trace);
                if result.is_err() {
                    break;
                }
            }
            if result.is_ok() {
                result = driver.finish().await;
                trace.clone_from(&driver.trace);
            }
            result
        })
    });
    let message = match std::panic::catch_unwind(work) {
        Ok(Ok(())) => return Ok(()),
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
                Ok(()) => at += size,
            }
        }
        size /= 2;
    }
    failure
}

/// Runs what follows from one seed.
fn run_seed(seed: u64, url: &str) {
    let mut random = Random::new(seed);
    for database in 0..DATABASES {
        let autoflush = database % 3 != 2;
        let mut operations: Vec<Operation> =
            (0..OPERATIONS).map(|_| Operation::random(&mut random)).collect();
        let Err(failure) = run(url, autoflush, &operations) else { continue };
        let failure = shrink(url, autoflush, &mut operations, failure);
        panic!(
            "LAPIS_SEED={seed}, database {database} ({url}, autoflush: {autoflush}), made smaller to {} operations:\n  \
             {}\n{}",
            operations.len(),
            failure.trace.join("\n  "),
            failure.message
        );
    }
}

/// Runs the seeds, or the one that the environment names.
fn run_seeds(url: &str) {
    let named = std::env::var("LAPIS_SEED").ok();
    let seeds = match &named {
        Some(seed) => vec![seed.parse().expect("LAPIS_SEED is a number")],
        None => SEEDS.to_vec(),
    };
    for seed in seeds {
        let started = Instant::now();
        run_seed(seed, url);
        let operations = DATABASES * OPERATIONS as u64;
        let rate = operations as f64 / started.elapsed().as_secs_f64();
        println!("seed {seed} on {url}: {operations} operations, {rate:.0} a second");
    }
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
