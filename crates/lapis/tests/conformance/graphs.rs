//! Owned graphs: in by `add` and `merge`, out by `detach` and `to_graph`.

use lapis::prelude::*;

use crate::harness::{Database, Result, conformance};
use crate::models::{Blog, Category, Comment, Post, Profile, Tag, User, blog, comment, post, tag, user};

conformance![
    a_whole_graph_is_added_at_once,
    a_graph_may_hang_on_a_reference,
    to_graph_copies_what_is_loaded,
    to_graph_leaves_out_what_is_not_loaded,
    detach_takes_the_graph_out_of_the_session,
    a_detached_graph_may_be_merged_into_another_session,
    merge_updates_the_row_with_the_same_key,
    merge_adds_what_has_no_row,
    merge_of_an_unchanged_entity_writes_nothing,
    merge_replaces_a_loaded_collection,
    merge_leaves_a_collection_alone_that_is_not_loaded,
    merge_keeps_generated_columns_that_are_unset,
    merge_replaces_links_through_an_association_table,
    merge_takes_what_a_graph_holds_twice_for_one_entity,
    merge_writes_nothing_before_the_whole_graph_is_laid_over,
    a_graph_from_one_session_refers_by_keys_in_another,
    a_graph_leaves_out_a_relation_that_leads_back,
    expunge_lets_go_of_one_entity,
    expunge_all_lets_go_of_every_entity,
    an_owned_graph_serializes,
    a_graph_deeper_than_the_stack_goes_in,
    a_graph_deeper_than_the_stack_comes_out_and_is_merged,
    references_may_lead_further_than_the_stack,
];

fn graph() -> User {
    User::new()
        .name("Ann")
        .profile(Profile::new().motto("onwards").build())
        .posts(vec![
            Post::new()
                .title("one")
                .comments(vec![comment("a"), comment("b")])
                .tags(vec![tag("rust")])
                .build(),
            post("two"),
        ])
        .build()
}

async fn count(db: &Database, table: &str) -> Result<i64> {
    db.scalar(&format!("SELECT count(*) FROM {table}")).await
}

async fn a_whole_graph_is_added_at_once(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(graph());
    assert_eq!(session.changes().new, 7);
    assert_eq!(session.related(ann, User::posts)?.len(), 2);
    session.commit().await?;
    assert_eq!(count(db, "posts").await?, 2);
    assert_eq!(count(db, "comments").await?, 2);
    assert_eq!(count(db, "profiles").await?, 1);
    assert_eq!(count(db, "post_tags").await?, 1);
    Ok(())
}

async fn a_graph_may_hang_on_a_reference(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let hello = session.add(Post { author: user("Ann").into(), ..post("hello") });
    let ann = session.related(hello, Post::author)?.expect("it was added along");
    assert_eq!(session.state(ann), EntityState::Pending);
    session.commit().await?;
    assert_eq!(session[hello].author.key(), Some(&1));
    assert_eq!(session.related(ann, User::posts)?, [hello]);
    Ok(())
}

async fn to_graph_copies_what_is_loaded(db: &Database) -> Result<()> {
    db.create::<Blog>().await?;
    let mut session = db.session();
    let ann = session.add(graph());
    session.commit().await?;
    let copy = session.to_graph(ann)?;
    assert_eq!(copy.id, 1);
    assert_eq!(copy.posts.len(), 2);
    assert_eq!(copy.posts[0].comments.len(), 2);
    assert_eq!(copy.posts[0].tags[0].name, "rust");
    assert_eq!(copy.profile.get().map(|profile| profile.motto.as_str()), Some("onwards"));
    assert_eq!(session.state(ann), EntityState::Persistent);
    assert_eq!(session.related(ann, User::posts)?.len(), 2);
    Ok(())
}

async fn to_graph_leaves_out_what_is_not_loaded(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    let copy = session.to_graph(ann)?;
    assert!(!copy.posts.is_loaded());
    assert!(!copy.profile.is_loaded());
    session.close().await
}

async fn detach_takes_the_graph_out_of_the_session(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.one(User::select().filter(User::id.eq(1)).eager(User::posts)).await?;
    let first = session.related(ann, User::posts)?[0];
    session[ann].age = 99;
    let graph = session.detach(ann)?;
    assert_eq!(graph.age, 99);
    assert_eq!(graph.posts.len(), 2);
    assert_eq!(session.state(ann), EntityState::Detached);
    assert_eq!(session.state(first), EntityState::Detached);
    db.forget();
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    let again = session.get::<User>(1).await?.expect("Ann");
    assert_ne!(again, ann);
    assert_eq!(session[again].age, 30);
    session.close().await
}

