//! SELECT … FOR UPDATE and its kin.

use lapis::prelude::*;
use lapis::statement::table;

use crate::harness::{Database, Result, conformance};

conformance! {
    a_locked_row_is_left_out_by_others,
    a_locked_row_is_a_fault_for_who_does_not_wait,
    shared_locks_are_held_together,
    a_lock_ends_with_its_transaction,
    a_session_locks_what_it_loads,
    only_the_rows_of_one_table_are_locked,
    where_there_are_no_row_locks_none_is_taken_in_silence,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "queues")]
struct Queue {
    #[column(primary_key)]
    id: i64,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "jobs")]
struct Job {
    #[column(primary_key)]
    id: i64,
    #[column(default = false)]
    done: bool,
    queue: Ref<Queue>,
}

/// Three jobs, where the database locks rows.
async fn jobs(database: &Database) -> Result<bool> {
    if database.dialect().row_locks().is_none() {
        database.lacks("row locks")?;
        return Ok(false);
    }
    database.create::<(Queue, Job)>().await?;
    let mut session = database.session();
    let queue = session.add(Queue::new().id(1).build());
    for id in 1..=3 {
        session.add(Job::new().id(id).queue(queue).build());
    }
    session.commit().await?;
    Ok(true)
}

async fn a_locked_row_is_left_out_by_others(database: &Database) -> Result<()> {
    if !jobs(database).await? {
        return Ok(());
    }
    let next = || select(Job::id).filter(!Job::done).order_by(Job::id).limit(1).for_update().skip_locked();
    let (mut first, mut second) = (database.begin().await?, database.begin().await?);
    assert_eq!(first.one(next()).await?, 1);
    assert_eq!(second.one(next()).await?, 2);
    assert_eq!(first.one(next()).await?, 1);
    second.rollback().await?;
    first.rollback().await
}

async fn a_locked_row_is_a_fault_for_who_does_not_wait(database: &Database) -> Result<()> {
    if !jobs(database).await? {
        return Ok(());
    }
    let (mut first, mut second) = (database.begin().await?, database.begin().await?);
    first.one(select(Job::id).filter(Job::id.eq(1)).for_update()).await?;
    let error = second.one(select(Job::id).filter(Job::id.eq(1)).nowait()).await.unwrap_err();
    assert!(error.is_locked(), "{error:?}");
    second.rollback().await?;
    first.rollback().await
}

async fn shared_locks_are_held_together(database: &Database) -> Result<()> {
    if !jobs(database).await? {
        return Ok(());
    }
    let shared = || select(Job::id).filter(Job::id.eq(1)).for_share().nowait();
    let (mut first, mut second) = (database.begin().await?, database.begin().await?);
    assert_eq!(first.one(shared()).await?, 1);
    assert_eq!(second.one(shared()).await?, 1);
    let error = second.one(select(Job::id).filter(Job::id.eq(1)).nowait()).await.unwrap_err();
    assert!(error.is_locked(), "{error:?}");
    second.rollback().await?;
    first.rollback().await
}

async fn a_lock_ends_with_its_transaction(database: &Database) -> Result<()> {
    if !jobs(database).await? {
        return Ok(());
    }
    let mut first = database.begin().await?;
    first.one(select(Job::id).filter(Job::id.eq(1)).for_update()).await?;
    first.commit().await?;
    let mut second = database.begin().await?;
    assert_eq!(second.one(select(Job::id).filter(Job::id.eq(1)).nowait()).await?, 1);
    second.commit().await
}

async fn a_session_locks_what_it_loads(database: &Database) -> Result<()> {
    if !jobs(database).await? {
        return Ok(());
    }
    let next = || Job::select().filter(!Job::done).order_by(Job::id).limit(2).skip_locked();
    let (mut first, mut second) = (database.session(), database.session());
    let taken = first.all(next()).await?;
    let left = second.all(next()).await?;
    assert_eq!(taken.iter().map(|job| first[*job].id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(left.iter().map(|job| second[*job].id).collect::<Vec<_>>(), [3]);
    first[taken[0]].done = true;
    first.commit().await?;
    second.rollback().await?;
    assert_eq!(database.all(select(Job::id).filter(Job::done)).await?, [1]);
    Ok(())
}

async fn only_the_rows_of_one_table_are_locked(database: &Database) -> Result<()> {
    if !jobs(database).await? {
        return Ok(());
    }
    let of_jobs = || select((Job::id, Queue::id)).join(Job::queue).order_by(Job::id).of(table::<Job>());
    let mut first = database.begin().await?;
    if database.dialect().row_locks().is_some_and(|locks| !locks.of) {
        let error = first.all(of_jobs()).await.unwrap_err().to_string();
        assert!(error.contains("does not support a lock OF some of the tables"), "{error}");
        database.lacks("locks of some of a query's tables")?;
        return first.rollback().await;
    }
    assert_eq!(first.all(of_jobs()).await?.len(), 3);
    let mut second = database.begin().await?;
    assert_eq!(second.one(select(Queue::id).nowait()).await?, 1);
    assert!(second.all(select(Job::id).nowait()).await.unwrap_err().is_locked());
    second.rollback().await?;
    first.rollback().await
}

async fn where_there_are_no_row_locks_none_is_taken_in_silence(database: &Database) -> Result<()> {
    database.create::<Queue>().await?;
    let result = database.all(Queue::select().for_update()).await;
    if database.dialect().row_locks().is_some() {
        assert!(result?.is_empty());
    } else {
        insta::assert_snapshot!(result.unwrap_err(), @"SQLite does not support SELECT … FOR UPDATE; begin the transaction as one that writes, which has the database to itself, and leave the lock out");
    }
    Ok(())
}
