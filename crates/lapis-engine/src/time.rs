//! Waiting, with a Tokio runtime and without.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

thread_local! {
    /// Whether what runs on this thread was called by [`block_on`], so that the thread is whose to wait.
    static BLOCKING: Cell<bool> = const { Cell::new(false) };
}

/// Whether it is a runtime's timer that waits here, rather than the thread.
fn timer() -> bool {
    !BLOCKING.get() && Handle::try_current().is_ok()
}

/// Waits: the task where there is a runtime, else the thread, for then nothing else is there to be run.
pub(crate) async fn sleep(duration: Duration) {
    if timer() {
        tokio::time::sleep(duration).await;
    } else {
        thread::sleep(duration);
        // Whoever polls may have something else to look at, such as whether the answer is still wanted.
        let mut slept = false;
        poll_fn(|context| {
            if std::mem::replace(&mut slept, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

/// Waits for a future for so long; `None` if it was not ready by then. One that is ready at once needs no timer.
pub(crate) async fn timeout<F: Future>(duration: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    if let Poll::Ready(output) = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        return Some(output);
    }
    if timer() {
        return tokio::time::timeout(duration, future).await.ok();
    }
    let deadline = Instant::now() + duration;
    wait_until(Some(deadline), future)
}

/// Waits for a future on a thread that has nothing else to do. One that is ready at once costs a poll.
#[inline]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let _waiting = Waiting::begin();
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => wait(future),
    }
}

#[cold]
fn wait<F: Future>(mut future: Pin<&mut F>) -> F::Output {
    loop {
        if let Some(output) = wait_until(None, future.as_mut()) {
            return output;
        }
    }
}

/// Parks the thread until a future is ready, or until the deadline.
fn wait_until<F: Future>(deadline: Option<Instant>, future: Pin<&mut F>) -> Option<F::Output> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    // A task of Tokio's that has used up its budget would find nothing ready until it yields, which it cannot here.
    let mut future = pin!(tokio::task::unconstrained(future));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        match deadline {
            None => thread::park(),
            Some(deadline) => match deadline.checked_duration_since(Instant::now()) {
                Some(left) if !left.is_zero() => thread::park_timeout(left),
                _ => return None,
            },
        }
    }
}

/// Marks the thread as one that waits by itself, for as long as it is there.
struct Waiting {
    before: bool,
}

impl Waiting {
    fn begin() -> Self {
        Self { before: BLOCKING.replace(true) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        BLOCKING.set(self.before);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_that_another_thread_wakes_is_waited_for() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let thread = thread::spawn(move || {
            thread::sleep(Duration::from_millis(5));
            sender.send(7)
        });
        assert_eq!(block_on(receiver), Ok(7));
        assert!(thread.join().is_ok());
    }

    #[test]
    fn a_wait_without_a_runtime_ends_in_time() {
        let waited = block_on(timeout(Duration::from_millis(5), std::future::pending::<()>()));
        assert_eq!(waited, None);
    }
}
