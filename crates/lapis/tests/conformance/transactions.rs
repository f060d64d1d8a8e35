//! Commit, rollback and savepoints: the database and the session stay of one mind.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Blog, Post, Tag, User, blog, post, tag, user};

conformance![
    a_commit_is_seen_by_others,
    nothing_is_seen_by_others_before_the_commit,
    a_rollback_makes_added_entities_transient_and_unsets_what_was_generated,
    a_rollback_gives_changed_columns_their_values_back,
    a_rollback_makes_deleted_entities_rows_again,
    a_rollback_restores_collections,
    a_rollback_before_any_flush_forgets_changes,
    a_transient_entity_may_be_added_again,
    a_savepoint_is_rolled_back_alone,
    a_nested_block_that_succeeds_is_kept,
    a_nested_block_that_fails_is_taken_back,
    nested_blocks_nest,
    a_nested_block_cannot_end_the_transaction_around_it,
    a_nested_block_cannot_reach_a_savepoint_around_it,
    a_rollback_to_an_outer_savepoint_ends_the_inner_ones,
    a_savepoint_restores_collections_and_states,
    a_savepoint_that_is_no_longer_set_is_an_error,
    a_failed_flush_within_a_savepoint_spares_what_was_before_it,
    a_failed_flush_leaves_nothing_half_written,
    a_failed_flush_leaves_the_session_usable,
    a_failed_check_before_the_flush_changes_nothing,
    a_session_may_be_closed_and_used_again,
    a_commit_without_changes_sends_no_statement,
    a_flush_keeps_the_transaction_open,
    a_session_that_is_dropped_rolls_back,
    committing_in_a_maker_is_on_ok_alone,
    a_maker_passes_its_options_on,
];

async fn users(db: &Database) -> Result<Vec<String>> {
    db.all(select(User::name).order_by(User::id.asc())).await
}

async fn a_commit_is_seen_by_others(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    session.add(user("Ann"));
    session.commit().await?;
    assert_eq!(users(db).await?, ["Ann"]);
    assert!(!session.in_transaction());
    Ok(())
}

async fn nothing_is_seen_by_others_before_the_commit(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    session.add(user("Ann"));
    session.flush().await?;
    assert!(session.in_transaction());
    match users(db).await {
        Ok(users) => assert!(users.is_empty()),
        // A database in memory has one lock for all.
        Err(error) => assert!(error.is_locked(), "{error}"),
    }
    session.commit().await
}

async fn a_rollback_makes_added_entities_transient_and_unsets_what_was_generated(
    db: &Database,
) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let hello = session.add(Post { author: ann.into(), ..post("hello") });
    session.flush().await?;
    session.rollback().await?;
    assert_eq!(session.state(ann), EntityState::Transient);
    assert_eq!(session.state(hello), EntityState::Transient);
    assert_eq!(session[ann].id.get(), None);
    assert_eq!(session[hello].author.key(), None);
    assert_eq!(session.get::<User>(1).await?, None);
    session.close().await
}

async fn a_rollback_gives_changed_columns_their_values_back(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session[ann].name = "Anna".into();
    session.flush().await?;
    session[ann].age = 1;
    session.rollback().await?;
    assert_eq!((session[ann].name.as_str(), session[ann].age), ("Ann", 30));
    assert!(session.changes().is_empty());
    session.commit().await?;
    assert_eq!(users(db).await?[0], "Ann");
    Ok(())
}

async fn a_rollback_makes_deleted_entities_rows_again(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    session.delete(cid);
    session.flush().await?;
    session.rollback().await?;
    assert_eq!(session.state(cid), EntityState::Persistent);
    assert!(session.changes().is_empty());
    assert_eq!(session.get::<User>(3).await?, Some(cid));
    session.commit().await?;
    assert_eq!(users(db).await?.len(), 3);
    Ok(())
}

async fn a_rollback_restores_collections(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc()).eager(User::posts)).await?;
    let before: Vec<Vec<Handle<Post>>> = users
        .iter()
        .map(|user| session.related(*user, User::posts).map(<[_]>::to_vec))
        .collect::<Result<_>>()?;
    session.add(Post { author: users[0].into(), ..post("new") });
    session[before[0][0]].author = users[1].into();
    session.flush().await?;
    session[before[1][0]].author = users[2].into();
    session.rollback().await?;
    for (user, posts) in users.iter().zip(before) {
        assert_eq!(session.related(*user, User::posts)?, posts);
    }
    Ok(())
}

