//! The servers: Lapis beside tokio-postgres and mysql_async, the field's drivers, on the same server in the same run.
//!
//! Times are of the clock, for here most of it is waiting; both sides run on the same runtime.

mod lapis_side;
mod mysql;
mod postgres;
mod rows;

pub use mysql::MySql;
pub use postgres::Postgres;

use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use lapis::prelude::*;
use tokio::runtime::Runtime;

use crate::harness::{Case, Work};
use crate::model::{Comment, Post, User};
use rows::UserGraph;

/// How many users the nested work has on a server, and how much each of them has written.
const GRAPH: (usize, usize, usize) = (100, 10, 10);

/// The same work by hand on the driver that one would use without Lapis.
pub trait Raw: 'static {
    /// The driver's name.
    const NAME: &'static str;

    /// All users, as owned structs; how many.
    fn users(&mut self) -> impl Future<Output = usize>;
    /// Users outer join posts where the hair is black; how many.
    fn users_with_optional_posts(&mut self) -> impl Future<Output = usize>;
    /// One row by its key.
    fn user(&mut self, id: i64) -> impl Future<Output = String>;
    /// Inserts so many rows by one statement, in no transaction.
    fn insert(&mut self, n: usize) -> impl Future<Output = u64>;
    /// Inserts so many rows in a transaction, and reads their ids back.
    fn insert_returning(&mut self, n: usize) -> impl Future<Output = Vec<i64>>;
    /// All users with their posts and the comments on them, by three statements.
    fn associations(&mut self) -> impl Future<Output = Vec<UserGraph>>;
}

/// A server: its engine, the driver beside it, and the runtime of both.
pub struct Server<R> {
    runtime: Rc<Runtime>,
    engine: Engine,
    raw: R,
    /// What empties the tables.
    empty: &'static str,
}

/// Every case on a server, made when its turn has come.
pub fn all<R: Raw>(connect: fn() -> Server<R>) -> Vec<Box<dyn Fn() -> Case>> {
    let mut cases: Vec<Box<dyn Fn() -> Case>> = Vec::new();
    for n in [1, 100, 10_000] {
        cases.push(Box::new(move || {
            let server = filled(connect, n, false);
            let lapis = lapis_side::users(&server, n);
            case(format!("trivial {n}"), server, lapis, n, Some(1.1), async move |raw| {
                assert_eq!(raw.users().await, n);
            })
        }));
    }
    cases.push(Box::new(move || {
        let server = filled(connect, 10_000, false);
        let lapis = lapis_side::users_tracked(&server, 10_000);
        case("trivial 10000, tracked".into(), server, lapis, 10_000, None, async |raw| {
            assert_eq!(raw.users().await, 10_000);
        })
    }));
    cases.push(Box::new(move || {
        let server = filled(connect, 10_000, true);
        let lapis = lapis_side::users_with_optional_posts(&server, 5_000);
        case("medium 10000".into(), server, lapis, 5_000, Some(1.1), async |raw| {
            assert_eq!(raw.users_with_optional_posts().await, 5_000);
        })
    }));
    cases.push(Box::new(move || {
        let server = filled(connect, 1_000, false);
        let lapis = lapis_side::user(&server);
        case("one row by its key".into(), server, lapis, 1, Some(1.1), async |raw| {
            assert_eq!(raw.user(500).await, "User 499");
        })
    }));
    for n in [1, 100] {
        cases.push(Box::new(move || {
            let server = connect();
            let lapis = lapis_side::insert(&server, n);
            case(format!("insert {n}, one statement"), server, lapis, n, Some(1.1), async move |raw| {
                assert_eq!(raw.insert(n).await, n as u64);
            })
        }));
    }
    cases.push(Box::new(move || {
        let server = with_graph(connect);
        let lapis = lapis_side::associations(&server, GRAPH);
        let (users, posts, comments) = GRAPH;
        let parts = users * (1 + posts * (1 + comments));
        case("100 users, 10 posts, 10 comments".into(), server, lapis, parts, Some(1.1), async |raw| {
            let users = raw.associations().await;
            assert!(users.len() == GRAPH.0 && users[0].1[0].1.len() == GRAPH.2);
        })
    }));
    cases.push(Box::new(move || {
        let server = connect();
        let lapis = lapis_side::unit_of_work(&server, 10_000);
        case("10,000 objects added and committed".into(), server, lapis, 10_000, None, async |raw| {
            assert_eq!(raw.insert_returning(10_000).await.len(), 10_000);
        })
    }));
    cases
}

/// One thing to do, by Lapis and by hand. The tables are emptied behind each turn of work that fills them.
fn case<R: Raw>(
    name: String,
    server: Server<R>,
    lapis: Work,
    parts: usize,
    aim: Option<f64>,
    by_hand: impl AsyncFn(&mut R) + 'static,
) -> Case {
    let Server { runtime, engine, mut raw, empty } = server;
    let writes = name.starts_with("insert") || name.contains("added");
    let raw: Work = Box::new(move |times| {
        runtime.block_on(async {
            let mut took = Duration::ZERO;
            for _ in 0..times {
                let start = Instant::now();
                by_hand(&mut raw).await;
                took += start.elapsed();
            }
            if writes {
                engine.script(empty).await.unwrap();
            }
            took
        })
    });
    Case { name, lapis, raw, aim, parts }
}

fn filled<R: Raw>(connect: fn() -> Server<R>, users: usize, coloured: bool) -> Server<R> {
    let server = connect();
    server.runtime.block_on(async {
        let mut session = server.engine.session();
        for number in 0..users {
            let hair = coloured.then(|| if number % 2 == 0 { "black" } else { "brown" }.to_owned());
            session.add(User { hair_color: hair, ..User::new().name(format!("User {number}")).build() });
        }
        session.commit().await.unwrap();
    });
    analyze(&server);
    server
}

fn with_graph<R: Raw>(connect: fn() -> Server<R>) -> Server<R> {
    let server = connect();
    let (users, posts, comments) = GRAPH;
    server.runtime.block_on(async {
        let mut session = server.engine.session();
        for number in 0..users {
            let posts = (0..posts).map(|number| {
                let comments = (0..comments)
                    .map(|number| Comment::new().text(format!("Comment {number}")).build())
                    .collect::<Vec<_>>();
                Post::new().title(format!("Post {number}")).comments(comments).build()
            });
            session
                .add(User::new().name(format!("User {number}")).posts(posts.collect::<Vec<_>>()).build());
        }
        session.commit().await.unwrap();
    });
    analyze(&server);
    server
}

/// The planner's statistics are those of the contents, and stay so.
fn analyze<R>(server: &Server<R>) {
    let sql = match server.engine.dialect().name() {
        "PostgreSQL" => "ANALYZE users; ANALYZE posts; ANALYZE comments",
        _ => "ANALYZE TABLE users, posts, comments",
    };
    server.runtime.block_on(server.engine.script(sql)).unwrap();
}

/// A server with the tables of the model, empty.
async fn engine(url: &str) -> Engine {
    let engine = Engine::builder(url).pool_size(1).connect().await.unwrap();
    let metadata = MetaData::of::<(User, Post, Comment)>();
    engine.drop_all(&metadata).await.unwrap();
    engine.create_all(&metadata).await.unwrap();
    engine
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
