use lapis::prelude::*;

#[derive(Debug, Clone)]
struct Plain;

#[derive(Entity, Debug, Clone)]
#[entity(table = "posts")]
struct Post {
    #[column(primary_key)]
    id: Auto<i64>,
    author: Ref<Plain>,
}

fn main() {}
