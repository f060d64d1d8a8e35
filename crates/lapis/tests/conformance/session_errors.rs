//! What a session is asked that cannot be: a typed error that says what to do, and the session goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use lapis::ErrorKind;
use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Comment, Post, Profile, User, blog, comment, post, user};

conformance![
    a_missing_required_reference,
    a_required_reference_that_is_unset_again,
    a_key_that_is_unset,
    a_reference_to_an_entity_that_is_not_added,
    a_reference_to_an_owned_entity,
    owned_entities_in_a_relation_of_the_session,
    a_reference_to_an_entity_of_another_session,
    a_key_that_refers_to_no_row,
    a_handle_of_another_session_panics_by_index,
    a_handle_of_another_session_is_an_error_by_name,
    a_relation_that_is_not_loaded,
    a_null_that_is_read_into_a_plain_field,
    a_value_that_is_not_of_the_columns_type,
    a_full_pool,
    a_check_that_a_value_breaks,
    a_unique_value_that_is_taken_names_its_columns,
    two_rows_where_one_was_asked_for,
    an_owned_relation_that_is_not_loaded_panics_with_advice,
    a_generated_value_read_before_the_flush_panics_with_advice,
];

/// Whatever was wrong, the session and the pool do their work afterwards.
async fn still_usable(db: &Database, session: &mut Session) -> Result<()> {
    session.rollback().await?;
    session.add(user("Zoe"));
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM users WHERE name = 'Zoe'").await?, 1);
    assert_eq!(db.pool_status().checked_out, 0);
    Ok(())
}

/// What a closure panics with.
fn panic_message<T>(work: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(work)) else { panic!("it did not panic") };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast_ref::<&str>().map_or_else(String::new, |text| (*text).to_owned()),
    }
}

async fn a_missing_required_reference(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    session.add(post("orphan"));
    let error = session.commit().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidRequest(_)));
    insta::assert_snapshot!(error, @"Post.author is unset, and a new row of posts needs it; assign it a handle or `Ref::to(key)` before the flush");
    still_usable(db, &mut session).await
}

async fn a_required_reference_that_is_unset_again(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let first = session.get::<Post>(1).await?.expect("First");
    session[first].author = Ref::unset();
    let error = session.commit().await.unwrap_err();
    insta::assert_snapshot!(error, @"Post.author of row 1 was unset, and the column does not take NULL; make it refer to a row, or delete the entity");
    assert_eq!(db.scalar::<i64>("SELECT author_id FROM posts WHERE id = 1").await?, 1);
    still_usable(db, &mut session).await
}

async fn a_reference_to_an_entity_that_is_not_added(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let dan = session.add(user("Dan"));
    let hello = session.add(Post { author: dan.into(), ..post("hello") });
    session.delete(dan); // never flushed: transient again
    let error = session.commit().await.unwrap_err();
    insta::assert_snapshot!(error, @"Post.author refers to a User that is neither a row nor about to be one; add it to the session again");
    session.add(dan);
    session.commit().await?;
    assert_eq!(session.state(hello), EntityState::Persistent);
    still_usable(db, &mut session).await
}

async fn a_key_that_is_unset(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session[ann].id = Auto::default();
    let error = session.commit().await.unwrap_err();
    insta::assert_snapshot!(error, @"User.id of row 1 was unset, and a row has a key; give it one, or `session.refresh(..)` the entity");
    still_usable(db, &mut session).await
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "shelves")]
struct Shelf {
    #[column(primary_key)]
    id: Auto<i64>,
    #[relation(inverse = Book::shelf, cascade(delete_orphan))]
    books: Many<Book>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "books")]
struct Book {
    #[column(primary_key)]
    id: Auto<i64>,
    shelf: Ref<Shelf>,
}

/// Where orphans are deleted, it is no reason to delete the row either.
async fn a_reference_to_an_owned_entity(db: &Database) -> Result<()> {
    db.create::<(Shelf, Book)>().await?;
    let mut session = db.session();
    let shelf = session.add(Shelf::new().books(vec![Book::new().build()]).build());
    session.commit().await?;
    let book = session.related(shelf, Shelf::books)?[0];
    let pending = session.add(Book::new().shelf(shelf).build());
    for book in [book, pending] {
        session[book].shelf = Shelf::new().build().into();
        assert!(session.related(book, Book::shelf).is_err());
        let error = session.flush().await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"Book.shelf holds a Shelf that is not in the session; `session.add(..)` it, and assign the handle that this gives");
        }
        session[book].shelf = session.add(Shelf::new().build()).into();
    }
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM books").await?, 2);
    assert_eq!(session[book].shelf.key(), Some(&2));
    assert_eq!(db.pool_status().checked_out, 0);
    Ok(())
}

