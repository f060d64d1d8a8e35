use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    #[column(property = User::name)]
    double: Auto<i32>,
    #[column(property = User::name, unique)]
    plain: String,
}

fn main() {}
