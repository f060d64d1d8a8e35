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

fn main() {
    let _ = select(User::age + "1");
}
