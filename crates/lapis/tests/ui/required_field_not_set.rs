use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    email: String,
    name: String,
}

fn main() {
    let _ = User::new().name("Alice").build();
}
