//! The pool of connections.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError};

use crate::driver::{Driver, DriverConnection};
use crate::error::{Error, ErrorKind, Result};
use crate::reply::Reply;

/// How the pool behaves.
#[derive(Debug, Clone)]
pub(crate) struct PoolOptions {
    /// How many connections are kept.
    pub(crate) size: usize,
    /// How many may be open beyond them for a while.
    pub(crate) max_overflow: usize,
    /// How long a connection is waited for.
    pub(crate) timeout: Duration,
    /// The age at which a connection is replaced.
    pub(crate) recycle: Option<Duration>,
    /// Whether a connection is tried before it is given out.
    pub(crate) pre_ping: bool,
    /// Scripts that a new connection runs before it is given out.
    pub(crate) on_connect: Vec<String>,
}

impl PoolOptions {
    /// How many connections may be open at a time. There is no pool so large that the sum would not do.
    pub(crate) fn capacity(&self) -> usize {
        self.size.saturating_add(self.max_overflow).min(Semaphore::MAX_PERMITS)
    }
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            size: 5,
            max_overflow: 10,
            timeout: Duration::from_secs(30),
            recycle: None,
            pre_ping: false,
            on_connect: Vec::new(),
        }
    }
}

/// How many connections there are and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// How many connections the pool keeps.
    pub size: usize,
    /// How many may be open beyond them.
    pub max_overflow: usize,
    /// How many are open and wait for work.
    pub idle: usize,
    /// How many are at work.
    pub checked_out: usize,
}

/// Connections, the last one used on top: those below grow old and are recycled.
#[derive(Debug)]
pub(crate) struct Pool {
    driver: Arc<dyn Driver>,
    options: PoolOptions,
    permits: Semaphore,
    idle: Mutex<Vec<Pooled>>,
    /// Where the engine was connected, for connections that come back from threads without a runtime.
    runtime: Option<Handle>,
}

/// A connection of the pool.
pub(crate) struct Pooled {
    pub(crate) driver: Box<dyn DriverConnection>,
    /// Where statements are compiled to, one after the other.
    pub(crate) buffer: String,
    created: Instant,
}

impl std::fmt::Debug for Pooled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pooled").field("created", &self.created).finish_non_exhaustive()
    }
}

impl Pool {
    pub(crate) fn new(driver: Arc<dyn Driver>, options: PoolOptions) -> Self {
        let permits = Semaphore::new(options.capacity());
        let idle = Mutex::new(Vec::with_capacity(options.size.min(64)));
        Self { driver, options, permits, idle, runtime: Handle::try_current().ok() }
    }

    /// Takes a connection; it has to be given back by [`give_back`](Self::give_back) or
    /// [`forget`](Self::forget).
    pub(crate) async fn take(&self) -> Result<Pooled> {
        let permit = match self.permits.try_acquire() {
            Ok(permit) => permit,
            Err(TryAcquireError::Closed) => return Err(closed()),
            Err(TryAcquireError::NoPermits) => self.wait().await?,
        };
        while let Some(mut pooled) = self.pop() {
            let stale = self.options.recycle.is_some_and(|age| pooled.created.elapsed() >= age)
                || (self.options.pre_ping && pooled.driver.ping().await.is_err());
            if !stale {
                permit.forget();
                return Ok(pooled);
            }
            // Closing what is replaced may fail; nothing is lost by it.
            let _ = pooled.driver.close().await;
        }
        let mut driver = self.driver.connect().await?;
        for script in &self.options.on_connect {
            driver.run_script(script).await.map_err(|error| error.with_sql(script))?;
        }
        permit.forget();
        Ok(Pooled { driver, buffer: String::new(), created: Instant::now() })
    }

    async fn wait(&self) -> Result<SemaphorePermit<'_>> {
        match crate::time::timeout(self.options.timeout, self.permits.acquire()).await {
            Some(permit) => permit.map_err(|_| closed()),
            None => Err(Error::new(ErrorKind::PoolTimeout {
                waited: self.options.timeout,
                size: self.options.size,
                overflow: self.options.max_overflow,
                checked_out: self.status().checked_out,
            })),
        }
    }

    fn pop(&self) -> Option<Pooled> {
        self.idle().pop()
    }

    /// A panic cannot leave the vector half changed, so a poisoned lock is as good as another.
    fn idle(&self) -> MutexGuard<'_, Vec<Pooled>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a connection back: it is reset, at once where that needs no waiting, else by a task of the
    /// runtime; without a runtime it is closed.
    pub(crate) fn give_back(self: &Arc<Self>, mut pooled: Pooled) {
        let reset = match pooled.driver.reset() {
            Reply::Ready(result) => Some(result.into_inner()),
            Reply::Pending(_) => None,
        };
        match reset {
            Some(Ok(())) => return self.keep(pooled),
            Some(Err(_)) => return self.forget(),
            None => {}
        }
        let Some(runtime) = Handle::try_current().ok().or_else(|| self.runtime.clone()) else {
            return self.forget();
        };
        let pool = Arc::clone(self);
        runtime.spawn(async move {
            let lease = Lease(&pool);
            if pooled.driver.reset().await.is_ok() {
                std::mem::forget(lease);
                pool.keep(pooled);
            }
        });
    }

    fn keep(&self, pooled: Pooled) {
        let surplus = {
            let mut idle = self.idle();
            if idle.len() < self.options.size && !self.permits.is_closed() && !pooled.driver.is_broken() {
                idle.push(pooled);
                None
            } else {
                Some(pooled)
            }
        };
        // Closed outside of the lock, and before another may be opened in its place.
        drop(surplus);
        self.permits.add_permits(1);
    }

    /// Says that a connection which was taken is gone.
    pub(crate) fn forget(&self) {
        self.permits.add_permits(1);
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let PoolOptions { size, max_overflow, .. } = self.options;
        PoolStatus {
            size,
            max_overflow,
            idle: self.idle().len(),
            checked_out: self.options.capacity().saturating_sub(self.permits.available_permits()),
        }
    }

    /// Closes the connections that are idle, and those at work when they come back. None is given out again.
    pub(crate) async fn close(&self) -> Result<()> {
        self.permits.close();
        let idle = std::mem::take(&mut *self.idle());
        for pooled in idle {
            pooled.driver.close().await?;
        }
        Ok(())
    }
}

/// Gives a permit back when a task that resets a connection is dropped.
struct Lease<'a>(&'a Pool);

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.0.forget();
    }
}

fn closed() -> Error {
    Error::invalid_request("the engine is closed; connect another one")
}
