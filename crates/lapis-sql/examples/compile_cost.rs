//! What building and compiling a lookup by primary key costs, beside the half microsecond that SQLite needs
//! to answer it.
//!
//! `cargo run --release -p lapis-sql --example compile_cost`

use std::hint::black_box;
use std::time::Instant;

use lapis_sql::compiler::{compile, compile_into};
use lapis_sql::dialect::{Dialect, MySql, Postgres, Sqlite};
use lapis_sql::expr::{Column, ExprOps, StaticTable};
use lapis_sql::statement::{Select, Shape, Statement, select, table};

struct User;

impl StaticTable for User {
    const TABLE: &'static str = "users";
}

const ID: Column<User, i64> = Column::new("id");
const EMAIL: Column<User, String> = Column::new("email");
const NAME: Column<User, String> = Column::new("name");
const ROLE: Column<User, String> = Column::new("role");
const AGE: Column<User, i32> = Column::new("age");
const ACTIVE: Column<User, bool> = Column::new("is_active");

const ROUNDS: u32 = 100_000;

fn lookup(id: i64) -> Select<impl Shape> {
    select((ID, EMAIL, NAME, ROLE, AGE, ACTIVE)).from(table::<User>()).filter(ID.eq(id))
}

/// Prints the fastest of ten runs, which is the one least disturbed.
fn measure(what: &str, mut run: impl FnMut(i64)) {
    let mut fastest = f64::INFINITY;
    for _ in 0..10 {
        let start = Instant::now();
        for round in 0..ROUNDS {
            run(i64::from(round));
        }
        fastest = fastest.min(start.elapsed().as_secs_f64() / f64::from(ROUNDS));
    }
    println!("{what}: {:.0} ns", fastest * 1e9);
}

fn main() {
    measure("build", |id| drop(black_box(lookup(id))));
    let statement = lookup(1);
    let dialects: [&dyn Dialect; 3] = [&Sqlite, &Postgres, &MySql];
    for dialect in dialects {
        measure(&format!("compile for {}", dialect.name()), |_| {
            let _ = black_box(compile(statement.as_statement(), dialect));
        });
    }
    let mut buffer = String::new();
    measure("compile for SQLite into the same buffer", |_| {
        if let Ok(compiled) = compile_into(std::mem::take(&mut buffer), statement.as_statement(), &Sqlite) {
            buffer = black_box(compiled).sql;
        }
    });
    measure("build and compile for SQLite", |id| {
        let _ = black_box(compile(lookup(id).as_statement(), &Sqlite));
    });
}
