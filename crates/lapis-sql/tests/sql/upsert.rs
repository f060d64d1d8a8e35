//! INSERT … ON CONFLICT.

use crate::common::{Post, User, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::expr::*;
use lapis_sql::statement::*;

fn ada() -> Insert<User> {
    insert::<User>().values((User::id.set(1), User::name.set("Ada"), User::age.set(36)))
}

#[test]
fn a_row_that_is_there_is_left_as_it_is() {
    assert_snapshot!(sql(ada().on_conflict(User::id).do_nothing()), @r#"
    sqlite: INSERT INTO "users" ("id", "name", "age") VALUES (?, ?, ?) ON CONFLICT ("id") DO NOTHING [Int(1), Text("Ada"), Int(36)]
    postgres: INSERT INTO "users" ("id", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ("id") DO NOTHING [Int(1), Text("Ada"), Int(36)]
    mysql: INSERT INTO `users` (`id`, `name`, `age`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `id` = `users`.`id` [Int(1), Text("Ada"), Int(36)]
    "#);
    assert_snapshot!(sql(ada().on_any_conflict().do_nothing()), @r#"
    sqlite: INSERT INTO "users" ("id", "name", "age") VALUES (?, ?, ?) ON CONFLICT DO NOTHING [Int(1), Text("Ada"), Int(36)]
    postgres: INSERT INTO "users" ("id", "name", "age") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING [Int(1), Text("Ada"), Int(36)]
    mysql: INSERT INTO `users` (`id`, `name`, `age`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `id` = `users`.`id` [Int(1), Text("Ada"), Int(36)]
    "#);
}

#[test]
fn a_row_that_is_there_is_updated() {
    let age =
        User::age.set(case().when(User::age.lt(excluded(User::age)), excluded(User::age)).otherwise(0));
    let upsert = ada().on_conflict(User::name).do_update((age, User::bio.set("twice")));
    assert_snapshot!(sql(upsert), @r#"
    sqlite: INSERT INTO "users" ("id", "name", "age") VALUES (?, ?, ?) ON CONFLICT ("name") DO UPDATE SET "age" = CASE WHEN "users"."age" < excluded."age" THEN excluded."age" ELSE ? END, "bio" = ? [Int(1), Text("Ada"), Int(36), Int(0), Text("twice")]
    postgres: INSERT INTO "users" ("id", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ("name") DO UPDATE SET "age" = CASE WHEN "users"."age" < excluded."age" THEN excluded."age" ELSE $4 END, "bio" = $5 [Int(1), Text("Ada"), Int(36), Int(0), Text("twice")]
    mysql: INSERT INTO `users` (`id`, `name`, `age`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `age` = CASE WHEN `users`.`age` < VALUES(`age`) THEN VALUES(`age`) ELSE ? END, `bio` = ? [Int(1), Text("Ada"), Int(36), Int(0), Text("twice")]
    "#);
}

#[test]
fn all_inserted_columns_but_the_keys_are_updated() {
    assert_snapshot!(sql(ada().on_conflict(User::id).do_update_all()), @r#"
    sqlite: INSERT INTO "users" ("id", "name", "age") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "age" = excluded."age" [Int(1), Text("Ada"), Int(36)]
    postgres: INSERT INTO "users" ("id", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "age" = excluded."age" [Int(1), Text("Ada"), Int(36)]
    mysql: INSERT INTO `users` (`id`, `name`, `age`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `name` = VALUES(`name`), `age` = VALUES(`age`) [Int(1), Text("Ada"), Int(36)]
    "#);
    assert_snapshot!(sql(ada().on_conflict((User::id, User::age)).do_update_all().returning(User::id)), @r#"
    sqlite: INSERT INTO "users" ("id", "name", "age") VALUES (?, ?, ?) ON CONFLICT ("id", "age") DO UPDATE SET "name" = excluded."name" RETURNING "id" [Int(1), Text("Ada"), Int(36)]
    postgres: INSERT INTO "users" ("id", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ("id", "age") DO UPDATE SET "name" = excluded."name" RETURNING "id" [Int(1), Text("Ada"), Int(36)]
    mysql: error: MySQL does not support INSERT … RETURNING; read the rows with a SELECT in the same transaction
    mariadb: INSERT INTO `users` (`id`, `name`, `age`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `name` = VALUES(`name`) RETURNING `id` [Int(1), Text("Ada"), Int(36)]
    "#);
}

#[test]
fn many_rows_are_upserted_at_once() {
    let rows = ["Ada", "Grace"].map(|name| User::name.set(name));
    assert_snapshot!(sqlite(insert::<User>().rows(rows).on_conflict(User::name).do_update(User::active.set(true))), @r#"INSERT INTO "users" ("name") VALUES (?), (?) ON CONFLICT ("name") DO UPDATE SET "active" = ?"#);
}

#[test]
fn a_condition_keeps_rows_as_they_are_where_the_database_can() {
    let newer = ada().on_conflict(User::id).filter(User::age.lt(excluded(User::age))).do_update_all();
    assert_snapshot!(sql(newer), @r#"
    sqlite: INSERT INTO "users" ("id", "name", "age") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "age" = excluded."age" WHERE "users"."age" < excluded."age" [Int(1), Text("Ada"), Int(36)]
    postgres: INSERT INTO "users" ("id", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "age" = excluded."age" WHERE "users"."age" < excluded."age" [Int(1), Text("Ada"), Int(36)]
    mysql: error: MySQL does not support a condition on the update of an upsert; let the values decide: `case().when(condition, new).otherwise(old)`
    "#);
}

#[test]
fn the_key_may_be_a_partial_index_where_there_are_some() {
    let upsert = ada().on_conflict(User::name).only_where(User::active.eq(true)).do_nothing();
    assert_snapshot!(sql(upsert), @r#"
    sqlite: INSERT INTO "users" ("id", "name", "age") VALUES (?, ?, ?) ON CONFLICT ("name") WHERE "active" = 1 DO NOTHING [Int(1), Text("Ada"), Int(36)]
    postgres: INSERT INTO "users" ("id", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ("name") WHERE "active" = TRUE DO NOTHING [Int(1), Text("Ada"), Int(36)]
    mysql: error: MySQL does not support an upsert on a partial index; let the key be of all rows, of a computed column that is NULL elsewhere
    "#);
}

#[test]
fn postgresql_takes_a_constraint_by_its_name() {
    assert_snapshot!(sql(ada().on_constraint("uq_users_name").do_update_all()), @r#"
    sqlite: error: SQLite does not support the conflict of a constraint by its name (uq_users_name); name the key's columns with `.on_conflict(..)`
    postgres: INSERT INTO "users" ("id", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ON CONSTRAINT "uq_users_name" DO UPDATE SET "id" = excluded."id", "name" = excluded."name", "age" = excluded."age" [Int(1), Text("Ada"), Int(36)]
    mysql: error: MySQL does not support the conflict of a constraint by its name (uq_users_name); name the key's columns with `.on_conflict(..)`
    "#);
}

#[test]
fn postgresql_updates_only_where_it_knows_the_key() {
    assert_snapshot!(sql(ada().on_any_conflict().do_update(User::age.set(0))), @r#"
    sqlite: INSERT INTO "users" ("id", "name", "age") VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "age" = ? [Int(1), Text("Ada"), Int(36), Int(0)]
    postgres: error: PostgreSQL does not support an update on any conflict; name the key's columns with `.on_conflict(..)`
    mysql: INSERT INTO `users` (`id`, `name`, `age`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `age` = ? [Int(1), Text("Ada"), Int(36), Int(0)]
    "#);
}

#[test]
fn rows_that_were_left_as_they_are_do_not_come_back() {
    assert_snapshot!(sql(ada().on_conflict(User::id).do_nothing().returning(User::id)), @r#"
    sqlite: INSERT INTO "users" ("id", "name", "age") VALUES (?, ?, ?) ON CONFLICT ("id") DO NOTHING RETURNING "id" [Int(1), Text("Ada"), Int(36)]
    postgres: INSERT INTO "users" ("id", "name", "age") VALUES ($1, $2, $3) ON CONFLICT ("id") DO NOTHING RETURNING "id" [Int(1), Text("Ada"), Int(36)]
    mysql: error: MySQL does not support INSERT … RETURNING; read the rows with a SELECT in the same transaction
    mariadb: error: MariaDB does not support RETURNING of an insert that does nothing on a conflict; it would return the rows that were there too; read the rows with a SELECT
    "#);
}

#[test]
fn the_rows_of_a_query_are_upserted() {
    let posts = select((Post::id, Post::title));
    let upsert = |query| insert::<User>().from_select((User::id, User::name), query).on_conflict(User::id);
    assert_snapshot!(sql(upsert(posts.clone()).do_update_all()), @r#"
    sqlite: INSERT INTO "users" ("id", "name") SELECT "posts"."id", "posts"."title" FROM "posts" WHERE TRUE ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name"
    postgres: INSERT INTO "users" ("id", "name") SELECT "posts"."id", "posts"."title" FROM "posts" ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name"
    mysql: INSERT INTO `users` (`id`, `name`) SELECT `posts`.`id`, `posts`.`title` FROM `posts` ON DUPLICATE KEY UPDATE `name` = VALUES(`name`)
    "#);
    assert_snapshot!(sqlite(upsert(posts.filter(Post::id.gt(5))).do_nothing()), @r#"INSERT INTO "users" ("id", "name") SELECT "posts"."id", "posts"."title" FROM "posts" WHERE "posts"."id" > ? ON CONFLICT ("id") DO NOTHING"#);
}

#[test]
fn an_upsert_that_says_too_little_is_refused() {
    let none = || insert::<User>().values(User::name.set("Ada")).on_conflict(User::name);
    assert_snapshot!(sqlite(none().do_update_all()), @"error: the upsert into users updates no column; say `.do_nothing()` where that is meant");
    assert_snapshot!(sqlite(none().do_update(Vec::<Assignment<User>>::new())), @"error: the upsert into users updates no column; say `.do_nothing()` where that is meant");
    assert_snapshot!(sqlite(ada().on_conflict(Vec::new()).do_nothing()), @"error: the upsert into users names no column of a key; name them, or say `.on_any_conflict()`");
    assert_snapshot!(sqlite(insert::<User>().on_any_conflict().do_nothing()), @"error: the insert into users names no columns that could conflict; name those that it gives values");
}

#[test]
fn excluded_stands_in_an_update_of_an_upsert_alone() {
    assert_snapshot!(sqlite(select(excluded(User::age)).from(table::<User>())), @"error: excluded.age stands outside of an upsert's `.do_update(..)`, where nothing is to be inserted");
    assert_snapshot!(sqlite(update::<User>().set(User::age, excluded(User::age)).all_rows()), @"error: excluded.age stands outside of an upsert's `.do_update(..)`, where nothing is to be inserted");
    let elsewhere = ada().on_conflict(User::id).do_update(User::age.set(Post::id));
    assert_snapshot!(sqlite(elsewhere), @"error: posts.id is used, but posts is not in the statement's FROM (users); join it, or select from it");
}
