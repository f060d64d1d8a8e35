use lapis::prelude::*;

#[derive(Debug, Clone)]
struct Address {
    city: String,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    address: Address,
}

fn main() {}
