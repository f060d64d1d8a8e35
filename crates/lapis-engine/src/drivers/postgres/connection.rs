//! A connection to a PostgreSQL database.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

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
use super::types::Types;
use crate::driver::{DriverConnection, Interrupt, TransactionState};
use crate::error::{Error, OperationalCause, Result};
use crate::reply::Reply;
use crate::row::Row;
use crate::sink::{Batch, BatchSink, Flow, Outcome, RowSink};
use crate::transaction::{Access, IsolationLevel, TransactionOptions};

/// How long the rest of an answer that nobody waits for is read before the server is asked to stop.
const PATIENCE: Duration = Duration::from_millis(20);
/// Every column of a result travels in binary.
pub(super) const BINARY: [i16; 1] = [1];

/// One connection, its prepared statements, and what is known of its transaction.
pub(super) struct PostgresConnection {
    pub(super) link: Link,
    pub(super) statements: Statements,
    pub(super) types: Types,
    pub(super) shared: Arc<Shared>,
    key: CancelKey,
    /// Begins with the next statement.
    pub(super) pending: Option<TransactionOptions>,
    pub(super) cursor: Option<Cursor>,
    /// Something is under way; still set at the next call, its future was dropped.
    busy: bool,
    /// The transaction is a batch's own; if its future was dropped, it is to be rolled back.
    pub(super) batch: bool,
    /// The state of the schema that the prepared statements are of.
    pub(super) schema: u64,
    /// The open transaction changed the schema.
    pub(super) altered: bool,
    /// The server has bound the statement that runs: what was known of it was right.
    pub(super) bound: bool,
    /// Where the cells of the current row lie.
    pub(super) places: Vec<Place>,
}

impl PostgresConnection {
    pub(super) async fn open(shared: Arc<Shared>) -> Result<Self> {
        let (link, key) = startup::connect(&shared.options).await?;
        Ok(Self {
            link,
            statements: Statements::new(shared.options.statement_cache),
            types: Types::default(),
            schema: shared.schema.load(Ordering::Acquire),
            shared,
            key,
            pending: None,
            cursor: None,
            busy: false,
            batch: false,
            places: Vec::new(),
            altered: false,
            bound: false,
        })
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
        match self.pending.take() {
            Some(options) => self.link.begin(&begin_sql(options)),
            None => Ok(()),
        }
    }

    async fn execute(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        sink: &mut (dyn RowSink + Send),
    ) -> Result<Outcome> {
        let before = self.before(sql);
        match self.execute_once(sql, params, sink).await {
            Err(error) => {
                self.renew(sql, before, error).await?;
                self.execute_once(sql, params, sink).await
            }
            done => done,
        }
    }

    async fn execute_once(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        sink: &mut (dyn RowSink + Send),
    ) -> Result<Outcome> {
        let statement = self.prepared(sql, params).await?;
        let limit = sink.limit().map_or(0, |rows| i32::try_from(rows).unwrap_or(0));
        self.bind(sql, &statement, params, statement.name.is_empty())?;
        self.link.write(|output| frontend::execute("", limit, output).map_err(unwritable))?;
        self.link.sync();
        self.read_result(&statement, sink).await
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
    ) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut failed = None;
        let mut wanted = true;
        let mut described: Option<Vec<Column>> = None;
        loop {
            let columns = described.as_deref().unwrap_or(&statement.columns);
            while let Some(bytes) = self.link.row() {
                if wanted {
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
                    described = Some(columns_of(&body, &self.types)?);
                }
                Some(Message::BindComplete) => self.bound = true,
                Some(Message::CommandComplete(body)) => {
                    self.note(&body);
                    outcome = completed(&body);
                }
                Some(Message::ErrorResponse(body)) => {
                    let error = self.link.refused(&body);
                    failed.get_or_insert(error);
                    if self.link.is_broken() {
                        break;
                    }
                }
                Some(Message::CopyInResponse(_)) => {
                    failed.get_or_insert_with(copies);
                    self.link.refuse_copy()?;
                }
                Some(Message::CopyOutResponse(_)) => {
                    failed.get_or_insert_with(copies);
                }
                Some(Message::ReadyForQuery(_)) if !self.link.is_owed() => break,
                Some(_) => {}
                None if self.link.row().is_some() => {}
                None => self.link.more().await?,
            }
        }
        failed.map_or(Ok(outcome), Err)
    }

    /// Runs a statement that ends the transaction.
    pub(super) async fn end(&mut self, sql: &'static str) -> Result<()> {
        self.link.query(sql)?;
        let (mut failed, mut undone) = (None, false);
        while self.link.is_owed() && !self.link.is_broken() {
            match self.link.message().await? {
                Message::CommandComplete(body) => undone = body.tag().is_ok_and(|tag| tag == "ROLLBACK"),
                Message::ErrorResponse(body) => failed = Some(self.link.refused(&body)),
                _ => {}
            }
        }
        if std::mem::take(&mut self.altered) {
            // What others prepared meanwhile is of the schema before, and what this one did, if it is undone.
            self.shared.schema.fetch_add(1, Ordering::AcqRel);
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
        if self.pending.is_some() {
            // One that fails must not leave the script to run by itself.
            self.begin()?;
            self.link.sync();
            self.read_script().await?;
        }
        self.link.query(sql)?;
        self.read_script().await
    }

    /// Reads what a script gives, up to the last ReadyForQuery that is owed.
    async fn read_script(&mut self) -> Result<()> {
        let mut failed = None;
        while self.link.is_owed() && !self.link.is_broken() {
            match self.link.message().await? {
                Message::CommandComplete(body) => self.note(&body),
                Message::ErrorResponse(body) => {
                    let error = self.link.refused(&body);
                    failed.get_or_insert(error);
                }
                Message::CopyInResponse(_) => {
                    failed.get_or_insert_with(copies);
                    self.link.refuse_copy()?;
                }
                _ => {}
            }
        }
        failed.map_or(Ok(()), Err)
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
            // What is undone need not come to its end.
            self.busy |= !self.link.is_settled();
            self.start().await?;
            let result = if self.link.status == IDLE { Ok(()) } else { self.end("ROLLBACK").await };
            self.finish(result).await
        })
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
            let patience = self.shared.options.connect_timeout;
            let answered = async {
                self.start().await?;
                self.link.sync();
                let result = self.link.settle().await;
                self.finish(result).await
            };
            crate::time::timeout(patience, answered).await.unwrap_or_else(|| Err(lost()))
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

/// COPY has a protocol of its own.
pub(super) fn copies() -> Error {
    Error::unsupported(
        "COPY from or to the program does not go with a statement; insert rows by `run_batch`, read them by a SELECT, or \
         copy from or to a file of the server's",
    )
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
