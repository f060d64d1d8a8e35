//! A connection to MySQL or MariaDB.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use lapis_sql::Value;

use super::batch;
use super::exchange::{Event, Exchange, Failure, Owed};
use super::handshake::{self, Session};
use super::options::Options;
use super::statements::{Slot, Statement};
use super::transaction;
use crate::driver::{DriverConnection, Interrupt, TransactionState};
use crate::error::{Error, OperationalCause, Result};
use crate::reply::Reply;
use crate::row::Row;
use crate::sink::{Batch, BatchSink, Flow, Outcome, RowSink};
use crate::transaction::TransactionOptions;

/// How much of a result that nobody wants is read before the server is asked to stop.
const PASSED_OVER: usize = 1 << 20;
/// How long the server may take over what nobody wants before it is asked to stop.
const PATIENCE: Duration = Duration::from_millis(20);

/// One connection: the conversation with the server, and what is known of its transaction.
pub(super) struct MySqlConnection {
    pub(super) exchange: Exchange,
    options: Arc<Options>,
    /// The server's number of the connection.
    id: u32,
    insert_id_step: i64,
    /// Begins with the next statement.
    pending: Option<TransactionOptions>,
    /// The open transaction is a batch's own; if its future was dropped, it is to be rolled back.
    pub(super) own: bool,
    /// `autocommit` is off, so that what was sent ahead of an error's answer stays undone with the transaction.
    guarded: bool,
    /// The server was asked to stop a statement, and may hear it during the next one.
    killed: bool,
}

/// How a statement is run.
pub(super) enum Prepared {
    /// It is prepared, and has that number at the server.
    Yes { slot: Slot, id: u32 },
    /// As text, for the server does not prepare it.
    No,
}

impl MySqlConnection {
    pub(super) fn new(session: Session, options: Arc<Options>) -> Self {
        let Session { exchange, id, insert_id_step, .. } = session;
        Self {
            exchange,
            options,
            id,
            insert_id_step,
            pending: None,
            own: false,
            guarded: false,
            killed: false,
        }
    }

    /// Whether nothing of an earlier future is left to be ended.
    fn is_settled(&self) -> bool {
        !(self.exchange.is_owed() || self.exchange.in_batch || self.own || self.killed)
    }

    /// Makes ready for a command that belongs to the transaction, where one is open.
    #[inline]
    pub(super) async fn ready(&mut self) -> Result<()> {
        let was_open = self.transaction() == TransactionState::Open;
        self.tidy().await?;
        if was_open && !self.exchange.in_transaction() {
            return Err(Error::invalid_request(
                "the transaction is over: a command of it that was cancelled has ended it; call `rollback` and begin again",
            ));
        }
        Ok(())
    }

    /// Ends what an earlier command has left, if it has.
    #[inline]
    async fn tidy(&mut self) -> Result<()> {
        let guarded = self.guarded && !self.exchange.in_transaction();
        if self.is_settled() && !guarded && !self.exchange.statements.is_over_capacity() {
            return Ok(());
        }
        // Boxed, for it is rare and large: it may open another connection.
        Box::pin(self.settle()).await
    }

    /// Reads the answers that an earlier future was waiting for, undoes its batch, and puts the session's settings back.
    async fn settle(&mut self) -> Result<()> {
        let mut passed_over = 0;
        while self.exchange.is_owed() {
            if self.killed || !self.exchange.may_be_cut() {
                self.exchange.pass_over().await?;
                continue;
            }
            let passed = crate::time::timeout(PATIENCE, self.exchange.pass_over()).await.transpose()?;
            passed_over += passed.unwrap_or_default();
            if passed.is_none() || passed_over > PASSED_OVER {
                self.killed = true;
                // Where that fails, the rest is read to its end.
                let _ = self.kill().await;
            }
        }
        if self.killed {
            // A statement that had ended by itself leaves the word to stop for the next one: let it be this.
            self.exchange.send_text("DO 0", Owed::Text { reads: true })?;
            self.killed = false;
            while self.exchange.is_owed() {
                self.exchange.pass_over().await?;
            }
        }
        if self.own {
            self.exchange.in_batch = false;
            self.steer("ROLLBACK").await?;
            self.own = false;
        } else if self.exchange.in_batch {
            batch::undo(self, true).await?;
            self.exchange.in_batch = false;
        }
        while let Some(statement) = self.exchange.statements.evict() {
            if let Statement::Prepared(prepared) = statement {
                self.exchange.close_statement(prepared.id)?;
            }
        }
        if self.guarded && !self.exchange.in_transaction() {
            self.exchange.send_text("SET autocommit = 1", Owed::Silent { begins: false })?;
            self.guarded = false;
        }
        Ok(())
    }

