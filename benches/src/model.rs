//! The field's usual tables, as entities.

use lapis::prelude::*;

/// A user; its hair is nullable.
#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
pub struct User {
    /// Assigned by the database.
    #[column(primary_key)]
    pub id: Auto<i64>,
    /// `User {i}`.
    pub name: String,
    /// NULL, or a colour that some benchmarks filter by.
    pub hair_color: Option<String>,
    /// What it wrote.
    #[relation(inverse = Post::user)]
    pub posts: Many<Post>,
}

/// A post of a user.
#[derive(Entity, Debug, Clone)]
#[entity(table = "posts")]
pub struct Post {
    /// Assigned by the database.
    #[column(primary_key)]
    pub id: Auto<i64>,
    /// Who wrote it.
    pub user: Ref<User>,
    /// `Post {i}`.
    pub title: String,
    /// The text.
    pub body: Option<String>,
    /// What was said about it.
    #[relation(inverse = Comment::post)]
    pub comments: Many<Comment>,
}

/// A comment on a post.
#[derive(Entity, Debug, Clone)]
#[entity(table = "comments")]
pub struct Comment {
    /// Assigned by the database.
    #[column(primary_key)]
    pub id: Auto<i64>,
    /// What it is about.
    pub post: Ref<Post>,
    /// The text.
    pub text: String,
}
