//! Statements as people read them.

use crate::common::{Post, User};
use insta::assert_snapshot;
use lapis_sql::dialect::{Dialect, MariaDb, MySql, Postgres, Sqlite};
use lapis_sql::expr::*;
use lapis_sql::statement::*;

#[test]
fn each_clause_has_a_line_and_values_stand_in_it() {
    let busy = select((User::name, func::count(Post::id).label("posts")))
        .join_on(table::<Post>(), Post::author.eq(User::id))
        .filter(User::age.ge(18).and(User::active.eq(true)).and(User::name.ne("O'Neil")))
        .group_by((User::id, User::name))
        .having(func::count(Post::id).gt(3))
        .order_by((func::count(Post::id).desc(), User::name))
        .limit(10)
        .offset(20);
    assert_snapshot!(busy, @"
    SELECT users.name, count(posts.id) AS posts
    FROM users
    JOIN posts ON posts.author_id = users.id
    WHERE users.age >= 18 AND users.active = TRUE AND users.name <> 'O''Neil'
    GROUP BY users.id, users.name
    HAVING count(posts.id) > 3
    ORDER BY count(posts.id) DESC, users.name
    LIMIT 10
    OFFSET 20
    ");
}

#[test]
fn long_lists_and_conditions_have_a_line_for_each_part() {
    let long = select((
        User::id,
        User::name,
        case().when(User::age.lt(18).and(User::active.eq(true)), "child").otherwise("grown up"),
        func::coalesce(User::bio, "nothing is known").label("what_is_known"),
    ))
    .filter(
        User::name
            .starts_with("A")
            .or(User::age.between(30, 40).and(User::score.gt(0.5)))
            .or(User::manager.is_null().and(User::bio.is_not_null())),
    );
    assert_snapshot!(long, @"
    SELECT
      users.id,
      users.name,
      CASE WHEN users.age < 18 AND users.active = TRUE THEN 'child' ELSE 'grown up' END,
      coalesce(users.bio, 'nothing is known') AS what_is_known
    FROM users
    WHERE users.name LIKE 'A%'
      OR users.age BETWEEN 30 AND 40 AND users.score > 0.5
      OR users.manager_id IS NULL AND users.bio IS NOT NULL
    ");
}

#[test]
fn subqueries_are_indented() {
    let titles = select(Post::title).filter(Post::author.eq(User::id)).limit(1).scalar();
    let highest = select(func::max(User::id)).scalar();
    let authors = select(Post::author).filter(Post::id.gt(highest));
    let nested = select((User::name, titles)).from(table::<User>()).filter(User::id.in_select(authors));
    assert_snapshot!(nested, @"
    SELECT
      users.name,
      (
        SELECT posts.title
        FROM posts
        WHERE posts.author_id = users.id
        LIMIT 1
      )
    FROM users
    WHERE users.id IN (
      SELECT posts.author_id
      FROM posts
      WHERE posts.id > (
        SELECT max(users.id)
        FROM users
      )
    )
    ");
}

#[test]
fn common_tables_and_windows_are_laid_out() {
    let counts = select((Post::author, func::count(Post::id).label("posts")))
        .group_by(Post::author)
        .cte("counts");
    let best = select(func::max(counts.column::<i64>("posts")).label("most")).from(&counts).cte("best");
    let rank = func::rank().over(window().order_by(counts.column::<i64>("posts").desc()));
    let ranked = select((User::name, rank))
        .with(&counts)
        .with(&best)
        .from(table::<User>())
        .join_on(&counts, counts.c(Post::author).eq(User::id))
        .cross_join(&best);
    assert_snapshot!(ranked, @"
    WITH counts AS (
      SELECT posts.author_id, count(posts.id) AS posts
      FROM posts
      GROUP BY posts.author_id
    ),
    best AS (
      SELECT max(counts.posts) AS most
      FROM counts
    )
    SELECT users.name, rank() OVER (ORDER BY counts.posts DESC)
    FROM users
    JOIN counts ON counts.author_id = users.id
    CROSS JOIN best
    ");
}

#[test]
fn set_operations_stand_one_below_the_other() {
    let both = select(User::name)
        .filter(User::age.gt(60))
        .union_all(select(Post::title))
        .order_by(User::name);
    assert_snapshot!(both, @"
    SELECT users.name
    FROM users
    WHERE users.age > 60
    UNION ALL
    SELECT posts.title
    FROM posts
    ORDER BY name
    ");
}

#[test]
fn statements_that_write_are_laid_out() {
    let upsert = insert::<User>()
        .values((User::id.set(1), User::name.set("Ada"), User::age.set(36)))
        .on_conflict(User::id)
        .do_update((User::name.set(excluded(User::name)), User::age.set(User::age + 1)))
        .returning((User::id, User::age));
    assert_snapshot!(upsert, @"
    INSERT INTO users (id, name, age)
    VALUES (1, 'Ada', 36)
    ON CONFLICT (id)
    DO UPDATE SET name = excluded.name, age = users.age + 1
    RETURNING id, age
    ");
    let update = update::<User>()
        .set(User::name, "a name that is rather long, so that not all fits on a line")
        .set(User::bio, None::<String>)
        .set(User::age, User::age + 1)
        .filter(User::id.eq(1));
    assert_snapshot!(update, @"
    UPDATE users
    SET
      name = 'a name that is rather long, so that not all fits on a line',
      bio = NULL,
      age = users.age + 1
    WHERE users.id = 1
    ");
    assert_snapshot!(delete::<User>().filter(User::age.lt(18)), @"
    DELETE FROM users
    WHERE users.age < 18
    ");
    let active = select((User::name, User::id)).filter(User::active.eq(true));
    let copy = insert::<Post>().from_select((Post::title, Post::author), active);
    assert_snapshot!(copy, @"
    INSERT INTO posts (title, author_id)
    SELECT users.name, users.id
    FROM users
    WHERE users.active = TRUE
    ");
}

#[test]
fn long_values_are_cut_off_in_what_is_shown_and_nowhere_else() {
    let long = "x".repeat(100);
    let query = select(User::id).filter(User::name.eq(long.as_str()));
    assert_snapshot!(query, @"
    SELECT users.id
    FROM users
    WHERE users.name = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'
    ");
    assert!(query.pretty(&Sqlite).unwrap().contains(&long));
}

#[test]
fn a_statement_that_cannot_be_compiled_shows_why() {
    assert_snapshot!(select(User::id).filter(Post::id.eq(1)), @"-- cannot be compiled: posts.id is used, but posts is not in the statement's FROM (users); join it, or select from it");
    assert_snapshot!(update::<User>().set(User::age, 1), @"-- cannot be compiled: the update of users has no filter and would touch every row; filter it, or say `.all_rows()`");
}

#[test]
fn hand_written_sql_stays_as_it_is_written() {
    let sql = text("select *\n  from users -- all\n where name = :name").bind("name", "Ada");
    assert_snapshot!(sql, @"
    select *
      from users -- all
     where name = 'Ada'
    ");
}

#[test]
fn names_that_are_no_plain_words_keep_their_quotes() {
    let odd = select(TableName::in_schema("My Shop", "order").column::<i64>("select"))
        .from(FromItem::table(TableName::in_schema("My Shop", "order")));
    assert_snapshot!(odd, @r#"
    SELECT "My Shop"."order"."select"
    FROM "My Shop"."order"
    "#);
}

#[test]
fn operators_that_look_like_comments_are_none() {
    let details = Column::<User, lapis_sql::types::Json>::new("details");
    let city = select(User::name).filter(details.path("address.city").as_text().eq("Ulm"));
    assert_snapshot!(city, @"
    SELECT users.name
    FROM users
    WHERE (users.details #>> ARRAY['address', 'city']) = 'Ulm'
    ");
}

#[test]
fn pieces_that_might_be_comments_are_not_moved() {
    let raw = select(raw::<i64>("1 -- one", ())).from(table::<User>());
    assert_snapshot!(raw, @r#"SELECT 1 -- one FROM "users""#);
}

#[test]
fn a_dialect_has_its_own_spelling() {
    let query = select(User::name)
        .filter(User::id.in_([1, 2, 3]).and(User::bio.is_distinct_from("it's")))
        .limit(2);
    assert_snapshot!(query.pretty(&Postgres).unwrap(), @r#"
    SELECT "users"."name"
    FROM "users"
    WHERE "users"."id" IN (1, 2, 3) AND "users"."bio" IS DISTINCT FROM 'it''s'
    LIMIT 2
    "#);
    assert_snapshot!(query.pretty(&MySql).unwrap(), @"
    SELECT `users`.`name`
    FROM `users`
    WHERE `users`.`id` IN (1, 2, 3) AND NOT (`users`.`bio` <=> 'it''s')
    LIMIT 2
    ");
    assert_snapshot!(query.pretty(&MariaDb).unwrap(), @"
    SELECT `users`.`name`
    FROM `users`
    WHERE `users`.`id` IN (1, 2, 3) AND NOT (`users`.`bio` <=> 'it''s')
    LIMIT 2
    ");
    assert_snapshot!(query, @"
    SELECT users.name
    FROM users
    WHERE users.id IN (1, 2, 3) AND users.bio IS DISTINCT FROM 'it''s'
    LIMIT 2
    ");
}

#[test]
fn laying_out_changes_nothing_but_spaces() {
    let newest = select(func::max(Post::id)).filter(Post::author.eq(User::id)).scalar();
    let query = select((User::name.label("a  b"), newest))
        .from(table::<User>())
        .filter(
            User::name
                .eq("two  spaces (and 'quotes')")
                .and(exists(select(Post::id).filter(Post::id.gt(3)))),
        )
        .filter(
            User::bio
                .like("it's % long enough for a line of its own, or perhaps a little longer than that"),
        )
        .order_by(User::id);
    for dialect in [&Sqlite as &dyn Dialect, &Postgres, &MySql, &MariaDb] {
        let lines = query.pretty(dialect).unwrap();
        let one_line: Vec<_> = lines.lines().map(str::trim_start).collect();
        let one_line = one_line.join(" ").replace("( SELECT", "(SELECT").replace(" )", ")");
        assert_eq!(one_line, query.sql_with_values(dialect).unwrap());
    }
}
