//! What the drivers' rows become.

use std::collections::HashMap;

use crate::raw::{Comment, Post, User};

/// A user with its posts and their comments.
pub type UserGraph = (User, Vec<(Post, Vec<Comment>)>);

/// Nests comments in posts, and posts in users.
pub fn nest(users: Vec<User>, posts: Vec<Post>, comments: Vec<Comment>) -> Vec<UserGraph> {
    let mut by_post: HashMap<i64, Vec<Comment>> = HashMap::with_capacity(posts.len());
    for comment in comments {
        by_post.entry(comment.post_id).or_default().push(comment);
    }
    let mut by_user: HashMap<i64, Vec<(Post, Vec<Comment>)>> = HashMap::with_capacity(users.len());
    for post in posts {
        let comments = by_post.remove(&post.id).unwrap_or_default();
        by_user.entry(post.user_id).or_default().push((post, comments));
    }
    users
        .into_iter()
        .map(|user| {
            let posts = by_user.remove(&user.id).unwrap_or_default();
            (user, posts)
        })
        .collect()
}
