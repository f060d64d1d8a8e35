//! The order in which a flush writes, and how many statements it takes.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Blog, Category, Comment, Post, Tag, User, category, comment, post, tag, user};

conformance![
    what_is_referred_to_is_inserted_first_whatever_order_it_was_added_in,
    a_tree_added_leaf_first_is_inserted_root_first,
    a_tree_takes_one_statement_a_level,
    many_rows_of_one_table_are_one_statement,
    ten_thousand_rows_are_inserted_and_get_their_ids_in_order,
    rows_given_their_key_and_rows_numbered_by_the_database_mix,
    a_cycle_is_broken_where_a_reference_may_be_null,
    a_row_that_refers_to_itself_is_inserted_and_then_updated,
    a_cycle_without_a_nullable_reference_is_a_clear_error,
    a_cycle_of_rows_is_deleted,
    rows_are_deleted_before_what_they_refer_to,
    a_tree_is_deleted_leaves_first,
    a_long_chain_is_flushed_without_running_out_of_stack,
    an_insert_an_update_and_a_delete_go_in_one_flush,
    a_child_moved_to_a_new_parent_outlives_the_old_one,
    a_deleted_rows_unique_value_may_be_taken_in_the_same_flush,
    a_changed_rows_unique_value_may_be_taken_in_the_same_flush,
    a_new_row_may_refer_to_a_key_that_changed_in_the_same_flush,
    a_changed_row_may_refer_to_a_new_row_by_its_key,
    a_deleted_rows_key_may_be_taken_in_the_same_flush,
];

#[derive(Entity, Debug, Clone)]
#[entity(table = "countries")]
struct Country {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    capital: Option<Ref<City>>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "cities")]
struct City {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    country: Ref<Country>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "hens")]
struct Hen {
    #[column(primary_key)]
    id: Auto<i64>,
    egg: Ref<Egg>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "eggs")]
struct Egg {
    #[column(primary_key)]
    id: Auto<i64>,
    hen: Ref<Hen>,
}

async fn what_is_referred_to_is_inserted_first_whatever_order_it_was_added_in(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let reply = session.add(comment("reply"));
    let hello = session.add(post("hello"));
    let ann = session.add(user("Ann"));
    session[reply].post = hello.into();
    session[hello].author = ann.into();
    session.commit().await?;
    let tables: Vec<String> = db
        .statements()
        .iter()
        .map(|sql| sql.split_whitespace().nth(2).unwrap_or_default().to_owned())
        .collect();
    assert_eq!(tables, ["users", "posts", "comments"]);
    assert_eq!(session[reply].post.key(), Some(&1));
    Ok(())
}

async fn a_tree_added_leaf_first_is_inserted_root_first(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let leaf = session.add(category("leaf"));
    let twig = session.add(category("twig"));
    let root = session.add(category("root"));
    session[leaf].parent = Some(twig.into());
    session[twig].parent = Some(root.into());
    session.commit().await?;
    let ids = [root, twig, leaf].map(|node| *session[node].id);
    assert!(ids.is_sorted(), "{ids:?}");
    assert_eq!(db.scalar::<i64>("SELECT parent_id FROM categories WHERE name = 'leaf'").await?, ids[1]);
    Ok(())
}

async fn a_tree_takes_one_statement_a_level(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let root = session.add(category("root"));
    for name in ["a", "b", "c"] {
        let child = session.add(Category { parent: Some(root.into()), ..category(name) });
        session.add(Category { parent: Some(child.into()), ..category("leaf") });
        session.add(Category { parent: Some(child.into()), ..category("leaf") });
    }
    session.commit().await?;
    assert_eq!(db.round_trips(), 3);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM categories").await?, 10);
    Ok(())
}

async fn many_rows_of_one_table_are_one_statement(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    for number in 0..50 {
        session.add(Post { author: ann.into(), ..post(&format!("post {number}")) });
    }
    session.commit().await?;
    assert_eq!(db.round_trips(), 2);
    Ok(())
}

async fn ten_thousand_rows_are_inserted_and_get_their_ids_in_order(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let tags: Vec<Handle<Tag>> = session.add_all((0..10_000).map(|number| tag(&format!("tag {number}"))));
    session.commit().await?;
    let ids: Vec<i64> = tags.iter().map(|tag| *session[*tag].id).collect();
    assert!(ids.is_sorted());
    let last = *tags.last().expect("tags");
    let name: String = db.one(select(Tag::name).filter(Tag::id.eq(*session[last].id))).await?;
    assert_eq!(name, "tag 9999");
    Ok(())
}

async fn rows_given_their_key_and_rows_numbered_by_the_database_mix(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let numbered = session.add(tag("a"));
    let given = session.add(Tag::new().id(500).name("b").build());
    session.commit().await?;
    assert_eq!(session[numbered].id, 1);
    assert_eq!(session[given].id, 500);
    assert_eq!(db.scalar::<String>("SELECT name FROM tags WHERE id = 500").await?, "b");
    Ok(())
}

