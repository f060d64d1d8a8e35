//! Loading along: one statement a level by select-in, one for all by a join; in sessions and owned.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Category, Comment, Post, Profile, Tag, User, blog, category};

conformance![
    select_in_takes_one_statement_a_level,
    select_in_gives_owned_graphs,
    a_join_takes_one_statement,
    a_join_of_three_levels_takes_one_statement,
    joins_and_select_in_mix,
    select_in_beneath_a_join,
    a_join_beneath_select_in,
    owners_without_related_rows_have_empty_collections,
    no_owners_need_no_further_statement,
    a_limit_counts_owners_with_select_in,
    a_limit_counts_owners_with_a_join,
    an_offset_and_an_order_hold_with_a_join,
    first_and_one_count_owners_with_a_join,
    a_reference_is_loaded_along,
    a_required_reference_is_joined,
    a_null_reference_stays_null,
    one_to_one_is_loaded_along,
    many_to_many_is_loaded_from_both_sides,
    many_to_many_is_joined,
    a_tree_is_loaded_to_a_depth,
    a_self_referential_many_to_many_is_loaded,
    an_ordered_relation_is_loaded_in_order,
    several_relations_of_one_entity_are_loaded,
    the_same_row_has_one_handle_wherever_it_is_loaded,
    filters_apply_to_owners_and_not_to_what_is_loaded,
];

async fn select_in_takes_one_statement_a_level(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let users = session
        .all(
            User::select()
                .order_by(User::id.asc())
                .eager(User::posts.eager(Post::comments.eager(Comment::author))),
        )
        .await?;
    assert_eq!(db.round_trips(), 3); // the comments' authors are known already
    let posts = session.related(users[0], User::posts)?;
    let titles: Vec<&str> = posts.iter().map(|post| session[*post].title.as_str()).collect();
    assert_eq!(titles, ["First", "Second"]);
    let comments = session.related(posts[0], Post::comments)?;
    assert_eq!(comments.len(), 2);
    assert_eq!(session.related(comments[0], Comment::author)?, Some(users[1]));
    assert_eq!(session.related(comments[1], Comment::author)?, None);
    session.close().await
}

async fn select_in_gives_owned_graphs(db: &Database) -> Result<()> {
    blog(db).await?;
    let users: Vec<User> = db
        .all(
            User::select()
                .order_by(User::id.asc())
                .eager(User::posts.eager(Post::comments.eager(Comment::author))),
        )
        .await?;
    assert_eq!(db.round_trips(), 4);
    assert_eq!(users[0].posts[0].comments.len(), 2);
    let author = users[0].posts[0].comments[0].author.as_ref().and_then(Ref::get);
    assert_eq!(author.map(|author| author.name.as_str()), Some("Bob"));
    assert!(users[2].posts.is_empty());
    assert!(!users[0].comments.is_loaded());
    Ok(())
}

async fn a_join_takes_one_statement(db: &Database) -> Result<()> {
    blog(db).await?;
    let users: Vec<User> =
        db.all(User::select().order_by(User::id.asc()).eager(User::posts.joined())).await?;
    assert_eq!(db.round_trips(), 1);
    let counts: Vec<usize> = users.iter().map(|user| user.posts.len()).collect();
    assert_eq!(counts, [2, 1, 0]);

    let mut session = db.session();
    let users = session.all(User::select().order_by(User::id.asc()).eager(User::posts.joined())).await?;
    assert_eq!(db.round_trips(), 1);
    assert_eq!(users.len(), 3);
    assert_eq!(session.related(users[0], User::posts)?.len(), 2);
    assert_eq!(session.related(users[2], User::posts)?, []);
    session.close().await
}

async fn a_join_of_three_levels_takes_one_statement(db: &Database) -> Result<()> {
    blog(db).await?;
    let query = || {
        User::select()
            .order_by(User::id.asc())
            .eager(User::posts.joined().eager(Post::comments.joined().eager(Comment::author.joined())))
    };
    let users: Vec<User> = db.all(query()).await?;
    assert_eq!(db.round_trips(), 1);
    assert_eq!(users.len(), 3);
    assert_eq!(users[0].posts.len(), 2);
    assert_eq!(users[0].posts[0].comments.len(), 2);
    assert_eq!(users[0].posts[1].comments.len(), 0);
    let author = users[0].posts[0].comments[0].author.as_ref().and_then(Ref::get);
    assert_eq!(author.map(|author| author.name.as_str()), Some("Bob"));

    let mut session = db.session();
    let users = session.all(query()).await?;
    assert_eq!(db.round_trips(), 1);
    let first = session.related(users[0], User::posts)?[0];
    let note = session.related(first, Post::comments)?[0];
    assert_eq!(session.related(note, Comment::author)?, Some(users[1]));
    session.close().await
}

