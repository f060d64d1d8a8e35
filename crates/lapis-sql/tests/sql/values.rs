//! `VALUES` as a table.

use crate::common::{User, sql, sqlite};
use insta::assert_snapshot;
use lapis_sql::expr::*;
use lapis_sql::statement::*;

fn joined(bonus: &Values) -> Select<(Val<String>, Val<i64>)> {
    select((User::name, bonus.column::<i64>("amount")))
        .from(table::<User>())
        .join_on(bonus, bonus.c(User::id).eq(User::id))
}

#[test]
fn rows_of_values_are_a_table() {
    assert_snapshot!(sql(joined(&values("bonus", ["id", "amount"], [(1, 500), (2, 300)]))), @r#"
    sqlite: SELECT "users"."name", "bonus"."amount" FROM "users" JOIN (SELECT ? AS "id", ? AS "amount" UNION ALL VALUES (?, ?)) AS "bonus" ON "bonus"."id" = "users"."id" [Int(1), Int(500), Int(2), Int(300)]
    postgres: SELECT "users"."name", "bonus"."amount" FROM "users" JOIN (VALUES ($1::BIGINT, $2::BIGINT), ($3::BIGINT, $4::BIGINT)) AS "bonus" ("id", "amount") ON "bonus"."id" = "users"."id" [Int(1), Int(500), Int(2), Int(300)]
    mysql: SELECT `users`.`name`, `bonus`.`amount` FROM `users` JOIN (VALUES ROW(?, ?), ROW(?, ?)) AS `bonus` (`id`, `amount`) ON `bonus`.`id` = `users`.`id` [Int(1), Int(500), Int(2), Int(300)]
    mariadb: SELECT `users`.`name`, `bonus`.`amount` FROM `users` JOIN (SELECT ? AS `id`, ? AS `amount` UNION ALL SELECT ?, ?) AS `bonus` ON `bonus`.`id` = `users`.`id` [Int(1), Int(500), Int(2), Int(300)]
    "#);
    assert_snapshot!(sql(joined(&values("bonus", ["id", "amount"], [(1, 500)]))), @r#"
    sqlite: SELECT "users"."name", "bonus"."amount" FROM "users" JOIN (SELECT ? AS "id", ? AS "amount") AS "bonus" ON "bonus"."id" = "users"."id" [Int(1), Int(500)]
    postgres: SELECT "users"."name", "bonus"."amount" FROM "users" JOIN (VALUES ($1::BIGINT, $2::BIGINT)) AS "bonus" ("id", "amount") ON "bonus"."id" = "users"."id" [Int(1), Int(500)]
    mysql: SELECT `users`.`name`, `bonus`.`amount` FROM `users` JOIN (VALUES ROW(?, ?)) AS `bonus` (`id`, `amount`) ON `bonus`.`id` = `users`.`id` [Int(1), Int(500)]
    mariadb: SELECT `users`.`name`, `bonus`.`amount` FROM `users` JOIN (SELECT ? AS `id`, ? AS `amount`) AS `bonus` ON `bonus`.`id` = `users`.`id` [Int(1), Int(500)]
    "#);
}

#[test]
fn values_may_be_expressions() {
    let bonus = values("bonus", ["id", "amount"], [(lit(1) + 1, func::abs(-5))]);
    assert_snapshot!(sqlite(joined(&bonus)), @r#"SELECT "users"."name", "bonus"."amount" FROM "users" JOIN (SELECT ? + ? AS "id", abs(?) AS "amount") AS "bonus" ON "bonus"."id" = "users"."id""#);
}

#[test]
fn rows_are_as_long_as_the_columns_and_there_is_one() {
    assert_snapshot!(sqlite(joined(&values("bonus", ["id"], [(1, 500)]))), @"error: row 1 of VALUES in FROM has 2 values for 1 columns");
    assert_snapshot!(sqlite(joined(&values("bonus", ["id", "amount"], [(1, 500); 0]))), @"error: VALUES in FROM has no row, which SQL does not know; leave it out where there are none");
}
