//! What the session writes of a change: the columns that differ, and nothing else.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Post, Profile, User, blog, user};

conformance![
    a_change_updates_its_column_alone,
    several_changes_of_a_row_are_one_statement,
    assigning_the_same_value_writes_nothing,
    changing_back_writes_nothing,
    rows_with_the_same_columns_changed_share_a_statement,
    what_was_written_is_not_written_again,
    reading_by_index_writes_nothing,
    client_defaults_stand_before_the_flush,
    server_defaults_are_read_back_in_the_same_round_trip,
    a_server_default_given_by_hand_is_written,
    on_update_is_set_by_every_update_and_read_back,
    on_update_given_by_hand_is_written,
    computed_columns_follow_their_sources,
    a_computed_column_that_is_assigned_is_what_the_database_computed_after_the_flush,
    a_nullable_column_may_become_null_and_a_value_again,
    a_primary_key_may_change,
    keys_may_be_exchanged_after_a_flush_in_between,
    a_reference_that_is_assigned_a_key_updates_its_column,
    a_reference_that_is_assigned_a_handle_updates_its_column,
    assigning_the_handle_of_the_same_row_writes_nothing,
    an_entity_changed_before_its_insert_is_inserted_as_changed,
    changes_count_what_a_flush_would_write,
    a_changed_entity_is_listed_as_dirty,
    try_get_mut_tracks_changes_as_indexing_does,
];

#[derive(Entity, Debug, Clone)]
#[entity(table = "documents")]
struct Document {
    #[column(primary_key)]
    id: Auto<i64>,
    title: String,
    #[column(default = "draft")]
    status: String,
    #[column(server_default = 7)]
    priority: Auto<i32>,
    #[column(server_default = now())]
    created_at: Auto<DateTime<Utc>>,
    #[column(server_default = 0, on_update = sql("version + 1"))]
    version: Auto<i64>,
    #[column(server_default = now(), on_update = now())]
    updated_at: Auto<DateTime<Utc>>,
    #[column(computed = "priority * 2", stored)]
    weight: Auto<i32>,
}

async fn a_change_updates_its_column_alone(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    db.forget();
    session[ann].name = "Anna".into();
    session.commit().await?;
    assert_eq!(db.statements(), ["UPDATE users SET name = ? WHERE users.id = ?"]);
    assert_eq!(db.scalar::<String>("SELECT name FROM users WHERE id = 1").await?, "Anna");
    Ok(())
}

async fn several_changes_of_a_row_are_one_statement(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    db.forget();
    session[ann].age = 31;
    session[ann].name = "Anna".into();
    session.commit().await?;
    assert_eq!(db.statements(), ["UPDATE users SET name = ?, age = ? WHERE users.id = ?"]);
    Ok(())
}

async fn assigning_the_same_value_writes_nothing(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    db.forget();
    session[ann].name = "Ann".into();
    assert!(!session.is_modified(ann));
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn changing_back_writes_nothing(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    db.forget();
    session[ann].age = 31;
    assert!(session.is_modified(ann));
    session[ann].age = 30;
    assert!(!session.is_modified(ann));
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn rows_with_the_same_columns_changed_share_a_statement(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc())).await?;
    db.forget();
    for user in &users {
        session[*user].age += 1;
    }
    session[users[1]].bio = Some("bold".into());
    session.commit().await?;
    assert_eq!(db.round_trips(), 2); // two rows with `age`, one with `bio` and `age`
    let ages: Vec<i32> = db.all(select(User::age).order_by(User::id.asc())).await?;
    assert_eq!(ages, [31, 41, 51]);
    Ok(())
}

