//! Transactions in two phases, which a server has where `max_prepared_transactions` says so: on one of our own, for a
//! server is mostly started without them.

use lapis_engine::{Engine, Result};

use crate::cluster::Cluster;
use crate::common::value_of;

const INSERT: &str = "INSERT INTO t (x) VALUES (1)";

async fn count(engine: &Engine) -> Result<String> {
    value_of(engine, "SELECT count(*)::text FROM t").await
}

#[tokio::test]
async fn a_transaction_is_prepared_and_ended_here_or_elsewhere() -> Result<()> {
    let hba = "host all trusted 127.0.0.1/32 trust";
    let Some(cluster) = Cluster::start(hba, "max_prepared_transactions = 4")? else { return Ok(()) };
    let engine = Engine::connect(&cluster.admin()).await?;
    engine.script("CREATE TABLE t (x INTEGER NOT NULL)").await?;

    let mut here = engine.begin_two_phase("here").await?;
    here.script(INSERT).await?;
    here.prepare().await?;
    assert!(here.is_prepared());
    assert_eq!(engine.prepared_transactions().await?, ["here"]);
    assert_eq!(count(&engine).await?, "0");
    here.commit().await?;
    assert_eq!(count(&engine).await?, "1");

    for id in ["kept", "undone"] {
        let mut transaction = engine.begin_two_phase(id).await?;
        transaction.script(INSERT).await?;
        transaction.prepare().await?;
    }
    let other = Engine::connect(&cluster.admin()).await?;
    let mut waiting = other.prepared_transactions().await?;
    waiting.sort();
    assert_eq!(waiting, ["kept", "undone"]);
    other.commit_prepared("kept").await?;
    other.rollback_prepared("undone").await?;
    assert_eq!(count(&engine).await?, "2");
    assert!(other.commit_prepared("kept").await.is_err());

    let mut failed = engine.begin_two_phase("failed").await?;
    assert!(failed.script("INSERT INTO t (x) VALUES (NULL)").await.is_err());
    assert!(failed.prepare().await.is_err());
    failed.rollback().await?;
    let mut dropped = engine.begin_two_phase("dropped").await?;
    dropped.script(INSERT).await?;
    drop(dropped);
    assert_eq!(count(&engine).await?, "2");
    assert_eq!(engine.prepared_transactions().await?, [""; 0]);
    other.close().await?;
    engine.close().await
}
