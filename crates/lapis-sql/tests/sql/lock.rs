//! SELECT … FOR UPDATE and its kin.

use crate::common::{Post, User, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::compiler::compile;
use lapis_sql::dialect::Postgres;
use lapis_sql::expr::*;
use lapis_sql::statement::*;

#[test]
fn rows_are_locked_behind_the_limit() {
    assert_snapshot!(sql(select(User::id).filter(User::active).order_by(User::id).limit(1).for_update()), @r#"
    sqlite: error: SQLite does not support SELECT … FOR UPDATE; begin the transaction as one that writes, which has the database to itself, and leave the lock out
    postgres: SELECT "users"."id" FROM "users" WHERE "users"."active" ORDER BY "users"."id" LIMIT $1 FOR UPDATE [Int(1)]
    mysql: SELECT `users`.`id` FROM `users` WHERE `users`.`active` ORDER BY `users`.`id` LIMIT ? FOR UPDATE [Int(1)]
    "#);
    assert_snapshot!(sql(select(User::id).for_share()), @r#"
    sqlite: error: SQLite does not support SELECT … FOR SHARE; begin the transaction as one that writes, which has the database to itself, and leave the lock out
    postgres: SELECT "users"."id" FROM "users" FOR SHARE
    mysql: SELECT `users`.`id` FROM `users` FOR SHARE
    mariadb: SELECT `users`.`id` FROM `users` LOCK IN SHARE MODE
    "#);
}

#[test]
fn rows_that_others_have_locked_are_left_out_or_a_fault() {
    assert_snapshot!(sql(select(User::id).skip_locked()), @r#"
    sqlite: error: SQLite does not support SELECT … FOR UPDATE; begin the transaction as one that writes, which has the database to itself, and leave the lock out
    postgres: SELECT "users"."id" FROM "users" FOR UPDATE SKIP LOCKED
    mysql: SELECT `users`.`id` FROM `users` FOR UPDATE SKIP LOCKED
    "#);
    assert_snapshot!(sql(select(User::id).for_share().nowait()), @r#"
    sqlite: error: SQLite does not support SELECT … FOR SHARE; begin the transaction as one that writes, which has the database to itself, and leave the lock out
    postgres: SELECT "users"."id" FROM "users" FOR SHARE NOWAIT
    mysql: SELECT `users`.`id` FROM `users` FOR SHARE NOWAIT
    mariadb: SELECT `users`.`id` FROM `users` LOCK IN SHARE MODE NOWAIT
    "#);
}

#[test]
fn locks_on_keys_are_postgresqls() {
    assert_snapshot!(sql(select(User::id).for_no_key_update().nowait()), @r#"
    sqlite: error: SQLite does not support SELECT … FOR NO KEY UPDATE; begin the transaction as one that writes, which has the database to itself, and leave the lock out
    postgres: SELECT "users"."id" FROM "users" FOR NO KEY UPDATE NOWAIT
    mysql: error: MySQL does not support SELECT … FOR NO KEY UPDATE; take the stronger `.for_update()`
    "#);
    assert_snapshot!(sql(select(User::id).for_key_share()), @r#"
    sqlite: error: SQLite does not support SELECT … FOR KEY SHARE; begin the transaction as one that writes, which has the database to itself, and leave the lock out
    postgres: SELECT "users"."id" FROM "users" FOR KEY SHARE
    mysql: error: MySQL does not support SELECT … FOR KEY SHARE; take the stronger `.for_share()`
    "#);
}

#[test]
fn a_lock_is_of_some_of_the_tables_where_the_database_can() {
    let manager = alias::<User>("manager");
    let joined = || {
        select(Post::id)
            .join_on(&manager, manager.c(User::id).eq(Post::author))
            .left_join_on(table::<User>(), User::id.eq(manager.c(User::manager)))
    };
    assert_snapshot!(sql(joined().for_update().of(table::<Post>()).of(&manager)), @r#"
    sqlite: error: SQLite does not support SELECT … FOR UPDATE; begin the transaction as one that writes, which has the database to itself, and leave the lock out
    postgres: SELECT "posts"."id" FROM "posts" JOIN "users" AS "manager" ON "manager"."id" = "posts"."author_id" LEFT JOIN "users" ON "users"."id" = "manager"."manager_id" FOR UPDATE OF "posts", "manager"
    mysql: SELECT `posts`.`id` FROM `posts` JOIN `users` AS `manager` ON `manager`.`id` = `posts`.`author_id` LEFT JOIN `users` ON `users`.`id` = `manager`.`manager_id` FOR UPDATE OF `posts`, `manager`
    mariadb: error: MariaDB does not support a lock OF some of the tables; lock the rows of all tables, or read the others in a statement of their own
    "#);
    let logs = TableName::in_schema("app", "logs");
    let of_schema = select(logs.column::<i64>("id")).of(logs).sql(&Postgres).unwrap();
    assert!(of_schema.ends_with(r#" FOR UPDATE OF "logs""#), "{of_schema}");
}

#[test]
fn a_lock_is_of_tables_that_are_there() -> Result<(), lapis_sql::CompileError> {
    let error = select(User::id).of(table::<Post>()).sql(&Postgres).unwrap_err();
    assert_snapshot!(error, @"the lock is of posts, which is not in the statement's FROM; join it, or leave it out");
    let around = select(User::id).filter(exists(select(Post::id).of(table::<User>())));
    assert!(around.sql(&Postgres).is_err());
    let within = select(User::id).filter(exists(select(Post::id).for_update()));
    assert!(within.sql(&Postgres)?.ends_with("FOR UPDATE)"));
    Ok(())
}

#[test]
fn counting_locks_nothing() {
    assert_snapshot!(sqlite(select(User::id).for_update().count()), @r#"SELECT count(*) FROM "users""#);
}

#[test]
fn a_select_that_locks_does_more_than_read() -> Result<(), lapis_sql::CompileError> {
    let locking = select(User::id).for_update();
    assert!(!compile(locking.as_statement(), &Postgres)?.read_only);
    let around = locking.subquery("locked");
    assert!(!select(around.c(User::id)).from(&around).as_statement().is_read_only());
    Ok(())
}
