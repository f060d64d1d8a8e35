//! Sessions: adding, finding, the identity map, and flushing before queries.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Blog, Post, User, blog, post, user};

conformance![
    an_entity_has_no_id_before_the_flush_and_has_one_after_it,
    adding_sends_nothing,
    an_added_entity_is_found_by_its_key_without_a_query,
    one_row_has_one_handle,
    getting_twice_in_a_transaction_is_one_statement,
    getting_what_is_not_there_gives_none,
    getting_what_is_to_be_deleted_gives_none,
    all_gives_handles_in_the_order_of_the_query,
    one_gives_the_only_row,
    one_or_none_gives_none_where_there_is_no_row,
    one_refuses_several_rows,
    first_gives_the_first_row,
    a_stream_gives_handles_row_by_row,
    tuples_mix_handles_and_values,
    an_outer_join_gives_an_optional_handle,
    a_query_flushes_first,
    without_autoflush_a_query_does_not_see_what_waits,
    a_statement_runs_in_the_sessions_transaction,
    a_session_reads_a_row_again_in_a_later_transaction,
    a_row_that_was_changed_in_the_session_is_not_overwritten_by_a_query,
    add_all_gives_handles_in_order,
    a_key_given_by_hand_is_kept,
    a_session_takes_a_connection_only_when_it_needs_one,
];

async fn an_entity_has_no_id_before_the_flush_and_has_one_after_it(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    assert_eq!(session[ann].id.get(), None);
    assert_eq!(session.state(ann), EntityState::Pending);
    session.flush().await?;
    assert_eq!(session[ann].id, 1);
    assert_eq!(session.state(ann), EntityState::Persistent);
    session.close().await
}

async fn adding_sends_nothing(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    session.add(user("Ann"));
    assert_eq!(db.round_trips(), 0);
    assert!(!session.in_transaction());
    Ok(())
}

async fn an_added_entity_is_found_by_its_key_without_a_query(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    session.flush().await?;
    db.forget();
    assert_eq!(session.get::<User>(1).await?, Some(ann));
    assert_eq!(db.round_trips(), 0);
    session.close().await
}

async fn one_row_has_one_handle(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.one(User::select().filter(User::name.eq("Ann"))).await?;
    let all = session.all(User::select().order_by(User::id.asc())).await?;
    assert_eq!(all[0], ann);
    assert_eq!(session.get::<User>(1).await?, Some(ann));
    session.commit().await?;
    assert_eq!(session.get::<User>(1).await?, Some(ann));
    session.close().await
}

async fn getting_twice_in_a_transaction_is_one_statement(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let first = session.get::<User>(2).await?;
    let second = session.get::<User>(2).await?;
    assert!(first.is_some());
    assert_eq!(first, second);
    assert_eq!(
        db.statements(),
        ["SELECT users.id, users.name, users.bio, users.age FROM users WHERE users.id = ?"]
    );
    session.close().await
}

async fn getting_what_is_not_there_gives_none(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    assert_eq!(session.get::<User>(99).await?, None);
    session.close().await
}

async fn getting_what_is_to_be_deleted_gives_none(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    session.delete(cid);
    assert_eq!(session.get::<User>(3).await?, None);
    session.flush().await?;
    assert_eq!(session.get::<User>(3).await?, None);
    session.close().await
}

async fn all_gives_handles_in_the_order_of_the_query(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::name.desc())).await?;
    let names: Vec<&str> = users.iter().map(|user| session[*user].name.as_str()).collect();
    assert_eq!(names, ["Cid", "Bob", "Ann"]);
    session.close().await
}

async fn one_gives_the_only_row(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let bob = session.one(User::select().filter(User::age.eq(40))).await?;
    assert_eq!(session[bob].name, "Bob");
    session.close().await
}

async fn one_or_none_gives_none_where_there_is_no_row(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let nobody = session.one_or_none(User::select().filter(User::age.eq(41))).await?;
    assert_eq!(nobody, None);
    session.close().await
}

async fn one_refuses_several_rows(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    assert!(session.one(User::select()).await.unwrap_err().is_several_rows());
    assert!(session.one_or_none(User::select()).await.unwrap_err().is_several_rows());
    assert!(session.one(User::select().filter(User::id.eq(9))).await.unwrap_err().is_no_row());
    session.close().await
}

async fn first_gives_the_first_row(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let oldest = session.first(User::select().order_by(User::age.desc())).await?.expect("users");
    assert_eq!(session[oldest].name, "Cid");
    assert_eq!(session.first(User::select().filter(User::age.gt(99))).await?, None);
    session.close().await
}

