//! The entities that most behaviours are about: a blog with people, and a tree of categories.

use lapis::prelude::*;

use crate::harness::{Database, Result};

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "users")]
pub struct User {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 100, unique)]
    pub name: String,
    pub bio: Option<String>,
    #[column(default = 0)]
    pub age: i32,
    #[relation(inverse = Profile::user, cascade(delete_orphan))]
    pub profile: One<Profile>,
    #[relation(inverse = Post::author)]
    pub posts: Many<Post>,
    #[relation(inverse = Comment::author)]
    pub comments: Many<Comment>,
    #[relation(through = "follows", from = "follower_id", to = "followed_id")]
    pub following: Many<User>,
    #[relation(through = "follows", inverse = User::following)]
    pub followers: Many<User>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "profiles")]
pub struct Profile {
    #[column(primary_key)]
    pub id: Auto<i64>,
    pub motto: String,
    #[column(unique)]
    pub user: Ref<User>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "posts")]
pub struct Post {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 200)]
    pub title: String,
    #[column(default = 0)]
    pub views: i32,
    pub author: Ref<User>,
    #[relation(inverse = Comment::post, cascade(delete))]
    pub comments: Many<Comment>,
    #[relation(through = "post_tags")]
    pub tags: Many<Tag>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "comments")]
pub struct Comment {
    #[column(primary_key)]
    pub id: Auto<i64>,
    pub body: String,
    pub post: Ref<Post>,
    pub author: Option<Ref<User>>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "tags")]
pub struct Tag {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 50, unique)]
    pub name: String,
    #[relation(through = "post_tags", inverse = Post::tags)]
    pub posts: Many<Post>,
}

#[derive(Entity, Debug, Clone, PartialEq)]
#[entity(table = "categories")]
pub struct Category {
    #[column(primary_key)]
    pub id: Auto<i64>,
    #[column(length = 50)]
    pub name: String,
    pub parent: Option<Ref<Category>>,
    #[relation(inverse = Category::parent, order_by = "name")]
    pub children: Many<Category>,
}

pub type Blog = (User, Profile, Post, Comment, Tag);

pub fn user(name: &str) -> User {
    User::new().name(name).build()
}

pub fn post(title: &str) -> Post {
    Post::new().title(title).build()
}

pub fn comment(body: &str) -> Comment {
    Comment::new().body(body).build()
}

pub fn tag(name: &str) -> Tag {
    Tag::new().name(name).build()
}

pub fn category(name: &str) -> Category {
    Category::new().name(name).build()
}

/// A blog with rows: Ann wrote two posts, Bob one, Cid none; two tags; three comments.
pub async fn blog(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(User { age: 30, bio: Some("likes tea".into()), ..user("Ann") });
    let bob = session.add(User { age: 40, ..user("Bob") });
    session.add(User { age: 50, ..user("Cid") });
    let rust = session.add(tag("rust"));
    let sql = session.add(tag("sql"));
    let first = session.add(Post { views: 10, author: ann.into(), ..post("First") });
    session.add(Post { views: 20, author: ann.into(), ..post("Second") });
    let third = session.add(Post { views: 30, author: bob.into(), ..post("Third") });
    session.add(Comment { post: first.into(), author: Some(bob.into()), ..comment("Well said") });
    session.add(Comment { post: first.into(), ..comment("Anonymous") });
    session.add(Comment { post: third.into(), author: Some(ann.into()), ..comment("Indeed") });
    session.add(Profile::new().motto("onwards").user(ann).build());
    session.link(first, Post::tags, rust);
    session.link(first, Post::tags, sql);
    session.link(third, Post::tags, sql);
    session.link(bob, User::following, ann);
    session.commit().await?;
    db.forget();
    Ok(())
}
