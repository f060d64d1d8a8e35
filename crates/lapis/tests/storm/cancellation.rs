//! Futures dropped at any await point leave no transaction open, lose no connection, and halve no transfer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use lapis::Result;
use lapis::prelude::*;

use crate::dropping::{Drops, Patience, Step, Steps};
use crate::ledger::{Book, Told, audit, open};
use crate::place::{Place, Server};
use crate::random::Random;
use crate::transfer::{Order, Way};
use crate::weather::run;

const DROPS: u64 = 5000;
/// How many of them at each step at least.
const DROPS_A_STEP: u64 = 40;
const POOL: usize = 5;
const TASKS: u64 = 12;
const ACCOUNTS: usize = 12;

#[test]
fn dropped_futures_leave_postgres_whole() {
    run("dropped futures", Server::Postgres, storm);
}

#[test]
fn dropped_futures_leave_mysql_whole() {
    run("dropped futures", Server::MySql, storm);
}

async fn storm(place: Place, seed: u64) -> Result<String> {
    let engine = Engine::builder(&place.url).pool_size(POOL).max_overflow(0).connect().await?;
    open(&engine, ACCOUNTS as i64).await?;
    let (book, drops, next) =
        (Arc::new(Book::default()), Arc::new(Drops::default()), Arc::new(AtomicI64::new(1)));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (engine, book, drops, next) = (engine.clone(), book.clone(), drops.clone(), next.clone());
            tokio::spawn(async move {
                let mut random = Random::new(seed.wrapping_mul(1000) + task);
                while drops.all() < DROPS {
                    let way = random.pick(&Way::ALL).expect("there are ways");
                    let order = Order::random(&mut random, next.fetch_add(1, Relaxed), ACCOUNTS);
                    let patience = Patience::random(&mut random, way.steps(), 10);
                    let steps = Steps::default();
                    match patience.run(&steps, way.make(&engine, order, &steps)).await {
                        Some(result) => {
                            book.note(order.id, Told::by(&result));
                            match result {
                                // It was given up for the sake of another.
                                Err(error) if error.is_retryable() => {}
                                // What others dropped is no concern of those who wait.
                                result => result.map_err(|error| {
                                    format!("{way:?} {order:?} at {:?}: {error}", steps.last())
                                })?,
                            }
                        }
                        None => {
                            book.note(order.id, Told::Nothing);
                            drops.count(steps.last());
                        }
                    }
                }
                Ok::<_, String>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task panics").unwrap_or_else(|error| panic!("{error}"));
    }
    expect_all_back(&engine).await;
    place.expect_idle(engine.pool_status().idle).await?;
    expect_none_lost(&engine).await?;
    audit(&engine, &book).await?;
    for step in Step::ALL {
        assert!(drops.at(step) >= DROPS_A_STEP, "too few at {step:?}: {drops}");
    }
    let opened = engine.pool_status().opened;
    place.remove(&engine).await?;
    Ok(format!("{drops}; {book}; {opened} connections opened"))
}

/// Waits until what was dropped has been undone.
async fn expect_all_back(engine: &Engine) {
    let started = Instant::now();
    while engine.pool_status().checked_out > 0 {
        assert!(started.elapsed() < Duration::from_secs(5), "some did not come back: {engine:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let status = engine.pool_status();
    assert!(status.idle <= POOL && status.waiting == 0 && status.opening == 0, "{status:?}");
}

/// Takes every connection that the pool may open at the same time, and uses each.
async fn expect_none_lost(engine: &Engine) -> Result<()> {
    let mut all = Vec::new();
    for _ in 0..POOL {
        let mut connection = engine.acquire().await?;
        assert!(!connection.in_transaction());
        assert_eq!(connection.one(text("SELECT 42").scalar::<i64>()).await?, 42);
        all.push(connection);
    }
    assert_eq!(engine.pool_status().checked_out, POOL);
    Ok(())
}
