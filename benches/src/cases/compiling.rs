//! Statements built and compiled, without a database.

use lapis::expr::{case, window};
use lapis::prelude::*;
use lapis::sql::compiler::compile;
use lapis::sql::dialect::Sqlite;
use lapis::sql::statement::{Statement, table};

use crate::model::{Comment, Post, User};

/// A statement by its name, and what builds and compiles it and tells the length of its SQL.
type Compiling = (&'static str, fn() -> usize);

/// What is built and compiled, and how; each gives the length of its SQL.
pub const COMPILING: [Compiling; 3] = [
    ("lookup by key", compile_lookup),
    ("three conditions, ordered", compile_filter),
    ("report of 1 kB", compile_report),
];

/// A lookup by primary key.
fn compile_lookup() -> usize {
    let query = User::select().filter(User::id.eq(7));
    compile(query.as_statement(), &Sqlite).expect("it is right").sql.len()
}

/// Three conditions and an order.
fn compile_filter() -> usize {
    let query = User::select()
        .filter(User::name.starts_with("User").and(User::hair_color.eq("black")).and(User::id.gt(7)))
        .order_by(User::name.asc());
    compile(query.as_statement(), &Sqlite).expect("it is right").sql.len()
}

/// A common table, joins, groups, windows, CASE and a subquery.
fn compile_report() -> usize {
    let counts = select((Comment::post, func::count(Comment::id).label("comments")))
        .filter(Comment::text.ne(""))
        .group_by(Comment::post)
        .cte("counts");
    let comments = || counts.column::<i64>("comments");
    let total = || func::sum(comments());
    let share = case()
        .when(total().ge(1_000), "loud")
        .when(total().between(10, 999), "heard")
        .otherwise("quiet");
    let longest = select(func::max(func::length(Post::title))).filter(Post::id.gt(100)).scalar();
    let query = select((
        User::name,
        func::count(Post::id).label("posts"),
        total().label("comments"),
        share.label("share"),
        func::rank().over(window().order_by(total().desc())).label("rank"),
        func::sum(total())
            .over(window().order_by((total().desc(), User::name)).rows(..=0))
            .label("running"),
    ))
    .with(&counts)
    .from(table::<User>())
    .join_on(table::<Post>(), Post::user.eq(User::id))
    .left_join_on(&counts, counts.column::<i64>("post_id").eq(Post::id))
    .filter(User::name.starts_with("User").and(User::hair_color.in_(["black", "brown", "red"])))
    .filter(Post::body.is_not_null().or(func::length(Post::title).lt(longest)))
    .group_by((User::id, User::name))
    .having(func::count(Post::id).gt(3))
    .order_by((total().desc().nulls_last(), User::name))
    .limit(50);
    compile(query.as_statement(), &Sqlite).expect("it is right").sql.len()
}
