//! Tables for the tests, and a statement's SQL on every dialect.

use lapis_sql::CompileError;
use lapis_sql::compiler::compile;
use lapis_sql::dialect::{Dialect, MariaDb, MySql, Postgres, Sqlite};
use lapis_sql::expr::{Column, Expr, StaticTable};
use lapis_sql::statement::{Statement, select, table};
use lapis_sql::types::SqlType;

/// Users, who may have a manager.
pub struct User;

impl StaticTable for User {
    const TABLE: &'static str = "users";
}

#[allow(non_upper_case_globals)]
impl User {
    pub const id: Column<User, i64> = Column::new("id");
    pub const name: Column<User, String> = Column::new("name");
    pub const bio: Column<User, Option<String>> = Column::new("bio");
    pub const age: Column<User, i32> = Column::new("age");
    pub const score: Column<User, f64> = Column::new("score");
    pub const active: Column<User, bool> = Column::new("active");
    pub const manager: Column<User, Option<i64>> = Column::new("manager_id");
}

/// Their posts.
pub struct Post;

impl StaticTable for Post {
    const TABLE: &'static str = "posts";
}

#[allow(non_upper_case_globals)]
impl Post {
    pub const id: Column<Post, i64> = Column::new("id");
    pub const title: Column<Post, String> = Column::new("title");
    pub const author: Column<Post, i64> = Column::new("author_id");
}

/// The statement on each dialect, its values behind it; MariaDB's where it is not MySQL's.
pub fn sql(statement: impl Statement) -> String {
    on_each(|dialect| compile(statement.as_statement(), dialect).map(|compiled| compiled.to_string()))
}

/// The statement on each dialect, its values written into it.
pub fn inline(statement: impl Statement) -> String {
    on_each(|dialect| statement.sql_with_values(dialect))
}

/// The statement on SQLite, without its values.
pub fn sqlite(statement: impl Statement) -> String {
    match statement.sql(&Sqlite) {
        Ok(sql) => sql,
        Err(error) => format!("error: {error}"),
    }
}

fn on_each(write: impl Fn(&dyn Dialect) -> Result<String, CompileError>) -> String {
    let line = |dialect: &dyn Dialect| match write(dialect) {
        Ok(sql) => sql,
        Err(error) => format!("error: {error}"),
    };
    let (sqlite, postgres) = (line(&Sqlite), line(&Postgres));
    let (mysql, mariadb) = (line(&MySql), line(&MariaDb));
    let mut lines = format!("sqlite: {sqlite}\npostgres: {postgres}\nmysql: {mysql}\n");
    if mariadb.replace("MariaDB", "MySQL") != mysql {
        lines.push_str(&format!("mariadb: {mariadb}\n"));
    }
    lines
}

/// The SQL of one expression on SQLite.
pub fn expr<T: SqlType + 'static>(expr: Expr<T>) -> String {
    let sql = sqlite(select(expr).from(table::<User>()));
    match sql.strip_prefix("SELECT ").and_then(|sql| sql.strip_suffix(" FROM \"users\"")) {
        Some(expression) => expression.replace("\"users\".", "").replace('"', ""),
        None => sql,
    }
}

/// The SQL of one expression on every database.
pub fn on_all<T: SqlType + 'static>(expr: Expr<T>) -> String {
    let sql = sql(select(expr).from(table::<User>()));
    let expressions = sql.lines().map(|line| {
        let line = line.replacen("SELECT ", "", 1);
        let from = line.rfind(" FROM \"users\"").or(line.rfind(" FROM `users`")).unwrap_or(line.len());
        let values = line[from..].find(" [").map_or("", |values| &line[from + values..]);
        format!("{}{values}\n", &line[..from]).replace("\"users\".", "").replace("`users`.", "")
    });
    expressions.collect()
}
