//! Sessions in tasks, and futures that are dropped before their end.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use lapis::TransactionOptions;
use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Blog, User, blog, user};

conformance![
    a_session_works_in_a_spawned_task,
    a_maker_is_shared_by_many_tasks,
    the_futures_of_a_session_are_send,
    a_nested_block_that_is_dropped_midway_is_taken_back,
    a_maker_whose_future_is_dropped_rolls_back,
    a_flush_that_is_dropped_midway_leaves_nothing_written,
    a_commit_that_is_dropped_midway_is_told_to_be_undone_only_if_it_is,
    a_transaction_whose_commit_was_dropped_is_not_gone_on_with,
    a_query_that_is_dropped_leaves_the_session_usable,
    a_stream_that_is_dropped_early_leaves_the_session_usable,
    two_sessions_change_different_rows,
];

/// Polls a future so many times, and drops it.
async fn poll_and_drop<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    None
}

async fn users(db: &Database) -> Result<i64> {
    db.scalar("SELECT count(*) FROM users").await
}

async fn a_session_works_in_a_spawned_task(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let id = tokio::spawn(async move {
        let ann = session.one(User::select().filter(User::name.eq("Ann")).eager(User::posts)).await?;
        session[ann].age += 1;
        let dan = session.add(user("Dan"));
        session.link(dan, User::following, ann);
        session.commit().await?;
        Ok::<_, lapis::Error>(*session[dan].id)
    })
    .await
    .expect("the task does not panic")?;
    assert_eq!(id, 4);
    assert_eq!(db.scalar::<i64>("SELECT age FROM users WHERE id = 1").await?, 31);
    Ok(())
}

async fn a_maker_is_shared_by_many_tasks(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let sessions = SessionMaker::new(db);
    let mut tasks = Vec::new();
    for number in 0..20 {
        let sessions = sessions.clone();
        tasks.push(tokio::spawn(async move {
            sessions
                .begin(async |session| {
                    session.add(user(&number.to_string()));
                    Ok(())
                })
                .await
        }));
    }
    for task in tasks {
        task.await.expect("the task does not panic")?;
    }
    assert_eq!(users(db).await?, 20);
    Ok(())
}

async fn the_futures_of_a_session_are_send(db: &Database) -> Result<()> {
    fn send<T: Send>(value: T) -> T {
        value
    }
    blog(db).await?;
    let mut session = send(db.session());
    let ann = send(session.get::<User>(1)).await?.expect("Ann");
    send(session.load(ann, User::posts)).await?;
    send(session.all(User::select().eager(User::posts.joined()))).await?;
    send(session.refresh(ann)).await?;
    send(session.flush()).await?;
    send(session.savepoint()).await?;
    send(session.merge(user("Dan"))).await?;
    send(session.commit()).await?;
    Ok(())
}

async fn a_nested_block_that_is_dropped_midway_is_taken_back(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let never = session.begin_nested(async |session| {
        session.add(user("Bob"));
        session.flush().await?;
        std::future::pending::<Result<()>>().await
    });
    assert!(poll_and_drop(never, 200).await.is_none());
    assert_eq!(session.state(ann), EntityState::Persistent);
    session.commit().await?;
    assert_eq!(db.all(select(User::name)).await?, ["Ann"]);
    Ok(())
}

async fn a_maker_whose_future_is_dropped_rolls_back(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let sessions = SessionMaker::new(db);
    let never = sessions.begin(async |session| {
        session.add(user("Ann"));
        session.flush().await?;
        std::future::pending::<Result<()>>().await
    });
    assert!(poll_and_drop(never, 200).await.is_none());
    assert_eq!(users(db).await?, 0);
    Ok(())
}

/// Another transaction holds the lock, so that the flush has to wait, and is dropped while it does.
async fn a_flush_that_is_dropped_midway_leaves_nothing_written(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.commit().await?;
    let mut blocker = db.session();
    let blocked = blocker.get::<User>(1).await?.expect("Ann");
    blocker[blocked].age = 1;
    blocker.flush().await?;

    session[ann].age = 2;
    // Long enough to open another connection to a server.
    assert!(poll_and_drop(session.flush(), 200).await.is_none());
    blocker.rollback().await?;

    let error = session.commit().await.unwrap_err();
    insta::assert_snapshot!(error, @"an earlier flush or commit of this session was cancelled before it was done; its transaction has been rolled back, and so has the session. Repeat the work");
    assert_eq!(session[ann].age, 30);
    session[ann].age = 3;
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT age FROM users WHERE id = 1").await?, 3);
    Ok(())
}

async fn a_commit_that_is_dropped_midway_is_told_to_be_undone_only_if_it_is(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut committed = 0;
    for polls in 0..12 {
        let mut session = db.session();
        session.add(user(&polls.to_string()));
        if let Some(result) = poll_and_drop(session.commit(), polls).await {
            result?;
            committed += 1;
            continue;
        }
        match session.all(User::select().limit(1)).await {
            // It had not begun.
            Ok(_) => session.rollback().await?,
            // That cannot be told; the error says so.
            Err(error) if error.is_outcome_unknown() => committed += users(db).await? - committed,
            Err(_) => {}
        }
        assert_eq!(users(db).await?, committed, "dropped after {polls} polls");
    }
    Ok(())
}

async fn a_transaction_whose_commit_was_dropped_is_not_gone_on_with(db: &Database) -> Result<()> {
    db.script("CREATE TABLE t (x INTEGER)").await?;
    let mut connection = db.acquire().await?;
    connection.start(TransactionOptions::new())?;
    connection.script("INSERT INTO t VALUES (1)").await?;
    if poll_and_drop(connection.commit(), 1).await.is_none() {
        for error in [connection.script("INSERT INTO t VALUES (2)").await, connection.commit().await] {
            assert!(error.unwrap_err().is_outcome_unknown());
        }
        connection.rollback().await?;
    }
    drop(connection);
    assert!(db.scalar::<i64>("SELECT count(*) FROM t").await? <= 1);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM t WHERE x = 2").await?, 0);
    Ok(())
}

async fn a_query_that_is_dropped_leaves_the_session_usable(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    drop(poll_and_drop(session.all(User::select()), 1).await);
    assert_eq!(session.all(User::select()).await?.len(), 3);
    session.close().await
}

async fn a_stream_that_is_dropped_early_leaves_the_session_usable(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    {
        let mut users = session.stream(User::select().order_by(User::id.asc())).await?;
        assert!(users.next().await.is_some());
    }
    session.add(user("Dan"));
    session.commit().await?;
    assert_eq!(users(db).await?, 4);
    Ok(())
}

async fn two_sessions_change_different_rows(db: &Database) -> Result<()> {
    blog(db).await?;
    let (mut one, mut two) = (db.session(), db.session());
    let ann = one.get::<User>(1).await?.expect("Ann");
    one[ann].age = 1;
    one.commit().await?;
    let bob = two.get::<User>(2).await?.expect("Bob");
    two[bob].age = 2;
    two.commit().await?;
    let ages: Vec<i32> = db.all(select(User::age).order_by(User::id.asc())).await?;
    assert_eq!(ages, [1, 2, 50]);
    Ok(())
}
