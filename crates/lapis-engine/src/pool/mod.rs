//! The pool of connections.

mod health;
mod status;

pub use status::PoolStatus;

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, SemaphorePermit, TryAcquireError};

use crate::driver::{Driver, DriverConnection};
use crate::error::{Error, ErrorKind, OperationalCause, Result};
use crate::reply::Reply;
use crate::time::timeout;
use health::{Counted, Health};

/// How long a database may take to close a connection before it is dropped.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);
/// How long a connection may take to say that it is alive. It is then replaced.
const PING_PATIENCE: Duration = Duration::from_secs(5);

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

impl PoolOptions {
    /// How many connections may be open at a time. There is no pool so large that the sum would not do.
    pub(crate) fn capacity(&self) -> usize {
        self.size.saturating_add(self.max_overflow).min(Semaphore::MAX_PERMITS)
    }
}

/// Connections, the last one used on top: those below grow old and are recycled.
///
/// A permit stands for each connection that may be open and is not idle. Whoever opens, uses, resets or closes one
/// holds its permit, and gives it back on every way out, also by being dropped.
#[derive(Debug)]
pub(crate) struct Pool {
    driver: Arc<dyn Driver>,
    options: PoolOptions,
    permits: Semaphore,
    idle: Mutex<Vec<Pooled>>,
    health: Health,
    /// Told when a permit comes back to a pool that is closed.
    returned: Notify,
    /// Where the engine was connected, for connections that come back from threads without a runtime.
    runtime: Option<Handle>,
}

/// A connection of the pool.
pub(crate) struct Pooled {
    pub(crate) driver: Box<dyn DriverConnection>,
    /// Where statements are compiled to, one after the other.
    pub(crate) buffer: String,
    created: Instant,
    /// When it was last known to be alive; see [`Health`].
    generation: u64,
}

impl std::fmt::Debug for Pooled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pooled").field("created", &self.created).finish_non_exhaustive()
    }
}

impl Pool {
    pub(crate) fn new(driver: Arc<dyn Driver>, options: PoolOptions) -> Self {
        Self {
            driver,
            permits: Semaphore::new(options.capacity()),
            idle: Mutex::new(Vec::with_capacity(options.size.min(64))),
            options,
            health: Health::default(),
            returned: Notify::new(),
            runtime: Handle::try_current().ok(),
        }
    }

    /// Takes a connection; it has to be given back by [`give_back`](Self::give_back) or
    /// [`forget`](Self::forget). All that has to be waited for, a free connection, its ping, the opening of a new
    /// one, has to come within the pool's timeout.
    pub(crate) async fn take(&self) -> Result<Pooled> {
        let mut deadline = Deadline::new(self.options.timeout);
        let permit = match self.permits.try_acquire() {
            Ok(permit) => permit,
            Err(TryAcquireError::Closed) => return Err(closed()),
            Err(TryAcquireError::NoPermits) => self.wait(&mut deadline).await?,
        };
        while let Some(pooled) = self.pop() {
            if let Some(pooled) = self.check(pooled, &mut deadline).await {
                permit.forget();
                return Ok(pooled);
            }
        }
        let pooled = self.open(&mut deadline).await?;
        permit.forget();
        Ok(pooled)
    }

