use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users", colour = "red")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(lenght = 320)]
    email: String,
    #[relation(invrese = User::manager)]
    reports: Many<User>,
    manager: Option<Ref<User>>,
}

fn main() {}
