//! Commands that were sent, and the answers to them as they come in.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::BufMut;
use lapis_sql::Value;

use super::bind::{UuidFormat, write_execute};
use super::channel::Channel;
use super::columns::{Columns, add_definition};
use super::error::ServerError;
use super::protocol::{
    CLOSE, Done, END, ERROR, LOCAL_FILE, LONGEST_PART, OK, PING, PREPARE, QUERY, QUIT, Reader, Status,
};
use super::row::{Format, MySqlRow, Span, find_cells};
use super::statements::{Prepared, Slot, Statements};
use crate::error::{Error, Result};
use crate::sink::Outcome;

/// What the server agreed to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Features {
    /// No packet stands between definitions and rows, and an `OK` behind rows.
    pub(super) no_eof: bool,
    /// MariaDB says more of a column's type.
    pub(super) extended_types: bool,
    /// MariaDB describes the columns of a prepared statement again only if they have changed.
    pub(super) cached_columns: bool,
    pub(super) uuids: UuidFormat,
}

/// A conversation with the server: commands go out one behind the other, and answers come back in their order.
///
/// What has been sent and not been answered is known here, and how far the current answer was read. So an answer
/// that a dropped future was waiting for is read, and passed over, by whoever comes next.
#[derive(Debug)]
pub(super) struct Exchange {
    channel: Channel,
    pub(super) statements: Statements,
    features: Features,
    /// The longest packet that the server takes.
    max_packet: usize,
    owed: VecDeque<Owed>,
    phase: Phase,
    /// The current result is the first of its answer.
    first_result: bool,
    columns: Arc<Columns>,
    spans: Vec<Span>,
    format: Format,
    /// The definitions of columns that are being read.
    definitions: Vec<u8>,
    status: Status,
    /// What went wrong before the answer that tells it.
    failure: Option<ServerError>,
    /// A batch finds out by itself whether its transaction is still open.
    pub(super) in_batch: bool,
}

/// What the server has yet to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owed {
    /// A command that others were sent behind, which tell if it fails: the beginning of a transaction, or a savepoint.
    Silent { begins: bool },
    /// Text, or a ping. The answer of one that `reads` may be cut short.
    Text { reads: bool },
    /// A statement to be prepared.
    Prepare,
    /// A prepared statement.
    Execute { slot: Slot, reads: bool },
    /// The question, after an error, whether the transaction is still open.
    Probe,
    /// The end of a transaction that an error has undone.
    Undo,
}

/// Where in an answer the next packet is.
#[derive(Debug, Clone, Copy)]
enum Phase {
    /// At its front.
    Start,
    /// At the definition of a parameter.
    Parameters { left: usize, head: Head },
    /// At the definition of a column of a result, or of a statement that is being prepared.
    Columns { left: usize, head: Option<Head> },
    /// At a row, or behind the last.
    Rows,
}

/// How the answer to `COM_STMT_PREPARE` begins.
#[derive(Debug, Clone, Copy)]
struct Head {
    id: u32,
    parameters: usize,
    columns: usize,
}

/// What an answer says next.
#[derive(Debug)]
pub(super) enum Event {
    /// A row, which [`Exchange::row`] gives.
    Row,
    /// One of several results is over.
    Result,
    /// The answer is over.
    Done(Outcome),
    /// A statement is prepared, and the answer over.
    Prepared(Prepared),
    /// The server refuses, and the answer is over.
    Failed(ServerError),
}

impl Exchange {
    pub(super) fn new(channel: Channel, features: Features, statement_cache: usize) -> Self {
        Self {
            channel,
            statements: Statements::new(statement_cache),
            features,
            max_packet: LONGEST_PART,
            owed: VecDeque::new(),
            phase: Phase::Start,
            first_result: true,
            columns: Arc::default(),
            spans: Vec::new(),
            format: Format::Text,
            definitions: Vec::new(),
            status: Status::default(),
            failure: None,
            in_batch: false,
        }
    }

    pub(super) fn set_max_packet(&mut self, bytes: usize) {
        self.max_packet = bytes;
    }

    /// Gives the connection up, for the server said what cannot be understood.
    #[cold]
    pub(super) fn misunderstood(&mut self, what: &str) -> Error {
        self.channel.misunderstood(what)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.channel.is_broken()
    }

