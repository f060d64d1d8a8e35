//! The statements of pages.

use crate::common::{Post, User, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::dialect::{Dialect, MySql, Postgres, Sqlite};
use lapis_sql::expr::*;
use lapis_sql::paging::Keyset;
use lapis_sql::statement::*;

/// The statement of a page behind a row that the first page would end with, on each database.
fn behind(keyset: impl Fn() -> Keyset<Val<i64>>, place: &[lapis_sql::Value<'static>]) -> String {
    let dialects: [(&str, &dyn Dialect); 3] =
        [("sqlite", &Sqlite), ("postgres", &Postgres), ("mysql", &MySql)];
    let mut lines = Vec::new();
    for (name, dialect) in dialects {
        let first = keyset().plan(dialect).unwrap();
        let page = first.page(vec![((), place.to_vec())], false).unwrap();
        let plan = keyset().after(page.end_cursor().unwrap()).plan(dialect).unwrap();
        lines.push(format!("{name}: {}", plan.statement.sql_with_values(dialect).unwrap()));
    }
    lines.join("\n")
}

#[test]
fn a_numbered_page_brings_the_total_along() {
    let (page, _) = select(User::name)
        .filter(User::age.ge(18))
        .order_by(User::name)
        .page(3, 20)
        .statement()
        .unwrap();
    assert_snapshot!(sql(page), @r#"
    sqlite: SELECT "users"."name", (SELECT count(*) FROM "users" WHERE "users"."age" >= ?) FROM "users" WHERE "users"."age" >= ? ORDER BY "users"."name" LIMIT ? OFFSET ? [Int(18), Int(18), Int(20), Int(40)]
    postgres: SELECT "users"."name", (SELECT count(*) FROM "users" WHERE "users"."age" >= $1) FROM "users" WHERE "users"."age" >= $2 ORDER BY "users"."name" LIMIT $3 OFFSET $4 [Int(18), Int(18), Int(20), Int(40)]
    mysql: SELECT `users`.`name`, (SELECT count(*) FROM `users` WHERE `users`.`age` >= ?) FROM `users` WHERE `users`.`age` >= ? ORDER BY `users`.`name` LIMIT ? OFFSET ? [Int(18), Int(18), Int(20), Int(40)]
    "#);
    let groups = select((User::age, func::count(User::id))).group_by(User::age).order_by(User::age);
    let (page, _) = groups.page(1, 20).statement().unwrap();
    assert_snapshot!(sqlite(page), @r#"SELECT "users"."age", count("users"."id"), (SELECT count(*) FROM (SELECT "users"."age", count("users"."id") FROM "users" GROUP BY "users"."age") AS "counted") FROM "users" GROUP BY "users"."age" ORDER BY "users"."age" LIMIT ?"#);
}

#[test]
fn what_is_behind_a_row_is_asked_with_null_in_mind() {
    use lapis_sql::Value::{Int, Null, Text};
    let by = || select(User::id).order_by((User::age.desc(), User::id.desc())).keyset(2).unique();
    assert_snapshot!(behind(by, &[Int(36), Int(7)]), @r#"
    sqlite: SELECT "users"."id", "users"."age", EXISTS (SELECT 1 FROM "users" WHERE "users"."age" > 36 OR "users"."age" = 36 AND "users"."id" >= 7) FROM "users" WHERE "users"."age" < 36 OR "users"."age" IS NULL OR "users"."age" = 36 AND ("users"."id" < 7 OR "users"."id" IS NULL) ORDER BY "users"."age" DESC, "users"."id" DESC LIMIT 3
    postgres: SELECT "users"."id", "users"."age", EXISTS (SELECT 1 FROM "users" WHERE "users"."age" > 36 OR "users"."age" IS NULL OR "users"."age" = 36 AND ("users"."id" >= 7 OR "users"."id" IS NULL)) FROM "users" WHERE "users"."age" < 36 OR "users"."age" = 36 AND "users"."id" < 7 ORDER BY "users"."age" DESC, "users"."id" DESC LIMIT 3
    mysql: SELECT `users`.`id`, `users`.`age`, EXISTS (SELECT 1 FROM `users` WHERE `users`.`age` > 36 OR `users`.`age` = 36 AND `users`.`id` >= 7) FROM `users` WHERE `users`.`age` < 36 OR `users`.`age` IS NULL OR `users`.`age` = 36 AND (`users`.`id` < 7 OR `users`.`id` IS NULL) ORDER BY `users`.`age` DESC, `users`.`id` DESC LIMIT 3
    "#);
    assert_snapshot!(behind(by, &[Null, Int(7)]), @r#"
    sqlite: SELECT "users"."id", "users"."age", EXISTS (SELECT 1 FROM "users" WHERE "users"."age" IS NOT NULL OR "users"."age" IS NULL AND "users"."id" >= 7) FROM "users" WHERE "users"."age" IS NULL AND ("users"."id" < 7 OR "users"."id" IS NULL) ORDER BY "users"."age" DESC, "users"."id" DESC LIMIT 3
    postgres: SELECT "users"."id", "users"."age", EXISTS (SELECT 1 FROM "users" WHERE "users"."age" IS NULL AND ("users"."id" >= 7 OR "users"."id" IS NULL)) FROM "users" WHERE "users"."age" IS NOT NULL OR "users"."age" IS NULL AND "users"."id" < 7 ORDER BY "users"."age" DESC, "users"."id" DESC LIMIT 3
    mysql: SELECT `users`.`id`, `users`.`age`, EXISTS (SELECT 1 FROM `users` WHERE `users`.`age` IS NOT NULL OR `users`.`age` IS NULL AND `users`.`id` >= 7) FROM `users` WHERE `users`.`age` IS NULL AND (`users`.`id` < 7 OR `users`.`id` IS NULL) ORDER BY `users`.`age` DESC, `users`.`id` DESC LIMIT 3
    "#);
    let mixed = || {
        select(User::id)
            .order_by((User::name.asc().nulls_last(), User::id.desc()))
            .keyset(2)
            .unique()
    };
    assert_snapshot!(behind(mixed, &[Text("a".into()), Int(7)]), @r#"
    sqlite: SELECT "users"."id", "users"."name", EXISTS (SELECT 1 FROM "users" WHERE "users"."name" < 'a' OR "users"."name" = 'a' AND "users"."id" >= 7) FROM "users" WHERE "users"."name" > 'a' OR "users"."name" IS NULL OR "users"."name" = 'a' AND ("users"."id" < 7 OR "users"."id" IS NULL) ORDER BY "users"."name" NULLS LAST, "users"."id" DESC LIMIT 3
    postgres: SELECT "users"."id", "users"."name", EXISTS (SELECT 1 FROM "users" WHERE "users"."name" < 'a' OR "users"."name" = 'a' AND ("users"."id" >= 7 OR "users"."id" IS NULL)) FROM "users" WHERE "users"."name" > 'a' OR "users"."name" IS NULL OR "users"."name" = 'a' AND "users"."id" < 7 ORDER BY "users"."name" NULLS LAST, "users"."id" DESC LIMIT 3
    mysql: SELECT `users`.`id`, `users`.`name`, EXISTS (SELECT 1 FROM `users` WHERE `users`.`name` < 'a' OR `users`.`name` = 'a' AND `users`.`id` >= 7) FROM `users` WHERE `users`.`name` > 'a' OR `users`.`name` IS NULL OR `users`.`name` = 'a' AND (`users`.`id` < 7 OR `users`.`id` IS NULL) ORDER BY `users`.`name` IS NULL, `users`.`name`, `users`.`id` DESC LIMIT 3
    "#);
}

#[test]
fn groups_are_asked_for_in_having() {
    use lapis_sql::Value::Int;
    let total = || func::count(Post::id);
    let groups = || {
        select(total())
            .group_by(Post::author)
            .order_by((total().desc(), Post::author))
            .keyset(2)
    };
    assert_snapshot!(behind(groups, &[Int(3), Int(7)]), @r#"
    sqlite: SELECT count("posts"."id"), "posts"."author_id", EXISTS (SELECT 1 FROM "posts" GROUP BY "posts"."author_id" HAVING count("posts"."id") > 3 OR count("posts"."id") = 3 AND ("posts"."author_id" <= 7 OR "posts"."author_id" IS NULL)) FROM "posts" GROUP BY "posts"."author_id" HAVING count("posts"."id") < 3 OR count("posts"."id") IS NULL OR count("posts"."id") = 3 AND "posts"."author_id" > 7 ORDER BY count("posts"."id") DESC, "posts"."author_id" LIMIT 3
    postgres: SELECT count("posts"."id"), "posts"."author_id", EXISTS (SELECT 1 FROM "posts" GROUP BY "posts"."author_id" HAVING count("posts"."id") > 3 OR count("posts"."id") IS NULL OR count("posts"."id") = 3 AND "posts"."author_id" <= 7) FROM "posts" GROUP BY "posts"."author_id" HAVING count("posts"."id") < 3 OR count("posts"."id") = 3 AND ("posts"."author_id" > 7 OR "posts"."author_id" IS NULL) ORDER BY count("posts"."id") DESC, "posts"."author_id" LIMIT 3
    mysql: SELECT count(`posts`.`id`), `posts`.`author_id`, EXISTS (SELECT 1 FROM `posts` GROUP BY `posts`.`author_id` HAVING count(`posts`.`id`) > 3 OR count(`posts`.`id`) = 3 AND (`posts`.`author_id` <= 7 OR `posts`.`author_id` IS NULL)) FROM `posts` GROUP BY `posts`.`author_id` HAVING count(`posts`.`id`) < 3 OR count(`posts`.`id`) IS NULL OR count(`posts`.`id`) = 3 AND `posts`.`author_id` > 7 ORDER BY count(`posts`.`id`) DESC, `posts`.`author_id` LIMIT 3
    "#);
}
