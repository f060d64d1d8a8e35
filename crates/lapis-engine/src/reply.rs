//! What a driver answers with: now, or later.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::Result;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A driver's answer, as a future: ready at once where the database is embedded, which costs no allocation,
/// or boxed where something must be waited for.
#[must_use = "a reply that is not awaited may not have happened"]
pub enum Reply<'a, T> {
    /// The answer is there.
    Ready(Ready<Result<T>>),
    /// The answer has to be waited for.
    Pending(BoxFuture<'a, Result<T>>),
}

impl<'a, T> Reply<'a, T> {
    /// An answer that is there.
    pub fn ready(result: Result<T>) -> Self {
        Reply::Ready(ready(result))
    }

    /// An answer that has to be waited for.
    pub fn pending(future: impl Future<Output = Result<T>> + Send + 'a) -> Self {
        Reply::Pending(Box::pin(future))
    }
}

impl<T> Future for Reply<'_, T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Reply::Ready(result) => Pin::new(result).poll(context),
            Reply::Pending(future) => future.as_mut().poll(context),
        }
    }
}
