//! Queries of many rows.

use std::hint::black_box;

use lapis::prelude::*;

use super::Make;
use crate::database::Databases;
use crate::harness::{Case, Stopwatch, Work, timed};
use crate::model::{Post, User};
use crate::raw;

pub(super) const CASES: [Make; 13] = [
    || owned_by_connection(1),
    || owned_by_engine(1),
    || tracked(1),
    || owned_by_connection(100),
    || owned_by_engine(100),
    || tracked(100),
    || owned_by_connection(10_000),
    || owned_by_engine(10_000),
    || tracked(10_000),
    || medium(100),
    || medium(10_000),
    || medium_tracked(100),
    || medium_tracked(10_000),
];

fn all_users(databases: &Databases, n: usize) -> Work {
    let raw = databases.raw.clone();
    assert_eq!(raw::users(&raw).unwrap().len(), n);
    Box::new(move |times| timed(times, || raw::users(&raw).unwrap()))
}

/// As a session reads: in a transaction, which is rolled back.
fn all_users_in_transaction(databases: &Databases) -> Work {
    let raw = databases.raw.clone();
    Box::new(move |times| {
        timed(times, || {
            let transaction = raw.unchecked_transaction().unwrap();
            let users = raw::users(&transaction).unwrap();
            transaction.rollback().unwrap();
            users
        })
    })
}

/// `connection.all(User::select())`.
fn owned_by_connection(n: usize) -> Case {
    let databases = Databases::with_users(n, false);
    let raw = all_users(&databases, n);
    let Databases { runtime, engine, .. } = databases;
    let mut connection = runtime.block_on(engine.acquire()).unwrap();
    assert_eq!(runtime.block_on(connection.all(User::select())).unwrap().len(), n);
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                black_box(connection.all(User::select()).await.unwrap());
            }
            start.elapsed()
        })
    });
    Case { name: format!("trivial {n}, a held connection"), lapis, raw, aim: Some(1.1), parts: n }
}

/// `engine.all(User::select())`: a connection is taken from the pool and given back each time.
fn owned_by_engine(n: usize) -> Case {
    let databases = Databases::with_users(n, false);
    let raw = all_users(&databases, n);
    let Databases { runtime, engine, .. } = databases;
    assert_eq!(runtime.block_on(engine.all(User::select())).unwrap().len(), n);
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                black_box(engine.all(User::select()).await.unwrap());
            }
            start.elapsed()
        })
    });
    Case { name: format!("trivial {n}, the engine"), lapis, raw, aim: Some(1.1), parts: n }
}

/// `session.all(User::select())` in a session of its own.
fn tracked(n: usize) -> Case {
    let databases = Databases::with_users(n, false);
    let raw = all_users_in_transaction(&databases);
    let Databases { runtime, engine, .. } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                let mut session = engine.session();
                let users = session.all(User::select()).await.unwrap();
                assert_eq!(users.len(), n);
                black_box((users, session));
            }
            start.elapsed()
        })
    });
    Case { name: format!("trivial {n}, tracked by a session"), lapis, raw, aim: Some(1.5), parts: n }
}

fn medium_raw(databases: &Databases, n: usize) -> Work {
    let raw = databases.raw.clone();
    assert_eq!(raw::users_with_optional_posts(&raw, "black").unwrap().len(), n / 2);
    Box::new(move |times| timed(times, || raw::users_with_optional_posts(&raw, "black").unwrap()))
}

/// Users outer join posts, of which there are none, filtered to half of them.
fn medium(n: usize) -> Case {
    let databases = Databases::with_users(n, true);
    let raw = medium_raw(&databases, n);
    let Databases { runtime, engine, .. } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                let query = select((entity::<User>(), entity::<Post>().optional()))
                    .outer_join(User::posts)
                    .filter(User::hair_color.eq("black"));
                let rows: Vec<(User, Option<Post>)> = engine.all(query).await.unwrap();
                assert_eq!(rows.len(), n / 2);
                black_box(rows);
            }
            start.elapsed()
        })
    });
    Case { name: format!("medium {n}, the engine"), lapis, raw, aim: None, parts: n / 2 }
}

fn medium_tracked(n: usize) -> Case {
    let databases = Databases::with_users(n, true);
    let raw = medium_raw(&databases, n);
    let Databases { runtime, engine, .. } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                let mut session = engine.session();
                let query = select((entity::<User>(), entity::<Post>().optional()))
                    .outer_join(User::posts)
                    .filter(User::hair_color.eq("black"));
                let rows: Vec<(Handle<User>, Option<Handle<Post>>)> = session.all(query).await.unwrap();
                assert_eq!(rows.len(), n / 2);
                black_box((rows, session));
            }
            start.elapsed()
        })
    });
    Case { name: format!("medium {n}, tracked by a session"), lapis, raw, aim: None, parts: n / 2 }
}
