//! The protocol's flow: messages out, messages in, and what the server still owes.

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use postgres_protocol::message::backend::{DATA_ROW_TAG, ErrorResponseBody, Header, Message};
use postgres_protocol::message::frontend;

use super::error::ServerError;
use crate::error::{Error, OperationalCause, Result};
use crate::net::Wire;

/// The transaction status in ReadyForQuery: in none.
pub(super) const IDLE: u8 = b'I';
/// In a transaction.
pub(super) const IN_TRANSACTION: u8 = b'T';
/// In a transaction that has failed, and can only be rolled back.
pub(super) const FAILED: u8 = b'E';

/// A connection that has been let in.
///
/// Whatever future uses it may be dropped: what is half-written or unread stays in its buffers, and it counts which
/// answers are owed, so that [`settle`](Self::settle) can bring the two sides together again.
#[derive(Debug)]
pub(super) struct Link {
    wire: Wire,
    /// As the server last said, or as it will say when it has answered what was sent.
    pub(super) status: u8,
    /// How many times the server will still say that it is ready.
    owed: u32,
    /// Messages were sent behind which no Sync has followed yet: after an error, the server waits for it.
    unsynced: bool,
    broken: bool,
}

impl Link {
    pub(super) fn new(wire: Wire) -> Self {
        Self { wire, status: IDLE, owed: 0, unsynced: false, broken: false }
    }

    /// Writes messages, which go out with the next one that is waited for: all of them, or none if one of them cannot
    /// be written, as SQL with a NUL cannot.
    pub(super) fn write<T>(&mut self, message: impl FnOnce(&mut BytesMut) -> Result<T>) -> Result<T> {
        let before = self.wire.output.len();
        let written = message(&mut self.wire.output);
        if written.is_err() {
            self.wire.output.truncate(before);
        }
        written
    }

    /// How many bytes wait to be sent.
    pub(super) fn unsent(&self) -> usize {
        self.wire.output.len()
    }

    /// Says that messages were written behind which a Sync has to follow.
    pub(super) fn expect_sync(&mut self) {
        self.unsynced = true;
    }

    pub(super) fn sync(&mut self) {
        frontend::sync(&mut self.wire.output);
        self.owed += 1;
        self.unsynced = false;
    }

    /// Writes a simple query: any number of statements without parameters.
    pub(super) fn query(&mut self, sql: &str) -> Result<()> {
        self.write(|output| frontend::query(sql, output).map_err(unwritable))?;
        self.owed += 1;
        Ok(())
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Whether the server owes nothing.
    pub(super) fn is_settled(&self) -> bool {
        self.owed == 0 && !self.unsynced
    }

    /// Whether an answer is owed that ends with ReadyForQuery.
    pub(super) fn is_owed(&self) -> bool {
        self.owed > 0
    }

    /// Reads what the server owes and drops it.
    pub(super) async fn settle(&mut self) -> Result<()> {
        if self.unsynced {
            self.sync();
        }
        while self.owed > 0 {
            match self.message().await? {
                // A script that asked for data which nobody sends.
                Message::CopyInResponse(_) => self.refuse_copy()?,
                Message::ErrorResponse(body) => {
                    let error = self.refused(&body);
                    if self.broken {
                        return Err(error);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Tells the server that no data comes for its COPY.
    pub(super) fn refuse_copy(&mut self) -> Result<()> {
        self.write(|output| {
            frontend::copy_fail("data cannot be sent by a statement", output).map_err(unwritable)
        })
    }

    /// The next message that belongs to a statement; sends first what is to be sent.
    pub(super) async fn message(&mut self) -> Result<Message> {
        loop {
            match self.parse()? {
                Some(message) => return Ok(message),
                None => self.more().await?,
            }
        }
    }

    /// The next message, if it is there and is no row.
    pub(super) fn take_message(&mut self) -> Result<Option<Message>> {
        if self.wire.input.first() == Some(&DATA_ROW_TAG) { Ok(None) } else { self.parse() }
    }

    /// The next message that is wholly there. Those that come by themselves are passed over, but for the rows
    /// behind them, which `row` gives.
    fn parse(&mut self) -> Result<Option<Message>> {
        match Message::parse(&mut self.wire.input) {
            Ok(Some(
                Message::NoticeResponse(_) | Message::NotificationResponse(_) | Message::ParameterStatus(_),
            )) => self.take_message(),
            Ok(Some(Message::ReadyForQuery(body))) => {
                self.owed = self.owed.saturating_sub(1);
                if self.owed == 0 {
                    self.status = body.status();
                }
                Ok(Some(Message::ReadyForQuery(body)))
            }
            Ok(message) => Ok(message),
            Err(error) => Err(self.lost(error)),
        }
    }

    /// The engine's error for what the server said, which may be the last it says.
    pub(super) fn refused(&mut self, body: &ErrorResponseBody) -> Error {
        let error = ServerError::read(body.fields());
        self.broken |= error.is_fatal();
        error.into_error()
    }

    /// Sends what is to be sent, and reads more.
    pub(super) async fn more(&mut self) -> Result<()> {
        poll_fn(|context| self.poll_more(context)).await
    }

    /// [`more`](Self::more) as a step.
    pub(super) fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        if self.broken {
            return Poll::Ready(Err(lost()));
        }
        let progress = match self.wire.poll_flush(context) {
            Poll::Ready(Ok(())) => self.wire.poll_fill(context),
            other => other,
        };
        progress.map_err(|error| self.lost(error))
    }

    /// Sends what is to be sent, without waiting for an answer.
    pub(super) async fn flush(&mut self) -> Result<()> {
        self.wire.flush().await.map_err(|error| self.lost(error))
    }

    /// The bytes of the next message behind its header, if it is a row that is wholly there.
    #[inline]
    pub(super) fn row(&self) -> Option<&[u8]> {
        let input = &self.wire.input;
        if input.first() != Some(&DATA_ROW_TAG) {
            return None;
        }
        let header = Header::parse(input).ok()??;
        input.get(5..usize::try_from(header.len()).ok()? + 1)
    }

    /// Goes on behind the row that [`row`](Self::row) gave.
    #[inline]
    pub(super) fn pass_row(&mut self, len: usize) {
        self.wire.input.advance(len + 5);
    }

    /// Says goodbye, as far as that is possible.
    pub(super) async fn close(mut self) {
        if self.broken {
            return;
        }
        frontend::terminate(&mut self.wire.output);
        // Whether it hears it or not, the connection ends.
        let _ = self.wire.flush().await;
    }

    fn lost(&mut self, error: io::Error) -> Error {
        self.broken = true;
        let message = format!("the connection to PostgreSQL is lost: {error}; acquire another connection");
        Error::operational(OperationalCause::ConnectionLost, message).with_source(error)
    }
}

pub(super) fn lost() -> Error {
    Error::operational(
        OperationalCause::ConnectionLost,
        "the connection to PostgreSQL is lost; acquire another connection",
    )
}

/// The protocol's strings end with a NUL, and its messages are shorter than 2 GiB.
pub(super) fn unwritable(error: io::Error) -> Error {
    Error::data(format!("a message to PostgreSQL cannot be written: {error}")).with_source(error)
}
