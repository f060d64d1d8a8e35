//! Loading later, by `load` and `load_all`, and what waits to be flushed meanwhile.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Blog, Comment, Post, User, blog, comment, post, tag, user};

conformance![
    load_loads_one_owners_relation,
    load_all_is_one_statement_for_many_owners,
    load_takes_a_path,
    loading_keeps_what_waits_to_be_flushed,
    loading_again_in_a_later_transaction_sees_what_others_did,
    a_thousand_owners_load_their_relations_in_few_statements,
];

async fn load_loads_one_owners_relation(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    db.forget();
    session.load(ann, User::posts).await?;
    assert_eq!(db.round_trips(), 1);
    assert_eq!(session.related(ann, User::posts)?.len(), 2);
    session.close().await
}

async fn load_all_is_one_statement_for_many_owners(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc())).await?;
    db.forget();
    session.load_all(&users, User::posts).await?;
    assert_eq!(db.round_trips(), 1);
    assert_eq!(session.related(users[1], User::posts)?.len(), 1);
    session.load_all(&[], User::posts).await?;
    assert_eq!(db.round_trips(), 0);
    session.close().await
}

async fn load_takes_a_path(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    db.forget();
    session.load(ann, User::posts.eager(Post::tags)).await?;
    assert_eq!(db.round_trips(), 2);
    let first = session.related(ann, User::posts)?[0];
    assert_eq!(session.related(first, Post::tags)?.len(), 2);
    session.close().await
}

async fn loading_keeps_what_waits_to_be_flushed(db: &Database) -> Result<()> {
    blog(db).await?;
    for joined in [false, true] {
        let mut session = db.session().autoflush(false);
        let users = session.all(User::select().order_by(User::id.asc())).await?;
        let first = session.get::<Post>(1).await?.expect("First");
        let new = session.add(Post { author: users[0].into(), ..post("new") });
        session[first].author = users[1].into();
        let load = if joined { User::posts.joined() } else { User::posts.eager(Post::comments) };
        session.all(User::select().eager(load)).await?;
        let of_ann = session.related(users[0], User::posts)?;
        assert!(of_ann.contains(&new) && !of_ann.contains(&first), "joined: {joined}, {of_ann:?}");
        assert_eq!(of_ann.len(), 2);
        assert!(session.related(users[1], User::posts)?.contains(&first), "joined: {joined}");
        session.close().await?;
    }
    Ok(())
}

async fn loading_again_in_a_later_transaction_sees_what_others_did(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.one(User::select().filter(User::id.eq(1)).eager(User::posts)).await?;
    session.commit().await?;
    let mut other = db.session();
    let elsewhere = other.add(Post { author: Ref::to(1), ..post("elsewhere") });
    let second = other.get::<Post>(2).await?.expect("Second");
    other.delete(second);
    other.commit().await?;
    assert_eq!(other[elsewhere].id, 4);
    session.load(ann, User::posts).await?;
    let titles: Vec<&str> = session
        .related(ann, User::posts)?
        .iter()
        .map(|post| session[*post].title.as_str())
        .collect();
    assert_eq!(titles, ["First", "elsewhere"]);
    session.close().await
}

async fn a_thousand_owners_load_their_relations_in_few_statements(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    for number in 0..1000 {
        let owner = session.add(user(&number.to_string()));
        let post = session.add(Post { author: owner.into(), ..post("p") });
        session.add(Comment { post: post.into(), ..comment("c") });
    }
    let all = session.add(tag("all"));
    let posts = session.all(Post::select()).await?;
    for post in posts {
        session.link(post, Post::tags, all);
    }
    session.commit().await?;
    db.forget();
    let users: Vec<User> = db
        .all(User::select().eager(User::posts.eager(Post::comments).eager(Post::tags)))
        .await?;
    assert_eq!(db.round_trips(), 4);
    assert!(
        users
            .iter()
            .all(|user| user.posts[0].comments.len() == 1 && user.posts[0].tags.len() == 1)
    );
    Ok(())
}
