use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(length = 3)]
    age: i32,
    #[column(precision = 3)]
    name: String,
}

fn main() {}
