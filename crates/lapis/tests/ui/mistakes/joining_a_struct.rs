use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    age: i32,
    bio: Option<String>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "posts")]
struct Post {
    #[column(primary_key)]
    id: Auto<i64>,
    title: String,
    author: Ref<User>,
}

fn main() {
    let _ = User::select().join(Post);
}
