//! What waits for the asynchronous code.

use std::pin::pin;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::driver::Driver;
use crate::error::{Error, OperationalCause, Result};

/// Waits for futures of an engine: by its runtime, or, where the database is embedded, by the thread alone.
#[derive(Debug, Clone)]
pub struct Executor(Option<Arc<Reactor>>);

/// The runtime that a server's connections need. Its thread is not waited for when it is dropped, for that is
/// forbidden within asynchronous code.
#[derive(Debug)]
struct Reactor(Option<Runtime>);

impl Executor {
    pub(super) fn new(driver: &dyn Driver) -> Result<Self> {
        if !driver.needs_runtime() {
            return Ok(Self(None));
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("lapis-blocking")
            .enable_all()
            .build()
            .map_err(|error| {
                let message = format!("the thread that waits for the database cannot be started: {error}");
                Error::operational(OperationalCause::Other, message).with_source(error)
            })?;
        Ok(Self(Some(Arc::new(Reactor(Some(runtime))))))
    }

    /// Waits for a future.
    ///
    /// # Panics
    /// Within asynchronous code, where the database is not embedded.
    #[inline]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        // Pinned where it is made: a future may be large, and is not to be moved from hand to hand.
        let future = pin!(future);
        match self.0.as_deref() {
            Some(Reactor(Some(runtime))) => runtime.block_on(future),
            // A reactor is without a runtime when it is dropped, and never before.
            Some(Reactor(None)) | None => crate::time::block_on(future),
        }
    }
}

impl Drop for Reactor {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
