//! Values written into the SQL: for people to read, and for schemas.

use crate::common::{User, inline};
use insta::assert_snapshot;
use lapis_sql::CompileError;
use lapis_sql::compiler::write_schema_expr;
use lapis_sql::dialect::{Dialect, MySql, Postgres, Sqlite};
use lapis_sql::expr::*;
use lapis_sql::statement::*;

#[test]
fn values_are_literals_that_cannot_break_out() {
    let statement = select(User::id)
        .filter(User::name.eq("O'Neil\\'; --").and(User::age.in_([1, 2, 3])).and(User::active.eq(true)))
        .limit(3);
    assert_snapshot!(inline(statement), @r#"
    sqlite: SELECT "users"."id" FROM "users" WHERE "users"."name" = 'O''Neil\''; --' AND "users"."age" IN (1, 2, 3) AND "users"."active" = 1 LIMIT 3
    postgres: SELECT "users"."id" FROM "users" WHERE "users"."name" = E'O''Neil\\''; --' AND "users"."age" IN (1, 2, 3) AND "users"."active" = TRUE LIMIT 3
    mysql: SELECT `users`.`id` FROM `users` WHERE `users`.`name` = _utf8mb4 X'4f274e65696c5c273b202d2d' AND `users`.`age` IN (1, 2, 3) AND `users`.`active` = TRUE LIMIT 3
    mariadb: SELECT `users`.`id` FROM `users` WHERE `users`.`name` = convert(X'4f274e65696c5c273b202d2d' USING utf8mb4) AND `users`.`age` IN (1, 2, 3) AND `users`.`active` = TRUE LIMIT 3
    "#);
}

#[test]
fn two_minus_signs_never_begin_a_comment() {
    let statement = select((-lit(-1), User::age - -1)).from(table::<User>());
    assert_snapshot!(inline(statement), @r#"
    sqlite: SELECT -(-1), "users"."age" - -1 FROM "users"
    postgres: SELECT -(-1), "users"."age" - -1 FROM "users"
    mysql: SELECT -(-1), `users`.`age` - -1 FROM `users`
    "#);
}

#[test]
fn schema_expressions_have_literals_and_bare_columns() -> Result<(), CompileError> {
    let mut lines = String::new();
    for dialect in [&Sqlite as &dyn Dialect, &Postgres, &MySql] {
        write_schema_expr(&mut lines, func::now().node(), dialect)?;
        lines.push_str(" | ");
        write_schema_expr(&mut lines, User::name.eq("it's").and(User::age.gt(0)).node(), dialect)?;
        lines.push('\n');
    }
    assert_snapshot!(lines, @r#"
    strftime('%Y-%m-%d %H:%M:%f000', 'now') | "name" = 'it''s' AND "age" > 0
    CURRENT_TIMESTAMP | "name" = 'it''s' AND "age" > 0
    utc_timestamp(6) | `name` = 'it''s' AND `age` > 0
    "#);
    Ok(())
}
