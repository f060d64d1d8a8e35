use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    manager: Option<Ref<User>>,
    #[relation(inverse = User::manager, order_by = "nam")]
    reports: Many<User>,
}

fn main() {}