    /// Whether answers are still to come.
    #[inline]
    pub(super) fn is_owed(&self) -> bool {
        !self.owed.is_empty()
    }

    /// Whether the answer that is being read may be cut short.
    pub(super) fn may_be_cut(&self) -> bool {
        matches!(self.owed.front(), Some(Owed::Text { reads: true } | Owed::Execute { reads: true, .. }))
    }

    /// Whether a transaction is open, or one was sent the word to begin.
    #[inline]
    pub(super) fn in_transaction(&self) -> bool {
        self.status.in_transaction()
            || self.owed.iter().any(|owed| matches!(owed, Owed::Silent { begins: true }))
    }

    /// Whether the current result is the first of its answer: the others are those of a procedure that gives several.
    pub(super) fn is_first_result(&self) -> bool {
        self.first_result
    }

    /// How many bytes wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.channel.waiting()
    }
}

/// Commands.
impl Exchange {
    /// Sends SQL as text.
    pub(super) fn send_text(&mut self, sql: &str, owed: Owed) -> Result<()> {
        self.channel.command(self.max_packet, |output| {
            output.reserve(sql.len() + 1);
            output.put_u8(QUERY);
            output.put_slice(sql.as_bytes());
            Ok(())
        })?;
        self.owed.push_back(owed);
        Ok(())
    }

    pub(super) fn send_prepare(&mut self, sql: &str) -> Result<()> {
        self.channel.command(self.max_packet, |output| {
            output.put_u8(PREPARE);
            output.put_slice(sql.as_bytes());
            Ok(())
        })?;
        self.owed.push_back(Owed::Prepare);
        Ok(())
    }

    /// Executes the statement in `slot`, whose number is `id`.
    pub(super) fn send_execute(
        &mut self,
        slot: Slot,
        id: u32,
        params: &[Value<'_>],
        reads: bool,
    ) -> Result<()> {
        let uuids = self.features.uuids;
        self.channel
            .command(self.max_packet, |output| write_execute(output, id, params, uuids))?;
        self.owed.push_back(Owed::Execute { slot, reads });
        Ok(())
    }

    pub(super) fn send_ping(&mut self, owed: Owed) -> Result<()> {
        self.channel.command(self.max_packet, |output| {
            output.put_u8(PING);
            Ok(())
        })?;
        self.owed.push_back(owed);
        Ok(())
    }

    /// Tells the server to forget a prepared statement, together with what is sent next.
    pub(super) fn close_statement(&mut self, id: u32) -> Result<()> {
        self.channel.command(self.max_packet, |output| {
            output.put_u8(CLOSE);
            output.put_u32_le(id);
            Ok(())
        })
    }

    /// Says goodbye, which the server answers by closing the connection.
    pub(super) async fn quit(&mut self) -> Result<()> {
        self.channel.command(self.max_packet, |output| {
            output.put_u8(QUIT);
            Ok(())
        })?;
        self.channel.flush().await
    }
}

/// Answers.
impl Exchange {
    /// Reads the next packet; gives what it says, if that is of interest to more than this conversation.
    #[inline]
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Event>>> {
        let Some(&owed) = self.owed.front() else {
            return Poll::Ready(Err(self.channel.misunderstood("what nobody had asked for")));
        };
        ready!(self.channel.poll_packet(context))?;
        Poll::Ready(self.take_packet(owed))
    }

    /// What the answers say next.
    #[inline]
    pub(super) fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Result<Event>> {
        loop {
            if let Some(event) = ready!(self.poll_step(context))? {
                return Poll::Ready(Ok(event));
            }
        }
    }

    /// [`poll_event`](Self::poll_event) as a future.
    pub(super) async fn event(&mut self) -> Result<Event> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// Waits for an answer without rows, and gives what the command did.
    pub(super) async fn outcome(&mut self) -> Result<Outcome, Failure> {
        loop {
            match self.event().await? {
                Event::Done(outcome) => return Ok(outcome),
                Event::Failed(error) => return Err(Failure::Server(error)),
                Event::Row | Event::Result | Event::Prepared(_) => {}
            }
        }
    }

    /// Passes over the next packet, which nobody waits for any more; gives the number of bytes that it had.
    pub(super) fn poll_pass_over(&mut self, context: &mut Context<'_>) -> Poll<Result<usize>> {
        if let Some(Event::Prepared(prepared)) = ready!(self.poll_step(context))? {
            self.close_statement(prepared.id)?;
        }
        if !self.is_owed() {
            self.failure = None;
        }
        Poll::Ready(Ok(self.channel.payload().len()))
    }

