//! Numbers are combined with numbers, and the left one's kind is that of the result.

use lapis_sql::expr::{Column, Expr, StaticTable};

struct User;

impl StaticTable for User {
    const TABLE: &'static str = "users";
}

const NAME: Column<User, String> = Column::new("name");
const AGE: Column<User, i32> = Column::new("age");
const MANAGER: Column<User, Option<i64>> = Column::new("manager_id");

fn main() {
    let _ = AGE + "x";
    let _ = AGE * NAME;
    let _ = AGE * 1.5_f64;
    let _ = 1.5 * AGE;
    let _ = AGE - std::time::Duration::ZERO;
    let _: Expr<i32> = AGE + MANAGER;
}