    /// Lets statements be sent ahead of the answers to those before them. An error such as a deadlock rolls the
    /// transaction back, and the statements behind it would each commit by itself, were `autocommit` on.
    pub(super) fn guard(&mut self) -> Result<()> {
        if !self.guarded {
            self.exchange.send_text("SET autocommit = 0", Owed::Silent { begins: false })?;
            self.guarded = true;
        }
        Ok(())
    }

    /// Stops the statement whose rows are coming in, from another connection.
    async fn kill(&self) -> Result<()> {
        let mut other = handshake::open(&self.options).await?.exchange;
        other.send_text(&format!("KILL QUERY {}", self.id), Owed::Text { reads: false })?;
        other.outcome().await?;
        other.quit().await
    }

    /// Sends the beginning of the transaction that waits for its first statement, to travel with that.
    pub(super) fn begin(&mut self) -> Result<()> {
        if let Some(options) = self.pending.take() {
            for sql in transaction::begin(options) {
                self.exchange.send_text(sql, Owed::Silent { begins: true })?;
            }
        }
        Ok(())
    }

    /// Runs a statement without parameters and rows.
    pub(super) async fn steer(&mut self, sql: &str) -> Result<Outcome, Failure> {
        self.exchange.send_text(sql, Owed::Text { reads: false })?;
        self.exchange.outcome().await
    }

    /// Has a statement prepared, once for the connection, and begins the transaction that waits for it.
    pub(super) async fn prepare(&mut self, sql: &str) -> Result<Prepared> {
        let slot = match self.exchange.statements.find(sql) {
            Some(slot) => {
                self.begin()?;
                slot
            }
            None => {
                self.begin()?;
                self.exchange.send_prepare(sql)?;
                let statement = match self.exchange.event().await? {
                    Event::Prepared(prepared) => Statement::Prepared(prepared),
                    Event::Failed(error) if error.is_unpreparable() => Statement::Text,
                    Event::Failed(error) => return Err(error.into_error()),
                    Event::Row | Event::Result | Event::Done(_) => return Err(self.confused()),
                };
                self.exchange.statements.insert(sql, statement)
            }
        };
        Ok(match self.exchange.statements.get_prepared(slot) {
            Some(prepared) => Prepared::Yes { slot, id: prepared.id },
            None => Prepared::No,
        })
    }

    /// Checks that there is a value for each parameter.
    pub(super) fn check_parameters(&self, slot: Slot, given: usize) -> Result<()> {
        let expected =
            self.exchange.statements.get_prepared(slot).map_or(0, |prepared| prepared.parameters);
        if expected == given { Ok(()) } else { Err(wrong_number(expected, given)) }
    }

