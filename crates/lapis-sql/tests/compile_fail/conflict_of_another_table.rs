//! The key of an upsert is made of the table's own columns.

use lapis_sql::expr::{Column, StaticTable};
use lapis_sql::statement::insert;

struct User;

impl StaticTable for User {
    const TABLE: &'static str = "users";
}

struct Post;

impl StaticTable for Post {
    const TABLE: &'static str = "posts";
}

const NAME: Column<User, String> = Column::new("name");
const TITLE: Column<Post, String> = Column::new("title");

fn main() {
    let _ = insert::<User>().values(NAME.set("Ada")).on_conflict(TITLE).do_nothing();
}
