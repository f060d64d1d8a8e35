//! Lookups by primary key.

use std::hint::black_box;

use lapis::prelude::*;

use super::Make;
use crate::database::Databases;
use crate::harness::{Case, Stopwatch, Work};
use crate::model::User;
use crate::raw;

const LOOKUPS: usize = 10_000;

pub(super) const CASES: [Make; 2] = [by_session, by_connection];

fn by_hand(databases: &Databases) -> Work {
    let raw = databases.raw.clone();
    Box::new(move |times| {
        let start = Stopwatch::start();
        for _ in 0..times {
            let transaction = raw.unchecked_transaction().unwrap();
            for id in 1..=LOOKUPS as i64 {
                let user = raw::user_by_id(&raw, id).unwrap();
                assert_eq!(user.id, id);
                black_box(user);
            }
            drop(transaction);
        }
        start.elapsed()
    })
}

/// `session.get` of rows that the session does not have yet, and keeps.
fn by_session() -> Case {
    let databases = Databases::with_users(LOOKUPS, false);
    let raw = by_hand(&databases);
    let Databases { runtime, engine, .. } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                let mut session = engine.session();
                for id in 1..=LOOKUPS as i64 {
                    let user = session.get::<User>(id).await.unwrap().unwrap();
                    assert_eq!(session[user].id, id);
                }
                black_box(session);
            }
            start.elapsed()
        })
    });
    Case { name: "10,000 lookups, `session.get`".into(), lapis, raw, aim: Some(2.0), parts: LOOKUPS }
}

/// A statement built and compiled for each lookup.
fn by_connection() -> Case {
    let databases = Databases::with_users(LOOKUPS, false);
    let raw = by_hand(&databases);
    let Databases { runtime, engine, .. } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                let mut transaction = engine.begin().await.unwrap();
                for id in 1..=LOOKUPS as i64 {
                    let user = transaction.one(User::select().filter(User::id.eq(id))).await.unwrap();
                    assert_eq!(user.id, id);
                    black_box(user);
                }
                drop(transaction);
            }
            start.elapsed()
        })
    });
    Case { name: "10,000 lookups, `one(select.filter)`".into(), lapis, raw, aim: None, parts: LOOKUPS }
}