    /// Sends a statement with its values.
    async fn send(&mut self, sql: &str, params: &[Value<'_>]) -> Result<()> {
        self.ready().await?;
        match self.prepare(sql).await? {
            Prepared::Yes { slot, id } => {
                self.check_parameters(slot, params.len())?;
                self.exchange.send_execute(slot, id, params, only_reads(sql))
            }
            Prepared::No if !params.is_empty() => Err(wrong_number(0, params.len())),
            Prepared::No => self.exchange.send_text(sql, Owed::Text { reads: only_reads(sql) }),
        }
    }

    /// Gives the rows that come in to the sink, until it says `Stop`: `None` then.
    fn poll_rows(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn RowSink,
    ) -> Poll<Result<Option<Outcome>>> {
        loop {
            match ready!(self.exchange.poll_event(context))? {
                Event::Row if self.exchange.is_first_result() => {
                    let row = self.exchange.row()?;
                    if sink.row(&Row::mysql(row))? == Flow::Stop {
                        return Poll::Ready(Ok(None));
                    }
                }
                // A procedure may give several results, and the first is the one that is asked for.
                Event::Row | Event::Result => {}
                Event::Done(outcome) => return Poll::Ready(Ok(Some(outcome))),
                Event::Failed(error) => return Poll::Ready(Err(error.into_error())),
                Event::Prepared(_) => return Poll::Ready(Err(self.confused())),
            }
        }
    }

    async fn run_once(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        sink: &mut (dyn RowSink + Send),
    ) -> Result<Outcome> {
        self.send(sql, params).await?;
        let reads = only_reads(sql);
        let mut counting = Counting { sink, rows: 0 };
        let mut outcome = poll_fn(|context| self.poll_rows(context, &mut counting)).await;
        let mut returned = counting.rows;
        if let Ok(None) = outcome
            && !reads
        {
            // What writes runs to its end.
            let mut unwanted = |_: &Row<'_>| {
                returned += 1;
                Ok(Flow::Continue)
            };
            outcome = poll_fn(|context| self.poll_rows(context, &mut unwanted)).await;
        }
        // What is left after an early end is mostly there already. What is not, the next call reads.
        if self.exchange.is_owed() {
            poll_fn(|context| self.poll_rest(context)).await;
        }
        Ok(match outcome? {
            // The end of rows that a statement returns of those it wrote does not count them.
            Some(outcome) if !reads && outcome.rows_affected == 0 => {
                Outcome { rows_affected: returned, ..outcome }
            }
            Some(outcome) => outcome,
            None => Outcome::default(),
        })
    }

    /// Passes over what has come in of an answer that nobody wants, without waiting for more.
    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // What is wrong with the connection shows in its next use.
        while self.exchange.is_owed() && matches!(self.exchange.poll_pass_over(context), Poll::Ready(Ok(_)))
        {
        }
        Poll::Ready(())
    }

    async fn run_script_once(&mut self, sql: &str) -> Result<()> {
        self.ready().await?;
        if sql.trim().is_empty() {
            return Ok(());
        }
        self.begin()?;
        match self.steer(sql).await {
            Err(Failure::Server(error)) if error.is_empty_query() => Ok(()),
            result => Ok(result.map(drop)?),
        }
    }

    /// Ends the transaction.
    async fn end(&mut self, sql: &str) -> Result<()> {
        let was_open = self.transaction() == TransactionState::Open;
        self.tidy().await?;
        if self.exchange.in_transaction() {
            self.steer(sql).await?;
        } else if was_open && sql == transaction::COMMIT {
            return Err(Error::operational(
                OperationalCause::Locked,
                "the transaction is over: the server has rolled it back after an error; run it again from its beginning",
            ));
        }
        Ok(())
    }

    /// [`end`](Self::end), at once where nothing was sent.
    fn end_or_forget<'a>(&'a mut self, sql: &'static str) -> Reply<'a, ()> {
        self.pending = None;
        if self.is_settled() && !self.exchange.in_transaction() && !self.is_broken() {
            return Reply::ready(Ok(()));
        }
        Reply::pending(self.end(sql))
    }

    #[cold]
    pub(super) fn confused(&mut self) -> Error {
        self.exchange.misunderstood("an answer to another command")
    }
}

#[cold]
pub(super) fn wrong_number(expected: usize, given: usize) -> Error {
    Error::programming(format!("the statement has {expected} parameters, and {given} values were given"))
}

/// Whether a statement starts as one that reads, so that nothing is undone where it is cut short. Behind a WITH there
/// may be another, which is looked for anywhere: in a text or a name it costs no more than the wait for the end.
pub(super) fn only_reads(sql: &str) -> bool {
    let sql = sql.trim_start_matches(|character: char| character.is_whitespace() || character == '(');
    let starts =
        |keyword: &str| sql.get(..keyword.len()).is_some_and(|start| start.eq_ignore_ascii_case(keyword));
    if starts("WITH") {
        let sql = sql.as_bytes();
        return !["UPDATE", "DELETE"]
            .iter()
            .any(|word| sql.windows(word.len()).any(|found| found.eq_ignore_ascii_case(word.as_bytes())));
    }
    ["SELECT", "SHOW", "VALUES", "TABLE", "DESCRIBE", "EXPLAIN"].into_iter().any(starts)
}

