//! What programs coordinate by: advisory locks, and transactions that are committed in two phases. A database that has
//! none says so.

use std::time::Duration;

use lapis::prelude::*;
use lapis::{Error, ErrorKind};

use crate::harness::{Database, Result, conformance};

conformance![
    an_advisory_lock_is_one_connections_at_a_time,
    an_advisory_lock_is_waited_for,
    an_advisory_lock_that_is_forgotten_is_freed_with_its_connection,
    a_wait_for_an_advisory_lock_that_is_dropped_leaves_no_lock,
    an_advisory_lock_of_a_transaction_ends_with_it,
    a_prepared_transaction_outlives_its_connection,
    a_prepared_transaction_is_committed_or_rolled_back_where_it_was_made,
    a_two_phase_transaction_that_is_not_prepared_is_like_any_other,
    a_two_phase_transaction_that_failed_is_not_prepared,
    an_identifier_that_cannot_be_is_refused,
];

/// The name or number of a lock that no other test has: on some databases the server has them, not the database.
async fn own_name(db: &Database, name: &str) -> Result<String> {
    let schema = match db.dialect().name() {
        "PostgreSQL" => "SELECT current_database()::text",
        _ => "SELECT database()",
    };
    Ok(format!("{}:{name}", db.scalar::<String>(schema).await?))
}

fn is_unsupported<T>(result: Result<T>, what: &str) -> bool {
    match result {
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error:?}");
            assert!(error.to_string().contains(what), "{error}");
            true
        }
        Ok(_) => false,
    }
}

/// Whether the database has no advisory locks, and says so.
async fn lacks_locks(db: &Database) -> Result<bool> {
    if db.dialect().advisory_locks().is_some() {
        return Ok(false);
    }
    let mut connection = db.acquire().await?;
    assert!(is_unsupported(connection.advisory_lock(1).await, "has no advisory locks"));
    assert!(is_unsupported(connection.try_advisory_lock("x").await, "has no advisory locks"));
    assert!(is_unsupported(connection.advisory_unlock(1).await, "has no advisory locks"));
    db.lacks("advisory locks")?;
    Ok(true)
}

async fn an_advisory_lock_is_one_connections_at_a_time(db: &Database) -> Result<()> {
    if lacks_locks(db).await? {
        return Ok(());
    }
    let name = own_name(db, "one").await?;
    let (mut one, mut two) = (db.acquire().await?, db.acquire().await?);
    assert!(one.try_advisory_lock(name.clone()).await?);
    // As often as it likes.
    one.advisory_lock(name.clone()).await?;
    assert!(!two.try_advisory_lock(name.clone()).await?);
    assert!(!two.advisory_unlock(name.clone()).await?);
    assert!(one.advisory_unlock(name.clone()).await?);
    assert!(!two.try_advisory_lock(name.clone()).await?);
    assert!(one.advisory_unlock(name.clone()).await?);
    assert!(two.try_advisory_lock(name.clone()).await?);
    assert!(two.advisory_unlock(name).await?);

    let number = i64::from(std::process::id());
    assert!(one.try_advisory_lock(-number).await? && one.advisory_unlock(-number).await?);
    Ok(())
}

async fn an_advisory_lock_is_waited_for(db: &Database) -> Result<()> {
    if lacks_locks(db).await? {
        return Ok(());
    }
    let name = own_name(db, "waited").await?;
    let mut holder = db.acquire().await?;
    holder.advisory_lock(name.clone()).await?;
    let waiting = {
        let (engine, name) = (Engine::clone(db), name.clone());
        tokio::spawn(async move {
            let mut connection = engine.acquire().await?;
            connection.advisory_lock(name.clone()).await?;
            connection.advisory_unlock(name).await
        })
    };
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!waiting.is_finished());
    holder.advisory_unlock(name).await?;
    assert!(waiting.await.expect("the task does not panic")?);
    Ok(())
}

