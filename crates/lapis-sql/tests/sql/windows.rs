//! What functions over windows become on each database.

use crate::common::{Post, User, expr, on_all, sql};
use insta::assert_snapshot;
use lapis_sql::expr::*;
use lapis_sql::statement::select;

fn by_age() -> Window {
    window().order_by(User::age)
}

#[test]
fn a_window_has_partitions_an_order_and_a_frame() {
    assert_snapshot!(expr(func::row_number().over(window())), @"row_number() OVER ()");
    assert_snapshot!(expr(func::rank().over(window().partition_by((User::name, User::active)))), @"rank() OVER (PARTITION BY name, active)");
    let ordered = window().partition_by(User::name).order_by((User::age.desc(), User::id));
    assert_snapshot!(on_all(func::sum(User::age).over(ordered.rows(-2..=0))), @r#"
    sqlite: sum("age") OVER (PARTITION BY "name" ORDER BY "age" DESC, "id" ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
    postgres: sum("age") OVER (PARTITION BY "name" ORDER BY "age" DESC, "id" ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
    mysql: sum(`age`) OVER (PARTITION BY `name` ORDER BY `age` DESC, `id` ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
    "#);
}

#[test]
fn functions_of_windows() {
    assert_snapshot!(expr(func::dense_rank().over(by_age())), @"dense_rank() OVER (ORDER BY age)");
    assert_snapshot!(expr(func::percent_rank().over(by_age())), @"percent_rank() OVER (ORDER BY age)");
    assert_snapshot!(expr(func::cume_dist().over(by_age())), @"cume_dist() OVER (ORDER BY age)");
    assert_snapshot!(expr(func::ntile(4).over(by_age())), @"ntile(4) OVER (ORDER BY age)");
    assert_snapshot!(on_all(func::lag(User::name, 1).over(by_age())), @r#"
    sqlite: lag("name", 1) OVER (ORDER BY "age")
    postgres: lag("name", 1) OVER (ORDER BY "age")
    mysql: lag(`name`, 1) OVER (ORDER BY `age`)
    "#);
    assert_snapshot!(expr(func::lead(User::name, 2).over(by_age())), @"lead(name, 2) OVER (ORDER BY age)");
    assert_snapshot!(expr(func::first_value(User::name).over(by_age())), @"first_value(name) OVER (ORDER BY age)");
    assert_snapshot!(expr(func::last_value(User::name).over(by_age().rows(..))), @"last_value(name) OVER (ORDER BY age ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)");
    assert_snapshot!(expr(func::nth_value(User::name, 2).over(by_age())), @"nth_value(name, 2) OVER (ORDER BY age)");
}

#[test]
fn what_looks_at_another_row_may_be_null() {
    let _: Expr<i64> = func::row_number().over(by_age());
    let _: Expr<Option<String>> = func::lag(User::name, 1).over(by_age());
    let _: Expr<Option<String>> = func::lead(User::bio, 1).over(by_age());
    let _: Expr<Option<i32>> = func::first_value(User::age).over(by_age());
    let _: Expr<i64> = func::count_all().over(window());
    let _: Expr<Option<i64>> = func::sum(User::age).over(window());
}

#[test]
fn frames_are_ranges_with_both_ends_or_open_ones() {
    let sum = |window: Window| expr(func::sum(User::age).over(window));
    assert_snapshot!(sum(by_age().rows(..)), @"sum(age) OVER (ORDER BY age ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)");
    assert_snapshot!(sum(by_age().rows(..=0)), @"sum(age) OVER (ORDER BY age ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)");
    assert_snapshot!(sum(by_age().rows(0..)), @"sum(age) OVER (ORDER BY age ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)");
    assert_snapshot!(sum(by_age().range(-10..=10)), @"sum(age) OVER (ORDER BY age RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING)");
    let (first, last) = (1, 0);
    assert_snapshot!(sum(by_age().rows(first..=last)), @"error: a window's frame from 1 to 0 ends before it begins");
}

#[test]
fn groups_and_exclude_exist_where_the_database_has_them() {
    assert_snapshot!(on_all(func::sum(User::age).over(by_age().groups(-1..=1))), @r#"
    sqlite: sum("age") OVER (ORDER BY "age" GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
    postgres: sum("age") OVER (ORDER BY "age" GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
    mysql: error: MySQL does not support frames of GROUPS; count in rows or by range
    "#);
    assert_snapshot!(on_all(func::sum(User::age).over(by_age().rows(..).exclude(Exclude::CurrentRow))), @r#"
    sqlite: sum("age") OVER (ORDER BY "age" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)
    postgres: sum("age") OVER (ORDER BY "age" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)
    mysql: error: MySQL does not support EXCLUDE in a frame; leave the rows out with a condition
    "#);
    assert_snapshot!(expr(func::sum(User::age).over(by_age().exclude(Exclude::Ties).groups(..=0))), @"sum(age) OVER (ORDER BY age GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES)");
    assert_snapshot!(expr(func::sum(User::age).over(by_age().exclude(Exclude::Group))), @"sum(age) OVER (ORDER BY age RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP)");
}

#[test]
fn nulls_are_put_in_a_windows_order_too() {
    assert_snapshot!(on_all(func::rank().over(window().order_by(User::bio.desc().nulls_last()))), @r#"
    sqlite: rank() OVER (ORDER BY "bio" DESC NULLS LAST)
    postgres: rank() OVER (ORDER BY "bio" DESC NULLS LAST)
    mysql: rank() OVER (ORDER BY `bio` IS NULL, `bio` DESC)
    "#);
}

#[test]
fn a_function_over_a_window_is_an_operand() {
    assert_snapshot!(expr(User::age - func::lag(User::age, 1).over(by_age())), @"age - lag(age, 1) OVER (ORDER BY age)");
    assert_snapshot!(expr(func::row_number().over(by_age()).le(3)), @"row_number() OVER (ORDER BY age) <= ?");
}

#[test]
fn an_aggregate_over_a_window_may_be_of_some_rows() {
    assert_snapshot!(on_all(func::count_all().filter_where(User::active).over(by_age())), @r#"
    sqlite: count(*) FILTER (WHERE "active") OVER (ORDER BY "age")
    postgres: count(*) FILTER (WHERE "active") OVER (ORDER BY "age")
    mysql: count(CASE WHEN `active` THEN 1 END) OVER (ORDER BY `age`)
    "#);
}

#[test]
fn only_functions_have_a_window_and_none_of_distinct_values() {
    assert_snapshot!(expr((User::age + 1).over(window())), @"error: `.over(..)` is for functions and aggregates, such as `func::sum(..)`");
    assert_snapshot!(expr(func::count_distinct(User::age).over(window())), @"error: an aggregate over a window takes all values; leave DISTINCT out");
    assert_snapshot!(expr(func::count_distinct(User::age).filter_where(User::active).over(window())), @"error: an aggregate over a window takes all values; leave DISTINCT out");
    assert_snapshot!(expr(func::string_agg(User::name, ",").ordered_by(User::name).over(window())), @"error: an aggregate over a window takes its values in the window's order; order that, and leave `.ordered_by(..)` out");
}

#[test]
fn the_tables_of_a_window_are_in_from() {
    let number = func::row_number().over(window().partition_by(Post::author).order_by(Post::id));
    assert_snapshot!(sql(select(number.clone())), @r#"
    sqlite: SELECT row_number() OVER (PARTITION BY "posts"."author_id" ORDER BY "posts"."id") FROM "posts"
    postgres: SELECT row_number() OVER (PARTITION BY "posts"."author_id" ORDER BY "posts"."id") FROM "posts"
    mysql: SELECT row_number() OVER (PARTITION BY `posts`.`author_id` ORDER BY `posts`.`id`) FROM `posts`
    "#);
    assert_snapshot!(expr(number), @"error: posts.author_id is used, but posts is not in the statement's FROM (users); join it, or select from it");
}
