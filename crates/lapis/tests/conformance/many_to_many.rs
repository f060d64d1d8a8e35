//! Many to many, through an association table that the mapper keeps.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Blog, Post, Tag, User, blog, post, tag, user};

conformance![
    a_link_is_a_row_of_the_association_table,
    a_link_is_seen_from_both_sides_before_the_flush,
    a_link_made_from_the_other_side_is_the_same_row,
    linking_twice_is_one_row,
    an_unlinked_pair_loses_its_row,
    unlinking_from_the_other_side_is_the_same,
    unlinking_what_was_linked_and_not_flushed_writes_nothing,
    linking_again_what_was_unlinked_and_not_flushed_writes_nothing,
    unlinking_without_having_loaded_deletes_the_row,
    many_links_are_one_statement,
    both_sides_may_name_each_other_as_inverse,
    a_link_to_itself_joins_two_entities_of_one_type,
    a_self_referential_relation_has_two_directions,
    an_entity_may_follow_itself,
    links_are_taken_back_by_a_rollback,
    links_are_loaded_with_unflushed_ones_laid_over,
    a_graph_with_new_related_entities_is_linked,
    two_graphs_that_share_a_row_link_to_it,
    changes_of_links_alone_are_flushed,
    a_link_to_a_deleted_entity_is_not_written,
];

async fn rows(db: &Database) -> Result<i64> {
    db.scalar("SELECT count(*) FROM post_tags").await
}

/// A session with a post and a tag that are rows, and not linked.
async fn pair(db: &Database) -> Result<(Session, Handle<Post>, Handle<Tag>)> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let hello = session.add(Post { author: ann.into(), ..post("hello") });
    let rust = session.add(tag("rust"));
    session.commit().await?;
    db.forget();
    Ok((session, hello, rust))
}

async fn a_link_is_a_row_of_the_association_table(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    session.commit().await?;
    assert_eq!(db.statements(), ["INSERT INTO post_tags (post_id, tag_id) VALUES (?, ?)"]);
    assert_eq!(rows(db).await?, 1);
    Ok(())
}

async fn a_link_is_seen_from_both_sides_before_the_flush(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    assert_eq!(session.related(hello, Post::tags)?, [rust]);
    assert_eq!(session.related(rust, Tag::posts)?, [hello]);
    session.unlink(hello, Post::tags, rust);
    assert_eq!(session.related(hello, Post::tags)?, []);
    assert_eq!(session.related(rust, Tag::posts)?, []);
    Ok(())
}

async fn a_link_made_from_the_other_side_is_the_same_row(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(rust, Tag::posts, hello);
    session.commit().await?;
    assert_eq!(session.related(hello, Post::tags)?, [rust]);
    assert_eq!(db.scalar::<i64>("SELECT tag_id FROM post_tags WHERE post_id = 1").await?, 1);
    Ok(())
}

async fn linking_twice_is_one_row(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    session.link(rust, Tag::posts, hello);
    session.commit().await?;
    session.link(hello, Post::tags, rust);
    session.commit().await?;
    assert_eq!(rows(db).await?, 1);
    assert_eq!(session.related(hello, Post::tags)?, [rust]);
    Ok(())
}

async fn an_unlinked_pair_loses_its_row(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    session.commit().await?;
    db.forget();
    session.unlink(hello, Post::tags, rust);
    session.commit().await?;
    assert_eq!(
        db.statements(),
        ["DELETE FROM post_tags WHERE post_tags.post_id = ? AND post_tags.tag_id = ?"]
    );
    assert_eq!(rows(db).await?, 0);
    Ok(())
}

async fn unlinking_from_the_other_side_is_the_same(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    session.commit().await?;
    session.unlink(rust, Tag::posts, hello);
    assert_eq!(session.related(hello, Post::tags)?, []);
    session.commit().await?;
    assert_eq!(rows(db).await?, 0);
    Ok(())
}

async fn unlinking_what_was_linked_and_not_flushed_writes_nothing(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    session.unlink(rust, Tag::posts, hello);
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn linking_again_what_was_unlinked_and_not_flushed_writes_nothing(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    session.commit().await?;
    db.forget();
    session.unlink(hello, Post::tags, rust);
    session.link(rust, Tag::posts, hello);
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    assert_eq!(rows(db).await?, 1);
    Ok(())
}

async fn unlinking_without_having_loaded_deletes_the_row(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let first = session.get::<Post>(1).await?.expect("First");
    let rust = session.get::<Tag>(1).await?.expect("rust");
    session.unlink(first, Post::tags, rust);
    session.commit().await?;
    assert_eq!(rows(db).await?, 2);
    Ok(())
}

async fn many_links_are_one_statement(db: &Database) -> Result<()> {
    let (mut session, hello, _) = pair(db).await?;
    let tags = session.add_all((0..20).map(|number| tag(&number.to_string())));
    for tag in tags {
        session.link(hello, Post::tags, tag);
    }
    session.commit().await?;
    assert_eq!(db.round_trips(), 2);
    assert_eq!(rows(db).await?, 20);
    Ok(())
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "actors")]
struct Actor {
    #[column(primary_key)]
    id: Auto<i64>,
    name: String,
    #[relation(through = "roles", inverse = Film::cast)]
    films: Many<Film>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "films")]
struct Film {
    #[column(primary_key)]
    id: Auto<i64>,
    title: String,
    #[relation(through = "roles", inverse = Actor::films)]
    cast: Many<Actor>,
}

