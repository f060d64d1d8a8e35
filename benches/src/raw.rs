//! The same work by hand with rusqlite: prepared statements out of its cache, owned structs, the same columns.

use std::collections::HashMap;

use rusqlite::{Connection, Result, Row, params, params_from_iter};

/// A row of `users`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}

/// A row of `posts`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Post {
    pub id: i64,
    pub user_id: i64,
    pub title: String,
    pub body: Option<String>,
}

/// A row of `comments`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Comment {
    pub id: i64,
    pub post_id: i64,
    pub text: String,
}

/// A user with its posts.
pub type UserPosts = (User, Vec<Post>);

/// A user with its posts and their comments.
pub type UserGraph = (User, Vec<(Post, Vec<Comment>)>);

fn user(row: &Row<'_>) -> Result<User> {
    Ok(User { id: row.get(0)?, name: row.get(1)?, hair_color: row.get(2)? })
}

fn post(row: &Row<'_>, first: usize) -> Result<Post> {
    Ok(Post {
        id: row.get(first)?,
        user_id: row.get(first + 1)?,
        title: row.get(first + 2)?,
        body: row.get(first + 3)?,
    })
}

fn comment(row: &Row<'_>) -> Result<Comment> {
    Ok(Comment { id: row.get(0)?, post_id: row.get(1)?, text: row.get(2)? })
}

/// All users.
///
/// # Errors
/// What the database finds wrong.
pub fn users(connection: &Connection) -> Result<Vec<User>> {
    connection
        .prepare_cached("SELECT id, name, hair_color FROM users")?
        .query_map([], user)?
        .collect()
}

/// One user.
///
/// # Errors
/// What the database finds wrong.
pub fn user_by_id(connection: &Connection, id: i64) -> Result<User> {
    connection
        .prepare_cached("SELECT id, name, hair_color FROM users WHERE id = ?1")?
        .query_row([id], user)
}

/// The users with a colour of hair, with their posts by an outer join.
///
/// # Errors
/// What the database finds wrong.
pub fn users_with_optional_posts(connection: &Connection, hair: &str) -> Result<Vec<(User, Option<Post>)>> {
    connection
        .prepare_cached(
            "SELECT users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
             FROM users LEFT JOIN posts ON posts.user_id = users.id WHERE users.hair_color = ?1",
        )?
        .query_map([hair], |row| {
            let found = row.get_ref(3)?.data_type() != rusqlite::types::Type::Null;
            Ok((user(row)?, if found { Some(post(row, 3)?) } else { None }))
        })?
        .collect()
}

/// Many users in one statement, whose text is as long as they are many.
///
/// # Errors
/// What the database finds wrong.
pub fn insert_users(connection: &Connection, users: &[(String, Option<String>)]) -> Result<usize> {
    let mut sql = String::with_capacity(48 + users.len() * 8);
    sql.push_str("INSERT INTO users (name, hair_color) VALUES ");
    for at in 0..users.len() {
        sql.push_str(if at == 0 { "(?, ?)" } else { ", (?, ?)" });
    }
    let mut statement = connection.prepare_cached(&sql)?;
    for (at, (name, hair_color)) in users.iter().enumerate() {
        statement.raw_bind_parameter(2 * at + 1, name)?;
        statement.raw_bind_parameter(2 * at + 2, hair_color)?;
    }
    statement.raw_execute()
}

/// Users one by one in a transaction, their ids read back.
///
/// # Errors
/// What the database finds wrong.
pub fn insert_one_by_one(
    connection: &Connection,
    names: impl Iterator<Item = String>,
) -> Result<Vec<User>> {
    let transaction = connection.unchecked_transaction()?;
    let mut users = Vec::new();
    let mut statement =
        transaction.prepare_cached("INSERT INTO users (name, hair_color) VALUES (?1, ?2)")?;
    for name in names {
        let hair_color: Option<String> = None;
        statement.execute(params![name, hair_color])?;
        users.push(User { id: transaction.last_insert_rowid(), name, hair_color });
    }
    drop(statement);
    transaction.commit()?;
    Ok(users)
}

