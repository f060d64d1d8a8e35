use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    age: i32,
}

#[hybrid]
impl User {
    #[sql(User::name)]
    fn years(&self) -> i32 {
        self.age
    }
}

fn main() {}
