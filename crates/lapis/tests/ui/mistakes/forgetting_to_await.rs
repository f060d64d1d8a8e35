use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    age: i32,
    bio: Option<String>,
}

async fn run(engine: &Engine) -> lapis::Result<()> {
    let _: Vec<User> = engine.all(User::select())?;
    Ok(())
}

fn main() {}