async fn both_sides_may_name_each_other_as_inverse(db: &Database) -> Result<()> {
    db.create::<(Film, Actor)>().await?;
    let mut session = db.session();
    let ann = session.add(Actor::new().name("Ann").build());
    let film = session.add(Film::new().title("M").cast(vec![Actor::new().name("Bob").build()]).build());
    session.link(ann, Actor::films, film);
    assert_eq!(session.related(film, Film::cast)?.len(), 2);
    session.commit().await?;
    let links = db
        .scalar::<i64>("SELECT count(*) FROM roles WHERE film_id = 1 AND actor_id IN (1, 2)")
        .await?;
    assert_eq!(links, 2);
    let films = db.all(Film::select().filter(Film::cast.any(Actor::name.eq("Bob")))).await?;
    assert_eq!(films.len(), 1);
    let actors = db.all(Actor::select().order_by(Actor::id.asc()).eager(Actor::films)).await?;
    assert_eq!(actors[1].films[0].title, "M");
    session.close().await
}

async fn a_link_to_itself_joins_two_entities_of_one_type(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let (ann, bob) = (session.add(user("Ann")), session.add(user("Bob")));
    session.link(ann, User::following, bob);
    assert_eq!(session.related(bob, User::followers)?, [ann]);
    assert_eq!(session.related(bob, User::following)?, []);
    session.commit().await?;
    assert_eq!(
        db.one(text("SELECT follower_id, followed_id FROM follows").rows::<(i64, i64)>())
            .await?,
        (1, 2)
    );
    Ok(())
}

async fn a_self_referential_relation_has_two_directions(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let (ann, bob) =
        (session.get::<User>(1).await?.expect("Ann"), session.get::<User>(2).await?.expect("Bob"));
    session.load_all(&[ann, bob], User::following).await?;
    session.load_all(&[ann, bob], User::followers).await?;
    assert_eq!(session.related(bob, User::following)?, [ann]);
    assert_eq!(session.related(ann, User::followers)?, [bob]);
    assert_eq!(session.related(ann, User::following)?, []);
    session.link(ann, User::following, bob);
    assert_eq!(session.related(bob, User::followers)?, [ann]);
    session.unlink(ann, User::followers, bob);
    assert_eq!(session.related(bob, User::following)?, []);
    session.commit().await?;
    let pairs: Vec<(i64, i64)> = db
        .all(text("SELECT follower_id, followed_id FROM follows").rows::<(i64, i64)>())
        .await?;
    assert_eq!(pairs, [(1, 2)]);
    Ok(())
}

async fn an_entity_may_follow_itself(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    session.link(ann, User::following, ann);
    session.commit().await?;
    assert_eq!(session.related(ann, User::followers)?, [ann]);
    session.delete(ann);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM follows").await?, 0);
    Ok(())
}

async fn links_are_taken_back_by_a_rollback(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    session.flush().await?;
    session.rollback().await?;
    assert_eq!(session.related(hello, Post::tags)?, []);
    assert_eq!(session.related(rust, Tag::posts)?, []);
    session.commit().await?;
    assert_eq!(rows(db).await?, 0);

    session.link(hello, Post::tags, rust);
    session.commit().await?;
    session.unlink(hello, Post::tags, rust);
    session.flush().await?;
    session.rollback().await?;
    assert_eq!(session.related(hello, Post::tags)?, [rust]);
    session.commit().await?;
    assert_eq!(rows(db).await?, 1);
    Ok(())
}

async fn links_are_loaded_with_unflushed_ones_laid_over(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session().autoflush(false);
    let first = session.get::<Post>(1).await?.expect("First");
    let rust = session.get::<Tag>(1).await?.expect("rust");
    let sql = session.get::<Tag>(2).await?.expect("sql");
    let new = session.add(tag("new"));
    session.unlink(first, Post::tags, rust);
    session.link(first, Post::tags, new);
    session.load(first, Post::tags).await?;
    assert_eq!(session.related(first, Post::tags)?, [sql, new]);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM post_tags WHERE post_id = 1").await?, 2);
    Ok(())
}

async fn a_graph_with_new_related_entities_is_linked(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(user("Ann"));
    let hello =
        session.add(Post::new().title("hello").author(ann).tags(vec![tag("rust"), tag("sql")]).build());
    session.commit().await?;
    assert_eq!(session.related(hello, Post::tags)?.len(), 2);
    assert_eq!(rows(db).await?, 2);
    Ok(())
}

async fn two_graphs_that_share_a_row_link_to_it(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let rust = session.get::<Tag>(1).await?.expect("rust");
    let copy = session[rust].clone();
    let one = session.add(Post::new().title("x").author(Ref::to(1)).tags(vec![copy.clone()]).build());
    let two = session.add(Post::new().title("y").author(Ref::to(1)).tags(vec![copy]).build());
    assert_eq!(session.related(one, Post::tags)?, [rust]);
    session.commit().await?;
    assert_eq!(session.related(two, Post::tags)?, [rust]);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM tags").await?, 2);
    assert_eq!(db.scalar::<i64>("SELECT count(*) FROM post_tags WHERE tag_id = 1").await?, 3);
    Ok(())
}

async fn changes_of_links_alone_are_flushed(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    // The query flushes the link first, though no entity has changed.
    let tagged = session.all(Post::select().filter(Post::tags.any(Tag::name.eq("rust")))).await?;
    assert_eq!(tagged, [hello]);
    session.close().await
}

async fn a_link_to_a_deleted_entity_is_not_written(db: &Database) -> Result<()> {
    let (mut session, hello, rust) = pair(db).await?;
    session.link(hello, Post::tags, rust);
    session.delete(rust);
    session.commit().await?;
    assert_eq!(rows(db).await?, 0);
    assert_eq!(session.related(hello, Post::tags)?, []);
    Ok(())
}
