//! The commonest mistakes and what they are answered with: by the compiler, or, where types cannot tell, by an error
//! before anything is sent. The messages are those of `docs/guide/mistakes.md`, and none is longer than 15 lines.

use std::fs;
use std::path::{Path, PathBuf};

use lapis::engine::Error;
use lapis::expr::window;
use lapis::prelude::*;
use lapis::statement::{Statement, insert, table, update};

const LONGEST: usize = 15;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    age: i32,
    #[relation(inverse = Post::author)]
    posts: Many<Post>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "posts")]
struct Post {
    #[column(primary_key)]
    id: Auto<i64>,
    title: String,
    author: Ref<User>,
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn page() -> String {
    fs::read_to_string(here("../../docs/guide/mistakes.md")).expect("the page of mistakes")
}

#[test]
#[cfg_attr(not(feature = "sqlite"), ignore = "the expected messages name what features bring in")]
fn mistakes_in_types_are_found_by_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/ui/mistakes/*.rs");
}

/// The messages of the compiler: each begins with `error` at the left margin.
fn compiler_messages() -> Vec<(String, Vec<String>)> {
    let files = fs::read_dir(here("tests/ui/mistakes")).expect("the folder of mistakes");
    let files = files.map(|file| file.expect("a file").path());
    let expected = files.filter(|path| path.extension().is_some_and(|extension| extension == "stderr"));
    expected
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a message").replace("\r\n", "\n");
            let messages = text.split("\n\n").map(|message| message.trim_end().to_owned()).collect();
            (path.display().to_string(), messages)
        })
        .collect()
}

#[test]
fn no_message_of_the_compiler_is_long() {
    let files = compiler_messages();
    assert!(files.len() >= 19, "{} files", files.len());
    for (file, messages) in files {
        for message in messages {
            let lines = message.lines().count();
            assert!(lines <= LONGEST, "{lines} lines in {file}:\n{message}");
        }
    }
}

#[test]
fn the_page_shows_each_message_of_the_compiler() {
    let page = page();
    for (file, messages) in compiler_messages() {
        // Types may make it a long line.
        let first: String = messages[0].lines().next().unwrap_or_default().chars().take(80).collect();
        assert!(page.contains(&first), "the page does not show the message of {file}:\n{first}");
    }
}

/// What the engine says of a statement.
async fn refusal(engine: &Engine, statement: impl Statement) -> Error {
    engine.execute(statement).await.expect_err("it is a mistake")
}

async fn engine() -> Engine {
    let engine = Engine::connect("sqlite::memory:").await.expect("a database in memory");
    engine.create_all(&MetaData::of::<(User, Post)>()).await.expect("the tables");
    engine
}

/// Whether the page shows a message, which is short.
fn told(error: &Error, expected: &str) {
    let message = error.to_string();
    assert!(message.contains(expected), "{message}");
    assert!(message.lines().count() <= LONGEST, "{message}");
    assert!(page().contains(expected), "the page does not show: {expected}");
}

#[tokio::test]
async fn a_forgotten_join_names_the_table() {
    let query = User::select().filter(Post::title.eq("Hello"));
    told(
        &refusal(&engine().await, query).await,
        "posts.title is used, but posts is not in the statement's FROM (users); join it, or select from it",
    );
}

#[tokio::test]
async fn tables_that_nothing_joins_are_named() {
    let query = select((User::name, Post::title)).from(table::<User>()).from(table::<Post>());
    told(
        &refusal(&engine().await, query).await,
        "the statement selects from users and posts, and nothing joins them; join them, or ask for every pair with \
         `.cross_join(..)`",
    );
}

#[tokio::test]
async fn a_forgotten_group_names_the_column() {
    let query = select((User::name, func::count(Post::id))).join(User::posts);
    told(
        &refusal(&engine().await, query).await,
        "users.name is used beside count(..), but not grouped by: each group may have several values of it; add it to \
         `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`",
    );
}

#[tokio::test]
async fn an_aggregate_in_a_filter_names_having() {
    let query = select(User::name)
        .join(User::posts)
        .filter(func::count(Post::id).gt(3))
        .group_by(User::name);
    told(
        &refusal(&engine().await, query).await,
        "count(..) is an aggregate in a filter (WHERE), which is decided row by row; to keep some groups, use \
         `.having(..)`; to compare with all rows, a `.scalar()` subquery",
    );
}

#[tokio::test]
async fn nested_aggregates_name_both() {
    let query = select(func::sum(func::count(Post::id))).from(table::<Post>());
    told(
        &refusal(&engine().await, query).await,
        "count(..) is an aggregate within sum(..), and aggregates do not nest; compute the inner one in a subquery, or \
         take the outer one `.over(..)` a window",
    );
}

#[tokio::test]
async fn a_window_in_a_filter_names_the_subquery() {
    let rank = func::row_number().over(window().order_by(User::age));
    told(
        &refusal(&engine().await, User::select().filter(rank.le(3))).await,
        "row_number(..) over a window is in a filter (WHERE), which is decided row by row; select it under a label in a \
         subquery, and go on from there",
    );
}

#[tokio::test]
async fn a_table_that_is_joined_to_itself_needs_another_name() {
    let query = User::select().join_on(table::<User>(), User::id.eq(User::id));
    told(
        &refusal(&engine().await, query.from(table::<User>())).await,
        "users is in FROM twice; give one of them another name with `alias`",
    );
}

#[tokio::test]
async fn a_column_that_a_subquery_does_not_select_is_named() {
    let counts = select((Post::author, func::count(Post::id).label("posts"))).group_by(Post::author);
    let counts = counts.subquery("counts");
    told(
        &refusal(&engine().await, select(counts.column::<i64>("total")).from(counts.clone())).await,
        "counts.total is used, and counts selects no column of that name; it selects author_id, posts",
    );
}

#[tokio::test]
async fn an_update_without_a_filter_says_how_to_mean_it() {
    told(
        &refusal(&engine().await, update::<User>().set(User::age, 1)).await,
        "the update of users has no filter and would touch every row; filter it, or say `.all_rows()`",
    );
}

#[tokio::test]
async fn an_insert_of_no_rows_says_so() {
    let nothing: Vec<(lapis::expr::Assignment<User>,)> = Vec::new();
    told(
        &refusal(&engine().await, insert::<User>().rows(nothing)).await,
        "the insert into users is given an empty list of rows; leave it out where there are none",
    );
}

#[tokio::test]
async fn a_parameter_without_a_value_is_named() {
    told(
        &refusal(&engine().await, text("SELECT * FROM users WHERE name = :name")).await,
        "the parameter :name has no value; give it one with `.bind(\"name\", ..)`",
    );
}

#[tokio::test]
async fn no_row_where_one_was_asked_for_names_the_other_methods() {
    let error = engine()
        .await
        .one(User::select().filter(User::id.eq(1)))
        .await
        .expect_err("there is none");
    told(&error, "one row was asked for, and there is none; use `one_or_none` or `first` if that may be");
}
