//! SELECT: its clauses, where its FROM comes from, and what is refused.

use crate::common::{Post, User, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::compiler::{compile, compile_into};
use lapis_sql::dialect::Sqlite;
use lapis_sql::expr::*;
use lapis_sql::statement::*;

#[test]
fn every_clause_in_its_place() {
    let statement = select((User::name, func::count(Post::id).label("posts")))
        .distinct()
        .left_join_on(table::<Post>(), Post::author.eq(User::id))
        .filter(User::active)
        .filter(User::age.ge(18))
        .group_by(User::name)
        .having(func::count(Post::id).gt(2))
        .order_by((label::<i64>("posts").desc(), User::name))
        .limit(10)
        .offset(20);
    assert_snapshot!(sql(statement), @r#"
    sqlite: SELECT DISTINCT "users"."name", count("posts"."id") AS "posts" FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id" WHERE "users"."active" AND "users"."age" >= ? GROUP BY "users"."name" HAVING count("posts"."id") > ? ORDER BY "posts" DESC, "users"."name" LIMIT ? OFFSET ? [Int(18), Int(2), Int(10), Int(20)]
    postgres: SELECT DISTINCT "users"."name", count("posts"."id") AS "posts" FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id" WHERE "users"."active" AND "users"."age" >= $1 GROUP BY "users"."name" HAVING count("posts"."id") > $2 ORDER BY "posts" DESC, "users"."name" LIMIT $3 OFFSET $4 [Int(18), Int(2), Int(10), Int(20)]
    mysql: SELECT DISTINCT `users`.`name`, count(`posts`.`id`) AS `posts` FROM `users` LEFT JOIN `posts` ON `posts`.`author_id` = `users`.`id` WHERE `users`.`active` AND `users`.`age` >= ? GROUP BY `users`.`name` HAVING count(`posts`.`id`) > ? ORDER BY `posts` DESC, `users`.`name` LIMIT ? OFFSET ? [Int(18), Int(2), Int(10), Int(20)]
    "#);
}

#[test]
fn an_offset_alone_gets_the_limit_the_database_wants() {
    assert_snapshot!(sql(select(User::id).offset(5)), @r#"
    sqlite: SELECT "users"."id" FROM "users" LIMIT -1 OFFSET ? [Int(5)]
    postgres: SELECT "users"."id" FROM "users" OFFSET $1 [Int(5)]
    mysql: SELECT `users`.`id` FROM `users` LIMIT 18446744073709551615 OFFSET ? [Int(5)]
    "#);
}

#[test]
fn nulls_are_ordered_on_every_database() {
    assert_snapshot!(sql(select(User::id).order_by((User::bio.desc().nulls_last(), User::age.asc().nulls_first()))), @r#"
    sqlite: SELECT "users"."id" FROM "users" ORDER BY "users"."bio" DESC NULLS LAST, "users"."age" NULLS FIRST
    postgres: SELECT "users"."id" FROM "users" ORDER BY "users"."bio" DESC NULLS LAST, "users"."age" NULLS FIRST
    mysql: SELECT `users`.`id` FROM `users` ORDER BY `users`.`bio` IS NULL, `users`.`bio` DESC, `users`.`age` IS NOT NULL, `users`.`age`
    "#);
}

#[test]
fn optional_filters_are_left_out() {
    let by = |age: Option<i32>| sqlite(select(User::id).filter_if(age.map(|age| User::age.eq(age))));
    assert_snapshot!(by(None), @r#"SELECT "users"."id" FROM "users""#);
    assert_snapshot!(by(Some(1)), @r#"SELECT "users"."id" FROM "users" WHERE "users"."age" = ?"#);
}

#[test]
fn from_is_the_one_table_that_is_named() {
    assert_snapshot!(sqlite(select(User::id)), @r#"SELECT "users"."id" FROM "users""#);
    assert_snapshot!(sqlite(select(func::count_all()).filter(User::active)), @r#"SELECT count(*) FROM "users" WHERE "users"."active""#);
    assert_snapshot!(sqlite(select(Post::title).join_on(table::<Post>(), Post::author.eq(User::id))), @r#"SELECT "posts"."title" FROM "users" JOIN "posts" ON "posts"."author_id" = "users"."id""#);
    assert_snapshot!(sqlite(select((User::name, Post::title)).join_on(table::<Post>(), Post::author.eq(User::id))), @r#"SELECT "users"."name", "posts"."title" FROM "users" JOIN "posts" ON "posts"."author_id" = "users"."id""#);
    assert_snapshot!(sqlite(select(lit(1))), @"SELECT ?");
}

#[test]
fn tables_that_nothing_joins_are_refused() {
    assert_snapshot!(sqlite(select((User::name, Post::title))), @"error: the statement selects from users and posts, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
    assert_snapshot!(sqlite(select((User::name, Post::title)).cross_join(table::<Post>())), @r#"SELECT "users"."name", "posts"."title" FROM "users" CROSS JOIN "posts""#);
}

#[test]
fn every_column_must_be_of_a_table_in_from() {
    assert_snapshot!(sqlite(select(User::name).filter(Post::title.eq("x"))), @"error: posts.title is used, but posts is not in the statement's FROM (users); join it, or select from it");
    assert_snapshot!(sqlite(select(User::name).from(alias::<User>("u"))), @"error: users.name is used, but users is not in the statement's FROM (u); join it, or select from it");
    assert_snapshot!(sqlite(select(User::name).order_by(Post::id)), @"error: posts.id is used, but posts is not in the statement's FROM (users); join it, or select from it");
}

#[test]
fn a_table_stands_in_from_once_under_one_name() {
    assert_snapshot!(sqlite(select(User::id).join_on(table::<Post>(), User::active).cross_join(table::<Post>())), @"error: posts is in FROM twice; give one of them another name with `alias`");
    assert_snapshot!(sqlite(SelectStatement {
        items: vec![].into(),
        from: vec![FromItem { source: TableSource::Select(Box::default()), alias: None }],
        ..SelectStatement::default()
    }), @"error: a subquery or VALUES in FROM needs an alias");
}

#[test]
fn an_alias_joins_a_table_to_itself() {
    let manager = alias::<User>("manager");
    let statement = select((User::name, manager.c(User::name).nullable()))
        .left_join_on(&manager, User::manager.eq(manager.c(User::id)))
        .from(table::<User>());
    assert_snapshot!(sql(statement), @r#"
    sqlite: SELECT "users"."name", "manager"."name" FROM "users" LEFT JOIN "users" AS "manager" ON "users"."manager_id" = "manager"."id"
    postgres: SELECT "users"."name", "manager"."name" FROM "users" LEFT JOIN "users" AS "manager" ON "users"."manager_id" = "manager"."id"
    mysql: SELECT `users`.`name`, `manager`.`name` FROM `users` LEFT JOIN `users` AS `manager` ON `users`.`manager_id` = `manager`.`id`
    "#);
    let of_alias = select(manager.c(User::id)).from(&manager);
    assert_snapshot!(sqlite(of_alias), @r#"SELECT "manager"."id" FROM "users" AS "manager""#);
}

#[test]
fn joins_along_relations_begin_at_their_left_side() {
    struct Posts;
    impl JoinTarget for Posts {
        fn left(&self) -> FromItem {
            table::<User>()
        }
        fn joins(&self, kind: JoinKind) -> Vec<Join> {
            vec![Join { kind, item: table::<Post>(), on: Some(Post::author.eq(User::id).into_node()) }]
        }
    }
    assert_snapshot!(sqlite(select(func::count(Post::id)).join(Posts)), @r#"SELECT count("posts"."id") FROM "users" JOIN "posts" ON "posts"."author_id" = "users"."id""#);
    let twice = select(func::count_all()).join(Posts).from(table::<User>());
    assert_eq!(sqlite(twice), sqlite(select(func::count_all()).join(Posts)));
    assert_snapshot!(sqlite(select(Post::title.nullable()).outer_join(Posts)), @r#"SELECT "posts"."title" FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id""#);
}

#[test]
fn full_joins_exist_where_the_database_has_them() {
    assert_snapshot!(sql(select(User::id.nullable()).full_join_on(table::<Post>(), Post::author.eq(User::id))), @r#"
    sqlite: SELECT "users"."id" FROM "users" FULL JOIN "posts" ON "posts"."author_id" = "users"."id"
    postgres: SELECT "users"."id" FROM "users" FULL JOIN "posts" ON "posts"."author_id" = "users"."id"
    mysql: error: MySQL does not support FULL JOIN; join from both sides in two queries
    "#);
}

#[test]
fn subqueries_stand_in_from() {
    let counts = select((Post::author, func::count(Post::id).label("posts")))
        .group_by(Post::author)
        .subquery("counts");
    let statement = select((User::name, counts.column::<i64>("posts")))
        .from(table::<User>())
        .join_on(&counts, counts.c(Post::author).eq(User::id))
        .filter(counts.column::<i64>("posts").gt(3));
    assert_snapshot!(sql(statement), @r#"
    sqlite: SELECT "users"."name", "counts"."posts" FROM "users" JOIN (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") AS "counts" ON "counts"."author_id" = "users"."id" WHERE "counts"."posts" > ? [Int(3)]
    postgres: SELECT "users"."name", "counts"."posts" FROM "users" JOIN (SELECT "posts"."author_id", count("posts"."id") AS "posts" FROM "posts" GROUP BY "posts"."author_id") AS "counts" ON "counts"."author_id" = "users"."id" WHERE "counts"."posts" > $1 [Int(3)]
    mysql: SELECT `users`.`name`, `counts`.`posts` FROM `users` JOIN (SELECT `posts`.`author_id`, count(`posts`.`id`) AS `posts` FROM `posts` GROUP BY `posts`.`author_id`) AS `counts` ON `counts`.`author_id` = `users`.`id` WHERE `counts`.`posts` > ? [Int(3)]
    "#);
}

#[test]
fn a_subquery_in_from_does_not_see_the_tables_beside_it() {
    let beside = select(Post::id).from(table::<Post>()).filter(Post::author.eq(User::id)).subquery("p");
    assert_snapshot!(sqlite(select(User::id).from(table::<User>()).cross_join(beside)), @"error: users.id is used, but users is not in the statement's FROM (posts); join it, or select from it");
}

#[test]
fn correlated_subqueries_see_the_statement_around_them() {
    let posts = || select(Post::id).filter(Post::author.eq(User::id));
    assert_snapshot!(sqlite(select(User::name).filter(exists(posts()))), @r#"SELECT "users"."name" FROM "users" WHERE EXISTS (SELECT "posts"."id" FROM "posts" WHERE "posts"."author_id" = "users"."id")"#);
    assert_snapshot!(sqlite(select(User::name).filter(!exists(posts()))), @r#"SELECT "users"."name" FROM "users" WHERE NOT EXISTS (SELECT "posts"."id" FROM "posts" WHERE "posts"."author_id" = "users"."id")"#);
    assert_snapshot!(sqlite(select(User::name).filter(not_exists(select(lit(1)).filter(Post::author.eq(User::id))))), @r#"SELECT "users"."name" FROM "users" WHERE NOT EXISTS (SELECT ? FROM "posts" WHERE "posts"."author_id" = "users"."id")"#);
    let count = select(func::count(Post::id)).filter(Post::author.eq(User::id)).scalar();
    assert_snapshot!(sqlite(select((User::name, count))), @r#"SELECT "users"."name", (SELECT count("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id") FROM "users""#);
}

#[test]
fn the_subquery_of_in_may_have_a_limit() {
    let latest = select(Post::author).order_by(Post::id.desc()).limit(3);
    assert_snapshot!(sql(select(User::name).filter(User::id.in_select(latest))), @r#"
    sqlite: SELECT "users"."name" FROM "users" WHERE "users"."id" IN (SELECT "posts"."author_id" FROM "posts" ORDER BY "posts"."id" DESC LIMIT ?) [Int(3)]
    postgres: SELECT "users"."name" FROM "users" WHERE "users"."id" IN (SELECT "posts"."author_id" FROM "posts" ORDER BY "posts"."id" DESC LIMIT $1) [Int(3)]
    mysql: SELECT `users`.`name` FROM `users` WHERE `users`.`id` IN (SELECT * FROM (SELECT `posts`.`author_id` FROM `posts` ORDER BY `posts`.`id` DESC LIMIT ?) AS `limited`) [Int(3)]
    "#);
}

#[test]
fn an_inner_table_is_gone_outside_its_subquery() {
    let statement = select(User::name).filter(exists(select(Post::id))).order_by(Post::id);
    assert_snapshot!(sqlite(statement), @"error: posts.id is used, but posts is not in the statement's FROM (users); join it, or select from it");
}

#[test]
fn counting_wraps_the_query_without_its_order() {
    let page = select(User::name).distinct().filter(User::active).order_by(User::name).limit(5);
    assert_snapshot!(sqlite(page.count()), @r#"SELECT count(*) FROM (SELECT DISTINCT "users"."name" FROM "users" WHERE "users"."active" LIMIT ?) AS "counted""#);
}

#[test]
fn tables_known_at_run_time_need_no_types() {
    let logs = TableName::in_schema("audit", "logs");
    let statement = select(logs.column::<i64>("id")).filter(logs.column::<String>("level").eq("warn"));
    assert_snapshot!(sql(statement), @r#"
    sqlite: SELECT "audit"."logs"."id" FROM "audit"."logs" WHERE "audit"."logs"."level" = ? [Text("warn")]
    postgres: SELECT "audit"."logs"."id" FROM "audit"."logs" WHERE "audit"."logs"."level" = $1 [Text("warn")]
    mysql: SELECT `audit`.`logs`.`id` FROM `audit`.`logs` WHERE `audit`.`logs`.`level` = ? [Text("warn")]
    "#);
}

#[test]
fn more_parameters_than_the_database_takes_are_refused() {
    let many = select(User::id).filter(User::score.in_((0..40_000).map(f64::from)));
    assert_snapshot!(sqlite(many), @"error: the statement has 40000 parameters, and SQLite takes at most 32766; split it");
}

#[test]
fn a_select_only_reads() {
    assert!(select(User::id).as_statement().is_read_only());
}

#[test]
fn a_used_buffer_serves_again() -> Result<(), lapis_sql::CompileError> {
    let statement = select(User::id).filter(User::age.gt(1));
    let fresh = compile(statement.as_statement(), &Sqlite)?;
    let mut used = String::with_capacity(4096);
    used.push_str("SELECT of another time");
    let again = compile_into(used, statement.as_statement(), &Sqlite)?;
    assert_eq!(again, fresh);
    assert_eq!(again.sql.capacity(), 4096);
    Ok(())
}

#[test]
fn a_lateral_subquery_refers_to_what_stands_before_it() {
    let latest = || {
        select(Post::title)
            .filter(Post::author.eq(User::id))
            .order_by(Post::id.desc())
            .limit(3)
            .subquery("latest")
    };
    let rows = |latest: Subquery| {
        select((User::name, latest.c(Post::title))).from(table::<User>()).cross_join(latest)
    };
    assert_snapshot!(sql(rows(latest().lateral())), @r#"
    sqlite: error: SQLite does not support LATERAL; say it by a scalar subquery, or read each part in a query of its own
    postgres: SELECT "users"."name", "latest"."title" FROM "users" CROSS JOIN LATERAL (SELECT "posts"."title" FROM "posts" WHERE "posts"."author_id" = "users"."id" ORDER BY "posts"."id" DESC LIMIT $1) AS "latest" [Int(3)]
    mysql: SELECT `users`.`name`, `latest`.`title` FROM `users` CROSS JOIN LATERAL (SELECT `posts`.`title` FROM `posts` WHERE `posts`.`author_id` = `users`.`id` ORDER BY `posts`.`id` DESC LIMIT ?) AS `latest` [Int(3)]
    mariadb: error: MariaDB does not support LATERAL; say it by a scalar subquery, or read each part in a query of its own
    "#);
    let first = select(latest().c(Post::title)).from(latest().lateral()).cross_join(table::<User>());
    let error = first.sql(&lapis_sql::dialect::Postgres).unwrap_err();
    assert_snapshot!(error, @"users.id is used, but users is not in the statement's FROM (posts); join it, or select from it");
}
