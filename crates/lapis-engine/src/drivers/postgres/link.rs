//! The protocol's flow: messages out, messages in, and what the server still owes.

use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use fallible_iterator::FallibleIterator;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::{DATA_ROW_TAG, ErrorResponseBody, Header, Message};
use postgres_protocol::message::frontend::{self, BindError};

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
    /// What was sent last ends with a Sync, and is no simple query.
    extended: bool,
    /// The answers to a BEGIN that was sent ahead are next.
    beginning: bool,
    broken: bool,
    /// The longest message that is read.
    longest: usize,
}

/// The longest message that the server takes: `PQ_LARGE_MESSAGE_LIMIT` (PostgreSQL 18, `libpq.h`). It ends the
/// connection of who sends a longer one.
const LARGEST_MESSAGE: usize = 0x3fff_ffff - 1;
/// The longest message that a server sends before it lets a connection in; what is longer is of another protocol.
const LARGEST_GREETING: usize = 64 * 1024;

impl Link {
    pub(super) fn new(wire: Wire) -> Self {
        Self {
            wire,
            status: IDLE,
            owed: 0,
            unsynced: false,
            extended: false,
            beginning: false,
            broken: false,
            longest: LARGEST_GREETING,
        }
    }

    /// Says that the server has let the connection in.
    pub(super) fn let_in(&mut self) {
        self.longest = 2 * LARGEST_MESSAGE;
    }

    /// Writes messages, which go out with the next one that is waited for: all of them, or none if one of them cannot
    /// be written, as SQL with a NUL cannot.
    pub(super) fn write<T>(&mut self, message: impl FnOnce(&mut BytesMut) -> Result<T>) -> Result<T> {
        let before = self.wire.output.len();
        let mut written = message(&mut self.wire.output);
        if self.wire.output.len() - before > LARGEST_MESSAGE {
            written = Err(Error::data(
                "PostgreSQL takes no statement whose text and values are longer than 1 GiB together; store large values \
                 in parts",
            ));
        }
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
        self.extended = true;
    }

    /// Writes a BEGIN ahead of the first statement. No Sync stands between them: should it fail, the server passes over
    /// the statement, which would else take effect outside of any transaction.
    pub(super) fn begin(&mut self, sql: &str) -> Result<()> {
        self.write(|output| {
            frontend::parse("", sql, [], output).map_err(unwritable)?;
            frontend::bind("", "", [], [(); 0], |(), _| Ok(IsNull::Yes), [], output).map_err(|error| {
                match error {
                    BindError::Conversion(error) => unwritable(io::Error::other(error)),
                    BindError::Serialization(error) => unwritable(error),
                }
            })?;
            frontend::execute("", 0, output).map_err(unwritable)
        })?;
        self.unsynced = true;
        self.beginning = true;
        self.status = IN_TRANSACTION;
        Ok(())
    }

    /// Writes a simple query: any number of statements without parameters.
    pub(super) fn query(&mut self, sql: &str) -> Result<()> {
        self.write(|output| frontend::query(sql, output).map_err(unwritable))?;
        self.owed += 1;
        self.extended = false;
        Ok(())
    }

    /// Runs a query of our own by the simple protocol, whose cells are text.
    pub(super) async fn ask(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        self.query(sql)?;
        let mut rows = Vec::new();
        while self.is_owed() {
            match self.message().await? {
                Message::DataRow(body) => {
                    let text = |range: Option<Range<usize>>| {
                        Ok(range.map(|range| String::from_utf8_lossy(&body.buffer()[range]).into_owned()))
                    };
                    rows.push(body.ranges().map(text).collect().map_err(unwritable)?);
                }
                Message::ErrorResponse(body) => return Err(self.refused(&body)),
                _ => {}
            }
        }
        Ok(rows)
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

    /// Tells the server that no data comes for its COPY, the last statement that was sent.
    pub(super) fn refuse_copy(&mut self) -> Result<()> {
        self.write(|output| {
            frontend::copy_fail("data cannot be sent by a statement", output).map_err(unwritable)
        })?;
        // While it waited for data the server passed over the Sync that was sent ahead (PostgreSQL 18, 54.2.6).
        if self.extended && !self.unsynced {
            frontend::sync(&mut self.wire.output);
        }
        Ok(())
    }

    /// The next message that belongs to a statement; sends first what is to be sent.
    pub(super) async fn message(&mut self) -> Result<Message> {
        loop {
            match self.parse()? {
                Some(message) if self.passes_over(&message) => {}
                Some(message) => return Ok(message),
                None => self.more().await?,
            }
        }
    }

    /// The next message that belongs to a statement, if it is there and is no row; those are [`row`](Self::row)'s.
    pub(super) fn take_message(&mut self) -> Result<Option<Message>> {
        loop {
            if self.wire.input.first() == Some(&DATA_ROW_TAG) {
                return self.check().map(|()| None);
            }
            match self.parse()? {
                Some(message) if self.passes_over(&message) => {}
                message => return Ok(message),
            }
        }
    }

    /// Whether a message belongs to no statement: it came by itself, or it answers the BEGIN that was sent ahead.
    fn passes_over(&mut self, message: &Message) -> bool {
        match message {
            Message::NoticeResponse(_) | Message::NotificationResponse(_) | Message::ParameterStatus(_) => {
                true
            }
            Message::ParseComplete | Message::BindComplete => self.beginning,
            Message::CommandComplete(_) => std::mem::take(&mut self.beginning),
            Message::ErrorResponse(_) => {
                self.beginning = false;
                false
            }
            _ => false,
        }
    }

    /// Whether the next message can be one, before room is made for it.
    fn check(&mut self) -> Result<()> {
        let checked = match Header::parse(&self.wire.input) {
            Ok(Some(header)) if usize::try_from(header.len()).is_ok_and(|len| len > self.longest) => {
                let message = format!("it announces a message of {} bytes", header.len());
                Err(io::Error::new(io::ErrorKind::InvalidData, message))
            }
            header => header.map(drop),
        };
        checked.map_err(|error| self.lost(error))
    }

    /// The next message that is wholly there.
    fn parse(&mut self) -> Result<Option<Message>> {
        self.check()?;
        let message = Message::parse(&mut self.wire.input).map_err(|error| self.lost(error))?;
        if let Some(Message::ReadyForQuery(body)) = &message {
            self.owed = self.owed.saturating_sub(1);
            if self.owed == 0 {
                self.status = body.status();
            }
        }
        Ok(message)
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

    /// Sends what is to be sent, or reads what the server wants to be rid of first, which is to be looked at before the
    /// next step. True once all is sent.
    pub(super) async fn exchange(&mut self) -> Result<bool> {
        poll_fn(|context| self.wire.poll_exchange(context))
            .await
            .map_err(|error| self.lost(error))
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
