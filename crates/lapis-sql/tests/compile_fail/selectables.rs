//! What is selected from, grouped and compared, told wrong.

use chrono::NaiveDate;
use lapis_sql::expr::{Column, ExprOps, StaticTable, all_in, rollup, row};
use lapis_sql::statement::{delete, json_elements, select, unnest, update, values};
use lapis_sql::types::Json;

struct User;

impl StaticTable for User {
    const TABLE: &'static str = "users";
}

const NAME: Column<User, String> = Column::new("name");
const AGE: Column<User, i32> = Column::new("age");
const TAGS: Column<User, Json> = Column::new("tags");

fn main() {
    json_elements::<NaiveDate>("days", TAGS);
    json_elements::<String>("names", NAME);
    unnest("tags", TAGS);
    select(AGE).group_by(rollup("age".len()..3));
    select(NAME).filter(NAME.eq(all_in(select(AGE))));
    select(NAME).filter(AGE.eq(all_in(select((AGE, NAME)))));
    select(NAME).filter(row((AGE, NAME)).eq_select(select((NAME, AGE))));
    values("v", ["a"], [std::thread::current()]);
    delete::<User>().using("users");
    update::<User>().join_on(AGE, AGE.gt(1));
}
