//! Both sides of a relation are in step from the moment one is changed.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Blog, Category, Post, Profile, User, blog, category, post, user};

conformance![
    an_added_child_is_among_its_parents_children,
    an_assigned_reference_moves_the_child_at_once,
    an_assigned_reference_is_seen_while_the_child_is_still_lent,
    a_link_from_the_parents_side_assigns_the_reference,
    a_reference_may_be_linked_and_unlinked_by_its_constant,
    unlinking_a_child_unsets_its_reference,
    a_reference_by_key_finds_the_parent_that_the_session_knows,
    a_collection_that_is_not_loaded_stays_unloaded_when_a_child_is_added,
    a_new_entity_has_its_relations_loaded_and_empty,
    an_ordered_collection_stays_ordered,
    one_to_one_holds_one_and_the_other_is_let_go,
    one_to_one_is_seen_from_both_sides,
    one_to_one_may_be_linked_from_either_side,
    a_relation_of_another_entity_is_untouched,
    the_handle_of_a_reference_is_read_by_related,
    a_child_moves_between_parents_and_back,
];

async fn an_added_child_is_among_its_parents_children(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    assert_eq!(session.related(ann, User::posts)?, []);
    let hello = session.add(Post { author: ann.into(), ..post("hello") });
    assert_eq!(session.related(ann, User::posts)?, [hello]);
    session.commit().await?;
    assert_eq!(session.related(ann, User::posts)?, [hello]);
    Ok(())
}

async fn an_assigned_reference_moves_the_child_at_once(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let (ann, bob) = (session.add(user("Ann")), session.add(user("Bob")));
    let hello = session.add(Post { author: ann.into(), ..post("hello") });
    session[hello].author = bob.into();
    session[hello].title = "hello again".into();
    assert_eq!(session.related(ann, User::posts)?, []);
    assert_eq!(session.related(bob, User::posts)?, [hello]);
    session.commit().await?;
    assert_eq!(session.related(bob, User::posts)?, [hello]);
    Ok(())
}

async fn an_assigned_reference_is_seen_while_the_child_is_still_lent(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc()).eager(User::posts)).await?;
    let first = session.related(users[0], User::posts)?[0];
    session[first].author = users[2].into();
    assert_eq!(session.related(users[0], User::posts)?.len(), 1);
    assert_eq!(session.related(users[2], User::posts)?, [first]);
    session[first].author = users[1].into();
    assert_eq!(session.related(users[2], User::posts)?, []);
    assert_eq!(session.related(users[1], User::posts)?.len(), 2);
    session.close().await
}

async fn a_link_from_the_parents_side_assigns_the_reference(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let hello = session.add(post("hello"));
    session.link(ann, User::posts, hello);
    assert_eq!(session.related(hello, Post::author)?, Some(ann));
    assert_eq!(session.related(ann, User::posts)?, [hello]);
    session.commit().await?;
    assert_eq!(session[hello].author.key(), Some(&1));
    Ok(())
}

async fn a_reference_may_be_linked_and_unlinked_by_its_constant(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let (root, twig) = (session.add(category("root")), session.add(category("twig")));
    session.link(twig, Category::parent, root);
    assert_eq!(session.related(root, Category::children)?, [twig]);
    session.commit().await?;
    session.unlink(twig, Category::parent, root);
    assert_eq!(session.related(root, Category::children)?, []);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM categories WHERE parent_id IS NULL").await?, 2);
    Ok(())
}

async fn unlinking_a_child_unsets_its_reference(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let root = session.add(category("root"));
    let twig = session.add(Category { parent: Some(root.into()), ..category("twig") });
    session.commit().await?;
    session.unlink(root, Category::children, twig);
    assert_eq!(session[twig].parent, None);
    session.unlink(root, Category::children, twig); // it changes nothing
    session.commit().await?;
    assert_eq!(session.related(twig, Category::parent)?, None);
    Ok(())
}

async fn a_reference_by_key_finds_the_parent_that_the_session_knows(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session.get::<User>(3).await?.expect("Cid");
    session.load(cid, User::posts).await?;
    let hello = session.add(Post { author: Ref::to(3), ..post("hello") });
    assert_eq!(session.related(cid, User::posts)?, [hello]);
    assert_eq!(session.related(hello, Post::author)?, Some(cid));
    session.close().await
}

