//! The blocking front: the same engine and session, for programs without a runtime.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lapis::Error;
use lapis::blocking::{Connection, Engine, Session, SessionMaker};
use lapis::engine::{OperationalCause, RetryPolicy, TransactionOptions};
use lapis::prelude::{
    Auto, EagerLoad, Entity, ExprOps, Handle, Many, MetaData, OpenSession, Ref, select, text,
};

type Result<T = ()> = lapis::Result<T>;

#[derive(Entity, Debug, Clone)]
#[entity(table = "owners")]
struct Owner {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(unique)]
    name: String,
    #[relation(inverse = Pet::owner)]
    pets: Many<Pet>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "pets")]
struct Pet {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    owner: Ref<Owner>,
}

fn engine() -> Result<Engine> {
    let engine = Engine::connect("sqlite::memory:")?;
    engine.create_all(&MetaData::of::<(Owner, Pet)>())?;
    Ok(engine)
}

fn owners(engine: &Engine) -> Result<Vec<String>> {
    engine.all(select(Owner::name).order_by(Owner::name.asc()))
}

fn insert(connection: &mut Connection, name: &str) -> Result {
    connection.script(&format!("INSERT INTO owners (name) VALUES ('{name}')"))
}

#[test]
fn a_session_works_without_a_runtime() -> Result {
    let engine = engine()?;
    let mut session = engine.session();
    let ann = session.add(Owner::new().name("Ann").build());
    let rex = session.add(Pet::new().name("Rex").owner(ann).build());
    session.commit()?;
    assert_eq!(session[ann].id, 1);
    session[rex].name = "Max".into();
    session.commit()?;

    let mut session = engine.session();
    let found: Vec<Handle<Owner>> = session.all(Owner::select())?;
    session.load_all(&found, Owner::pets)?;
    let pets = session.related(found[0], Owner::pets)?.to_vec();
    assert_eq!(session[pets[0]].name, "Max");
    assert_eq!(session.get::<Pet>(1)?, Some(pets[0]));
    session.delete(pets[0]);
    session.rollback()?;
    let graph = engine.one(Owner::select().eager(Owner::pets))?;
    assert_eq!(graph.pets[0].name, "Max");
    Ok(())
}

#[test]
fn pages_are_read_without_a_runtime() -> Result {
    let engine = engine()?;
    let mut connection = engine.acquire()?;
    for name in ["Ann", "Ben", "Cid"] {
        insert(&mut connection, name)?;
    }
    let owners = || Owner::select().order_by(Owner::name);
    let first = engine.keyset_page(owners().keyset(2))?;
    let second = connection.keyset_page(owners().keyset(2).after_if(first.next_cursor()))?;
    assert_eq!((first.items.len(), second.items[0].name.as_str(), second.has_next), (2, "Cid", false));
    assert_eq!(engine.page(owners().page(2, 2))?.total, connection.page(owners().page(1, 1))?.total);
    let mut session = engine.session();
    let page = session.page(owners().page(2, 2))?;
    assert_eq!(session[page.items[0]].name, "Cid");
    let page = session.keyset_page(owners().keyset(1).backwards())?;
    assert_eq!(session[page.items[0]].name, "Cid");
    Ok(())
}

#[test]
fn a_transaction_is_kept_by_its_commit_and_undone_when_it_is_dropped() -> Result {
    let engine = engine()?;
    let mut kept = engine.begin()?;
    insert(&mut kept, "kept")?;
    let mut nested = kept.begin_nested()?;
    nested.script("INSERT INTO owners (name) VALUES ('nested')")?;
    nested.rollback()?;
    kept.commit()?;

    let mut dropped = engine.begin()?;
    insert(&mut dropped, "dropped")?;
    drop(dropped);

    let mut connection = engine.acquire()?;
    let mut dropped = connection.begin()?;
    dropped.script("INSERT INTO owners (name) VALUES ('dropped')")?;
    drop(dropped);
    assert!(!connection.in_transaction());
    drop(connection);
    assert_eq!(owners(&engine)?, ["kept"]);
    Ok(())
}