/// Tries until it is free, which it is as soon as the server has noticed that a connection is closed.
async fn soon_free(db: &Database, name: String) -> Result<()> {
    let mut connection = db.acquire().await?;
    for _ in 0..1000 {
        if connection.try_advisory_lock(name.clone()).await? {
            connection.advisory_unlock(name).await?;
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the lock is still held");
}

async fn an_advisory_lock_that_is_forgotten_is_freed_with_its_connection(db: &Database) -> Result<()> {
    if lacks_locks(db).await? {
        return Ok(());
    }
    let name = own_name(db, "forgotten").await?;
    let mut connection = db.acquire().await?;
    connection.advisory_lock(name.clone()).await?;
    drop(connection);
    soon_free(db, name).await
}

async fn a_wait_for_an_advisory_lock_that_is_dropped_leaves_no_lock(db: &Database) -> Result<()> {
    if lacks_locks(db).await? {
        return Ok(());
    }
    let name = own_name(db, "dropped").await?;
    let mut holder = db.acquire().await?;
    holder.advisory_lock(name.clone()).await?;
    let mut connection = db.acquire().await?;
    let wait =
        tokio::time::timeout(Duration::from_millis(20), connection.advisory_lock(name.clone())).await;
    assert!(wait.is_err());
    drop(connection);
    holder.advisory_unlock(name.clone()).await?;
    drop(holder);
    soon_free(db, name).await
}

async fn an_advisory_lock_of_a_transaction_ends_with_it(db: &Database) -> Result<()> {
    if lacks_locks(db).await? {
        return Ok(());
    }
    let name = own_name(db, "transaction").await?;
    let mut transaction = db.begin().await?;
    let locked = transaction.advisory_xact_lock(name.clone()).await;
    if db.dialect().advisory_locks().is_some_and(|locks| locks.lock_in_transaction.is_none()) {
        assert!(is_unsupported(locked, "no advisory locks that end with a transaction"));
        return db.lacks("advisory locks that end with a transaction");
    }
    locked?;
    let mut other = db.begin().await?;
    assert!(!other.try_advisory_xact_lock(name.clone()).await?);
    transaction.commit().await?;
    assert!(other.try_advisory_xact_lock(name.clone()).await?);
    other.rollback().await?;
    let error = db.acquire().await?.advisory_xact_lock(name).await.unwrap_err();
    assert!(error.to_string().contains("needs one; begin it first"), "{error}");
    Ok(())
}

/// Whether the database has no transactions in two phases, and says so: by its nature, or because the server was
/// started without them (PostgreSQL's `max_prepared_transactions` is 0 unless it is set).
async fn lacks_two_phase(db: &Database) -> Result<bool> {
    if db.dialect().two_phase().is_none() {
        assert!(is_unsupported(db.begin_two_phase("x").await, "committed in two phases"));
        assert!(is_unsupported(db.commit_prepared("x").await, "committed in two phases"));
        assert!(is_unsupported(db.prepared_transactions().await, "committed in two phases"));
        db.lacks("two-phase commit")?;
        return Ok(true);
    }
    if db.dialect().name() == "PostgreSQL"
        && db.scalar::<String>("SHOW max_prepared_transactions").await? == "0"
    {
        let mut transaction = db.begin_two_phase("x").await?;
        transaction.script("SELECT 1").await?;
        let error = transaction.prepare().await.unwrap_err();
        assert!(error.to_string().contains("Set max_prepared_transactions to a nonzero value"), "{error}");
        transaction.rollback().await?;
        assert_eq!(db.prepared_transactions().await?, Vec::<String>::new());
        db.lacks("two-phase commit while its max_prepared_transactions is 0")?;
        return Ok(true);
    }
    db.script("CREATE TABLE t (x INTEGER NOT NULL)").await?;
    Ok(false)
}

async fn rows(db: &Database) -> Result<i64> {
    db.scalar("SELECT count(*) FROM t").await
}

/// Waits until the server lets others end a transaction whose connection was closed.
async fn soon(mut end: impl AsyncFnMut() -> Result<()>) -> Result<()> {
    for _ in 0..200 {
        if end().await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    end().await
}

const INSERT: &str = "INSERT INTO t (x) VALUES (1)";

async fn a_prepared_transaction_outlives_its_connection(db: &Database) -> Result<()> {
    if lacks_two_phase(db).await? {
        return Ok(());
    }
    let (kept, undone) = (own_name(db, "kept").await?, own_name(db, "undone").await?);
    for id in [&kept, &undone] {
        let mut transaction = db.begin_two_phase(id).await?;
        assert_eq!(transaction.id(), id);
        transaction.script(INSERT).await?;
        transaction.prepare().await?;
        assert!(transaction.is_prepared());
    }
    assert_eq!(rows(db).await?, 0);
    let waiting = db.prepared_transactions().await?;
    assert!(waiting.contains(&kept) && waiting.contains(&undone), "{waiting:?}");
    soon(async || db.commit_prepared(&kept).await).await?;
    soon(async || db.rollback_prepared(&undone).await).await?;
    assert_eq!(rows(db).await?, 1);
    let waiting = db.prepared_transactions().await?;
    assert!(!waiting.contains(&kept) && !waiting.contains(&undone), "{waiting:?}");
    assert!(db.commit_prepared(&kept).await.is_err());
    Ok(())
}

async fn a_prepared_transaction_is_committed_or_rolled_back_where_it_was_made(db: &Database) -> Result<()> {
    if lacks_two_phase(db).await? {
        return Ok(());
    }
    let id = own_name(db, "here").await?;
    let mut connection = db.acquire().await?;
    for commit in [true, false] {
        let mut transaction = connection.begin_two_phase(&id).await?;
        transaction.script(INSERT).await?;
        transaction.prepare().await?;
        let error = transaction.prepare().await.unwrap_err();
        assert!(error.to_string().contains("prepared already"), "{error}");
        if commit {
            transaction.commit().await?
        } else {
            transaction.rollback().await?
        }
        assert!(!connection.in_transaction());
    }
    connection.script("SELECT 1").await?;
    drop(connection);
    assert_eq!(rows(db).await?, 1);
    Ok(())
}

async fn a_two_phase_transaction_that_is_not_prepared_is_like_any_other(db: &Database) -> Result<()> {
    if lacks_two_phase(db).await? {
        return Ok(());
    }
    let id = own_name(db, "plain").await?;
    let mut committed = db.begin_two_phase(&id).await?;
    committed.script(INSERT).await?;
    committed.commit().await?;
    let mut rolled_back = db.begin_two_phase(&id).await?;
    rolled_back.script(INSERT).await?;
    rolled_back.rollback().await?;
    let mut dropped = db.begin_two_phase(&id).await?;
    dropped.script(INSERT).await?;
    drop(dropped);
    assert_eq!(rows(db).await?, 1);
    assert!(!db.prepared_transactions().await?.contains(&id));
    Ok(())
}

async fn a_two_phase_transaction_that_failed_is_not_prepared(db: &Database) -> Result<()> {
    if lacks_two_phase(db).await? {
        return Ok(());
    }
    let id = own_name(db, "failed").await?;
    let mut transaction = db.begin_two_phase(&id).await?;
    transaction.script(INSERT).await?;
    assert!(transaction.script("INSERT INTO t (x) VALUES (NULL)").await.is_err());
    // PostgreSQL runs nothing more; the others have undone the one statement alone.
    match transaction.prepare().await {
        Ok(()) => transaction.commit().await?,
        Err(_) => transaction.rollback().await?,
    }
    assert_eq!(rows(db).await?, i64::from(db.dialect().name() != "PostgreSQL"));
    assert!(!db.prepared_transactions().await?.contains(&id));
    Ok(())
}

async fn an_identifier_that_cannot_be_is_refused(db: &Database) -> Result<()> {
    if lacks_two_phase(db).await? {
        return Ok(());
    }
    let error: Error = db.begin_two_phase("it's").await.map(drop).unwrap_err();
    insta::assert_snapshot!(error, @"`it\\'s` is no identifier of a prepared transaction: it has 1 to 64 letters, digits and characters of `_-.:`");
    Ok(())
}