async fn owned_entities_in_a_relation_of_the_session(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let bob = session.get::<User>(2).await?.expect("Bob");
    session[bob].posts = vec![post("hello")].into();
    let error = session.commit().await.unwrap_err();
    insta::assert_snapshot!(error, @"User.posts of an entity in the session was given owned entities, but the session keeps its relations: `session.add(..)` each Post and `session.link(handle, User::posts, ..)` it, or `session.merge(..)` the whole graph; and leave the field itself not loaded");
    session[bob].posts.take();
    let dan = session.add(user("Dan"));
    session[dan].profile = Profile::new().motto("x").build().into();
    let error = session.commit().await.unwrap_err();
    assert!(error.to_string().starts_with("User.profile of an entity in the session"), "{error}");
    session[dan].profile.take();
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM posts").await?, 3);
    still_usable(db, &mut session).await
}

async fn a_reference_to_an_entity_of_another_session(db: &Database) -> Result<()> {
    blog(db).await?;
    let (mut one, mut two) = (db.session(), db.session());
    let ann = one.get::<User>(1).await?.expect("Ann");
    one.close().await?;
    two.add(Post { author: ann.into(), ..post("hello") });
    let error = two.commit().await.unwrap_err();
    insta::assert_snapshot!(error, @"Post.author refers to a User of another session; load it here, or use `Ref::to(key)`");
    still_usable(db, &mut two).await
}

async fn a_key_that_refers_to_no_row(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    session.add(Post { author: Ref::to(99), ..post("hello") });
    let error = session.commit().await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error}");
    still_usable(db, &mut session).await
}

async fn a_handle_of_another_session_panics_by_index(db: &Database) -> Result<()> {
    blog(db).await?;
    let (mut one, two) = (db.session(), db.session());
    let ann = one.get::<User>(1).await?.expect("Ann");
    let message = panic_message(|| two[ann].age);
    assert!(message.contains("is of another session"), "{message}");
    assert!(message.contains("load the entity here, or use `merge`"), "{message}");
    still_usable(db, &mut one).await
}

async fn a_handle_of_another_session_is_an_error_by_name(db: &Database) -> Result<()> {
    blog(db).await?;
    let (mut one, mut two) = (db.session(), db.session());
    let ann = one.get::<User>(1).await?.expect("Ann");
    one.close().await?;
    assert!(matches!(two.try_get(ann).unwrap_err().kind(), ErrorKind::InvalidRequest(_)));
    assert!(two.try_get_mut(ann).is_err());
    assert!(two.related(ann, User::posts).is_err());
    assert!(two.load(ann, User::posts).await.is_err());
    assert!(two.refresh(ann).await.is_err());
    assert!(two.expire(ann).is_err());
    assert!(two.expunge(ann).is_err());
    assert!(two.detach(ann).is_err());
    assert!(!two.contains(ann));
    still_usable(db, &mut two).await
}

async fn a_relation_that_is_not_loaded(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    let note = session.get::<Comment>(1).await?.expect("a comment");
    insta::assert_snapshot!(session.related(ann, User::posts).unwrap_err(), @"User.posts is not loaded for this entity; load it with `session.load(handle, User::posts).await?`, or along with the query by `.eager(User::posts)`");
    insta::assert_snapshot!(session.related(ann, User::profile).unwrap_err(), @"User.profile is not loaded for this entity; load it with `session.load(handle, User::profile).await?`, or along with the query by `.eager(User::profile)`");
    assert!(session.related(note, Comment::author).is_err());
    still_usable(db, &mut session).await
}