async fn a_detached_graph_may_be_merged_into_another_session(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.one(User::select().filter(User::id.eq(1)).eager(User::posts)).await?;
    let mut graph = session.detach(ann)?;
    session.close().await?;
    graph.age = 31;
    graph.posts.get_mut().expect("loaded")[0].title = "First, revised".into();
    let mut other = db.session();
    let ann = other.merge(graph).await?;
    assert_eq!(other[ann].age, 31);
    other.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT age FROM users WHERE id = 1").await?, 31);
    assert_eq!(db.scalar::<String>("SELECT title FROM posts WHERE id = 1").await?, "First, revised");
    assert_eq!(count(db, "posts").await?, 3);
    Ok(())
}

async fn merge_updates_the_row_with_the_same_key(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.merge(User::new().id(1).name("Anna").age(31).build()).await?;
    assert_eq!(session.state(ann), EntityState::Persistent);
    session.commit().await?;
    assert_eq!(db.scalar::<String>("SELECT name FROM users WHERE id = 1").await?, "Anna");
    assert_eq!(count(db, "users").await?, 3);
    Ok(())
}

async fn merge_adds_what_has_no_row(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let new = session.merge(user("Dan")).await?;
    assert_eq!(session.state(new), EntityState::Pending);
    let keyed = session.merge(User::new().id(70).name("Eve").build()).await?;
    assert_eq!(session.state(keyed), EntityState::Pending);
    session.commit().await?;
    assert_eq!(db.scalar::<String>("SELECT name FROM users WHERE id = 70").await?, "Eve");
    Ok(())
}

async fn merge_of_an_unchanged_entity_writes_nothing(db: &Database) -> Result<()> {
    blog(db).await?;
    let ann: User = db.one(User::select().filter(User::id.eq(1)).eager(User::posts)).await?;
    let mut session = db.session();
    let handle = session.merge(ann).await?;
    assert!(!session.is_modified(handle));
    db.forget();
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn merge_replaces_a_loaded_collection(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut graph: Post = db.one(Post::select().filter(Post::id.eq(1)).eager(Post::comments)).await?;
    let comments = graph.comments.get_mut().expect("loaded");
    comments.push(Comment { post: Ref::to(1), ..comment("added elsewhere") });
    comments[0].body = "changed elsewhere".into();
    let mut session = db.session();
    let first = session.merge(graph).await?;
    assert_eq!(session.related(first, Post::comments)?.len(), 3);
    session.commit().await?;
    assert_eq!(count(db, "comments WHERE post_id = 1").await?, 3);
    assert_eq!(db.scalar::<String>("SELECT body FROM comments WHERE id = 1").await?, "changed elsewhere");
    Ok(())
}

async fn merge_leaves_a_collection_alone_that_is_not_loaded(db: &Database) -> Result<()> {
    blog(db).await?;
    let first: Post = db.one(Post::select().filter(Post::id.eq(1))).await?;
    let mut session = db.session();
    session.merge(Post { views: 11, ..first }).await?;
    session.commit().await?;
    assert_eq!(count(db, "comments WHERE post_id = 1").await?, 2);
    assert_eq!(count(db, "post_tags WHERE post_id = 1").await?, 2);
    Ok(())
}

async fn merge_keeps_generated_columns_that_are_unset(db: &Database) -> Result<()> {
    #[derive(Entity, Debug, Clone)]
    #[entity(table = "notes")]
    struct Note {
        #[column(primary_key)]
        id: Auto<i64>,
        body: String,
        #[column(server_default = 7)]
        priority: Auto<i32>,
    }
    db.create::<(Note,)>().await?;
    let mut session = db.session();
    session.add(Note::new().body("a").build());
    session.commit().await?;
    let note = session.merge(Note::new().id(1).body("b").build()).await?;
    assert_eq!(session[note].priority, 7);
    session.commit().await?;
    assert_eq!(db.scalar::<i64>("SELECT priority FROM notes").await?, 7);
    Ok(())
}

async fn merge_replaces_links_through_an_association_table(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut graph: Post = db.one(Post::select().filter(Post::id.eq(1)).eager(Post::tags)).await?;
    let tags = graph.tags.get_mut().expect("loaded");
    tags.retain(|tag| tag.name == "sql");
    tags.push(tag("new"));
    let mut session = db.session();
    let first = session.merge(graph).await?;
    session.commit().await?;
    let names: Vec<&str> = session
        .related(first, Post::tags)?
        .iter()
        .map(|tag| session[*tag].name.as_str())
        .collect();
    assert_eq!(names, ["sql", "new"]);
    assert_eq!(count(db, "post_tags WHERE post_id = 1").await?, 2);
    assert_eq!(db.all(Tag::select()).await?.len(), 3);
    Ok(())
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "orders")]
struct Order {
    #[column(primary_key)]
    id: Auto<i64>,
    #[relation(inverse = Line::order, cascade(delete_orphan), order_by = "position")]
    lines: Many<Line>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "order_lines", unique(order, position))]
