//! A connection to a PostgreSQL database.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use fallible_iterator::FallibleIterator;
use lapis_sql::Value;
use postgres_protocol::message::backend::{CommandCompleteBody, Message};
use postgres_protocol::message::frontend::{self, BindError};

use super::Shared;
use super::cursor::Cursor;
use super::decode::{Column, Place, PostgresRow, locate};
use super::encode;
use super::link::{FAILED, IDLE, IN_TRANSACTION, Link, lost, unwritable};
use super::prepare::columns_of;
use super::startup::{self, CancelKey};
use super::statements::{Statement, Statements};
use crate::driver::{DriverConnection, Interrupt, TransactionState};
use crate::error::{Error, OperationalCause, Result};
use crate::reply::Reply;
use crate::row::Row;
use crate::sink::{Batch, BatchSink, Flow, Outcome, RowSink};
use crate::transaction::{Access, IsolationLevel, TransactionOptions};

/// How long the rest of an answer that nobody waits for is read before the server is asked to stop.
const PATIENCE: Duration = Duration::from_millis(20);
/// How many bytes of a batch are sent before its answers are looked at.
const BATCH_CHUNK: usize = 64 * 1024;
/// Every column of a result travels in binary.
pub(super) const BINARY: [i16; 1] = [1];

/// One connection, its prepared statements, and what is known of its transaction.
pub(super) struct PostgresConnection {
    pub(super) link: Link,
    pub(super) statements: Statements,
    pub(super) shared: Arc<Shared>,
    key: CancelKey,
    /// Begins with the next statement.
    pending: Option<TransactionOptions>,
    pub(super) cursor: Option<Cursor>,
    /// Something is under way; still set at the next call, its future was dropped.
    busy: bool,
    /// The transaction is a batch's own; if its future was dropped, it is to be rolled back.
    batch: bool,
    /// The state of the schema that the prepared statements are of.
    pub(super) schema: u64,
    /// Where the cells of the current row lie.
    pub(super) places: Vec<Place>,
}

impl PostgresConnection {
    pub(super) async fn open(shared: Arc<Shared>) -> Result<Self> {
        let (link, key) = startup::connect(&shared.options).await?;
        let mut connection = Self {
            link,
            statements: Statements::new(shared.options.statement_cache),
            schema: shared.schema.load(Ordering::Acquire),
            shared,
            key,
            pending: None,
            cursor: None,
            busy: false,
            batch: false,
            places: Vec::new(),
        };
        if connection.shared.options.read_write {
            connection.expect_writable().await?;
        }
        Ok(connection)
    }

    /// For `target_session_attrs=read-write`.
    async fn expect_writable(&mut self) -> Result<()> {
        let rows = self.ask("SHOW transaction_read_only").await?;
        if rows.first().and_then(|row| row.first()) == Some(&Some("on".to_owned())) {
            return Err(Error::operational(
                OperationalCause::ReadOnly,
                "the server takes no writes, and `target_session_attrs` asks for one that does; name the primary's host, \
                 or several hosts",
            ));
        }
        Ok(())
    }

    /// Brings both sides together again: reads what is owed, and undoes what a dropped future left.
    pub(super) async fn settle(&mut self) -> Result<()> {
        if self.link.is_broken() {
            return Err(lost());
        }
        self.cursor = None;
        if !self.link.is_settled() {
            let abandoned = self.busy;
            let settled = crate::time::timeout(PATIENCE, self.link.settle()).await;
            match settled {
                Some(settled) => settled?,
                None => {
                    if abandoned {
                        // It may have ended by itself; if not, and it cannot be told, there is nothing but to wait.
                        let _ = self.key.cancel(&self.shared.options).await;
                    }
                    self.link.settle().await?;
                }
            }
        }
        self.busy = false;
        if self.batch {
            if self.link.status != IDLE {
                self.link.query("ROLLBACK")?;
                self.link.settle().await?;
            }
            self.batch = false;
        }
        Ok(())
    }

    /// What every call begins with.
    pub(super) async fn start(&mut self) -> Result<()> {
        self.settle().await?;
        self.busy = true;
        Ok(())
    }

    /// What every call ends with: nothing is owed behind it, whatever came of it.
    pub(super) async fn finish<T>(&mut self, result: Result<T>) -> Result<T> {
        let settled =
            if self.link.is_settled() || self.link.is_broken() { Ok(()) } else { self.link.settle().await };
        self.busy = false;
        result.and_then(|value| settled.map(|()| value))
    }

