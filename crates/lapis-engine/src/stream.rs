//! Rows one after the other, before the last one is read and without holding all of them.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::mpsc as std_mpsc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use std::vec;

use futures_core::Stream;
use lapis_sql::Value;
use lapis_sql::compiler::compile;
use lapis_sql::statement::{Query, StatementRef};
use tokio::sync::mpsc;

use crate::connection::Connection;
use crate::driver::{Interrupt, TransactionState};
use crate::engine::Engine;
use crate::error::{Error, OperationalCause, Result};
use crate::event::{Parameters, Watch};
use crate::pool::Pooled;
use crate::projection::Projection;
use crate::query::RowOf;
use crate::row::Row;
use crate::sink::{Flow, Outcome, RowSink};

/// How many rows the largest chunk has that travels from the thread that reads them.
const LARGEST_CHUNK: usize = 256;
/// How many chunks may wait.
const CHUNKS: usize = 2;
/// After how long a statement that does not end is interrupted again: one that had not begun hears it later.
const INTERRUPT_AGAIN: Duration = Duration::from_millis(2);

/// The rows of a query, one after the other: a [`Stream`], with a [`next`](Self::next) of its own.
///
/// The first row is there before the last one is read, and no more than a few hundred wait at a time.
/// Dropping the stream ends the statement; the connection can be used again at once.
///
/// ```
/// # use lapis_engine::{Engine, Result};
/// use lapis_sql::statement::text;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<()> {
/// # let engine = Engine::connect("sqlite::memory:").await?;
/// let mut rows = engine.stream(text("SELECT 1 UNION ALL SELECT 2").scalar::<i64>()).await?;
/// let mut sum = 0;
/// while let Some(number) = rows.next().await {
///     sum += number?;
/// }
/// assert_eq!(sum, 3);
/// # Ok(()) }
/// ```
#[must_use = "a stream does nothing unless it is polled"]
#[derive(Debug)]
pub struct RowStream<'c, T> {
    connection: Held<'c>,
    chunk: vec::IntoIter<T>,
    source: Source<T>,
}

/// Where more rows come from.
#[derive(Debug)]
enum Source<T> {
    /// The connection's cursor.
    Cursor(Cursor<T>),
    /// A thread, to which the connection is lent.
    Thread(Reader<T>),
    /// There are no more.
    Ended,
}

#[derive(Debug)]
enum Held<'c> {
    Borrowed(&'c mut Connection),
    Owned(Box<Connection>),
    /// The stream's own connection went back to the pool with the last row.
    Released,
}

/// The thread that reads the rows, for the driver's statement borrows its connection.
struct Reader<T> {
    chunks: mpsc::Receiver<Result<Vec<T>>>,
    /// Where the connection comes back, before `chunks` ends.
    returned: std_mpsc::Receiver<Pooled>,
    interrupt: Option<Box<dyn Interrupt>>,
}

impl<T> RowStream<'_, T> {
    /// The next row, or `None` behind the last one. After an error there are no more rows.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| self.poll_row(context)).await
    }

    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(row) = self.chunk.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            let chunk = match (&mut self.source, &mut self.connection) {
                (Source::Ended, _) | (_, Held::Released) => return Poll::Ready(None),
                (Source::Thread(reader), _) => ready!(reader.chunks.poll_recv(context)),
                (Source::Cursor(cursor), Held::Borrowed(connection)) => {
                    ready!(cursor.poll_chunk(connection, context))
                }
                (Source::Cursor(cursor), Held::Owned(connection)) => {
                    ready!(cursor.poll_chunk(connection, context))
                }
            };
            match chunk {
                Some(Ok(chunk)) => self.chunk = chunk.into_iter(),
                Some(Err(error)) => {
                    self.finish();
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    if !self.finish() {
                        return Poll::Ready(Some(Err(Error::operational(
                            OperationalCause::ConnectionLost,
                            "the thread that read the rows panicked, and its connection is lost",
                        ))));
                    }
                }
            }
        }
    }

    /// Ends the statement and takes the connection back; false if it is lost.
    fn finish(&mut self) -> bool {
        let lent = match std::mem::replace(&mut self.source, Source::Ended) {
            Source::Ended => return true,
            Source::Cursor(_) => None,
            Source::Thread(reader) => match reader.end() {
                Some(pooled) => Some(pooled),
                None => return false,
            },
        };
        let end = |connection: &mut Connection| match lent {
            Some(pooled) => connection.put_back(pooled),
            None => connection.close_cursor(),
        };
        match std::mem::replace(&mut self.connection, Held::Released) {
            Held::Borrowed(connection) => end(connection),
            Held::Owned(mut connection) => end(&mut connection),
            Held::Released => {}
        }
        true
    }
}