    async fn wait(&self, deadline: &mut Deadline) -> Result<SemaphorePermit<'_>> {
        let _waiting = Counted::in_(&self.health.waiting);
        match timeout(deadline.left(), self.permits.acquire()).await {
            Some(permit) => permit.map_err(|_| closed()),
            None => Err(self.none_in_time()),
        }
    }

    /// Why no connection became free. That others hold them is one reason; that none can be opened is another.
    #[cold]
    fn none_in_time(&self) -> Error {
        let status = self.status();
        let all_opening = status.opening > 0 && status.opening >= status.checked_out;
        if all_opening || self.health.why_none(self.options.timeout).is_some() {
            return self.not_opened_in_time();
        }
        Error::new(ErrorKind::PoolTimeout {
            waited: self.options.timeout,
            size: self.options.size,
            overflow: self.options.max_overflow,
            checked_out: status.checked_out,
        })
    }

    /// An idle connection if it can be given out: not too old, and alive where there is a doubt.
    async fn check(&self, mut pooled: Pooled, deadline: &mut Deadline) -> Option<Pooled> {
        if self.options.recycle.is_some_and(|age| pooled.created.elapsed() >= age) {
            close(pooled).await;
            return None;
        }
        let generation = self.health.generation();
        if !self.options.pre_ping && pooled.generation == generation {
            return Some(pooled);
        }
        // Half of the time that is left is kept for its replacement.
        let patience = PING_PATIENCE.min(deadline.left() / 2);
        if let Some(Ok(())) = timeout(patience, pooled.driver.ping()).await {
            pooled.generation = generation;
            return Some(pooled);
        }
        self.health.found_dead(pooled.generation);
        None
    }

    async fn open(&self, deadline: &mut Deadline) -> Result<Pooled> {
        let generation = self.health.generation();
        let opening = Counted::in_(&self.health.opening);
        let opened = timeout(deadline.left(), self.connect()).await;
        drop(opening);
        match opened {
            Some(Ok(driver)) => {
                self.health.connected();
                Ok(Pooled { driver, buffer: String::new(), created: Instant::now(), generation })
            }
            Some(Err(error)) => {
                self.health.could_not_connect(&error);
                Err(error)
            }
            None => {
                let error = self.not_opened_in_time();
                self.health.could_not_connect(&error);
                Err(error)
            }
        }
    }

    async fn connect(&self) -> Result<Box<dyn DriverConnection>> {
        let mut driver = self.driver.connect().await?;
        for script in &self.options.on_connect {
            driver.run_script(script).await.map_err(|error| error.with_sql(script))?;
        }
        Ok(driver)
    }

    #[cold]
    fn not_opened_in_time(&self) -> Error {
        let waited = self.options.timeout;
        match self.health.why_none(waited) {
            Some((cause, why)) => {
                Error::operational(cause, format!("no connection within {waited:?}: {why}"))
            }
            None => Error::operational(
                OperationalCause::CannotOpen,
                format!(
                    "no connection could be opened within {waited:?}: the server has not answered; check that it is up \
                     and can be reached, or raise `pool_timeout`"
                ),
            ),
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
        if pooled.driver.is_broken() {
            return self.discard(pooled);
        }
        let reset = match pooled.driver.reset() {
            Reply::Ready(result) => Some(result.into_inner()),
            Reply::Pending(_) => None,
        };
        match reset {
            Some(Ok(())) => self.keep(pooled),
            Some(Err(_)) => self.discard(pooled),
            None => self.spawn(pooled, |pool, mut pooled| async move {
                // Nobody waits longer for a connection than that, and one that does not answer is not worth it.
                let reset = timeout(pool.options.timeout, pooled.driver.reset()).await;
                if matches!(reset, Some(Ok(()))) && !pooled.driver.is_broken() {
                    if let Some(surplus) = pool.put(pooled) {
                        close(surplus).await;
                    }
                } else {
                    // Answered too late, or not at all.
                    pool.health.found_dead(pooled.generation);
                }
            }),
        }
    }

    /// Takes a connection back that is as good as new.
    pub(crate) fn keep(self: &Arc<Self>, pooled: Pooled) {
        match self.put(pooled) {
            None => self.release(),
            // Closed before another may be opened in its place.
            Some(surplus) => match surplus.driver.close() {
                Reply::Ready(_) => self.release(),
                Reply::Pending(closing) => {
                    self.spawn(closing, |_, closing| async {
                        // Closing what is not wanted may fail; nothing is lost by it.
                        let _ = timeout(CLOSE_PATIENCE, closing).await;
                    });
                }
            },
        }
    }

    /// Puts a connection among those that are idle, or gives it back where there is no place for it.
    fn put(&self, pooled: Pooled) -> Option<Pooled> {
        let mut idle = self.idle();
        if idle.len() < self.options.size && !self.permits.is_closed() {
            idle.push(pooled);
            return None;
        }
        Some(pooled)
    }

    /// Lets a connection go whose state is not to be trusted.
    pub(crate) fn discard(&self, pooled: Pooled) {
        if pooled.driver.is_broken() {
            self.health.found_dead(pooled.generation);
        }
        // Closed before another may be opened in its place.
        drop(pooled);
        self.release();
    }

    /// Does something with a connection, or what is left of it, by a task that holds its permit. Without a runtime,
    /// and where the runtime ends first, the connection is dropped.
    fn spawn<T: Send + 'static, F: Future<Output = ()> + Send + 'static>(
        self: &Arc<Self>,
        held: T,
        work: impl FnOnce(Arc<Self>, T) -> F + Send + 'static,
    ) {
        let lease = Lease(Arc::clone(self));
        let Some(runtime) = Handle::try_current().ok().or_else(|| self.runtime.clone()) else { return };
        runtime.spawn(async move {
            let pool = Arc::clone(&lease.0);
            work(pool, held).await;
            drop(lease);
        });
    }

    /// Says that a connection which was taken is gone.
    pub(crate) fn forget(&self) {
        self.release();
    }

    fn release(&self) {
        self.permits.add_permits(1);
        if self.permits.is_closed() {
            self.returned.notify_waiters();
        }
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let PoolOptions { size, max_overflow, .. } = self.options;
        let idle = self.idle().len();
        let checked_out = self.options.capacity().saturating_sub(self.permits.available_permits());
        PoolStatus {
            size,
            max_overflow,
            idle,
            checked_out,
            overflow: (idle + checked_out).saturating_sub(size),
            opening: self.health.opening.load(Ordering::Relaxed),
            waiting: self.health.waiting.load(Ordering::Relaxed),
            opened: self.health.opened.load(Ordering::Relaxed),
            failed: self.health.failed.load(Ordering::Relaxed),
        }
    }

    /// Closes the connections that are idle, and those at work when they come back. None is given out again.
    pub(crate) async fn close(&self) {
        self.permits.close();
        let idle = std::mem::take(&mut *self.idle());
        for pooled in idle {
            close(pooled).await;
        }
    }

    /// Closes the pool and waits until the connections at work have come back.
    pub(crate) async fn close_within(&self, patience: Duration) -> Result<()> {
        self.close().await;
        let all_back = async {
            loop {
                let mut returned = pin!(self.returned.notified());
                // Before looking, so that none comes back unnoticed in between.
                returned.as_mut().enable();
                if self.status().checked_out == 0 {
                    return;
                }
                returned.await;
            }
        };
        match timeout(patience, all_back).await {
            Some(()) => Ok(()),
            None => Err(Error::operational(
                OperationalCause::Other,
                format!(
                    "{} connections are still at work {patience:?} after the engine was closed; they are closed when \
                     they come back",
                    self.status().checked_out
                ),
            )),
        }
    }
}

/// Closes a connection as the database likes it, or drops it where that takes too long. Nothing is lost by either.
async fn close(pooled: Pooled) {
    drop(timeout(CLOSE_PATIENCE, pooled.driver.close()).await);
}

/// Until when something is waited for. The clock starts with the first wait, so that where nothing has to be waited
/// for it is not read.
struct Deadline {
    timeout: Duration,
    started: Option<Instant>,
}

impl Deadline {
    fn new(timeout: Duration) -> Self {
        Self { timeout, started: None }
    }

    fn left(&mut self) -> Duration {
        match self.started {
            Some(started) => self.timeout.saturating_sub(started.elapsed()),
            None => {
                self.started = Some(Instant::now());
                self.timeout
            }
        }
    }
}

/// A permit in the hands of a task, given back when the task ends or is dropped.
struct Lease(Arc<Pool>);

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.release();
    }
}

fn closed() -> Error {
    Error::invalid_request("the engine is closed; connect another one")
}
