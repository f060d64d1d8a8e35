//! A server that delays, fails and dies on command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use lapis_engine::driver::{Driver, DriverConnection, Interrupt, TransactionState};
use lapis_engine::{
    Batch, BatchSink, Engine, EngineBuilder, Error, OperationalCause, Outcome, Reply, Result, RowSink,
    TransactionOptions, blocking,
};
use lapis_sql::Value;
use lapis_sql::dialect::{Dialect, Postgres};

/// The server, as its connections and the test see it.
#[derive(Debug, Default)]
pub struct Server {
    /// Raised by a restart: connections of an earlier one are dead.
    epoch: AtomicU64,
    pub refuses: AtomicBool,
    /// It takes requests to connect, and never answers them.
    pub hangs_on_connect: AtomicBool,
    pub hangs_on_ping: AtomicBool,
    pub hangs_on_reset: AtomicBool,
    /// It commits, and the answer is lost.
    pub loses_commits: AtomicBool,
    /// How long each answer takes, in milliseconds.
    pub delay: AtomicU64,
    /// How many connections are open.
    pub open: AtomicUsize,
    /// How many there were at most.
    pub most: AtomicUsize,
    pub pings: AtomicUsize,
    pub closed: AtomicUsize,
    pub committed: AtomicUsize,
    pub rolled_back: AtomicUsize,
}

impl Server {
    pub fn restart(&self) {
        self.epoch.fetch_add(1, SeqCst);
    }

    async fn answer(&self, hangs: &AtomicBool) {
        if hangs.load(SeqCst) {
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
        let delay = self.delay.load(SeqCst);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
    }
}

/// An engine on such a server, with its one connection open.
pub async fn server(options: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Result<(Engine, Arc<Server>)> {
    let server = Arc::new(Server::default());
    let driver = Arc::new(Fake(Arc::clone(&server)));
    let engine = options(Engine::builder("fake:")).connect_through(driver).await?;
    Ok((engine, server))
}

/// A blocking engine on such a server.
pub fn blocking_server() -> Result<(blocking::Engine, Arc<Server>)> {
    let server = Arc::new(Server::default());
    let driver = Arc::new(Fake(Arc::clone(&server)));
    let engine = blocking::Engine::builder("fake:").connect_through(driver)?;
    Ok((engine, server))
}

#[derive(Debug)]
struct Fake(Arc<Server>);

impl Driver for Fake {
    fn dialect(&self) -> &'static dyn Dialect {
        &Postgres
    }

    fn connect(&self) -> Reply<'_, Box<dyn DriverConnection>> {
        Reply::pending(async {
            self.0.answer(&self.0.hangs_on_connect).await;
            if self.0.refuses.load(SeqCst) {
                return Err(Error::operational(OperationalCause::CannotOpen, "connection refused"));
            }
            let open = self.0.open.fetch_add(1, SeqCst) + 1;
            self.0.most.fetch_max(open, SeqCst);
            let (server, epoch) = (Arc::clone(&self.0), self.0.epoch.load(SeqCst));
            let connection: Box<dyn DriverConnection> =
                Box::new(FakeConnection { server, epoch, broken: false, state: TransactionState::None });
            Ok(connection)
        })
    }
}

struct FakeConnection {
    server: Arc<Server>,
    epoch: u64,
    broken: bool,
    state: TransactionState,
}

static NEVER: AtomicBool = AtomicBool::new(false);

impl FakeConnection {
    /// Waits for the server's answer.
    async fn ask(&mut self, hangs: &AtomicBool) -> Result<()> {
        self.server.answer(hangs).await;
        self.alive()
    }

    fn alive(&mut self) -> Result<()> {
        self.broken |= self.epoch != self.server.epoch.load(SeqCst);
        if self.broken {
            return Err(Error::operational(
                OperationalCause::ConnectionLost,
                "the server closed the connection",
            ));
        }
        Ok(())
    }

    async fn statement(&mut self) -> Result<()> {
        self.ask(&NEVER).await?;
        if self.state == TransactionState::Pending {
            self.state = TransactionState::Open;
        }
        Ok(())
    }
}

impl Drop for FakeConnection {
    fn drop(&mut self) {
        self.server.open.fetch_sub(1, SeqCst);
    }
}

impl DriverConnection for FakeConnection {
    fn start(&mut self, _options: TransactionOptions) -> Result<()> {
        self.state = TransactionState::Pending;
        Ok(())
    }

    fn transaction(&self) -> TransactionState {
        self.state
    }

    fn run<'a>(
        &'a mut self,
        _sql: &'a str,
        _params: &'a [Value<'a>],
        _sink: &'a mut (dyn RowSink + Send),
    ) -> Reply<'a, Outcome> {
        Reply::pending(async { self.statement().await.map(|()| Outcome::default()) })
    }

    fn run_batch<'a>(
        &'a mut self,
        _sql: &'a str,
        _batch: &'a (dyn Batch + Sync),
        _sink: &'a mut dyn BatchSink,
    ) -> Reply<'a, ()> {
        Reply::pending(self.statement())
    }

    fn run_script<'a>(&'a mut self, _sql: &'a str) -> Reply<'a, ()> {
        Reply::pending(self.statement())
    }

    fn commit(&mut self) -> Reply<'_, ()> {
        Reply::pending(async {
            self.ask(&NEVER).await?;
            if self.state == TransactionState::Open {
                self.server.committed.fetch_add(1, SeqCst);
                if self.server.loses_commits.load(SeqCst) {
                    self.server.restart();
                    self.alive()?;
                }
            }
            self.state = TransactionState::None;
            Ok(())
        })
    }

    fn rollback(&mut self) -> Reply<'_, ()> {
        if self.broken {
            // As drivers do, for there is nobody to ask.
            return Reply::ready(self.alive());
        }
        Reply::pending(async {
            self.ask(&NEVER).await?;
            if self.state == TransactionState::Open {
                self.server.rolled_back.fetch_add(1, SeqCst);
            }
            self.state = TransactionState::None;
            Ok(())
        })
    }

    fn reset(&mut self) -> Reply<'_, ()> {
        Reply::pending(async {
            let server = Arc::clone(&self.server);
            self.ask(&server.hangs_on_reset).await?;
            self.rollback().await
        })
    }

    fn ping(&mut self) -> Reply<'_, ()> {
        Reply::pending(async {
            let server = Arc::clone(&self.server);
            server.pings.fetch_add(1, SeqCst);
            self.ask(&server.hangs_on_ping).await
        })
    }

    fn is_broken(&self) -> bool {
        self.broken
    }

    fn interrupt(&self) -> Option<Box<dyn Interrupt>> {
        None
    }

    fn close(self: Box<Self>) -> Reply<'static, ()> {
        Reply::pending(async move {
            self.server.answer(&NEVER).await;
            self.server.closed.fetch_add(1, SeqCst);
            Ok(())
        })
    }
}