    /// Writes the BEGIN that waits for the first statement.
    pub(super) fn begin(&mut self) -> Result<()> {
        if let Some(options) = self.pending.take() {
            self.link.query(&begin_sql(options))?;
            self.link.status = IN_TRANSACTION;
        }
        Ok(())
    }

    async fn execute(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        sink: &mut (dyn RowSink + Send),
    ) -> Result<Outcome> {
        let (pending, idle) = (self.pending, self.link.status == IDLE);
        let known = self.statements.contains(sql);
        let mut delivered = false;
        let result = self.execute_once(sql, params, sink, &mut delivered).await;
        match result {
            Err(error) if known && is_outdated(&error) => {
                self.link.settle().await?;
                let statements = &mut self.statements;
                self.link.write(|output| statements.forget(sql, output))?;
                self.link.expect_sync();
                if delivered || !idle {
                    return Err(error);
                }
                if pending.is_some() {
                    self.end("ROLLBACK").await?;
                    self.pending = pending;
                }
                self.execute_once(sql, params, sink, &mut delivered).await
            }
            result => result,
        }
    }

    async fn execute_once(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        sink: &mut (dyn RowSink + Send),
        delivered: &mut bool,
    ) -> Result<Outcome> {
        let statement = self.prepared(sql, params).await?;
        let limit = sink.limit().map_or(0, |rows| i32::try_from(rows).unwrap_or(0));
        self.bind(sql, &statement, params, statement.name.is_empty())?;
        self.link.write(|output| frontend::execute("", limit, output).map_err(unwritable))?;
        self.link.sync();
        self.read_result(&statement, sink, delivered).await
    }

    /// Writes what binds a statement's parameters, in a portal without a name; the statement itself before it, and the
    /// question what its columns are behind it, if it is to be parsed.
    pub(super) fn bind(
        &mut self,
        sql: &str,
        statement: &Statement,
        params: &[Value<'_>],
        parse: bool,
    ) -> Result<()> {
        expect_parameters(statement, params.len())?;
        let pairs = || params.iter().zip(&statement.parameters);
        self.link.write(|output| {
            if parse {
                let types = statement.parameters.iter().map(|ty| ty.oid);
                frontend::parse("", sql, types, output).map_err(unwritable)?;
            }
            frontend::bind(
                "",
                &statement.name,
                pairs().map(|(value, ty)| encode::format(value, *ty)),
                pairs(),
                |(value, ty), out| encode::write(value, *ty, out).map_err(Into::into),
                BINARY,
                output,
            )
            .map_err(|error| match error {
                BindError::Conversion(error) => encode::refused(error),
                BindError::Serialization(error) => unwritable(error),
            })?;
            if parse { frontend::describe(b'P', "", output).map_err(unwritable) } else { Ok(()) }
        })?;
        self.link.expect_sync();
        Ok(())
    }

    /// Reads what one execution gives, up to the last ReadyForQuery that is owed.
    async fn read_result(
        &mut self,
        statement: &Statement,
        sink: &mut (dyn RowSink + Send),
        delivered: &mut bool,
    ) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut failed = None;
        let mut wanted = true;
        let mut described: Option<Vec<Column>> = None;
        loop {
            let columns = described.as_deref().unwrap_or(&statement.columns);
            while let Some(bytes) = self.link.row() {
                if wanted {
                    *delivered = true;
                    match sink.row(&Row::postgres(row(bytes, &mut self.places, columns)?)) {
                        Ok(flow) => wanted = flow == Flow::Continue,
                        Err(error) => {
                            wanted = false;
                            failed = Some(error);
                        }
                    }
                }
                let len = bytes.len();
                self.link.pass_row(len);
            }
            match self.link.take_message()? {
                Some(Message::RowDescription(body)) => {
                    described = Some(columns_of(&body, &self.shared.types)?);
                }
                Some(Message::CommandComplete(body)) => outcome = completed(&body),
                Some(Message::ErrorResponse(body)) => {
                    let error = self.link.refused(&body);
                    failed.get_or_insert(error);
                    if self.link.is_broken() {
                        break;
                    }
                }
                Some(Message::CopyInResponse(_)) => self.link.refuse_copy()?,
                Some(Message::ReadyForQuery(_)) if !self.link.is_owed() => break,
                Some(_) => {}
                None if self.link.row().is_some() => {}
                None => self.link.more().await?,
            }
        }
        failed.map_or(Ok(outcome), Err)
    }

