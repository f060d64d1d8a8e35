//! What the clauses of aggregates become on each database.

use crate::common::{User, expr, on_all, sql};
use insta::assert_snapshot;
use lapis_sql::expr::*;
use lapis_sql::statement::select;

#[test]
fn a_filter_is_a_case_where_the_database_has_none() {
    assert_snapshot!(on_all(func::sum(User::score).filter_where(User::age.gt(18))), @r#"
    sqlite: sum("score") FILTER (WHERE "age" > ?) [Int(18)]
    postgres: sum("score") FILTER (WHERE "age" > $1) [Int(18)]
    mysql: sum(CASE WHEN `age` > ? THEN `score` END) [Int(18)]
    "#);
    assert_snapshot!(on_all(func::count_all().filter_where(User::active)), @r#"
    sqlite: count(*) FILTER (WHERE "active")
    postgres: count(*) FILTER (WHERE "active")
    mysql: count(CASE WHEN `active` THEN 1 END)
    "#);
    assert_snapshot!(on_all(func::count_distinct(User::name).filter_where(User::active)), @r#"
    sqlite: count(DISTINCT "name") FILTER (WHERE "active")
    postgres: count(DISTINCT "name") FILTER (WHERE "active")
    mysql: count(DISTINCT CASE WHEN `active` THEN `name` END)
    "#);
    assert_snapshot!(on_all(func::string_agg(User::name, ",").filter_where(User::active)), @r#"
    sqlite: group_concat("name", ?) FILTER (WHERE "active") [Text(",")]
    postgres: string_agg("name", $1) FILTER (WHERE "active") [Text(",")]
    mysql: group_concat(CASE WHEN `active` THEN `name` END SEPARATOR ',')
    "#);
}

#[test]
fn filters_add_up() {
    let both = func::count_all().filter_where(User::active).filter_where(User::age.gt(18));
    assert_snapshot!(expr(both), @"count(*) FILTER (WHERE active AND age > ?)");
}

#[test]
fn a_filter_of_an_aggregate_that_takes_null_needs_the_clause() {
    let array = func::call::<String>("json_arrayagg", (User::name,));
    assert_snapshot!(on_all(array.filter_where(User::active)), @r#"
    sqlite: json_arrayagg("name") FILTER (WHERE "active")
    postgres: json_arrayagg("name") FILTER (WHERE "active")
    mysql: error: MySQL does not support FILTER of json_arrayagg; write the condition as a CASE into the aggregate, as it passes over NULL
    "#);
}

#[test]
fn joined_texts_have_an_order_and_a_separator() {
    assert_snapshot!(on_all(func::string_agg(User::name, ", ")), @r#"
    sqlite: group_concat("name", ?) [Text(", ")]
    postgres: string_agg("name", $1) [Text(", ")]
    mysql: group_concat(`name` SEPARATOR ', ')
    "#);
    let ordered =
        |separator: &'static str| func::string_agg(User::name, separator).ordered_by(User::age.desc());
    assert_snapshot!(on_all(ordered("'")), @r#"
    sqlite: group_concat("name", ? ORDER BY "age" DESC) [Text("'")]
    postgres: string_agg("name", $1 ORDER BY "age" DESC) [Text("'")]
    mysql: group_concat(`name` ORDER BY `age` DESC SEPARATOR '''')
    "#);
    assert_snapshot!(on_all(ordered("\\")), @r#"
    sqlite: group_concat("name", ? ORDER BY "age" DESC) [Text("\\")]
    postgres: string_agg("name", $1 ORDER BY "age" DESC) [Text("\\")]
    mysql: error: MySQL does not support separators with a backslash or a control character; choose a separator without them
    "#);
    let _: Expr<Option<String>> = ordered("");
}

#[test]
fn other_aggregates_have_an_order_where_the_database_has_it() {
    let array = func::call::<String>("json_arrayagg", (User::name,));
    assert_snapshot!(on_all(array.ordered_by(User::id)), @r#"
    sqlite: json_arrayagg("name" ORDER BY "id")
    postgres: json_arrayagg("name" ORDER BY "id")
    mysql: error: MySQL does not support ORDER BY in json_arrayagg; order the values where they are read
    "#);
}

#[test]
fn only_aggregates_are_filtered() {
    assert_snapshot!(expr((User::age + 1).filter_where(User::active)), @"error: `.distinct()`, `.filter_where(..)` and `.ordered_by(..)` are for aggregates, such as `func::count(..)`");
    assert_snapshot!(expr(func::row_number().over(window()).ordered_by(User::age)), @"error: `.distinct()`, `.filter_where(..)` and `.ordered_by(..)` are for aggregates, such as `func::count(..)`");
}

#[test]
fn a_group_that_binds_a_value_is_named_by_its_number() {
    let initial = &func::left(User::name, 1);
    let initials = select((func::count_all(), initial))
        .group_by((initial, User::age))
        .order_by(initial.desc());
    assert_snapshot!(sql(initials), @r#"
    sqlite: SELECT count(*), substr("users"."name", 1, ?) FROM "users" GROUP BY 2, "users"."age" ORDER BY 2 DESC [Int(1)]
    postgres: SELECT count(*), left("users"."name", $1) FROM "users" GROUP BY 2, "users"."age" ORDER BY 2 DESC [Int(1)]
    mysql: SELECT count(*), left(`users`.`name`, ?) FROM `users` GROUP BY 2, `users`.`age` ORDER BY 2 DESC [Int(1)]
    "#);
}
