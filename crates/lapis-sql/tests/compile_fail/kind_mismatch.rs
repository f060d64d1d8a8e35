use lapis_sql::expr::{Column, ExprOps, StaticTable};

struct User;

impl StaticTable for User {
    const TABLE: &'static str = "users";
}

const AGE: Column<User, i32> = Column::new("age");

fn main() {
    AGE.eq("eighteen");
    AGE.in_(["eighteen"]);
    AGE.set("eighteen");
}
