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
    fn letters(&self) -> i64 {
        let mut letters = 0;
        for letter in self.name.chars() {
            letters += i64::from(letter.is_alphabetic());
        }
        letters
    }

    fn is_known(&self) -> bool {
        self.name.contains("known")
    }

    fn is_adult(&self) -> bool {
        self.age >= 18
    }
}

fn main() {
    let _ = User::is_adult_sql();
}
