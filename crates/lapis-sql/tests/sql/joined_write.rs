//! UPDATE and DELETE that look at other tables, and `WITH` on statements that write.

use crate::common::{Post, User, sql};
use insta::assert_snapshot;
use lapis_sql::expr::{Column, ExprOps, StaticTable, func};
use lapis_sql::statement::*;

struct Far;

impl StaticTable for Far {
    const SCHEMA: Option<&'static str> = Some("far");
    const TABLE: &'static str = "posts";
}

const FAR: Column<Far, i64> = Column::new("id");

#[test]
fn an_update_joins() {
    let joined = update::<User>()
        .set(User::name, Post::title)
        .from(table::<Far>())
        .join_on(table::<Post>(), Post::author.eq(User::id))
        .filter(FAR.eq(Post::id).or(User::active));
    assert_snapshot!(sql(joined.clone()), @r#"
    sqlite: UPDATE "users" SET "name" = "posts"."title" FROM "far"."posts", "posts" WHERE "posts"."author_id" = "users"."id" AND ("far"."posts"."id" = "posts"."id" OR "users"."active")
    postgres: UPDATE "users" SET "name" = "posts"."title" FROM "far"."posts", "posts" WHERE "posts"."author_id" = "users"."id" AND ("far"."posts"."id" = "posts"."id" OR "users"."active")
    mysql: UPDATE `users` CROSS JOIN `far`.`posts` JOIN `posts` ON `posts`.`author_id` = `users`.`id` SET `users`.`name` = `posts`.`title` WHERE `far`.`posts`.`id` = `posts`.`id` OR `users`.`active`
    "#);
    assert_snapshot!(sql(joined.returning((User::id, Post::id))), @r#"
    sqlite: error: SQLite does not support columns of joined tables in UPDATE … RETURNING; read them with a SELECT in the same transaction
    postgres: UPDATE "users" SET "name" = "posts"."title" FROM "far"."posts", "posts" WHERE "posts"."author_id" = "users"."id" AND ("far"."posts"."id" = "posts"."id" OR "users"."active") RETURNING "users"."id", "posts"."id"
    mysql: error: MySQL does not support UPDATE … RETURNING; read the rows with a SELECT in the same transaction
    "#);
}

#[test]
fn a_delete_joins() {
    let user = alias::<User>("u");
    let joined = delete::<Far>()
        .using(&user)
        .filter(user.c(User::id).eq(Post::author))
        .join_on(table::<Post>(), Post::author.eq(FAR))
        .returning(FAR);
    assert_snapshot!(sql(joined), @r#"
    sqlite: DELETE FROM "far"."posts" WHERE EXISTS (SELECT 1 FROM "users" AS "u", "posts" WHERE "posts"."author_id" = "far"."posts"."id" AND "u"."id" = "posts"."author_id") RETURNING "id"
    postgres: DELETE FROM "far"."posts" USING "users" AS "u", "posts" WHERE "posts"."author_id" = "far"."posts"."id" AND "u"."id" = "posts"."author_id" RETURNING "far"."posts"."id"
    mysql: error: MySQL does not support DELETE … RETURNING; read the rows with a SELECT in the same transaction
    "#);
}

#[test]
fn a_subquery_beside_does_not_see_the_table_that_is_written_to() {
    let below = select(Post::id).filter(Post::author.eq(User::id)).subquery("p").lateral();
    let joined = update::<User>().set(User::age, 1).join_on(&below, below.c(Post::id).eq(User::id));
    assert_snapshot!(sql(joined), @r"
    sqlite: error: SQLite does not support LATERAL; say it by a scalar subquery, or read each part in a query of its own
    postgres: error: users.id is used, but users is not in the statement's FROM (posts); join it, or select from it
    mysql: error: users.id is used, but users is not in the statement's FROM (posts); join it, or select from it
    mariadb: error: MariaDB does not support LATERAL; say it by a scalar subquery, or read each part in a query of its own
    ");
}

#[test]
fn the_first_rows_are_written() {
    assert_snapshot!(sql(delete::<User>().all_rows().order_by(User::age.desc()).limit(3)), @r"
    sqlite: error: SQLite does not support ORDER BY and LIMIT in DELETE; say in the filter which rows: `.filter(id.in_select(select(id).order_by(..).limit(..)))`
    postgres: error: PostgreSQL does not support ORDER BY and LIMIT in DELETE; say in the filter which rows: `.filter(id.in_select(select(id).order_by(..).limit(..)))`
    mysql: DELETE FROM `users` ORDER BY `users`.`age` DESC LIMIT ? [Int(3)]
    ");
    let both = update::<User>()
        .set(User::age, 1)
        .join_on(table::<Post>(), Post::author.eq(User::id))
        .limit(3);
    assert_snapshot!(sql(both), @r"
    sqlite: error: SQLite does not support ORDER BY and LIMIT in UPDATE; say in the filter which rows: `.filter(id.in_select(select(id).order_by(..).limit(..)))`
    postgres: error: PostgreSQL does not support ORDER BY and LIMIT in UPDATE; say in the filter which rows: `.filter(id.in_select(select(id).order_by(..).limit(..)))`
    mysql: error: the update of users joins other tables, and takes neither an order nor a limit; say in the filter which rows are meant
    ");
}

#[test]
fn with_stands_before_what_writes() {
    let old = select(User::id).filter(User::age.gt(90)).cte("old");
    let gone = delete::<User>()
        .with(&old)
        .filter(User::id.in_select(select(old.c(User::id)).from(&old)));
    assert_snapshot!(sql(gone), @r#"
    sqlite: WITH "old" AS (SELECT "users"."id" FROM "users" WHERE "users"."age" > ?) DELETE FROM "users" WHERE "users"."id" IN (SELECT "old"."id" FROM "old") [Int(90)]
    postgres: WITH "old" AS (SELECT "users"."id" FROM "users" WHERE "users"."age" > $1) DELETE FROM "users" WHERE "users"."id" IN (SELECT "old"."id" FROM "old") [Int(90)]
    mysql: WITH `old` AS (SELECT `users`.`id` FROM `users` WHERE `users`.`age` > ?) DELETE FROM `users` WHERE `users`.`id` IN (SELECT `old`.`id` FROM `old`) [Int(90)]
    mariadb: error: MariaDB does not support WITH before DELETE; take the rows from a `.subquery(..)`
    "#);
    let copy = insert::<Post>()
        .from_select(Post::author, select(old.c(User::id)).from(&old))
        .with(&old);
    assert_snapshot!(sql(copy), @r#"
    sqlite: WITH "old" AS (SELECT "users"."id" FROM "users" WHERE "users"."age" > ?) INSERT INTO "posts" ("author_id") SELECT "old"."id" FROM "old" [Int(90)]
    postgres: WITH "old" AS (SELECT "users"."id" FROM "users" WHERE "users"."age" > $1) INSERT INTO "posts" ("author_id") SELECT "old"."id" FROM "old" [Int(90)]
    mysql: INSERT INTO `posts` (`author_id`) WITH `old` AS (SELECT `users`.`id` FROM `users` WHERE `users`.`age` > ?) SELECT `old`.`id` FROM `old` [Int(90)]
    "#);
    let row = insert::<Post>().values(Post::author.set(1)).with(&old);
    assert_snapshot!(sql(row), @r#"
    sqlite: WITH "old" AS (SELECT "users"."id" FROM "users" WHERE "users"."age" > ?) INSERT INTO "posts" ("author_id") VALUES (?) [Int(90), Int(1)]
    postgres: WITH "old" AS (SELECT "users"."id" FROM "users" WHERE "users"."age" > $1) INSERT INTO "posts" ("author_id") VALUES ($2) [Int(90), Int(1)]
    mysql: error: MySQL does not support WITH beside inserted VALUES; insert the rows of a query, or write the values' subqueries out
    "#);
}

#[test]
fn with_holds_what_writes() {
    let gone = delete::<User>().filter(User::age.gt(90)).returning((User::id, User::name)).cte("gone");
    let added = insert::<Post>()
        .from_select(
            (Post::author, Post::title),
            select((gone.c(User::id), gone.c(User::name))).from(&gone),
        )
        .returning(Post::id)
        .cte("added");
    let count = select(func::count(added.c(Post::id))).with(&gone).with(&added).from(&added);
    assert!(!count.as_statement().is_read_only() && count.statement.changes());
    assert_snapshot!(sql(count.clone()), @r#"
    sqlite: error: SQLite does not support DELETE in WITH; run it as a statement of its own before this one, in one transaction
    postgres: WITH "gone" AS (DELETE FROM "users" WHERE "users"."age" > $1 RETURNING "id", "name"), "added" AS (INSERT INTO "posts" ("author_id", "title") SELECT "gone"."id", "gone"."name" FROM "gone" RETURNING "id") SELECT count("added"."id") FROM "added" [Int(90)]
    mysql: error: MySQL does not support DELETE in WITH; run it as a statement of its own before this one, in one transaction
    "#);
    let around = select(func::count_all()).from(count.subquery("c"));
    assert!(sql(around).contains("postgres: error: gone writes rows"));
}