/// The rows of the connection's cursor.
struct Cursor<T> {
    decode: fn(&Row<'_>, usize) -> Result<T>,
    width: usize,
    rows: u64,
    done: bool,
    /// What went wrong behind the last row that was given.
    failed: Option<Error>,
    sql: String,
    parameters: Vec<Value<'static>>,
    watch: Option<Watch>,
}

impl<T> Cursor<T> {
    /// The rows that are there, as few as one; `None` behind the last.
    fn poll_chunk(
        &mut self,
        connection: &mut Connection,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Vec<T>>>> {
        if self.done {
            return Poll::Ready(self.failed.take().map(Err));
        }
        let engine = connection.engine().clone();
        let driver = match connection.driver() {
            Ok(driver) => driver,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        let mut chunk = Vec::new();
        let (decode, width, first) = (self.decode, self.width, self.rows == 0);
        let mut sink = |row: &Row<'_>| {
            if first && chunk.is_empty() {
                row.expect_width(width)?;
            }
            chunk.push(decode(row, 0)?);
            Ok(if chunk.len() < LARGEST_CHUNK { Flow::Continue } else { Flow::Stop })
        };
        let polled = driver.poll_cursor(context, &mut sink);
        self.rows += chunk.len() as u64;
        let result = match polled {
            Poll::Pending if chunk.is_empty() => return Poll::Pending,
            Poll::Pending | Poll::Ready(Ok(None)) => return Poll::Ready(Some(Ok(chunk))),
            Poll::Ready(Ok(Some(outcome))) => Ok(outcome),
            Poll::Ready(Err(error)) => Err(error),
        };
        Poll::Ready(match self.conclude(&engine, result) {
            Ok(_) if chunk.is_empty() => None,
            Err(error) if chunk.is_empty() => Some(Err(error)),
            result => {
                self.failed = result.err();
                Some(Ok(chunk))
            }
        })
    }

    /// Tells those who watch that the statement has ended, and completes its error.
    fn conclude(&mut self, engine: &Engine, result: Result<Outcome>) -> Result<Outcome> {
        self.done = true;
        let events = engine.events();
        let parameters = Parameters::One(&self.parameters);
        let result = result.map_err(|error| events.explain(error, &self.sql, parameters));
        if let Some(mut watch) = self.watch.take() {
            watch.rows = self.rows;
            watch.rows_affected = result.as_ref().map_or(0, |outcome| outcome.rows_affected);
            watch.end(events, &self.sql, parameters, &result);
        }
        result
    }
}

impl<T> std::fmt::Debug for Cursor<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cursor").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<T> Reader<T> {
    /// Waits until the statement has ended, which it does at its next row or where it is interrupted. The
    /// connection is `None` if the thread panicked.
    fn end(self) -> Option<Pooled> {
        let Self { chunks, returned, interrupt } = self;
        drop(chunks);
        let Some(interrupt) = interrupt else { return returned.recv().ok() };
        let mut received = returned.try_recv().map_err(|error| match error {
            std_mpsc::TryRecvError::Empty => std_mpsc::RecvTimeoutError::Timeout,
            std_mpsc::TryRecvError::Disconnected => std_mpsc::RecvTimeoutError::Disconnected,
        });
        while let Err(std_mpsc::RecvTimeoutError::Timeout) = received {
            interrupt.interrupt();
            received = returned.recv_timeout(INTERRUPT_AGAIN);
        }
        received.ok()
    }
}

impl<T> std::fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

/// Nothing in it is pinned.
impl<T> Unpin for RowStream<'_, T> {}

impl<T> Stream for RowStream<'_, T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_row(context)
    }
}

