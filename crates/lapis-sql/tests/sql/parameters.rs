//! Parameters whose type nothing around them tells, and expressions that are to be written as they were before: what
//! random statements found.

use crate::common::{Post, User, sql};
use insta::assert_snapshot;
use lapis_sql::dialect::Postgres;
use lapis_sql::expr::*;
use lapis_sql::statement::{Statement, alias, select, table, unnest, values};
use rust_decimal::Decimal;

#[test]
fn null_has_the_type_of_its_expression() {
    assert_snapshot!("null_selected", sql(select((User::id, lit(None::<i64>)))));
    let table = values("v", ["a", "b"], [(1, None::<bool>)]);
    assert_snapshot!("null_in_values", sql(select(table.column::<Option<bool>>("b")).from(&table)));
}

#[test]
fn to_compare_with_null_is_to_ask_for_it_with_its_type_too() {
    let condition = User::manager.eq(lit(None::<i64>)).or(User::manager.ne(None::<i64>));
    assert_snapshot!("null_compared", sql(select(User::id).filter(condition)));
}

#[test]
fn a_fraction_beside_an_integer_is_none() {
    let half = Decimal::new(5, 1);
    let condition = User::id.gt(0.5).and(User::age.between(half, 7)).and(User::age.in_([half]));
    assert_snapshot!("fractions", sql(select(User::id).filter(condition)));
}

#[test]
fn a_value_that_is_cast_has_its_own_type_before() {
    assert_snapshot!("cast_value", sql(select((lit(true).cast::<i32>(), lit(1.5).cast::<i64>()))));
}

#[test]
fn a_value_among_expressions_of_several_types_has_its_own() {
    let condition = lit(1_i64).in_([lit(0_i64) + User::age, lit(0_i64) + User::id]);
    assert_snapshot!("value_among_expressions", sql(select(User::id).filter(condition)));
}

#[test]
fn a_condition_alone_in_all_of_is_typed() {
    let condition = case().when(User::active, all_of([lit(true)])).end();
    assert_snapshot!("all_of_one", sql(select(User::id).filter(condition)));
}

#[test]
fn what_is_grouped_by_is_written_with_the_same_parameters() {
    let key = User::age + 1;
    let grouped = select((&key * 2, func::count_all())).group_by(&key).having(key.gt(3));
    assert_snapshot!("grouped_by_an_expression", sql(grouped));
}

#[test]
fn several_groupings_are_of_what_is_selected() {
    let key = User::age + 1;
    let grouped = select(key.clone()).group_by(cube((key, User::name)));
    assert_snapshot!("grouped_by_cube", grouped.sql(&Postgres).expect("PostgreSQL has it"));
}

#[test]
fn a_subquery_that_is_distinct_is_ordered_by_its_place() {
    let oldest = select(func::max(User::age)).filter(User::id.gt(7)).scalar();
    let distinct = select(oldest.clone().label("oldest")).from(table::<Post>()).distinct().order_by(oldest);
    assert_snapshot!("distinct_subquery", sql(distinct));
}

#[test]
fn an_array_of_no_values_has_the_type_of_its_elements() {
    let none = unnest::<String, _>("tags", lit(Vec::<String>::new()));
    assert_snapshot!(
        "unnest_of_none",
        select(none.value()).from(&none).sql(&Postgres).expect("PostgreSQL has it")
    );
}

#[test]
fn a_value_that_is_selected_and_ordered_by_has_a_parameter_of_its_own_elsewhere() {
    let distinct = select((lit(1_i64).label("one"), func::right(User::name, 1)))
        .distinct()
        .filter(User::id.gt(1))
        .order_by(label::<i64>("one"));
    assert_snapshot!("selected_value", sql(distinct));
}

#[test]
fn a_value_is_nothing_to_group_by() {
    let grouped = select(func::count_all()).from(table::<User>()).group_by(lit(1_i64));
    assert_snapshot!("grouped_by_a_value", sql(grouped));
}

#[test]
fn one_scalar_subquery_in_a_list_is_one_value() {
    let latest = || select(func::max(Post::author)).scalar();
    let condition = User::id.in_([latest()]).or(User::id.not_in([latest()]));
    assert_snapshot!("scalar_in_a_list", sql(select(User::id).filter(condition)));
}

#[test]
fn a_label_in_an_order_with_nulls_is_the_expression_that_it_names() {
    let total = func::max(User::score).label("best");
    let ordered = select((User::name, total)).group_by(User::name);
    let best = || label::<Option<f64>>("best");
    assert_snapshot!("order_by_a_label", sql(ordered.order_by(best().desc().nulls_last())));
}

#[test]
fn not_exists_binds_as_not_does() {
    let posts = select(Post::id).filter(Post::author.eq(User::id));
    let condition = User::active.eq(not_exists(posts));
    assert_snapshot!("not_exists_compared", sql(select(User::id).filter(condition)));
}

#[test]
fn the_remainder_of_fractions_has_a_fraction() {
    let price = lit(Decimal::new(55, 1));
    assert_snapshot!("remainders", sql(select((User::score % 2.0, price % 2, User::age % 2))));
}

#[test]
fn an_integer_is_round() {
    assert_snapshot!(
        "round_of_an_integer",
        sql(select((func::round(User::age), func::round(User::score))))
    );
}

#[test]
fn positions_in_texts_are_narrow_integers() {
    let start = User::id + 1;
    let other = alias::<User>("other");
    assert_snapshot!("substr_by_expressions", sql(select(func::substr(User::name, start, User::age))));
    let first = func::left(other.c(User::name), other.c(User::id));
    assert_snapshot!("left_by_a_column", sql(select(first).from(&other)));
}

#[test]
fn text_and_instants_are_cast_to_dates_as_sqlite_stores_them() {
    let at = func::call::<chrono::NaiveDateTime>("at", (User::id,));
    let day = at.clone().cast::<chrono::NaiveDate>();
    assert_snapshot!("cast_to_date", sql(select((day.clone(), day.cast::<chrono::NaiveDateTime>()))));
}
