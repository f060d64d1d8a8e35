use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    age: i32,
    #[column(property = User::age * 2)]
    double: Auto<i32>,
}

fn main() {
    let _ = User::update().set(User::double, 7);
}
