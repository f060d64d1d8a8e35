use lapis_sql::expr::{Column, ExprOps, StaticTable};
use lapis_sql::statement::select;

struct User;

impl StaticTable for User {
    const TABLE: &'static str = "users";
}

const AGE: Column<User, i32> = Column::new("age");

fn main() {
    select(AGE).filter(AGE);
    AGE.eq(18).and(AGE);
}