impl<T> Drop for RowStream<'_, T> {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Connection {
    /// The rows one after the other. The connection is the stream's for as long as it is there.
    ///
    /// # Errors
    /// If the statement does not compile; what the database finds wrong comes from the stream.
    pub async fn stream<Q: Query<Shape: Projection>>(
        &mut self,
        query: Q,
    ) -> Result<RowStream<'_, RowOf<Q>>> {
        let source = open(self, &query).await?;
        Ok(RowStream { connection: Held::Borrowed(self), chunk: Vec::new().into_iter(), source })
    }
}

impl Engine {
    /// The rows one after the other, on a connection that goes back to the pool with the stream; see
    /// [`Connection::stream`].
    ///
    /// # Errors
    /// If there is no connection, or the statement does not compile.
    pub async fn stream<Q: Query<Shape: Projection>>(
        &self,
        query: Q,
    ) -> Result<RowStream<'static, RowOf<Q>>> {
        let mut connection = Box::new(self.acquire().await?);
        let source = open(&mut connection, &query).await?;
        Ok(RowStream { connection: Held::Owned(connection), chunk: Vec::new().into_iter(), source })
    }
}

/// Begins a query on a connection: with a cursor where the driver has them, else on a thread.
async fn open<Q: Query<Shape: Projection>>(
    connection: &mut Connection,
    query: &Q,
) -> Result<Source<RowOf<Q>>> {
    Q::Shape::check_stream(query.options())?;
    let statement = query.as_statement();
    let compiled = compile(statement, connection.dialect())?;
    let parameters: Vec<Value<'static>> = compiled.parameters.into_iter().map(Value::into_owned).collect();
    connection.ready().await?;
    if !connection.driver()?.has_cursors() {
        return read::<Q>(connection, compiled.sql, parameters, statement).await.map(Source::Thread);
    }
    let engine = connection.engine().clone();
    let driver = connection.driver()?;
    let watch = engine
        .events()
        .watched()
        .then(|| Watch::start(driver.transaction() == TransactionState::Pending));
    let opened = driver.open_cursor(&compiled.sql, &parameters).await;
    let mut cursor = Cursor {
        decode: <Q::Shape as Projection>::decode,
        width: <Q::Shape as Projection>::WIDTH,
        rows: 0,
        done: false,
        failed: None,
        sql: compiled.sql,
        parameters,
        watch,
    };
    match opened {
        Ok(()) => Ok(Source::Cursor(cursor)),
        Err(error) => cursor.conclude(&engine, Err(error)).map(|_| Source::Ended),
    }
}

/// Starts the thread that reads a query's rows on a connection.
async fn read<Q: Query<Shape: Projection>>(
    connection: &mut Connection,
    sql: String,
    parameters: Vec<Value<'static>>,
    statement: StatementRef<'_>,
) -> Result<Reader<RowOf<Q>>> {
    let engine = connection.engine().clone();
    let pooled = connection.lend().await?;
    // A statement that writes is not interrupted: its transaction would be rolled back.
    let interrupt = if only_reads(statement) { pooled.driver.interrupt() } else { None };
    let (sender, chunks) = mpsc::channel(CHUNKS);
    let (give_back, returned) = std_mpsc::sync_channel(1);
    // Handed over once the thread is there, so that the connection is not lost where none can be started.
    let (hand_over, handed_over) = std_mpsc::sync_channel(1);
    let spawned = std::thread::Builder::new().name("lapis-stream".into()).spawn(move || {
        let Ok(mut pooled) = handed_over.recv() else { return };
        let mut sink = Chunks::<Q::Shape> { sender, chunk: Vec::new(), size: 1, rows: 0 };
        let result = run(&engine, &mut pooled, &sql, &parameters, &mut sink);
        sink.end(result);
        // Before `sink` goes, with which the channel of rows ends.
        let _ = give_back.send(pooled);
    });
    match spawned {
        Ok(_) => {
            // The thread waits for it and cannot be gone.
            let _ = hand_over.send(pooled);
            Ok(Reader { chunks, returned, interrupt })
        }
        Err(error) => {
            connection.put_back(pooled);
            let message = format!("a thread to read rows on cannot be started: {error}");
            Err(Error::operational(OperationalCause::Other, message).with_source(error))
        }
    }
}