    /// Runs a batch as it stands, in the transaction that is open.
    async fn execute_batch(
        &mut self,
        sql: &str,
        batch: &(dyn Batch + Sync),
        sink: &mut dyn BatchSink,
    ) -> Result<()> {
        let mut values = Vec::new();
        batch.values(0, &mut values);
        let statement = self.prepared(sql, &values).await?;
        let mut answers = Answers { sink, next: 0, failed: None };
        for row in 0..batch.len() {
            values.clear();
            batch.values(row, &mut values);
            // One without a name stays prepared until the next is.
            let parse = row == 0 && statement.name.is_empty();
            self.bind(sql, &statement, &values, parse)?;
            self.link.write(|output| frontend::execute("", 0, output).map_err(unwritable))?;
            if self.link.unsent() >= BATCH_CHUNK {
                self.link.flush().await?;
                answers.take(self, &statement)?;
                if answers.failed.is_some() {
                    break;
                }
            }
        }
        self.link.sync();
        loop {
            answers.take(self, &statement)?;
            if !self.link.is_owed() {
                break;
            }
            self.link.more().await?;
        }
        answers.failed.map_or(Ok(()), Err)
    }

    async fn batch(
        &mut self,
        sql: &str,
        batch: &(dyn Batch + Sync),
        sink: &mut dyn BatchSink,
    ) -> Result<()> {
        if self.pending.is_some() || self.link.status != IDLE {
            return self.execute_batch(sql, batch, sink).await;
        }
        self.link.query("BEGIN")?;
        self.batch = true;
        self.link.status = IN_TRANSACTION;
        let result = self.execute_batch(sql, batch, sink).await;
        let result = match self.finish(result).await {
            Ok(()) => self.end("COMMIT").await,
            Err(error) => {
                // The first error is the one to report; a connection that cannot roll back is broken.
                let _ = self.end("ROLLBACK").await;
                Err(error)
            }
        };
        self.batch = false;
        result
    }

    /// Runs a statement that ends the transaction.
    async fn end(&mut self, sql: &'static str) -> Result<()> {
        self.link.query(sql)?;
        let (mut failed, mut undone) = (None, false);
        while self.link.is_owed() {
            match self.link.message().await? {
                Message::CommandComplete(body) => undone = body.tag().is_ok_and(|tag| tag == "ROLLBACK"),
                Message::ErrorResponse(body) => failed = Some(self.link.refused(&body)),
                _ => {}
            }
        }
        match failed {
            Some(error) => Err(error),
            // PostgreSQL answers the COMMIT of a transaction that has failed so, and not with an error.
            None if undone && sql == "COMMIT" => Err(Error::invalid_request(
                "the transaction was rolled back, not committed, since a statement in it had failed; run it again",
            )),
            None => Ok(()),
        }
    }

    /// Runs SQL by the simple protocol and drops its rows.
    async fn script(&mut self, sql: &str) -> Result<()> {
        self.begin()?;
        self.link.query(sql)?;
        let mut failed = None;
        while self.link.is_owed() {
            match self.link.message().await? {
                Message::ErrorResponse(body) => {
                    let error = self.link.refused(&body);
                    failed.get_or_insert(error);
                }
                Message::CopyInResponse(_) => self.link.refuse_copy()?,
                _ => {}
            }
        }
        if changes_schema(sql) {
            self.shared.schema.fetch_add(1, Ordering::AcqRel);
        }
        failed.map_or(Ok(()), Err)
    }

    /// Runs a query of our own by the simple protocol, whose cells are text.
    pub(super) async fn ask(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        self.link.query(sql)?;
        let mut rows = Vec::new();
        while self.link.is_owed() {
            match self.link.message().await? {
                Message::DataRow(body) => {
                    let text = |range: Option<std::ops::Range<usize>>| {
                        Ok(range.map(|range| String::from_utf8_lossy(&body.buffer()[range]).into_owned()))
                    };
                    rows.push(body.ranges().map(text).collect().map_err(unwritable)?);
                }
                Message::ErrorResponse(body) => return Err(self.link.refused(&body)),
                _ => {}
            }
        }
        Ok(rows)
    }