struct Line {
    #[column(primary_key)]
    id: Auto<i64>,
    position: i32,
    order: Ref<Order>,
    #[relation(through = "line_labels")]
    labels: Many<Label>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "labels")]
struct Label {
    #[column(primary_key, length = 20)]
    name: String,
    weight: i32,
}

async fn merge_takes_what_a_graph_holds_twice_for_one_entity(db: &Database) -> Result<()> {
    for autoflush in [true, false] {
        db.create::<(Order, Line, Label)>().await?;
        let label = |weight| Label::new().name("gift").weight(weight).build();
        let line = |position, label| Line::new().position(position).labels(vec![label]).build();
        let order = Order::new().lines(vec![line(1, label(1)), line(2, label(2))]).build();
        let mut session = db.session().autoflush(autoflush);
        session.merge(order).await?;
        session.commit().await?;
        assert_eq!(db.all(select(Label::weight)).await?, [2]);
        assert_eq!(count(db, "line_labels").await?, 2);
        db.drop_all(&MetaData::of::<(Order, Line, Label)>()).await?;
    }
    Ok(())
}

/// Lines take the places of those that go, which the database refuses as long as both are there.
async fn merge_writes_nothing_before_the_whole_graph_is_laid_over(db: &Database) -> Result<()> {
    db.create::<(Order, Line, Label)>().await?;
    let line = |position| Line::new().position(position).build();
    let mut session = db.session();
    session.add(Order::new().lines(vec![line(1), line(2)]).build());
    session.add(Order::new().lines(vec![line(2)]).build());
    session.commit().await?;
    let mut order = db.one(Order::select().filter(Order::id.eq(1))).await?;
    order.lines = vec![line(1), db.one(Line::select().filter(Line::id.eq(3))).await?].into();
    let mut session = db.session();
    let merged = session.merge(order).await?;
    session.commit().await?;
    assert_eq!(session.related(merged, Order::lines)?.len(), 2);
    let lines = db.all(select((Line::order, Line::id)).order_by(Line::position.asc())).await?;
    assert_eq!(lines, [(1, 4), (1, 3)]);
    Ok(())
}

async fn a_graph_from_one_session_refers_by_keys_in_another(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let top = session.add(Category::new().name("top").build());
    let middle =
        session.add(Category { parent: Some(top.into()), ..Category::new().name("middle").build() });
    let leaf =
        session.add(Category { parent: Some(middle.into()), ..Category::new().name("leaf").build() });
    session.commit().await?;

    let graph = session.to_graph(leaf)?;
    let parent = graph.parent.as_ref().and_then(Ref::get).expect("it is copied along");
    assert_eq!(parent.parent.as_ref().and_then(Ref::key), Some(&*session[top].id));
    let mut other = db.session();
    let leaf = other.merge(Category { name: "moved".into(), ..graph }).await?;
    other.commit().await?;
    let parent = other.related(leaf, Category::parent)?.expect("it was merged along");
    assert_eq!(other[parent].name, "middle");
    Ok(())
}

async fn a_graph_leaves_out_a_relation_that_leads_back(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let egg = session.add(Category::new().name("egg").build());
    let hen = session.add(Category { parent: Some(egg.into()), ..Category::new().name("hen").build() });
    session[egg].parent = Some(hen.into());
    session.commit().await?;

    let graph = session.to_graph(egg)?;
    assert_eq!(graph.children[0].name, "hen");
    assert!(!graph.children[0].children.is_loaded());
    let mut other = db.session();
    let egg = other.merge(graph).await?;
    assert!(other.changes().is_empty());
    let hen = other.related(egg, Category::children)?[0];
    other.load(hen, Category::children).await?;
    assert_eq!(other.related(hen, Category::children)?, [egg]);
    Ok(())
}

async fn expunge_lets_go_of_one_entity(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session[ann].age = 1;
    session.expunge(ann)?;
    assert_eq!(session.state(ann), EntityState::Detached);
    assert!(session.changes().is_empty());
    let again = session.get::<User>(1).await?.expect("Ann");
    assert_ne!(again, ann);
    assert_eq!((session[ann].age, session[again].age), (1, 30));
    let new = session.add(user("Dan"));
    session.expunge(new)?;
    db.forget();
    session.commit().await?;
    assert_eq!(db.round_trips(), 0);
    Ok(())
}

