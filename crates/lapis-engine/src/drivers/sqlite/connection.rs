//! A connection to a SQLite database.

use std::sync::Arc;

use lapis_sql::Value;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch as Statements, Connection};
use tokio::runtime::{Handle, RuntimeFlavor};

use super::bind::bind;
use super::error::read_before_write;
use super::locks::{Pauses, Refusal};
use super::options::{Location, Mode, Options, TransactionMode};
use crate::driver::{DriverConnection, Interrupt, TransactionState};
use crate::error::{Error, Result};
use crate::reply::Reply;
use crate::row::Row;
use crate::sink::{Batch, BatchSink, Flow, Outcome, RowSink};
use crate::transaction::{Access, TransactionOptions};

/// One connection: rusqlite's, which keeps the prepared statements, and what is known of its transaction.
pub(super) struct SqliteConnection {
    raw: Connection,
    options: Arc<Options>,
    progress: Progress,
}

/// What is known of the transaction that is open or about to be.
#[derive(Default)]
struct Progress {
    /// Begins with the next statement.
    pending: Option<TransactionOptions>,
    /// A statement of the transaction has succeeded: it has a view of the database.
    viewed: bool,
    /// A statement that writes has succeeded: it has the lock.
    wrote: bool,
    /// `PRAGMA query_only` is on for the transaction's time.
    query_only: bool,
    /// The transaction is a batch's own; if its future was dropped, it is to be rolled back.
    batch: bool,
}

type Attempt<T> = Result<T, Refusal>;

impl SqliteConnection {
    pub(super) fn new(raw: Connection, options: Arc<Options>) -> Self {
        raw.set_prepared_statement_cache_capacity(options.statement_cache);
        Self { raw, options, progress: Progress::default() }
    }

