use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
struct Nothing {
    name: String,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "pairs")]
struct Pair(i32, i32);

#[derive(Entity, Debug, Clone)]
#[entity(table = "states")]
enum State {
    On,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "boxes", unique(idd))]
struct Boxed<T> {
    #[column(primary_key)]
    id: T,
}

fn main() {}
