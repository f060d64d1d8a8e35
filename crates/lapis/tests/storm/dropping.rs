//! Futures that are dropped before their end, and where they were then.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;

use crate::random::Random;

/// When a future is dropped.
#[derive(Debug, Clone, Copy)]
pub enum Patience {
    /// It runs to its end.
    Endless,
    /// When it waits for the so-manyth time from that step on.
    Waits { from: Step, times: usize },
    /// When that time is up.
    Time(Duration),
}

impl Patience {
    /// For a future of those steps; one in `complete` runs to its end.
    pub fn random(random: &mut Random, steps: &[Step], complete: usize) -> Self {
        if random.one_in(complete) {
            return Self::Endless;
        }
        if random.one_in(3) {
            return Self::Time(Duration::from_micros(random.below(8000) as u64));
        }
        match random.pick(steps) {
            Some(from) => Self::Waits { from, times: 1 + random.below(3) },
            None => Self::Endless,
        }
    }

    /// Runs a future for as long as the patience lasts; `None` if it was dropped.
    pub async fn run<F: Future>(self, steps: &Steps, future: F) -> Option<F::Output> {
        match self {
            Self::Endless => Some(future.await),
            Self::Time(time) => tokio::time::timeout(time, future).await.ok(),
            Self::Waits { from, times } => {
                let mut future = pin!(future);
                let mut left = times;
                poll_fn(|context| match future.as_mut().poll(context) {
                    Poll::Ready(output) => Poll::Ready(Some(output)),
                    Poll::Pending if !steps.came_to(from) => Poll::Pending,
                    Poll::Pending => {
                        left -= 1;
                        if left == 0 { Poll::Ready(None) } else { Poll::Pending }
                    }
                })
                .await
            }
        }
    }
}

/// What a transfer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Acquire,
    Begin,
    Statement,
    Savepoint,
    Batch,
    Flush,
    Stream,
    Commit,
}

impl Step {
    pub const ALL: [Step; 8] = [
        Step::Acquire,
        Step::Begin,
        Step::Statement,
        Step::Savepoint,
        Step::Batch,
        Step::Flush,
        Step::Stream,
        Step::Commit,
    ];
}

/// The steps that a future has come to, for whoever drops it.
#[derive(Debug, Default)]
pub struct Steps {
    last: AtomicU8,
    /// A bit for each.
    seen: AtomicU8,
}

impl Steps {
    /// Does something as a step.
    pub async fn at<F: Future>(&self, step: Step, future: F) -> F::Output {
        self.last.store(step as u8, Relaxed);
        self.seen.fetch_or(1 << step as u8, Relaxed);
        future.await
    }

    pub fn last(&self) -> Step {
        Step::ALL[usize::from(self.last.load(Relaxed))]
    }

    fn came_to(&self, step: Step) -> bool {
        self.seen.load(Relaxed) & (1 << step as u8) != 0
    }
}

/// How many futures were dropped at each step.
#[derive(Debug, Default)]
pub struct Drops([AtomicU64; Step::ALL.len()]);

impl Drops {
    pub fn count(&self, step: Step) {
        self.0[step as usize].fetch_add(1, Relaxed);
    }

    pub fn at(&self, step: Step) -> u64 {
        self.0[step as usize].load(Relaxed)
    }

    pub fn all(&self) -> u64 {
        Step::ALL.map(|step| self.at(step)).iter().sum()
    }
}

impl std::fmt::Display for Drops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} dropped", self.all())?;
        for step in Step::ALL {
            write!(f, ", {step:?} {}", self.at(step))?;
        }
        Ok(())
    }
}