async fn expunge_all_lets_go_of_every_entity(db: &Database) -> Result<()> {
    blog(db).await?;
    let mut session = db.session();
    let ann = session.get::<User>(1).await?.expect("Ann");
    session.expunge_all();
    assert!(session.try_get(ann).is_err());
    let ann = session.get::<User>(1).await?.expect("Ann");
    assert_eq!(session[ann].name, "Ann");
    session.close().await
}

async fn an_owned_graph_serializes(db: &Database) -> Result<()> {
    #[derive(Entity, Debug, Clone, serde::Serialize, serde::Deserialize)]
    #[entity(table = "teams")]
    struct Team {
        #[column(primary_key)]
        id: Auto<i64>,
        name: String,
        #[relation(inverse = Player::team)]
        players: Many<Player>,
    }
    #[derive(Entity, Debug, Clone, serde::Serialize, serde::Deserialize)]
    #[entity(table = "players")]
    struct Player {
        #[column(primary_key)]
        id: Auto<i64>,
        name: String,
        team: Ref<Team>,
    }
    db.create::<(Team, Player)>().await?;
    let mut session = db.session();
    session.add(Team::new().name("Reds").players(vec![Player::new().name("Ann").build()]).build());
    session.commit().await?;
    let team: Team = db.one(Team::select().eager(Team::players)).await?;
    let json = serde_json::to_value(&team).expect("it serializes");
    assert_eq!(
        json,
        serde_json::json!({ "id": 1, "name": "Reds", "players": [{ "id": 1, "name": "Ann", "team": 1 }] })
    );
    let back: Team = serde_json::from_value(json).expect("it deserializes");
    assert_eq!(back.players[0].team.key(), Some(&1));
    Ok(())
}

/// More levels than a thread's stack has room for, were each a call; fewer where each is a round trip.
fn levels(db: &Database) -> usize {
    if db.is_sqlite() { 10_000 } else { 1_500 }
}

/// A category with one below it, and so on.
fn nested(levels: usize) -> Category {
    let category = |level: usize, children: Vec<Category>| {
        Category::new().name(format!("c{level}")).children(children).build()
    };
    let leaf = category(levels - 1, Vec::new());
    (0..levels - 1).rev().fold(leaf, |below, level| category(level, vec![below]))
}

async fn a_graph_deeper_than_the_stack_goes_in(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let levels = levels(db);
    let mut session = db.session();
    session.add(nested(levels));
    session.commit().await?;
    assert_eq!(count(db, "categories").await?, i64::try_from(levels).unwrap_or_default());
    Ok(())
}

async fn a_graph_deeper_than_the_stack_comes_out_and_is_merged(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let mut session = db.session();
    let first = session.add(nested(1_500));
    session.commit().await?;

    let mut copy = session.to_graph(first)?;
    assert_eq!((copy.name.as_str(), copy.children[0].children[0].name.as_str()), ("c0", "c2"));
    let below = copy.children.get_mut().and_then(|children| children.pop()).expect("it has one child");
    copy.children.push(Category { name: "renamed".into(), ..below });
    let mut other = db.session();
    let root = other.merge(copy).await?;
    assert_eq!((other.changes().new, other.changes().dirty), (0, 1));
    other.commit().await?;

    let taken = other.detach(root)?;
    assert!(!other.contains(root));
    session.merge(taken).await?;
    assert!(session.changes().is_empty());
    let leaf = session.one(Category::select().filter(Category::name.eq("renamed"))).await?;
    assert_eq!(session.related(leaf, Category::parent)?, Some(first));
    Ok(())
}

async fn references_may_lead_further_than_the_stack(db: &Database) -> Result<()> {
    db.create::<(Category,)>().await?;
    let levels = levels(db);
    let below = |above: Option<Category>, level: usize| {
        let parent = above.map(Ref::from);
        Some(Category { parent, ..Category::new().name(format!("c{level}")).build() })
    };
    let leaf = (0..levels).fold(None, below).expect("there are levels");
    let mut session = db.session();
    let leaf = session.add(leaf);
    session.commit().await?;
    assert_eq!(count(db, "categories").await?, i64::try_from(levels).unwrap_or_default());
    let above = session.related(leaf, Category::parent)?.expect("it has a parent");
    assert_eq!(session[above].name, format!("c{}", levels - 2));
    assert_eq!(*session[leaf].id, i64::try_from(levels).unwrap_or_default());
    Ok(())
}