async fn what_was_written_is_not_written_again(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session[ann].age = 31;
    session.flush().await?;
    db.forget();
    session.flush().await?;
    session.commit().await?;
    session[ann].age = 31;
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn reading_by_index_writes_nothing(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    assert_eq!(session[ann].name, "Ann");
    assert!(session.changes().is_empty());
    session.close().await
}

async fn client_defaults_stand_before_the_flush(db: &Database) -> Result<()> {
    db.create::<(Document,)>().await?;
    let mut session = db.session();
    let document = session.add(Document::new().title("a").build());
    assert_eq!(session[document].status, "draft");
    session.commit().await?;
    assert_eq!(db.scalar::<String>("SELECT status FROM documents").await?, "draft");
    Ok(())
}

async fn server_defaults_are_read_back_in_the_same_round_trip(db: &Database) -> Result<()> {
    db.create::<(Document,)>().await?;
    let mut session = db.session();
    let document = session.add(Document::new().title("a").build());
    session.flush().await?;
    assert_eq!(db.round_trips(), 1);
    assert_eq!(session[document].priority, 7);
    assert_eq!(session[document].version, 0);
    assert_eq!(session[document].weight, 14);
    let age = Utc::now() - *session[document].created_at;
    assert!(age.num_seconds().abs() < 60, "{age}");
    session.close().await
}

async fn a_server_default_given_by_hand_is_written(db: &Database) -> Result<()> {
    db.create::<(Document,)>().await?;
    let mut session = db.session();
    let given = session.add(Document::new().title("a").priority(1).build());
    let left = session.add(Document::new().title("b").build());
    session.commit().await?;
    assert_eq!(session[given].priority, 1);
    assert_eq!(session[left].priority, 7);
    assert_eq!(db.scalar::<i64>("SELECT priority FROM documents WHERE title = 'a'").await?, 1);
    Ok(())
}

async fn on_update_is_set_by_every_update_and_read_back(db: &Database) -> Result<()> {
    db.create::<(Document,)>().await?;
    let mut session = db.session();
    let document = session.add(Document::new().title("a").build());
    session.commit().await?;
    let before = *session[document].updated_at;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    session[document].title = "b".into();
    db.forget();
    session.commit().await?;
    // Without `UPDATE … RETURNING`, a SELECT reads it back.
    assert_eq!(db.round_trips(), if db.dialect().supports_update_returning() { 1 } else { 2 });
    assert_eq!(session[document].version, 1);
    assert!(*session[document].updated_at > before);
    session[document].title = "c".into();
    session.commit().await?;
    assert_eq!(session[document].version, 2);
    Ok(())
}

async fn on_update_given_by_hand_is_written(db: &Database) -> Result<()> {
    db.create::<(Document,)>().await?;
    let mut session = db.session();
    let document = session.add(Document::new().title("a").build());
    session.commit().await?;
    session[document].version = 50.into();
    session.commit().await?;
    assert_eq!(session[document].version, 50);
    assert_eq!(db.scalar::<i64>("SELECT version FROM documents").await?, 50);
    Ok(())
}

async fn computed_columns_follow_their_sources(db: &Database) -> Result<()> {
    db.create::<(Document,)>().await?;
    let mut session = db.session();
    let document = session.add(Document::new().title("a").priority(3).build());
    session.flush().await?;
    assert_eq!(session[document].weight, 6);
    session[document].priority = 5.into();
    session.flush().await?;
    assert_eq!(session[document].weight, 10);
    session.close().await
}

async fn a_computed_column_that_is_assigned_is_what_the_database_computed_after_the_flush(
    db: &Database,
) -> Result<()> {
    db.create::<(Document,)>().await?;
    let mut session = db.session();
    let document = session.add(Document::new().title("a").priority(3).build());
    session.commit().await?;
    session[document].weight = 99.into();
    session.commit().await?;
    assert_eq!(session[document].weight, 6);
    session[document].weight = 99.into();
    session[document].title = "b".into();
    session.commit().await?;
    assert_eq!(session[document].weight, 6);
    Ok(())
}

async fn a_nullable_column_may_become_null_and_a_value_again(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session[ann].bio = None;
    session.commit().await?;
    assert_eq!(db.scalar::<Option<String>>("SELECT bio FROM users WHERE id = 1").await?, None);
    session[ann].bio = Some(String::new());
    session.commit().await?;
    assert_eq!(
        db.scalar::<Option<String>>("SELECT bio FROM users WHERE id = 1").await?,
        Some(String::new())
    );
    Ok(())
}

async fn a_primary_key_may_change(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    db.forget();
    session[cid].id = 33.into();
    session.flush().await?;
    assert_eq!(db.statements(), ["UPDATE users SET id = ? WHERE users.id = ?"]);
    assert_eq!(session.get::<User>(33).await?, Some(cid));
    assert_eq!(session.get::<User>(3).await?, None);
    session.rollback().await?;
    assert_eq!(session[cid].id, 3);
    assert_eq!(session.get::<User>(3).await?, Some(cid));
    assert_eq!(session.get::<User>(33).await?, None);
    session.close().await
}

async fn keys_may_be_exchanged_after_a_flush_in_between(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let mottos = session.add_all(["a", "b"].map(user));
    session.flush().await?;
    let (one, two) = (mottos[0], mottos[1]);
    let (first, second) = (*session[one].id, *session[two].id);
    session[one].id = 1000.into();
    session.flush().await?;
    session[two].id = first.into();
    session.flush().await?;
    session[one].id = second.into();
    session.commit().await?;
    assert_eq!(session.get::<User>(first).await?, Some(two));
    assert_eq!(session.get::<User>(second).await?, Some(one));
    session.close().await
}

async fn a_reference_that_is_assigned_a_key_updates_its_column(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let first = session.get::<Post>(1).await?.expect("First");
    db.forget();
    session[first].author = Ref::to(2);
    session.commit().await?;
    assert_eq!(db.statements(), ["UPDATE posts SET author_id = ? WHERE posts.id = ?"]);
    assert_eq!(db.scalar::<i64>("SELECT author_id FROM posts WHERE id = 1").await?, 2);
    Ok(())
}

async fn a_reference_that_is_assigned_a_handle_updates_its_column(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let first = session.get::<Post>(1).await?.expect("First");
    let new = session.add(user("Dan"));
    session[first].author = new.into();
    session.commit().await?;
    assert_eq!(session[first].author.key(), Some(&4));
    assert_eq!(db.scalar::<i64>("SELECT author_id FROM posts WHERE id = 1").await?, 4);
    Ok(())
}

async fn assigning_the_handle_of_the_same_row_writes_nothing(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    let profile = session.get::<Profile>(1).await?.expect("her profile");
    db.forget();
    session[profile].user = ann.into();
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn an_entity_changed_before_its_insert_is_inserted_as_changed(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let dan = session.add(user("Dan"));
    session[dan].name = "Daniel".into();
    db.forget();
    session.commit().await?;
    assert_eq!(db.round_trips(), 1);
    assert_eq!(db.scalar::<String>("SELECT name FROM users WHERE id = 4").await?, "Daniel");
    Ok(())
}

async fn changes_count_what_a_flush_would_write(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc())).await?;
    session.add(user("Dan"));
    session[users[0]].age = 1;
    session[users[1]].age = 40; // as it was
    session.delete(users[2]);
    let changes = session.changes();
    assert_eq!((changes.new, changes.dirty, changes.deleted), (1, 1, 1));
    session.flush().await?;
    assert!(session.changes().is_empty());
    session.close().await
}

async fn a_changed_entity_is_listed_as_dirty(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc())).await?;
    let dan = session.add(user("Dan"));
    session[users[0]].age = 1;
    session.delete(users[2]);
    assert_eq!(session.new_entities::<User>(), [dan]);
    assert_eq!(session.dirty_entities::<User>(), [users[0]]);
    assert_eq!(session.deleted_entities::<User>(), [users[2]]);
    assert!(session.contains(dan) && session.contains(users[0]));
    session.close().await
}

async fn try_get_mut_tracks_changes_as_indexing_does(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.try_get_mut(ann)?.age = 77;
    session.commit().await?;
    assert_eq!(session.try_get(ann)?.age, 77);
    assert_eq!(db.scalar::<i64>("SELECT age FROM users WHERE id = 1").await?, 77);
    Ok(())
}