async fn a_collection_that_is_not_loaded_stays_unloaded_when_a_child_is_added(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    let hello = session.add(Post { author: ann.into(), ..post("hello") });
    assert!(session.related(ann, User::posts).is_err());
    session.load(ann, User::posts).await?;
    let posts = session.related(ann, User::posts)?;
    assert_eq!(posts.len(), 3);
    assert!(posts.contains(&hello));
    session.close().await
}

async fn a_new_entity_has_its_relations_loaded_and_empty(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    assert_eq!(session.related(ann, User::posts)?, []);
    assert_eq!(session.related(ann, User::profile)?, None);
    assert_eq!(session.related(ann, User::followers)?, []);
    session.commit().await?;
    assert_eq!(session.related(ann, User::posts)?, []);
    Ok(())
}

async fn an_ordered_collection_stays_ordered(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let root = session.add(category("root"));
    for name in ["m", "z", "a"] {
        session.add(Category { parent: Some(root.into()), ..category(name) });
    }
    let late = session.add(category("k"));
    session[late].parent = Some(root.into());
    let names: Vec<String> = session
        .related(root, Category::children)?
        .iter()
        .map(|child| session[*child].name.clone())
        .collect();
    assert_eq!(names, ["a", "k", "m", "z"]);
    Ok(())
}

async fn one_to_one_holds_one_and_the_other_is_let_go(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.load(ann, User::profile).await?;
    let old = session.related(ann, User::profile)?.expect("her profile");
    let new = session.add(Profile::new().motto("backwards").build());
    session.link(ann, User::profile, new);
    assert_eq!(session.related(ann, User::profile)?, Some(new));
    session.flush().await?;
    session.commit().await?;
    assert_eq!(session.state(old), EntityState::Detached); // `delete_orphan`
    assert_eq!(db.scalar::<String>("SELECT motto FROM profiles").await?, "backwards");
    Ok(())
}

async fn one_to_one_is_seen_from_both_sides(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(User::new().name("Ann").profile(Profile::new().motto("x").build()).build());
    let profile = session.related(ann, User::profile)?.expect("a profile");
    assert_eq!(session.related(profile, Profile::user)?, Some(ann));
    session.commit().await?;
    assert_eq!(session[profile].user.key(), Some(&1));
    Ok(())
}

async fn one_to_one_may_be_linked_from_either_side(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let (ann, bob) = (session.add(user("Ann")), session.add(user("Bob")));
    let one = session.add(Profile::new().motto("one").build());
    let two = session.add(Profile::new().motto("two").build());
    session.link(ann, User::profile, one);
    session.link(two, Profile::user, bob);
    session.commit().await?;
    assert_eq!(session.related(ann, User::profile)?, Some(one));
    assert_eq!(session.related(bob, User::profile)?, Some(two));
    Ok(())
}

async fn a_relation_of_another_entity_is_untouched(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc()).eager(User::posts)).await?;
    let before = session.related(users[1], User::posts)?.to_vec();
    let first = session.related(users[0], User::posts)?[0];
    session[first].author = users[2].into();
    assert_eq!(session.related(users[1], User::posts)?, before);
    session.close().await
}

async fn the_handle_of_a_reference_is_read_by_related(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let first = session.get::<Post>(1).await?.expect("First");
    assert!(session.related(first, Post::author).is_err()); // the session does not know Ann yet
    session.load(first, Post::author).await?;
    let author = session.related(first, Post::author)?.expect("an author");
    assert_eq!(session[author].name, "Ann");
    session.close().await
}

async fn a_child_moves_between_parents_and_back(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc()).eager(User::posts)).await?;
    let posts = session.related(users[0], User::posts)?.to_vec();
    session[posts[0]].author = users[1].into();
    session[posts[1]].author = users[1].into();
    session[posts[0]].author = users[0].into();
    session[posts[1]].author = users[0].into();
    db.forget();
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    assert_eq!(session.related(users[0], User::posts)?.len(), 2);
    assert_eq!(session.related(users[1], User::posts)?.len(), 1);
    Ok(())
}
