//! Deleting, and what goes along: the mapper's cascades and the database's.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Category, Comment, Post, Profile, Tag, User, blog, category, tag, user};

conformance![
    a_deleted_row_is_gone_and_its_handle_detached,
    deleting_what_was_never_flushed_makes_it_transient,
    deleting_twice_deletes_once,
    cascade_delete_takes_the_related_rows_along,
    cascade_delete_reaches_rows_that_were_not_loaded,
    delete_orphan_deletes_what_is_taken_out,
    delete_orphan_deletes_with_its_owner,
    without_a_cascade_a_nullable_reference_becomes_null,
    without_a_cascade_a_required_reference_is_refused_by_the_database,
    a_nullified_reference_is_taken_back_by_a_rollback,
    association_rows_go_with_either_end,
    the_databases_cascade_is_followed_by_the_session,
    the_databases_cascade_deletes_rows_that_were_not_loaded,
    the_databases_set_null_is_followed_by_the_session,
    a_tree_whose_parent_goes_keeps_its_children_as_roots,
    deleting_a_row_takes_it_out_of_the_collections_it_was_in,
    changes_of_a_row_that_is_deleted_are_not_written,
    a_deleted_entity_may_be_added_again,
];

#[derive(Entity, Debug, Clone)]
#[entity(table = "shops")]
struct Shop {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    #[relation(inverse = Shelf::shop)]
    shelves: Many<Shelf>,
    #[relation(inverse = Guest::shop)]
    guests: Many<Guest>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "shelves")]
struct Shelf {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(on_delete = "cascade")]
    shop: Ref<Shop>,
    #[relation(inverse = Ware::shelf)]
    wares: Many<Ware>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "wares")]
struct Ware {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(on_delete = "cascade")]
    shelf: Ref<Shelf>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "guests")]
struct Guest {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(on_delete = "set null")]
    shop: Option<Ref<Shop>>,
}

async fn shop(db: &Database) -> Result<()> {
    db.create::<(Shop, Shelf, Ware, Guest)>().await?;
    let mut session = db.session();
    let shop = session.add(Shop::new().name("corner").build());
    let shelf = session.add(Shelf::new().shop(shop).build());
    session.add(Ware::new().shelf(shelf).build());
    session.add(Ware::new().shelf(shelf).build());
    session.add(Guest::new().shop(shop).build());
    session.commit().await
}

async fn count(db: &Database, table: &str) -> Result<i64> {
    db.scalar(&format!("SELECT count(*) FROM {table}")).await
}

async fn a_deleted_row_is_gone_and_its_handle_detached(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    session.delete(cid);
    assert_eq!(session.state(cid), EntityState::Persistent);
    session.flush().await?;
    assert_eq!(session.state(cid), EntityState::Deleted);
    session.commit().await?;
    assert_eq!(session.state(cid), EntityState::Detached);
    assert_eq!(session[cid].name, "Cid"); // it still reads what it was
    assert_eq!(count(db, "users").await?, 2);
    Ok(())
}

async fn deleting_what_was_never_flushed_makes_it_transient(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let dan = session.add(user("Dan"));
    session.delete(dan);
    assert_eq!(session.state(dan), EntityState::Transient);
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    session.add(dan);
    session.commit().await?;
    assert_eq!(session[dan].id, 4);
    Ok(())
}

async fn deleting_twice_deletes_once(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    session.delete(cid);
    session.delete(cid);
    session.commit().await?;
    session.delete(cid); // nothing is left to delete
    session.commit().await?;
    assert_eq!(count(db, "users").await?, 2);
    Ok(())
}

async fn cascade_delete_takes_the_related_rows_along(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let first = session.get::<Post>(1).await?.expect("First");
    session.load(first, Post::comments).await?;
    let comments = session.related(first, Post::comments)?.to_vec();
    session.delete(first);
    session.commit().await?;
    assert_eq!(count(db, "comments").await?, 1);
    for comment in comments {
        assert_eq!(session.state(comment), EntityState::Detached);
    }
    Ok(())
}

async fn cascade_delete_reaches_rows_that_were_not_loaded(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let first = session.get::<Post>(1).await?.expect("First");
    session.delete(first);
    session.commit().await?;
    assert_eq!(count(db, "posts").await?, 2);
    assert_eq!(count(db, "comments").await?, 1);
    Ok(())
}

async fn delete_orphan_deletes_what_is_taken_out(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.load(ann, User::profile).await?;
    let profile = session.related(ann, User::profile)?.expect("her profile");
    session.unlink(ann, User::profile, profile);
    session.commit().await?;
    assert_eq!(count(db, "profiles").await?, 0);
    assert_eq!(session.related(ann, User::profile)?, None);
    Ok(())
}

async fn delete_orphan_deletes_with_its_owner(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    let profile = session.add(Profile::new().motto("slowly").user(cid).build());
    session.commit().await?;
    session.delete(cid);
    session.commit().await?;
    assert_eq!(session.state(profile), EntityState::Detached);
    assert_eq!(count(db, "profiles").await?, 1);
    Ok(())
}

async fn without_a_cascade_a_nullable_reference_becomes_null(db: &Database) -> Result<()> {
    db.create::<crate::models::Blog>().await?;
    let mut session = db.session();
    let (ann, bob) = (session.add(user("Ann")), session.add(user("Bob")));
    let hello = session.add(Post::new().title("hello").author(ann).build());
    let note = session.add(Comment::new().body("note").post(hello).author(bob).build());
    session.add(Comment::new().body("unseen").post(hello).author(bob).build());
    session.commit().await?;
    session.delete(bob);
    session.commit().await?;
    assert_eq!(session[note].author, None);
    assert_eq!(count(db, "comments WHERE author_id IS NULL").await?, 2);
    Ok(())
}