async fn joins_and_select_in_mix(db: &Database) -> Result<()> {
    blog(db).await?;
    let query = || User::select().order_by(User::id.asc()).eager(User::profile.joined()).eager(User::posts);
    let users: Vec<User> = db.all(query()).await?;
    assert_eq!(db.round_trips(), 2);
    assert_eq!(users[0].profile.get().map(|profile| profile.motto.as_str()), Some("onwards"));
    assert_eq!(users[0].posts.len(), 2);
    let mut session = db.session();
    let users = session.all(query()).await?;
    assert_eq!(db.round_trips(), 2);
    assert!(session.related(users[0], User::profile)?.is_some());
    assert_eq!(session.related(users[1], User::profile)?, None);
    session.close().await
}

async fn select_in_beneath_a_join(db: &Database) -> Result<()> {
    blog(db).await?;
    let query = || {
        User::select()
            .order_by(User::id.asc())
            .eager(User::posts.joined().eager(Post::comments))
    };
    let users: Vec<User> = db.all(query()).await?;
    assert_eq!(db.round_trips(), 2);
    assert_eq!(users[0].posts[0].comments.len(), 2);
    assert!(users[0].posts[1].comments.is_loaded());
    let mut session = db.session();
    let users = session.all(query()).await?;
    assert_eq!(db.round_trips(), 2);
    let first = session.related(users[0], User::posts)?[0];
    assert_eq!(session.related(first, Post::comments)?.len(), 2);
    session.close().await
}

async fn a_join_beneath_select_in(db: &Database) -> Result<()> {
    blog(db).await?;
    let query = || {
        User::select()
            .order_by(User::id.asc())
            .eager(User::posts.eager(Post::comments.joined()))
    };
    let users: Vec<User> = db.all(query()).await?;
    assert_eq!(db.round_trips(), 2);
    assert_eq!(users[0].posts.len(), 2);
    assert_eq!(users[0].posts[0].comments.len(), 2);
    let mut session = db.session();
    let users = session.all(query()).await?;
    assert_eq!(db.round_trips(), 2);
    let posts = session.related(users[0], User::posts)?;
    assert_eq!(posts.len(), 2);
    assert_eq!(session.related(posts[0], Post::comments)?.len(), 2);
    assert_eq!(session.related(posts[1], Post::comments)?, []);
    session.close().await
}

async fn owners_without_related_rows_have_empty_collections(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let cid = session
        .one(User::select().filter(User::id.eq(3)).eager(User::posts).eager(User::profile))
        .await?;
    assert_eq!(session.related(cid, User::posts)?, []);
    assert_eq!(session.related(cid, User::profile)?, None);
    session.close().await
}

async fn no_owners_need_no_further_statement(db: &Database) -> Result<()> {
    blog(db).await?;
    let query = || User::select().filter(User::id.eq(99)).eager(User::posts.eager(Post::comments));
    assert!(db.all(query()).await?.is_empty());
    assert_eq!(db.round_trips(), 1);
    let mut session = db.session();
    assert!(session.all(query()).await?.is_empty());
    assert_eq!(db.round_trips(), 1);
    session.close().await
}

async fn a_limit_counts_owners_with_select_in(db: &Database) -> Result<()> {
    blog(db).await?;
    let users: Vec<User> =
        db.all(User::select().order_by(User::id.asc()).limit(2).eager(User::posts)).await?;
    let counts: Vec<usize> = users.iter().map(|user| user.posts.len()).collect();
    assert_eq!(counts, [2, 1]);
    Ok(())
}

async fn a_limit_counts_owners_with_a_join(db: &Database) -> Result<()> {
    blog(db).await?;
    let query = || User::select().order_by(User::id.asc()).limit(2).eager(User::posts.joined());
    let users: Vec<User> = db.all(query()).await?;
    let counts: Vec<usize> = users.iter().map(|user| user.posts.len()).collect();
    assert_eq!(counts, [2, 1]);
    let mut session = db.session();
    let users = session.all(query()).await?;
    assert_eq!(users.len(), 2);
    assert_eq!(session.related(users[0], User::posts)?.len(), 2);
    assert_eq!(session.related(users[1], User::posts)?.len(), 1);
    session.close().await
}

