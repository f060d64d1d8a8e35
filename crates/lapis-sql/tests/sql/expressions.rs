//! What each operator and function becomes on each database.

use crate::common::{Post, User, expr, on_all, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::expr::*;
use lapis_sql::statement::{Grouping, select};
use rust_decimal::Decimal;

#[test]
fn comparisons_bind_their_values() {
    assert_snapshot!(on_all(User::age.eq(1)), @r#"
    sqlite: "age" = ? [Int(1)]
    postgres: "age" = $1 [Int(1)]
    mysql: `age` = ? [Int(1)]
    "#);
    assert_snapshot!(expr(User::age.ne(1)), @"age <> ?");
    assert_snapshot!(expr(User::age.lt(User::id)), @"age < id");
    assert_snapshot!(expr(User::age.le(1)), @"age <= ?");
    assert_snapshot!(expr(User::age.gt(1.5)), @"age > ?");
    assert_snapshot!(expr(lit(1).ge(User::age)), @"? >= age");
    assert_snapshot!(expr(User::name.eq(User::bio)), @"name = bio");
}

#[test]
fn equality_with_none_asks_for_null() {
    assert_snapshot!(expr(User::bio.eq(None::<String>)), @"bio IS NULL");
    assert_snapshot!(expr(User::bio.ne(None::<String>)), @"bio IS NOT NULL");
    assert_snapshot!(expr(User::bio.eq(Some("x"))), @"bio = ?");
    assert_snapshot!(expr(User::bio.is_null()), @"bio IS NULL");
    assert_snapshot!(expr(User::bio.is_not_null()), @"bio IS NOT NULL");
}

#[test]
fn null_safe_equality_is_each_databases_own() {
    assert_snapshot!(on_all(User::bio.is_distinct_from("x")), @r#"
    sqlite: "bio" IS NOT ? [Text("x")]
    postgres: "bio" IS DISTINCT FROM $1 [Text("x")]
    mysql: NOT (`bio` <=> ?) [Text("x")]
    "#);
    assert_snapshot!(on_all(User::bio.is_not_distinct_from(User::name)), @r#"
    sqlite: "bio" IS "name"
    postgres: "bio" IS NOT DISTINCT FROM "name"
    mysql: `bio` <=> `name`
    "#);
}

#[test]
fn between_and_its_negation() {
    assert_snapshot!(expr(User::age.between(1, 2)), @"age BETWEEN ? AND ?");
    assert_snapshot!(expr(User::age.not_between(1, User::id + 1)), @"age NOT BETWEEN ? AND id + ?");
}

#[test]
fn membership_of_nothing_is_false() {
    assert_snapshot!(on_all(User::age.in_(Vec::<i32>::new())), @r"
    sqlite: FALSE
    postgres: FALSE
    mysql: FALSE
    ");
    assert_snapshot!(on_all(User::age.not_in(Vec::<i32>::new())), @r"
    sqlite: TRUE
    postgres: TRUE
    mysql: TRUE
    ");
}

#[test]
fn short_lists_are_padded_to_a_power_of_two() {
    assert_snapshot!(on_all(User::age.in_([1, 2, 3])), @r#"
    sqlite: "age" IN (?, ?, ?, ?) [Int(1), Int(2), Int(3), Int(3)]
    postgres: "age" = ANY($1) [Array([Int(1), Int(2), Int(3)])]
    mysql: `age` IN (?, ?, ?, ?) [Int(1), Int(2), Int(3), Int(3)]
    "#);
    assert_snapshot!(on_all(User::age.not_in([1])), @r#"
    sqlite: "age" NOT IN (?) [Int(1)]
    postgres: "age" <> ALL($1) [Array([Int(1)])]
    mysql: `age` NOT IN (?) [Int(1)]
    "#);
}

#[test]
fn long_lists_are_one_parameter_where_the_database_can() {
    assert_snapshot!(on_all(User::age.in_(0..9)), @r#"
    sqlite: "age" IN (SELECT value FROM json_each(?)) [Text("[0,1,2,3,4,5,6,7,8]")]
    postgres: "age" = ANY($1) [Array([Int(0), Int(1), Int(2), Int(3), Int(4), Int(5), Int(6), Int(7), Int(8)])]
    mysql: `age` IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) [Int(0), Int(1), Int(2), Int(3), Int(4), Int(5), Int(6), Int(7), Int(8), Int(8), Int(8), Int(8), Int(8), Int(8), Int(8), Int(8)]
    "#);
    assert_snapshot!(expr(User::name.in_(["a"; 9])), @"name IN (SELECT value FROM json_each(?))");
    assert_snapshot!(expr(User::score.in_([0.5; 9])), @"score IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
}

#[test]
fn text_in_a_json_list_is_escaped_and_nul_is_kept_out_of_it() {
    let names = |last: &str| sql(select(User::name.in_(["\"\\\n'"; 8].into_iter().chain([last]))));
    assert_snapshot!(names("x").lines().next().unwrap(), @r#"sqlite: SELECT "users"."name" IN (SELECT value FROM json_each(?)) FROM "users" [Text("[\"\\\"\\\\\\n'\",\"\\\"\\\\\\n'\",\"\\\"\\\\\\n'\",\"\\\"\\\\\\n'\",\"\\\"\\\\\\n'\",\"\\\"\\\\\\n'\",\"\\\"\\\\\\n'\",\"\\\"\\\\\\n'\",\"x\"]")]"#);
    assert!(names("\0").lines().next().unwrap().contains("IN (?, ?"));
}

#[test]
fn lists_may_hold_expressions() {
    assert_snapshot!(on_all(User::age.in_([lit(1), User::age + 1])), @r#"
    sqlite: "age" IN (?, "age" + ?) [Int(1), Int(1)]
    postgres: "age" IN ($1, "age" + $2) [Int(1), Int(1)]
    mysql: `age` IN (?, `age` + ?) [Int(1), Int(1)]
    "#);
}

#[test]
fn membership_of_a_query() {
    let authors = || select(Post::author).filter(Post::title.eq("x"));
    assert_snapshot!(expr(User::id.in_select(authors())), @"id IN (SELECT posts.author_id FROM posts WHERE posts.title = ?)");
    assert_snapshot!(expr(User::id.not_in_select(authors())), @"id NOT IN (SELECT posts.author_id FROM posts WHERE posts.title = ?)");
}

#[test]
fn rows_are_compared_as_one_value() {
    let key = || row((User::id, User::name));
    assert_snapshot!(expr(key().eq((1, "a"))), @"(id, name) = (?, ?)");
    assert_snapshot!(expr(key().gt((1, "a"))), @"(id, name) > (?, ?)");
    assert_snapshot!(on_all(key().in_([(1, "a"), (2, "b"), (3, "c")])), @r#"
    sqlite: ("id", "name") IN (VALUES (?, ?), (?, ?), (?, ?), (?, ?)) [Int(1), Text("a"), Int(2), Text("b"), Int(3), Text("c"), Int(3), Text("c")]
    postgres: ("id", "name") IN (($1, $2), ($3, $4), ($5, $6), ($7, $8)) [Int(1), Text("a"), Int(2), Text("b"), Int(3), Text("c"), Int(3), Text("c")]
    mysql: (`id`, `name`) IN ((?, ?), (?, ?), (?, ?), (?, ?)) [Int(1), Text("a"), Int(2), Text("b"), Int(3), Text("c"), Int(3), Text("c")]
    "#);
    assert_snapshot!(expr(key().not_in(Vec::<(i64, String)>::new())), @"TRUE");
    assert_snapshot!(expr(key().in_select(select((Post::id, Post::title)))), @"(id, name) IN (SELECT posts.id, posts.title FROM posts)");
}

#[test]
fn literal_text_is_found_whatever_it_holds() {
    assert_snapshot!(on_all(User::name.starts_with("a")), @r#"
    sqlite: "name" LIKE ? [Text("a%")]
    postgres: "name" LIKE $1 [Text("a%")]
    mysql: `name` LIKE ? [Text("a%")]
    "#);
    assert_snapshot!(on_all(User::name.ends_with("100%_!\\")), @r#"
    sqlite: "name" LIKE ? ESCAPE '!' [Text("%100!%!_!!\\")]
    postgres: "name" LIKE $1 ESCAPE '!' [Text("%100!%!_!!\\")]
    mysql: `name` LIKE ? ESCAPE '!' [Text("%100!%!_!!\\")]
    "#);
    assert_snapshot!(expr(User::name.contains("a")), @"name LIKE ?");
    assert_snapshot!(on_all(User::name.contains(User::bio)), @r#"
    sqlite: "name" LIKE ? || replace(replace(replace("bio", ?, ?), ?, ?), ?, ?) || ? ESCAPE '!' [Text("%"), Text("!"), Text("!!"), Text("%"), Text("!%"), Text("_"), Text("!_"), Text("%")]
    postgres: "name" LIKE $1 || replace(replace(replace("bio", $2, $3), $4, $5), $6, $7) || $8 ESCAPE '!' [Text("%"), Text("!"), Text("!!"), Text("%"), Text("!%"), Text("_"), Text("!_"), Text("%")]
    mysql: `name` LIKE concat(?, replace(replace(replace(`bio`, ?, ?), ?, ?), ?, ?), ?) ESCAPE '!' [Text("%"), Text("!"), Text("!!"), Text("%"), Text("!%"), Text("_"), Text("!_"), Text("%")]
    "#);
}

#[test]
fn patterns_go_as_they_are() {
    assert_snapshot!(on_all(User::name.like("a_%")), @r#"
    sqlite: "name" LIKE ? [Text("a_%")]
    postgres: "name" LIKE $1 [Text("a_%")]
    mysql: `name` LIKE ? [Text("a_%")]
    "#);
    assert_snapshot!(on_all(User::name.ilike("a%")), @r#"
    sqlite: lower("name") LIKE lower(?) [Text("a%")]
    postgres: "name" ILIKE $1 [Text("a%")]
    mysql: lower(`name`) LIKE lower(?) [Text("a%")]
    "#);
    assert_snapshot!(on_all(User::name.ilike("a%").not()), @r#"
    sqlite: lower("name") NOT LIKE lower(?) [Text("a%")]
    postgres: "name" NOT ILIKE $1 [Text("a%")]
    mysql: lower(`name`) NOT LIKE lower(?) [Text("a%")]
    "#);
    assert_snapshot!(expr(User::name.not_like("a%")), @"name NOT LIKE ?");
}

#[test]
fn text_is_joined() {
    assert_snapshot!(on_all(User::name.concat(" ").concat(User::bio)), @r#"
    sqlite: "name" || ? || "bio" [Text(" ")]
    postgres: "name" || $1 || "bio" [Text(" ")]
    mysql: concat(`name`, ?, `bio`) [Text(" ")]
    "#);
    assert_snapshot!(expr(User::name.concat(func::lower(User::bio).concat("x"))), @"name || (lower(bio) || ?)");
}

#[test]
fn parentheses_stand_where_precedence_needs_them() {
    let (a, b, c) = (User::age.eq(1), User::active, User::bio.is_null());
    assert_snapshot!(expr(a.clone().and(b).or(c.clone())), @"age = ? AND active OR bio IS NULL");
    assert_snapshot!(expr(a.clone().and(User::active.or(c.clone()))), @"age = ? AND (active OR bio IS NULL)");
    assert_snapshot!(expr(a.clone().or(b).not()), @"NOT (age = ? OR active)");
    assert_snapshot!(expr(!User::active & !c.clone() | a.clone()), @"NOT active AND bio IS NOT NULL OR age = ?");
    assert_snapshot!(expr(a.eq(User::active)), @"(age = ?) = active");
    assert_snapshot!(expr((User::age + 1) * 2 - User::age), @"(age + ?) * ? - age");
    assert_snapshot!(expr(User::age - (User::age - 1)), @"age - (age - ?)");
    assert_snapshot!(expr(User::age * (User::age / 2) % 3), @"age * (age / ?) % ?");
    assert_snapshot!(expr(-(-User::age + 1)), @"-(-age + ?)");
    assert_snapshot!(expr(-(-User::age)), @"-(-age)");
    assert_snapshot!(expr((User::age + 1).is_null()), @"age + ? IS NULL");
    assert_snapshot!(expr(User::name.concat((User::age + 1).cast::<String>()).eq("x")), @"name || CAST(age + ? AS TEXT) = ?");
    assert_snapshot!(expr(c.clone().is_null()), @"(bio IS NULL) IS NULL");
    assert_snapshot!(expr(raw::<i32>("? OR 1", (User::active,)).eq(2)), @"(active OR 1) = ?");
}

#[test]
fn integers_divide_into_integers_everywhere() {
    assert_snapshot!(on_all(User::age / 2), @r#"
    sqlite: "age" / ? [Int(2)]
    postgres: CAST("age" AS BIGINT) / $1::BIGINT [Int(2)]
    mysql: `age` DIV ? [Int(2)]
    "#);
    assert_snapshot!(on_all(User::score / 2), @r#"
    sqlite: "score" * 1.0 / ? [Int(2)]
    postgres: "score" / $1 [Int(2)]
    mysql: `score` / ? [Int(2)]
    "#);
}

#[test]
fn folds_of_conditions() {
    assert_snapshot!(expr(all_of([User::age.eq(1), User::active.not()])), @"age = ? AND NOT active");
    assert_snapshot!(expr(any_of([User::age.eq(1)]).and(User::active)), @"age = ? AND active");
    assert_snapshot!(on_all(all_of(Vec::<Expr<bool>>::new())), @r"
    sqlite: TRUE
    postgres: TRUE
    mysql: TRUE
    ");
    assert_snapshot!(on_all(any_of(Vec::<Expr<bool>>::new())), @r"
    sqlite: FALSE
    postgres: FALSE
    mysql: FALSE
    ");
}

#[test]
fn a_number_may_stand_on_the_left() {
    assert_snapshot!(expr(User::age * (1 - User::age)), @"age * (? - age)");
    assert_snapshot!(expr(0.5 * User::score / (2.0 + User::score)), @"? * score * 1.0 / (? + score)");
    assert_snapshot!(on_all(100 / (User::age + 1)), @r#"
    sqlite: ? / ("age" + ?) [Int(100), Int(1)]
    postgres: $1::BIGINT / CAST("age" + $2 AS BIGINT) [Int(100), Int(1)]
    mysql: ? DIV (`age` + ?) [Int(100), Int(1)]
    "#);
    // Read as the operand, which may be NULL.
    let _: Expr<Option<i64>> = 1 - User::manager;
    let _: Expr<Option<Decimal>> = Decimal::ONE_HUNDRED * func::sum(User::age.cast::<Decimal>());
}

#[test]
fn an_expression_that_is_needed_again_is_taken_by_reference() {
    let sum = &(User::age + User::id);
    assert_snapshot!(expr(1 - sum * sum), @"? - (age + id) * (age + id)");
    assert_snapshot!(expr(-sum), @"-(age + id)");
    assert_snapshot!(expr(sum.between(1, sum)), @"age + id BETWEEN ? AND age + id");
    let old = &User::age.gt(70);
    assert_snapshot!(expr(!old | (old & User::active)), @"NOT (age > ?) OR age > ? AND active");
    let query = select((sum, func::count_all())).filter(old).group_by(sum).order_by(sum.desc());
    assert_snapshot!(sqlite(query), @r#"SELECT "users"."age" + "users"."id", count(*) FROM "users" WHERE "users"."age" > ? GROUP BY "users"."age" + "users"."id" ORDER BY "users"."age" + "users"."id" DESC"#);
}

#[test]
fn a_fold_of_ten_thousand_conditions_stays_flat() {
    let any = (0..10_000).fold(User::age.eq(-1), |any, age| any.or(User::age.eq(age)));
    assert_eq!(expr(any).matches(" OR ").count(), 10_000);
}

#[test]
fn a_thousand_nested_operators_fit_on_the_stack() {
    let sum = (0..1_000).fold(User::age + 0, |sum, number| User::age + (sum * number));
    assert_eq!(expr(sum).matches('+').count(), 1_001);
    let mixed = (0..1_000).fold(User::age.eq(0), |any, age| any.or(User::age.eq(age)).and(User::active));
    assert_eq!(expr(mixed).matches(" OR ").count(), 1_000);
}

#[test]
fn functions() {
    assert_snapshot!(expr(func::count(User::id)), @"count(id)");
    assert_snapshot!(expr(func::count_all()), @"count(*)");
    assert_snapshot!(expr(func::count_distinct(User::name)), @"count(DISTINCT name)");
    assert_snapshot!(expr(func::sum(User::age)), @"sum(age)");
    assert_snapshot!(expr(func::avg(User::age)), @"avg(age)");
    assert_snapshot!(expr(func::min(User::bio)), @"min(bio)");
    assert_snapshot!(expr(func::max(User::age + 1)), @"max(age + ?)");
    assert_snapshot!(expr(func::coalesce(User::bio, "none")), @"coalesce(bio, ?)");
    assert_snapshot!(expr(func::nullif(User::age, 0)), @"nullif(age, ?)");
    assert_snapshot!(expr(func::trim(func::upper(User::name))), @"trim(upper(name))");
    assert_snapshot!(on_all(func::length(User::name)), @r#"
    sqlite: length("name")
    postgres: length("name")
    mysql: char_length(`name`)
    "#);
    assert_snapshot!(expr(func::substr(User::name, 1, 2)), @"substr(name, ?, ?)");
    assert_snapshot!(expr(func::replace(User::name, "a", "b")), @"replace(name, ?, ?)");
    assert_snapshot!(expr(func::round(func::abs(User::score))), @"round(abs(score))");
    assert_snapshot!(on_all(func::random()), @r"
    sqlite: random()
    postgres: random()
    mysql: rand()
    ");
    assert_snapshot!(on_all(func::now()), @r"
    sqlite: strftime('%Y-%m-%d %H:%M:%f000', 'now')
    postgres: CURRENT_TIMESTAMP
    mysql: utc_timestamp(6)
    ");
    assert_snapshot!(expr(func::current_date()), @"CURRENT_DATE");
    assert_snapshot!(expr(func::call::<i64>("instr", (User::name, "@"))), @"instr(name, ?)");
}

#[test]
fn results_are_typed_and_options_do_not_nest() {
    let _: Expr<Option<i64>> = func::sum(User::age);
    let _: Expr<Option<f64>> = func::avg(User::age);
    let _: Expr<Option<Decimal>> = func::avg(User::age.cast::<Decimal>());
    let _: Expr<Option<String>> = func::min(User::bio);
    let _: Expr<Option<i32>> = func::max(User::age);
    let _: Expr<String> = func::coalesce(User::bio, "none");
    let _: Expr<Option<String>> = User::bio.nullable();
    let _: Expr<Option<i32>> = User::age * User::manager + 1;
    let _: Expr<Option<i32>> = User::age / func::nullif(User::id, 0);
    let _: Expr<Option<String>> = User::name.concat(User::bio).concat("!");
    let _: Expr<i64> = func::sum(User::age).assume_not_null();
    let _: Expr<String> = User::name.assume_not_null();
    let _: Expr<Option<i64>> = select(User::manager).scalar();
}

#[test]
fn case_has_branches_and_an_end() {
    let case = || case().when(User::age.lt(13), "child").when(User::age.lt(20), "teen");
    assert_snapshot!(expr(case().otherwise("adult")), @"CASE WHEN age < ? THEN ? WHEN age < ? THEN ? ELSE ? END");
    assert_snapshot!(expr(case().end()), @"CASE WHEN age < ? THEN ? WHEN age < ? THEN ? END");
}

#[test]
fn casts_name_each_databases_type() {
    assert_snapshot!(on_all(User::name.cast::<i64>()), @r#"
    sqlite: CAST("name" AS INTEGER)
    postgres: CAST("name" AS BIGINT)
    mysql: CAST(`name` AS SIGNED)
    "#);
    assert_snapshot!(on_all(User::age.cast::<String>()), @r#"
    sqlite: CAST("age" AS TEXT)
    postgres: CAST("age" AS TEXT)
    mysql: CAST(`age` AS CHAR)
    "#);
    assert_snapshot!(on_all(User::age.cast::<f64>()), @r#"
    sqlite: CAST("age" AS REAL)
    postgres: CAST("age" AS DOUBLE PRECISION)
    mysql: CAST(`age` AS DOUBLE)
    "#);
}

#[test]
fn raw_fragments_take_arguments() {
    assert_snapshot!(on_all(raw::<String>("substr(?, ?) || '?'", (User::name, 2))), @r#"
    sqlite: substr("name", ?) || '?' [Int(2)]
    postgres: substr("name", $1) || '?' [Int(2)]
    mysql: substr(`name`, ?) || '?' [Int(2)]
    "#);
    assert_snapshot!(expr(raw::<String>("f(?)", ())), @"error: `f(?)` has 1 places for arguments, and 0 are given");
}

#[test]
fn hostile_names_and_values_stay_names_and_values() {
    let evil: Column<User, String> = Column::new("a\"; DROP TABLE users; --`");
    assert_snapshot!(on_all(evil.eq("'; DROP TABLE users; --")), @r#"
    sqlite: "a""; DROP TABLE users; --`" = ? [Text("'; DROP TABLE users; --")]
    postgres: "a""; DROP TABLE users; --`" = $1 [Text("'; DROP TABLE users; --")]
    mysql: `a"; DROP TABLE users; --``` = ? [Text("'; DROP TABLE users; --")]
    "#);
    let nul: Column<User, String> = Column::new("a\0b");
    assert_snapshot!(expr(nul.is_null()), @r#"error: the name "a\0b" holds a NUL character"#);
}

#[test]
fn grouping_takes_one_a_tuple_or_a_vec() {
    fn count(terms: impl Grouping) -> usize {
        let mut nodes = Vec::new();
        terms.add_to(&mut nodes);
        nodes.len()
    }
    assert_eq!(count(User::name), 1);
    assert_eq!(count((User::name, User::age + 1)), 2);
    assert_eq!(count(vec![User::age + 1, User::age * 2]), 2);
}