    /// [`poll_pass_over`](Self::poll_pass_over) as a future.
    pub(super) async fn pass_over(&mut self) -> Result<usize> {
        poll_fn(|context| self.poll_pass_over(context)).await
    }

    /// The row that the last event told of.
    #[inline]
    pub(super) fn row(&mut self) -> Result<MySqlRow<'_>> {
        let columns = self.columns.as_slice();
        if find_cells(self.channel.payload(), columns, self.format, &mut self.spans).is_none() {
            return Err(self.channel.misunderstood("a row that its columns do not fit"));
        }
        let payload = self.channel.payload();
        Ok(MySqlRow { payload, columns, spans: &self.spans, format: self.format })
    }

    #[inline]
    fn take_packet(&mut self, owed: Owed) -> Result<Option<Event>> {
        let payload = self.channel.payload();
        match self.phase {
            Phase::Rows => match payload.first() {
                // A row of text may start with the same byte, if its first cell is longer than a packet's part.
                Some(&END) if payload.len() < LONGEST_PART => self.end_rows(owed),
                Some(&ERROR) => self.fail(owed),
                _ => Ok(Some(Event::Row)),
            },
            Phase::Start => self.start(owed),
            Phase::Parameters { left, head } => {
                if left > 1 {
                    self.phase = Phase::Parameters { left: left - 1, head };
                    Ok(None)
                } else {
                    self.describe(head.columns, Some(head))
                }
            }
            Phase::Columns { left, head } => {
                if left > self.eof() {
                    add_definition(&mut self.definitions, payload);
                }
                if left > 1 {
                    self.phase = Phase::Columns { left: left - 1, head };
                    Ok(None)
                } else {
                    self.described(owed, head)
                }
            }
        }
    }

    /// How many packets stand behind definitions.
    fn eof(&self) -> usize {
        usize::from(!self.features.no_eof)
    }

    /// Takes the first packet of an answer.
    fn start(&mut self, owed: Owed) -> Result<Option<Event>> {
        let payload = self.channel.payload();
        match (payload.first(), owed) {
            (Some(&ERROR), _) => self.fail(owed),
            (Some(&OK), Owed::Prepare) => {
                let mut rest = Reader(&payload[1..]);
                let (Some(id), Some(columns), Some(parameters)) = (rest.u32(), rest.u16(), rest.u16())
                else {
                    return Err(self.channel.misunderstood("half a prepared statement"));
                };
                let head = Head { id, parameters: usize::from(parameters), columns: usize::from(columns) };
                if parameters > 0 {
                    self.phase = Phase::Parameters { left: head.parameters + self.eof(), head };
                    return Ok(None);
                }
                self.describe(head.columns, Some(head))
            }
            (Some(&OK), _) => match Done::parse(payload) {
                Some(done) => self.finish(owed, done),
                None => Err(self.channel.misunderstood("half an answer")),
            },
            // This was never offered to the server.
            (Some(&LOCAL_FILE), _) => {
                Err(self.channel.misunderstood("a request for one of this program's files"))
            }
            _ => {
                let mut rest = Reader(payload);
                // There are never more than 4096.
                let Some(columns) = rest.length().and_then(|columns| u16::try_from(columns).ok()) else {
                    return Err(self.channel.misunderstood("half a result"));
                };
                self.format =
                    if matches!(owed, Owed::Execute { .. }) { Format::Binary } else { Format::Text };
                let columns = usize::from(columns);
                const FOLLOW: u8 = 1;
                if self.features.cached_columns && rest.u8() != Some(FOLLOW) {
                    return self.recall(owed, columns);
                }
                self.describe(columns, None)
            }
        }
    }

    /// Waits for the definitions of columns, if there are any.
    fn describe(&mut self, columns: usize, head: Option<Head>) -> Result<Option<Event>> {
        self.definitions.clear();
        if columns > 0 {
            self.phase = Phase::Columns { left: columns + self.eof(), head };
            return Ok(None);
        }
        match self.owed.front() {
            Some(&owed) => self.described(owed, head),
            None => Ok(None),
        }
    }

