//! The work by Lapis, the same on every server.

use std::hint::black_box;
use std::time::{Duration, Instant};

use lapis::prelude::*;

use super::Server;
use crate::harness::Work;
use crate::model::{Post, User};

/// A closure that does something so many times on the engine, with the tables emptied behind it if it fills them.
fn work<R>(server: &Server<R>, writes: bool, once: impl AsyncFn(&Engine) + 'static) -> Work {
    let (runtime, engine, empty) = (server.runtime.clone(), server.engine.clone(), server.empty);
    Box::new(move |times| {
        runtime.block_on(async {
            let mut took = Duration::ZERO;
            for _ in 0..times {
                let start = Instant::now();
                once(&engine).await;
                took += start.elapsed();
            }
            if writes {
                engine.script(empty).await.unwrap();
            }
            took
        })
    })
}

pub(super) fn users<R>(server: &Server<R>, n: usize) -> Work {
    work(server, false, async move |engine| {
        let users: Vec<User> = engine.all(User::select()).await.unwrap();
        assert_eq!(users.len(), n);
        black_box(users);
    })
}

pub(super) fn users_tracked<R>(server: &Server<R>, n: usize) -> Work {
    work(server, false, async move |engine| {
        let mut session = engine.session();
        let users = session.all(User::select()).await.unwrap();
        assert_eq!(users.len(), n);
        session.close().await.unwrap();
        black_box((users, session));
    })
}

pub(super) fn users_with_optional_posts<R>(server: &Server<R>, n: usize) -> Work {
    work(server, false, async move |engine| {
        let query = select((entity::<User>(), entity::<Post>().optional()))
            .outer_join(User::posts)
            .filter(User::hair_color.eq("black"));
        let rows: Vec<(User, Option<Post>)> = engine.all(query).await.unwrap();
        assert_eq!(rows.len(), n);
        black_box(rows);
    })
}

pub(super) fn user<R>(server: &Server<R>) -> Work {
    work(server, false, async |engine| {
        let user = engine.one(User::select().filter(User::id.eq(500))).await.unwrap();
        assert_eq!(user.name, "User 499");
        black_box(user);
    })
}

pub(super) fn insert<R>(server: &Server<R>, n: usize) -> Work {
    work(server, true, async move |engine| {
        let rows = (0..n)
            .map(|number| (User::name.set(format!("User {number}")), User::hair_color.set(None::<String>)));
        let outcome = engine.execute(User::insert().rows(rows)).await.unwrap();
        assert_eq!(outcome.rows_affected, n as u64);
    })
}

pub(super) fn associations<R>(server: &Server<R>, (users, posts, comments): (usize, usize, usize)) -> Work {
    work(server, false, async move |engine| {
        let found = engine.all(User::select().eager(User::posts.eager(Post::comments))).await.unwrap();
        assert!(found.len() == users && found[0].posts.len() == posts);
        assert_eq!(found[0].posts[0].comments.len(), comments);
        black_box(found);
    })
}

pub(super) fn unit_of_work<R>(server: &Server<R>, n: usize) -> Work {
    work(server, true, async move |engine| {
        let mut session = engine.session();
        let users: Vec<_> = (0..n)
            .map(|number| session.add(User::new().name(format!("User {number}")).build()))
            .collect();
        session.commit().await.unwrap();
        assert!(users.iter().all(|user| *session[*user].id > 0));
        black_box((users, session));
    })
}