async fn a_null_that_is_read_into_a_plain_field(db: &Database) -> Result<()> {
    #[derive(Entity, Debug, Clone)]
    #[entity(table = "users")]
    struct Strict {
        #[column(primary_key)]
        id: Auto<i64>,
        bio: String,
    }
    blog(db).await?;
    let mut session = db.session();
    let error = session.get::<Strict>(2).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decode { .. }));
    insta::assert_snapshot!(error.kind(), @"column `bio` cannot be read: it is NULL, and `String` cannot hold NULL; read it as `Option<String>`");
    still_usable(db, &mut session).await
}

async fn a_value_that_is_not_of_the_columns_type(db: &Database) -> Result<()> {
    #[derive(Entity, Debug, Clone)]
    #[entity(table = "users")]
    struct Mistaken {
        #[column(primary_key)]
        id: Auto<i64>,
        name: i64,
    }
    blog(db).await?;
    let mut session = db.session();
    let error = session.all(Mistaken::select()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decode { .. }));
    insta::assert_snapshot!(error.kind(), @"column `name` cannot be read: it holds text, and `i64` was asked for");
    still_usable(db, &mut session).await
}

async fn a_full_pool(db: &Database) -> Result<()> {
    blog(db).await?;
    let small = db
        .builder()
        .pool_size(1)
        .max_overflow(0)
        .pool_timeout(Duration::from_millis(20))
        .connect()
        .await?;
    let (mut one, mut two) = (small.session(), small.session());
    one.execute(text("SELECT 1")).await?;
    let error = two.execute(text("SELECT 1")).await.unwrap_err();
    assert!(error.is_pool_timeout());
    one.close().await?;
    two.execute(text("SELECT 1")).await?;
    two.close().await?;
    assert_eq!(small.pool_status().checked_out, 0);
    small.close().await
}

async fn a_check_that_a_value_breaks(db: &Database) -> Result<()> {
    #[derive(Entity, Debug, Clone)]
    #[entity(table = "accounts", check(name = "ck_no_debt", sql = "balance >= 0"))]
    struct Account {
        #[column(primary_key)]
        id: Auto<i64>,
        balance: i64,
    }
    db.create::<(Account,)>().await?;
    let mut session = db.session();
    let account = session.add(Account::new().balance(5).build());
    session.commit().await?;
    session[account].balance = -1;
    let error = session.commit().await.unwrap_err();
    assert!(error.is_check_violation(), "{error}");
    assert_eq!(error.constraint(), Some("ck_no_debt"));
    assert_eq!(session[account].balance, 5);
    session[account].balance = 6;
    session.commit().await
}

async fn a_unique_value_that_is_taken_names_its_columns(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    session.add(user("Ann"));
    let error = session.commit().await.unwrap_err();
    let violation = error.violation().expect("an integrity error");
    if db.is_mysql() {
        // The constraint's name is all that the server tells.
        assert_eq!(violation.name.as_deref(), Some("uq_users_name"));
    } else {
        assert_eq!(violation.table.as_deref(), Some("users"));
        assert_eq!(violation.columns, ["name"]);
    }
    assert!(error.sql().is_some_and(|sql| sql.starts_with("INSERT")));
    assert!(!error.to_string().contains("Ann"), "values are not for the log: {error}");
    still_usable(db, &mut session).await
}

async fn two_rows_where_one_was_asked_for(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    insta::assert_snapshot!(session.one(User::select()).await.unwrap_err().kind(), @"at most one row was asked for; use `first`, or narrow the filter");
    insta::assert_snapshot!(session.one(User::select().filter(User::id.eq(99))).await.unwrap_err().kind(), @"one row was asked for; use `one_or_none` if there may be none");
    still_usable(db, &mut session).await
}

async fn an_owned_relation_that_is_not_loaded_panics_with_advice(db: &Database) -> Result<()> {
    blog(db).await?;
    let ann: User = db.one(User::select().filter(User::id.eq(1))).await?;
    assert_eq!(ann.posts.get(), None);
    insta::assert_snapshot!(panic_message(|| ann.posts.len()), @"this relation is not loaded: add `.eager(..)` to the query; inside a session ask `session.related(..)`");
    Ok(())
}

async fn a_generated_value_read_before_the_flush_panics_with_advice(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let note = session.add(comment("note"));
    let profile = session.add(Profile::new().motto("x").build());
    assert_eq!(session[profile].id.get(), None);
    insta::assert_snapshot!(panic_message(|| *session[note].id), @"this value is assigned by the database: read it after the flush, or use `.get()`");
    session.close().await
}
