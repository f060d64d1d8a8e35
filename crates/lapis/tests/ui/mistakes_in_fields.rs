use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(primary_key)]
    second: Auto<i64>,
    created_at: Auto<DateTime<Utc>>,
    posts: Many<Post>,
    profile: One<Post>,
    #[relation(inverse = Post::author)]
    name: String,
    #[column(on_delete = "cascde")]
    boss: Ref<User>,
    #[column(on_delete = "set null")]
    chief: Ref<User>,
    #[relation(through = "tags", cascade(delete_orphan))]
    tags: Many<Post>,
    select: String,
    #[column(computed = "1 + 1")]
    two: i32,
    #[column(on_delete = "cascade")]
    city: String,
}

fn main() {}
