//! Groups of several groupings, DISTINCT ON and named windows.

use crate::common::{User, sql};
use insta::assert_snapshot;
use lapis_sql::expr::*;
use lapis_sql::statement::{Grouping, select};

fn grouped(by: impl Grouping) -> String {
    sql(select(func::count_all()).group_by(by).order_by(func::count_all()))
}

#[test]
fn all_terms_are_rolled_up() {
    assert_snapshot!(grouped(rollup((User::name, User::active))), @r#"
    sqlite: error: SQLite does not support GROUP BY ROLLUP; put the groups of several queries together with `.union_all(..)`
    postgres: SELECT count(*) FROM "users" GROUP BY ROLLUP ("users"."name", "users"."active") ORDER BY count(*)
    mysql: SELECT count(*) FROM `users` GROUP BY `users`.`name`, `users`.`active` WITH ROLLUP ORDER BY count(*)
    mariadb: error: MariaDB does not support ORDER BY beside WITH ROLLUP; take the groups as a `.subquery(..)`, and order the rows of the query around it
    "#);
}

#[test]
fn some_terms_are_rolled_up_or_several_as_one() {
    assert_snapshot!(grouped((User::age, rollup((grouping_set((User::name, User::active)), User::bio)))), @r#"
    sqlite: error: SQLite does not support GROUP BY ROLLUP; put the groups of several queries together with `.union_all(..)`
    postgres: SELECT count(*) FROM "users" GROUP BY "users"."age", ROLLUP (("users"."name", "users"."active"), "users"."bio") ORDER BY count(*)
    mysql: error: MySQL does not support ROLLUP of some terms of GROUP BY, or of several as one; roll up all terms, each for itself
    "#);
}

#[test]
fn sets_of_terms() {
    let sets = grouping_sets((
        User::age,
        grouping_set((User::name, User::active)),
        cube(User::bio),
        grouping_set(()),
    ));
    assert_snapshot!(grouped(sets), @r#"
    sqlite: error: SQLite does not support GROUP BY GROUPING SETS; put the groups of several queries together with `.union_all(..)`
    postgres: SELECT count(*) FROM "users" GROUP BY GROUPING SETS ("users"."age", ("users"."name", "users"."active"), CUBE ("users"."bio"), ()) ORDER BY count(*)
    mysql: error: MySQL does not support GROUP BY GROUPING SETS; put the groups of several queries together with `.union_all(..)`
    "#);
}

#[test]
fn a_grouping_is_no_expression() {
    assert_snapshot!(grouped(rollup(rollup(User::age))), @r"
    sqlite: error: SQLite does not support GROUP BY ROLLUP; put the groups of several queries together with `.union_all(..)`
    postgres: error: ROLLUP stands where only an expression may; it is a term of `.group_by(..)` or of `grouping_sets(..)`
    mysql: error: ROLLUP stands where only an expression may; it is a term of `.group_by(..)` or of `grouping_sets(..)`
    mariadb: error: MariaDB does not support ORDER BY beside WITH ROLLUP; take the groups as a `.subquery(..)`, and order the rows of the query around it
    ");
}

#[test]
fn what_a_row_is_not_grouped_by() {
    let rows = select(func::grouping((User::name, User::age))).group_by(rollup((User::name, User::age)));
    assert_snapshot!(sql(rows), @r#"
    sqlite: error: SQLite does not support GROUPING; put the groups of several queries together with `.union_all(..)`
    postgres: SELECT grouping("users"."name", "users"."age") FROM "users" GROUP BY ROLLUP ("users"."name", "users"."age")
    mysql: SELECT grouping(`users`.`name`, `users`.`age`) FROM `users` GROUP BY `users`.`name`, `users`.`age` WITH ROLLUP
    mariadb: error: MariaDB does not support GROUPING; let the terms have no NULL of their own, and NULL tells that a row is not grouped by them
    "#);
}

#[test]
fn the_first_row_of_each() {
    let rows = select(User::name).distinct_on((User::age, User::active)).order_by(User::age);
    assert_snapshot!(sql(rows.clone()), @r#"
    sqlite: error: SQLite does not support DISTINCT ON; number the rows with `row_number()` in a subquery, and keep those with the number 1
    postgres: SELECT DISTINCT ON ("users"."age", "users"."active") "users"."name" FROM "users" ORDER BY "users"."age"
    mysql: error: MySQL does not support DISTINCT ON; number the rows with `row_number()` in a subquery, and keep those with the number 1
    "#);
    assert_snapshot!(sql(rows.distinct()), @r"
    sqlite: error: the statement is DISTINCT both of whole rows and ON some terms; say one of both
    postgres: error: the statement is DISTINCT both of whole rows and ON some terms; say one of both
    mysql: error: the statement is DISTINCT both of whole rows and ON some terms; say one of both
    ");
}

#[test]
fn windows_have_names() {
    let rows = select((
        func::rank().over(named_window("w")),
        func::lag_or(User::age, 1, 0).over(named_window("v").rows(..=0)),
    ))
    .window("w", window().partition_by(User::name))
    .window("v", named_window("w").order_by(User::age));
    assert_snapshot!(sql(rows), @r#"
    sqlite: SELECT rank() OVER "w", lag("users"."age", 1, ?) OVER ("v" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM "users" WINDOW "w" AS (PARTITION BY "users"."name"), "v" AS ("w" ORDER BY "users"."age") [Int(0)]
    postgres: SELECT rank() OVER "w", lag("users"."age", 1, $1::INTEGER) OVER ("v" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM "users" WINDOW "w" AS (PARTITION BY "users"."name"), "v" AS ("w" ORDER BY "users"."age") [Int(0)]
    mysql: SELECT rank() OVER `w`, lag(`users`.`age`, 1, ?) OVER (`v` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM `users` WINDOW `w` AS (PARTITION BY `users`.`name`), `v` AS (`w` ORDER BY `users`.`age`) [Int(0)]
    mariadb: SELECT rank() OVER `w`, CASE WHEN lag(1, 1) OVER (`v` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) IS NULL THEN ? ELSE lag(`users`.`age`, 1) OVER (`v` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) END FROM `users` WINDOW `w` AS (PARTITION BY `users`.`name`), `v` AS (`w` ORDER BY `users`.`age`) [Int(0)]
    "#);
}

#[test]
fn having_repeats_a_grouped_expression() {
    let name = &func::lower(User::name);
    let names = select((name, func::count_all()))
        .group_by(name)
        .having(name.ne("ann").and(func::count(name).gt(1)))
        .order_by(name);
    assert_snapshot!(sql(names), @r#"
    sqlite: SELECT lower("users"."name"), count(*) FROM "users" GROUP BY lower("users"."name") HAVING lower("users"."name") <> ? AND count(lower("users"."name")) > ? ORDER BY lower("users"."name") [Text("ann"), Int(1)]
    postgres: SELECT lower("users"."name"), count(*) FROM "users" GROUP BY lower("users"."name") HAVING lower("users"."name") <> $1 AND count(lower("users"."name")) > $2 ORDER BY lower("users"."name") [Text("ann"), Int(1)]
    mysql: SELECT lower(`users`.`name`), count(*) FROM `users` GROUP BY lower(`users`.`name`) HAVING min(lower(`users`.`name`)) <> ? AND count(lower(`users`.`name`)) > ? ORDER BY lower(`users`.`name`) [Text("ann"), Int(1)]
    "#);
}
