//! UNION, INTERSECT and EXCEPT.

use crate::common::{Post, User, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::dialect::Sqlite;
use lapis_sql::expr::*;
use lapis_sql::statement::*;

fn names() -> Select<Val<String>> {
    select(User::name)
}

fn titles() -> Select<Val<String>> {
    select(Post::title)
}

#[test]
fn operators_stand_between_queries() {
    assert_snapshot!(sql(names().union(titles())), @r#"
    sqlite: SELECT "users"."name" FROM "users" UNION SELECT "posts"."title" FROM "posts"
    postgres: SELECT "users"."name" FROM "users" UNION SELECT "posts"."title" FROM "posts"
    mysql: SELECT `users`.`name` FROM `users` UNION SELECT `posts`.`title` FROM `posts`
    "#);
    assert_snapshot!(sqlite(names().union_all(titles())), @r#"SELECT "users"."name" FROM "users" UNION ALL SELECT "posts"."title" FROM "posts""#);
    assert_snapshot!(sqlite(names().intersect(titles())), @r#"SELECT "users"."name" FROM "users" INTERSECT SELECT "posts"."title" FROM "posts""#);
    assert_snapshot!(sqlite(names().except(titles())), @r#"SELECT "users"."name" FROM "users" EXCEPT SELECT "posts"."title" FROM "posts""#);
    assert_snapshot!(sql(names().except_all(titles())), @r#"
    sqlite: error: SQLite does not support EXCEPT ALL; leave out ALL, or count the rows of each query by GROUP BY
    postgres: SELECT "users"."name" FROM "users" EXCEPT ALL SELECT "posts"."title" FROM "posts"
    mysql: SELECT `users`.`name` FROM `users` EXCEPT ALL SELECT `posts`.`title` FROM `posts`
    "#);
}

#[test]
fn one_operator_again_needs_no_nesting_and_another_one_does() {
    assert_snapshot!(sqlite(names().union(titles()).union(names())), @r#"SELECT "users"."name" FROM "users" UNION SELECT "posts"."title" FROM "posts" UNION SELECT "users"."name" FROM "users""#);
    assert_snapshot!(sql(names().union(titles()).intersect(names())), @r#"
    sqlite: SELECT * FROM (SELECT "users"."name" FROM "users" UNION SELECT "posts"."title" FROM "posts") AS "part" INTERSECT SELECT "users"."name" FROM "users"
    postgres: (SELECT "users"."name" FROM "users" UNION SELECT "posts"."title" FROM "posts") INTERSECT SELECT "users"."name" FROM "users"
    mysql: (SELECT `users`.`name` FROM `users` UNION SELECT `posts`.`title` FROM `posts`) INTERSECT SELECT `users`.`name` FROM `users`
    "#);
    assert_snapshot!(sql(names().except(titles().except(names()))), @r#"
    sqlite: SELECT "users"."name" FROM "users" EXCEPT SELECT * FROM (SELECT "posts"."title" FROM "posts" EXCEPT SELECT "users"."name" FROM "users") AS "part"
    postgres: SELECT "users"."name" FROM "users" EXCEPT (SELECT "posts"."title" FROM "posts" EXCEPT SELECT "users"."name" FROM "users")
    mysql: SELECT `users`.`name` FROM `users` EXCEPT (SELECT `posts`.`title` FROM `posts` EXCEPT SELECT `users`.`name` FROM `users`)
    "#);
}

#[test]
fn parts_and_the_whole_have_their_own_order_and_limit() {
    let longest = titles().order_by(Post::id.desc()).limit(3);
    let both = names().filter(User::age.gt(18)).union_all(longest);
    assert_snapshot!(sql(both.order_by(User::name.desc()).limit(10).offset(5)), @r#"
    sqlite: SELECT "users"."name" FROM "users" WHERE "users"."age" > ? UNION ALL SELECT * FROM (SELECT "posts"."title" FROM "posts" ORDER BY "posts"."id" DESC LIMIT ?) AS "part" ORDER BY "name" DESC LIMIT ? OFFSET ? [Int(18), Int(3), Int(10), Int(5)]
    postgres: SELECT "users"."name" FROM "users" WHERE "users"."age" > $1 UNION ALL (SELECT "posts"."title" FROM "posts" ORDER BY "posts"."id" DESC LIMIT $2) ORDER BY "name" DESC LIMIT $3 OFFSET $4 [Int(18), Int(3), Int(10), Int(5)]
    mysql: SELECT `users`.`name` FROM `users` WHERE `users`.`age` > ? UNION ALL (SELECT `posts`.`title` FROM `posts` ORDER BY `posts`.`id` DESC LIMIT ?) ORDER BY `name` DESC LIMIT ? OFFSET ? [Int(18), Int(3), Int(10), Int(5)]
    "#);
    let page = names().union(titles()).limit(2);
    assert_snapshot!(sqlite(page.union(names())), @r#"SELECT * FROM (SELECT "users"."name" FROM "users" UNION SELECT "posts"."title" FROM "posts" LIMIT ?) AS "part" UNION SELECT "users"."name" FROM "users""#);
}

#[test]
fn the_order_names_columns_of_the_first_part() {
    let ages = || select((User::name, (User::age + 1).label("next")));
    let posts = || select((Post::title, Post::id.cast::<i32>()));
    let both = || ages().union(posts());
    assert_snapshot!(sqlite(both().order_by((label::<i32>("next"), User::name))), @r#"SELECT "users"."name", "users"."age" + ? AS "next" FROM "users" UNION SELECT "posts"."title", CAST("posts"."id" AS INTEGER) FROM "posts" ORDER BY "next", "name""#);
    assert_snapshot!(sqlite(both().order_by(User::age + 1)), @r#"SELECT "users"."name", "users"."age" + ? AS "next" FROM "users" UNION SELECT "posts"."title", CAST("posts"."id" AS INTEGER) FROM "posts" ORDER BY "next""#);
    assert_snapshot!(sql(names().union(titles()).order_by(User::name.asc().nulls_last())), @r#"
    sqlite: SELECT "users"."name" FROM "users" UNION SELECT "posts"."title" FROM "posts" ORDER BY "name" NULLS LAST
    postgres: SELECT "users"."name" FROM "users" UNION SELECT "posts"."title" FROM "posts" ORDER BY "name" NULLS LAST
    mysql: SELECT `users`.`name` FROM `users` UNION SELECT `posts`.`title` FROM `posts` ORDER BY `name` IS NULL, `name`
    "#);
    assert_snapshot!(sqlite(both().order_by(Post::title)), @"error: the UNION is ordered by what its first part does not select under a name; select it there, an expression with a label");
    assert_snapshot!(sqlite(both().order_by(label::<i32>("age"))), @"error: the UNION is ordered by age, which its first part does not select; select it under that label");
}

#[test]
fn they_stand_wherever_a_query_does() {
    let both = || select(User::id).union(select(Post::author));
    assert_snapshot!(sqlite(names().filter(User::id.in_select(both()))), @r#"SELECT "users"."name" FROM "users" WHERE "users"."id" IN (SELECT "users"."id" FROM "users" UNION SELECT "posts"."author_id" FROM "posts")"#);
    let ids = both().subquery("ids");
    assert_snapshot!(sqlite(select(ids.c(User::id)).from(&ids)), @r#"SELECT "ids"."id" FROM (SELECT "users"."id" FROM "users" UNION SELECT "posts"."author_id" FROM "posts") AS "ids""#);
    assert_snapshot!(sqlite(both().order_by(User::id).count()), @r#"SELECT count(*) FROM (SELECT "users"."id" FROM "users" UNION SELECT "posts"."author_id" FROM "posts") AS "counted""#);
    assert_snapshot!(sqlite(select(exists(both()))), @r#"SELECT EXISTS (SELECT "users"."id" FROM "users" UNION SELECT "posts"."author_id" FROM "posts")"#);
    assert_snapshot!(sqlite(insert::<Post>().from_select(Post::author, both())), @r#"INSERT INTO "posts" ("author_id") SELECT "users"."id" FROM "users" UNION SELECT "posts"."author_id" FROM "posts""#);
}

#[test]
fn a_part_may_refer_to_the_query_around_it() {
    let known = select(Post::id).filter(Post::author.eq(User::id)).union(select(User::id));
    assert_snapshot!(sqlite(select(User::name).from(table::<User>()).filter(exists(known))), @r#"SELECT "users"."name" FROM "users" WHERE EXISTS (SELECT "posts"."id" FROM "posts" WHERE "posts"."author_id" = "users"."id" UNION SELECT "users"."id" FROM "users")"#);
}

#[test]
fn what_belongs_into_the_parts_is_refused_beside_them() {
    let both = || names().union(titles());
    assert_snapshot!(sqlite(both().filter(User::active)), @"error: a filter cannot be added to a UNION; say it in its parts, or select from it as a `.subquery(..)`");
    assert_snapshot!(sqlite(both().for_update()), @"error: a UNION takes no row lock; lock the rows of each table by a SELECT of its own");
    assert_snapshot!(sqlite(both().distinct()), @"error: DISTINCT cannot be added to a UNION; say it in its parts, or select from it as a `.subquery(..)`");
    let uneven = select(User::name)
        .statement
        .combine(SetOperator::Union, select((Post::id, Post::title)).statement);
    assert_snapshot!(sqlite(uneven), @"error: part 2 of the UNION selects 2 columns, and its first part 1");
}

#[test]
fn a_part_that_locks_rows_does_not_only_read() {
    let both = names().union(titles().for_update());
    assert!(!both.as_statement().is_read_only());
    assert!(names().union(titles()).as_statement().is_read_only());
    assert!(both.sql(&Sqlite).is_err());
}
