//! Arrays and ranges hold values of one kind, and nothing else does.

use lapis_sql::expr::{Column, ExprOps, StaticTable};
use lapis_sql::types::{SqlRange, SqlType};

struct User;

impl StaticTable for User {
    const TABLE: &'static str = "users";
}

const AGE: Column<User, i32> = Column::new("age");
const NAME: Column<User, String> = Column::new("name");
const TAGS: Column<User, Vec<String>> = Column::new("tags");
const SCORES: Column<User, SqlRange<i64>> = Column::new("scores");

fn stored<T: SqlType>() {}

fn main() {
    AGE.contains("x");
    TAGS.contains([AGE]);
    SCORES.contains("x");
    NAME.overlaps(NAME);
    AGE.eq_any(NAME);
    stored::<Vec<Vec<i32>>>();
}
