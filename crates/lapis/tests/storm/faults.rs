//! Connections are killed, servers are stopped and started, the network is bad: no committed transfer is lost, none is
//! made twice, and what the callers were told is true.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use lapis::engine::EngineBuilder;
use lapis::prelude::*;
use lapis::{Error, Result};

use crate::instance::{End, Instance};
use crate::ledger::Told;
use crate::load::Load;
use crate::place::{Place, Server};
use crate::proxy::Proxy;
use crate::random::Random;
use crate::weather::{alone, run};

/// How soon the pool has to serve when the server is back.
const SOON: Duration = Duration::from_secs(1);
/// How long a storm of kills, or a bad network, lasts.
const STORM: Duration = Duration::from_secs(3);
/// How long a bad network lasts at most, until it has swallowed the answer to a commit.
const LONGEST: Duration = Duration::from_secs(20);

#[test]
fn killed_connections_lose_no_transfer_on_postgres() {
    run("killed connections", Server::Postgres, kills);
}

#[test]
fn killed_connections_lose_no_transfer_on_mysql() {
    run("killed connections", Server::MySql, kills);
}

#[test]
fn a_bad_network_loses_no_transfer_on_postgres() {
    run("a bad network", Server::Postgres, network);
}

#[test]
fn a_bad_network_loses_no_transfer_on_mysql() {
    run("a bad network", Server::MySql, network);
}

#[test]
fn a_server_that_is_stopped_and_started_loses_no_transfer_on_postgres() {
    restarts(Server::Postgres);
}

#[test]
fn a_server_that_is_stopped_and_started_loses_no_transfer_on_mysql() {
    restarts(Server::MySql);
}

fn pool(url: &str) -> EngineBuilder {
    Engine::builder(url).pool_size(6).max_overflow(4).pool_timeout(Duration::from_secs(5))
}

async fn kills(place: Place, seed: u64) -> Result<String> {
    let mut load = Load::start(pool(&place.url).connect().await?, seed).await?;
    let (mut random, started, mut killed) = (Random::new(seed), Instant::now(), 0);
    while started.elapsed() < STORM {
        if let Some(victim) =
            random.pick(&place.connections().await?.iter().map(|it| it.id).collect::<Vec<_>>())
        {
            killed += u32::from(place.kill(victim).await.is_ok());
        }
        tokio::time::sleep(Duration::from_millis(random.below(20) as u64)).await;
    }
    let calm = Instant::now();
    expect_service(&load, calm).await;
    load.stop().await;
    let told = load.audit(&place.url).await?;
    place.remove(load.engine()).await?;
    Ok(format!("{killed} connections killed; {told}"))
}

async fn network(place: Place, seed: u64) -> Result<String> {
    let proxy = Proxy::start(place.address(), seed)
        .await
        .map_err(|error| Error::configuration(error.to_string()))?;
    let mut load = Load::start(pool(&place.through(proxy.port)).connect().await?, seed).await?;
    let started = Instant::now();
    while started.elapsed() < STORM || (load.count(Told::Unknown) == 0 && started.elapsed() < LONGEST) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    proxy.calm_down();
    expect_service(&load, Instant::now()).await;
    load.stop().await;
    let told = load.audit(&place.url).await?;
    let [cuts, truncations, delays] =
        [&proxy.done.cuts, &proxy.done.truncations, &proxy.done.delays].map(|count| count.load(Relaxed));
    assert!(cuts > 0 && truncations > 0 && delays > 0, "the network was too good");
    assert!(load.count(Told::Unknown) > 0, "no commit lost its answer: {told}");
    place.remove(load.engine()).await?;
    Ok(format!("{cuts} cuts, {truncations} truncations, {delays} delays; {told}"))
}

fn restarts(server: Server) {
    if server.url().is_none() {
        return;
    }
    alone(&format!("a server stopped and started, {server:?}"), async |seed| {
        let Some(mut instance) = Instance::start(server).await else {
            return Ok("left out, for the programs of such a server are not on this machine".into());
        };
        let place = Place::create(server, &instance.url()).await?;
        let mut load = Load::start(pool(&place.url).connect().await?, seed).await?;
        let mut waits = Vec::new();
        for end in [End::Shutdown, End::Crash] {
            tokio::time::sleep(Duration::from_millis(800)).await;
            instance.stop(end).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            instance.resume().await;
            let back = Instant::now();
            waits.push(expect_service(&load, back).await);
        }
        load.stop().await;
        let told = load.audit(&place.url).await?;
        instance.stop(End::Shutdown).await;
        Ok(format!("served again after {waits:.0?}; {told}"))
    });
}

/// Checks that transfers are made within a second, and that none fails for want of a server behind that.
async fn expect_service(load: &Load, back: Instant) -> Duration {
    let served = loop {
        if let Some(committed) = load.last().committed
            && committed > back
        {
            break committed - back;
        }
        assert!(back.elapsed() < SOON, "no transfer {SOON:?} after the server is back: {:?}", load.last());
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    tokio::time::sleep(SOON.saturating_sub(back.elapsed()) + SOON / 2).await;
    if let Some((failed, error)) = load.last().failed {
        let late = failed.saturating_duration_since(back);
        assert!(late < SOON, "a transfer failed {late:?} after the server is back: {error}");
    }
    served
}
