//! Inserts, by the Core and by a session.

use std::hint::black_box;
use std::time::Duration;

use lapis::prelude::*;

use super::Make;
use crate::database::Databases;
use crate::harness::{Case, Stopwatch, Work};
use crate::model::{Post, User};
use crate::raw;

pub(super) const CASES: [Make; 5] = [|| insert(1), || insert(10), || insert(100), unit_of_work, graph];

/// Empties the tables, which is no part of the work.
const EMPTY: &str = "DELETE FROM posts; DELETE FROM users";

fn by_hand<T>(databases: &Databases, work: impl Fn(&rusqlite::Connection) -> T + 'static) -> Work {
    let raw = databases.raw.clone();
    Box::new(move |times| {
        let mut took = Duration::ZERO;
        for _ in 0..times {
            let start = Stopwatch::start();
            black_box(work(&raw));
            took += start.elapsed();
            raw.execute_batch(EMPTY).unwrap();
        }
        took
    })
}

/// Many rows in one statement, out of a transaction. Each turn goes on where the one before it ended, since
/// emptying the table takes longer than the work.
fn insert(n: usize) -> Case {
    let databases = Databases::open();
    let raw = databases.raw.clone();
    let by_hand = Box::new(move |times| {
        let start = Stopwatch::start();
        for _ in 0..times {
            let users: Vec<_> = (0..n).map(|number| (format!("User {number}"), None)).collect();
            assert_eq!(raw::insert_users(&raw, &users).unwrap(), n);
        }
        let took = start.elapsed();
        raw.execute_batch(EMPTY).unwrap();
        took
    });
    let Databases { runtime, engine, .. } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let mut connection = engine.acquire().await.unwrap();
            let start = Stopwatch::start();
            for _ in 0..times {
                let rows = (0..n).map(|number| {
                    (User::name.set(format!("User {number}")), User::hair_color.set(None::<String>))
                });
                let outcome = connection.execute(User::insert().rows(rows)).await.unwrap();
                assert_eq!(outcome.rows_affected, n as u64);
            }
            let took = start.elapsed();
            connection.script(EMPTY).await.unwrap();
            took
        })
    });
    Case { name: format!("insert {n}, one statement"), lapis, raw: by_hand, aim: None, parts: n }
}

/// New objects added to a session and committed, their ids read back.
fn unit_of_work() -> Case {
    const OBJECTS: usize = 10_000;
    let databases = Databases::open();
    let raw = by_hand(&databases, |raw| {
        let names = (0..OBJECTS).map(|number| format!("User {number}"));
        let users = raw::insert_one_by_one(raw, names).unwrap();
        assert!(users.iter().zip(1..).all(|(user, id)| user.id == id));
        users
    });
    let Databases { runtime, engine, .. } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let mut took = Duration::ZERO;
            for _ in 0..times {
                let start = Stopwatch::start();
                let mut session = engine.session();
                let names = (0..OBJECTS).map(|number| format!("User {number}"));
                let users: Vec<_> = names.map(|name| session.add(User::new().name(name).build())).collect();
                session.commit().await.unwrap();
                assert!(users.iter().zip(1..).all(|(user, id)| session[*user].id == id));
                black_box((users, session));
                took += start.elapsed();
                engine.script(EMPTY).await.unwrap();
            }
            took
        })
    });
    Case { name: "10,000 objects added and committed".into(), lapis, raw, aim: Some(2.0), parts: OBJECTS }
}

/// Users with ten posts each, as graphs: foreign keys are found at the flush.
fn graph() -> Case {
    const USERS: usize = 1_000;
    const POSTS: usize = 10;
    let databases = Databases::open();
    let raw = by_hand(&databases, |raw| {
        let users = raw::insert_graph(raw, USERS, POSTS).unwrap();
        assert!(users.iter().zip(1..).all(|((user, _), id)| user.id == id));
        users
    });
    let Databases { runtime, engine, .. } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let mut took = Duration::ZERO;
            for _ in 0..times {
                let start = Stopwatch::start();
                let mut session = engine.session();
                let graph = |number: usize| {
                    let posts =
                        (0..POSTS).map(|number| Post::new().title(format!("Post {number}")).build());
                    User::new().name(format!("User {number}")).posts(posts.collect::<Vec<_>>()).build()
                };
                let users: Vec<_> = (0..USERS).map(|number| session.add(graph(number))).collect();
                session.commit().await.unwrap();
                assert!(users.iter().zip(1..).all(|(user, id)| session[*user].id == id));
                black_box((users, session));
                took += start.elapsed();
                engine.script(EMPTY).await.unwrap();
            }
            took
        })
    });
    Case {
        name: "graph of 1,000 + 10,000 added and committed".into(),
        lapis,
        raw,
        aim: None,
        parts: USERS * (POSTS + 1),
    }
}
