//! Relations loaded by select-in: one statement a level.

use std::hint::black_box;

use lapis::prelude::*;

use super::Make;
use crate::database::Databases;
use crate::harness::{Case, Stopwatch, timed};
use crate::model::{Post, User};
use crate::raw;

const USERS: usize = 1_000;
const POSTS: usize = 10;

pub(super) const CASES: [Make; 4] = [select_in, select_in_tracked, associations, associations_tracked];

fn select_in() -> Case {
    let databases = Databases::with_graph(USERS, POSTS, 0);
    let Databases { runtime, engine, raw } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                let users = engine.all(User::select().eager(User::posts)).await.unwrap();
                assert!(users.len() == USERS && users[USERS - 1].posts.len() == POSTS);
                black_box(users);
            }
            start.elapsed()
        })
    });
    Case {
        name: "1,000 users with 10 posts, select-in".into(),
        lapis,
        raw: by_hand(raw),
        aim: Some(1.3),
        parts: USERS * (POSTS + 1),
    }
}

fn by_hand(raw: std::rc::Rc<rusqlite::Connection>) -> crate::harness::Work {
    Box::new(move |times| {
        timed(times, || {
            let users = raw::users_with_posts(&raw).unwrap();
            assert!(users.len() == USERS && users[USERS - 1].1.len() == POSTS);
            users
        })
    })
}

fn select_in_tracked() -> Case {
    let databases = Databases::with_graph(USERS, POSTS, 0);
    let Databases { runtime, engine, raw } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                let mut session = engine.session();
                let users = session.all(User::select().eager(User::posts)).await.unwrap();
                assert_eq!(session.related(users[USERS - 1], User::posts).unwrap().len(), POSTS);
                black_box((users, session));
            }
            start.elapsed()
        })
    });
    Case {
        name: "1,000 users with 10 posts, select-in, tracked".into(),
        lapis,
        raw: by_hand(raw),
        aim: None,
        parts: USERS * (POSTS + 1),
    }
}

fn associations_by_hand(raw: std::rc::Rc<rusqlite::Connection>) -> crate::harness::Work {
    Box::new(move |times| {
        timed(times, || {
            let users = raw::users_with_posts_and_comments(&raw).unwrap();
            assert!(users.len() == 9 && users[8].1.len() == 10 && users[8].1[9].1.len() == 10);
            users
        })
    })
}

fn associations() -> Case {
    let databases = Databases::with_graph(9, 10, 10);
    let Databases { runtime, engine, raw } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                let query = User::select().eager(User::posts.eager(Post::comments));
                let users = engine.all(query).await.unwrap();
                assert!(users.len() == 9 && users[8].posts.len() == 10);
                assert_eq!(users[8].posts[9].comments.len(), 10);
                black_box(users);
            }
            start.elapsed()
        })
    });
    Case {
        name: "associations 9 × 10 × 10".into(),
        lapis,
        raw: associations_by_hand(raw),
        aim: None,
        parts: 999,
    }
}

fn associations_tracked() -> Case {
    let databases = Databases::with_graph(9, 10, 10);
    let Databases { runtime, engine, raw } = databases;
    let lapis = Box::new(move |times| {
        runtime.block_on(async {
            let start = Stopwatch::start();
            for _ in 0..times {
                let mut session = engine.session();
                let query = User::select().eager(User::posts.eager(Post::comments));
                let users = session.all(query).await.unwrap();
                let posts = session.related(users[8], User::posts).unwrap();
                assert_eq!(session.related(posts[9], Post::comments).unwrap().len(), 10);
                black_box((users, session));
            }
            start.elapsed()
        })
    });
    Case {
        name: "associations 9 × 10 × 10, tracked".into(),
        lapis,
        raw: associations_by_hand(raw),
        aim: None,
        parts: 999,
    }
}