async fn a_cycle_is_broken_where_a_reference_may_be_null(db: &Database) -> Result<()> {
    db.create::<(Country, City)>().await?;
    let mut session = db.session();
    let france = session.add(Country::new().name("France").build());
    let paris = session.add(City::new().name("Paris").country(france).build());
    session[france].capital = Some(paris.into());
    session.commit().await?;
    assert_eq!(db.round_trips(), 3); // two INSERTs, and the UPDATE that closes the cycle
    assert_eq!(db.scalar::<i64>("SELECT capital_id FROM countries").await?, *session[paris].id);
    assert_eq!(session[france].capital.as_ref().and_then(Ref::key), Some(&*session[paris].id));
    assert!(session.changes().is_empty());
    db.forget();
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn a_row_that_refers_to_itself_is_inserted_and_then_updated(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let own = session.add(category("ouroboros"));
    session[own].parent = Some(own.into());
    session.commit().await?;
    let parent: i64 = db.scalar("SELECT parent_id FROM categories").await?;
    assert_eq!(parent, *session[own].id);
    assert_eq!(session.related(own, Category::children)?, [own]);
    session.delete(own);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM categories").await?, 0);
    Ok(())
}

async fn a_cycle_without_a_nullable_reference_is_a_clear_error(db: &Database) -> Result<()> {
    db.create::<(Hen, Egg)>().await?;
    let mut session = db.session();
    let hen = session.add(Hen::new().build());
    let egg = session.add(Egg::new().hen(hen).build());
    session[hen].egg = egg.into();
    let error = session.commit().await.unwrap_err();
    insta::assert_snapshot!(error, @"these entities refer to each other in a cycle that no insert can begin: Hen.egg -> Egg.hen; make one of the references an `Option<Ref<_>>`, so that it can be NULL until the others are there");
    assert_eq!(session.state(hen), EntityState::Pending);
    session.rollback().await?;
    session.commit().await
}

async fn a_cycle_of_rows_is_deleted(db: &Database) -> Result<()> {
    db.create::<(Country, City)>().await?;
    let mut session = db.session();
    let france = session.add(Country::new().name("France").build());
    let paris = session.add(City::new().name("Paris").country(france).build());
    session[france].capital = Some(paris.into());
    session.commit().await?;
    session.delete(paris);
    session.delete(france);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM countries").await?, 0);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM cities").await?, 0);
    assert_eq!(session.state(france), EntityState::Detached);
    Ok(())
}

async fn rows_are_deleted_before_what_they_refer_to(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let hello = session.add(Post { author: ann.into(), ..post("hello") });
    let reply = session.add(Comment { post: hello.into(), ..comment("reply") });
    session.commit().await?;
    session.delete(ann);
    session.delete(hello);
    session.delete(reply);
    session.commit().await?;
    for table in ["users", "posts", "comments"] {
        assert_eq!(db.scalar::<i64>(&format!("SELECT count(*) FROM {table}")).await?, 0, "{table}");
    }
    Ok(())
}

async fn a_tree_is_deleted_leaves_first(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let root = session.add(category("root"));
    let twig = session.add(Category { parent: Some(root.into()), ..category("twig") });
    let leaf = session.add(Category { parent: Some(twig.into()), ..category("leaf") });
    session.commit().await?;
    for node in [root, twig, leaf] {
        session.delete(node);
    }
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM categories").await?, 0);
    Ok(())
}

async fn a_long_chain_is_flushed_without_running_out_of_stack(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let mut last = session.add(category("0"));
    for number in 1..2000 {
        last = session.add(Category { parent: Some(last.into()), ..category(&number.to_string()) });
    }
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM categories").await?, 2000);
    Ok(())
}

async fn an_insert_an_update_and_a_delete_go_in_one_flush(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let (ann, bob) = (session.add(user("Ann")), session.add(user("Bob")));
    session.commit().await?;
    session.add(user("Cid"));
    session[ann].age = 1;
    session.delete(bob);
    session.commit().await?;
    let names: Vec<String> = db.all(select(User::name).order_by(User::name.asc())).await?;
    assert_eq!(names, ["Ann", "Cid"]);
    Ok(())
}

async fn a_child_moved_to_a_new_parent_outlives_the_old_one(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let old = session.add(Post { author: ann.into(), ..post("old") });
    let note = session.add(Comment { post: old.into(), ..comment("note") });
    session.commit().await?;
    let new = session.add(Post { author: ann.into(), ..post("new") });
    session[note].post = new.into();
    session.delete(old);
    session.commit().await?;
    assert_eq!(session.state(note), EntityState::Persistent);
    assert_eq!(db.scalar::<i64>("SELECT post_id FROM comments").await?, *session[new].id);
    Ok(())
}

async fn a_deleted_rows_unique_value_may_be_taken_in_the_same_flush(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let (old, bob) = (session.add(tag("rust")), session.add(user("Bob")));
    session.commit().await?;
    session.delete(old);
    session.delete(bob);
    let new = session.add(tag("rust"));
    session.add(user("Bob"));
    session.commit().await?;
    assert_eq!(session.state(new), EntityState::Persistent);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM tags").await?, 1);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM users").await?, 1);
    Ok(())
}

async fn a_changed_rows_unique_value_may_be_taken_in_the_same_flush(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let old = session.add(tag("rust"));
    session.commit().await?;
    session[old].name = "rust-lang".into();
    session.add(tag("rust"));
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM tags").await?, 2);
    Ok(())
}

async fn a_new_row_may_refer_to_a_key_that_changed_in_the_same_flush(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    session.commit().await?;
    session[ann].id = 70.into();
    let hello = session.add(Post { author: ann.into(), ..post("hello") });
    session.commit().await?;
    assert_eq!(session[hello].author.key(), Some(&70));
    Ok(())
}

async fn a_changed_row_may_refer_to_a_new_row_by_its_key(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let hello = session.add(Post { author: ann.into(), ..post("hello") });
    session.commit().await?;
    session.add(User::new().id(70).name("Bob").build());
    session[hello].author = Ref::to(70);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT author_id FROM posts").await?, 70);
    Ok(())
}

async fn a_deleted_rows_key_may_be_taken_in_the_same_flush(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let old = session.add(tag("rust"));
    session.commit().await?;
    session.delete(old);
    let new = session.add(Tag::new().id(1).name("sql").build());
    session.commit().await?;
    assert_eq!(session.get::<Tag>(1).await?, Some(new));
    assert_eq!(db.scalar::<String>("SELECT name FROM tags").await?, "sql");
    session.close().await
}
