//! Everybody wants the same few rows: the retry policy brings every transfer through.

use std::time::Duration;

use lapis::prelude::*;
use lapis::{Result, RetryPolicy};

use crate::ledger::{Book, Told, audit, open};
use crate::place::{Place, Server};
use crate::random::Random;
use crate::transfer::{Order, Way};
use crate::weather::{alone, run};

const TASKS: u64 = 32;
const TRANSFERS: u64 = 5;
const ACCOUNTS: usize = 3;
const PATIENT: RetryPolicy = RetryPolicy::new()
    .attempts(1000)
    .backoff(Duration::from_millis(1), Duration::from_millis(50));

#[test]
fn every_transfer_comes_through_on_postgres() {
    run("contention", Server::Postgres, async |place, seed| on_server(place, seed).await);
}

#[test]
fn every_transfer_comes_through_on_mysql() {
    run("contention", Server::MySql, async |place, seed| on_server(place, seed).await);
}

#[test]
fn every_transfer_comes_through_on_sqlite() {
    alone("contention on a file of SQLite's", async |seed| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let engine =
            Engine::connect(&format!("sqlite://{}", folder.path().join("ledger.db").display())).await?;
        storm(&engine, seed).await
    });
}

async fn on_server(place: Place, seed: u64) -> Result<String> {
    let engine = Engine::builder(&place.url).pool_size(16).max_overflow(0).connect().await?;
    let seen = storm(&engine, seed).await?;
    place.remove(&engine).await?;
    Ok(seen)
}

async fn storm(engine: &Engine, seed: u64) -> Result<String> {
    open(engine, ACCOUNTS as i64).await?;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let engine = engine.clone();
            let mut random = Random::new(seed.wrapping_mul(1000) + task);
            tokio::spawn(async move {
                let mut done = Vec::new();
                for number in 0..TRANSFERS {
                    let id = (task * TRANSFERS + number) as i64;
                    let order = Order { locks: false, ..Order::random(&mut random, id, ACCOUNTS) };
                    let way = random.pick(&Way::ALL).expect("there are ways");
                    way.make_with(&engine, order, PATIENT).await?;
                    done.push(id);
                }
                Ok::<_, lapis::Error>(done)
            })
        })
        .collect();
    let book = Book::default();
    for task in tasks {
        for id in task.await.expect("no task panics")? {
            book.note(id, Told::Committed);
        }
    }
    audit(engine, &book).await?;
    assert_eq!(book.count(Told::Committed) as u64, TASKS * TRANSFERS);
    Ok(book.to_string())
}
