use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(server_default = now())]
    name: Auto<String>,
    #[column(default = "x")]
    age: i32,
}

fn main() {}