/// Counts the rows on their way to another sink.
struct Counting<'a> {
    sink: &'a mut (dyn RowSink + Send),
    rows: u64,
}

impl RowSink for Counting<'_> {
    #[inline]
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        self.rows += 1;
        self.sink.row(row)
    }
}

impl DriverConnection for MySqlConnection {
    fn start(&mut self, options: TransactionOptions) -> Result<()> {
        self.pending = Some(options);
        Ok(())
    }

    fn transaction(&self) -> TransactionState {
        if self.pending.is_some() {
            TransactionState::Pending
        } else if self.exchange.in_transaction() && !self.own {
            TransactionState::Open
        } else {
            TransactionState::None
        }
    }

    fn run<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Value<'a>],
        sink: &'a mut (dyn RowSink + Send),
    ) -> Reply<'a, Outcome> {
        Reply::pending(self.run_once(sql, params, sink))
    }

    fn insert_id_step(&self) -> i64 {
        self.insert_id_step
    }

    fn has_cursors(&self) -> bool {
        true
    }

    fn open_cursor<'a>(&'a mut self, sql: &'a str, params: &'a [Value<'a>]) -> Reply<'a, ()> {
        Reply::pending(self.send(sql, params))
    }

    fn poll_cursor(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn RowSink,
    ) -> Poll<Result<Option<Outcome>>> {
        self.poll_rows(context, sink)
    }

    fn run_batch<'a>(
        &'a mut self,
        sql: &'a str,
        batch: &'a (dyn Batch + Sync),
        sink: &'a mut dyn BatchSink,
    ) -> Reply<'a, ()> {
        Reply::pending(batch::run(self, sql, batch, sink))
    }

    fn run_script<'a>(&'a mut self, sql: &'a str) -> Reply<'a, ()> {
        Reply::pending(self.run_script_once(sql))
    }

    fn commit(&mut self) -> Reply<'_, ()> {
        self.end_or_forget(transaction::COMMIT)
    }

    fn rollback(&mut self) -> Reply<'_, ()> {
        self.end_or_forget(transaction::ROLLBACK)
    }

    fn reset(&mut self) -> Reply<'_, ()> {
        self.rollback()
    }

    fn ping(&mut self) -> Reply<'_, ()> {
        Reply::pending(async {
            self.tidy().await?;
            self.exchange.send_ping(Owed::Text { reads: true })?;
            self.exchange.outcome().await?;
            Ok(())
        })
    }

    fn is_broken(&self) -> bool {
        self.exchange.is_broken()
    }

    /// Statements are not run on threads here: dropping their future is enough.
    fn interrupt(&self) -> Option<Box<dyn Interrupt>> {
        None
    }

    fn close(mut self: Box<Self>) -> Reply<'static, ()> {
        Reply::pending(async move {
            // A connection that is lost is closed as well as any.
            if !self.is_broken() {
                let _ = self.exchange.quit().await;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_only_reads_is_known_by_its_first_word() {
        for sql in [
            "SELECT 1",
            "  select 1",
            "(SELECT 1) UNION (SELECT 2)",
            "SHOW TABLES",
            "WITH x AS (SELECT 1) SELECT 1",
        ] {
            assert!(only_reads(sql), "{sql}");
        }
        for sql in [
            "INSERT INTO t SELECT 1",
            "UPDATE t SET x = 1",
            "CALL p()",
            "",
            "SEL",
            "WITH x AS (SELECT 1 AS a) delete FROM t WHERE b IN (SELECT a FROM x)",
            "with recursive x AS (SELECT 1) UPDATE t JOIN x SET t.b = 1",
        ] {
            assert!(!only_reads(sql), "{sql}");
        }
    }
}
