//! The quickstart without a runtime: auto-incrementing ids, from declaration to commit.
//!
//! `cargo run --example quickstart_blocking [URL]`; without a URL, on an in-memory SQLite database.

use lapis::blocking::Engine;
use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "roles")]
struct Role {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(length = 50, unique)]
    name: String,
}

/// Ids that start at 100, as one does beside a legacy system that owns the numbers below.
#[derive(Entity, Debug, Clone)]
#[entity(table = "members")]
struct Member {
    #[column(primary_key, sequence(name = "member_id_seq", start = 100, increment = 1))]
    id: Auto<i64>,
    #[column(length = 100)]
    name: String,
    role: Ref<Role>,
}

fn main() -> lapis::Result<()> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "sqlite::memory:".into());
    let engine = Engine::builder(&url).echo(true).connect()?;
    let metadata = MetaData::of::<(Role, Member)>();
    engine.drop_all(&metadata)?;
    engine.create_all(&metadata)?;

    let mut session = engine.session();
    let admin = session.add(Role::new().name("admin").build());
    let alice = session.add(Member::new().name("Alice").role(admin).build());
    let bob = session.add(Member::new().name("Bob").role(admin).build());

    // No id was passed and none exists yet.
    assert_eq!(session[admin].id.get(), None);
    session.commit()?;

    // The database assigned them; the session has them without another query.
    assert_eq!(session[admin].id, 1);
    assert_eq!(session[alice].id, 100);
    assert_eq!(session[bob].id, 101);
    println!("{} has id {}", session[alice].name, session[alice].id);

    // A fault is a typed error, and the session stays usable and true.
    let twin = session.add(Role::new().name("admin").build());
    let error = session.commit().unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(session.state(twin), EntityState::Transient);

    let members =
        session.all(Member::select().filter(Member::role.eq(1)).order_by(Member::id.asc()))?;
    assert_eq!(members, vec![alice, bob]); // the identity map: same row, same handle
    assert_eq!(engine.all(Role::select())?.len(), 1);
    Ok(())
}
