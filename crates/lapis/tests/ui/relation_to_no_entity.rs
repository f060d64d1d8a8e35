use lapis::prelude::*;

#[derive(Debug, Clone)]
struct Plain;

#[derive(Entity, Debug, Clone)]
#[entity(table = "posts")]
struct Post {
    #[column(primary_key)]
    id: Auto<i64>,
    #[relation(inverse = Plain::post)]
    plains: Many<Plain>,
}

fn main() {}
