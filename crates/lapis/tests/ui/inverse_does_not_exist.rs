use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    #[relation(inverse = Post::auther)]
    posts: Many<Post>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "posts")]
struct Post {
    #[column(primary_key)]
    id: Auto<i64>,
    author: Ref<User>,
}

fn main() {}
