//! A socket with its buffers.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWrite};

use super::stream::Stream;

/// How much is read at a time.
const CHUNK: usize = 32 * 1024;
/// The room for what was read that a connection keeps once it is understood.
const LARGEST_INPUT: usize = 1 << 20;
/// The room for what is to be written that a connection keeps for the next statement.
const LARGEST_OUTPUT: usize = 256 * 1024;

/// A socket, what was read from it and not yet understood, and what is to be written.
///
/// Both buffers outlive the futures that fill and empty them: one that is dropped loses nothing.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: Stream,
    pub(crate) input: BytesMut,
    pub(crate) output: BytesMut,
}

impl Wire {
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, input: BytesMut::with_capacity(CHUNK), output: BytesMut::with_capacity(1024) }
    }

    /// Writes what is to be written. While the server does not take it, what it sends is read, for it may wait
    /// for that first.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !ready!(self.poll_exchange(context))? {}
        Poll::Ready(Ok(()))
    }

    /// A step of [`poll_flush`](Self::poll_flush): true once all is written, false where something was read instead.
    pub(crate) fn poll_exchange(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        while !self.output.is_empty() {
            match Pin::new(&mut self.stream).poll_write(context, &self.output)? {
                Poll::Ready(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(written) => self.output.advance(written),
                Poll::Pending => return self.poll_fill(context).map_ok(|()| false),
            }
        }
        if self.output.capacity() > LARGEST_OUTPUT {
            self.output = BytesMut::new();
        }
        // What TLS still holds has to go out as well.
        match Pin::new(&mut self.stream).poll_flush(context)? {
            Poll::Ready(()) => Poll::Ready(Ok(true)),
            Poll::Pending => self.poll_fill(context).map_ok(|()| false),
        }
    }

    /// Reads more; that the server has closed the connection is an error.
    pub(crate) fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.input.reserve(CHUNK / 2);
        if self.input.is_empty() && self.input.capacity() > LARGEST_INPUT {
            self.input = BytesMut::with_capacity(CHUNK);
        }
        // A new future each time is as good as the old one: it holds nothing.
        let read = pin!(self.stream.read_buf(&mut self.input));
        match ready!(read.poll(context))? {
            0 => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
            _ => Poll::Ready(Ok(())),
        }
    }

    /// [`poll_flush`](Self::poll_flush) as a future.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|context| self.poll_flush(context)).await
    }
}