    /// All definitions are there.
    fn described(&mut self, owed: Owed, head: Option<Head>) -> Result<Option<Event>> {
        let known = match owed {
            Owed::Execute { slot, .. } if self.first_result => self.statements.get_prepared(slot),
            _ => None,
        };
        let columns = match known {
            Some(known) if known.columns.is_defined_by(&self.definitions) => Arc::clone(&known.columns),
            _ => match Columns::parse(&self.definitions, self.features.extended_types) {
                Some(columns) => Arc::new(columns),
                None => return Err(self.channel.misunderstood("a column that cannot be read")),
            },
        };
        if let Some(Head { id, parameters, .. }) = head {
            self.pop();
            if let Some(failure) = self.failure.take() {
                self.close_statement(id)?;
                return Ok(Some(Event::Failed(failure)));
            }
            return Ok(Some(Event::Prepared(Prepared { id, parameters, columns })));
        }
        if let Owed::Execute { slot, .. } = owed
            && self.first_result
        {
            self.statements.set_columns(slot, Arc::clone(&columns));
        }
        self.columns = columns;
        self.phase = Phase::Rows;
        Ok(None)
    }

    /// The columns are those of the statement's last execution.
    fn recall(&mut self, owed: Owed, columns: usize) -> Result<Option<Event>> {
        let known = match owed {
            Owed::Execute { slot, .. } => self.statements.get_prepared(slot),
            _ => None,
        };
        match known {
            Some(known) if known.columns.as_slice().len() == columns => {
                self.columns = Arc::clone(&known.columns);
                self.phase = Phase::Rows;
                Ok(None)
            }
            _ => Err(self.channel.misunderstood("a result without its columns")),
        }
    }

    fn end_rows(&mut self, owed: Owed) -> Result<Option<Event>> {
        let payload = self.channel.payload();
        let done = if self.features.no_eof { Done::parse(payload) } else { Done::parse_old(payload) };
        match done {
            Some(done) => self.finish(owed, done),
            None => Err(self.channel.misunderstood("half the end of a result")),
        }
    }

    /// A result is over.
    fn finish(&mut self, owed: Owed, done: Done) -> Result<Option<Event>> {
        self.status = Status(done.status);
        let last_insert_id = i64::try_from(done.last_insert_id).ok().filter(|id| *id != 0);
        let outcome = Outcome { rows_affected: done.affected_rows, last_insert_id };
        if self.status.more_results() {
            self.phase = Phase::Start;
            self.first_result = false;
            return Ok(Some(Event::Result));
        }
        self.pop();
        match owed {
            Owed::Silent { .. } => return Ok(None),
            // An error that rolls a transaction back leaves the session such that the next statement begins another.
            Owed::Probe if !self.status.in_transaction() => {
                self.send_text("ROLLBACK", Owed::Undo)?;
                return Ok(None);
            }
            _ => {}
        }
        Ok(Some(match self.failure.take() {
            Some(failure) => Event::Failed(failure),
            None => Event::Done(outcome),
        }))
    }

    /// The server refuses.
    #[cold]
    fn fail(&mut self, owed: Owed) -> Result<Option<Event>> {
        let Some(error) = ServerError::parse(self.channel.payload()) else {
            return Err(self.channel.misunderstood("half an error"));
        };
        self.pop();
        if error.ends_connection() {
            self.channel.give_up();
        }
        let failure = self.failure.take().unwrap_or(error);
        if matches!(owed, Owed::Silent { .. }) {
            self.failure = Some(failure);
            return Ok(None);
        }
        // An error says nothing of the transaction, which a deadlock, for one, has rolled back.
        let doubtful = self.status.in_transaction()
            && matches!(owed, Owed::Text { .. } | Owed::Execute { .. })
            && !(self.in_batch || self.is_owed() || self.is_broken());
        if doubtful {
            self.failure = Some(failure);
            self.send_ping(Owed::Probe)?;
            return Ok(None);
        }
        Ok(Some(Event::Failed(failure)))
    }

    /// The answer is over.
    fn pop(&mut self) {
        self.owed.pop_front();
        self.phase = Phase::Start;
        self.first_result = true;
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server refuses it.
    Server(ServerError),
    /// There is no server any more, or the command could not be sent.
    Connection(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Connection(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Server(error) => error.into_error(),
            Failure::Connection(error) => error,
        }
    }
}