    /// Rolls back what is open, and nothing where nothing is.
    fn undo(&mut self) -> Reply<'_, ()> {
        self.pending = None;
        if self.link.is_broken() {
            return Reply::ready(Err(lost()));
        }
        let quiet = self.link.is_settled() && !self.busy && !self.batch && self.cursor.is_none();
        if quiet && self.link.status == IDLE {
            return Reply::ready(Ok(()));
        }
        Reply::pending(async {
            self.start().await?;
            let result = if self.link.status == IDLE { Ok(()) } else { self.end("ROLLBACK").await };
            self.finish(result).await
        })
    }
}

/// What takes the answers to a batch, as they come.
struct Answers<'a> {
    sink: &'a mut dyn BatchSink,
    next: usize,
    failed: Option<Error>,
}

impl Answers<'_> {
    /// Takes the answers that are there.
    fn take(&mut self, connection: &mut PostgresConnection, statement: &Statement) -> Result<()> {
        let PostgresConnection { link, places, .. } = connection;
        loop {
            if let Some(bytes) = link.row() {
                if self.failed.is_none() {
                    let row = row(bytes, places, &statement.columns)?;
                    self.failed = self.sink.returned(self.next, &Row::postgres(row)).err();
                }
                let len = bytes.len();
                link.pass_row(len);
                continue;
            }
            match link.take_message()? {
                // That of a BEGIN is followed by ReadyForQuery, and no execution's is before the Sync.
                Some(Message::CommandComplete(body)) => {
                    let begun = body.tag().is_ok_and(|tag| tag == "BEGIN");
                    if !begun && self.failed.is_none() {
                        self.failed = self.sink.done(self.next, completed(&body)).err();
                        self.next += 1;
                    }
                }
                Some(Message::ErrorResponse(body)) => {
                    let error = link.refused(&body);
                    self.failed.get_or_insert(error);
                }
                Some(Message::CopyInResponse(_)) => link.refuse_copy()?,
                Some(_) => {}
                None if link.row().is_some() => {}
                None => return Ok(()),
            }
        }
    }
}

impl DriverConnection for PostgresConnection {
    fn start(&mut self, options: TransactionOptions) -> Result<()> {
        self.pending = Some(options);
        Ok(())
    }

    fn transaction(&self) -> TransactionState {
        match self.link.status {
            _ if self.pending.is_some() => TransactionState::Pending,
            IN_TRANSACTION | FAILED => TransactionState::Open,
            _ => TransactionState::None,
        }
    }

    fn run<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Value<'a>],
        sink: &'a mut (dyn RowSink + Send),
    ) -> Reply<'a, Outcome> {
        Reply::pending(async move {
            self.start().await?;
            let result = self.execute(sql, params, sink).await;
            self.finish(result).await
        })
    }

    fn has_cursors(&self) -> bool {
        true
    }

    fn open_cursor<'a>(&'a mut self, sql: &'a str, params: &'a [Value<'a>]) -> Reply<'a, ()> {
        Reply::pending(async move {
            self.start().await?;
            match Cursor::open(self, sql, params).await {
                Ok(cursor) => {
                    self.cursor = Some(cursor);
                    self.busy = false;
                    Ok(())
                }
                Err(error) => self.finish(Err(error)).await,
            }
        })
    }

    fn poll_cursor(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn RowSink,
    ) -> Poll<Result<Option<Outcome>>> {
        super::cursor::poll(self, context, sink)
    }

    fn close_cursor(&mut self) {
        // One whose statement still computes is cancelled, where that undoes nothing else.
        if self.cursor.take().is_some_and(|cursor| cursor.is_waiting()) && self.link.status == IDLE {
            self.busy = true;
        }
    }

    fn run_batch<'a>(
        &'a mut self,
        sql: &'a str,
        batch: &'a (dyn Batch + Sync),
        sink: &'a mut dyn BatchSink,
    ) -> Reply<'a, ()> {
        if batch.is_empty() {
            return Reply::ready(Ok(()));
        }
        Reply::pending(async move {
            self.start().await?;
            let result = self.batch(sql, batch, sink).await;
            self.finish(result).await
        })
    }

    fn run_script<'a>(&'a mut self, sql: &'a str) -> Reply<'a, ()> {
        Reply::pending(async move {
            self.start().await?;
            let result = self.script(sql).await;
            self.finish(result).await
        })
    }

    fn commit(&mut self) -> Reply<'_, ()> {
        if self.pending.take().is_some() {
            return Reply::ready(Ok(()));
        }
        Reply::pending(async {
            self.start().await?;
            let result = if self.link.status == IDLE { Ok(()) } else { self.end("COMMIT").await };
            self.finish(result).await
        })
    }

    fn rollback(&mut self) -> Reply<'_, ()> {
        self.undo()
    }

    fn reset(&mut self) -> Reply<'_, ()> {
        self.undo()
    }

    fn ping(&mut self) -> Reply<'_, ()> {
        Reply::pending(async {
            self.start().await?;
            self.link.sync();
            let timeout = self.shared.options.connect_timeout;
            let result = match crate::time::timeout(timeout, self.link.settle()).await {
                Some(result) => result,
                None => return Err(lost()),
            };
            self.finish(result).await
        })
    }

    fn is_broken(&self) -> bool {
        self.link.is_broken()
    }

    fn interrupt(&self) -> Option<Box<dyn Interrupt>> {
        None
    }

    fn close(self: Box<Self>) -> Reply<'static, ()> {
        Reply::pending(async move {
            self.link.close().await;
            Ok(())
        })
    }
}