async fn without_a_cascade_a_required_reference_is_refused_by_the_database(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.delete(ann);
    let error = session.commit().await.unwrap_err();
    assert!(error.is_foreign_key_violation(), "{error}");
    assert_eq!(session.state(ann), EntityState::Persistent);
    assert_eq!(count(db, "users").await?, 3);
    assert_eq!(count(db, "profiles").await?, 1);
    Ok(())
}

async fn a_nullified_reference_is_taken_back_by_a_rollback(db: &Database) -> Result<()> {
    blog(db).await?;
    db.execute(Post::delete().filter(Post::author.eq(2)).returning(Post::id)).await.ok();
    let mut session = db.session();
    let note = session.get::<Comment>(1).await?.expect("by Bob");
    let dan = session.add(user("Dan"));
    session[note].author = Some(dan.into());
    session.commit().await?;
    session.delete(dan);
    session.flush().await?;
    assert_eq!(session[note].author, None);
    session.rollback().await?;
    assert_eq!(session[note].author.as_ref().and_then(Ref::key), Some(&*session[dan].id));
    assert_eq!(session.state(dan), EntityState::Persistent);
    assert!(session.changes().is_empty());
    Ok(())
}

async fn association_rows_go_with_either_end(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let sql = session.one(Tag::select().filter(Tag::name.eq("sql"))).await?;
    let rust = session.one(Tag::select().filter(Tag::name.eq("rust"))).await?;
    session.load(rust, Tag::posts).await?;
    session.delete(sql);
    session.commit().await?;
    assert_eq!(count(db, "post_tags").await?, 1);
    let first = session.get::<Post>(1).await?.expect("First");
    session.delete(first);
    session.commit().await?;
    assert_eq!(count(db, "post_tags").await?, 0);
    assert_eq!(session.related(rust, Tag::posts)?, []);
    Ok(())
}

async fn the_databases_cascade_is_followed_by_the_session(db: &Database) -> Result<()> {
    shop(db).await?;
    let mut session = db.session();
    let shop = session.get::<Shop>(1).await?.expect("the shop");
    let shelf = session.get::<Shelf>(1).await?.expect("the shelf");
    let wares = session.all(Ware::select()).await?;
    session.delete(shop);
    db.forget();
    session.commit().await?;
    let deletes = db.statements().iter().filter(|sql| sql.starts_with("DELETE")).count();
    assert_eq!(deletes, 1);
    assert_eq!(session.state(shelf), EntityState::Detached);
    for ware in wares {
        assert_eq!(session.state(ware), EntityState::Detached);
    }
    assert_eq!(session.get::<Shelf>(1).await?, None);
    session.close().await
}

async fn the_databases_cascade_deletes_rows_that_were_not_loaded(db: &Database) -> Result<()> {
    shop(db).await?;
    let mut session = db.session();
    let shop = session.get::<Shop>(1).await?.expect("the shop");
    session.delete(shop);
    session.commit().await?;
    assert_eq!(count(db, "shelves").await?, 0);
    assert_eq!(count(db, "wares").await?, 0);
    assert_eq!(count(db, "guests").await?, 1);
    Ok(())
}

async fn the_databases_set_null_is_followed_by_the_session(db: &Database) -> Result<()> {
    shop(db).await?;
    let mut session = db.session();
    let shop = session.get::<Shop>(1).await?.expect("the shop");
    let guest = session.get::<Guest>(1).await?.expect("the guest");
    session.delete(shop);
    session.flush().await?;
    assert_eq!(session[guest].shop, None);
    assert!(!session.is_modified(guest));
    session.rollback().await?;
    assert_eq!(session[guest].shop.as_ref().and_then(Ref::key), Some(&1));
    session.delete(shop);
    session.commit().await?;
    assert_eq!(session[guest].shop, None);
    Ok(())
}

async fn a_tree_whose_parent_goes_keeps_its_children_as_roots(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let root = session.add(category("root"));
    let twig = session.add(Category { parent: Some(root.into()), ..category("twig") });
    session.commit().await?;
    session.delete(root);
    session.commit().await?;
    assert_eq!(session[twig].parent, None);
    assert_eq!(count(db, "categories WHERE parent_id IS NULL").await?, 1);
    Ok(())
}

async fn deleting_a_row_takes_it_out_of_the_collections_it_was_in(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.load(ann, User::posts).await?;
    let posts = session.related(ann, User::posts)?.to_vec();
    session.delete(posts[1]);
    session.flush().await?;
    assert_eq!(session.related(ann, User::posts)?, [posts[0]]);
    session.rollback().await?;
    assert_eq!(session.related(ann, User::posts)?, posts);
    session.close().await
}

async fn changes_of_a_row_that_is_deleted_are_not_written(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    session[cid].age = 1;
    session.delete(cid);
    db.forget();
    session.commit().await?;
    assert!(db.statements().iter().all(|sql| !sql.starts_with("UPDATE users")));
    assert_eq!(count(db, "users").await?, 2);
    Ok(())
}

async fn a_deleted_entity_may_be_added_again(db: &Database) -> Result<()> {
    db.create::<crate::models::Blog>().await?;
    let mut session = db.session();
    let rust = session.add(tag("rust"));
    session.commit().await?;
    session.delete(rust);
    session.commit().await?;
    let copy = session[rust].clone();
    let again = session.add(copy);
    session.commit().await?;
    assert_eq!(session.get::<Tag>(1).await?, Some(again));
    assert_eq!(count(db, "tags").await?, 1);
    session.close().await
}
