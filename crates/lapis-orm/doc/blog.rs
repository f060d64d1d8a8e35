// The entities of the documentation's examples, included by them, and a database that holds Alice with two posts.

use lapis::prelude::*;

#[derive(Entity, Debug, Clone)]
#[entity(table = "users")]
struct User {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(unique)]
    name: String,
    #[relation(inverse = Profile::user, cascade(delete_orphan))]
    profile: One<Profile>,
    #[relation(inverse = Post::author, cascade(delete))]
    posts: Many<Post>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "profiles")]
struct Profile {
    #[column(primary_key)]
    id: Auto<i64>,
    bio: String,
    #[column(unique)]
    user: Ref<User>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "posts")]
struct Post {
    #[column(primary_key)]
    id: Auto<i64>,
    title: String,
    author: Ref<User>,
    #[relation(through = "post_tags")]
    tags: Many<Tag>,
}

#[derive(Entity, Debug, Clone)]
#[entity(table = "tags")]
struct Tag {
    #[column(primary_key)]
    id: Auto<i64>,
    #[column(unique)]
    name: String,
    #[relation(through = "post_tags", inverse = Post::tags)]
    posts: Many<Post>,
}

async fn blog() -> lapis::Result<Engine> {
    let engine = Engine::connect("sqlite::memory:").await?;
    engine.create_all(&MetaData::of::<(User, Profile, Post, Tag)>()).await?;
    let mut session = engine.session();
    session.add(
        User::new()
            .name("Alice")
            .profile(Profile::new().bio("Writes").build())
            .posts(vec![Post::new().title("Hello").build(), Post::new().title("Again").build()])
            .build(),
    );
    session.commit().await?;
    Ok(engine)
}