async fn a_rollback_before_any_flush_forgets_changes(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    let cid = session.get::<User>(3).await?.expect("Cid");
    session[ann].age = 1;
    session.delete(cid);
    let dan = session.add(user("Dan"));
    session.rollback().await?;
    assert_eq!(session[ann].age, 30);
    assert_eq!(session.state(cid), EntityState::Persistent);
    assert_eq!(session.state(dan), EntityState::Transient);
    db.forget();
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn a_transient_entity_may_be_added_again(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let hello = session.add(Post { author: ann.into(), ..post("hello") });
    session.flush().await?;
    session.rollback().await?;
    session.add(hello);
    session.add(ann);
    session.commit().await?;
    assert_eq!(session.state(ann), EntityState::Persistent);
    assert_eq!(session[hello].author.key(), Some(&*session[ann].id));
    assert_eq!(session.related(ann, User::posts)?, [hello]);
    assert_eq!(users(db).await?, ["Ann"]);
    Ok(())
}

async fn a_savepoint_is_rolled_back_alone(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let savepoint = session.savepoint().await?;
    let bob = session.add(user("Bob"));
    session[ann].age = 1;
    session.flush().await?;
    session.rollback_to(savepoint).await?;
    assert_eq!(session.state(ann), EntityState::Persistent);
    assert_eq!(session.state(bob), EntityState::Transient);
    assert_eq!(session[ann].age, 0);
    session.add(user("Cid"));
    session.commit().await?;
    assert_eq!(users(db).await?, ["Ann", "Cid"]);
    Ok(())
}

async fn a_nested_block_that_succeeds_is_kept(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    session.add(user("Ann"));
    let bob = session.begin_nested(async |session| Ok(session.add(user("Bob")))).await?;
    assert_eq!(session.state(bob), EntityState::Persistent);
    session.commit().await?;
    assert_eq!(users(db).await?, ["Ann", "Bob"]);
    Ok(())
}

async fn a_nested_block_that_fails_is_taken_back(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let dan = session.add(user("Dan"));
    let error = session
        .begin_nested(async |session| {
            session.add(user("Ann"));
            session.flush().await
        })
        .await
        .unwrap_err();
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(session.state(dan), EntityState::Persistent);
    session.commit().await?;
    assert_eq!(users(db).await?, ["Ann", "Bob", "Cid", "Dan"]);
    Ok(())
}

async fn nested_blocks_nest(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    session
        .begin_nested(async |session| {
            session.add(user("outer"));
            let inner: Result<()> = session
                .begin_nested(async |session| {
                    session.add(user("inner"));
                    session.flush().await?;
                    Err(lapis::Error::no_row("changed my mind"))
                })
                .await;
            assert!(inner.is_err());
            session.add(user("after"));
            Ok(())
        })
        .await?;
    session.commit().await?;
    assert_eq!(users(db).await?, ["outer", "after"]);
    Ok(())
}

async fn a_nested_block_cannot_end_the_transaction_around_it(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let bob = session
        .begin_nested(async |session| {
            let bob = session.add(user("Bob"));
            let error = session.commit().await.unwrap_err();
            assert!(error.to_string().contains("cannot commit the transaction around it"), "{error}");
            assert_eq!(session.state(bob), EntityState::Pending);
            for error in [session.rollback().await.unwrap_err(), session.close().await.unwrap_err()] {
                assert!(
                    error.to_string().contains("cannot roll back the transaction around it"),
                    "{error}"
                );
            }
            assert_eq!(session.state(ann), EntityState::Persistent);
            Ok(bob)
        })
        .await?;
    session[bob].name = "Robert".into();
    session.commit().await?;
    assert_eq!(users(db).await?, ["Ann", "Robert"]);
    Ok(())
}

async fn a_nested_block_cannot_reach_a_savepoint_around_it(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let outer = session.savepoint().await?;
    session
        .begin_nested(async |session| {
            session.add(user("Ann"));
            for error in
                [session.rollback_to(outer).await.unwrap_err(), session.release(outer).await.unwrap_err()]
            {
                assert!(error.to_string().contains("set before the closure"), "{error}");
            }
            let inner = session.savepoint().await?;
            session.add(user("Bob"));
            session.rollback_to(inner).await?;
            session.release(inner).await
        })
        .await?;
    session.release(outer).await?;
    session.commit().await?;
    assert_eq!(users(db).await?, ["Ann"]);
    Ok(())
}

async fn a_rollback_to_an_outer_savepoint_ends_the_inner_ones(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let outer = session.savepoint().await?;
    session.add(user("Ann"));
    let inner = session.savepoint().await?;
    session.add(user("Bob"));
    session.flush().await?;
    session.rollback_to(outer).await?;
    assert!(session.rollback_to(inner).await.is_err());
    session.add(user("Cid"));
    session.rollback_to(outer).await?; // it is still set
    session.commit().await?;
    assert!(users(db).await?.is_empty());
    Ok(())
}

async fn a_savepoint_restores_collections_and_states(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let first = session.one(Post::select().filter(Post::id.eq(1)).eager(Post::tags)).await?;
    let ann = session.one(User::select().filter(User::id.eq(1)).eager(User::posts)).await?;
    let (tags, posts) =
        (session.related(first, Post::tags)?.to_vec(), session.related(ann, User::posts)?.to_vec());
    let savepoint = session.savepoint().await?;
    session.unlink(first, Post::tags, tags[0]);
    let new = session.add(tag("new"));
    session.link(first, Post::tags, new);
    session.add(Post { author: ann.into(), ..post("new") });
    session.delete(posts[1]);
    session.flush().await?;
    assert_eq!(session.related(first, Post::tags)?, [tags[1], new]);
    session.rollback_to(savepoint).await?;
    assert_eq!(session.related(first, Post::tags)?, tags);
    assert_eq!(session.related(ann, User::posts)?, posts);
    assert_eq!(session.state(posts[1]), EntityState::Persistent);
    assert_eq!(session.state(new), EntityState::Transient);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM post_tags WHERE post_id = 1").await?, 2);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM posts").await?, 3);
    Ok(())
}