#[test]
fn a_closure_is_kept_if_it_succeeds_and_undone_if_it_fails_or_panics() -> Result {
    let engine = engine()?;
    let length = engine.transaction(|transaction| {
        insert(transaction, "kept")?;
        Ok(transaction.all(Owner::select())?.len())
    })?;
    assert_eq!(length, 1);
    let failed: Result = engine.transaction(|transaction| {
        insert(transaction, "failed")?;
        Err(Error::invalid_request("no"))
    });
    assert_eq!(failed.unwrap_err().to_string(), "no");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        engine.transaction(|transaction| -> Result {
            insert(transaction, "panicked")?;
            panic!("on purpose")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(owners(&engine)?, ["kept"]);
    assert_eq!(engine.pool_status().checked_out, 0);
    Ok(())
}

#[test]
fn a_closure_within_a_savepoint_is_undone_alone() -> Result {
    let engine = engine()?;
    let mut session = engine.session();
    session.add(Owner::new().name("Ann").build());
    let twin = session.begin_nested(|session| {
        session.add(Owner::new().name("Ann").build());
        session.flush()
    });
    assert!(twin.unwrap_err().is_unique_violation());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        session.begin_nested(|session| -> Result {
            session.add(Owner::new().name("Eve").build());
            session.flush()?;
            panic!("on purpose")
        })
    }));
    assert!(panicked.is_err());
    session.commit()?;
    assert_eq!(owners(&engine)?, ["Ann"]);
    Ok(())
}

#[test]
fn a_session_maker_commits_and_rolls_back() -> Result {
    let engine = engine()?;
    let sessions = SessionMaker::new(&engine).autoflush(false);
    let id = sessions.begin(|session: &mut Session| {
        let ann = session.add(Owner::new().name("Ann").build());
        session.flush()?;
        Ok(*session[ann].id)
    })?;
    assert_eq!(id, 1);
    let failed: Result = sessions.begin(|session| {
        session.add(Owner::new().name("Bob").build());
        session.flush()?;
        Err(Error::invalid_request("no"))
    });
    assert!(failed.is_err());
    assert_eq!(owners(&engine)?, ["Ann"]);
    Ok(())
}

#[test]
fn transactions_and_sessions_that_are_given_up_are_run_again() -> Result {
    let engine = engine()?;
    let policy = RetryPolicy::new().backoff(Duration::ZERO, Duration::ZERO);
    let given_up = || Error::operational(OperationalCause::Locked, "given up");
    let mut attempts = 0;
    engine.transaction_with(TransactionOptions::new(), policy, |transaction| {
        attempts += 1;
        insert(transaction, "Ann")?;
        if attempts < 3 { Err(given_up()) } else { Ok(()) }
    })?;
    let sessions = SessionMaker::new(&engine);
    sessions.begin_with(TransactionOptions::new(), policy, |session| {
        attempts += 1;
        session.add(Owner::new().name("Bob").build());
        if attempts < 6 { Err(given_up()) } else { Ok(()) }
    })?;
    assert_eq!(owners(&engine)?, ["Ann", "Bob"]);
    let failed: Result =
        engine.transaction_with(TransactionOptions::new(), policy.attempts(2), |_| Err(given_up()));
    assert_eq!(failed.unwrap_err().attempts(), 2);
    Ok(())
}

#[test]
fn rows_are_iterated_over_and_need_not_be_read_to_the_end() -> Result {
    let engine = engine()?;
    let numbers = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n";
    let first: Vec<i64> =
        engine.stream(text(numbers).scalar::<i64>())?.take(1000).collect::<Result<_>>()?;
    assert_eq!(first.last(), Some(&1000));

    let mut session = engine.session();
    for name in ["Ann", "Bob"] {
        session.add(Owner::new().name(name).build());
    }
    let handles: Vec<Handle<Owner>> =
        session.stream(Owner::select().order_by(Owner::name.asc()))?.collect::<Result<_>>()?;
    assert_eq!(session[handles[1]].name, "Bob");
    Ok(())
}

#[test]
fn the_connection_of_a_session_blocks_too() -> Result {
    let engine = engine()?;
    let mut session = engine.session();
    session.add(Owner::new().name("Ann").build());
    session.flush()?;
    let mut connection = session.connection()?;
    let mut nested = connection.begin_nested()?;
    nested.script("UPDATE owners SET name = 'Anna'")?;
    nested.commit()?;
    assert_eq!(connection.one(text("SELECT name FROM owners").scalar::<String>())?, "Anna");
    Ok(())
}

