//! INSERT, UPDATE, DELETE and SQL written by hand.

use crate::common::{Post, User, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::Value;
use lapis_sql::expr::*;
use lapis_sql::statement::*;

#[test]
fn one_row_is_inserted() {
    assert_snapshot!(sql(insert::<User>().values((User::name.set("Ada"), User::age.set(36)))), @r#"
    sqlite: INSERT INTO "users" ("name", "age") VALUES (?, ?) [Text("Ada"), Int(36)]
    postgres: INSERT INTO "users" ("name", "age") VALUES ($1, $2) [Text("Ada"), Int(36)]
    mysql: INSERT INTO `users` (`name`, `age`) VALUES (?, ?) [Text("Ada"), Int(36)]
    "#);
    assert_snapshot!(sqlite(insert::<User>().values(User::name.set("Ada"))), @r#"INSERT INTO "users" ("name") VALUES (?)"#);
    assert_snapshot!(sqlite(insert::<User>().values(User::bio.set(func::lower("X")))), @r#"INSERT INTO "users" ("bio") VALUES (lower(?))"#);
}

#[test]
fn many_rows_are_one_statement_whatever_the_order_of_their_columns() {
    let statement = insert::<User>()
        .values((User::name.set("Ada"), User::age.set(36)))
        .rows([(User::age.set(45), User::name.set("Grace"))]);
    assert_snapshot!(sql(statement), @r#"
    sqlite: INSERT INTO "users" ("name", "age") VALUES (?, ?), (?, ?) [Text("Ada"), Int(36), Text("Grace"), Int(45)]
    postgres: INSERT INTO "users" ("name", "age") VALUES ($1, $2), ($3, $4) [Text("Ada"), Int(36), Text("Grace"), Int(45)]
    mysql: INSERT INTO `users` (`name`, `age`) VALUES (?, ?), (?, ?) [Text("Ada"), Int(36), Text("Grace"), Int(45)]
    "#);
}

#[test]
fn a_column_that_a_row_leaves_out_gets_its_default() {
    let statement = insert::<User>().values(User::name.set("Ada")).values(User::age.set(45));
    assert_snapshot!(sql(statement), @r#"
    sqlite: error: SQLite does not support DEFAULT as a value; give every row of the statement the same columns, and leave the column out of all
    postgres: INSERT INTO "users" ("name", "age") VALUES ($1, DEFAULT), (DEFAULT, $2) [Text("Ada"), Int(45)]
    mysql: INSERT INTO `users` (`name`, `age`) VALUES (?, DEFAULT), (DEFAULT, ?) [Text("Ada"), Int(45)]
    "#);
}

#[test]
fn a_row_of_defaults() {
    assert_snapshot!(sql(insert::<User>()), @r#"
    sqlite: INSERT INTO "users" DEFAULT VALUES
    postgres: INSERT INTO "users" DEFAULT VALUES
    mysql: INSERT INTO `users` () VALUES ()
    "#);
}

#[test]
fn the_rows_of_a_query_are_inserted() {
    let archive = |query| sqlite(insert::<User>().from_select((User::name, User::age), query));
    assert_snapshot!(archive(Select::<()>::new(select((Post::title, Post::id)).statement)), @r#"INSERT INTO "users" ("name", "age") SELECT "posts"."title", "posts"."id" FROM "posts""#);
    assert_snapshot!(archive(Select::<()>::new(select(Post::title).statement)), @"error: the insert into users has 2 columns, and its query selects 1");
}

#[test]
fn inserted_values_cannot_name_columns() {
    assert_snapshot!(sqlite(insert::<User>().values(User::age.set(User::age))), @"error: users.age is used, but users is not in the statement's FROM (which is empty); join it, or select from it");
}

#[test]
fn written_rows_come_back_where_the_database_returns_them() {
    assert_snapshot!(sql(insert::<User>().values(User::name.set("Ada")).returning((User::id, User::name))), @r#"
    sqlite: INSERT INTO "users" ("name") VALUES (?) RETURNING "id", "name" [Text("Ada")]
    postgres: INSERT INTO "users" ("name") VALUES ($1) RETURNING "id", "name" [Text("Ada")]
    mysql: error: MySQL does not support INSERT … RETURNING; read the rows with a SELECT in the same transaction
    mariadb: INSERT INTO `users` (`name`) VALUES (?) RETURNING `id`, `name` [Text("Ada")]
    "#);
    assert_snapshot!(sql(update::<User>().set(User::age, 1).all_rows().returning(User::id)), @r#"
    sqlite: UPDATE "users" SET "age" = ? RETURNING "id" [Int(1)]
    postgres: UPDATE "users" SET "age" = $1 RETURNING "id" [Int(1)]
    mysql: error: MySQL does not support UPDATE … RETURNING; read the rows with a SELECT in the same transaction
    "#);
    assert_snapshot!(sql(delete::<User>().all_rows().returning(User::id)), @r#"
    sqlite: DELETE FROM "users" RETURNING "id"
    postgres: DELETE FROM "users" RETURNING "id"
    mysql: error: MySQL does not support DELETE … RETURNING; read the rows with a SELECT in the same transaction
    mariadb: DELETE FROM `users` RETURNING `id`
    "#);
}

#[test]
fn subqueries_of_returning_name_the_table_in_full() {
    let posts = select(func::count(Post::id)).filter(Post::author.eq(User::id)).scalar();
    assert_snapshot!(sqlite(delete::<User>().all_rows().returning((User::id, posts))), @r#"DELETE FROM "users" RETURNING "id", (SELECT count("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id")"#);
}

#[test]
fn updates_set_columns_to_values_and_expressions() {
    let statement = update::<User>()
        .set(User::age, User::age + 1)
        .values((User::bio.set(None::<String>), User::name.set("x")))
        .filter(User::id.eq(1))
        .filter(User::active);
    assert_snapshot!(sql(statement), @r#"
    sqlite: UPDATE "users" SET "age" = "users"."age" + ?, "bio" = ?, "name" = ? WHERE "users"."id" = ? AND "users"."active" [Int(1), Null, Text("x"), Int(1)]
    postgres: UPDATE "users" SET "age" = "users"."age" + $1, "bio" = $2, "name" = $3 WHERE "users"."id" = $4 AND "users"."active" [Int(1), Null, Text("x"), Int(1)]
    mysql: UPDATE `users` SET `age` = `users`.`age` + ?, `bio` = ?, `name` = ? WHERE `users`.`id` = ? AND `users`.`active` [Int(1), Null, Text("x"), Int(1)]
    "#);
    assert_snapshot!(sqlite(update::<User>().filter(User::id.eq(1))), @"error: the update of users sets no column");
}

#[test]
fn every_row_is_touched_only_when_asked_for() {
    assert_snapshot!(sqlite(update::<User>().set(User::age, 1)), @"error: the update of users has no filter and would touch every row; filter it, or say `.all_rows()`");
    assert_snapshot!(sqlite(delete::<User>()), @"error: the delete of users has no filter and would touch every row; filter it, or say `.all_rows()`");
    assert_snapshot!(sqlite(delete::<User>().all_rows()), @r#"DELETE FROM "users""#);
}

#[test]
fn deletes_may_look_at_other_tables() {
    let idle = delete::<User>().filter(not_exists(select(Post::id).filter(Post::author.eq(User::id))));
    assert_snapshot!(sqlite(idle), @r#"DELETE FROM "users" WHERE NOT EXISTS (SELECT "posts"."id" FROM "posts" WHERE "posts"."author_id" = "users"."id")"#);
    assert_snapshot!(sqlite(delete::<User>().filter(Post::id.eq(1))), @"error: posts.id is used, but posts is not in the statement's FROM (users); join it, or select from it");
}

#[test]
fn tables_known_at_run_time_need_no_types() {
    let mut statement = InsertStatement::new(TableName::new("logs"));
    statement.add_row([("level".into(), Node::Value(Value::Int(3)))]);
    assert_snapshot!(sqlite(statement), @r#"INSERT INTO "logs" ("level") VALUES (?)"#);
    let mut statement = UpdateStatement::new(TableName::new("logs"));
    statement.assignments.push(("level".into(), Node::Value(Value::Int(3))));
    statement.all_rows = true;
    assert_snapshot!(sqlite(statement), @r#"UPDATE "logs" SET "level" = ?"#);
}

#[test]
fn named_parameters_become_the_databases_own() {
    let adults = text("SELECT * FROM users WHERE age BETWEEN :min AND :max OR age = :min -- :x\n")
        .bind("min", 18)
        .bind("max", 30);
    assert_snapshot!(sql(adults), @r"
    sqlite: SELECT * FROM users WHERE age BETWEEN ? AND ? OR age = ? -- :x
     [Int(18), Int(30), Int(18)]
    postgres: SELECT * FROM users WHERE age BETWEEN $1 AND $2 OR age = $3 -- :x
     [Int(18), Int(30), Int(18)]
    mysql: SELECT * FROM users WHERE age BETWEEN ? AND ? OR age = ? -- :x
     [Int(18), Int(30), Int(18)]
    ");
}

#[test]
fn a_parameter_and_its_value_need_each_other() {
    assert_snapshot!(sqlite(text("SELECT :a, :b").bind("a", 1)), @r#"error: the parameter :b has no value; give it one with `.bind("b", ..)`"#);
    assert_snapshot!(sqlite(text("SELECT :a, :b, :a").bind("c", 1)), @"error: a value is bound to :c, and the statement has no such parameter; it has :a, :b");
    assert_snapshot!(sqlite(text("SELECT 1").bind("c", 1)), @"error: a value is bound to :c, and the statement has no such parameter; it has none");
}

#[test]
fn only_a_select_written_by_hand_surely_reads() {
    assert!(text("SELECT 1").scalar::<i64>().as_statement().is_read_only());
    assert!(!text("WITH x AS (SELECT 1) DELETE FROM x").as_statement().is_read_only());
    assert!(!delete::<User>().as_statement().is_read_only());
}

#[test]
fn a_filter_that_may_be_absent_adds_up_and_never_opens_the_whole_table() {
    let renamed = |age: Option<i32>| {
        update::<User>().set(User::name, "x").filter_if(age.map(|age| User::age.eq(age)))
    };
    assert_snapshot!(sqlite(renamed(Some(36)).filter_if(None::<Expr<bool>>)), @r#"UPDATE "users" SET "name" = ? WHERE "users"."age" = ?"#);
    assert_snapshot!(sqlite(renamed(None)), @"error: the update of users has no filter and would touch every row; filter it, or say `.all_rows()`");
    assert_snapshot!(sqlite(renamed(None).all_rows()), @r#"UPDATE "users" SET "name" = ?"#);
    let deleted = |age: Option<i32>| delete::<User>().filter_if(age.map(|age| User::age.eq(age)));
    assert_snapshot!(sqlite(deleted(Some(36)).filter(User::id.gt(7))), @r#"DELETE FROM "users" WHERE "users"."age" = ? AND "users"."id" > ?"#);
    assert_snapshot!(sqlite(deleted(None)), @"error: the delete of users has no filter and would touch every row; filter it, or say `.all_rows()`");
}
