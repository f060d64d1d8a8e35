//! What others have changed: expiring, refreshing, and rows that are gone.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Post, User, blog, user};

conformance![
    refresh_reads_the_row_again_and_loses_changes,
    refresh_of_a_row_that_is_gone_says_so,
    refresh_of_what_is_no_row_says_so,
    expire_has_the_next_query_read_the_row,
    an_expired_entity_reads_as_before_until_then,
    expire_forgets_changes_and_loaded_relations,
    expire_all_expires_every_entity,
    updating_a_row_that_is_gone_is_stale_data,
    deleting_a_row_that_is_gone_is_stale_data,
    a_row_that_is_gone_is_not_found_in_a_later_transaction,
    a_reference_changed_elsewhere_moves_the_child_when_it_is_read,
    an_update_past_the_session_is_not_noticed_in_the_same_transaction,
];

async fn refresh_reads_the_row_again_and_loses_changes(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.commit().await?;
    db.execute(User::update().set(User::age, 99).filter(User::id.eq(1))).await?;
    session[ann].name = "lost".into();
    session.refresh(ann).await?;
    assert_eq!((session[ann].name.as_str(), session[ann].age), ("Ann", 99));
    assert!(!session.is_modified(ann));
    session.close().await
}

async fn refresh_of_a_row_that_is_gone_says_so(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    session.commit().await?;
    db.execute(User::delete().filter(User::id.eq(3))).await?;
    let error = session.refresh(cid).await.unwrap_err();
    assert!(error.is_stale_data());
    insta::assert_snapshot!(error, @"cannot refresh User 3: its row is no longer there; it was deleted elsewhere");
    session.close().await
}

async fn refresh_of_what_is_no_row_says_so(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let dan = session.add(user("Dan"));
    let error = session.refresh(dan).await.unwrap_err();
    insta::assert_snapshot!(error, @"cannot refresh a User that is Pending: it has no row; flush or add it first");
    session.close().await
}

async fn expire_has_the_next_query_read_the_row(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.execute(User::update().set(User::age, 99).filter(User::id.eq(1))).await?;
    session.expire(ann)?;
    assert_eq!(session.get::<User>(1).await?, Some(ann));
    assert_eq!(session[ann].age, 99);
    session.close().await
}

async fn an_expired_entity_reads_as_before_until_then(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.execute(User::update().set(User::age, 99).filter(User::id.eq(1))).await?;
    session.expire(ann)?;
    assert_eq!(session[ann].age, 30);
    session.all(User::select()).await?;
    assert_eq!(session[ann].age, 99);
    session.close().await
}

async fn expire_forgets_changes_and_loaded_relations(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.one(User::select().filter(User::id.eq(1)).eager(User::posts)).await?;
    session[ann].age = 1;
    session.expire(ann)?;
    assert_eq!(session[ann].age, 30);
    assert!(session.changes().is_empty());
    assert!(session.related(ann, User::posts).is_err());
    session.close().await
}

async fn expire_all_expires_every_entity(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc())).await?;
    session.execute(User::update().set(User::age, 99).all_rows()).await?;
    session.expire_all();
    session.all(User::select()).await?;
    assert!(users.iter().all(|user| session[*user].age == 99));
    session.close().await
}

async fn updating_a_row_that_is_gone_is_stale_data(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    session.commit().await?;
    db.execute(User::delete().filter(User::id.eq(3))).await?;
    session[cid].age = 1;
    let error = session.commit().await.unwrap_err();
    assert!(error.is_stale_data());
    insta::assert_snapshot!(error, @"could not update User 3: its row in users is no longer there; it was deleted or its key was changed elsewhere. Roll back, then load it again");
    session.add(user("Dan"));
    session.commit().await
}

async fn deleting_a_row_that_is_gone_is_stale_data(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    session.commit().await?;
    db.execute(User::delete().filter(User::id.eq(3))).await?;
    session.delete(cid);
    let error = session.commit().await.unwrap_err();
    assert!(error.is_stale_data());
    insta::assert_snapshot!(error, @"could not delete User 3: its row in users is no longer there; it was deleted or its key was changed elsewhere. Roll back, then load it again");
    session.add(user("Dan"));
    session.commit().await
}

async fn a_row_that_is_gone_is_not_found_in_a_later_transaction(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    session.get::<User>(3).await?.expect("Cid");
    session.commit().await?;
    db.execute(User::delete().filter(User::id.eq(3))).await?;
    assert_eq!(session.get::<User>(3).await?, None);
    session.close().await
}

async fn a_reference_changed_elsewhere_moves_the_child_when_it_is_read(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc()).eager(User::posts)).await?;
    let first = session.related(users[0], User::posts)?[0];
    session.commit().await?;
    db.execute(Post::update().set(Post::author, 3).filter(Post::id.eq(1))).await?;
    session.get::<Post>(1).await?;
    assert_eq!(session.related(users[0], User::posts)?.len(), 1);
    assert_eq!(session.related(users[2], User::posts)?, [first]);
    session.close().await
}

async fn an_update_past_the_session_is_not_noticed_in_the_same_transaction(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.execute(User::update().set(User::age, 99).filter(User::id.eq(1))).await?;
    session.all(User::select()).await?;
    assert_eq!(session[ann].age, 30); // as in SQLAlchemy: expire or refresh it
    session.close().await
}