#[test]
fn threads_share_an_engine_and_wait_for_its_connections() -> Result {
    let engine = Engine::builder("sqlite::memory:").pool_size(1).max_overflow(0).connect()?;
    engine.create_all(&MetaData::of::<(Owner, Pet)>())?;
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let engine = &engine;
            scope.spawn(move || {
                for round in 0..20 {
                    let done =
                        engine.transaction(|transaction| insert(transaction, &format!("{thread}-{round}")));
                    assert!(done.is_ok(), "{done:?}");
                }
            });
        }
    });
    assert_eq!(owners(&engine)?.len(), 160);
    Ok(())
}

#[test]
fn a_pool_that_is_used_up_says_so_in_time() -> Result {
    let timeout = Duration::from_millis(20);
    let engine = Engine::builder("sqlite::memory:")
        .pool_size(1)
        .max_overflow(0)
        .pool_timeout(timeout)
        .connect()?;
    let _held = engine.acquire()?;
    assert!(engine.acquire().unwrap_err().is_pool_timeout());
    Ok(())
}

/// An embedded database may be called within asynchronous code: the thread waits by itself, and not for a timer
/// that it keeps from running.
#[tokio::test(flavor = "current_thread")]
async fn within_asynchronous_code_a_lock_is_an_error_in_time_and_no_deadlock() -> Result {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite://{}?busy_timeout=50", directory.path().join("test.db").display());
    let engine = Engine::builder(url).pool_size(1).max_overflow(1).connect()?;
    engine.create_all(&MetaData::of::<(Owner, Pet)>())?;
    let mut holder = engine.begin()?;
    insert(&mut holder, "first")?;
    let mut connection = engine.acquire()?;
    assert!(insert(&mut connection, "second").unwrap_err().is_locked());
    holder.commit()?;
    insert(&mut connection, "second")?;
    // More waits than a task's budget has room for.
    for _ in 0..300 {
        assert_eq!(engine.stream(select(Owner::name))?.count(), 2);
    }
    Ok(())
}

/// The functions of a file's types that begin so, with the types they belong to.
fn methods(file: &Path, keyword: &str) -> Vec<(String, String)> {
    let source = fs::read_to_string(file).expect("a source file of the workspace");
    let mut found = Vec::new();
    let mut owner = String::new();
    for line in source.lines() {
        if let Some(head) = line.strip_prefix("impl") {
            owner = implementor(head).to_owned();
        } else if let Some(rest) = line.strip_prefix("    pub ").and_then(|rest| rest.strip_prefix(keyword))
        {
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            found.push((owner.clone(), name.to_owned()));
        }
    }
    found
}

/// The name of the type behind `impl` and its parameters.
fn implementor(head: &str) -> &str {
    let mut depth = 0;
    let end = head.find(|character| {
        depth += i32::from(character == '<') - i32::from(character == '>');
        depth == 0
    });
    let name = head[end.unwrap_or(0)..].trim_start_matches(['>', ' ']);
    let name = name.split(['<', ' ']).next().unwrap_or_default();
    name.rsplit("::").next().unwrap_or_default()
}

fn sources(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a source directory of the workspace") {
        let path = entry.expect("its entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn every_asynchronous_method_has_its_blocking_form() {
    const TYPES: &[&str] = &[
        "Engine",
        "EngineBuilder",
        "Connection",
        "Transaction",
        "TwoPhaseTransaction",
        "Session",
        "SessionMaker",
    ];
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    sources(&crates.join("lapis-engine/src"), &mut files);
    sources(&crates.join("lapis-orm/src"), &mut files);
    let (blocking, asynchronous): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| file.components().any(|part| part.as_os_str() == "blocking"));
    let collect = |files: Vec<PathBuf>, keyword: &str| -> BTreeSet<(String, String)> {
        let methods = files.iter().flat_map(|file| methods(file, keyword));
        methods.filter(|(owner, _)| TYPES.contains(&owner.as_str())).collect()
    };
    let asynchronous = collect(asynchronous, "async fn ");
    let blocking = collect(blocking, "fn ");
    assert!(asynchronous.contains(&("Session".into(), "flush".into())), "{asynchronous:?}");
    let missing: Vec<_> = asynchronous.difference(&blocking).collect();
    assert!(missing.is_empty(), "asynchronous methods that nothing waits for: {missing:?}");
}