async fn an_offset_and_an_order_hold_with_a_join(db: &Database) -> Result<()> {
    blog(db).await?;
    let query = User::select().order_by(User::age.desc()).limit(2).offset(1).eager(User::posts.joined());
    let users: Vec<User> = db.all(query).await?;
    let found: Vec<(&str, usize)> =
        users.iter().map(|user| (user.name.as_str(), user.posts.len())).collect();
    assert_eq!(found, [("Bob", 1), ("Ann", 2)]);
    Ok(())
}

async fn first_and_one_count_owners_with_a_join(db: &Database) -> Result<()> {
    blog(db).await?;
    let query = || User::select().order_by(User::id.asc()).eager(User::posts.joined());
    let ann = db.first(query()).await?.expect("users");
    assert_eq!(ann.posts.len(), 2);
    let ann = db.one(query().filter(User::id.eq(1))).await?;
    assert_eq!(ann.posts.len(), 2);
    let mut session = db.session();
    let ann = session.first(query()).await?.expect("users");
    assert_eq!(session.related(ann, User::posts)?.len(), 2);
    let again = session.one(query().filter(User::id.eq(1))).await?;
    assert_eq!(again, ann);
    assert!(session.one(query()).await.unwrap_err().is_several_rows());
    session.close().await
}

async fn a_reference_is_loaded_along(db: &Database) -> Result<()> {
    blog(db).await?;
    let posts: Vec<Post> = db.all(Post::select().order_by(Post::id.asc()).eager(Post::author)).await?;
    assert_eq!(db.round_trips(), 2);
    let authors: Vec<&str> = posts
        .iter()
        .filter_map(|post| post.author.get())
        .map(|author| author.name.as_str())
        .collect();
    assert_eq!(authors, ["Ann", "Ann", "Bob"]);
    let mut session = db.session();
    let posts = session.all(Post::select().order_by(Post::id.asc()).eager(Post::author)).await?;
    assert_eq!(db.round_trips(), 2);
    let ann = session.related(posts[0], Post::author)?.expect("an author");
    assert_eq!(session.related(posts[1], Post::author)?, Some(ann));
    session.close().await
}

async fn a_required_reference_is_joined(db: &Database) -> Result<()> {
    blog(db).await?;
    let posts: Vec<Post> =
        db.all(Post::select().order_by(Post::id.asc()).eager(Post::author.joined())).await?;
    assert_eq!(db.round_trips(), 1);
    assert_eq!(posts[2].author.get().map(|author| author.name.as_str()), Some("Bob"));
    Ok(())
}

async fn a_null_reference_stays_null(db: &Database) -> Result<()> {
    blog(db).await?;
    for query in [
        Comment::select().order_by(Comment::id.asc()).eager(Comment::author),
        Comment::select().order_by(Comment::id.asc()).eager(Comment::author.joined()),
    ] {
        let comments: Vec<Comment> = db.all(query.clone()).await?;
        assert_eq!(comments.len(), 3);
        assert!(comments[0].author.as_ref().and_then(Ref::get).is_some());
        assert_eq!(comments[1].author, None);
        let mut session = db.session();
        let comments = session.all(query).await?;
        assert!(session.related(comments[0], Comment::author)?.is_some());
        assert_eq!(session.related(comments[1], Comment::author)?, None);
        session.close().await?;
    }
    Ok(())
}

async fn one_to_one_is_loaded_along(db: &Database) -> Result<()> {
    blog(db).await?;
    for query in [
        User::select().order_by(User::id.asc()).eager(User::profile.eager(Profile::user)),
        User::select().order_by(User::id.asc()).eager(User::profile.joined()),
    ] {
        let users: Vec<User> = db.all(query.clone()).await?;
        assert!(users[0].profile.get().is_some());
        assert!(users[1].profile.is_loaded() && users[1].profile.get().is_none());
        let mut session = db.session();
        let users = session.all(query).await?;
        let profile = session.related(users[0], User::profile)?.expect("a profile");
        assert_eq!(session.related(profile, Profile::user)?, Some(users[0]));
        session.close().await?;
    }
    Ok(())
}

async fn many_to_many_is_loaded_from_both_sides(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let posts = session
        .all(Post::select().order_by(Post::id.asc()).eager(Post::tags.eager(Tag::posts)))
        .await?;
    assert_eq!(db.round_trips(), 3);
    let tags = session.related(posts[0], Post::tags)?.to_vec();
    assert_eq!(tags.len(), 2);
    assert_eq!(session.related(posts[1], Post::tags)?, []);
    assert_eq!(session.related(tags[1], Tag::posts)?, [posts[0], posts[2]]);
    session.close().await
}

