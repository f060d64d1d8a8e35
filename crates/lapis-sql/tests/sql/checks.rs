//! What a statement says that some database would guess at: an error on every database when it is compiled, which
//! names the part; and what looks like it and is right.

use crate::common::{Post, User, sqlite};
use insta::assert_snapshot;
use lapis_sql::dialect::{Dialect, MariaDb, MySql, Postgres, Sqlite};
use lapis_sql::expr::*;
use lapis_sql::statement::*;

/// The error, which is the same on each database.
fn refused(statement: impl Statement) -> String {
    let errors = [&Sqlite as &dyn Dialect, &Postgres, &MySql, &MariaDb]
        .map(|dialect| statement.sql(dialect).expect_err("some database would guess").to_string());
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    errors[0].clone()
}

/// Compiles on each database.
fn taken(statement: impl Statement) {
    for dialect in [&Sqlite as &dyn Dialect, &Postgres, &MySql, &MariaDb] {
        statement.sql(dialect).unwrap_or_else(|error| panic!("{error}"));
    }
}

fn users_and_posts() -> Select<(Val<String>, Val<String>)> {
    select((User::name, Post::title)).from(table::<User>()).from(table::<Post>())
}

#[test]
fn tables_that_nothing_joins_are_named() {
    assert_snapshot!(refused(users_and_posts()), @"the statement selects from users and posts, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
    let one_side = users_and_posts().filter(User::id.eq(1)).filter(Post::author.eq(2));
    assert_snapshot!(refused(one_side), @"the statement selects from users and posts, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
}

#[test]
fn a_join_on_a_condition_about_one_side_joins_nothing() {
    let on_posts = select((User::name, Post::title))
        .from(table::<User>())
        .join_on(table::<Post>(), Post::title.ne(""));
    assert_snapshot!(refused(on_posts), @"the statement selects from users and posts, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
    let always = select(User::name).join_on(table::<Post>(), lit(true));
    assert_snapshot!(refused(always), @"the statement selects from users and posts, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
    let itself = select(User::name).left_join_on(table::<Post>(), Post::author.eq(Post::author));
    assert_snapshot!(refused(itself), @"the statement selects from users and posts, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
}

#[test]
fn what_is_joined_among_itself_is_one_part() {
    let boss = alias::<User>("boss");
    let apart = users_and_posts()
        .filter(Post::author.eq(User::id))
        .from(&boss)
        .filter(boss.c(User::id).eq(1));
    assert_snapshot!(refused(apart), @"the statement selects from users + posts and boss, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
}

#[test]
fn tables_are_joined_by_any_condition_that_names_both() {
    taken(users_and_posts().filter(Post::author.eq(User::id)));
    taken(users_and_posts().filter(Post::author.eq(User::id).or(User::age.lt(1))));
    let boss = alias::<User>("boss");
    let chain = users_and_posts().from(&boss).filter(
        Post::author
            .eq(User::id)
            .and(User::manager.eq(boss.c(User::id)))
            .and(User::active.eq(true)),
    );
    taken(chain);
    let by_hand = raw::<bool>("users.id = posts.author_id", ());
    taken(users_and_posts().filter(by_hand));
    let third = select(User::name)
        .from(table::<User>())
        .join_on(table::<Post>(), Post::author.eq(User::id))
        .filter(User::manager.is_null());
    taken(third);
}

#[test]
fn tables_are_joined_by_a_subquery_about_both() {
    let both = exists(
        select(Post::id).from(FromItem::table(TableName::new("tags"))).filter(
            TableName::new("tags")
                .column::<i64>("post")
                .eq(Post::id)
                .and(TableName::new("tags").column::<i64>("user").eq(User::id)),
        ),
    );
    taken(users_and_posts().filter(both));
}

#[test]
fn tables_of_a_subquery_are_joined_by_the_query_around_it() {
    let tag = TableName::new("tags");
    let shared = select(tag.column::<i64>("id"))
        .from(FromItem::table(tag.clone()))
        .from(table::<Post>())
        .filter(Post::author.eq(User::id))
        .filter(tag.column::<i64>("user").eq(User::id));
    taken(select(User::name).from(table::<User>()).filter(exists(shared)));
    let apart = select(tag.column::<i64>("id"))
        .from(FromItem::table(tag.clone()))
        .from(table::<Post>())
        .filter(Post::author.eq(User::id));
    assert_snapshot!(refused(select(User::name).from(table::<User>()).filter(exists(apart))), @"the statement selects from tags and posts, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
}

#[test]
fn every_pair_is_had_by_saying_so() {
    taken(select((User::name, Post::title)).from(table::<User>()).cross_join(table::<Post>()));
    taken(select(User::name).left_join_on(table::<Post>(), lit(true)));
    let latest = select(Post::title).filter(Post::author.eq(User::id)).limit(3).subquery("latest");
    let lateral = select((User::name, latest.c(Post::title)))
        .from(table::<User>())
        .left_join_on(latest.clone().lateral(), lit(true));
    assert!(lateral.sql(&Postgres).is_ok());
}

#[test]
fn a_query_of_one_row_needs_no_condition() {
    let totals = select(func::count(Post::id).label("posts")).subquery("totals");
    taken(select((User::name, totals.column::<i64>("posts"))).from(table::<User>()).from(totals));
    let newest = select(func::max(Post::id).label("id")).cte("newest");
    let beside = select((User::name, newest.column::<i64>("id")))
        .with(&newest)
        .from(table::<User>())
        .from(&newest);
    taken(beside);
    let first = select(Post::title).order_by(Post::id).limit(1).subquery("first");
    taken(select((User::name, first.c(Post::title))).from(table::<User>()).from(first));
    let windowed = select(func::count(Post::id).over(window()).label("n")).subquery("windowed");
    assert_snapshot!(refused(select((User::name, windowed.column::<i64>("n"))).from(table::<User>()).from(windowed)), @"the statement selects from users and windowed, and nothing joins them; join them, or ask for every pair with `.cross_join(..)`");
}

#[test]
fn a_column_beside_an_aggregate_is_grouped_by() {
    assert_snapshot!(refused(select((User::name, func::count(User::id)))), @"users.name is used beside count(..), but not grouped by: each group may have several values of it; add it to `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`");
    let titles = select((Post::title, func::count(User::id)))
        .join_on(table::<User>(), Post::author.eq(User::id))
        .group_by(User::id);
    assert_snapshot!(refused(titles), @"posts.title is used beside count(..), but not grouped by: each group may have several values of it; add it to `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`");
    assert_snapshot!(refused(select(User::name).order_by(func::count(User::id))), @"users.name is used beside count(..), but not grouped by: each group may have several values of it; add it to `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`");
    assert_snapshot!(refused(select(User::age + func::max(User::age))), @"users.age is used beside max(..), but not grouped by: each group may have several values of it; add it to `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`");
    let ordered = select((Post::author, func::count(Post::id)))
        .join_on(table::<User>(), Post::author.eq(User::id))
        .group_by(Post::author)
        .order_by(User::name);
    assert_snapshot!(refused(ordered), @"users.name is used beside count(..), but not grouped by: each group may have several values of it; add it to `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`");
}

#[test]
fn what_is_grouped_by_may_be_selected() {
    taken(select((User::name, func::count(User::id))).group_by(User::name));
    let letter = || func::lower(func::substr(User::name, 1, 1));
    taken(select((letter(), func::count_all())).from(table::<User>()).group_by(letter()));
    taken(
        select((letter().concat("!"), func::count_all()))
            .from(table::<User>())
            .group_by(letter()),
    );
    taken(select((func::count(User::id), lit(1), func::now())));
    let labelled = select((letter().label("letter"), func::count_all()))
        .from(table::<User>())
        .group_by(label::<String>("letter"));
    taken(labelled);
    taken(
        select((User::name, func::max(User::age)))
            .group_by(User::name)
            .having(func::max(User::age).gt(3)),
    );
}

/// PostgreSQL lets columns be that the table's grouped primary key determines, and says itself if it is not one.
#[test]
fn columns_of_a_table_of_which_a_column_is_grouped_by_are_left_to_the_database() {
    let busy = select((User::name, User::age, func::count(Post::id)))
        .join_on(table::<Post>(), Post::author.eq(User::id))
        .group_by(User::id);
    taken(busy);
}

#[test]
fn a_query_in_from_has_no_key_that_determines_its_columns() {
    let posts = select((Post::author, Post::title)).subquery("p");
    let counts = select((posts.c(Post::title), func::count_all()))
        .from(posts.clone())
        .group_by(posts.c(Post::author));
    assert_snapshot!(refused(counts), @"p.title is used beside count(..), but not grouped by: each group may have several values of it; add it to `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`");
}

#[test]
fn any_value_is_one_of_a_group() {
    let titles = select((User::id, func::any_value(Post::title), func::count(Post::id)))
        .join_on(table::<Post>(), Post::author.eq(User::id))
        .group_by(User::id);
    taken(titles);
}

#[test]
fn columns_of_the_query_around_are_no_columns_of_the_group() {
    let more = select(func::count(Post::id))
        .filter(Post::author.eq(User::id))
        .having(func::count(Post::id).gt(User::age));
    taken(select((User::name, more.scalar())).from(table::<User>()));
}

#[test]
fn a_function_that_may_be_an_aggregate_is_left_to_the_database() {
    taken(select((func::call::<f64>("median", (User::age,)), func::count_all())).from(table::<User>()));
    taken(select((raw::<i64>("total(users.age)", ()), func::count_all())).from(table::<User>()));
}

#[test]
fn windows_beside_columns_need_no_group() {
    taken(select((User::name, func::count(User::id).over(window().partition_by(User::age)))));
    let shares = func::sum(func::sum(User::age)).over(window());
    taken(select((User::name, shares.clone())).group_by(User::name));
    assert_snapshot!(refused(select((User::name, shares))), @"users.name is used beside sum(..), but not grouped by: each group may have several values of it; add it to `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`");
    let by_score = func::rank().over(window().order_by(User::score));
    assert_snapshot!(refused(select((func::count(User::id), by_score))), @"users.score is used beside count(..), but not grouped by: each group may have several values of it; add it to `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`");
}

#[test]
fn aggregates_do_not_stand_where_rows_are_picked() {
    assert_snapshot!(refused(select(User::name).filter(func::count(User::id).gt(3))), @"count(..) is an aggregate in a filter (WHERE), which is decided row by row; to keep some groups, use `.having(..)`; to compare with all rows, a `.scalar()` subquery");
    let on = select(User::name)
        .join_on(table::<Post>(), Post::author.eq(User::id).and(func::max(Post::id).gt(1)));
    assert_snapshot!(refused(on), @"max(..) is an aggregate in the condition of a join, which is decided row by row; compute it in a subquery, and join that");
    assert_snapshot!(refused(select(User::name).group_by(func::max(User::age))), @"max(..) is an aggregate in GROUP BY, which makes the groups; compute it in a `.scalar()` subquery");
    assert_snapshot!(refused(update::<User>().set(User::age, func::count_all().cast::<i32>()).all_rows()), @"count(..) is an aggregate in what is set in a row; compute it in a `.scalar()` subquery");
    assert_snapshot!(refused(delete::<User>().filter(User::age.gt(func::avg(User::age)))), @"avg(..) is an aggregate in a filter (WHERE), which is decided row by row; to keep some groups, use `.having(..)`; to compare with all rows, a `.scalar()` subquery");
    assert_snapshot!(refused(insert::<User>().values(User::id.set(func::count_all()))), @"count(..) is an aggregate in the values of a row; compute it in a `.scalar()` subquery");
}

#[test]
fn aggregates_do_not_nest() {
    assert_snapshot!(refused(select(func::sum(func::count(User::id))).from(table::<User>())), @"count(..) is an aggregate within sum(..), and aggregates do not nest; compute the inner one in a subquery, or take the outer one `.over(..)` a window");
    let within_filter = func::count(User::id).filter_where(User::age.gt(func::max(User::age)));
    assert_snapshot!(refused(select(within_filter)), @"max(..) is an aggregate within count(..), and aggregates do not nest; compute the inner one in a subquery, or take the outer one `.over(..)` a window");
    assert_snapshot!(refused(select(func::max(func::any_value(User::age)))), @"any_value(..) is an aggregate within max(..), and aggregates do not nest; compute the inner one in a subquery, or take the outer one `.over(..)` a window");
}

#[test]
fn windows_do_not_stand_where_rows_are_picked_or_grouped() {
    let rank = || func::rank().over(window().order_by(User::age));
    assert_snapshot!(refused(select(User::name).filter(rank().le(3))), @"rank(..) over a window is in a filter (WHERE), which is decided row by row; select it under a label in a subquery, and go on from there");
    assert_snapshot!(refused(select(func::count_all()).from(table::<User>()).group_by(rank())), @"rank(..) over a window is in GROUP BY, which makes the groups; select it under a label in a subquery, and go on from there");
    assert_snapshot!(refused(select(User::name).group_by(User::name).having(rank().gt(1))), @"rank(..) over a window is in HAVING, which is decided before windows are looked at; select it under a label in a subquery, and go on from there");
    assert_snapshot!(refused(select(func::max(rank())).from(table::<User>())), @"rank(..) over a window is within max(..), which is computed before windows are; select it under a label in a subquery, and go on from there");
}

#[test]
fn a_subquery_aggregates_for_itself() {
    let average = select(func::avg(User::age)).scalar();
    taken(select(User::name).from(table::<User>()).filter(User::age.gt(average)));
    let nested = select(func::max(Post::id)).filter(Post::author.eq(User::id)).scalar();
    taken(select(func::sum(nested)).from(table::<User>()));
    let wrong = exists(select(Post::id).filter(func::count(Post::id).gt(1)));
    assert_snapshot!(refused(select(User::name).from(table::<User>()).filter(wrong)), @"count(..) is an aggregate in a filter (WHERE), which is decided row by row; to keep some groups, use `.having(..)`; to compare with all rows, a `.scalar()` subquery");
}

/// An aggregate of columns of the query around is that query's: SQL:2016, 6.9 "set function specification".
#[test]
fn an_aggregate_of_the_query_around_may_stand_in_a_subquery() {
    let titles = exists(select(Post::id).filter(Post::id.eq(func::max(User::age).cast::<i64>())));
    taken(select(User::name).group_by(User::name).having(titles));
}

#[test]
fn having_is_about_groups() {
    assert_snapshot!(refused(select(User::name).having(User::age.gt(3))), @"HAVING is about groups, and the statement has none; use `.filter(..)` for rows, or add `.group_by(..)`");
    taken(select(lit(1)).from(table::<User>()).having(func::count_all().gt(3)));
    taken(select(User::age).group_by(User::age).having(User::age.gt(3)));
}

#[test]
fn rows_that_are_distinct_are_ordered_by_what_is_selected() {
    assert_snapshot!(refused(select(User::name).distinct().order_by(User::age)), @"SELECT DISTINCT is ordered by users.age, which it does not select, so that equal rows may differ in it; select it, too, or group by what is selected and order by an aggregate");
    taken(select(User::name).distinct().order_by(User::name.desc()));
    taken(select(User::name.label("n")).distinct().order_by(label::<String>("n")));
    taken(select(User::name).distinct().order_by(func::lower(User::name)));
}

#[test]
fn an_empty_list_holds_nothing() {
    let none: [i64; 0] = [];
    assert_snapshot!(sqlite(select(User::name).filter(User::id.in_(none))), @r#"SELECT "users"."name" FROM "users" WHERE FALSE"#);
    assert_snapshot!(sqlite(select(User::name).filter(User::id.not_in(none))), @r#"SELECT "users"."name" FROM "users" WHERE TRUE"#);
}

/// A table that says what its key is.
struct Line;

impl StaticTable for Line {
    const TABLE: &'static str = "lines";

    fn primary_key() -> Vec<lapis_sql::Name> {
        vec!["order_id".into(), "number".into()]
    }
}

#[allow(non_upper_case_globals)]
impl Line {
    const order: Column<Line, i64> = Column::new("order_id");
    const number: Column<Line, i64> = Column::new("number");
    const item: Column<Line, String> = Column::new("item");
}

#[test]
fn a_key_that_is_known_has_to_be_grouped_by_as_a_whole() {
    let by_order = select((Line::item, func::count_all())).group_by(Line::order);
    assert_snapshot!(refused(by_order), @"lines.item is used beside count(..), but not grouped by: each group may have several values of it; add it to `.group_by(..)`, or take one of them by `func::min(..)` or `func::any_value(..)`");
    taken(select((Line::item, func::count_all())).group_by((Line::order, Line::number)));
    taken(select((Line::order, func::count_all())).group_by(Line::order));
}

#[test]
fn what_an_outer_join_may_make_null_is_read_as_an_option() {
    let joined = |items: Select<_>| items.left_join_on(table::<Post>(), Post::author.eq(User::id));
    assert_snapshot!(sqlite(joined(select((User::name, Post::title)).from(table::<User>()))), @"error: posts.title is NULL where a LEFT JOIN finds no row of its table, and is read as what cannot hold NULL; select it as `.nullable()`, the whole entity as `.optional()`, or say `.assume_not_null()` where a filter makes sure of it");
    let known = select((User::name, Post::title.assume_not_null())).from(table::<User>());
    let known = known
        .left_join_on(table::<Post>(), Post::author.eq(User::id))
        .filter(Post::id.is_not_null());
    assert_snapshot!(sqlite(known), @r#"SELECT "users"."name", "posts"."title" FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id" WHERE "posts"."id" IS NOT NULL"#);
    let option = select((User::name, Post::title.nullable())).from(table::<User>());
    assert_snapshot!(sqlite(option.left_join_on(table::<Post>(), Post::author.eq(User::id))), @r#"SELECT "users"."name", "posts"."title" FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id""#);
    let all_posts = select((User::name, Post::title)).from(table::<User>());
    assert_snapshot!(sqlite(all_posts.clone().right_join_on(table::<Post>(), Post::author.eq(User::id))), @"error: users.name is NULL where a RIGHT JOIN finds no row of its table, and is read as what cannot hold NULL; select it as `.nullable()`, the whole entity as `.optional()`, or say `.assume_not_null()` where a filter makes sure of it");
    assert_snapshot!(sqlite(all_posts.full_join_on(table::<Post>(), Post::author.eq(User::id))), @"error: users.name is NULL where a FULL JOIN finds no row of its table, and is read as what cannot hold NULL; select it as `.nullable()`, the whole entity as `.optional()`, or say `.assume_not_null()` where a filter makes sure of it");
    let bio = select((User::bio, Post::id)).from(table::<User>());
    assert_snapshot!(sqlite(bio.right_join_on(table::<Post>(), Post::author.eq(User::id))), @r#"SELECT "users"."bio", "posts"."id" FROM "users" RIGHT JOIN "posts" ON "posts"."author_id" = "users"."id""#);
}

#[test]
fn a_column_that_a_query_in_from_does_not_select_is_named() {
    let counts = select((Post::author, func::count(Post::id).label("posts"))).group_by(Post::author);
    let sub = counts.clone().subquery("counts");
    assert_snapshot!(refused(select(sub.column::<i64>("post")).from(sub.clone())), @"counts.post is used, and counts selects no column of that name; it selects author_id, posts");
    let cte = counts.cte("counts");
    let wrong = select(User::name)
        .with(&cte)
        .join_on(&cte, cte.c(Post::author).eq(User::id))
        .filter(cte.column::<i64>("total").gt(3));
    assert_snapshot!(refused(wrong), @"counts.total is used, and counts selects no column of that name; it selects author_id, posts");
    let rows = values("v", ["a", "b"], [(1, 2)]);
    assert_snapshot!(refused(select(rows.column::<i64>("c")).from(&rows)), @"v.c is used, and v selects no column of that name; it selects a, b");
}

#[test]
fn columns_of_queries_in_from_are_found_by_their_labels_and_names() {
    let counts = select((Post::author, func::count(Post::id).label("posts"))).group_by(Post::author);
    let sub = counts.clone().subquery("counts");
    taken(select((sub.c(Post::author), sub.column::<i64>("posts"))).from(sub.clone()));
    // A name that the database makes is not known.
    let unnamed = select(func::count(Post::id)).subquery("unnamed");
    taken(select(unnamed.column::<i64>("count")).from(unnamed.clone()));
    // What has the name of a table and is not recursive selects from the table.
    let users = select((User::id, User::name)).filter(User::active.eq(true)).cte("users");
    taken(select(User::name).with(&users).from(&users));
    let tree = select((User::id, lit(0_i64).label("depth"))).recursive("tree").union_all(|tree| {
        select((User::id, tree.column::<i64>("depth") + 1))
            .from(table::<User>())
            .join_on(tree, User::manager.eq(tree.c(User::id)))
    });
    taken(select(tree.column::<i64>("depth")).with(&tree).from(&tree));
}

#[test]
fn what_a_write_looks_at_belongs_to_its_rows() {
    let apart = update::<User>()
        .set(User::active, false)
        .from(table::<Post>())
        .filter(Post::title.eq("spam"));
    assert_snapshot!(sqlite(apart), @"error: what is written to users looks at posts, and nothing says which rows belong together; say it in the filter, or `.all_rows()` where every one is meant for each");
    let apart = delete::<Post>().using(table::<User>()).filter(Post::id.gt(7).and(User::active));
    assert_snapshot!(sqlite(apart), @"error: what is written to posts looks at users, and nothing says which rows belong together; say it in the filter, or `.all_rows()` where every one is meant for each");
    let meant = update::<User>().set(User::active, false).from(table::<Post>()).all_rows();
    assert_snapshot!(sqlite(meant), @r#"UPDATE "users" SET "active" = ? FROM "posts""#);
    let one_row = values("v", ["id"], [7]);
    let one = update::<User>()
        .set(User::id, one_row.column::<i64>("id"))
        .from(&one_row)
        .filter(User::id.eq(1));
    assert_snapshot!(sqlite(one), @r#"UPDATE "users" SET "id" = "v"."id" FROM (SELECT ? AS "id") AS "v" WHERE "users"."id" = ?"#);
}