async fn a_savepoint_that_is_no_longer_set_is_an_error(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let savepoint = session.savepoint().await?;
    session.commit().await?;
    let error = session.rollback_to(savepoint).await.unwrap_err();
    insta::assert_snapshot!(error, @"this savepoint is no longer set: it was released, or its transaction has ended; set another");
    session.add(user("Ann"));
    session.commit().await
}

async fn a_failed_flush_within_a_savepoint_spares_what_was_before_it(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let dan = session.add(user("Dan"));
    session.savepoint().await?;
    let twin = session.add(user("Ann"));
    assert!(session.flush().await.unwrap_err().is_unique_violation());
    assert_eq!(session.state(twin), EntityState::Transient);
    assert_eq!(session.state(dan), EntityState::Persistent);
    session.commit().await?;
    assert_eq!(users(db).await?.len(), 4);
    Ok(())
}

async fn a_failed_flush_leaves_nothing_half_written(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session[ann].age = 1;
    let new = session.add(tag("new"));
    let twin = session.add(user("Bob"));
    assert!(session.commit().await.unwrap_err().is_unique_violation());
    assert_eq!(session.state(new), EntityState::Transient);
    assert_eq!(session.state(twin), EntityState::Transient);
    assert_eq!(session[ann].age, 30);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM tags").await?, 2);
    assert_eq!(db.scalar::<i64>("SELECT age FROM users WHERE id = 1").await?, 30);
    Ok(())
}

async fn a_failed_flush_leaves_the_session_usable(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let twin = session.add(user("Bob"));
    assert!(session.flush().await.is_err());
    assert_eq!(db.pool_status().checked_out, 0);
    session[twin].name = "Bobby".into();
    session.add(twin);
    session.commit().await?;
    assert_eq!(session.state(twin), EntityState::Persistent);
    assert_eq!(users(db).await?, ["Ann", "Bob", "Cid", "Bobby"]);
    Ok(())
}

async fn a_failed_check_before_the_flush_changes_nothing(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let orphan = session.add(post("without an author"));
    let dan = session.add(user("Dan"));
    assert!(session.flush().await.is_err());
    assert_eq!(session.state(orphan), EntityState::Pending);
    assert_eq!(session.state(dan), EntityState::Pending);
    session[orphan].author = dan.into();
    session.commit().await?;
    assert_eq!(session.state(orphan), EntityState::Persistent);
    Ok(())
}

async fn a_session_may_be_closed_and_used_again(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.close().await?;
    assert_eq!(session[ann].name, "Ann");
    session[ann].age = 31;
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT age FROM users WHERE id = 1").await?, 31);
    Ok(())
}

async fn a_commit_without_changes_sends_no_statement(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    session.commit().await?;
    session.get::<User>(1).await?;
    db.forget();
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn a_flush_keeps_the_transaction_open(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    session.add(tag("new"));
    session.flush().await?;
    assert!(session.in_transaction());
    session.rollback().await?;
    assert!(!session.in_transaction());
    assert_eq!(db.all(Tag::select()).await?.len(), 2);
    Ok(())
}

async fn a_session_that_is_dropped_rolls_back(db: &Database) -> Result<()> {
    blog(db).await?;
    {
        let mut session = db.session();
        session.add(user("Dan"));
        session.flush().await?;
    }
    db.settled().await;
    assert_eq!(users(db).await?.len(), 3);
    let mut other = db.session();
    other.add(user("Dan"));
    other.commit().await?;
    assert_eq!(users(db).await?.len(), 4);
    Ok(())
}

async fn committing_in_a_maker_is_on_ok_alone(db: &Database) -> Result<()> {
    blog(db).await?;
    let sessions = SessionMaker::new(db);
    let id = sessions
        .begin(async |session| {
            let dan = session.add(user("Dan"));
            session.flush().await?;
            Ok(*session[dan].id)
        })
        .await?;
    assert_eq!(id, 4);
    let failed: Result<()> = sessions
        .begin(async |session| {
            session.add(user("Eve"));
            session.flush().await?;
            Err(lapis::Error::no_row("changed my mind"))
        })
        .await;
    assert!(failed.unwrap_err().is_no_row());
    let twin = sessions.begin(async |session| Ok(session.add(user("Ann")))).await;
    assert!(twin.unwrap_err().is_unique_violation());
    assert_eq!(users(db).await?, ["Ann", "Bob", "Cid", "Dan"]);
    Ok(())
}

async fn a_maker_passes_its_options_on(db: &Database) -> Result<()> {
    blog(db).await?;
    let sessions = SessionMaker::new(db).autoflush(false);
    let mut session = sessions.session();
    session.add(user("Dan"));
    assert_eq!(session.all(User::select()).await?.len(), 3);
    session.close().await
}
