//! `WITH`: common table expressions.

use crate::common::{Post, User, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::expr::*;
use lapis_sql::statement::*;

fn counts() -> Cte {
    select((Post::author, func::count(Post::id).label("posts")))
        .group_by(Post::author)
        .cte("counts")
}

#[test]
fn with_stands_before_the_query() {
    let counts = counts();
    let busy = select((User::name, counts.column::<i64>("posts")))
        .with(&counts)
        .from(table::<User>())
        .join_on(&counts, counts.c(Post::author).eq(User::id));
    assert_snapshot!(sql(busy), @r#"
    sqlite: WITH "counts" AS (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") SELECT "users"."name", "counts"."posts" FROM "users" JOIN "counts" ON "counts"."author_id" = "users"."id"
    postgres: WITH "counts" AS (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") SELECT "users"."name", "counts"."posts" FROM "users" JOIN "counts" ON "counts"."author_id" = "users"."id"
    mysql: WITH `counts` AS (SELECT `posts`.`author_id`, count(`posts`.`id`) AS `posts` FROM `posts` GROUP BY `posts`.`author_id`) SELECT `users`.`name`, `counts`.`posts` FROM `users` JOIN `counts` ON `counts`.`author_id` = `users`.`id`
    "#);
}

#[test]
fn a_later_query_of_with_selects_from_an_earlier_one() {
    let counts = counts();
    let most = select(func::max(counts.column::<i64>("posts")).label("most")).from(&counts).cte("most");
    let rows = select(most.column::<Option<i64>>("most")).with(&counts).with(&most).from(&most);
    assert_snapshot!(sqlite(rows), @r#"WITH "counts" AS (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id"), "most" AS (SELECT max("counts"."posts") AS "most" FROM "counts") SELECT "most"."most" FROM "most""#);
}

#[test]
fn a_recursive_query_selects_from_itself() {
    let tree = select((User::id, lit(0_i64).label("depth")))
        .filter(User::manager.is_null())
        .recursive("tree")
        .union_all(|tree| {
            select((User::id, tree.column::<i64>("depth") + 1))
                .from(table::<User>())
                .join_on(tree, User::manager.eq(tree.c(User::id)))
        });
    assert_snapshot!(sql(select(tree.c(User::id)).with(&tree).from(&tree)), @r#"
    sqlite: WITH RECURSIVE "tree" AS (SELECT "users"."id", ? AS "depth" FROM "users" WHERE "users"."manager_id" IS NULL UNION ALL SELECT "users"."id", "tree"."depth" + ? FROM "users" JOIN "tree" ON "users"."manager_id" = "tree"."id") SELECT "tree"."id" FROM "tree" [Int(0), Int(1)]
    postgres: WITH RECURSIVE "tree" AS (SELECT "users"."id", $1::BIGINT AS "depth" FROM "users" WHERE "users"."manager_id" IS NULL UNION ALL SELECT "users"."id", "tree"."depth" + $2 FROM "users" JOIN "tree" ON "users"."manager_id" = "tree"."id") SELECT "tree"."id" FROM "tree" [Int(0), Int(1)]
    mysql: WITH RECURSIVE `tree` AS (SELECT `users`.`id`, ? AS `depth` FROM `users` WHERE `users`.`manager_id` IS NULL UNION ALL SELECT `users`.`id`, `tree`.`depth` + ? FROM `users` JOIN `tree` ON `users`.`manager_id` = `tree`.`id`) SELECT `tree`.`id` FROM `tree` [Int(0), Int(1)]
    "#);
    // The word stands once for all.
    let (counts, tree) = (counts(), tree);
    let both = select(tree.c(User::id)).with(&counts).with(&tree).from(&tree).cross_join(&counts);
    assert_snapshot!(sqlite(both), @r#"WITH RECURSIVE "counts" AS (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id"), "tree" AS (SELECT "users"."id", ? AS "depth" FROM "users" WHERE "users"."manager_id" IS NULL UNION ALL SELECT "users"."id", "tree"."depth" + ? FROM "users" JOIN "tree" ON "users"."manager_id" = "tree"."id") SELECT "tree"."id" FROM "tree" CROSS JOIN "counts""#);
}

#[test]
fn a_recursive_union_leaves_out_rows_that_were_there() {
    let reached = select(User::id)
        .recursive("reached")
        .union(|reached| select(User::id).join_on(reached, User::manager.eq(reached.c(User::id))));
    assert_snapshot!(sqlite(select(reached.c(User::id)).with(&reached).from(&reached)), @r#"WITH RECURSIVE "reached" AS (SELECT "users"."id" FROM "users" UNION SELECT "users"."id" FROM "users" JOIN "reached" ON "users"."manager_id" = "reached"."id") SELECT "reached"."id" FROM "reached""#);
}

#[test]
fn materialized_stands_where_the_database_has_it() {
    let (kept, taken_in) = (counts().materialized(), counts().not_materialized());
    assert_snapshot!(sql(select(kept.c(Post::author)).with(&kept).from(&kept)), @r#"
    sqlite: WITH "counts" AS MATERIALIZED (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") SELECT "counts"."author_id" FROM "counts"
    postgres: WITH "counts" AS MATERIALIZED (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") SELECT "counts"."author_id" FROM "counts"
    mysql: error: MySQL does not support WITH … AS MATERIALIZED; leave it out, and the database decides by itself
    "#);
    assert_snapshot!(sqlite(select(taken_in.c(Post::author)).with(&taken_in).from(&taken_in)), @r#"WITH "counts" AS NOT MATERIALIZED (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") SELECT "counts"."author_id" FROM "counts""#);
}

#[test]
fn a_set_operation_and_each_of_its_parts_may_have_one() {
    let counts = counts();
    let authors = || select(counts.c(Post::author)).from(&counts);
    assert_snapshot!(sqlite(authors().union(select(User::id)).with(&counts)), @r#"WITH "counts" AS (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") SELECT "counts"."author_id" FROM "counts" UNION SELECT "users"."id" FROM "users""#);
    assert_snapshot!(sql(authors().with(&counts).union(select(User::id))), @r#"
    sqlite: SELECT * FROM (WITH "counts" AS (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") SELECT "counts"."author_id" FROM "counts") AS "part" UNION SELECT "users"."id" FROM "users"
    postgres: SELECT * FROM (WITH "counts" AS (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") SELECT "counts"."author_id" FROM "counts") AS "part" UNION SELECT "users"."id" FROM "users"
    mysql: SELECT * FROM (WITH `counts` AS (SELECT `posts`.`author_id`, count(`posts`.`id`) AS `posts` FROM `posts` GROUP BY `posts`.`author_id`) SELECT `counts`.`author_id` FROM `counts`) AS `part` UNION SELECT `users`.`id` FROM `users`
    "#);
    assert_snapshot!(sqlite(insert::<Post>().from_select(Post::author, authors().with(&counts))), @r#"INSERT INTO "posts" ("author_id") WITH "counts" AS (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") SELECT "counts"."author_id" FROM "counts""#);
}

#[test]
fn one_name_stands_in_with_once() {
    let counts = counts();
    let rows = select(counts.c(Post::author)).with(&counts).with(&counts).from(&counts);
    assert_snapshot!(sqlite(rows), @"error: counts is in WITH twice; give one of its queries another name");
    let shared = select(counts.c(Post::author)).with(&counts);
    assert_snapshot!(sqlite(shared.filter(Post::id.eq(1))), @"error: posts.id is used, but posts is not in the statement's FROM (counts); join it, or select from it");
}