async fn a_stream_gives_handles_row_by_row(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let bob = session.get::<User>(2).await?.expect("Bob");
    let mut handles = Vec::new();
    let mut users = session.stream(User::select().order_by(User::id.asc())).await?;
    while let Some(user) = users.next().await {
        handles.push(user?);
    }
    drop(users);
    assert_eq!(handles.len(), 3);
    assert_eq!(handles[1], bob);
    session.close().await
}

async fn tuples_mix_handles_and_values(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let rows: Vec<(Handle<User>, i64)> = session
        .all(
            select((entity::<User>(), func::count(Post::id)))
                .outer_join(User::posts)
                .group_by((User::id, User::name, User::bio, User::age))
                .order_by(User::id.asc()),
        )
        .await?;
    let counts: Vec<(&str, i64)> =
        rows.iter().map(|(user, posts)| (session[*user].name.as_str(), *posts)).collect();
    assert_eq!(counts, [("Ann", 2), ("Bob", 1), ("Cid", 0)]);
    session.close().await
}

async fn an_outer_join_gives_an_optional_handle(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let rows: Vec<(Handle<User>, Option<Handle<Post>>)> = session
        .all(
            select((entity::<User>(), entity::<Post>().optional()))
                .outer_join(User::posts)
                .filter(User::age.ge(40))
                .order_by(User::id.asc()),
        )
        .await?;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].1.map(|post| session[post].title.as_str()), Some("Third"));
    assert_eq!(rows[1].1, None);
    session.close().await
}

async fn a_query_flushes_first(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let found = session.all(User::select()).await?;
    assert_eq!(found, [ann]);
    session[ann].age = 31;
    let ages: Vec<i32> = session.all(select(User::age)).await?;
    assert_eq!(ages, [31]);
    session.close().await
}

async fn without_autoflush_a_query_does_not_see_what_waits(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session().autoflush(false);
    session.add(user("Ann"));
    assert_eq!(session.all(User::select()).await?.len(), 0);
    session.flush().await?;
    assert_eq!(session.all(User::select()).await?.len(), 1);
    session.close().await
}

async fn a_statement_runs_in_the_sessions_transaction(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let outcome = session.execute(User::update().set(User::age, 1).all_rows()).await?;
    assert_eq!(outcome.rows_affected, 3);
    session.rollback().await?;
    let ages: Vec<i32> = db.all(select(User::age).order_by(User::age.asc())).await?;
    assert_eq!(ages, [30, 40, 50]);
    Ok(())
}

async fn a_session_reads_a_row_again_in_a_later_transaction(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.commit().await?;
    db.execute(User::update().set(User::age, 99).filter(User::id.eq(1))).await?;
    assert_eq!(session[ann].age, 30); // nothing was awaited
    assert_eq!(session.get::<User>(1).await?, Some(ann));
    assert_eq!(session[ann].age, 99);
    session.close().await
}

async fn a_row_that_was_changed_in_the_session_is_not_overwritten_by_a_query(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session().autoflush(false);
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.commit().await?;
    session[ann].age = 7;
    let found = session.all(User::select().order_by(User::id.asc())).await?;
    assert_eq!(found[0], ann);
    assert_eq!(session[ann].age, 7);
    session.close().await
}

async fn add_all_gives_handles_in_order(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let handles = session.add_all(["c", "a", "b"].map(user));
    session.flush().await?;
    let rows: Vec<(i64, &str)> =
        handles.iter().map(|user| (*session[*user].id, session[*user].name.as_str())).collect();
    assert_eq!(rows, [(1, "c"), (2, "a"), (3, "b")]);
    session.close().await
}

async fn a_key_given_by_hand_is_kept(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(User::new().id(42).name("Ann").build());
    let hello = session.add(Post { author: Ref::to(42), ..post("Hello") });
    session.commit().await?;
    assert_eq!(session[ann].id, 42);
    assert_eq!(session[hello].author.key(), Some(&42));
    assert_eq!(session.get::<User>(42).await?, Some(ann));
    session.close().await
}

async fn a_session_takes_a_connection_only_when_it_needs_one(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    assert_eq!(db.pool_status().checked_out, 0);
    session.get::<User>(1).await?;
    assert_eq!(db.pool_status().checked_out, 1);
    session.commit().await?;
    assert_eq!(db.pool_status().checked_out, 0);
    session.get::<User>(1).await?;
    session.close().await?;
    assert_eq!(db.pool_status().checked_out, 0);
    Ok(())
}