/// The row in a message's bytes.
#[inline]
pub(super) fn row<'a>(
    bytes: &'a [u8],
    places: &'a mut Vec<Place>,
    columns: &'a [Column],
) -> Result<PostgresRow<'a>> {
    match locate(bytes, places) {
        Some(()) => Ok(PostgresRow { bytes, places, columns }),
        None => Err(Error::operational(
            OperationalCause::ConnectionLost,
            "PostgreSQL sent a row whose cells are not whole; acquire another connection",
        )),
    }
}

/// What a command did, by its tag: `INSERT 0 5`, `UPDATE 3`, `SELECT 7`.
pub(super) fn completed(body: &CommandCompleteBody) -> Outcome {
    let tag = body.tag().unwrap_or_default();
    let changes = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"]
        .iter()
        .any(|command| tag.starts_with(command));
    let rows = tag.rsplit(' ').next().and_then(|rows| rows.parse().ok());
    Outcome { rows_affected: rows.filter(|_| changes).unwrap_or(0), last_insert_id: None }
}

fn begin_sql(options: TransactionOptions) -> String {
    let mut sql = String::from("BEGIN");
    if let Some(level) = options.isolation_level {
        sql.push_str(match level {
            IsolationLevel::ReadUncommitted => " ISOLATION LEVEL READ UNCOMMITTED",
            IsolationLevel::ReadCommitted => " ISOLATION LEVEL READ COMMITTED",
            IsolationLevel::RepeatableRead => " ISOLATION LEVEL REPEATABLE READ",
            IsolationLevel::Serializable => " ISOLATION LEVEL SERIALIZABLE",
        });
    }
    match options.access {
        Access::ReadOnly => sql.push_str(" READ ONLY"),
        Access::Write => sql.push_str(" READ WRITE"),
        Access::Automatic => {}
    }
    if options.deferrable {
        sql.push_str(" DEFERRABLE");
    }
    sql
}

/// Whether an error may come from a prepared statement that is out of date: its result has other columns now, it is
/// gone, or what it names has changed.
fn is_outdated(error: &Error) -> bool {
    error
        .sqlstate()
        .is_some_and(|state| matches!(state, "0A000" | "26000") || state.starts_with("42"))
}

/// Whether SQL may change tables or types; what only steers transactions, or writes rows, does not.
fn changes_schema(sql: &str) -> bool {
    let changes =
        |word: &str| ["CREATE", "ALTER", "DROP", "DO"].iter().any(|it| word.eq_ignore_ascii_case(it));
    sql.split(|character: char| !character.is_ascii_alphabetic()).any(changes)
}

fn expect_parameters(statement: &Statement, given: usize) -> Result<()> {
    let expected = statement.parameters.len();
    if given == expected {
        return Ok(());
    }
    Err(Error::programming(format!(
        "the statement has {expected} parameters, and {given} values were given; give one value for each parameter"
    )))
}
