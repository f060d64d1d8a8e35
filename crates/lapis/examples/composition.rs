//! Queries made of parts: rules, columns by name, expressions for both sides, computed fields, pages. The guide's page
//! `docs/guide/composition.md` walks through it.
//!
//! `cargo run --example composition`

use std::collections::HashMap;

use lapis::dynamic::Comparison;
use lapis::expr::{Expr, all_of};
use lapis::prelude::*;
use lapis::statement::Select;
use lapis::{ColumnError, CursorError};

#[derive(Entity, Debug, Clone)]
#[entity(table = "writers")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    first: String,
    last: String,
    age: i32,
    nickname: Option<String>,
    #[column(property = count_posts())]
    post_count: Auto<i64>,
    #[relation(inverse = Post::author)]
    posts: Many<Post>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "essays")]
struct Post {
    #[column(primary_key)]
    id: Auto<i64>,
    title: String,
    published: bool,
    author: Ref<User>,
}

fn count_posts() -> Expr<i64> {
    select(func::count(Post::id)).filter(Post::author.eq(User::id)).scalar().assume_not_null()
}

#[hybrid]
impl User {
    fn full_name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    fn shown_name(&self) -> String {
        self.nickname.clone().unwrap_or(self.full_name())
    }

    fn is_adult(&self) -> bool {
        self.age >= 18
    }
}

fn writes(least: i64) -> Expr<bool> {
    User::post_count.ge(least)
}

fn active_adult() -> Expr<bool> {
    User::is_adult_sql().and(writes(1))
}

struct Search {
    name: Option<String>,
    ages: Vec<(i32, i32)>,
}

fn search(search: &Search) -> Select<User> {
    let ages = search.ages.iter().map(|(from, to)| User::age.between(from, to));
    User::select()
        .filter_if(search.name.as_ref().map(|name| User::first.starts_with(name)))
        .filter_if((!search.ages.is_empty()).then(|| lapis::expr::any_of(ages)))
}

/// `?age=ge:18&last=eq:Lee&sort=-age,last`
fn list(request: &HashMap<&str, &str>) -> Result<Select<User>, ColumnError> {
    let columns = User::columns().only(["first", "last", "age", "post_count"])?;
    let mut conditions = Vec::new();
    for (name, value) in request.iter().filter(|(name, _)| **name != "sort") {
        let (how, value) = value.split_once(':').unwrap_or(("eq", value));
        conditions.push(columns.get(name)?.compare_text(how.parse::<Comparison>()?, value)?);
    }
    let order = columns.order_by(request.get("sort").copied().unwrap_or_default())?;
    Ok(User::select().filter(all_of(conditions)).order_by((order, User::id)))
}

#[tokio::main]
async fn main() -> lapis::Result<()> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "sqlite::memory:".into());
    let engine = Engine::connect(&url).await?;
    let metadata = MetaData::of::<(User, Post)>();
    engine.drop_all(&metadata).await?;
    engine.create_all(&metadata).await?;
    let mut session = engine.session();
    for (first, last, age) in [("Ann", "Lee", 30), ("Ben", "Ray", 17), ("Cid", "Fox", 64), ("Dot", "Lee", 41)] {
        let user = session.add(User::new().first(first).last(last).age(age).build());
        for number in 1..=age % 4 {
            let title = format!("{first} {number}");
            session.add(Post::new().title(title).published(number > 1).author(user).build());
        }
    }
    session.commit().await?;

    println!("active adults:");
    for user in engine.all(User::select().filter(active_adult()).order_by(User::shown_name_sql())).await? {
        assert!(user.is_adult() && *user.post_count > 0);
        println!("  {} wrote {}", user.shown_name(), user.post_count);
    }

    let found = search(&Search { name: None, ages: vec![(10, 20), (60, 70)] });
    println!("young or old: {}", engine.all(found).await?.len());

    let request = HashMap::from([("age", "ge:18"), ("sort", "-age")]);
    for user in engine.all(list(&request)?).await? {
        println!("  {} is {}", user.full_name(), user.age);
    }
    println!("{}", list(&HashMap::from([("agee", "18")])).unwrap_err());

    let page = engine.page(User::select().order_by((User::last, User::id)).page(1, 3)).await?;
    println!("page {} of {}, {} writers in all", page.number, page.pages(), page.total);

    let posts = Post::select().order_by(Post::title.desc());
    let mut cursor = None;
    loop {
        let page = engine.keyset_page(posts.clone().keyset(2).after_if(cursor)).await?;
        println!("  {:?}", page.items.iter().map(|post| &post.title).collect::<Vec<_>>());
        cursor = page.next_cursor().map(ToString::to_string); // goes into a link, and comes back with a request
        if cursor.is_none() {
            break;
        }
    }
    let error = engine.keyset_page(posts.keyset(2).after("what a stranger sent")).await.unwrap_err();
    let is_of_request = std::error::Error::source(&error).is_some_and(|source| source.is::<CursorError>());
    println!("{error} (of the request: {is_of_request})");
    Ok(())
}
