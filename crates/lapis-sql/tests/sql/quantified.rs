//! Comparisons with all or any of several values, and of rows with rows.

use crate::common::{Post, User, sql};
use insta::assert_snapshot;
use lapis_sql::expr::*;
use lapis_sql::statement::select;

fn users(condition: Expr<bool>) -> String {
    sql(select(User::id).filter(condition))
}

#[test]
fn all_or_any_of_a_subquery() {
    let authors = || select(Post::author);
    assert_snapshot!(users(User::id.ge(all_in(authors()))), @r#"
    sqlite: SELECT "users"."id" FROM "users" WHERE CASE WHEN EXISTS (WITH "quantified" ("value") AS (SELECT "posts"."author_id" FROM "posts") SELECT 1 FROM "quantified" WHERE NOT ("users"."id" >= "quantified"."value")) THEN FALSE WHEN EXISTS (WITH "quantified" ("value") AS (SELECT "posts"."author_id" FROM "posts") SELECT 1 FROM "quantified" WHERE ("users"."id" >= "quantified"."value") IS NULL) THEN NULL ELSE TRUE END
    postgres: SELECT "users"."id" FROM "users" WHERE "users"."id" >= ALL (SELECT "posts"."author_id" FROM "posts")
    mysql: SELECT `users`.`id` FROM `users` WHERE `users`.`id` >= ALL (SELECT `posts`.`author_id` FROM `posts`)
    "#);
    assert_snapshot!(users((User::id + 1).lt(any_in(authors().filter(Post::id.gt(3))))), @r#"
    sqlite: SELECT "users"."id" FROM "users" WHERE CASE WHEN EXISTS (WITH "quantified" ("value") AS (SELECT "posts"."author_id" FROM "posts" WHERE "posts"."id" > ?) SELECT 1 FROM "quantified" WHERE ("users"."id" + ? < "quantified"."value")) THEN TRUE WHEN EXISTS (WITH "quantified" ("value") AS (SELECT "posts"."author_id" FROM "posts" WHERE "posts"."id" > ?) SELECT 1 FROM "quantified" WHERE ("users"."id" + ? < "quantified"."value") IS NULL) THEN NULL ELSE FALSE END [Int(3), Int(1), Int(3), Int(1)]
    postgres: SELECT "users"."id" FROM "users" WHERE "users"."id" + $1 < ANY (SELECT "posts"."author_id" FROM "posts" WHERE "posts"."id" > $2) [Int(1), Int(3)]
    mysql: SELECT `users`.`id` FROM `users` WHERE `users`.`id` + ? < ANY (SELECT `posts`.`author_id` FROM `posts` WHERE `posts`.`id` > ?) [Int(1), Int(3)]
    "#);
    assert_snapshot!(users(!User::id.eq(any_in(authors()))), @r#"
    sqlite: SELECT "users"."id" FROM "users" WHERE "users"."id" NOT IN (SELECT "posts"."author_id" FROM "posts")
    postgres: SELECT "users"."id" FROM "users" WHERE "users"."id" <> ALL (SELECT "posts"."author_id" FROM "posts")
    mysql: SELECT `users`.`id` FROM `users` WHERE `users`.`id` <> ALL (SELECT `posts`.`author_id` FROM `posts`)
    "#);
    assert_snapshot!(users(!User::id.lt(any_in(authors()))), @r#"
    sqlite: SELECT "users"."id" FROM "users" WHERE NOT (CASE WHEN EXISTS (WITH "quantified" ("value") AS (SELECT "posts"."author_id" FROM "posts") SELECT 1 FROM "quantified" WHERE ("users"."id" < "quantified"."value")) THEN TRUE WHEN EXISTS (WITH "quantified" ("value") AS (SELECT "posts"."author_id" FROM "posts") SELECT 1 FROM "quantified" WHERE ("users"."id" < "quantified"."value") IS NULL) THEN NULL ELSE FALSE END)
    postgres: SELECT "users"."id" FROM "users" WHERE NOT ("users"."id" < ANY (SELECT "posts"."author_id" FROM "posts"))
    mysql: SELECT `users`.`id` FROM `users` WHERE NOT (`users`.`id` < ANY (SELECT `posts`.`author_id` FROM `posts`))
    "#);
}

#[test]
fn all_or_any_of_an_array() {
    assert_snapshot!(users(User::id.ne(all_elements(vec![1_i64, 2]))), @r#"
    sqlite: error: SQLite does not support ALL(…); keep the values in rows of a table, and ask with `.in_select(..)` or `exists(..)`
    postgres: SELECT "users"."id" FROM "users" WHERE "users"."id" <> ALL ($1::BIGINT[]) [Array([Int(1), Int(2)])]
    mysql: error: MySQL does not support ALL(…); keep the values in rows of a table, and ask with `.in_select(..)` or `exists(..)`
    "#);
}

#[test]
fn it_stands_on_the_right_of_a_comparison() {
    assert_snapshot!(users(all_in(select(Post::author)).eq(User::id)), @r"
    sqlite: error: ALL (…) stands alone; it is the right side of a comparison, as in `.gt(all_in(select))`
    postgres: error: ALL (…) stands alone; it is the right side of a comparison, as in `.gt(all_in(select))`
    mysql: error: ALL (…) stands alone; it is the right side of a comparison, as in `.gt(all_in(select))`
    ");
    assert_snapshot!(users(User::id.is_distinct_from(any_in(select(Post::author)))), @r"
    sqlite: error: ANY (…) stands alone; it is the right side of a comparison, as in `.gt(all_in(select))`
    postgres: error: ANY (…) stands alone; it is the right side of a comparison, as in `.gt(all_in(select))`
    mysql: error: ANY (…) stands alone; it is the right side of a comparison, as in `.gt(all_in(select))`
    ");
}

#[test]
fn rows_are_compared() {
    let own = || row((User::id, User::name));
    assert_snapshot!(users(own().eq_select(select((Post::author, Post::title)))), @r#"
    sqlite: SELECT "users"."id" FROM "users" WHERE ("users"."id", "users"."name") = (SELECT "posts"."author_id", "posts"."title" FROM "posts")
    postgres: SELECT "users"."id" FROM "users" WHERE ("users"."id", "users"."name") = (SELECT "posts"."author_id", "posts"."title" FROM "posts")
    mysql: SELECT `users`.`id` FROM `users` WHERE (`users`.`id`, `users`.`name`) = (SELECT `posts`.`author_id`, `posts`.`title` FROM `posts`)
    "#);
    assert_snapshot!(users(own().le((1, "a")).and(own().ge((0, "b")))), @r#"
    sqlite: SELECT "users"."id" FROM "users" WHERE ("users"."id", "users"."name") <= (?, ?) AND ("users"."id", "users"."name") >= (?, ?) [Int(1), Text("a"), Int(0), Text("b")]
    postgres: SELECT "users"."id" FROM "users" WHERE ("users"."id", "users"."name") <= ($1, $2) AND ("users"."id", "users"."name") >= ($3, $4) [Int(1), Text("a"), Int(0), Text("b")]
    mysql: SELECT `users`.`id` FROM `users` WHERE (`users`.`id`, `users`.`name`) <= (?, ?) AND (`users`.`id`, `users`.`name`) >= (?, ?) [Int(1), Text("a"), Int(0), Text("b")]
    "#);
    assert_snapshot!(users(own().is_distinct_from((1, "a"))), @r#"
    sqlite: SELECT "users"."id" FROM "users" WHERE ("users"."id", "users"."name") IS NOT (?, ?) [Int(1), Text("a")]
    postgres: SELECT "users"."id" FROM "users" WHERE ("users"."id", "users"."name") IS DISTINCT FROM ($1, $2) [Int(1), Text("a")]
    mysql: SELECT `users`.`id` FROM `users` WHERE NOT ((`users`.`id`, `users`.`name`) <=> (?, ?)) [Int(1), Text("a")]
    "#);
}