async fn many_to_many_is_joined(db: &Database) -> Result<()> {
    blog(db).await?;
    let query = || Post::select().order_by(Post::id.asc()).eager(Post::tags.joined());
    let posts: Vec<Post> = db.all(query()).await?;
    assert_eq!(db.round_trips(), 1);
    let counts: Vec<usize> = posts.iter().map(|post| post.tags.len()).collect();
    assert_eq!(counts, [2, 0, 1]);
    let mut session = db.session();
    let posts = session.all(query()).await?;
    assert_eq!(session.related(posts[0], Post::tags)?.len(), 2);
    assert_eq!(session.related(posts[1], Post::tags)?, []);
    session.close().await
}

async fn a_tree_is_loaded_to_a_depth(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let root = session.add(category("root"));
    for name in ["b", "a"] {
        let child = session.add(Category { parent: Some(root.into()), ..category(name) });
        session.add(Category { parent: Some(child.into()), ..category("leaf") });
    }
    session.commit().await?;
    db.forget();
    for query in [
        Category::select()
            .filter(Category::parent.is_null())
            .eager(Category::children.eager(Category::children)),
        Category::select()
            .filter(Category::parent.is_null())
            .eager(Category::children.joined().eager(Category::children.joined())),
    ] {
        let roots: Vec<Category> = db.all(query.clone()).await?;
        assert_eq!(roots.len(), 1);
        let names: Vec<&str> = roots[0].children.iter().map(|child| child.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(roots[0].children[1].children[0].name, "leaf");
        assert!(!roots[0].children[1].children[0].children.is_loaded());
        let mut session = db.session();
        let roots = session.all(query).await?;
        let children = session.related(roots[0], Category::children)?;
        assert_eq!(session[children[0]].name, "a");
        assert_eq!(session.related(children[0], Category::children)?.len(), 1);
        session.close().await?;
    }
    Ok(())
}

async fn a_self_referential_many_to_many_is_loaded(db: &Database) -> Result<()> {
    blog(db).await?;
    for query in [
        User::select().order_by(User::id.asc()).eager(User::following).eager(User::followers),
        User::select()
            .order_by(User::id.asc())
            .eager(User::following.joined())
            .eager(User::followers.joined()),
    ] {
        let users: Vec<User> = db.all(query.clone()).await?;
        assert_eq!(users[1].following[0].name, "Ann");
        assert_eq!(users[0].followers[0].name, "Bob");
        assert!(users[0].following.is_empty());
        let mut session = db.session();
        let users = session.all(query).await?;
        assert_eq!(session.related(users[1], User::following)?, [users[0]]);
        assert_eq!(session.related(users[0], User::followers)?, [users[1]]);
        session.close().await?;
    }
    Ok(())
}

async fn an_ordered_relation_is_loaded_in_order(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let root = session.add(category("root"));
    for name in ["m", "z", "a"] {
        session.add(Category { parent: Some(root.into()), ..category(name) });
    }
    session.commit().await?;
    for query in [
        Category::select().filter(Category::name.eq("root")).eager(Category::children),
        Category::select().filter(Category::name.eq("root")).eager(Category::children.joined()),
    ] {
        let root: Category = db.one(query).await?;
        let names: Vec<&str> = root.children.iter().map(|child| child.name.as_str()).collect();
        assert_eq!(names, ["a", "m", "z"]);
    }
    Ok(())
}

async fn several_relations_of_one_entity_are_loaded(db: &Database) -> Result<()> {
    blog(db).await?;
    let first: Post = db
        .one(
            Post::select()
                .filter(Post::id.eq(1))
                .eager(Post::author)
                .eager(Post::comments.joined())
                .eager(Post::tags.joined()),
        )
        .await?;
    assert_eq!(first.comments.len(), 2);
    assert_eq!(first.tags.len(), 2);
    assert!(first.author.get().is_some());
    Ok(())
}

async fn the_same_row_has_one_handle_wherever_it_is_loaded(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let bob = session.get::<User>(2).await?.expect("Bob");
    let first = session
        .one(
            Post::select()
                .filter(Post::id.eq(1))
                .eager(Post::comments.joined().eager(Comment::author.joined())),
        )
        .await?;
    let note = session.related(first, Post::comments)?[0];
    assert_eq!(session.related(note, Comment::author)?, Some(bob));
    session.close().await
}

async fn filters_apply_to_owners_and_not_to_what_is_loaded(db: &Database) -> Result<()> {
    blog(db).await?;
    for load in [User::posts.joined(), User::posts.eager(Post::comments)] {
        let users: Vec<User> = db
            .all(User::select().filter(User::posts.any(Post::title.eq("First"))).eager(load))
            .await?;
        assert_eq!(users.len(), 1);
        assert_eq!(users[0].posts.len(), 2);
    }
    Ok(())
}
