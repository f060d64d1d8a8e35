use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(server_default = now())]
    name: Auto<String>,
    #[column(default = 1.5)]
    age: i32,
}

fn main() {}