/// Users with ten posts each, one by one in a transaction, their ids read back.
///
/// # Errors
/// What the database finds wrong.
pub fn insert_graph(connection: &Connection, users: usize, posts: usize) -> Result<Vec<UserPosts>> {
    let transaction = connection.unchecked_transaction()?;
    let mut graph = Vec::new();
    let mut user = transaction.prepare_cached("INSERT INTO users (name, hair_color) VALUES (?1, ?2)")?;
    let mut post =
        transaction.prepare_cached("INSERT INTO posts (user_id, title, body) VALUES (?1, ?2, ?3)")?;
    for number in 0..users {
        let (name, hair_color) = (format!("User {number}"), None::<String>);
        user.execute(params![name, hair_color])?;
        let user_id = transaction.last_insert_rowid();
        let mut written = Vec::new();
        for number in 0..posts {
            let (title, body) = (format!("Post {number}"), None::<String>);
            post.execute(params![user_id, title, body])?;
            written.push(Post { id: transaction.last_insert_rowid(), user_id, title, body });
        }
        graph.push((User { id: user_id, name, hair_color }, written));
    }
    drop((user, post));
    transaction.commit()?;
    Ok(graph)
}

/// A list of placeholders in parentheses.
fn placeholders(sql: &mut String, count: usize) {
    sql.push('(');
    for at in 0..count {
        sql.push_str(if at == 0 { "?" } else { ", ?" });
    }
    sql.push(')');
}

fn posts_of(connection: &Connection, users: &[User]) -> Result<Vec<Post>> {
    let mut sql = String::from("SELECT id, user_id, title, body FROM posts WHERE user_id IN ");
    placeholders(&mut sql, users.len());
    sql.push_str(" ORDER BY id");
    connection
        .prepare_cached(&sql)?
        .query_map(params_from_iter(users.iter().map(|user| user.id)), |row| post(row, 0))?
        .collect()
}

fn comments_on(connection: &Connection, posts: &[Post]) -> Result<Vec<Comment>> {
    let mut sql = String::from("SELECT id, post_id, text FROM comments WHERE post_id IN ");
    placeholders(&mut sql, posts.len());
    sql.push_str(" ORDER BY id");
    connection
        .prepare_cached(&sql)?
        .query_map(params_from_iter(posts.iter().map(|post| post.id)), comment)?
        .collect()
}

/// Puts every member with its owner.
fn group<O, M>(
    owners: Vec<O>,
    members: Vec<M>,
    key: fn(&O) -> i64,
    owner: fn(&M) -> i64,
) -> Vec<(O, Vec<M>)> {
    let by_key: HashMap<i64, usize> =
        owners.iter().enumerate().map(|(at, owner)| (key(owner), at)).collect();
    let mut groups: Vec<(O, Vec<M>)> = owners.into_iter().map(|owner| (owner, Vec::new())).collect();
    for member in members {
        if let Some(at) = by_key.get(&owner(&member)) {
            groups[*at].1.push(member);
        }
    }
    groups
}

/// All users with their posts, in two statements.
///
/// # Errors
/// What the database finds wrong.
pub fn users_with_posts(connection: &Connection) -> Result<Vec<UserPosts>> {
    let users = users(connection)?;
    let posts = posts_of(connection, &users)?;
    Ok(group(users, posts, |user| user.id, |post| post.user_id))
}

/// All users with their posts and their comments, in three statements.
///
/// # Errors
/// What the database finds wrong.
pub fn users_with_posts_and_comments(connection: &Connection) -> Result<Vec<UserGraph>> {
    let users = users(connection)?;
    let posts = posts_of(connection, &users)?;
    let comments = comments_on(connection, &posts)?;
    let posts = group(posts, comments, |post| post.id, |comment| comment.post_id);
    Ok(group(users, posts, |user| user.id, |(post, _)| post.user_id))
}
