//! Many tasks that make transfers for as long as they are let, and remember what they were told.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lapis::engine::OperationalCause;
use lapis::prelude::*;
use lapis::{Error, ErrorKind, Result, RetryPolicy};
use tokio::task::JoinHandle;

use crate::dropping::Steps;
use crate::ledger::{Book, Told, audit, open};
use crate::random::Random;
use crate::transfer::{Order, Way};

pub const TASKS: u64 = 32;
const ACCOUNTS: usize = 24;

/// Also where the connection was lost, for a transfer is nothing but its transaction.
const STUBBORN: RetryPolicy = RetryPolicy::new()
    .attempts(4)
    .retry_if(|error| error.is_retryable() || error.is_connection_lost());

/// The tasks.
pub struct Load {
    engine: Engine,
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    book: Book,
    next: AtomicI64,
    over: AtomicBool,
    last: Mutex<Last>,
}

/// When a transfer was last made, and when one last failed for want of a server.
#[derive(Debug, Clone, Default)]
pub struct Last {
    pub committed: Option<Instant>,
    pub failed: Option<(Instant, String)>,
}

impl Load {
    /// Opens a ledger, and lets the tasks loose on it.
    pub async fn start(engine: Engine, seed: u64) -> Result<Self> {
        open(&engine, ACCOUNTS as i64).await?;
        let shared = Arc::new(Shared::default());
        let tasks = (0..TASKS)
            .map(|task| {
                let (engine, shared) = (engine.clone(), Arc::clone(&shared));
                let random = Random::new(seed.wrapping_mul(1000) + task);
                tokio::spawn(async move { shared.work(&engine, random).await })
            })
            .collect();
        Ok(Self { engine, shared, tasks })
    }

    pub fn last(&self) -> Last {
        self.shared.last().clone()
    }

    /// Lets the tasks end, and waits until all connections are back.
    pub async fn stop(&mut self) {
        self.shared.over.store(true, Relaxed);
        for task in self.tasks.drain(..) {
            task.await.expect("no task panics");
        }
        let started = Instant::now();
        while self.engine.pool_status().checked_out > 0 {
            assert!(
                started.elapsed() < Duration::from_secs(5),
                "some did not come back: {:?}",
                self.engine
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Checks the ledger through an engine that nothing has happened to.
    pub async fn audit(&self, url: &str) -> Result<String> {
        let engine = Engine::connect(url).await?;
        audit(&engine, &self.shared.book).await?;
        engine.close().await?;
        Ok(self.shared.book.to_string())
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    pub fn count(&self, told: Told) -> usize {
        self.shared.book.count(told)
    }
}

impl Shared {
    async fn work(&self, engine: &Engine, mut random: Random) {
        while !self.over.load(Relaxed) {
            let order = Order::random(&mut random, self.next.fetch_add(1, Relaxed), ACCOUNTS);
            let way = random.pick(&Way::ALL).expect("there are ways");
            let result = if random.one_in(2) {
                way.make(engine, order, &Steps::default()).await
            } else {
                way.make_with(engine, order, STUBBORN).await
            };
            self.book.note(order.id, Told::by(&result));
            match result {
                Ok(()) => self.last().committed = Some(Instant::now()),
                Err(error) if error.is_retryable() => {}
                Err(error) => {
                    assert!(is_fault(&error), "{way:?} {order:?}: {error:?}");
                    self.last().failed = Some((Instant::now(), error.to_string()));
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
        }
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an error tells of a server that is gone, and not of something that the program did.
fn is_fault(error: &Error) -> bool {
    let cannot_open =
        matches!(error.kind(), ErrorKind::Operational { cause: OperationalCause::CannotOpen, .. });
    error.is_outcome_unknown() || error.is_connection_lost() || error.is_pool_timeout() || cannot_open
}
