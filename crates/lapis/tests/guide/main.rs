//! The chapter "SQL on the left, Lapis on the right" of the guide, run.
//!
//! Each entry of `chapter/` is a function that makes a statement, and its documentation holds the SQL that it stands
//! beside. Here both are run on the same rows, on each database that the entry does not name as an exception, and have
//! to give the same rows and leave the same tables behind. `docs/guide/sql.md` is made of these sources, and a test holds
//! it to them:
//!
//! ```text
//! LAPIS_WRITE_GUIDE=1 cargo test -p lapis --test guide page
//! ```

mod chapter;
mod data;
mod database;
mod entry;
mod page;
// As wide as the other tests that have it.
#[rustfmt::skip]
#[path = "../support/server.rs"]
mod server;
mod source;
mod tables;

use lapis::CompileError;
use lapis::prelude::*;
use lapis::sql::dialect::{Dialect, MariaDb, MySql, Postgres, Sqlite};

use crate::database::{Database, Target};
use crate::entry::Entry;
use crate::server::Server;
use crate::source::Documented;
use crate::tables::Book;

/// What is wrong with the entries, each looked at with what its source says of it.
fn faults(
    mut check: impl FnMut(&Entry, &Documented) -> Result<(), String>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for topic in chapter::topics() {
        let source = topic.parsed();
        let shown: Vec<&str> =
            source.entries.iter().map(|entry| entry.name.as_str()).collect();
        let run: Vec<&str> =
            topic.entries.iter().map(|entry| entry.name).collect();
        assert_eq!(
            shown, run,
            "{} shows what `topic!` names, in that order",
            topic.file
        );
        for (entry, documented) in topic.entries.iter().zip(&source.entries) {
            if let Err(fault) = check(entry, documented) {
                faults
                    .push(format!("{} of {}: {fault}", entry.name, topic.file));
            }
        }
    }
    faults
}

fn report(faults: Vec<String>) {
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n\n")
    );
}

#[test]
fn an_entry_is_unsupported_where_the_page_says_so_and_nowhere_else() {
    let dialects: [&dyn Dialect; 4] = [&Sqlite, &Postgres, &MySql, &MariaDb];
    report(faults(|entry, documented| {
        for dialect in dialects {
            let name = dialect.name();
            match (
                entry.statement().compile(dialect),
                documented.excludes(name),
            ) {
                (Ok(_), false)
                | (Err(CompileError::Unsupported { .. }), true) => {}
                (Ok(sql), true) => {
                    return Err(format!("{name} can do it: {sql}"));
                }
                (Err(error), _) => return Err(format!("on {name}: {error}")),
            }
        }
        Ok(())
    }));
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn every_entry_does_what_its_sql_does(target: Target) {
    let runtime = runtime();
    let Some(database) =
        runtime.block_on(Database::create(target)).expect("a database")
    else {
        println!("there is no server of {target:?} to run the guide on");
        return;
    };
    let faults = faults(|entry, documented| {
        let name = database.engine.dialect().name();
        if !documented.runs_on(name) {
            return Ok(());
        }
        let sql = documented
            .sql_for(name)
            .ok_or_else(|| format!("there is no SQL for {name}"))?;
        runtime.block_on(database.compare(entry.statement().as_ref(), sql))
    });
    runtime
        .block_on(database.remove())
        .expect("the database is removed");
    report(faults);
}

#[test]
fn every_entry_does_what_its_sql_does_on_sqlite() {
    every_entry_does_what_its_sql_does(Target::Sqlite);
}

#[test]
fn every_entry_does_what_its_sql_does_on_postgresql() {
    every_entry_does_what_its_sql_does(Target::On(Server::Postgres));
}

#[test]
fn every_entry_does_what_its_sql_does_on_mysql_or_mariadb() {
    every_entry_does_what_its_sql_does(Target::On(Server::MySql));
}

#[test]
fn the_hybrid_that_is_shown_holds_in_rust_too() {
    let runtime = runtime();
    let database = runtime
        .block_on(Database::create(Target::Sqlite))
        .expect("a database")
        .expect("SQLite");
    let books =
        |query| runtime.block_on(database.engine.all(query)).expect("books");
    let long = books(Book::select().filter(Book::is_long_sql()));
    let all = books(Book::select());
    assert_eq!(long, all.into_iter().filter(Book::is_long).collect::<Vec<_>>());
}

#[test]
fn the_page_is_made_of_the_sources() {
    page::check(&chapter::topics());
}
