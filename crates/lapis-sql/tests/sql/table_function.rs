//! Functions in FROM, and what stands for them; tables under other names.

use crate::common::{Post, User, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::dialect::Postgres;
use lapis_sql::expr::*;
use lapis_sql::statement::*;
use lapis_sql::types::Json;

const TAGS: Column<Post, Json> = Column::new("tags");

fn postgres(statement: impl Statement) -> String {
    statement.sql(&Postgres).unwrap_or_else(|error| format!("error: {error}"))
}

#[test]
fn a_series() {
    let series = generate_series("s", 10, 1).step(-3);
    assert_snapshot!(sql(select(series.value()).from(&series)), @r#"
    sqlite: SELECT "s"."value" FROM (WITH RECURSIVE "numbers" AS (SELECT CAST(1 AS INTEGER) AS n UNION ALL SELECT n * 2 + bit FROM "numbers" CROSS JOIN (SELECT 0 AS bit UNION ALL SELECT 1) AS bits WHERE n * 2 + bit <= ?) SELECT ? + (n - 1) * ? AS "value" FROM "numbers" WHERE n <= ?) AS "s" [Int(4), Int(10), Int(-3), Int(4)]
    postgres: SELECT "s"."value" FROM generate_series($1::BIGINT, $2::BIGINT, $3::BIGINT) AS "s" ("value") [Int(10), Int(1), Int(-3)]
    mysql: SELECT `s`.`value` FROM (WITH RECURSIVE `numbers` AS (SELECT CAST(1 AS SIGNED) AS n UNION ALL SELECT n * 2 + bit FROM `numbers` CROSS JOIN (SELECT 0 AS bit UNION ALL SELECT 1) AS bits WHERE n * 2 + bit <= ?) SELECT ? + (n - 1) * ? AS `value` FROM `numbers` WHERE n <= ?) AS `s` [Int(4), Int(10), Int(-3), Int(4)]
    "#);
    let none = generate_series("s", 2, 1);
    assert_snapshot!(sqlite(select(none.value()).from(&none)), @r#"SELECT "s"."value" FROM (WITH RECURSIVE "numbers" AS (SELECT CAST(1 AS INTEGER) AS n UNION ALL SELECT n * 2 + bit FROM "numbers" CROSS JOIN (SELECT 0 AS bit UNION ALL SELECT 1) AS bits WHERE n * 2 + bit <= ?) SELECT ? + (n - 1) * ? AS "value" FROM "numbers" WHERE n <= ?) AS "s""#);
    let between = generate_series("s", User::id, 10);
    assert_snapshot!(sql(select(between.value()).from(table::<User>()).cross_join(&between)), @r#"
    sqlite: error: SQLite does not support a series between expressions; give it numbers, or make the rows by a recursive query
    postgres: SELECT "s"."value" FROM "users" CROSS JOIN generate_series(CAST("users"."id" AS BIGINT), $1::BIGINT, $2::BIGINT) AS "s" ("value") [Int(10), Int(1)]
    mysql: error: MySQL does not support a series between expressions; give it numbers, or make the rows by a recursive query
    "#);
    let endless = generate_series("s", 1, 10).step(0);
    assert_snapshot!(sqlite(select(endless.value()).from(&endless)), @"error: a series in steps of 0 does not end; give it another step");
    let long = generate_series("s", i64::MIN, i64::MAX);
    assert_snapshot!(sqlite(select(long.value()).from(&long)), @"error: a series from -9223372036854775808 to 9223372036854775807 has 18446744073709551616 numbers, too many for a statement");
}

#[test]
fn elements_of_json() {
    let tags = json_elements::<i64>("t", TAGS);
    let rows = select((tags.value(), tags.ordinality())).from(table::<Post>()).cross_join(&tags);
    assert_snapshot!(sql(rows), @r#"
    sqlite: SELECT "t"."value", ("t"."key" + 1) FROM "posts" CROSS JOIN json_each(CASE WHEN json_type("posts"."tags") = 'array' THEN "posts"."tags" END) AS "t"
    postgres: SELECT CAST("t"."value" AS BIGINT), "t"."ordinality" FROM "posts" CROSS JOIN jsonb_array_elements_text(CASE WHEN jsonb_typeof("posts"."tags") = 'array' THEN "posts"."tags" END) WITH ORDINALITY AS "t" ("value", "ordinality")
    mysql: SELECT `t`.`value`, `t`.`ordinality` FROM `posts` CROSS JOIN JSON_TABLE(CASE WHEN json_type(`posts`.`tags`) = 'ARRAY' THEN `posts`.`tags` END, '$[*]' COLUMNS (`ordinality` FOR ORDINALITY, `value` BIGINT PATH '$')) AS `t`
    "#);
    let documents = json_elements::<Json>("t", lit(Json(serde_json::json!([1]))));
    assert_snapshot!(sql(select(documents.value()).from(&documents)), @r#"
    sqlite: SELECT CASE "t"."type" WHEN 'array' THEN "t"."value" WHEN 'object' THEN "t"."value" WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE json_quote("t"."value") END FROM json_each(CASE WHEN json_type(?) = 'array' THEN ? END) AS "t" [Json("[1]"), Json("[1]")]
    postgres: SELECT "t"."value" FROM jsonb_array_elements(CASE WHEN jsonb_typeof($1::JSONB) = 'array' THEN $2::JSONB END) WITH ORDINALITY AS "t" ("value", "ordinality") [Json("[1]"), Json("[1]")]
    mysql: SELECT `t`.`value` FROM JSON_TABLE(CASE WHEN json_type(?) = 'ARRAY' THEN ? END, '$[*]' COLUMNS (`ordinality` FOR ORDINALITY, `value` JSON PATH '$')) AS `t` [Json("[1]"), Json("[1]")]
    "#);
}

#[test]
fn members_of_json() {
    let views = json_members::<bool>("v", TAGS);
    assert_snapshot!(sql(select((views.key(), views.value())).from(table::<Post>()).cross_join(&views)), @r#"
    sqlite: SELECT "v"."key", "v"."value" FROM "posts" CROSS JOIN json_each(CASE WHEN json_type("posts"."tags") = 'object' THEN "posts"."tags" END) AS "v"
    postgres: SELECT "v"."key", CAST("v"."value" AS BOOLEAN) FROM "posts" CROSS JOIN jsonb_each_text(CASE WHEN jsonb_typeof("posts"."tags") = 'object' THEN "posts"."tags" END) AS "v" ("key", "value")
    mysql: SELECT `v`.`key`, CASE json_type(json_extract(`posts`.`tags`, concat('$.', json_quote(`v`.`key`)))) WHEN 'NULL' THEN NULL ELSE json_unquote(json_extract(`posts`.`tags`, concat('$.', json_quote(`v`.`key`)))) = 'true' END FROM `posts` CROSS JOIN JSON_TABLE(json_keys(CASE WHEN json_type(`posts`.`tags`) = 'OBJECT' THEN `posts`.`tags` END), '$[*]' COLUMNS (`key` LONGTEXT PATH '$')) AS `v`
    "#);
}

#[test]
fn a_function_sees_the_tables_before_it() {
    let call = table_function("f", "r")
        .in_schema("s")
        .arg(User::id)
        .columns(["a", "b"])
        .with_ordinality();
    let a = call.column::<i64>("a");
    assert_snapshot!(sql(select(a.clone()).from(table::<User>()).cross_join(&call)), @r#"
    sqlite: error: SQLite does not support WITH ORDINALITY; number the rows with `row_number()`
    postgres: SELECT "r"."a" FROM "users" CROSS JOIN "s"."f"("users"."id") WITH ORDINALITY AS "r" ("a", "b", "ordinality")
    mysql: error: MySQL does not support functions that give rows; take what they give from a query, or as JSON with `json_elements(..)`
    "#);
    let behind = generate_series("s", 1, User::id);
    assert_snapshot!(postgres(select(behind.value()).from(&behind).cross_join(table::<User>())), @"error: users.id is used, but users is not in the statement's FROM (which is empty); join it, or select from it");
    let unnamed = table_function("f", "r").with_ordinality();
    assert_snapshot!(sql(select(unnamed.ordinality()).from(&unnamed)), @r"
    sqlite: error: SQLite does not support WITH ORDINALITY; number the rows with `row_number()`
    postgres: error: the rows of f are numbered, and its columns have no names; name them by `.columns(..)`
    mysql: error: MySQL does not support functions that give rows; take what they give from a query, or as JSON with `json_elements(..)`
    ");
}

#[test]
fn a_table_within_an_expression_under_another_name() {
    let tags = json_elements::<i64>("t", TAGS);
    let condition = exists(select(tags.value()).from(&tags).filter(tags.value().eq(Post::id)));
    let mut node = condition.into_node();
    node.rename_table(&Post::table_name(), &TableName::new("p"));
    let rows = select(alias::<Post>("p").c(Post::id))
        .from(alias::<Post>("p"))
        .filter(Expr::<bool>::new(node));
    assert_snapshot!(sqlite(rows), @r#"SELECT "p"."id" FROM "posts" AS "p" WHERE EXISTS (SELECT "t"."value" FROM json_each(CASE WHEN json_type("p"."tags") = 'array' THEN "p"."tags" END) AS "t" WHERE "t"."value" = "p"."id")"#);
}

#[test]
fn derived_tables_under_other_names() {
    let total = func::count_all().label("total");
    let counts = select((Post::author, total.clone())).group_by(Post::author);
    let cte = counts.clone().cte("c");
    let other = cte.alias("d");
    let rows = select(cte.column_of(&total) - other.column_of(&total))
        .with(&cte)
        .from(&cte)
        .join_on(&other, cte.c(Post::author).lt(other.c(Post::author)));
    assert_snapshot!(sqlite(rows), @r#"WITH "c" AS (SELECT "posts"."author_id", count(*) AS "total" FROM "posts" GROUP BY "posts"."author_id") SELECT "c"."total" - "d"."total" FROM "c" JOIN "c" AS "d" ON "c"."author_id" < "d"."author_id""#);
    let one = counts.subquery("a");
    let two = one.alias("b");
    let rows = select(two.column_of(&total)).from(&one).cross_join(&two);
    assert_snapshot!(sqlite(rows), @r#"SELECT "b"."total" FROM (SELECT "posts"."author_id", count(*) AS "total" FROM "posts" GROUP BY "posts"."author_id") AS "a" CROSS JOIN (SELECT "posts"."author_id", count(*) AS "total" FROM "posts" GROUP BY "posts"."author_id") AS "b""#);
}

#[test]
fn values_of_one_column() {
    let ids = values("v", ["id"], [1_i64, 2]);
    assert_snapshot!(sql(select(ids.column::<i64>("id")).from(&ids)), @r#"
    sqlite: SELECT "v"."id" FROM (SELECT ? AS "id" UNION ALL VALUES (?)) AS "v" [Int(1), Int(2)]
    postgres: SELECT "v"."id" FROM (VALUES ($1::BIGINT), ($2::BIGINT)) AS "v" ("id") [Int(1), Int(2)]
    mysql: SELECT `v`.`id` FROM (VALUES ROW(?), ROW(?)) AS `v` (`id`) [Int(1), Int(2)]
    mariadb: SELECT `v`.`id` FROM (SELECT ? AS `id` UNION ALL SELECT ?) AS `v` [Int(1), Int(2)]
    "#);
}
