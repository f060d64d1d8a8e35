//! A bad network: what stands between an engine and its server, and cuts, delays and truncates what passes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::random::Random;

/// One in so many pieces of what passes is cut, or cut in two.
const CUTS: usize = 250;
/// One in so many waits.
const DELAYS: usize = 50;

/// What the network has done.
#[derive(Debug, Default)]
pub struct Done {
    /// It behaves.
    fair: AtomicBool,
    pub cuts: AtomicU64,
    pub truncations: AtomicU64,
    pub delays: AtomicU64,
}

pub struct Proxy {
    pub port: u16,
    pub done: Arc<Done>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Stands between whoever connects to its port and a server.
    pub async fn start(server: String, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let done = Arc::new(Done::default());
        let task = tokio::spawn({
            let (done, mut random) = (Arc::clone(&done), Random::new(seed));
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let Ok(server) = TcpStream::connect(&server).await else { continue };
                    let ways = [Random::new(random.next()), Random::new(random.next())];
                    tokio::spawn(carry(client, server, ways, Arc::clone(&done)));
                }
            }
        });
        Ok(Self { port, done, task })
    }

    /// Behaves from now on.
    pub fn calm_down(&self) {
        self.done.fair.store(true, Relaxed);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries bytes both ways until one way ends, and the connection with it.
async fn carry(client: TcpStream, server: TcpStream, [mut up, mut down]: [Random; 2], done: Arc<Done>) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        _ = one_way(from_client, to_server, &mut up, &done) => {}
        _ = one_way(from_server, to_client, &mut down, &done) => {}
    }
}

async fn one_way(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    random: &mut Random,
    done: &Done,
) -> io::Result<()> {
    let mut piece = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut piece).await?;
        if length == 0 {
            return Ok(());
        }
        let mut whole = length;
        if !done.fair.load(Relaxed) {
            if random.one_in(DELAYS) {
                done.delays.fetch_add(1, Relaxed);
                tokio::time::sleep(Duration::from_micros(random.below(20_000) as u64)).await;
            }
            if random.one_in(CUTS) {
                done.cuts.fetch_add(1, Relaxed);
                return Ok(());
            }
            if random.one_in(CUTS) {
                done.truncations.fetch_add(1, Relaxed);
                whole = random.below(length);
            }
        }
        to.write_all(&piece[..whole]).await?;
        if whole < length {
            return Ok(());
        }
    }
}