    /// Sets what each connection has to be told, the first time it touches the file.
    pub(super) fn configure(self) -> Reply<'static, Box<dyn DriverConnection>> {
        match self.try_configure() {
            Ok(()) => Reply::ready(Ok(Box::new(self))),
            Err(Refusal::Failed(error)) => Reply::ready(Err(error)),
            Err(Refusal::Locked(_)) => Reply::pending(async move {
                let mut pauses = Pauses::new(self.options.busy_timeout);
                loop {
                    let more = pauses.pause().await;
                    match self.try_configure() {
                        Ok(()) => return Ok(Box::new(self) as Box<dyn DriverConnection>),
                        Err(Refusal::Locked(_)) if more => {}
                        Err(refusal) => return Err(refusal.into_error()),
                    }
                }
            }),
        }
    }

    fn try_configure(&self) -> Attempt<()> {
        // The wait for locks is ours, for SQLite's own blocks the thread.
        self.raw.busy_timeout(std::time::Duration::ZERO)?;
        let options = &*self.options;
        let on_file = matches!(options.location, Location::File { .. });
        let pragma = |name: &str, value: &str| {
            // Some settings answer with a row, others do not.
            self.raw
                .pragma_update_and_check(None, name, value, |_| Ok(()))
                .or_else(|error| match error {
                    rusqlite::Error::QueryReturnedNoRows => Ok(()),
                    error => Err(error),
                })
        };
        pragma("foreign_keys", if options.foreign_keys { "on" } else { "off" })?;
        let writable = on_file && options.mode != Mode::ReadOnly;
        match &options.journal_mode {
            Some(mode) => pragma("journal_mode", mode)?,
            None if writable => pragma("journal_mode", "wal")?,
            None => {}
        }
        match &options.synchronous {
            Some(level) => pragma("synchronous", level)?,
            None if writable => pragma("synchronous", "normal")?,
            None => {}
        }
        if on_file {
            // Reads the first page, so that what is no database is found here and not later. One in memory is
            // known to be a database, and could not be read while another connection writes.
            self.raw.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        }
        Ok(())
    }

    /// Makes an attempt at once, and, while another connection holds a lock, again after pauses.
    fn attempt<'a, T: Send + 'a>(
        &'a mut self,
        mut attempt: impl FnMut(&mut Self) -> Attempt<T> + Send + 'a,
    ) -> Reply<'a, T> {
        // A batch whose future was dropped while it waited to commit.
        self.abandon_batch();
        match self.on_worker(&mut attempt) {
            Ok(value) => Reply::ready(Ok(value)),
            Err(Refusal::Locked(_)) if !self.options.busy_timeout.is_zero() => Reply::pending(async move {
                let mut pauses = Pauses::new(self.options.busy_timeout);
                loop {
                    let more = pauses.pause().await;
                    match self.on_worker(&mut attempt) {
                        Ok(value) => return Ok(value),
                        Err(Refusal::Locked(_)) if more => {}
                        Err(refusal) => return Err(self.give_up(refusal)),
                    }
                }
            }),
            Err(refusal) => Reply::ready(Err(self.give_up(refusal))),
        }
    }

    #[cold]
    fn give_up(&mut self, refusal: Refusal) -> Error {
        self.abandon_batch();
        refusal.into_error()
    }

    /// Rolls back the transaction of a batch that did not come to its end. SQLite may have done it already.
    fn abandon_batch(&mut self) {
        if std::mem::take(&mut self.progress.batch) && !self.raw.is_autocommit() {
            // ROLLBACK waits for no lock; should it fail, the next statement's error tells.
            let _ = execute(&self.raw, "ROLLBACK");
            self.progress.end();
        }
    }

    /// Runs an attempt on this thread, and tells the runtime where it was asked to.
    fn on_worker<T>(&mut self, attempt: &mut impl FnMut(&mut Self) -> Attempt<T>) -> Attempt<T> {
        if self.options.offload
            && Handle::try_current()
                .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread)
        {
            return tokio::task::block_in_place(|| attempt(self));
        }
        attempt(self)
    }

    fn run_once(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        sink: &mut (dyn RowSink + Send),
        delivered: &mut bool,
    ) -> Attempt<Outcome> {
        let Self { raw, options, progress } = self;
        let mut statement = raw.prepare_cached(sql)?;
        let writes = !statement.readonly();
        progress.begin(raw, options, writes)?;
        bind(&mut statement, params)?;
        let before = if writes { raw.total_changes() } else { 0 };
        let mut rows = statement.raw_query();
        let mut wanted = true;
        loop {
            match rows.next() {
                Ok(Some(_)) if !wanted => {}
                Ok(Some(row)) => {
                    *delivered = true;
                    if sink.row(&Row::sqlite(row))? == Flow::Stop {
                        // What writes runs to its end, where SQLite commits it.
                        if !writes {
                            break;
                        }
                        wanted = false;
                    }
                }
                Ok(None) => break,
                Err(error) => return Err(progress.refuse(raw, writes, *delivered, error)),
            }
        }
        drop(rows);
        progress.succeeded(writes);
        Ok(if writes { outcome(raw, inserts(sql), before) } else { Outcome::default() })
    }

    fn run_batch_from(
        &mut self,
        sql: &str,
        batch: &(dyn Batch + Sync),
        sink: &mut dyn BatchSink,
        next: &mut usize,
    ) -> Attempt<()> {
        let Self { raw, options, progress } = self;
        let own = *next == 0 && progress.pending.is_none() && raw.is_autocommit();
        if *next < batch.len() {
            let mut statement = raw.prepare_cached(sql)?;
            let writes = !statement.readonly();
            if own {
                execute(raw, if writes { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
                progress.batch = true;
                progress.wrote = writes;
            }
            progress.begin(raw, options, writes)?;
            let inserts = inserts(sql);
            let mut values = Vec::new();
            while *next < batch.len() {
                let before = raw.total_changes();
                values.clear();
                batch.values(*next, &mut values);
                bind(&mut statement, &values)?;
                let mut rows = statement.raw_query();
                let mut delivered = false;
                loop {
                    match rows.next() {
                        Ok(Some(row)) => {
                            delivered = true;
                            sink.returned(*next, &Row::sqlite(row))?;
                        }
                        Ok(None) => break,
                        Err(error) => return Err(progress.refuse(raw, writes, delivered, error)),
                    }
                }
                drop(rows);
                progress.succeeded(writes);
                sink.done(*next, outcome(raw, inserts, before))?;
                *next += 1;
            }
        }
        if progress.batch {
            execute(raw, "COMMIT")?;
            progress.batch = false;
            progress.end();
        }
        Ok(())
    }

    fn run_script_from(&mut self, sql: &str, next: &mut usize) -> Attempt<()> {
        let Self { raw, options, progress } = self;
        progress.begin(raw, options, true)?;
        while let Some(mut statement) = Statements::new(raw, &sql[*next..]).next()? {
            let text = statement.expanded_sql().unwrap_or_default();
            let writes = !statement.readonly();
            let mut rows = statement.raw_query();
            while let Some(_row) =
                rows.next().map_err(|error| progress.refuse(raw, writes, false, error))?
            {}
            drop(rows);
            progress.succeeded(writes);
            // What has run is not run again after a pause.
            *next += sql[*next..].find(&text).map_or(sql.len() - *next, |start| start + text.len());
        }
        Ok(())
    }

    fn end(&mut self, sql: &'static str) -> Attempt<()> {
        self.progress.pending = None;
        if !self.raw.is_autocommit() {
            execute(&self.raw, sql)?;
        }
        self.progress.restore(&self.raw)?;
        self.progress.end();
        Ok(())
    }
}

impl Progress {
    /// Sends the BEGIN that waits for the first statement. One that reads first and writes later may find
    /// that another connection has written meanwhile, so a first statement that writes takes the lock.
    fn begin(&mut self, raw: &Connection, options: &Options, writes: bool) -> Attempt<()> {
        let Some(pending) = self.pending else { return Ok(()) };
        let immediate = match (pending.access, options.transaction_mode) {
            (Access::ReadOnly, _) => false,
            (Access::Write, _) => true,
            (Access::Automatic, TransactionMode::Automatic) => writes,
            (Access::Automatic, mode) => mode == TransactionMode::Immediate,
        };
        if pending.access == Access::ReadOnly {
            self.query_only = true;
            execute(raw, "PRAGMA query_only = ON")?;
        }
        execute(raw, if immediate { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
        self.pending = None;
        self.wrote = immediate;
        Ok(())
    }

    /// Whether a lock is worth waiting for: not once rows were given, and not for a transaction that has read
    /// and now wants to write, since its view is out of date when the other writer is done.
    fn refuse(&self, raw: &Connection, writes: bool, delivered: bool, error: rusqlite::Error) -> Refusal {
        let upgrade = writes && self.viewed && !self.wrote && !raw.is_autocommit();
        match Refusal::of(error) {
            Refusal::Locked(error) if upgrade => Refusal::Failed(read_before_write(error)),
            locked @ Refusal::Locked(_) if delivered => Refusal::Failed(locked.into_error()),
            refusal => refusal,
        }
    }

    fn succeeded(&mut self, writes: bool) {
        self.viewed = true;
        self.wrote |= writes;
    }

    fn restore(&mut self, raw: &Connection) -> Attempt<()> {
        if self.query_only {
            execute(raw, "PRAGMA query_only = OFF")?;
            self.query_only = false;
        }
        Ok(())
    }

    fn end(&mut self) {
        self.viewed = false;
        self.wrote = false;
    }
}

/// Runs a statement without parameters and rows, prepared once for each connection.
fn execute(raw: &Connection, sql: &'static str) -> Attempt<()> {
    raw.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}

/// What a statement did. SQLite's count of changes stays what it was where a statement changes nothing, and
/// its last rowid is that of the last INSERT, whenever that was.
fn outcome(raw: &Connection, inserts: bool, total_before: u64) -> Outcome {
    if raw.total_changes() == total_before {
        return Outcome::default();
    }
    let last_insert_id = inserts.then(|| raw.last_insert_rowid());
    Outcome { rows_affected: raw.changes(), last_insert_id }
}

/// Whether a statement starts as one that inserts.
fn inserts(sql: &str) -> bool {
    let starts = |keyword: &str| {
        sql.trim_start()
            .get(..keyword.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(keyword))
    };
    starts("INSERT") || starts("REPLACE") || starts("WITH")
}

impl DriverConnection for SqliteConnection {
    fn start(&mut self, options: TransactionOptions) -> Result<()> {
        // Every isolation level is given: SQLite's transactions are serializable.
        self.progress.pending = Some(options);
        self.progress.end();
        Ok(())
    }

    fn transaction(&self) -> TransactionState {
        if self.progress.pending.is_some() {
            TransactionState::Pending
        } else if self.raw.is_autocommit() || self.progress.batch {
            TransactionState::None
        } else {
            TransactionState::Open
        }
    }

    fn run<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Value<'a>],
        sink: &'a mut (dyn RowSink + Send),
    ) -> Reply<'a, Outcome> {
        let mut delivered = false;
        self.attempt(move |connection| connection.run_once(sql, params, sink, &mut delivered))
    }

    fn run_batch<'a>(
        &'a mut self,
        sql: &'a str,
        batch: &'a (dyn Batch + Sync),
        sink: &'a mut dyn BatchSink,
    ) -> Reply<'a, ()> {
        let mut next = 0;
        self.attempt(move |connection| connection.run_batch_from(sql, batch, sink, &mut next))
    }

    fn run_script<'a>(&'a mut self, sql: &'a str) -> Reply<'a, ()> {
        let mut next = 0;
        self.attempt(move |connection| connection.run_script_from(sql, &mut next))
    }

    fn commit(&mut self) -> Reply<'_, ()> {
        self.attempt(|connection| connection.end("COMMIT"))
    }

    fn rollback(&mut self) -> Reply<'_, ()> {
        self.attempt(|connection| connection.end("ROLLBACK"))
    }

    fn reset(&mut self) -> Reply<'_, ()> {
        self.rollback()
    }

    fn ping(&mut self) -> Reply<'_, ()> {
        self.attempt(|connection| execute(&connection.raw, "SELECT 1"))
    }

    fn is_broken(&self) -> bool {
        false
    }

    fn interrupt(&self) -> Option<Box<dyn Interrupt>> {
        Some(Box::new(Stopper(self.raw.get_interrupt_handle())))
    }

    fn close(self: Box<Self>) -> Reply<'static, ()> {
        Reply::ready(self.raw.close().map_err(|(_, error)| super::error::translate(error)))
    }
}

struct Stopper(rusqlite::InterruptHandle);

impl Interrupt for Stopper {
    fn interrupt(&self) {
        self.0.interrupt();
    }
}