fn run<P: Projection>(
    engine: &Engine,
    pooled: &mut Pooled,
    sql: &str,
    parameters: &[Value<'_>],
    sink: &mut Chunks<P>,
) -> Result<()> {
    let events = engine.events();
    let watch = events
        .watched()
        .then(|| Watch::start(pooled.driver.transaction() == TransactionState::Pending));
    let sender = sink.sender.clone();
    let result = {
        let mut reply = pooled.driver.run(sql, parameters, sink);
        let mut closed = pin!(sender.closed());
        // A statement that waits for a lock has no row at which it would notice that nobody wants it any more.
        crate::time::block_on(poll_fn(|context| match Pin::new(&mut reply).poll(context) {
            Poll::Pending => closed.as_mut().poll(context).map(|()| Ok(Outcome::default())),
            ready => ready,
        }))
    };
    let result = result.map_err(|error| events.explain(error, sql, Parameters::One(parameters)));
    if let Some(mut watch) = watch {
        watch.rows = sink.rows;
        watch.rows_affected = result.as_ref().map_or(0, |outcome| outcome.rows_affected);
        watch.end(events, sql, Parameters::One(parameters), &result);
    }
    result.map(drop)
}

/// Whether a statement takes no effect, so that it can be interrupted without undoing anything. A lock is none: it ends
/// with the transaction.
pub(crate) fn only_reads(statement: StatementRef<'_>) -> bool {
    match statement {
        StatementRef::Select(select) => !select.changes(),
        StatementRef::Text(text) => text.is_read_only(),
        _ => false,
    }
}

/// Decodes rows, and sends them in chunks that grow, so that the first row does not wait for others and later
/// ones share the cost of a message.
struct Chunks<P: Projection> {
    sender: mpsc::Sender<Result<Vec<P::Row>>>,
    chunk: Vec<P::Row>,
    size: usize,
    rows: u64,
}

impl<P: Projection> RowSink for Chunks<P> {
    fn row(&mut self, row: &Row<'_>) -> Result<Flow> {
        if self.rows == 0 {
            row.expect_width(P::WIDTH)?;
        }
        self.rows += 1;
        self.chunk.push(P::decode(row, 0)?);
        if self.chunk.len() < self.size {
            return Ok(Flow::Continue);
        }
        self.size = (self.size * 2).min(LARGEST_CHUNK);
        let full = std::mem::replace(&mut self.chunk, Vec::with_capacity(self.size));
        // Nobody receives any more once the stream is dropped.
        Ok(if self.sender.blocking_send(Ok(full)).is_ok() { Flow::Continue } else { Flow::Stop })
    }
}

impl<P: Projection> Chunks<P> {
    /// Sends what is left: the last rows, and what went wrong.
    fn end(&mut self, result: Result<()>) {
        let last = std::mem::take(&mut self.chunk);
        let sent = last.is_empty() || self.sender.blocking_send(Ok(last)).is_ok();
        if let (true, Err(error)) = (sent, result) {
            // As above: where nobody receives, nobody wants to know.
            let _ = self.sender.blocking_send(Err(error));
        }
    }
}
