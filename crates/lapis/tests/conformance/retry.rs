//! Transactions that are run again where the database gives them up for the sake of others.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use lapis::engine::{OperationalCause, RetryPolicy};
use lapis::prelude::*;
use lapis::{Error, ErrorKind, IsolationLevel, TransactionOptions};

use crate::harness::{Database, Result, conformance};
use crate::models::{Blog, User, blog, user};

conformance![
    transfers_that_conflict_are_run_again_until_all_are_through,
    sessions_that_conflict_are_run_again_until_all_are_through,
    a_session_is_a_new_one_in_each_attempt,
    an_error_that_would_come_again_ends_the_attempts,
    the_last_error_says_how_many_attempts_there_were,
    a_failed_commit_is_no_unknown_one,
    a_deadlock_in_a_nested_block_is_told_as_one,
    a_deferrable_transaction_is_one_or_is_refused,
];

const SERIALIZABLE: TransactionOptions =
    TransactionOptions::new().isolation_level(IsolationLevel::Serializable);
const PATIENT: RetryPolicy = RetryPolicy::new()
    .attempts(500)
    .backoff(Duration::from_millis(1), Duration::from_millis(40));

/// Tasks that read and then write the same two rows, with closures that borrow and count.
async fn transfers_that_conflict_are_run_again_until_all_are_through(db: &Database) -> Result<()> {
    db.script("CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")
        .await?;
    db.script("INSERT INTO accounts (id, balance) VALUES (1, 100), (2, 100)").await?;
    let tasks = (0..12).map(|number: i64| {
        let engine = Engine::clone(db);
        tokio::spawn(async move {
            let (from, to) = if number % 2 == 0 { (1_i64, 2_i64) } else { (2, 1) };
            let move_money = "UPDATE accounts SET balance = balance + :amount WHERE id = :account";
            // In the order of the accounts, so that servers need not wait until they see a deadlock.
            let mut changes = [(from, -number), (to, number)];
            changes.sort_unstable();
            let attempts = AtomicU32::new(0);
            engine
                .transaction_with(SERIALIZABLE, PATIENT, async |transaction| {
                    attempts.fetch_add(1, Ordering::Relaxed);
                    let balance =
                        text("SELECT balance FROM accounts WHERE id = :account").bind("account", from);
                    let balance: i64 = transaction.one(balance.scalar()).await?;
                    tokio::task::yield_now().await;
                    assert!(balance > 0);
                    for (account, amount) in changes {
                        let update = text(move_money).bind("amount", amount).bind("account", account);
                        transaction.execute(update).await?;
                    }
                    Ok(())
                })
                .await?;
            Ok::<u32, Error>(attempts.into_inner())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert!(task.await.expect("the task does not panic")? >= 1);
    }
    let balances: Vec<i64> = db.all(text("SELECT balance FROM accounts ORDER BY id").scalar()).await?;
    // Even numbers went one way: 0 + 2 + … + 10; odd ones the other: 1 + 3 + … + 11.
    assert_eq!(balances, [106, 94]);
    Ok(())
}

async fn sessions_that_conflict_are_run_again_until_all_are_through(db: &Database) -> Result<()> {
    blog(db).await?;
    let before: i64 = db.scalar("SELECT age FROM users WHERE id = 1").await?;
    let sessions = SessionMaker::new(db);
    let tasks = (0..8).map(|_| {
        let sessions = sessions.clone();
        tokio::spawn(async move {
            let name = String::from("Ann");
            sessions
                .begin_with(SERIALIZABLE, PATIENT, async |session| {
                    let ann = session.one(User::select().filter(User::name.eq(&name))).await?;
                    session[ann].age += 1;
                    Ok(session[ann].age)
                })
                .await
        })
    });
    let mut seen = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        seen.push(i64::from(task.await.expect("the task does not panic")?));
    }
    seen.sort_unstable();
    assert_eq!(seen, (before + 1..=before + 8).collect::<Vec<_>>());
    Ok(())
}

/// An error as databases give it, made by hand so that it comes when it is wanted.
fn given_up() -> Error {
    Error::operational(OperationalCause::Locked, "the transaction was given up")
}

async fn a_session_is_a_new_one_in_each_attempt(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let attempts = Cell::new(0);
    let policy = RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO);
    SessionMaker::new(db)
        .begin_with(TransactionOptions::new(), policy, async |session| {
            attempts.set(attempts.get() + 1);
            assert!(session.changes().is_empty());
            session.add(user("Ann"));
            session.flush().await?;
            if attempts.get() < 3 { Err(given_up()) } else { Ok(()) }
        })
        .await?;
    assert_eq!(attempts.get(), 3);
    assert_eq!(db.all(select(User::name)).await?, ["Ann"]);
    Ok(())
}

async fn an_error_that_would_come_again_ends_the_attempts(db: &Database) -> Result<()> {
    blog(db).await?;
    let attempts = Cell::new(0);
    let error = db
        .transaction_with(TransactionOptions::new(), RetryPolicy::new(), async |transaction| {
            attempts.set(attempts.get() + 1);
            transaction.script("INSERT INTO users (name, age) VALUES ('Ann', 1)").await
        })
        .await
        .unwrap_err();
    assert!(error.is_unique_violation() && !error.is_retryable());
    assert_eq!((attempts.get(), error.attempts()), (1, 1));
    Ok(())
}

async fn the_last_error_says_how_many_attempts_there_were(db: &Database) -> Result<()> {
    let policy = RetryPolicy::new().attempts(3).backoff(Duration::ZERO, Duration::ZERO);
    let error = db
        .transaction_with(TransactionOptions::new(), policy, async |_| Err::<(), _>(given_up()))
        .await
        .unwrap_err();
    assert_eq!(error.attempts(), 3);
    insta::assert_snapshot!(error, @"the transaction was given up; this was the last of 3 attempts");
    Ok(())
}

async fn a_failed_commit_is_no_unknown_one(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    session.add(user("Ann"));
    let error = session.commit().await.unwrap_err();
    assert!(!error.is_outcome_unknown() && !error.is_retryable(), "{error:?}");
    Ok(())
}

/// On MySQL, a deadlock takes the savepoint along with the whole transaction.
async fn a_deadlock_in_a_nested_block_is_told_as_one(db: &Database) -> Result<()> {
    blog(db).await?;
    if db.dialect().row_locks().is_none() {
        return db.lacks("row locks");
    }
    let both_hold_one = tokio::sync::Barrier::new(2);
    let older = async |session: &mut Session, name: &str| {
        let user = session.one(User::select().filter(User::name.eq(name))).await?;
        session[user].age += 1;
        session.flush().await
    };
    let cross = async |first: &str, second: &str| {
        let mut session = db.session();
        older(&mut session, first).await?;
        both_hold_one.wait().await;
        let nested = session.begin_nested(async |session| older(session, second).await).await;
        if nested.is_err() && db.is_mysql() {
            let error = session.commit().await.unwrap_err();
            assert!(error.to_string().starts_with("the transaction is over"), "{error}");
        }
        session.rollback().await?;
        nested
    };
    let (one, other) = tokio::join!(cross("Ann", "Bob"), cross("Bob", "Ann"));
    let error = one.and(other).expect_err("one of them is given up");
    assert!(error.is_retryable(), "{error:?}");
    Ok(())
}

async fn a_deferrable_transaction_is_one_or_is_refused(db: &Database) -> Result<()> {
    let options = SERIALIZABLE.read_only().deferrable();
    match db.begin_with(options).await {
        Ok(mut transaction) => {
            assert!(db.dialect().supports_deferrable_transactions());
            let deferrable = text("SHOW transaction_deferrable").scalar::<String>();
            assert_eq!(transaction.one(deferrable).await?, "on");
            transaction.commit().await
        }
        Err(error) => {
            assert!(!db.dialect().supports_deferrable_transactions());
            assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error:?}");
            assert!(error.to_string().contains("has no deferrable transactions"), "{error}");
            db.lacks("deferrable transactions")
        }
    }
}
